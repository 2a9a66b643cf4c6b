"""The pages that ask before meetings are confirmed or cancelled, and what they answer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_vyte.admin import formatting
from django_vyte.admin.base import current_user
from django_vyte.admin.events import bulk
from django_vyte.admin.events.forms import Decision
from django_vyte.admin.events.messages import show
from django_vyte.admin.events.options import settled
from django_vyte.models import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse
    from django.urls import URLPattern

    from django_vyte.admin.events.admin import EventAdmin

# How many events one click acts on: each takes Vyte a moment, and a person waits.
BULK_LIMIT = 100


class EventPages:
    """``event/confirm/`` and ``event/cancel/``: which events is in the address, and posted back by their keys."""

    def __init__(self, owner: EventAdmin) -> None:
        self.owner = owner

    def urls(self) -> list[URLPattern]:
        """The addresses; none runs in one transaction, for each event stands for itself."""
        views = {"confirm": self.confirm, "cancel": self.cancel}
        return [
            path(f"{name}/", self._guarded(view), name=f"django_vyte_event_{name}")
            for name, view in views.items()
        ]

    def _guarded(self, view: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
        return transaction.non_atomic_requests(self.owner.admin_site.admin_view(view))

    def freeze(self, request: HttpRequest, queryset: QuerySet[Event]) -> list[int]:
        """The keys of the chosen events, none when they are too many: what is done is done to these and no others."""
        keys = list(queryset.values_list("pk", flat=True)[: BULK_LIMIT + 1])
        if len(keys) <= BULK_LIMIT:
            return keys
        text = _("Nothing was done: choose at most %d events at once.") % BULK_LIMIT
        self.owner.message_user(request, text, messages.ERROR)
        return []

    def ask(self, request: HttpRequest, verb: str, keys: Sequence[int]) -> HttpResponse | None:
        """Lead to the page that asks about these events."""
        if not keys:
            return None
        address = reverse(f"admin:django_vyte_event_{verb}", current_app=self.owner.admin_site.name)
        chosen = ",".join(map(str, keys))
        origin = "&from=page" if "page" in request.POST else ""
        return HttpResponseRedirect(self._keeping_filters(request, f"{address}?events={chosen}{origin}"))

    def confirm(self, request: HttpRequest) -> HttpResponse:
        """Which date and place each event is to have, with the votes; POST settles them."""
        if not self.owner.has_confirm_permission(request):
            raise PermissionDenied
        events, data = _events(request), request.POST if request.method == "POST" else None
        waiting, others = _sorted(events, bulk.check_confirmable)
        decisions = [Decision(event, data) for event in waiting]
        if data is not None and all(decision.is_valid() for decision in decisions):
            choices = {decision.event.pk: decision.answer() for decision in decisions}
            by = current_user(request)
            do = lambda event: bulk.confirm(event, by, choices.get(event.pk))  # noqa: E731
            return self._act(request, "confirm", events, do)
        title = ngettext("Confirm meeting", "Confirm meetings", len(events))
        shown = {"decisions": decisions, "others": others, "total": len(waiting)}
        return self._page(request, "confirm", title, events, **shown)

    def cancel(self, request: HttpRequest) -> HttpResponse:
        """Whether these events are to be called off; POST does it."""
        if not self.owner.has_cancel_permission(request):
            raise PermissionDenied
        events = _events(request)
        if request.method == "POST":
            return self._act(request, "cancel", events, partial(bulk.cancel, by=current_user(request)))
        waiting, others = _sorted(events, bulk.check_cancellable)
        doomed = [(event, settled(event)) for event in waiting]
        title = ngettext("Cancel meeting", "Cancel meetings", len(events))
        shown = {"doomed": doomed, "others": others, "total": len(waiting)}
        return self._page(request, "cancel", title, events, **shown)

    def _act(
        self, request: HttpRequest, verb: str, events: Sequence[Event], do: Callable[[Event], str]
    ) -> HttpResponse:
        keys = [event.pk for event in events]
        show(self.owner, request, verb, bulk.carry_out(keys, do))
        return self.back(request, keys)

    def back(self, request: HttpRequest, keys: Sequence[int]) -> HttpResponse:
        """To where it began: the page of a single event, or the list as it was filtered."""
        address = formatting.change_url(Event(pk=keys[0])) if len(keys) == 1 else self._list()
        return HttpResponseRedirect(self._keeping_filters(request, address))

    def _list(self) -> str:
        return reverse("admin:django_vyte_event_changelist", current_app=self.owner.admin_site.name)

    def _keeping_filters(self, request: HttpRequest, address: str) -> str:
        filters = self.owner.get_preserved_filters(request)
        return add_preserved_filters({"opts": self.owner.opts, "preserved_filters": filters}, address)

    def _page(
        self, request: HttpRequest, name: str, title: str, events: Sequence[Event], **context: Any
    ) -> HttpResponse:
        request.current_app = self.owner.admin_site.name
        single = len(events) == 1 and request.GET.get("from") == "page"
        back = formatting.change_url(events[0]) if single else self._list()
        shared = {
            **self.owner.admin_site.each_context(request),
            "opts": self.owner.opts,
            "title": title,
            "back": self._keeping_filters(request, back),
        }
        return TemplateResponse(request, f"admin/django_vyte/event/{name}.html", {**shared, **context})


def _events(request: HttpRequest) -> list[Event]:
    """The events whose keys are in the form, or at first in the address; what is no key is left out."""
    posted = request.method == "POST"
    given = request.POST.getlist("event") if posted else request.GET.get("events", "").split(",")
    keys = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19]
    return list(
        Event.objects.select_related("team").prefetch_related("invitees").filter(pk__in=keys[:BULK_LIMIT])
    )


def _sorted(
    events: Iterable[Event], check: Callable[[Event], None]
) -> tuple[list[Event], list[tuple[Event, str]]]:
    """The events that pass the check, and the others with the reason."""
    waiting: list[Event] = []
    others: list[tuple[Event, str]] = []
    for event in events:
        try:
            check(event)
        except bulk.Skip as reason:
            others.append((event, str(reason)))
        else:
            waiting.append(event)
    return waiting, others
