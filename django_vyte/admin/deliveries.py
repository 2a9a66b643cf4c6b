"""The inbox in the admin: received webhook deliveries, their processing status and errors, and the replay action."""

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
from django_vyte.admin.base import current_user
from django_vyte.admin.lists import search
from django_vyte.admin.lists.large_table import LargeTableAdmin
from django_vyte.models import Delivery, Event, Member, Team

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest, HttpResponse

    from django_vyte.models.delivery import DeliveryQuerySet

# The limit of one click; ``manage.py vyte_inbox replay`` has none.
REPLAY_LIMIT = 1000
HISTORY_SHOWN = 50


@admin.register(Delivery)
class DeliveryAdmin(LargeTableAdmin[Delivery]):
    """Read-only; a delivery can be replayed, which queues it for processing again."""

    list_display = ("received_at", "named", "state", "attempts", "problem")
    list_filter = ("status", "team")
    date_hierarchy = "received_at"
    search_fields = ("subject",)
    search_help_text = _("Subject of the delivery: event:ID, user:ID, ID or team")
    sortable_by = ("received_at",)
    ordering = ("-pk",)
    actions = ("replay",)
    fieldsets = (
        (None, {"fields": ("received_at", "source", "team", "about", "mirrored_as", "state", "error")}),
        (_("Processing"), {"fields": ("attempts", "next_attempt_at", "finished_at")}),
    )
    readonly_fields = ("about", "mirrored_as", "state", "error", "attempts", "next_attempt_at")

    def get_queryset(self, request: HttpRequest) -> DeliveryQuerySet:
        """Annotated with the title or name of the subject; body and headers, which can be large, are deferred."""
        rows = super().get_queryset(request).defer("body", "headers")
        title, name = _mirrored_field(Event, "event", "title"), _mirrored_field(Member, "user", "full_name")
        return rows.annotate(name=Coalesce(title, name, Value("")))  # type: ignore[return-value]

    def search_condition(self, word: str) -> Q:
        """By exact subject or id, which the index on the subject answers; ``event:`` finds a whole kind."""
        if word.endswith(":"):
            return Q(subject__startswith=word)
        subjects = Q(subject__in=[word, f"event:{word}", f"user:{word}"])
        return subjects & (Q(team__in=search.keys(Team.objects.all())) | Q(team__isnull=True))

    @admin.display(description=_("about"))
    def named(self, delivery: Any) -> str:
        """The mirrored title or name, else the subject as received."""
        return delivery.name or formatting.address(delivery.subject) or gettext("(no single subject)")

    @admin.display(description=_("about"))
    def about(self, delivery: Delivery) -> str:
        """The subject as received."""
        return delivery.subject or gettext("(no single subject)")

    @admin.display(description=_("status"))
    def state(self, delivery: Delivery) -> str:
        """The status as a badge."""
        return formatting.badge(delivery.status, delivery.get_status_display())

    @admin.display(description=_("error"))
    def problem(self, delivery: Delivery) -> str:
        """The first line of the error."""
        return formatting.excerpt(delivery.error)

    @admin.display(description=_("mirrored as"))
    def mirrored_as(self, delivery: Delivery) -> str:
        """The mirrored event or member, as a link."""
        return formatting.link(_mirrored_row(delivery)) or gettext("(not mirrored)")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds headers and body, the event changes that this delivery caused, and the replay button."""
        delivery = kwargs.get("obj")
        if delivery is not None:
            changes = history.for_display(delivery.changes.all())[:HISTORY_SHOWN]
            context["history"] = (
                history.rows(changes) if request.user.has_perm("django_vyte.view_eventchange") else None
            )
            context["headers"] = formatting.pretty_json(delivery.headers)
            context["body"] = formatting.pretty_json(delivery.body)
            may_replay = self.has_replay_permission(request) and not delivery.is_pruned
            context["verbs"] = [("replay", _("Replay"))] if may_replay else []
        return super().render_change_form(request, context, *args, **kwargs)

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``replay``."""
        return self.may(request, "replay")

    @admin.action(permissions=["replay"], description=_("Replay selected %(verbose_name_plural)s"))
    def replay(self, request: HttpRequest, queryset: DeliveryQuerySet) -> HttpResponse | None:
        """Reset the deliveries to received, whatever their status, and enqueue them."""
        chosen = list(queryset.values_list("pk", flat=True)[: REPLAY_LIMIT + 1])
        if len(chosen) > REPLAY_LIMIT:
            text = (
                gettext("Nothing was done: choose at most %d, or use manage.py vyte_inbox replay.")
                % REPLAY_LIMIT
            )
            self.message_user(request, text, messages.ERROR)
            return None
        rows = Delivery.objects.filter(pk__in=chosen)
        keys = inbox.replay(rows)
        if keys:
            tasks.enqueue(tasks.process, keys)
        opened = Delivery.objects.filter(pk__in=keys).defer("body", "headers")
        LogEntry.objects.log_actions(current_user(request).pk, opened, CHANGE, gettext("Replayed."))
        self._show_result(request, len(keys), len(chosen) - len(keys))
        return (
            HttpResponseRedirect(formatting.change_url(Delivery(pk=chosen[0]))) if len(chosen) == 1 else None
        )

    def _show_result(self, request: HttpRequest, opened: int, busy: int) -> None:
        if opened:
            text = ngettext(
                "%d delivery is queued for processing again: reload the page to see the result.",
                "%d deliveries are queued for processing again: reload the page to see the result.",
                opened,
            )
            self.message_user(request, text % opened)
        if busy:
            text = ngettext(
                "%d delivery was skipped: it is being processed, or its body was pruned.",
                "%d deliveries were skipped: they are being processed, or their bodies were pruned.",
                busy,
            )
            self.message_user(request, text % busy, messages.WARNING)


def _mirrored_field(model: type[Event] | type[Member], kind: str, field: str) -> Subquery:
    """A field of the event or member that the subject names, as a subquery."""
    rows = model._default_manager.filter(
        team=OuterRef("team"), vyte_id=Substr(OuterRef("subject"), len(kind) + 2)
    )
    about = rows.filter(Exact(Substr(OuterRef("subject"), 1, len(kind) + 1), Value(f"{kind}:")))
    return Subquery(about.order_by().values(field)[:1])


def _mirrored_row(delivery: Delivery) -> Model | None:
    """The event or member that the subject names, without Vyte's JSON."""
    kind, _, vyte_id = delivery.subject.partition(":")
    model = {"event": Event, "user": Member}.get(kind) if delivery.source == "vyte" else None
    if model is None or not vyte_id:
        return None
    rows = model._default_manager.filter(team=delivery.team_id, vyte_id=vyte_id)
    return rows.defer("data").first() if model is Event else rows.first()
