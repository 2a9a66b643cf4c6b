"""What keeps a key where it belongs: in one header, and in no log."""

from __future__ import annotations

import hashlib
import logging
import re

import requests

from django_vyte.exceptions import mask


class KeyAuth(requests.auth.AuthBase):
    """The key alone, without a scheme word; an auth object, because only that keeps ~/.netrc out."""

    def __init__(self, key: object) -> None:
        if not isinstance(key, str) or not re.fullmatch(r"[!-~]+", key):
            raise ValueError(
                "An API key (api_key) is a text, one word of printable ASCII: no spaces, no line breaks, not empty."
            )
        self.key = key
        self.digest = hashlib.blake2b(key.encode(), digest_size=16).digest()

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the key where Vyte looks for it."""
        request.headers["Authorization"] = self.key
        return request


class _MaskQueries(logging.Filter):
    """Keeps secrets out of urllib3's own lines, which show whole URLs at DEBUG."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = mask(message), ()
        return True


# On the loggers rather than on a handler: it then holds for every handler a project configures.
for _name in ("connection", "connectionpool", "poolmanager", "response", "util.retry"):
    logging.getLogger(f"urllib3.{_name}").addFilter(_MaskQueries())
