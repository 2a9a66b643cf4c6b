"""The baseline: the least code that stores a webhook call, and the least that processes one."""

from __future__ import annotations

import base64
import datetime as dt
import json
from collections.abc import Iterable
from functools import cache
from time import perf_counter
from typing import Any

import redis
import requests
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

QUEUE = f"{settings.NAME}:floor"
KEEP = """
INSERT {ignore} INTO django_vyte_delivery (source, account, subject, body, headers, received_at, status, attempts,
    next_attempt_at, lease, error)
VALUES ('vyte', %s, %s, %s, '{{}}', %s, 'received', 0, %s, '', '') {conflict} RETURNING id
"""
UPDATE = """
UPDATE django_vyte_event SET title = %s, vyte_updated_at = %s, as_of = %s, fingerprint = %s, data = %s
WHERE team_id = %s AND vyte_id = %s
"""
INSERT = """
INSERT INTO django_vyte_eventchange (event_id, kind, changes, cause, created_at, attempts, lease, error, told_at, told)
SELECT id, 'updated', %s, 'webhook', %s, 1, '', '', %s, '[]' FROM django_vyte_event WHERE team_id = %s AND vyte_id = %s
"""


@cache
def broker() -> redis.Redis:
    """One connection a thread, kept open."""
    return redis.Redis.from_url(settings.CELERY_BROKER_URL)


@csrf_exempt
def receive(request: HttpRequest, token: str) -> JsonResponse:
    """One INSERT … ON CONFLICT and one message to Redis; the token is the team's primary key."""
    body, now = request.body, timezone.now()
    called = json.loads(body)[0]
    loose = connection.vendor == "mysql"
    keep = KEEP.format(ignore="IGNORE" if loose else "", conflict="" if loose else "ON CONFLICT DO NOTHING")
    with connection.cursor() as cursor:
        cursor.execute(keep, [token, f"event:{called['resource']['_id']}", body.decode(), now, now])
        [pk] = cursor.fetchone()
    arguments = base64.b64encode(f"[[[{pk}]], {{}}, {{}}]".encode()).decode()
    broker().lpush(QUEUE, json.dumps({"body": arguments, "headers": {"task": "django_vyte.process"}}))
    return JsonResponse({"received": True})


def update_all(team_id: int, keys: Iterable[str], url: str, key: str) -> float:
    """For each event one GET, one UPDATE, one INSERT and one call of a receiver; the seconds it takes."""
    with requests.Session() as session:
        session.headers["Authorization"] = key
        began = perf_counter()
        for vyte_id in keys:
            answer = session.get(f"{url}/v2/events/{vyte_id}")
            listen(_update(team_id, vyte_id, answer.content))
        return perf_counter() - began


def _update(team_id: int, vyte_id: str, content: bytes) -> dict[str, Any]:
    event: dict[str, Any] = json.loads(content)
    now, updated = timezone.now(), dt.datetime.fromisoformat(event["updatedAt"])
    changes = json.dumps({"title": ["before", event["title"]]})
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(UPDATE, [event["title"], updated, now, "", content.decode(), team_id, vyte_id])
        cursor.execute(INSERT, [changes, now, now, team_id, vyte_id])
    return event


def listen(event: object) -> None:
    """A receiver with nothing to do."""
