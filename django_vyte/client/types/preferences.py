"""What Vyte tells users about."""

from __future__ import annotations

from typing import TypedDict


class PushPreferences(TypedDict, total=False):
    """What a user's devices are notified of."""

    attending: bool
    declined: bool
    event_cancelled: bool
    event_confirmed: bool
    new_event: bool
    new_message: bool
    new_suggestion: bool
    vote_update: bool
    vyteme_created_admin: bool


class EmailPreferences(PushPreferences, total=False):
    """What is told by email; ``_admin`` and ``_own`` are about what one did oneself."""

    event_cancelled_admin: bool
    event_confirmed_admin: bool
    new_event_admin: bool
    new_suggestion_own: bool
    vote_confirmation: bool


class Preferences(TypedDict):
    """A user's preferences."""

    email: EmailPreferences
    push: PushPreferences


class PreferencesChange(TypedDict, total=False):
    """What is to change in a user's preferences."""

    email: EmailPreferences
    push: PushPreferences
