"""``vyte.users``: the users of an organization."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from django_vyte.client.arguments import content, objects, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import NewUser, SavedUser, User, UserChange
from django_vyte.exceptions import UnexpectedAnswer

_USERS = "/v2/users"
_BATCH = f"{_USERS}/batch"


class Users(Resource):
    """``vyte.users``: v2 documentation, Users."""

    def create(self, **fields: Unpack[NewUser]) -> SavedUser:
        """Create a user of ``organization`` (its id) and answer them under ``user``.

        ``availability``, ``vyteme`` (the booking page), ``calendars`` and ``login`` set up the rest at once.
        Who has an ``id`` or an ``extid`` (in ``user["account"]["organization"]``) that exists is updated:
        only with one of them is the request sent again after a failure.

        ``POST /v2/users``

        >>> new = {"email": "ada@example.com", "first_name": "Ada", "last_name": "Lovelace"}
        >>> vyte.users.create(organization=organization_id, user=new)["user"]["full_name"]
        'Ada Lovelace'
        """
        secrets, repeatable = _passwords(fields), _is_known(fields)
        body = content("", fields)
        return self._read("POST", _USERS, SavedUser, body=body, secrets=secrets, repeatable=repeatable)

    def retrieve(self, user_id: str) -> User:
        """One user of the organization; ``NotFound`` when there is none.

        ``GET /v2/users/:user_id``

        >>> vyte.users.retrieve(user_id)["emails"] == [email]
        True
        """
        return self._read("GET", f"{_USERS}/{segment(user_id, 'user_id')}", User)

    def update(self, user_id: str, **fields: Unpack[UserChange]) -> SavedUser:
        """Change what is given of a user and around them; answers the user under ``user``.

        ``PUT /v2/users/:user_id``

        >>> vyte.users.update(user_id, user={"last_name": "Snow"})["user"]["last_name"]
        'Snow'
        """
        path = f"{_USERS}/{segment(user_id, 'user_id')}"
        return self._read("PUT", path, SavedUser, body=content("", fields), secrets=_passwords(fields))

    def delete(self, user_id: str) -> None:
        """Take a user out of the organization, and off its bill; their account at Vyte stays.

        ``DELETE /v2/users/:user_id``

        >>> vyte.users.delete(user_id)
        """
        self._send("DELETE", f"{_USERS}/{segment(user_id, 'user_id')}")

    def create_batch(self, users: Sequence[NewUser]) -> list[SavedUser]:
        """Create several users, each as ``create`` takes them.

        Vyte publishes neither body nor answer: the users are sent as a list, and come back as one, which
        may also stand under ``users``. Sent again after a failure only when each has an ``id`` or ``extid``.

        ``POST /v2/users/batch``

        >>> ada = {"organization": organization_id, "user": {"email": "ada@example.com"}}
        >>> len(vyte.users.create_batch([ada]))
        1
        """
        changes = objects("users", users)
        return self._batch("POST", changes, repeatable=all(map(_is_known, changes)))

    def update_batch(self, users: Sequence[UserChange]) -> list[SavedUser]:
        """Change several users, each as ``update`` takes them, with the ``id`` or ``extid`` inside ``user``.

        Sends and answers a list, as ``create_batch`` does.

        ``PUT /v2/users/batch``

        >>> len(vyte.users.update_batch([{"user": {"id": user_id, "language": "fr"}}]))
        1
        """
        return self._batch("PUT", objects("users", users), repeatable=True)

    def _batch(self, method: str, users: Sequence[Mapping[str, Any]], *, repeatable: bool) -> list[SavedUser]:
        secrets = [password for user in users for password in _passwords(user)]
        body = content("users", users)
        answer: Any = self._read(method, _BATCH, object, body=body, secrets=secrets, repeatable=repeatable)
        found = answer.get("users") if isinstance(answer, dict) else answer
        if not isinstance(found, list):
            error = UnexpectedAnswer(f"{method} {_BATCH}: no list of users in the answer")
            error.maybe_applied = True
            raise error
        return found

    def list(self) -> list[User]:
        """All users of the organization.

        ``GET /v2/users``

        >>> user_id in [user["_id"] for user in vyte.users.list()]
        True
        """
        return self._read("GET", _USERS, list[User])


def _is_known(fields: Mapping[str, Any]) -> bool:
    """Whether Vyte would update an existing user instead of creating a second one, so that a retry is safe."""
    user = _within(fields, "user")
    return bool(user.get("id") or _within(user, "account", "organization").get("extid"))


def _passwords(fields: Mapping[str, Any]) -> list[str]:
    """The passwords in a request, to be masked in errors that quote it."""
    calendars = fields.get("calendars")
    holders = [fields.get("login"), *(calendars if isinstance(calendars, list | tuple) else [])]
    passwords = [_within(holder, "credentials").get("password") for holder in holders]
    return [str(password) for password in passwords if password]


def _within(value: Any, *names: str) -> Mapping[str, Any]:
    """The object at this path of member names; an empty one when there is none."""
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}
