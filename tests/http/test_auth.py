"""Any service can be spoken to: its authentication, its name in messages, and its headers are passed in."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest
import requests
import responses

from django_vyte.exceptions import RateLimited, VyteTimeout
from django_vyte.http import BasicAuth, BearerAuth, HeaderAuth, Http, KeyAuth, Service, Timeouts
from tests.client.raw import HANG, answer, raw_server
from tests.http.clients import TIMEOUTS, raised

URL = "https://api.other.test/v2"
OTHER = Service("Other", settings="OTHER", headers={"X-Organization": "acme"})
SECRET = "cfsvut1yp6dd2nuwkxjo"
BASIC = base64.b64encode(f"organization:{SECRET}".encode()).decode()


def connect(
    auth: HeaderAuth, url: str = URL, session: requests.Session | None = None, **timeouts: object
) -> Http:
    return Http(url, auth, Timeouts(**{**TIMEOUTS, **timeouts}), OTHER, session)


@pytest.mark.parametrize(
    ("auth", "header"),
    [
        (KeyAuth(SECRET), SECRET),
        (BearerAuth(SECRET), f"Bearer {SECRET}"),
        (BasicAuth("organization", SECRET), f"Basic {BASIC}"),
    ],
)
@pytest.mark.parametrize("mine", [True, False], ids=["a session of the caller's", "our own connections"])
def test_each_request_has_the_header_that_the_service_asks_for(
    auth: HeaderAuth, header: str, mine: bool, vyte: responses.RequestsMock
) -> None:
    vyte.get(f"{URL}/meetings", body=b"[]")
    with requests.Session() as session:
        connect(auth, session=session if mine else None).request("GET", "/meetings")
    sent = vyte.calls[0].request.headers
    assert sent["Authorization"] == header
    assert sent["X-Organization"] == "acme"
    assert sent["Accept"] == "application/json"


@pytest.mark.parametrize("auth", [KeyAuth(SECRET), BearerAuth(SECRET), BasicAuth("organization", SECRET)])
def test_an_echo_of_the_credential_is_masked(auth: HeaderAuth, vyte: responses.RequestsMock) -> None:
    vyte.get(f"{URL}/{SECRET}", status=400, body=f"{SECRET} or {BASIC}".encode())
    error = repr(raised(connect(auth), "GET", f"/{SECRET}"))
    assert SECRET not in error
    assert "***" in error
    assert BASIC not in error or not isinstance(auth, BasicAuth)


@pytest.mark.parametrize(
    "make",
    [
        lambda: BearerAuth("two words"),
        lambda: BearerAuth(None),
        lambda: BasicAuth("", "abc"),
        lambda: BasicAuth("organization", "ab\nc"),
        lambda: BasicAuth("a:b", "abc"),
    ],
)
def test_what_no_header_can_hold_is_refused(make: Callable[[], HeaderAuth]) -> None:
    with pytest.raises(ValueError, match=r"A (token|user name|password)"):
        make()


def test_credentials_are_told_apart_without_being_kept() -> None:
    auths = [KeyAuth("abc"), KeyAuth("abd"), BearerAuth("abc"), BasicAuth("a", "bc"), BasicAuth("ab", "c")]
    assert len({auth.digest for auth in auths}) == len(auths)
    assert KeyAuth("abc").digest == KeyAuth("abc").digest


# Messages


def test_a_time_out_names_the_setting_of_the_service() -> None:
    with raw_server(HANG) as server:
        error = raised(connect(BearerAuth(SECRET), server.url, timeout=(5, 0.1), retries=0))
    assert isinstance(error, VyteTimeout)
    assert str(error).endswith("raise OTHER['TIMEOUT'].")


def test_a_redirect_names_the_setting_of_the_service() -> None:
    with raw_server(answer(b"", "302 Found", headers="Location: /\r\n")) as server:
        error = raised(connect(BearerAuth(SECRET), server.url))
    assert str(error).endswith("which is not followed: check OTHER['API_URL']")


def test_a_wait_names_the_service(vyte: responses.RequestsMock) -> None:
    vyte.get(f"{URL}/meetings", status=429, headers={"Retry-After": "60"})
    for _ in range(2):
        error = raised(connect(BearerAuth(SECRET)), "GET", "/meetings")
    assert isinstance(error, RateLimited)
    assert error.body.startswith("not sent: Other asked this key to wait")
