"""The app, which has no migrations: its tables are made for the tests."""

from __future__ import annotations

from django.apps import AppConfig


class ShopConfig(AppConfig):
    """Label ``shop``."""

    name = "tests.shop"
    default_auto_field = "django.db.models.BigAutoField"
