"""The baseline: the least code that stores a webhook call, and the least that processes one."""

from __future__ import annotations

import base64
import datetime as dt
import json
import queue
import time
from time import perf_counter
from typing import Any

import redis
import requests
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from django_vyte.inbox.claims import MOST_GROUPS
from django_vyte.jobs import publishing

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


READ = "SELECT id, body FROM django_vyte_delivery WHERE next_attempt_at IS NOT NULL ORDER BY id LIMIT %s"
CLOSE = """
UPDATE django_vyte_delivery SET status = 'done', next_attempt_at = NULL, attempts = 1, finished_at = %s
WHERE next_attempt_at IS NOT NULL AND id <= %s
"""
# As the package has it: events a transaction, rows a message, and seconds between messages.
EVENTS = MOST_GROUPS
KEYS, PAUSE = publishing.MOST_KEYS, publishing.PAUSE
waiting: queue.SimpleQueue[int] = queue.SimpleQueue()


def publish() -> None:
    """Publish what was stored, beside the requests: run it in a thread."""
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker:
        while True:
            keys = [waiting.get()]
            while not waiting.empty():
                keys.append(waiting.get())
            for start in range(0, len(keys), KEYS):
                arguments = base64.b64encode(
                    json.dumps([[keys[start : start + KEYS]], {}, {}]).encode()
                ).decode()
                message = {"body": arguments, "headers": {"task": "django_vyte.process"}}
                broker.lpush(QUEUE, json.dumps(message))
            time.sleep(PAUSE)


@csrf_exempt
def receive(request: HttpRequest, token: str) -> JsonResponse:
    """One INSERT … ON CONFLICT, and a thread is told; the token is the team's primary key."""
    body, now = request.body, timezone.now()
    called = json.loads(body)[0]
    loose = connection.vendor == "mysql"
    keep = KEEP.format(ignore="IGNORE" if loose else "", conflict="" if loose else "ON CONFLICT DO NOTHING")
    with connection.cursor() as cursor:
        cursor.execute(keep, [token, f"event:{called['resource']['_id']}", body.decode(), now, now])
        [pk] = cursor.fetchone()
    waiting.put(pk)
    return JsonResponse({"received": True})


def work_off(team_id: int, url: str, key: str, calls: int) -> float:
    """Work off the calls that are stored, so many about each event; the seconds it takes.

    Their bodies are read, each event is fetched once, events and history are written and calls closed in one
    transaction, and a receiver is called for each event.
    """
    with requests.Session() as session, connection.cursor() as cursor:
        session.headers["Authorization"] = key
        began = perf_counter()
        while True:
            cursor.execute(READ, [EVENTS * calls])
            rows = cursor.fetchall()
            if not rows:
                return perf_counter() - began
            ids = dict.fromkeys(json.loads(body)[0]["resource"]["_id"] for _, body in rows)
            fetched = [session.get(f"{url}/v2/events/{vyte_id}").content for vyte_id in ids]
            events = [json.loads(content) for content in fetched]
            now = timezone.now()
            with transaction.atomic():
                cursor.executemany(
                    UPDATE, [_update(team_id, *pair, now) for pair in zip(events, fetched, strict=True)]
                )
                cursor.executemany(INSERT, [_change(team_id, event, now) for event in events])
                cursor.execute(CLOSE, [now, rows[-1][0]])
            for event in events:
                listen(event)


def _update(team_id: int, event: dict[str, Any], content: bytes, now: dt.datetime) -> list[Any]:
    updated = dt.datetime.fromisoformat(event["updatedAt"])
    return [event["title"], updated, now, "", content.decode(), team_id, event["_id"]]


def _change(team_id: int, event: dict[str, Any], now: dt.datetime) -> list[Any]:
    changes = json.dumps({"title": ["before", event["title"]]})
    return [changes, now, now, team_id, event["_id"]]


def listen(event: object) -> None:
    """A receiver with nothing to do."""
