"""Turns the words of a search box into conditions that an index can answer wherever one exists.

Django's own admin search joins every related table and matches with LIKE, which reads whole tables.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from django.db import connections, router
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

# Up to this many values go into the query literally; beyond that a subquery is cheaper.
MAX_LITERALS = 1000


def split_words(text: str) -> Iterator[str]:
    """The words of a search; a quoted phrase is one word."""
    for word in smart_split(text):
        quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
        yield unescape_string_literal(word) if quoted else word


def starts_with(model: type[Model], field: str, text: str) -> Q:
    """Rows whose field starts with ``text``, by the lookup that this database can answer from an index.

    On MySQL ``startswith`` is LIKE BINARY, which cannot use the index of a column with another collation.
    """
    vendor = connections[router.db_for_read(model)].vendor
    lookup = "istartswith" if vendor == "mysql" else "startswith"
    return Q(**{f"{field}__{lookup}": text})


def is_email(word: str) -> bool:
    """Whether the word can only be an email address, or the start of one that includes its ``@``."""
    return "@" in word[1:]


def email_condition(model: type[Model], field: str, word: str) -> Q:
    """Rows whose address starts with the word, or contains it if it looks like a domain."""
    domain = not is_email(word) and ("." in word or word.startswith("@"))
    return Q(**{f"{field}__contains": word.lower()}) if domain else starts_with(model, field, word.lower())


def keys(rows: QuerySet[Any], name: str = "pk") -> Any:
    """A column of the rows for ``__in``: literal values when they are few, else a subquery.

    With literals the planner knows how many there are and uses an index.
    """
    column = rows.order_by().values_list(name, flat=True)
    found = list(column[: MAX_LITERALS + 1])
    return found if len(found) <= MAX_LITERALS else column


def has(related: QuerySet[Any], name: str) -> Q:
    """Rows to which one of the related ones belongs by its foreign key ``name``."""
    found = list(related.order_by().values_list(name, flat=True)[: MAX_LITERALS + 1])
    if len(found) <= MAX_LITERALS:
        return Q(pk__in=found)
    # Not a subquery for __in: beside an OR, PostgreSQL compares each row with each of its results.
    return Q(Exists(related.filter(**{name: OuterRef("pk")})))


def matches(rows: QuerySet[Any], conditions: Iterable[Q], limit: int) -> tuple[list[Any], bool]:
    """The primary keys of rows that meet any of the conditions, and whether these are all.

    Of each condition the first ``limit`` rows are taken. Each is a query of its own: joined by OR, they have no index.
    """
    found: dict[Any, None] = {}
    is_all = True
    for condition in conditions:
        some = list(rows.filter(condition).values_list("pk", flat=True)[: limit + 1])
        is_all = is_all and len(some) <= limit
        found |= dict.fromkeys(some)
    return list(found), is_all
