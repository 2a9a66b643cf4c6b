"""Making and changing users through the API (v2 documentation, Users)."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from contextlib import contextmanager

from django_vyte.sandbox.world import calendars, schedules
from django_vyte.sandbox.world.bodies import OWN, checked
from django_vyte.sandbox.world.clock import new_id, zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.memberships import extid_of, organization_of
from django_vyte.sandbox.world.people import admit, members
from django_vyte.sandbox.world.state import JSON, VyteState

NO_CALENDARS = dict.fromkeys(("google", "office365", "exchange", "icloud", "caldav"), False)
MODULES = (
    "brand", "assistant", "vyteme", "vyteme_pro", "availabilities", "billing", "group_pro", "team",
)  # fmt: skip
KINDS = {
    **dict.fromkeys(("first_name", "last_name", "full_name", "timezone", "language", "picture_url"), str),
    "account": dict,
}
FIXED = (*OWN, "id", "account", "email", "emails", "calendars")
"""What is not simply written into a user."""


@contextmanager
def all_or_nothing(state: VyteState) -> Iterator[None]:
    """Puts everything about users back as it was when the block is refused."""
    names = ("users", "emails", "owners", "organizations", "availabilities", "calendars", "pages")
    before = {name: copy.deepcopy(getattr(state, name)) for name in names}
    try:
        yield
    except Refused:
        for name, objects in before.items():
            getattr(state, name).clear()
            getattr(state, name).update(objects)
        raise


def write_user(
    state: VyteState, body: JSON, owner: str, user: JSON | None = None, *, new: bool = True
) -> JSON:
    """Writes the body of "Create a user", or that of "Update a user" into ``user``. Returns the user.

    Without ``user`` the body names one by id, extid or email, or makes one when it may be ``new``. The user
    becomes a member; no action is performed, since user.joined is about the link to join. ``vyteme`` is left
    to the caller, and ``login`` only checked: a password is not kept.
    """
    if body.get("organization") not in (None, owner):
        raise Refused(403, "organization is another one than your key's")
    asked = checked(body, {"user": dict, "availability": dict, "login": dict})
    if asked.get("login") and body.get("finish_signup_with"):
        raise Refused(400, "login cannot be used with finish_signup_with")
    about = asked.get("user") or {}
    check_user(about)
    user = user or find_user(state, about, owner)
    if user is None and not new:
        raise Refused(404, "there is no such user")
    user = change_user(state, user or make_user(state, about, owner), about, owner)
    if asked.get("availability"):
        schedules.update_schedule(state, user, asked["availability"])
    if asked.get("calendars"):
        calendars.connect(state, user, asked["calendars"])
    return user


def make_user(state: VyteState, asked: JSON, owner: str) -> JSON:
    """A new user with the email that ``user`` of a body names; refused with 400 without."""
    email = email_asked(asked)
    if not email:
        raise Refused(400, "user.emails is required")
    described = state.describe_user(new_id(), email, None)
    modules = dict.fromkeys(MODULES, False)
    user = {**described, "signedup_with": "api", "calendars": {**NO_CALENDARS}, "modules": modules}
    return state.load_user(user, owner)


def change_user(state: VyteState, user: JSON, asked: JSON, owner: str) -> JSON:
    """Changes what ``user`` of a body names; refused with 400 for an email or extid of somebody else."""
    email, extid = email_asked(asked), extid_of(asked)
    if email and email.lower() not in [str(each).lower() for each in user["emails"]]:
        change_email(state, user, email)
    others = [other for other in members(state, owner) if other["_id"] != user["_id"]]
    if extid and extid != extid_of(user) and extid in [extid_of(other) for other in others]:
        raise Refused(400, f"user.account.organization.extid: {extid} belongs to another user")
    given = {name: value for name, value in asked.items() if value is not None and name not in FIXED}
    user.update(given)
    if "full_name" not in given and {"first_name", "last_name"} & set(given):
        names = (user.get("first_name"), user.get("last_name"))
        user["full_name"] = " ".join(name for name in names if name)
    admit(state, user, owner, extid)
    return user


def change_email(state: VyteState, user: JSON, email: str) -> None:
    """Gives a user another email; refused with 400 when it is somebody else's."""
    if email.lower() in state.emails:
        raise Refused(400, f"user.emails: {email} belongs to another user")
    for known in [known for known, user_id in state.emails.items() if user_id == user["_id"]]:
        del state.emails[known]
    user["emails"] = [email]
    state.emails[email.lower()] = user["_id"]


def find_user(state: VyteState, asked: JSON, owner: str) -> JSON | None:
    """The user that ``user`` of a body is about: by id, by the organization's extid, or by email.

    Refused with 404 for an id that nobody has, and 403 for somebody of another organization.
    """
    user_id = asked.get("_id") or asked.get("id")
    if user_id is not None:
        return state.owned(state.users, str(user_id), owner)
    extid = extid_of(asked)
    if extid:
        known = [user for user in members(state, owner) if extid_of(user) == extid]
        if known:
            return known[0]
    user = state.users.get(state.emails.get((email_asked(asked) or "").lower(), ""))
    if user is not None and organization_of(user) not in (None, owner):
        raise Refused(403, "the user belongs to another organization")
    return user


def check_user(asked: JSON) -> None:
    """Refused with 400, naming the member, when ``user`` of a body has something that cannot be."""
    checked(asked, KINDS)
    checked(asked.get("account") or {}, {"organization": dict})
    checked((asked.get("account") or {}).get("organization") or {}, {"extid": str})
    try:
        zone(asked.get("timezone"))
    except ValueError as error:
        raise Refused(400, f"user.timezone: {error}") from None
    email = email_asked(asked)
    if email is not None and "@" not in email:
        raise Refused(400, "user.emails must be an email")


def email_asked(asked: JSON) -> str | None:
    """The email of ``user`` in a body: ``emails`` as the attributes say, or ``email`` as the sample does."""
    emails = asked.get("emails") or asked.get("email")
    email = emails[0] if isinstance(emails, list) and len(emails) == 1 else emails
    if email is not None and not isinstance(email, str):
        raise Refused(400, "user.emails must be a list of one email")
    return email
