"""The story that ``--check`` plays. Each step acts as a person or as Vyte would, and yields what came of it."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from datetime import datetime

from example_project.demo.environment import Addresses
from example_project.demo.page_objects import Scene, need
from example_project.demo.pages import Form
from example_project.demo.processes import Processes, Trouble, run

CALLS = 15
# Whether Vyte calls again once its API is back, so that nobody waits for the next try.
HURRY = os.environ.get("DEMO_HURRY") == "1"


def team(scene: Scene) -> Iterator[str]:
    """The team is linked, and its five webhooks are registered"""
    from django_vyte.models import ApiKey

    key = ApiKey.objects.get()
    yield f"here: {key.team} ({key.team.vyte_id}), its key shown as {key}"
    hooks = scene.look()["hooks"]
    for hook in hooks:
        yield f"at Vyte: {hook['action']} calls {hook['target_url']}"
    need(len(hooks) == 5, f"Vyte has {len(hooks)} webhooks instead of five.")


def link(scene: Scene) -> Iterator[str]:
    """A signed link is accepted, and the same link with one character changed is refused"""
    scene.emma.log_in(f"{scene.crm}/accounts/login/", "emma", "demo")
    url = scene.emma.get(scene.project).link("/add_invitees")
    yield f"on the project's page: {url.partition('ct=')[0]}ct=…"
    scene.form_at_vyte = scene.anybody.get(url)
    need(scene.form_at_vyte.status == 200, f"The link was answered {scene.form_at_vyte.status}.")
    yield f"the link is answered {scene.form_at_vyte.status}"
    before, ct, after = url.partition("ct=")
    status = scene.anybody.get(before + ct + ("1" if after[0] == "0" else "0") + after[1:]).status
    need(status == 403, f"The forged link was answered {status}.")
    yield f"with another first character of ct it is answered {status}"


def created(scene: Scene) -> Iterator[str]:
    """A meeting is planned there: Vyte's call is answered at once, and the worker mirrors the meeting"""
    page = scene.form_at_vyte
    page = scene.anybody.submit(page, page.form("title"))
    scene.event_id = page.url.rpartition("/")[2]
    yield f"planned: {page.url}"
    (call,) = scene.wait_for("the webhook call", lambda: scene.answered_calls("event.created"))
    need(call["attempts"] == 1, f"The call took {call['attempts']} attempts.")
    again = scene.call_again(call["action"], 1)
    yield f"Vyte's call was answered {call['status']} at once; the same call again is, in {again:.0f} ms"
    event = scene.mirrored("planning")
    groups = ", ".join(event.groups.values_list("group_id", flat=True))
    people = ", ".join(event.invitees.values_list("email", flat=True))
    yield f"in the mirror: {event.title!r}, {event.status}, of {groups}, with {people}"
    yield scene.told("created")
    need(event.title in scene.emma.get(scene.project).html, "The project's page does not show it.")
    yield "the project's page lists it"
    scene.wait_for("the worker to be done with all calls", scene.quiet)


def votes(scene: Scene) -> Iterator[str]:
    """Votes cast on the meeting's page at Vyte are mirrored"""
    page = scene.anybody.get(f"{scene.vyte}/event/{scene.event_id}")
    form = page.form("voter")
    _, second = scene.at_vyte()["dates"]
    before = [date.yes for date in scene.event.dates]
    voters = form.offered["voter"][1:]
    for voter in voters:
        scene.anybody.submit(page, form, voter=voter, **{f"vote-{second['_id']}": "yes"})
    yield f"{' and '.join(voters)} vote for the second date; no webhook says so, a synchronisation does:"
    yield run("vyte_sync", "--group", "project_1").strip()
    counts = [date.yes for date in scene.event.dates]
    need(before == scene.shown("dates", [1, 1]), f"The mirror counted {before}.")
    need(counts == scene.shown("dates", [1, 1 + len(voters)]), f"The mirror counts {counts}.")
    yield f"in the mirror: the dates had {before} votes, and have {counts}"


