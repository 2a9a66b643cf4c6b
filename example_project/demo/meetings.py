"""Meetings at the local Vyte to look at, around today: past, running, upcoming, planned and cancelled ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import requests

ZONE = "Europe/Paris"
EMMA = "emma@example.com"
WEBSITE = {
    "group_ids": ["project_1"],
    "places": [("Globex", "Bakery Street 5, London")],
    "invitees": [("ada@globex.example", "Ada Byron"), ("grace@globex.example", "Grace Murray")],
}
WAREHOUSE = {
    "group_ids": ["project_2"],
    "places": [("Initech", "12 rue de Rivoli, Paris")],
    "invitees": [("alan@initech.example", "Alan Mathison"), ("edith@initech.example", "Édith Clarke")],
}
CALL = {"places": [("Video call", "https://meet.example.com/website-relaunch")]}


def meetings(today: dt.date) -> Iterator[dict[str, Any]]:
    """The arguments of ``Sandbox.create_event``; ``votes``, by the number of the date, and ``cancel`` beside them."""

    def at(days: int, start: str, minutes: int = 60) -> tuple[str, str]:
        """A working day so many from today, at a time in Paris."""
        begin = dt.datetime.combine(working_day(today, days), dt.time.fromisoformat(start), ZoneInfo(ZONE))
        return begin.isoformat(), (begin + dt.timedelta(minutes=minutes)).isoformat()

    settled = {"confirmed": True}
    sprint = (today - dt.timedelta(days=1)).isoformat(), (today + dt.timedelta(days=1)).isoformat()
    yield {"title": "Kick-off", **WEBSITE, **settled, "dates": [at(-10, "10:00")]}
    yield {"title": "Requirements", **WAREHOUSE, **settled, "dates": [at(-6, "14:00", 120)]}
    yield {"title": "Design review", **WEBSITE, **CALL, **settled, "dates": [at(-2, "15:30", 90)]}
    yield {"title": "Sprint on site", **WEBSITE, **settled, "dates": [sprint]}
    yield {"title": "Sprint demo", **WEBSITE, **CALL, **settled, "dates": [at(2, "11:00")]}
    yield {"title": "Schema review", **WAREHOUSE, **settled, "dates": [at(3, "09:30", 90)]}
    yield {"title": "Budget", **WEBSITE, "dates": [at(3, "16:00", 30)], "cancel": True}
    yield {
        "title": "Content workshop",
        **WEBSITE,
        "dates": [at(4, "14:00", 120), at(5, "09:30", 120), at(6, "14:00", 120)],
        "votes": {0: ["ada@globex.example"], 1: ["ada@globex.example", "grace@globex.example"]},
    }
    yield {
        "title": "Rehearsal of the migration",
        **WAREHOUSE,
        "dates": [at(7, "10:00", 180), at(8, "13:30", 180)],
        "votes": {1: ["edith@initech.example"]},
    }


def working_day(today: dt.date, days: int) -> dt.date:
    """The day so many working days after today, or before it."""
    day, step = today, dt.timedelta(days=1 if days > 0 else -1)
    for _ in range(abs(days)):
        day += step
        while day.weekday() > 4:
            day += step
    return day


def plan(vyte: str, today: dt.date | None = None) -> None:
    """Make them at the local Vyte with this address, in order of what happens."""
    for meeting in meetings(today or dt.datetime.now(ZoneInfo(ZONE)).date()):
        votes, is_cancelled = meeting.pop("votes", {}), meeting.pop("cancel", False)
        event = _post(f"{vyte}/_sandbox/events", creator=EMMA, timezone=ZONE, **meeting)
        url = f"{vyte}/_sandbox/events/{event['_id']}"
        for number, voters in votes.items():
            for email in voters:
                _post(f"{url}/vote", email=email, date_id=event["dates"][number]["_id"])
        if is_cancelled:
            _post(f"{url}/cancel")


def _post(url: str, **arguments: Any) -> dict[str, Any]:
    answer = requests.post(url, json=arguments, timeout=10)
    answer.raise_for_status()
    return answer.json()
