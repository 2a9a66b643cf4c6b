from __future__ import annotations

import copy
import pickle
import time

import pytest

from django_vyte import exceptions
from django_vyte.exceptions import (
    BODY_LIMIT,
    AuthenticationFailed,
    BadRequest,
    NotFound,
    PermissionDenied,
    RateLimited,
    ServerError,
    VyteAPIError,
    VyteError,
    exception_for,
    mask,
    readable,
)

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"

ODD_BODIES = {
    "empty": b"",
    "html": b"<html><body><h1>503 Service Temporarily Unavailable</h1></body></html>",
    "truncated": b'{"error": {"message": "nam',
    "binary": bytes(range(256)) * 4,
    "latin1": "café é".encode("latin-1"),
    "cut inside a character": "é".encode()[:1],
    "utf-16": "hello".encode("utf-16"),
    "nul": b"a\x00b",
    "line breaks": b"a\r\nb\x1b[31m",
    "10 MB": b"x" * 10_000_000,
    "10 MB of words": b"key secret token " * 600_000,
    "10 MB of dashes": b"a-" * 5_000_000,
}


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, BadRequest),
        (401, AuthenticationFailed),
        (403, PermissionDenied),
        (404, NotFound),
        (429, RateLimited),
        (500, ServerError),
        (503, ServerError),
        (599, ServerError),
        (302, VyteAPIError),
        (409, VyteAPIError),
        (418, VyteAPIError),
        (600, VyteAPIError),
    ],
)
def test_every_status_has_a_class(status: int, expected: type[VyteAPIError]) -> None:
    assert exception_for(status) is expected
    assert issubclass(expected, VyteError)


@pytest.mark.parametrize("body", ODD_BODIES.values(), ids=ODD_BODIES.keys())
def test_the_message_is_short_and_printable_whatever_the_body(body: bytes) -> None:
    started = time.perf_counter()
    error = ServerError(503, "POST", "/v2/events/abc/confirm", body)
    assert str(error).startswith("POST /v2/events/abc/confirm answered 503")
    assert len(str(error)) < 500
    assert str(error).isprintable()
    assert len(error.body) <= BODY_LIMIT
    assert len(repr(error)) < 2 * BODY_LIMIT
    assert time.perf_counter() - started < 2


def test_a_long_path_does_not_make_a_long_message() -> None:
    assert len(str(NotFound(404, "GET", "/v2/events/" + "x" * 10_000, "y" * 10_000))) < 500


@pytest.mark.parametrize(
    "error",
    [
        exceptions.VyteTimeout("x" * 10_000),
        exceptions.VyteUnavailable("x" * 10_000, 1.0),
        exceptions.UnexpectedAnswer("x" * 10_000),
        NotFound(404, "M" * 10_000, "p" * 10_000, "b" * 10_000),
        exceptions.RequestHeldBack(429, "M" * 10_000, "p" * 10_000, "b" * 10_000),
    ],
    ids=lambda error: type(error).__name__,
)
def test_no_message_is_long(error: VyteError) -> None:
    assert len(str(error)) < 500


def test_an_error_carries_what_a_caller_needs() -> None:
    error = RateLimited(429, "GET", "/v2/events", b'{"error":"slow down"}', 12.5)
    assert (error.status_code, error.method, error.path, error.body, error.retry_after) == (
        429,
        "GET",
        "/v2/events",
        '{"error":"slow down"}',
        12.5,
    )


