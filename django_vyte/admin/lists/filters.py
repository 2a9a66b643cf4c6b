"""Filters for lists of events."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte.models.event import not_over

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
        now = timezone.now()
        match self.value():
            case "upcoming":
                return queryset.filter(not_over(now))
            case "past":
                over = Q(ends_at__lte=now) | Q(ends_at__isnull=True)
                return queryset.filter(over, starts_at__lte=now)
            case "undated":
                return queryset.filter(starts_at__isnull=True)
        return queryset
