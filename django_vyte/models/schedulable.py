"""``SchedulableModel``: the abstract base class of a project's own models that have meetings (a deal, a ticket)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Self

from django.db import models
from django.utils.functional import cached_property

from django_vyte.fields import parse_key
from django_vyte.models.event import Event, EventQuerySet
from django_vyte.models.meetings import Meetings, prefetch_meetings


class SchedulableModel(models.Model):
    """An object that meetings are about: links made for it come back as its ``vyte_events``."""

    class Meta:
        abstract = True

    @property
    def vyte_group_id(self) -> str:
        """The id of this object's group at Vyte, such as ``project_1``; ValueError before the object is saved.

        The same whether the object is read through its model, a proxy, or a child or parent of multi-table inheritance.
        To choose other ids, override this and ``from_vyte_group_ids`` before any link is handed out: meetings keep the
        id of their link.
        """
        if self.pk is None:
            raise ValueError(f"Save this {self._meta.verbose_name} before you schedule a meeting for it.")
        model = group_model(type(self))
        key: Any = model._meta.pk
        return f"{model._meta.model_name}_{getattr(self, key.attname)}"

    @classmethod
    def from_vyte_group_ids(cls, group_ids: Iterable[str]) -> models.QuerySet[Self]:
        """The objects with these group ids, in one query; ids of other models and of deleted objects are passed over.

        Raises NotImplementedError where ``vyte_group_id`` is overridden and this is not.
        """
        if cls.vyte_group_id is not SchedulableModel.vyte_group_id:
            raise NotImplementedError(
                f"{cls.__name__} has its own vyte_group_id: give it a classmethod from_vyte_group_ids(group_ids) that "
                "returns the QuerySet of the objects with these ids."
            )
        model = group_model(cls)
        key: Any = model._meta.pk
        prefix = f"{model._meta.model_name}_"
        written = {each.removeprefix(prefix) for each in group_ids if each.startswith(prefix)}
        parsed = [parse_key(key, text) for text in written]
        return cls._default_manager.filter(
            **{f"{key.name}__in": [each for each in parsed if each is not None]}
        )

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


def group_model(model: type[SchedulableModel]) -> type[SchedulableModel]:
    """The model that names the groups of ``model``'s objects: its topmost schedulable parent that has a table."""
    concrete: Any = model._meta.concrete_model
    parents = (each for each in concrete._meta.parents if issubclass(each, SchedulableModel))
    parent = next(parents, None)
    return concrete if parent is None else group_model(parent)
