"""django-cacheops caches every query of every model in Redis: https://github.com/Suor/django-cacheops."""

from tests.hosts.settings.base import *

INSTALLED_APPS = ["cacheops", *INSTALLED_APPS]
CACHEOPS_REDIS = "redis://127.0.0.1:6379/11"
CACHEOPS = {"*.*": {"ops": "all", "timeout": 3600}}
# Entries of this run alone: what an earlier one left behind is not looked at.
CACHEOPS_PREFIX = lambda query: f"{FOLDER.name}:"


def after(story: Any) -> None:
    from cacheops.redis import redis_client

    entries = redis_client.keys(f"{FOLDER.name}:*")
    assert entries, "Nothing was cached: this host shows nothing."
    redis_client.delete(*entries)
