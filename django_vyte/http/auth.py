"""Authentication: the ``Authorization`` header in the forms that services ask for, and what is secret about it."""

from __future__ import annotations

import base64
import hashlib
import re

import requests


class HeaderAuth(requests.auth.AuthBase):
    """Sets the ``Authorization`` header.

    It is an auth object because requests replaces a header of that name by what ~/.netrc has for the host:
    https://requests.readthedocs.io/en/latest/user/authentication/#netrc-authentication
    """

    secrets: tuple[str, ...]
    """Texts that no message, log line or traceback may show."""
    digest: bytes
    """Identifies the credential where the credential itself must not be kept: in the table of rate limits."""

    def __init__(self, header: str, *secrets: str) -> None:
        self._header = header
        self.secrets = secrets
        self.digest = hashlib.blake2b(header.encode(), digest_size=16).digest()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Called by requests for each request."""
        request.headers["Authorization"] = self._header
        return request


class KeyAuth(HeaderAuth):
    """An API key without a scheme: ``Authorization: <key>``, as Vyte asks for it."""

    def __init__(self, key: object) -> None:
        key = _checked(key, "An API key (api_key)")
        super().__init__(key, key)


class BearerAuth(HeaderAuth):
    """A token: ``Authorization: Bearer <token>`` (https://www.rfc-editor.org/rfc/rfc6750#section-2.1)."""

    def __init__(self, token: object) -> None:
        token = _checked(token, "A token")
        super().__init__(f"Bearer {token}", token)


class BasicAuth(HeaderAuth):
    """A user name, often the id of an account, and a password (https://www.rfc-editor.org/rfc/rfc7617)."""

    def __init__(self, username: object, password: object) -> None:
        username, password = _checked(username, "A user name"), _checked(password, "A password or API key")
        if ":" in username:
            raise ValueError("A user name must not contain a colon, which ends it (RFC 7617).")
        encoded = base64.b64encode(f"{username}:{password}".encode()).decode()
        super().__init__(f"Basic {encoded}", encoded, password)


def _checked(value: object, what: str) -> str:
    """The text of a credential, masked or not; ValueError, which does not repeat it, for what no header can hold."""
    if hasattr(value, "get_secret_value"):
        value = value.get_secret_value()
    if isinstance(value, str) and re.fullmatch(r"[!-~]+", value):
        return value
    raise ValueError(f"{what} is a text, one word of printable ASCII: no spaces, no line breaks, not empty.")
