"""The Django app: where what stands below is told of what stands above it."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VyteConfig(AppConfig):
    """Registers the system checks, binds the verbs of events, and keeps webhook addresses out of Django's logs."""

    name = "django_vyte"
    verbose_name = _("Vyte")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Imports that need the models to be loaded."""
        from django_vyte import actions, checks, redaction  # noqa: F401
        from django_vyte.models import Event
        from django_vyte.sync import webhook  # noqa: F401 - registers Vyte as a source of deliveries

        Event.verbs = actions
        redaction.install()
