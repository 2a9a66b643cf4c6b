"""Linking: a key that Vyte accepts is stored with its team."""

from __future__ import annotations

import pytest
from django.db import connection

from django_vyte.accounts import linking
from django_vyte.exceptions import AuthenticationFailed, UnexpectedAnswer, VyteError
from django_vyte.models import ApiKey, Team

pytestmark = pytest.mark.django_db


def active_keys(team) -> list[str]:
    return [row.key for row in team.api_keys.filter(status=ApiKey.Status.ACTIVE)]


def test_a_valid_key_is_stored_with_its_team(vyte_sandbox):
    team = linking.link(f"  {vyte_sandbox.api_key}\n")
    assert (team.vyte_id, team.name, team.private) == (vyte_sandbox.team_id, "ACME", False)
    key = team.api_keys.get()
    assert (key.key, key.hint, key.scope) == (vyte_sandbox.api_key, vyte_sandbox.api_key[-4:], "team")
    assert key.vyte_id == vyte_sandbox.state.keys[vyte_sandbox.api_key]["_id"]


def test_the_key_cannot_be_read_in_the_database(vyte_sandbox):
    linking.link(vyte_sandbox.api_key)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM django_vyte_apikey")
        assert vyte_sandbox.api_key not in str(cursor.fetchall())


def test_linking_the_same_key_again_writes_nothing(vyte_sandbox, django_assert_max_num_queries):
    linking.link(vyte_sandbox.api_key)
    before = list(ApiKey.objects.values()), list(Team.objects.values())
    with django_assert_max_num_queries(20) as queries:
        linking.link(vyte_sandbox.api_key)
    assert not [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert (list(ApiKey.objects.values()), list(Team.objects.values())) == before


def test_another_key_of_the_team_takes_the_place_of_the_first(vyte_sandbox):
    linking.link(vyte_sandbox.api_key)
    second = vyte_sandbox.state.add_key(vyte_sandbox.team_id)
    team = linking.link(second)
    assert active_keys(team) == [second]
    assert team.api_keys.filter(status=ApiKey.Status.REVOKED).count() == 1


def test_a_key_that_comes_back_is_active_again(vyte_sandbox):
    second = vyte_sandbox.state.add_key(vyte_sandbox.team_id)
    for key in (vyte_sandbox.api_key, second, vyte_sandbox.api_key):
        team = linking.link(key)
    assert active_keys(team) == [vyte_sandbox.api_key]


def test_two_teams_keep_their_own_keys(vyte_sandbox):
    _, other_key = vyte_sandbox.add_organization("Other")
    first, other = linking.link(vyte_sandbox.api_key), linking.link(other_key)
    assert first != other
    assert active_keys(first) == [vyte_sandbox.api_key]
    assert active_keys(other) == [other_key]


def test_a_new_name_at_vyte_is_taken_over_and_what_was_set_here_stays(vyte_sandbox):
    team = linking.link(vyte_sandbox.api_key)
    Team.objects.update(subdomain="acme")
    vyte_sandbox.state.organizations[vyte_sandbox.team_id].update(name="ACME & Sons", private=True)
    linking.link(vyte_sandbox.api_key)
    team.refresh_from_db()
    assert (team.name, team.private, team.subdomain) == ("ACME & Sons", True, "acme")


def test_a_key_whose_description_vyte_does_not_give_is_linked_all_the_same(vyte_sandbox):
    vyte_sandbox.faults.add(path="^/api/keys", status=404)
    key = linking.link(vyte_sandbox.api_key).api_keys.get()
    assert (key.key, key.vyte_id, key.scope) == (vyte_sandbox.api_key, "", "")


def test_the_description_of_another_key_is_not_taken_for_this_one(vyte_sandbox):
    second = vyte_sandbox.state.add_key(vyte_sandbox.team_id)
    assert linking.link(second).api_keys.get().vyte_id == ""


def test_a_key_that_cannot_be_decrypted_any_more_can_be_stored_again(vyte_sandbox, settings):
    team = linking.link(vyte_sandbox.api_key)
    settings.VYTE = {**settings.VYTE, "ENCRYPTION_KEYS": ["b25seS1mb3ItY2hlY2tzLW9ubHktZm9yLWNoZWNrcyE="]}
    linking.link(vyte_sandbox.api_key)
    assert active_keys(team) == [vyte_sandbox.api_key]


@pytest.mark.parametrize("key", ["", "  ", "two words", "schlüssel-geheim", "line\nbreak"])
def test_what_cannot_be_a_key_is_refused_before_vyte_is_asked(vyte_sandbox, key):
    with pytest.raises(VyteError) as refusal:
        linking.link(key)
    assert vyte_sandbox.requests == []
    assert not key.strip() or key.strip() not in str(refusal.value)


def test_a_key_that_vyte_does_not_know_stores_nothing_and_is_not_shown(vyte_sandbox):
    with pytest.raises(AuthenticationFailed) as refusal:
        linking.link("a-wrong-key-0123456789")
    assert not Team.objects.exists()
    assert "a-wrong-key" not in f"{refusal.value!r} {refusal.value}"


@pytest.mark.parametrize("body", [b"{}", b'{"_id": "../x"}', b"[]", b"<html>"])
def test_an_answer_that_names_no_organization_stores_nothing(vyte_sandbox, body):
    vyte_sandbox.faults.add(path="^/v2/auth/test", status=200, body=body)
    with pytest.raises(UnexpectedAnswer):
        linking.link(vyte_sandbox.api_key)
    assert not Team.objects.exists()
