"""Admin lists whose cost does not grow with the table: capped counts, indexed sorting, search by index.

Django's ``ModelAdmin`` counts all rows, sorts by any column, and reads distinct dates for its date hierarchy; each of
these scans the table.
"""

from __future__ import annotations

from functools import cached_property, reduce
from itertools import takewhile
from operator import or_
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from django_vyte.admin.base import M, ReadOnlyAdmin
from django_vyte.admin.lists import search
from django_vyte.admin.lists.date_drilldown import Period, bounds, drill_down

# Rows that a list counts and pages through; the rest is reached by a filter, a date or a search.
COUNT_LIMIT = 1000


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # no subscript at runtime
    """Counts at most ``COUNT_LIMIT`` rows; ``is_cut`` when there are more."""

    object_list: QuerySet[Any]

    @cached_property
    def _found(self) -> int:
        # Ordered like the list, so that the planner stops in the same index; unordered it may scan the table.
        return self.object_list.values("pk")[: COUNT_LIMIT + 1].count()

    @cached_property
    def count(self) -> int:
        """The number of rows, at most ``COUNT_LIMIT``."""
        return min(self._found, COUNT_LIMIT)

    @property
    def is_cut(self) -> bool:
        """Whether there are more rows than are counted."""
        return self._found > COUNT_LIMIT


class LargeTableChangeList(ChangeList):
    """The change list that sorts along an index and builds its date drill-down without reading the table."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """Chosen columns, then the primary key in the same direction, so that one index serves both directions."""
        ordering = list(super().get_ordering(request, queryset.order_by()))
        if self.params.get(ORDER_VAR) and ordering[-1] == "-pk" and not str(ordering[0]).startswith("-"):
            ordering[-1] = "pk"
        return ordering

    def drill_down(self) -> dict[str, Any] | None:
        """Context of ``admin/date_hierarchy.html``: years, months or days; None when no row has a date."""
        field = str(self.date_hierarchy)
        limits = bounds(self.model._default_manager.all(), field)
        if limits is None:
            return None
        names = [f"{field}__{unit}" for unit in Period._fields]
        # Ignore a month without a year, and a day without a month.
        given = [self.params.get(name) for name in names]
        chosen = Period(*(int(value) for value in takewhile(bool, given) if value))

        def link(period: Period) -> str:
            return self.get_query_string(dict(zip(names, period, strict=True)), [f"{field}__"])

        label = label_for_field(field, self.model, self.model_admin)
        return {"field_name": label, **drill_down(chosen, *limits, link)}


class LargeTableAdmin(ReadOnlyAdmin[M]):
    """Read-only admin of a table of any size; subclasses set ``sortable_by`` to indexed columns only."""

    paginator = CappedPaginator
    show_facets = admin.ShowFacets.NEVER

    def search_condition(self, word: str) -> Q:
        """The condition for one word of a search."""
        raise NotImplementedError

    def search_conditions(self, word: str) -> list[Q]:
        """The conditions for one word, any of which a row meets; each is looked for by itself."""
        return [self.search_condition(word)]

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The change list that sorts along an index."""
        return LargeTableChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first by the date hierarchy's field while a year is chosen, else ``ordering``."""
        field = self.date_hierarchy
        return (f"-{field}", "-pk") if f"{field}__year" in request.GET else super().get_ordering(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Rows that match every word: so many keys as are shown, in the order of the list.

        Count and page then use these keys, so that the table is searched once. A word that few rows have goes first,
        and the others are looked for among these rows.
        """
        words = [self.search_conditions(word) for word in search.split_words(search_term)]
        found, common = queryset, []
        keys: list[Any] = []
        for conditions in words:
            keys, is_all = search.matches(found, conditions, COUNT_LIMIT)
            if is_all:
                found = queryset.filter(pk__in=keys)
            else:
                common.append(reduce(or_, conditions))
        if len(words) > 1 and common:
            keys = list(found.filter(*common).values_list("pk", flat=True)[: COUNT_LIMIT + 1])
        return (queryset.filter(pk__in=keys) if words else queryset), False
