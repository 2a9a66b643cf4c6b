"""The third source passes what every source has to, and what its own signature promises."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from django_vyte import outbox
from django_vyte.models import Delivery
from django_vyte.ops import doctor
from tests.clinic.models import Appointment, AppointmentChange, Practice
from tests.clinic.signals import appointment_changed
from tests.clinic.views import TOLERANCE, signature
from tests.services import ClinicService, VyteService
from tests.source_cases import SourceCases, settle


class TestClinic(SourceCases):
    @pytest.fixture
    def service(self, clinic_service: ClinicService) -> ClinicService:
        return clinic_service

    @pytest.fixture
    def other_service(self, vyte_service: VyteService) -> VyteService:
        return vyte_service


pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=x",
        "t=,v1=",
        "t=1,v1=é",
        "t=-1,v1=" + "0" * 64,
        "t=1.5,v1=" + "0" * 64,
        "t=" + "9" * 400,
        "\xff",
    ],
)
def test_a_malformed_signature_is_refused(clinic_service: ClinicService, header: str) -> None:
    call = clinic_service.about(1)
    call.headers["Clinic-Signature"] = header
    assert call.post() == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("age", "status"), [(0, 200), (TOLERANCE - 1, 200), (TOLERANCE + 1, 401), (-400, 401)]
)
def test_a_call_is_accepted_as_long_as_it_may_be_on_its_way(
    clinic_service: ClinicService, age: int, status: int
) -> None:
    call, seconds = clinic_service.about(1), int(time.time()) - age
    call.headers["Clinic-Signature"] = f"t={seconds},v1={signature('s1gning', seconds, call.body)}"
    assert call.post() == status


def test_the_signature_of_one_practice_is_none_of_another(clinic_service: ClinicService) -> None:
    Practice.objects.filter(pk=clinic_service.account).update(signing_key="another")
    assert clinic_service.about(1).post() == 401


def test_a_call_costs_one_look_at_the_account_and_one_insert(clinic_service: ClinicService) -> None:
    call = clinic_service.about(1)
    with CaptureQueriesContext(connection) as queries:
        assert call.post() == 200
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT"]


def test_its_signal_carries_the_appointment_and_the_change(clinic_service: ClinicService) -> None:
    heard: list[Any] = []

    def hear(sender: object, appointment: Appointment, change: AppointmentChange, **named: object) -> None:
        heard.append((sender, appointment.patient, change.status))

    appointment_changed.connect(hear)
    try:
        clinic_service.change(1)
        clinic_service.about(1).post()
        settle()
    finally:
        appointment_changed.disconnect(hear)
    assert heard == [(Appointment, "Patient a1", "version 1")]
    assert AppointmentChange in outbox.message_models()


def test_the_transport_sends_its_own_credential(clinic_service: ClinicService) -> None:
    clinic_service.change(1)
    clinic_service.about(1).post()
    settle()
    assert clinic_service.server.tokens == {"Bearer t0ken"}


def test_the_doctor_looks_into_its_accounts(clinic_service: ClinicService) -> None:
    (found,) = [finding for finding in doctor.run_checks() if finding.about == "Practice"]
    assert found.text == "Its secrets can be decrypted."
    assert found.team == clinic_service.account


def test_its_panel_stands_on_the_page_of_a_delivery(clinic_service: ClinicService, admin_client: Any) -> None:
    clinic_service.change(1)
    clinic_service.about(1).post()
    settle()
    page = admin_client.get(f"/admin/django_vyte/delivery/{Delivery.objects.get().pk}/change/")
    assert "<p>Patient a1: version 1</p>" in page.text
