"""A call ends in time, whatever the server does."""

from __future__ import annotations

import datetime as dt
import ipaddress
import itertools
import random
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from django_vyte.client import VyteClient
from django_vyte.exceptions import ServerError, VyteTimeout
from tests.client.raw import HANG, answer, raw_server
from tests.http.clients import KEY, connect, raised
from tests.http.stalling_server import OK, StallingServer, for_ever, stalling_server

SOON = 0.3
# What a busy machine may add.
AT_MOST = 5.0

TRICKLES: dict[str, Callable[[], Iterable[bytes]]] = {
    "nothing": list,
    "a status line": lambda: itertools.chain([b"HTTP/1.1 200 "], for_ever(b"O")),
    "headers": lambda: itertools.chain([OK], for_ever(b"X-More: 1\r\n")),
    "answers to come": lambda: for_ever(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body": lambda: itertools.chain([OK, b"\r\n["], for_ever(b" ")),
    "a body of known length": lambda: itertools.chain(
        [OK, b"Content-Length: 99999\r\n\r\n["], for_ever(b" ")
    ),
    "chunks": lambda: itertools.chain([OK, b"Transfer-Encoding: chunked\r\n\r\n"], for_ever(b"1\r\n[\r\n")),
    "a chunk's size": lambda: itertools.chain([OK, b"Transfer-Encoding: chunked\r\n\r\n"], for_ever(b"0")),
}


@pytest.fixture
def trickling(request: pytest.FixtureRequest) -> Iterator[StallingServer]:
    """A server that gives away one small piece after the other, and never comes to an end."""
    with stalling_server(lambda path: patient(path)) as server:

        def patient(path: str) -> Iterable[bytes]:
            yield from server.slowly(TRICKLES[request.param]())
            server.closing.wait(10)

        yield server


def how_long(ask: Callable[[], object]) -> float:
    began = time.monotonic()
    ask()
    return time.monotonic() - began


@pytest.mark.parametrize("trickling", TRICKLES, indirect=True)
def test_a_server_that_trickles_is_left_at_the_deadline(trickling: StallingServer) -> None:
    client = connect(trickling.url, timeout=20, deadline=SOON)
    began = time.monotonic()
    error = raised(client)
    assert SOON <= time.monotonic() - began < AT_MOST
    assert isinstance(error, VyteTimeout)
    assert "within 0.3 seconds" in str(error)
    assert "VYTE['DEADLINE']" in str(error)


@pytest.mark.parametrize("trickling", ["a body", "chunks"], indirect=True)
def test_a_list_has_a_deadline_of_its_own(trickling: StallingServer) -> None:
    client = connect(trickling.url, timeout=20, list_deadline=SOON)
    with pytest.raises(VyteTimeout, match=r"VYTE\['LIST_DEADLINE'\]"):
        list(client.stream("GET", "/v2/events"))


@pytest.mark.parametrize("trickling", ["a body", "a body of known length", "chunks"], indirect=True)
def test_the_body_is_timed_over_a_session_of_the_callers_too(trickling: StallingServer) -> None:
    with requests.Session() as session:
        client = connect(trickling.url, session=session, deadline=SOON)
        assert how_long(lambda: raised(client)) < AT_MOST


@pytest.mark.parametrize("trickling", ["a body"], indirect=True)
def test_a_client_takes_its_deadlines_as_arguments_or_from_the_settings(
    trickling: StallingServer, settings: Any
) -> None:
    settings.VYTE = {"DEADLINE": SOON, "LIST_DEADLINE": SOON, "API_URL": trickling.url}
    for vyte in (VyteClient(KEY), VyteClient(KEY, deadline=SOON / 2, list_deadline=SOON / 2)):
        with pytest.raises(VyteTimeout, match=r"VYTE\['DEADLINE'\]"):
            vyte.auth.test()
        with pytest.raises(VyteTimeout, match=r"VYTE\['LIST_DEADLINE'\]"):
            vyte.events.list()


def test_waits_that_do_not_fit_are_not_begun(waits: list[float]) -> None:
    with raw_server(*[answer(b"", "503 Busy", headers="Retry-After: 7\r\n")] * 2) as server:
        error = raised(connect(server.url, deadline=5.0))
        assert isinstance(error, ServerError)
        assert len(server.received) == 1
    assert waits == []


def test_attempts_share_one_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda low, high: low)
    with raw_server(*[HANG] * 20) as server:
        took = how_long(lambda: raised(connect(server.url, timeout=0.1, retries=1000, deadline=0.35)))
        assert took < AT_MOST
        assert 2 <= len(server.received) <= 5


def test_a_short_timeout_says_that_it_was_the_one() -> None:
    with raw_server(HANG) as server:
        error = raised(connect(server.url, timeout=(5, 0.1), retries=0))
    assert str(error) == (
        "GET /v2/events: nothing came for 0.1 seconds. Try again later, or raise VYTE['TIMEOUT']."
    )


def test_addresses_that_do_not_answer_share_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    with full_listener() as port:
        addresses = [f"127.0.0.{number}" for number in range(2, 40)]

        def look_up(host: str, *args: object, **options: object) -> list[object]:
            found = addresses if host == "vyte.invalid" else [host]
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        client = connect(f"http://vyte.invalid:{port}", timeout=0.2, retries=0, deadline=0.5)
        errors = []
        assert how_long(lambda: errors.append(raised(client))) < AT_MOST
        assert isinstance(errors[0], VyteTimeout)


@contextmanager
def full_listener() -> Iterator[int]:
    """A port on every address of this machine that takes no more connections, nor refuses them."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        port: int = listener.getsockname()[1]
        for _ in range(8):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


# TLS


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificate and key for 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture
def tls(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_of_ones_own_is_trusted_where_the_environment_says_so(tls: ssl.SSLContext) -> None:
    with stalling_server(lambda path: [answer(b"[]", headers="")], tls) as server:
        assert connect(server.url).request("GET", "/v2/events") == b"[]"


def test_a_server_that_trickles_over_tls_is_left_at_the_deadline(tls: ssl.SSLContext) -> None:
    trickle = [OK, b"\r\n["]
    with stalling_server(lambda path: server.slowly(itertools.chain(trickle, for_ever(b" "))), tls) as server:
        client = connect(server.url, deadline=SOON)
        errors = []
        assert SOON <= how_long(lambda: errors.append(raised(client))) < AT_MOST
    assert isinstance(errors[0], VyteTimeout)


def test_a_handshake_that_hangs_is_left_at_the_deadline() -> None:
    with raw_server(HANG) as server:
        client = connect(server.url.replace("http:", "https:"), retries=0, deadline=SOON)
        assert how_long(lambda: raised(client)) < AT_MOST
