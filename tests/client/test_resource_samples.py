"""What Vyte's documentation prints as answers of operations 27 to 74 is handed on as it is, and typed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NotRequired, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from django_vyte.client import VyteClient, types
from tests.client.operations import Recorder

DATA = Path(__file__).parents[1] / "data"
PAGES = (
    "appointment-types",
    "availabilities",
    "calendars",
    "create-and-manage-booking-pages",
    "locations",
    "locators",
    "setup-team-booking",
    "team_admin_preferences",
    "teams",
    "use-simple-locator",
    "user_preference",
    "users",
    "vytemes",
)
INTERNAL = {"__v", "_v"}  # of Vyte's database; the second is a slip of the documentation

SAMPLES: dict[str, tuple[Callable[[VyteClient], Any], Any]] = {
    "samples/appointment-types-0": (
        lambda vyte: vyte.appointment_types.retrieve("n", "h"),
        types.AppointmentType,
    ),
    "samples/appointment-types-1": (lambda vyte: vyte.appointment_types.list("n")[0], types.AppointmentType),
    "samples/appointment-types-2": (lambda vyte: vyte.appointment_types.create("n"), types.AppointmentType),
    "samples/appointment-types-3": (
        lambda vyte: vyte.appointment_types.retrieve("n", "h"),
        types.AppointmentType,
    ),
    "samples/appointment-types-4": (
        lambda vyte: vyte.appointment_types.update("n", "h"),
        types.AppointmentType,
    ),
    "samples/availabilities-1": (lambda vyte: vyte.availabilities.retrieve("u"), types.Availability),
    "samples/availabilities-2": (lambda vyte: vyte.availabilities.create("u"), types.Availability),
    "samples/availabilities-3": (lambda vyte: vyte.availabilities.update("u"), types.Availability),
    "samples/calendars-0": (lambda vyte: vyte.calendars.update("u"), types.CalendarList),
    "samples/calendars-1": (lambda vyte: vyte.calendars.retrieve("u"), types.CalendarList),
    "samples/create-and-manage-booking-pages-0": (lambda vyte: vyte.auth.test(), types.Organization),
    "samples/create-and-manage-booking-pages-1": (
        lambda vyte: vyte.users.create(organization="o", user={}),
        types.SavedUser,
    ),
    "samples/locations-0": (lambda vyte: vyte.locations.retrieve("l", "p"), types.Location),
    "samples/locations-1": (lambda vyte: vyte.locations.list("l"), list[types.Location]),
    "samples/locations-2": (lambda vyte: vyte.locations.retrieve("l", "p"), types.Location),
    "samples/locations-3": (lambda vyte: vyte.locations.create("l", name="n", extid="x"), types.Location),
    "samples/locations-4": (lambda vyte: vyte.locations.update("l", "p"), types.Location),
    "samples/locators-0": (lambda vyte: vyte.locators.retrieve("h"), types.Locator),
    "samples/locators-1": (lambda vyte: vyte.locators.list(), list[types.Locator]),
    "samples/locators-2": (lambda vyte: vyte.locators.retrieve("h"), types.Locator),
    "samples/locators-3": (lambda vyte: vyte.locators.create(handle="h"), types.Locator),
    "samples/locators-4": (lambda vyte: vyte.locators.update("l"), types.Locator),
    "samples/setup-team-booking-0": (lambda vyte: vyte.teams.create(name="n", extid="x"), types.Team),
    "samples/team_admin_preferences-0": (
        lambda vyte: vyte.admin_preferences.retrieve("t"),
        types.AdminPreferences,
    ),
    "samples/team_admin_preferences-1": (
        lambda vyte: vyte.admin_preferences.retrieve("t"),
        types.AdminPreferences,
    ),
    "samples/team_admin_preferences-2": (
        lambda vyte: vyte.admin_preferences.create("t", prefs={"email": {}}),
        types.AdminPreferences,
    ),
    "samples/team_admin_preferences-3": (
        lambda vyte: vyte.admin_preferences.update("t", prefs={"email": {}}),
        types.AdminPreferences,
    ),
    "samples/teams-0": (lambda vyte: vyte.teams.retrieve("t"), types.Team),
    "samples/use-simple-locator-0": (
        lambda vyte: vyte.locations.create("l", name="n", extid="x"),
        types.Location,
    ),
    "samples/user_preference-1": (lambda vyte: vyte.preferences.retrieve("u"), types.Preferences),
    "samples/user_preference-2": (lambda vyte: vyte.preferences.update("u"), types.Preferences),
    "samples/users-0": (lambda vyte: vyte.users.retrieve("u"), types.User),
    "samples/users-1": (lambda vyte: vyte.users.list(), list[types.User]),
    "samples/users-2": (lambda vyte: vyte.users.retrieve("u"), types.User),
    "samples/users-3": (lambda vyte: vyte.users.create(organization="o", user={}), types.SavedUser),
    "samples/users-4": (lambda vyte: vyte.users.update("u"), types.SavedUser),
    "samples/vytemes-0": (lambda vyte: vyte.booking_pages.retrieve("n"), types.BookingPage),
    "samples/vytemes-1": (lambda vyte: vyte.booking_pages.retrieve_for_user("u"), types.BookingPage),
    "samples/vytemes-2": (lambda vyte: vyte.booking_pages.list_for_user("u"), list[types.BookingPage]),
    "samples/vytemes-3": (
        lambda vyte: vyte.booking_pages.create(nickname="n", belongs_to="u"),
        types.BookingPage,
    ),
    "samples/vytemes-4": (lambda vyte: vyte.booking_pages.update("n"), types.BookingPage),
    "published/setup-team-booking-2": (lambda vyte: vyte.teams.book_member("t", **MEETING), types.Event),
    "published/teams-7": (lambda vyte: vyte.teams.book_member("t", **MEETING), types.Event),
    "published/teams-8": (lambda vyte: vyte.teams.events("t"), list[types.Event]),
}
MEETING: types.NewTeamEvent = {"title": "x", "created_by": {"email": "a@b.c"}}
# A deletion answers None whatever Vyte prints: here the organization without the user.
OF_DELETIONS = {"samples/users-5"}


def printed(name: str) -> Any:
    return json.loads((DATA / f"{name}.json").read_text())


every_sample = pytest.mark.parametrize("name", SAMPLES)


@every_sample
def test_a_printed_answer_reads_back_unchanged(name: str) -> None:
    ask, _ = SAMPLES[name]
    assert ask(Recorder(json.dumps(printed(name)).encode()).client()) == printed(name)


@every_sample
def test_a_printed_answer_is_as_it_is_typed(name: str) -> None:
    assert not differences(printed(name), SAMPLES[name][1], name)


@pytest.mark.parametrize("name", OF_DELETIONS)
def test_what_a_deletion_prints_is_not_handed_on(name: str) -> None:
    client = Recorder(json.dumps(printed(name)).encode()).client()
    client.users.delete("u")


def test_an_organization_is_printed_with_its_members_as_it_is_typed() -> None:
    assert not differences(printed("samples/users-5"), types.OrganizationWithMembers, "users-5")


def test_no_printed_answer_is_left_out() -> None:
    names = {f"{path.parent.name}/{path.stem}" for path in DATA.glob("[sp]*/*.json")}
    mine = {name for name in names if name.partition("/")[2].rpartition("-")[0] in PAGES}
    assert mine == {*SAMPLES, *OF_DELETIONS}


def differences(value: Any, kind: Any, place: str) -> list[str]:
    """Where a value has members that its type does not know, or lacks some that it requires."""
    if get_origin(kind) is NotRequired:
        return differences(value, get_args(kind)[0], place)
    if get_origin(kind) is list:
        return [each for item in value for each in differences(item, get_args(kind)[0], f"{place}[]")]
    if not is_typeddict(kind):
        return []
    members = get_type_hints(kind, include_extras=True)
    # Postponed annotations hide NotRequired from __required_keys__.
    required = {name for name in kind.__required_keys__ if get_origin(members[name]) is not NotRequired}
    unknown, lacking = set(value) - set(members) - INTERNAL, required - set(value)
    found = [f"{place}.{member}" for member in sorted(unknown | lacking)]
    for member, inner in members.items():
        if member in value:
            found += differences(value[member], inner, f"{place}.{member}")
    return found
