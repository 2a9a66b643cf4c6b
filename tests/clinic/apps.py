"""AppConfig: registers the source, its doctor and its pages."""

from __future__ import annotations

from django.apps import AppConfig


class ClinicConfig(AppConfig):
    """Appointments of a clinic in this site's database."""

    name = "tests.clinic"
    label = "clinic"
    verbose_name = "Clinic"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Plug the service in."""
        from django_vyte.inbox import sources
        from tests.clinic import doctor  # noqa: F401 - registers its checks
        from tests.clinic.source import ClinicSource

        sources.register(ClinicSource())
