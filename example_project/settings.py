"""Settings of the example, from environment variables; without any it is a development site on SQLite.

Always needed
    VYTE_ENCRYPTION_KEY   seals the API key and other secrets in the database

Needed in production, with DJANGO_DEBUG=0
    DJANGO_SECRET_KEY     50 random characters or more
    DJANGO_ALLOWED_HOSTS  host names, separated by commas
    VYTE_PUBLIC_URL       where Vyte can reach this site: https://crm.example.com

Optional
    VYTE_API_URL, VYTE_WEB_URL        another Vyte than the real one, such as manage.py vyte_sandbox
    VYTE_EVENT_PATH                   where a meeting's page is there: /event/{event_id}
    VYTE_JOIN_PATH, VYTE_HOOKS_PATH, VYTE_DELETE_INVITEE_METHOD      what manage.py vyte_probe says
    DEMO_DATABASE_URL, DEMO_BROKER_URL, DEMO_QUEUE, DEMO_FOLDER, DEMO_SWEEP_SECONDS
"""

import os
from pathlib import Path

env = os.environ.get

DEBUG = env("DJANGO_DEBUG", "1") == "1"
SECRET_KEY = env("DJANGO_SECRET_KEY") or ("django-insecure-for-development-only" if DEBUG else "")
ALLOWED_HOSTS = [host for host in env("DJANGO_ALLOWED_HOSTS", "").split(",") if host]

# Files that the site writes: the database, the messages of the embedded broker, collected static files.
FOLDER = Path(env("DEMO_FOLDER") or Path(__file__).resolve().parent.parent / ".demo")
FOLDER.mkdir(parents=True, exist_ok=True)

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_vyte",
    "example_project.crm",
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
ROOT_URLCONF = "example_project.urls"
WSGI_APPLICATION = "example_project.wsgi.application"
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
LANGUAGE_CODE = "en"
TIME_ZONE = "Europe/Paris"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
STATIC_URL = "static/"
STATIC_ROOT = FOLDER / "static"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "crm:projects"

if env("DEMO_DATABASE_URL"):
    import dj_database_url

    DATABASES = {"default": dj_database_url.parse(env("DEMO_DATABASE_URL"))}
else:
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": FOLDER / "db.sqlite3",
            # Web server and worker write at once: queue for the lock instead of failing, and read while others write.
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL",
            },
        }
    }
DATABASES["default"]["CONN_MAX_AGE"] = 60

# What django-vyte needs to know.
VYTE = {
    "ENCRYPTION_KEYS": [key for key in [env("VYTE_ENCRYPTION_KEY")] if key],
    "PUBLIC_URL": env("VYTE_PUBLIC_URL", "http://127.0.0.1:8000" if DEBUG else ""),
    "QUEUE": env("DEMO_QUEUE"),
}
OPTIONAL = ("API_URL", "WEB_URL", "EVENT_PATH", "JOIN_PATH", "HOOKS_PATH", "DELETE_INVITEE_METHOD")
VYTE |= {name: env(f"VYTE_{name}") for name in OPTIONAL if env(f"VYTE_{name}")}

CELERY_BROKER_URL = env("DEMO_BROKER_URL", "filesystem://")
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = env("DEMO_QUEUE", "celery")
CELERY_DB_REUSE_MAX = 1000
CELERY_BEAT_SCHEDULE = {
    # Whatever a dead worker, a dead broker or a failing API left behind.
    "vyte-sweep": {"task": "django_vyte.sweep", "schedule": float(env("DEMO_SWEEP_SECONDS", "60"))},
    "vyte-prune": {"task": "django_vyte.prune", "schedule": 24 * 3600.0},
    # Meetings that no call told of, and webhooks that disappeared at Vyte.
    "vyte-patrol": {"task": "django_vyte.patrol", "schedule": 15 * 60.0},
}
if CELERY_BROKER_URL == "filesystem://":
    # A broker that needs no server: each message is a file. For development only.
    MESSAGES = FOLDER / "broker"
    (MESSAGES / "control").mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(MESSAGES),
        "data_folder_out": str(MESSAGES),
        "control_folder": str(MESSAGES / "control"),
        # Seconds between two looks into the folder.
        "polling_interval": 0.1,
    }

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    # A line for each request would show the secret addresses that Vyte calls.
    "loggers": {"django.server": {"level": "WARNING"}},
}

if not DEBUG:
    SECURE_SSL_REDIRECT = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
