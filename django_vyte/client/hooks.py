"""``vyte.hooks``: webhook subscriptions."""

from __future__ import annotations

from typing import Any

from django_vyte.client.arguments import content, segment, url_secrets
from django_vyte.client.resource import Resource
from django_vyte.client.types import Hook, HookAction
from django_vyte.conf import get_settings
from django_vyte.exceptions import UnexpectedAnswer


class Hooks(Resource):
    """``vyte.hooks``: v1 documentation, Webhooks.

    Vyte's documentation says ``/hooks`` in one place and ``/v2/hooks`` in another: ``VYTE["HOOKS_PATH"]`` is asked
    first, and the other when Vyte does not have that one.
    """

    def create(self, *, action: HookAction, target_url: str) -> Hook:
        """Have ``target_url`` (https) called when ``action``, such as ``event.confirmed``, happens.

        Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists: look into ``list()``.

        ``POST /hooks``

        >>> url = "https://crm.example.com/vyte/1"
        >>> vyte.hooks.create(action="event.confirmed", target_url=url)["target_url"] == url
        True
        """
        body = content("", {"action": action, "target_url": target_url})
        secrets = url_secrets(target_url)
        return self._either(_paths(), lambda path: self._read("POST", path, Hook, body=body, secrets=secrets))

    def retrieve(self, hook_id: str) -> Hook:
        """One subscription; ``NotFound`` when there is none.

        ``GET /hooks/:hook_id``

        >>> vyte.hooks.retrieve(hook_id)["_id"] == hook_id
        True
        """
        return self._either(_paths(hook_id), lambda path: self._read("GET", path, Hook))

    def update(self, hook_id: str, *, action: HookAction, target_url: str) -> Hook:
        """Replace what a subscription is about and whom it calls.

        ``PUT /hooks/:hook_id``

        >>> url = "https://crm.example.com/vyte/2"
        >>> vyte.hooks.update(hook_id, action="event.updated", target_url=url)["action"]
        'event.updated'
        """
        body = content("", {"action": action, "target_url": target_url})
        secrets = url_secrets(target_url)
        return self._either(
            _paths(hook_id), lambda path: self._read("PUT", path, Hook, body=body, secrets=secrets)
        )

    def delete(self, hook_id: str) -> None:
        """End a subscription.

        ``DELETE /hooks/:hook_id``

        >>> vyte.hooks.delete(hook_id)
        """
        self._either(_paths(hook_id), lambda path: self._send("DELETE", path))

    def list(self) -> list[Hook]:
        """All subscriptions of the organization, whether the answer is a list or an object with ``hooks``.

        ``GET /hooks``

        >>> hook_id in [hook["_id"] for hook in vyte.hooks.list()]
        True
        """
        answer: Any = self._either(_paths(), lambda path: self._read("GET", path, object))
        hooks = answer.get("hooks") if isinstance(answer, dict) else answer
        if not isinstance(hooks, list):
            raise UnexpectedAnswer("GET /hooks: no list of hooks in the answer")
        return hooks


def _paths(hook_id: str | None = None) -> tuple[str, str]:
    path = get_settings().HOOKS_PATH
    other = "/hooks" if path == "/v2/hooks" else "/v2/hooks"
    end = "" if hook_id is None else f"/{segment(hook_id, 'hook_id')}"
    return path + end, other + end
