"""The dates and places of a meeting: votes on them, and which one is chosen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django_vyte.sandbox.world.bodies import OWN
from django_vyte.sandbox.world.clock import new_id
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.making import make_choice
from django_vyte.sandbox.world.state import JSON

FIXED = (*OWN, "votes", "created_by")
"""Members of a choice that Vyte itself writes: what a body says about them is passed over."""


def choose(choices: list[JSON], wanted: str | None, what: str, tie: Callable[[JSON], Any]) -> str | None:
    """The id of the choice that is wanted, else of the one with most yes votes; None when there are none."""
    if wanted is not None:
        if wanted not in [choice.get("_id") for choice in choices]:
            raise Refused(400, f"the event has no such {what}")
        return wanted
    ranked = sorted(choices, key=lambda choice: (-yes_votes(choice), tie(choice)))
    return ranked[0].get("_id") if ranked else None


def soonest(choice: JSON) -> str:
    """What decides between dates with as many votes."""
    return str(choice["date"])


def yes_votes(choice: JSON) -> int:
    """How many are for a date or a place."""
    return len((choice.get("votes") or {}).get("yes", []))


def kept_choice(event: JSON, confirmed: JSON) -> JSON:
    """The date and place of a confirmed event whose choices changed: the same ones while they exist."""
    kept: JSON = {}
    for name, choices in (("date_id", event.get("dates") or []), ("place_id", event.get("places") or [])):
        if name in confirmed and confirmed[name] not in [choice.get("_id") for choice in choices]:
            kept[name] = choose(choices, None, name, soonest if name == "date_id" else lambda choice: 0)
    return kept


def merge(present: Any, asked: list[JSON], creator: JSON, now: str) -> list[JSON]:
    """The choices after an update: those sent with a known ``_id`` changed in place, the others new."""
    known = {choice.get("_id"): choice for choice in present or []}
    merged = []
    for choice in asked:
        kept = known.get(choice.get("_id"))
        given = {name: value for name, value in choice.items() if name not in FIXED}
        merged.append({**kept, **given, "updatedAt": now} if kept else make_choice(choice, creator, now))
    return merged


def cast(choice: JSON, voter: JSON, yes: bool) -> None:
    """Replaces a voter's vote on one choice."""
    votes = choice.setdefault("votes", {})
    for side in ("yes", "no"):
        votes[side] = [ballot for ballot in votes.get(side, []) if ballot.get("created_by") != voter]
    votes["yes" if yes else "no"].append({"_id": new_id(), "created_by": voter})


def extent(dates: list[JSON]) -> JSON:
    """``first_start_date`` and ``last_end_date`` of an event with those dates."""
    return {
        "first_start_date": min((date["date"] for date in dates), default=None),
        "last_end_date": max((date["end_date"] for date in dates), default=None),
    }
