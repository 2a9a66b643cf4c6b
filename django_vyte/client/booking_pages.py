"""``vyte.booking_pages`` and ``vyte.appointment_types``: where users are booked, and for what."""

from __future__ import annotations

from typing import Any, Unpack

from django_vyte.client.arguments import content, segment
from django_vyte.client.resource import Resource
from django_vyte.client.types import (
    AppointmentType,
    BookingPage,
    BookingPageChange,
    NewAppointmentType,
    NewBookingPage,
)
from django_vyte.exceptions import UnexpectedAnswer

_PAGES = "/v2/vytemes"


class BookingPages(Resource):
    """``vyte.booking_pages``: v2 documentation, Vytemes."""

    def create(self, **fields: Unpack[NewBookingPage]) -> BookingPage:
        """Create the page ``/NICKNAME`` on which the user ``belongs_to`` (id) is booked.

        A user's second and further pages are ``secondary``. Never sent twice, so an error with
        ``maybe_applied`` leaves open whether it exists.

        ``POST /v2/vytemes``

        >>> vyte.booking_pages.create(nickname="ada-calls", belongs_to=user_id, secondary=True)["nickname"]
        'ada-calls'
        """
        return self._read("POST", _PAGES, BookingPage, body=content("", fields))

    def retrieve(self, nickname: str) -> BookingPage:
        """One page; ``NotFound`` when there is none.

        ``GET /v2/vytemes/:nickname``

        >>> vyte.booking_pages.retrieve(nickname)["active"]
        True
        """
        return self._read("GET", _page(nickname), BookingPage)

    def retrieve_for_user(self, user_id: str) -> BookingPage:
        """A user's first page: the one that is not ``secondary``.

        ``GET /v2/users/:user_id/vyteme``

        >>> vyte.booking_pages.retrieve_for_user(user_id)["nickname"] == nickname
        True
        """
        return self._read("GET", f"/v2/users/{segment(user_id, 'user_id')}/vyteme", BookingPage)

    def list_for_user(self, user_id: str) -> list[BookingPage]:
        """All pages of a user.

        ``GET /v2/users/:user_id/vytemes``

        >>> nickname in [page["nickname"] for page in vyte.booking_pages.list_for_user(user_id)]
        True
        """
        return self._read("GET", f"/v2/users/{segment(user_id, 'user_id')}/vytemes", list[BookingPage])

    def update(self, nickname: str, /, **fields: Unpack[BookingPageChange]) -> BookingPage:
        """Change what is given; a ``nickname`` given by keyword is the page's new address.

        ``PUT /v2/vytemes/:nickname``

        >>> vyte.booking_pages.update(nickname, message="Welcome")["message"]
        'Welcome'
        """
        return self._read("PUT", _page(nickname), BookingPage, body=content("", fields))

    def delete(self, nickname: str) -> None:
        """Delete a page.

        ``DELETE /v2/vytemes/:nickname``

        >>> vyte.booking_pages.delete(nickname)
        """
        self._send("DELETE", _page(nickname))


class AppointmentTypes(Resource):
    """``vyte.appointment_types``: v2 documentation, Appointment types."""

    def create(self, nickname: str, **fields: Unpack[NewAppointmentType]) -> AppointmentType:
        """Offer another kind of appointment on a page; without a ``handle`` Vyte makes it from ``name``.

        Never sent twice, so an error with ``maybe_applied`` leaves open whether it exists.

        ``POST /v2/vytemes/:nickname/types``

        >>> vyte.appointment_types.create(nickname, name="Conference lunch")["handle"]
        'conference-lunch'
        """
        return self._read("POST", _types(nickname), AppointmentType, body=content("", fields))

    def retrieve(self, nickname: str, handle: str) -> AppointmentType:
        """One kind of appointment; ``NotFound`` when there is none.

        ``GET /v2/vytemes/:nickname/types/:handle``

        >>> vyte.appointment_types.retrieve(nickname, handle)["handle"] == handle
        True
        """
        return self._read("GET", f"{_types(nickname)}/{segment(handle, 'handle')}", AppointmentType)

    def update(self, nickname: str, handle: str, /, **fields: Unpack[NewAppointmentType]) -> AppointmentType:
        """Change what is given; a ``handle`` given by keyword is the new one.

        ``PUT /v2/vytemes/:nickname/types/:handle``

        >>> custom = {"duration": timedelta(minutes=45)}
        >>> vyte.appointment_types.update(nickname, handle, custom=custom)["custom"]["duration"]
        45
        """
        path = f"{_types(nickname)}/{segment(handle, 'handle')}"
        return self._read("PUT", path, AppointmentType, body=content("", fields))

    def delete(self, nickname: str, handle: str) -> None:
        """Stop offering a kind of appointment.

        ``DELETE /v2/vytemes/:nickname/types/:handle``

        >>> vyte.appointment_types.delete(nickname, handle)
        """
        self._send("DELETE", f"{_types(nickname)}/{segment(handle, 'handle')}")

    def list(self, nickname: str) -> list[AppointmentType]:
        """All kinds of appointment on a page; a single object, as Vyte's sample has it, is a list of one.

        ``GET /v2/vytemes/:nickname/types``

        >>> handle in [each["handle"] for each in vyte.appointment_types.list(nickname)]
        True
        """
        answer: Any = self._read("GET", _types(nickname), object)
        kinds = [answer] if isinstance(answer, dict) and "handle" in answer else answer
        if not isinstance(kinds, list):
            raise UnexpectedAnswer(f"GET {_types(nickname)}: no list of appointment types in the answer")
        return kinds


def _page(nickname: str) -> str:
    return f"{_PAGES}/{segment(nickname, 'nickname')}"


def _types(nickname: str) -> str:
    return f"{_page(nickname)}/types"
