"""A small CRM that uses django-vyte as your project would. Start reading at settings.py and crm/receivers.py."""

from example_project.celery import app as celery_app

__all__ = ["celery_app"]
