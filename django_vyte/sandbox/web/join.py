"""Joining an organization: ``/organizations/ID/join`` and v1's ``/teams/ID/join``, with ``?extid=``."""

from __future__ import annotations

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.web.rendering import page, web_route
from django_vyte.sandbox.world import people
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.state import JSON


def show_form(sandbox: LocalVyte, request: Request, team_id: str) -> Response:
    """GET: name and email."""
    return form_page(sandbox, request, team_id)


def accept_form(sandbox: LocalVyte, request: Request, team_id: str) -> Response:
    """POST: the person is a member from now on, or the form is shown again."""
    organization = find_organization(sandbox, request, team_id)
    email, name = (request.form.get(field, "").strip() for field in ("email", "full_name"))
    if not name or "@" not in email:
        return form_page(sandbox, request, team_id, "Give your name and your email.")
    with sandbox.state.lock:
        people.join(sandbox.state, team_id, email, name, request.args.get("extid"))
    return page("joined", title=f"You have joined {organization['name']}", email=email)


def form_page(sandbox: LocalVyte, request: Request, team_id: str, problem: str = "") -> Response:
    """The form with what was typed, and why it was refused if it was."""
    title = f"Join {find_organization(sandbox, request, team_id)['name']}"
    code, typed = 400 if problem else 200, request.form.to_dict()
    return page("join", code, title=title, problem=problem, typed=typed, action=request.full_path)


def find_organization(sandbox: LocalVyte, request: Request, team_id: str) -> JSON:
    """The organization with that id; refused with 404, also on the path that ``quirks.join_path`` excludes."""
    here = request.path.strip("/").split("/")[0]
    if team_id not in sandbox.state.organizations or sandbox.quirks.join_path not in ("both", here):
        raise Refused(404, "There is no such organization")
    return sandbox.state.organizations[team_id]


RULES = [
    web_route(f"/{word}/<team_id>/join", answer, method)
    for word in ("organizations", "teams")
    for answer, method in ((show_form, "GET"), (accept_form, "POST"))
]
