"""Uses of the client each of which mypy must find something wrong with; read by test_typing, never run."""

from __future__ import annotations

from datetime import UTC, datetime

from django_vyte.client import VyteClient, free_times

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
ADA = "ada@example.com"

vyte = VyteClient("key")
vyte.events.list(filter="cancelled")  # wrong: there is no such filter
vyte.events.list(group_id=["project_1"])  # wrong: it is group_ids
vyte.events.iterate(limit="20")  # wrong: a number
vyte.events.create(created_by={"email": ADA})  # wrong: no title
vyte.events.create(title="x")  # wrong: no creator
vyte.events.create(title="x", created_by={"mail": ADA})  # wrong: it is email
vyte.events.create(title="x", created_by={"email": ADA}, invites=[])  # wrong: it is invitees
vyte.events.create(title="x", created_by={"email": ADA}, dates=[{"date": START}])  # wrong: no end_date
vyte.events.update("e", places=[{"address": "1 Main Street"}])  # wrong: a place has a name
vyte.events.confirm("e", "d")  # wrong: date_id goes by keyword
vyte.events.add_invitees("e", [ADA])  # wrong: an invitee is an object
vyte.events.retrieve("e")["titel"]  # wrong: it is title
vyte.events.retrieve("e")["confirmed"]["flags"]  # wrong: it is flag
vyte.hooks.create(action="event.created", url="https://a.example/1")  # wrong: it is target_url
vyte.hooks.create(action="event.canceled", target_url="https://a.example/1")  # wrong: it is event.cancelled
vyte.slots.list(duration="30", emails=[ADA])  # wrong: a number or a timedelta
vyte.slots.by_day(duration=30, emails=[ADA], timezone=UTC)  # wrong: a name or a ZoneInfo
print(free_times(vyte.slots.next(duration=30, emails=[ADA]))[0].starts)  # wrong: it is start
vyte.teams.create(name="sales")  # wrong: no extid
vyte.availabilities.update("u", days={"mon": {"enabled": True}})  # wrong: monday
print(vyte.booking_pages.retrieve("ada").nickname)  # wrong: an answer is a dictionary
