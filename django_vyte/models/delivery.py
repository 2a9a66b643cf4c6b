"""``Delivery``: one received webhook call of any service, with its processing status. Together they are the inbox."""

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
    """Names an account: the name of its source, and its primary key as text."""

    source: str
    account: str


class DeliveryQuerySet(JobQuerySet["Delivery"]):
    """Queries of the inbox; each is written for one index."""

    def of(self, key: AccountKey) -> Self:
        """Those of one account."""
        return self.filter(source=key.source, account=key.account)

    def of_hidden(self, key: AccountKey) -> Self:
        """Those of one account, found by another index than the one on the account.

        ``account || ''`` hides the column from the planner. PostgreSQL underestimates how many rows an account has,
        and would read all of them through the index on the account.
        """
        return self.alias(hidden=Concat("account", Value(""))).filter(source=key.source, hidden=key.account)

    def about(self, key: AccountKey, subjects: Collection[str]) -> Self:
        """Those of one account with these subjects, found by the index on the subject."""
        return self.of_hidden(key).filter(subject__in=subjects)

    def open(self) -> Self:
        """Those of all accounts that are not closed, found by the index on the status."""
        status = Delivery.Status
        return self.filter(status__in=[status.RECEIVED, status.WORKING, status.WAITING])

    def unfinished(self) -> Self:
        """Those that are not closed, without body and headers, the longest due first."""
        # No primary key in the order: no index has both columns, and PostgreSQL would sort every waiting row.
        rows = self.filter(next_attempt_at__isnull=False).order_by("next_attempt_at")
        return rows.with_standing().defer("body", "headers", "error", "finished_at")


class Delivery(Job):
    """One webhook call: stored before the response, processed later by a worker, kept until it is pruned.

    ``account`` is no foreign key, because the inbox does not depend on any service's tables. The source decides what
    happens to the deliveries of a deleted account.
    """

    class Status(models.TextChoices):
        """The first three are open, the others closed."""

        RECEIVED = "received", _("received")
        WORKING = "working", _("working")
        WAITING = "waiting", _("waiting for a retry")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        IGNORED = "ignored", _("ignored")

    source = models.CharField(_("source"), max_length=32)
    account = ExactCharField(_("account"), max_length=64)
    subject = ExactCharField(
        _("subject"),
        max_length=100,
        blank=True,
        help_text=_(
            "The object that the call is about, such as event:ID; empty for several objects or none."
        ),
    )
    body = models.TextField(_("body"), blank=True)
    headers = models.JSONField(_("headers"), default=dict, blank=True)
    received_at = models.DateTimeField(_("received at"), default=timezone.now, db_index=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.RECEIVED)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    # No index on this column alone: PostgreSQL would use it to search all accounts' calls for those of one account.
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
        """The account that the call belongs to."""
        return AccountKey(self.source, self.account)

    @property
    def group_key(self) -> str | int:
        """Deliveries of an account with the same key are processed together: the subject, or the row without one."""
        return self.subject or self.pk

    @property
    def is_pruned(self) -> bool:
        """Whether the body was pruned, so that the delivery cannot be replayed."""
        return not self.body and self.status in (self.Status.DONE, self.Status.IGNORED)

    def __str__(self) -> str:
        return f"#{self.pk} {self.subject or self.source}"
