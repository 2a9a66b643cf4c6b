"""Facts that the stored webhook calls of the account show: their shape, ids, retries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, unseen
from django_vyte.payloads import values

NO_CALL = "no call is stored; --write, with the team linked and its webhooks registered, gets some"
# The least time between a call and its retry; copies within less are duplicates.
AGAIN = dt.timedelta(seconds=1)


def webhook_shape(account: ProbedAccount) -> Fact:
    """Whether the body of a call is an array or an object."""
    for call in account.calls():
        if isinstance(call.content, list | dict):
            shape = "array" if isinstance(call.content, list) else "object"
            return Fact("webhook_shape", shape, "the newest call")
    return unseen("webhook_shape", NO_CALL)


def webhook_owner(account: ProbedAccount) -> Fact:
    """Which member of a call holds the organization."""
    for call in _each(account):
        for name in ("team", "organization"):
            if name in call:
                return Fact("webhook_owner", name, "the newest call")
    return unseen("webhook_owner", NO_CALL)


def webhook_ids(account: ProbedAccount) -> Fact:
    """Whether a call has the id of its event."""
    for call in _each(account):
        if _is_about_event(call):
            return Fact("webhook_ids", bool(_resource(call).get("_id")), "the newest call about a meeting")
    return unseen("webhook_ids", NO_CALL)


def webhook_retries(account: ProbedAccount) -> Fact:
    """Whether a call is retried when the receiver fails."""
    bodies: dict[str, dt.datetime] = {}
    for call in account.calls():
        body, received_at = call.delivery.body, call.delivery.received_at
        if bodies.setdefault(body, received_at) - received_at >= AGAIN:
            return Fact("webhook_retries", True, "the same call came again later")
    return unseen(
        "webhook_retries", "no stored call came twice; one that this site fails to answer would show it"
    )


def updates_before_confirmation(account: ProbedAccount) -> Fact:
    """Whether changes of an unconfirmed meeting send ``event.updated``."""
    name = "updates_before_confirmation"
    for call in _each(account):
        settled = values.as_dict(_resource(call).get("confirmed")).get("flag") is True
        if call.get("action") == "event.updated" and _is_about_event(call) and not settled:
            return Fact(name, True, "a stored call of event.updated is about a meeting that is not settled")
    if account.observed and account.observed.was_called_about:
        return Fact(name, False, "the probe changed its own meeting, and only the other calls about it came")
    return unseen(name, "no such call is stored; --write, with webhooks registered, shows whether one comes")


def _each(account: ProbedAccount) -> Iterator[dict[str, Any]]:
    for call in account.calls():
        yield from call.each()


def _resource(call: dict[str, Any]) -> dict[str, Any]:
    return values.as_dict(call.get("resource"))


def _is_about_event(call: dict[str, Any]) -> bool:
    return str(call.get("action")).startswith("event.") and bool(_resource(call))
