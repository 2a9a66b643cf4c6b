"""``SourceCases``: what every source of webhook calls has to pass, whatever the service.

A subclass gives ``service``, a driver of its service. Each test posts calls as the service would, processes them as a
worker would, and looks at what is mirrored and what receivers heard.
"""

from __future__ import annotations

import datetime as dt
import json
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from django_vyte.inbox import claims, scheduling
from django_vyte.inbox.sources import SOURCES, Received
from django_vyte.models.delivery import AccountKey, Delivery
from django_vyte.ops import doctor
from django_vyte.ops.sweep import sweep
from tests.calls import Killed


@dataclass
class Call:
    """One webhook call, ready to be posted."""

    path: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, method: str = "POST") -> int:
        """The status of the answer."""
        client = Client(raise_request_exception=False)
        content_type = "application/json"
        return client.generic(
            method, self.path, self.body, content_type=content_type, headers=self.headers
        ).status_code


class Service(ABC):
    """Drives one service in the tests: its objects, its calls, and what this site knows of them."""

    source: ClassVar[str]

    @property
    @abstractmethod
    def account(self) -> str:
        """The primary key of the account that the calls are of."""

    @abstractmethod
    def add_account(self) -> Service:
        """The same service with another account."""

    @abstractmethod
    def delete_account(self) -> None:
        """Delete the account's row."""

    @abstractmethod
    def change(self, number: int) -> str:
        """Make object ``number``, or change it; what its mirrored row says once it is up to date."""

    @abstractmethod
    def remove(self, number: int) -> None:
        """Have the service forget an object."""

    @abstractmethod
    def body(self, *numbers: int) -> bytes:
        """The body of a call about these objects, as a JSON array."""

    @abstractmethod
    def call(self, body: bytes) -> Call:
        """A call with this body, as the service makes it."""

    @abstractmethod
    def forged(self, body: bytes) -> Call:
        """A call by somebody who is not the service, to a path that may be known."""

    @abstractmethod
    def of_nobody(self, body: bytes) -> Call:
        """A call for an account that does not exist."""

    @abstractmethod
    def mirrored(self, number: int) -> str | None:
        """What the mirrored row of an object says; None when there is none."""

    @abstractmethod
    def heard(self) -> list[str]:
        """What receivers heard so far, one text for each signal."""

    @abstractmethod
    def asked(self) -> int:
        """How many requests the service has had."""

    @abstractmethod
    def fail(self, failing: bool = True) -> None:
        """Have the service answer 503 from now on, or no longer."""

    @property
    def key(self) -> AccountKey:
        return AccountKey(self.source, self.account)

    def about(self, *numbers: int) -> Call:
        return self.call(self.body(*numbers))


def rows() -> list[tuple[str, int]]:
    return list(Delivery.objects.order_by("pk").values_list("status", "attempts"))


def statuses() -> set[str]:
    return set(Delivery.objects.values_list("status", flat=True))


def settle() -> None:
    """Do all that is due now."""
    while (done := sweep()).deliveries or done.dispatched:
        pass


def after(**delta: int) -> time_machine.travel:
    return time_machine.travel(timezone.now() + dt.timedelta(**delta), tick=False)


