"""The life of a call: stored before it is answered, claimed by one worker, retried, finished or given up in sight."""

from django_vyte.inbox.reception import draft, is_known, keep, was_known
from django_vyte.inbox.replaying import replay
from django_vyte.inbox.turns import process, take_turn, teams

__all__ = ["draft", "is_known", "keep", "process", "replay", "take_turn", "teams", "was_known"]
