"""``lasts_until``, and the indexes with which upcoming meetings are found without reading past ones."""

import datetime as dt
import zoneinfo
from typing import Any

from django.db import migrations, models
from django.db.models import F

A_DAY = dt.timedelta(days=1)
BATCH = 500


def fill(apps: Any, schema_editor: Any) -> None:
    """The few events that have it: those of whole days, and of more than one day."""
    events = apps.get_model("django_vyte", "Event").objects.using(schema_editor.connection.alias)
    events.filter(all_day=False, ends_at__gt=F("starts_at") + A_DAY).update(lasts_until=F("ends_at"))
    days = events.filter(all_day=True, starts_at__isnull=False).only("starts_at", "ends_at", "timezone")
    # All keys at once: an iterator would read rows that are being written.
    keys = list(days.values_list("pk", flat=True))
    for start in range(0, len(keys), BATCH):
        batch = list(days.filter(pk__in=keys[start : start + BATCH]))
        for event in batch:
            event.lasts_until = over_at(event.starts_at, event.ends_at, event.timezone)
        events.bulk_update(batch, ["lasts_until"])


def over_at(start: dt.datetime, end: dt.datetime | None, zone: str) -> dt.datetime:
    """The midnight after the last day, as ``django_vyte.payloads.days.span`` has it."""
    there: dt.tzinfo
    try:
        there = zoneinfo.ZoneInfo(zone)
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        there = dt.UTC
    spelt_in = dt.UTC if start.astimezone(dt.UTC).time() == dt.time() else there
    first = start.astimezone(spelt_in).date()
    last = (end - dt.timedelta(microseconds=1)).astimezone(spelt_in).date() if end and end > start else first
    return dt.datetime.combine(max(first, last) + A_DAY, dt.time(), there).astimezone(dt.UTC)


class Migration(migrations.Migration):
    dependencies = [
        ("django_vyte", "0008_heartbeat"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="event",
            name="vyte_event_ends",
        ),
        migrations.AddField(
            model_name="event",
            name="lasts_until",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="When a meeting of whole days, or of more than one day, is over.",
                null=True,
                verbose_name="lasts until",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["lasts_until", "starts_at"], name="vyte_event_lasts"),
        ),
        # Last: PostgreSQL alters no table that has changed rows with pending checks.
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
