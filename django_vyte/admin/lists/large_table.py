"""Lists that grow without end: what they show costs the same however much there is."""

from __future__ import annotations

from functools import cached_property
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.utils import label_for_field
from django.contrib.admin.views.main import ORDER_VAR, ChangeList
from django.core.paginator import Paginator
from django.db.models import Prefetch

from django_vyte.admin.base import M, ReadOnlyAdmin
from django_vyte.admin.lists import search
from django_vyte.admin.lists.date_drilldown import Period, bounds, drill_down
from django_vyte.models import Event

if TYPE_CHECKING:
    from django.db.models import Q, QuerySet
    from django.http import HttpRequest

# How many rows a list counts and pages through; a filter, a date or a word leads to those beyond.
COUNT_LIMIT = 1000
# The events of a page, asked for by themselves: some databases would join all there are before they sort.
PREFETCH_EVENT = Prefetch("event", Event.objects.only("title", "vyte_id"))


class CappedPaginator(Paginator):  # type: ignore[type-arg]  # no subscript at runtime
    """Counts rows up to ``COUNT_LIMIT``; ``is_cut`` says that there are more."""

    object_list: QuerySet[Any]

    @cached_property
    def _found(self) -> int:
        # In the order of the list, which an index has: without it a database may read on where there is nothing.
        return self.object_list.values("pk")[: COUNT_LIMIT + 1].count()

    @cached_property
    def count(self) -> int:
        """How many there are, or else ``COUNT_LIMIT``."""
        return min(self._found, COUNT_LIMIT)

    @property
    def is_cut(self) -> bool:
        """Whether there are more than are counted."""
        return self._found > COUNT_LIMIT


class LargeTableChangeList(ChangeList):
    """The list of a table whose rows nobody can look through."""

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        """By the chosen columns, and then by key in the direction of the first, which is how an index has them."""
        ordering = list(super().get_ordering(request, queryset.order_by()))
        if self.params.get(ORDER_VAR) and ordering[-1] == "-pk" and not str(ordering[0]).startswith("-"):
            ordering[-1] = "pk"
        return ordering

    def drill_down(self) -> dict[str, Any] | None:
        """The years, months or days to choose from; None when there is no date at all."""
        field = str(self.date_hierarchy)
        limits = bounds(self.model._default_manager.all(), field)
        if limits is None:
            return None
        names = [f"{field}__{unit}" for unit in Period._fields]
        # A month counts with its year only, a day with both.
        given = [self.params.get(name) for name in names]
        chosen = Period(*(int(value) for value in takewhile(bool, given) if value))

        def link(period: Period) -> str:
            return self.get_query_string(dict(zip(names, period, strict=True)), [f"{field}__"])

        label = label_for_field(field, self.model, self.model_admin)
        return {"field_name": label, **drill_down(chosen, *limits, link)}


class LargeTableAdmin(ReadOnlyAdmin[M]):
    """A table of any size. Subclasses say what a word of a search means, and sort by indexed columns only."""

    paginator = CappedPaginator
    show_facets = admin.ShowFacets.NEVER

    def search_condition(self, word: str) -> Q:
        """The rows that a word of a search finds."""
        raise NotImplementedError

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list that counts and sorts by index."""
        return LargeTableChangeList

    def get_ordering(self, request: HttpRequest) -> Any:
        """By the date that is chosen, newest first, or else as always."""
        field = self.date_hierarchy
        return (f"-{field}", "-pk") if f"{field}__year" in request.GET else super().get_ordering(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[M], search_term: str
    ) -> tuple[QuerySet[M], bool]:
        """Rows that all words find; no more than are counted, so that the table is searched once only."""
        found = queryset
        for word in search.words(search_term):
            found = found.filter(self.search_condition(word))
        if found is queryset:
            return queryset, False
        return queryset.filter(pk__in=list(found.values_list("pk", flat=True)[: COUNT_LIMIT + 1])), False
