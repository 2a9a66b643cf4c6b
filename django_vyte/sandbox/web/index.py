"""The index: what there is in the local Vyte, what it has done, and buttons for faults."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.courier import Call
from django_vyte.sandbox.state import JSON
from django_vyte.sandbox.summary import describe_call, describe_hook
from django_vyte.sandbox.web.rendering import FOLDER, page, web_route

if TYPE_CHECKING:
    from django_vyte.sandbox.sandbox import Sandbox

SHOWN = 30


def show_index(sandbox: Sandbox, request: Request) -> Response:
    """GET /."""
    state = sandbox.state
    with state.lock:
        events = state.latest_events()
        return page(
            "index",
            title="Vyte sandbox",
            team={"name": state.organizations[sandbox.team_id]["name"], "id": sandbox.team_id},
            stopped=sandbox.stopped,
            events=[event_row(event) for event in events[:SHOWN]],
            event_count=str(len(events)),
            pages=list(state.pages),
            hooks=[describe_hook(hook) for hook in state.hooks.values()],
            calls=[call_row(call) for call in sandbox.outbox[: -SHOWN - 1 : -1]],
            requests=[
                {"method": seen.method, "path": seen.path, "status": str(seen.status or "no answer")}
                for seen in sandbox.requests[: -SHOWN - 1 : -1]
            ],
            faults=str(len(sandbox.faults)),
            hold=sandbox.webhook_mode.hold,
        )


def event_row(event: JSON) -> JSON:
    """A meeting in the list."""
    changed = str(event.get("updatedAt", ""))[:16].replace("T", " ")
    return {"id": event["_id"], "title": title_of(event), "status": status_of(event), "changed": changed}


def title_of(event: JSON) -> str:
    """What a meeting is called, also one without a title."""
    return str(event.get("title") or "").strip() or "(no title)"


def call_row(call: Call) -> dict[str, str]:
    """A webhook call in words."""
    described = describe_call(call)
    outcome = "delivered" if described["delivered"] else "given up" if described["given_up"] else "waiting"
    return {**described, "attempts": str(described["attempts"]), "outcome": outcome}


def status_of(event: dict[str, object]) -> str:
    """planning, confirmed or cancelled."""
    if "cancelled" in event:
        return "cancelled"
    confirmed = event.get("confirmed")
    return "confirmed" if isinstance(confirmed, dict) and confirmed.get("flag") else "planning"


def show_icon(sandbox: Sandbox, request: Request) -> Response:
    """GET /icon.svg: what browsers show beside the title."""
    return Response((FOLDER / "vyte_sandbox" / "icon.svg").read_bytes(), content_type="image/svg+xml")


RULES = [web_route("/", show_index), web_route("/icon.svg", show_icon)]
