"""What is wrong with this site, its accounts and its work, and what to do about it; nothing is written or repaired.

Each question is a small function that yields findings. ``vyte`` is the part that knows a service.
"""

from django_vyte.ops.doctor import vyte  # noqa: F401 - registers its examination
from django_vyte.ops.doctor.finding import Finding, Level
from django_vyte.ops.doctor.run import examine

__all__ = ["Finding", "Level", "examine"]
