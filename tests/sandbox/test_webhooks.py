from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import msgspec
import pytest

from django_vyte.sandbox.world import courier

DATES = [("2027-03-01T10:00:00Z", "2027-03-01T11:00:00Z")]


def actions(calls):
    return [call.action for call in calls]


def wait_until(true, seconds=10):
    """Waits for a condition without sleeping blindly."""
    tick = threading.Event()
    for _ in range(int(seconds / 0.01)):
        if true():
            return
        tick.wait(0.01)
    raise AssertionError("it did not happen")


def test_each_action_is_fired_once_and_in_order(hooked):
    event = hooked.create_event(title="T", dates=DATES)
    hooked.confirm(event["_id"])
    hooked.confirm(event["_id"])
    hooked.update_event(event["_id"], title="U")
    hooked.cancel(event["_id"])
    hooked.cancel(event["_id"])
    hooked.join(email="new@example.com", full_name="New Person", extid="7")
    assert actions(hooked.outbox) == [
        "event.created",
        "event.confirmed",
        "event.updated",
        "event.updated",
        "event.cancelled",
        "user.joined",
    ]


def test_an_event_created_confirmed_fires_both(hooked):
    event = hooked.create_event(title="T", dates=DATES, confirmed=True)
    assert actions(hooked.outbox) == ["event.created", "event.confirmed"]
    assert event["confirmed"]["date_id"] == event["dates"][0]["_id"]


def test_a_call_shows_the_event_as_it_was_then(hooked):
    event = hooked.create_event(title="Before", dates=DATES)
    hooked.state.events[event["_id"]]["title"] = "After"
    (call,) = msgspec.json.decode(hooked.outbox[0].body)
    assert call["resource"]["title"] == "Before"


def test_user_joined_brings_the_extid_back(hooked):
    hooked.join(email="new@example.com", full_name="New Person", extid="7")
    (call,) = msgspec.json.decode(hooked.outbox[0].body)
    assert call["resource"]["account"]["organization"]["extid"] == "7"
    assert call["resource"]["_id"] in hooked.state.organizations[hooked.team_id]["members"]


def test_someone_who_is_a_user_already_just_joins(hooked):
    user = hooked.join(email="jean.dupont@example.com", extid="7")
    assert (user["_id"], user["full_name"]) == ("5f11747afb208c814fd24bb7", "Jean Dupont")


def test_without_a_hook_nothing_is_called(sandbox, meeting):
    assert sandbox.outbox == []


def test_only_hooks_of_the_event_s_organization_are_called(hooked, api):
    _, key = hooked.add_organization("Others")
    hook = {"action": "event.created", "target_url": "https://others.example.com"}
    api("POST", "/hooks", json=hook, headers={"Authorization": key})
    hooked.create_event(title="T")
    assert len(hooked.outbox) == 1


def test_delivering_posts_what_waits_and_notes_the_answer(hooked):
    hooked.create_event(title="T")
    posted = []

    def post(url, body, headers):
        posted.append((url, headers["Content-Type"]))
        return 200

    (call,) = hooked.deliver(post)
    assert posted == [("https://crm.example.com/event.created/", "application/json")]
    assert (call.attempts, call.status, call.delivered, call.waiting) == (1, 200, True, False)
    assert hooked.deliver(post) == []
    assert "crm.example.com" not in repr(call)


def test_what_is_refused_waits_and_is_given_up_in_the_end(hooked):
    hooked.create_event(title="T")

    def unreachable(url, body, headers):
        raise OSError("connection refused")

    hooked.deliver(unreachable)
    (call,) = hooked.outbox
    assert (call.status, call.waiting) == (0, True)
    for _ in courier.BACKOFF:
        hooked.deliver(lambda url, body, headers: 500)
    assert (call.status, call.given_up, call.waiting) == (500, True, False)


def test_calls_that_come_up_while_delivering_are_delivered_too(hooked):
    hooked.create_event(title="T", dates=DATES)

    def confirm_once(url, body, headers):
        if len(hooked.outbox) == 1:
            hooked.confirm(msgspec.json.decode(body)[0]["resource"]["_id"])
        return 200

    assert actions(hooked.deliver(confirm_once)) == ["event.created", "event.confirmed"]


def test_calls_are_duplicated_and_reordered_on_request(hooked):
    hooked.webhook_mode.duplicate = True
    hooked.webhook_mode.reorder = True
    hooked.create_event(title="T", dates=DATES, confirmed=True)
    delivered = actions(hooked.deliver(lambda url, body, headers: 200))
    assert delivered == ["event.confirmed", "event.confirmed", "event.created", "event.created"]


@pytest.fixture
def receiver():
    """A web server that answers 500 first and 200 from then on, and what it was sent."""
    received = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(500 if len(received) == 1 else 200)
            self.end_headers()

        def log_message(self, *args):
            pass

    with HTTPServer(("127.0.0.1", 0), Receiver) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/hook", received
        server.shutdown()
        thread.join()


def test_the_courier_retries_until_it_is_answered(sandbox, api, receiver, monkeypatch):
    monkeypatch.setattr(courier, "BACKOFF", (0.01, 0.01, 0.01))
    url, received = receiver
    api("POST", "/hooks", json={"action": "event.created", "target_url": url})
    sandbox.courier.start()
    sandbox.courier.start()
    sandbox.create_event(title="T")
    wait_until(lambda: sandbox.outbox[0].delivered)
    sandbox.courier.stop()
    assert (len(received), sandbox.outbox[0].attempts) == (2, 2)
    assert received[0] == received[1] == sandbox.outbox[0].body


def test_held_calls_wait_for_the_hold_to_end_and_delays_are_kept(hooked):
    done = []
    hooked.courier.post = lambda url, body, headers: done.append(url) or 200
    hooked.webhook_mode.hold = True
    hooked.courier.start()
    hooked.create_event(title="held")
    hooked.webhook_mode.delay = 3600.0
    hooked.create_event(title="delayed")
    assert done == []
    hooked.webhook_mode.hold = False
    wait_until(lambda: len(done) == 1)
    hooked.courier.stop()
    assert [call.delivered for call in hooked.outbox] == [True, False]


def test_an_outbox_that_grows_forgets_old_calls_that_are_done(hooked, monkeypatch):
    monkeypatch.setattr("django_vyte.sandbox.world.courier.LENGTH", 2)
    hooked.create_event(title="Waiting")
    (waiting,) = hooked.outbox
    for number in range(3):
        hooked.create_event(title=f"Done {number}")
    for call in hooked.outbox[1:]:
        call.status = 200
    hooked.create_event(title="New")
    assert hooked.outbox[0] is waiting
    assert [call.status for call in hooked.outbox] == [None, 200, None]
