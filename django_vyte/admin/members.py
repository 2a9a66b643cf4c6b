"""The Vyte users of each team, and the user of this site that each is matched to."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from django_vyte.admin import formatting
from django_vyte.admin.base import VyteAdmin
from django_vyte.models import Member


class MemberAdmin(VyteAdmin[Member]):
    """Only ``user`` can be edited; the other fields mirror Vyte."""

    list_display = ("name", "mail", "extid", "account", "told_at", "problem")
    list_filter = ("team", ("user", admin.EmptyFieldListFilter))
    list_select_related = ("user",)
    search_fields = ("full_name", "email", "extid", "^vyte_id")
    raw_id_fields = ("user",)
    fieldsets = (
        (None, {"fields": ("full_name", "email", "team", "user")}),
        (_("At Vyte"), {"fields": ("vyte_id", "extid", "as_of")}),
        (
            _("Receivers"),
            {"fields": ("told_at", "notified_receivers", "attempts", "next_attempt_at", "error")},
        ),
    )
    readonly_fields = (
        "full_name", "email", "team", "vyte_id", "extid", "as_of",
        "told_at", "notified_receivers", "attempts", "next_attempt_at", "error",
    )  # fmt: skip

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Members join at Vyte."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Member | None = None) -> bool:
        """Members are deleted with their team."""
        return False

    @admin.display(description=_("name"), ordering="full_name")
    def name(self, member: Member) -> str:
        """The full name, or the email address or Vyte id of a member without one."""
        return formatting.shortened(str(member))

    @admin.display(description=_("email"), ordering="email")
    def mail(self, member: Member) -> str:
        """The email address."""
        return formatting.breakable(member.email)

    @admin.display(description=_("notified"))
    def notified_receivers(self, member: Member) -> str:
        """The receivers that succeeded, one line each."""
        return formatting.lines(member.told) or gettext("none")

    @admin.display(description=_("user"), ordering="user", empty_value="–")
    def account(self, member: Member) -> str | None:
        """The user of this site, as a link."""
        return formatting.link(member.user, self.admin_site) or None

    @admin.display(description=_("error"))
    def problem(self, member: Member) -> str:
        """The first line of the last receiver's error."""
        return formatting.excerpt(member.error)
