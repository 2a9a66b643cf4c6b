"""The exceptions of this package, what each means for what comes next, and the masking of secrets in their texts.

Every service's client raises these: ``VyteError`` is the base, its attributes (``is_transient``, ``aborts_run`` …) are
the one place that decides whether something is retried, skipped or stopped.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import quote

BODY_LIMIT = 2000
LONGEST_MESSAGE = 499
HIDDEN = "***"

# Retrying 500 is a decision of this package; the others say themselves that the condition is temporary:
# https://www.rfc-editor.org/rfc/rfc9110#name-server-error-5xx, https://www.rfc-editor.org/rfc/rfc6585#section-4
_TRANSIENT = frozenset({429, 500, 502, 503, 504})
_OUTAGE = frozenset({502, 503, 504})
_UNFINISHED = frozenset({503, 504})

_NAMED_SECRET = re.compile(
    r"""(?<![\w-]) ( [\w-]{0,40}? (?:key_store|key|secret|token|password|authorization) | ct )
        ( \\?["']? \s* [=:] \s* )
        (?: \{ [^}]* \}? | \\?["']? (?:bearer\s+|basic\s+)? [^\s"'&,;<>{}\\]+ )""",
    re.IGNORECASE | re.VERBOSE,
)


def mask(text: str, secrets: Iterable[str] = ()) -> str:
    """``text`` with ``***`` in place of each of ``secrets``, and of values whose name says that they are one."""
    for secret in secrets:
        for spelling in {secret, quote(secret, safe="")}:
            if spelling:
                text = text.replace(spelling, HIDDEN)
    return _NAMED_SECRET.sub(rf"\1\2{HIDDEN}", text)


def readable(body: bytes | str, secrets: Iterable[str] = ()) -> str:
    """The beginning of a response's body as printable, masked text of at most ``BODY_LIMIT`` characters.

    Takes any bytes: empty, binary, in another encoding, cut off, or very long.
    """
    secrets = tuple(secrets)
    kept = body[: 2 * BODY_LIMIT]
    text = kept.decode("utf-8", "replace") if isinstance(kept, bytes) else kept
    text = mask(text, secrets)
    if len(body) > len(kept) and secrets:
        # The cut may have split a secret, and half of one is not recognised.
        text = text[: -max(map(len, secrets))]
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:BODY_LIMIT]


class VyteError(Exception):
    """The base of every error about a service that this package talks to, Vyte or another one.

    The text has fewer than 500 characters. The attributes below say what the error means for what comes next: retries,
    the circuit breaker, syncs, bulk actions and the inbox all ask them. A subclass, or an instance, overrides what is
    different for it.
    """

    is_transient: bool = False
    """The same request may succeed later: connection errors, time-outs, 429, 500, 502, 503, 504."""

    is_outage: bool = False
    """The service is down, which the circuit breaker counts: connection errors, time-outs, 502, 503, 504."""

    aborts_run: bool = False
    """Every further request for this account would end the same: 401, 429, an open circuit, no key that can be used.

    A run over many objects stops, or goes on with another account. Any other error is about one request.
    """

    is_unreachable: bool = False
    """Nobody answered in time. Work that somebody waits for stops; work in the background tries the next object."""

    means_absence: bool = False
    """The object does not exist at the service, or does not exist yet: 404."""

    maybe_applied: bool = False
    """The request was a write, was sent, and no answer says what became of it: it may have been done.

    False where it is known that nothing was changed: the request was never sent, was refused (4xx), or was a read. True
    after a lost connection, a time-out, 5xx, or a success that breaks off or cannot be read. Look before you repeat it.
    """

    is_unfinished: bool = False
    """The service may still be at work on the request, and do later what it has not done yet: a time-out, 503, 504.

    Vyte's documentation says "timed out" of 503 (v1, "Errors").
    """

    nothing_sent: bool = False
    """Nothing of the request left: a refused connection, an unknown host, TLS, or ``held_back``."""

    held_back: bool = False
    """This side did not even try: the circuit is open, or a wait was asked for. It does not count as an attempt."""

    def __str__(self) -> str:
        return super().__str__()[:LONGEST_MESSAGE]


class VyteConnectionError(VyteError):
    """The service could not be reached, or closed the connection before it answered."""

    is_transient = True
    is_outage = True
    is_unreachable = True


class VyteUnavailable(VyteConnectionError):
    """Nothing was sent, because the last calls to this host all failed. ``retry_after`` is in seconds."""

    nothing_sent = True
    held_back = True
    aborts_run = True

    def __init__(self, message: str, retry_after: float) -> None:
        self.message = message
        self.retry_after = retry_after
        # Exactly the arguments of __init__: see VyteAPIError.
        super().__init__(message, retry_after)

    def __str__(self) -> str:
        return self.message[:LONGEST_MESSAGE]


class VyteTimeout(VyteError):
    """The service did not accept the connection, or did not answer, in time."""

    is_transient = True
    is_unfinished = True
    is_outage = True
    is_unreachable = True


class AccountError(VyteError):
    """The account cannot be used: it has no active key, or its key is another account's."""

    aborts_run = True


class UnexpectedAnswer(VyteError):
    """A successful status with a body that cannot be used: cut off, not JSON, or of another shape."""


class DecryptionError(VyteError):
    """A stored secret that none of ``VYTE["ENCRYPTION_KEYS"]`` decrypts."""

    aborts_run = True


class VyteAPIError(VyteError):
    """A response whose status is not a success (for Vyte: v1 documentation, section Errors).

    ``status_code``; ``method`` and ``path`` of the request, without its query; ``body``, the beginning of the response
    as printable text; ``retry_after`` in seconds when the service named it, else ``None``.
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
        self.is_transient = status_code in _TRANSIENT
        self.is_outage = status_code in _OUTAGE
        self.is_unfinished = status_code in _UNFINISHED
        self.maybe_applied = status_code >= 500 and method != "GET"
        # Exactly the arguments of __init__: pickle, and with it Celery, calls the class with ``args`` again.
        # https://docs.celeryq.dev/en/stable/userguide/tasks.html#creating-pickleable-exceptions
        super().__init__(status_code, method, path, self.body, retry_after)

    def __str__(self) -> str:
        message = f"{self.method[:20]} {self.path[:200]} answered {self.status_code}"
        return f"{message}: {self.body[:200]}" if self.body else message


class BadRequest(VyteAPIError):
    """400: a parameter is missing or wrong."""


class AuthenticationFailed(VyteAPIError):
    """401: the credential (for Vyte: the API key) is missing, wrong or revoked."""

    aborts_run = True


class PermissionDenied(VyteAPIError):
    """403: the credential is valid and may not do this."""


class NotFound(VyteAPIError):
    """404: the service has no such object, or no longer."""

    means_absence = True


class RateLimited(VyteAPIError):
    """429: too many requests; ``retry_after`` says when to come back, if the service said it."""

    aborts_run = True


class RequestHeldBack(RateLimited):
    """Not sent, because the service asked this credential to wait for ``retry_after`` more seconds."""

    held_back = True

    def __str__(self) -> str:
        return f"{self.method[:20]} {self.path[:200]}: {self.body[:200]}"


class ServerError(VyteAPIError):
    """5xx: an error of the service itself, or of a gateway in front of it (502, 503, 504)."""


_BY_STATUS: dict[int, type[VyteAPIError]] = {
    400: BadRequest,
    401: AuthenticationFailed,
    403: PermissionDenied,
    404: NotFound,
    429: RateLimited,
}


def exception_for(status_code: int) -> type[VyteAPIError]:
    """The exception class of an HTTP status; ``VyteAPIError`` itself for one that has no class of its own."""
    if 500 <= status_code <= 599:
        return ServerError
    return _BY_STATUS.get(status_code, VyteAPIError)


class ProbablyIncomplete(UserWarning):
    """A list that Vyte may have cut short: as long as ``limit``, or of a length that servers truncate at.

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
