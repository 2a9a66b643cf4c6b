"""Sending one request: over the connections of this process, or with a session of the caller's."""

from __future__ import annotations

import platform
from functools import cached_property
from typing import TYPE_CHECKING, Any

import requests
from requests.structures import CaseInsensitiveDict

from django_vyte import __version__
from django_vyte.http import pool
from django_vyte.http.adapters import SHORTEST, deadline_of_call
from django_vyte.http.responses import REFUSED_LOCATION

if TYPE_CHECKING:
    from django_vyte.http.auth import KeyAuth
    from django_vyte.http.call import ApiCall

USER_AGENT = (
    f"django-vyte/{__version__} (Python {platform.python_version()}; requests {requests.__version__})"
)
_HEADERS = {
    "User-Agent": USER_AGENT,
    "Accept": "application/json",
    "Accept-Encoding": requests.utils.default_headers()["Accept-Encoding"],
}
_JSON = {"Content-Type": "application/json"}


class PooledTransport:
    """Sends over the connections that all clients of this process share.

    Proxies and certificates come from the environment, as requests has it, and are looked up once.
    """

    def __init__(self, auth: KeyAuth, api_url: str) -> None:
        self._auth = auth
        self._api_url = api_url

    def send(self, call: ApiCall, timeout: tuple[float, float]) -> requests.Response:
        """The answer as soon as its head is there; raises what requests raises."""
        request = self._prepared(call)
        token = deadline_of_call.set(call.deadline)
        try:
            return pool.current().session.send(
                request,
                timeout=timeout,
                allow_redirects=False,  # another host must not be given the key
                **self._environment,
            )
        finally:
            deadline_of_call.reset(token)

    @cached_property
    def _environment(self) -> dict[str, Any]:
        session = pool.current().session
        return dict(session.merge_environment_settings(self._api_url, {}, True, None, None))

    def _prepared(self, call: ApiCall) -> requests.PreparedRequest:
        """What ``Session.prepare_request`` makes, less what only sessions have: that takes as long as the sending."""
        request = requests.PreparedRequest()
        request.method = call.method
        request.prepare_url(self._api_url + call.path, call.query)
        request.headers = CaseInsensitiveDict(_HEADERS)
        request.prepare_body(call.content, None)
        if call.content is not None:
            request.headers.update(_JSON)
        request.hooks = {"response": [_stay]}
        return self._auth(request)


class SessionTransport:
    """Sends with a session of the caller's, with all that is set on it.

    Its connections do not know the deadline: it is looked at between the parts of an answer.
    """

    def __init__(self, auth: KeyAuth, api_url: str, session: requests.Session) -> None:
        self._auth = auth
        self._api_url = api_url
        self._session = session

    def send(self, call: ApiCall, timeout: tuple[float, float]) -> requests.Response:
        """The answer as soon as its head is there; raises what requests raises."""
        headers = {name: value for name, value in _HEADERS.items() if name != "Accept-Encoding"}
        return self._session.request(
            call.method,
            self._api_url + call.path,
            params=call.query,
            data=call.content,
            headers=headers if call.content is None else headers | _JSON,
            auth=self._auth,
            timeout=timeout,
            allow_redirects=False,
            hooks={"response": [*self._session.hooks["response"], _stay]},
            stream=True,
        )


def _stay(response: requests.Response, *args: Any, **options: Any) -> None:
    """Hide where a redirect leads: to be ready for following it, requests would read its whole body."""
    if "Location" in response.headers:
        response.headers[REFUSED_LOCATION] = response.headers.pop("Location")


def bounded(timeout: tuple[float, float], left: float) -> tuple[float, float]:
    """(connect, read) that end no later than in ``left`` seconds."""
    connect, read = timeout
    left = max(left, SHORTEST)
    return min(connect, left), min(read, left)
