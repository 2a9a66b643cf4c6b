"""Webhook subscriptions of a team at Vyte: compares, registers, restores and deletes them."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone

from django_vyte.db import fresh, refresh
from django_vyte.exceptions import BadRequest, DecryptionError, NotFound, VyteError
from django_vyte.models import Team, Webhook
from django_vyte.models.webhook import new_token
from django_vyte.payloads import values
from django_vyte.public_urls import path_of, public_url, view_of

if TYPE_CHECKING:
    from django_vyte.client import VyteClient
    from django_vyte.client.types import Hook, HookAction

logger = logging.getLogger(__name__)

# What this site subscribes to ("Webhooks").
ACTIONS = ("event.created", "event.confirmed", "event.updated", "event.cancelled", "user.joined")
# Webhooks that are deleted at Vyte again within this time are not restored once more: somebody may want that.
RESTORE_INTERVAL = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class State:
    """One webhook as this site (``here``) and Vyte (``there``) have it; either may be missing."""

    action: str
    here: Webhook | None
    there: Hook | None

    @property
    def verdict(self) -> str:
        """``registered``, ``missing`` at Vyte, or ``unknown`` to this site."""
        if self.here is None:
            return "unknown"
        return "registered" if self.there else "missing"


def webhook_url(webhook: Webhook) -> str:
    """The URL that Vyte calls, whoever asks; ImproperlyConfigured when ``VYTE["PUBLIC_URL"]`` is empty."""
    return public_url("django_vyte:webhook", webhook.token.get_secret_value())


def compare(team: Team, **options: Any) -> list[State]:
    """Ask Vyte for the team's webhooks and compare them with this site's; raises VyteError.

    ``options`` are those of the client.
    """
    states = []
    with team.client(**options) as client:
        there = cast("list[Hook]", values.as_dicts(client.hooks.list()))
        for webhook in fresh(team.webhooks.all()).order_by("action"):
            has_moved = partial(_has_moved, webhook_url(webhook))
            # Of two that lead here, the one at the present address: the other is stale.
            found = sorted((hook for hook in there if _fits(hook, webhook)), key=has_moved)
            if found:
                there.remove(found[0])
            states.append(State(webhook.action, webhook, found[0] if found else _unlisted(client, webhook)))
    return states + [State(str(hook.get("action")), None, hook) for hook in there]


def register(team: Team) -> list[Webhook]:
    """Subscribe to every action that is not registered yet; the webhooks that were added.

    A subscription at another path of this site that still leads here, such as that of another language, is moved to the
    present one. Stores the row, which has the address, before asking Vyte, so that the first call is not refused.
    Raises VyteError; running it again continues where it stopped.
    """
    added = []
    # First, so that a key that cannot be decrypted fails before anything is written.
    with team.client() as client:
        for action in ACTIONS:
            wanted, _ = Webhook.objects.defer("token", "target_url").get_or_create(
                team_id=team.pk, action=action
            )
            _replace_unreadable(wanted)
        for state in compare(team):
            if state.here is None:
                continue
            if state.there is None:
                added.append(state.here)
                _remember(state.here, _subscribe(client, state.here))
            else:
                _move(client, state.here, state.there)
                _remember(state.here, state.there)
    return added


def restore(team: Team) -> list[Webhook]:
    """Register again the webhooks that this site had registered and Vyte has lost; those webhooks.

    Raises VyteError, also when webhooks that were restored a short time ago are missing again.
    """
    if not fresh(team.webhooks.all()).exclude(vyte_id="").exists():
        return []
    lost = [each.here for each in compare(team) if each.here and not each.there and _was_accepted(each.here)]
    if not lost:
        return []
    actions, now = ", ".join(webhook.action for webhook in lost), timezone.now()
    if team.webhooks_restored_at and now - RESTORE_INTERVAL < team.webhooks_restored_at <= now:
        raise VyteError(
            f"Webhooks were put back less than a day ago and are missing at Vyte again: {actions}."
        )
    with team.client() as client:
        for webhook in lost:
            _remember(webhook, _subscribe(client, webhook))
    logger.warning("Team %s: webhooks were missing at Vyte and are registered again: %s", team.pk, actions)
    type(team).objects.filter(pk=team.pk).update(webhooks_restored_at=now)
    return lost


def prune(team: Team) -> list[str]:
    """Delete stale webhooks of this site at Vyte; their ids.

    These point at this site's endpoint, or have one of its tokens in a URL under an earlier ``PUBLIC_URL``. Webhooks of
    other sites are left alone. Raises VyteError.
    """
    stale = [str(state.there["_id"]) for state in compare(team) if state.there and is_stale(state)]
    with team.client() as client:
        for hook_id in stale:
            _delete(client, hook_id)
    return stale


def is_stale(state: State) -> bool:
    """Whether Vyte has this webhook from this site, which no longer knows it."""
    return state.here is None and _points_here(str(state.there.get("target_url", "")) if state.there else "")


def _replace_unreadable(webhook: Webhook) -> None:
    """Give a webhook a new token if no encryption key decrypts its address any more."""
    try:
        refresh(webhook, ["token", "target_url"])
        for secret in (webhook.token, webhook.target_url):
            secret.get_secret_value()
    except DecryptionError:
        webhook.token, webhook.target_url, webhook.vyte_id = new_token(), "", ""
        webhook.save()


def _subscribe(client: VyteClient, webhook: Webhook) -> Hook:
    """Have Vyte call a webhook; where no answer says whether it will, its list of webhooks does."""
    try:
        return client.hooks.create(action=cast("HookAction", webhook.action), target_url=webhook_url(webhook))
    except VyteError as error:
        found = _look_for(client, webhook, error) if error.maybe_applied else None
        if found is None:
            raise
        return found
    except ValueError:
        raise ImproperlyConfigured(
            "Vyte calls https only: set VYTE['PUBLIC_URL'] to https://your.site (http is for this machine alone)."
        ) from None


def _move(client: VyteClient, webhook: Webhook, hook: Hook) -> None:
    """Have Vyte call the present address of a webhook instead of another that leads here."""
    wanted = webhook_url(webhook)
    if not _has_moved(wanted, hook):
        return
    try:
        client.hooks.update(hook["_id"], action=cast("HookAction", webhook.action), target_url=wanted)
    except VyteError as error:
        if not _was_done(
            client, hook["_id"], error, lambda now: now is not None and not _has_moved(wanted, now)
        ):
            raise


def _delete(client: VyteClient, hook_id: str) -> None:
    try:
        client.hooks.delete(hook_id)
    except VyteError as error:
        if not _was_done(client, hook_id, error, lambda now: now is None):
            raise


def _was_done(
    client: VyteClient, hook_id: str, error: VyteError, is_done: Callable[[Hook | None], bool]
) -> bool:
    """Whether Vyte shows that a webhook was changed though ``error`` left it open; if not, the error says so."""
    if not error.maybe_applied:
        return False
    try:
        hook = client.hooks.retrieve(hook_id)
    except (BadRequest, NotFound):
        hook = None
    except VyteError:
        return False
    error.maybe_applied = error.is_unfinished
    return is_done(hook)


def _look_for(client: VyteClient, webhook: Webhook, error: VyteError) -> Hook | None:
    """The subscription that was made though ``error`` left it open; if there is none, the error says so."""
    try:
        there = cast("list[Hook]", values.as_dicts(client.hooks.list()))
    except VyteError:
        return None
    error.maybe_applied = error.is_unfinished
    return next((hook for hook in there if _fits(hook, webhook)), None)


def _unlisted(client: VyteClient, webhook: Webhook) -> Hook | None:
    """A registered webhook that is not listed, if Vyte has it all the same: the list may be cut short."""
    if not _was_accepted(webhook):
        return None
    try:
        hook = client.hooks.retrieve(webhook.vyte_id)
    except (BadRequest, NotFound):
        return None
    return hook if _fits(hook, webhook) else None


def _points_here(target_url: str) -> bool:
    token = target_url.rstrip("/").rpartition("/")[2]
    return token_in(target_url) is not None or Webhook.objects.for_token(token) is not None


def token_in(url: str) -> str | None:
    """The token of a URL that leads to this site's endpoint, in any language's path; None for any other URL."""
    match = view_of(url)
    leads_here = match and match.url_name == "webhook" and match.app_names[-1:] == ["django_vyte"]
    return str(match.kwargs["token"]) if match and leads_here else None


def _fits(hook: Hook, webhook: Webhook) -> bool:
    # Vyte may normalize the URL that it was given.
    is_known = hook.get("_id") == webhook.vyte_id and _was_accepted(webhook)
    return is_known or (hook.get("action") == webhook.action and _leads_to(webhook, hook.get("target_url")))


def _leads_to(webhook: Webhook, url: object) -> bool:
    return token_in(str(url)) == webhook.token


def _has_moved(wanted: str, hook: Hook) -> bool:
    """Whether Vyte calls another path of this site than ``wanted`` has, such as that of another language."""
    path = path_of(str(hook.get("target_url")))
    return path is not None and path.rstrip("/") != str(path_of(wanted)).rstrip("/")


def _was_accepted(webhook: Webhook) -> bool:
    """Whether Vyte has accepted this webhook with an address that leads to it."""
    return bool(webhook.vyte_id) and _leads_to(webhook, webhook.target_url.get_secret_value())


def _remember(webhook: Webhook, hook: Hook) -> None:
    vyte_id, target_url = str(hook.get("_id", "")), webhook_url(webhook)
    if webhook.vyte_id != vyte_id or webhook.target_url != target_url:
        webhook.vyte_id, webhook.target_url = vyte_id, target_url
        webhook.save(update_fields=["vyte_id", "target_url"])
