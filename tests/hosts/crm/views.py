"""The page of a project, with its meetings."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.template import engines

from tests.hosts.crm.models import Project

PAGE = """{% load vyte %}<h1>{{ project.name }}</h1>{% vyte_events project %}
<a href="{% vyte_add_invitees_url creator=request.user group=project %}">Plan a meeting</a>"""


def project(request: HttpRequest, pk: int) -> HttpResponse:
    """The meetings of a project, and the link to plan one, by the template tags."""
    context = {"project": Project.objects.get(pk=pk)}
    return HttpResponse(engines["django"].from_string(PAGE).render(context, request))
