"""The rows that hang on events: invitees and groups follow what the events' JSON says."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import connections, models, router

from django_vyte import payloads
from django_vyte.models import Event, EventGroup, Invitee

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = TypeVar("Row", bound=models.Model)
DELETED_AT_ONCE = 100


def upsert(rows: Sequence[Row], fields: Sequence[str], unique: Sequence[str]) -> None:
    """Insert ``rows``, or update ``fields`` of those that are there already, in one statement a batch."""
    if not rows:
        return
    manager = type(rows[0])._default_manager
    # MySQL and MariaDB take whichever unique key conflicts.
    named = connections[router.db_for_write(type(rows[0]))].features.supports_update_conflicts_with_target
    manager.bulk_create(
        rows, update_conflicts=True, update_fields=fields, unique_fields=unique if named else None
    )


def add(events: Sequence[tuple[Event, payloads.EventReading]]) -> None:
    """Insert the invitees and groups of events that have none yet, each of which comes with what Vyte says."""
    Invitee.objects.bulk_create(
        [_invitee(event, person) for event, reading in events for person in reading.invitees]
    )
    EventGroup.objects.bulk_create(
        [_group(event, group) for event, reading in events for group in reading.groups]
    )


def follow(events: Sequence[tuple[Event, dict[str, Any], payloads.EventReading]]) -> None:
    """Bring invitees and groups in step: each event comes with the JSON that they follow, and what Vyte says now."""
    added: list[Invitee] = []
    joined: list[EventGroup] = []
    gone: list[models.Q] = []
    left: list[models.Q] = []
    for event, before, reading in events:
        old, new = set(payloads.people(before)), reading.invitees
        added += [_invitee(event, person) for person in new if person not in old]
        absent = {(p.vyte_id, p.email) for p in old} - {(p.vyte_id, p.email) for p in new}
        gone += [models.Q(event=event, vyte_id=key, email=email) for key, email in sorted(absent)]
        were, are = set(payloads.groups(before)), reading.groups
        joined += [_group(event, group) for group in are if group not in were]
        left += [models.Q(event=event, group_id=group) for group in sorted(were - set(are))]
    _delete(Invitee, gone)
    upsert(added, ["full_name", "phone"], ["event", "vyte_id", "email"])
    _delete(EventGroup, left)
    upsert(joined, ["group_id"], ["event", "group_id"])


def _invitee(event: Event, person: payloads.Person) -> Invitee:
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
    """Delete the rows that any of these conditions names, in one statement a batch."""
    for start in range(0, len(rows), DELETED_AT_ONCE):
        named = reduce(or_, rows[start : start + DELETED_AT_ONCE])
        model._default_manager.filter(named).delete()
