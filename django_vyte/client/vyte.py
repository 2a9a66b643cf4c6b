"""The client itself: where its settings come from and which resources it has."""

from __future__ import annotations

from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from django_vyte.client.accounts import ApiKeys, Auth, Organizations, Users
from django_vyte.client.events import Events
from django_vyte.client.hooks import Hooks
from django_vyte.client.slots import Slots
from django_vyte.client.third_parties import ThirdParties
from django_vyte.client.v1 import V1
from django_vyte.conf import get_settings
from django_vyte.http import Http, Session


class VyteClient:
    """Vyte's API for one key, without models or database: ``VyteClient(key).events.list()``.

    ``timeout`` is in seconds, one number or (connect, read), and holds for each attempt; ``retries`` is how
    often a request that may be repeated is sent again. What is left out comes from ``settings.VYTE``, or from
    its defaults where Django is not configured. ``session`` is a ``requests.Session`` to use as it is.

    Every method answers decoded JSON and raises a ``VyteError``; wrong arguments are a ``ValueError`` before
    anything is sent. Close it, or use it in a ``with`` block.
    """

    def __init__(
        self,
        api_key: str,
        *,
        api_url: str | None = None,
        timeout: float | tuple[float, float] | None = None,
        retries: int | None = None,
        session: Session | None = None,
    ) -> None:
        settings = get_settings()
        url = (settings.API_URL if api_url is None else api_url).rstrip("/")
        self._host = urlsplit(url).hostname
        if urlsplit(url).scheme not in ("http", "https") or not self._host:
            raise ValueError("api_url must begin with https:// (or http://) and a host.")
        http = self._http = Http(
            api_key,
            url,
            settings.TIMEOUT if timeout is None else timeout,
            settings.RETRIES if retries is None else retries,
            session,
        )
        self.auth = Auth(http)
        self.organizations = Organizations(http)
        self.api_keys = ApiKeys(http)
        self.hooks = Hooks(http)
        self.third_parties = ThirdParties(http)
        self.events = Events(http)
        self.slots = Slots(http)
        self.users = Users(http)
        self.v1 = V1(http)

    def close(self) -> None:
        """Let go of the connections; a session that was passed in stays open."""
        self._http.close()

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
