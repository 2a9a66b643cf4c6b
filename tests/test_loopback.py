from __future__ import annotations

import pytest
import requests

from django_vyte.loopback import is_loopback, without_proxy


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "vyte.localhost",
        "127.0.0.1",
        "127.8.9.1",
        "::1",
        "::ffff:127.0.0.1",
    ],
)
def test_names_and_addresses_of_this_machine_are_known(host):
    assert is_loopback(host)


@pytest.mark.parametrize(
    "host",
    [None, "", "api.vyte.in", "localhost.example.com", "notlocalhost", "10.0.0.1", "0.0.0.0", "::", "::2"],
)
def test_no_other_host_is_taken_for_this_machine(host):
    assert not is_loopback(host)


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_is_exempt_already_stays_exempt(name):
    exempt = without_proxy({name: "db.internal"})
    assert exempt["NO_PROXY"] == exempt["no_proxy"] == "db.internal,localhost,127.0.0.1,::1"


def test_an_environment_that_exempts_everything_is_left_alone():
    assert without_proxy({"NO_PROXY": "*"}) == {}


@pytest.mark.parametrize("url", ["http://localhost:1/", "http://127.0.0.1:1/", "http://[::1]:1/"])
def test_requests_understands_it(url, monkeypatch):
    for name in ("HTTP_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://proxy.example.com:3128")
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    assert requests.utils.get_environ_proxies(url)
    for name, value in without_proxy({}).items():
        monkeypatch.setenv(name, value)
    assert not requests.utils.get_environ_proxies(url)
    assert requests.utils.get_environ_proxies("http://api.vyte.test/")
