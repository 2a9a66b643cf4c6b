"""TeamAdmin: linking a team with its API key, a team's page, and the actions synchronise and register webhooks."""

from __future__ import annotations

from typing import Any

from celery import Task
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import router
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from django_vyte import db, tasks
from django_vyte.accounts.subscriptions import ACTIONS
from django_vyte.admin import formatting, history
from django_vyte.admin.base import VyteAdmin
from django_vyte.admin.lists.large_table import COUNT_LIMIT
from django_vyte.admin.teams import health
from django_vyte.admin.teams.forms import LinkForm
from django_vyte.jobs import publishing
from django_vyte.models import ApiKey, Delivery, Event, EventChange, Team
from django_vyte.permissions import allows
from django_vyte.sync.context import is_team_pk

MAX_ROWS = 10


class TeamAdmin(VyteAdmin[Team]):
    """Linked teams; only the subdomain can be edited."""

    list_display = ("name", "trouble", "webhook_count", "vyte_id", "created_at")
    search_fields = ("name", "^vyte_id", "subdomain")
    actions = ("synchronise", "register_webhooks")
    fields = (
        "name", "vyte_id", "private", "subdomain", "join_link", "created_at", "patrolled_at", "webhooks_restored_at",
    )  # fmt: skip
    readonly_fields = (
        "name", "vyte_id", "private", "join_link", "created_at", "patrolled_at", "webhooks_restored_at",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        """With what tells how a team is, and with the numbers of wanted and registered webhooks."""
        return health.for_glance(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """With a link that links a team again where that helps, for people who may link teams."""
        may_link = self.has_add_permission(request)

        @admin.display(description=_("problem"), ordering="problem", empty_value="–")
        def trouble(team: Any) -> str | None:
            return self._trouble(team, may_link=may_link)

        return [trouble if name == "trouble" else name for name in self.list_display]

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Adding a team is linking it."""
        return allows(request.user, "link", Team)

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        """Deleting a team would delete its events too; to end the link, revoke its key."""
        return False

    @admin.display(description=_("webhooks"))
    def webhook_count(self, team: Any) -> str:
        """Registered of wanted webhooks."""
        counts = {"registered": team.registered, "wanted": len(ACTIONS)}
        return gettext("%(registered)d of %(wanted)d registered") % counts

    @admin.display(description=_("problem"), ordering="problem", empty_value="–")
    def trouble(self, team: Any) -> str | None:
        """What is wrong with the team."""
        return self._trouble(team, may_link=False)

    def _trouble(self, team: Any, *, may_link: bool) -> str | None:
        """The first thing that is wrong with the team, how many there are more, and the way to link it again."""
        found = health.problems_of(team)
        if not found:
            return None
        text = formatting.excerpt(found[0].text)
        more = ngettext("and %d more", "and %d more", len(found) - 1) % (len(found) - 1) if found[1:] else ""
        url = health.link_url(self.admin_site.name, team.pk)
        again = may_link and any(health.REMEDIES.get(finding.id) == "link" for finding in found)
        button = (
            format_html(' <a class="vyte-again" href="{}">{}</a>', url, gettext("Link again"))
            if again
            else ""
        )
        return format_html("{} {} {}{}", formatting.badge("failed", gettext("problem")), text, more, button)

    @admin.display(description=_("join link"))
    def join_link(self, team: Team) -> str:
        """The page at Vyte where people join the team."""
        return formatting.web_link(team.join_url())

    # The team's page

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Adds keys, webhooks, failed deliveries and receivers, each with the permission to view its model."""
        team = kwargs.get("obj")
        if team is not None:
            context.update(self._panels(request, team), show_save_and_add_another=False)
        return super().render_change_form(request, context, *args, **kwargs)

    def _panels(self, request: HttpRequest, team: Team) -> dict[str, Any]:
        see = request.user.has_perm
        verbs = [("synchronise", _("Synchronise now")), ("register_webhooks", _("Register webhooks"))]
        return {
            "notices": health.team_notices(request, self.admin_site.name, team),
            "verbs": [(verb, label) for verb, label in verbs if self.may(request, verb)],
            "keys": db.fresh(team.api_keys.all()).defer("key") if see("django_vyte.view_apikey") else None,
            "webhooks": (
                db.fresh(team.webhooks.all()).defer("token", "target_url")
                if see("django_vyte.view_webhook")
                else None
            ),
            "counts": _counts(team),
            "deliveries": _failed_deliveries(team) if see("django_vyte.view_delivery") else None,
            "failed_receivers": _failed_receivers(team) if see("django_vyte.view_eventchange") else None,
        }

    # Linking

    def get_urls(self) -> list[URLPattern]:
        """With ``team/link/``, outside of ATOMIC_REQUESTS: no transaction is open while Vyte is asked."""
        link = db.non_atomic_requests(self.admin_site.admin_view(self.link_view))
        return [path("link/", link, name="django_vyte_team_link"), *super().get_urls()]

    def add_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Redirects to the page that links a team."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(reverse("admin:django_vyte_team_link", current_app=self.admin_site.name))

    @method_decorator(sensitive_post_parameters("key"))
    def link_view(self, request: HttpRequest) -> HttpResponse:
        """Show the form; a valid POST stores the key and starts the first synchronisation."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        named = self._named_team(request)
        form = LinkForm(request.POST if request.method == "POST" else None)
        if form.is_valid() and form.team:
            if named and named != form.team:
                text = gettext("This was a key of %(linked)s: %(named)s is as before.")
                self.message_user(request, text % {"linked": form.team, "named": named}, messages.WARNING)
            return self._after_linking(request, form.team)
        request.current_app = self.admin_site.name
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Link %s again") % named if named else gettext("Link a team"),
            "form": form,
        }
        return TemplateResponse(request, "admin/django_vyte/team/link.html", context)

    def _named_team(self, request: HttpRequest) -> Team | None:
        """The team of ``?team=``, which is to be linked again; only for people who may see teams."""
        key = request.GET.get("team", "")
        if not is_team_pk(key) or not self.has_view_or_change_permission(request):
            return None
        return Team.objects.filter(pk=key).first()

    def _after_linking(self, request: HttpRequest, team: Team) -> HttpResponse:
        using = router.db_for_write(Team)
        publishing.enqueue(tasks.register_webhooks.name, team.pk, using=using)
        publishing.enqueue(tasks.sync_team.name, team.pk, using=using)
        self.log_addition(request, team, gettext("Linked with an API key."))
        text = gettext(
            "%s is linked. Its webhooks are being registered and its meetings synchronised in the background: "
            "reload the page in a moment."
        )
        self.message_user(request, f"{text % team} {_hint()}")
        if self.has_view_or_change_permission(request, team):
            return HttpResponseRedirect(formatting.change_url(team, self.admin_site))
        return HttpResponseRedirect(reverse("admin:index", current_app=self.admin_site.name))

    # Actions

    def has_synchronise_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``synchronise``."""
        return self.may(request, "synchronise")

    def has_register_webhooks_permission(self, request: HttpRequest) -> bool:
        """Asked by Django for the action ``register_webhooks``."""
        return self.may(request, "register_webhooks")

    @admin.action(
        permissions=["synchronise"], description=_("Synchronise selected %(verbose_name_plural)s now")
    )
    def synchronise(self, request: HttpRequest, queryset: QuerySet[Team]) -> HttpResponse | None:
        """Enqueue a full synchronisation of each team."""
        text = gettext("%s is being synchronised in the background: reload the page in a moment.")
        return self._enqueue(request, queryset, tasks.sync_team, text)

    @admin.action(
        permissions=["register_webhooks"],
        description=_("Register webhooks of selected %(verbose_name_plural)s"),
    )
    def register_webhooks(self, request: HttpRequest, queryset: QuerySet[Team]) -> HttpResponse | None:
        """Enqueue the registration of each team's webhooks."""
        text = gettext(
            "The webhooks of %s are being registered in the background: reload the page in a moment."
        )
        return self._enqueue(request, queryset, tasks.register_webhooks, text)

    def _enqueue(
        self, request: HttpRequest, queryset: QuerySet[Team], task: Task[Any, Any], text: str
    ) -> HttpResponse | None:
        teams = list(queryset)
        for team in teams:
            if db.fresh(team.api_keys.all()).filter(status=ApiKey.Status.ACTIVE).exists():
                publishing.enqueue(task.name, team.pk, using=router.db_for_write(Team))
                self.log_change(request, team, text % team)
                self.message_user(request, f"{text % team} {_hint()}")
            else:
                reason = gettext("Nothing was started: %s has no active API key. Link the team again.")
                self.message_user(request, reason % team, messages.ERROR)
        return (
            HttpResponseRedirect(formatting.change_url(teams[0], self.admin_site))
            if len(teams) == 1
            else None
        )


def _hint() -> str:
    """What to check when a task seems not to have run."""
    return gettext(
        "If nothing changes, look at “problem” on the team's page and check that a Celery worker is running."
    )


def _counts(team: Team) -> list[tuple[str, str]]:
    """Labels and numbers of the team's events by status, and of its members."""
    counts = [
        (str(label), _count(db.fresh(team.events.all()).filter(status=value)))
        for value, label in Event.Status.choices
    ]
    return [*counts, (gettext("members"), _count(db.fresh(team.members.all())))]


def _count(rows: Any) -> str:
    """The number of rows, capped as in lists."""
    found = rows.order_by().values("pk")[: COUNT_LIMIT + 1].count()
    return gettext("more than %d") % COUNT_LIMIT if found > COUNT_LIMIT else str(found)


def _failed_deliveries(team: Team) -> QuerySet[Delivery]:
    """The last deliveries with an error, whether given up or waiting for a retry."""
    # ``status__in`` uses the index on the status; ``exclude(status=DONE)`` would scan the table.
    statuses = [each for each in Delivery.Status if each is not Delivery.Status.DONE]
    rows = db.fresh(Delivery.objects.all()).of(team.account_key).filter(status__in=statuses).exclude(error="")
    return rows.defer("body", "headers").order_by("-pk")[:MAX_ROWS]


def _failed_receivers(team: Team) -> list[history.Row]:
    """The last changes for which a receiver failed."""
    rows = (
        db.fresh(EventChange.objects.all()).filter(event__team=team, told_at__isnull=True).exclude(error="")
    )
    return history.rows(history.for_display(rows)[:MAX_ROWS])
