"""The days of an all-day date: which ones they are, and when they begin and end where the meeting takes place.

Vyte documents no example. The first day is spelt as midnight in UTC or as midnight in the meeting's time zone. An
end at midnight is the midnight after the last day, as in iCalendar, and any other end lies on the last day.
https://www.rfc-editor.org/rfc/rfc5545#section-3.6.1
"""

from __future__ import annotations

import datetime as dt

from django_vyte.payloads import zones

A_DAY = dt.timedelta(days=1)
# Meetings that last longer than this, and those of whole days, have ``lasts_until``.
LONG = A_DAY


def day(start: dt.datetime, zone: str) -> dt.date:
    """The day that begins at ``start``, an aware datetime.

    Midnight in UTC means that day in every time zone; any other time is converted to the time zone named ``zone``.
    """
    return start.astimezone(_spelt_in(start, zone)).date()


def days(start: dt.datetime, end: dt.datetime | None, zone: str) -> tuple[dt.date, dt.date]:
    """The first and the last day from ``start`` to ``end``."""
    first = day(start, zone)
    if end is None or end <= start:
        return first, first
    last = (end - dt.timedelta(microseconds=1)).astimezone(_spelt_in(start, zone)).date()
    return first, max(first, last)


def span(start: dt.datetime, end: dt.datetime | None, zone: str) -> tuple[dt.datetime, dt.datetime]:
    """When the first day begins and the last one is over in the time zone named ``zone``, in UTC."""
    first, last = days(start, end, zone)
    there = zones.find(zone) or dt.UTC
    # A day without midnight begins with its first hour: the offset before the clocks change leads there.
    begins, over = (dt.datetime.combine(each, dt.time(), there) for each in (first, last + A_DAY))
    return begins.astimezone(dt.UTC), over.astimezone(dt.UTC)


def lasts_until(
    start: dt.datetime | None, end: dt.datetime | None, *, all_day: bool, zone: str
) -> dt.datetime | None:
    """When a meeting of whole days, or of more than one day, is over; None for any other."""
    if start is None:
        return None
    if all_day:
        return span(start, end, zone)[1]
    return end if end and end - start > LONG else None


def _spelt_in(start: dt.datetime, zone: str) -> dt.tzinfo:
    is_utc = start.astimezone(dt.UTC).time() == dt.time()
    return dt.UTC if is_utc else zones.find(zone) or dt.UTC
