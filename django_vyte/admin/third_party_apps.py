"""Third-party apps, which sign links to Vyte; their secrets can be set and replaced, never read."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from django_vyte.admin.base import VyteAdmin
from django_vyte.models import ThirdPartyApp


class ThirdPartyAppForm(forms.ModelForm):  # type: ignore[type-arg]  # no subscript at runtime
    """The app with a field for a new secret; left empty, the stored secret stays."""

    new_secret = forms.CharField(
        label=_("Secret"), widget=forms.PasswordInput(attrs={"autocomplete": "off", "class": "vTextField"})
    )

    class Meta:
        model = ThirdPartyApp
        fields = ("name", "app_id", "contact_email", "contact_name", "team")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if team := self.fields.get("team"):
            team.widget.can_add_related = False  # a team is linked, on a page that is no popup
        field = self.fields.get("new_secret")
        if field and self.instance.pk:
            field.required = False
            field.help_text = _("Stored and never shown. Leave empty to keep it.")
        elif field:
            field.help_text = _(
                "Vyte shows it next to the app id. It is stored encrypted and never shown again."
            )

    def clean(self) -> dict[str, Any] | None:
        """Sets the new secret on the instance."""
        cleaned = super().clean()
        if secret := self.cleaned_data.get("new_secret"):
            self.instance.secret = secret
        return cleaned


class ThirdPartyAppAdmin(VyteAdmin[ThirdPartyApp]):
    """Add, edit and delete apps."""

    form = ThirdPartyAppForm
    fields = ("name", "app_id", "new_secret", "contact_email", "contact_name", "team")
    list_display = ("name", "app_id", "team", "contact_name", "contact_email")
    list_filter = ("team",)
    list_select_related = ("team",)
    search_fields = ("name", "app_id", "contact_name", "contact_email")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ThirdPartyApp]:
        """Without the secrets, so that no page decrypts one."""
        return super().get_queryset(request).defer("secret")

    @method_decorator(sensitive_post_parameters("new_secret"))
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Keeps the secret out of error reports."""
        return super().changeform_view(request, *args, **kwargs)
