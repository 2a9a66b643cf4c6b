"""The doctor's checks of Vyte: stored secrets, linked teams, API keys, webhooks, patrols and recorded problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Count, Exists, ExpressionWrapper, F, Model, OuterRef, Q, QuerySet, TextField
from django.utils import timezone

from django_vyte import exceptions
from django_vyte.accounts import remedies, subscriptions
from django_vyte.accounts.problems import Kind
from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.conf import get_settings
from django_vyte.db import fresh
from django_vyte.encryption import cipher, decrypt
from django_vyte.inbox.sources import SOURCES
from django_vyte.models import ApiKey, Team, ThirdPartyApp, Webhook
from django_vyte.models.team import SOURCE
from django_vyte.ops.doctor import third_parties
from django_vyte.ops.doctor.finding import (
    MAX_SKEW,
    Finding,
    Level,
    clock_finding,
    excerpt,
    fine,
    since,
    wrong,
)
from django_vyte.ops.doctor.registry import CheckedAccount, register_check, register_quick_check, run_check
from django_vyte.payloads import values

# What a request to Vyte may raise; ValueError for a setting that is no URL.
REQUEST_ERRORS = (*remedies.REQUEST_ERRORS, ValueError)
# Short, because a person waits for the diagnosis; the deadline is in seconds. The doctor writes nothing.
CLIENT_OPTIONS: dict[str, Any] = {"retries": 1, "deadline": 15.0, "record": False}
# Beat starts a patrol every quarter of an hour.
PATROL_OVERDUE = dt.timedelta(hours=2)


# Findings after which there is nothing to ask about a team.
NO_ANSWER = {
    "no_active_key",
    "key_unreadable",
    "key_refused",
    "key_of_another_team",
    "vyte_unreachable",
    "vyte_fails",
    "check_crashed",
}
KINDS = {
    **third_parties.KINDS,
    "secrets_unreadable": Level.ERROR,
    "no_team": Level.ERROR,
    "no_active_key": Level.ERROR,
    "key_unreadable": Level.ERROR,
    "key_refused": Level.ERROR,
    "key_of_another_team": Level.ERROR,
    "clock_differs": Level.WARNING,
    "vyte_unreachable": Level.ERROR,
    "vyte_fails": Level.ERROR,
    "webhooks_not_compared": Level.ERROR,
    "webhooks_missing": Level.ERROR,
    "public_url_changed": Level.ERROR,
    "webhooks_stale": Level.WARNING,
    "never_patrolled": Level.WARNING,
    "patrol_overdue": Level.WARNING,
    "events_may_be_missing": Level.WARNING,
    "sync_failed": Level.WARNING,
    "registering_failed": Level.WARNING,
    "comparing_failed": Level.WARNING,
    "other_problem": Level.WARNING,
}


@register_check(SOURCE, KINDS)
def check_teams(team_id: str) -> Generator[Finding, None, list[CheckedAccount]]:
    """All checks of stored secrets and of each team, or of the team with this id at Vyte."""
    yield from run_check(secrets)
    teams = list(fresh(Team.objects.all()).order_by("pk"))
    wanted = [team for team in teams if team_id in ("", team.vyte_id)]
    yield from run_check(linked, teams)
    reachable, compared = True, []
    for team in wanted:
        found = yield from _check_team(team, call_vyte=reachable)
        reachable = reachable and "vyte_unreachable" not in found
        if reachable and not found & NO_ANSWER:
            compared.append(team)
    yield from run_check(third_parties.apps, compared, len(compared) == len(teams), CLIENT_OPTIONS)
    return [_checked(team) for team in teams]


@register_quick_check(SOURCE)
def teams_at_a_glance() -> Iterator[Finding]:
    """Whether each team has a key and webhooks, was patrolled, and has no recorded problem."""
    teams = list(for_glance(fresh(Team.objects.order_by("pk"))))
    yield from linked(teams)
    for team in teams:
        about = _checked(team)
        for finding in at_a_glance(team):
            yield about.named(finding)


def for_glance(teams: QuerySet[Team]) -> QuerySet[Any]:
    """The teams with what ``at_a_glance`` reads: ``has_key``, and ``registered`` of ``wanted`` webhooks."""
    active = ApiKey.objects.filter(team=OuterRef("pk"), status=ApiKey.Status.ACTIVE)
    registered = Count("webhooks", filter=~Q(webhooks__vyte_id=""))
    return teams.annotate(has_key=Exists(active), registered=registered, wanted=Count("webhooks"))


def at_a_glance(team: Any) -> Iterator[Finding]:
    """What the row of a team that was read by ``for_glance`` tells, without a query or a request."""
    found = [*_registered(team), *patrol(team)] if team.has_key else [_without_key()]
    yield from (*problems(team), *found) if team.has_key else (*found, *problems(team))


def _registered(team: Any) -> Iterator[Finding]:
    """Whether Vyte accepted a webhook for each action; what Vyte has now, only ``webhooks`` finds out."""
    if team.registered < len(ACTIONS):
        text = f"Webhooks are registered for {team.registered} of {len(ACTIONS)} actions."
        yield wrong("webhooks_missing", text, f"manage.py vyte_hooks register --team {team.vyte_id}")


def _check_team(team: Team, *, call_vyte: bool) -> Generator[Finding, None, set[str]]:
    """All checks of one team; returns what is wrong with its key, and with Vyte's answer to it."""
    about = _checked(team)
    found = yield from run_check(key, team, about=about)
    has_key = not found
    if has_key and call_vyte:
        found = yield from run_check(vyte, team, about=about)
        if not found & NO_ANSWER:
            yield from run_check(webhooks, team, about=about)
    if has_key:
        yield from run_check(patrol, team, about=about)
    yield from run_check(problems, team, about=about)
    return found


