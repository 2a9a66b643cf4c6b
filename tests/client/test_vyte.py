from __future__ import annotations

import pickle
import subprocess
import sys
import textwrap

import pytest
import requests
import responses
from django.test import override_settings

from django_vyte.client import VyteClient
from tests.client.raw import answer, raw_server

KEY = "i2xthzol66q9zucx04ta4ljptg1bd26ctuf3curhtufoaxf8t8"


def test_the_key_is_in_no_repr() -> None:
    with VyteClient(KEY, api_url="https://user:pass@api.vyte.test") as vyte:
        assert repr(vyte) == "<VyteClient api.vyte.test>"
        for part in (vyte, vyte._http, vyte._http._auth, vyte.events, vyte.v1):
            assert KEY not in repr(part)
            assert "pass" not in repr(part)


@responses.activate
def test_what_is_left_out_comes_from_settings_now() -> None:
    responses.get("https://vyte.local/base/v2/auth/test", status=503)
    with override_settings(VYTE={"API_URL": "https://vyte.local/base/", "RETRIES": 0, "TIMEOUT": 3}):
        vyte = VyteClient(KEY)
    with pytest.raises(Exception, match="503"):
        vyte.auth.test()
    assert len(responses.calls) == 1
    assert responses.calls[0].request.req_kwargs["timeout"] == (3, 3)  # type: ignore[attr-defined]


@responses.activate
def test_arguments_win_over_settings() -> None:
    responses.get("https://other.test/v2/auth/test", json={"_id": "1"})
    with override_settings(VYTE={"API_URL": "https://vyte.local"}):
        assert VyteClient(KEY, api_url="https://other.test/").auth.test() == {"_id": "1"}


@pytest.mark.parametrize("url", ["", "api.vyte.in", "ftp://api.vyte.in", "https://", "//api.vyte.in"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="api_url"):
        VyteClient(KEY, api_url=url)


@pytest.mark.parametrize("host", ["api.vyte.in", "10.0.0.1", "localhost.example.com", "vyte"])
def test_a_key_is_not_sent_in_plain_text(host: str) -> None:
    with pytest.raises(ValueError, match=f"the key to {host} in plain text: use https"):
        VyteClient(KEY, api_url=f"http://{host}")
    with (
        override_settings(VYTE={"API_URL": f"http://{host}/"}),
        pytest.raises(ValueError, match="plain text"),
    ):
        VyteClient(KEY)


@pytest.mark.parametrize("url", ["http://localhost:8900", "http://127.0.0.2", "http://[::1]:8900"])
def test_this_machine_may_be_asked_without_encryption(url: str) -> None:
    VyteClient(KEY, api_url=url)


@responses.activate
def test_a_session_of_ones_own_is_used() -> None:
    responses.get("https://api.vyte.in/v2/auth/test", json={})
    with requests.Session() as session:
        session.headers["X-Mine"] = "yes"
        VyteClient(KEY, session=session).auth.test()
    assert responses.calls[0].request.headers["X-Mine"] == "yes"


def test_it_works_in_a_program_that_knows_nothing_of_django() -> None:
    program = """
        import sys
        from django_vyte.client import VyteClient
        with VyteClient("abc", api_url=sys.argv[1]) as vyte:
            print(vyte.auth.test()["name"], vyte.events.list())
        from django.conf import settings
        assert not settings.configured
        assert "django.db" not in sys.modules
    """
    with raw_server(answer(b'{"name":"ACME"}'), answer(b'[{"_id":"1"}]')) as server:
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), server.url],
            capture_output=True,
            text=True,
            timeout=60,
            env={},
        )
    assert done.stdout == "ACME [{'_id': '1'}]\n", done.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *[("timeout", value) for value in (0, -1, "5", True, float("nan"), (1, 2, 3), (5, 0), [5, 20], (5,))],
        *[(name, value) for name in ("deadline", "list_deadline") for value in (0, -1, "60", float("inf"))],
        *[("retries", value) for value in (-1, 1.5, "3", True)],
        ("api_url", b"https://api.vyte.in"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_by_its_name(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"^{name} must be"):
        VyteClient(KEY, **{name: value})  # type: ignore[arg-type]


@pytest.mark.parametrize("key", [None, b"k", 5, ["k"]])
def test_a_key_that_is_no_text_is_refused(key: object) -> None:
    with pytest.raises(ValueError, match="api_key"):
        VyteClient(key)  # type: ignore[arg-type]


def test_a_client_cannot_be_pickled_with_its_key() -> None:
    with pytest.raises(TypeError, match="holds an API key"):
        pickle.dumps(VyteClient(KEY))
