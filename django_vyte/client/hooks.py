"""Webhook subscriptions."""

from __future__ import annotations

from typing import Any

from django_vyte.client.arguments import hook, segment, url_secrets
from django_vyte.client.resource import Resource
from django_vyte.client.types import Hook
from django_vyte.conf import get_settings
from django_vyte.exceptions import UnexpectedAnswer


class Hooks(Resource):
    """``vyte.hooks``: v1 documentation, Webhooks; under ``VYTE["HOOKS_PATH"]``."""

    def create(self, *, action: str, target_url: str) -> Hook:
        """Have ``target_url`` (https) called when ``action``, such as ``event.confirmed``, happens.

        Never sent twice, so a ``VyteTimeout`` leaves open whether it exists: look into ``list()``.
        """
        body = hook(action, target_url)
        return self._read("POST", _path(), Hook, body=body, secrets=url_secrets(target_url))

    def retrieve(self, hook_id: str) -> Hook:
        """One subscription."""
        return self._read("GET", _path(hook_id), Hook)

    def update(self, hook_id: str, *, action: str, target_url: str) -> Hook:
        """Replace what a subscription is about and whom it calls."""
        body = hook(action, target_url)
        return self._read("PUT", _path(hook_id), Hook, body=body, secrets=url_secrets(target_url))

    def delete(self, hook_id: str) -> None:
        """End a subscription."""
        self._send("DELETE", _path(hook_id))

    def list(self) -> list[Hook]:
        """All subscriptions of the organization, whether the answer is a list or an object with ``hooks``."""
        answer: Any = self._read("GET", _path(), object)
        hooks = answer.get("hooks") if isinstance(answer, dict) else answer
        if not isinstance(hooks, list):
            raise UnexpectedAnswer(f"GET {_path()}: no list of hooks in the answer")
        return hooks


def _path(hook_id: str | None = None) -> str:
    path = get_settings().HOOKS_PATH
    return path if hook_id is None else f"{path}/{segment(hook_id)}"
