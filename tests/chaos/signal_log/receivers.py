"""Receivers of every signal: each call becomes a row."""

import os
import random
import time

from django.conf import settings
from django.dispatch import receiver

from django_vyte.signals import event_cancelled, event_confirmed, event_created, event_updated, user_joined
from tests.chaos.signal_log.models import ReceiverCall


@receiver([event_created, event_confirmed, event_updated, event_cancelled])
def log_change(change, **kwargs):
    ReceiverCall.objects.create(kind=change.kind, about=change.pk, pid=os.getpid())
    time.sleep(random.uniform(0, settings.LINGER_SECONDS))


@receiver(user_joined)
def log_member(member, **kwargs):
    ReceiverCall.objects.create(kind="joined", about=member.pk, pid=os.getpid())
    time.sleep(random.uniform(0, settings.LINGER_SECONDS))
