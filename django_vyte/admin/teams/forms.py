"""The form that links a team: takes an API key, verifies it with Vyte, and stores it encrypted."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from django_vyte.accounts import linking, remedies
from django_vyte.models import Team


class LinkForm(forms.Form):
    """Once valid, the key is stored and ``team`` is the team it belongs to."""

    key = forms.CharField(
        label=_("API key"),
        max_length=500,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "vTextField", "autofocus": True}
        ),
        help_text=_(
            "The owner of the team finds it at Vyte in the settings of the organization. It is verified with Vyte, "
            "stored encrypted, and never shown again. A key stored before for the same team is revoked here."
        ),
        error_messages={"required": _("Paste the key of the team.")},
    )
    team: Team | None = None

    @sensitive_variables()
    def clean(self) -> dict[str, Any] | None:
        """Verify the key with Vyte and store it; an error is shown at the field."""
        cleaned = super().clean()
        key = self.cleaned_data.get("key")
        if key:
            try:
                self.team = linking.link(key)
            except remedies.REQUEST_ERRORS as error:
                self.add_error("key", remedies.about_key(error))
        return cleaned
