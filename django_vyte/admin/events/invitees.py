"""Who is invited to events, and which groups events belong to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import formatting
from django_vyte.admin.base import M
from django_vyte.admin.lists import search
from django_vyte.admin.lists.large_table import PREFETCH_EVENT, LargeTableAdmin
from django_vyte.models import EventGroup, Invitee

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest


class ParticipationAdmin(LargeTableAdmin[M]):
    """Something that belongs to an event."""

    readonly_fields = ("meeting",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """With the event's name."""
        return super().get_queryset(request).prefetch_related(PREFETCH_EVENT)

    @admin.display(description=_("event"))
    def meeting(self, row: Any) -> str:
        """The event, leading to its page."""
        return formatting.link(row.event)


@admin.register(Invitee)
class InviteeAdmin(ParticipationAdmin[Invitee]):
    """Everyone invited to anything."""

    list_display = ("mail", "full_name", "phone", "meeting")
    list_display_links = ("mail", "full_name")
    list_filter = ("event__team",)
    search_fields = ("^email", "full_name", "phone")
    search_help_text = _("Email or its domain, name, phone")
    sortable_by = ("mail",)
    fields = ("email", "full_name", "phone", "vyte_id", "meeting")

    def search_condition(self, word: str) -> Q:
        """By email, or by a part of the name or number."""
        found = search.email(Invitee, "email", word)
        return (
            found
            if search.is_address(word)
            else found | Q(full_name__icontains=word) | Q(phone__contains=word)
        )

    @admin.display(description=_("email"), ordering="email")
    def mail(self, invitee: Invitee) -> str:
        """The email address."""
        return formatting.address(invitee.email)


@admin.register(EventGroup)
class EventGroupAdmin(ParticipationAdmin[EventGroup]):
    """Every group of every event."""

    list_display = ("group_id", "meeting")
    list_filter = ("event__team",)
    search_fields = ("^group_id",)
    search_help_text = _("Group id, or its beginning")
    sortable_by = ("group_id",)
    fields = ("group_id", "meeting")

    def search_condition(self, word: str) -> Q:
        """By the beginning of the id."""
        return search.beginning(EventGroup, "group_id", word)
