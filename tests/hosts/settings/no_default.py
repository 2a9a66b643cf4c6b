"""There is no "default" database: https://docs.djangoproject.com/en/stable/topics/db/multi-db/#defining-your-databases."""

from tests.hosts.settings.base import *

DATABASES = {"default": {}, "main": sqlite("main")}
DATABASE_ROUTERS = ["tests.hosts.routers.Main"]
