"""The life of a call: stored before it is answered, claimed by one worker, retried, finished or given up in sight."""

from django_vyte.inbox.receiving import draft, is_known, keep, was_known
from django_vyte.inbox.replay import replay
from django_vyte.inbox.scheduling import process, take_turn, teams

__all__ = ["draft", "is_known", "keep", "process", "replay", "take_turn", "teams", "was_known"]
