"""The router sends everything to "main"; "default" is another database, which is read-only and has no tables."""

from tests.hosts.settings.base import *

DATABASES = {"default": read_only("default"), "main": sqlite("main")}
DATABASE_ROUTERS = ["tests.hosts.routers.Main"]
