"""Events: ``/v2/events`` and the bookings of v1, ``POST /events``."""

from __future__ import annotations

from werkzeug.wrappers import Response

from django_vyte.sandbox.api import filters
from django_vyte.sandbox.api.exchange import Exchange, route
from django_vyte.sandbox.responses import json_answer, text_answer
from django_vyte.sandbox.world import meetings
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_bodies import check_body
from django_vyte.sandbox.world.present import detailed, listed
from django_vyte.sandbox.world.signing import is_signed
from django_vyte.sandbox.world.state import JSON


def list_events(exchange: Exchange) -> Response:
    """GET /v2/events: the events of the organization, newest first."""
    wanted = filters.read(exchange)
    state = exchange.state
    mine = [event for event_id, event in state.events.items() if state.owner_of(event_id) == exchange.owner]
    mine.sort(key=lambda event: str(event.get("createdAt", "")), reverse=True)
    found = filters.select(mine, wanted)
    return json_answer([listed(event, exchange.quirks) for event in found])


def create_event(exchange: Exchange) -> Response:
    """POST /v2/events: makes an event and answers it."""
    return answer_event(exchange, meetings.create(exchange.state, exchange.json_object(), exchange.owner))


def book_event(exchange: Exchange) -> Response:
    """POST /events (v1): makes a booking. A creator token of a known app does instead of an API key."""
    body = exchange.json_object()
    check_body(body, required=())
    third_party = body.get("third_party") or {}
    app = exchange.state.apps.get(third_party.get("app") or "")
    if not exchange.owner:
        if app is None:
            raise Refused(401, "an API key or a creator token is required")
        email = (body.get("created_by") or {}).get("email") or ""
        if not is_signed(app["secret"], email, str(third_party.get("ct"))):
            raise Refused(403, "the creator token is wrong")
        exchange.owner = exchange.state.owner_of(app["_id"])
    return answer_event(exchange, meetings.create(exchange.state, body, exchange.owner, date_known=False))


def retrieve_event(exchange: Exchange, event_id: str) -> Response:
    """GET /v2/events/:event_id."""
    return answer_event(exchange, own_event(exchange, event_id))


def update_event(exchange: Exchange, event_id: str) -> Response:
    """PUT /v2/events/:event_id."""
    event = own_event(exchange, event_id)
    always = exchange.quirks.updates_before_confirmation
    meetings.update(exchange.state, event, exchange.json_object(), always_fire=always)
    return answer_event(exchange, event)


def confirm_event(exchange: Exchange, event_id: str) -> Response:
    """POST /v2/events/:event_id/confirm?d=&p=."""
    event = own_event(exchange, event_id)
    meetings.confirm(exchange.state, event, exchange.request.args.get("d"), exchange.request.args.get("p"))
    return answer_event(exchange, event)


def cancel_event(exchange: Exchange, event_id: str) -> Response:
    """POST /v2/events/:event_id/cancel: answers the text OK."""
    meetings.cancel(exchange.state, own_event(exchange, event_id))
    return text_answer("OK")


def add_invitees(exchange: Exchange, event_id: str) -> Response:
    """POST /v2/events/:event_id/invitees: takes an array, answers every invitee."""
    return json_answer(meetings.invite(exchange.state, own_event(exchange, event_id), exchange.body()))


def delete_invitee(exchange: Exchange, event_id: str, invitee_id: str) -> Response:
    """POST or DELETE /v2/events/:event_id/invitees/:invitee_id: answers the text OK."""
    if exchange.quirks.delete_invitee_method not in ("both", exchange.request.method):
        raise Refused(404, "not found")
    meetings.uninvite(exchange.state, own_event(exchange, event_id), invitee_id)
    return text_answer("OK")


def change_organizer(exchange: Exchange, event_id: str) -> Response:
    """POST /v2/events/:event_id/admin: answers the text OK."""
    body = exchange.json_object()
    keep = body.get("keep_as_invitee") is True
    meetings.change_organizer(exchange.state, own_event(exchange, event_id), body.get("user"), keep=keep)
    return text_answer("OK")


def own_event(exchange: Exchange, event_id: str) -> JSON:
    """The event with that id, if it is the asking organization's."""
    return exchange.state.owned(exchange.state.events, event_id, exchange.owner)


def answer_event(exchange: Exchange, event: JSON) -> Response:
    """The event in full."""
    return json_answer(detailed(event, exchange.state, exchange.quirks))


RULES = [
    route("/v2/events", "GET", list_events),
    route("/v2/events", "POST", create_event),
    route("/events", "POST", book_event, v1=True, open=True),
    route("/v2/events/<event_id>", "GET", retrieve_event),
    route("/v2/events/<event_id>", "PUT", update_event),
    route("/v2/events/<event_id>/confirm", "POST", confirm_event),
    route("/v2/events/<event_id>/cancel", "POST", cancel_event),
    route("/v2/events/<event_id>/admin", "POST", change_organizer),
    route("/v2/events/<event_id>/invitees", "POST", add_invitees),
    route("/v2/events/<event_id>/invitees/<invitee_id>", "POST", delete_invitee),
    route("/v2/events/<event_id>/invitees/<invitee_id>", "DELETE", delete_invitee),
]
