"""``Team``: an organization at Vyte that is linked to this site. ``ApiKey``: its keys to Vyte's API."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from django_vyte import links
from django_vyte.fields import EncryptedTextField, ExactCharField
from django_vyte.models.delivery import AccountKey

if TYPE_CHECKING:
    # For type checkers only: models must not import the HTTP stack.
    from django_vyte.client import VyteClient


# The name of Vyte among the sources of deliveries: ``Delivery.source``.
SOURCE = "vyte"


class Team(models.Model):
    """An organization at Vyte: the account of an API key.

    ``patrolled_to`` is the primary key of the event that the patrol compared last, ``patrol_until`` the end of the
    patrolling worker's lease.
    """

    vyte_id = ExactCharField(_("Vyte id"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=255)
    private = models.BooleanField(_("private"), default=False)
    subdomain = models.CharField(
        _("subdomain"),
        max_length=63,
        blank=True,
        validators=[RegexValidator(r"^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", _("Letters, digits and hyphens."))],
        help_text=_("The team's brand at Vyte: pages are then linked as https://SUBDOMAIN.vyte.in/…"),
    )
    created_at = models.DateTimeField(_("linked at"), auto_now_add=True)
    problem = models.TextField(
        _("problem"),
        blank=True,
        default="",
        editable=False,
        help_text=_(
            "Why the last synchronisation, comparison or registration of webhooks failed; empty when all succeeded."
        ),
    )
    patrolled_at = models.DateTimeField(
        _("compared at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When some of its meetings were last compared with Vyte in the background."),
    )
    patrolled_to = models.BigIntegerField(default=0, editable=False)
    patrol_until = models.DateTimeField(null=True, blank=True, editable=False)
    webhooks_restored_at = models.DateTimeField(
        _("webhooks restored at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When webhooks that were missing at Vyte were last registered again in the background."),
    )

    # Bound in ``AppConfig.ready``.
    client_factory: ClassVar[Callable[..., VyteClient]]

    class Meta:
        ordering = ["name", "pk"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name

    @property
    def account_key(self) -> AccountKey:
        """The key of this team's deliveries."""
        return AccountKey(SOURCE, str(self.pk))

    def client(self, **options: Any) -> VyteClient:
        """A client with this team's key; ``options`` override the settings of ``VYTE``.

        Raises VyteError when the team has no active key, DecryptionError when it cannot be read.
        """
        return type(self).client_factory(self.pk, **options)

    def join_url(self, extid: object = None) -> str:
        """The URL at which a person signs up to Vyte and joins this team; ``extid`` comes back as ``Member.extid``."""
        return links.join_url(self.vyte_id, extid=extid, subdomain=self.subdomain or None)


class ApiKey(models.Model):
    """A key to Vyte's API, encrypted in the database; ``hint`` is its last four characters, in plain text."""

    class Status(models.TextChoices):
        """Whether the key is used."""

        ACTIVE = "active", _("active")
        REVOKED = "revoked", _("revoked")

    team = models.ForeignKey(Team, models.CASCADE, related_name="api_keys", verbose_name=_("team"))
    key = EncryptedTextField(_("key"), editable=False)
    hint = models.CharField(_("ends in"), max_length=4, editable=False)
    vyte_id = ExactCharField(_("Vyte id"), max_length=64, blank=True)
    scope = models.CharField(_("scope"), max_length=32, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(_("added at"), auto_now_add=True)

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=["active", "revoked"]), name="vyte_apikey_status_known"
            )
        ]

    def __str__(self) -> str:
        return f"…{self.hint}"
