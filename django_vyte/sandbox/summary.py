"""What a Sandbox holds and has done, with no credential in it: for the controls and the index page."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django_vyte.sandbox.courier import Call
from django_vyte.sandbox.present import listed
from django_vyte.sandbox.state import JSON

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox

LATEST = 200


def summarize(sandbox: Sandbox) -> JSON:
    """Everything in one object; of long lists the latest 200."""
    state = sandbox.state
    with state.lock:
        return {
            "team_id": sandbox.team_id,
            "stopped": sandbox.stopped,
            "event_count": len(state.events),
            "events": [without_credentials(sandbox, event) for event in state.latest_events()[:LATEST]],
            "hooks": [describe_hook(hook) for hook in state.hooks.values()],
            "users": [describe_user(user) for user in list(state.users.values())[-LATEST:]],
            "calls": [describe_call(call) for call in sandbox.outbox[-LATEST:]],
            "faults": len(sandbox.faults),
            "request_count": len(sandbox.requests),
            "requests": [
                {"method": seen.method, "path": seen.path, "status": seen.status}
                for seen in sandbox.requests[-LATEST:]
            ],
            "quirks": asdict(sandbox.quirks),
            "webhook_mode": asdict(sandbox.webhook_mode),
        }


def without_credentials(sandbox: Sandbox, event: JSON) -> JSON:
    """An event as lists show it, less its key_store."""
    return {name: value for name, value in listed(event, sandbox.quirks).items() if name != "key_store"}


def describe_hook(hook: JSON) -> JSON:
    """A subscription without the token in its URL."""
    return {**hook, "target_url": masked(hook["target_url"])}


def describe_user(user: JSON) -> JSON:
    """Who a user is and what organization they belong to."""
    return {name: user.get(name) for name in ("_id", "full_name", "emails", "account")}


def describe_call(call: Call) -> JSON:
    """A webhook call without its body and without the token in its URL."""
    names = ("action", "attempts", "status", "delivered", "given_up")
    return {**{name: getattr(call, name) for name in names}, "target_url": masked(call.target_url)}


def masked(url: str) -> str:
    """A URL whose last path segment, often a secret, shows its first four characters only."""
    parts = urlsplit(url)
    head, _, last = parts.path.rstrip("/").rpartition("/")
    return f"{parts.scheme}://{parts.netloc}{head}/{last[:4]}…"
