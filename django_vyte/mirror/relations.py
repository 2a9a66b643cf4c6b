"""Invitees and groups of events: inserts, updates and deletes their rows to match Vyte's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Any, NamedTuple, TypeVar

from django.db import connections, models, router

from django_vyte import payloads
from django_vyte.mirror import bulk
from django_vyte.models import Event, EventGroup, Invitee

Row = TypeVar("Row", bound=models.Model)
# Conditions in one DELETE statement.
DELETE_BATCH = 100


def upsert(rows: Sequence[Row], fields: Sequence[str], unique: Sequence[str]) -> None:
    """Insert ``rows``, or update ``fields`` of those that exist, in one statement a batch."""
    if not rows:
        return
    manager = type(rows[0])._default_manager
    # MySQL and MariaDB cannot name the unique key: any that conflicts counts.
    # https://docs.djangoproject.com/en/stable/ref/models/querysets/#bulk-create
    named = connections[router.db_for_write(type(rows[0]))].features.supports_update_conflicts_with_target
    manager.bulk_create(
        rows, update_conflicts=True, update_fields=fields, unique_fields=unique if named else None
    )


class Related(NamedTuple):
    """What an event has in tables of their own."""

    invitees: tuple[payloads.InviteeRecord, ...]
    groups: tuple[str, ...]


def add(events: Sequence[tuple[Event, Related]]) -> None:
    """Insert the invitees and groups of new events."""
    bulk.insert_values(
        Invitee,
        ["event_id", "vyte_id", "email", "full_name", "phone"],
        [
            (event.pk, person.vyte_id, person.email, person.full_name, person.phone)
            for event, related in events
            for person in related.invitees
        ],
    )
    bulk.insert_values(
        EventGroup,
        ["event_id", "group_id"],
        [(event.pk, group) for event, related in events for group in related.groups],
    )


def update(events: Sequence[tuple[Event, dict[str, Any], payloads.ParsedEvent]]) -> None:
    """Update the invitees and groups of events, from the JSON that each had before to what Vyte says now."""
    new_invitees: list[Invitee] = []
    new_groups: list[EventGroup] = []
    old_invitees: list[models.Q] = []
    old_groups: list[models.Q] = []
    for event, before, parsed in events:
        old, new = set(payloads.invitees(before)), parsed.invitees
        new_invitees += [_invitee(event, person) for person in new if person not in old]
        absent = {(p.vyte_id, p.email) for p in old} - {(p.vyte_id, p.email) for p in new}
        old_invitees += [models.Q(event=event, vyte_id=key, email=email) for key, email in sorted(absent)]
        were, are = set(payloads.groups(before)), parsed.groups
        new_groups += [_group(event, group) for group in are if group not in were]
        old_groups += [models.Q(event=event, group_id=group) for group in sorted(were - set(are))]
    _delete(Invitee, old_invitees)
    upsert(new_invitees, ["full_name", "phone"], ["event", "vyte_id", "email"])
    _delete(EventGroup, old_groups)
    upsert(new_groups, ["group_id"], ["event", "group_id"])


def _invitee(event: Event, person: payloads.InviteeRecord) -> Invitee:
    return Invitee(
        event_id=event.pk,
        vyte_id=person.vyte_id,
        email=person.email,
        full_name=person.full_name,
        phone=person.phone,
    )


def _group(event: Event, group: str) -> EventGroup:
    return EventGroup(event_id=event.pk, group_id=group)


def _delete(model: type[models.Model], rows: list[models.Q]) -> None:
    """Delete the rows that meet any of these conditions, in one statement a batch."""
    for start in range(0, len(rows), DELETE_BATCH):
        named = reduce(or_, rows[start : start + DELETE_BATCH])
        model._default_manager.filter(named).delete()
