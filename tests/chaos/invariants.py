"""What has to hold when all is quiet: each check answers the violations it finds, as sentences."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import requests
from django.db.models import Model

from django_vyte import payloads
from django_vyte.inbox import parsing
from django_vyte.jobs.models import Job
from django_vyte.models import Delivery, Event, EventChange, Member, Webhook
from django_vyte.payloads.events import DIGEST_LENGTH
from tests.chaos.driver import Driver
from tests.chaos.signal_log.models import ReceiverCall
from tests.chaos.vyte import KINDS, CallRecorder, RandomFaults

Answer = dict[str, Any]
# More than the local Vyte ever has.
MOST_EVENTS = 1_000_000
JOBS: tuple[type[Job], ...] = (Delivery, EventChange, Member)
Status = Delivery.Status


def rows_left() -> int:
    """How many rows still wait for something to be done."""
    return sum(model.objects.filter(next_attempt_at__isnull=False).count() for model in JOBS)


def every_accepted_call_is_stored(recorder: CallRecorder) -> Iterator[str]:
    """What was answered 200 is a Delivery, as often as it was answered so."""
    kept = Counter(Delivery.objects.values_list("body", flat=True))
    for body, times in Counter(
        parsing.read(attempt.body, payloads.CREDENTIALS).text for attempt in recorder.accepted
    ).items():
        if kept[body] < times:
            yield f"A call was answered 200 {times} times and is kept {kept[body]} times: {body[:200]}"


def nothing_is_stuck() -> Iterator[str]:
    """No row is due, none is held, and all deliveries are closed and not failed."""
    for model in JOBS:
        open_ = model.objects.filter(next_attempt_at__isnull=False) | model.objects.exclude(lease="")
        for row in open_:
            due = row.next_attempt_at
            yield f"{name(row)} is open: {row.attempts} attempts, due {due}, lease {row.lease!r}, {row.error!r}"
    for row in Delivery.objects.exclude(status__in=[Status.DONE, Status.IGNORED]):
        yield f"{name(row)} ended as {row.status}: {row.error}"


def listed(url: str, api_key: str) -> dict[str, Answer]:
    """What the local Vyte's API says of each event that it has."""
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = api_key
        answer = session.get(f"{url}/v2/events", params={"limit": MOST_EVENTS}, timeout=60)
        answer.raise_for_status()
        return {event["_id"]: event for event in answer.json()}


def mirror_matches_vyte(answers: Mapping[str, Answer], deleted: Sequence[str]) -> Iterator[str]:
    """Every event is mirrored as the local Vyte's API shows it; a deleted one is cancelled, or was never mirrored."""
    mirrored = {event.vyte_id: event for event in Event.objects.prefetch_related("invitees", "groups")}
    for key, answer in answers.items():
        event = mirrored.pop(key, None)
        if event is None:
            yield f"Event {key} is not mirrored."
        else:
            yield from differences(event, answer)
    for key, event in mirrored.items():
        if key not in deleted:
            yield f"Event {key} is mirrored, and Vyte never had it."
        elif event.status != "cancelled":
            yield f"Event {key} is deleted at Vyte and {event.status} here."


def differences(event: Event, answer: Answer) -> Iterator[str]:
    """What a mirrored event has other than Vyte says, column by column, with its invitees and groups."""
    reading = payloads.parse_event(answer)
    # Of the fingerprint, half is about the answer as it came: which of several equal ones came last is left open.
    columns = {**reading.columns, "fingerprint": reading.columns["fingerprint"][:DIGEST_LENGTH]}
    held = {column: getattr(event, column) for column in columns}
    held["fingerprint"] = held["fingerprint"][:DIGEST_LENGTH]
    held["missing_since"] = event.missing_since
    held["invitees"] = sorted(
        (each.vyte_id, each.email, each.full_name, each.phone) for each in event.invitees.all()
    )
    held["groups"] = sorted(each.group_id for each in event.groups.all())
    invitees = sorted((each.vyte_id, each.email, each.full_name, each.phone) for each in reading.invitees)
    wanted = {
        **columns,
        "missing_since": None,
        "invitees": invitees,
        "groups": sorted(reading.groups),
    }
    for column, value in wanted.items():
        if held[column] != value:
            shown = "(too long to show)" if column == "data" else f"{held[column]!r} here, {value!r} at Vyte"
            yield f"Event {event.vyte_id}, {column}: {shown}"


