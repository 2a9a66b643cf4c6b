"""Parsing Vyte's events and users, with everything that is known to be odd about them."""

from __future__ import annotations

import datetime as dt
from datetime import UTC
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_vyte import payloads
from django_vyte.payloads import InviteeRecord
from django_vyte.payloads.values import as_datetime
from django_vyte.sandbox.data import published

NINE = dt.datetime(2027, 1, 1, 9, 0, tzinfo=UTC)
TEN = dt.datetime(2027, 1, 1, 10, 0, tzinfo=UTC)
DAY = {
    "_id": "d1",
    "date": "2027-01-01T09:00:00.000Z",
    "end_date": "2027-01-01T10:00:00.000Z",
    "all_day": False,
}
NEXT = {
    "_id": "d2",
    "date": "2027-01-02T09:00:00.000Z",
    "end_date": "2027-01-02T10:00:00.000Z",
    "all_day": False,
}
HERE = {"_id": "p1", "name": "Office", "address": "12 rue de Rivoli"}
THERE = {"_id": "p2", "name": "Video", "address": "https://meet.example/1"}


def read(**fields: Any) -> dict[str, Any]:
    return payloads.parse_event({"_id": "5f0d", **fields}).columns


def times(**fields: Any) -> tuple[Any, ...]:
    columns = read(**fields)
    return columns["starts_at"], columns["ends_at"], columns["all_day"]


def place(**fields: Any) -> tuple[str, str]:
    columns = read(**fields)
    return columns["place_name"], columns["place_address"]


# Instants


@pytest.mark.parametrize(
    "spelt",
    [
        "2027-01-01T09:00:00.000Z",
        "2027-01-01T09:00:00Z",
        "2027-01-01T09:00Z",
        "2027-01-01T09:00:00.000000Z",
        "2027-01-01T09:00:00+00:00",
        "2027-01-01T09:00:00+0000",
        "2027-01-01T09:00:00-00:00",
        "2027-01-01T10:00:00+0100",
        "2027-01-01T10:00:00.000+0100",
        "2027-01-01T10:00:00+01:00",
        "2027-01-01T10:00:00+01",
        "2027-01-01T03:30:00-05:30",
        "2027-01-01 09:00:00Z",
        "20270101T090000Z",
        " 2027-01-01T09:00:00Z\n",
    ],
)
def test_an_instant_is_the_same_however_its_offset_is_spelt(spelt: str) -> None:
    assert as_datetime(spelt) == NINE
    assert as_datetime(spelt, "Asia/Tokyo") == NINE


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("Europe/Paris", 8),
        ("America/New_York", 14),
        ("", 9),
        ("Mars/Olympus", 9),
        ("../etc/passwd", 9),
        ("Europe", 9),
    ],
)
def test_a_time_without_an_offset_is_local_to_the_event(zone: str, hour: int) -> None:
    assert as_datetime("2027-01-01T09:00:00", zone) == NINE.replace(hour=hour)


def test_a_day_is_its_midnight_there() -> None:
    assert as_datetime("2027-01-01", "Europe/Paris") == dt.datetime(2026, 12, 31, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "value",
    [
        None, True, 5, 1.5, [], {}, "", " ", "soon", "2027", "2027-13-01", "2027-01-01T25:00:00Z",
        "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "0999-12-31T00:00:00Z",
        "2027-01-01T09:00:00Z" + "0" * 100, "2027-01-01T09:00:00+99:00", "２０２７-01-01",
    ],
)  # fmt: skip
def test_what_is_no_time_is_none(value: object) -> None:
    assert as_datetime(value, "Europe/Paris") is None


# When and where


def test_the_confirmed_date_is_the_one_that_is_named() -> None:
    confirmed = {"flag": True, "date_id": "d2", "place_id": "p2"}
    said = {"confirmed": confirmed, "dates": [DAY, NEXT], "places": [HERE, THERE]}
    assert times(**said) == (NINE + dt.timedelta(days=1), TEN + dt.timedelta(days=1), False)
    assert place(**said) == ("Video", "https://meet.example/1")


@pytest.mark.parametrize(
    "ids", [{}, {"date_id": None, "place_id": None}, {"date_id": "gone", "place_id": "gone"}]
)
def test_without_a_name_the_only_date_is_the_confirmed_one(ids: dict[str, Any]) -> None:
    said = {"confirmed": {"flag": True, **ids}, "dates": [DAY], "places": [HERE]}
    assert times(**said) == (NINE, TEN, False)
    assert place(**said) == ("Office", "12 rue de Rivoli")


