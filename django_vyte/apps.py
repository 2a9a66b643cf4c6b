"""AppConfig: registers checks, tasks and the source, binds actions and the client, installs the log filter."""

from __future__ import annotations

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VyteConfig(AppConfig):
    """The app ``django_vyte``."""

    name = "django_vyte"
    verbose_name = _("Vyte")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register and bind what needs the models to be loaded."""
        from django_vyte import actions, checks, database_checks, endpoint_checks, redaction, tasks  # noqa: F401
        from django_vyte.accounts.clients import client_for
        from django_vyte.inbox import sources
        from django_vyte.models import Event, Team
        from django_vyte.sync.webhook import VyteSource

        sources.register(VyteSource())
        Event.verbs = actions
        Team.client_factory = staticmethod(client_for)
        redaction.install()