def joined_members_are_dispatched(driver: Driver) -> Iterator[str]:
    """Everyone who joined is a member whose signal was dispatched."""
    told = set(Member.objects.filter(told_at__isnull=False).values_list("vyte_id", flat=True))
    for key in set(driver.joined) - told:
        yield f"User {key} joined, and its signal was not dispatched."


def every_change_is_dispatched() -> Iterator[str]:
    """Receivers were called for each change at least once, and for none that is not recorded."""
    logged = set(ReceiverCall.objects.exclude(kind="joined").values_list("kind", "about"))
    recorded = set(EventChange.objects.values_list("kind", "pk"))
    for kind, pk in sorted(recorded - logged):
        yield f"Change {pk} ({kind}) was never dispatched."
    for kind, pk in sorted(logged - recorded):
        yield f"Change {pk} ({kind}) was dispatched and is not recorded."
    for change in EventChange.objects.filter(told_at__isnull=True):
        yield f"Change {change.pk} is not marked as dispatched: {change.error}"


def every_event_has_a_created_change() -> Iterator[str]:
    """An event and the change that says that it was created are written together."""
    events = Event.objects.count()
    beginnings = EventChange.objects.filter(kind=EventChange.Kind.CREATED).count()
    if events != beginnings:
        yield f"{events} events are mirrored, and {beginnings} are recorded as created."


def history_is_consistent() -> Iterator[str]:
    """Each change begins where the one before it ended, the last one ends at what is mirrored, and none comes twice."""
    histories: dict[int, list[EventChange]] = defaultdict(list)
    for change in EventChange.objects.order_by("pk"):
        histories[change.event_id].append(change)
    for event in Event.objects.order_by("pk"):
        changes = histories[event.pk]
        if [change.kind for change in changes].count("created") != 1 or changes[0].kind != "created":
            yield f"Event {event.vyte_id} does not begin with being created, once."
        for one, next_ in pairwise(changes):
            if (one.kind, one.changes) == (next_.kind, next_.changes):
                yield f"Changes {one.pk} and {next_.pk} of event {event.vyte_id} are the same: {one.changes}"
        yield from broken_links(event, changes)


def broken_links(event: Event, changes: list[EventChange]) -> Iterator[str]:
    """Where a field's history does not hang together."""
    now: dict[str, Any] = {}
    for change in changes:
        for field, pair in change.changes.items():
            if field == "data":
                continue
            begins = field == "status" and pair[0] is None
            if not begins and (pair[0] == pair[1] or now.get(field, pair[0]) != pair[0]):
                yield f"Change {change.pk} of {event.vyte_id}: {field} {pair}, after it was {now.get(field)!r}"
            now[field] = pair[1]
    for field in ("title", "status", "timezone"):
        if field in now and now[field] != getattr(event, field):
            yield f"Event {event.vyte_id}: {field} is {getattr(event, field)!r}, its history ends with {now[field]!r}"


def no_secret_is_logged(folder: Path, secrets: Sequence[str]) -> Iterator[str]:
    """Neither keys nor the addresses that Vyte calls stand in what the processes printed."""
    wanted = [*secrets, *(webhook.token.get_secret_value() for webhook in Webhook.objects.all())]
    for log in sorted(folder.glob("*.log")):
        for number, line in enumerate(log.read_text(errors="replace").splitlines(), start=1):
            if any(secret in line for secret in wanted):
                yield f"{log}, line {number}, shows a secret."


def all_kinds_of_faults_came(api_faults: RandomFaults) -> Iterator[str]:
    """A run that went without one of them proves less than it says."""
    for kind in KINDS:
        if not api_faults.counts[kind]:
            yield f"The API never failed in this way: {kind}. Let Vyte make more calls."


def name(row: Model) -> str:
    return f"{type(row).__name__} {row.pk}"
