"""``manage.py vyte_hooks list | register | prune``: webhook subscriptions at Vyte."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_vyte.accounts import subscriptions
from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.management.teams import add_team_argument, chosen, for_each
from django_vyte.models import Team


class Command(BaseCommand):
    """``list``, ``register`` or ``prune`` the webhooks of the linked teams; ``list`` fails where some are missing."""

    help = "What Vyte has of this site's webhooks against what it should have."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True, metavar="list | register | prune")
        for verb, text in (
            ("list", "compare both sides"),
            ("register", "subscribe to what is missing at Vyte"),
            ("prune", "delete from Vyte what points at this site and is not known here"),
        ):
            add_team_argument(verbs.add_parser(verb, help=text))

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        self.missing = 0
        action = {"list": self.show, "register": self.register, "prune": self.prune}[options["verb"]]
        for_each(chosen(options), action, self.stderr)
        if self.missing:
            raise CommandError(f"{self.missing} webhooks are missing at Vyte.")

    def show(self, team: Team) -> None:
        """Print one line a webhook, and what to do about missing and unknown ones."""
        states = subscriptions.compare(team)
        verdicts = [(state.action, state.verdict, where(state)) for state in states]
        wanted = sorted(set(ACTIONS) - {state.action for state in states if state.here})
        verdicts += [(action, "missing", "") for action in wanted]
        self.stdout.write(f"{team}:")
        for action, verdict, site in verdicts:
            self.stdout.write(f"  {action:<18} {verdict:<12} {site}".rstrip())
        missing = sum(verdict == "missing" for _, verdict, _ in verdicts)
        self.missing += missing
        if missing:
            self.stdout.write(f"Vyte lacks some: manage.py vyte_hooks register --team {team.vyte_id}")
        if any(verdict == "unknown" for _, verdict, _ in verdicts):
            self.stdout.write(
                "Unknown ones come from an earlier link or an earlier PUBLIC_URL of this site, or belong to another "
                f"site. manage.py vyte_hooks prune --team {team.vyte_id} deletes this site's and leaves the others."
            )

    def register(self, team: Team) -> None:
        """Subscribe to the actions that are missing at Vyte."""
        added = [webhook.action for webhook in subscriptions.register(team)]
        self.say(
            f"{team}: registered {', '.join(added)}." if added else f"{team}: all were registered already."
        )

    def prune(self, team: Team) -> None:
        """Delete stale webhooks of this site at Vyte."""
        count = len(subscriptions.prune(team))
        self.say(f"{team}: deleted {count} webhooks at Vyte." if count else f"{team}: nothing to delete.")

    def say(self, message: str) -> None:
        """Print a message, unless ``--verbosity 0`` is given."""
        if self.verbosity:
            self.stdout.write(message)


def where(state: subscriptions.State) -> str:
    """The host that is called; the rest of the URL is secret."""
    address = str(state.there.get("target_url", "")) if state.there else ""
    return urlsplit(address).hostname or ""
