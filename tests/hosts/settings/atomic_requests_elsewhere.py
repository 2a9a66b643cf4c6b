"""A transaction around each request, on the database of the deliveries, which is not "default"."""

from tests.hosts.settings.base import *

DATABASES = {"default": read_only("default"), "main": sqlite("main", ATOMIC_REQUESTS=True)}
DATABASE_ROUTERS = ["tests.hosts.routers.Main"]
