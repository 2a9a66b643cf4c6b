"""The admin: every table can be seen, and what people do goes through the same code as everything else.

What mirrors Vyte is read-only. Each action and each address checks a permission of its own.
"""

from .app import ThirdPartyAppAdmin
from .change import EventChangeAdmin
from .delivery import DeliveryAdmin
from .event import EventAdmin
from .key import ApiKeyAdmin
from .member import MemberAdmin
from .participation import EventGroupAdmin, InviteeAdmin
from .team import TeamAdmin
from .webhook import WebhookAdmin

__all__ = [
    "ApiKeyAdmin",
    "DeliveryAdmin",
    "EventAdmin",
    "EventChangeAdmin",
    "EventGroupAdmin",
    "InviteeAdmin",
    "MemberAdmin",
    "TeamAdmin",
    "ThirdPartyAppAdmin",
    "WebhookAdmin",
]
