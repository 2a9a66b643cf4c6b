"""Those of the benchmarks, with time limits that the environment may give."""

import os

from tests.benchmarks.site.settings import *  # noqa: F403

if "WORKERS_SOFT_TIME_LIMIT" in os.environ:
    CELERY_TASK_SOFT_TIME_LIMIT = int(os.environ["WORKERS_SOFT_TIME_LIMIT"])
    CELERY_TASK_TIME_LIMIT = 2 * CELERY_TASK_SOFT_TIME_LIMIT
