from __future__ import annotations

import pytest

HOOK = {"action": "event.cancelled", "target_url": "https://api.example.com/hooks/12345"}


@pytest.mark.parametrize("base", ["/hooks", "/v2/hooks"])
def test_a_hook_lives_from_creation_to_deletion(sandbox, api, base):
    created = api("POST", base, json=HOOK)
    assert created.status_code == 201
    hook = created.json
    assert hook["organization"] == sandbox.team_id
    assert {**hook, **HOOK} == hook
    path = f"{base}/{hook['_id']}"
    assert api("GET", path).json == hook
    assert api("GET", base).json == {"hooks": [hook]}
    changed = api("PUT", path, json={"action": "event.updated", "target_url": "https://x.example/y"}).json
    assert (changed["action"], changed["target_url"]) == ("event.updated", "https://x.example/y")
    assert changed["updatedAt"] > hook["updatedAt"]
    gone = api("DELETE", path)
    assert (gone.status_code, gone.data) == (204, b"")
    assert api("GET", path).status_code == 404


def test_hooks_may_be_a_bare_list(sandbox, api):
    sandbox.quirks.hooks_as_list = True
    assert api("GET", "/hooks").json == []


@pytest.mark.parametrize(
    ("action", "url", "status"),
    [
        ("event.created", "http://example.com/hook", 400),
        ("event.created", "http://localhost.example.com/hook", 400),
        ("event.created", "ftp://localhost/hook", 400),
        ("event.created", "https://", 400),
        ("event.created", "https://[", 400),
        ("event.created", None, 400),
        ("event.created", 5, 400),
        ("", "https://example.com", 400),
        (None, "https://example.com", 400),
        ("event.created", "http://localhost:8000/hook", 201),
        ("event.created", "http://127.0.0.1/hook", 201),
        ("event.created", "http://[::1]:1/hook", 201),
        ("something.else", "https://example.com", 201),
    ],
)
def test_the_target_is_https_or_on_this_machine(api, action, url, status):
    answer = api("POST", "/hooks", json={"action": action, "target_url": url})
    assert answer.status_code == status
    if status == 400:
        assert answer.json == {}


def test_another_organization_s_hook_is_a_403(sandbox, api):
    hook = api("POST", "/hooks", json=HOOK).json
    _, key = sandbox.add_organization("Others")
    answer = api("DELETE", f"/hooks/{hook['_id']}", headers={"Authorization": key})
    assert answer.status_code == 403
    assert api("GET", "/hooks", headers={"Authorization": key}).json == {"hooks": []}