@pytest.mark.parametrize(
    "ids", [{}, {"date_id": None, "place_id": 5}, {"date_id": "gone", "place_id": "gone"}]
)
def test_without_a_name_one_of_several_is_unknown(ids: dict[str, Any]) -> None:
    said = {"confirmed": {"flag": True, **ids}, "dates": [DAY, NEXT], "places": [HERE, THERE]}
    assert read(**said)["status"] == "confirmed"
    assert times(**said) == (None, None, False)
    assert place(**said) == ("", "")


def test_options_without_ids_are_not_the_one_that_is_not_named() -> None:
    nameless = [{**DAY, "_id": None}, {**NEXT, "_id": None}]
    assert times(confirmed={"flag": True, "date_id": None}, dates=nameless) == (None, None, False)


def test_before_it_is_confirmed_nothing_is_settled() -> None:
    said = {"confirmed": {"flag": False, "date_id": "d1"}, "dates": [DAY], "places": [HERE]}
    assert times(**said) == (None, None, False)
    assert place(**said) == ("", "")


def test_a_single_object_does_for_a_list() -> None:
    said = {"confirmed": {"flag": True}, "dates": DAY, "places": HERE, "invitees": {"email": "a@example.com"}}
    assert times(**said) == (NINE, TEN, False)
    assert place(**said) == ("Office", "12 rue de Rivoli")
    assert payloads.invitees(said) == (InviteeRecord("", "a@example.com", "", ""),)


ALL_NULL = dict.fromkeys(["dates", "places", "invitees", "messages", "declines", "third_party"])


@pytest.mark.parametrize("absent", [{}, ALL_NULL])
def test_what_is_absent_or_null_is_empty(absent: dict[str, Any]) -> None:
    reading = payloads.parse_event({"_id": "5f0d", "confirmed": {"flag": True}, **absent})
    assert reading.columns["status"] == "confirmed"
    assert (reading.columns["starts_at"], reading.invitees, reading.groups) == (None, (), ())


def test_a_date_of_no_length_stays_one() -> None:
    assert times(confirmed={"flag": True}, dates=[{**DAY, "end_date": DAY["date"]}]) == (NINE, NINE, False)


def test_a_date_that_ends_before_it_starts_has_no_end() -> None:
    assert times(confirmed={"flag": True}, dates=[{**DAY, "end_date": "2026-12-31T10:00:00Z"}]) == (
        NINE,
        None,
        False,
    )


def test_a_date_that_starts_at_no_time_has_no_end_either() -> None:
    assert times(confirmed={"flag": True}, dates=[{**DAY, "date": "soon"}]) == (None, None, False)


def test_a_whole_day_is_one() -> None:
    assert times(confirmed={"flag": True}, dates=[{**DAY, "all_day": True}])[2] is True


def test_a_naive_date_is_read_in_the_zone_of_the_event() -> None:
    naive = {"date": "2027-01-01T10:00:00", "end_date": "2027-01-01T10:00:00+0000"}
    assert times(confirmed={"flag": True}, timezone="Europe/Paris", dates=[naive])[:2] == (NINE, TEN)


def test_votes_are_counted() -> None:
    voted = {**DAY, "votes": {"yes": [{"_id": "v1"}, {"_id": "v2"}, 5], "no": {"_id": "v3"}}}
    (option,) = payloads.dates({"dates": [voted], "confirmed": {"date_id": "d1"}})
    assert (option.yes, option.no, option.chosen) == (2, 1, True)
    (place_option,) = payloads.places({"places": [{**HERE, "votes": None}]})
    assert (place_option.yes, place_option.no, place_option.chosen) == (0, 0, False)


# What became of it


def test_a_cancelled_event_is_cancelled_whatever_confirmed_says() -> None:
    columns = read(cancelled="2017-12-01T12:05:00.000Z", confirmed={"flag": True}, dates=[DAY])
    assert columns["status"] == "cancelled"
    assert columns["cancelled_at"] == dt.datetime(2017, 12, 1, 12, 5, tzinfo=UTC)
    assert columns["starts_at"] == NINE


@pytest.mark.parametrize("cancelled", [None, False, "", 0])
def test_cancelled_may_say_no(cancelled: object) -> None:
    assert read(cancelled=cancelled, confirmed={"flag": True})["status"] == "confirmed"


