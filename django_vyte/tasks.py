"""The Celery tasks, one line each: a task says when, the modules below do the work.

A message is a hint that there is a row to work on. Losing one costs time until the next ``sweep``, and nothing else.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery import Task, shared_task
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.db import router

from django_vyte import db, outbox
from django_vyte.accounts import subscriptions
from django_vyte.accounts.problems import Kind, recorded
from django_vyte.exceptions import VyteError
from django_vyte.inbox import scheduling
from django_vyte.jobs.publishing import DISPATCH, PROCESS, enqueue
from django_vyte.models import Heartbeat, Team
from django_vyte.ops import retention
from django_vyte.ops import sweep as sweeping
from django_vyte.stopping import within_soft_limit
from django_vyte.sync import outcome, patrol
from django_vyte.sync.members import sync_members_or_say_why
from django_vyte.sync.team import sync_team as sync_whole_team

logger = logging.getLogger(__name__)

# Seconds after which a patrol that no worker had time for is dropped: the next one covers it.
PATROL_EXPIRES = 15 * 60


class DatabaseTask(Task):  # type: ignore[type-arg]  # not generic when it runs
    """A task that leaves no broken connection to the next one of its process."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run it."""
        try:
            return super().__call__(*args, **kwargs)
        except BaseException as error:
            db.close_interrupted_connections(error)
            raise


@contextmanager
def _logged(team_id: int) -> Iterator[None]:
    """Log what is kept in ``Team.problem``, instead of failing the task."""
    try:
        yield
    except (VyteError, ImproperlyConfigured) as error:
        logger.warning("Team %s: %s", team_id, error)


@shared_task(name=PROCESS, ignore_result=True, base=DatabaseTask)
def process(keys: list[int]) -> None:
    """Process these deliveries, and others of their accounts that are due."""
    outcome = scheduling.process(*keys)
    scheduling.requeue(outcome)
    if outcome.stop:
        raise outcome.stop


@shared_task(name=DISPATCH, ignore_result=True, base=DatabaseTask)
def dispatch(label: str, keys: list[int]) -> None:
    """Call the receivers of these rows of an outbox model, which is named by its label."""
    outbox.dispatch(apps.get_model(label), keys)


@shared_task(name="django_vyte.sync_team", ignore_result=True, base=DatabaseTask)
def sync_team(team_id: int) -> None:
    """Mirror a whole team; what goes wrong is kept in ``Team.problem``."""
    with _logged(team_id):
        team = db.fresh(Team.objects.all()).get(pk=team_id)
        sync_whole_team(team)
        if problem := sync_members_or_say_why(team):
            logger.warning("Team %s: %s", team_id, problem)


@shared_task(name=outcome.REFRESH_EVENT, ignore_result=True, base=DatabaseTask)
def refresh_event(team_id: int, vyte_id: str, attempt: int) -> None:
    """Look at an event again after an action of which nobody told what became of it."""
    outcome.refresh_again(team_id, vyte_id, attempt)


@shared_task(name="django_vyte.register_webhooks", ignore_result=True, base=DatabaseTask)
def register_webhooks(team_id: int) -> None:
    """Have Vyte call this site about a team; what goes wrong is kept in ``Team.problem``."""
    with _logged(team_id), recorded(team_id, Kind.WEBHOOKS):
        subscriptions.register(db.fresh(Team.objects.all()).get(pk=team_id))


@shared_task(name="django_vyte.sweep", ignore_result=True, base=DatabaseTask, bind=True)
def sweep(self: DatabaseTask) -> None:
    """Take up whatever was left behind; run it every minute."""
    Heartbeat.objects.beat("sweep")
    sweeping.sweep(within_soft_limit(self, sweeping.LONGEST_SWEEP))


@shared_task(name="django_vyte.prune", ignore_result=True, base=DatabaseTask)
def prune() -> None:
    """Delete what is older than ``VYTE`` says to keep; run it once a day."""
    Heartbeat.objects.beat("prune")
    retention.prune()


@shared_task(name="django_vyte.patrol", ignore_result=True, base=DatabaseTask)
def patrol_teams() -> None:
    """Start the patrol of each team that is due, as a task of its own; run it every quarter of an hour."""
    Heartbeat.objects.beat("patrol")
    for pk in patrol.due_teams():
        enqueue(patrol_team.name, pk, expires=PATROL_EXPIRES, using=router.db_for_write(Team))


@shared_task(name="django_vyte.patrol_team", ignore_result=True, base=DatabaseTask)
def patrol_team(team_id: int) -> None:
    """Restore missing webhooks of a team and repair what they missed; what goes wrong is kept in ``Team.problem``."""
    with patrol.claimed(team_id) as team:
        if team is None:
            return
        with _logged(team_id), recorded(team_id, Kind.WEBHOOKS):
            if subscriptions.restore(team):
                enqueue(sync_team.name, team.pk, using=router.db_for_write(Team))
        with _logged(team_id), recorded(team_id, Kind.PATROL):
            found = patrol.patrol_team(team)
            if found.problem:
                raise VyteError(found.problem)
