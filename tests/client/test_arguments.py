from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from django_vyte.client.arguments import (
    content,
    count,
    day,
    days,
    emails,
    joined,
    minutes,
    search,
    segment,
    text,
    url_secrets,
    zone,
)

NAIVE = datetime.fromisoformat("2026-11-20T09:00")
AWARE = datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("5f4cc0d7", "5f4cc0d7"),
        ("a/b", "a%2Fb"),
        ("../../keys", "..%2F..%2Fkeys"),
        ("a?b#c", "a%3Fb%23c"),
        ("a b+c", "a%20b%2Bc"),
        ("%2e%2e", "%252e%252e"),
        ("é", "%C3%A9"),
        ("...", "..."),
    ],
)
def test_an_id_stays_in_its_segment(value: str, quoted: str) -> None:
    assert segment(value) == quoted


@pytest.mark.parametrize("value", ["", ".", "..", None, 5, b"abc", "a\ud800", "a\x00b", "\r\n", "a\x85"])
def test_what_is_no_segment_is_refused_by_its_name(value: Any) -> None:
    with pytest.raises(ValueError, match="event_id"):
        segment(value, "event_id")


@pytest.mark.parametrize("value", ["", "a\nSecret: b", "\udfff", 5])
def test_a_text_of_a_query_is_refused_without_showing_it(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^secret ") as caught:
        text("secret", value)
    assert not value or str(value) not in str(caught.value)


def test_several_values_are_joined_by_commas() -> None:
    assert joined("emails", ["a@b.c", "d@e.f"]) == "a@b.c,d@e.f"
    assert joined("emails", ("a@b.c",)) == "a@b.c"
    assert joined("emails", "a@b.c,d@e.f") == "a@b.c,d@e.f"
    assert joined("emails", None) is None


@pytest.mark.parametrize(
    ("values", "message"),
    [([], "empty"), (["a,b"], "comma"), ([""], "not empty"), (["a", "\t"], "control"), ("", "not empty")],
)
def test_a_list_that_would_mean_something_else_is_refused(values: Any, message: str) -> None:
    with pytest.raises(ValueError, match=f"group_ids.*{message}"):
        joined("group_ids", values)


def test_days_are_written_as_year_month_day() -> None:
    assert day("start", date(2026, 1, 2)) == "2026-01-02"
    assert day("start", None) is None


def test_a_datetime_means_the_day_in_its_own_time_zone() -> None:
    assert day("start", datetime(2026, 1, 2, 23, 30, tzinfo=ZoneInfo("America/New_York"))) == "2026-01-02"


def test_a_naive_datetime_is_no_day() -> None:
    with pytest.raises(ValueError, match="start"):
        day("start", NAIVE)


def test_a_text_is_no_day() -> None:
    text: Any = "2026-01-02"
    with pytest.raises(ValueError, match=r"^start must be a date"):
        day("start", text)


def test_instants_are_sent_in_utc() -> None:
    body = content("", {"dates": [{"date": AWARE, "end_date": AWARE.astimezone(UTC), "all_day": False}]})
    assert body == {
        "dates": [
            {"date": "2026-11-20T07:00:00.000Z", "end_date": "2026-11-20T07:00:00.000Z", "all_day": False}
        ]
    }


@pytest.mark.parametrize(
    "end",
    [NAIVE, "2026-11-20T09:00:00", "2026-11-20T09:00", "2026-11-20 09:00:00", "2026-11-20T09:00:00.000"],
)
def test_a_time_without_an_offset_is_refused_by_its_place(end: Any) -> None:
    with pytest.raises(ValueError, match=r"dates\[1\]\.end_date"):
        content("", {"dates": [{"date": AWARE}, {"date": AWARE, "end_date": end}]})


@pytest.mark.parametrize("end", ["2026-11-20T09:00:00Z", "2026-11-20T09:00:00+01:00", "2026-11-20"])
def test_a_time_that_is_already_text_is_sent_as_it_is(end: str) -> None:
    assert content("", {"dates": ({"end_date": end},)}) == {"dates": [{"end_date": end}]}


def test_other_texts_may_look_like_times() -> None:
    fields = {"title": "2026-11-20T09:00:00", "start_time": "2018-01-01T09:00", "update": "2018-01-01T09:00"}
    assert content("", fields) == fields


def test_an_end_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^end \(2026-01-01\) is before start"):
        days(date(2026, 1, 2), date(2026, 1, 1))
    with pytest.raises(ValueError, match=r"^dates\[0\]\.end_date .* is before"):
        content("", {"dates": [{"date": AWARE, "end_date": "2026-11-20T06:59:00Z"}]})
    assert days(date(2026, 1, 2), date(2026, 1, 2)) == {"from": "2026-01-02", "to": "2026-01-02"}
    assert days(date(2026, 1, 2), None) == {"from": "2026-01-02", "to": None}


@pytest.mark.parametrize(
    "value", ["a@b", "d+e@f.g", "o'neil@example.co.uk", "é@exämple.com", "a.b@[127.0.0.1]"]
)
def test_an_email_is_taken_wherever_it_stands(value: str) -> None:
    assert emails("emails", [value]) == value
    fields = {
        "invitees": [{"email": value}],
        "emails": [value],
        "created_by": {"email": value},
        "contact_email": value,
    }
    assert content("", fields) == fields


@pytest.mark.parametrize(
    "value",
    [
        "",
        "jane",
        "jane@",
        "@acme.com",
        "a@b@c",
        "a b@c.d",
        "a@b.c,d@e.f",
        "a@b.c;d@e.f",
        "a@b\n",
        "J <a@b>",
        5,
    ],
)
def test_what_is_no_email_is_refused_by_its_place(value: Any) -> None:
    for place, body in {
        "invitees[1].email": {"invitees": [{"email": "a@b.c"}, {"email": value}]},
        "emails[0]": {"emails": [value]},
        "created_by.email": {"created_by": {"email": value, "user": "u1"}},
        "contact_email": {"contact_email": value},
    }.items():
        with pytest.raises(ValueError, match=f"^{re.escape(place)}: "):
            content("", body)
    with pytest.raises(ValueError, match=r"^emails"):
        emails("emails", [value])


def test_a_text_of_several_emails_is_taken_apart() -> None:
    assert emails("emails", "a@b.c,d@e.f") == "a@b.c,d@e.f"
    assert emails("emails", "a@b.c, d@e.f") == "a@b.c,d@e.f"
    with pytest.raises(ValueError, match="emails"):
        emails("emails", "a@b.c,")


def test_an_object_may_be_called_email() -> None:
    preferences = {"email": {"attending": True}, "push": {}}
    assert content("", preferences) == preferences


@pytest.mark.parametrize("creator", [{}, {"email": ""}, {"name": "Jane"}, {"email": None, "user": ""}])
def test_an_event_needs_a_creator(creator: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"^created_by"):
        content("", {"title": "x", "created_by": creator})


@pytest.mark.parametrize(("name", "body"), [("invitees", []), ("", {"invitees": ()}), ("users", [])])
def test_a_list_of_nobody_is_refused(name: str, body: Any) -> None:
    with pytest.raises(ValueError, match=r"^(invitees|users) is an empty list"):
        content(name, body)


@pytest.mark.parametrize(
    ("value", "sent"),
    [(30, 30), (timedelta(hours=1), 60), (timedelta(days=1), 1440), (timedelta(minutes=1), 1)],
)
def test_a_duration_is_a_number_of_minutes_or_a_timedelta(value: Any, sent: int) -> None:
    assert minutes("duration", value) == sent
    assert content("", {"custom": {"duration": value}}) == {"custom": {"duration": sent}}
    assert content("", {"buffer_before": value, "buffer_after": 0}) == {
        "buffer_before": sent,
        "buffer_after": 0,
    }


@pytest.mark.parametrize(
    "value", [0, -5, 1.5, "30", True, timedelta(0), timedelta(seconds=90), timedelta(-1)]
)
def test_what_is_no_duration_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^duration must be 1 or more"):
        minutes("duration", value)


@pytest.mark.parametrize("value", [-1, timedelta(seconds=-60), "0"])
def test_a_buffer_is_not_negative(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^buffer_after must be 0 or more"):
        content("", {"buffer_after": value})


@pytest.mark.parametrize("value", ["Europe/Paris", "UTC", ZoneInfo("Asia/Kolkata")])
def test_a_time_zone_is_a_name_or_a_zoneinfo(value: Any) -> None:
    assert zone("timezone", value) == str(value)
    assert content("", {"timezone": value, "custom": {"fixed_timezone": value}}) == {
        "timezone": str(value),
        "custom": {"fixed_timezone": str(value)},
    }


@pytest.mark.parametrize(
    "value",
    ["Europe/Pari", "", "Europe", "../UTC", "/etc/passwd", "CEST+1", "x" * 5000, "a\x00", "\ud800", UTC, 1],
)
def test_an_unknown_time_zone_is_refused(value: Any) -> None:
    for name in ("timezone", "fixed_timezone"):
        with pytest.raises(ValueError, match=f"^{name}: "):
            content("", {name: value})


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (time(9), "2018-01-01T09:00"),
        (time(23, 59, 59), "2018-01-01T23:59:59"),
        ("2018-01-01T09:00", "2018-01-01T09:00"),
    ],
)
def test_a_time_of_day_is_written_as_vyte_prints_it(value: Any, sent: str) -> None:
    slots = {"days": {"monday": {"slots": [{"start_time": value, "end_time": value}]}}}
    assert content("", slots) == {"days": {"monday": {"slots": [{"start_time": sent, "end_time": sent}]}}}


