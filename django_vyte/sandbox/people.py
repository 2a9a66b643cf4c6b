"""What happens to people: they join an organization."""

from __future__ import annotations

from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.state import JSON, State


def join(state: State, team_id: str, email: str, full_name: str = "", extid: str | None = None) -> JSON:
    """A person follows the link to join: becomes a user if need be, and a member with that ``extid``.

    Performs user.joined and returns the user. Refused with 404 when there is no such organization and 400
    without an email.
    """
    if team_id not in state.organizations:
        raise Refused(404, "no such organization")
    if "@" not in email:
        raise Refused(400, "an email is required")
    organization = state.organizations[team_id]
    user = state.account(email, full_name, team_id)
    if full_name:
        first, _, last = full_name.partition(" ")
        user.update(first_name=first, last_name=last, full_name=full_name)
    membership = {"id": team_id, "name": organization["name"], "admin": user["_id"] in organization["admins"]}
    if extid:
        membership["extid"] = extid
    user["account"] = {**user.get("account", {}), "plan": "pro", "organization": membership}
    state.touch(user)
    if user["_id"] not in organization["members"]:
        organization["members"].append(user["_id"])
        state.touch(organization)
    state.perform("user.joined", user, team_id)
    return user
