"""The append-only history of all events: what changed, why, by whom, and whether receivers were notified."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from django_vyte import outbox
from django_vyte.admin import formatting, history
from django_vyte.admin.deliveries import delivery_panel
from django_vyte.admin.events.search import PREFETCH_EVENT, event_conditions
from django_vyte.admin.lists import search
from django_vyte.admin.lists.large_table import LargeTableAdmin
from django_vyte.db import fresh
from django_vyte.jobs.models import JobQuerySet
from django_vyte.models import Delivery, Event, EventChange
from django_vyte.models.team import SOURCE

# Changes shown on the page of a delivery.
MAX_CHANGES = 50
# The limit of one click.
DISPATCH_LIMIT = 1000


@delivery_panel(SOURCE)
def changes_panel(request: HttpRequest, delivery: Delivery) -> str:
    """The changes that a delivery from Vyte caused, for people who may see changes."""
    if not request.user.has_perm("django_vyte.view_eventchange"):
        return ""
    rows = history.rows(
        history.for_display(fresh(EventChange.objects.all()).filter(delivery=delivery))[:MAX_CHANGES]
    )
    template = "admin/django_vyte/includes/history.html"
    return render_to_string(template, {"rows": rows, "of": "delivery"}, request)


class EventChangeAdmin(LargeTableAdmin[EventChange]):
    """Read-only: rows are written by the mirror and by signal dispatch."""

    list_display = ("created_at", "meeting", "what", "why", "receivers")
    list_filter = ("kind", "cause", ("told_at", admin.EmptyFieldListFilter), "event__team")
    date_hierarchy = "created_at"
    search_fields = ("event__title", "event__vyte_id")
    search_help_text = _("Title, Vyte id, people or group of the event")
    sortable_by = ("created_at",)
    ordering = ("-pk",)
    actions = ("dispatch",)
    fieldsets = (
        (None, {"fields": ("created_at", "meeting", "what", "details")}),
        (_("Why"), {"fields": ("cause", "actor", "call")}),
        (
            _("Receivers"),
            {"fields": ("told_at", "notified_receivers", "attempts", "next_attempt_at", "error")},
        ),
    )
    readonly_fields = (
        "meeting", "what", "details", "call", "notified_receivers", "attempts", "next_attempt_at", "error",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventChange]:
        """With the event and the user that a row shows."""
        return super().get_queryset(request).prefetch_related(PREFETCH_EVENT, "actor")

    def get_fieldsets(self, request: HttpRequest, obj: EventChange | None = None) -> Any:
        """Without the delivery field when no delivery caused the change."""
        if obj and obj.delivery_id:
            return self.fieldsets
        return [
            (title, {**options, "fields": [name for name in options["fields"] if name != "call"]})
            for title, options in self.fieldsets
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds the button that dispatches a change again whose receivers were given up."""
        change = kwargs.get("obj")
        if change is not None and change.told_at is None and self.has_dispatch_permission(request):
            context["verbs"] = [("dispatch", _("Dispatch again"))]
        return super().render_change_form(request, context, *args, **kwargs)

    def has_dispatch_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``dispatch``."""
        return self.may(request, "dispatch")

    @admin.action(
        permissions=["dispatch"],
        description=_("Dispatch selected %(verbose_name_plural)s to receivers again"),
    )
    def dispatch(self, request: HttpRequest, queryset: JobQuerySet[EventChange]) -> HttpResponse | None:
        """Have the receivers that did not succeed called again; those that did are not called twice."""
        keys = list(queryset.values_list("pk", flat=True)[: DISPATCH_LIMIT + 1])
        if len(keys) > DISPATCH_LIMIT:
            text = gettext("Nothing was done: choose at most %d changes at once.") % DISPATCH_LIMIT
            self.message_user(request, text, messages.ERROR)
            return None
        open_rows = fresh(EventChange.objects.all()).filter(told_at=None, lease="")
        opened = list(open_rows.filter(pk__in=keys).values_list("pk", flat=True))
        open_rows.filter(pk__in=opened).write(attempts=0, next_attempt_at=timezone.now())
        if opened:
            outbox.announce(EventChange, opened)
            text = ngettext(
                "%d change is queued for its receivers again: reload the page to see the result.",
                "%d changes are queued for their receivers again: reload the page to see the result.",
                len(opened),
            )
            self.message_user(request, text % len(opened))
        if left := len(keys) - len(opened):
            text = ngettext(
                "%d change was skipped: all its receivers succeeded, or they are being called.",
                "%d changes were skipped: all their receivers succeeded, or they are being called.",
                left,
            )
            self.message_user(request, text % left, messages.WARNING)
        if len(keys) != 1:
            return None
        return HttpResponseRedirect(formatting.change_url(EventChange(pk=keys[0]), self.admin_site))

    def search_condition(self, word: str) -> Q:
        """By the words that find the event."""
        return Q(event__in=search.keys(Event.objects.filter(reduce(or_, event_conditions(word)))))

    @admin.display(description=_("event"))
    def meeting(self, change: EventChange) -> str:
        """The event as a link."""
        return formatting.link(change.event, self.admin_site)

    @admin.display(description=_("kind"))
    def what(self, change: EventChange) -> str:
        """The kind as a badge."""
        return formatting.badge(change.kind, change.get_kind_display())

    @admin.display(description=_("cause"))
    def why(self, change: EventChange) -> str:
        """The cause, with the user who acted."""
        return f"{change.get_cause_display()}: {change.actor}" if change.actor else change.get_cause_display()

    @admin.display(description=_("changes"))
    def details(self, change: EventChange) -> str:
        """Old and new values, one line per field."""
        return formatting.lines(history.lines(change))

    @admin.display(description=_("delivery"))
    def call(self, change: EventChange) -> str:
        """The delivery that caused the change, as a link."""
        return formatting.link(change.delivery, self.admin_site)

    @admin.display(description=_("notified"))
    def notified_receivers(self, change: EventChange) -> str:
        """The receivers that succeeded, one line each."""
        return formatting.lines(change.told) or gettext("none")

    @admin.display(description=_("receivers notified"))
    def receivers(self, change: EventChange) -> str:
        """When all receivers had succeeded, else the first line of the error."""
        if change.told_at:
            return date_format(timezone.localtime(change.told_at), "DATETIME_FORMAT")
        return formatting.excerpt(change.error) or gettext("not yet")
