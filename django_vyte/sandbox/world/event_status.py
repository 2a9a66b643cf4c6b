"""Whether a meeting is being planned, confirmed or cancelled, and what it is called."""

from __future__ import annotations

from django_vyte.sandbox.world.state import JSON


def is_confirmed(event: JSON) -> bool:
    """Whether a meeting is decided and still on."""
    return bool((event.get("confirmed") or {}).get("flag")) and "cancelled" not in event


def title_of(event: JSON) -> str:
    """What a meeting is called, also one without a title."""
    return str(event.get("title") or "").strip() or "(no title)"


def status_of(event: JSON) -> str:
    """planning, confirmed or cancelled."""
    if "cancelled" in event:
        return "cancelled"
    confirmed = event.get("confirmed")
    return "confirmed" if isinstance(confirmed, dict) and confirmed.get("flag") else "planning"
