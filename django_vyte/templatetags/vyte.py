"""Template tags for links to Vyte and for lists of meetings: ``{% load vyte %}``.

Tags return plain URLs. Django escapes them like any other value, both in an attribute
(``href="{% vyte_page_url … %}"``) and from a variable (``as url``).
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import date, timedelta, tzinfo
from typing import TYPE_CHECKING, Any, Protocol

from django import template

from django_vyte import display, links
from django_vyte.exceptions import DecryptionError
from django_vyte.models import Event, Team, ThirdPartyApp
from django_vyte.models.meetings import LIMIT, Meetings, most_relevant_first
from django_vyte.payloads import zones
from django_vyte.redaction import HasSecretValue, unmasked

if TYPE_CHECKING:
    # Importing it needs django.contrib.auth among the installed apps.
    from django.contrib.auth.models import AnonymousUser

logger = logging.getLogger(__name__)
register = template.Library()

CREATION_DETAILS = ("title", "message", "invitees", "places")
BOOKING_DETAILS = ("title", "name", "email", "company", "phone", "message", "places", "embed")


class App(Protocol):
    """What signs links: a ``ThirdPartyApp``, or an object with these two attributes."""

    @property
    def app_id(self) -> str:
        """The app's id at Vyte."""

    @property
    def secret(self) -> str | HasSecretValue:
        """The app's secret."""


@register.simple_tag
def vyte_add_invitees_url(
    app: App | None = None,
    creator: links.PersonLike | AnonymousUser | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    **details: Any,
) -> str:
    """The page on which a reader creates an event, beginning with its invitees: ``links.add_invitees_url``.

    Without ``app`` the project's oldest ``ThirdPartyApp`` signs. ``creator`` is a user or an email; nothing is signed
    for an anonymous user. ``group`` is an id or a ``SchedulableModel``, or several of them. ``title``, ``message``,
    ``invitees`` and ``places`` are passed on. Any other argument raises TemplateSyntaxError, as do an ``app``,
    ``creator`` or ``group`` that is an empty string: Django passes one for a misspelt variable.
    """
    return links.add_invitees_url(**_creation("vyte_add_invitees_url", app, creator, group, details))


@register.simple_tag
def vyte_add_details_url(
    app: App | None = None,
    creator: links.PersonLike | AnonymousUser | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    **details: Any,
) -> str:
    """As ``vyte_add_invitees_url``, but the next page, for an event whose invitees are all given."""
    return links.add_details_url(**_creation("vyte_add_details_url", app, creator, group, details))


@register.simple_tag
def vyte_page_url(
    nickname: str,
    duration: int | timedelta | None = None,
    app: App | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    start: date | None = None,
    **details: Any,
) -> str:
    """A booking page with its form filled in: ``links.booking_page_url``.

    ``duration`` is in minutes. With a ``group``, ``app`` defaults as in ``vyte_add_invitees_url``. ``title``,
    ``name``, ``email``, ``company``, ``phone``, ``message``, ``places`` and ``embed`` are passed on.
    """
    tag = "vyte_page_url"
    _check_names(tag, details, ("duration", "app", "group", "start", *BOOKING_DETAILS))
    _check_given(tag, group=group)
    app_id = _app(tag, app).app_id if app is not None or group else None
    return links.booking_page_url(
        nickname, duration=duration or None, app_id=app_id, group_ids=group, start=start or None, **details
    )


@register.simple_tag
def vyte_join_url(team: Team, extid: object = None) -> str:
    """The page on which the reader joins ``team`` at Vyte; ``extid`` is their id in this project."""
    _check_given("vyte_join_url", team=team)
    _check_not_empty("vyte_join_url", extid=extid)
    return team.join_url(extid)


