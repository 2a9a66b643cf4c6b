from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from django_vyte.client.arguments import content, day, event, hook, joined, segment, url_secrets

NAIVE = datetime.fromisoformat("2026-11-20T09:00")
AWARE = datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("value", "quoted"),
    [
        ("5f4cc0d7", "5f4cc0d7"),
        ("a/b", "a%2Fb"),
        ("../../keys", "..%2F..%2Fkeys"),
        ("a?b#c", "a%3Fb%23c"),
        ("a\x00b", "a%00b"),
        ("a b+c", "a%20b%2Bc"),
        ("%2e%2e", "%252e%252e"),
        ("é", "%C3%A9"),
        ("...", "..."),
        ("\r\n", "%0D%0A"),
    ],
)
def test_an_id_stays_in_its_segment(value: str, quoted: str) -> None:
    assert segment(value) == quoted


@pytest.mark.parametrize("value", ["", ".", "..", None, 5, b"abc", "\ud800"])
def test_what_is_no_segment_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match=r"id must be|surrogates"):
        segment(value)


def test_several_values_are_joined_by_commas() -> None:
    assert joined("emails", ["a@b.c", "d@e.f"]) == "a@b.c,d@e.f"
    assert joined("emails", ("a@b.c",)) == "a@b.c"
    assert joined("emails", "a@b.c,d@e.f") == "a@b.c,d@e.f"
    assert joined("emails", None) is None


@pytest.mark.parametrize(("values", "message"), [([], "empty"), (["a,b"], "comma")])
def test_a_list_that_would_mean_something_else_is_refused(values: list[str], message: str) -> None:
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


@pytest.mark.parametrize("creator", [{}, {"email": ""}, {"name": "Jane"}])
def test_an_event_needs_a_creator(creator: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="created_by"):
        event(creator, {"title": "x"})


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
    assert hook("event.created", url) == {"action": "event.created", "target_url": url}


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
    ],
)
def test_another_target_url_is_refused_without_showing_it(url: str) -> None:
    with pytest.raises(ValueError, match="URL") as caught:
        hook("event.created", url)
    assert "TOKEN" not in str(caught.value)


def test_the_secret_parts_of_a_target_url_are_found() -> None:
    url = "https://crm.example.com/vyte/webhooks/0123456789abcdef01/?id=abcdefghijklmnopqrst"
    assert url_secrets(url) == ["0123456789abcdef01", "abcdefghijklmnopqrst"]
