"""HTML and text for cells and fields of admin pages: links, badges, excerpts, pretty-printed JSON."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import quote
from django.db.models import Model
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html, format_html_join

# Long enough for an error together with its remedy; cells wrap.
EXCERPT_LENGTH = 300
# Of a title, a name or an address in a list; the whole of it is in the tooltip and on the row's page.
CELL_LENGTH = 80


def change_url(row: Model, site: AdminSite) -> str:
    """The URL of the row's change page in this site; empty when the site does not have its model."""
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_change"
    try:
        return reverse(name, args=[quote(str(row.pk))], current_app=site.name)
    except NoReverseMatch:
        return ""


def link(row: Model | None, site: AdminSite) -> str:
    """The row's name, linked to its change page in this site."""
    if row is None:
        return ""
    url = change_url(row, site)
    return format_html('<a href="{}">{}</a>', url, shortened(str(row))) if url else str(row)


def badge(value: str, label: str) -> str:
    """A status as a coloured label; the colour repeats what the word says."""
    return format_html('<span class="vyte-badge vyte-badge-{}">{}</span>', value, label)


def excerpt(text: str) -> str:
    """The first line, at most ``EXCERPT_LENGTH`` characters, with an ellipsis when that is not all."""
    line = text.partition("\n")[0]
    return line if line == text and len(line) <= EXCERPT_LENGTH else f"{line[:EXCERPT_LENGTH]}…"


def shortened(text: str) -> str:
    """At most ``CELL_LENGTH`` characters, with the whole text as tooltip when that is not all."""
    if len(text) <= CELL_LENGTH:
        return text
    return format_html('<span title="{}">{}…</span>', text, text[:CELL_LENGTH].rstrip())


def breakable(text: str) -> str:
    """An email address or ``kind:id`` that a narrow column may wrap after ``@`` or ``:`` and nowhere else."""
    return format_html_join("", "{}<wbr>", ((part,) for part in re.findall(r"[^@:]+[@:]?|[@:]", text)))


def lines(items: Iterable[object]) -> str:
    """One line per item."""
    return format_html_join("", "<div>{}</div>", ((item,) for item in items))


def web_link(text: str) -> str:
    """The text, as a link when it is an http(s) URL; ``javascript:`` and the like stay text."""
    if text.startswith(("https://", "http://")):
        return format_html('<a href="{}" rel="noopener noreferrer">{}</a>', text, text)
    return text


def place(name: str, address: str) -> str:
    """Name and address of a place; either may be the URL of a video call."""
    return format_html_join(", ", "{}", ((web_link(part),) for part in (name, address) if part))


def pretty_json(value: object) -> str:
    """JSON, or text that parses as JSON, indented; any other text unchanged."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return str(value)
    return json.dumps(value, indent=2, ensure_ascii=False)
