"""Uses of the client that mypy must find nothing wrong with; read by test_typing, never run."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django_vyte.client import FreeTime, VyteClient, free_times, next_free_time
from django_vyte.client.types import (
    Event,
    EventChanges,
    EventFilters,
    Hook,
    NewAvailability,
    NewDate,
    NewEvent,
    NewInvitee,
    NewTeam,
    NewUser,
    Organization,
    OrganizationMember,
    Slots,
    SlotsByDay,
    Team,
)
from django_vyte.exceptions import NotFound, ProbablyIncomplete

START = datetime(2026, 11, 20, 10, tzinfo=UTC)
END = START + timedelta(hours=1)
PARIS = ZoneInfo("Europe/Paris")

with VyteClient("key", api_url="https://api.vyte.in", timeout=(5, 20), retries=2) as vyte:
    # Accounts, webhooks, apps
    organization: Organization = vyte.auth.test()
    members: list[str] = organization["members"]
    colleagues: list[OrganizationMember] = vyte.organizations.retrieve()["members"]
    vyte.api_keys.delete(vyte.api_keys.retrieve()["_id"])
    hook: Hook = vyte.hooks.create(action="event.created", target_url="https://crm.example.com/1")
    hooks: list[Hook] = vyte.hooks.list()
    vyte.hooks.update(hook["_id"], action="event.updated", target_url=hook["target_url"])
    secret: str = vyte.third_parties.create(name="crm", contact_email="ada@example.com")["secret"]
    token: str = vyte.v1.third_parties.token(email="ada@example.com", secret=secret)["token"]

    # Meetings
    dates: list[NewDate] = [{"date": START, "end_date": END, "all_day": False}]
    event: Event = vyte.events.create(
        title="Kick-off",
        created_by={"email": "ada@example.com"},
        dates=[{"date": START, "end_date": "2026-11-20T12:00:00+01:00"}, *dates],
        places=[{"name": "Office"}, {"name": "Call", "address": "https://meet.example.com/1"}],
        invitees=[{"email": "bob@example.com", "full_name": "Bob"}],
        messages=[{"body": "See you"}],
        third_party={"app": "a", "ct": token, "group_ids": ["project_1"]},
        timezone=PARIS,
        confirmed={"flag": True},
        lang="fr",
        vyteme=False,
    )
    prepared: NewEvent = {"title": "x", "created_by": {"user": members[0]}, "timezone": "Europe/Paris"}
    booked: Event = vyte.v1.bookings.create(**prepared)
    changes: EventChanges = {"title": "y", "dates": dates}
    vyte.events.update(event["_id"], **changes)
    vyte.events.confirm(event["_id"], date_id=event["dates"][0]["_id"], place_id=None)
    vyte.events.cancel(event["_id"])
    guests: list[NewInvitee] = [{"email": "bob@example.com"}]
    first: str = vyte.events.add_invitees(event["_id"], guests)[0]["email"]
    filters: EventFilters = {"filter": "upcoming", "limit": 20}
    told: list[ProbablyIncomplete] = []
    titles: list[str] = [each["title"] for each in vyte.events.iterate(report=told.append, **filters)]
    vyte.events.list(q=re.compile(r"^kick[- ]off"), group_ids=["project_1"], creator_emails=None)
    from_whom: str = event["messages"][0]["from"]
    try:
        when: str | None = vyte.events.retrieve("e")["confirmed"].get("updated_at")
    except NotFound as error:
        status: int = error.status_code

    # Free times
    slots: Slots = vyte.slots.list(
        duration=30, emails=["a@b.c"], start=START.date(), end=START, timezone=PARIS
    )
    days: SlotsByDay = vyte.slots.by_day(duration=timedelta(minutes=30), users=members)
    times: list[FreeTime] = free_times(slots) + free_times(days)
    coming: FreeTime | None = next_free_time(vyte.slots.next(duration=30, team="t", timezone="UTC"))
    length: timedelta = times[0].end - times[0].start
    announced = slots["nextAvailability"]
    day_of_next: str = announced["availableDate"] if announced else ""

    # Teams, users and what is theirs, booking pages, locators
    sales: NewTeam = {"name": "sales", "extid": "7", "members": [{"email": "ada@example.com"}]}
    team: Team = vyte.teams.create(**sales)
    vyte.teams.book_member(team["_id"], title="Call", created_by={"email": "a@b.c"}, dates=dates)
    vyte.teams.book_member(team["_id"], title="Whoever is free", dates=dates)
    place_id: str | None = event["confirmed"].get("place_id")
    vyte.teams.events(team["_id"], limit=20, filter="confirmed")
    ada: NewUser = {
        "organization": organization["_id"],
        "user": {"email": "ada@example.com", "timezone": PARIS},
    }
    vyte.users.create_batch([ada])
    vyte.users.update("u", user={"first_name": "Ada"})
    vyte.preferences.update("u", push={"attending": True})
    hours: NewAvailability = {
        "timezone": PARIS,
        "buffer_before": timedelta(minutes=15),
        "days": {
            "monday": {"enabled": True, "slots": [{"start_time": time(9), "end_time": "2018-01-01T12:00"}]}
        },
    }
    vyte.availabilities.create("u", **hours)
    vyte.calendars.update("u", sync_suggestions=True)
    vyte.booking_pages.create(nickname="ada", belongs_to="u", custom={"duration": timedelta(minutes=45)})
    handle: str = vyte.appointment_types.create("ada", name="Lunch")["handle"]
    vyte.locators.create(handle="shops", title="Our shops", max_distance=20_000)
    vyte.locations.create("l", name="Paris", extid="1", address="1 Main Street")
