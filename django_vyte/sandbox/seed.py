"""Seed files: JSON with users, teams, events … that a local Vyte starts with, besides the published objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from django_vyte.sandbox.api.appointment_types import KINDS as TYPE_KINDS
from django_vyte.sandbox.api.booking_pages import KINDS as PAGE_KINDS
from django_vyte.sandbox.api.booking_pages import check_nickname
from django_vyte.sandbox.api.locators import LOCATION_KINDS, LOCATOR_KINDS, check_spelling
from django_vyte.sandbox.world import meetings, registration
from django_vyte.sandbox.world.bodies import check_custom, checked
from django_vyte.sandbox.world.clock import new_secret, read, stable_id
from django_vyte.sandbox.world.errors import Refused, UnusableFile
from django_vyte.sandbox.world.event_bodies import check_event, is_confirmed_in, objects
from django_vyte.sandbox.world.memberships import enrol, extid_of
from django_vyte.sandbox.world.schedules import set_schedule
from django_vyte.sandbox.world.state import JSON, VyteState


def load_seed(path: Path, state: VyteState) -> None:
    """Takes over everything that a seed file names, and fires nothing.

    Raises UnusableFile that says which entry is wrong and why.
    """
    try:
        content = msgspec.json.decode(path.read_bytes())
    except OSError as error:
        raise UnusableFile(f"{path} cannot be read: {error.strerror}.") from None
    except (msgspec.DecodeError, RecursionError, ValueError):
        raise UnusableFile(f"{path} is not JSON: correct it, or name another file.") from None
    if not isinstance(content, dict):
        raise UnusableFile(f"{path} must be an object with lists of: {', '.join(KINDS)}.")
    for kind in content:
        if kind not in KINDS:
            raise UnusableFile(f"{path}: there is no {kind}; it may have: {', '.join(KINDS)}.")
    for kind, take in KINDS.items():
        for number, entry in enumerate(entries(path, kind, content.get(kind, []))):
            try:
                check_texts(entry)
                take(state, entry)
            except Refused as refused:
                raise UnusableFile(f"{path}: {kind}[{number}]: {refused.message}.") from None
            except (LookupError, TypeError, ValueError, AttributeError):
                message = "cannot be read: one of its members is of a kind that it cannot have"
                raise UnusableFile(f"{path}: {kind}[{number}]: {message}.") from None


def entries(path: Path, kind: str, given: Any) -> list[JSON]:
    """The entries of one kind; the organization stands alone. Raises UnusableFile when they are no objects."""
    given = [given] if kind == "organization" and isinstance(given, dict) else given
    if not isinstance(given, list):
        raise UnusableFile(f"{path}: {kind} must be a list.")
    for number, entry in enumerate(given):
        if not isinstance(entry, dict):
            raise UnusableFile(f"{path}: {kind}[{number}]: must be an object.")
    return given


def take_organization(state: VyteState, entry: JSON) -> None:
    """Members of the first organization to change, such as its name; its id stays.

    ``members`` and ``admins`` are users. Members are added to those of ``users``; admins are members too.
    """
    text(entry, "name")
    organization = state.organizations[state.team_id]
    checked(entry, dict.fromkeys(("members", "admins"), list))
    members = [user_of(state, person) for person in entry.pop("members", None) or []]
    admins = [user_of(state, person) for person in entry.pop("admins", organization["admins"]) or []]
    organization.update(entry, _id=state.team_id, admins=admins)
    for user_id in [*organization["members"], *members, *admins]:
        enrol(organization, state.users[user_id])


def take_user(state: VyteState, entry: JSON) -> None:
    """A member of the organization; ``email`` or ``emails`` is required."""
    emails = [entry.pop("email")] if "email" in entry else entry.get("emails")
    if not (isinstance(emails, list) and emails and all(isinstance(e, str) and "@" in e for e in emails)):
        raise Refused(400, "email is required")
    registration.check_user({name: value for name, value in entry.items() if name != "emails"})
    organization = state.organizations[state.team_id]
    user_id = entry.get("_id") or state.emails.get(emails[0].lower()) or stable_id(f"user {emails[0]}")
    names = (entry.get("first_name"), entry.get("last_name"))
    full_name = entry.get("full_name") or " ".join(name for name in names if name)
    user = {**state.describe_user(user_id, emails[0], full_name), **entry, "_id": user_id, "emails": emails}
    enrol(organization, state.load_user(user, state.team_id), extid_of(entry))


def take_team(state: VyteState, entry: JSON) -> None:
    """A team; ``name`` is required, ``members`` and ``admins`` are users."""
    team: JSON = {"_id": stable_id(f"team {text(entry, 'name')}"), **entry}
    for role in ("members", "admins"):
        team[role] = [user_of(state, member) for member in entry.get(role, [])]
    state.load_team(team)


def take_app(state: VyteState, entry: JSON) -> None:
    """A third-party app; ``name`` is required, the secret is made when there is none."""
    app: JSON = {"_id": stable_id(f"app {text(entry, 'name')}"), "secret": new_secret(20), **entry}
    app["organization"] = state.owners[app["_id"]] = state.team_id
    state.apps[app["_id"]] = app


def take_page(state: VyteState, entry: JSON) -> None:
    """A booking page with its appointment types as ``types``; ``nickname`` and ``belongs_to`` are required."""
    types = objects(entry.pop("types", []), "types")
    check_nickname(text(entry, "nickname"))
    checked(entry, PAGE_KINDS)
    entry["belongs_to"] = user_of(state, text(entry, "belongs_to"))
    check_custom(entry.get("custom"))
    page = state.load_page({"secondary": False, "active": True, "custom": {}, **entry})
    for each in types:
        text(each, "handle")
        check_texts(each)
        checked(each, TYPE_KINDS)
        check_custom(each.get("custom"))
        state.load_appointment_type(
            {"name": each["handle"], "active": True, "custom": {}, **each, "vyteme": page["_id"]}
        )


def take_locator(state: VyteState, entry: JSON) -> None:
    """A locator with its ``locations``; ``handle``, and of locations ``name`` and ``extid``, are required."""
    locations = objects(entry.pop("locations", []), "locations")
    check_spelling(text(entry, "handle"))
    checked(entry, LOCATOR_KINDS)
    locator = state.load_locator({"lang": "en", **entry})
    for each in locations:
        text(each, "name")
        text(each, "extid")
        check_texts(each)
        checked(each, LOCATION_KINDS)
        state.load_location({**each, "locator": locator["_id"]})


def take_event(state: VyteState, entry: JSON) -> None:
    """An event: as it is when it has an ``_id``, else made as the API makes one, confirmed when it says so."""
    if entry.get("_id"):
        check_event(entry)
        state.load_event(entry)
        return
    event = meetings.assemble(state, entry, state.team_id)
    if is_confirmed_in(entry):
        meetings.mark_confirmed(state, event, None, None)


def take_availability(state: VyteState, entry: JSON) -> None:
    """The availability of ``user``, an id or an email, as the API sets it."""
    user = state.users[user_of(state, text(entry, "user"))]
    set_schedule(state, user, {name: value for name, value in entry.items() if name != "user"})


def check_texts(entry: JSON) -> None:
    """Refused when a member that is a text of everything that is kept is something else."""
    checked(entry, dict.fromkeys(("_id", "secret", "createdAt", "updatedAt"), str))
    for name in ("createdAt", "updatedAt"):
        try:
            read(entry.get(name) or "1970-01-01")
        except ValueError:
            raise Refused(400, f"{name} must be like 2020-07-16T07:00:00.000Z") from None


def user_of(state: VyteState, named: Any) -> str:
    """The id of the user with that id or email; refused when there is none."""
    user_id = state.emails.get(str(named).lower(), str(named))
    if user_id not in state.users:
        raise Refused(400, f"there is no user {named}")
    return user_id


def text(entry: JSON, name: str) -> str:
    """A member that must be there; refused when it is not."""
    value = entry.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{name} is required")
    return value


KINDS: dict[str, Callable[[VyteState, JSON], None]] = {
    "users": take_user,
    "organization": take_organization,
    "teams": take_team,
    "availabilities": take_availability,
    "third_parties": take_app,
    "booking_pages": take_page,
    "locators": take_locator,
    "events": take_event,
}
"""What a seed may hold, in the order in which it is taken."""
