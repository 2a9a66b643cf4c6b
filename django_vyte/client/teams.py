"""``vyte.teams`` and ``vyte.admin_preferences``: groups of users, and the notifications that their admins get."""

from __future__ import annotations

import re
from typing import Literal, Unpack

from django_vyte.client.arguments import content, count, search, segment, text
from django_vyte.client.resource import Resource
from django_vyte.client.types import AdminPreferences as TeamAdminPreferences
from django_vyte.client.types import (
    Event,
    NewAdminPreferences,
    NewTeam,
    NewTeamEvent,
    PublicTeam,
    Team,
    TeamChange,
)

_TEAMS = "/v2/teams"


class Teams(Resource):
    """``vyte.teams``: v2 documentation, Teams. What v1 calls a team is ``vyte.organizations``."""

    def create(self, **fields: Unpack[NewTeam]) -> Team:
        """Create a team with a ``name`` and an ``extid``, your own id of it.

        ``admins`` and ``members`` are ids of users, or objects with an ``_id``, an ``email`` or an ``extid``.
        Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists: look into ``list()``.

        ``POST /v2/teams``

        >>> vyte.teams.create(name="support", extid="7", members=[user_id])["name"]
        'support'
        """
        return self._read("POST", _TEAMS, Team, body=content("", fields))

    def retrieve(self, team_id: str) -> Team:
        """One team; ``NotFound`` when there is none.

        ``GET /v2/teams/:team_id``

        >>> vyte.teams.retrieve(team_id)["name"]
        'sales'
        """
        return self._read("GET", _team(team_id), Team)

    def public(self, team_id: str) -> PublicTeam:
        """What anyone may know of a team that is ``public``: its name, and names and pictures of its members.

        ``GET /v2/teams/:team_id/public``

        >>> vyte.teams.update(team_id, public=True)["_id"] == team_id
        True
        >>> vyte.teams.public(team_id)["name"]
        'sales'
        """
        return self._read("GET", f"{_team(team_id)}/public", PublicTeam)

    def update(self, team_id: str, **fields: Unpack[TeamChange]) -> Team:
        """Change what is given; ``admins`` and ``members`` are whole lists, as in ``create``.

        ``PUT /v2/teams/:team_id``

        >>> vyte.teams.update(team_id, level_name="company")["level_name"]
        'company'
        """
        return self._read("PUT", _team(team_id), Team, body=content("", fields))

    def delete(self, team_id: str) -> None:
        """Delete a team; its members stay users.

        ``DELETE /v2/teams/:team_id``

        >>> vyte.teams.delete(team_id)
        """
        self._send("DELETE", _team(team_id))

    def book_member(self, team_id: str, **fields: Unpack[NewTeamEvent]) -> Event:
        """Create an event with a member of the team, whom Vyte picks, and answer it.

        ``fields`` are those of ``events.create``, but ``created_by`` may be left out. ``vyteme`` must be true,
        and is sent so when it is left out. Never sent twice, so an error with ``maybe_applied`` leaves open
        whether it exists.

        ``POST /v2/teams/:team_id/events``

        >>> dates = [{"date": start, "end_date": end}]
        >>> vyte.teams.book_member(team_id, title="First call", created_by={"email": email}, dates=dates)["title"]
        'First call'
        """
        body = content("", {"vyteme": True, **fields})
        return self._read("POST", _events(team_id), Event, body=body)

    def events(
        self,
        team_id: str,
        *,
        limit: int | None = None,
        q: str | re.Pattern[str] | None = None,
        filter: Literal["confirmed", "upcoming"] | None = None,
    ) -> list[Event]:
        """The events that members of the team created or are invited to; takes and warns as ``events.list`` does.

        ``GET /v2/teams/:team_id/events``

        >>> isinstance(vyte.teams.events(team_id, filter="upcoming", limit=20), list)
        True
        """
        query = {"limit": count("limit", limit), "q": search("q", q), "filter": text("filter", filter)}
        return [*self._items(_events(team_id), query)]

    def list(self) -> list[Team]:
        """All teams of the organization.

        ``GET /v2/teams``

        >>> team_id in [team["_id"] for team in vyte.teams.list()]
        True
        """
        return self._read("GET", _TEAMS, list[Team])


class AdminPreferences(Resource):
    """``vyte.admin_preferences``: v2 documentation, Team admin preferences."""

    def create(self, team_id: str, **fields: Unpack[NewAdminPreferences]) -> TeamAdminPreferences:
        """Set what the admins of a team are told by email: ``prefs={"email": {…}}``; what is left out is off.

        ``POST /v2/teams/:team_id/admin-preferences``

        >>> prefs = {"email": {"new_event": True}}
        >>> vyte.admin_preferences.create(team_id, prefs=prefs)["prefs"]["email"]["new_event"]
        True
        """
        return self._read("POST", _preferences(team_id), TeamAdminPreferences, body=content("", fields))

    def retrieve(self, team_id: str) -> TeamAdminPreferences:
        """What the admins of a team are told.

        ``GET /v2/teams/:team_id/admin-preferences``

        >>> vyte.admin_preferences.retrieve(team_id)["belongs_to"] == team_id
        True
        """
        return self._read("GET", _preferences(team_id), TeamAdminPreferences)

    def update(self, team_id: str, **fields: Unpack[NewAdminPreferences]) -> TeamAdminPreferences:
        """Change what is given, as in ``create``.

        ``PUT /v2/teams/:team_id/admin-preferences``

        >>> prefs = {"email": {"declined": False}}
        >>> vyte.admin_preferences.update(team_id, prefs=prefs)["prefs"]["email"]["declined"]
        False
        """
        return self._read("PUT", _preferences(team_id), TeamAdminPreferences, body=content("", fields))


def _team(team_id: str) -> str:
    return f"{_TEAMS}/{segment(team_id, 'team_id')}"


def _events(team_id: str) -> str:
    return f"{_team(team_id)}/events"


def _preferences(team_id: str) -> str:
    return f"{_team(team_id)}/admin-preferences"
