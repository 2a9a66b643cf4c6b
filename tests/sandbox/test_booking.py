from __future__ import annotations

import html
import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from werkzeug.test import Client

OWNER = "5f1b018dc1ac5dc46efc0139"
WEEK = "start=2099-01-05"
AL = {"name": "Al", "email": "al@x.y"}


def slots(answer):
    return re.findall('name="slot" value="([^"]+)"', answer.text)


def problem(answer):
    return html.unescape(re.search('role="alert">(.*?)</p>', answer.text)[1])


def booked(sandbox, answer):
    return sandbox.state.events[answer.headers["Location"].rpartition("/")[2]]


def minutes(event):
    (date,) = event["dates"]
    return date["date"][11:16], date["end_date"][11:16]


@pytest.mark.parametrize("path", ["/emma/lunch", "/emma/types/lunch"])
def test_an_appointment_type_has_its_own_length_and_words(sandbox, api, browser, path):
    custom = {"duration": 90, "auto_title": "Lunch with {{invitee}}"}
    body = {"name": "Lunch", "message": "Bon appétit", "custom": custom}
    api("POST", "/v2/vytemes/emma/types", json=body)
    page = browser.get(f"{path}?{WEEK}")
    assert "Book Emma: Lunch" in page.text
    assert "Bon appétit" in page.text
    assert len(slots(page)) == 5 * 5
    event = booked(sandbox, browser.post(f"{path}?{WEEK}", data={"slot": slots(page)[0], **AL}))
    assert (minutes(event), event["title"]) == (("08:00", "09:30"), "Lunch with Al")
    assert browser.get("/emma/dinner").status_code == 404


def test_a_page_names_its_public_appointment_types(api, browser):
    for name, more in (("Lunch", {}), ("Secret", {"public": False}), ("Old", {"active": False})):
        api("POST", "/v2/vytemes/emma/types", json={"name": name, **more})
    page = browser.get("/emma").text
    assert re.findall('<li><a href="(/emma/[a-z]+)">', page) == ["/emma/lunch"]
    assert browser.get("/emma/secret").status_code == 200
    assert browser.get("/emma/old").status_code == 404


def test_the_page_s_own_length_is_the_default_and_the_link_s_comes_first(api, browser):
    api("PUT", "/v2/vytemes/emma", json={"custom": {"duration": 120}})
    assert len(slots(browser.get(f"/emma?{WEEK}"))) == 5 * 4
    assert len(slots(browser.get(f"/emma/60?{WEEK}"))) == 5 * 8


@pytest.mark.parametrize("length", ["0", "1441"])
def test_a_length_that_cannot_be_is_refused(browser, length):
    assert browser.get(f"/emma/{length}").status_code == 400


def test_times_are_shown_in_the_zone_that_the_page_fixes(sandbox, api, browser):
    page = browser.get(f"/john-doe-acme?{WEEK}").text
    assert "Times are in Europe/London" in page
    custom = {"set_timezone": True, "fixed_timezone": "Asia/Tokyo"}
    api("PUT", "/v2/vytemes/emma", json={"custom": custom})
    page = browser.get(f"/emma?{WEEK}")
    assert "Times are in Asia/Tokyo" in page.text
    assert "17:00 to 17:30" in page.text
    event = booked(sandbox, browser.post(f"/emma?{WEEK}", data={"slot": slots(page)[0], **AL}))
    assert event["timezone"] == "Asia/Tokyo"


def test_slots_come_from_the_owner_s_availability_and_meetings(sandbox, api, browser):
    days = {
        "monday": {
            "enabled": True,
            "slots": [{"start_time": "2018-01-01T09:00", "end_time": "2018-01-01T11:00"}],
        }
    }
    days |= {day: {"enabled": False} for day in ("tuesday", "wednesday", "thursday", "friday")}
    owner = api("GET", "/v2/vytemes/emma").json["belongs_to"]
    body = {"timezone": "Europe/Paris", "days": days}
    assert api("POST", f"/v2/users/{owner}/availabilities", json=body).status_code == 200
    times = slots(browser.get(f"/emma/30?{WEEK}"))
    assert len(times) == 4
    sandbox.create_event(creator="emma@example.com", dates=[(times[1], times[2])], confirmed=True)
    assert slots(browser.get(f"/emma/30?{WEEK}")) == [times[0], *times[2:]]


