"""``Delivery``: one webhook call of any service, as it came, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple, Self

from django.db import models
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte.fields import ExactCharField
from django_vyte.jobs.models import Job, JobQuerySet


class AccountKey(NamedTuple):
    """Whose calls: the name of a source, and the primary key of one of its accounts as text."""

    source: str
    account: str


class DeliveryQuerySet(JobQuerySet["Delivery"]):
    """Deliveries about one subject are claimed together, by one worker at a time."""

    def of(self, key: AccountKey) -> Self:
        """Those of one account."""
        return self.filter(source=key.source, account=key.account)

    def about(self, key: AccountKey, subjects: Collection[str]) -> Self:
        """Those of one account with these subjects, found by the index on the subject.

        ``account || ''`` hides the column from the planner: PostgreSQL underestimates how much waits for an account
        and would read all of it.
        """
        hidden = Concat("account", Value(""))
        return self.alias(hidden=hidden).filter(source=key.source, hidden=key.account, subject__in=subjects)

    def open(self) -> Self:
        """Those of all accounts that are not closed, found by the index on the status."""
        status = Delivery.Status
        return self.filter(status__in=[status.RECEIVED, status.WORKING, status.WAITING])

    def unfinished(self) -> Self:
        """Those that are not closed, without their content, the longest due first."""
        # No primary key in the order: PostgreSQL would then sort everything that waits, where it expects little.
        rows = self.filter(next_attempt_at__isnull=False).order_by("next_attempt_at")
        return rows.with_standing().defer("body", "headers", "error", "finished_at")


class Delivery(Job):
    """One call: stored before it was answered, processed later, kept until it is pruned.

    ``account`` is no foreign key: the inbox knows no service's tables. The source says what happens to the deliveries
    of an account that is deleted.
    """

    class Status(models.TextChoices):
        """Where a delivery stands; ``failed`` and ``ignored`` can be replayed."""

        RECEIVED = "received", _("received")
        WORKING = "working", _("working")
        WAITING = "waiting", _("waiting for another try")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IGNORED = "ignored", _("ignored")

    source = models.CharField(_("source"), max_length=32)
    account = ExactCharField(_("account"), max_length=64)
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
    # Without an index of its own: PostgreSQL would use it to look for the calls of a quiet account among all calls.
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
            models.Index(fields=["source", "account", "next_attempt_at"], name="vyte_delivery_account"),
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
    def account_key(self) -> AccountKey:
        """Whose call it is."""
        return AccountKey(self.source, self.account)

    @property
    def group_key(self) -> str | int:
        """What is worked on together within an account: the subject, or the row itself where it has none."""
        return self.subject or self.pk

    @property
    def is_pruned(self) -> bool:
        """Whether its body is gone, so that it cannot be processed again."""
        return not self.body and self.status in (self.Status.DONE, self.Status.IGNORED)

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject or self.source}"
