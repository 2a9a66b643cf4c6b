"""The inbox in the admin: received webhook calls of any service, their status and errors, and the replay action."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.views.main import ChangeList
from django.db import router
from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import formatting
from django_vyte.admin.base import current_user
from django_vyte.admin.lists.large_table import LargeTableAdmin, LargeTableChangeList
from django_vyte.db import fresh
from django_vyte.inbox.replay import reopen
from django_vyte.inbox.sources import SOURCES
from django_vyte.jobs import publishing
from django_vyte.models.delivery import AccountKey, Delivery, DeliveryQuerySet

# Accounts of one source to choose from; the address of the list takes any other.
MOST_CHOICES = 100
# The limit of one click; ``manage.py vyte_inbox replay`` has none.
REPLAY_LIMIT = 1000

Panel = Callable[[HttpRequest, Delivery], str]
# What a source adds to the page of its deliveries, by the source's name.
PANELS: dict[str, Panel] = {}


def delivery_panel(source: str) -> Callable[[Panel], Panel]:
    """Register a function whose HTML is shown on the page of each delivery of this source."""

    def register(panel: Panel) -> Panel:
        PANELS[source] = panel
        return panel

    return register


class AccountFilter(admin.SimpleListFilter):
    """Deliveries of one account of any source."""

    title = _("account")
    parameter_name = "account"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin[Any]) -> list[tuple[str, str]]:
        """``SOURCE:PK`` for the first accounts of each source, with its name where there are several sources."""
        suffix = {
            name: f" ({source.verbose_name})" if len(SOURCES) > 1 else "" for name, source in SOURCES.items()
        }
        return [
            (f"{name}:{account.pk}", f"{account}{suffix[name]}")
            for name, source in SOURCES.items()
            for account in source.accounts()[:MOST_CHOICES]
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """Those of the chosen account."""
        value = self.value()
        if not value:
            return queryset
        source, _colon, account = value.partition(":")
        return queryset.none() if "\0" in value else queryset.of(AccountKey(source, account))


class DeliveryChangeList(LargeTableChangeList):
    """Looks up what the deliveries of a page are about, one query for each kind of row."""

    def get_results(self, request: HttpRequest) -> None:
        """The rows of the page, each with ``mirrored``."""
        super().get_results(request)
        self.result_list = list(self.result_list)
        found = mirrored(self.result_list)
        for delivery in self.result_list:
            delivery.mirrored = found.get(delivery.pk)


class DeliveryAdmin(LargeTableAdmin[Delivery]):
    """Read-only; a delivery can be replayed, which queues it for processing again."""

    list_display = ("received_at", "named", "state", "attempts", "problem")
    list_filter = ("status", AccountFilter)
    date_hierarchy = "received_at"
    search_fields = ("subject",)
    search_help_text = _("Subject of the delivery: event:ID, user:ID, ID or team")
    sortable_by = ("received_at",)
    ordering = ("-pk",)
    actions = ("replay",)
    fieldsets = (
        (None, {"fields": ("received_at", "source", "owner", "about", "mirrored_as", "state", "error")}),
        (_("Processing"), {"fields": ("attempts", "next_attempt_at", "finished_at")}),
    )
    readonly_fields = ("owner", "about", "mirrored_as", "state", "error", "attempts", "next_attempt_at")

    def get_queryset(self, request: HttpRequest) -> DeliveryQuerySet:
        """Body and headers, which can be large, are deferred."""
        return super().get_queryset(request).defer("body", "headers")  # type: ignore[return-value]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The table that looks up what its deliveries are about."""
        return DeliveryChangeList

    def search_condition(self, word: str) -> Q:
        """By exact subject or id, which the index on the subject answers; ``event:`` finds a whole kind."""
        if word.endswith(":"):
            return Q(subject__startswith=word)
        kinds = {kind for source in SOURCES.values() for kind in source.kinds}
        return Q(subject__in=[word, *(f"{kind}:{word}" for kind in kinds)])

    @admin.display(description=_("about"))
    def named(self, delivery: Any) -> str:
        """The mirrored row by its name, else the subject as received."""
        if delivery.mirrored:
            return formatting.shortened(str(delivery.mirrored))
        return formatting.breakable(delivery.subject) or gettext("(no single subject)")

    @admin.display(description=_("account"))
    def owner(self, delivery: Delivery) -> str:
        """The account, leading to its page."""
        source = SOURCES.get(delivery.source)
        account = source.find_account(delivery.account) if source else None
        return formatting.link(account, self.admin_site) or delivery.account

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
        row = mirrored([delivery]).get(delivery.pk)
        return formatting.link(row, self.admin_site) or gettext("(not mirrored)")

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds headers and body, the panel of the delivery's source, and the replay button."""
        delivery = kwargs.get("obj")
        if delivery is not None:
            panel = PANELS.get(delivery.source)
            context["panel"] = panel(request, delivery) if panel else ""
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
        keys = reopen(Delivery.objects.filter(pk__in=chosen))
        if keys:
            publishing.enqueue(publishing.PROCESS, keys, using=router.db_for_write(Delivery))
        opened = fresh(Delivery.objects.all()).filter(pk__in=keys).defer("body", "headers")
        LogEntry.objects.log_actions(current_user(request).pk, opened, CHANGE, gettext("Replayed."))
        self._show_result(request, len(keys), len(chosen) - len(keys))
        if len(chosen) != 1:
            return None
        return HttpResponseRedirect(formatting.change_url(Delivery(pk=chosen[0]), self.admin_site))

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


def mirrored(deliveries: Sequence[Delivery]) -> dict[int, Model]:
    """The mirrored row that each delivery is about, by the delivery's primary key: its source knows."""
    found: dict[int, Model] = {}
    for name, source in SOURCES.items():
        if own := [each for each in deliveries if each.source == name and each.subject]:
            found |= source.mirrored(own)
    return found
