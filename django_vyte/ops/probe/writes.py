"""Facts that only writing requests show, from the trial meeting of ``vyte_probe --write``."""

from __future__ import annotations

import datetime as dt

from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, failed, unseen
from django_vyte.ops.probe.trial import AHEAD, ZONE

ONLY_OWN = "--write asks with a meeting of its own"


def delete_invitee_method(account: ProbedAccount) -> Fact:
    """Which HTTP method removes an invitee."""
    name, seen = "delete_invitee_method", account.observed
    if seen is None:
        return unseen(name, ONLY_OWN)
    if name in seen.failures:
        return failed(name, seen.failures[name])
    if not seen.removed_by:
        return unseen(name, "neither took an invitee off; a meeting that shows its invitees would show it")
    position = "both" if len(seen.removed_by) == 2 else seen.removed_by[0]
    return Fact(
        name, position, f"{' and '.join(seen.removed_by)} took an invitee off the probe's own meeting"
    )


def naive_times(account: ProbedAccount) -> Fact:
    """As which time zone Vyte reads a time without an offset."""
    name, seen = "naive_times", account.observed
    if seen is None:
        return unseen(name, ONLY_OWN)
    if name in seen.failures:
        return failed(name, seen.failures[name])
    if seen.naive is None:
        return unseen(name, "the meeting does not show its dates")
    position = {dt.timedelta(0): "utc", -AHEAD: "local"}.get(seen.naive)
    read = f"{seen.naive.total_seconds() / 60:+.0f} minutes"
    return Fact(name, position or read, f"12:00 in {ZONE} was read {read} from UTC")
