from django.apps import AppConfig


class WitnessConfig(AppConfig):
    name = "tests.chaos.witness"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from tests.chaos.witness import receivers  # noqa: F401 - connects them
