"""The controls of the local Vyte over HTTP, under ``/_sandbox/``, for other processes.

JSON in and JSON out. A form may be posted too; then the answer leads back to the index page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, fields
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from django_vyte.loopback import is_loopback
from django_vyte.sandbox.responses import json_answer
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.keys import working_key
from django_vyte.sandbox.world.local_vyte import LocalVyte
from django_vyte.sandbox.world.state import JSON
from django_vyte.sandbox.world.summary import describe_call, summarize, without_credentials

STYLE = Path(__file__).parent / "templates" / "vyte_sandbox" / "style.css"
SECONDS = 3
"""How long a fault lasts that says nothing about it."""
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def state(sandbox: LocalVyte, request: Request) -> Response:
    """GET state: what there is and what has happened, without credentials. Of long lists the latest 200."""
    return json_answer(summarize(sandbox))


def key(sandbox: LocalVyte, request: Request) -> Response:
    """GET key: an API key that works, answered on this machine only; 409 when all are revoked or deleted."""
    if not (is_loopback(request.remote_addr) and is_loopback(urlsplit(f"//{request.host}").hostname)):
        raise Refused(403, "the key is told on this machine only")
    working = working_key(sandbox.state, sandbox.team_id)
    if working is None:
        raise Refused(
            409,
            "the API key is revoked or deleted: POST /_sandbox/keys makes a new one, as the first page does",
        )
    return json_answer({"api_key": working, "team_id": sandbox.team_id})


def make_key(sandbox: LocalVyte, request: Request) -> Response:
    """POST keys: a new API key in place of the one there is; ``GET key`` tells it."""
    sandbox.renew_key()
    return done(request, {"key": "/_sandbox/key"}, 201)


def change_key(sandbox: LocalVyte, request: Request, key_id: str, verb: str) -> Response:
    """POST keys/ID/revoke, renew, delete: what becomes of an API key."""
    {"revoke": sandbox.revoke_key, "renew": sandbox.renew_key, "delete": sandbox.delete_key}[verb](key_id)
    return done(request, {"key": "/_sandbox/key"})


def create_event(sandbox: LocalVyte, request: Request) -> Response:
    """POST events: the arguments of ``Sandbox.create_event``."""
    return changed(sandbox, request, sandbox.create_event(**arguments(request)), 201)


def show_event(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """GET events/ID."""
    return json_answer(without_credentials(existing(sandbox, event_id)))


def change_event(sandbox: LocalVyte, request: Request, event_id: str, verb: str) -> Response:
    """POST events/ID/vote, confirm, cancel, update, invite: the arguments of the method with that name."""
    existing(sandbox, event_id)
    given = arguments(request)
    if verb == "invite":
        return changed(sandbox, request, sandbox.invite(event_id, *given.get("invitees", [])))
    verbs: dict[str, Callable[..., JSON]] = {
        "vote": sandbox.vote,
        "confirm": sandbox.confirm,
        "cancel": sandbox.cancel,
        "update": sandbox.update_event,
    }
    return changed(sandbox, request, verbs[verb](event_id, **given))


def delete_event(sandbox: LocalVyte, request: Request, event_id: str) -> Response:
    """DELETE events/ID: the event is gone."""
    existing(sandbox, event_id)
    sandbox.delete_event(event_id)
    return json_answer({})


def existing(sandbox: LocalVyte, event_id: str) -> JSON:
    """The event with that id; refused with 404 when there is none."""
    if event_id not in sandbox.state.events:
        raise Refused(404, "no such event")
    return sandbox.state.events[event_id]


def changed(sandbox: LocalVyte, request: Request, event: JSON, status: int = 200) -> Response:
    """The answer to a control that changed an event."""
    return done(request, without_credentials(event), status)


def join(sandbox: LocalVyte, request: Request) -> Response:
    """POST join: email, full_name, extid."""
    return done(request, sandbox.join(**arguments(request)), 201)


def fill(sandbox: LocalVyte, request: Request) -> Response:
    """POST fill: count."""
    sandbox.fill(int(arguments(request).get("count", 100)))
    return done(request, {"event_count": len(sandbox.state.events)})


def add_fault(sandbox: LocalVyte, request: Request) -> Response:
    """POST faults: the arguments of ``Faults.add``; ``body`` is text. A form may name a ``kind`` instead."""
    given = arguments(request)
    if "kind" in given:
        given.update(fault_of(str(given.pop("kind")), given.pop("seconds", SECONDS)))
    if isinstance(given.get("body"), str):
        given["body"] = given["body"].encode()
    sandbox.faults.add(**given)
    return done(request, {"faults": len(sandbox.faults)}, 201)


def fault_of(kind: str, seconds: float) -> JSON:
    """The arguments of ``Faults.add`` for a fault in one word; refused with 400 for another word."""
    kinds: dict[str, JSON] = {
        "503": {"status": 503},
        "429": {"status": 429, "headers": {"Retry-After": f"{seconds:g}"}},
        "drop": {"drop": True},
        "slow": {"delay": float(seconds)},
        "truncate": {"truncate": 100},
    }
    if kind not in kinds:
        raise Refused(400, f"kind is one of {', '.join(kinds)}")
    return kinds[kind]


def clear_faults(sandbox: LocalVyte, request: Request) -> Response:
    """DELETE faults, or POST faults/clear from a form."""
    sandbox.faults.clear()
    return done(request, {"faults": 0})


def stop_api(sandbox: LocalVyte, request: Request) -> Response:
    """POST api/stop: every API call answers 503; with ``drop`` the connection is closed instead."""
    sandbox.stop_api(**arguments(request))
    return done(request, {"stopped": sandbox.stopped})


def start_api(sandbox: LocalVyte, request: Request) -> Response:
    """POST api/start."""
    sandbox.start_api()
    return done(request, {"stopped": sandbox.stopped})


def deliver(sandbox: LocalVyte, request: Request) -> Response:
    """POST deliver: tries each waiting webhook call once, now."""
    return done(request, {"calls": [describe_call(call) for call in sandbox.deliver(check=False)]})


def set_quirks(sandbox: LocalVyte, request: Request) -> Response:
    """POST quirks: the switches of ``Quirks`` to change."""
    return switch(sandbox.quirks, request)


def set_webhook_mode(sandbox: LocalVyte, request: Request) -> Response:
    """POST webhook-mode: the switches of ``WebhookMode`` to change."""
    return switch(sandbox.webhook_mode, request)


def switch(switches: Any, request: Request) -> Response:
    """Changes fields of a dataclass; refused with 400 for a name it does not have."""
    given = arguments(request)
    if unknown := set(given) - {field.name for field in fields(switches)}:
        raise Refused(400, f"unknown: {', '.join(sorted(unknown))}")
    for name, value in given.items():
        setattr(switches, name, tuple(value) if isinstance(value, list) else value)
    return done(request, asdict(switches))


def arguments(request: Request) -> JSON:
    """What was sent, as JSON or as a form, whose empty fields count as absent."""
    if request.mimetype in FORMS:
        return {name: form_value(value) for name, value in request.form.items() if value}
    try:
        given = msgspec.json.decode(request.get_data() or b"{}")
    except msgspec.DecodeError:
        raise Refused(400, "the body is not JSON") from None
    if not isinstance(given, dict):
        raise Refused(400, "the body must be an object")
    return given


def form_value(value: str) -> Any:
    """A form field as the number, truth or list that it spells in JSON, else as the text it is."""
    try:
        return msgspec.json.decode(value)
    except (msgspec.DecodeError, RecursionError):
        return value


def style(sandbox: LocalVyte, request: Request) -> Response:
    """GET style.css: what the web pages look like."""
    return Response(STYLE.read_bytes(), content_type="text/css; charset=utf-8")


def done(request: Request, answer: Any, status: int = 200) -> Response:
    """The answer as JSON, or back to the index for a form."""
    if request.mimetype in FORMS:
        return Response(b"", 303, {"Location": "/"})
    return json_answer(answer, status)


def tolerant(answer: Callable[..., Response]) -> Callable[..., Response]:
    """Answers 400 for arguments that a control does not take."""

    def check(sandbox: LocalVyte, request: Request, **arguments: Any) -> Response:
        try:
            return answer(sandbox, request, **arguments)
        except (TypeError, ValueError) as error:
            raise Refused(400, str(error)) from error

    return check


def is_foreign(request: Request) -> bool:
    """Whether a browser sent this from a page of another site."""
    origin = request.headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != request.host


ROUTES: tuple[tuple[str, str, Callable[..., Response]], ...] = (
    ("GET", "state", state),
    ("GET", "key", key),
    ("POST", "keys", make_key),
    ("POST", "keys/<key_id>/<any(revoke,renew,delete):verb>", change_key),
    ("GET", "style.css", style),
    ("POST", "events", create_event),
    ("GET", "events/<event_id>", show_event),
    ("DELETE", "events/<event_id>", delete_event),
    ("POST", "events/<event_id>/<any(vote,confirm,cancel,update,invite):verb>", change_event),
    ("POST", "join", join),
    ("POST", "fill", fill),
    ("POST", "faults", add_fault),
    ("DELETE", "faults", clear_faults),
    ("POST", "faults/clear", clear_faults),
    ("POST", "api/stop", stop_api),
    ("POST", "api/start", start_api),
    ("POST", "deliver", deliver),
    ("POST", "quirks", set_quirks),
    ("POST", "webhook-mode", set_webhook_mode),
)


@cache
def control_map() -> Map:
    """Every route of the controls."""
    rules = [
        Rule(f"/_sandbox/{path}", methods=[method], endpoint=tolerant(answer))
        for method, path, answer in ROUTES
    ]
    return Map(rules, strict_slashes=False, merge_slashes=False)
