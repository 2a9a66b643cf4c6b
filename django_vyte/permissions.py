"""Which Django permission each action on events, deliveries and teams needs: one table for admin, API and commands.

``add``, ``change``, ``view`` and ``delete`` of rows themselves are Django's own permissions and not listed.
"""

from __future__ import annotations

from typing import Any, Protocol

from django.contrib.auth import get_permission_codename
from django.db.models import Model

# (label of a model, verb) -> codename of a permission of that model. An app of another service adds its own.
PERMISSIONS: dict[tuple[str, str], str] = {
    ("django_vyte.event", "confirm"): "confirm_event",
    ("django_vyte.event", "cancel"): "cancel_event",
    ("django_vyte.event", "refresh"): "refresh_event",
    ("django_vyte.delivery", "replay"): "replay_delivery",
    ("django_vyte.eventchange", "dispatch"): "change_eventchange",
    ("django_vyte.team", "link"): "add_team",
    ("django_vyte.team", "synchronise"): "change_team",
    ("django_vyte.team", "register_webhooks"): "change_team",
}


class HasPermissions(Protocol):
    """A user, anonymous or not."""

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        """Whether the user has ``app_label.codename``."""


def allows(user: HasPermissions, verb: str, subject: Model | type[Model]) -> bool:
    """Whether the user may do ``verb`` to a row, or to the rows of a model; KeyError for a verb not in the table.

    Acting on rows also needs the permission to view or change them; adding one ("link") does not. Permissions are
    asked for the model and not for the row, because Django's ModelBackend grants none for single rows:
    https://docs.djangoproject.com/en/stable/topics/auth/customizing/#handling-object-permissions
    """
    model = _model_of(subject)
    codename = PERMISSIONS[model._meta.label_lower, verb]
    if not _has(user, model, codename):
        return False
    return codename == get_permission_codename("add", model._meta) or can_view(user, model)


def can_view(user: HasPermissions, subject: Model | type[Model]) -> bool:
    """Whether the user may see the rows of a model; as in Django's admin, the permission to change is enough."""
    model = _model_of(subject)
    return any(_has(user, model, get_permission_codename(name, model._meta)) for name in ("view", "change"))


def _model_of(subject: Model | type[Model]) -> type[Model]:
    return subject if isinstance(subject, type) else type(subject)


def _has(user: HasPermissions, model: type[Model], codename: str) -> bool:
    return user.has_perm(f"{model._meta.app_label}.{codename}")
