"""Generates many events, for lists and synchronisations of a realistic size."""

from __future__ import annotations

import gc
from datetime import UTC, datetime, timedelta

from django_vyte.sandbox.world.clock import spell
from django_vyte.sandbox.world.meetings import assemble
from django_vyte.sandbox.world.shorthand import PUBLISHED_APP
from django_vyte.sandbox.world.state import VyteState

PLACES = ({"name": "Head office", "address": "12 rue de Rivoli, 75004 Paris"}, {"name": "Video call"})
SUBJECTS = ("Kick-off", "Interview", "Demo", "Review", "Check-up", "Workshop", "Visit")


def fill(state: VyteState, count: int, owner: str) -> None:
    """Adds ``count`` events, two in five confirmed and one in ten cancelled, in 50 groups."""
    collecting = gc.isenabled()
    gc.disable()  # Nothing made here is garbage, and looking for some again and again doubles the time.
    try:
        generate(state, count, owner)
    finally:
        if collecting:
            gc.enable()


def generate(state: VyteState, count: int, owner: str) -> None:
    """Adds those events one after the other."""
    start = datetime.now(UTC).replace(minute=0, second=0, microsecond=0) + timedelta(days=1)
    for number in range(count):
        day = start + timedelta(hours=number)
        body = {
            "title": f"{SUBJECTS[number % len(SUBJECTS)]} {number}",
            "created_by": {"email": f"organiser{number % 20}@example.com"},
            "dates": [
                {"date": spell(day + timedelta(days=n)), "end_date": spell(day + timedelta(days=n, hours=1))}
                for n in range(2)
            ],
            "places": [PLACES[number % len(PLACES)]],
            "invitees": [
                {"email": f"person{number % 997}@example.com", "full_name": f"Person {number % 997}"},
                {"email": f"guest{number % 389}@example.org", "full_name": f"Guest {number % 389}"},
            ],
            "third_party": {"app": PUBLISHED_APP, "group_ids": [f"project_{number % 50}"]},
            "timezone": "Europe/Paris",
        }
        event = assemble(state, body, owner)
        if number % 5 < 2:
            date, place = event["dates"][0]["_id"], event["places"][0]["_id"]
            now = event["updatedAt"]
            event["confirmed"] = {"flag": True, "updated_at": now, "date_id": date, "place_id": place}
        if number % 10 == 9:
            event["cancelled"] = event["confirmed"]["updated_at"] = event["updatedAt"]
