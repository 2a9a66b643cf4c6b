"""What a project listens to: ``appointment_changed`` with ``appointment`` and ``change``."""

from __future__ import annotations

from django_vyte.jobs.receivers import OutboxSignal

appointment_changed = OutboxSignal()
