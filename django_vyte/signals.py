"""What a project listens to. Each signal says what became true in the database, from a Celery worker.

``event_created``, ``event_confirmed``, ``event_updated`` and ``event_cancelled`` carry ``event`` and ``change``;
``user_joined`` carries ``member``. Every receiver is called on its own: one that raises is called again later and
does not stop the others. Delivery is at least once: a worker that dies may leave a receiver called twice, and
``change.pk`` identifies the repetition.
"""

from __future__ import annotations

from django_vyte.jobs.receivers import OutboxSignal

event_created = OutboxSignal()
event_confirmed = OutboxSignal()
event_updated = OutboxSignal()
event_cancelled = OutboxSignal()
user_joined = OutboxSignal()
