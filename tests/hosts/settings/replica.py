"""Reads go to a replica that lags: it holds what was there when it caught up last."""

import sqlite3

from tests.hosts.settings.base import *

DATABASES = {"default": {}, "primary": sqlite("primary"), "replica": read_only("replica")}
DATABASE_ROUTERS = ["tests.hosts.routers.Replica"]


def catch_up() -> None:
    primary, replica = (sqlite3.connect(FOLDER / f"{name}.sqlite3") for name in ("primary", "replica"))
    primary.backup(replica)
    primary.close()
    replica.close()
