"""Base classes of all ModelAdmins here: common options, permissions of actions, read-only tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db.models import Model
from django.http import HttpRequest

from django_vyte import permissions
from django_vyte.db import fresh

M = TypeVar("M", bound=Model)

if TYPE_CHECKING:
    GenericModelAdmin = admin.ModelAdmin
else:
    # Django's own ModelAdmin takes no subscript at runtime.
    class GenericModelAdmin(admin.ModelAdmin, Generic[M]):
        """``ModelAdmin`` that takes its model as a subscript, as it does for type checkers."""


def current_user(request: HttpRequest) -> AbstractBaseUser:
    """The logged-in user; admin views admit nobody else."""
    return cast("AbstractBaseUser", request.user)


class VyteAdmin(GenericModelAdmin[M]):
    """Common options; the full result count is off, as it costs one more scan of the table."""

    show_full_result_count = False
    list_per_page = 50

    class Media:
        css = {"all": ["django_vyte/admin.css"]}

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> M | None:
        """As Django's, and ``fresh``: the page shown after an action shows what the action did."""
        rows = fresh(self.get_queryset(request))
        try:
            return rows.get(**{from_field or "pk": object_id})
        except (ObjectDoesNotExist, ValidationError, ValueError):
            return None

    def may(self, request: HttpRequest, verb: str) -> bool:
        """Whether ``permissions`` allows the verb on this model, and this admin (or a subclass) shows its rows."""
        allowed = permissions.allows(request.user, verb, self.model)
        return allowed and self.has_view_or_change_permission(request)


class ReadOnlyAdmin(VyteAdmin[M]):
    """A table that only the package writes."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Rows come from Vyte."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Rows mirror Vyte."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: M | None = None) -> bool:
        """Rows are deleted by pruning, or with their team."""
        return False
