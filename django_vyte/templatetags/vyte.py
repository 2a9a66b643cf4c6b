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
    """Where the reader creates an event, starting with whom to invite: ``links.add_invitees_url``.

    ``app`` may be left out when the project has exactly one ``ThirdPartyApp``. ``creator`` is a user, who is
    signed for unless anonymous, or an email. ``group`` is an id or a ``SchedulableModel``, or several of
    them. ``title``, ``message``, ``invitees`` and ``places`` are passed on.
    """
    return links.add_invitees_url(**_creation(app, creator, group), **details)


@register.simple_tag
def vyte_add_details_url(
    app: App | None = None,
    creator: links.PersonLike | AnonymousUser | None = None,
    group: links.GroupLike | Iterable[links.GroupLike] = (),
    **details: Any,
) -> str:
    """As ``vyte_add_invitees_url``, one step later: for an event whose invitees are all given."""
    return links.add_details_url(**_creation(app, creator, group), **details)


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
    app_id = (app or _only_app()).app_id if app or group else None
    return links.booking_page_url(
        nickname, duration=duration or None, app_id=app_id, group_ids=group, start=start or None, **details
    )


@register.simple_tag
def vyte_join_url(team: Team, extid: object = None) -> str:
    """Where the reader joins ``team`` at Vyte; ``extid`` is the id they get in this project."""
    return team.join_url(extid)


@register.inclusion_tag("django_vyte/events.html")
def vyte_events(schedulable: Any) -> dict[str, Any]:
    """The meetings of a ``SchedulableModel`` as a list; override ``django_vyte/events.html`` to change it."""
    return {"object": schedulable, "events": schedulable.vyte_events.all()}


def _creation(app: App | None, creator: Any, group: Any) -> dict[str, Any]:
    app = app or _only_app()
    details: dict[str, Any] = {"app_id": app.app_id, "group_ids": group}
    if creator and getattr(creator, "is_authenticated", True):
        email, name = links.person(creator)
        details |= {"secret": app.secret, "creator_email": email, "creator_name": name}
    return details


def _only_app() -> App:
    found = list(apps.get_model("django_vyte", "ThirdPartyApp")._default_manager.all()[:2])
    if not found:
        raise template.TemplateSyntaxError("This link needs a third-party app, and none is registered here.")
    if len(found) > 1:
        raise template.TemplateSyntaxError(
            "Several third-party apps are registered here: say which one, app=…."
        )
    return found[0]
