"""Reads single values from decoded JSON that may hold anything: each function returns an empty value if it must.

What is returned fits any database.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
import uuid
from typing import Any

from django_vyte.payloads import zones
from django_vyte.payloads.cleaning import without_nul

# The lengths of the columns.
MAX_GROUP_ID = 200
MAX_EXTID = 255
ID = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,63}")


def text(value: object, longest: int) -> str:
    """A string of at most ``longest`` characters, from a string or a number; empty for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return without_nul(str(value)).strip()[:longest]


def identifier(value: object) -> str:
    """An id that is safe as one segment of a URL's path; empty when the value is none."""
    return value if isinstance(value, str) and value.strip(".") and ID.fullmatch(value) else ""


def email(value: object) -> str:
    """An email address in lower case, with its domain in Unicode (NFC); empty when the value cannot be one.

    All spellings of one address are one: ``Zoë@bücher.example`` and ``zoë@xn--bcher-kva.example``.
    """
    address = text(value, 1000).lower()
    if not address.isascii() or "xn--" in address:
        local, at, domain = unicodedata.normalize("NFC", address).rpartition("@")
        address = local + at + ".".join(map(_unicode_label, domain.split(".")))
    return address if "@" in address and len(address) <= 254 else ""


def _unicode_label(label: str) -> str:
    """A label of a domain as Unicode; what is not the one spelling of a label stays (RFC 5891, section 5.4)."""
    if not label.startswith("xn--"):
        return label
    try:
        decoded = label.removeprefix("xn--").encode("ascii").decode("punycode")
    except (UnicodeError, ValueError, OverflowError):
        return label
    is_canonical = (
        not decoded.isascii()
        and decoded.replace("-", "").isalnum()
        and decoded == unicodedata.normalize("NFC", decoded.lower())
        and label == "xn--" + decoded.encode("punycode").decode()
    )
    return decoded if is_canonical else label


def ascii_domain(domain: str) -> str:
    """A domain in Unicode as it is written in ASCII."""
    labels = domain.split(".")
    return ".".join(each if each.isascii() else "xn--" + each.encode("punycode").decode() for each in labels)


def group_id(value: object) -> str:
    """The id of a group as it is stored and looked up: without white space at its ends, in NFC.

    Empty when the value is none, or longer than its column. Of an object with a ``vyte_group_id``, that id to the
    letter: another spelling would belong to another object.
    """
    given = getattr(value, "vyte_group_id", value)
    found = _spelled(given, MAX_GROUP_ID)
    return found if given is value or found == str(given) else ""


def extid(value: object) -> str:
    """The external id of a user, spelled as that of a group; empty when the value is none."""
    return _spelled(value, MAX_EXTID)


def _spelled(value: object, longest: int) -> str:
    written = str(value) if isinstance(value, uuid.UUID) else text(value, 10 * longest)
    found = written if written.isascii() else unicodedata.normalize("NFC", written).strip()
    return found if len(found) <= longest else ""


def as_dicts(value: object) -> list[dict[str, Any]]:
    """The dicts in a list; a single dict counts as a list of one, anything else as an empty list."""
    if isinstance(value, dict):
        return [value]
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def as_dict(value: object) -> dict[str, Any]:
    """The value if it is a dict, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_datetime(value: object, zone: str = "") -> dt.datetime | None:
    """An aware datetime in UTC from an ISO 8601 text, which is in ``zone`` if it has no offset.

    None when the value is no time, or outside the years that databases store.
    """
    if not isinstance(value, str) or len(value) > 64:
        return None
    try:
        when = dt.datetime.fromisoformat(value.strip())
        if when.tzinfo is None:
            when = when.replace(tzinfo=time_zone(zone))
        when = when.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None
    return when if 1000 <= when.year <= 9998 else None


def time_zone(name: str) -> dt.tzinfo:
    """The time zone of this name; UTC when no zone is known by it."""
    return zones.find(name) or dt.UTC
