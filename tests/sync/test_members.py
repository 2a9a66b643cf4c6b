"""The people of a team, mirrored by a synchronisation."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model

from django_vyte.exceptions import ServerError
from django_vyte.models import Member, Team
from django_vyte.signals import user_joined
from django_vyte.sync.members import sync_members, sync_members_or_say_why

pytestmark = pytest.mark.django_db


@pytest.fixture
def joined() -> Any:
    names: list[str] = []

    def receiver(member: Member, **kwargs: Any) -> None:
        names.append(member.full_name)

    user_joined.connect(receiver)
    yield names
    user_joined.disconnect(receiver)


def test_who_was_there_before_becomes_a_member_and_is_not_announced(
    vyte_sandbox: Any, team: Team, settle: Any, joined: list[str]
) -> None:
    here = get_user_model().objects.create_user("ada", email="ADA@Bücher.example")
    other = get_user_model().objects.create_user("bob", email="shared@acme.com")
    vyte_sandbox.join(email="ada@xn--bcher-kva.example", full_name="Ada")
    vyte_sandbox.join(email="shared@acme.com", full_name="Carol", extid=str(here.pk))
    vyte_sandbox.outbox.clear()
    found = {member.full_name: member.user for member in sync_members(team)}
    assert (found["Ada"], found["Carol"]) == (here, here)
    assert other not in found.values()
    settle()
    assert joined == []
    vyte_sandbox.join(email="new@acme.com", full_name="New")
    vyte_sandbox.outbox.clear()  # the call is lost
    assert len(sync_members(team)) == len(found) + 1
    assert len(sync_members(team)) == Member.objects.count()
    settle()
    assert joined == ["New"]


def test_an_address_of_several_users_is_nobodys(vyte_sandbox: Any, team: Team) -> None:
    for name in ("ada", "ada2"):
        get_user_model().objects.create_user(name, email="ada@acme.com")
    vyte_sandbox.join(email="ada@acme.com", full_name="Ada")
    sync_members(team)
    assert Member.objects.get(full_name="Ada").user is None


def test_that_people_cannot_be_listed_is_said(vyte_sandbox: Any, team: Team, settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "RETRIES": 0}
    vyte_sandbox.faults.add(status=503, times=None)
    with pytest.raises(ServerError):
        sync_members(team)
    assert "were not mirrored" in sync_members_or_say_why(team)
