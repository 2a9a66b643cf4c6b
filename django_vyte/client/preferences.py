"""``vyte.preferences``: which notifications users get from Vyte."""

from __future__ import annotations

from typing import Unpack

from django_vyte.client.arguments import content, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import Preferences as UserPreferences
from django_vyte.client.types import PreferencesChange


class Preferences(Resource):
    """``vyte.preferences``: v2 documentation, User preference."""

    def retrieve(self, user_id: str) -> UserPreferences:
        """Of what a user is told by email and by push; Vyte creates the preferences if there are none.

        ``GET /v2/users/:user_id/preferences``

        >>> vyte.preferences.retrieve(user_id)["email"]["vote_confirmation"]
        False
        """
        return self._read("GET", _path(user_id), UserPreferences)

    def update(self, user_id: str, **fields: Unpack[PreferencesChange]) -> UserPreferences:
        """Change what is given under ``email`` and ``push``; answers all preferences.

        ``PUT /v2/users/:user_id/preferences``

        >>> vyte.preferences.update(user_id, email={"attending": False})["email"]["attending"]
        False
        """
        return self._read("PUT", _path(user_id), UserPreferences, body=content("", fields))


def _path(user_id: str) -> str:
    return f"/v2/users/{segment(user_id, 'user_id')}/preferences"
