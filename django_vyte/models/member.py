"""``Member``: a Vyte user of a linked team, matched with a user of this site."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_vyte import signals
from django_vyte.fields import ExactCharField
from django_vyte.jobs.models import JobQuerySet
from django_vyte.models.team import SOURCE, Team
from django_vyte.outbox import OutboxMessage, SignalCall


class Member(OutboxMessage):
    """A person of a team at Vyte, and the outbox row from which ``user_joined`` is sent.

    ``extid`` is the id that this site put into the join link; ``user`` is the user with that id.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="members", verbose_name=_("team"))
    vyte_id = ExactCharField(_("Vyte id"), max_length=64)
    email = models.EmailField(_("email"), blank=True, db_index=True)
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    extid = ExactCharField(_("external id"), max_length=255, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="vyte_members",
        verbose_name=_("user"),
    )
    as_of = models.DateTimeField(_("as of"))

    objects = JobQuerySet.as_manager()
    noun, source, account_path = "member", SOURCE, "team"
    dispatch_related = ("team", "user")

    class Meta:
        ordering = ["full_name", "pk"]
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(fields=["team", "vyte_id"], name="vyte_member_once_a_team")]

    def signal_call(self) -> SignalCall:
        """``user_joined`` with ``member``."""
        return SignalCall(signals.user_joined, Member, {"member": self})

    def __str__(self) -> str:
        return self.full_name or self.email or self.vyte_id
