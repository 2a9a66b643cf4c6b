"""The only writer of members: a Vyte user, matched with this site's user."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import transaction

from django_vyte import payloads
from django_vyte.mirror.incoming import is_outdated
from django_vyte.models import Member
from django_vyte.outbox import announce
from django_vyte.payloads import values

if TYPE_CHECKING:
    from django.contrib.auth.base_user import AbstractBaseUser


def save_member(team_id: int, vyte_id: str, answer: object, *, as_of: dt.datetime) -> Member:
    """Mirror a user payload; ``user_joined`` is sent once, when the member is new.

    An answer asked for before the one that is held changes nothing.
    """
    reading = payloads.user({**values.as_dict(answer), "_id": vyte_id})
    columns = {
        "email": reading.email,
        "full_name": reading.full_name,
        "extid": reading.extid,
        "user": user_for(reading.extid),
        "as_of": as_of,
    }
    with transaction.atomic():
        member: Member
        member, created = Member.objects.select_for_update().get_or_create(
            team_id=team_id, vyte_id=vyte_id, defaults=columns
        )
        if created:
            announce(Member, [member.pk])
        elif not is_outdated(as_of, member.as_of):
            if columns["user"] is None or columns["extid"] == member.extid:
                # What a person matched by hand stays as it is, unless Vyte names somebody else.
                columns["user"] = member.user
            for name, value in columns.items():
                setattr(member, name, value)
            member.save(update_fields=list(columns))
    return member


def user_for(extid: str) -> AbstractBaseUser | None:
    """This site's user whose primary key was passed to the join link; None when there is none."""
    if not extid:
        return None
    try:
        user = get_user_model()._default_manager.filter(pk=extid).first()
    except (ValueError, TypeError, OverflowError, ValidationError):
        return None
    # "1_0" and " 10" are the number 10 to Python, but nobody's extid.
    return user if user and str(user.pk) == extid else None
