"""What the doctor finds in this site's tables, in short: a notice for each problem, with a button for its remedy.

No notice costs a request. ``notices`` reads the few rows of ``doctor.summary``; ``team_notices`` those of one team.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from django_vyte.models import Delivery, EventChange, Team
from django_vyte.permissions import allows, can_view

# The doctor is loaded with the first page that asks it: a process starts without what it needs.
if TYPE_CHECKING:
    # Installed for type checks only.
    from django_stubs_ext import StrPromise

    from django_vyte.ops.doctor import Finding

# Notices on the front page; the doctor shows all.
MOST = 10
# Finding -> what removes it: linking, or an action of the team list.
REMEDIES = {
    "no_team": "link",
    "no_active_key": "link",
    "key_refused": "link",
    "secrets_unreadable": "link",
    "webhooks_missing": "register_webhooks",
    "registering_failed": "register_webhooks",
    "events_may_be_missing": "synchronise",
    "sync_failed": "synchronise",
    "comparing_failed": "synchronise",
    "other_problem": "synchronise",
}
LABELS: dict[str, StrPromise] = {
    "link": _("Link again"),
    "register_webhooks": _("Register webhooks"),
    "synchronise": _("Synchronise now"),
}
# Finding -> the list where its rows are tried again.
LISTS: dict[str, tuple[type[Any], str, StrPromise]] = {
    "deliveries_failed": (Delivery, "status__exact=failed", _("Show and replay")),
    "deliveries_failing": (Delivery, "status__exact=waiting", _("Show and replay")),
    "receivers_given_up": (EventChange, "told_at__isempty=1", _("Show and dispatch again")),
    "receivers_failing": (EventChange, "told_at__isempty=1", _("Show and dispatch again")),
}


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem; its button leads to ``url``, or posts ``action`` for the team ``team``. Without one, ``hint`` says it.

    ``form`` is the id of the form that the button belongs to.
    """

    level: str
    about: str
    text: str
    hint: str = ""
    label: str | StrPromise = ""
    url: str = ""
    action: str = ""
    team: int | None = None

    @property
    def form(self) -> str:
        """The id of the form that posts the action."""
        return f"vyte-team-{self.team}"


def notices(request: HttpRequest, site: str) -> list[Notice]:
    """What is wrong with the whole site and its teams; empty for people who may not view teams.

    ``site`` is the name of the admin site that the buttons stay in.
    """
    if not can_view(request.user, Team):
        return []
    from django_vyte.ops import doctor

    findings = doctor.summary()
    ids = {finding.team for finding in findings if finding.team}
    teams = dict(Team.objects.filter(vyte_id__in=ids).values_list("vyte_id", "pk")) if ids else {}
    return [
        _notice(request, site, finding, teams.get(finding.team))
        for finding in findings
        if _is_shown(request, finding)
    ]


def team_notices(request: HttpRequest, site: str, team: Any) -> list[Notice]:
    """What is wrong with a team that was read by ``for_glance``."""
    from django_vyte.ops.doctor import Level, backlog

    found = [*problems_of(team), *backlog.deliveries(team.account_key)]
    return [
        _notice(request, site, finding, team.pk)
        for finding in found
        if finding.level is not Level.OK and _is_shown(request, finding)
    ]


def for_glance(teams: QuerySet[Team]) -> QuerySet[Any]:
    """The teams with what ``problems_of`` and ``team_notices`` read."""
    from django_vyte.ops.doctor import vyte

    return vyte.for_glance(teams)


def problems_of(team: Any) -> list[Finding]:
    """What is wrong with a team that was read by ``for_glance``, without a further query."""
    from django_vyte.ops.doctor import Level, vyte

    return [finding for finding in vyte.at_a_glance(team) if finding.level is not Level.OK]


def link_url(site: str, team: int | None = None) -> str:
    """The page that links a team, or this team again."""
    url = reverse("admin:django_vyte_team_link", current_app=site)
    return f"{url}?team={team}" if team else url


def _is_shown(request: HttpRequest, finding: Finding) -> bool:
    """Errors of deliveries and receivers are for people who may see these tables."""
    for prefix, model in (("deliveries", Delivery), ("receivers", EventChange)):
        if finding.id.startswith(prefix):
            return can_view(request.user, model)
    return True


def _notice(request: HttpRequest, site: str, finding: Finding, team: int | None) -> Notice:
    about = finding.about if finding.team else ""
    plain = Notice(str(finding.level), about, finding.text, finding.hint)
    verb = REMEDIES.get(finding.id, "")
    if verb and allows(request.user, verb, Team):
        label = _("Link a team") if finding.id == "no_team" else LABELS[verb]
        if verb == "link":
            return Notice(plain.level, about, plain.text, label=label, url=link_url(site, team))
        if team:
            return Notice(plain.level, about, plain.text, label=label, action=verb, team=team)
    if finding.id in LISTS:
        model, query, label = LISTS[finding.id]
        try:
            url = reverse(f"admin:django_vyte_{model._meta.model_name}_changelist", current_app=site)
        except NoReverseMatch:
            return plain
        own = f"&account=vyte:{team}" if team and model is Delivery else ""
        return Notice(plain.level, about, plain.text, label=label, url=f"{url}?{query}{own}")
    return plain
