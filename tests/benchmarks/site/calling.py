"""``PORT PATH COUNT [QUEUE]``: calls from several threads, and the seconds until they were all answered.

With a queue, until its messages name all of the calls' rows too.
"""

from __future__ import annotations

import base64
import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import redis
from django.conf import settings

THREADS = 4
WARM_UP = 20
PATIENCE = 10
SAMPLE = Path(__file__).parents[2] / "data" / "published" / "v2-retrieve.json"
HEADERS = {"Content-Type": "application/json", "User-Agent": "Vyte"}


def main(port: int, path: str, count: int, queue: str = "") -> float:
    """Each thread keeps its connection; its first calls, which open the server's, are not counted."""
    share, ready = count // THREADS, threading.Barrier(THREADS + 1)
    with redis.Redis.from_url(settings.CELERY_BROKER_URL) as broker, ThreadPoolExecutor(THREADS) as pool:
        name = f"{settings.NAME}:{queue}"
        expected = announced(broker, name) + THREADS * (WARM_UP + share)
        callers = [pool.submit(call, port, path, share, ready) for _ in range(THREADS)]
        ready.wait()
        began = time.perf_counter()
        for caller in callers:
            caller.result()
        answered = time.perf_counter()
        while queue and announced(broker, name) < expected:
            assert time.perf_counter() < answered + PATIENCE, "messages are missing"
            time.sleep(0.01)
        return (time.perf_counter() - began) / (share * THREADS)


def announced(broker: redis.Redis, queue: str) -> int:
    """How many rows the messages of a queue name, be it one by one or several at once."""
    messages = [json.loads(message)["body"] for message in broker.lrange(queue, 0, -1)]
    named = [json.loads(base64.b64decode(body))[0][0] for body in messages]
    return sum(len(each) if isinstance(each, list) else 1 for each in named)


def call(port: int, path: str, count: int, ready: threading.Barrier) -> None:
    """So many calls, one after the other, each about a meeting of its own."""
    resource = json.loads(SAMPLE.read_bytes())
    connection = HTTPConnection("127.0.0.1", port)
    for number in range(-WARM_UP, count):
        if number == 0:
            ready.wait()
        resource["_id"] = f"{threading.get_ident():x}{number % count:08x}"[-24:]
        body = json.dumps([{"action": "event.updated", "resource": resource}])
        connection.request("POST", path, body, HEADERS)
        answer = connection.getresponse()
        assert answer.status == 200, answer.status
        answer.read()


if __name__ == "__main__":
    port, path, count, *queue = sys.argv[1:]
    print(json.dumps(main(int(port), path, int(count), *queue)))
