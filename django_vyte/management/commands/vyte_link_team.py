"""``manage.py vyte_link_team``"""

from __future__ import annotations

import getpass
import os
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from django_vyte import linking, subscriptions
from django_vyte.management.syncing import sync_team
from django_vyte.management.teams import FAILURES
from django_vyte.models import Team

NEXT_STEP = (
    "Next: keep a Celery worker running, and have django_vyte.sweep run every minute "
    "(celery beat, or manage.py vyte_inbox process from cron)."
)


class Command(BaseCommand):
    help = (
        "Link a Vyte team: verify its API key, store it encrypted, register the webhooks and mirror all events. "
        "The key is asked for without echo, or taken from the variable VYTE_API_KEY or from standard input."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        try:
            team = linking.link(read_key())
        except FAILURES as error:
            raise CommandError(f"Nothing was stored: {error}") from None
        self.say(
            f"Linked {team} ({team.vyte_id}) with the key that ends in {team.api_keys.latest('pk').hint}."
        )
        undone = [*self.register(team), *self.sync(team)]
        if undone:
            raise CommandError("\n".join([f"{team} is linked, but not all is done:", *undone]))
        self.say(NEXT_STEP)

    def register(self, team: Team) -> list[str]:
        """Subscribe to what happens at Vyte; what is left to do when that fails."""
        try:
            added = subscriptions.register(team)
        except FAILURES as error:
            return [f"No webhooks: {error}\n  Then: manage.py vyte_hooks register --team {team.vyte_id}"]
        count = len(added)
        self.say(
            f"Registered {count} webhooks: {', '.join(webhook.action for webhook in added)}."
            if added
            else "Its webhooks were registered already."
        )
        return []

    def sync(self, team: Team) -> list[str]:
        """Mirror the team; what is left to do when that fails."""
        try:
            sync_team(self, team, verbosity=self.verbosity)
        except FAILURES as error:
            return [f"No events: {error}\n  Then: manage.py vyte_sync --team {team.vyte_id}"]
        return []

    def say(self, message: str) -> None:
        """Unless told to be quiet."""
        if self.verbosity:
            self.stdout.write(message)


def read_key() -> str:
    """The key, from where it does not end up in a shell's history or a list of processes."""
    key = os.environ.get("VYTE_API_KEY", "").strip()
    if not key:
        key = getpass.getpass("API key of the Vyte team: ") if sys.stdin.isatty() else sys.stdin.readline()
    if not key.strip():
        raise CommandError("No key was given. It stands on the API key tab of the organization at Vyte.")
    return key
