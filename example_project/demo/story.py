"""The story that ``--check`` plays. Each step acts as a person or as Vyte would, and yields what came of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime

from django_vyte.models import ApiKey, Delivery, Event, Member
from example_project.crm.models import Note
from example_project.demo.environment import Addresses
from example_project.demo.page_objects import Demo, require
from example_project.demo.pages import Form
from example_project.demo.processes import DemoError, Processes, run

CALLS = 15
# Whether Vyte calls again once its API is back, so that nobody waits for the next try.
HURRY = os.environ.get("DEMO_HURRY") == "1"


def team(demo: Demo) -> Iterator[str]:
    """The team is linked, and its five webhooks are registered"""
    key = ApiKey.objects.get()
    yield f"here: {key.team} ({key.team.vyte_id}), its key shown as {key}"
    hooks = demo.vyte_state()["hooks"]
    for hook in hooks:
        yield f"at Vyte: {hook['action']} calls {hook['target_url']}"
    require(len(hooks) == 5, f"Vyte has {len(hooks)} webhooks instead of five.")


def link(demo: Demo) -> Iterator[str]:
    """A signed link is accepted, and the same link with one character changed is refused"""
    demo.emma.log_in(f"{demo.crm}/accounts/login/", "emma", "demo")
    url = demo.emma.get(demo.project).link("/add_invitees")
    yield f"on the project's page: {url.partition('ct=')[0]}ct=…"
    demo.form_at_vyte = demo.anybody.get(url)
    require(demo.form_at_vyte.status == 200, f"The link was answered {demo.form_at_vyte.status}.")
    yield f"the link is answered {demo.form_at_vyte.status}"
    before, ct, after = url.partition("ct=")
    status = demo.anybody.get(before + ct + ("1" if after[0] == "0" else "0") + after[1:]).status
    require(status == 403, f"The forged link was answered {status}.")
    yield f"with another first character of ct it is answered {status}"


def created(demo: Demo) -> Iterator[str]:
    """A meeting is planned there: Vyte's call is answered at once, and the worker mirrors the meeting"""
    page = demo.form_at_vyte
    page = demo.anybody.submit(page, page.form("title"))
    demo.event_id = page.url.rpartition("/")[2]
    yield f"planned: {page.url}"
    (call,) = demo.wait_for("the webhook call", lambda: demo.answered_calls("event.created"))
    require(call["attempts"] == 1, f"The call took {call['attempts']} attempts.")
    again = demo.call_again(call["action"], 1)
    yield f"Vyte's call was answered {call['status']} at once; the same call again is, in {again:.0f} ms"
    event = demo.mirrored("planning")
    groups = ", ".join(event.groups.values_list("group_id", flat=True))
    people = ", ".join(event.invitees.values_list("email", flat=True))
    yield f"in the mirror: {event.title!r}, {event.status}, of {groups}, with {people}"
    yield demo.dispatched("created")
    require(event.title in demo.emma.get(demo.project).html, "The project's page does not show it.")
    yield "the project's page lists it"
    demo.wait_for("the worker to be done with all calls", demo.is_idle)


def votes(demo: Demo) -> Iterator[str]:
    """Votes cast on the meeting's page at Vyte are mirrored"""
    page = demo.anybody.get(f"{demo.vyte}/event/{demo.event_id}")
    form = page.form("voter")
    _, second = demo.at_vyte()["dates"]
    before = [date.yes for date in demo.event.dates]
    voters = form.offered["voter"][1:]
    for voter in voters:
        demo.anybody.submit(page, form, voter=voter, **{f"vote-{second['_id']}": "yes"})
    yield f"{' and '.join(voters)} vote for the second date; no webhook says so, a synchronisation does:"
    yield run("vyte_sync", "--group", "project_1").strip()
    counts = [date.yes for date in demo.event.dates]
    require(before == demo.shown("dates", [1, 1]), f"The mirror counted {before}.")
    require(counts == demo.shown("dates", [1, 1 + len(voters)]), f"The mirror counts {counts}.")
    yield f"in the mirror: the dates had {before} votes, and have {counts}"


