from django.apps import AppConfig


class SignalLogConfig(AppConfig):
    name = "tests.chaos.signal_log"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self):
        from tests.chaos.signal_log import receivers  # noqa: F401 - connects them
