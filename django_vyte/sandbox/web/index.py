"""The start page: what a local Vyte holds and has done, with forms for faults and switches."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from werkzeug.wrappers import Request, Response

from django_vyte.sandbox.quirks import CHOICES, GROUPS
from django_vyte.sandbox.web.rendering import FOLDER, page, web_route
from django_vyte.sandbox.world.courier import MODES, WebhookCall
from django_vyte.sandbox.world.event_status import status_of, title_of
from django_vyte.sandbox.world.faults import Fault
from django_vyte.sandbox.world.keys import working_key
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.present import encode
from django_vyte.sandbox.world.state import JSON, VyteState
from django_vyte.sandbox.world.summary import describe_call, describe_hook, describe_locator, describe_page

MAX_ROWS = 30


def show_index(sandbox: LocalVyte, request: Request) -> Response:
    """GET /."""
    quirks = asdict(sandbox.quirks)
    with sandbox.state.lock:
        return page(
            "index",
            title="Vyte sandbox",
            stopped=sandbox.stopped,
            faults=[fault_row(fault) for fault in sandbox.faults],
            calls=[
                call_row(call, held=sandbox.webhook_mode.hold)
                for call in sandbox.outbox[: -MAX_ROWS - 1 : -1]
            ],
            call_count=str(len(sandbox.outbox)),
            refused=str(sum(1 for call in sandbox.outbox if call.reason) or ""),
            modes=[mode_row(name, value) for name, value in asdict(sandbox.webhook_mode).items()],
            groups=[
                {
                    "name": group,
                    "switches": [switch_row(name, quirks[name], about) for name, about in switches.items()],
                }
                for group, switches in GROUPS.items()
            ],
            keys=[key_row(sandbox.state, each) for each in sandbox.state.keys.values()],
            locked_out=str(working_key(sandbox.state, sandbox.team_id) is None or ""),
            requests=[
                {"method": seen.method, "path": seen.path, "status": str(seen.status or "no answer")}
                for seen in sandbox.requests[: -MAX_ROWS - 1 : -1]
            ],
            joining="teams" if sandbox.quirks.join_path == "teams" else "organizations",
            **holdings(sandbox.state),
        )


def holdings(state: VyteState) -> JSON:
    """What there is of each kind: how many, and the latest ones."""
    kinds: dict[str, list[JSON]] = {
        "users": [user_row(user) for user in latest(state.users)],
        "teams": [team_row(state, team) for team in latest(state.teams)],
        "hooks": [describe_hook(hook) for hook in latest(state.hooks)],
        "pages": [describe_page(state, each) for each in latest(state.pages)],
        "locators": [
            {**describe_locator(state, each), "count": str(describe_locator(state, each)["location_count"])}
            for each in latest(state.locators)
        ],
        "apps": [{"name": str(app.get("name")), "id": app["_id"]} for app in latest(state.apps)],
        "organizations": [
            {"name": str(each.get("name")), "id": each["_id"], "members": str(len(each["members"]))}
            for each in latest(state.organizations)
        ],
    }
    counts = {name: str(len(getattr(state, name))) for name in kinds}
    events = [event_row(event) for event in state.latest_events()[:MAX_ROWS]]
    return {**kinds, "counts": counts, "events": events, "event_count": str(len(state.events))}


def latest(objects: dict[str, JSON]) -> list[JSON]:
    """The objects that were put in last, those first."""
    return list(objects.values())[: -MAX_ROWS - 1 : -1]


def event_row(event: JSON) -> JSON:
    """A meeting in the list."""
    changed = str(event.get("updatedAt", ""))[:16].replace("T", " ")
    return {"id": event["_id"], "title": title_of(event), "status": status_of(event), "changed": changed}


def user_row(user: JSON) -> JSON:
    """A user in the list."""
    emails = ", ".join(str(email) for email in user.get("emails", []))
    return {"id": user["_id"], "name": str(user.get("full_name") or "(no name)"), "emails": emails}


def team_row(state: VyteState, team: JSON) -> JSON:
    """A team in the list, with the names of its members."""
    members = [
        state.users.get(str(member), {}).get("full_name") or member for member in team.get("members", [])
    ]
    return {"id": team["_id"], "name": str(team.get("name")), "members": ", ".join(map(str, members))}


def fault_row(fault: Fault) -> dict[str, str]:
    """A fault in words."""
    wrongs = (
        ("no answer", fault.drop),
        (f"status {fault.status}", fault.status is not None and not fault.drop),
        (f"{fault.delay:g} seconds late", fault.delay),
        (f"cut off after {fault.truncate} bytes", fault.truncate is not None),
        ("after acting", fault.after_acting),
    )
    return {
        "what": ", ".join(word for word, is_so in wrongs if is_so),
        "to": f"{fault.method or 'any'} {fault.path.pattern or 'path'}",
        "left": "until cleared" if fault.left is None else str(fault.left),
    }


def call_row(call: WebhookCall, *, held: bool) -> dict[str, str]:
    """A webhook call in words."""
    described = describe_call(call)
    next_try = described["next_try"]
    outcome = "delivered" if call.delivered else "given up" if call.given_up else "waiting"
    if next_try is not None:
        outcome += ", held back" if held else f", next try in {next_try:g} s" if next_try else ", due"
    return {
        "action": call.action,
        "target_url": described["target_url"],
        "status": {None: "", 0: "no answer"}.get(call.status, str(call.status)),
        "attempts": str(call.attempts),
        "outcome": outcome,
        "reason": call.reason,
    }


def key_row(state: VyteState, described: JSON) -> JSON:
    """An API key in the list, by its last characters."""
    organization = state.organizations.get(described["organization"], {})
    return {
        "id": described["_id"],
        "ends": described["key"][-4:],
        "organization": str(organization.get("name")),
        "status": "revoked: opens nothing" if described.get("revoked") else "works",
        "revoked": str(described.get("revoked") or ""),
    }


def mode_row(name: str, value: Any) -> JSON:
    """A webhook mode as a field of the form: a number, or yes and no."""
    row = {"name": name, "label": name.capitalize(), "about": MODES[name]}
    if isinstance(value, bool):
        return {**row, "choices": [choice(each, value) for each in (False, True)]}
    return {**row, "label": f"{row['label']} in seconds", "choices": [], "value": f"{value:g}"}


def switch_row(name: str, value: Any, about: str) -> JSON:
    """A switch as a field of the form: its positions, the one it is in, and what it decides."""
    positions = CHOICES[name] if value in CHOICES[name] else (*CHOICES[name], value)
    return {"name": name, "about": about, "choices": [choice(each, value) for each in positions]}


def choice(position: Any, present: Any) -> JSON:
    """A position of a switch as the form sends it (JSON) and shows it."""
    text = ", ".join(position) if isinstance(position, tuple) else str(position)
    if isinstance(position, bool):
        text = "yes" if position else "no"
    shown = "none" if position in (None, ()) else text
    return {"value": encode(position).decode(), "text": shown, "chosen": position == present}


def show_icon(sandbox: LocalVyte, request: Request) -> Response:
    """GET /icon.svg: what browsers show beside the title."""
    return Response((FOLDER / "vyte_sandbox" / "icon.svg").read_bytes(), content_type="image/svg+xml")


RULES = [web_route("/", show_index), web_route("/icon.svg", show_icon)]
