"""Who is invited to events, and which groups events belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import cells
from django_vyte.admin.base import M, ReadOnlyAdmin
from django_vyte.models import EventGroup, Invitee

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ParticipationAdmin(ReadOnlyAdmin[M]):
    """Something that belongs to an event."""

    readonly_fields = ("meeting",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """With the event, without Vyte's JSON about it."""
        return super().get_queryset(request).select_related("event", "event__team").defer("event__data")

    @admin.display(description=_("event"), ordering="event")
    def meeting(self, row: Any) -> str:
        """The event, leading to its page."""
        return cells.link(row.event)


@admin.register(Invitee)
class InviteeAdmin(ParticipationAdmin[Invitee]):
    """Everyone invited to anything."""

    list_display = ("mail", "full_name", "phone", "meeting")
    list_display_links = ("mail", "full_name")
    list_filter = ("event__team",)
    search_fields = ("email", "full_name", "phone", "event__title")
    fields = ("email", "full_name", "phone", "vyte_id", "meeting")

    @admin.display(description=_("email"), ordering="email")
    def mail(self, invitee: Invitee) -> str:
        """The email address."""
        return cells.address(invitee.email)


@admin.register(EventGroup)
class EventGroupAdmin(ParticipationAdmin[EventGroup]):
    """Every group of every event."""

    list_display = ("group_id", "meeting")
    list_filter = ("event__team",)
    search_fields = ("group_id", "event__title")
    fields = ("group_id", "meeting")
