"""The form that links a team: a key goes in, Vyte vouches for it, and it is never shown."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from django_vyte.accounts import linking, remedies
from django_vyte.models import Team


class LinkForm(forms.Form):
    """Valid once the key is stored: ``team`` is then the team it belongs to."""

    key = forms.CharField(
        label=_("API key"),
        max_length=500,
        widget=forms.PasswordInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "class": "vTextField", "autofocus": True}
        ),
        help_text=_(
            "Vyte shows it to the owner of the team, in the settings of the organization. It is checked with Vyte, "
            "stored encrypted, and not shown again. A key that this team had before is not used any more."
        ),
        error_messages={"required": _("Paste the key of the team.")},
    )
    team: Team | None = None

    @sensitive_variables()
    def clean(self) -> dict[str, Any] | None:
        """Asks Vyte."""
        cleaned = super().clean()
        key = self.cleaned_data.get("key")
        if key:
            try:
                self.team = linking.link(key)
            except remedies.FAILURES as error:
                self.add_error("key", remedies.about_key(error))
        return cleaned
