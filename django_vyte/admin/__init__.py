"""ModelAdmins of all models. Django imports this module to register them (``admin.autodiscover``).

Mirrored rows are read-only. Actions call the same functions as API and code, each with a permission of its own from
``django_vyte.permissions``.
"""

from django_vyte.admin.changes import EventChangeAdmin
from django_vyte.admin.deliveries import DeliveryAdmin
from django_vyte.admin.events.admin import EventAdmin
from django_vyte.admin.events.invitees import EventGroupAdmin, InviteeAdmin
from django_vyte.admin.heartbeats import HeartbeatAdmin
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
    "HeartbeatAdmin",
    "InviteeAdmin",
    "MemberAdmin",
    "TeamAdmin",
    "ThirdPartyAppAdmin",
    "WebhookAdmin",
]
