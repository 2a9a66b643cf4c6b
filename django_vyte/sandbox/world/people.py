"""People join an organization, are listed as its members, and leave it."""

from __future__ import annotations

from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.memberships import enrol, expel, organization_of
from django_vyte.sandbox.world.state import JSON, VyteState


def join(state: VyteState, team_id: str, email: str, full_name: str = "", extid: str | None = None) -> JSON:
    """A person follows the link to join: becomes a user if need be, and a member with that ``extid``.

    Performs user.joined and returns the user. Refused with 404 when there is no such organization and 400
    without an email.
    """
    if team_id not in state.organizations:
        raise Refused(404, "no such organization")
    if "@" not in email:
        raise Refused(400, "an email is required")
    user = state.account(email, full_name, team_id)
    if full_name:
        first, _, last = full_name.partition(" ")
        user.update(first_name=first, last_name=last, full_name=full_name)
    admit(state, user, team_id, extid)
    state.perform("user.joined", user, team_id)
    return user


def admit(state: VyteState, user: JSON, team_id: str, extid: str | None = None) -> None:
    """Makes a user a member of an organization and of no other, with that ``extid`` if there is one."""
    former = state.organizations.get(organization_of(user) or team_id)
    if former and former["_id"] != team_id:
        expel(former, user)
    organization = state.organizations[team_id]
    if enrol(organization, user, extid):
        state.touch(organization)
    state.owners[user["_id"]] = team_id
    state.touch(user)


def members(state: VyteState, team_id: str) -> list[JSON]:
    """The users of an organization, in the order in which they joined."""
    return [state.users[user_id] for user_id in state.organizations[team_id]["members"]]


def remove(state: VyteState, user: JSON, owner: str) -> JSON:
    """Takes a user out of an organization and its teams and answers the organization; the account stays."""
    organization = state.organizations[owner]
    expel(organization, user)
    state.owners[user["_id"]] = ""
    for team in state.teams.values():
        if state.owner_of(team["_id"]) == owner:
            for role in ("members", "admins"):
                team[role] = [user_id for user_id in team[role] if user_id != user["_id"]]
    state.touch(user)
    state.touch(organization)
    return organization
