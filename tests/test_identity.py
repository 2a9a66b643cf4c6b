"""Who somebody is: what a link sends and Vyte sends back leads to the same object, or no link is made."""

from __future__ import annotations

import unicodedata
import uuid
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.test.utils import isolate_apps
from hypothesis import example, given
from hypothesis import strategies as st

from django_vyte import links, payloads
from django_vyte.client import VyteClient
from django_vyte.models import Event, Member, Team
from django_vyte.payloads import values
from tests.shop.models import Room

TEXTS = st.text(max_size=320) | st.text(alphabet="aé\u0301 \t\x00,|\u00a0İß\ud800", max_size=6)


def sent(url: str, name: str) -> str:
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)).get(name, "")


def ids_of(group_id: str) -> tuple[str, ...]:
    """The groups that are mirrored of an event that Vyte sends back, in other Unicode forms too."""
    found = {
        payloads.groups({"third_party": {"group_ids": spelled.split(",")}})
        for spelled in (group_id, unicodedata.normalize("NFD", group_id))
    }
    assert len(found) == 1
    return found.pop()


@given(TEXTS)
@example("project_1 ")
@example("e\u0301")
@example("x" * 201)
def test_a_group_id_in_a_link_is_found_again(text: str) -> None:
    try:
        agid = sent(links.add_invitees_url("a1", group_ids=[text]), "agid")
    except ValueError:
        return
    assert ids_of(agid) == (values.group_id(text),)
    assert values.group_id(values.group_id(text)) == values.group_id(text) != ""


@given(st.text(max_size=220) | TEXTS)
@example("A ")
def test_an_object_in_a_link_is_found_again_and_no_other(code: str) -> None:
    room = Room(code=code)
    try:
        agid = sent(links.add_invitees_url("a1", group_ids=[room]), "agid")
    except ValueError:
        return
    assert ids_of(agid) == (room.vyte_group_id,) == (values.group_id(room),)


@given(TEXTS)
@example("7 ")
@example("x" * 256)
def test_an_extid_in_a_link_is_the_one_that_comes_back(text: str) -> None:
    try:
        extid = sent(links.join_url("t1", extid=text), "extid")
    except ValueError:
        return
    user = {"_id": "u1", "account": {"organization": {"extid": extid}}}
    assert payloads.parse_user(user).extid == text


@given(TEXTS | st.builds("{}@{}".format, TEXTS, TEXTS) | st.emails())
@example("Zoë@Bücher.example")
@example("zoë@xn--bcher-kva.example")
@example("a@xn--acme-.com")
@example("İ@a")
def test_an_address_in_a_link_is_found_again(text: str) -> None:
    try:
        url = links.add_invitees_url("a1", secret="s", creator_email=text, invitees=[text])
    except ValueError:
        return
    for name in ("cm", "im"):
        came = payloads.parse_event({"_id": "e", "title": "x", "created_by": {"email": sent(url, name)}})
        assert came.columns["creator_email"] == values.email(text)
    if text:
        assert values.email(values.email(text)) == values.email(text) != ""


@pytest.mark.parametrize(
    ("spelling", "address"),
    [
        ("ZOË@BÜCHER.example", "zoë@bücher.example"),
        ("zoe\u0308@xn--bcher-kva.example", "zoë@bücher.example"),
        ("a@xn--acme-.com", "a@xn--acme-.com"),  # Punycode of plain ASCII: another domain
        ("a@xn--strae-oqa.de", "a@straße.de"),
        ("a@xn--.de", "a@xn--.de"),
        ("a@xn--\u00e9.de", "a@xn--\u00e9.de"),
    ],
)
def test_spellings_of_one_address_are_one(spelling: str, address: str) -> None:
    assert values.email(spelling) == address


@pytest.mark.parametrize("extid", ["7 ", "\t7", "x" * 256, "e\u0301", "a\x00", "\ud800", " "])
def test_a_link_to_join_refuses_what_would_come_back_otherwise(extid: str) -> None:
    with pytest.raises(ValueError, match="extid"):
        links.join_url("t1", extid=extid)


