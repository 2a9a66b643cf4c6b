"""The doctor: read-only health checks of settings, broker, database, linked accounts and pending work.

Each check is a function that yields findings. ``vyte`` has the checks of Vyte's teams; another service registers its
own with ``registry.register_check``.
"""

from django_vyte.ops.doctor import endpoint, time_zones, vyte  # noqa: F401 - register their checks
from django_vyte.ops.doctor.finding import Finding, Level
from django_vyte.ops.doctor.runner import run_checks, summary

__all__ = ["Finding", "Level", "run_checks", "summary"]
