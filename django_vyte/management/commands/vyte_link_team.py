"""``manage.py vyte_link_team``: store an API key, register the webhooks and run the first sync."""

from __future__ import annotations

import getpass
import os
import sys
from argparse import SUPPRESS
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_vyte.accounts import linking, remedies, subscriptions
from django_vyte.db import fresh
from django_vyte.exceptions import AuthenticationFailed
from django_vyte.management.syncing import sync_and_report
from django_vyte.management.teams import check_address
from django_vyte.models import Team
from django_vyte.sync.members import sync_members_or_say_why

NO_KEY = "No key was given. It stands on the API key tab of the organization at Vyte."
KEY_AS_ARGUMENT = (
    "The key is never an argument: it is now in your shell's history. If that was a key, replace it at Vyte, then "
    "run this command without arguments and paste the new one when asked."
)
NEXT_STEP = (
    "Next: keep a Celery worker running, and have django_vyte.sweep run every minute "
    "(celery beat, or manage.py vyte_inbox process from cron)."
)


class Command(BaseCommand):
    """Link the team of an API key, which is asked for without echo."""

    help = (
        "Link a Vyte team: verify its API key, store it encrypted, register the webhooks and mirror all events. "
        "The key is asked for without echo, or taken from the variable VYTE_API_KEY or from standard input."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        # Accepted only to be refused: argparse prints unknown arguments, and this one may be a key.
        parser.add_argument("misplaced", nargs="*", help=SUPPRESS)

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        if options["misplaced"]:
            raise CommandError(KEY_AS_ARGUMENT, returncode=2)
        check_address()
        try:
            team = linking.link(read_key())
        except remedies.REQUEST_ERRORS as error:
            raise CommandError(refusal(error)) from None
        self.say(
            f"Linked {team} ({team.vyte_id}) with the key that ends in {fresh(team.api_keys.all()).latest('pk').hint}."
        )
        undone = [*self.register(team), *self.sync(team)]
        if undone:
            raise CommandError("\n".join([f"{team} is linked, but not all is done:", *undone]))
        self.say(NEXT_STEP)

    def register(self, team: Team) -> list[str]:
        """Register the webhooks; on failure, what is left to do."""
        try:
            added = subscriptions.register(team)
        except remedies.REQUEST_ERRORS as error:
            some = remedies.is_open(error) or fresh(team.webhooks.exclude(vyte_id="")).exists()
            return [
                f"{'Webhooks' if some else 'No webhooks'}: {remedies.about_team(error)}\n"
                f"  Then: manage.py vyte_hooks register --team {team.vyte_id}"
            ]
        count = len(added)
        self.say(
            f"Registered {count} webhooks: {', '.join(webhook.action for webhook in added)}."
            if added
            else "Its webhooks were registered already."
        )
        return []

    def sync(self, team: Team) -> list[str]:
        """Run the first sync; on failure, what is left to do."""
        try:
            sync_and_report(self, team, verbosity=self.verbosity)
            if problem := sync_members_or_say_why(team):
                self.stderr.write(f"{team}: warning: {problem}")
        except remedies.REQUEST_ERRORS as error:
            what = "Events" if fresh(team.events.all()).exists() else "No events"
            return [
                f"{what}: {remedies.about_team(error)}\n  Then: manage.py vyte_sync --team {team.vyte_id}"
            ]
        return []

    def say(self, message: str) -> None:
        """Print a message, unless ``--verbosity 0`` is given."""
        if self.verbosity:
            self.stdout.write(message)


def read_key() -> str:
    """The key from VYTE_API_KEY, a prompt without echo, or stdin: never an argument, which shells and ps would show."""
    key = os.environ.get("VYTE_API_KEY", "").strip()
    try:
        if not key:
            key = (
                getpass.getpass("API key of the Vyte team: ") if sys.stdin.isatty() else sys.stdin.readline()
            )
    except (KeyboardInterrupt, EOFError):
        sys.stderr.write("\n")
    if not key.strip():
        raise CommandError(NO_KEY)
    return key


def refusal(error: Exception) -> str:
    """Why the key was not linked and what to do, with the error itself if the advice does not say it."""
    reason, happened = remedies.about_key(error), str(error)
    if reason == happened or isinstance(error, AuthenticationFailed):
        return reason
    return f"{reason}\n  {happened}"
