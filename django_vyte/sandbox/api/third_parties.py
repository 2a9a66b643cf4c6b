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


def register_app(exchange: Exchange) -> Response:
    """GET /thirdparties/new and POST /v2/third_parties: a new app with its secret, asked for in the query."""
    name, email = exchange.required("name"), exchange.required("contact_email")
    contact = {"email": email}
    if contact_name := exchange.request.args.get("contact_name"):
        contact["name"] = contact_name
    owner = exchange.owner or exchange.state.team_id
    now = exchange.state.clock.now()
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
    exchange.state.apps[app["_id"]] = app
    exchange.state.owners[app["_id"]] = owner
    return json_answer(app)


def compute_token(exchange: Exchange) -> Response:
    """GET …/token?cm&secret: the creator token of an email."""
    email, secret = exchange.required("cm"), exchange.required("secret")
    if secret not in [app["secret"] for app in exchange.state.apps.values()]:
        raise Refused(400, "the secret is not known")
    return json_answer({"token": creator_token(secret, email)})


def list_apps(exchange: Exchange) -> Response:
    """GET /v2/third_parties: the organization's apps, secrets included."""
    apps = [
        app for app in exchange.state.apps.values() if exchange.state.owner_of(app["_id"]) == exchange.owner
    ]
    return json_answer(apps)


def list_group_events(exchange: Exchange, app_id: str, group_ids: str) -> Response:
    """GET /thirdparties/:app_id/groups/:group_ids/events (v1): works without a key."""
    if app_id not in exchange.state.apps:
        raise Refused(400, "no such app")
    groups = {group for group in group_ids.split(",") if group}
    found = [
        event
        for event in exchange.state.events.values()
        if (event.get("third_party") or {}).get("app") == app_id
        and groups.intersection(event["third_party"].get("group_ids") or [])
    ]
    found.sort(key=lambda event: str(event.get("createdAt", "")), reverse=True)
    return json_answer([listed(event, exchange.quirks) for event in found])


RULES = [
    route("/thirdparties/new", "GET", register_app, v1=True, open=True),
    route("/thirdparties/token", "GET", compute_token, v1=True, open=True),
    route("/thirdparties/<app_id>/groups/<group_ids>/events", "GET", list_group_events, v1=True, open=True),
    route("/v2/third_parties", "GET", list_apps),
    route("/v2/third_parties", "POST", register_app),
    route("/v2/third_parties/token", "GET", compute_token),
]
