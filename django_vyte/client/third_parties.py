"""Apps that create events in the name of people who need no Vyte account."""

from __future__ import annotations

from typing import Any

from django_vyte.client.resource import Resource
from django_vyte.client.types import ThirdParty, Token
from django_vyte.exceptions import UnexpectedAnswer

_THIRD_PARTIES = "/v2/third_parties"


class ThirdParties(Resource):
    """``vyte.third_parties``: v2 documentation, Third-parties."""

    def create(
        self, *, name: str, contact_email: str | None = None, contact_name: str | None = None
    ) -> ThirdParty:
        """Register an app; ``_id`` is its ``app_id``, ``secret`` signs its links: store both at once."""
        query = {"name": name, "contact_email": contact_email, "contact_name": contact_name}
        return self._read("POST", _THIRD_PARTIES, ThirdParty, query=query)

    def token(self, *, email: str, secret: str) -> Token:
        """The creator token of ``email`` as Vyte computes it.

        Puts the app's secret into a URL, where proxies may log it: ``django_vyte.links.creator_token``
        computes the same without asking. Only good for checking one against the other.
        """
        query = {"cm": email, "secret": secret}
        return self._read("GET", f"{_THIRD_PARTIES}/token", Token, query=query, secrets=[secret])

    def list(self) -> list[ThirdParty]:
        """The apps of the organization, secrets included."""
        answer: Any = self._read("GET", _THIRD_PARTIES, object)
        apps = answer.get("third_parties") if isinstance(answer, dict) else answer
        if not isinstance(apps, list):
            raise UnexpectedAnswer(f"GET {_THIRD_PARTIES}: no list of apps in the answer")
        return apps
