"""Teams, groups of users: ``/v2/teams``, also under ``/v2/team``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api import filters
from django_vyte.sandbox.api.events import answer_event
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world import teams
from django_vyte.sandbox.world.availability import takes_part
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.present import listed
from django_vyte.sandbox.world.state import JSON


def list_teams(exchange: Exchange) -> Response:
    """GET /v2/teams."""
    mine = [
        team
        for team in exchange.state.teams.values()
        if exchange.state.owner_of(team["_id"]) == exchange.owner
    ]
    return json_answer(mine)


def create_team(exchange: Exchange) -> Response:
    """POST /v2/teams: extid and name are required."""
    return json_answer(teams.create(exchange.state, exchange.json_object(), exchange.owner))


def retrieve_team(exchange: Exchange, team_id: str) -> Response:
    """GET /v2/teams/:team_id."""
    return json_answer(own_team(exchange, team_id))


def update_team(exchange: Exchange, team_id: str) -> Response:
    """PUT /v2/teams/:team_id."""
    return json_answer(
        teams.update(exchange.state, own_team(exchange, team_id), exchange.json_object(), exchange.owner)
    )


def delete_team(exchange: Exchange, team_id: str) -> Response:
    """DELETE /v2/teams/:team_id: answers how many there were."""
    del exchange.state.teams[own_team(exchange, team_id)["_id"]]
    exchange.state.admin_preferences.pop(team_id, None)
    return json_answer({"n": 1, "ok": 1})


def book_member(exchange: Exchange, team_id: str) -> Response:
    """POST /v2/teams/:team_id/events: the event that was made with a member who is free."""
    return answer_event(
        exchange,
        teams.book(exchange.state, own_team(exchange, team_id), exchange.json_object(), exchange.owner),
    )


def list_team_events(exchange: Exchange, team_id: str) -> Response:
    """GET /v2/teams/:team_id/events: those that members made or are invited to, newest first."""
    state, wanted = exchange.state, filters.read(exchange)
    people = [state.users[user_id] for user_id in own_team(exchange, team_id)["members"]]
    emails = {str(email).lower() for user in people for email in user["emails"]}
    ids = {user["_id"] for user in people}
    found = [
        event
        for event_id, event in state.events.items()
        if state.owner_of(event_id) == exchange.owner and takes_part(event, ids, emails)
    ]
    found.sort(key=lambda event: str(event.get("createdAt", "")), reverse=True)
    return json_answer([listed(event, exchange.quirks) for event in filters.select(found, wanted)])


def show_public_team(exchange: Exchange, team_id: str) -> Response:
    """GET /v2/teams/:team_id/public: needs no key; 403 unless the team is public."""
    team = exchange.state.teams.get(team_id)
    if team is None:
        raise Refused(404, "not found")
    if not team.get("public"):
        raise Refused(403, "the team is not public")
    return json_answer(teams.describe_publicly(exchange.state, team))


def own_team(exchange: Exchange, team_id: str) -> JSON:
    """The team with that id, if it is the asking organization's."""
    return exchange.state.owned(exchange.state.teams, team_id, exchange.owner)


RULES = [
    rule
    for base in ("/v2/teams", "/v2/team")
    for rule in (
        route(base, "GET", list_teams),
        route(base, "POST", create_team),
        route(f"{base}/<team_id>", "GET", retrieve_team),
        route(f"{base}/<team_id>", "PUT", update_team),
        route(f"{base}/<team_id>", "DELETE", delete_team),
        route(f"{base}/<team_id>/events", "POST", book_member),
        route(f"{base}/<team_id>/events", "GET", list_team_events),
        route(f"{base}/<team_id>/public", "GET", show_public_team, open=True),
    )
]
