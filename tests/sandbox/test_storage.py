from __future__ import annotations

import json
import stat
import threading
import time

import pytest
from werkzeug.test import Client

from django_vyte.sandbox import Sandbox, UnusableFile

PERSON = {"email": "ada@example.com", "full_name": "Ada"}


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vyte.json"


def test_everything_is_there_again_after_a_restart(path):
    first = Sandbox(state_file=path, team_id="t1")
    other, other_key = first.add_organization("Other")
    event = first.create_event(title="Kept", invitees=["a@x.y"])
    first.confirm(first.create_event(dates=[("2027-03-01", "2027-03-02")])["_id"])
    user = first.join(**PERSON, extid="7")
    first.close()
    second = Sandbox(state_file=path)
    assert second.state.kept() == first.state.kept()
    assert (second.team_id, second.api_key) == ("t1", first.api_key)
    assert second.state.keys[other_key]["organization"] == other
    assert second.state.events[event["_id"]]["title"] == "Kept"
    assert second.state.emails["ada@example.com"] == user["_id"]


def test_a_given_key_takes_the_place_of_the_kept_one(path):
    first = Sandbox(state_file=path)
    second = Sandbox(state_file=path, api_key="mine")
    assert second.api_key == "mine"
    assert first.api_key not in second.state.keys
    assert Sandbox(state_file=path).api_key == "mine"


def test_a_key_that_was_deleted_is_replaced_by_a_new_one(path):
    first = Sandbox(state_file=path)
    first.state.keys.clear()
    first.close()
    assert Sandbox(state_file=path).api_key != first.api_key


def test_webhook_calls_that_wait_survive_and_those_that_were_made_do_not_come_again(path):
    first = Sandbox(state_file=path)
    hook = {"action": "event.created", "target_url": "https://crm.example.com/token"}
    answer = Client(first.app).post("/hooks", json=hook, headers={"Authorization": first.api_key})
    assert answer.status_code == 201
    first.create_event(title="Told")
    assert [call.delivered for call in first.deliver(lambda *call: 200)] == [True]
    first.create_event(title="Waiting")
    first.deliver(lambda *call: 500)
    first.close()
    second = Sandbox(state_file=path)
    told = []
    second.deliver(lambda url, body, headers: told.append((url, json.loads(body))) or 200)
    ((url, (call,)),) = told
    assert (url, call["resource"]["title"]) == ("https://crm.example.com/token", "Waiting")
    assert second.outbox[0].attempts == 2


def test_the_file_is_for_its_owner_only_and_is_replaced_whole(path):
    Sandbox(state_file=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    sandbox = Sandbox(state_file=path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in path.parent.iterdir()] == ["vyte.json"]
    assert sandbox.api_key in path.read_text()


@pytest.mark.parametrize("change", ["python", "api", "page", "courier"])
def test_a_change_is_written_by_itself(path, change):
    sandbox = Sandbox(state_file=path)
    browser, key = Client(sandbox.app), {"Authorization": sandbox.api_key}
    if change == "python":
        sandbox.create_event(title="Noticed")
    elif change == "api":
        body = {"title": "Noticed", "created_by": {"email": "a@b.c"}}
        assert browser.post("/v2/events", json=body, headers=key).status_code == 200
    elif change == "page":
        browser.post(f"/teams/{sandbox.team_id}/join", data={"full_name": "Noticed", "email": "a@b.c"})
    else:
        sandbox.state.organizations[sandbox.team_id]["name"] = "Noticed"
        body = {"action": "event.created", "target_url": "https://crm.example.com/"}
        browser.post("/hooks", json=body, headers=key)
        sandbox.create_event(title="T")
        sandbox.deliver(lambda *call: 500)
    wait_until(lambda: "Noticed" in path.read_text())
    if change == "courier":
        wait_until(lambda: json.loads(path.read_text())["outbox"][0]["attempts"] == 1)


def test_many_changes_are_written_together(path, monkeypatch):
    sandbox = Sandbox(state_file=path)
    saves = []
    save = sandbox._storage.save
    monkeypatch.setattr(sandbox._storage, "save", lambda: saves.append(1) or save())
    for number in range(50):
        sandbox.create_event(title=f"Meeting {number}")
    wait_until(lambda: "Meeting 49" in path.read_text())
    assert len(saves) <= 2


def test_looking_around_writes_nothing(path):
    sandbox = Sandbox(state_file=path)
    noted = []
    sandbox.state.changed = lambda: noted.append(1)
    browser = Client(sandbox.app)
    for url in ("/", "/_sandbox/state", "/v2/events"):
        browser.get(url, headers={"Authorization": sandbox.api_key})
    assert noted == []
    browser.get("/thirdparties/new?name=N&contact_email=a@b.c")
    assert noted == [1]


def test_the_file_never_holds_half_a_state_while_others_read_it(path):
    sandbox = Sandbox(state_file=path)
    sandbox.fill(200)
    done = threading.Event()
    broken = []

    def read():
        while not done.is_set():
            try:
                json.loads(path.read_bytes())
            except ValueError:
                broken.append(1)

    reader = threading.Thread(target=read)
    reader.start()
    for _ in range(10):
        sandbox.close()
    done.set()
    reader.join()
    assert broken == []


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "must be"),
        (b"\xff\xfe", "malformed"),
        (b'{"state": {}}', "missing"),
        (b'{"team_id": "t", "state": [], "outbox": []}', "must be"),
        (b'"text"', "must be"),
        (b"[" * 100_000, ""),
    ],
)
def test_a_file_that_is_no_state_is_named_and_left_as_it_is(path, content, reason):
    path.write_bytes(content)
    with pytest.raises(UnusableFile, match=r"vyte\.json is no state of a local Vyte \(.*move this one away"):
        Sandbox(state_file=path)
    assert path.read_bytes() == content


@pytest.mark.parametrize("damage", ["organizations", "events", "outbox"])
def test_a_state_with_a_part_missing_or_wrong_is_refused(path, damage):
    Sandbox(state_file=path).close()
    content = json.loads(path.read_text())
    if damage == "outbox":
        content["outbox"] = [{"action": "event.created"}]
    else:
        content["state"][damage] = [] if damage == "events" else {}
    path.write_text(json.dumps(content))
    with pytest.raises(UnusableFile, match="is no state"):
        Sandbox(state_file=path)


def test_a_place_that_cannot_be_written_is_said_at_once(tmp_path):
    with pytest.raises(UnusableFile, match=r"none/vyte\.json cannot be written: No such file or directory"):
        Sandbox(state_file=tmp_path / "none" / "vyte.json")
    with pytest.raises(UnusableFile, match="cannot be read: Is a directory"):
        Sandbox(state_file=tmp_path)


def test_a_disk_that_fails_later_is_said_in_the_log(tmp_path, caplog):
    folder = tmp_path / "folder"
    folder.mkdir()
    sandbox = Sandbox(state_file=folder / "vyte.json")
    (folder / "vyte.json").unlink()
    folder.rmdir()
    sandbox.create_event(title="T")
    wait_until(lambda: "cannot be written" in caplog.text)
    with pytest.raises(UnusableFile):
        sandbox.close()
