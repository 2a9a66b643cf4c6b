"""The tables: linked teams and credentials, calls received, and the mirror of Vyte's meetings."""

from .app import ThirdPartyApp
from .change import EventChange
from .delivery import Delivery
from .event import Event, EventGroup, Invitee
from .member import Member
from .schedulable import SchedulableModel
from .team import ApiKey, Team
from .webhook import Webhook

__all__ = [
    "ApiKey",
    "Delivery",
    "Event",
    "EventChange",
    "EventGroup",
    "Invitee",
    "Member",
    "SchedulableModel",
    "Team",
    "ThirdPartyApp",
    "Webhook",
]
