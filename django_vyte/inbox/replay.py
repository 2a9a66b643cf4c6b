"""Replay: closed deliveries are opened again, for a person who has removed what kept them from being processed."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone

from django_vyte.db import fresh
from django_vyte.models.delivery import Delivery, DeliveryQuerySet


def reopen(deliveries: DeliveryQuerySet) -> list[int]:
    """Open deliveries again, whatever their status; the primary keys of those to process.

    Those whose body was pruned, or that a worker holds, stay as they are.
    """
    pruned = Q(body="", status__in=[Delivery.Status.DONE, Delivery.Status.IGNORED])
    idle = fresh(deliveries).exclude(status=Delivery.Status.WORKING).exclude(pruned)
    keys = list(idle.order_by("pk").values_list("pk", flat=True))
    idle.filter(pk__in=keys).update(
        status=Delivery.Status.RECEIVED,
        attempts=0,
        next_attempt_at=timezone.now(),
        error="",
        finished_at=None,
        lease="",
    )
    return keys
