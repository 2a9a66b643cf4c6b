"""Time-zone data of the system and of the package tzdata are compared, and what differs is named if it matters."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from django.utils import timezone

from django_vyte.models import Event
from django_vyte.ops.doctor import time_zones
from django_vyte.ops.doctor.time_zones import differences, package_data

pytestmark = pytest.mark.django_db


def zone_file(hours: int) -> bytes:
    """A zone with one offset for ever: https://www.rfc-editor.org/rfc/rfc9636"""
    counts = struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    return b"TZif" + b"\0" * 16 + counts + struct.pack(">lbb", hours * 3600, 0, 0) + b"XYZ\0"


@pytest.fixture
def data(tmp_path, monkeypatch):
    """Two sources that differ about Vancouver and Casablanca; each has a zone that the other lacks."""
    there = {"America/Vancouver": -7, "Africa/Casablanca": 0, "Europe/Paris": 1, "Europe/Kyiv": 2}
    here = {**there, "America/Vancouver": -8, "Africa/Casablanca": 1, "Old/Zone": 3}
    del here["Europe/Kyiv"]
    for folder, zones in (("system", here), ("package", there)):
        for name, hours in zones.items():
            path = tmp_path / folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(zone_file(hours))
        (tmp_path / folder / "zone.tab").write_text("# no zone")
    monkeypatch.setattr("zoneinfo.TZPATH", (str(tmp_path / "system"),))
    monkeypatch.setattr(time_zones, "package_data", lambda: tmp_path / "package")
    return tmp_path


def fine_lines() -> dict[str, str]:
    return {each.id: each.text for each in time_zones.time_zones()}


def test_the_zones_that_both_have_and_disagree_about_are_found(data):
    found = differences([data / "nothing", data / "system"], data / "package", timezone.now())
    assert found == ["Africa/Casablanca", "America/Vancouver"]


def test_zones_that_no_meeting_is_in_are_told_without_alarm(site, data):
    assert site.examine() == {}
    text = fine_lines()["time_zones"]
    assert "no upcoming meeting here is in: Africa/Casablanca, America/Vancouver." in text
    assert "Python uses the system's" in text


@pytest.mark.parametrize("hours", [1, -1])
def test_a_zone_of_an_upcoming_meeting_is_a_warning_with_the_remedy(site, data, hours):
    now = timezone.now()
    Event.objects.create(
        team=site.team, vyte_id="e", as_of=now, timezone="America/Vancouver",
        starts_at=now + timezone.timedelta(hours=hours), ends_at=now + timezone.timedelta(hours=hours + 1),
    )  # fmt: skip
    found = site.examine()
    if hours < 0:
        assert found == {}
        return
    assert "otherwise than the package tzdata about America/Vancouver:" in found["time_zones_differ"]["text"]
    assert "PYTHONTZPATH=''" in found["time_zones_differ"]["hint"]


def test_the_zone_of_the_site_is_a_warning_too(site, data):
    site.settings.TIME_ZONE = "Africa/Casablanca"
    assert set(site.examine()) == {"time_zones_differ"}


def test_sources_that_agree_are_called_fine(site, data, monkeypatch):
    monkeypatch.setattr("zoneinfo.TZPATH", (str(data / "package"),))
    assert "agree" in fine_lines()["time_zones"]


@pytest.mark.parametrize(("name", "value"), [("zoneinfo.TZPATH", ()), ("importlib.resources.files", None)])
def test_with_one_source_alone_nothing_is_said(site, data, monkeypatch, name, value):
    def missing(package: str) -> Path:
        raise ModuleNotFoundError(package)

    monkeypatch.setattr(time_zones, "package_data", package_data)
    monkeypatch.setattr(name, missing if value is None else value)
    assert fine_lines() == {}
