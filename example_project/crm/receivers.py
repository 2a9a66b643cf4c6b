"""What the CRM does when something happens at Vyte: it takes a note. Runs in a Celery worker."""

from django.dispatch import receiver

from django_vyte.signals import event_cancelled, event_confirmed, event_created, event_updated, user_joined
from django_vyte.templatetags.vyte import vyte_when
from example_project.crm.models import Note, Project


@receiver(event_created)
def note_created(event, change, **kwargs):
    note(event, change, f"A meeting is being planned: {title_of(event)}")


@receiver(event_confirmed)
def note_confirmed(event, change, **kwargs):
    # Vyte may say that a meeting is settled without saying on which of its dates.
    when = vyte_when(event) or "date unknown"
    note(event, change, ", ".join(filter(None, [f"Settled: {title_of(event)}", when, event.place_name])))


@receiver(event_updated)
def note_updated(event, change, **kwargs):
    what = ", ".join(name for name in change.changes if name != "data") or "dates, places, people or votes"
    note(event, change, f"Changed: {title_of(event)} ({what})")


@receiver(event_cancelled)
def note_cancelled(event, change, **kwargs):
    note(event, change, f"Cancelled: {title_of(event)}")


@receiver(user_joined)
def note_joined(member, **kwargs):
    who = f"{member.user} of this site" if member.user else "nobody of this site"
    Note.objects.get_or_create(
        cause=f"member {member.pk}", defaults={"text": f"{member} joined {member.team} at Vyte: {who}"}
    )


def title_of(event):
    """Vyte lets people plan a meeting without a title."""
    return event.title.strip() or "(untitled)"


def note(event, change, text):
    """One note for each project that the meeting is about, or for the site when it is about none."""
    for project in [*event.objects_for(Project)] or [None]:
        cause = f"change {change.pk}, {project.vyte_group_id if project else 'no project'}"
        Note.objects.get_or_create(cause=cause, defaults={"project": project, "text": text})
