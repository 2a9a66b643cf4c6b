"""All models: linked teams and their credentials, received webhook calls, and the mirror of Vyte's meetings."""

from django_vyte.models.app import ThirdPartyApp
from django_vyte.models.change import EventChange
from django_vyte.models.delivery import Delivery
from django_vyte.models.event import Event, EventGroup, Invitee
from django_vyte.models.heartbeat import Heartbeat
from django_vyte.models.member import Member
from django_vyte.models.schedulable import SchedulableModel
from django_vyte.models.team import ApiKey, Team
from django_vyte.models.webhook import Webhook

__all__ = [
    "ApiKey",
    "Delivery",
    "Event",
    "EventChange",
    "EventGroup",
    "Heartbeat",
    "Invitee",
    "Member",
    "SchedulableModel",
    "Team",
    "ThirdPartyApp",
    "Webhook",
]
