"""The people of a team: those who were there before it was linked, and those whose call never came."""

from __future__ import annotations

from django.utils import timezone

from django_vyte import payloads
from django_vyte.db import fresh
from django_vyte.exceptions import VyteError
from django_vyte.mirror import members
from django_vyte.models import Member, Team
from django_vyte.payloads import values


def sync_members(team: Team) -> list[Member]:
    """Mirror the users of a team ("Users"); returns the members. Raises VyteError.

    ``user_joined`` is not sent for those found the first time, who did not join just then. They are matched with this
    site's users by ``extid``, else by an address that one user alone has. Who is new later joined meanwhile, and is
    announced.
    """
    as_of = timezone.now()
    with team.client() as vyte:
        users = vyte.users.list()
    is_first = not fresh(team.members.all()).exists()
    by_id = {values.identifier(user.get("_id")): user for user in map(payloads.user, users)}
    return [
        members.save_member(team.pk, key, user, as_of=as_of, was_there=is_first)
        for key, user in by_id.items()
        if key
    ]


def sync_members_or_say_why(team: Team) -> str:
    """As ``sync_members``; returns why it failed, for a run whose main work is something else."""
    try:
        sync_members(team)
    except VyteError as error:
        return f"The people of the team were not mirrored: {error}"
    return ""
