"""Mirroring users, and matching them with users of this site."""

from __future__ import annotations

import datetime as dt
from datetime import UTC
from typing import Any

import pytest
from django.contrib.auth import get_user_model

from django_vyte import payloads
from django_vyte.mirror import members
from django_vyte.models import Member, Team

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def team() -> Team:
    return Team.objects.create(vyte_id="t1", name="ACME")


def user(extid: object = None, **fields: Any) -> dict[str, Any]:
    organization = {"id": "t1", "extid": extid}
    known = {"_id": "u1", "emails": ["Jane@Acme.com"], "full_name": "Jane Doe"}
    return {**known, "account": {"organization": organization}, **fields}


def save(team: Team, answer: object, minutes: int = 0) -> Member:
    return members.save_member(team.pk, "u1", answer, as_of=NOON + dt.timedelta(minutes=minutes))


def test_a_user_becomes_a_member(team: Team) -> None:
    save(team, user("crm-7"))
    member = Member.objects.get()
    assert (member.team, member.vyte_id, member.email, member.full_name, member.extid, member.user) == (
        team, "u1", "jane@acme.com", "Jane Doe", "crm-7", None,
    )  # fmt: skip


@pytest.mark.parametrize("as_text", [True, False])
def test_a_member_is_the_user_whose_key_was_in_the_link(team: Team, as_text: bool) -> None:
    here = get_user_model().objects.create_user("jane")
    save(team, user(str(here.pk) if as_text else here.pk))
    assert Member.objects.get().user == here


@pytest.mark.parametrize(
    "extid", [None, "", "0", "-1", "x", "7.5", "9" * 40, "1; DROP", "é", [], {}, True, "\x00", "NaN"]
)
def test_an_external_id_that_is_nobodys_is_no_error(team: Team, extid: object) -> None:
    get_user_model().objects.create_user("jane")
    save(team, user(extid))
    assert Member.objects.get().user is None


def test_an_address_alone_makes_nobody_a_user_of_this_site(team: Team) -> None:
    get_user_model().objects.create_user("jane", email="jane@acme.com")
    save(team, user())
    assert Member.objects.get().user is None


def test_a_member_follows_and_stays_one_member(team: Team) -> None:
    save(team, user("crm-7"))
    save(team, user("crm-8", full_name="Jane Roe"), minutes=1)
    member = Member.objects.get()
    assert (member.full_name, member.extid) == ("Jane Roe", "crm-8")


def test_whom_a_person_matched_here_stays_matched(team: Team) -> None:
    member = save(team, user())
    member.user = get_user_model().objects.create_user("jane")
    member.save()
    save(team, user("crm-7"), minutes=1)
    member.refresh_from_db()
    assert (member.user.username, member.extid) == ("jane", "crm-7")


def test_an_older_answer_changes_nothing(team: Team) -> None:
    save(team, user("crm-8"), minutes=1)
    save(team, user("crm-7"), minutes=0)
    assert Member.objects.get().extid == "crm-8"


def test_a_user_of_two_teams_is_a_member_of_each(team: Team) -> None:
    other = Team.objects.create(vyte_id="t2", name="Other")
    save(team, user())
    save(other, user())
    assert Member.objects.count() == 2


@pytest.mark.parametrize(
    "answer", [None, [], "x", {}, {"_id": "other"}, {"user": {"_id": "u1"}}, {"emails": {"a": 1}}]
)
def test_an_odd_answer_is_still_about_the_user_who_was_asked_for(team: Team, answer: object) -> None:
    save(team, answer)
    assert Member.objects.get().vyte_id == "u1"


def test_a_wrapped_user_is_read(team: Team) -> None:
    save(team, {"user": user("crm-7")})
    assert Member.objects.get().extid == "crm-7"


def test_a_name_that_is_too_long_is_cut_and_an_id_is_none(team: Team) -> None:
    save(team, user("9" * 999, full_name="x" * 999, emails=["a" * 300 + "@example.com"]))
    member = Member.objects.get()
    assert (len(member.extid), len(member.full_name), member.email) == (0, 255, "")


def test_an_unreadable_id_is_an_error(team: Team) -> None:
    with pytest.raises(payloads.Unreadable):
        members.save_member(team.pk, "a/b", {}, as_of=NOON)


def test_a_match_made_by_hand_stays_until_vyte_names_somebody_else(
    team: Team, django_user_model: Any
) -> None:
    claimed, right, other = (
        django_user_model.objects.create_user(name) for name in ("claimed", "right", "other")
    )

    def joined(extid: object, hour: int) -> Member:
        answer = {"_id": "u1", "account": {"organization": {"extid": str(extid)}}}
        return members.save_member(team.pk, "u1", answer, as_of=dt.datetime(2026, 1, 1, hour, tzinfo=UTC))

    assert joined(claimed.pk, 1).user == claimed
    Member.objects.update(user=right)
    assert joined(claimed.pk, 2).user == right
    assert joined(other.pk, 3).user == other


@pytest.mark.parametrize("spelling", ["0{}", " {}", "{}_0", "+{}", "{}.0"])
def test_an_extid_is_matched_to_the_letter(django_user_model: Any, spelling: str) -> None:
    user = django_user_model.objects.create_user("jane")
    assert members.user_for(str(user.pk)) == user
    assert members.user_for(spelling.format(user.pk)) is None
