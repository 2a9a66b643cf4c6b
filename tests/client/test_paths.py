"""Whatever a path argument or a query value holds, it stays in its place in what goes over the wire."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from operator import attrgetter
from typing import Any
from urllib.parse import unquote, unquote_plus, urlsplit

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from django_vyte.client import VyteClient
from django_vyte.client.types import EventFilters
from django_vyte.exceptions import UnexpectedAnswer
from tests.client.operations import API, KEY, TABLE, Recorder

NASTY = [
    "a/b",
    "../..",
    "..",
    ".",
    "%2e%2e%2f",
    "//evil.test/",
    "a?b=c",
    "a&limit=1",
    "a=b",
    "#a",
    "a;b",
    "a,b",
    "a b",
]
NASTY += [
    "a+b",
    "a\\b",
    "@",
    "a\r\nX-Evil: 1",
    "a\nb",
    "\x00",
    "\x7f",
    "\x85",
    "\u2028",
    "é",
    "\ud83d",
    "%",
    "%zz",
    "",
]
WILD = st.sampled_from(NASTY) | st.text(max_size=20)
SAFE = st.text(
    st.characters(exclude_categories=["Cc", "Cs"], exclude_characters=","), min_size=1, max_size=20
)
TEXT = WILD | SAFE
LOCAL_PART = st.sampled_from(["a", "a+b", "a&limit=1", "a%26b", "a?x=1#", "o'neil", "é", "a/../b"]) | SAFE
EMAIL = TEXT | LOCAL_PART.map(lambda name: f"{name}@acme.com")
# What an argument of the query may be given, and how it is called on the wire if not by its own name.
QUERY: dict[str, st.SearchStrategy[Any]] = {
    "name": TEXT,
    "contact_email": EMAIL,
    "contact_name": TEXT,
    "email": EMAIL,
    "secret": TEXT,
    "team": TEXT,
    "date_id": TEXT,
    "place_id": TEXT,
    "filter": TEXT,
    "q": TEXT,
    "app_id": TEXT,
    "users": st.lists(TEXT, min_size=1, max_size=3),
    "creator_users": st.lists(TEXT, max_size=3),
    "invitee_users": st.lists(TEXT, max_size=3),
    "group_ids": st.lists(TEXT, max_size=3),
    "emails": st.lists(EMAIL, min_size=1, max_size=3),
    "creator_emails": st.lists(EMAIL, max_size=3),
    "invitee_emails": st.lists(EMAIL, max_size=3),
    "timezone": TEXT | st.sampled_from(["Europe/Paris", "Etc/GMT+1", "America/Argentina/Ushuaia"]),
    "limit": st.integers(-1, 10**9),
    "duration": st.integers(-1, 10**6),
    "start": st.dates(),
    "end": st.dates(),
}
ON_THE_WIRE = {"email": "cm", "date_id": "d", "place_id": "p", "start": "from", "end": "to"}
# Of the operations that take a body, something to put into it.
BODIES: dict[str, Any] = {
    "action": "event.created",
    "target_url": "https://a.example/1",
    "invitees": [{"email": "a@b.c"}],
    "users": [{"user": {"email": "a@b.c"}}],
    "user": "u1",
}
LISTS = ("events.list", "events.iterate", "teams.events")
HEADERS = {
    "Authorization",
    "Accept",
    "Accept-Encoding",
    "Connection",
    "Content-Length",
    "Content-Type",
    "User-Agent",
}


@dataclass
class Call:
    """One operation of the table, and what is passed to it."""

    method: str
    path: str
    name: str
    positional: list[Any] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    def filled(self, draw: Callable[[st.SearchStrategy[Any], str], Any]) -> Call:
        """The same with a value for each of its arguments."""
        call = Call(self.method, self.path, self.name)
        in_path = re.findall(r":(\w+)", self.path)
        for parameter in inspect.signature(attrgetter(self.name)(VyteClient("k"))).parameters.values():
            name = parameter.name
            if name in in_path:
                call.ids[name] = draw(TEXT, name)
                call.positional.append(call.ids[name])
            elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                call.positional.append(BODIES[name])
            elif name == "filters":
                call.query |= {each: draw(QUERY[each], each) for each in EventFilters.__annotations__}
            elif name in QUERY:
                call.query[name] = draw(QUERY[name], name)
            elif name in BODIES:
                call.body[name] = BODIES[name]
        return call

    def sent(self) -> requests.PreparedRequest | None:
        """What goes over the wire; ``None`` when an argument is refused, which must be named then."""
        recorder = Recorder(b"[]" if self.name in LISTS else b"{}")
        refusal = ""
        try:
            answer = attrgetter(self.name)(recorder.client())(*self.positional, **self.query, **self.body)
            list(answer or ())  # iterate asks only now
        except UnexpectedAnswer:
            pass
        except ValueError as error:
            refusal = str(error)
        if refusal:
            assert not recorder.sent
            assert re.split(r"\W", refusal)[0] in {*self.ids, *self.query}
            return None
        [request] = recorder.sent
        return request


CALLS = [Call(entry["method"], entry["path"], name) for entry in TABLE for name in entry["client"]]


def written(name: str, value: Any) -> str:
    """A value of the query as it must arrive, once it is decoded."""
    if name == "q":
        return re.sub(r"[\\^$.|?*+()\[\]{}]", r"\\\g<0>", value)
    if isinstance(value, list):
        return ",".join(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def check_path(call: Call, path: str) -> None:
    """As many segments as the template has, the fixed ones as they are, each of the others what was given."""
    segments, template = path.split("/"), call.path.split("/")
    assert len(segments) == len(template)
    for expected, found in zip(template, segments, strict=True):
        assert unquote(found) == (call.ids[expected[1:]] if expected.startswith(":") else expected)
        assert found not in (".", "..")


def check_query(call: Call, query: str) -> None:
    """Each name once, nobody else, each value what was given."""
    pairs = [pair.split("=") for pair in query.split("&") if pair]
    assert len({name for name, _ in pairs}) == len(pairs)
    assert {name: unquote_plus(value) for name, value in pairs} == {
        ON_THE_WIRE.get(name, name): written(name, value)
        for name, value in call.query.items()
        if (name, value) != ("q", "")
    }


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
@settings(max_examples=50)
@given(data=st.data())
def test_no_value_leaves_its_place(call: Call, data: st.DataObject) -> None:
    filled = call.filled(data.draw)
    request = filled.sent()
    if request is None:
        return
    assert re.fullmatch(r"[!-~]+", request.url or "")
    url = urlsplit(request.url or "")
    assert (request.method, f"{url.scheme}://{url.netloc}", url.fragment) == (call.method, API, "")
    check_path(filled, url.path)
    check_query(filled, url.query)
    assert set(request.headers) <= HEADERS
    assert request.headers["Authorization"] == KEY
    assert all(re.fullmatch(r"[ -~]+", str(value)) for value in request.headers.values())


HARMLESS: dict[str, Any] = {
    "timezone": "Europe/Paris",
    "limit": 5,
    "duration": 30,
    "start": date(2026, 1, 1),
    "end": date(2026, 1, 2),
    "email": "a@b.c",
    "contact_email": "a@b.c",
    "emails": ["a@b.c"],
    "creator_emails": ["a@b.c"],
    "invitee_emails": ["a@b.c"],
}


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.name)
def test_what_is_harmless_is_sent(call: Call) -> None:
    assert call.filled(lambda strategy, name: HARMLESS.get(name, "a")).sent() is not None
