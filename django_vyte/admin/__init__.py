"""The admin: every table can be seen, and what people do goes through the same code as everything else.

What mirrors Vyte is read-only. Each action and each address checks a permission of its own.
"""

from django_vyte.admin.changes import EventChangeAdmin
from django_vyte.admin.deliveries import DeliveryAdmin
from django_vyte.admin.events.admin import EventAdmin
from django_vyte.admin.events.invitees import EventGroupAdmin, InviteeAdmin
from django_vyte.admin.members import MemberAdmin
from django_vyte.admin.teams.admin import TeamAdmin
from django_vyte.admin.teams.keys import ApiKeyAdmin
from django_vyte.admin.teams.webhooks import WebhookAdmin
from django_vyte.admin.third_party_apps import ThirdPartyAppAdmin

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
