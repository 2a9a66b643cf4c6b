"""Drivers of the services, for the cases that every source has to pass."""

from __future__ import annotations

import json
import time
from typing import Any

from django.urls import reverse

from django_vyte.models import ApiKey, Event, EventChange, Team, Webhook
from django_vyte.models.webhook import new_token
from django_vyte.sandbox import Sandbox
from tests.clinic.models import Appointment, AppointmentChange, Practice
from tests.clinic.server import ClinicServer
from tests.clinic.views import signature
from tests.source_cases import Call, Service


class VyteService(Service):
    """The local Vyte, whose calls are known by an unguessable address."""

    source = "vyte"

    def __init__(self, sandbox: Sandbox, team: Team, ids: dict[int, str] | None = None) -> None:
        self.sandbox, self.team = sandbox, team
        self.webhook = Webhook.objects.create(team=team, action="event.updated")
        # Objects by number: the accounts of one sandbox see the same meetings.
        self.ids = {} if ids is None else ids
        self.versions: dict[int, int] = {}

    @property
    def account(self) -> str:
        return str(self.team.pk)

    def add_account(self) -> VyteService:
        team = Team.objects.create(vyte_id=self.sandbox.add_organization("Other")[0], name="Other")
        ApiKey.objects.create(team=team, key=self.sandbox.api_key, hint="")
        return VyteService(self.sandbox, team, self.ids)

    def delete_account(self) -> None:
        self.team.delete()

    def change(self, number: int) -> str:
        self.versions[number] = self.versions.get(number, 0) + 1
        title = f"Meeting {number}, version {self.versions[number]}"
        if number in self.ids:
            self.sandbox.update_event(self.ids[number], title=title)
        else:
            self.ids[number] = self.sandbox.create_event(title=title)["_id"]
        return title

    def remove(self, number: int) -> None:
        del self.sandbox.state.events[self.ids[number]]

    def body(self, *numbers: int) -> bytes:
        calls = [
            {"action": "event.updated", "resource": {"_id": self.ids.get(number, f"{number:024}")}}
            for number in numbers
        ]
        return json.dumps(calls).encode()

    def call(self, body: bytes) -> Call:
        return Call(reverse("django_vyte:webhook", args=[self.webhook.token.get_secret_value()]), body)

    def forged(self, body: bytes) -> Call:
        return Call(reverse("django_vyte:webhook", args=[new_token()]), body)

    def of_nobody(self, body: bytes) -> Call:
        return self.forged(body)

    def mirrored(self, number: int) -> str | None:
        rows = Event.objects.filter(team=self.team, vyte_id=self.ids.get(number, ""))
        return rows.values_list("title", flat=True).first()

    def heard(self) -> list[str]:
        rows = EventChange.objects.filter(event__team=self.team, told_at__isnull=False)
        return [str(row) for row in rows]

    def asked(self) -> int:
        return len([each for each in self.sandbox.requests if each.path.startswith("/v2/events/")])

    def fail(self, failing: bool = True) -> None:
        self.sandbox.stop_api() if failing else self.sandbox.start_api()


class ClinicService(Service):
    """The clinic, which signs its calls."""

    source = "clinic"

    def __init__(self, server: ClinicServer, name: str = "Practice") -> None:
        self.server, self.name = server, name
        given: dict[str, Any] = {"api_url": server.url, "token": "t0ken", "signing_key": "s1gning"}
        self.practice = Practice.objects.create(name=name, **given)
        self.account_key = str(self.practice.pk)

    @property
    def account(self) -> str:
        return self.account_key

    def add_account(self) -> ClinicService:
        return ClinicService(self.server, "Other")

    def delete_account(self) -> None:
        self.practice.delete()

    def change(self, number: int) -> str:
        version = self.server.appointments.get(f"a{number}", {"version": 0})["version"] + 1
        self.server.change(f"a{number}", f"version {version}")
        return f"version {version}"

    def remove(self, number: int) -> None:
        del self.server.appointments[f"a{number}"]

    def body(self, *numbers: int) -> bytes:
        return json.dumps(
            [{"type": "appointment.changed", "id": f"a{number}"} for number in numbers]
        ).encode()

    def _call(self, body: bytes, key: str, practice: int) -> Call:
        seconds = int(time.time())
        signed = f"t={seconds},v1={signature(key, seconds, body)}"
        path = reverse("clinic:webhook", args=[practice])
        return Call(path, body, {"Clinic-Signature": signed})

    def call(self, body: bytes) -> Call:
        return self._call(body, "s1gning", int(self.account))

    def forged(self, body: bytes) -> Call:
        return self._call(body, "guessed", int(self.account))

    def of_nobody(self, body: bytes) -> Call:
        return self._call(body, "s1gning", 0)

    def mirrored(self, number: int) -> str | None:
        rows = Appointment.objects.filter(practice=self.account, clinic_id=f"a{number}")
        return rows.values_list("status", flat=True).first()

    def heard(self) -> list[str]:
        rows = AppointmentChange.objects.filter(appointment__practice=self.account, told_at__isnull=False)
        return list(rows.values_list("status", flat=True))

    def asked(self) -> int:
        return len(self.server.asked)

    def fail(self, failing: bool = True) -> None:
        self.server.failing = failing
