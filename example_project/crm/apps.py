from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "example_project.crm"
    verbose_name = "CRM"

    def ready(self):
        from . import receivers  # noqa: F401 - connects them