def confirmed(scene: Scene) -> Iterator[str]:
    """It is confirmed in the admin: at Vyte, in the mirror, in the history, and receivers are told"""
    second = scene.at_vyte()["dates"][1]

    def choose(form: Form) -> dict[str, str]:
        # A page that can offer no dates leaves it to Vyte, which takes the one with most votes.
        names = [name for name, ids in form.offered.items() if second["_id"] in ids]
        need(len(names) == len(scene.shown("dates", [second])), "The page does not offer the second date.")
        return dict.fromkeys(names, second["_id"])

    scene.admin.log_in(f"{scene.crm}/admin/login/", "admin", "demo")
    yield scene.act("confirm", choose)
    at_vyte = scene.at_vyte()["confirmed"]
    need(at_vyte["flag"] is True and at_vyte["date_id"] == second["_id"], f"Vyte says {at_vyte}.")
    yield f"at Vyte: confirmed, date {at_vyte['date_id']}"
    event = scene.mirrored("confirmed")
    starts = [datetime.fromisoformat(second["date"])]
    need([event.starts_at] == (scene.shown("dates", starts) or [None]), f"The mirror says {event.starts_at}.")
    when = f"{event.starts_at:%Y-%m-%d %H:%M} UTC" if event.starts_at else "at a time that Vyte does not show"
    yield f"in the mirror: {event.status}, {when}, {event.place_name}"
    scene.wait_for("the worker to be done with Vyte's own call about it", scene.quiet)
    yield scene.told("confirmed")


def cancelled(scene: Scene) -> Iterator[str]:
    """It is cancelled in the admin likewise"""
    yield scene.act("cancel")
    at_vyte = scene.at_vyte()
    need(at_vyte.get("cancelled"), "Vyte does not have it as cancelled.")
    yield f"at Vyte: cancelled {at_vyte['cancelled']}"
    yield f"in the mirror: {scene.mirrored('cancelled').status}"
    scene.wait_for("the worker to be done with Vyte's own call about it", scene.quiet)
    yield scene.told("cancelled")


def joined(scene: Scene) -> Iterator[str]:
    """A user who joins the team by the join link is matched with this site's user by extid"""
    from django_vyte.models import Member
    from example_project.crm.models import Note

    page = scene.anybody.get(scene.emma.get(f"{scene.crm}/").link("/join?extid="))
    yield f"the CRM's link leads to {page.url}"
    scene.anybody.submit(page, page.form("email"), email="emma@work.example", full_name="Emma Stone")
    members = Member.objects.filter(email="emma@work.example", told_at__isnull=False)
    member = scene.wait_for("the member to be mirrored and receivers to be told", members.first)
    need(member.user and member.user.username == "emma", f"The member is matched with {member.user}.")
    yield f"in the mirror: {member.email}, extid {member.extid}, this site's user {member.user}"
    note = Note.objects.filter(cause=f"member {member.pk}").first()
    need(note, "The receiver took no note.")
    yield f"receiver noted: {note}"


def without_api(scene: Scene) -> Iterator[str]:
    """With the API stopped a call is answered in the same time, and the event is mirrored after it is back"""
    from django_vyte.models import Delivery, Event

    usual = scene.call_again("event.updated", CALLS)
    scene.control("api/stop")
    title = "Planned while the API was down"
    made = scene.control("events", title=title, creator="emma@example.com", group_ids=["project_1"])
    scene.event_id = made["_id"]
    scene.wait_for("the webhook call", lambda: len(scene.answered_calls("event.created")) == 2)
    stopped = scene.call_again("event.created", CALLS)
    yield f"median of {CALLS} calls: {usual:.1f} ms with the API, {stopped:.1f} ms without"
    need(stopped < 3 * usual + 50, "That is not the same time.")
    waiting = Delivery.objects.filter(subject=f"event:{scene.event_id}", status="waiting").exclude(error="")
    delivery = scene.wait_for("the worker to try in vain", waiting.first)
    yield f"the worker has tried: {delivery.error}"
    need(not Event.objects.filter(vyte_id=scene.event_id).exists(), "It was mirrored without the API.")
    scene.control("api/start")
    started = time.monotonic()
    if HURRY:
        scene.call_again("event.created", 1)
    event = scene.mirrored("planning")
    yield f"{time.monotonic() - started:.1f} s after the API is back, in the mirror: {event.title!r}"
    yield scene.told("created")


STEPS = (team, link, created, votes, confirmed, cancelled, joined, without_api)


def play(addresses: Addresses, processes: Processes) -> int:
    """Play every step; the exit code. A step that fails is named, with the logs of all processes."""
    scene, begun = Scene(addresses, processes), time.monotonic()
    for number, step in enumerate(STEPS, 1):
        print(f"{number}. {step.__doc__}", flush=True)
        started = time.monotonic()
        try:
            for evidence in step(scene):
                print(f"     {evidence}", flush=True)
        except Exception as error:
            reason = str(error) if isinstance(error, Trouble) else repr(error)
            print(
                f"{processes.tails()}\n\nFAILED at step {number}, {step.__name__}: {reason}", file=sys.stderr
            )
            return 1
        print(f"   ok, {time.monotonic() - started:.1f} s", flush=True)
    print(f"\nAll {len(STEPS)} steps passed in {time.monotonic() - begun:.0f} s.")
    return 0
