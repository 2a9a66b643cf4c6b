"""The doctor's check of third-party apps: Vyte answers 400 to each link of one that it does not know."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.exceptions import ImproperlyConfigured

from django_vyte.accounts import remedies
from django_vyte.db import fresh
from django_vyte.exceptions import DecryptionError
from django_vyte.models import Team, ThirdPartyApp
from django_vyte.ops.doctor.finding import Finding, Level, excerpt, fine, wrong

KINDS = {
    "apps_not_compared": Level.WARNING,
    "app_unknown": Level.ERROR,
    "app_secret_differs": Level.ERROR,
}
EDIT = "Enter its app id and secret as Vyte shows them, in the admin under Third-party apps."


def apps(teams: Sequence[Team], all_compared: bool, options: dict[str, Any]) -> Iterator[Finding]:
    """Whether Vyte has the stored apps of these teams with the same secrets ("Third-parties").

    An app without a team may be any team's: it is looked for when ``all_compared``. ``options`` are the client's.
    """
    stored = [app for app in fresh(ThirdPartyApp.objects.all()).order_by("pk") if _is_readable(app)]
    secrets: dict[int, dict[str, str]] = {}
    for team in teams if stored else ():
        try:
            with team.client(**options) as client:
                secrets[team.pk] = {
                    str(app.get("_id")): str(app.get("secret")) for app in client.third_parties.list()
                }
        except (*remedies.REQUEST_ERRORS, ValueError) as error:
            all_compared = False
            yield wrong(
                "apps_not_compared", f"{team}: {excerpt(str(error))}", remedies.step_about_team(error) or EDIT
            )
    compared = [app for app in stored if app.team_id in secrets or (app.team_id is None and all_compared)]
    found = [finding for app in compared for finding in _compare(app, secrets)]
    yield from found
    if compared and not found:
        yield fine("apps", f"Vyte has the third-party apps of this site: {len(compared)}.")


def _is_readable(app: ThirdPartyApp) -> bool:
    """Whether its secret can be decrypted; the check of secrets reports one that cannot."""
    try:
        app.secret.get_secret_value()
    except (DecryptionError, ImproperlyConfigured):
        return False
    return True


def _compare(app: ThirdPartyApp, secrets: dict[int, dict[str, str]]) -> Iterator[Finding]:
    owners = secrets.values() if app.team_id is None else [secrets[app.team_id]]
    there = [known[app.app_id] for known in owners if app.app_id in known]
    name = f"{app.name} ({app.app_id})"
    if not there:
        yield wrong(
            "app_unknown", f"Vyte does not know the third-party app {name}: its links are answered 400.", EDIT
        )
    elif not any(app.secret == secret for secret in there):
        text = f"The secret of the third-party app {name} is not Vyte's: its links prove no creator."
        yield wrong("app_secret_differs", text, EDIT)
