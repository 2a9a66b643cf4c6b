"""Heartbeats: when sweep, patrol and pruning last began."""

from django_vyte.admin.base import ReadOnlyAdmin
from django_vyte.models import Heartbeat


class HeartbeatAdmin(ReadOnlyAdmin[Heartbeat]):
    """Read-only; a handful of rows."""

    list_display = ("name", "at")
    fields = ("name", "at")
    readonly_fields = ("name", "at")
