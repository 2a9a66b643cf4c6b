"""API keys that are revoked, renewed or deleted; what tells the key never tells one that opens nothing."""

from __future__ import annotations

import pytest
from werkzeug.test import Client

from django_vyte.client import VyteClient
from django_vyte.exceptions import AuthenticationFailed
from django_vyte.sandbox import Sandbox

HERE = {"REMOTE_ADDR": "127.0.0.1"}


def told(browser):
    return browser.get("/_sandbox/key", environ_overrides=HERE)


def status_with(browser, key):
    return browser.get("/v2/auth/test", headers={"Authorization": key}).status_code


@pytest.fixture
def key_id(sandbox):
    return sandbox.state.keys[sandbox.api_key]["_id"]


@pytest.mark.parametrize("verb", ["revoke", "delete"])
def test_a_key_that_opens_nothing_is_not_told(sandbox, browser, key_id, verb):
    assert browser.post(f"/_sandbox/keys/{key_id}/{verb}").status_code == 200
    assert status_with(browser, sandbox.api_key) == 401
    answer = told(browser)
    assert (answer.status_code, sandbox.api_key in answer.text) == (409, False)
    assert "POST /_sandbox/keys makes a new one" in answer.json["message"]
    assert browser.post("/_sandbox/keys").status_code == 201
    new = told(browser).json["api_key"]
    assert new == sandbox.api_key
    assert status_with(browser, new) == 200


def test_renewing_puts_a_new_key_in_the_place_of_the_old_one(sandbox, browser, key_id):
    old = sandbox.api_key
    answer = browser.post(f"/_sandbox/keys/{key_id}/renew")
    assert sandbox.api_key not in answer.text
    assert (status_with(browser, old), status_with(browser, told(browser).json["api_key"])) == (401, 200)
    assert len(sandbox.state.keys) == 1


def test_a_key_that_was_deleted_over_the_api_is_not_told(api, browser, key_id):
    assert api("DELETE", f"/api/keys/{key_id}").status_code == 204
    assert told(browser).status_code == 409


def test_a_revoked_key_is_not_what_the_api_answers(sandbox, browser, key_id):
    sandbox.revoke_key()
    second = sandbox.state.add_key(sandbox.team_id)
    answer = browser.get("/api/keys/team", headers={"Authorization": second})
    assert answer.json["key"] == second
    assert "revoked" not in answer.json


def test_another_organization_s_key_is_changed_alone(sandbox, browser):
    _, other = sandbox.add_organization("Other")
    sandbox.renew_key(sandbox.state.keys[other]["_id"])
    assert (status_with(browser, other), status_with(browser, sandbox.api_key)) == (401, 200)
    assert told(browser).json["api_key"] == sandbox.api_key


def test_a_key_that_is_not_there_is_a_404(browser):
    assert browser.post("/_sandbox/keys/nope/revoke").status_code == 404
    assert browser.post("/_sandbox/keys/nope/bless").status_code == 404


def test_another_site_s_page_changes_no_key(sandbox, browser, key_id):
    answer = browser.post(f"/_sandbox/keys/{key_id}/revoke", headers={"Origin": "https://evil.example"})
    assert (answer.status_code, told(browser).status_code) == (403, 200)


def test_after_a_restart_a_revoked_key_opens_nothing_and_there_is_one_that_works(tmp_path):
    first = Sandbox(state_file=tmp_path / "vyte.json")
    first.revoke_key()
    first.close()
    second = Sandbox(state_file=tmp_path / "vyte.json")
    browser = Client(second.app)
    assert second.api_key != first.api_key
    assert (status_with(browser, first.api_key), status_with(browser, second.api_key)) == (401, 200)
    assert told(browser).json["api_key"] == second.api_key
    chosen = Sandbox(state_file=tmp_path / "vyte.json", api_key=first.api_key)
    assert status_with(Client(chosen.app), first.api_key) == 200


def test_a_test_revokes_and_renews_the_key(vyte_sandbox):
    client = VyteClient(vyte_sandbox.api_key)
    vyte_sandbox.revoke_key()
    with pytest.raises(AuthenticationFailed):
        client.auth.test()
    assert VyteClient(vyte_sandbox.renew_key()).auth.test()["_id"] == vyte_sandbox.team_id
