"""Schedulable models: plain, proxy, child, with keys of several kinds, and with ids of their own."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db import models

from django_vyte.models import SchedulableModel


class Record(models.Model):
    """A parent with a table that is not schedulable."""

    name = models.CharField(max_length=100, blank=True)


class Deal(SchedulableModel, Record):
    """A schedulable child of a model that is none."""


class DealProxy(Deal):
    """The same rows."""

    class Meta:
        proxy = True


class BigDeal(Deal):
    """A child with a table of its own, whose key is its parent's."""

    volume = models.IntegerField(default=0)


class BigDealProxy(BigDeal):
    """The same rows."""

    class Meta:
        proxy = True


class Renewal(Deal):
    """A child with a key of its own."""

    renewed = models.OneToOneField(Deal, models.CASCADE, parent_link=True)
    number = models.AutoField(primary_key=True)


class Ticket(SchedulableModel, models.Model):
    """With a UUID as its key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)


class Room(SchedulableModel, models.Model):
    """With a text as its key."""

    code = models.CharField(primary_key=True, max_length=300)


class Seat(SchedulableModel, models.Model):
    """Whose key is that of another row."""

    ticket = models.OneToOneField(Ticket, models.CASCADE, primary_key=True)


class Visit(SchedulableModel, models.Model):
    """With ids of its own, and the way back."""

    code = models.CharField(max_length=20)

    @property
    def vyte_group_id(self) -> str:
        """Its code."""
        return f"visit:{self.code}"

    @classmethod
    def from_vyte_group_ids(cls, group_ids: Iterable[str]) -> models.QuerySet[Any]:
        """By code."""
        return cls._default_manager.filter(code__in=[each.removeprefix("visit:") for each in group_ids])


class Forgetful(SchedulableModel, models.Model):
    """With ids of its own, and no way back."""

    vyte_group_id = "forgetful"
