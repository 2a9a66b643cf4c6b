"""The mirror of Vyte's meetings: the only writer of events, invitees, groups and their history.

``save`` takes any number of events as Vyte returned them. Unchanged events are found by a fingerprint, most of them by
the bytes of the answer alone, without a transaction or a lock; the others are locked, compared and written in one
transaction, and each change is recorded as an ``EventChange``. Older data never overwrites newer. ``preview`` says what
``save`` would do. No module here uses the network.
"""

from django_vyte.mirror.drift import preview
from django_vyte.mirror.incoming import FetchedEvent, Origin
from django_vyte.mirror.result import MirrorResult
from django_vyte.mirror.writing import save, save_missing

__all__ = ["FetchedEvent", "MirrorResult", "Origin", "preview", "save", "save_missing"]
