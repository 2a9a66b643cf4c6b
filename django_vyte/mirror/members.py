"""The only writer of members: mirrors a Vyte user, and matches them with a user of this site."""

from __future__ import annotations

import datetime as dt
from functools import reduce
from operator import or_

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Q

from django_vyte import payloads
from django_vyte.db import atomic, fresh
from django_vyte.fields import parse_key
from django_vyte.mirror.incoming import is_outdated
from django_vyte.models import Member
from django_vyte.outbox import announce
from django_vyte.payloads.values import ascii_domain


def save_member(
    team_id: int, vyte_id: str, payload: object, *, as_of: dt.datetime, was_there: bool = False
) -> Member:
    """Mirror a user payload; ``user_joined`` is sent once, when the member is new.

    ``was_there``: a new member did not join just then, so that nothing is sent, and their address may say who they are.
    An answer that was asked for before the mirrored one changes nothing.
    """
    parsed = payloads.parse_user({**payloads.user(payload), "_id": vyte_id})
    user = user_for(parsed.extid)
    columns = {
        "email": parsed.email,
        "full_name": parsed.full_name,
        "extid": parsed.extid,
        "user_id": user.pk if user else None,
        "as_of": as_of,
    }
    new = dict(columns)
    if was_there:
        known = user or user_with(parsed.email)
        new |= {"told_at": as_of, "next_attempt_at": None, "user_id": known.pk if known else None}
    with atomic(Member):
        member: Member
        member, created = Member.objects.select_for_update().get_or_create(
            team_id=team_id, vyte_id=vyte_id, defaults=new
        )
        if created and not was_there:
            announce(Member, [member.pk])
        elif not created and not is_outdated(as_of, member.as_of):
            if user is None or columns["extid"] == member.extid:
                # Keep a user that was matched by hand, unless Vyte sends another extid that is known here.
                columns["user_id"] = member.user_id
            for name, value in columns.items():
                setattr(member, name, value)
            member.save(update_fields=list(columns))
    return member


def user_for(extid: str) -> AbstractBaseUser | None:
    """The user of this site whose primary key was the ``extid`` of a join link; None when there is none."""
    if not extid:
        return None
    model = get_user_model()
    key = parse_key(model._meta.pk, extid)
    return None if key is None else fresh(model._default_manager.all()).filter(pk=key).first()


def user_with(email: str) -> AbstractBaseUser | None:
    """The only user of this site with an address, in any spelling; None when there is none, or several."""
    model = get_user_model()
    name = model.get_email_field_name()
    if not email or not any(field.name == name for field in model._meta.concrete_fields):
        return None
    local, _, domain = email.rpartition("@")
    spellings = {email, f"{local}@{ascii_domain(domain)}"}
    wanted = reduce(or_, (Q(**{f"{name}__iexact": spelling}) for spelling in spellings))
    users = fresh(model._default_manager.all()).filter(wanted)[:2]
    return users[0] if len(users) == 1 else None
