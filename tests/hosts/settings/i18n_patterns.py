"""Every URL begins with the language of whoever asks, and people ask in French; a worker has another language.

https://docs.djangoproject.com/en/stable/topics/i18n/translation/#django.conf.urls.i18n.i18n_patterns
"""

from tests.hosts.settings.base import *

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "French")]
ROOT_URLCONF = "tests.hosts.translated"
ROOT = "/fr"
MIDDLEWARE = ["django.middleware.locale.LocaleMiddleware", *MIDDLEWARE]


def handler() -> Any:
    from tests.hosts import site

    return site.wsgi()
