"""Translates the exceptions of requests and urllib3 into those of this package, without the secrets they hold."""

from __future__ import annotations

import re
import ssl

import requests
import urllib3

from django_vyte.exceptions import UnexpectedAnswer, VyteConnectionError, VyteError, VyteTimeout, mask
from django_vyte.http.call import ApiCall
from django_vyte.http.timeouts import Timeouts

# All that sending or reading may raise. ValueError: requests passes on what urllib.parse raises for an invalid URL.
NETWORK_ERRORS = (requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError)

_TIMEOUTS = (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)


def connection_error(error: Exception, call: ApiCall, timeouts: Timeouts) -> VyteError:
    """The error of an attempt without a response; notes in ``call`` how far the attempt got.

    The original is not chained to it, because it holds the URL and the headers.
    """
    if _is_local(error):
        call.local_error = call.never_connected = True
        failure = VyteConnectionError(_local_message(error, call))
        failure.is_transient = False
        return failure
    reason = _reason(error)
    call.never_connected |= _is_before_sending(error, reason)
    if _is_timeout(error, reason):
        return _timeout(call, timeouts)
    detail = mask(f"{type(reason).__name__}: {reason}" if reason else type(error).__name__)[:200]
    happened = "no connection" if call.never_connected else "the connection broke off without an answer"
    failure = VyteConnectionError(f"{call.what}: {happened} ({detail})")
    # A certificate that is not trusted will not be a moment later.
    failure.is_transient = isinstance(error, requests.ConnectionError) and not isinstance(
        error, requests.exceptions.SSLError
    )
    return failure


def body_error(error: Exception, call: ApiCall, timeouts: Timeouts) -> VyteError:
    """The error of reading the body of a successful response."""
    if _is_timeout(error, _reason(error)):
        return _timeout(call, timeouts)
    return UnexpectedAnswer(f"{call.what}: the answer breaks off ({type(error).__name__})")


def _is_before_sending(error: Exception, reason: Exception | None) -> bool:
    """Whether the connection failed before anything was sent, where a session's own connections do not note it."""
    unverified = isinstance(reason, urllib3.exceptions.SSLError) and isinstance(
        next(iter(reason.args), None), ssl.SSLCertVerificationError
    )
    return (
        unverified
        or isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError)
        or isinstance(reason, urllib3.exceptions.NewConnectionError)
    )


def _is_local(error: Exception) -> bool:
    """Whether the configuration here is wrong: an invalid URL or time-out, or a missing certificate bundle."""
    if isinstance(_reason(error), urllib3.exceptions.HTTPError):
        return False  # requests.exceptions.InvalidHeader is a ValueError also where a response's header is invalid
    # For a missing certificate bundle HTTPAdapter.cert_verify of requests raises an OSError without errno.
    return isinstance(error, ValueError) or (type(error) is OSError and error.errno is None)


def _local_message(error: Exception, call: ApiCall) -> str:
    detail = type(error).__name__
    if type(error) in (ValueError, OSError):  # texts of other classes may repeat the URL
        detail = mask(re.sub(r"[^\s'\"]*@", "", str(error)), call.secrets)[:250]
    settings = f"{call.service.setting('API_URL')}, {call.service.setting('TIMEOUT')}"
    return f"{call.what}: not sent ({detail}). Check {settings}, and the certificates and proxies set here."


def _reason(error: Exception) -> Exception | None:
    """The exception of urllib3 inside one of requests, or inside urllib3's MaxRetryError."""
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else None
    return getattr(cause, "reason", None) or cause


def _is_timeout(error: Exception, reason: Exception | None) -> bool:
    # In urllib3, a refused connection (NewConnectionError) is a subclass of ConnectTimeoutError.
    refused = isinstance(reason, urllib3.exceptions.NewConnectionError)
    return not refused and (isinstance(error, _TIMEOUTS) or isinstance(reason, _TIMEOUTS))


def _timeout(call: ApiCall, timeouts: Timeouts) -> VyteTimeout:
    """Says which limit ended the call, and which setting raises it."""
    connect, read = timeouts.connect_and_read
    if call.deadline.left <= 0:
        limit = f"not done within {call.deadline.seconds:g} seconds, the limit of a whole call"
        setting = call.deadline.setting
    elif call.never_connected:
        limit, setting = f"no connection within {connect:g} seconds", "TIMEOUT"
    else:
        limit, setting = f"nothing came for {read:g} seconds", "TIMEOUT"
    raising = f"raise {call.service.setting(setting)}"
    # Who repeats a write that was sent may do it twice.
    advice = (
        f"If that is too short, {raising}"
        if call.is_write and not call.never_connected
        else f"Try again later, or {raising}"
    )
    return VyteTimeout(f"{call.what}: {limit}. {advice}.")
