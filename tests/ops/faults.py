"""Faults to plant, one at a time, and what ``vyte_doctor`` is to say about each."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

from django_vyte.models import Team
from django_vyte.sandbox import Sandbox

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]


@dataclass
class Site:
    """A healthy site as a project deploys it: one linked team, the middleware of ``startproject``, an allowed host."""

    settings: Any
    monkeypatch: Any
    vyte: Sandbox
    team: Team

    def configure(self, **changes: Any) -> None:
        """Change keys of ``VYTE``."""
        self.settings.VYTE = {**self.settings.VYTE, **changes}

    def examine(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """What ``vyte_doctor --json`` finds wrong, by id."""
        out = io.StringIO()
        with contextlib.suppress(CommandError):
            call_command("vyte_doctor", "--json", *arguments, stdout=out)
        findings = json.loads(out.getvalue())["findings"]
        return {each["id"]: each for each in findings if each["level"] != "ok"}


@dataclass(frozen=True)
class Fault:
    """``plant`` breaks a site; the doctor then says ``id``, with ``remedy`` in its hint and ``text`` in its text.

    ``also`` are findings that the fault brings along.
    """

    name: str
    plant: Callable[[Site], object]
    id: str
    remedy: str
    text: str = ""
    also: frozenset[str] = field(default=frozenset())

    def check(self, site: Site) -> None:
        """Plant it and see that it, and nothing else, is named."""
        assert site.examine() == {}
        self.plant(site)
        found = site.examine()
        assert self.id in found, found
        assert self.remedy in found[self.id]["hint"]
        assert self.text in found[self.id]["text"]
        assert set(found) - {self.id} == self.also


def with_settings(**changes: Any) -> Callable[[Site], None]:
    """Plants values of Django's settings."""

    def plant(site: Site) -> None:
        for name, value in changes.items():
            setattr(site.settings, name, value)

    return plant


def with_vyte(**changes: Any) -> Callable[[Site], None]:
    """Plants keys of ``VYTE``."""
    return lambda site: site.configure(**changes)
