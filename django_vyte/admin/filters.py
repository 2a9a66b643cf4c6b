"""Filters for lists of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.contrib.admin import ModelAdmin
    from django.http import HttpRequest

    from django_vyte.models.event import EventQuerySet


class WhenFilter(admin.SimpleListFilter):
    """Meetings ahead, those that are over, and those without a settled date."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """The choices."""
        return [("upcoming", _("Upcoming")), ("past", _("Past")), ("undated", _("Without a settled date"))]

    def queryset(self, request: HttpRequest, queryset: EventQuerySet) -> EventQuerySet:  # type: ignore[override]
        """The chosen meetings; a meeting that is going on is upcoming until it ends."""
        value = self.value()
        if value == "undated":
            return queryset.filter(starts_at__isnull=True)
        if value not in ("upcoming", "past"):
            return queryset
        ended = queryset.annotate(over_at=Coalesce("ends_at", "starts_at"))
        now = timezone.now()
        return ended.filter(over_at__gt=now) if value == "upcoming" else ended.filter(over_at__lte=now)
