"""What people do to an event: confirm, cancel, invite, reschedule. ``Event``'s methods of the same names call these.

Each sends one request to Vyte, outside any transaction of its own, and then mirrors the result with the user who acted.
A request whose answer gets lost is not sent again: the event is looked up, and what it shows decides
(``sync.outcome``). So each either has done what it says, or raises a VyteError that says what is known: nothing was
changed, or ``maybe_applied``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from django_vyte import db, mirror, payloads
from django_vyte.accounts.clients import client_for
from django_vyte.conf import get_settings
from django_vyte.exceptions import NotFound, UnexpectedAnswer, VyteError
from django_vyte.models import Event, EventChange, Invitee
from django_vyte.payloads import DateOption, PlaceOption, values
from django_vyte.sync import outcome
from django_vyte.sync.event import store_fetched_as, sync_event
from django_vyte.sync.outcome import Aspect, Seen

if TYPE_CHECKING:
    from django_vyte.client import VyteClient

# Of VYTE["DEADLINE"], what an action may take before its event is looked up in the rest of it.
SHARE_OF_ACTION = 0.8
Status = Event.Status


class _Action:
    """One action: its request, the mirroring of its result, and the look-up of a result that nobody told."""

    def __init__(self, event: Event, by: AbstractBaseUser | None, aspect: Aspect) -> None:
        self.event, self.aspect = event, aspect
        self.origin = mirror.Origin(EventChange.Cause.ACTION, actor=by)
        self._seconds = get_settings().DEADLINE
        self._end = monotonic() + self._seconds

    def send(self, request: Callable[[VyteClient], object], *, answers_event: bool = False) -> bool:
        """Whether the response said that it was done; False when the event had to be looked up, and showed it.

        With ``answers_event`` the event of the response is mirrored. Raises VyteError.
        """
        as_of = timezone.now()
        try:
            with client_for(
                self.event.team_id, deadline=SHARE_OF_ACTION * self._seconds, blind_retries=False
            ) as client:
                answer = request(client)
            if answers_event:
                self._mirror(answer, as_of)
        except VyteError as error:
            if not error.maybe_applied:
                raise
            outcome.settle(self.event, error, self.aspect, self.origin, partial(self._client, retries=0))
            return False
        return True

    def _mirror(self, answer: object, as_of: dt.datetime) -> None:
        fetched = mirror.FetchedEvent(answer, as_of, self.origin)
        try:
            store_fetched_as(self.event.team_id, self.event.vyte_id, fetched)
        except UnexpectedAnswer as error:
            error.maybe_applied = True
            raise
        db.refresh(self.event)

    def fetch(self, *, just_cancelled: bool = False) -> None:
        """Mirror the event after an action that was done; where Vyte cannot be asked now, that happens later."""
        event = self.event
        try:
            with self._client() as client:
                sync_event(
                    event.team_id,
                    event.vyte_id,
                    origin=self.origin,
                    just_cancelled=just_cancelled,
                    client=client,
                )
        except VyteError as error:
            if just_cancelled:
                known = mirror.FetchedEvent(event.data, event.as_of, self.origin, cancelled_at=timezone.now())
                mirror.save(event.team_id, [known])
            outcome.refresh_later(event.team_id, event.vyte_id, error)
        db.refresh(event)

    def _client(self, **options: Any) -> VyteClient:
        """A client for what is left of the deadline."""
        least = (1 - SHARE_OF_ACTION) * self._seconds
        return client_for(self.event.team_id, deadline=max(self._end - monotonic(), least), **options)


def confirm(event: Event, *, date_id: str | None, place_id: str | None, by: AbstractBaseUser | None) -> None:
    """Confirm the date and the place ("Confirm an event")."""

    def decision(seen: Seen) -> tuple[str, str, str]:
        return seen.status, _chosen(payloads.dates(seen.data)), _chosen(payloads.places(seen.data))

    def is_done(seen: Seen) -> bool:
        status, date, place = decision(seen)
        return status == Status.CONFIRMED and date_id in (None, date) and place_id in (None, place)

    action = _Action(event, by, Aspect(is_done, decision))
    action.send(
        lambda client: client.events.confirm(event.vyte_id, date_id=date_id, place_id=place_id),
        answers_event=True,
    )


def cancel(event: Event, *, by: AbstractBaseUser | None) -> None:
    """Cancel the meeting ("Cancel an event"). Vyte's response is only OK, so the event is fetched afterwards."""
    # Vyte's event object documents no cancellation, so one that it does not show may be there.
    action = _Action(event, by, Aspect(lambda seen: seen.status == Status.CANCELLED, None))
    if action.send(lambda client: client.events.cancel(event.vyte_id)):
        action.fetch(just_cancelled=True)