@register.inclusion_tag("django_vyte/events.html")
def vyte_events(
    schedulable: Any, limit: int | None = None, timezone: str | tzinfo | None = None
) -> dict[str, Any]:
    """The meetings of a ``SchedulableModel`` as a list; override ``django_vyte/events.html`` to change it.

    Upcoming ones come first, then planned ones, then the others. ``limit`` (20) is how many are shown at most. Times
    are in each meeting's own zone, or in ``timezone``, a ``tzinfo`` or a name. Makes no query for an object that went
    through ``prefetch_meetings``, and shows at most what that fetched.
    """
    _check_given("vyte_events", schedulable=schedulable)
    shown_in = _zone("vyte_events", timezone)
    _check_limit("vyte_events", limit)
    prefetched = vars(schedulable).get("vyte_meetings")
    if isinstance(prefetched, Meetings):
        shown = prefetched.events[:limit]
        more = prefetched.count > len(shown)
    else:
        limit = LIMIT if limit is None else limit
        found = list(most_relevant_first(schedulable.vyte_events.all())[: limit + 1])
        shown, more = found[:limit], len(found) > limit
    meetings = [display.meeting(event, shown_in) for event in shown]
    return {"object": schedulable, "meetings": meetings, "more": more}


@register.filter
def vyte_when(event: Event | None) -> str:
    """When a meeting takes place, in its own zone; empty while no date is settled, and for no meeting."""
    if event is None or event.starts_at is None:
        return ""
    return str(display.when(event.starts_at, event.ends_at, zone=event.timezone, all_day=event.all_day))


def _check_limit(tag: str, limit: object) -> None:
    if limit is not None and not (isinstance(limit, int) and limit > 0):
        raise template.TemplateSyntaxError(f"{tag}: limit is {limit!r}; it is a number of 1 or more.")


def _zone(tag: str, given: str | tzinfo | None) -> tzinfo | None:
    _check_not_empty(tag, timezone=given)
    if given is None or isinstance(given, tzinfo):
        return given
    if zone := zones.find(given):
        return zone
    raise template.TemplateSyntaxError(f"{tag}: there is no time zone {given!r}. A name is Europe/Paris.")


def _creation(tag: str, app: App | None, creator: Any, group: Any, details: dict[str, Any]) -> dict[str, Any]:
    _check_names(tag, details, ("app", "creator", "group", *CREATION_DETAILS))
    _check_given(tag, group=group)
    _check_not_empty(tag, creator=creator)
    app = _app(tag, app)
    details = {**details, "app_id": app.app_id, "group_ids": group}
    if creator and getattr(creator, "is_authenticated", True):
        email, name = links.person(creator)
        try:
            secret = unmasked(app.secret)
        except DecryptionError:
            logger.warning(
                "%s: no key decrypts the secret of app %s, so the link is not signed", tag, app.app_id
            )
        else:
            details |= {"secret": secret, "creator_email": email, "creator_name": name}
    return details


def _check_names(tag: str, details: dict[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(details) - set(known)):
        raise template.TemplateSyntaxError(
            f"{tag} has no argument {', '.join(unknown)}. Its arguments are: {', '.join(known)}."
        )


def _check_given(tag: str, **arguments: object) -> None:
    """TemplateSyntaxError for None too: a link without its group creates a meeting that belongs to no object."""
    _check_not_empty(tag, **{name: "" if value is None else value for name, value in arguments.items()})


def _check_not_empty(tag: str, **arguments: object) -> None:
    for name, value in arguments.items():
        if isinstance(value, str) and not value.strip():
            raise template.TemplateSyntaxError(
                f"{tag}: {name} is empty. Is its variable spelt right, and does the page have it?"
            )


def _app(tag: str, app: App | None) -> App:
    """The app given, or the oldest one, so that adding an app changes no existing page."""
    _check_not_empty(tag, app=app)
    app = app or ThirdPartyApp.objects.order_by("pk").first()
    if app is None:
        raise template.TemplateSyntaxError(
            f"{tag} needs a third-party app, and none is registered here. Add one in the admin under Third-party "
            "apps, or make one with client.third_parties.create: see Links in the documentation."
        )
    return app
