"""Webhook subscriptions: ``/hooks``, also under ``/v2/hooks``."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from werkzeug.wrappers import Response

from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import empty_answer, json_answer
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.state import JSON

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def list_hooks(exchange: Exchange) -> Response:
    """GET /hooks."""
    mine = [
        hook
        for hook in exchange.state.hooks.values()
        if exchange.state.owner_of(hook["_id"]) == exchange.owner
    ]
    return json_answer(mine if exchange.quirks.hooks_as_list else {"hooks": mine})


def create_hook(exchange: Exchange) -> Response:
    """POST /hooks: 201 with the new subscription."""
    body = exchange.json_object()
    check_subscription(body.get("action"), body.get("target_url"))
    now = exchange.state.clock.now()
    hook = {
        "__v": 0,
        "createdAt": now,
        "updatedAt": now,
        "organization": exchange.owner,
        "scope": "team",
        "action": body["action"],
        "target_url": body["target_url"],
        "_id": new_id(),
    }
    exchange.state.hooks[hook["_id"]] = hook
    exchange.state.owners[hook["_id"]] = exchange.owner
    return json_answer(hook, 201)


def retrieve_hook(exchange: Exchange, hook_id: str) -> Response:
    """GET /hooks/:hook_id."""
    return json_answer(own_hook(exchange, hook_id))


def update_hook(exchange: Exchange, hook_id: str) -> Response:
    """PUT /hooks/:hook_id: both members are mandatory."""
    hook, body = own_hook(exchange, hook_id), exchange.json_object()
    check_subscription(body.get("action"), body.get("target_url"))
    hook.update(action=body["action"], target_url=body["target_url"])
    exchange.state.touch(hook)
    return json_answer(hook)


def delete_hook(exchange: Exchange, hook_id: str) -> Response:
    """DELETE /hooks/:hook_id: 204."""
    del exchange.state.hooks[own_hook(exchange, hook_id)["_id"]]
    return empty_answer()


def own_hook(exchange: Exchange, hook_id: str) -> JSON:
    """The subscription with that id, if it is the asking organization's."""
    return exchange.state.owned(exchange.state.hooks, hook_id, exchange.owner)


def check_subscription(action: object, target_url: object) -> None:
    """Refused with 400 unless there is an action and an https address, or http on this machine."""
    if not isinstance(action, str) or not action:
        raise Refused(400, "action is required")
    try:
        url = urlsplit(target_url if isinstance(target_url, str) else "")
        host = url.hostname
    except ValueError:
        raise Refused(400, "target_url is not a URL") from None
    if not host or not (url.scheme == "https" or (url.scheme == "http" and host in LOOPBACK)):
        raise Refused(400, "target_url must be https")


def at(base: str, answer: Callable[..., Response]) -> Callable[..., Response]:
    """An operation on webhooks, where they are managed; refused with 404 elsewhere."""

    def answer_here(exchange: Exchange, **arguments: str) -> Response:
        if exchange.quirks.hooks_path not in ("both", base):
            raise Refused(404, "not found")
        return answer(exchange, **arguments)

    return answer_here


RULES = [
    route(base + path, method, at(base, answer), v1=True)
    for base in ("/hooks", "/v2/hooks")
    for path, method, answer in (
        ("", "GET", list_hooks),
        ("", "POST", create_hook),
        ("/<hook_id>", "GET", retrieve_hook),
        ("/<hook_id>", "PUT", update_hook),
        ("/<hook_id>", "DELETE", delete_hook),
    )
]
