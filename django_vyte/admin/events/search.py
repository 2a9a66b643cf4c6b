"""Searches among events: by title, id, group, or the address of an organiser or an invitee."""

from __future__ import annotations

import re

from django.db.models import Prefetch, Q

from django_vyte.admin.lists import search
from django_vyte.models import Event, EventGroup, Invitee, Team

VYTE_ID = re.compile(r"[0-9a-f]{24}")
# A query of its own instead of a join: some planners join the whole table before they sort and cut off.
PREFETCH_EVENT = Prefetch("event", Event.objects.only("title", "vyte_id"))


def vyte_id_condition(word: str) -> Q:
    """Rows with this Vyte id. The team comes first in the unique index, so that all teams are listed."""
    return Q(team__in=search.keys(Team.objects.all()), vyte_id=word)


def event_conditions(word: str) -> list[Q]:
    """Events by Vyte id, address of organiser or invitee, group id, or title: what an index answers comes first."""
    if VYTE_ID.fullmatch(word):
        found = [vyte_id_condition(word)]
    else:
        found = [search.email_condition(Event, "creator_email", word)]
        if not search.is_email(word):
            found += [vyte_id_condition(word), Q(title__icontains=word)]
    people = Invitee.objects.filter(search.email_condition(Invitee, "email", word))
    groups = EventGroup.objects.filter(search.starts_with(EventGroup, "group_id", word))
    return [search.has(people, "event"), search.has(groups, "event"), *found]
