"""The doctor's check of time-zone data: Python may have the system's and that of the package tzdata, and they differ.

Python takes the system's where it has a zone: https://docs.python.org/3/library/zoneinfo.html#data-sources
"""

from __future__ import annotations

import datetime as dt
import importlib.resources
import zoneinfo
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import timezone

from django_vyte.db import fresh
from django_vyte.models import Event
from django_vyte.ops.doctor.finding import Finding, Level, fine, wrong
from django_vyte.ops.doctor.registry import register_site_check

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

KINDS = {"time_zones_differ": Level.WARNING}
# How far ahead offsets are compared, and at which distance.
AHEAD, STEP = dt.timedelta(days=730), dt.timedelta(days=15)
# Upcoming meetings whose zones are looked at, and zones that a text names.
MEETINGS, NAMED = 1000, 15


def time_zones() -> Iterator[Finding]:
    """Whether both sources agree about the zones in use; nothing where there is only one."""
    package = package_data()
    if package is None or not zoneinfo.TZPATH:
        return
    differing = differences([Path(path) for path in zoneinfo.TZPATH], package, timezone.now())
    if not differing:
        yield fine("time_zones", "The time-zone data of the system and of the package tzdata agree.")
        return
    upcoming = fresh(Event.objects.filter(starts_at__gt=timezone.now())).order_by("starts_at")
    in_use = {settings.TIME_ZONE, *upcoming.values_list("timezone", flat=True)[:MEETINGS]}
    concerned = [name for name in differing if name in in_use]
    which = "Python uses the system's, which says otherwise than the package tzdata about"
    if concerned:
        yield wrong(
            "time_zones_differ",
            f"{which} {_named(concerned)}: meetings there may be shown an hour off.",
            "Update the older of the two: the system's tzdata, or pip install -U tzdata. With PYTHONTZPATH='' in its "
            "environment, Python uses the package's. Databases and browsers have their own.",
        )
    else:
        yield fine("time_zones", f"{which} zones that no upcoming meeting here is in: {_named(differing)}.")


register_site_check(time_zones, KINDS)


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{', '.join(names[:NAMED])}{more}"


def package_data() -> Traversable | None:
    """The data of the package tzdata; None where it is not installed."""
    try:
        return importlib.resources.files("tzdata") / "zoneinfo"
    except ModuleNotFoundError:
        return None


def differences(system: list[Path], package: Traversable, now: dt.datetime) -> list[str]:
    """The zones that both have and about whose offsets in the next two years they disagree."""
    names = sorted(_files(package, ""))
    moments = [now + STEP * number for number in range(AHEAD // STEP)]
    found = []
    for name in names:
        here = next((path / name for path in system if (path / name).is_file()), None)
        if here is None:
            continue
        one, other = here.read_bytes(), package.joinpath(name).read_bytes()
        if one != other and _offsets(one, moments) != _offsets(other, moments):
            found.append(name)
    return found


def _files(folder: Traversable, prefix: str) -> Iterator[str]:
    """The names of all zones below a folder."""
    for each in folder.iterdir():
        if each.is_dir():
            yield from _files(each, f"{prefix}{each.name}/")
        elif each.read_bytes()[:4] == b"TZif":
            yield f"{prefix}{each.name}"


def _offsets(data: bytes, moments: list[dt.datetime]) -> list[dt.timedelta | None]:
    zone = zoneinfo.ZoneInfo.from_file(BytesIO(data))
    return [moment.astimezone(zone).utcoffset() for moment in moments]
