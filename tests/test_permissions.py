"""The table of permissions is complete, and each verb needs what it says."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser, Permission, User

from django_vyte.models import Delivery, Event, Team
from django_vyte.permissions import PERMISSIONS, allows, can_view

TABLE = {(apps.get_model(label), verb): codename for (label, verb), codename in PERMISSIONS.items()}
VERBS = [pytest.param(model, verb, id=f"{verb}-{model.__name__}") for model, verb in TABLE]
pytestmark = pytest.mark.django_db


def user_with(*codenames: str, **fields) -> User:
    user = User.objects.create_user("someone", **fields)
    permissions = Permission.objects.filter(content_type__app_label="django_vyte", codename__in=codenames)
    assert len(permissions) == len(codenames), "a permission is misspelt"
    user.user_permissions.set(permissions)
    return user


def view(model) -> str:
    return f"view_{model._meta.model_name}"


def test_every_permission_that_a_model_declares_has_a_verb():
    declared = {
        (model, codename)
        for model in apps.get_app_config("django_vyte").get_models()
        for codename, _ in model._meta.permissions
    }
    assert declared <= {(model, codename) for (model, _), codename in TABLE.items()}


def test_every_permission_in_the_table_exists_for_its_model():
    stored = Permission.objects.filter(content_type__app_label="django_vyte")
    found = {(each.content_type.model_class(), each.codename) for each in stored}
    assert {(model, codename) for (model, _), codename in TABLE.items()} <= found


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_a_verb_is_denied_to_those_who_may_only_look(model, verb):
    user = user_with(view(model))
    assert can_view(user, model)
    assert not allows(user, verb, model)


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_a_verb_is_denied_with_every_other_permission_of_the_model(model, verb):
    needed = TABLE[model, verb]
    others = Permission.objects.filter(content_type__app_label="django_vyte").exclude(codename=needed)
    user = user_with(*others.values_list("codename", flat=True))
    assert not allows(user, verb, model)


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_a_verb_is_allowed_with_its_permission_and_that_to_view(model, verb):
    user = user_with(view(model), TABLE[model, verb])
    assert allows(user, verb, model)
    assert allows(user, verb, model())


@pytest.mark.parametrize(
    ("model", "verb"), [(Event, "confirm"), (Event, "cancel"), (Event, "refresh"), (Delivery, "replay")]
)
def test_acting_on_rows_takes_the_permission_to_see_them(model, verb):
    assert not allows(user_with(TABLE[model, verb]), verb, model)


def test_the_permission_to_change_is_one_to_see():
    assert allows(user_with("confirm_event", "change_event"), "confirm", Event)


def test_linking_a_team_takes_no_permission_to_see_teams():
    assert allows(user_with("add_team"), "link", Team)


@pytest.mark.parametrize(("model", "verb"), VERBS)
def test_superusers_may_and_inactive_or_anonymous_users_may_not(model, verb):
    codename = TABLE[model, verb]
    assert allows(User(username="root", is_superuser=True), verb, model)
    assert not allows(user_with(view(model), codename, is_active=False), verb, model)
    assert not allows(AnonymousUser(), verb, model)


def test_an_unknown_verb_is_an_error_and_not_a_permission():
    with pytest.raises(KeyError):
        allows(User(is_superuser=True), "destroy", Event)
