"""The account, the mirrored row, and the outbox row of its changes."""

from __future__ import annotations

from django.db import models

from django_vyte.fields import EncryptedTextField, ExactCharField
from django_vyte.jobs.models import JobQuerySet
from django_vyte.outbox import OutboxMessage, SignalCall
from tests.clinic.signals import appointment_changed

# The name of the clinic among the sources of deliveries.
SOURCE = "clinic"


class Practice(models.Model):
    """An account at the clinic's system: what it signs calls with, and what this site asks with."""

    name = models.CharField(max_length=100)
    api_url = models.CharField(max_length=200)
    token = EncryptedTextField()
    signing_key = EncryptedTextField()

    def __str__(self) -> str:
        return self.name


class Appointment(models.Model):
    """An appointment as the clinic shows it; ``version`` grows with each change there."""

    practice = models.ForeignKey(Practice, models.CASCADE)
    clinic_id = ExactCharField(max_length=64)
    patient = models.CharField(max_length=100)
    status = models.CharField(max_length=20)
    version = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["practice", "clinic_id"], name="clinic_once_a_practice")
        ]

    def __str__(self) -> str:
        return self.patient


class AppointmentChange(OutboxMessage):
    """One change of one appointment, and the outbox row from which ``appointment_changed`` is sent."""

    appointment = models.ForeignKey(Appointment, models.CASCADE)
    status = models.CharField(max_length=20)

    objects = JobQuerySet.as_manager()
    noun, source, account_path = "appointment change", SOURCE, "appointment__practice"
    dispatch_related = ("appointment",)

    def signal_call(self) -> SignalCall:
        """``appointment_changed``."""
        arguments = {"appointment": self.appointment, "change": self}
        return SignalCall(appointment_changed, Appointment, arguments)
