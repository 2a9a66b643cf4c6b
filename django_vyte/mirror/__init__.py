"""The mirror of Vyte's meetings, and the only writer of its rows.

``save`` handles one event and ten thousand alike: unchanged events are recognised without a transaction, the others
are locked, compared and written in batches, and every change leaves an ``EventChange``. ``preview`` says what it
would come to.
"""

from django_vyte.mirror.drift import preview
from django_vyte.mirror.incoming import Answer, Origin
from django_vyte.mirror.result import MirrorResult
from django_vyte.mirror.writing import save, save_missing

__all__ = ["Answer", "MirrorResult", "Origin", "preview", "save", "save_missing"]
