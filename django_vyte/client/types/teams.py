"""Groups of users inside an organization."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NotRequired, TypedDict

from django_vyte.client.types.preferences import EmailPreferences


class Team(TypedDict):
    """A group of users; ``admins`` and ``members`` are ids of users, and an admin need not be a member."""

    _id: str
    name: str
    organization: str
    admins: list[str]
    members: list[str]
    extid: NotRequired[str]
    level_name: NotRequired[str]
    public: NotRequired[bool | str]  # the prose has a boolean, the samples print "false"
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class PublicMember(TypedDict):
    """What anyone may know of a member."""

    _id: str
    first_name: NotRequired[str]
    last_name: NotRequired[str]
    picture_url: NotRequired[str]


class PublicTeam(TypedDict):
    """What anyone may know of a team."""

    _id: str
    name: str
    members: list[PublicMember]


class UserReference(TypedDict, total=False):
    """A user, named in one of three ways; ``extid`` is your own id of them."""

    _id: str
    email: str
    extid: str


class TeamChange(TypedDict, total=False):
    """What is to change in a team; ``extid`` is your own id of it."""

    name: str
    extid: str
    admins: Sequence[str | UserReference]
    members: Sequence[str | UserReference]
    level_name: str
    public: bool


class NewTeam(TypedDict):
    """A team to create; ``extid`` is your own id of it."""

    name: str
    extid: str
    admins: NotRequired[Sequence[str | UserReference]]
    members: NotRequired[Sequence[str | UserReference]]
    level_name: NotRequired[str]
    public: NotRequired[bool]


class TeamPreferences(TypedDict):
    """What a team's admins are told about."""

    email: EmailPreferences


class AdminPreferences(TypedDict):
    """The preferences of a team's admins."""

    prefs: TeamPreferences
    _id: NotRequired[str]
    belongs_to: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class NewAdminPreferences(TypedDict):
    """The preferences of a team's admins to set; what is left out is off at first, then unchanged."""

    prefs: TeamPreferences
