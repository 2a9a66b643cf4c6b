"""What people type into the search box of a long list, as conditions that an index answers where there can be one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.db import connections, router
from django.db.models import Q
from django.utils.text import smart_split, unescape_string_literal

from django_vyte.models import Event, EventGroup, Invitee, Team

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Model, QuerySet

# As many keys as are worth writing into a question; more are left to the database to look up.
KEYS = 1000
VYTE_ID = re.compile(r"[0-9a-f]{24}")


def words(text: str) -> Iterator[str]:
    """The words; what stands in quotation marks is one."""
    for word in smart_split(text):
        quoted = len(word) > 1 and word[0] == word[-1] and word[0] in "\"'"
        yield unescape_string_literal(word) if quoted else word


def beginning(model: type[Model], field: str, text: str) -> Q:
    """Rows whose field begins with ``text``, in the spelling that this database has an index for."""
    vendor = connections[router.db_for_read(model)].vendor
    lookup = "istartswith" if vendor == "mysql" else "startswith"
    return Q(**{f"{field}__{lookup}": text})


def is_address(word: str) -> bool:
    """Whether it can only be an email address, or the beginning of one that goes beyond the name."""
    return "@" in word[1:]


def email(model: type[Model], field: str, word: str) -> Q:
    """Rows whose address begins with the word; what looks like the name of a domain is found anywhere in it."""
    domain = not is_address(word) and ("." in word or word.startswith("@"))
    return Q(**{f"{field}__contains": word.lower()}) if domain else beginning(model, field, word.lower())


def keys(rows: QuerySet[Any], name: str = "pk") -> Any:
    """A column of these rows for ``__in``: the values when they are few, else the question for them.

    With the values the database sees how few they are and takes an index.
    """
    column = rows.order_by().values_list(name, flat=True)
    found = list(column[: KEYS + 1])
    return found if len(found) <= KEYS else column


def vyte_id(word: str) -> Q:
    """Rows with this id at Vyte; an id is unique within its team, and that is how it is indexed."""
    return Q(team__in=keys(Team.objects.all()), vyte_id=word)


def event(word: str) -> Q:
    """Events that a word names: by title, id, group, or the address of an organiser or an invitee."""
    people = Invitee.objects.filter(email(Invitee, "email", word))
    groups = EventGroup.objects.filter(beginning(EventGroup, "group_id", word))
    found = Q(pk__in=keys(people, "event")) | Q(pk__in=keys(groups, "event"))
    if VYTE_ID.fullmatch(word):
        return found | vyte_id(word)
    found |= email(Event, "creator_email", word)
    return found if is_address(word) else found | vyte_id(word) | Q(title__icontains=word)
