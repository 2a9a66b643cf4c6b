"""What stands in a cell of a table or next to a label."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from django.contrib.admin.utils import quote
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model

# As long as an error with its remedy; cells wrap.
EXCERPT_LENGTH = 300


def change_url(row: Model) -> str:
    """The address of a row's own page in the admin; empty when its table has none."""
    try:
        return reverse(
            f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[quote(str(row.pk))]
        )
    except NoReverseMatch:
        return ""


def link(row: Model | None) -> str:
    """A row's name, leading to its page."""
    if row is None:
        return ""
    address = change_url(row)
    return format_html('<a href="{}">{}</a>', address, row) if address else str(row)


def badge(value: str, label: str) -> str:
    """A status: the word, and a colour that says the same."""
    return format_html('<span class="vyte-badge vyte-badge-{}">{}</span>', value, label)


def excerpt(text: str) -> str:
    """The beginning of a text that may be long."""
    line = text.partition("\n")[0]
    return line if line == text and len(line) <= EXCERPT_LENGTH else f"{line[:EXCERPT_LENGTH]}…"


def address(text: str) -> str:
    """An email address or an id after its kind, which may be broken where its parts meet and nowhere else."""
    return format_html_join("", "{}<wbr>", ((part,) for part in re.findall(r"[^@:]+[@:]?|[@:]", text)))


def lines(items: Iterable[object]) -> str:
    """A line for each item."""
    return format_html_join("", "<div>{}</div>", ((item,) for item in items))


def web_link(text: str) -> str:
    """A text, leading there when it is an address on the web."""
    if text.startswith(("https://", "http://")):
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', text, text)
    return text


def place(name: str, address: str) -> str:
    """A place's name and its address, which may be that of a video call."""
    return format_html_join(", ", "{}", ((web_link(part),) for part in (name, address) if part))


def pretty_json(value: object) -> str:
    """JSON, or a text that is JSON, over several lines; any other text as it is."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return str(value)
    return json.dumps(value, indent=2, ensure_ascii=False)
