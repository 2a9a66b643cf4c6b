"""What a project's own model inherits to have meetings."""

from __future__ import annotations

from django.db import models

from django_vyte.models.event import Event, EventQuerySet


class SchedulableModel(models.Model):
    """An object that meetings are about: links made for it come back as its ``vyte_events``."""

    class Meta:
        abstract = True

    @property
    def vyte_group_id(self) -> str:
        """What names this object at Vyte, ``project_1``; override it before the first link is handed out.

        ValueError before the object is saved.
        """
        if self.pk is None:
            raise ValueError(f"Save this {self._meta.verbose_name} before you schedule a meeting for it.")
        return f"{self._meta.model_name}_{self.pk}"

    @property
    def vyte_events(self) -> EventQuerySet:
        """The mirrored meetings of this object."""
        return Event.objects.for_group(self.vyte_group_id)
