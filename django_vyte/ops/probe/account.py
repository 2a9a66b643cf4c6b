"""The account that is probed: sends each request once and caches its response for all facts that need it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, TypeVar

from django_vyte import payloads
from django_vyte.client import VyteClient
from django_vyte.client.resource import Resource
from django_vyte.client.types import EventFilters
from django_vyte.conf import get_settings
from django_vyte.db import fresh
from django_vyte.exceptions import UnexpectedAnswer, VyteAPIError, VyteConnectionError, VyteError
from django_vyte.http import Session
from django_vyte.models import Delivery, Team
from django_vyte.ops.probe.observations import Observations
from django_vyte.payloads import values

# A limit larger than any account's number of events; events to inspect; webhook calls to inspect.
LIMIT = 1_000_000
SAMPLE = 200
CALLS = 100
NOT_THERE = (404, 405)

T = TypeVar("T")


class Wire(Resource):
    """Raw requests, which bypass the client's methods and return JSON as Vyte sends it."""

    def read(self, method: str, path: str, **options: Any) -> Any:
        """The JSON of the response; raises VyteError."""
        return self._read(method, path, object, **options)

    def try_to(self, method: str, path: str, **options: Any) -> bool:
        """Whether Vyte has this operation and did it: False for 404 and 405, VyteError for other refusals."""
        try:
            self._send(method, path, **options)
        except VyteAPIError as error:
            if error.status_code not in NOT_THERE:
                raise
            return False
        return True


@dataclass(slots=True)
class ListedEvents:
    """The ids of all listed events, and the first of them as a sample."""

    ids: set[str] = field(default_factory=set)
    sample: list[dict[str, Any]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many events were listed."""
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class StoredCall:
    """A webhook call that this site has stored: its body as text, and the objects in it."""

    delivery: Delivery
    content: Any

    def each(self) -> Iterator[dict[str, Any]]:
        """The objects: one, or those of an array."""
        yield from values.as_dicts(self.content)


def once(request: Callable[[ProbedAccount], T]) -> Callable[[ProbedAccount], T]:
    """Cache the result, or the VyteError, for the lifetime of the account."""

    @wraps(request)
    def kept(account: ProbedAccount) -> T:
        if request.__name__ not in account.kept:
            try:
                account.kept[request.__name__] = request(account)
            except VyteError as error:
                account.kept[request.__name__] = error
        answer: Any = account.kept[request.__name__]
        if isinstance(answer, VyteError):
            raise answer
        return answer  # type: ignore[no-any-return]

    return kept


class ProbedAccount:
    """A client, the ``team`` if it is linked here, and cached responses.

    ``observed`` holds the observations of the trial meeting, None without ``--write``; ``say`` is called with progress
    messages.
    """

    def __init__(
        self,
        client: VyteClient,
        team: Team | None = None,
        *,
        say: Callable[[str], object] = lambda text: None,
    ) -> None:
        self.client, self.team, self.say = client, team, say
        self.wire = Wire(client._http)
        self.observed: Observations | None = None
        self.kept: dict[str, Any] = {}

    @once
    def team_id(self) -> str:
        """Vyte's id of the organization ("Getting started"); raises VyteError."""
        vyte_id = values.identifier(values.as_dict(self.client.auth.test()).get("_id"))
        if not vyte_id:
            raise UnexpectedAnswer("GET /v2/auth/test: the answer does not say whose key this is")
        return vyte_id

    @once
    def emails(self) -> list[str]:
        """The addresses of the organization's users, one for each ("Users")."""
        users = [payloads.emails(values.as_dict(user)) for user in self.client.users.list()]
        return [addresses[0] for addresses in users if addresses]

    @once
    def everything(self) -> ListedEvents:
        """The events listed with a large limit."""
        self.say("Listing the meetings …")
        return self._listed(limit=LIMIT)

    @once
    def without_limit(self) -> ListedEvents:
        """The events listed without a limit."""
        return self._listed()

    @once
    def more(self) -> int:
        """How many events filtered lists find that the list of all events lacks."""
        self.say("Looking for meetings that were not listed …")
        creators = {email for event in self.everything().sample if (email := _creator(event))}
        queries: list[EventFilters] = [{"filter": "confirmed"}, {"filter": "upcoming"}]
        queries += [{"creator_emails": [email]} for email in sorted(creators)[:5]]
        found = set[str]().union(*(self._listed(limit=LIMIT, **query).ids for query in queries))
        return len(found - self.everything().ids)

    def events(self) -> list[dict[str, Any]]:
        """A sample of the listed events, and the responses about the trial meeting."""
        return [*self.everything().sample, *(self.observed.responses if self.observed else ())]

    @once
    def hooks(self) -> dict[str, Any]:
        """The responses of those of the two possible paths of webhooks that exist."""
        responses = {}
        for path in ("/hooks", "/v2/hooks"):
            try:
                responses[path] = self.wire.read("GET", path)
            except VyteAPIError as error:
                if error.status_code not in NOT_THERE:
                    raise
        return responses

    def calls(self) -> list[StoredCall]:
        """The newest stored webhook calls of the team whose body is JSON, newest first."""
        if self.team is None:
            return []
        found = []
        for delivery in fresh(Delivery.objects.all()).of(self.team.account_key).order_by("-pk")[:CALLS]:
            try:
                found.append(StoredCall(delivery, json.loads(delivery.body)))
            except (ValueError, RecursionError):
                continue
        return found

    def web_status(self, path: str) -> int:
        """The web host's status for a GET without the API key; VyteConnectionError when it does not answer."""
        url = get_settings().WEB_URL + path
        try:
            with Session() as session:
                # requests reads ~/.netrc unless ``auth`` is given: https://requests.readthedocs.io/en/latest/user/authentication/
                options: dict[str, Any] = {"allow_redirects": False, "stream": True, "timeout": 20}
                return int(session.get(url, auth=lambda request: request, **options).status_code)
        except (OSError, ValueError) as error:
            raise VyteConnectionError(f"The web host does not answer ({type(error).__name__}).") from None

    def _listed(self, **filters: Any) -> ListedEvents:
        listing = ListedEvents()
        for event in self.client.events.iterate(report=lambda warning: None, **filters):
            listing.ids.add(str(event.get("_id") or secrets.token_hex(8)))
            if len(listing.sample) < SAMPLE:
                listing.sample.append(values.as_dict(event))
        return listing


def _creator(event: dict[str, Any]) -> str:
    return values.email(values.as_dict(event.get("created_by")).get("email"))
