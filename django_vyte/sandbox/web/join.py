"""Joining an organization: ``/organizations/ID/join`` and v1's ``/teams/ID/join``, with ``?extid=``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox import people
from django_vyte.sandbox.errors import Refused
from django_vyte.sandbox.state import JSON
from django_vyte.sandbox.web.rendering import page, web_route

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox


def show_form(sandbox: Sandbox, request: Request, team_id: str) -> Response:
    """GET: name and email."""
    organization = find(sandbox, team_id)
    return page("join", title=f"Join {organization['name']}", action=request.full_path)


def accept_form(sandbox: Sandbox, request: Request, team_id: str) -> Response:
    """POST: the person is a member from now on."""
    organization = find(sandbox, team_id)
    email, name = request.form.get("email", ""), request.form.get("full_name", "")
    with sandbox.state.lock:
        people.join(sandbox.state, team_id, email, name, request.args.get("extid"))
    return page("joined", title=f"You have joined {organization['name']}", email=email)


def find(sandbox: Sandbox, team_id: str) -> JSON:
    """The organization with that id; refused with 404."""
    if team_id not in sandbox.state.organizations:
        raise Refused(404, "There is no such organization")
    return sandbox.state.organizations[team_id]


RULES = [
    web_route(f"/{word}/<team_id>/join", answer, method)
    for word in ("organizations", "teams")
    for answer, method in ((show_form, "GET"), (accept_form, "POST"))
]
