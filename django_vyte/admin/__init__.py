"""The admin: every table can be seen, and what people do goes through the same code as everything else.

What mirrors Vyte is read-only. Each action and each address checks a permission of its own.
"""

from django_vyte.admin.app import ThirdPartyAppAdmin
from django_vyte.admin.change import EventChangeAdmin
from django_vyte.admin.delivery import DeliveryAdmin
from django_vyte.admin.event import EventAdmin
from django_vyte.admin.key import ApiKeyAdmin
from django_vyte.admin.member import MemberAdmin
from django_vyte.admin.participation import EventGroupAdmin, InviteeAdmin
from django_vyte.admin.team import TeamAdmin
from django_vyte.admin.webhook import WebhookAdmin

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
