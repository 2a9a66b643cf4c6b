"""The clock of ``django_vyte.http``, read as ``clock.sleep`` and ``clock.monotonic`` so that tests can replace it."""

from time import monotonic, sleep

__all__ = ["monotonic", "sleep"]
