"""Who an object is: the same groups whichever way it is read, and the way back from a group to the object."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from django_vyte.models import Event, SchedulableModel, Team
from tests.shop.models import (
    BigDeal,
    BigDealProxy,
    Deal,
    DealProxy,
    Forgetful,
    Renewal,
    Room,
    Seat,
    Ticket,
    Visit,
)

pytestmark = pytest.mark.django_db


def meeting(*groups: str) -> Event:
    team, _ = Team.objects.get_or_create(vyte_id="t1", defaults={"name": "ACME"})
    count = Event.objects.count()
    event = Event.objects.create(team=team, vyte_id=f"e{count}", as_of="2026-01-01T00:00Z")
    for group in groups:
        event.groups.create(group_id=group)
    return event


@pytest.mark.parametrize("made_as", [Deal, DealProxy, BigDeal, BigDealProxy, Renewal])
def test_an_object_has_the_same_meetings_whichever_way_it_is_read(made_as: Any) -> None:
    Deal.objects.create()  # so that no key of a child equals its parent's by chance
    made = made_as.objects.create()
    deal = Deal.objects.get(pk=made.id)
    event = meeting(deal.vyte_group_id)
    assert deal.vyte_group_id == f"deal_{deal.pk}"
    ways: list[Any] = [Deal, DealProxy] + [made_as] * (made_as not in (Deal, DealProxy))
    for way in ways:
        for found in (way.objects.get(id=deal.pk), way.objects.only("id").get(id=deal.pk)):
            assert list(found.vyte_events) == [event], way
        assert event.objects_for(way).get().id == deal.pk


def test_a_child_is_not_found_by_the_key_of_another_parent() -> None:
    Deal.objects.create()
    renewal = Renewal.objects.create()
    assert renewal.pk != renewal.renewed_id
    assert renewal.vyte_group_id == f"deal_{renewal.renewed_id}"
    assert list(Renewal.from_vyte_group_ids([f"deal_{renewal.pk}"])) == []


def test_keys_of_every_kind_lead_back() -> None:
    ticket = Ticket.objects.create(id=uuid.UUID(int=7))
    made: list[Any] = [ticket, Seat.objects.create(ticket=ticket), Room.objects.create(code="A 1_2/é")]
    made.append(Visit.objects.create(code="v7"))
    event = meeting(*(each.vyte_group_id for each in made), "deal_1", "nobody's")
    for each in made:
        assert list(event.objects_for(type(each))) == [each]
        assert list(each.vyte_events) == [event]


@pytest.mark.parametrize(
    "written", ["", "deal_", "deal_x", "deal_01", "deal_1_0", "deal_ 1", "deal_+1", "Deal_1", "adeal_1",
                "deal_99999999999999999999999", "deal_-99999999999999999999999", "deal_1\x00", "deal_\ud800", "deal_²"]
)  # fmt: skip
def test_an_id_that_no_object_has_finds_none(written: str) -> None:
    Deal.objects.create(id=1)
    Deal.objects.create(id=10)
    assert list(Deal.from_vyte_group_ids([written])) == []


@pytest.mark.parametrize("written", ["room_a\x00", "room_\ud800", "ticket_7", "ticket_" + "7" * 32])
def test_a_text_that_is_no_key_finds_none(written: str) -> None:
    assert list(Room.from_vyte_group_ids([written])) == []
    assert list(Ticket.from_vyte_group_ids([written])) == []


def test_the_projects_of_a_list_of_meetings_take_a_constant_number_of_queries(
    django_assert_num_queries: Any,
) -> None:
    deals = [Deal.objects.create() for _ in range(5)]
    for deal in deals:
        meeting(deal.vyte_group_id, "ticket_7")
    with django_assert_num_queries(3):
        events = Event.objects.prefetch_related("groups")
        ids = {group.group_id for event in events for group in event.groups.all()}
        assert set(Deal.from_vyte_group_ids(ids)) == set(deals)
    event = Event.objects.prefetch_related("groups").first()
    assert event
    with django_assert_num_queries(1):
        assert len(event.objects_for(Deal)) == 1


def test_ids_of_ones_own_need_a_way_back_of_ones_own() -> None:
    with pytest.raises(NotImplementedError, match="Forgetful has its own vyte_group_id"):
        Forgetful.from_vyte_group_ids(["forgetful"])


def test_an_unsaved_object_has_no_group() -> None:
    with pytest.raises(ValueError, match="Save this"):
        _ = BigDeal().vyte_group_id


def test_existing_links_keep_their_ids() -> None:
    assert Deal(pk=1).vyte_group_id == "deal_1"
    assert Room(pk="x").vyte_group_id == "room_x"


def collisions() -> list[str]:
    return [str(each.msg) for each in run_checks(tags=["django_vyte"]) if each.id == "django_vyte.E010"]


def test_proxies_and_children_share_on_purpose() -> None:
    assert collisions() == []


@isolate_apps("tests.shop")
def test_two_models_of_one_name_that_would_share_meetings_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Deal(SchedulableModel, models.Model):
        class Meta:
            app_label = "clinic"

    class Visit(SchedulableModel, models.Model):  # the shop's has ids of its own
        class Meta:
            app_label = "clinic"

    from django.apps import apps

    from tests.shop import models as shop

    monkeypatch.setattr(apps, "get_models", lambda *args: [shop.Deal, shop.BigDeal, shop.Visit, Deal, Visit])
    assert collisions() == ["shop.Deal and clinic.Deal would share the meetings of their objects."]
