"""How secrets are masked, and the tokens in webhook URLs, which are secrets, in what Django logs about requests."""

from __future__ import annotations

import logging
import re
from typing import Protocol

# What is shown instead of a secret.
MASK = "***"
TOKEN = re.compile(r"(/webhooks/)[^/\s]+", re.IGNORECASE)
# Django's loggers of failed requests and of the development server:
# https://docs.djangoproject.com/en/stable/ref/logging/#loggers
LOGGERS = ("django.request", "django.security.RequestDataTooBig", "django.server")


class HasSecretValue(Protocol):
    """A masked secret, such as ``django_vyte.encryption.Secret`` or Pydantic's ``SecretStr``."""

    def get_secret_value(self) -> str:
        """The text."""


def unmasked(secret: str | HasSecretValue) -> str:
    """The text of a secret, masked or not."""
    return secret if isinstance(secret, str) else secret.get_secret_value()


class HideTokens(logging.Filter):
    """Replaces the token in a webhook's path with the mask."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record and let it pass."""
        if isinstance(record.args, tuple):
            record.args = tuple(TOKEN.sub(rf"\1{MASK}", a) if isinstance(a, str) else a for a in record.args)
        record.msg = TOKEN.sub(rf"\1{MASK}", record.msg) if isinstance(record.msg, str) else record.msg
        return True


def install() -> None:
    """Add the filter to the loggers and not to handlers: it then holds for every handler that a project configures."""
    for name in LOGGERS:
        logging.getLogger(name).addFilter(HideTokens())