def test_a_cancellation_is_dated_by_the_latest_of_vytes_clocks() -> None:
    clocks = {"updatedAt": "2027-01-02T00:00:00Z", "confirmed": {"updated_at": "2027-01-03T00:00:00Z"}}
    assert payloads.cancelled_at({"cancelled": True, **clocks}) == dt.datetime(2027, 1, 3, tzinfo=UTC)
    assert payloads.cancelled_at({"cancelled": "2027-01-04T00:00:00Z", **clocks}) == dt.datetime(
        2027, 1, 4, tzinfo=UTC
    )
    assert payloads.cancelled_at({"cancelled": True}) is None
    assert payloads.cancelled_at(clocks) is None


@pytest.mark.parametrize("flag", [False, None, "true", 1, {}, []])
def test_only_true_is_confirmed(flag: object) -> None:
    assert read(confirmed={"flag": flag})["status"] == "planning"


@pytest.mark.parametrize("confirmed", [None, True, "yes", 5, [], [{"flag": True}]])
def test_confirmed_that_is_no_object_is_not_confirmed(confirmed: object) -> None:
    assert read(confirmed=confirmed)["status"] == "planning"


def test_the_later_of_two_clocks_is_the_revision() -> None:
    # As printed under "Confirm an event": updatedAt stayed where it was.
    event = published("events/first-created-event.confirmed")
    assert payloads.revision(event) == dt.datetime(2020, 7, 15, 16, 10, 52, 855000, UTC)


# People and groups


def test_invitees_are_listed_once_in_vytes_order() -> None:
    guest = {"_id": "i1", "email": "Guest@Example.com ", "full_name": "A Guest", "phone": 601020304}
    found = payloads.invitees(
        {"invitees": [guest, {"email": "b@example.com"}, guest, 5, {}, {"full_name": "Nobody"}]}
    )
    assert found == (
        InviteeRecord("i1", "guest@example.com", "A Guest", "601020304"),
        InviteeRecord("", "b@example.com", "", ""),
    )


def test_an_invitee_without_an_address_is_known_by_its_id() -> None:
    assert payloads.invitees({"invitees": [{"_id": "i1", "email": "nonsense"}]}) == (
        InviteeRecord("i1", "", "", ""),
    )


@pytest.mark.parametrize(
    ("value", "groups"),
    [
        (["a", "b", "a"], ("a", "b")),
        ("a", ("a",)),
        (["a", None, 5, "", " ", True, {}], ("a", "5")),
        (None, ()),
        ({}, ()),
        (["x" * 201, "x" * 200], ("x" * 200,)),
    ],
)
def test_groups_are_listed_once(value: object, groups: tuple[str, ...]) -> None:
    assert payloads.groups({"third_party": {"group_ids": value}}) == groups


# Users


def test_a_user_is_read_bare_or_wrapped() -> None:
    user = published("users")[1]
    said = payloads.ParsedUser(
        "5f2d28fb1e0662e70071d46b", "john.doe@example.com", "John Snow", "userIdInThirdPartyAppDatabase"
    )
    assert payloads.parse_user(user) == payloads.parse_user({"user": user}) == said


def test_a_name_is_made_of_its_parts_where_there_is_no_whole() -> None:
    user = {"_id": "u1", "first_name": "Jane", "last_name": "Doe", "email": "Jane@Acme.com", "emails": []}
    assert payloads.parse_user(user) == payloads.ParsedUser("u1", "jane@acme.com", "Jane Doe", "")


@pytest.mark.parametrize("extid", [55542, "55542", " 55542 "])
def test_an_external_id_is_a_text(extid: object) -> None:
    assert payloads.parse_user({"_id": "u1", "account": {"organization": {"extid": extid}}}).extid == "55542"


@pytest.mark.parametrize("user", [None, [], "u1", {}, {"_id": ""}, {"_id": "a/b"}, {"user": {}}])
def test_a_user_without_an_id_is_unreadable(user: object) -> None:
    with pytest.raises(payloads.Unreadable):
        payloads.parse_user(user)


# What is kept


@pytest.mark.parametrize("value", [None, [], "x", 5, True])
def test_what_is_no_object_is_unreadable(value: object) -> None:
    with pytest.raises(payloads.Unreadable, match="not a JSON object"):
        payloads.parse_event(value)


@pytest.mark.parametrize("vyte_id", [None, "", 5, "a/b", "..", ".", "a b", "é", "a" * 65, "a\n", "%2e", {}])
def test_an_event_without_a_usable_id_is_unreadable(vyte_id: object) -> None:
    with pytest.raises(payloads.Unreadable, match="without a usable _id"):
        payloads.parse_event({"_id": vyte_id, "title": "x"})


