"""The clinic as a source of webhook calls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Model, QuerySet

from django_vyte.db import fresh
from django_vyte.inbox.sources import Context, Received, Result, Source, UnknownAccount
from django_vyte.models.delivery import Delivery
from tests.clinic import mirror
from tests.clinic.client import ClinicClient
from tests.clinic.models import SOURCE, Appointment, Practice


@dataclass(frozen=True)
class AppointmentRequest:
    """Bring one appointment up to date."""

    clinic_id: str

    @property
    def key(self) -> str:
        """``appointment:ID``."""
        return f"appointment:{self.clinic_id}"

    def merged(self, *later: AppointmentRequest) -> AppointmentRequest:
        """All of them ask for the same."""
        return self


@dataclass
class ClinicContext(Context):
    """The practice of the calls, read when it is first needed."""

    @cached_property
    def practice(self) -> Practice:
        """The practice; UnknownAccount when it was deleted."""
        practice = fresh(Practice.objects.filter(pk=self.account)).first()
        if practice is None:
            raise UnknownAccount("The practice of this call does not exist any more.")
        return practice

    @cached_property
    def client(self) -> ClinicClient:
        """Speaks to the clinic as the practice."""
        return ClinicClient(self.practice.api_url, self.practice.token.get_secret_value())


class ClinicSource(Source[AppointmentRequest, ClinicContext]):
    """Calls to ``/clinic/webhooks/<practice>/``."""

    name = SOURCE
    verbose_name = "Clinic"
    account_model = Practice
    kinds = ("appointment",)

    def parse(self, call: dict[str, Any], received: Received) -> Sequence[AppointmentRequest]:
        """``{"type": "appointment.…", "id": "a1"}``; other types are kept and ignored."""
        if not str(call.get("type", "")).startswith("appointment."):
            return []
        clinic_id = call.get("id")
        if not isinstance(clinic_id, str) or not 0 < len(clinic_id) <= 64:
            raise ValueError("A call does not say which appointment.")
        return [AppointmentRequest(clinic_id)]

    def context(self, account: str, heartbeat: Callable[..., object]) -> ClinicContext:
        """The practice and its client, when they are needed."""
        return ClinicContext(account, heartbeat)

    def accounts(self) -> QuerySet[Practice]:
        """Without the secrets: nothing is decrypted to show a page."""
        return Practice.objects.defer("token", "signing_key")

    def handle(self, request: AppointmentRequest, delivery: Delivery, context: ClinicContext) -> Result:
        """Ask what is true now."""
        answer = context.client.appointment(request.clinic_id)
        return Result([{**answer, "id": request.clinic_id}])

    def commit(self, context: ClinicContext, fetched: Sequence[dict[str, Any]]) -> None:
        """Mirror it."""
        mirror.save(context.practice, fetched)

    def mirrored(self, deliveries: Sequence[Delivery]) -> Mapping[int, Model]:
        """The appointment that each delivery is about."""
        ids = {each.pk: (each.account, each.subject.partition(":")[2]) for each in deliveries}
        rows = Appointment.objects.filter(clinic_id__in=[clinic_id for _, clinic_id in ids.values()])
        known = {(str(row.practice_id), row.clinic_id): row for row in rows}
        return {pk: known[key] for pk, key in ids.items() if key in known}
