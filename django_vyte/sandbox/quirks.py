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

    The published documentation contradicts itself or is silent on all of these, so a client has to
    accept every variant. They are read on each answer and may be changed at any time; a value that a
    switch does not have is a ValueError that names those it has (``CHOICES``).
    """

    show_cancelled: bool = True
    """Whether a cancelled event shows ``cancelled`` to the API; webhook calls always do."""
    list_cancelled: bool = True
    """Whether cancelled events are among those that are listed."""
    offset_style: str = "Z"
    """How instants are spelt: ``Z``, or an offset such as ``+0000``, ``+00:00`` or ``+0100``."""
    milliseconds: bool = True
    """Whether instants carry milliseconds."""
    webhook_shape: str = "array"
    """Body of a webhook call: ``array`` (as the documentation says) or ``object`` (as its sample shows)."""
    webhook_owner: str = "team"
    """Name of the member that names the caller: ``team`` or ``organization``."""
    webhook_ids: bool = True
    """Whether the resource of a webhook call has an ``_id``; the published sample has none."""
    webhook_retries: bool = True
    """Whether a webhook call that was not answered with a 2xx is tried again; nothing is documented."""
    single_as_object: bool = False
    """Whether a list with a single invitee, place or date is answered as that object alone."""
    missing: tuple[str, ...] = ()
    """Members that events are answered without, such as ``("messages", "declines")``."""
    hooks_as_list: bool = False
    """Whether ``GET /hooks`` answers a bare list instead of ``{"hooks": […]}``."""
    hooks_path: str = "both"
    """Where webhooks are managed: ``/hooks``, ``/v2/hooks`` or ``both``; elsewhere is a 404."""
    next_shape: str = "slots"
    """Answer of ``/v2/slots/next``: ``slots`` or ``nextAvailability``."""
    list_default: int | None = None
    """How many events a list without ``limit`` answers; None for all."""
    list_maximum: int | None = None
    """The most events one list answers, whatever ``limit`` asks for; None for no maximum."""
    delete_invitee_method: str = "both"
    """The method that takes an invitee off: ``POST``, ``DELETE`` or ``both``; the other one is a 404."""
    join_path: str = "both"
    """First segment of the link to join: ``organizations``, ``teams`` or ``both``; the other one is a 404."""
    naive_times: str = "local"
    """How a time without an offset is read: ``local`` to the event's timezone, or ``utc``."""
    updates_before_confirmation: bool = False
    """Whether changing an event that is not confirmed fires ``event.updated``, which is not documented."""

    def __setattr__(self, name: str, value: Any) -> None:
        choices = CHOICES.get(name, ())
        accepts, more = OPEN.get(name, (None, ""))
        known = any(type(value) is type(choice) and value == choice for choice in choices)
        if choices and not known and not (accepts and accepts(value)):
            allowed = ", ".join([*map(repr, choices), *([more] if more else [])])
            raise ValueError(f"{name} cannot be {value!r}; it is one of: {allowed}")
        object.__setattr__(self, name, value)
