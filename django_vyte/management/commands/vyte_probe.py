"""``manage.py vyte_probe``: find out how Vyte behaves for an account, where its documentation leaves that open."""

from __future__ import annotations

import json
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from django_vyte.accounts import remedies
from django_vyte.client import VyteClient
from django_vyte.db import fresh
from django_vyte.exceptions import VyteError
from django_vyte.management.commands.vyte_link_team import read_key
from django_vyte.management.teams import add_team_argument, check_address, chosen
from django_vyte.models import Team
from django_vyte.ops import probe
from django_vyte.ops.probe.report import as_json
from django_vyte.ops.probe.trial import Trial

QUESTION = (
    "This makes one meeting at Vyte, organised by {email}, with two invitees at example.com whom no mail reaches, "
    "confirms it and cancels it at once. Where the team is linked, receivers of this site hear of it, too.\n"
    "Go on? [y/N] "
)


class Command(BaseCommand):
    """Report how Vyte behaves for an account; ``--write`` also tries out one meeting."""

    help = (
        "Report which of the things that Vyte's documentation leaves open hold for an account. Reads only, unless "
        "--write is given. Takes the key of the linked team; where none is linked, asks for one as vyte_link_team does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_team_argument(parser)
        parser.add_argument(
            "--write",
            action="store_true",
            help="make, confirm and cancel one meeting of its own, to see more",
        )
        parser.add_argument(
            "--email", help="who organises that meeting; a user of the organization without it"
        )
        parser.add_argument(
            "--wait",
            type=float,
            default=30,
            metavar="SECONDS",
            help="how long to wait for the webhook calls about that meeting (default: %(default)s)",
        )
        parser.add_argument("--no-input", action="store_true", help="do not ask before making that meeting")
        parser.add_argument("--json", action="store_true", help="print JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        self.verbosity: int = options["verbosity"]
        account = self.account(options)
        undone = self.try_out(account, options) if options["write"] else []
        facts = probe.collect_facts(account)
        if options["json"]:
            self.stdout.write(json.dumps(as_json(facts), indent=2))
        else:
            self.show(facts)
        undone += [fact.name for fact in facts if fact.failed]
        if undone:
            raise CommandError(
                f"Not everything could be asked: {', '.join(undone)}. What to do stands above."
            )

    def account(self, options: dict[str, Any]) -> probe.ProbedAccount:
        """The account of the linked team, or of the key that is entered; CommandError when Vyte does not accept it."""
        team = None
        if options["team"] or fresh(Team.objects.all()).exists():
            teams = chosen(options)
            if len(teams) > 1:
                raise CommandError(
                    f"Several teams are linked: choose one with --team {' or '.join(each.vyte_id for each in teams)}."
                )
            team = teams[0]
        else:
            check_address()
        try:
            client = team.client() if team else VyteClient(read_key().strip())
            account = probe.ProbedAccount(client, team, say=self.say)
            account.team_id()
        except ValueError as error:
            raise CommandError(str(error)) from None
        except remedies.REQUEST_ERRORS as error:
            raise CommandError(remedies.about_team(error) if team else remedies.about_key(error)) from None
        return account

    def try_out(self, account: probe.ProbedAccount, options: dict[str, Any]) -> list[str]:
        """Create, confirm and cancel a meeting; what could not be done. CommandError when one may be left at Vyte."""
        try:
            email = options["email"] or next(iter(account.emails()), "")
            if not email:
                raise CommandError("The organization has no user with an address: give one with --email.")
            self.ask_for_consent(email, options)
            with terminated_as_interrupted():
                account.observed = Trial(account, email).play(options["wait"])
        except (VyteError, ValueError) as error:
            if remedies.is_open(error):
                self.stderr.write(f"Nobody told whether a meeting was made; if so, it is cancelled. {error}")
            else:
                self.stderr.write(f"No meeting could be made: {remedies.about_team(error)}")
            return ["--write"]
        except probe.LeftBehind as left:
            raise CommandError(str(left)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. Nothing of the probe is left at Vyte but a cancelled meeting."
            ) from None
        return []

    def ask_for_consent(self, email: str, options: dict[str, Any]) -> None:
        """CommandError unless the user agrees or ``--no-input`` is given."""
        if options["no_input"]:
            return
        try:
            agreed = input(QUESTION.format(email=email)).strip().lower() in ("y", "yes")
        except EOFError:
            agreed = False
        if not agreed:
            raise CommandError("Nothing was made. Without --write nothing is; --no-input does not ask.")

    def show(self, facts: list[probe.Fact]) -> None:
        """Print one line a fact, the settings to change, and the report."""
        for fact in facts:
            self.stdout.write(f"{fact.name:<28} {fact.shown:<18} {fact.how}")
        changes = probe.settings_to_change(facts)
        self.stdout.write("")
        if changes:
            self.stdout.write("In the settings of this site:")
            self.stdout.write(f"    VYTE |= {json.dumps(changes)}")
        else:
            self.stdout.write("No setting needs to change.")
        self.stdout.write("\nFor an issue, without anything of yours in it:\n")
        self.stdout.write(probe.report(facts))

    def say(self, text: str) -> None:
        """Print progress on stderr."""
        if self.verbosity:
            self.stderr.write(text)


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Turn SIGTERM into KeyboardInterrupt, so that the meeting is cancelled; only a main thread can set handlers."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
