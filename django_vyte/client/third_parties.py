"""``vyte.third_parties``: apps that create events for people without a Vyte account."""

from __future__ import annotations

from typing import Any

from django_vyte.client.arguments import email_address, text
from django_vyte.client.resource import Resource
from django_vyte.client.types import ThirdParty, Token
from django_vyte.exceptions import UnexpectedAnswer

_THIRD_PARTIES = "/v2/third_parties"


class ThirdParties(Resource):
    """``vyte.third_parties``: v2 documentation, Third-parties."""

    def create(
        self, *, name: str, contact_email: str | None = None, contact_name: str | None = None
    ) -> ThirdParty:
        """Register an app; ``_id`` is its ``app_id``, ``secret`` signs its links: store both at once.

        Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists: look into ``list()``.

        ``POST /v2/third_parties``

        >>> vyte.third_parties.create(name="crm", contact_email="ada@example.com")["name"]
        'crm'
        """
        query = app_query(name, contact_email, contact_name)
        return self._read("POST", _THIRD_PARTIES, ThirdParty, query=query)

    def token(self, *, email: str, secret: str) -> Token:
        """The creator token of ``email`` as Vyte computes it.

        Puts the app's secret into a URL, where proxies may log it: ``django_vyte.links.creator_token``
        computes the same without asking. Only good for checking one against the other.

        ``GET /v2/third_parties/token``

        >>> len(vyte.third_parties.token(email=email, secret=secret)["token"])
        64
        """
        query = token_query(email, secret)
        return self._read("GET", f"{_THIRD_PARTIES}/token", Token, query=query, secrets=[secret])

    def list(self) -> list[ThirdParty]:
        """The apps of the organization, secrets included.

        ``GET /v2/third_parties``

        >>> app_id in [app["_id"] for app in vyte.third_parties.list()]
        True
        """
        answer: Any = self._read("GET", _THIRD_PARTIES, object)
        apps = answer.get("third_parties") if isinstance(answer, dict) else answer
        if not isinstance(apps, list):
            raise UnexpectedAnswer(f"GET {_THIRD_PARTIES}: no list of apps in the answer")
        return apps


def app_query(name: str, contact_email: str | None, contact_name: str | None) -> dict[str, str | None]:
    """The query that registers an app, in v1 and v2."""
    return {
        "name": text("name", name),
        "contact_email": email_address("contact_email", contact_email),
        "contact_name": text("contact_name", contact_name),
    }


def token_query(email: str, secret: str) -> dict[str, str | None]:
    """The query for a creator token, in v1 and v2."""
    return {"cm": email_address("email", email), "secret": text("secret", secret)}
