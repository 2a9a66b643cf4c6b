"""Everything that a local Vyte holds: plain dictionaries by id, behind one lock."""

from __future__ import annotations

import copy
import json
import threading
from collections.abc import Callable
from typing import Any

from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.clock import Clock, new_id, new_secret, stable_id
from django_vyte.sandbox.world.errors import Refused

JSON = dict[str, Any]


def do_nothing() -> None:
    """``changed`` without a state file."""


def ignore(action: str, resource: JSON, owner: str) -> None:
    """``perform`` without a courier."""


class VyteState:
    """Everything this Vyte knows, by id; nothing to begin with. Hold ``lock`` to read or change several objects.

    ``owners`` says which organization each event, user, app, page and hook belongs to; ``keys`` maps an API
    key to its description. An event's ``key_store`` is kept as its id, the keys themselves in ``key_stores``.
    """

    def __init__(self, team_id: str, quirks: Quirks | None = None) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.team_id = team_id
        self.quirks = quirks or Quirks()
        self.organizations: dict[str, JSON] = {}
        self.users: dict[str, JSON] = {}
        self.events: dict[str, JSON] = {}
        self.key_stores: dict[str, JSON] = {}
        self.hooks: dict[str, JSON] = {}
        self.apps: dict[str, JSON] = {}
        self.pages: dict[str, JSON] = {}
        self.appointment_types: dict[str, JSON] = {}
        self.teams: dict[str, JSON] = {}
        self.admin_preferences: dict[str, JSON] = {}
        self.preferences: dict[str, JSON] = {}
        self.availabilities: dict[str, JSON] = {}
        self.calendars: dict[str, JSON] = {}
        self.locators: dict[str, JSON] = {}
        self.locations: dict[str, JSON] = {}
        self.keys: dict[str, JSON] = {}
        self.owners: dict[str, str] = {}
        self.emails: dict[str, str] = {}
        self.perform: Callable[[str, JSON, str], None] = ignore
        self.changed: Callable[[], None] = do_nothing

    def kept(self) -> dict[str, dict[str, Any]]:
        """Everything there is, by the name of the attribute that holds it."""
        return {name: objects for name, objects in vars(self).items() if isinstance(objects, dict)}

    def load_organization(self, organization: JSON) -> None:
        """Takes an organization whose ``members`` are users; they are kept as ids."""
        for user in organization["members"]:
            self.load_user(user)
        organization["members"] = [user["_id"] for user in organization["members"]]
        self.organizations[organization["_id"]] = organization

    def load_user(self, user: JSON, owner: str | None = None) -> JSON:
        """Takes a user, replacing the one with that id. The first user with an email answers to it.

        What every user has, such as a time zone, is added.
        """
        first, _, last = user.setdefault("full_name", "").partition(" ")
        usual = {"first_name": first, "last_name": last, "emails": [], "timezone": "Europe/Paris"}
        for name, value in {**usual, "language": "en"}.items():
            user.setdefault(name, value)
        self.users[user["_id"]] = user
        self.owners.setdefault(user["_id"], owner or self.team_id)
        for email in user.get("emails", []):
            self.emails.setdefault(email.lower(), user["_id"])
        return user

    def load_team(self, team: JSON, owner: str | None = None) -> JSON:
        """Takes a team, a group of users within an organization, replacing the one with that id."""
        team["organization"] = self.owners[team["_id"]] = owner or self.team_id
        self.teams[team["_id"]] = team
        return team

    def load_page(self, page: JSON) -> JSON:
        """Takes a booking page; an owner that is not known becomes a user named after the page."""
        page.setdefault("_id", stable_id(page["nickname"]))
        page.setdefault("belongs_to", stable_id(f"owner of {page['nickname']}"))
        if page["belongs_to"] not in self.users:
            name = page["nickname"].replace("-", " ").title()
            self.load_user(self.describe_user(page["belongs_to"], f"{page['nickname']}@example.com", name))
        self.pages[page["nickname"]] = page
        return page

    def load_appointment_type(self, appointment_type: JSON) -> JSON:
        """Takes an appointment type of the page whose id is ``vyteme``."""
        unique = f"type {appointment_type['handle']} of {appointment_type['vyteme']}"
        appointment_type.setdefault("_id", stable_id(unique))
        self.appointment_types[appointment_type["_id"]] = appointment_type
        return appointment_type

    def load_locator(self, locator: JSON, owner: str | None = None) -> JSON:
        """Takes a locator, replacing the one with that id; its ``org`` is the organization it belongs to."""
        locator.setdefault("_id", stable_id(f"locator {locator['handle']}"))
        locator["org"] = self.owners[locator["_id"]] = owner or self.team_id
        self.locators[locator["_id"]] = locator
        return locator

    def load_location(self, location: JSON) -> JSON:
        """Takes a location of the locator whose id is ``locator``."""
        location.setdefault("_id", stable_id(f"location {location['extid']} of {location['locator']}"))
        location["org"] = self.owner_of(location["locator"])
        self.locations[location["_id"]] = location
        return location

    def load_event(self, event: JSON, owner: str | None = None) -> JSON:
        """Takes an event as it is, replacing the one with that ``_id``; nothing is fired.

        Without an ``_id`` it gets one that depends on its content alone.
        """
        event = copy.deepcopy(event)
        event.setdefault("_id", stable_id(json.dumps(event, sort_keys=True)))
        if isinstance(event.get("key_store"), dict):
            self.key_stores[event["_id"]] = event["key_store"]
            event["key_store"] = event["key_store"].get("_id", new_id())
        self.events[event["_id"]] = event
        self.owners[event["_id"]] = owner or self.team_id
        creator = event.get("created_by")
        if isinstance(creator, dict) and creator.get("user") and creator["user"] not in self.users:
            known = self.describe_user(creator["user"], creator.get("email"), creator.get("full_name"))
            self.load_user(known)
        return event

    def latest_events(self) -> list[JSON]:
        """Every event, the last one that changed first."""
        return sorted(self.events.values(), key=lambda event: str(event.get("updatedAt", "")), reverse=True)

    def naive_zone(self, name: str) -> str:
        """The time zone in which a time without an offset is read, for an event in the zone ``name``."""
        return "UTC" if self.quirks.naive_times == "utc" else name

    def add_key(self, organization_id: str, key: str | None = None) -> str:
        """Issues an API key for an organization and returns it."""
        key = key or new_secret()
        now = self.clock.now()
        admins = self.organizations[organization_id]["admins"]
        self.keys[key] = {
            "__v": 0,
            "createdAt": now,
            "updatedAt": now,
            "key": key,
            "organization": organization_id,
            "user": admins[0] if admins else None,
            "_id": new_id(),
            "scope": "team",
        }
        return key

    def use_key(self, organization_id: str, key: str | None = None) -> str:
        """A key of an organization that works: ``key`` in place of any other, else the one it has, else a new one."""
        present = [each for each, about in self.keys.items() if about["organization"] == organization_id]
        working = [each for each in present if not self.keys[each].get("revoked")]
        if key is None and working:
            return working[0]
        if key in working:
            return key
        for each in present if key else ():
            del self.keys[each]
        return self.add_key(organization_id, key)

    def describe_user(self, user_id: str, email: str | None, full_name: str | None) -> JSON:
        """A new user object with those facts and Vyte's defaults; it is not kept."""
        full_name = full_name or ""
        first, _, last = full_name.partition(" ")
        now = self.clock.now()
        return {
            "_id": user_id,
            "first_name": first,
            "last_name": last,
            "full_name": full_name,
            "emails": [email] if email else [],
            "timezone": "Europe/Paris",
            "language": "en",
            "picture_url": "",
            "account": {"plan": "free"},
            "createdAt": now,
            "updatedAt": now,
            "__v": 0,
        }

    def account(self, email: str, full_name: str | None = None, owner: str | None = None) -> JSON:
        """The user with that email, made now if there is none."""
        known = self.emails.get(email.lower())
        if known:
            return self.users[known]
        return self.load_user(self.describe_user(new_id(), email, full_name), owner)

    def touch(self, item: JSON) -> str:
        """Marks an object as changed now: ``updatedAt`` grows strictly. Returns the instant."""
        now = self.clock.now(after=item.get("updatedAt"))
        item["updatedAt"] = now
        if isinstance(item.get("__v"), int):
            item["__v"] += 1
        return now

    def owner_of(self, object_id: str) -> str:
        """The organization that something belongs to: the first one for what was put in without saying."""
        return self.owners.get(object_id, self.team_id)

    def owned(self, objects: dict[str, JSON], object_id: str, owner: str) -> JSON:
        """The object with that id; refused with 404, or 403 when it is another organization's."""
        if object_id not in objects:
            raise Refused(404, "not found")
        if self.owner_of(object_id) != owner:
            raise Refused(403, "belongs to another organization")
        return objects[object_id]
