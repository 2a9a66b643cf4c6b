"""What a booking page offers: its owner, the length of a slot, settings and free slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from django_vyte.sandbox.web.rendering import read_places
from django_vyte.sandbox.world.availability import find_slots
from django_vyte.sandbox.world.clock import zone
from django_vyte.sandbox.world.errors import Refused
from django_vyte.sandbox.world.schedules import Span
from django_vyte.sandbox.world.state import JSON, VyteState

DAYS = 7
"""How many days a page shows at once."""

A_DAY = 24 * 60


@dataclass(frozen=True)
class Offer:
    """What can be booked: whose time, for how long, with which settings of the page and appointment type."""

    owner: JSON
    minutes: int
    title: str
    message: str
    custom: JSON
    types: list[JSON]

    @property
    def shown(self) -> ZoneInfo:
        """The zone in which times are shown."""
        fixed = self.custom.get("fixed_timezone") if self.custom.get("set_timezone") else None
        return zone(fixed or self.owner["timezone"])


def find_offer(state: VyteState, nickname: str, minutes: int | None, handle: str | None) -> Offer:
    """What the page with that nickname offers; refused with 404 when it or its appointment type is not there."""
    found = state.pages.get(nickname, {})
    owner = state.users.get(found.get("belongs_to", ""))
    if owner is None or found.get("active") is False:
        raise Refused(404, "There is no such page")
    types = [
        each
        for each in state.appointment_types.values()
        if each["vyteme"] == found["_id"] and each.get("active") is not False
    ]
    chosen = next((each for each in types if each["handle"] == handle), None)
    if handle is not None and chosen is None:
        raise Refused(404, "There is no such appointment")
    about = chosen or found
    custom = {**(found.get("custom") or {}), **((chosen or {}).get("custom") or {})}
    length = int(custom.get("duration") or 30) if minutes is None else minutes
    if not 0 < length <= A_DAY:
        raise Refused(400, "An appointment lasts between a minute and a day")
    title = f"Book {owner['full_name']}" + (f": {chosen['name']}" if chosen else "")
    public = [] if chosen else [each for each in types if each.get("public") is not False]
    return Offer(owner, length, title, about.get("message") or "", custom, public)


def free_slots(state: VyteState, offer: Offer, first: date) -> list[Span]:
    """The owner's slots of the week from a day on that have not begun yet, in the zone shown."""
    last = first + timedelta(days=DAYS - 1)
    slots = find_slots(state, [offer.owner], offer.minutes, first, last, offer.shown)
    now = datetime.now(UTC)
    return [slot for slot in slots if slot[0] > now]


def choices(offer: Offer, link: Mapping[str, str]) -> list[JSON]:
    """The places to choose from: those of the link, else those of the page."""
    given = read_places(link.get("places", "")) or offer.custom.get("fixed_places") or []
    return [{name: place[name] for name in ("name", "address") if name in place} for place in given]
