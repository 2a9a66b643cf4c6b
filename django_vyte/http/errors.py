"""What an exception of requests is called here, and what it says about the request."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import requests
import urllib3

from django_vyte.exceptions import UnexpectedAnswer, VyteConnectionError, VyteError, VyteTimeout, mask

if TYPE_CHECKING:
    from django_vyte.http.call import ApiCall
    from django_vyte.http.timeouts import Timeouts

# ValueError: requests lets through what urllib raises for an address that is no URL.
NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)

_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


@dataclass(frozen=True, slots=True)
class AttemptFailure:
    """An attempt without an answer."""

    error: VyteError
    nothing_sent: bool
    passing: bool


def attempt_failure(error: Exception, call: ApiCall, timeouts: Timeouts) -> AttemptFailure:
    """Name an exception of an attempt, without keeping it: it holds the URL and the headers."""
    if _is_local(error):
        call.local_error = True
        return AttemptFailure(VyteConnectionError(_local(error, call)), nothing_sent=False, passing=False)
    reason = _reason(error)
    refused = isinstance(error, requests.ConnectTimeout) or isinstance(
        reason, urllib3.exceptions.NewConnectionError
    )
    if _is_timeout(error, reason):
        return AttemptFailure(_timeout(refused, call, timeouts), refused, passing=True)
    passing = isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.SSLError
    )
    detail = mask(f"{type(reason).__name__}: {reason}" if reason else type(error).__name__)[:200]
    return AttemptFailure(VyteConnectionError(f"{call.what}: no connection ({detail})"), refused, passing)


def broken_answer(error: Exception, call: ApiCall, timeouts: Timeouts) -> VyteError:
    """Name an exception of reading a successful answer."""
    if _is_timeout(error, _reason(error)):
        return _timeout(False, call, timeouts)
    return UnexpectedAnswer(f"{call.what}: the answer breaks off ({type(error).__name__})")


def _is_local(error: Exception) -> bool:
    """Whether it is about how this side is set up: no URL, no time-out, or certificates that are not there."""
    # For a file of certificates that is missing, requests raises an OSError of its own, without a number.
    return isinstance(error, ValueError) or (type(error) is OSError and error.errno is None)


def _local(error: Exception, call: ApiCall) -> str:
    detail = type(error).__name__
    if type(error) in (ValueError, OSError):  # texts of other kinds may repeat the URL
        detail = mask(re.sub(r"[^\s'\"]*@", "", str(error)), call.secrets)[:250]
    return f"{call.what}: not sent ({detail}). Check API_URL, TIMEOUT, and the certificates and proxies set here."


def _reason(error: Exception) -> Exception | None:
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    return getattr(cause, "reason", None) or cause


def _is_timeout(error: Exception, reason: Exception | None) -> bool:
    # urllib3 counts a connection that is refused among its time-outs.
    refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
    return not refused and (isinstance(error, _TIMEOUTS) or isinstance(reason, _TIMEOUTS))


def _timeout(connecting: bool, call: ApiCall, timeouts: Timeouts) -> VyteTimeout:
    """Says which limit ended it, and where that is set."""
    connect, read = timeouts.connect_and_read
    if call.deadline.left <= 0:
        limit = f"not done within {call.deadline.seconds:g} seconds, the limit of a whole call"
        setting = call.deadline.setting
    elif connecting:
        limit, setting = f"no connection within {connect:g} seconds", "TIMEOUT"
    else:
        limit, setting = f"nothing came for {read:g} seconds", "TIMEOUT"
    return VyteTimeout(f"{call.what}: {limit}. Try again later, or raise VYTE['{setting}'].")
