"""Settings of the test project: no broker, SQLite in memory unless DJANGO_VYTE_TEST_DATABASE names a server."""

import os

SECRET_KEY = "only for tests"
USE_TZ = True
# The host of PUBLIC_URL, as Vyte calls it.
ALLOWED_HOSTS = ["crm.example.com"]
INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "rest_framework",
    "django_vyte",
    "tests.clinic",
    "tests.shop",
]
DATABASES = {
    "default": {
        "sqlite": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"},
        "postgresql": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "NAME": "django_vyte",
            "USER": "postgres",
            "TEST": {"CHARSET": "UTF8", "TEMPLATE": "template0"},
        },
        "mariadb": {
            "ENGINE": "django.db.backends.mysql",
            "HOST": "127.0.0.1",
            "NAME": "django_vyte",
            "USER": "root",
            "TEST": {"CHARSET": "utf8mb4"},
        },
    }[os.environ.get("DJANGO_VYTE_TEST_DATABASE", "sqlite")]
}
DATABASE_ROUTERS = ["tests.routers.WorkIsReadWhereItIsWritten"]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
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
ROOT_URLCONF = "tests.urls"
STATIC_URL = "static/"
# Tests log people in, and their passwords are nobody's.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
VYTE = {
    "ENCRYPTION_KEYS": ["rDhJxHjWqz5HkTjPOGcc7WjQb8kDPaCzHnQvSBq3hFg="],
    "PUBLIC_URL": "https://crm.example.com",
}
