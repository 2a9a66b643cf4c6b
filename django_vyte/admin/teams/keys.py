"""API keys in the admin: last four characters, scope and status; a key can be revoked, never read."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_vyte.admin.base import VyteAdmin
from django_vyte.models import ApiKey


class ApiKeyAdmin(VyteAdmin[ApiKey]):
    """Only ``status`` can be edited; a new key is stored by linking the team."""

    list_display = ("masked", "team", "scope", "status", "created_at")
    list_filter = ("status", "team")
    list_select_related = ("team",)
    search_fields = ("=hint", "^vyte_id", "team__name")
    fieldsets = (
        (
            None,
            {
                "fields": ("masked", "team", "status", "scope", "vyte_id", "created_at"),
                "description": _(
                    "A revoked key is no longer used here. Vyte accepts it until it is deleted there."
                ),
            },
        ),
    )
    readonly_fields = ("masked", "team", "scope", "vyte_id", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Without the keys, so that no page decrypts one or breaks on one that cannot be decrypted."""
        return super().get_queryset(request).defer("key")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Keys are stored by linking a team, which verifies them with Vyte."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """A key is revoked instead, which leaves a trace."""
        return False

    @admin.display(description=_("key"), ordering="hint")
    def masked(self, key: ApiKey) -> str:
        """The last four characters."""
        return str(key)