@pytest.mark.parametrize(
    "again", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy], ids=["pickle", "copy"]
)
@pytest.mark.parametrize(
    "error",
    [
        RateLimited(429, "GET", "/v2/events", b"token=abc \xff", 3.0),
        exceptions.RequestHeldBack(429, "GET", "/v2/events", "not sent: wait", 3.0),
        VyteAPIError(302, "GET", "/v2/events"),
        exceptions.VyteTimeout("GET /v2/events: no answer in time"),
        exceptions.VyteUnavailable("GET /v2/events: not sent", 9.5),
        exceptions.UnexpectedAnswer("GET /v2/events: an empty answer"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_survive_pickling(error: VyteError, again: object) -> None:
    twin = again(error)  # type: ignore[operator]
    assert type(twin) is type(error)
    assert str(twin) == str(error)
    assert vars(twin) == vars(error)


@pytest.mark.parametrize(
    "text",
    [
        "?api_key=SEEKRIT&x=1",
        "/v2/third_parties/token?cm=a%40b.c&secret=SEEKRIT",
        "token=SEEKRIT",
        '{"secret":"SEEKRIT"}',
        '{"secret" : "SEEKRIT", "name": "x"}',
        "{'token': 'SEEKRIT'}",
        r'{"message": "{\"secret\":\"SEEKRIT\"}"}',
        "Authorization: SEEKRIT",
        "authorization: Bearer SEEKRIT",
        '{"key": "SEEKRIT"}',
        '{"key_store": "SEEKRIT"}',
        '{"key_store": {"_id": "5f0", "hash": {"5eec": "SEEKRIT"}}}',
        '{"key_store":{"hash":{"5eec":"SEEKRIT',
        '{"access_token": "SEEKRIT"}',
        '{"third_party": {"ct": "SEEKRIT"}}',
        "x-api-key=SEEKRIT",
        "API_KEY=SEEKRIT",
    ],
)
def test_what_is_named_like_a_secret_is_masked(text: str) -> None:
    assert "SEEKRIT" not in mask(text)
    assert "SEEKRIT" not in readable(text.encode())
    assert "SEEKRIT" not in repr(BadRequest(400, "GET", "/", text))


def test_known_secrets_are_masked_as_they_are_and_quoted() -> None:
    assert mask("key a/b+c and a%2Fb%2Bc", ["a/b+c"]) == "key *** and ***"


def test_an_empty_secret_hides_nothing() -> None:
    assert mask("plain", ["", "zzz"]) == "plain"


@pytest.mark.parametrize("position", range(2 * BODY_LIMIT - 60, 2 * BODY_LIMIT + 10, 7))
def test_a_secret_on_the_cut_leaves_no_half(position: int) -> None:
    body = (KEY.encode() + b" ") * 70 + b"." * 10_000
    body = body[: position - 20] + b" " + KEY.encode() + b" " + b"." * 10_000
    assert KEY[:8] not in readable(body, [KEY])


def test_ordinary_text_is_left_alone() -> None:
    text = '{"error":"date_id is not one of the dates","product":"x","monkeys":3}'
    assert readable(text.encode()) == text


# What an error means for what comes next


def raised_as(status: int) -> VyteAPIError:
    return exception_for(status)(status, "GET", "/v2/events")


UNAVAILABLE = exceptions.VyteUnavailable("GET /v2/events: not sent", 1.0)
UNREACHABLE = [exceptions.VyteConnectionError("refused"), exceptions.VyteTimeout("late"), UNAVAILABLE]
ALL = [
    *UNREACHABLE,
    exceptions.DecryptionError("no key fits"),
    exceptions.UnexpectedAnswer("cut off"),
    VyteError("no active key"),
    *map(raised_as, [302, 400, 401, 403, 404, 409, 410, 429, 500, 501, 502, 503, 504, 505]),
]


def having(attribute: str) -> list[type[VyteError] | int]:
    """The errors of which ``attribute`` is true; those with a status by their status."""
    found = [error for error in ALL if getattr(error, attribute)]
    return [error.status_code if isinstance(error, VyteAPIError) else type(error) for error in found]


@pytest.mark.parametrize(
    ("attribute", "expected"),
    [
        ("is_transient", [*map(type, UNREACHABLE), 429, 500, 502, 503, 504]),
        ("is_outage", [*map(type, UNREACHABLE), 502, 503, 504]),
        ("aborts_run", [exceptions.VyteUnavailable, exceptions.DecryptionError, 401, 429]),
        ("is_unreachable", [*map(type, UNREACHABLE)]),
        ("means_absence", [404]),
        ("nothing_sent", [exceptions.VyteUnavailable]),
        ("held_back", [exceptions.VyteUnavailable]),
        ("is_unfinished", [exceptions.VyteTimeout, 503, 504]),
        ("maybe_applied", []),
    ],
)
def test_one_place_says_what_an_error_means(attribute: str, expected: list[object]) -> None:
    assert having(attribute) == expected


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_server_error_about_a_write_leaves_open_what_was_done(method: str) -> None:
    for status in (302, 400, 404, 429, 500, 502, 503, 504):
        assert exception_for(status)(status, method, "/v2/events").maybe_applied == (status >= 500)


def test_an_error_defined_elsewhere_says_so_itself() -> None:
    class NotListedYet(VyteError):
        means_absence = True

    assert NotListedYet("no such meeting").means_absence
    assert not VyteError("no such meeting").means_absence


def test_what_one_error_means_is_kept_by_pickle() -> None:
    error = exceptions.VyteConnectionError("the certificate has expired")
    error.is_transient = False
    assert not pickle.loads(pickle.dumps(error)).is_transient
