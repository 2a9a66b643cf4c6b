"""The webhook endpoint answers whatever is sent, and no good call is lost by a bad one before it or next to it."""

from __future__ import annotations

import gzip
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import Any

import pytest
from celery import Celery
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from django_vyte.jobs import publishing
from django_vyte.jobs.publishing import Message, Publisher
from django_vyte.models import Delivery, Event, EventChange, Team
from django_vyte.sandbox import Sandbox

GOOD = "5f0d7eb02003d0971e2a961a"
OTHER = "569c3b6105dc780300951bd0"


def call(vyte_id: str = GOOD, action: str = "event.created", **resource: Any) -> str:
    """A call such as Vyte makes, about one of its published events."""
    return json.dumps({"action": action, "resource": {"_id": vyte_id, **resource}, "team": "14ce14c8"})


def post(path: str, body: bytes | str = b"", **headers: str) -> Any:
    """POSTs a body as it is; ``headers`` are named as in the WSGI environment."""
    return Client().generic(
        "POST", path, body, **{"content_type": headers.pop("CONTENT_TYPE", "application/json"), **headers}
    )


def about(raw_id: str) -> bytes:
    """A call whose ``_id`` is this piece of JSON."""
    return b'{"action":"event.created","resource":{"_id":%s}}' % raw_id.encode()


NOTHING = {"failed", "ignored"}  # answered 200, kept, and nothing to be done about it
PROCESSED = {"done"}  # odd, but it says which event it is about
REFUSED: set[str] = set()  # answered 413, not kept

