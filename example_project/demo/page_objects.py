"""Page objects of the demo: the CRM and the local Vyte as the story uses them, always from outside their processes."""

from __future__ import annotations

import html
import json
import re
import statistics
import time
from collections.abc import Callable
from typing import Any

import requests

from django_vyte.accounts.subscriptions import webhook_url
from django_vyte.models import Delivery, Event, EventChange, Webhook
from example_project.crm.models import Note
from example_project.demo.environment import Addresses
from example_project.demo.pages import Browser, Form, Page
from example_project.demo.processes import DemoError, Processes

TIMEOUT = 10


def require(condition: object, otherwise: str) -> None:
    """Raise DemoError unless the condition holds."""
    if not condition:
        raise DemoError(otherwise)


class Demo:
    """Two people's browsers, the local Vyte's controls, this site's database, and the meeting of the story."""

    def __init__(self, addresses: Addresses, processes: Processes) -> None:
        self.crm, self.vyte = addresses.crm, addresses.vyte
        self.wait_for = processes.wait_for
        self.emma, self.admin, self.anybody = Browser(), Browser(), Browser()
        self.project = f"{self.crm}/projects/1/"
        self.form_at_vyte: Page | None = None
        self.event_id = ""

    # The local Vyte

    def vyte_state(self) -> dict[str, Any]:
        """All that the local Vyte has and has done."""
        return requests.get(f"{self.vyte}/_sandbox/state", timeout=TIMEOUT).json()

    def control(self, what: str, **arguments: Any) -> dict[str, Any]:
        answer = requests.post(f"{self.vyte}/_sandbox/{what}", json=arguments, timeout=TIMEOUT)
        answer.raise_for_status()
        return answer.json()

    def at_vyte(self) -> dict[str, Any]:
        """The event as Vyte has it."""
        return requests.get(f"{self.vyte}/_sandbox/events/{self.event_id}", timeout=TIMEOUT).json()

    def shown(self, member: str, content: list[Any]) -> list[Any]:
        """What can be mirrored of a list of the event: nothing where the local Vyte is switched to leave it out."""
        return [] if member in self.vyte_state()["quirks"]["missing"] else content

    def answered_calls(self, action: str) -> list[dict[str, Any]]:
        """Vyte's webhook calls of that action that were answered 200."""
        return [
            call for call in self.vyte_state()["calls"] if call["action"] == action and call["status"] == 200
        ]

    def call_again(self, action: str, times: int) -> float:
        """Make the call about the event that Vyte made, that often; the median time to the answer in ms."""
        url = webhook_url(Webhook.objects.get(action=action))
        body = json.dumps([{"action": action, "resource": {"_id": self.event_id}}])
        taken = []
        for _ in range(times):
            started = time.perf_counter()
            status = requests.post(url, body, timeout=TIMEOUT).status_code
            taken.append((time.perf_counter() - started) * 1000)
            require(status == 200, f"The webhook answered {status}.")
        return statistics.median(taken)

    # This site

    @property
    def event(self) -> Event:
        """The event in this site's database, read anew."""
        return Event.objects.get(vyte_id=self.event_id)

    def mirrored(self, status: str) -> Event:
        """The event, once the mirror shows it with that status."""
        events = Event.objects.filter(vyte_id=self.event_id, status=status)
        return self.wait_for(f"the event to be {status} in the mirror", events.first)

    def is_idle(self) -> bool:
        """Whether the worker has nothing left to do."""
        return not any(
            rows.objects.filter(next_attempt_at__isnull=False).exists() for rows in (Delivery, EventChange)
        )

    def dispatched(self, kind: str) -> str:
        """How the history has the change of that kind, once receivers were told and took their note."""
        changes = EventChange.objects.filter(event=self.event, kind=kind, told_at__isnull=False)
        change = self.wait_for(f"receivers to be told that it is {kind}", changes.first)
        require(changes.count() == 1, f"The history has {changes.count()} changes of the kind {kind}.")
        note = Note.objects.filter(cause__startswith=f"change {change.pk},").first()
        require(note, "The receiver took no note.")
        who = f" ({change.actor})" if change.actor else ""
        return (
            f"in the history: {change.kind}, cause: {change.get_cause_display()}{who}; receiver noted: {note}"
        )

    def run_admin_action(
        self, action: str, answers: Callable[[Form], dict[str, str]] = lambda form: {}
    ) -> str:
        """Choose the event and an action in the admin's list, agree on the page that asks; what the admin says."""
        page = self.admin.get(f"{self.crm}/admin/django_vyte/event/")
        changelist = page.form("_selected_action")
        page = self.admin.submit(page, changelist, action=action, _selected_action=str(self.event.pk))
        asked = page.form("event")
        page = self.admin.submit(page, asked, **answers(asked))
        said = re.search(r'<li class="(success|warning|error)">(.*?)</li>', page.html, re.DOTALL)
        require(said and said[1] == "success", f"The admin says: {said and said[2]}")
        return f"the admin says: {html.unescape(re.sub('<[^>]*>', '', said[2])).strip()}"
