"""Calls received, as they came, and what became of them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte.fields import ExactCharField
from django_vyte.jobs.models import Work, WorkQuerySet
from django_vyte.models.team import Team

# What a delivery is about, within its team.
Key = tuple[str, str | int]


class DeliveryQuerySet(WorkQuerySet["Delivery"]):
    """Deliveries about one thing are taken up together, and by one worker at a time."""

    def about(self, team: int | None, subjects: Collection[str]) -> Self:
        """Those of a team with these subjects.

        The sum keeps databases from going through all that waits for the team, which they take for little.
        """
        return self.alias(owner=F("team_id") + 0).filter(owner=team, subject__in=subjects)

    def open(self) -> Self:
        """Those with something still to be done of all teams together, which their status leads to."""
        status = Delivery.Status
        return self.filter(status__in=[status.RECEIVED, status.WORKING, status.WAITING])

    def unfinished(self) -> Self:
        """Those with something still to be done, without their content, those that have waited longest first."""
        # With the key behind it, PostgreSQL would sort all that waits where it takes that for little.
        rows = self.filter(next_attempt_at__isnull=False).order_by("next_attempt_at")
        return rows.with_standing().defer("body", "headers", "error", "finished_at")


class Delivery(Work):
    """One call: stored before it was answered, processed later, kept until it is pruned."""

    class Status(models.TextChoices):
        """Where a delivery stands; ``failed`` and ``ignored`` can be replayed."""

        RECEIVED = "received", _("received")
        WORKING = "working", _("working")
        WAITING = "waiting", _("waiting for another try")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IGNORED = "ignored", _("ignored")

    source = models.CharField(_("source"), max_length=32, default="vyte")
    # The index that begins with the team does what one of its own would.
    team = models.ForeignKey(
        Team,
        models.CASCADE,
        null=True,
        blank=True,
        db_index=False,
        related_name="deliveries",
        verbose_name=_("team"),
    )
    subject = ExactCharField(
        _("subject"),
        max_length=100,
        blank=True,
        help_text=_("What the call is about; empty when it is about several things or none."),
    )
    body = models.TextField(_("body"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, db_index=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.RECEIVED)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # Nobody asks for what waits without saying for whom. With an index of its own, PostgreSQL would look for the calls
    # of a quiet team among those of all teams.
    next_attempt_at = models.DateTimeField(
        _("next attempt at"), null=True, blank=True, default=timezone.now, editable=False
    )

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        permissions = [("replay_delivery", _("Can replay deliveries"))]
        indexes = [
            models.Index(fields=["team", "next_attempt_at"], name="vyte_delivery_waiting"),
            models.Index(fields=["subject", "next_attempt_at"], name="vyte_delivery_subject"),
            models.Index(fields=["status", "-id"], name="vyte_delivery_status"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    status__in=["received", "working", "waiting"], next_attempt_at__isnull=False
                )
                | models.Q(status__in=["done", "failed", "ignored"], next_attempt_at__isnull=True),
                name="vyte_delivery_open_or_closed",
            )
        ]

    @property
    def is_pruned(self) -> bool:
        """Whether its body is gone, so that it cannot be processed again."""
        return not self.body and self.status in (self.Status.DONE, self.Status.IGNORED)

    @property
    def thing(self) -> Key:
        """Source and subject; itself instead of that when it is about several things or none."""
        return self.source, self.subject or self.pk

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject or self.source}"
