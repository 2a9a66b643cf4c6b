"""The exceptions of the local Vyte."""

from __future__ import annotations


class Refused(Exception):
    """A request that is answered with an error status; ``status`` is the HTTP code."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class UnusableFile(ValueError):
    """A state or seed file that cannot be used; the message names it, says why and what to do."""


class ConnectionDropped(ConnectionAbortedError):
    """The server closes the connection without a single byte of an answer."""