def add_invitees(
    event: Event, people: Sequence[str | Mapping[str, str]], *, by: AbstractBaseUser | None
) -> None:
    """Invite more people ("Add invitee(s)")."""
    invited = [{"email": person} if isinstance(person, str) else dict(person) for person in people]
    wanted = {values.email(person.get("email")) for person in invited}

    def present(seen: Seen) -> set[str]:
        return wanted.intersection(person.email for person in payloads.invitees(seen.data))

    action = _Action(event, by, Aspect(lambda seen: present(seen) == wanted, present))
    if action.send(lambda client: client.events.add_invitees(event.vyte_id, invited)):  # type: ignore[arg-type]
        action.fetch()


def remove_invitee(event: Event, invitee: Invitee, *, by: AbstractBaseUser | None) -> None:
    """Remove an invitee ("Delete invitee")."""
    if not invitee.vyte_id:
        raise ValueError(f"Vyte gave {invitee} no id in this event, so the invitation cannot be taken back.")

    def is_invited(seen: Seen) -> bool:
        return invitee.vyte_id in {person.vyte_id for person in payloads.invitees(seen.data)}

    def remove(client: VyteClient) -> None:
        with suppress(NotFound):  # the invitee is gone already
            client.events.delete_invitee(event.vyte_id, invitee.vyte_id)

    action = _Action(event, by, Aspect(lambda seen: not is_invited(seen), is_invited))
    if action.send(remove):
        action.fetch()


def reschedule(
    event: Event,
    *,
    dates: Sequence[Any] | None,
    places: Sequence[Any] | None,
    by: AbstractBaseUser | None,
) -> None:
    """Propose other dates or places ("Update an event")."""
    fields: dict[str, Any] = {}
    if dates is not None:
        fields["dates"] = [_date(*pair) for pair in dates]
    if places is not None:
        fields["places"] = [_place(place) for place in places]
    if not fields:
        raise ValueError("Say which dates or which places the meeting is to have.")
    action = _Action(event, by, Aspect(partial(_proposes, fields), _proposals))
    action.send(lambda client: client.events.update(event.vyte_id, **fields), answers_event=True)


def refresh(event: Event) -> None:
    """Fetch the event and mirror it ("Retrieve an event")."""
    sync_event(event.team_id, event.vyte_id, origin=mirror.Origin(EventChange.Cause.REFRESH))
    db.refresh(event)


def _date(start: dt.datetime, end: dt.datetime) -> dict[str, Any]:
    if end < start:
        raise ValueError(f"A date ends ({end}) before it starts ({start}).")
    return {"date": start, "end_date": end, "all_day": False}


def _place(place: str | Sequence[str]) -> dict[str, str]:
    name, address = (place, "") if isinstance(place, str) else place
    return {"name": name, "address": address} if address else {"name": name}


def _proposals(seen: Seen) -> tuple[object, object]:
    """The proposed dates and places, in any order."""
    dates = {(_second(each.start), _second(each.end)) for each in payloads.dates(seen.data)}
    return dates, {(each.name, each.address) for each in payloads.places(seen.data)}


def _proposes(fields: Mapping[str, Any], seen: Seen) -> bool:
    """Whether an event proposes these dates and places and no others; Vyte may look up an address by itself."""
    if "dates" in fields:
        wanted = {(_second(each["date"]), _second(each["end_date"])) for each in fields["dates"]}
        if wanted != {(_second(each.start), _second(each.end)) for each in payloads.dates(seen.data)}:
            return False
    if "places" not in fields:
        return True
    places = payloads.places(seen.data)
    addresses = {
        (values.text(each["name"], 500), each["address"]) for each in fields["places"] if "address" in each
    }
    same_names = {values.text(each["name"], 500) for each in fields["places"]} == {
        each.name for each in places
    }
    return same_names and addresses <= {(each.name, each.address) for each in places}


def _second(when: dt.datetime | None) -> dt.datetime | None:
    """Vyte sometimes omits the milliseconds, and keeps no more."""
    return when and when.replace(microsecond=0)


def _chosen(options: Sequence[DateOption] | Sequence[PlaceOption]) -> str:
    """The id of the chosen option; of the only one where Vyte names none."""
    for option in options:
        if option.chosen:
            return option.id
    return options[0].id if len(options) == 1 else ""
