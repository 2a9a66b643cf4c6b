"""What is wrong with this site, its teams and its work, and what to do about it.

Nothing is written and nothing is repaired. Each question is a small function that yields what it found.
"""

from django_vyte.doctor.examination import examine
from django_vyte.doctor.finding import Finding, Level

__all__ = ["Finding", "Level", "examine"]
