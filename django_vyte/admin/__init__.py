"""ModelAdmins of all models, registered on Django's default site when Django imports this module.

``register(site)`` registers them on a site of the project's own, too. Mirrored rows are read-only. Actions call the
same functions as API and code, each with a permission of its own from ``django_vyte.permissions``.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import AdminSite, ModelAdmin
from django.db.models import Model

from django_vyte import models
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
    "ADMINS",
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
    "register",
]

ADMINS: dict[type[Model], type[ModelAdmin[Any]]] = {
    models.ApiKey: ApiKeyAdmin,
    models.Delivery: DeliveryAdmin,
    models.Event: EventAdmin,
    models.EventChange: EventChangeAdmin,
    models.EventGroup: EventGroupAdmin,
    models.Heartbeat: HeartbeatAdmin,
    models.Invitee: InviteeAdmin,
    models.Member: MemberAdmin,
    models.Team: TeamAdmin,
    models.ThirdPartyApp: ThirdPartyAppAdmin,
    models.Webhook: WebhookAdmin,
}


def register(site: AdminSite) -> None:
    """Register every ModelAdmin of this package on a site. Links and redirects stay in the site that serves them.

    The site's front page also gets a notice of what is wrong, unless the site has an ``index_template`` of its own.
    Raises ``AlreadyRegistered`` for a site that has one of the models.
    """
    for model, model_admin in ADMINS.items():
        site.register(model, model_admin)
    if site.index_template is None:
        # It extends "admin/index.html", be that Django's, a theme's or the project's.
        site.index_template = "admin/django_vyte/index.html"


register(admin.site)
