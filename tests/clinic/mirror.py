"""The only writer of appointments: older never overwrites newer, and each change is announced."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django_vyte.db import atomic
from django_vyte.outbox import announce
from tests.clinic.models import Appointment, AppointmentChange, Practice


def save(practice: Practice, fetched: Iterable[dict[str, Any]]) -> None:
    """Mirror what the clinic answered, in one transaction."""
    with atomic(Appointment):
        changes = [change for each in fetched if (change := _save(practice, each))]
        announce(AppointmentChange, [change.pk for change in changes])


def _save(practice: Practice, answer: dict[str, Any]) -> AppointmentChange | None:
    columns = {name: answer[name] for name in ("patient", "status", "version")}
    held = Appointment.objects.select_for_update().filter(practice=practice, clinic_id=answer["id"]).first()
    if held is None:
        held = Appointment.objects.create(practice=practice, clinic_id=answer["id"], **columns)
    elif held.version >= columns["version"]:
        return None
    else:
        Appointment.objects.filter(pk=held.pk).update(**columns)
    return AppointmentChange.objects.create(appointment=held, status=columns["status"])
