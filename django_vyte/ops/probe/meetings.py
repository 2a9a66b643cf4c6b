"""Facts that listed events show: the format of times, absent members, cancellations."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from django_vyte.db import fresh
from django_vyte.models import Event
from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, unseen

TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?P<fraction>[.]\d+)?(?P<offset>Z|[+-]\d\d:?\d\d)")
LISTS = ("messages", "declines", "invitees", "places", "dates")
SINGLE = ("invitees", "places", "dates")
NO_MEETING = "there is no meeting to look at; --write makes one"


def offset_style(account: ProbedAccount) -> Fact:
    """How times spell their UTC offset."""
    return _spelling("offset_style", account, lambda match: match["offset"])


def milliseconds(account: ProbedAccount) -> Fact:
    """Whether times have milliseconds."""
    return _spelling("milliseconds", account, lambda match: match["fraction"] is not None)


def single_as_object(account: ProbedAccount) -> Fact:
    """Whether a list of one item is returned as that item."""
    members = [event[name] for event in account.events() for name in SINGLE if name in event]
    alone = sum(isinstance(member, dict) for member in members)
    lists = sum(isinstance(member, list) and len(member) == 1 for member in members)
    if not alone + lists:
        return unseen("single_as_object", "no meeting has a single invitee, place or date; --write makes one")
    return Fact("single_as_object", alone > 0, f"{alone} objects and {lists} lists of one")


def missing(account: ProbedAccount) -> Fact:
    """Which members no event has."""
    events = account.events()
    if not events:
        return unseen("missing", NO_MEETING)
    absent = tuple(name for name in LISTS if all(event.get(name) is None for event in events))
    return Fact("missing", absent, f"looked into {len(events)} meetings")


def show_cancelled(account: ProbedAccount) -> Fact:
    """Whether a retrieved event shows that it is cancelled."""
    shown = sum(bool(event.get("cancelled")) for event in account.events())
    if shown:
        return Fact("show_cancelled", True, f"{shown} meetings show it")
    if account.observed and account.observed.after_cancelling is not None:
        return Fact("show_cancelled", False, "the probe's own meeting does not, after it was cancelled")
    if any(True for _ in _cancelled_here(account)):
        return Fact(
            "show_cancelled", False, "a meeting does not that Vyte's call, or this site, has cancelled"
        )
    return unseen("show_cancelled", "no meeting is known to be cancelled; --write cancels one of its own")


def list_cancelled(account: ProbedAccount) -> Fact:
    """Whether cancelled events are listed."""
    shown = sum(bool(event.get("cancelled")) for event in account.everything().sample)
    if shown:
        return Fact("list_cancelled", True, f"{shown} listed meetings are cancelled")
    if account.observed and account.observed.is_listed_after_cancelling is not None:
        listed = account.observed.is_listed_after_cancelling
        return Fact("list_cancelled", listed, "the probe's own meeting, after it was cancelled")
    if any(True for _ in _cancelled_here(account)):
        return Fact(
            "list_cancelled", True, "a listed meeting is one that Vyte's call, or this site, has cancelled"
        )
    return unseen("list_cancelled", "no meeting is known to be cancelled; --write cancels one of its own")


def _cancelled_here(account: ProbedAccount) -> Iterator[str]:
    """Ids of listed meetings that are cancelled here, though Vyte's payload does not show it."""
    listed = {event.get("_id") for event in account.events()}
    known = (
        fresh(Event.objects.all())
        .cancelled()
        .filter(team=account.team, cancelled_at__isnull=False, missing_since=None)
    )
    for vyte_id, data in known.order_by("-cancelled_at").values_list("vyte_id", "data")[:50]:
        if vyte_id in listed and not data.get("cancelled"):
            yield vyte_id


def _spelling(name: str, account: ProbedAccount, spelt: Any) -> Fact:
    """The most frequent spelling of times."""
    found = Counter(spelt(match) for match in _timestamps(account.events()))
    if not found:
        return unseen(name, NO_MEETING)
    (position, count), total = found.most_common(1)[0], sum(found.values())
    return Fact(name, position, f"{count} of {total} times")


def _timestamps(value: Any) -> Iterator[re.Match[str]]:
    """Every time in decoded JSON."""
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _timestamps(inner)
    elif isinstance(value, str) and (match := TIMESTAMP.fullmatch(value)):
        yield match
