"""``manage.py vyte_hooks list | register | prune``"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandParser

from django_vyte import subscriptions
from django_vyte.management.teams import add_team_argument, chosen, for_each
from django_vyte.models import Team
from django_vyte.webhooks import ACTIONS


class Command(BaseCommand):
    """``list``, ``register`` or ``prune`` the webhooks of the linked teams."""

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
        work = {"list": self.show, "register": self.register, "prune": self.prune}[options["verb"]]
        for_each(chosen(options), work, self.stderr)

    def show(self, team: Team) -> None:
        """One line a webhook, and what to do about those that are not as they should be."""
        states = subscriptions.compare(team)
        verdicts = {state.verdict for state in states}
        self.stdout.write(f"{team}:")
        for state in states:
            self.stdout.write(f"  {state.action:<18} {state.verdict:<12} {where(state)}")
        for action in sorted(set(ACTIONS) - {state.action for state in states if state.here}):
            verdicts.add("missing")
            self.stdout.write(f"  {action:<18} {'missing':<12}")
        if "missing" in verdicts:
            self.stdout.write(f"Vyte lacks some: manage.py vyte_hooks register --team {team.vyte_id}")
        if "unknown" in verdicts:
            self.stdout.write(
                "Unknown ones come from an earlier link or an earlier PUBLIC_URL of this site, or belong to another "
                f"site. manage.py vyte_hooks prune --team {team.vyte_id} deletes this site's and leaves the others."
            )

    def register(self, team: Team) -> None:
        """Subscribe to what is missing."""
        added = [webhook.action for webhook in subscriptions.register(team)]
        self.say(
            f"{team}: registered {', '.join(added)}." if added else f"{team}: all were registered already."
        )

    def prune(self, team: Team) -> None:
        """Delete what is left over."""
        count = len(subscriptions.prune(team))
        self.say(f"{team}: deleted {count} webhooks at Vyte." if count else f"{team}: nothing to delete.")

    def say(self, message: str) -> None:
        """Unless told to be quiet."""
        if self.verbosity:
            self.stdout.write(message)


def where(state: subscriptions.State) -> str:
    """The site that is called; the rest of an address is a secret."""
    address = str(state.there.get("target_url", "")) if state.there else ""
    return urlsplit(address).hostname or ""
