"""What a real Vyte may answer in more than one way, as switches."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Quirks:
    """How the local Vyte spells its answers. The first choice of each is the default.

    The published documentation contradicts itself or is silent on all of these, so a client has to
    accept every variant. They are read on each answer and may be changed at any time.
    """

    show_cancelled: bool = True
    """Whether a cancelled event shows ``cancelled`` to the API; webhook calls always do."""
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
    single_as_object: bool = False
    """Whether a list with a single invitee, place or date is answered as that object alone."""
    missing: tuple[str, ...] = ()
    """Members that events are answered without, such as ``("messages", "declines")``."""
    hooks_as_list: bool = False
    """Whether ``GET /hooks`` answers a bare list instead of ``{"hooks": […]}``."""
    next_shape: str = "slots"
    """Answer of ``/v2/slots/next``: ``slots`` or ``nextAvailability``."""
    list_maximum: int | None = None
    """The most events one list answers, whatever ``limit`` asks for; None for no maximum."""
    updates_before_confirmation: bool = False
    """Whether changing an event that is not confirmed fires ``event.updated``, which is not documented."""
