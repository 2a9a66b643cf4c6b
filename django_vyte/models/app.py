"""``ThirdPartyApp``: id and secret with which links to Vyte are signed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_vyte import links
from django_vyte.fields import EncryptedTextField, ExactCharField
from django_vyte.models.team import Team


class ThirdPartyApp(models.Model):
    """An app registered at Vyte: its id goes into links, its secret signs who creates a meeting."""

    app_id = ExactCharField(_("app id"), max_length=64, unique=True)
    secret = EncryptedTextField(_("secret"), editable=False)
    name = models.CharField(_("name"), max_length=255)
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_name = models.CharField(_("contact name"), max_length=255, blank=True)
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="apps", verbose_name=_("team")
    )

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("third-party app")
        verbose_name_plural = _("third-party apps")

    def __str__(self) -> str:
        return self.name

    def creator_token(self, email: str) -> str:
        """The parameter ``ct`` of a link, which proves the creator ("Compute the token yourself" in Vyte's docs)."""
        return links.creator_token(self.secret, email)
