"""Just enough of a browser: follow links, fill in forms, keep cookies."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin

import requests

from example_project.demo.processes import DemoError

TIMEOUT = 20


@dataclass
class Form:
    """A form: where it goes, and per field the values on offer and those that are filled in."""

    action: str
    filled: dict[str, list[str]] = field(default_factory=dict)
    offered: dict[str, list[str]] = field(default_factory=dict)

    def data(self, **answers: str | list[str]) -> dict[str, str | list[str]]:
        """What is sent: what is filled in, with ``answers`` in their place or beside it."""
        return {**self.filled, **answers}


class Page(HTMLParser):
    """An answer, read: its links and forms."""

    def __init__(self, answer: requests.Response) -> None:
        super().__init__()
        self.url, self.status, self.html = answer.url, answer.status_code, answer.text
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._open: tuple[str, str] | None = None
        self.feed(self.html)

    def form(self, name: str) -> Form:
        """The form that has a field with that name."""
        for form in self.forms:
            if name in form.filled or name in form.offered:
                return form
        raise DemoError(f"{self.url} (status {self.status}) has no form with a field {name!r}.")

    def link(self, part: str) -> str:
        """The first link whose address has that part."""
        for link in self.links:
            if part in link:
                return urljoin(self.url, link)
        raise DemoError(f"{self.url} (status {self.status}) has no link to {part}.")

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "a":
            self.links.append(given.get("href", ""))
        elif tag == "form":
            self.forms.append(Form(given.get("action", "")))
        elif self.forms and tag in ("input", "select", "textarea") and given.get("name"):
            self._field(tag, given)
        elif tag == "option" and self._open:
            self._offer(self._open[1], given.get("value", ""), "selected" in given)

    def handle_data(self, data: str) -> None:
        if self._open and self._open[0] == "textarea":
            self.forms[-1].filled[self._open[1]][-1] += data

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag == self._open[0]:
            name, form = self._open[1], self.forms[-1]
            self._open = None
            if tag == "select" and name not in form.filled:
                form.filled[name] = form.offered.get(name, [])[:1]

    def _field(self, tag: str, given: dict[str, str]) -> None:
        name, kind = given["name"], given.get("type", "text")
        if tag != "input":
            self._open = (tag, name)
        if kind in ("radio", "checkbox"):
            self._offer(name, given.get("value", "on"), "checked" in given)
        elif tag != "select" and kind not in ("submit", "button", "image", "file"):
            self.forms[-1].filled.setdefault(name, []).append(given.get("value", ""))

    def _offer(self, name: str, value: str, chosen: bool) -> None:
        self.forms[-1].offered.setdefault(name, []).append(value)
        if chosen:
            self.forms[-1].filled.setdefault(name, []).append(value)


class Browser:
    """One person's session."""

    def __init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = False

    def get(self, url: str) -> Page:
        return Page(self._session.get(url, timeout=TIMEOUT))

    def submit(self, page: Page, form: Form, **answers: str | list[str]) -> Page:
        """Send a form of a page; DemoError when the answer is an error."""
        data = form.data(**answers)
        url = urljoin(page.url, form.action)
        answer = self._session.post(url, data=data, headers={"Referer": page.url}, timeout=TIMEOUT)
        if answer.status_code >= 400:
            raise DemoError(f"POST {url} was answered {answer.status_code}.")
        return Page(answer)

    def log_in(self, url: str, username: str, password: str) -> Page:
        """Log in with the form at ``url``; DemoError when it is shown again."""
        page = self.get(url)
        page = self.submit(page, page.form("password"), username=username, password=password)
        if any("password" in form.filled for form in page.forms):
            raise DemoError(f"{username} could not log in at {url}.")
        return page
