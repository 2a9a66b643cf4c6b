"""The Celery tasks, and the only import of Celery. A task says when; what is done stands in the modules below.

A message is a hint that there is a row to work on. Losing one costs time until the next ``sweep``, and nothing else.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from celery import Task, current_app, current_task, shared_task
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction

from django_vyte import db, inbox
from django_vyte.accounts import subscriptions
from django_vyte.accounts.problems import Kind, recorded
from django_vyte.conf import get_settings
from django_vyte.exceptions import VyteError
from django_vyte.inbox.claims import MOST_THINGS
from django_vyte.inbox.sources import Outcome
from django_vyte.jobs.publishing import Message, Publisher
from django_vyte.models import Team
from django_vyte.ops import retention
from django_vyte.ops import sweep as sweeping
from django_vyte.sync import patrol, team

logger = logging.getLogger(__name__)

# Retries later than this are left to the sweep rather than to a message that waits in a worker.
LONGEST_COUNTDOWN = 300
TOLD_AT_ONCE = 100
# Patrols that no worker had time for by then are not made up for.
PATROL_EXPIRES = 15 * 60


def publish(message: Message) -> None:
    """Hand a message to the broker, in the queue of ``VYTE["QUEUE"]``, without Celery's own retries."""
    task, args, countdown, expires = message
    options: dict[str, Any] = {"countdown": countdown, "expires": expires, "queue": get_settings().QUEUE}
    task.apply_async(args, retry=False, **options)


publisher = Publisher(publish)


class DatabaseTask(Task):  # type: ignore[type-arg]  # not generic when it runs
    """A task that leaves no broken connection to the next one of its process, whatever it dies of."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        try:
            return super().__call__(*args, **kwargs)
        except Exception:
            db.let_go_of_broken()
            raise


def enqueue(
    task: Task[Any, Any], *args: Any, countdown: float | None = None, expires: float | None = None
) -> None:
    """Ask for a task to be run once the transaction is committed; never raises and never waits for the broker.

    ``countdown`` and ``expires`` are the seconds after which it is to be run, and after which it is not any more.
    """
    at_once = bool(current_task) or bool(current_app.conf.task_always_eager)
    send = partial(publisher.send, Message(task, args, countdown, expires), at_once=at_once)
    transaction.on_commit(send, robust=True)


def broker_problem(seconds: float = 2) -> str:
    """Why a message could not be handed to the broker now, without a password; empty when it could.

    Takes no longer than ``seconds``, whatever hangs. Where tasks run eagerly there is no broker to ask.
    """
    if current_app.conf.task_always_eager:
        return ""
    answers: queue.SimpleQueue[str] = queue.SimpleQueue()
    where = "Its address"

    def connect() -> None:
        try:
            with connection:
                # Each address of a list is tried once.
                tries = max(len(connection.alt) - 1, 0)
                connection.ensure_connection(max_retries=tries, reraise_as_library_errors=False)
        except Exception as error:
            # What a library says of an address may quote its password.
            answers.put(f"{where} leads to {type(error).__name__}")
        else:
            answers.put("")

    try:
        connection = current_app.connection_for_write()
        where = connection.as_uri()
        threading.Thread(target=connect, name="django-vyte-broker", daemon=True).start()
        return answers.get(timeout=seconds)
    except queue.Empty:
        return f"{where} does not answer within {seconds:.0f} seconds"
    except Exception as error:
        return f"{where} leads to {type(error).__name__}"


def tell_soon(changes: list[int], members: list[int] = []) -> None:  # noqa: B006 - never written to
    """Have the receivers of these changes and members told."""
    for start in range(0, len(changes), TOLD_AT_ONCE):
        enqueue(tell, changes[start : start + TOLD_AT_ONCE], [])
    if members:
        enqueue(tell, [], members)


def _follow(outcome: Outcome) -> None:
    tell_soon(outcome.changes, outcome.members)
    for start in range(0, len(outcome.more), MOST_THINGS):
        enqueue(process, outcome.more[start : start + MOST_THINGS])
    retries: defaultdict[float, list[int]] = defaultdict(list)
    for pk, delay in outcome.retry.items():
        if delay <= LONGEST_COUNTDOWN:
            retries[delay].append(pk)
    for delay, keys in retries.items():
        enqueue(process, keys, countdown=delay)


@contextmanager
def _logged(team_id: int) -> Iterator[None]:
    """What stands in ``Team.problem`` is no failure of the task."""
    try:
        yield
    except (VyteError, ImproperlyConfigured) as error:
        logger.warning("Team %s: %s", team_id, error)


@shared_task(name="django_vyte.process", ignore_result=True, base=DatabaseTask)
def process(keys: list[int]) -> None:
    """Process these deliveries, and others of their teams that are due."""
    _follow(inbox.process(*keys))


@shared_task(name="django_vyte.tell", ignore_result=True, base=DatabaseTask)
def tell(changes: list[int], members: list[int]) -> None:
    """Tell the receivers of these changes and members."""
    sweeping.tell(changes, members)


@shared_task(name="django_vyte.sync_team", ignore_result=True, base=DatabaseTask)
def sync_team(team_id: int) -> None:
    """Mirror a whole team; what goes wrong stands in ``Team.problem``."""
    with _logged(team_id):
        tell_soon(team.sync_team(Team.objects.get(pk=team_id)).saved.changes)


@shared_task(name="django_vyte.register_webhooks", ignore_result=True, base=DatabaseTask)
def register_webhooks(team_id: int) -> None:
    """Have Vyte call this site about a team; what goes wrong stands in ``Team.problem``."""
    with _logged(team_id), recorded(team_id, Kind.WEBHOOKS):
        subscriptions.register(Team.objects.get(pk=team_id))


@shared_task(name="django_vyte.sweep", ignore_result=True, base=DatabaseTask)
def sweep() -> None:
    """Take up whatever was left behind; run it every minute."""
    sweeping.sweep()


@shared_task(name="django_vyte.prune", ignore_result=True, base=DatabaseTask)
def prune() -> None:
    """Delete what is older than ``VYTE`` says to keep; run it once a day."""
    retention.prune()


@shared_task(name="django_vyte.patrol", ignore_result=True, base=DatabaseTask)
def patrol_teams() -> None:
    """Have the teams patrolled whose turn it is, each by a task of its own; run it every quarter of an hour."""
    for pk in patrol.due_teams():
        enqueue(patrol_team, pk, expires=PATROL_EXPIRES)


@shared_task(name="django_vyte.patrol_team", ignore_result=True, base=DatabaseTask)
def patrol_team(team_id: int) -> None:
    """Put back webhooks of a team and repair what they missed; what goes wrong stands in ``Team.problem``."""
    with patrol.claimed(team_id) as team:
        if team is None:
            return
        with _logged(team_id), recorded(team_id, Kind.WEBHOOKS):
            if subscriptions.restore(team):
                enqueue(sync_team, team.pk)
        with _logged(team_id), recorded(team_id, Kind.PATROL):
            found = patrol.patrol_team(team)
            tell_soon(found.saved.changes)
            if found.problem:
                raise VyteError(found.problem)
