"""Masks secrets in the log lines of urllib3, which at level DEBUG show whole URLs with their queries."""

from __future__ import annotations

import logging

from django_vyte.exceptions import mask

_LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")


class _MaskQueries(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if "?" in message:
            record.msg, record.args = mask(message), ()
        return True


def install() -> None:
    """Add the filter to urllib3's loggers: there it holds for every handler that a project configures."""
    for name in _LOGGERS:
        logging.getLogger(f"urllib3.{name}").addFilter(_MaskQueries())
