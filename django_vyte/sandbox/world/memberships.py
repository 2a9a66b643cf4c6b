"""Membership of an organization, which is written into both the user and the organization."""

from __future__ import annotations

from django_vyte.sandbox.world.state import JSON


def enrol(organization: JSON, user: JSON, extid: str | None = None) -> bool:
    """Makes a user a member, or changes the ``extid`` of one that is. Says whether the user is a new member."""
    known = (user.get("account") or {}).get("organization") or {}
    membership: JSON = {
        "id": organization["_id"],
        "name": organization["name"],
        "admin": user["_id"] in organization["admins"],
    }
    extid = extid or (known.get("extid") if known.get("id") == organization["_id"] else None)
    if extid:
        membership["extid"] = extid
    user["account"] = {**(user.get("account") or {}), "plan": "pro", "organization": membership}
    if user["_id"] in organization["members"]:
        return False
    organization["members"].append(user["_id"])
    return True


def expel(organization: JSON, user: JSON) -> None:
    """Takes a member and what was said about it out of an organization; the account itself stays."""
    for role in ("members", "admins"):
        organization[role] = [user_id for user_id in organization[role] if user_id != user["_id"]]
    account = {name: value for name, value in user.get("account", {}).items() if name != "organization"}
    user["account"] = {**account, "plan": "free"}


def organization_of(user: JSON) -> str | None:
    """The id of the organization that a user is a member of."""
    membership = (user.get("account") or {}).get("organization") or {}
    return membership.get("id")


def extid_of(user: JSON) -> str | None:
    """The id that the organization gave a user."""
    membership = (user.get("account") or {}).get("organization") or {}
    return membership.get("extid")
