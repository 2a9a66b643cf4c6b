"""What meetings are about."""

from __future__ import annotations

from django.db import models

from django_vyte.models import SchedulableModel


class Project(SchedulableModel):
    """Meetings of a project belong to the group ``project_<pk>``."""

    name = models.CharField(max_length=100)
