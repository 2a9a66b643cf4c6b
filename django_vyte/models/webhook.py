"""Subscriptions at Vyte, each with an address that only Vyte knows."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_vyte.fields import EncryptedTextField, ExactCharField
from django_vyte.models.team import Team


def new_token() -> str:
    """256 random bits, fit for a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What is looked up instead of the token: the database then neither holds it nor leaks it by timing."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class WebhookManager(models.Manager["Webhook"]):
    """Finds a subscription by the token in its address."""

    def for_token(self, token: str) -> Webhook | None:
        """The webhook with this token, without its secrets; None for a stranger."""
        wanted = digest(token)
        found = self.only("pk", "team_id", "token_digest").filter(token_digest=wanted).first()
        return found if found and hmac.compare_digest(found.token_digest, wanted) else None


class Webhook(models.Model):
    """One action of one team that Vyte tells this site about, at an unguessable address.

    ``vyte_id`` is empty until Vyte has accepted the subscription.
    """

    team = models.ForeignKey(Team, models.CASCADE, related_name="webhooks", verbose_name=_("team"))
    action = models.CharField(_("action"), max_length=64)
    vyte_id = ExactCharField(_("Vyte id"), max_length=64, blank=True)
    target_url = EncryptedTextField(_("target URL"), editable=False, blank=True, default="")
    token = EncryptedTextField(_("token"), editable=False, default=new_token)
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    objects = WebhookManager()

    class Meta:
        ordering = ["team", "action"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints = [models.UniqueConstraint(fields=["team", "action"], name="vyte_webhook_once_an_action")]

    def __str__(self) -> str:
        return self.action

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keeps the digest in step with the token."""
        if "token" in self.__dict__:
            self.token_digest = digest(self.token)
        super().save(*args, **kwargs)
