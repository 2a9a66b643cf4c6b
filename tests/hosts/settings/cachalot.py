"""django-cachalot caches every query of every model: https://django-cachalot.readthedocs.io."""

from tests.hosts.settings.base import *

INSTALLED_APPS = [*INSTALLED_APPS, "cachalot"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://127.0.0.1:6379/12",
        "KEY_PREFIX": FOLDER.name,
    }
}
