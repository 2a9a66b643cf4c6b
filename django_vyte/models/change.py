"""``EventChange``: the history of events, and the outbox row from which their signals are sent."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte import signals
from django_vyte.jobs.models import JobQuerySet
from django_vyte.models.delivery import Delivery
from django_vyte.models.event import Event
from django_vyte.models.team import SOURCE
from django_vyte.outbox import OutboxMessage, SignalCall


class EventChange(OutboxMessage):
    """One change of one event, written in the transaction that made it; only dispatch updates it.

    ``changes`` maps a field to ``[old, new]``; ``data`` lists the other parts of Vyte's JSON that differ.
    """

    class Kind(models.TextChoices):
        """What happened, which decides the signal (``SIGNALS``)."""

        CREATED = "created", _("created")
        CONFIRMED = "confirmed", _("confirmed")
        UPDATED = "updated", _("updated")
        CANCELLED = "cancelled", _("cancelled")

    class Cause(models.TextChoices):
        """What made this site fetch the event."""

        WEBHOOK = "webhook", _("a webhook call")
        SYNC = "sync", _("a synchronisation")
        PATROL = "patrol", _("a comparison with Vyte")
        ACTION = "action", _("a user of this site")
        REFRESH = "refresh", _("a refresh")

    event = models.ForeignKey(Event, models.CASCADE, related_name="changes", verbose_name=_("event"))
    kind = models.CharField(_("kind"), max_length=16, choices=Kind)
    changes = models.JSONField(_("changes"), default=dict, blank=True)
    cause = models.CharField(_("cause"), max_length=16, choices=Cause)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("actor"),
    )
    delivery = models.ForeignKey(
        Delivery, models.SET_NULL, null=True, blank=True, related_name="changes", verbose_name=_("delivery")
    )
    created_at = models.DateTimeField(_("recorded at"), default=timezone.now, db_index=True)

    objects = JobQuerySet.as_manager()
    noun, source, account_path = "change", SOURCE, "event__team"
    dispatch_related = ("event",)
    pruned_by = "created_at"

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("event change")
        verbose_name_plural = _("event changes")

    def signal_call(self) -> SignalCall:
        """``event_created`` and its siblings, with ``event`` and ``change``."""
        return SignalCall(SIGNALS[self.Kind(self.kind)], Event, {"event": self.event, "change": self})

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d %H:%M}"


SIGNALS = {
    EventChange.Kind.CREATED: signals.event_created,
    EventChange.Kind.CONFIRMED: signals.event_confirmed,
    EventChange.Kind.UPDATED: signals.event_updated,
    EventChange.Kind.CANCELLED: signals.event_cancelled,
}
