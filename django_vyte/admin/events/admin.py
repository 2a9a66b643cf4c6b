"""EventAdmin: the list of events, an event's page, and the actions confirm, cancel and refresh.

Events are read-only here; the actions go through ``Event.confirm`` and the like, which ask Vyte first.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import AdminSite
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_vyte import db, links
from django_vyte.admin import formatting, history
from django_vyte.admin.events import bulk
from django_vyte.admin.events.messages import show_results
from django_vyte.admin.events.options import (
    date_options,
    event_time,
    place_options,
    time_range,
    zone_note,
)
from django_vyte.admin.events.pages import CancelPage, ConfirmPage, chosen_keys, redirect_back
from django_vyte.admin.events.search import event_conditions
from django_vyte.admin.lists.filters import WhenFilter
from django_vyte.admin.lists.large_table import LargeTableAdmin
from django_vyte.models import Event
from django_vyte.models.event import EventQuerySet
from django_vyte.models.timing import SOONEST_FIRST

MAX_CHANGES = 50


class EventAdmin(LargeTableAdmin[Event]):
    """The mirrored events."""

    list_display = ("meeting", "state", "starts", "organiser", "created")
    list_filter = ("status", WhenFilter, "team", "is_booking")
    ordering = ("-vyte_updated_at", "-pk")
    date_hierarchy = "starts_at"
    sortable_by = ("starts",)
    search_fields = ("title", "vyte_id", "^creator_email", "^invitees__email", "^groups__group_id")
    search_help_text = _("Title, Vyte id, email of organiser or invitee or its domain, group id")
    actions = ("confirm", "cancel", "refresh")
    fieldsets = (
        (None, {"fields": ("title", "state", "when", "place", "creator_email", "team", "booking")}),
        (
            _("At Vyte"),
            {
                "classes": ["collapse"],
                "fields": (
                    "vyte_id", "creator_id", "app", "lang", "timezone", "vyte_created_at", "vyte_updated_at",
                    "cancelled_at", "as_of",
                ),
            },
        ),
    )  # fmt: skip
    readonly_fields = ("state", "when", "place", "creator_email", "team", "booking")

    def __init__(self, model: type[Event], admin_site: AdminSite) -> None:
        super().__init__(model, admin_site)
        self.confirm_page = ConfirmPage(self, self.has_confirm_permission)
        self.cancel_page = CancelPage(self, self.has_cancel_permission)

    def get_queryset(self, request: HttpRequest) -> EventQuerySet:
        """Without Vyte's JSON, which is large and shown on the event's page only."""
        return super().get_queryset(request).defer("data")  # type: ignore[return-value]

    def get_ordering(self, request: HttpRequest) -> Any:
        """Upcoming events soonest first, past events latest first, otherwise as in ``ordering``."""
        when = request.GET.get("when")
        if when == "upcoming":
            return SOONEST_FIRST
        return ("-starts_at", "-pk") if when == "past" else super().get_ordering(request)

    def search_conditions(self, word: str) -> list[Q]:
        """By title, id, organiser, invitee or group."""
        return event_conditions(word)

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """With ``missing_since`` on top for an event that Vyte answers 404 for."""
        if not (obj and obj.missing_since):
            return self.fieldsets
        (title, main), *others = self.fieldsets
        return [(title, {**main, "fields": ("missing_since", *main["fields"])}), *others]

    @admin.display(description=_("title"))
    def meeting(self, event: Event) -> str:
        """The title, or the Vyte id of an event without one."""
        return formatting.shortened(str(event))

    @admin.display(description=_("status"))
    def state(self, event: Event) -> str:
        """The status as a badge."""
        return formatting.badge(event.status, event.get_status_display())

    @admin.display(description=_("starts at"), ordering="starts_at", empty_value="–")
    def starts(self, event: Event) -> str | None:
        """When it starts; all days of a meeting of whole days."""
        end = event.ends_at if event.all_day else None
        return time_range(event.starts_at, end, all_day=event.all_day, zone=event.timezone) or None

    @admin.display(description=_("organiser"), empty_value="–")
    def organiser(self, event: Event) -> str | None:
        """Their email address."""
        return formatting.breakable(event.creator_email) or None

    @admin.display(description=_("created"), empty_value="–")
    def created(self, event: Event) -> str | None:
        """The day it was created at Vyte."""
        return date_format(timezone.localtime(event.vyte_created_at)) if event.vyte_created_at else None

    @admin.display(description=_("booking"))
    def booking(self, event: Event) -> str:
        """Whether somebody booked it on the organiser's booking page."""
        return gettext("Yes, through the organiser's booking page") if event.is_booking else gettext("No")

    @admin.display(description=_("when"))
    def when(self, event: Event) -> str:
        """Start and end."""
        parts = (event_time(event) or gettext("not decided yet"), zone_note(event))
        return ", ".join(filter(None, parts))

    @admin.display(description=_("place"))
    def place(self, event: Event) -> str:
        """Name and address, which may be that of a video call."""
        return formatting.place(event.place_name, event.place_address) or gettext("not decided yet")

    # The event's page

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds votes, invitees, groups, history and JSON, each with the permission to view its model."""
        event = kwargs.get("obj")
        if event is not None:
            context.update(self._panels(request, event))
        return super().render_change_form(request, context, *args, **kwargs)

    def _panels(self, request: HttpRequest, event: Event) -> dict[str, Any]:
        see = request.user.has_perm
        # Vyte's JSON contains the invitees and the groups too.
        see_all = see("django_vyte.view_invitee") and see("django_vyte.view_eventgroup")
        changes = history.for_display(db.fresh(event.changes.all()))
        return {
            "verbs": self._verbs(request, event),
            "dates": date_options(event),
            "places": place_options(event),
            "invitees": db.fresh(event.invitees.all()) if see("django_vyte.view_invitee") else None,
            "groups": db.fresh(event.groups.all()) if see("django_vyte.view_eventgroup") else None,
            "history": history.rows(changes[:MAX_CHANGES]) if see("django_vyte.view_eventchange") else None,
            "history_shown": MAX_CHANGES,
            "vyte_url": links.event_url(event.vyte_id),
            "raw": formatting.pretty_json(event.data) if see_all else None,
        }

    def _verbs(self, request: HttpRequest, event: Event) -> list[tuple[str, Any]]:
        """Action and label of each button that fits the event's status and the user's permissions."""
        buttons = []
        if event.status == Event.Status.PLANNING and self.has_confirm_permission(request):
            buttons.append(("confirm", _("Confirm…")))
        if event.status != Event.Status.CANCELLED and self.has_cancel_permission(request):
            buttons.append(("cancel", _("Cancel the meeting…")))
        if self.has_refresh_permission(request):
            buttons.append(("refresh", _("Refresh from Vyte")))
        return buttons

    # Actions

    def has_confirm_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``confirm``."""
        return self.may(request, "confirm")

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``cancel``."""
        return self.may(request, "cancel")

    def has_refresh_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``refresh``."""
        return self.may(request, "refresh")

    @db.non_atomic_requests
    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Outside of ATOMIC_REQUESTS: actions ask Vyte, and each event is committed by itself."""
        return super().changelist_view(request, extra_context)

    def get_urls(self) -> list[URLPattern]:
        """With the pages that ask before an action."""
        return [self.confirm_page.url_pattern(), self.cancel_page.url_pattern(), *super().get_urls()]

    @admin.action(permissions=["confirm"], description=_("Confirm selected %(verbose_name_plural)s…"))
    def confirm(self, request: HttpRequest, queryset: EventQuerySet) -> HttpResponse | None:
        """Refresh the chosen events, as no webhook announces votes, then ask for date and place."""
        keys = chosen_keys(self, request, queryset)
        results = bulk.run_bulk_action(keys, bulk.refresh_one)
        failed = [result for result in results if result.status is bulk.BulkStatus.FAILED]
        if failed:
            show_results(self, request, "refresh", failed)
            self.message_user(request, gettext("The votes shown may be out of date."), messages.WARNING)
        return self.confirm_page.redirect_to(request, keys)

    @admin.action(permissions=["cancel"], description=_("Cancel selected %(verbose_name_plural)s…"))
    def cancel(self, request: HttpRequest, queryset: EventQuerySet) -> HttpResponse | None:
        """Ask before the chosen events are cancelled."""
        return self.cancel_page.redirect_to(request, chosen_keys(self, request, queryset))

    @admin.action(
        permissions=["refresh"], description=_("Refresh selected %(verbose_name_plural)s from Vyte")
    )
    def refresh(self, request: HttpRequest, queryset: EventQuerySet) -> HttpResponse | None:
        """Fetch the chosen events from Vyte."""
        keys = chosen_keys(self, request, queryset)
        show_results(self, request, "refresh", bulk.run_bulk_action(keys, bulk.refresh_one))
        return redirect_back(self, request, keys) if keys else None
