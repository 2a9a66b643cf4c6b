"""Collects all facts about an account, in the order of the report."""

from __future__ import annotations

from django_vyte.exceptions import VyteError
from django_vyte.ops.probe import calls, lists, meetings, surface, writes
from django_vyte.ops.probe.account import ProbedAccount
from django_vyte.ops.probe.fact import Fact, failed

FACTS = (
    meetings.offset_style,
    meetings.milliseconds,
    meetings.single_as_object,
    meetings.missing,
    meetings.show_cancelled,
    meetings.list_cancelled,
    lists.list_default,
    lists.list_maximum,
    surface.hooks_path,
    surface.hooks_as_list,
    surface.next_shape,
    surface.join_path,
    writes.delete_invitee_method,
    writes.naive_times,
    calls.webhook_shape,
    calls.webhook_owner,
    calls.webhook_ids,
    calls.webhook_retries,
    calls.updates_before_confirmation,
)


def collect_facts(account: ProbedAccount) -> list[Fact]:
    """All facts; one whose request fails does not stop the others."""
    found = []
    for fact in FACTS:
        try:
            found.append(fact(account))
        except VyteError as error:
            found.append(failed(fact.__name__, error))
    return found
