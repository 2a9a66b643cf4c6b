"""The invitees and the groups of all events, as searchable lists."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import formatting
from django_vyte.admin.base import M
from django_vyte.admin.events.search import PREFETCH_EVENT
from django_vyte.admin.lists import search
from django_vyte.admin.lists.large_table import LargeTableAdmin
from django_vyte.models import EventGroup, Invitee


class BelongsToEventAdmin(LargeTableAdmin[M]):
    """Rows that belong to an event: shown with a link to it."""

    readonly_fields = ("meeting",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[M]:
        """With the title of the event."""
        return super().get_queryset(request).prefetch_related(PREFETCH_EVENT)

    @admin.display(description=_("event"))
    def meeting(self, row: Any) -> str:
        """The event as a link."""
        return formatting.link(row.event, self.admin_site)


class InviteeAdmin(BelongsToEventAdmin[Invitee]):
    """Invitees; the same person has a row for each event."""

    list_display = ("mail", "full_name", "phone", "meeting")
    list_display_links = ("mail", "full_name")
    list_filter = ("event__team",)
    search_fields = ("^email", "full_name", "phone")
    search_help_text = _("Email or its domain, name, phone")
    sortable_by = ("mail",)
    fields = ("email", "full_name", "phone", "vyte_id", "meeting")

    def search_condition(self, word: str) -> Q:
        """By email address, or by a part of the name or phone number."""
        found = search.email_condition(Invitee, "email", word)
        return (
            found if search.is_email(word) else found | Q(full_name__icontains=word) | Q(phone__contains=word)
        )

    @admin.display(description=_("email"), ordering="email")
    def mail(self, invitee: Invitee) -> str:
        """The email address."""
        return formatting.breakable(invitee.email)


class EventGroupAdmin(BelongsToEventAdmin[EventGroup]):
    """Groups; a group has a row for each of its events."""

    list_display = ("group_id", "meeting")
    list_filter = ("event__team",)
    search_fields = ("^group_id",)
    search_help_text = _("Group id, or its beginning")
    sortable_by = ("group_id",)
    fields = ("group_id", "meeting")

    def search_condition(self, word: str) -> Q:
        """By the start of the id."""
        return search.starts_with(EventGroup, "group_id", word)