@pytest.mark.parametrize(
    "group", ["a,b", "x" * 201, "a\x00b", "a\nb", "\ud800", object(), True, models, SimpleNamespace(vyte_group_id="a ")]
)  # fmt: skip
def test_a_link_refuses_a_group_that_would_not_be_found(group: Any) -> None:
    with pytest.raises(ValueError, match="group id"):
        links.add_invitees_url("a1", group_ids=[group])


@pytest.mark.parametrize("group", ["a,b", "x" * 201, "", " "])
def test_the_client_refuses_it_too(group: str) -> None:
    vyte = VyteClient("key")
    with pytest.raises(ValueError, match="group_ids"):
        vyte.events.list(group_ids=[group])
    with pytest.raises(ValueError, match="group_ids"):
        vyte.events.create(
            title="x", created_by={"email": "a@b.c"}, third_party={"app": "a", "ct": "c", "group_ids": [group]}
        )  # fmt: skip


def test_a_user_in_a_link_to_join_is_its_primary_key() -> None:
    assert sent(links.join_url("t1", extid=SimpleNamespace(pk=7)), "extid") == "7"
    key = uuid.uuid4()
    assert sent(links.join_url("t1", extid=key), "extid") == str(key)


@isolate_apps("tests.shop")
@pytest.mark.parametrize("as_property", [False, True])
def test_a_users_address_is_in_the_field_that_the_model_names(as_property: bool) -> None:
    class Mailed(AbstractBaseUser):
        mail = models.EmailField()
        EMAIL_FIELD = "mail"
        USERNAME_FIELD = "mail"

        class Meta:
            app_label = "shop"

    class WithProperty(AbstractBaseUser):
        mail = models.EmailField()
        USERNAME_FIELD = "mail"

        @property
        def email(self) -> str:
            return self.mail

        class Meta:
            app_label = "shop"

    user: Any = (WithProperty if as_property else Mailed)(mail="ada@example.com")
    assert links.person(user) == ("ada@example.com", None)
    assert sent(links.add_invitees_url("a1", invitees=[user]), "im") == "ada@example.com"


def test_a_user_without_any_address_has_none() -> None:
    nobody: Any = SimpleNamespace(get_email_field_name=lambda: "email")
    assert links.person(nobody).email == ""


@pytest.mark.django_db
def test_the_mirror_finds_a_group_and_an_address_in_any_spelling() -> None:
    team = Team.objects.create(vyte_id="t1", name="ACME")
    event = Event.objects.create(
        team=team, vyte_id="e1", as_of="2026-01-01T00:00Z", creator_email="zoë@bücher.de"
    )
    event.groups.create(group_id=values.group_id("caf\u00e9"))
    event.invitees.create(email=values.email("Zoë@xn--bcher-kva.de"))
    for group in ("caf\u00e9", "cafe\u0301 ", " caf\u00e9"):
        assert Event.objects.for_group(group).get() == event
    for group in ("", None, "a\x00", "\ud800", "x" * 300, SimpleNamespace(vyte_group_id="caf\u00e9 ")):
        assert not Event.objects.for_group(group).exists()
    for address in ("ZOË@BÜCHER.DE", "zoë@xn--bcher-kva.de"):
        assert Event.objects.with_invitee(address).get() == event
        assert Event.objects.created_by(address).get() == event


@pytest.mark.parametrize(
    "nested",
    [
        lambda user: {"user": user},
        lambda user: {"user": {"user": user}},
        lambda user: {"user": user["_id"]},
        lambda user: {"user": {"_id": user["_id"]}, "team": "t"},
        lambda user: {"user": {"email": user["emails"][0]}},
    ],
)
@pytest.mark.django_db
def test_a_user_who_joined_is_matched_however_the_call_nests_them(
    vyte_sandbox: Any, linked_team: Team, settle: Any, client: Any, nested: Any
) -> None:
    user = vyte_sandbox.join(email="new@acme.com", full_name="New Person", extid="7")
    vyte_sandbox.outbox.clear()
    token = linked_team.webhooks.get(action="user.joined").token.get_secret_value()
    call = {"action": "user.joined", "resource": nested(user)}
    assert client.post(f"/vyte/webhooks/{token}/", call, content_type="application/json").status_code == 200
    settle()
    assert Member.objects.get().extid == "7"
