"""What the admin pages of all tables share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.http import HttpRequest

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    GenericModelAdmin = admin.ModelAdmin
else:
    # The name says which table at runtime too, which Django's class does not support.
    class GenericModelAdmin(admin.ModelAdmin, Generic[M]):
        """``ModelAdmin[Event]``, as type checkers know it."""


def current_user(request: HttpRequest) -> AbstractBaseUser:
    """Who is logged in; nobody else gets as far as this."""
    return cast("AbstractBaseUser", request.user)


class VyteAdmin(GenericModelAdmin[M]):
    """One table; the pages count no more than they show."""

    show_full_result_count = False
    list_per_page = 50

    class Media:
        css = {"all": ["django_vyte/admin.css"]}

    def may(self, request: HttpRequest, verb: str) -> bool:
        """Whether this person has the permission for ``verb`` on this table, and may see the table."""
        codename = get_permission_codename(verb, self.opts)
        allowed = request.user.has_perm(f"{self.opts.app_label}.{codename}")
        return allowed and self.has_view_or_change_permission(request)


class ReadOnlyAdmin(VyteAdmin[M]):
    """A table that people look at and that only the package writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from Vyte, not from forms."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """What Vyte said stays as it was said."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Rows go when they are pruned, or with their team."""
        return False
