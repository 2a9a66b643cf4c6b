"""The CRM's two pages."""

from django.contrib.auth.mixins import LoginRequiredMixin
from django.views.generic import DetailView, ListView

from django_vyte.models import Event, Team, ThirdPartyApp
from django_vyte.models.meetings import prefetch_meetings
from example_project.crm.models import Note, Project

LATEST = 50
SOON = 5


class ProjectList(LoginRequiredMixin, ListView):
    """All projects, the next meetings, the reader's calendar, and the notes that belong to no project."""

    queryset = Project.objects.select_related("account")

    def get_context_data(self, **kwargs):
        prefetch_meetings(self.object_list, limit=1)
        return super().get_context_data(
            team=Team.objects.first(),
            member=self.request.user.vyte_members.first(),
            notes=Note.objects.filter(project=None)[:LATEST],
            settled=Event.objects.confirmed().upcoming()[:SOON],
            planned=Event.objects.planning().for_group(*self.object_list)[:SOON],
            **kwargs,
        )


class ProjectDetail(LoginRequiredMixin, DetailView):
    """A project with its people, its meetings and its log."""

    queryset = Project.objects.select_related("account").prefetch_related("people")

    def get_context_data(self, **kwargs):
        return super().get_context_data(
            app=ThirdPartyApp.objects.first(), notes=self.object.notes.all()[:LATEST], **kwargs
        )
