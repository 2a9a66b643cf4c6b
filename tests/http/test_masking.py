"""What no log, message or traceback shows."""

from __future__ import annotations

import logging
import pickle
import re
import traceback
from collections.abc import Callable

import pytest
import responses

from django_vyte.exceptions import (
    VyteError,
)
from django_vyte.http import Http
from django_vyte.http.call import ApiCall
from tests.client.raw import HANG, answer, raw_server, refusing_url
from tests.http.clients import API, KEY, connect, raised


def test_an_echo_of_the_key_or_of_a_secret_is_masked(client: Http, vyte: responses.RequestsMock) -> None:
    vyte.get(f"{API}/api/keys/{KEY}", status=404, body=f"no {KEY}, no cfsvut1yp6dd".encode())
    error = raised(client, "GET", f"/api/keys/{KEY}", secrets=["cfsvut1yp6dd"])
    shown = f"{error!r} {error} {vars(error)} {pickle.dumps(error)!r}"
    assert KEY not in shown
    assert "cfsvut1yp6dd" not in shown


SECRET = "cfsvut1yp6dd2nuwkxjo"


def everything_shown(ask: Callable[[], object], caplog: pytest.LogCaptureFixture) -> str:
    """What logs at DEBUG and a traceback, chained errors included, say of a request that fails."""
    caplog.set_level(logging.DEBUG)
    with pytest.raises(VyteError) as caught:
        ask()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    records = [str(vars(record)) for record in caplog.records]
    return "\n".join([*traceback.format_exception(caught.value), caplog.text, *records])


@pytest.mark.parametrize("wire", [b"", HANG, answer(b"", "503 Busy"), answer(b"[", length=50)])
def test_no_log_message_or_traceback_holds_the_key_or_a_secret(
    wire: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    with raw_server(wire, wire) as server:
        client = connect(server.url, retries=1, timeout=(5, 0.2))
        query = {"cm": "jane@acme.com", "secret": SECRET}
        shown = everything_shown(lambda: client.request("GET", "/token", query=query), caplog)
        assert SECRET.encode() in server.received[0]
    assert "GET /token" in shown
    assert KEY not in shown
    assert SECRET not in shown


def test_no_secret_shows_when_nobody_listens(caplog: pytest.LogCaptureFixture) -> None:
    client = connect(refusing_url())
    shown = everything_shown(lambda: client.request("GET", "/token", query={"secret": SECRET}), caplog)
    assert "GET /token" in shown
    assert KEY not in shown
    assert SECRET not in shown


def test_urllib3_says_at_debug_what_was_asked_but_not_the_secret(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with raw_server(answer()) as server:
        connect(server.url).request("GET", "/token", query={"cm": "jane", "secret": SECRET})
    [line] = [record.getMessage() for record in caplog.records if "HTTP/1.1" in record.getMessage()]
    assert "/token?cm=jane&secret=***" in line


def test_each_attempt_is_one_line_without_query_body_or_headers(
    client: Http, vyte: responses.RequestsMock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="django_vyte")
    vyte.put(f"{API}/v2/events/1", status=503)
    vyte.put(f"{API}/v2/events/1", body=b"{}")
    client.request("PUT", "/v2/events/1", query={"q": "private"}, body={"title": "private"})
    first, wait, second = [(record.levelname, record.getMessage()) for record in caplog.records]
    assert re.fullmatch(r"PUT /v2/events/1: 503 in \d+ ms, attempt 1", first[1])
    assert re.fullmatch(r"PUT /v2/events/1: waits [\d.]+ s to try again", wait[1])
    assert re.fullmatch(r"PUT /v2/events/1: 200 in \d+ ms, attempt 2", second[1])
    assert (first[0], wait[0], second[0]) == ("DEBUG", "INFO", "DEBUG")
    assert "private" not in caplog.text


def test_a_page_that_shows_local_variables_shows_no_secret() -> None:
    frames: list[str] = []
    client = connect(refusing_url(), retries=0)
    try:
        client.request("POST", "/token", query={"secret": SECRET}, body={"token": SECRET}, secrets=(SECRET,))
    except VyteError as error:
        for frame, _ in traceback.walk_tb(error.__traceback__):
            frames += [repr(value) for value in frame.f_locals.values() if isinstance(value, ApiCall)]
    assert frames
    assert not [shown for shown in frames if KEY in shown or SECRET in shown]
