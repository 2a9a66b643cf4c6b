"""What holds for one team: its key, its webhooks, and what the background work left written on it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.utils import timezone

from django_vyte import exceptions
from django_vyte.accounts import remedies, subscriptions
from django_vyte.accounts.problems import Kind
from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.conf import get_settings
from django_vyte.models import ApiKey
from django_vyte.ops.doctor.finding import excerpt, fine, since, wrong
from django_vyte.payloads import values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django_vyte.models import Team
    from django_vyte.ops.doctor.finding import Finding

# What talking to Vyte may end in, an address among the settings that is none included.
FAILURES = (*remedies.FAILURES, ValueError)
# Of somebody who waits for a diagnosis; the deadline is in seconds.
PATIENCE: dict[str, Any] = {"retries": 1, "deadline": 15.0}
# Beat has it patrolled every quarter of an hour.
UNPATROLLED = dt.timedelta(hours=2)


def key(team: Team) -> Iterator[Finding]:
    """Whether there is one that is used."""
    active = (
        team.api_keys.filter(status=ApiKey.Status.ACTIVE)
        .order_by("-pk")
        .values_list("hint", flat=True)
        .first()
    )
    if active is None:
        yield wrong("no_active_key", "It has no active API key.", "manage.py vyte_link_team")
    else:
        yield fine("key", f"Its key ends in {active}.")


def vyte(team: Team) -> Iterator[Finding]:
    """Whether Vyte answers, knows the key, and knows it as this team's ("Getting started")."""
    try:
        with team.client(**PATIENCE) as client:
            owner = values.identifier(client.auth.test().get("_id"))
        if not owner:
            raise exceptions.UnexpectedAnswer("GET /v2/auth/test: the answer does not say whose key this is")
    except FAILURES as failure:
        yield _failed(_kind(failure), failure)
        return
    if owner == team.vyte_id:
        yield fine("vyte", "Vyte answers and knows its key.")
    else:
        hint = "Run manage.py vyte_link_team with a key of this team."
        yield wrong("key_of_another_team", f"Its key is that of another team at Vyte, {owner}.", hint)


def _kind(failure: Exception) -> str:
    if isinstance(failure, exceptions.AuthenticationFailed | exceptions.PermissionDenied):
        return "key_refused"
    if isinstance(failure, exceptions.DecryptionError):
        return "key_unreadable"
    unreachable = isinstance(failure, exceptions.VyteConnectionError | exceptions.VyteTimeout)
    return "vyte_unreachable" if unreachable else "vyte_fails"


def _failed(kind: str, failure: Exception) -> Finding:
    """What happened, with advice, and with the command where that names none."""
    hint = remedies.step_about_team(failure)
    if isinstance(failure, exceptions.AuthenticationFailed):
        hint += " manage.py vyte_link_team"
    elif isinstance(failure, exceptions.DecryptionError):
        hint = "What to do stands with secrets_unreadable."
    # Of time-outs the text names the setting to raise, which is not what ended this one.
    is_late = isinstance(failure, exceptions.VyteTimeout)
    text = "Vyte does not answer in time." if is_late else excerpt(str(failure))
    return wrong(kind, text, hint or "Correct the setting: docs/settings.md")


def webhooks(team: Team) -> Iterator[Finding]:
    """What Vyte has against what it should have."""
    try:
        states = subscriptions.compare(team, **PATIENCE)
    except FAILURES as failure:
        yield _failed("webhooks_not_compared", failure)
        return
    found = list(_webhooks_at_fault(team, states))
    yield from found or [fine("webhooks", "Vyte has all its webhooks.")]


def _webhooks_at_fault(team: Team, states: list[subscriptions.State]) -> Iterator[Finding]:
    ours = {state.action: state for state in states if state.here}
    missing = [action for action in ACTIONS if action not in ours or not ours[action].there]
    before = {state.here.target_url for state in ours.values() if state.here and not state.there} - {""}
    register = f"manage.py vyte_hooks register --team {team.vyte_id}"
    earlier = {urlsplit(url).hostname for url in before} - {urlsplit(get_settings().PUBLIC_URL).hostname}
    if earlier:
        yield wrong(
            "public_url_changed",
            f"Its webhooks were registered at {', '.join(map(str, earlier))}, and VYTE['PUBLIC_URL'] is another host.",
            f"Correct VYTE['PUBLIC_URL'], or, if this site has moved: {register}, then vyte_hooks prune",
        )
    elif missing:
        yield wrong("webhooks_missing", f"Webhooks are missing at Vyte: {', '.join(missing)}.", register)
    # Those of other sites are nobody's business here.
    stale = sum(map(subscriptions.is_stale, states))
    if stale and not earlier:
        yield wrong(
            "webhooks_stale",
            f"Vyte has {stale} webhooks of this site that are not known here any more.",
            f"manage.py vyte_hooks prune --team {team.vyte_id}",
        )


def patrol(team: Team) -> Iterator[Finding]:
    """When a part of its meetings was last compared with Vyte in the background."""
    last = team.patrolled_at
    if (last or team.created_at) > timezone.now() - UNPATROLLED:
        yield fine("patrol", f"Last patrolled {since(last)} ago." if last else "Linked a moment ago.")
        return
    hint = "Does beat run, with django_vyte.patrol in its schedule? docs/celery.md#beat"
    if last:
        yield wrong("patrol_overdue", f"It was last patrolled {since(last)} ago.", hint)
    else:
        yield wrong("never_patrolled", "It was never patrolled: what a webhook misses is not found.", hint)


def problems(team: Team) -> Iterator[Finding]:
    """What the background work, or the last whole sync, left written on it, line by line."""
    again = f"manage.py vyte_sync --team {team.vyte_id}"
    cut_short = "docs/commands.md#a-list-that-vyte-cuts-short"
    hints = {
        Kind.MISSING: (
            "events_may_be_missing",
            f"{again} asks in other parts, with --group G for one group: {cut_short}",
        ),
        Kind.SYNC: ("sync_failed", again),
        Kind.WEBHOOKS: ("registering_failed", f"manage.py vyte_hooks register --team {team.vyte_id}"),
        Kind.PATROL: ("comparing_failed", f"The next patrol tries again. All at once: {again}"),
    }
    for line in team.problem.splitlines():
        named = (found for kind, found in hints.items() if line.startswith(kind))
        finding, hint = next(named, ("other_problem", again))
        yield wrong(finding, excerpt(line), hint)
    if not team.problem:
        yield fine("problems", "The background work left no problem.")
