"""The pages on which users are booked ("vytemes"), and the kinds of appointment on them."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from django_vyte.client.types.scalars import Minutes, Zone


class FixedPlace(TypedDict, total=False):
    """A place to choose on a booking page; ``source_id`` is your own id of it."""

    name: str
    address: str
    source: str
    source_id: str


class _Settings(TypedDict, total=False):
    auto_message: str
    auto_title: str
    ask_phone: bool
    ask_company: bool
    block_new_invitee: bool
    set_lang: bool
    fixed_lang: str
    set_timezone: bool
    enable_api: bool
    event_hide_decline: bool | int
    hide_places: bool
    hide_support: bool
    hide_title: bool
    forbid_add_places: bool
    min_dates: int
    one_slot: bool
    auto_confirm: bool
    no_emails: bool
    invite_title: str
    redirect_url: str
    title_label: str
    title_placeholder: str
    title_mandatory: bool
    fixed_places: list[FixedPlace]


class PageSettings(_Settings, total=False):
    """How a page books; ``duration`` is in minutes, ``event_hide_decline`` in hours or ``False``."""

    duration: int
    fixed_timezone: str


class NewPageSettings(_Settings, total=False):
    """How a page is to book; ``event_hide_decline`` is in hours."""

    duration: Minutes
    fixed_timezone: Zone


class BookingPage(TypedDict):
    """A booking page, to be found at ``/NICKNAME``; ``belongs_to`` is the id of its user."""

    nickname: str
    active: bool
    custom: PageSettings
    message: NotRequired[str]
    belongs_to: NotRequired[str]
    secondary: NotRequired[bool]
    hub: NotRequired[bool]
    urls: NotRequired[list[str]]
    _id: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class BookingPageChange(TypedDict, total=False):
    """What is to change in a booking page."""

    nickname: str
    belongs_to: str
    message: str
    secondary: bool
    active: bool
    custom: NewPageSettings


class NewBookingPage(TypedDict):
    """A booking page to create; a user's second and further ones are ``secondary``."""

    nickname: str
    belongs_to: str
    message: NotRequired[str]
    secondary: NotRequired[bool]
    active: NotRequired[bool]
    custom: NotRequired[NewPageSettings]


class AppointmentType(TypedDict):
    """A kind of appointment on a booking page; ``availability`` is the id of the hours it is offered in."""

    name: str
    handle: str
    active: bool
    custom: PageSettings
    vyteme: NotRequired[str]
    availability: NotRequired[str]
    message: NotRequired[str]
    description: NotRequired[str]
    public: NotRequired[bool]
    _id: NotRequired[str]
    createdAt: NotRequired[str]
    updatedAt: NotRequired[str]


class NewAppointmentType(TypedDict, total=False):
    """A kind of appointment to create, or what is to change in one.

    Vyte makes the ``handle`` from the ``name`` when it is left out: Conference lunch, ``conference-lunch``.
    """

    name: str
    handle: str
    availability: str
    active: bool
    public: bool
    message: str
    description: str
    custom: NewPageSettings
