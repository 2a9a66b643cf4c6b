"""Clocks that were wrong: what they left behind lies ahead, and keeps nothing from being mirrored."""

from __future__ import annotations

import datetime as dt

import time_machine
from django.utils import timezone

from django_vyte.models import Event


def test_a_deletion_is_noticed_although_the_clock_was_put_back_an_hour(linked_team, vyte_sandbox, settle):
    vyte_sandbox.quirks.updates_before_confirmation = True
    now = timezone.now()
    with time_machine.travel(now + dt.timedelta(hours=1)):
        event = vyte_sandbox.create_event(title="One")
        settle()
    with time_machine.travel(now):
        vyte_sandbox.webhook_mode.hold = True
        vyte_sandbox.update_event(event["_id"], title="Two")
        vyte_sandbox.delete_event(event["_id"])
        vyte_sandbox.webhook_mode.hold = False
        settle()
        assert Event.objects.get().status == "cancelled"
