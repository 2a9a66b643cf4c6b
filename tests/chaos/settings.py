"""The example project as it runs in production, with short timeouts and a log of its signals."""

from example_project.settings import *  # noqa: F403
from example_project.settings import (
    CELERY_BEAT_SCHEDULE,
    CELERY_BROKER_URL,
    CELERY_TASK_DEFAULT_QUEUE,
    DATABASES,
    FOLDER,
    INSTALLED_APPS,
    VYTE,
)
from tests.chaos.clock import Clock

Clock(FOLDER / "clock").install()

DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.signal_log"]

# Connections that outlive a request and a task are there to be cut.
DATABASES["default"]["CONN_MAX_AGE"] = 60

VYTE |= {
    # A row left behind is taken up again within the run. Longer than any call may take.
    "LEASE_SECONDS": 20,
    "TIMEOUT": (2.0, 3.0),
    "DEADLINE": 12.0,
    "CIRCUIT_SECONDS": 3.0,
}

# It would repair what a run is to find out.
CELERY_BEAT_SCHEDULE.pop("vyte-patrol", None)

# How long a receiver goes on working when it has taken its note: time enough to be killed in.
LINGER_SECONDS = 0.3

if CELERY_BROKER_URL.startswith("redis:"):
    # Everything that this run keeps in Redis has a name of its own.
    CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": f"{CELERY_TASK_DEFAULT_QUEUE}:"}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"timed": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "timed"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
