"""Client for Vyte's API, without models or a database: ``VyteClient``, and free times as datetimes.

The types of what is sent and answered are in ``django_vyte.client.types``.
"""

from django_vyte.client.times import FreeTime, free_times, next_free_time
from django_vyte.client.vyte import VyteClient

__all__ = ["FreeTime", "VyteClient", "free_times", "next_free_time"]
