"""Listens to every signal and takes it down."""

import os
import random
import time

from django.conf import settings
from django.dispatch import receiver

from django_vyte.signals import event_cancelled, event_confirmed, event_created, event_updated, user_joined
from tests.chaos.signal_log.models import Heard


@receiver([event_created, event_confirmed, event_updated, event_cancelled])
def hear_change(change, **kwargs):
    Heard.objects.create(kind=change.kind, about=change.pk, pid=os.getpid())
    time.sleep(random.uniform(0, settings.LINGER_SECONDS))


@receiver(user_joined)
def hear_member(member, **kwargs):
    Heard.objects.create(kind="joined", about=member.pk, pid=os.getpid())
    time.sleep(random.uniform(0, settings.LINGER_SECONDS))