@pytest.mark.parametrize("value", [time(9, tzinfo=UTC), AWARE, 9])
def test_what_is_no_time_of_day_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^slots\[0\]\.start_time must be a time of day"):
        content("", {"slots": [{"start_time": value}]})


def test_nothing_is_sent_as_null_and_the_unknown_as_it_is() -> None:
    body = {"email": None, "timezone": None, "duration": None, "new": [1, {"x": True}], "other": 1.5}
    assert content("", body) == body


@pytest.mark.parametrize("wrong", [b"x", bytearray(b"x"), float("nan"), float("-inf"), timedelta(minutes=5)])
def test_what_json_would_change_is_refused_by_its_place(wrong: Any) -> None:
    with pytest.raises(ValueError, match=r"^new\[0\]\.other (must be|is) "):
        content("", {"new": [{"other": wrong}]})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("date", "2026-11-20T09:00:00." + "1" * 5_000),
        ("email", "x" * 5_000),
        ("timezone", "x" * 5_000),
        ("duration", "x" * 5_000),
    ],
)
def test_of_a_long_text_only_the_beginning_is_shown(name: str, value: str) -> None:
    with pytest.raises(ValueError, match=f"^{name}") as caught:
        content("", {name: value})
    assert len(str(caught.value)) < 250


@pytest.mark.parametrize("name", ["email", "timezone", "duration", "date", "start_time"])
def test_an_object_of_any_other_kind_is_never_shown(name: str) -> None:
    class Secret:
        def __repr__(self) -> str:
            return "never-guess-it"

    with pytest.raises(ValueError, match=f"^{name}.* a value of type Secret"):
        content("", {name: Secret()})
    with pytest.raises(ValueError, match="a value of type Secret"):
        segment(Secret())


