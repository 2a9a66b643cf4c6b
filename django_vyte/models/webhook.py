"""``Webhook``: a webhook subscription at Vyte. The token in its URL is secret and tells whose call it is."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_vyte.db import fresh
from django_vyte.fields import EncryptedTextField, ExactCharField
from django_vyte.models.team import Team


def new_token() -> str:
    """256 random bits, safe in a URL."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """The hash under which a token is looked up: the timing of the comparison then does not leak the token."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


class WebhookManager(models.Manager["Webhook"]):
    """Finds a subscription by the token in its address."""

    def for_token(self, token: str) -> Webhook | None:
        """The webhook with this token, without its secrets and as it is now; None for an unknown token."""
        wanted = digest(token)
        found = fresh(self.all()).only("pk", "team_id", "token_digest").filter(token_digest=wanted).first()
        return found if found and hmac.compare_digest(found.token_digest, wanted) else None


class Webhook(models.Model):
    """The subscription of one team to one action, with an unguessable URL.

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
        """Update the digest with the token."""
        if "token" in self.__dict__:
            self.token_digest = digest(self.token.get_secret_value())
        super().save(*args, **kwargs)
