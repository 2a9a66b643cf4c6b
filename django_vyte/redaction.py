"""Keeping the addresses of webhooks, which are secrets, out of what Django logs about requests."""

from __future__ import annotations

import logging
import re

TOKEN = re.compile(r"(/webhooks/)[^/\s]+", re.IGNORECASE)
# Refusals, and the access log of the development server.
LOGGERS = ("django.request", "django.security.RequestDataTooBig", "django.server")


class HideTokens(logging.Filter):
    """Puts ``***`` where a line shows the token in a webhook's path."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Every record passes, changed where it has to be."""
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub(r"\1***", a) if isinstance(a, str) else a for a in record.args)
        record.msg = TOKEN.sub(r"\1***", record.msg) if isinstance(record.msg, str) else record.msg
        return True


def install() -> None:
    """Filter at the loggers, so that it holds for every handler a project configures."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideTokens())
