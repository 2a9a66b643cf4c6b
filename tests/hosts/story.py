"""The story that is played in every host: a team is linked, calls arrive, people confirm and cancel meetings."""

from __future__ import annotations

import io
import logging
from types import ModuleType
from typing import Any

import django
import requests
from celery import current_app
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from django_vyte.sandbox import Sandbox
from tests.hosts import site

HTTPS = {"Content-Type": "application/json"}
DATES = [("2031-01-07T09:00:00Z", "2031-01-07T10:00:00Z")]


class Errors(logging.Handler):
    """Keeps what is logged as an error, or worse."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(logging.Formatter().format(record))


def play(host: ModuleType) -> None:
    """Set the host up, play the story in it, then check what holds in this host alone."""
    vyte = Sandbox()
    vyte.quirks.updates_before_confirmation = True
    with vyte.serve() as server:
        settings.VYTE.update(API_URL=server.url, WEB_URL=server.url)
        current_app.conf.broker_url = "memory://localhost"
        django.setup()
        errors = Errors()
        logging.getLogger().addHandler(errors)
        logging.getLogger("django").addHandler(errors)
        try:
            story = Story(host, vyte)
            story.play()
            host.after(story)
        finally:
            print(*errors.texts, sep="\n\n")
        assert not errors.texts


class Story:
    """Each method is a chapter, which leaves nothing for the worker to do."""

    def __init__(self, host: ModuleType, vyte: Sandbox) -> None:
        from tests.hosts.worker import Worker

        self.host, self.vyte, self.worker = host, vyte, Worker()
        self.heard: list[tuple[str, str]] = []
        self.asked_within: list[str] = []
        self._send = requests.Session.send
        requests.Session.send = lambda *args, **kwargs: self.send(*args, **kwargs)  # type: ignore[method-assign]

    def play(self) -> None:
        """All chapters, in order."""
        self.set_up()
        self.link()
        self.calls_arrive()
        self.confirm_in_the_admin()
        self.cancel_in_the_admin()
        self.confirm_from_code()
        self.people_look()
        self.nothing_is_left()

    # What happens around the chapters

    def send(self, session: requests.Session, request: Any, **options: Any) -> requests.Response:
        """Ask Vyte; noted where the thread that asks has a transaction open."""
        if any(connections[alias].in_atomic_block for alias in connections):
            self.asked_within.append(f"{request.method} {request.url}")
        return self._send(session, request, **options)

    def settle(self) -> None:
        """Have Vyte make its calls and the worker do what they ask for, until nothing is left."""
        self.worker.work()
        while self.vyte.deliver(self.post):
            assert all(call.delivered for call in self.vyte.outbox), [
                call.status for call in self.vyte.outbox
            ]
            self.worker.work()

    def post(self, url: str, body: bytes, headers: Any) -> int:
        """One call by Vyte, through the whole handler."""
        return self.handle("POST", url, body, headers).status

    def event(self, title: str) -> Any:
        """The event as it is stored."""
        from django_vyte.db import fresh
        from django_vyte.models import Event

        return fresh(Event.objects.all()).get(title=title)

    def admin(self, model: str, rest: str = "") -> str:
        """The path of a page of the admin."""
        return f"{self.path}/django_vyte/{model}/{rest}"

    # Chapters

    def set_up(self) -> None:
        """Tables, a user, a project, a receiver."""
        from django.contrib.auth import get_user_model
        from django.db import router

        from django_vyte.models import Delivery
        from django_vyte.signals import event_cancelled, event_confirmed, event_created
        from tests.hosts.crm.models import Project

        self.root, self.path = self.host.ROOT, self.host.ROOT + self.host.ADMIN
        self.handle = self.host.handler() if hasattr(self.host, "handler") else site.wsgi(self.root)
        self.browser = site.Browser(self.handle)
        self.worker.alias = router.db_for_write(Delivery)
        call_command("migrate", database=self.worker.alias, run_syncdb=True, verbosity=0)
        model = get_user_model()
        names = {model.USERNAME_FIELD: "ada@example.com", model.get_email_field_name(): "ada@example.com"}
        self.user = model._default_manager.create_superuser(password="correct horse", **names)
        self.project = Project.objects.create(name="Bridge")
        self.host.catch_up()
        for signal in (event_created, event_confirmed, event_cancelled):
            signal.connect(self.receive)
        self.vyte.create_event(title="Before the link", dates=DATES)
        page = self.browser.get(f"{self.path}/login/")
        assert "csrfmiddlewaretoken" in page
        login = {"username": "ada@example.com", "password": "correct horse"}
        self.browser.post(f"{self.path}/login/", **login, next=f"{self.path}/")

    def receive(self, event: Any, change: Any, **kwargs: Any) -> None:
        """Hears of events; what it is given comes from where it is written."""
        assert event._state.db == change._state.db == self.worker.alias
        self.heard.append((event.title, change.kind))

    def link(self) -> None:
        """A person links a team in the admin; the worker registers webhooks and mirrors what there is."""
        from django_vyte.db import fresh
        from django_vyte.models import Team, ThirdPartyApp

        page = self.browser.post(self.admin("team", "link/"), key=self.vyte.api_key)
        self.team = fresh(Team.objects.all()).get()
        assert str(self.team) in page
        self.settle()
        self.team.refresh_from_db(from_queryset=fresh(Team.objects.all()))
        assert self.team.problem == "", self.team.problem
        assert self.worker.ran[:2] == ["django_vyte.register_webhooks", "django_vyte.sync_team"]
        assert self.event("Before the link").status == "planning"
        assert ("Before the link", "created") in self.heard
        with self.team.client() as client:
            app = client.third_parties.create(name="CRM", contact_email="ada@example.com")
        ThirdPartyApp.objects.create(app_id=app["_id"], secret=app["secret"], name="CRM")

    def calls_arrive(self) -> None:
        """Calls about three meetings, again and again: each is processed, and so is the next."""
        group = self.project.vyte_group_id
        for title in ("Kick-off", "Review", "Dinner"):
            meeting = self.vyte.create_event(title=title, dates=DATES, group_ids=[group])
            self.settle()
            assert self.event(title).status == "planning"
            assert (title, "created") in self.heard
            self.vyte.update_event(meeting["_id"], places=["Head office"])
            self.settle()
            assert [place.name for place in self.event(title).places] == ["Head office"]
        assert self.handle("POST", f"{site.ORIGIN}{self.root}{self.unknown()}", b"{}", HTTPS).status == 404

    def unknown(self) -> str:
        """The path of the endpoint with a token that nobody has."""
        from django.urls import reverse

        return reverse("django_vyte:webhook", args=["x" * 43]).removeprefix(self.root)

    def confirm_in_the_admin(self) -> None:
        """The page that follows says what was done, however far a replica lags."""
        event = self.event("Kick-off")
        self.host.catch_up()
        asked = self.browser.post(self.admin("event"), action="confirm", _selected_action=event.pk)
        page = self.browser.post(self.browser.url, **site.fields_of(asked))
        assert self.event("Kick-off").status == "confirmed"
        assert "vyte-badge-confirmed" in page
        assert self.admin("event", "confirm/") not in page
        self.settle()
        assert ("Kick-off", "confirmed") in self.heard
        assert self.vyte.state.events[event.vyte_id].get("confirmed")

    def cancel_in_the_admin(self) -> None:
        """As above, for a meeting that is called off."""
        event = self.event("Dinner")
        self.host.catch_up()
        asked = self.browser.post(self.admin("event"), action="cancel", _selected_action=event.pk)
        page = self.browser.post(self.browser.url, **site.fields_of(asked))
        assert "vyte-badge-cancelled" in page
        self.settle()
        assert self.event("Dinner").status == "cancelled"
        assert ("Dinner", "cancelled") in self.heard

    def confirm_from_code(self) -> None:
        """An event that was read as people read it, perhaps from a replica, can be acted on."""
        from django_vyte.models import Event

        self.host.catch_up()
        event = Event.objects.get(title="Review")
        event.confirm(by=self.user)
        assert (event.status, event._state.db) == ("confirmed", self.worker.alias)
        event.reschedule(dates=[], places=["Head office"], by=self.user)
        self.settle()
        assert self.event("Review").status == "confirmed"
        assert ("Review", "confirmed") in self.heard

    def people_look(self) -> None:
        """Lists and pages once a replica has caught up."""
        self.host.catch_up()
        page = self.browser.get(f"{self.root}/project/{self.project.pk}/")
        assert "Kick-off" in page
        assert "Review" in page
        assert "ada%40example.com" in page
        for model in ("team", "delivery", "eventchange", "webhook", "member", "apikey", "event"):
            assert "result_list" in self.browser.get(self.admin(model)) or model == "member"

    def nothing_is_left(self) -> None:
        """The periodic tasks and the doctor find nothing to do and nothing wrong."""
        from django_vyte import tasks
        from django_vyte.db import fresh
        from django_vyte.models import Delivery, EventChange
        from tests.hosts.worker import in_thread

        for task in (tasks.sweep, tasks.prune, tasks.patrol_teams):
            in_thread(task)
            self.settle()
        assert "django_vyte.patrol_team" in self.worker.ran
        assert not self.worker.early
        assert not self.asked_within
        assert set(fresh(Delivery.objects.all()).values_list("status", flat=True)) == {"done"}
        assert not fresh(EventChange.objects.all()).filter(told_at=None).exists()
        said = io.StringIO()
        try:
            call_command("vyte_doctor", stdout=said)
        except CommandError:
            raise AssertionError(said.getvalue()) from None
