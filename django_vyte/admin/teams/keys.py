"""API keys: which there are, never what they are."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_vyte.admin.base import VyteAdmin
from django_vyte.models import ApiKey


@admin.register(ApiKey)
class ApiKeyAdmin(VyteAdmin[ApiKey]):
    """A key can be revoked here; a new one comes in by linking a team."""

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
                    "A revoked key is not used here any more. Vyte accepts it until it is deleted there."
                ),
            },
        ),
    )
    readonly_fields = ("masked", "team", "scope", "vyte_id", "created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """Without the keys: nothing is decrypted to show a page, and one that cannot be does not break it."""
        return super().get_queryset(request).defer("key")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Keys come in by linking a team, where Vyte vouches for them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApiKey | None = None) -> bool:
        """Without its only key a team cannot be spoken for; revoking says the same and keeps a trace."""
        return False

    @admin.display(description=_("key"), ordering="hint")
    def masked(self, key: ApiKey) -> str:
        """The last four characters."""
        return str(key)