def _checked(team: Team) -> CheckedAccount:
    return CheckedAccount(str(team), team.vyte_id, team.account_key, team.created_at)


def linked(teams: Sequence[Team]) -> Iterator[Finding]:
    """Whether any team is linked; a site that uses another service only needs none."""
    others = (source for name, source in SOURCES.items() if name != SOURCE)
    if teams or any(fresh(source.accounts()).exists() for source in others):
        yield fine("teams", f"Linked teams: {len(teams)}.")
    else:
        yield wrong("no_team", "No team is linked.", "manage.py vyte_link_team")


def secrets() -> Iterator[Finding]:
    """Whether every encrypted value that is used can be decrypted; revoked keys are never read."""
    try:
        cipher()
    except ImproperlyConfigured:
        # The system check E003 reports this.
        return
    active = fresh(ApiKey.objects.all()).filter(status=ApiKey.Status.ACTIVE)
    lost = [
        *_unreadable(active, ("key",), "API keys", "manage.py vyte_link_team"),
        *_unreadable(
            fresh(Webhook.objects.all()), ("token", "target_url"), "webhooks", "manage.py vyte_hooks register"
        ),
        *_unreadable(
            fresh(ThirdPartyApp.objects.all()),
            ("secret",),
            "third-party apps",
            "enter their secrets in the admin",
        ),
    ]
    yield from lost or [fine("secrets", "Every stored secret can be decrypted.")]


def _unreadable(rows: QuerySet[Model], columns: tuple[str, ...], name: str, anew: str) -> Iterator[Finding]:
    # As plain text: the encrypted form is what is asked about.
    sealed = (ExpressionWrapper(F(column), output_field=TextField()) for column in columns)
    opened = [all(map(_opens, row)) for row in rows.order_by().values_list(*sealed)]
    if not all(opened):
        yield wrong(
            "secrets_unreadable",
            f"{opened.count(False)} of {len(opened)} {name} cannot be decrypted with VYTE['ENCRYPTION_KEYS'].",
            f"Put the key that they were encrypted with back into that list. Is it lost? Then {anew}",
        )


def _opens(sealed: str) -> bool:
    try:
        decrypt(sealed)
    except exceptions.DecryptionError:
        return False
    return True


def key(team: Team) -> Iterator[Finding]:
    """Whether the team has an active API key."""
    active = (
        fresh(team.api_keys.all())
        .filter(status=ApiKey.Status.ACTIVE)
        .order_by("-pk")
        .values_list("hint", flat=True)
        .first()
    )
    if active is None:
        yield _without_key()
    else:
        yield fine("key", f"Its key ends in {active}.")


