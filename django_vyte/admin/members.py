"""Vyte's users and whom they are on this site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import formatting
from django_vyte.admin.base import VyteAdmin
from django_vyte.models import Member

if TYPE_CHECKING:
    from django.http import HttpRequest


@admin.register(Member)
class MemberAdmin(VyteAdmin[Member]):
    """The people of a team. Whom they are here can be corrected; everything else is Vyte's."""

    list_display = ("name", "mail", "extid", "account", "told_at", "problem")
    list_filter = ("team", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("full_name", "email", "extid", "^vyte_id")
    raw_id_fields = ("user",)
    fieldsets = (
        (None, {"fields": ("full_name", "email", "team", "user")}),
        (_("At Vyte"), {"fields": ("vyte_id", "extid", "as_of")}),
        (_("Receivers"), {"fields": ("told_at", "receivers_told", "attempts", "next_attempt_at", "error")}),
    )
    readonly_fields = (
        "full_name", "email", "team", "vyte_id", "extid", "as_of",
        "told_at", "receivers_told", "attempts", "next_attempt_at", "error",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """People join at Vyte."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """They go with their team."""
        return False

    @admin.display(description=_("name"), ordering="full_name")
    def name(self, member: Member) -> str:
        """The name, or what else is known of someone without one."""
        return str(member)

    @admin.display(description=_("email"), ordering="email")
    def mail(self, member: Member) -> str:
        """The email address."""
        return formatting.address(member.email)

    @admin.display(description=_("told"))
    def receivers_told(self, member: Member) -> str:
        """The receivers that have heard of them, a line for each."""
        return formatting.lines(member.told) or gettext("nobody")

    @admin.display(description=_("user"), ordering="user", empty_value="–")
    def account(self, member: Member) -> str | None:
        """This site's user, leading to their page."""
        return formatting.link(member.user) or None

    @admin.display(description=_("error"))
    def problem(self, member: Member) -> str:
        """The beginning of what went wrong with a receiver."""
        return formatting.excerpt(member.error)