def test_a_taken_slot_is_refused_with_other_times_of_that_day(sandbox, browser):
    slot = slots(browser.get("/emma/30?start=2099-02-02"))[3]
    assert browser.post("/emma/30", data={"slot": slot, **AL}).status_code == 303
    before = len(sandbox.state.events)
    answer = browser.post("/emma/30", data={"slot": slot, "name": "Bo", "email": "bo@x.y"})
    assert (answer.status_code, problem(answer)) == (
        409,
        "That time has just been taken: please choose another one.",
    )
    assert len(sandbox.state.events) == before
    offered = slots(answer)
    assert slot not in offered
    assert offered[0].startswith(slot[:10])
    assert 'value="bo@x.y"' in answer.text
    again = browser.post("/emma/30", data={"slot": offered[0], "name": "Bo", "email": "bo@x.y"})
    assert again.status_code == 303


def test_a_time_that_overlaps_another_booking_is_refused(browser):
    slot = slots(browser.get(f"/emma/60?{WEEK}"))[0]
    half = slot.replace(":00:00.000Z", ":30:00.000Z")
    assert browser.post("/emma/60", data={"slot": half, **AL}).status_code == 303
    assert browser.post("/emma/60", data={"slot": slot, **AL}).status_code == 409
    assert browser.post("/emma/30", data={"slot": slot, **AL}).status_code == 303


def test_of_many_who_book_the_same_time_at_once_one_gets_it(sandbox, browser):
    slot = slots(browser.get(f"/emma?{WEEK}"))[0]
    before, count = len(sandbox.state.events), 8
    start = Barrier(count)

    def book(number):
        start.wait()
        person = {"name": f"P{number}", "email": f"p{number}@x.y"}
        return Client(sandbox.app).post(f"/emma?{WEEK}", data={"slot": slot, **person}).status_code

    with ThreadPoolExecutor(count) as pool:
        answers = sorted(pool.map(book, range(count)))
    assert answers == [303] + [409] * (count - 1)
    assert len(sandbox.state.events) == before + 1


def test_a_page_whose_days_are_full_says_when_the_next_time_is(sandbox, browser):
    sandbox.create_event(
        creator="emma@example.com",
        dates=[("2099-01-05T00:00:00Z", "2099-01-14T00:00:00Z")],
        confirmed=True,
    )
    page = browser.get(f"/emma?{WEEK}&cn=Al")
    assert slots(page) == []
    ((path, text),) = re.findall('next free time is on <a href="(.*?)">(.*?)</a>', page.text)
    assert text == "Wednesday 14 January 2099"
    assert slots(browser.get(html.unescape(path)))[0].startswith("2099-01-14T08:00")


@pytest.mark.parametrize("change", ["inactive", "ownerless"])
def test_a_page_that_is_not_active_or_has_no_owner_cannot_be_booked(sandbox, api, browser, change):
    if change == "inactive":
        api("PUT", "/v2/vytemes/emma", json={"active": False})
    else:
        del sandbox.state.users[sandbox.state.pages["emma"]["belongs_to"]]
    assert browser.get("/emma").status_code == 404
    assert browser.post("/emma", data={"slot": "2099-01-05T08:00:00Z", **AL}).status_code == 404


def test_a_booking_that_is_not_confirmed_by_itself_waits_for_the_owner(sandbox, api, browser):
    api("PUT", "/v2/vytemes/emma", json={"custom": {"auto_confirm": False}})
    slot = slots(browser.get(f"/emma?{WEEK}"))[0]
    event = booked(sandbox, browser.post("/emma", data={"slot": slot, **AL}))
    assert event["confirmed"]["flag"] is False
    assert event["created_by"]["user"] == sandbox.state.pages["emma"]["belongs_to"]
