"""The filter of the event list by time: upcoming, past, or without a date."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_vyte.models.event import EventQuerySet


class WhenFilter(admin.SimpleListFilter):
    """Upcoming and past events, and those without a decided date."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin[Any]) -> list[tuple[str, Any]]:
        """The choices of ``?when=``."""
        return [("upcoming", _("Upcoming")), ("past", _("Past")), ("undated", _("Without a date"))]

    def queryset(self, request: HttpRequest, queryset: EventQuerySet) -> EventQuerySet:  # type: ignore[override]
        """A running event counts as upcoming until it ends."""
        match self.value():
            case "upcoming":
                return queryset.not_over()
            case "past":
                return queryset.over()
            case "undated":
                return queryset.filter(starts_at__isnull=True)
        return queryset
