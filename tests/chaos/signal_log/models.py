"""One row for each call of a receiver. No key is unique, so that a signal that is dispatched twice is there twice."""

from django.db import models


class ReceiverCall(models.Model):
    """A receiver was called in the process ``pid``: of an ``EventChange``, or of a ``Member`` (kind "joined")."""

    kind = models.CharField(max_length=16)
    about = models.BigIntegerField(db_index=True)
    pid = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return f"{self.kind} {self.about} in {self.pid}"
