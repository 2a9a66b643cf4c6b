"""Masks the tokens in webhook URLs, which are secrets, in what Django logs about requests."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/webhooks/)[^/\s]+", re.IGNORECASE)
# Django's loggers of failed requests and of the development server:
# https://docs.djangoproject.com/en/stable/ref/logging/#loggers
LOGGERS = ("django.request", "django.security.RequestDataTooBig", "django.server")


class HideTokens(logging.Filter):
    """Replaces the token in a webhook's path with ``***``."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record and let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub(r"\1***", a) if isinstance(a, str) else a for a in record.args)
        record.msg = TOKEN.sub(r"\1***", record.msg) if isinstance(record.msg, str) else record.msg
        return True


def install() -> None:
    """Add the filter to the loggers and not to handlers: it then holds for every handler that a project configures."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideTokens())
