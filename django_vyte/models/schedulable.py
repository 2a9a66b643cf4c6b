"""``SchedulableModel``: the abstract base class of a project's own models that have meetings (a deal, a ticket)."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property

from django_vyte.models.event import Event, EventQuerySet
from django_vyte.models.meetings import Meetings, prefetch_meetings


class SchedulableModel(models.Model):
    """An object that meetings are about: links made for it come back as its ``vyte_events``."""

    class Meta:
        abstract = True

    @property
    def vyte_group_id(self) -> str:
        """The id of this object's group at Vyte, such as ``project_1``; ValueError before the object is saved.

        To choose other ids, override this before any link is handed out: meetings keep the id of their link.
        """
        if self.pk is None:
            raise ValueError(f"Save this {self._meta.verbose_name} before you schedule a meeting for it.")
        return f"{self._meta.model_name}_{self.pk}"

    @property
    def vyte_events(self) -> EventQuerySet:
        """The mirrored meetings of this object."""
        return Event.objects.for_group(self.vyte_group_id)

    @cached_property
    def vyte_meetings(self) -> Meetings:
        """The first meetings of this object and how many there are; ``prefetch_meetings`` fetches those of many."""
        prefetch_meetings([self])
        fetched: Meetings = self.__dict__["vyte_meetings"]
        return fetched