def test_unknown_fields_are_kept_and_keys_are_not() -> None:
    event = {
        "_id": "5f0d",
        "title": "x",
        "org": {"x": 1},
        "key_store": {"hash": {"u": "s3cret"}},
        "key\x00_Store": "s3cret",
        "third_party": {"ct": "s3cret"},
    }
    kept = {"_id": "5f0d", "title": "x", "org": {"x": 1}, "third_party": {}}
    assert payloads.parse_event(event).columns["data"] == kept


def test_what_a_database_refuses_is_left_out() -> None:
    odd = {
        "_id": "5f0d",
        "title": "",
        "a\x00": "b\x00c",
        "n": 10**30,
        "f": float("inf"),
        "s": "\ud800",
        "i": -(2**63) + 1,
    }
    kept = payloads.parse_event(odd).columns["data"]
    assert kept == {"_id": "5f0d", "title": "", "a": "bc", "n": None, "f": None, "s": "?", "i": -(2**63) + 1}


def test_an_answer_in_another_order_is_not_the_same_but_what_is_stored_of_it_is() -> None:
    one, other = (
        {"_id": "5f0d", "title": "x", "b": [{"c": 2, "d": 3}]},
        {"b": [{"d": 3, "c": 2}], "title": "x", "_id": "5f0d"},
    )
    first, second = map(payloads.read_answer, (one, other))
    fingerprint = first.record().fingerprint
    assert first.is_of(fingerprint)
    assert not second.is_of(fingerprint)
    assert second.record().is_of(fingerprint)
    assert not payloads.read_answer({**one, "title": "y"}).record().is_of(fingerprint)


@pytest.mark.parametrize("answer", [{}, {"message": "down for maintenance"}, {"ok": True, "_id": "5f0d"}])
def test_what_is_no_event_does_not_pass_for_one_that_lost_everything(answer: dict[str, object]) -> None:
    with pytest.raises(payloads.Unreadable, match="is no event"):
        payloads.parse_event({"_id": "5f0d", **answer})


FIELDS = [
    "confirmed", "created_by", "dates", "invitees", "places", "messages", "lang", "timezone", "title", "vyteme",
    "third_party", "cancelled", "updatedAt", "createdAt",
]  # fmt: skip
INNER = ["flag", "_id", "date", "end_date", "email", "user", "group_ids", "app", "name", "votes", "yes"]
LEAF = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=3)
    | st.just("2027-01-01T00:00Z")
)
PART = LEAF | st.lists(LEAF, max_size=2) | st.dictionaries(st.sampled_from(INNER), LEAF, max_size=3)
WRONG = PART | st.lists(PART, max_size=3) | st.dictionaries(st.sampled_from(INNER), PART, max_size=4)


@given(st.dictionaries(st.sampled_from(FIELDS), WRONG))
def test_an_event_is_read_whatever_its_fields_hold(fields: dict[str, Any]) -> None:
    reading = payloads.parse_event({"_id": "5f0d", "title": "", **fields})
    columns = reading.columns
    assert columns["status"] in ("planning", "confirmed", "cancelled")
    assert columns["ends_at"] is None or columns["starts_at"] <= columns["ends_at"]
    for name, longest in {"title": 500, "timezone": 64, "creator_email": 254, "lang": 16, "app": 64}.items():
        assert isinstance(columns[name], str)
        assert len(columns[name]) <= longest
    for person in reading.invitees:
        assert person.vyte_id or person.email


@pytest.mark.parametrize(
    ("start", "zone", "expected"),
    [
        ("2027-01-05T00:00:00Z", "America/Los_Angeles", "2027-01-05"),
        ("2027-01-05T00:00:00Z", "Asia/Tokyo", "2027-01-05"),
        ("2027-01-04T23:00:00Z", "Europe/Paris", "2027-01-05"),
        ("2027-01-05T08:00:00Z", "America/Los_Angeles", "2027-01-05"),
        ("2027-01-05T05:00:00Z", "America/Los_Angeles", "2027-01-04"),
        ("2027-01-05T01:00:00+01:00", "America/Los_Angeles", "2027-01-05"),
        ("2027-01-05T23:00:00Z", "", "2027-01-05"),
        ("2027-01-05T23:00:00Z", "../Nowhere\x00", "2027-01-05"),
    ],
)
def test_an_all_day_date_is_the_day_that_was_meant(start, zone, expected):
    assert payloads.day(dt.datetime.fromisoformat(start), zone) == dt.date.fromisoformat(expected)
