"""What the host projects have in common; by itself a plain project with one SQLite file."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

FOLDER = Path(os.environ["HOST_FOLDER"])
SECRET_KEY = "only for tests"
DEBUG = False
ALLOWED_HOSTS = ["crm.example.com"]
USE_TZ = True
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_vyte",
    "tests.hosts.crm",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# The path that the web server takes off, and the admin below it.
ROOT, ADMIN = "", "/admin"
ROOT_URLCONF = "tests.hosts.urls"
STATIC_URL = "static/"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VYTE = {
    "ENCRYPTION_KEYS": ["rDhJxHjWqz5HkTjPOGcc7WjQb8kDPaCzHnQvSBq3hFg="],
    "PUBLIC_URL": "https://crm.example.com",
    "RETRIES": 0,
}


def sqlite(name: str, **more: Any) -> dict[str, Any]:
    """A SQLite file in the folder of this run."""
    options = {"transaction_mode": "IMMEDIATE", "timeout": 20}
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": FOLDER / f"{name}.sqlite3",
        "OPTIONS": options,
        **more,
    }


def read_only(name: str) -> dict[str, Any]:
    """A SQLite file that nobody can write to through Django; empty until something is copied to it."""
    path = FOLDER / f"{name}.sqlite3"
    path.touch()
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": f"file:{path}?mode=ro", "OPTIONS": {"uri": True}}


DATABASES = {"default": sqlite("default")}


def before() -> None:
    """What a host needs before Django is set up."""


def catch_up() -> None:
    """Bring a replica up to date; called where people would wait for that."""


def after(story: Any) -> None:
    """What else holds in this host, once the story has been played."""


def clean_up() -> None:
    """Remove what is not in the folder of this run, whatever became of the story."""
