"""The Celery app: its settings are those of Django that begin with CELERY_."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "example_project.settings")
TRANSPORT_ALIASES["filesystem"] = "example_project.broker:Transport"
app = Celery("example_project")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
