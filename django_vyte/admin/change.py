"""The history of all events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import cells, history
from django_vyte.admin.base import ReadOnlyAdmin
from django_vyte.models import EventChange

if TYPE_CHECKING:
    from django.http import HttpRequest

    from django_vyte.models.work import WorkQuerySet


@admin.register(EventChange)
class EventChangeAdmin(ReadOnlyAdmin[EventChange]):
    """What changed, why, by whom, and when receivers were told; nothing is ever altered here."""

    list_display = ("created_at", "meeting", "what", "cause", "actor", "receivers")
    list_filter = ("kind", "cause", ("told_at", admin.EmptyFieldListFilter), "event__team")
    date_hierarchy = "created_at"
    search_fields = ("event__title", "^event__vyte_id")
    search_help_text = _("Title or Vyte id of the event")
    ordering = ("-pk",)
    fieldsets = (
        (None, {"fields": ("created_at", "meeting", "what", "details")}),
        (_("Why"), {"fields": ("cause", "actor", "call")}),
        (_("Receivers"), {"fields": ("told_at", "told", "attempts", "next_attempt_at", "error")}),
    )
    readonly_fields = ("meeting", "what", "details", "call", "attempts", "next_attempt_at", "error")

    def get_queryset(self, request: HttpRequest) -> WorkQuerySet[EventChange]:
        """With all that a line shows."""
        return history.without_bulk(super().get_queryset(request))  # type: ignore[arg-type]

    @admin.display(description=_("event"), ordering="event")
    def meeting(self, change: EventChange) -> str:
        """The event, leading to its page."""
        return cells.link(change.event)

    @admin.display(description=_("kind"), ordering="kind")
    def what(self, change: EventChange) -> str:
        """The kind as a badge."""
        return cells.badge(change.kind, change.get_kind_display())

    @admin.display(description=_("changes"))
    def details(self, change: EventChange) -> str:
        """What changed, a line for each thing."""
        return format_html_join("", "<div>{}</div>", ((line,) for line in history.lines(change)))

    @admin.display(description=_("delivery"), empty_value="–")
    def call(self, change: EventChange) -> str | None:
        """The call that led to it, leading to its page."""
        return cells.link(change.delivery) or None

    @admin.display(description=_("receivers told"), ordering="told_at")
    def receivers(self, change: EventChange) -> str:
        """When they were told, or the beginning of what went wrong."""
        if change.told_at:
            return date_format(timezone.localtime(change.told_at), "DATETIME_FORMAT")
        return cells.head(change.error) or gettext("not yet")