def test_what_yields_objects_is_taken_as_a_list() -> None:
    assert content("", {"invitees": ({"email": each} for each in ["a@b.c"])}) == {
        "invitees": [{"email": "a@b.c"}]
    }


def test_half_a_character_is_refused_by_its_place() -> None:
    with pytest.raises(ValueError, match=r"^messages\[0\]\.body holds half a character"):
        content("", {"messages": [{"body": "a\ud83d"}]})


def test_a_number_of_events_is_one_or_more() -> None:
    assert [count("limit", value) for value in (1, 100, None)] == [1, 100, None]
    wrong: Any
    for wrong in (0, -1, "5", 1.0, True):
        with pytest.raises(ValueError, match=r"^limit must be"):
            count("limit", wrong)


@given(title=st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1))
def test_a_text_is_searched_as_it_is(title: str) -> None:
    pattern = search("q", title) or ""
    assert re.fullmatch(pattern, title)
    # What JavaScript refuses in a regular expression with the flag u: a backslash before anything else.
    assert re.fullmatch(r"(\\[\\^$.|?*+()\[\]{}]|[^\\^$.|?*+()\[\]{}])*", pattern, re.DOTALL)


@pytest.mark.parametrize("title", ["Call", "kick-off", "Q&A #1: ~5/6, é", "<b>"])
def test_only_what_has_a_meaning_is_escaped(title: str) -> None:
    assert search("q", title) == title


def test_a_compiled_expression_is_sent_as_it_is() -> None:
    assert search("q", re.compile(r"^kick[- ]off\b")) == r"^kick[- ]off\b"
    assert search("q", None) is None
    assert search("q", "") is None


@pytest.mark.parametrize(
    "value", [re.compile("a", re.IGNORECASE), re.compile("(?x)a"), re.compile(b"a"), "a\nb"]
)
def test_an_expression_that_cannot_be_sent_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"^q"):
        search("q", value)


@pytest.mark.parametrize(
    "url",
    [
        "https://crm.example.com/vyte/webhooks/abc/",
        "http://127.0.0.1:8000/hooks",
        "http://localhost/hooks",
        "http://[::1]:8000/hooks",
        "http://127.8.9.1/hooks",
    ],
)
def test_a_target_url_is_https_or_on_this_machine(url: str) -> None:
    assert content("", {"target_url": url}) == {"target_url": url}


@pytest.mark.parametrize(
    "url",
    [
        "http://crm.example.com/TOKEN-0123456789abcdef",
        "http://127.0.0.1.example.com/TOKEN-0123456789abcdef",
        "http://localhost.example.com/TOKEN-0123456789abcdef",
        "ftp://crm.example.com/TOKEN-0123456789abcdef",
        "//crm.example.com/TOKEN-0123456789abcdef",
        "/TOKEN-0123456789abcdef",
        "https:///TOKEN-0123456789abcdef",
        "",
        "https://[::1/TOKEN-0123456789abcdef",
        "https://crm.example.com/TOKEN-0123456789abcdef\r\n",
    ],
)
def test_another_target_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="target_url") as caught:
        content("", {"target_url": url})
    assert "TOKEN" not in str(caught.value)


def test_the_secret_parts_of_a_target_url_are_found() -> None:
    url = "https://crm.example.com/vyte/webhooks/0123456789abcdef01/?id=abcdefghijklmnopqrst"
    assert url_secrets(url) == ["0123456789abcdef01", "abcdefghijklmnopqrst"]