def _without_key() -> Finding:
    return wrong(
        "no_active_key",
        "It has no active API key. It was revoked here, or none was stored.",
        "manage.py vyte_link_team",
    )


def vyte(team: Team) -> Iterator[Finding]:
    """Whether Vyte answers, accepts the key, and says that it is this team's ("Getting started")."""
    try:
        with team.client(**CLIENT_OPTIONS) as client:
            owner = values.identifier(client.auth.test().get("_id"))
            ahead = client.clock_ahead or 0.0
        if not owner:
            raise exceptions.UnexpectedAnswer("GET /v2/auth/test: the answer does not say whose key this is")
    except REQUEST_ERRORS as error:
        yield _failed(_kind(error), error)
        return
    if owner == team.vyte_id:
        yield fine("vyte", "Vyte answers and knows its key.")
    else:
        hint = "Run manage.py vyte_link_team with a key of this team."
        yield wrong("key_of_another_team", f"Its key is that of another team at Vyte, {owner}.", hint)
    if abs(ahead) > MAX_SKEW:
        yield clock_finding("clock_differs", "Vyte's", ahead)


def _kind(error: Exception) -> str:
    if isinstance(error, exceptions.AuthenticationFailed | exceptions.PermissionDenied):
        return "key_refused"
    if isinstance(error, exceptions.DecryptionError):
        return "key_unreadable"
    unreachable = isinstance(error, exceptions.VyteConnectionError | exceptions.VyteTimeout)
    return "vyte_unreachable" if unreachable else "vyte_fails"


def _failed(kind: str, error: Exception) -> Finding:
    """What happened, with the next step, and with the command where the remedy names none."""
    hint = remedies.step_about_team(error)
    if isinstance(error, exceptions.AuthenticationFailed):
        hint += " manage.py vyte_link_team"
    elif isinstance(error, exceptions.DecryptionError):
        hint = "See the finding secrets_unreadable."
    # The text of a VyteTimeout names a setting to raise; here CLIENT_OPTIONS set the deadline.
    timed_out = isinstance(error, exceptions.VyteTimeout)
    text = "Vyte does not answer in time." if timed_out else excerpt(str(error))
    return wrong(kind, text, hint or "Correct the setting: docs/start/settings.md")


def webhooks(team: Team) -> Iterator[Finding]:
    """Whether the webhooks registered at Vyte are those that this site needs."""
    try:
        states = subscriptions.compare(team, **CLIENT_OPTIONS)
    except REQUEST_ERRORS as error:
        yield _failed("webhooks_not_compared", error)
        return
    found = list(_wrong_webhooks(team, states))
    yield from found or [fine("webhooks", "Vyte has all its webhooks.")]


def _wrong_webhooks(team: Team, states: list[subscriptions.State]) -> Iterator[Finding]:
    by_action = {state.action: state for state in states if state.here}
    missing = [action for action in ACTIONS if action not in by_action or not by_action[action].there]
    lost = [state.here for state in by_action.values() if state.here and not state.there]
    before = {webhook.target_url.get_secret_value() for webhook in lost} - {""}
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
    # Webhooks of other sites of the same team are not counted.
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
    if (last or team.created_at) > timezone.now() - PATROL_OVERDUE:
        yield fine("patrol", f"Last patrolled {since(last)} ago." if last else "Linked a moment ago.")
        return
    hint = "Does beat run, with django_vyte.patrol in its schedule? docs/run/celery.md#beat"
    if last:
        yield wrong("patrol_overdue", f"It was last patrolled {since(last)} ago.", hint)
    else:
        yield wrong("never_patrolled", "It was never patrolled: what a webhook misses is not found.", hint)


def problems(team: Team) -> Iterator[Finding]:
    """One finding for each line of ``Team.problem``, which background work and the last full sync write."""
    again = f"manage.py vyte_sync --team {team.vyte_id}"
    cut_short = "docs/run/commands.md#a-list-that-vyte-cuts-short"
    hints = {
        Kind.KEY: ("key_refused", "manage.py vyte_link_team"),
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
        yield fine("problems", "Background work recorded no problem.")
