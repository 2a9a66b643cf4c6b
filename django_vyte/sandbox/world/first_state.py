"""The state of a fresh local Vyte: the objects that Vyte's documentation prints."""

from __future__ import annotations

from django_vyte.sandbox.data import FIRST_STATE, published
from django_vyte.sandbox.quirks import Quirks
from django_vyte.sandbox.world.memberships import enrol, extid_of, organization_of
from django_vyte.sandbox.world.state import JSON, VyteState


def first_state(team_id: str, api_key: str, quirks: Quirks) -> VyteState:
    """Every published object, owned by the organization ``team_id``, whose key is ``api_key``."""
    state = VyteState(team_id, quirks)
    for user in published("users"):
        state.load_user(user)
    for number, organization in enumerate(published("organizations")):
        if number == 0:
            organization["_id"] = state.team_id
        state.load_organization(organization)
    enrol_users(state, state.organizations[state.team_id])
    state.add_key(state.team_id, api_key)
    for app in published("apps"):
        state.apps[app["_id"]] = app
        state.owners[app["_id"]] = state.team_id
    load_what_belongs_to_users(state)
    for name in FIRST_STATE:
        state.load_event(published(f"events/{name}"))
    return state


def enrol_users(state: VyteState, organization: JSON) -> None:
    """Makes the users that are printed in an organization members of the one that is there."""
    for user in [user for user in state.users.values() if organization_of(user)]:
        if user["account"]["organization"].get("admin"):
            organization["admins"].append(user["_id"])
        enrol(organization, user, extid_of(user))


def load_what_belongs_to_users(state: VyteState) -> None:
    """Teams, preferences, availabilities, calendars, booking pages, locators and what is within them."""
    for team in published("teams"):
        state.load_team(team)
    for name in ("admin_preferences", "preferences", "availabilities", "calendars"):
        objects: dict[str, JSON] = getattr(state, name)
        objects.update({item["belongs_to"]: item for item in published(name)})
    for page in published("booking_pages"):
        state.load_page(page)
    for appointment_type in published("appointment_types"):
        state.load_appointment_type(appointment_type)
    for locator in published("locators"):
        state.load_locator(locator)
    for location in published("locations"):
        state.load_location(location)
