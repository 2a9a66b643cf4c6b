from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "example_project.crm"
    verbose_name = "CRM"

    def ready(self):
        from example_project.crm import receivers  # noqa: F401 - connects them
