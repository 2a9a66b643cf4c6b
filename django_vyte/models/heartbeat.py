"""``Heartbeat``: when work that runs on a schedule last began, so that the doctor notices when it does not."""

from __future__ import annotations

import logging

from django.db import Error, models, router
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte.db import close_broken_connections, retry_on_conflict

logger = logging.getLogger(__name__)


class HeartbeatManager(models.Manager["Heartbeat"]):
    """Writes the time of a beat."""

    def beat(self, name: str) -> None:
        """Note that this work begins now. Never raises: the work goes before its record."""
        using = router.db_for_write(self.model)

        def write() -> None:
            now = timezone.now()
            rows = self.using(using)
            if not rows.filter(name=name).update(at=now):
                rows.bulk_create([self.model(name=name, at=now)], ignore_conflicts=True)

        try:
            retry_on_conflict(write, using)
        except Error:
            logger.exception("The beginning of %s could not be noted", name)
            close_broken_connections()


class Heartbeat(models.Model):
    """One row for each scheduled work: ``sweep``, ``patrol`` and ``prune``."""

    name = models.CharField(_("work"), max_length=32, unique=True, editable=False)
    at = models.DateTimeField(_("last begun at"), editable=False)

    objects = HeartbeatManager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name
