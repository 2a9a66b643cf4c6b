"""The years, months and days that a list leads to, reckoned from its first and last date instead of looked up."""

from __future__ import annotations

import calendar
import datetime as dt
from typing import TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

# A date that somebody mistyped does not fill the page with centuries: years further from this one have no link.
YEARS = 10


class Period(NamedTuple):
    """A year, one of its months, or one of that month's days; without a year it is all time."""

    year: int | None = None
    month: int | None = None
    day: int | None = None

    @property
    def title(self) -> str:
        """The period in the words of the reader's language."""
        if self.year is None:
            return _("All dates")
        if self.month is None:
            return str(self.year)
        format_name = "MONTH_DAY_FORMAT" if self.day else "YEAR_MONTH_FORMAT"
        return capfirst(date_format(dt.date(self.year, self.month, self.day or 1), format_name))

    @property
    def around(self) -> Period:
        """The period that this one is a part of."""
        if self.day:
            return Period(self.year, self.month)
        return Period(self.year) if self.month else Period()

    def parts(self, first: dt.date, last: dt.date) -> list[Period]:
        """The next smaller periods with a day from ``first`` to ``last``."""
        if self.year is None:
            this = timezone.localdate().year
            years = range(max(first.year, this - YEARS), min(last.year, this + YEARS) + 1)
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
    """The days of the first and the last value, each found at an end of the index; None when there is no value."""
    values = rows.filter(**{f"{field}__isnull": False}).values_list(field, flat=True)
    first = values.order_by(field).first()
    if first is None:
        return None
    last = values.order_by(f"-{field}")[0]
    return timezone.localtime(first).date(), timezone.localtime(last).date()


def drill_down(
    chosen: Period, first: dt.date, last: dt.date, link: Callable[[Period], str]
) -> dict[str, Any]:
    """What ``admin/date_hierarchy.html`` shows: the parts of a period, and the way back to where it is a part of.

    Where there is nothing to choose it is chosen already.
    """
    if chosen.day:
        return {
            "back": {"link": link(chosen.around), "title": chosen.around.title},
            "choices": [{"title": chosen.title}],
        }
    opened = chosen
    if opened.year is None and first.year == last.year:
        opened = Period(first.year)
        if first.month == last.month:
            opened = Period(first.year, first.month)
    back = None if chosen == Period() else {"link": link(chosen.around), "title": chosen.around.title}
    choices = [{"link": link(part), "title": part.title} for part in opened.parts(first, last)]
    return {"back": back, "choices": choices}
