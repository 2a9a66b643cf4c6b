"""The form of the confirm page: which date and which place an event is confirmed with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_vyte.admin.events.options import Option, date_options, most_voted, place_options
from django_vyte.models import Event

ERROR_MESSAGES = {
    "required": _("Choose one."),
    "invalid_choice": _("This is no longer proposed. Choose again."),
}


class ConfirmForm(forms.Form):
    """A choice of date and place for one event, with the most voted preselected.

    An only option is shown as text and sent in a hidden field, so that what is confirmed is what was on the page.
    """

    def __init__(self, event: Event, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"event-{event.pk}")
        self.event = event
        self._add_choice("date", _("Date"), date_options(event))
        self._add_choice("place", _("Place"), place_options(event))

    def _add_choice(self, name: str, label: Any, options: Sequence[Option]) -> None:
        options = [option for option in options if option.id]
        if not options:
            return
        single = len(options) == 1
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[(option.id, option.label) for option in options],
            initial=most_voted(options),
            widget=forms.HiddenInput if single else forms.RadioSelect,
            help_text=options[0].label if single else "",
            error_messages=ERROR_MESSAGES,
        )

    def chosen_ids(self) -> dict[str, str | None]:
        """Arguments for ``Event.confirm``."""
        chosen = self.cleaned_data
        return {"date_id": chosen.get("date") or None, "place_id": chosen.get("place") or None}