@pytest.mark.django_db
class SourceCases:
    """The cases; a subclass has a fixture ``service``."""

    # Who calls

    def test_a_forged_call_is_refused_and_writes_nothing(self, service: Service) -> None:
        assert service.forged(service.body(1)).post() in (401, 403, 404)
        assert not Delivery.objects.exists()

    def test_a_call_that_was_altered_changes_nothing_that_the_service_does_not_say(
        self, service: Service
    ) -> None:
        truth = service.change(1)
        call = service.about(1)
        call.body = call.body.replace(b"{", b'{"status": "altered", "title": "altered", ', 1)
        status = call.post()
        settle()
        assert (status, service.mirrored(1)) in [(401, None), (200, truth)]
        assert Delivery.objects.exists() is (status == 200)

    def test_a_call_of_an_unknown_account_is_a_404_that_writes_nothing_by_every_method(
        self, service: Service
    ) -> None:
        call = service.of_nobody(service.body(1))
        assert {call.post(method) for method in ("POST", "HEAD", "GET", "PUT", "DELETE")} == {404}
        assert not Delivery.objects.exists()

    def test_a_known_address_answers_a_probe_and_refuses_other_methods(self, service: Service) -> None:
        call = service.about(1)
        assert [call.post(method) for method in ("HEAD", "GET")] == [200, 405]
        assert not Delivery.objects.exists()

    def test_credentials_in_headers_are_not_stored(self, service: Service) -> None:
        call = service.about(1)
        call.headers |= {"Authorization": "Bearer hunter2", "Cookie": "sessionid=hunter2", "User-Agent": "x"}
        assert call.post() == 200
        stored = Delivery.objects.get().headers
        assert stored["User-Agent"] == "x"
        assert "hunter2" not in str(stored)
        assert set(stored) <= set(SOURCES[service.source].headers)

    # What comes

    def test_a_call_is_stored_for_its_account_before_it_is_answered(self, service: Service) -> None:
        assert service.about(1).post() == 200
        delivery = Delivery.objects.get()
        assert (delivery.account_key, delivery.status) == (service.key, "received")
        assert service.asked() == 0

    def test_a_call_reaches_the_mirror_and_the_receivers(self, service: Service) -> None:
        truth = service.change(1)
        service.about(1).post()
        settle()
        assert service.mirrored(1) == truth
        assert len(service.heard()) == 1
        assert rows() == [("done", 1)]

    @pytest.mark.parametrize("late", [0, 3600])
    def test_a_call_that_is_replayed_changes_nothing(self, service: Service, late: int) -> None:
        truth = service.change(1)
        call = service.about(1)
        call.post()
        settle()
        with after(seconds=late):
            assert call.post() in (200, 401)
            settle()
        assert service.mirrored(1) == truth
        assert len(service.heard()) == 1

    def test_a_call_that_is_repeated_costs_one_request_and_one_signal(self, service: Service) -> None:
        service.change(1)
        call = service.about(1)
        assert [call.post() for _ in range(20)] == [200] * 20
        settle()
        assert service.asked() == 1
        assert len(service.heard()) == 1
        assert rows() == [("done", 1)] * 20

    def test_calls_in_any_order_end_at_the_newest_state(self, service: Service) -> None:
        service.change(1)
        first = service.about(1)
        truth = service.change(1)
        second = service.about(1)
        assert (second.post(), first.post()) == (200, 200)
        for pk in Delivery.objects.order_by("-pk").values_list("pk", flat=True):
            scheduling.process(pk)
        settle()
        assert service.mirrored(1) == truth

    def test_a_call_about_many_objects_brings_all_of_them_up_to_date(self, service: Service) -> None:
        truths = [service.change(number) for number in range(1, 6)]
        service.about(1, 2, 3, 4, 5).post()
        settle()
        assert [service.mirrored(number) for number in range(1, 6)] == truths

    def test_a_body_that_is_too_large_is_refused(self, service: Service, settings: Any) -> None:
        settings.VYTE = {**settings.VYTE, "MAX_BODY_BYTES": 1000}
        assert service.call(b"[" + b" " * 1000 + b"]").post() == 413
        assert service.of_nobody(b" " * 2000).post() == 404
        assert not Delivery.objects.exists()

    @pytest.mark.parametrize(
        "body",
        [
            b"",
            b"null",
            b"[]",
            b'"x"',
            b"5",
            b"not json",
            b"\xff\xfe",
            b"[" * 5000,
            b'{"a": "\\u0000"}',
            b"{}",
            b"[{]",
        ],
    )
    def test_a_malformed_body_is_kept_and_stops_no_other(self, service: Service, body: bytes) -> None:
        truth = service.change(1)
        assert service.call(body).post() == 200
        service.about(1).post()
        settle()
        assert service.mirrored(1) == truth
        assert [status in ("failed", "ignored") for status, _ in rows()] == [True, False]

    def test_one_malformed_element_stops_no_other(self, service: Service) -> None:
        truth = service.change(1)
        assert service.call(b"[5, " + service.body(1).strip()[1:]).post() == 200
        settle()
        assert service.mirrored(1) == truth
        assert Delivery.objects.get().error == "Element 1 is not an object."

    # What fails

    def test_nothing_is_asked_within_a_transaction(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, transactional_db: None
    ) -> None:
        source, seen = SOURCES[service.source], []
        handle = source.handle

        def watched(*args: Any) -> Any:
            seen.append(connection.in_atomic_block)
            return handle(*args)

        monkeypatch.setattr(source, "handle", watched)
        service.change(1)
        service.about(1).post()
        settle()
        assert seen == [False]

    def test_what_the_service_cannot_answer_now_is_tried_again(self, service: Service) -> None:
        truth = service.change(1)
        service.about(1).post()
        service.fail()
        settle()
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.attempts) == ("waiting", 1)
        assert "503" in delivery.error
        service.fail(False)
        with after(minutes=1):
            settle()
        assert service.mirrored(1) == truth
        assert statuses() == {"done"}

    def test_what_the_service_never_answers_is_given_up_with_the_reason(
        self, service: Service, settings: Any
    ) -> None:
        settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 2}
        service.about(1).post()
        service.fail()
        for hour in range(3):
            with after(hours=hour):
                settle()
        delivery = Delivery.objects.get()
        assert (delivery.status, delivery.attempts) == ("failed", 2)
        assert "503" in delivery.error
        found = {finding.id: finding.text for finding in doctor.run_checks()}
        assert "503" in found["deliveries_failed"]

    def test_what_the_service_does_not_have_is_tried_three_times_and_ignored(self, service: Service) -> None:
        service.change(2)
        service.change(1)
        service.remove(1)
        service.about(1).post()
        for hour in range(5):
            with after(hours=hour):
                settle()
        assert rows() == [("ignored", 3)]
        assert service.mirrored(1) is None

    def test_one_answer_that_cannot_be_written_stops_no_other(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source, commit = SOURCES[service.source], SOURCES[service.source].commit
        truths = [service.change(number) for number in (1, 2, 3)]
        wrong: list[Any] = []

        def refusing(context: Any, answers: Sequence[Any]) -> None:
            wrong[:] = wrong or [answers[1]]
            if any(answer is wrong[0] for answer in answers):
                raise RuntimeError("refused")
            commit(context, answers)

        monkeypatch.setattr(source, "commit", refusing)
        for number in (1, 2, 3):
            service.about(number).post()
        scheduling.process(*Delivery.objects.values_list("pk", flat=True))
        assert sorted(rows()) == [("done", 1), ("done", 1), ("waiting", 1)]
        assert (
            sum(service.mirrored(number) == truth for number, truth in zip((1, 2, 3), truths, strict=True))
            == 2
        )

    def test_a_call_that_the_source_cannot_parse_is_kept(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        truth = service.change(1)
        with monkeypatch.context() as patch:
            patch.setattr(SOURCES[service.source], "parse", lambda *args: {}["no such member"])
            assert service.about(1).post() == 200
            settle()
            assert rows() == [("waiting", 1)]
        with after(minutes=1):
            settle()
        assert service.mirrored(1) == truth

    @pytest.mark.parametrize("length", [100, 101, 1000])
    def test_a_key_of_any_length_is_taken(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, length: int
    ) -> None:
        truth = service.change(1)
        source, long = SOURCES[service.source], "x" * length
        (request,) = source.parse(json.loads(service.body(1))[0], Received({}, timezone.now()))
        monkeypatch.setattr(type(request), "key", property(lambda self: long))
        assert service.about(1).post() == 200
        assert Delivery.objects.get().subject == ("" if length > 100 else long)
        settle()
        assert service.mirrored(1) == truth

    def test_an_account_whose_context_cannot_be_made_stops_no_other(
        self, service: Service, other_service: Service, monkeypatch: pytest.MonkeyPatch, settings: Any
    ) -> None:
        settings.VYTE = {**settings.VYTE, "MAX_ATTEMPTS": 2}
        truth = other_service.change(1)
        service.about(1).post()
        other_service.about(1).post()

        def broken(*args: Any) -> None:
            raise RuntimeError("no context")

        monkeypatch.setattr(SOURCES[service.source], "context", broken)
        scheduling.process(*Delivery.objects.order_by("pk").values_list("pk", flat=True))
        assert other_service.mirrored(1) == truth
        with after(hours=1):
            settle()
        given_up = Delivery.objects.of(service.key).get()
        assert (given_up.status, given_up.attempts, given_up.lease) == ("failed", 2, "")
        assert given_up.error == "RuntimeError: no context"

    def test_what_was_wrong_with_a_call_is_kept_beside_what_is_absent(self, service: Service) -> None:
        service.change(2)
        service.change(1)
        service.remove(1)
        service.call(b"[5, " + service.body(1).strip()[1:]).post()
        for hour in range(4):
            with after(hours=hour):
                settle()
        delivery = Delivery.objects.get()
        assert delivery.status == "failed"
        assert delivery.error.endswith("\nElement 1 is not an object.")

    # Workers that die

    def test_a_message_that_is_lost_costs_time_and_nothing_else(self, service: Service) -> None:
        truth = service.change(1)
        service.about(1).post()
        # Nobody processes it by its key: the message is gone, and so is the worker that stored it.
        assert sweep().deliveries == 1
        assert service.mirrored(1) == truth

    @pytest.mark.parametrize("at", ["handle", "commit"])
    def test_a_worker_that_is_killed_is_followed_by_another(
        self, service: Service, monkeypatch: pytest.MonkeyPatch, at: str
    ) -> None:
        truth = service.change(1)
        service.about(1).post()

        def deadly(*args: Any) -> None:
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(SOURCES[service.source], at, deadly)
            with pytest.raises(Killed):
                scheduling.process(Delivery.objects.get().pk)
        assert rows() == [("working", 1)]
        assert service.mirrored(1) is None
        with after(seconds=301):
            settle()
        assert service.mirrored(1) == truth
        assert len(service.heard()) == 1
        assert rows() == [("done", 2)]

    def test_a_worker_that_is_killed_after_the_commit_repeats_no_change(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source, commit = SOURCES[service.source], SOURCES[service.source].commit
        truth = service.change(1)
        service.about(1).post()

        def deadly(*args: Any) -> None:
            commit(*args)
            raise Killed

        with monkeypatch.context() as patch:
            patch.setattr(source, "commit", deadly)
            with pytest.raises(Killed):
                scheduling.process(Delivery.objects.get().pk)
        assert service.mirrored(1) == truth
        with after(seconds=301):
            settle()
        assert len(service.heard()) == 1
        assert statuses() == {"done"}

    # Accounts

    def test_accounts_of_all_sources_get_time_slices_in_turn(
        self, service: Service, other_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(scheduling, "TIME_SLICE", -1)
        monkeypatch.setattr(type(SOURCES[service.source]), "at_once", 1)
        monkeypatch.setattr(scheduling, "round_robin", scheduling.RoundRobin())
        sibling = service.add_account()
        for number in range(1, 9):
            service.change(number)
            service.about(number).post()
        for quiet in (sibling, other_service):
            quiet.change(1)
            quiet.about(1).post()
        for pk in Delivery.objects.of(service.key).order_by("pk").values_list("pk", flat=True)[:3]:
            scheduling.process(pk)
        for quiet in (sibling, other_service):
            assert Delivery.objects.of(quiet.key).get().status == "done"
        assert Delivery.objects.of(service.key).filter(status="done").count() == 3

    def test_the_deliveries_of_an_account_go_with_it(self, service: Service) -> None:
        other = service.add_account()
        service.about(1).post()
        other.about(1).post()
        service.delete_account()
        assert list(Delivery.objects.values_list("account", flat=True)) == [other.account]

    def test_a_call_that_was_stored_while_its_account_was_deleted_is_ignored_in_the_end(
        self, service: Service
    ) -> None:
        account = service.account
        service.about(1).post()
        stored = Delivery.objects.get()
        service.delete_account()
        Delivery.objects.create(
            source=service.source, account=account, subject=stored.subject, body=stored.body
        )
        for hour in range(4):
            with after(hours=hour):
                settle()
        assert rows() == [("ignored", 3)]
        assert "any more" in Delivery.objects.get().error

    def test_a_source_whose_accounts_cannot_be_read_stops_no_other(
        self, service: Service, other_service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def broken() -> None:
            raise RuntimeError("no table")

        monkeypatch.setattr(SOURCES[other_service.source], "accounts", broken)
        truth = service.change(1)
        service.about(1).post()
        settle()
        assert service.mirrored(1) == truth

    def test_calls_of_a_source_that_is_not_installed_hide_no_other(
        self, service: Service, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(claims, "LOOK_AHEAD", 2)
        for _ in range(3):
            Delivery.objects.create(source="gone", account="1", body="{}")
        Delivery.objects.create(source=service.source, account="0", body=service.body(1).decode())
        settle()
        assert Delivery.objects.filter(source="gone", status="received").count() == 3
        assert Delivery.objects.get(source=service.source).status == "waiting"

    def test_accounts_and_objects_of_the_same_name_are_those_of_their_source(
        self, service: Service, other_service: Service
    ) -> None:
        mine, theirs = service.about(1), other_service.about(1)
        mine.post()
        theirs.post()
        subject = Delivery.objects.of(service.key).get().subject
        Delivery.objects.update(subject=subject, account=service.account)
        for delivery in Delivery.objects.all():
            plan = claims.plan(delivery.account_key, [])
            assert [row.pk for batch in plan.batches for group in batch for row in group.found] == [
                delivery.pk
            ]

    # People

    def test_people_see_what_a_delivery_is_about_and_replay_it(
        self, service: Service, admin_client: Client
    ) -> None:
        service.change(1)
        service.about(1).post()
        settle()
        name = str(SOURCES[service.source].mirrored(Delivery.objects.all())[Delivery.objects.get().pk])
        listed = admin_client.get(f"/admin/django_vyte/delivery/?account={service.source}:{service.account}")
        assert name in listed.text
        page = f"/admin/django_vyte/delivery/{Delivery.objects.get().pk}/change/"
        assert name in admin_client.get(page).text
        fields = {"action": "replay", "_selected_action": Delivery.objects.get().pk}
        admin_client.post("/admin/django_vyte/delivery/", fields)
        assert rows() == [("received", 0)]
        settle()
        assert (statuses(), len(service.heard())) == ({"done"}, 1)
