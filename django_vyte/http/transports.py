"""Sends one request, over the shared connections of this process or with a ``requests.Session`` of the caller's."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from functools import cached_property
from typing import Any, Protocol
from urllib.parse import urlsplit

import requests
from requests.structures import CaseInsensitiveDict

from django_vyte import __version__
from django_vyte.http import pool
from django_vyte.http.adapters import SHORTEST_TIMEOUT, current_call
from django_vyte.http.auth import HeaderAuth
from django_vyte.http.call import ApiCall
from django_vyte.http.responses import REFUSED_LOCATION
from django_vyte.loopback import is_loopback

USER_AGENT = (
    f"django-vyte/{__version__} (Python {platform.python_version()}; requests {requests.__version__})"
)
_HEADERS = {"User-Agent": USER_AGENT, "Accept": "application/json"}
_ENCODING = {"Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"]}
_JSON = {"Content-Type": "application/json"}


class Transport(Protocol):
    """Sends a request and returns the response as soon as its head is there; raises what requests raises."""

    def send(self, call: ApiCall, timeout: tuple[float, float]) -> requests.Response:
        """``timeout`` is (connect, read)."""


class PooledTransport:
    """Sends over the connections that all clients of this process share.

    Proxies and certificates come from the environment, as in requests, and are looked up once. No proxy of the
    environment is used for this machine itself.
    """

    def __init__(self, api_url: str, auth: HeaderAuth, headers: Mapping[str, str]) -> None:
        self._api_url = api_url
        self._auth = auth
        self._headers = {**_HEADERS, **_ENCODING, **headers}

    def send(self, call: ApiCall, timeout: tuple[float, float]) -> requests.Response:
        """As in ``Transport``; connections keep the deadline of the call."""
        request = self._prepared(call)
        token = current_call.set(call)
        try:
            return pool.current().session.send(
                request,
                timeout=timeout,
                allow_redirects=False,  # another host must not get the credential
                **self._environment,
            )
        finally:
            current_call.reset(token)

    @cached_property
    def _environment(self) -> dict[str, Any]:
        session = pool.current().session
        proxies = _proxies(self._api_url)
        return dict(session.merge_environment_settings(self._api_url, proxies, True, None, None))

    def _prepared(self, call: ApiCall) -> requests.PreparedRequest:
        """As ``Session.prepare_request``, without merging what a session holds, which takes as long as sending."""
        request = requests.PreparedRequest()
        request.method = call.method
        request.prepare_url(self._api_url + call.path, call.query)
        request.headers = CaseInsensitiveDict(self._headers)
        request.prepare_body(call.content, None)
        if call.content is not None:
            request.headers.update(_JSON)
        request.hooks = {"response": [_hide_location]}
        return self._auth(request)


class SessionTransport:
    """Sends with a session of the caller's, with all that is set on it.

    Its connections do not know the deadline, which is checked between the chunks of a response instead. Proxies that
    are set on the session are used for every host, those of the environment for others than this machine.
    """

    def __init__(
        self, api_url: str, auth: HeaderAuth, headers: Mapping[str, str], session: requests.Session
    ) -> None:
        self._api_url = api_url
        self._auth = auth
        self._headers = {**_HEADERS, **headers}
        self._session = session

    def send(self, call: ApiCall, timeout: tuple[float, float]) -> requests.Response:
        """As in ``Transport``."""
        return self._session.request(
            call.method,
            self._api_url + call.path,
            params=call.query,
            data=call.content,
            headers=self._headers if call.content is None else self._headers | _JSON,
            auth=self._auth,
            timeout=timeout,
            proxies=_proxies(self._api_url),
            allow_redirects=False,
            hooks={"response": [*self._session.hooks["response"], _hide_location]},
            stream=True,
        )


def _proxies(url: str) -> dict[str, str]:
    """What requests is told of proxies: for this machine, to use none of the environment; else nothing."""
    host = urlsplit(url).hostname
    return {"no_proxy": host} if host and is_loopback(host) else {}


def _hide_location(response: requests.Response, *args: Any, **options: Any) -> None:
    """Rename the Location header: for a redirect, even one that is not followed, requests reads the whole body."""
    if "Location" in response.headers:
        response.headers[REFUSED_LOCATION] = response.headers.pop("Location")


def bounded(timeout: tuple[float, float], left: float) -> tuple[float, float]:
    """(connect, read) of at most ``left`` seconds each."""
    connect, read = timeout
    left = max(left, SHORTEST_TIMEOUT)
    return min(connect, left), min(read, left)
