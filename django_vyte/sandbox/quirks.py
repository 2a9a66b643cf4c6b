"""Switches for what a real Vyte may answer in more than one way."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

CHOICES: dict[str, tuple[Any, ...]] = {
    "show_cancelled": (True, False),
    "list_cancelled": (True, False),
    "offset_style": ("Z", "+0000", "+00:00", "+0100", "+01:00"),
    "milliseconds": (True, False),
    "webhook_shape": ("array", "object"),
    "webhook_owner": ("team", "organization"),
    "webhook_ids": (True, False),
    "webhook_retries": (True, False),
    "single_as_object": (False, True),
    "missing": ((), ("messages", "declines"), ("invitees",), ("places",), ("dates",)),
    "hooks_as_list": (False, True),
    "hooks_path": ("both", "/hooks", "/v2/hooks"),
    "next_shape": ("slots", "nextAvailability"),
    "list_default": (None, 50),
    "list_maximum": (None, 100),
    "delete_invitee_method": ("both", "POST", "DELETE"),
    "join_path": ("both", "organizations", "teams"),
    "naive_times": ("local", "utc"),
    "updates_before_confirmation": (False, True),
}
"""Every switch with its positions, the default first. Those in ``OPEN`` have further ones."""

GROUPS: dict[str, dict[str, str]] = {
    "Events and lists": {
        "show_cancelled": "Whether a cancelled event shows cancelled to the API; webhook calls always do.",
        "list_cancelled": "Whether cancelled events are among those that are listed.",
        "list_default": "How many events a list without limit answers; None for all.",
        "list_maximum": "The most events one list answers, whatever limit asks for; None for no maximum.",
        "missing": 'Members that events are answered without, such as ("messages", "declines").',
        "single_as_object": "Whether a list with a single invitee, place or date is answered as that object alone.",
    },
    "Times": {
        "offset_style": "How instants are spelt: Z, or an offset such as +0000, +00:00 or +0100.",
        "milliseconds": "Whether instants carry milliseconds.",
        "naive_times": "How a time without an offset is read: local to the event's timezone, or utc.",
    },
    "Webhook calls": {
        "webhook_shape": "Body of a webhook call: array (as the documentation says) or object (as its sample shows).",
        "webhook_owner": "Name of the member that names the caller: team or organization.",
        "webhook_ids": "Whether the resource of a webhook call has an _id; the published sample has none.",
        "webhook_retries": "Whether a call that was not answered with a 2xx is made again; nothing is documented.",
        "updates_before_confirmation": "Whether changing an unconfirmed event calls webhooks, which is not documented.",
    },
    "Paths, methods and shapes": {
        "hooks_path": "Where webhooks are managed: /hooks, /v2/hooks or both; elsewhere is a 404.",
        "hooks_as_list": 'Whether GET /hooks answers a bare list instead of {"hooks": […]}.',
        "next_shape": "Answer of /v2/slots/next: slots or nextAvailability.",
        "delete_invitee_method": "The method that takes an invitee off: POST, DELETE or both; the other one is a 404.",
        "join_path": "First segment of the link to join: organizations, teams or both; the other one is a 404.",
    },
}
"""What each switch decides, in a sentence, by what it is about."""


def is_offset(value: Any) -> bool:
    """Whether a value is an offset such as ``-05:30``."""
    return isinstance(value, str) and re.fullmatch(r"[+-]\d\d:?[0-5]\d", value) is not None


def is_count(value: Any) -> bool:
    """Whether a value is a positive number."""
    return type(value) is int and value > 0


def is_names(value: Any) -> bool:
    """Whether a value is a tuple of names."""
    return isinstance(value, tuple) and all(isinstance(name, str) for name in value)


OPEN = {
    "offset_style": (is_offset, "any offset"),
    "list_default": (is_count, "any positive number"),
    "list_maximum": (is_count, "any positive number"),
    "missing": (is_names, "any names of members"),
}
"""Switches that take more than their CHOICES: what else, and how to say it."""


@dataclass(slots=True)
class Quirks:
    """How the local Vyte behaves where nobody could verify what Vyte does. Defaults as documented.

    The published documentation contradicts itself or is silent on all of these, so a client has to accept every
    variant. They are read on each answer and may be changed at any time; a value that a switch does not have is a
    ValueError that names those it has (``CHOICES``). ``GROUPS`` says what each decides.
    """

    show_cancelled: bool = True
    list_cancelled: bool = True
    offset_style: str = "Z"
    milliseconds: bool = True
    webhook_shape: str = "array"
    webhook_owner: str = "team"
    webhook_ids: bool = True
    webhook_retries: bool = True
    single_as_object: bool = False
    missing: tuple[str, ...] = ()
    hooks_as_list: bool = False
    hooks_path: str = "both"
    next_shape: str = "slots"
    list_default: int | None = None
    list_maximum: int | None = None
    delete_invitee_method: str = "both"
    join_path: str = "both"
    naive_times: str = "local"
    updates_before_confirmation: bool = False

    def __setattr__(self, name: str, value: Any) -> None:
        choices = CHOICES.get(name, ())
        accepts, more = OPEN.get(name, (None, ""))
        known = any(type(value) is type(choice) and value == choice for choice in choices)
        if choices and not known and not (accepts and accepts(value)):
            allowed = ", ".join([*map(repr, choices), *([more] if more else [])])
            raise ValueError(f"{name} cannot be {value!r}; it is one of: {allowed}")
        object.__setattr__(self, name, value)
