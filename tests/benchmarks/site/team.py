"""The team that the benchmarks mirror, and its mirror emptied."""

from __future__ import annotations

from django.core.management.color import no_style
from django.db import connection

from django_vyte.models import ApiKey, Delivery, Event, EventChange, EventGroup, Invitee, Team, Webhook

MIRROR = (Event, Invitee, EventGroup, EventChange)


def team(key: str) -> Team:
    """The team of a local Vyte whose key this is."""
    made, new = Team.objects.get_or_create(vyte_id="5f198da1c1ac5d1a30fc00f3", defaults={"name": "Bench"})
    if new:
        Webhook.objects.create(team=made, action="event.updated")
    made.api_keys.all().delete()
    ApiKey.objects.create(team=made, key=key, hint=key[-4:])
    return made


def empty() -> None:
    """Nothing is mirrored and nobody called, in tables that are as good as new."""
    tables = [model._meta.db_table for model in (*MIRROR, Delivery)]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables, allow_cascade=True))
