"""Calls received, what became of them, and taking them up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.db.models import OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Substr
from django.db.models.lookups import Exact
from django.http import HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from django_vyte import inbox, tasks
from django_vyte.admin import formatting, history
from django_vyte.admin.base import person
from django_vyte.admin.lists import search
from django_vyte.admin.lists.large_table import LargeAdmin
from django_vyte.models import Delivery, Event, Member, Team

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse

    from django_vyte.models.delivery import DeliveryQuerySet

# How many deliveries one click replays; the command line takes any number.
MOST = 1000
HISTORY_SHOWN = 50


@admin.register(Delivery)
class DeliveryAdmin(LargeAdmin[Delivery]):
    """The inbox."""

    list_display = ("received_at", "named", "state", "attempts", "problem")
    list_filter = ("status", "team")
    date_hierarchy = "received_at"
    search_fields = ("subject",)
    search_help_text = _("What the call is about, as event:ID, user:ID, ID or team")
    sortable_by = ("received_at",)
    ordering = ("-pk",)
    actions = ("replay",)
    fieldsets = (
        (None, {"fields": ("received_at", "source", "team", "about", "thing", "state", "error")}),
        (_("Work"), {"fields": ("attempts", "next_attempt_at", "finished_at")}),
    )
    readonly_fields = ("about", "thing", "state", "error", "attempts", "next_attempt_at")

    def get_queryset(self, request: HttpRequest) -> DeliveryQuerySet:
        """With the name of what it is about, without what was received, which is shown on one page only."""
        rows = super().get_queryset(request).defer("body", "headers")
        title, name = _mirrored(Event, "event", "title"), _mirrored(Member, "user", "full_name")
        return rows.annotate(name=Coalesce(title, name, Value("")))  # type: ignore[return-value]

    def matching(self, word: str) -> Q:
        """By what it is about, or by the kind of that: ``event:``."""
        if word.endswith(":"):
            return Q(subject__startswith=word)
        subjects = Q(subject__in=[word, f"event:{word}", f"user:{word}"])
        return subjects & (Q(team__in=search.keys(Team.objects.all())) | Q(team__isnull=True))

    @admin.display(description=_("about"))
    def named(self, delivery: Any) -> str:
        """What it is about: the title or the name, or else what the call said."""
        return delivery.name or formatting.address(delivery.subject) or gettext("(several things or none)")

    @admin.display(description=_("about"))
    def about(self, delivery: Delivery) -> str:
        """What it is about, as the call named it."""
        return delivery.subject or gettext("(several things or none)")

    @admin.display(description=_("status"))
    def state(self, delivery: Delivery) -> str:
        """The status as a badge."""
        return formatting.badge(delivery.status, delivery.get_status_display())

    @admin.display(description=_("error"))
    def problem(self, delivery: Delivery) -> str:
        """The beginning of what went wrong."""
        return formatting.head(delivery.error)

    @admin.display(description=_("mirrored as"))
    def thing(self, delivery: Delivery) -> str:
        """The event or member that it is about, leading to its page."""
        return formatting.link(_thing(delivery)) or gettext("(not mirrored)")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds what was received, and the history that it caused."""
        delivery = kwargs.get("obj")
        if delivery is not None:
            changes = history.without_bulk(delivery.changes.all())[:HISTORY_SHOWN]
            context["history"] = (
                history.rows(changes) if request.user.has_perm("django_vyte.view_eventchange") else None
            )
            context["headers"] = formatting.laid_out(delivery.headers)
            context["body"] = formatting.laid_out(delivery.body)
            may_replay = self.has_replay_permission(request) and not delivery.is_pruned
            context["verbs"] = [("replay", _("Replay"))] if may_replay else []
        return super().render_change_form(request, context, *args, **kwargs)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """``django_vyte.replay_delivery``."""
        return self.may(request, "replay")

    @admin.action(permissions=["replay"], description=_("Replay selected %(verbose_name_plural)s"))
    def replay(self, request: HttpRequest, queryset: DeliveryQuerySet) -> HttpResponse | None:
        """Process them again, whatever became of them."""
        chosen = list(queryset.values_list("pk", flat=True)[: MOST + 1])
        if len(chosen) > MOST:
            text = gettext("Nothing was done: choose at most %d, or use manage.py vyte_inbox replay.") % MOST
            self.message_user(request, text, messages.ERROR)
            return None
        rows = Delivery.objects.filter(pk__in=chosen)
        keys = inbox.replay(rows)
        if keys:
            tasks.enqueue(tasks.process, keys)
        opened = Delivery.objects.filter(pk__in=keys).defer("body", "headers")
        LogEntry.objects.log_actions(person(request).pk, opened, CHANGE, gettext("Replayed."))
        self._report(request, len(keys), len(chosen) - len(keys))
        return HttpResponseRedirect(formatting.page_of(Delivery(pk=chosen[0]))) if len(chosen) == 1 else None

    def _report(self, request: HttpRequest, opened: int, busy: int) -> None:
        if opened:
            text = ngettext(
                "%d delivery will be processed again in the background: reload the page to see what came of it.",
                "%d deliveries will be processed again in the background: reload the page to see what came of it.",
                opened,
            )
            self.message_user(request, text % opened)
        if busy:
            text = ngettext(
                "%d delivery was left alone: it is being worked on right now, or its body was pruned.",
                "%d deliveries were left alone: they are being worked on right now, or their bodies were pruned.",
                busy,
            )
            self.message_user(request, text % busy, messages.WARNING)


def _mirrored(model: type[Event] | type[Member], kind: str, field: str) -> Subquery:
    """A field of the event or member that a delivery is about."""
    rows = model._default_manager.filter(
        team=OuterRef("team"), vyte_id=Substr(OuterRef("subject"), len(kind) + 2)
    )
    about = rows.filter(Exact(Substr(OuterRef("subject"), 1, len(kind) + 1), Value(f"{kind}:")))
    return Subquery(about.order_by().values(field)[:1])


def _thing(delivery: Delivery) -> Model | None:
    """The mirrored row that a delivery is about."""
    kind, _, vyte_id = delivery.subject.partition(":")
    model = {"event": Event, "user": Member}.get(kind) if delivery.source == "vyte" else None
    if model is None or not vyte_id:
        return None
    rows = model._default_manager.filter(team=delivery.team_id, vyte_id=vyte_id)
    return rows.defer("data").first() if model is Event else rows.first()