BODIES: dict[str, tuple[bytes, set[str]]] = {
    "empty": (b"", NOTHING),
    "white space": (b" \r\n\t ", NOTHING),
    "a NUL": (b"\x00", NOTHING),
    "many NULs": (b"\x00" * 5000, NOTHING),
    "words": (b"event.created 5f0d7eb02003d0971e2a961a", NOTHING),
    "a form": (b"action=event.created&resource=5f0d7eb02003d0971e2a961a", NOTHING),
    "HTML": (b"<html><body>event.created</body></html>", NOTHING),
    "XML with an entity": (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', NOTHING),
    "a multipart body": (b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--', NOTHING),
    "null": (b"null", NOTHING),
    "true": (b"true", NOTHING),
    "a number": (b"5", NOTHING),
    "a string": (b'"event.created"', NOTHING),
    "an empty object": (b"{}", NOTHING),
    "an empty array": (b"[]", NOTHING),
    "an array of junk": (b'[null, true, 0, "", [], {}, [[]], {"a": 1}]', NOTHING),
    "a call in an array in an array": (b"[[%s]]" % call().encode(), NOTHING),
    "a call in a string": (json.dumps(call()).encode(), NOTHING),
    "not JSON": (b"{'action': 'event.created'}", NOTHING),
    "truncated": (call().encode()[:-2], NOTHING),
    "truncated in a string": (call().encode()[:20], NOTHING),
    "truncated in an escape": (b'{"action": "event.created\\u00', NOTHING),
    "truncated in a character": (b'{"action": "event.created", "x": "\xe2\x80', NOTHING),
    "two objects in a row": (call().encode() * 2, NOTHING),
    "something after the object": (call().encode() + b"x", NOTHING),
    "a comma too many": (b'{"action": "event.created",}', NOTHING),
    "a comment": (b'/* hi */ {"action": "event.created"}', NOTHING),
    "not UTF-8": (b'\xff\xfe\xfd{"action": "\xff"}\x80', NOTHING),
    "Latin-1": ('{"action": "événement"}'.encode("latin-1"), NOTHING),
    "UTF-8 with a BOM": (b"\xef\xbb\xbf" + call().encode(), PROCESSED),
    "UTF-16": (call().encode("utf-16"), PROCESSED),
    "UTF-16 big end first, without a BOM": (call().encode("utf-16-be"), PROCESSED),
    "UTF-32": (call().encode("utf-32"), PROCESSED),
    "half of UTF-16": (call().encode("utf-16")[:-1], NOTHING),
    "gzip": (gzip.compress(call().encode()), NOTHING),
    "Latin-1 in a title": (call(title="XX").replace("XX", "Caf\xe9").encode("latin-1"), PROCESSED),
    "NULs between": (call().replace(":", ":\x00").encode(), PROCESSED),
    "an escaped NUL": (call(title="a\x00b", **{"k\x00": "\x00"}).encode(), PROCESSED),
    "a lone surrogate": (call(title="\ud800", **{"\udfff": ["\ud83d"]}).encode(), PROCESSED),
    "a raw lone surrogate": (call(title="XX").replace("XX", "\ud800").encode("utf8", "surrogatepass"), PROCESSED),
    "an emoji": (call(title="🎉").encode(), PROCESSED),
    "100,000 brackets": (b"[" * 100_000, NOTHING),
    "100,000 brackets, closed": (b"[" * 100_000 + b"]" * 100_000, NOTHING),
    "100,000 braces": (b'{"a":' * 100_000, NOTHING),
    "100,000 braces in a call": (b'{"action":"event.created","resource":' + b'{"a":' * 100_000, NOTHING),
    "900 brackets in a call": (call(x=0).replace("0}", "[" * 900 + "]" * 900 + "}").encode(), PROCESSED),
    "5,000 digits": (b'{"action":"event.created","n":%s}' % (b"9" * 5000), NOTHING),
    "4,000 digits": (call(n=0).replace("0}", "9" * 4000 + "}").encode(), PROCESSED),
    "1e999": (call(n=0).replace("0}", "1e999}").encode(), PROCESSED),
    "NaN and Infinity": (call(n=0).replace("0}", "[NaN, Infinity, -Infinity]}").encode(), PROCESSED),
    "3 MB": (b"[" + b" " * 3_000_000 + b"]", REFUSED),
    "1 MB and one byte": (b" " * 1_000_001, REFUSED),
    "an id of 900,000 characters": (about(json.dumps("a" * 900_000)), NOTHING),
    "500,000 quotes": (b'["' + b'\\"' * 450_000, NOTHING),
    "500,000 backslashes": (b'["' + b"\\" * 900_001, NOTHING),
    "100,000 commas": (b"[" + b"," * 100_000, NOTHING),
    "100,000 elements": (b"[" + b"1," * 99_999 + b"1]", NOTHING),
    "an id with a slash": (about('"5f0d/../5f0d"'), NOTHING),
    "an id with an escaped slash": (about(r'"5f0d\/cancel"'), NOTHING),
    "an id of dots": (about('".."'), NOTHING),
    "an id that is quoted": (about('"%2e%2e%2fusers"'), NOTHING),
    "an id with a space": (about('"5f0d 7eb0"'), NOTHING),
    "an id with a line break": (about(r'"5f0d\r\nX-Evil: 1"'), NOTHING),
    "an id with a question mark": (about('"5f0d?api_key=1"'), NOTHING),
    "an id with a hash": (about('"5f0d#"'), NOTHING),
    "an id that is no ASCII": (about('"５ｆ0d"'), NOTHING),
    "an id with a NUL": (about('"5f\\u00000d/"'), NOTHING),
    "an id with a surrogate": (about(r'"5f\ud8000d"'), NOTHING),
    "an id that is a number": (about("5"), NOTHING),
    "an id that is true": (about("true"), NOTHING),
    "an id that is a list": (about('["5f0d"]'), NOTHING),
    "an id that is an object": (about('{"$ne": null}'), NOTHING),
    "no action": (b'{"resource":{"_id":"5f0d"}}', NOTHING),
    "no resource": (b'{"action":"event.created"}', NOTHING),
    "an action nobody knows": (call(action="event.exploded").encode(), PROCESSED),
    "an action about something else": (call(action="vyteme.updated").encode(), NOTHING),
    "an action of 100,000 characters": (call(action="x" * 100_000).encode(), NOTHING),
    "a user who is nobody": (b'{"action":"user.joined","resource":{"full_name":"A"}}', NOTHING),
    "a key twice": (b'{"action":1,' + call().encode()[1:], PROCESSED),
    "a resource twice": (call().encode()[:-1] + b',"resource":[]}', NOTHING),
    "keys nobody knows": (call(**{"__proto__": {}, "$where": "1", "": None, "é" * 999: 1}).encode(), PROCESSED),
    "a call of 900,000 characters": (call(title="a" * 900_000).encode(), PROCESSED),
}  # fmt: skip


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_answered_and_the_next_good_call_is_processed(
    name: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    body, outcome = BODIES[name]
    assert post(webhook_path, body).status_code == (200 if outcome else 413)
    assert Delivery.objects.count() == (1 if outcome else 0)
    settle()
    assert set(Delivery.objects.values_list("status", flat=True)) <= outcome
    assert Event.objects.filter(vyte_id=GOOD).exists() == (outcome == PROCESSED)
    for row in Delivery.objects.filter(status="failed"):
        assert row.error

    assert post(webhook_path, call(OTHER)).status_code == 200
    settle()
    assert Event.objects.get(vyte_id=OTHER).title == "Meeting for project"
    assert Delivery.objects.order_by("pk").last().status == "done"


def test_there_are_at_least_sixty_of_them() -> None:
    assert len(BODIES) + len(HEADERS) >= 60


# Elements of an array, some of them no JSON at all.
ELEMENTS = {
    "nothing": "",
    "null": "null",
    "a number": "5",
    "a string": '"x"',
    "an array": "[]",
    "a call in an array": f"[{call('zzz')}]",
    "an empty object": "{}",
    "a word": "undefined",
    "an object that is not JSON": "{'action': 'event.created'}",
    "a comma too many": '{"a": 1,}',
    "5,000 digits": '{"action":"event.created","n":%s}' % ("9" * 5000),
    "NaN": '{"action": NaN}',
    "20,000 brackets": "[" * 20_000 + "]" * 20_000,
    "20,000 braces": '{"a":' * 20_000 + "1" + "}" * 20_000,
    "an unknown escape": '{"action": "\\x"}',
    "a raw line break": '{"action": "event.\ncreated"}',
    "a raw NUL": '{"action": "event.\x00created"}',
    "commas in a string": '{"action": "],[,{\\"", x}',
    "no action": '{"resource": {"_id": "zzz"}}',
    "an id with a slash": call("a/b"),
    "a resource that is a list": '{"action": "event.created", "resource": ["zzz"]}',
    "an unknown action": call("zzz", "vyteme.updated"),
}


@pytest.mark.parametrize("name", ELEMENTS)
def test_good_calls_next_to_a_bad_element_are_processed(
    name: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    bad = ELEMENTS[name]
    body = f"[{bad}, {call(GOOD)}, {bad},{call(OTHER, 'event.confirmed')} ,{bad}]"
    assert post(webhook_path, body).status_code == 200
    settle()
    assert set(Event.objects.values_list("vyte_id", flat=True)) == {GOOD, OTHER}
    row = Delivery.objects.get()
    assert row.status == ("done" if name == "an unknown action" else "failed")
    assert bool(row.error) == (row.status == "failed")


@pytest.mark.parametrize(
    "end", ["", ", ", ', {"action": "eve', ', {"action": "event.created", "resource": {"_id":']
)
def test_calls_before_the_point_where_an_array_breaks_off_are_processed(
    end: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    assert post(webhook_path, f"[{call(GOOD)},{call(OTHER)}{end}").status_code == 200
    settle()
    assert set(Event.objects.values_list("vyte_id", flat=True)) == {GOOD, OTHER}
    assert Delivery.objects.get().status == ("failed" if end else "done")


WRONG = [
    "null",
    "true",
    "0",
    "-1.5",
    '""',
    '"x"',
    "[]",
    "{}",
    "[[]]",
    '[{"a": 1}]',
    r'"\u0000"',
    "1e400",
    "NaN",
]


@pytest.mark.parametrize("field", ["action", "resource", "team", "organization", "user"])
def test_a_wrong_type_in_a_field_of_a_call_hurts_no_other_call(
    field: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    for wrong in WRONG:
        fields = {"action": '"event.created"', "resource": '{"_id": "%s"}' % GOOD, field: wrong}  # noqa: UP031
        body = "{%s}" % ", ".join(f'"{name}": {value}' for name, value in fields.items())  # noqa: UP031
        assert post(webhook_path, body).status_code == 200
    assert post(webhook_path, call(OTHER)).status_code == 200
    settle()
    assert Event.objects.filter(vyte_id=OTHER).exists()
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"done", "failed", "ignored"}


RESOURCE = [
    "confirmed", "created_by", "dates", "invitees", "places", "messages", "declines", "lang", "locale", "timezone",
    "title", "vyteme", "third_party", "cancelled", "updatedAt", "createdAt", "key_store", "__v", "email", "alias",
    "confirmed.flag", "confirmed.updated_at",
]  # fmt: skip


@pytest.mark.parametrize("field", RESOURCE)
def test_a_wrong_type_in_a_field_of_the_resource_costs_no_call(
    field: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    outer, _, inner = field.partition(".")
    for wrong in WRONG:
        value = f'{{"{inner}": {wrong}}}' if inner else wrong
        resource = f'{{"_id": "{GOOD}", "{outer}": {value}}}'
        for action in ("event.updated", "event.cancelled"):
            body = f'{{"action": "{action}", "resource": {resource}}}'
            assert post(webhook_path, body).status_code == 200
    settle()
    assert set(Delivery.objects.values_list("status", flat=True)) == {"done"}
    assert Event.objects.get().title == "First created event (updated)"


HEADERS: dict[str, dict[str, str]] = {
    "no type": {"CONTENT_TYPE": ""},
    "plain text": {"CONTENT_TYPE": "text/plain"},
    "XML": {"CONTENT_TYPE": "application/xml"},
    "a form": {"CONTENT_TYPE": "application/x-www-form-urlencoded"},
    "multipart": {"CONTENT_TYPE": "multipart/form-data; boundary=x"},
    "multipart without a boundary": {"CONTENT_TYPE": "multipart/form-data"},
    "JSON with a suffix": {"CONTENT_TYPE": "application/vnd.vyte+json;v=2"},
    "no such charset": {"CONTENT_TYPE": "application/json; charset=klingon"},
    "another charset than it is": {"CONTENT_TYPE": "application/json; charset=utf-16"},
    "UTF-7": {"CONTENT_TYPE": "application/json; charset=utf-7"},
    "a charset that is no text": {"CONTENT_TYPE": "application/json; charset=rot13"},
    "a charset in quotes": {"CONTENT_TYPE": 'application/json; charset="'},
    "no charset": {"CONTENT_TYPE": "application/json; charset="},
    "semicolons": {"CONTENT_TYPE": ";;; ; =; ="},
    "a type that is no ASCII": {"CONTENT_TYPE": "\xff\xfe/\xe9"},
    # Web servers take lines of 8 kB; a type of more than 10,000 characters would end in Django before any view.
    "a type of 8,000 characters": {"CONTENT_TYPE": "x" * 8_000},
    "an answer in HTML, please": {"HTTP_ACCEPT": "text/html"},
    "an answer as a picture": {"HTTP_ACCEPT": "image/png"},
    "an answer in version 9": {"HTTP_ACCEPT": "application/json; version=9"},
    "accepts nonsense": {"HTTP_ACCEPT": ";;q=x, */, ,\xff"},
    "indented by a lot": {"HTTP_ACCEPT": "application/json; indent=99999999"},
    "forwarded for unknown": {"HTTP_X_FORWARDED_FOR": "unknown"},
    "forwarded for nobody": {"HTTP_X_FORWARDED_FOR": ""},
    "forwarded for an injection": {"HTTP_X_FORWARDED_FOR": "'; DROP TABLE django_vyte_event; --"},
    "forwarded for 2,000": {"HTTP_X_FORWARDED_FOR": ", ".join(["10.0.0.1"] * 2000)},
    "forwarded oddly": {"HTTP_FORWARDED": 'for=_hidden, for="[::1";;', "REMOTE_ADDR": "not an address"},
    "forwarded as https from elsewhere": {"HTTP_X_FORWARDED_PROTO": "x", "HTTP_X_FORWARDED_HOST": "a b"},
    "another host": {"HTTP_HOST": "evil.example\\@crm.example.com"},
    "another method": {"HTTP_X_HTTP_METHOD_OVERRIDE": "DELETE"},
    "a language that is none": {"HTTP_ACCEPT_LANGUAGE": "xx-klingon;q=9,\xff"},
    "credentials that are none": {"HTTP_AUTHORIZATION": "Basic !!!"},
    "a token of somebody": {"HTTP_AUTHORIZATION": "Bearer \xff"},
    "cookies that are none": {"HTTP_COOKIE": "sessionid=\x01; csrftoken; =;;"},
    "an origin that is another": {"HTTP_ORIGIN": "https://evil.example", "HTTP_REFERER": "https://["},
    "an agent that is no ASCII": {"HTTP_USER_AGENT": "\xe9\xff\x01" * 300},
    "a request id of 20,000 characters": {"HTTP_X_REQUEST_ID": "9" * 20_000},
    "no agent": {"HTTP_USER_AGENT": ""},
    "a condition": {"HTTP_IF_MATCH": "*", "HTTP_IF_MODIFIED_SINCE": "yesterday", "HTTP_RANGE": "bytes=0-"},
    "it says gzip and is not": {"HTTP_CONTENT_ENCODING": "gzip"},
    "another format": {"QUERY_STRING": "format=xml&_method=DELETE&%ff=%00"},
    "a length with a plus": {"CONTENT_LENGTH": f"+{len(call())}"},
}


@pytest.mark.parametrize("name", HEADERS)
def test_a_good_call_under_odd_headers_is_processed(
    name: str, webhook_path: str, settle: Callable[[], None]
) -> None:
    assert post(webhook_path, call(), **HEADERS[name]).status_code == 200
    settle()
    assert Event.objects.get().vyte_id == GOOD
    assert Delivery.objects.get().status == "done"


@pytest.mark.parametrize(
    ("length", "status"),
    [
        ("abc", 400),
        ("-5", 400),
        ("", 200),
        ("0", 200),
        ("5", 200),
        ("9" * 30, 413),
        ("1000001", 413),
        ("1e3", 400),
    ],
)
def test_a_length_that_is_none_is_no_error_and_the_next_call_is_processed(
    length: str, status: int, webhook_path: str, settle: Callable[[], None]
) -> None:
    assert post(webhook_path, call(), CONTENT_LENGTH=length).status_code == status
    assert post(webhook_path, call(OTHER)).status_code == 200
    settle()
    assert Event.objects.get().vyte_id == OTHER
    assert set(Delivery.objects.values_list("status", flat=True)) <= {"done", "failed"}


class BreaksOff:
    """A body whose connection is lost half way."""

    def read(self, size: int = -1) -> bytes:
        raise ConnectionResetError

    readline = read


def test_a_body_that_cannot_be_read_is_refused_rather_than_lost(webhook_path: str) -> None:
    assert post(webhook_path, call(), **{"wsgi.input": BreaksOff()}).status_code == 400
    assert post(webhook_path, "", HTTP_TRANSFER_ENCODING="chunked").status_code == 411
    assert not Delivery.objects.exists()


# Strangers


@pytest.mark.parametrize("method", ["POST", "GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("token", ["x", "A" * 43, "é", "%00", "%ED%A0%80", "..", "' OR 1=1"])
def test_an_unknown_token_gets_a_404_and_leaves_nothing(method: str, token: str, webhook_path: str) -> None:
    path = f"/vyte/webhooks/{token}/"
    with CaptureQueriesContext(connection) as queries:
        answer = Client().generic(method, path, call(), content_type="application/json")
    assert answer.status_code == 404
    assert not Delivery.objects.exists()
    assert [query["sql"].split()[0] for query in queries] == ["SELECT"]


def test_the_body_of_an_unknown_token_is_not_even_read(webhook_path: str) -> None:
    assert post("/vyte/webhooks/x/", call(), **{"wsgi.input": BreaksOff()}).status_code == 404


def test_a_token_is_found_whole_and_with_its_letters_only(team: Team, webhook_path: str) -> None:
    token = team.webhooks.get().token.get_secret_value()
    for wrong in (token[:-1], token + "a", token.swapcase(), f" {token}", f"{token}%20"):
        assert post(f"/vyte/webhooks/{wrong}/", call()).status_code == 404
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(("method", "status"), [("HEAD", 200), ("GET", 405), ("PUT", 405), ("OPTIONS", 405)])
def test_trying_a_known_address_out_leaves_no_call(method: str, status: int, webhook_path: str) -> None:
    assert Client().generic(method, webhook_path, call()).status_code == status
    assert not Delivery.objects.exists()


# What a request costs, and what it keeps


@pytest.fixture
def broker_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """No publisher thread: what it would do is not what these tests count."""
    monkeypatch.setattr(publishing, "publisher", Publisher(lambda *message: None))


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("broker_is_away")
@pytest.mark.parametrize("atomic_requests", [False, True])
def test_a_request_costs_two_statements_and_asks_vyte_nothing(
    atomic_requests: bool, webhook_path: str, vyte_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", atomic_requests)
    body = f"[{', '.join([call(GOOD), call(OTHER)] * 50)}]"
    with CaptureQueriesContext(connection) as queries:
        assert post(webhook_path, body).status_code == 200
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "INSERT"]
    assert vyte_sandbox.requests == []


def test_a_call_is_kept_before_it_is_answered_whatever_the_request_is_wrapped_in(
    webhook_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "ATOMIC_REQUESTS", True)
    assert post(webhook_path, call()).json() == {"received": True}
    assert Delivery.objects.get().body == call()


def test_only_harmless_headers_are_kept(webhook_path: str) -> None:
    post(
        webhook_path,
        call(),
        HTTP_AUTHORIZATION="Bearer s3cret",
        HTTP_COOKIE="sessionid=s3cret",
        HTTP_X_FORWARDED_FOR="10.0.0.1",
        HTTP_USER_AGENT="Vyte/2",
        HTTP_X_REQUEST_ID="a" * 600,
    )
    length = str(len(call()))
    assert Delivery.objects.get().headers == {
        "Content-Type": "application/json",
        "Content-Length": length,
        "User-Agent": "Vyte/2",
        "X-Request-Id": "a" * 500,
    }


SECRET = "a2nv79gx86d5i0o3"
CREDENTIALS = {
    "a string": call(key_store=SECRET),
    "an object": call(key_store={"_id": "5f0d", "hash": {"5eec": SECRET}}),
    "a list": call(key_store=[SECRET]),
    "of an app": call(third_party={"app": "569c", "ct": SECRET, "group_ids": ["g"]}),
    "deep down": call(history=[{"before": [{"key_store": {"a": SECRET}}]}]),
    "of the call": json.dumps({"action": "event.created", "key_store": SECRET, "resource": {"_id": GOOD}}),
    "in an array": f"[{call(key_store=SECRET)}, 5, {call(OTHER, key_store=SECRET)}]",
    "next to what is not JSON": f"[{call(key_store=SECRET)}, nope, {{'key_store': '{SECRET}'}}]",
    "truncated": call(key_store={"hash": {"5eec": SECRET}}, title="x")[:-20],
    "spelt with an escape": call(key_store=SECRET).replace("key_store", "key\\u005fstore"),
    "spelt with an escape and truncated": call(ct=SECRET).replace('"ct"', '"c\\u0074"')[:-2],
    "in UTF-16": call(key_store=SECRET),
}


@pytest.mark.parametrize("name", CREDENTIALS)
def test_no_credential_of_a_call_is_kept(name: str, webhook_path: str, settle: Callable[[], None]) -> None:
    encoding = "utf-16" if name == "in UTF-16" else "utf-8"
    assert post(webhook_path, CREDENTIALS[name].encode(encoding)).status_code == 200
    settle()
    for model in (Delivery, Event, EventChange):
        for row in model.objects.values():
            assert SECRET not in repr(row)


def test_answers_say_nothing_about_the_team(webhook_path: str) -> None:
    assert post(webhook_path, call()).json() == {"received": True}
    assert post(webhook_path, b" " * 1_000_001).json() == {"detail": "The body is too large."}
    assert post("/vyte/webhooks/x/", call()).json() == {"detail": "Not found."}


def test_the_most_bytes_are_a_setting(webhook_path: str, settings: Any) -> None:
    settings.VYTE = {**settings.VYTE, "MAX_BODY_BYTES": 10}
    assert post(webhook_path, b" " * 10).status_code == 200
    assert post(webhook_path, b" " * 11).status_code == 413
    settings.VYTE = {**settings.VYTE, "MAX_BODY_BYTES": 10_000_000}
    assert post(webhook_path, b" " * 3_000_000).status_code == 413  # Django's own limit is lower


# A broker that is not there, or there and silent


@contextmanager
def silent_server() -> Iterator[tuple[int, threading.Event]]:
    """Accepts connections and never says a word: its port, and when somebody came."""
    came = threading.Event()
    held: list[socket.socket] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                held.append(listener.accept()[0])
                came.set()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=accept)
        thread.start()
        yield listener.getsockname()[1], came
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()
    for each in held:
        each.close()


class QuietPublisher(Publisher):
    """Outlives its test by a while, and says nothing then."""

    def _complain(self, reason: str) -> None:
        """What went wrong is what the test is about."""


def publisher_to(url: str) -> Publisher:
    """A publisher of a Celery app with this broker."""
    app = Celery("elsewhere", broker=url, set_as_current=False)
    app.finalize()

    def publish(message: Message) -> None:
        app.tasks[message.task].apply_async(message.args, retry=False)

    return QuietPublisher(publish)


BROKERS = ["amqp://guest:guest@127.0.0.1:{}//", *(["redis://127.0.0.1:{}/0"] if find_spec("redis") else [])]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("url", BROKERS)
def test_a_call_is_answered_while_the_broker_hangs(
    url: str, webhook_path: str, monkeypatch: pytest.MonkeyPatch, settle: Callable[[], None]
) -> None:
    with silent_server() as (port, came):
        publisher = publisher_to(url.format(port))
        monkeypatch.setattr(publishing, "publisher", publisher)
        for _ in range(3):
            assert post(webhook_path, call()).status_code == 200
        assert came.wait(10)
        assert not publisher.flush(0)  # still at the first message
        assert Delivery.objects.filter(status="received").count() == 3
        settle()
        assert Event.objects.get().vyte_id == GOOD


@pytest.mark.django_db(transaction=True)
def test_a_call_is_answered_while_the_broker_is_down(
    webhook_path: str, monkeypatch: pytest.MonkeyPatch, settle: Callable[[], None]
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    monkeypatch.setattr(publishing, "publisher", publisher_to(f"amqp://guest:guest@127.0.0.1:{port}//"))
    assert post(webhook_path, call()).status_code == 200
    assert Delivery.objects.get().status == "received"
    settle()
    assert Event.objects.get().vyte_id == GOOD


@pytest.mark.django_db(transaction=True)
def test_the_worker_is_asked_once_the_call_is_kept(
    webhook_path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Message] = []
    publisher = Publisher(asked.append)
    monkeypatch.setattr(publishing, "publisher", publisher)
    post(webhook_path, call())
    assert publisher.flush(10)
    assert asked == [Message(publishing.PROCESS, ([Delivery.objects.get().pk],))]


def test_the_address_is_where_it_was(webhook_path: str, team: Team) -> None:
    token = team.webhooks.get().token.get_secret_value()
    assert webhook_path == reverse("django_vyte:webhook", args=[token]) == f"/vyte/webhooks/{token}/"