def confirmed(demo: Demo) -> Iterator[str]:
    """It is confirmed in the admin: at Vyte, in the mirror, in the history, and receivers are told"""
    second = demo.at_vyte()["dates"][1]

    def choose(form: Form) -> dict[str, str]:
        # A page that can offer no dates leaves it to Vyte, which takes the one with most votes.
        names = [name for name, ids in form.offered.items() if second["_id"] in ids]
        require(len(names) == len(demo.shown("dates", [second])), "The page does not offer the second date.")
        return dict.fromkeys(names, second["_id"])

    demo.admin.log_in(f"{demo.crm}/admin/login/", "admin", "demo")
    yield demo.run_admin_action("confirm", choose)
    at_vyte = demo.at_vyte()["confirmed"]
    require(at_vyte["flag"] is True and at_vyte["date_id"] == second["_id"], f"Vyte says {at_vyte}.")
    yield f"at Vyte: confirmed, date {at_vyte['date_id']}"
    event = demo.mirrored("confirmed")
    starts = [datetime.fromisoformat(second["date"])]
    require(
        [event.starts_at] == (demo.shown("dates", starts) or [None]), f"The mirror says {event.starts_at}."
    )
    when = f"{event.starts_at:%Y-%m-%d %H:%M} UTC" if event.starts_at else "at a time that Vyte does not show"
    yield f"in the mirror: {event.status}, {when}, {event.place_name}"
    demo.wait_for("the worker to be done with Vyte's own call about it", demo.is_idle)
    yield demo.dispatched("confirmed")


def cancelled(demo: Demo) -> Iterator[str]:
    """It is cancelled in the admin likewise"""
    yield demo.run_admin_action("cancel")
    at_vyte = demo.at_vyte()
    require(at_vyte.get("cancelled"), "Vyte does not have it as cancelled.")
    yield f"at Vyte: cancelled {at_vyte['cancelled']}"
    yield f"in the mirror: {demo.mirrored('cancelled').status}"
    demo.wait_for("the worker to be done with Vyte's own call about it", demo.is_idle)
    yield demo.dispatched("cancelled")


def joined(demo: Demo) -> Iterator[str]:
    """A user who joins the team by the join link is matched with this site's user by extid"""
    page = demo.anybody.get(demo.emma.get(f"{demo.crm}/").link("/join?extid="))
    yield f"the CRM's link leads to {page.url}"
    demo.anybody.submit(page, page.form("email"), email="emma@work.example", full_name="Emma Stone")
    members = Member.objects.filter(email="emma@work.example", told_at__isnull=False)
    member = demo.wait_for("the member to be mirrored and receivers to be told", members.first)
    require(member.user and member.user.username == "emma", f"The member is matched with {member.user}.")
    yield f"in the mirror: {member.email}, extid {member.extid}, this site's user {member.user}"
    note = Note.objects.filter(cause=f"member {member.pk}").first()
    require(note, "The receiver took no note.")
    yield f"receiver noted: {note}"


def without_api(demo: Demo) -> Iterator[str]:
    """With the API stopped a call is answered in the same time, and the event is mirrored after it is back"""
    usual = demo.call_again("event.updated", CALLS)
    demo.control("api/stop")
    title = "Planned while the API was down"
    made = demo.control("events", title=title, creator="emma@example.com", group_ids=["project_1"])
    demo.event_id = made["_id"]
    demo.wait_for("the webhook call", lambda: len(demo.answered_calls("event.created")) == 2)
    stopped = demo.call_again("event.created", CALLS)
    yield f"median of {CALLS} calls: {usual:.1f} ms with the API, {stopped:.1f} ms without"
    require(stopped < 3 * usual + 50, "That is not the same time.")
    waiting = Delivery.objects.filter(subject=f"event:{demo.event_id}", status="waiting").exclude(error="")
    delivery = demo.wait_for("the worker to try in vain", waiting.first)
    yield f"the worker has tried: {delivery.error}"
    require(not Event.objects.filter(vyte_id=demo.event_id).exists(), "It was mirrored without the API.")
    demo.control("api/start")
    started = time.monotonic()
    if HURRY:
        demo.call_again("event.created", 1)
    event = demo.mirrored("planning")
    yield f"{time.monotonic() - started:.1f} s after the API is back, in the mirror: {event.title!r}"
    yield demo.dispatched("created")


STEPS = (team, link, created, votes, confirmed, cancelled, joined, without_api)


def play(addresses: Addresses, processes: Processes) -> int:
    """Play every step; the exit code. A step that fails is named, with the logs of all processes."""
    demo, begun = Demo(addresses, processes), time.monotonic()
    for number, step in enumerate(STEPS, 1):
        print(f"{number}. {step.__doc__}", flush=True)
        started = time.monotonic()
        try:
            for evidence in step(demo):
                print(f"     {evidence}", flush=True)
        except Exception as error:
            reason = str(error) if isinstance(error, DemoError) else repr(error)
            print(
                f"{processes.tails()}\n\nFAILED at step {number}, {step.__name__}: {reason}", file=sys.stderr
            )
            return 1
        print(f"   ok, {time.monotonic() - started:.1f} s", flush=True)
    print(f"\nAll {len(STEPS)} steps passed in {time.monotonic() - begun:.0f} s.")
    return 0
