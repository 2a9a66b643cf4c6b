"""Finds the mirrored meeting that a webhook call describes without giving its id.

The sample call in Vyte's documentation ("Getting a webhook call") has no ``_id``. A match is one single mirrored
meeting that agrees with everything the call says: an ambiguous call cancels nothing.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from django_vyte import payloads
from django_vyte.db import fresh
from django_vyte.models import Event
from django_vyte.payloads import values

SECOND = dt.timedelta(seconds=1)
# Vyte's fields may differ this much about the time of one cancellation.
CANCELLATION_TOLERANCE = dt.timedelta(seconds=2)
# With more meetings of the same title, creator and time than this, none is a match.
MAX_ALIKE = 50
# The columns that tell when a meeting was cancelled.
CANCELLATION_COLUMNS = ("cancelled_at", "missing_since", "data")

Dates = frozenset[tuple[dt.datetime | None, dt.datetime | None]]


@dataclass(frozen=True, slots=True)
class Description:
    """What a call without an id says of its meeting; None where it says nothing.

    For a cancellation, on Vyte's clock and if the call has them: ``ended_at`` is when the meeting was cancelled,
    ``cancelled_at`` when that was last written. ``received_at`` is when the call came here.
    """

    title: str
    creator: str
    created_at: dt.datetime | None
    dates: Dates | None
    invitees: frozenset[str] | None
    groups: frozenset[str] | None
    cancelled: bool
    cancelled_at: dt.datetime | None
    ended_at: dt.datetime | None
    received_at: dt.datetime | None = field(default=None, compare=False)

    @property
    def is_sufficient(self) -> bool:
        """Whether there is enough to identify a meeting by: a title, with a creation time or with creator and dates."""
        return bool(self.title and (self.created_at or (self.creator and self.dates)))

    def fits(self, row: dict[str, Any]) -> bool:
        """Whether a mirrored meeting agrees in what a query does not compare, or not exactly."""
        data = row["data"]
        return (
            # MySQL and MariaDB compare titles without regard to case.
            self.title == row["title"]
            and _is_same_time(self.created_at, row["vyte_created_at"])
            and _agree(self.dates, _dates(data))
            and _agree(self.invitees, _invitees(data))
            and _agree(self.groups, frozenset(payloads.groups(data)))
        )


def describe(resource: dict[str, Any], *, cancelled: bool, cancelled_at: dt.datetime | None) -> Description:
    """The description in the resource of a call ("The event object")."""
    third_party = values.as_dict(resource.get("third_party"))
    return Description(
        title=values.text(resource.get("title"), 500),
        creator=values.email(values.as_dict(resource.get("created_by")).get("email")),
        created_at=values.as_datetime(resource.get("createdAt")),
        dates=_dates(resource) if resource.get("dates") else None,
        invitees=None if resource.get("invitees") is None else _invitees(resource),
        groups=None if third_party.get("group_ids") is None else frozenset(payloads.groups(resource)),
        cancelled=cancelled,
        cancelled_at=cancelled_at,
        ended_at=values.as_datetime(resource.get("cancelled")) or cancelled_at,
    )


def candidates(team_id: int, description: Description) -> list[str]:
    """Vyte ids of the mirrored meetings that a call may be about.

    For a cancellation, without those that were cancelled before it or created after it.
    """
    rows = _similar(team_id, description)
    if len(rows) <= MAX_ALIKE:
        rows = [row for row in rows if description.fits(row) and not _is_ruled_out(row, description)]
    return [row["vyte_id"] for row in rows]


def exact_match(team_id: int, description: Description) -> str:
    """The Vyte id of the only candidate, if it was created in the very millisecond that the call says; else empty."""
    if not description.created_at or not description.created_at.microsecond:
        return ""
    rows = _similar(team_id, description)
    found = [row for row in rows if description.fits(row) and not _is_ruled_out(row, description)]
    is_exact = [row["vyte_created_at"] for row in found] == [description.created_at]
    return str(found[0]["vyte_id"]) if is_exact else ""


def is_mirrored(team_id: int, description: Description) -> bool:
    """Whether a meeting that a call may be about is mirrored, even if it was changed or cancelled since."""
    if not description.created_at:
        return bool(_similar(team_id, description))
    start = _to_the_second(description.created_at)
    return (
        fresh(Event.objects.all())
        .filter(team=team_id, vyte_created_at__range=(start, start + SECOND))
        .exists()
    )


def is_outdated_cancellation(team_id: int, description: Description) -> bool:
    """Whether a cancellation is mirrored already, or overtaken.

    Mirrored: a meeting of the same creator was cancelled at the time the call says. Overtaken: every meeting created
    at the time the call says was confirmed or cancelled again since.
    """
    if description.ended_at is None:
        return False
    since = [_over_or_settled(row) for row in _created_with(team_id, description)]
    if since and all(when is not None and when > description.ended_at for when in since):
        return True
    rows = (
        fresh(Event.objects.all())
        .cancelled()
        .filter(team=team_id, cancelled_at__gte=description.ended_at - CANCELLATION_TOLERANCE)
    )
    if description.creator:
        rows = rows.filter(creator_email=description.creator)
    times = map(_ended_at, rows.order_by("cancelled_at").values(*CANCELLATION_COLUMNS)[:MAX_ALIKE])
    return any(
        ended is not None and abs(ended - description.ended_at) <= CANCELLATION_TOLERANCE for ended in times
    )


def _created_with(team_id: int, description: Description) -> list[dict[str, Any]]:
    """The meetings created at the time a call says; none if there are too many to tell, or the call does not say."""
    if not description.created_at:
        return []
    start = _to_the_second(description.created_at)
    rows = fresh(Event.objects.all()).filter(team=team_id, vyte_created_at__range=(start, start + SECOND))
    if description.creator:
        rows = rows.filter(creator_email=description.creator)
    made = list(rows.values("status", "vyte_created_at", *CANCELLATION_COLUMNS)[: MAX_ALIKE + 1])
    if len(made) > MAX_ALIKE:
        return []
    return [row for row in made if _is_same_time(description.created_at, row["vyte_created_at"])]


def _over_or_settled(row: dict[str, Any]) -> dt.datetime | None:
    """When a meeting was last cancelled or confirmed, whichever it is now; None while it is planned."""
    if row["status"] == Event.Status.CANCELLED:
        return _ended_at(row)
    return payloads.parse_event(row["data"]).settled_at if row["status"] == Event.Status.CONFIRMED else None


def _similar(team_id: int, description: Description) -> list[dict[str, Any]]:
    """The mirrored meetings with the same title, creator and times, as far as columns can tell."""
    if not description.is_sufficient:
        return []
    rows = fresh(Event.objects.all()).filter(team=team_id, title=description.title)
    if description.creator:
        rows = rows.filter(creator_email=description.creator)
    if description.created_at:
        start = _to_the_second(description.created_at)
        rows = rows.filter(vyte_created_at__gte=start, vyte_created_at__lt=start + SECOND)
    starts = [start for start, _ in description.dates or () if start]
    if starts:
        while_proposed = Q(starts_at__gte=min(starts), starts_at__lt=max(starts) + SECOND)
        rows = rows.filter(while_proposed | Q(starts_at__isnull=True))
    return list(rows.values("vyte_id", "title", "vyte_created_at", *CANCELLATION_COLUMNS)[: MAX_ALIKE + 1])


def _is_ruled_out(row: dict[str, Any], description: Description) -> bool:
    """Whether a meeting was cancelled before the reported cancellation, or created after it."""
    if description.ended_at is None:
        return False
    ended, made = _ended_at(row), row["vyte_created_at"]
    was_over = ended is not None and ended < description.ended_at - CANCELLATION_TOLERANCE
    return was_over or (made is not None and made > description.ended_at + CANCELLATION_TOLERANCE)


def _ended_at(row: dict[str, Any]) -> dt.datetime | None:
    """When a meeting was cancelled, or found to be missing at Vyte."""
    ended: dt.datetime | None = row["cancelled_at"] or row["missing_since"]
    return values.as_datetime(row["data"].get("cancelled")) or ended


def _is_same_time(one: dt.datetime | None, other: dt.datetime | None) -> bool:
    """Whether two times may be the same: Vyte sometimes omits the milliseconds."""
    if one is None or other is None or (one.microsecond and other.microsecond):
        return one is None or one == other
    return _to_the_second(one) == _to_the_second(other)


def _agree(described: object, held: object) -> bool:
    return described is None or described == held


def _dates(data: dict[str, Any]) -> Dates:
    options = payloads.dates(data)
    return frozenset(
        (option.start and _to_the_second(option.start), option.end and _to_the_second(option.end))
        for option in options
    )


def _invitees(data: dict[str, Any]) -> frozenset[str]:
    return frozenset(person.email for person in payloads.invitees(data) if person.email)


def _to_the_second(time: dt.datetime) -> dt.datetime:
    """Without the milliseconds, which Vyte leaves out now and then."""
    return time.replace(microsecond=0)
