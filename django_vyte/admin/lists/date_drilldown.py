"""Year, month and day links above a list, computed from its first and last date.

Django's date hierarchy reads every distinct date of the table; the first and the last are two lookups in an index.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

# Years before and after the current one that get a link: one mistyped date must not list centuries.
MAX_YEARS = 10


class Period(NamedTuple):
    """A year, month or day; all dates when ``year`` is None."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def title(self) -> str:
        """The period in the active language."""
        if self.year is None:
            return _("All dates")
        if self.month is None:
            return str(self.year)
        format_name = "MONTH_DAY_FORMAT" if self.day else "YEAR_MONTH_FORMAT"
        return capfirst(date_format(dt.date(self.year, self.month, self.day or 1), format_name))

    @property
    def parent(self) -> Period:
        """The next larger period."""
        if self.day:
            return Period(self.year, self.month)
        return Period(self.year) if self.month else Period()

    def children(self, first: dt.date, last: dt.date) -> list[Period]:
        """The next smaller periods that overlap ``first`` to ``last``."""
        if self.year is None:
            this = timezone.localdate().year
            years = range(max(first.year, this - MAX_YEARS), min(last.year, this + MAX_YEARS) + 1)
            return [Period(year) for year in years]
        if self.month is None:
            months = [Period(self.year, month) for month in range(1, 13)]
            return [
                each for each in months if (first.year, first.month) <= each[:2] <= (last.year, last.month)
            ]
        days = range(1, calendar.monthrange(self.year, self.month)[1] + 1)
        dates = [dt.date(self.year, self.month, day) for day in days]
        return [Period(*date.timetuple()[:3]) for date in dates if first <= date <= last]


def bounds(rows: QuerySet[Any], field: str) -> tuple[dt.date, dt.date] | None:
    """The first and the last date of a field, each from one end of its index; None without any."""
    values = rows.filter(**{f"{field}__isnull": False}).values_list(field, flat=True)
    first = values.order_by(field).first()
    if first is None:
        return None
    last = values.order_by(f"-{field}")[0]
    return timezone.localtime(first).date(), timezone.localtime(last).date()


def drill_down(
    chosen: Period, first: dt.date, last: dt.date, link: Callable[[Period], str]
) -> dict[str, Any]:
    """Context of ``admin/date_hierarchy.html``: links to the smaller periods and back to the larger one.

    An only year, and its only month, are opened at once.
    """
    if chosen.day:
        return {
            "back": {"link": link(chosen.parent), "title": chosen.parent.title},
            "choices": [{"title": chosen.title}],
        }
    opened = chosen
    if opened.year is None and first.year == last.year:
        opened = Period(first.year)
        if first.month == last.month:
            opened = Period(first.year, first.month)
    back = None if chosen == Period() else {"link": link(chosen.parent), "title": chosen.parent.title}
    choices = [{"link": link(part), "title": part.title} for part in opened.children(first, last)]
    return {"back": back, "choices": choices}
