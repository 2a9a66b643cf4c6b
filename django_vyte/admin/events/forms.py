"""The question which date and which place a meeting is to have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from django_vyte.admin.events.options import Proposal, dates, favourite, places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from django_vyte.models import Event

GONE = {
    "required": _("Choose one."),
    "invalid_choice": _("This is not proposed any more. Choose again."),
}


class Decision(forms.Form):
    """One event's date and place.

    What there is only one of is shown and sent along, so that nobody confirms another than they saw.
    """

    def __init__(self, event: Event, data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, prefix=f"event-{event.pk}")
        self.event = event
        self._ask("date", _("Date"), dates(event))
        self._ask("place", _("Place"), places(event))

    def _ask(self, name: str, label: Any, options: Sequence[Proposal]) -> None:
        options = [option for option in options if option.id]
        if not options:
            return
        single = len(options) == 1
        self.fields[name] = forms.ChoiceField(
            label=label,
            choices=[(option.id, option.label) for option in options],
            initial=favourite(options),
            widget=forms.HiddenInput if single else forms.RadioSelect,
            help_text=options[0].label if single else "",
            error_messages=GONE,
        )

    def answer(self) -> dict[str, str | None]:
        """The arguments for ``event.confirm``."""
        chosen = self.cleaned_data
        return {"date_id": chosen.get("date") or None, "place_id": chosen.get("place") or None}
