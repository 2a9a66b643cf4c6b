"""Which events a list asks for: the query parameters of "List all events"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django_vyte.sandbox.api.exchange import Exchange
from django_vyte.sandbox.world.clock import read as read_time
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.event_status import is_confirmed
from django_vyte.sandbox.world.state import JSON

Test = Callable[[JSON], bool]


def read(exchange: Exchange) -> tuple[list[Test], int | None]:
    """The tests an event must pass, and how many are wanted at most; 400 for what makes no sense."""
    limit = exchange.request.args.get("limit")
    if limit is not None and not (limit.isdigit() and int(limit)):
        raise Refused(400, "limit must be a positive number")
    tests = [*status_tests(exchange), *people_tests(exchange)]
    if not exchange.quirks.list_cancelled and exchange.request.args.get("filter") != "future":
        tests.append(lambda event: "cancelled" not in event)
    if pattern := exchange.request.args.get("q"):
        try:
            title = re.compile(pattern, re.IGNORECASE)
        except re.error:
            raise Refused(400, "q is not a regular expression") from None
        # As databases do, an expression finds nothing that has no title at all.
        tests.append(lambda event: bool(event.get("title") is not None and title.search(event["title"])))
    if app_id := exchange.request.args.get("app_id"):
        tests.append(lambda event: third_party(event).get("app") == app_id)
    if groups := set(exchange.words("group_ids")):
        tests.append(lambda event: not groups.isdisjoint(third_party(event).get("group_ids") or []))
    quirks = exchange.quirks
    caps = [int(limit) if limit else quirks.list_default, quirks.list_maximum]
    return tests, min((cap for cap in caps if cap), default=None)


def select(events: list[JSON], wanted: tuple[list[Test], int | None]) -> list[JSON]:
    """The events that pass every test, up to the limit, in the order given."""
    tests, limit = wanted
    return [event for event in events if all(test(event) for test in tests)][:limit]


def status_tests(exchange: Exchange) -> list[Test]:
    """``filter=confirmed`` and ``filter=upcoming``, which a cancelled event is not, and ``filter=future``."""
    wanted = exchange.request.args.get("filter")
    if wanted in (None, ""):
        return []
    if wanted == "confirmed":
        return [lambda event: is_confirmed(event)]
    if wanted in ("upcoming", "future"):
        now, gone = datetime.now(UTC), wanted == "future"
        return [lambda event: (gone or "cancelled" not in event) and any(end > now for end in ends(event))]
    raise Refused(400, "filter must be confirmed, upcoming or future")


def people_tests(exchange: Exchange) -> list[Test]:
    """The filters by creator (any of them) and by invitee (all of them)."""
    tests: list[Test] = []
    creator_users, creator_emails = (
        set(exchange.words("creator_users")),
        set(exchange.words("creator_emails")),
    )
    if creator_users or creator_emails:
        tests.append(
            lambda event: (
                creator(event).get("user") in creator_users or creator(event).get("email") in creator_emails
            )
        )
    for member, wanted in (
        ("user", exchange.words("invitee_users")),
        ("email", exchange.words("invitee_emails")),
    ):
        if wanted:
            tests.append(invited(member, set(wanted)))
    return tests


def invited(member: str, wanted: set[str]) -> Test:
    """Whether everyone wanted is among the invitees."""
    return lambda event: wanted <= {str(invitee.get(member)) for invitee in event.get("invitees") or []}


def ends(event: JSON) -> list[datetime]:
    """When the dates that still count end: the confirmed one, or all while it is being planned."""
    decided = (event.get("confirmed") or {}).get("date_id") if is_confirmed(event) else None
    dates: list[Any] = event.get("dates") or []
    return [read_time(date["end_date"]) for date in dates if decided in (None, date.get("_id"))]


def creator(event: JSON) -> JSON:
    """``created_by``, empty when absent."""
    return event.get("created_by") or {}


def third_party(event: JSON) -> JSON:
    """``third_party``, empty when absent."""
    return event.get("third_party") or {}
