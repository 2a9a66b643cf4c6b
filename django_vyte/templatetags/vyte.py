"""Links to Vyte and a list of meetings, for templates: ``{% load vyte %}``.

The tags answer plain addresses. Django escapes them like any other value, whether they stand in an attribute
(``href="{% vyte_page_url … %}"``) or go through a variable (``as url``).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Protocol

from django import template
from django.apps import apps

from django_vyte import links

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from django_vyte.models import Team

register = template.Library()

CREATION_DETAILS = ("title", "message", "invitees", "places")
BOOKING_DETAILS = ("title", "name", "email", "company", "phone", "message", "places", "embed")


class App(Protocol):
    """What signs links: a ``ThirdPartyApp``, or whatever has its two fields."""

    app_id: str
    secret: str


@register.simple_tag
def vyte_add_invitees_url(
    app: App | None = None,
    creator: links.PersonLike | AnonymousUser | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    **details: Any,
) -> str:
    """Where a reader creates an event, starting with whom to invite: ``links.add_invitees_url``.

    Without ``app`` the project's oldest ``ThirdPartyApp`` signs. ``creator`` is a user, who is signed for unless
    anonymous, or an email. ``group`` is an id or a ``SchedulableModel``, or several of them. ``title``,
    ``message``, ``invitees`` and ``places`` are passed on. A TemplateSyntaxError is raised for any other argument,
    and where ``app``, ``creator`` or ``group`` is empty text, which is what Django makes of a misspelt variable.
    """
    return links.add_invitees_url(**_creation("vyte_add_invitees_url", app, creator, group, details))


@register.simple_tag
def vyte_add_details_url(
    app: App | None = None,
    creator: links.PersonLike | AnonymousUser | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    **details: Any,
) -> str:
    """As ``vyte_add_invitees_url``, one step later: for an event whose invitees are all given."""
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
    """A booking page, filled in for whoever books: ``links.booking_page_url``.

    ``duration`` is in minutes. With a ``group``, ``app`` is found as in ``vyte_add_invitees_url``. ``title``,
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
    """Where the reader joins ``team`` at Vyte; ``extid`` is the id they get in this project."""
    _check_given("vyte_join_url", team=team)
    _check_not_empty("vyte_join_url", extid=extid)
    return team.join_url(extid)


@register.inclusion_tag("django_vyte/events.html")
def vyte_events(schedulable: Any) -> dict[str, Any]:
    """The meetings of a ``SchedulableModel`` as a list; override ``django_vyte/events.html`` to change it."""
    _check_given("vyte_events", schedulable=schedulable)
    return {"object": schedulable, "events": schedulable.vyte_events.all()}


def _creation(tag: str, app: App | None, creator: Any, group: Any, details: dict[str, Any]) -> dict[str, Any]:
    _check_names(tag, details, ("app", "creator", "group", *CREATION_DETAILS))
    _check_given(tag, group=group)
    _check_not_empty(tag, creator=creator)
    app = _app(tag, app)
    details = {**details, "app_id": app.app_id, "group_ids": group}
    if creator and getattr(creator, "is_authenticated", True):
        email, name = links.person(creator)
        details |= {"secret": app.secret, "creator_email": email, "creator_name": name}
    return details


def _check_names(tag: str, details: dict[str, Any], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(details) - set(known)):
        raise template.TemplateSyntaxError(
            f"{tag} has no argument {', '.join(unknown)}. Its arguments are: {', '.join(known)}."
        )


def _check_given(tag: str, **arguments: object) -> None:
    """Refuse None as well: a link without its group would lead to a meeting that nobody finds again."""
    _check_not_empty(tag, **{name: "" if value is None else value for name, value in arguments.items()})


def _check_not_empty(tag: str, **arguments: object) -> None:
    for name, value in arguments.items():
        if isinstance(value, str) and not value.strip():
            raise template.TemplateSyntaxError(
                f"{tag}: {name} is empty. Is its variable spelt right, and does the page have it?"
            )


def _app(tag: str, app: App | None) -> App:
    """The app given, or else the oldest: an app that somebody adds later must not change any page."""
    _check_not_empty(tag, app=app)
    app = app or apps.get_model("django_vyte", "ThirdPartyApp")._default_manager.order_by("pk").first()
    if app is None:
        raise template.TemplateSyntaxError(
            f"{tag} needs a third-party app, and none is registered here. Add one in the admin under Third-party "
            "apps, or make one with client.third_parties.create: see Links in the documentation."
        )
    return app
