"""Client for Vyte's API, without models or a database: ``VyteClient``, and free times as datetimes.

The types of what is sent and answered are in ``django_vyte.client.types``.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django_vyte.client.times import FreeTime, free_times, next_free_time
    from django_vyte.client.vyte import VyteClient

__all__ = ["FreeTime", "VyteClient", "free_times", "next_free_time"]


def __getattr__(name: str) -> Any:
    """Load what is asked for: most processes of a project start without a need for requests and all types.

    https://docs.python.org/3/reference/datamodel.html#module.__getattr__
    """
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{'vyte' if name == 'VyteClient' else 'times'}"), name)
    globals()[name] = found
    return found
