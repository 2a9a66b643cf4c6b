"""What an exception of requests is called here, and what it says about the request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
import urllib3

from django_vyte.exceptions import UnexpectedAnswer, VyteConnectionError, VyteError, VyteTimeout, mask

if TYPE_CHECKING:
    from django_vyte.http.call import Call
    from django_vyte.http.patience import Patience

# ValueError: requests lets through what urllib raises for an address that is no URL.
NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)

_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


@dataclass(frozen=True, slots=True)
class Failure:
    """An attempt without an answer."""

    error: VyteError
    nothing_sent: bool
    passing: bool


def failure(error: Exception, call: Call, patience: Patience) -> Failure:
    """Name an exception of an attempt, without keeping it: it holds the URL and the headers."""
    reason = _reason(error)
    refused = isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, urllib3.exceptions.NewConnectionError
    )
    if _is_timeout(error, reason):
        return Failure(_timeout(refused, call, patience), refused, passing=True)
    passing = isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.SSLError
    )
    detail = mask(f"{type(reason).__name__}: {reason}" if reason else type(error).__name__)[:200]
    return Failure(VyteConnectionError(f"{call.what}: no connection ({detail})"), refused, passing)


def broken_answer(error: Exception, call: Call, patience: Patience) -> VyteError:
    """Name an exception of reading a successful answer."""
    if _is_timeout(error, _reason(error)):
        return _timeout(False, call, patience)
    return UnexpectedAnswer(f"{call.what}: the answer breaks off ({type(error).__name__})")


def _reason(error: Exception) -> Exception | None:
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    return getattr(cause, "reason", None) or cause


def _is_timeout(error: Exception, reason: Exception | None) -> bool:
    # urllib3 counts a connection that is refused among its time-outs.
    refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
    return not refused and (isinstance(error, _TIMEOUTS) or isinstance(reason, _TIMEOUTS))


def _timeout(connecting: bool, call: Call, patience: Patience) -> VyteTimeout:
    """Says which limit ended it, and where that is set."""
    connect, read = patience.connect_and_read
    if call.deadline.left <= 0:
        limit = f"not done within {call.deadline.seconds:g} seconds, the limit of a whole call"
        setting = call.deadline.setting
    elif connecting:
        limit, setting = f"no connection within {connect:g} seconds", "TIMEOUT"
    else:
        limit, setting = f"nothing came for {read:g} seconds", "TIMEOUT"
    return VyteTimeout(f"{call.what}: {limit}. Try again later, or raise VYTE['{setting}'].")
