"""``Event``, ``Invitee``, ``EventGroup``: the local copy of Vyte's meetings, which only ``django_vyte.mirror`` writes.

Methods that change a meeting, such as ``Event.confirm``, ask Vyte first and then mirror its response.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Protocol, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from django_vyte import payloads
from django_vyte.fields import ExactCharField
from django_vyte.models.team import Team
from django_vyte.models.timing import SOONEST_FIRST, LastsUntilField, TimedQuerySet
from django_vyte.payloads import days, values

Row = TypeVar("Row", bound=models.Model, covariant=True)


class Schedulable(Protocol[Row]):
    """A class that finds its objects by the ids of groups, as a ``SchedulableModel`` does."""

    def from_vyte_group_ids(self, group_ids: Iterable[str]) -> models.QuerySet[Row]:
        """The objects with these ids."""


class Verbs(Protocol):
    """The actions on an event. ``AppConfig.ready`` binds ``django_vyte.actions``, which models cannot import."""

    def confirm(
        self, event: Event, *, date_id: str | None, place_id: str | None, by: AbstractBaseUser | None
    ) -> None:
        """Confirm the date and the place."""

    def cancel(self, event: Event, *, by: AbstractBaseUser | None) -> None:
        """Cancel the meeting."""

    def add_invitees(
        self, event: Event, people: Sequence[str | Mapping[str, str]], *, by: AbstractBaseUser | None
    ) -> None:
        """Invite more people."""

    def remove_invitee(self, event: Event, invitee: Invitee, *, by: AbstractBaseUser | None) -> None:
        """Remove an invitee."""

    def reschedule(
        self,
        event: Event,
        *,
        dates: Sequence[Any] | None,
        places: Sequence[Any] | None,
        by: AbstractBaseUser | None,
    ) -> None:
        """Propose other dates or places."""

    def refresh(self, event: Event) -> None:
        """Fetch the event from Vyte and mirror it."""


class EventQuerySet(TimedQuerySet["Event"]):
    """Queries of meetings for projects; they can be chained."""

    def confirmed(self) -> Self:
        """Meetings with a settled date."""
        return self.filter(status=Event.Status.CONFIRMED)

    def planning(self) -> Self:
        """Meetings whose date is still being voted on."""
        return self.filter(status=Event.Status.PLANNING)

    def cancelled(self) -> Self:
        """Meetings that were cancelled, or that Vyte no longer has."""
        return self.filter(status=Event.Status.CANCELLED)

    def upcoming(self) -> Self:
        """Meetings that are not over and not cancelled, soonest first."""
        return self.exclude(status=Event.Status.CANCELLED).not_over().order_by(*SOONEST_FIRST)

    def for_group(self, *groups: object) -> Self:
        """Meetings of any of these groups: ids, or objects with a ``vyte_group_id``."""
        ids = [values.group_id(group) for group in groups]
        return self.filter(pk__in=EventGroup.objects.filter(group_id__in=ids).values("event"))

    def with_invitee(self, email: str) -> Self:
        """Meetings to which this address is invited."""
        return self.filter(pk__in=Invitee.objects.filter(email=values.email(email)).values("event"))

    def created_by(self, email: str) -> Self:
        """Meetings organised by this address; the organiser of a booking is the owner of the booking page."""
        return self.filter(creator_email=values.email(email))


class Event(models.Model):
    """One meeting. ``starts_at`` and ``ends_at`` are set once Vyte says which date is settled."""

    class Status(models.TextChoices):
        """A meeting is planned, then confirmed; it can be cancelled at any time."""

        PLANNING = "planning", _("planning")
        CONFIRMED = "confirmed", _("confirmed")
        CANCELLED = "cancelled", _("cancelled")

    # No index of its own: vyte_event_team and the unique constraint begin with this column.
    team = models.ForeignKey(
        Team, models.CASCADE, related_name="events", verbose_name=_("team"), db_index=False
    )
    vyte_id = ExactCharField(_("Vyte id"), max_length=64)
    title = models.CharField(_("title"), max_length=500, blank=True)
    status = models.CharField(_("status"), max_length=16, choices=Status, default=Status.PLANNING)
    starts_at = models.DateTimeField(_("starts at"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    lasts_until = LastsUntilField(
        _("lasts until"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When a meeting of whole days, or of more than one day, is over."),
    )
    all_day = models.BooleanField(_("all day"), default=False)
    timezone = models.CharField(_("time zone"), max_length=64, blank=True)
    place_name = models.CharField(_("place"), max_length=500, blank=True)
    place_address = models.CharField(_("address"), max_length=2000, blank=True)
    creator_email = models.EmailField(_("organiser"), blank=True)
    creator_id = models.CharField(_("organiser's Vyte id"), max_length=64, blank=True)
    is_booking = models.BooleanField(
        _("booking"), default=False, help_text=_("Booked through the organiser's booking page.")
    )
    lang = models.CharField(_("language"), max_length=16, blank=True)
    app = models.CharField(_("third-party app id"), max_length=64, blank=True)
    vyte_created_at = models.DateTimeField(_("created at Vyte"), null=True, blank=True)
    vyte_updated_at = models.DateTimeField(_("updated at Vyte"), null=True, blank=True)
    cancelled_at = models.DateTimeField(
        _("cancelled at"),
        null=True,
        blank=True,
        help_text=_("When the cancellation became known, on Vyte's clock."),
    )
    missing_since = models.DateTimeField(
        _("missing since"),
        null=True,
        blank=True,
        help_text=_("Set when Vyte answered that it has no such event."),
    )
    as_of = models.DateTimeField(
        _("as of"), help_text=_("When the request was sent whose response is mirrored here.")
    )
    fingerprint = models.CharField(max_length=64, editable=False)
    data = models.JSONField(_("data"), default=dict, blank=True)

    verbs: ClassVar[Verbs]

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_at", "-pk"]
        verbose_name = _("event")
        verbose_name_plural = _("events")
        permissions = [
            ("confirm_event", _("Can confirm events")),
            ("cancel_event", _("Can cancel events")),
            ("refresh_event", _("Can refresh events")),
        ]
        indexes = [
            models.Index(fields=["starts_at", "id"], name="vyte_event_starts"),
            # The few that last long: see TimedQuerySet.
            models.Index(fields=["lasts_until", "starts_at"], name="vyte_event_lasts"),
            models.Index(fields=["-vyte_updated_at", "-id"], name="vyte_event_updated"),
            # One for each filter of the admin's list, with the order of the list.
            models.Index(fields=["status", "-vyte_updated_at", "-id"], name="vyte_event_status"),
            models.Index(fields=["team", "-vyte_updated_at", "-id"], name="vyte_event_team"),
            models.Index(fields=["is_booking", "-vyte_updated_at", "-id"], name="vyte_event_booking"),
            # With this operator class PostgreSQL also answers LIKE 'prefix%' from the index, in any collation:
            # https://www.postgresql.org/docs/current/indexes-opclass.html
            models.Index(
                fields=["creator_email"], name="vyte_event_creator", opclasses=["varchar_pattern_ops"]
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["team", "vyte_id"], name="vyte_event_once_a_team"),
            models.CheckConstraint(
                condition=models.Q(status__in=["planning", "confirmed", "cancelled"]),
                name="vyte_event_status_known",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_at__isnull=True) | models.Q(ends_at__gte=models.F("starts_at")),
                name="vyte_event_ends_after_start",
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.vyte_id

    @property
    def dates(self) -> list[payloads.DateOption]:
        """The dates proposed, each with its votes, in Vyte's order."""
        return payloads.dates(self.data)

    @property
    def places(self) -> list[payloads.PlaceOption]:
        """The places proposed, each with its votes, in Vyte's order."""
        return payloads.places(self.data)

    @property
    def first_day(self) -> dt.date | None:
        """The first day of an all-day meeting in its own time zone; None while the date is not settled."""
        return days.day(self.starts_at, self.timezone) if self.starts_at else None

    @property
    def last_day(self) -> dt.date | None:
        """The last day of an all-day meeting in its own time zone; None while the date is not settled."""
        return days.days(self.starts_at, self.ends_at, self.timezone)[1] if self.starts_at else None

    @property
    def is_over(self) -> bool:
        """Whether it took place, or would have; days are over where they take place."""
        until = days.lasts_until(self.starts_at, self.ends_at, all_day=self.all_day, zone=self.timezone)
        end = until or self.ends_at or self.starts_at
        return end is not None and end <= timezone.now()

    def objects_for(self, model: Schedulable[Row]) -> models.QuerySet[Row]:
        """The project's objects of this ``SchedulableModel`` that the meeting is about.

        Asks for the group ids unless ``groups`` was prefetched; the QuerySet is one query.
        """
        return model.from_vyte_group_ids([group.group_id for group in self.groups.all()])

    def confirm(
        self, date_id: str | None = None, place_id: str | None = None, *, by: AbstractBaseUser | None = None
    ) -> None:
        """Confirm the meeting at Vyte and here ("Confirm an event"). ``by`` is recorded in the history.

        Without a date or place Vyte takes the only one, or the one with most votes. Raises VyteError when Vyte refuses
        or cannot be reached; nothing was changed then, unless its ``maybe_applied`` is true. So do the methods below.
        """
        self.verbs.confirm(self, date_id=date_id, place_id=place_id, by=by)

    def cancel(self, *, by: AbstractBaseUser | None = None) -> None:
        """Cancel the meeting at Vyte and here ("Cancel an event"); raises VyteError."""
        self.verbs.cancel(self, by=by)

    def add_invitees(
        self, people: Sequence[str | Mapping[str, str]], *, by: AbstractBaseUser | None = None
    ) -> None:
        """Invite addresses, or mappings with ``email`` and, if known, ``full_name`` and ``phone`` ("Add invitee(s)").

        Raises ValueError for an empty list or an address that is none, VyteError when Vyte refuses.
        """
        self.verbs.add_invitees(self, people, by=by)

    def remove_invitee(self, invitee: Invitee, *, by: AbstractBaseUser | None = None) -> None:
        """Remove an invitee ("Delete invitee"); ValueError when Vyte gave the invitee no id."""
        self.verbs.remove_invitee(self, invitee, by=by)

    def reschedule(
        self,
        *,
        dates: Sequence[Any] | None = None,
        places: Sequence[Any] | None = None,
        by: AbstractBaseUser | None = None,
    ) -> None:
        """Replace the proposed dates, pairs of aware datetimes, or places, names or (name, address) pairs.

        See "Update an event". Raises ValueError for a naive datetime, VyteError when Vyte refuses.
        """
        self.verbs.reschedule(self, dates=dates, places=places, by=by)

    def refresh(self) -> None:
        """Fetch the event from Vyte and mirror it; raises VyteError."""
        self.verbs.refresh(self)


class Invitee(models.Model):
    """A person invited to an event."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="invitees", verbose_name=_("event"))
    vyte_id = ExactCharField(_("Vyte id"), max_length=64, blank=True)
    email = ExactCharField(_("email"), max_length=254, blank=True, db_index=True)
    full_name = models.CharField(_("name"), max_length=255, blank=True)
    phone = models.CharField(_("phone"), max_length=64, blank=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("invitee")
        verbose_name_plural = _("invitees")
        constraints = [
            models.UniqueConstraint(fields=["event", "vyte_id", "email"], name="vyte_invitee_once_an_event")
        ]

    def __str__(self) -> str:
        return self.full_name or self.email


class EventGroup(models.Model):
    """A group of the project's own (a deal, a ticket, a patient) to which an event belongs."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="groups", verbose_name=_("event"))
    group_id = ExactCharField(_("group id"), max_length=200, db_index=True)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("event group")
        verbose_name_plural = _("event groups")
        constraints = [models.UniqueConstraint(fields=["event", "group_id"], name="vyte_group_once_an_event")]

    def __str__(self) -> str:
        return self.group_id
