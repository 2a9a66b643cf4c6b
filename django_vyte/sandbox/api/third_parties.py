"""Third-party apps: v1's ``/thirdparties`` and ``/v2/third_parties``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.clock import new_id, new_secret
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.present import listed
from django_vyte.sandbox.world.signing import creator_token
from django_vyte.sandbox.world.state import JSON


def register_app(ask: Exchange) -> Response:
    """GET /thirdparties/new and POST /v2/third_parties: a new app with its secret, asked for in the query."""
    name, email = ask.required("name"), ask.required("contact_email")
    contact = {"email": email}
    if contact_name := ask.request.args.get("contact_name"):
        contact["name"] = contact_name
    owner = ask.owner or ask.state.team_id
    now = ask.state.clock.now()
    app: JSON = {
        "contact": contact,
        "_id": new_id(),
        "name": name,
        "organization": owner,
        "secret": new_secret(20),
        "updatedAt": now,
        "createdAt": now,
        "__v": 0,
    }
    ask.state.apps[app["_id"]] = app
    ask.state.owners[app["_id"]] = owner
    return json_answer(app)


def compute_token(ask: Exchange) -> Response:
    """GET …/token?cm&secret: the creator token of an email."""
    email, secret = ask.required("cm"), ask.required("secret")
    if secret not in [app["secret"] for app in ask.state.apps.values()]:
        raise Refused(400, "the secret is not known")
    return json_answer({"token": creator_token(secret, email)})


def list_apps(ask: Exchange) -> Response:
    """GET /v2/third_parties: the organization's apps, secrets included."""
    apps = [app for app in ask.state.apps.values() if ask.state.owner_of(app["_id"]) == ask.owner]
    return json_answer(apps)


def list_group_events(ask: Exchange, app_id: str, group_ids: str) -> Response:
    """GET /thirdparties/:app_id/groups/:group_ids/events (v1): works without a key."""
    if app_id not in ask.state.apps:
        raise Refused(400, "no such app")
    groups = {group for group in group_ids.split(",") if group}
    found = [
        event
        for event in ask.state.events.values()
        if (event.get("third_party") or {}).get("app") == app_id
        and groups.intersection(event["third_party"].get("group_ids") or [])
    ]
    found.sort(key=lambda event: str(event.get("createdAt", "")), reverse=True)
    return json_answer([listed(event, ask.quirks) for event in found])


RULES = [
    route("/thirdparties/new", "GET", register_app, v1=True, open=True),
    route("/thirdparties/token", "GET", compute_token, v1=True, open=True),
    route("/thirdparties/<app_id>/groups/<group_ids>/events", "GET", list_group_events, v1=True, open=True),
    route("/v2/third_parties", "GET", list_apps),
    route("/v2/third_parties", "POST", register_app),
    route("/v2/third_parties/token", "GET", compute_token),
]
