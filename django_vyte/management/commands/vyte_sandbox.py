"""``manage.py vyte_sandbox``: serve a local Vyte to develop against."""

from __future__ import annotations

import errno
import os
import signal
import socket
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

LAST_PORT = 65535
# Errors of bind() for a host that is unknown, or of another machine.
NOT_HERE = (errno.EADDRNOTAVAIL, socket.EAI_NONAME, socket.EAI_AGAIN)


class Command(BaseCommand):
    """Serve a local Vyte until Ctrl-C; nothing is kept without ``--state``."""

    help = "Serve a local Vyte (API, web pages, webhooks) to develop against, until Ctrl-C."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument(
            "--port", type=int, default=8900, help="port, 0 for a free one (default: %(default)s)"
        )
        parser.add_argument(
            "--state",
            metavar="FILE",
            help="keep everything in this file, API key included, and go on from it",
        )
        parser.add_argument("--seed", metavar="FILE", help="JSON with things to start with, once")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            from django_vyte.sandbox import Sandbox, UnusableFile
        except ModuleNotFoundError as error:
            if (error.name or "").partition(".")[0] != "werkzeug":
                raise
            raise CommandError(
                _("The local Vyte needs Werkzeug. Install it with: pip install 'django-vyte[sandbox]'")
            ) from None
        host, port = options["host"], options["port"]
        if not 0 <= port <= LAST_PORT:
            raise CommandError(_("There is no port %(port)s: they end at 65535.") % {"port": port})
        key = os.environ.get("VYTE_SANDBOX_API_KEY") or None
        try:
            sandbox = Sandbox(api_key=key, state_file=options["state"], seed=options["seed"])
            with sandbox.serve(host, port) as server:
                self.introduce(server.url, sandbox.api_key, options["state"])
                sandbox.courier.start()
                try:
                    wait_for_signal()
                finally:
                    sandbox.courier.stop()
        except KeyboardInterrupt:
            self.stdout.write("")
        except UnusableFile as error:
            raise CommandError(str(error)) from None
        except (OSError, UnicodeError) as error:
            raise CommandError(refusal(host, port, error)) from None

    def introduce(self, url: str, api_key: str, state: str | None) -> None:
        """Print the URL, the API key and how to use them."""
        kept = _("kept in %(state)s") % {"state": state} if state else _("nothing is kept")
        self.stdout.write(_("Local Vyte at %(url)s (Ctrl-C stops it, %(kept)s)") % {"url": url, "kept": kept})
        self.stdout.write(_("API key: %(key)s") % {"key": api_key})
        self.stdout.write(
            _("At the end of your project's settings, with PUBLIC_URL where your runserver is:")
        )
        own = "http://127.0.0.1:8000"
        self.stdout.write(f'    VYTE |= {{"API_URL": "{url}", "WEB_URL": "{url}", "PUBLIC_URL": "{own}"}}')
        self.stdout.write(_("Then link it, pasting that key: python manage.py vyte_link_team"))
        self.stdout.flush()


def wait_for_signal() -> None:
    """Wait for KeyboardInterrupt, from Ctrl-C, SIGTERM or a terminal that is closed, unless nohup has that ignored."""
    if threading.current_thread() is threading.main_thread():
        for name in ("SIGTERM", "SIGHUP"):
            number = getattr(signal, name, None)  # Windows has no SIGHUP
            if number and signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, signal.default_int_handler)
    threading.Event().wait()


def refusal(host: str, port: int, error: Exception) -> str:
    """Why the address cannot be listened on, and whether to change host or port."""
    reason = str(getattr(error, "strerror", None) or error).partition(" (while ")[0]
    details = {"host": host, "port": port, "reason": reason}
    if isinstance(error, UnicodeError) or getattr(error, "errno", None) in NOT_HERE:
        return _("%(host)s is no address of this machine (%(reason)s). Choose another with --host.") % details
    return _("Cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --port.") % details
