"""Webhook subscriptions in the admin, with the secret token in their URLs masked."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import ImproperlyConfigured
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_vyte.admin.base import ReadOnlyAdmin
from django_vyte.models import Webhook
from django_vyte.public_urls import public_url
from django_vyte.redaction import MASK


class WebhookAdmin(ReadOnlyAdmin[Webhook]):
    """Read-only; webhooks are registered by the action of the team list and page."""

    list_display = ("action", "team", "registered", "address")
    list_filter = ("team", "action")
    list_select_related = ("team",)
    search_fields = ("action", "^vyte_id", "team__name")
    fields = ("team", "action", "address", "registered", "vyte_id", "created_at")
    readonly_fields = ("address", "registered", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Webhook]:
        """Without the encrypted columns, so that no page decrypts them."""
        return super().get_queryset(request).defer("token", "target_url")

    @admin.display(description=_("address"))
    def address(self, webhook: Webhook) -> str:
        """The URL under the current settings. The token is masked: whoever has it can forge deliveries."""
        try:
            return public_url("django_vyte:webhook", MASK)
        except ImproperlyConfigured as error:
            return f"({error})"

    @admin.display(description=_("registered"), boolean=True, ordering="vyte_id")
    def registered(self, webhook: Webhook) -> bool:
        """Whether Vyte has accepted the subscription."""
        return bool(webhook.vyte_id)
