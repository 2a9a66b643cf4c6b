"""The tests' settings, with a database and a part of Redis of their own, and connections as the quickstart has them."""

import os

from tests.settings import *  # noqa: F403
from tests.settings import DATABASES, VYTE

NAME = os.environ["BENCH_NAME"]

DATABASES["default"]["NAME"] = os.environ["BENCH_DATABASE"]
DATABASES["default"]["CONN_MAX_AGE"] = 60
DATABASES["default"].setdefault("TEST", {})["NAME"] = os.environ["BENCH_DATABASE"]
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # As the example project has it: writers queue for the lock, and readers do not wait for them.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
    }
ALLOWED_HOSTS = ["127.0.0.1", "testserver"]
ROOT_URLCONF = "tests.benchmarks.site.urls"
VYTE |= {"API_URL": os.environ.get("BENCH_VYTE", "http://127.0.0.1:9")}

CELERY_BROKER_URL = "redis://127.0.0.1:6379/6"
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{NAME}:"}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_DB_REUSE_MAX = 1000
