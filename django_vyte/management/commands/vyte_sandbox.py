"""Serves a local Vyte to develop against."""

from __future__ import annotations

import errno
import os
import socket
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

LAST_PORT = 65535
# What listening ends in where the host is unknown, or another machine's.
NOT_HERE = (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN)


class Command(BaseCommand):
    """``manage.py vyte_sandbox``: a local Vyte until Ctrl-C; nothing is kept."""

    help = "Serve a local Vyte (API, web pages, webhooks) to develop against, until Ctrl-C."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--port", type=int, default=8900, help="port, 0 for a free one (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from django_vyte.sandbox import Sandbox
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "werkzeug":
                raise
            raise CommandError(
                _("The local Vyte needs Werkzeug. Install it with: pip install 'django-vyte[sandbox]'")
            ) from None
        sandbox = Sandbox(api_key=os.environ.get("VYTE_SANDBOX_API_KEY") or None)
        host, port = options["host"], options["port"]
        if not 0 <= port <= LAST_PORT:
            raise CommandError(_("There is no port %(port)s: they end at 65535.") % {"port": port})
        try:
            with sandbox.serve(host, port) as server:
                self.introduce(server.url, sandbox.api_key)
                sandbox.courier.start()
                threading.Event().wait()
        except KeyboardInterrupt:
            self.stdout.write("")
        except (OSError, UnicodeError) as error:
            raise CommandError(refusal(host, port, error)) from None
        finally:
            sandbox.courier.stop()

    def introduce(self, url: str, api_key: str) -> None:
        """Says where it is and how to use it."""
        self.stdout.write(_("Local Vyte at %(url)s (Ctrl-C stops it, nothing is kept)") % {"url": url})
        self.stdout.write(_("API key: %(key)s") % {"key": api_key})
        self.stdout.write(
            _("At the end of your project's settings, with PUBLIC_URL where your runserver is:")
        )
        own = "http://127.0.0.1:8000"
        self.stdout.write(f'    VYTE |= {{"API_URL": "{url}", "WEB_URL": "{url}", "PUBLIC_URL": "{own}"}}')
        self.stdout.write(_("Then link it, pasting that key: python manage.py vyte_link_team"))
        self.stdout.flush()


def refusal(host: str, port: int, error: Exception) -> str:
    """Why an address cannot be listened on, and which of its two halves to change."""
    reason = str(getattr(error, "strerror", None) or error).partition(" (while ")[0]
    details = {"host": host, "port": port, "reason": reason}
    if isinstance(error, UnicodeError) or getattr(error, "errno", None) in NOT_HERE:
        return _("%(host)s is no address of this machine (%(reason)s). Choose another with --host.") % details
    return _("Cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --port.") % details
