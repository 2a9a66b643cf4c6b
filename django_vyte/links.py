"""Builds URLs of Vyte's web pages with their forms filled in: create an event, book somebody, join a team.

Pure functions, without network or database. Text is percent-encoded in full (a space is ``%20``, never ``+``) and the
order of parameters is fixed, so the same input gives the same URL. ``None`` and empty values are left out.
``ValueError`` is raised for input that Vyte would misread; its message says what to do.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, Protocol, TypedDict, Unpack
from urllib.parse import quote
from uuid import UUID

from django_vyte.conf import get_settings
from django_vyte.payloads import values
from django_vyte.redaction import HasSecretValue, unmasked


class HasEmail(Protocol):
    """An object with an email address, such as a Django user; ``get_full_name()`` or ``full_name`` is the name.

    The address of a user is in the field that its model names as ``EMAIL_FIELD``.
    """

    @property
    def email(self) -> str:
        """The email address."""


class HasGroupId(Protocol):
    """An object that meetings at Vyte are grouped by, such as a ``SchedulableModel``."""

    @property
    def vyte_group_id(self) -> str:
        """The id of the group at Vyte."""


PersonLike = str | tuple[str, str | None] | HasEmail
PlaceLike = str | tuple[str, str | None]
GroupLike = str | int | UUID | HasGroupId


class EventDetails(TypedDict, total=False):
    """The optional arguments of ``add_invitees_url`` and ``add_details_url``."""

    secret: str | HasSecretValue | None  # the app's secret: required with creator_email, else unused
    creator_email: str | None  # signs the link for this address; without it the person signs in at Vyte
    creator_name: str | None
    group_ids: GroupLike | Iterable[GroupLike]  # ids, or objects with vyte_group_id, to find the event by
    title: str | None
    message: str | None
    invitees: str | Iterable[PersonLike]  # addresses, (address, name) pairs, objects such as Django users
    places: str | Iterable[PlaceLike]  # names, (name, address) pairs
    web_url: str | None  # VYTE["WEB_URL"] unless given


class Person(NamedTuple):
    """An email address and a name; ``name`` is ``None`` when none was given, ``""`` when an empty one was."""

    email: str
    name: str | None


def person(who: PersonLike) -> Person:
    """``who`` as email address and name: from an address, a pair of both, or an object such as a Django user.

    For an object, an empty name counts as none.
    """
    if isinstance(who, str):
        return Person(who.strip(), None)
    if isinstance(who, tuple | list):
        email, name = who
        return Person(email.strip(), None if name is None else name.strip())
    get_full_name = getattr(who, "get_full_name", None)
    name = get_full_name() if callable(get_full_name) else getattr(who, "full_name", None)
    # A user model names the field of the address: https://docs.djangoproject.com/en/stable/topics/auth/customizing/
    get_field = getattr(who, "get_email_field_name", None)
    address = getattr(who, get_field(), None) if callable(get_field) else who.email
    return Person((address or "").strip(), (name or "").strip() or None)


def creator_token(secret: str | HasSecretValue, email: str) -> str:
    """The token that lets ``email`` create events without a Vyte account (``ct``; API v1, "Authentication").

    ``secret`` is the secret of the third party app. The token is a hexadecimal HMAC-SHA256 of exactly this spelling of
    ``email``. Raises ``ValueError`` when either is empty.
    """
    if not secret:
        raise ValueError("A link with a creator is signed: give the secret of the third party app.")
    if not email:
        raise ValueError("A link is signed for its creator's email, and that is empty.")
    return hmac.new(unmasked(secret).encode(), email.encode(), hashlib.sha256).hexdigest()


def add_invitees_url(app_id: str, **details: Unpack[EventDetails]) -> str:
    """The page on which a person creates an event, at its first step, the invitees (API v1, "How to create events").

    ``app_id`` is the third party app's; ``details`` are the fields of ``EventDetails``. Raises ``ValueError``
    for a creator without a secret, and for a ``|`` in an address, a name or a place.
    """
    return _creation_url("add_invitees", app_id, **details)


def add_details_url(app_id: str, **details: Unpack[EventDetails]) -> str:
    """As ``add_invitees_url``, at the next step: for an event whose invitees are all given."""
    return _creation_url("add_details", app_id, **details)


def booking_page_url(
    nickname: str,
    *,
    duration: int | timedelta | None = None,
    title: str | None = None,
    name: str | None = None,
    email: str | None = None,
    company: str | None = None,
    phone: str | None = None,
    message: str | None = None,
    places: str | Iterable[PlaceLike] = (),
    app_id: str | None = None,
    group_ids: GroupLike | Iterable[GroupLike] = (),
    embed: bool = False,
    start: date | None = None,
    web_url: str | None = None,
) -> str:
    """A booking page with its form filled in (API v1, "Link to your Vyte page from your app").

    ``duration`` is in minutes (or a ``timedelta`` of whole minutes); ``name``, ``email``, ``company`` and
    ``phone`` are those of the person who books; ``title`` may hold Vyte's placeholder ``{{invitee}}``.
    By ``app_id`` and ``group_ids`` the event can be found later. ``embed`` is for an iframe, and ``start`` is the
    first day shown. Raises ``ValueError`` for a nickname that is not one, a duration that is not a whole
    number of minutes, groups without an app, and a ``|`` in a place; ``TypeError`` for a datetime as ``start``.
    """
    if group_ids and not app_id:
        raise ValueError("Vyte keeps groups by app: give the app_id along with group_ids.")
    if isinstance(start, datetime):
        raise TypeError("start is a day: give a date, taken from the datetime in the reader's time zone.")
    path = _segment("booking page's nickname", nickname)
    if duration is not None:
        path += f"/{_minutes(duration)}"
    parameters = {
        "cn": name,
        "cm": email,
        "cc": company,
        "cp": phone,
        "em": message,
        "et": title,
        "places": _places(places),
        "aid": app_id,
        "agid": _groups(group_ids),
        "start": start.isoformat() if start else None,
    }
    return _url(web_url, f"/{path}", parameters, flag="embed" if embed else None)


def join_url(
    team_id: str, *, extid: object = None, subdomain: str | None = None, web_url: str | None = None
) -> str:
    """The page on which somebody joins the team ``team_id``, signing up at Vyte if necessary (API v1, "Teams").

    ``extid`` is the id that the ``user.joined`` call will have for them, or a user, whose primary key it is then;
    ``subdomain`` is the team's brand, which
    replaces ``www`` (a host without ``www``, such as a local one, is not changed). The path is ``VYTE["JOIN_PATH"]``.
    Raises ``ValueError`` for an id, an external id or a subdomain that cannot be one.
    """
    web_url = web_url or get_settings().WEB_URL
    if subdomain:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", subdomain, re.IGNORECASE):
            raise ValueError(f"{subdomain!r} cannot be a subdomain: give the brand's label alone, as 'acme'.")
        web_url = web_url.replace("://www.", f"://{subdomain.lower()}.", 1)
    path = get_settings().JOIN_PATH.replace("{team_id}", _segment("team id", team_id))
    return _url(web_url, path, {"extid": _extid(extid)})


def _extid(extid: object) -> str:
    """The external id, to the letter; ValueError for one that would come back in another spelling."""
    extid = getattr(extid, "pk", extid)
    text = "" if extid is None else str(extid)
    if text != values.extid(text):
        raise ValueError(
            f"{text[:80]!r} cannot be an extid: it has at most {values.MAX_EXTID} characters, no white space at its "
            "ends, and is in Unicode's form NFC."
        )
    return _sendable("extid", text, text)


def _sendable(what: str, text: str, given: object) -> str:
    if re.search("[\x00-\x1f\x7f-\x9f\ud800-\udfff]", str(given)):
        raise ValueError(
            f"The {what} {text!r} holds a control character or half a character: use another one."
        )
    return text


def _address(who: str, email: str) -> str:
    if not values.email(email):
        raise ValueError(f"{who} {email[:80]!r} is no email address of at most 254 characters.")
    return _sendable("email", email, email)


def event_url(event_id: str, *, web_url: str | None = None) -> str:
    """The page on which people vote on an event, see it and cancel it.

    Vyte documents no address for it: the path is ``VYTE["EVENT_PATH"]``, by default Vyte's start page. Raises
    ``ValueError`` for an id that cannot be one.
    """
    path = get_settings().EVENT_PATH.replace("{event_id}", _segment("event id", event_id))
    return _url(web_url, path, {})


def _creation_url(
    page: str,
    app_id: str,
    *,
    secret: str | HasSecretValue | None = None,
    creator_email: str | None = None,
    creator_name: str | None = None,
    group_ids: GroupLike | Iterable[GroupLike] = (),
    title: str | None = None,
    message: str | None = None,
    invitees: str | Iterable[PersonLike] = (),
    places: str | Iterable[PlaceLike] = (),
    web_url: str | None = None,
) -> str:
    if not app_id:
        raise ValueError("A link that creates events needs the app_id of a registered third party app.")
    creator_email = _address("The creator's email", creator_email.strip()) if creator_email else None
    emails, names = _invitees(invitees)
    parameters = {
        "aid": app_id,
        "agid": _groups(group_ids),
        "cm": creator_email,
        "cn": creator_name,
        "ct": creator_token(secret or "", creator_email) if creator_email else None,
        "em": message,
        "et": title,
        "im": emails,
        "in": names,
        "places": _places(places),
    }
    return _url(web_url, f"/{page}", parameters)


def _url(web_url: str | None, path: str, parameters: dict[str, str | None], flag: str | None = None) -> str:
    base = (web_url or get_settings().WEB_URL).rstrip("/")
    given = [f"{name}={quote(str(value), safe='')}" for name, value in parameters.items() if value]
    query = "&".join([flag, *given] if flag else given)
    return f"{base}{path}?{query}" if query else f"{base}{path}"


def _segment(what: str, text: str) -> str:
    # Not even percent-encoded: browsers decode dots, and a slash or ".." leads to another page.
    if not text or text != text.strip() or text == "." or any(bad in text for bad in ("/", "\\", "..")):
        raise ValueError(
            f"{text!r} cannot be a {what}: give it as Vyte shows it, without the address around it."
        )
    return quote(text, safe="")


def _minutes(duration: int | timedelta) -> int:
    length = duration if isinstance(duration, timedelta) else timedelta(minutes=duration)
    minutes, rest = divmod(length, timedelta(minutes=1))
    if rest or minutes < 1:
        raise ValueError(f"A duration is a whole number of minutes, one at least, not {duration!r}.")
    return minutes


def _groups(group_ids: GroupLike | Iterable[GroupLike]) -> str:
    if group_ids == "":
        return ""
    groups = group_ids if isinstance(group_ids, Iterable) and not isinstance(group_ids, str) else [group_ids]
    return ",".join(map(_group, groups))


def _group(group: GroupLike) -> str:
    """The id as it comes back from Vyte; ValueError for one by which the meeting would not be found again."""
    given = getattr(group, "vyte_group_id", group)
    if given is None or not str(given).strip():
        raise ValueError("A group id is empty: save the object first, or leave the group out.")
    group_id = values.group_id(group)
    if not group_id:
        raise ValueError(
            f"{str(given)[:80]!r} cannot be a group id, which is a text of at most {values.MAX_GROUP_ID} characters or "
            "a number; that of an object has no white space at its ends, and is in Unicode's form NFC."
        )
    if "," in group_id:
        raise ValueError(f"The group id {group_id!r} has a comma, which separates groups: use another id.")
    return _sendable("group id", group_id, given)


def _invitees(invitees: str | Iterable[PersonLike]) -> tuple[str, str]:
    people = [person(who) for who in ([invitees] if isinstance(invitees, str) and invitees else invitees)]
    for email, name in people:
        if not email:
            raise ValueError(f"An invitee ({name or 'without a name'}) has no email: leave them out.")
        if "@" not in email:
            raise ValueError(f"{email!r} is no email. Give invitees as a list, also when there is one.")
        _address("An invitee's email", email)
        _refuse_pipe("invitee's email", email)
        _refuse_pipe("invitee's name", name or "")
    # Vyte matches names to addresses by position, so people with a name come first.
    named = [who for who in people if who.name]
    nameless = [who for who in people if not who.name]
    if named and any(who.name == "" for who in nameless):
        raise ValueError("An invitee's name is empty and would shift the others: give the email alone.")
    emails = "|".join(who.email for who in (*named, *nameless))
    return emails, "|".join(who.name or "" for who in named)


def _places(places: str | Iterable[PlaceLike]) -> str:
    texts = []
    for place in [places] if isinstance(places, str) and places else places:
        name, address = place if isinstance(place, tuple | list) else (place, None)
        parts = str(name).strip(), str(address or "").strip()
        if not parts[0]:
            raise ValueError("A place has an empty name: give it one, or leave the place out.")
        _refuse_pipe("place's name", parts[0])
        _refuse_pipe("place's address", parts[1])
        texts.append("|".join(filter(None, parts)))
    return "||".join(texts)


def _refuse_pipe(what: str, text: str) -> None:
    if "|" in text:
        raise ValueError(
            f"The {what} {text!r} has a '|', which separates entries in Vyte's links: replace it."
        )
