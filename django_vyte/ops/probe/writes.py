"""Facts that only writing shows: what the probe's own meeting was made and changed with."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django_vyte.ops.probe.fact import Fact, failure, unseen
from django_vyte.ops.probe.trial import AHEAD, ZONE

if TYPE_CHECKING:
    from django_vyte.ops.probe.account import Account

ONLY_OWN = "--write asks with a meeting of its own"


def delete_invitee_method(account: Account) -> Fact:
    """Which method takes an invitee off."""
    name, trial = "delete_invitee_method", account.trial
    if trial is None:
        return unseen(name, ONLY_OWN)
    if name in trial.failures:
        return failure(name, trial.failures[name])
    if not trial.removed_by:
        return unseen(name, "neither took an invitee off; a meeting that shows its invitees would show it")
    position = "both" if len(trial.removed_by) == 2 else trial.removed_by[0]
    return Fact(
        name, position, f"{' and '.join(trial.removed_by)} took an invitee off the probe's own meeting"
    )


def naive_times(account: Account) -> Fact:
    """How a time without an offset is read."""
    name, trial = "naive_times", account.trial
    if trial is None:
        return unseen(name, ONLY_OWN)
    if name in trial.failures:
        return failure(name, trial.failures[name])
    if trial.naive is None:
        return unseen(name, "the meeting does not show its dates")
    position = {dt.timedelta(0): "utc", -AHEAD: "local"}.get(trial.naive)
    read = f"{trial.naive.total_seconds() / 60:+.0f} minutes"
    return Fact(name, position or read, f"12:00 in {ZONE} was read {read} from UTC")
