"""What is wrong with this site, its teams and its work, and what to do about it.

Nothing is written and nothing is repaired. Each question is a small function that yields what it found.
"""

from django_vyte.ops.doctor.finding import Finding, Level
from django_vyte.ops.doctor.run import examine

__all__ = ["Finding", "Level", "examine"]
