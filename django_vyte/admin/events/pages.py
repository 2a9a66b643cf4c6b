"""The pages ``event/confirm/`` and ``event/cancel/``, which ask before Vyte is told.

An action of the list redirects here with the primary keys of the chosen events in the URL. GET shows them; POST sends
the keys back in the form, acts on exactly these events, and redirects to the list or the event's page.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from django_vyte import db
from django_vyte.admin import formatting
from django_vyte.admin.base import current_user
from django_vyte.admin.events import bulk
from django_vyte.admin.events.forms import ConfirmForm
from django_vyte.admin.events.messages import show_results
from django_vyte.admin.events.options import event_time
from django_vyte.models import Event

# Events of one click: each costs up to two requests to Vyte, and a person waits for the page.
BULK_LIMIT = 100


def chosen_keys(model_admin: ModelAdmin[Any], request: HttpRequest, queryset: QuerySet[Event]) -> list[int]:
    """The primary keys of the chosen events; empty, with an error message, when they are too many."""
    keys = list(queryset.values_list("pk", flat=True)[: BULK_LIMIT + 1])
    if len(keys) <= BULK_LIMIT:
        return keys
    text = _("Nothing was done: choose at most %d events at once.") % BULK_LIMIT
    model_admin.message_user(request, text, messages.ERROR)
    return []


def redirect_back(model_admin: ModelAdmin[Any], request: HttpRequest, keys: Sequence[int]) -> HttpResponse:
    """To the page of a single event, else to the list with its filters."""
    site = model_admin.admin_site
    url = formatting.change_url(Event(pk=keys[0]), site) if len(keys) == 1 else _list_url(model_admin)
    return HttpResponseRedirect(_with_filters(model_admin, request, url))


class EventPage(ABC):
    """A page that shows the chosen events and asks; ``is_allowed`` decides who may open it."""

    verb: ClassVar[str]

    def __init__(self, model_admin: ModelAdmin[Any], is_allowed: Callable[[HttpRequest], bool]) -> None:
        self.model_admin = model_admin
        self.is_allowed = is_allowed

    def url_pattern(self) -> URLPattern:
        """Outside of ATOMIC_REQUESTS: each event is committed by itself once Vyte has answered."""
        view = db.non_atomic_requests(self.model_admin.admin_site.admin_view(self.view))
        return path(f"{self.verb}/", view, name=f"django_vyte_event_{self.verb}")

    def redirect_to(self, request: HttpRequest, keys: Sequence[int]) -> HttpResponse | None:
        """To this page with these events; None without any, which shows the list again."""
        if not keys:
            return None
        url = reverse(f"admin:django_vyte_event_{self.verb}", current_app=self.model_admin.admin_site.name)
        chosen = ",".join(map(str, keys))
        origin = "&from=page" if "page" in request.POST else ""
        return HttpResponseRedirect(
            _with_filters(self.model_admin, request, f"{url}?events={chosen}{origin}")
        )

    def view(self, request: HttpRequest) -> HttpResponse:
        """Checks the permission first, whatever the method."""
        if not self.is_allowed(request):
            raise PermissionDenied
        return self.respond(request, _requested_events(request))

    @abstractmethod
    def respond(self, request: HttpRequest, events: list[Event]) -> HttpResponse:
        """Show the page, or act on a valid POST."""

    def act(
        self, request: HttpRequest, events: Sequence[Event], action: Callable[[Event], str]
    ) -> HttpResponse:
        """Run the action on these events, show the results, and redirect back."""
        keys = [event.pk for event in events]
        show_results(self.model_admin, request, self.verb, bulk.run_bulk_action(keys, action))
        return redirect_back(self.model_admin, request, keys)

    def render(
        self, request: HttpRequest, title: str, events: Sequence[Event], **context: Any
    ) -> HttpResponse:
        """The page with its way back."""
        site = self.model_admin.admin_site
        request.current_app = site.name
        came_from_event = len(events) == 1 and request.GET.get("from") == "page"
        back = formatting.change_url(events[0], site) if came_from_event else _list_url(self.model_admin)
        common = {
            **site.each_context(request),
            "opts": self.model_admin.opts,
            "title": title,
            "back": _with_filters(self.model_admin, request, back),
        }
        return TemplateResponse(request, f"admin/django_vyte/event/{self.verb}.html", {**common, **context})


class ConfirmPage(EventPage):
    """A form per event with its proposed dates and places and their votes."""

    verb = "confirm"

    def respond(self, request: HttpRequest, events: list[Event]) -> HttpResponse:
        """Confirm with the chosen dates and places once every form is valid."""
        data = request.POST if request.method == "POST" else None
        confirmable, skipped = _split(events, bulk.check_confirmable)
        forms = [ConfirmForm(event, data) for event in confirmable]
        if data is not None and all(form.is_valid() for form in forms):
            choices = {form.event.pk: form.chosen_ids() for form in forms}
            by = current_user(request)
            return self.act(request, events, lambda event: bulk.confirm_one(event, by, choices.get(event.pk)))
        title = ngettext("Confirm meeting", "Confirm meetings", len(events))
        return self.render(request, title, events, forms=forms, skipped=skipped, total=len(forms))


class CancelPage(EventPage):
    """The events to cancel, and a button."""

    verb = "cancel"

    def respond(self, request: HttpRequest, events: list[Event]) -> HttpResponse:
        """Cancel on POST."""
        if request.method == "POST":
            return self.act(request, events, partial(bulk.cancel_one, by=current_user(request)))
        cancellable, skipped = _split(events, bulk.check_cancellable)
        rows = [(event, event_time(event)) for event in cancellable]
        title = ngettext("Cancel meeting", "Cancel meetings", len(events))
        return self.render(request, title, events, rows=rows, skipped=skipped, total=len(rows))


def _list_url(model_admin: ModelAdmin[Any]) -> str:
    return reverse("admin:django_vyte_event_changelist", current_app=model_admin.admin_site.name)


def _with_filters(model_admin: ModelAdmin[Any], request: HttpRequest, url: str) -> str:
    filters = model_admin.get_preserved_filters(request)
    return add_preserved_filters({"opts": model_admin.opts, "preserved_filters": filters}, url)


def _requested_events(request: HttpRequest) -> list[Event]:
    """The events of the posted form, or of ``?events=1,2``; anything that is not a primary key is ignored."""
    posted = request.method == "POST"
    given = request.POST.getlist("event") if posted else request.GET.get("events", "").split(",")
    keys = [int(key) for key in given if key.isascii() and key.isdigit() and len(key) < 19]
    rows = db.fresh(Event.objects.all()).select_related("team").prefetch_related("invitees")
    return list(rows.filter(pk__in=keys[:BULK_LIMIT]))


def _split(
    events: Iterable[Event], check: Callable[[Event], None]
) -> tuple[list[Event], list[tuple[Event, str]]]:
    """The events that pass the check, and those that raise Skip with its reason."""
    passed: list[Event] = []
    skipped: list[tuple[Event, str]] = []
    for event in events:
        try:
            check(event)
        except bulk.Skip as reason:
            skipped.append((event, str(reason)))
        else:
            passed.append(event)
    return passed, skipped
