"""``VyteClient``: takes its settings from arguments or ``settings.VYTE``, and has one object a resource of the API."""

from __future__ import annotations

import math
from types import TracebackType
from typing import NoReturn, Self
from urllib.parse import urlsplit

from django_vyte.client.accounts import ApiKeys, Auth, Organizations
from django_vyte.client.availabilities import Availabilities
from django_vyte.client.booking_pages import AppointmentTypes, BookingPages
from django_vyte.client.calendars import Calendars
from django_vyte.client.events import Events
from django_vyte.client.hooks import Hooks
from django_vyte.client.locators import Locations, Locators
from django_vyte.client.preferences import Preferences
from django_vyte.client.slots import Slots
from django_vyte.client.teams import AdminPreferences, Teams
from django_vyte.client.third_parties import ThirdParties
from django_vyte.client.users import Users
from django_vyte.client.v1 import V1
from django_vyte.conf import get_settings
from django_vyte.http import Http, KeyAuth, Service, Session, Timeouts
from django_vyte.loopback import is_secure
from django_vyte.redaction import HasSecretValue

VYTE = Service("Vyte", settings="VYTE")


class VyteClient:
    """Vyte's API for one key, without models or database: ``VyteClient(key).events.list()``.

    ``timeout`` is in seconds, one number or (connect, read), and holds for each attempt; ``retries`` is how
    often a request that may be repeated is sent again. A whole call ends within ``deadline`` seconds, a list of
    events within ``list_deadline``. Without ``blind_retries`` a write that may have been done is not sent again, for
    a caller who looks first. What is left out comes from ``settings.VYTE``, or from its defaults where
    Django is not configured. ``session`` is a ``requests.Session`` to use as it is.

    Every method answers decoded JSON and raises a ``VyteError``; wrong arguments are a ``ValueError`` before
    anything is sent.

    Connections belong to the process: clients share them, and making one for each task costs nothing.
    """

    def __init__(
        self,
        api_key: str | HasSecretValue,
        *,
        api_url: str | None = None,
        timeout: float | tuple[float, float] | None = None,
        retries: int | None = None,
        deadline: float | None = None,
        list_deadline: float | None = None,
        blind_retries: bool = True,
        session: Session | None = None,
    ) -> None:
        settings = get_settings()
        url = settings.API_URL if api_url is None else api_url
        if not isinstance(url, str):
            raise ValueError(f"api_url must be a text, not {type(url).__name__}.")
        url = url.rstrip("/")
        self._host = urlsplit(url).hostname
        if urlsplit(url).scheme not in ("http", "https") or not self._host:
            raise ValueError("api_url must begin with https:// (or http://) and a host.")
        if not is_secure(url):
            raise ValueError(
                f"api_url sends the key to {self._host} in plain text: use https (http only for this machine)."
            )
        timeouts = Timeouts(
            settings.TIMEOUT if timeout is None else _timeout(timeout),
            settings.RETRIES if retries is None else _count("retries", retries),
            settings.DEADLINE if deadline is None else _seconds("deadline", deadline),
            settings.LIST_DEADLINE if list_deadline is None else _seconds("list_deadline", list_deadline),
            settings.CIRCUIT_FAILURES,
            settings.CIRCUIT_SECONDS,
            blind_retries,
        )
        http = self._http = Http(url, KeyAuth(api_key), timeouts, VYTE, session)
        self.auth = Auth(http)
        self.organizations = Organizations(http)
        self.api_keys = ApiKeys(http)
        self.hooks = Hooks(http)
        self.third_parties = ThirdParties(http)
        self.events = Events(http)
        self.slots = Slots(http)
        self.teams = Teams(http)
        self.admin_preferences = AdminPreferences(http)
        self.users = Users(http)
        self.preferences = Preferences(http)
        self.availabilities = Availabilities(http)
        self.calendars = Calendars(http)
        self.booking_pages = BookingPages(http)
        self.appointment_types = AppointmentTypes(http)
        self.locators = Locators(http)
        self.locations = Locations(http)
        self.v1 = V1(http)

    @property
    def clock_ahead(self) -> float | None:
        """Seconds by which this machine's clock is ahead of Vyte's, as of the last answer; None before one."""
        return self._http.clock_ahead

    def close(self) -> None:
        """Does nothing: connections are pooled for the next client, and a session that was passed in stays open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<VyteClient {self._host}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("A VyteClient holds an API key and cannot be pickled or copied: make another one.")


def _seconds(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < math.inf:
        raise ValueError(f"{name} must be seconds, a number above 0, not {value!r}.")
    return value


def _timeout(value: float | tuple[float, float]) -> float | tuple[float, float]:
    if not isinstance(value, tuple):
        return _seconds("timeout", value)
    if len(value) != 2:
        raise ValueError(f"timeout must be one number or two, (connect, read), not {value!r}.")
    return _seconds("timeout", value[0]), _seconds("timeout", value[1])


def _count(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise ValueError(f"{name} must be a whole number, 0 for none, not {value!r}.")
    return value
