"""The shape of Vyte's objects, for editors and type checkers.

Every key may be missing and others come without notice; nothing is checked or removed when the program runs.
Instants are texts in ISO 8601, with an offset spelt ``Z``, ``+01:00`` or ``+0100``.
"""

from __future__ import annotations

from django_vyte.client.types.accounts import ApiKey, Organization
from django_vyte.client.types.events import (
    Confirmed,
    Creator,
    Event,
    EventDate,
    EventFilters,
    EventPlace,
    Invitee,
    Message,
    NewInvitee,
    ThirdPartyReference,
    Vote,
    Votes,
)
from django_vyte.client.types.hooks import Hook
from django_vyte.client.types.slots import DaySlots, NextAvailability, Slot, Slots, SlotsByDay, SlotTime
from django_vyte.client.types.third_parties import Contact, ThirdParty, Token
from django_vyte.client.types.users import Account, User, UserOrganization

__all__ = [
    "Account",
    "ApiKey",
    "Confirmed",
    "Contact",
    "Creator",
    "DaySlots",
    "Event",
    "EventDate",
    "EventFilters",
    "EventPlace",
    "Hook",
    "Invitee",
    "Message",
    "NewInvitee",
    "NextAvailability",
    "Organization",
    "Slot",
    "SlotTime",
    "Slots",
    "SlotsByDay",
    "ThirdParty",
    "ThirdPartyReference",
    "Token",
    "User",
    "UserOrganization",
    "Vote",
    "Votes",
]
