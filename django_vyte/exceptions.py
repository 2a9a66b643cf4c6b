"""What can go wrong between this package and Vyte, and how a message about it stays free of secrets."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

BODY_LIMIT = 2000
LONGEST_MESSAGE = 499
HIDDEN = "***"

_NAMED_SECRET = re.compile(
    r"""(?<![\w-]) ( [\w-]{0,40}? (?:key_store|key|secret|token|password|authorization) | ct )
        ( \\?["']? \s* [=:] \s* )
        (?: \{ [^}]* \}? | \\?["']? (?:bearer\s+|basic\s+)? [^\s"'&,;<>{}\\]+ )""",
    re.IGNORECASE | re.VERBOSE,
)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with every one of ``secrets``, and whatever is named like a secret, replaced by ``***``."""
    for secret in secrets:
        for spelling in {secret, quote(secret, safe="")}:
            if spelling:
                text = text.replace(spelling, HIDDEN)
    return _NAMED_SECRET.sub(rf"\1\2{HIDDEN}", text)


def readable(body: bytes | str, secrets: Iterable[str] = ()) -> str:
    """The beginning of an answer's body as printable text of at most ``BODY_LIMIT`` characters, masked.

    Takes any bytes: empty, binary, in another encoding, cut off, or very long.
    """
    secrets = tuple(secrets)
    kept = body[: 2 * BODY_LIMIT]
    text = kept.decode("utf-8", "replace") if isinstance(kept, bytes) else kept
    text = mask(text, secrets)
    if len(body) > len(kept) and secrets:
        # The cut may have gone through a secret, and half of one is not recognised.
        text = text[: -max(map(len, secrets))]
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:BODY_LIMIT]


class VyteError(Exception):
    """Anything that this package reports about Vyte; its text has fewer than 500 characters."""

    def __str__(self) -> str:
        return super().__str__()[:LONGEST_MESSAGE]


class VyteConnectionError(VyteError):
    """Vyte could not be reached, or hung up before it answered."""


class VyteUnavailable(VyteConnectionError):
    """Nothing was sent: the calls before failed one and all. ``retry_after`` is in seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        self.message = message
        self.retry_after = retry_after
        # As below: the arguments of __init__, for pickle.
        super().__init__(message, retry_after)

    def __str__(self) -> str:
        return self.message[:LONGEST_MESSAGE]


class VyteTimeout(VyteError):
    """Vyte did not accept the connection, or did not answer, in time."""


class UnexpectedAnswer(VyteError):
    """A successful status with a body that cannot be used: cut off, not JSON, or of another shape."""


class DecryptionError(VyteError):
    """A stored secret that none of ``VYTE["ENCRYPTION_KEYS"]`` decrypts."""


class VyteAPIError(VyteError):
    """An answer of Vyte that is not a success (v1 documentation, section Errors).

    ``status_code``; ``method`` and ``path`` of the request, without its query; ``body``, the beginning
    of the answer as printable text; ``retry_after`` in seconds when Vyte named it, else ``None``.
    """

    def __init__(
        self,
        status_code: int,
        method: str,
        path: str,
        body: bytes | str = "",
        retry_after: float | None = None,
    ) -> None:
        self.status_code = status_code
        self.method = method
        self.path = path
        self.body = readable(body)
        self.retry_after = retry_after
        # Exactly the arguments of __init__: pickle and Celery build the exception again from them.
        super().__init__(status_code, method, path, self.body, retry_after)

    def __str__(self) -> str:
        message = f"{self.method[:20]} {self.path[:200]} answered {self.status_code}"
        return f"{message}: {self.body[:200]}" if self.body else message


class BadRequest(VyteAPIError):
    """400: a parameter is missing or wrong."""


class AuthenticationFailed(VyteAPIError):
    """401: the API key is missing, wrong or revoked."""


class PermissionDenied(VyteAPIError):
    """403: the API key is valid and may not do this."""


class NotFound(VyteAPIError):
    """404: Vyte has no such object, or no longer."""


class RateLimited(VyteAPIError):
    """429: too many requests; ``retry_after`` says when to come back, if Vyte said it."""


class ServerError(VyteAPIError):
    """5xx: an error of Vyte's own, or a timeout behind its front door (503)."""


_BY_STATUS: dict[int, type[VyteAPIError]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    429: RateLimited,
}


def exception_for(status_code: int) -> type[VyteAPIError]:
    """The class of error that an HTTP status stands for; ``VyteAPIError`` itself when it has no own one."""
    if 500 <= status_code <= 599:
        return ServerError
    return _BY_STATUS.get(status_code, VyteAPIError)


class ProbablyIncomplete(UserWarning):
    """A list that Vyte may have cut short: as long as ``limit``, or of a length that servers cut at.

    ``count`` is how many came, ``limit`` how many were asked for, ``None`` without a limit.
    """

    def __init__(self, count: int, limit: int | None = None) -> None:
        self.count = count
        self.limit = limit
        super().__init__(count, limit)

    def __str__(self) -> str:
        return (
            f"Vyte listed exactly {self.count} events: the list may be cut short there. "
            "Ask with a larger limit, or for fewer at a time: by group_ids, creator or filter."
        )
