"""What the documentation says is what the code does."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import inspect
import json
import re
from typing import Any

import pytest
from celery import current_app
from django.core.management import BaseCommand, load_command_class
from django.template import Engine

from django_vyte import checks, conf, database_checks, endpoint_checks, exceptions, models, signals
from django_vyte.client import VyteClient
from django_vyte.client.resource import Resource
from django_vyte.ops.doctor import finding
from django_vyte.sandbox import Faults, Quirks, Sandbox, WebhookMode, seed
from django_vyte.sandbox.control import ROUTES
from django_vyte.templatetags import vyte as tags
from django_vyte.templatetags import vyte_admin as admin_tags
from tests.documentation import (
    FENCE,
    HEADING,
    MARKDOWN,
    PACKAGE,
    PAGES,
    ROOT,
    first_names,
    name_of,
    named,
    section,
    table,
    text_of,
)


def blocks(language: str) -> list[Any]:
    found = [(page, match) for page in PAGES for match in FENCE.finditer(page.read_text())]
    return [
        pytest.param(
            match["code"], id=f"{name_of(page)}-{page.read_text()[: match.start()].count(chr(10)) + 1}"
        )
        for page, match in found
        if match["language"] == language
    ]


# Settings, checks, commands


def test_every_setting_is_documented_with_its_default():
    documented = {
        named(row[0])[0]: ast.literal_eval(named(row[1])[0]) for row in table(text_of("start/settings.md"))
    }
    assert documented == {field.name: field.default for field in dataclasses.fields(conf.Settings)}


@pytest.mark.parametrize(
    "settings",
    [
        "README.md",
        "docs/start/quickstart.md",
        "docs/run/databases.md",
        "example_project/settings.py",
        "tests/benchmarks/site/settings.py",
    ],
)
def test_settings_that_are_shown_are_those_that_were_measured(settings):
    text = (ROOT / settings).read_text()
    assert 'DATABASES["default"]["CONN_MAX_AGE"] = 60\n' in text
    assert "CELERY_DB_REUSE_MAX = 1000\n" in text


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_setting_that_is_mentioned_exists(page):
    assert set(re.findall(r"VYTE\[\"(\w+)\"\]", page.read_text())) <= set(conf.NAMES)


def test_every_check_is_documented_and_no_other():
    sources = "".join(map(inspect.getsource, (checks, endpoint_checks, database_checks)))
    ids = set(re.findall(r"django_vyte\.[EW]\d{3}", sources))
    assert ids
    assert first_names(text_of("run/checks.md")) == sorted(ids)


def commands() -> list[str]:
    folder = PACKAGE / "management" / "commands"
    return sorted(path.stem for path in folder.glob("vyte_*.py"))


def test_every_command_has_a_section_and_no_other():
    headings = HEADING.findall(text_of("run/commands.md"))
    assert sorted(named(" ".join(headings))) == commands()


@pytest.mark.parametrize("name", commands())
def test_every_option_and_verb_of_a_command_is_documented(name):
    said = section("run/commands.md", f"`{name}`")
    parser = load_command_class("django_vyte", name).create_parser("manage.py", name)
    missing = [
        f"`{option}" for option in options_of(parser) - options_of(BaseCommand().create_parser("", ""))
    ]
    assert not [text for text in missing if text not in said]
    assert set(verbs_of(parser)) <= set(first_names(said))


def verbs_of(parser: Any) -> dict[str, Any]:
    """The verbs of a command, each with its own parser."""
    return next((each.choices for each in parser._actions if isinstance(each.choices, dict)), {})


def options_of(parser: Any) -> set[str]:
    options = {option for action in parser._actions for option in action.option_strings}
    return options.union(*map(options_of, verbs_of(parser).values()))


def test_everything_that_the_doctor_can_find_is_documented_with_its_level():
    rows = table(section("run/doctor.md", "What it finds"))
    own = {kind: level for kind, level in finding.KINDS.items() if not kind.startswith("clinic_")}
    assert {named(row[0])[0]: row[1] for row in rows} == own


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_command_that_is_mentioned_exists(page):
    mentioned = re.findall(r"manage\.py (vyte_\w+)(?: ([a-z]+))?", page.read_text())
    for name, verb in mentioned:
        assert name in commands()
        assert not verb or verb in first_names(section("run/commands.md", f"`{name}`"))


def test_every_logger_is_documented_and_no_other():
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for name in re.findall(r"^logger = logging\.getLogger\((.+)\)$", path.read_text(), re.MULTILINE):
            module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
            found.add(module if name == "__name__" else ast.literal_eval(name))
    assert set(first_names(text_of("run/logging.md"))) == found


# Models, signals, tasks


def model_pages() -> list[str]:
    return [name for name in models.__all__ if name != "SchedulableModel"]


@pytest.mark.parametrize("name", models.__all__)
def test_every_model_has_a_section(name):
    assert section("use/models.md", name)


@pytest.mark.parametrize("name", model_pages())
def test_a_field_in_a_table_of_models_exists(name):
    fields = {field.name for field in getattr(models, name)._meta.get_fields()}
    assert set(first_names(section("use/models.md", name))) <= fields


def test_every_field_of_an_event_is_documented():
    fields = {field.name for field in models.Event._meta.concrete_fields}
    assert set(first_names(section("use/models.md", "Event"))) == fields - {"id", "fingerprint"}


def test_every_question_and_every_verb_of_events_is_documented():
    own = [models.event.EventQuerySet, models.event.Verbs]
    for kind in own:
        names = [name for name, each in vars(kind).items() if inspect.isfunction(each) and name[0] != "_"]
        said = text_of("use/models.md")
        assert not [name for name in names if f".{name}(" not in said]


def test_every_signal_is_documented():
    sent = {name for name, each in vars(signals).items() if isinstance(each, signals.OutboxSignal)}
    rows = [row for row in table(text_of("use/signals.md")) if len(row) == 3]
    assert {name for row in rows for name in named(row[0])} == sent


def test_every_task_is_documented():
    tasks = {name for name in current_app.tasks if name.startswith("django_vyte.")}
    assert set(first_names(text_of("run/celery.md"))) == tasks


def test_every_permission_of_the_package_is_documented():
    own = {
        f"django_vyte.{code}"
        for model in model_pages()
        for code, _ in getattr(models, model)._meta.permissions
    }
    assert own <= set(first_names(section("use/admin.md", "Permissions")))


# Client and local Vyte


def resources() -> list[str]:
    client = VyteClient("key")
    found = {**vars(client), **{f"v1.{name}": each for name, each in vars(client.v1).items()}}
    return [f"vyte.{name}" for name, each in found.items() if isinstance(each, Resource)]


def test_every_resource_of_the_client_is_documented_with_a_link_to_its_operations():
    rows = table(section("use/client.md", "Operations"))
    assert [named(row[0])[0] for row in rows] == resources()
    for row in rows:
        anchor = re.sub(r"[^\w -]", "", named(row[0])[0])
        assert f"](client-reference.md#{anchor})" in row[0]


def test_every_third_party_client_whose_calls_are_tested_is_documented():
    clients = json.loads((ROOT / "tests" / "data" / "third_party_clients.json").read_text())
    assert first_names(text_of("develop/third-party-clients.md")) == [client["who"] for client in clients]


def test_every_error_is_documented():
    errors = {
        name
        for name, each in vars(exceptions).items()
        if isinstance(each, type) and issubclass(each, Exception)
    }
    assert set(first_names(section("use/client.md", "Errors"))) == errors


def test_every_quirk_is_documented_with_its_default():
    rows = table(section("develop/sandbox.md", "Quirks"))
    documented = {named(row[0])[0]: ast.literal_eval(named(row[1])[0]) for row in rows}
    assert documented == dataclasses.asdict(Quirks())


def test_every_kind_of_a_seed_is_documented_and_the_example_works(tmp_path):
    said = section("develop/sandbox.md", "A seed")
    assert first_names(said) == list(seed.KINDS)
    (example,) = [match["code"] for match in FENCE.finditer(said) if match["language"] == "json"]
    (tmp_path / "seed.json").write_text(example)
    sandbox = Sandbox(seed=tmp_path / "seed.json")
    assert "ada" in sandbox.state.pages


def test_every_fault_and_webhook_mode_is_documented():
    assert first_names(section("develop/sandbox.md", "Webhooks gone wrong")) == list(
        dataclasses.asdict(WebhookMode())
    )
    assert set(first_names(section("develop/sandbox.md", "Faults"))) == set(
        inspect.signature(Faults().add).parameters
    )


def test_every_control_of_the_local_vyte_is_documented():
    paths = {f"{verb} /_sandbox/{path}" for verb, path, _ in ROUTES}
    paths = {re.sub(r"<any.*>", "VERB", re.sub(r"<\w+_id>", "ID", path)) for path in paths}
    for_browsers = {"GET /_sandbox/style.css", "POST /_sandbox/faults/clear"}
    assert set(first_names(section("develop/sandbox.md", "From another process"))) == paths - for_browsers


# Templates, code, links


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_a_template_tag_that_is_mentioned_exists(page):
    mentioned = re.findall(r"\{%\s*(vyte_\w+)", page.read_text())
    assert set(mentioned) <= {*tags.register.tags, *admin_tags.register.tags}


def test_every_template_tag_is_documented():
    assert not [name for name in tags.register.tags if f"{{% {name}" not in text_of("use/links.md")]
    assert not [name for name in admin_tags.register.tags if f"{{% {name}" not in text_of("use/admin.md")]


@pytest.mark.parametrize("code", blocks("html+django"))
def test_every_template_in_the_documentation_compiles(code):
    engine = Engine(libraries={name: f"django_vyte.templatetags.{name}" for name in ("vyte", "vyte_admin")})
    engine.from_string("{% load vyte %}" + code)


@pytest.mark.parametrize("code", blocks("python"))
def test_all_python_in_the_documentation_compiles_and_imports_what_exists(code):
    for node in ast.walk(ast.parse(code)):
        if (
            isinstance(node, ast.ImportFrom)
            and (node.module or "").startswith("django_vyte")
            and not node.level
        ):
            module = importlib.import_module(node.module or "")
            for alias in node.names:
                if not hasattr(module, alias.name):
                    importlib.import_module(f"{node.module}.{alias.name}")


@pytest.mark.parametrize("page", MARKDOWN, ids=name_of)
def test_links_lead_to_files_and_their_headings(page):
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)", page.read_text()):
        target = page.parent / path if path else page
        assert target.is_file(), path
        headings = HEADING.findall(target.read_text()) if anchor else []
        slugs = [re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings]
        assert not anchor or anchor in slugs, anchor


@pytest.mark.parametrize("page", MARKDOWN, ids=name_of)
def test_a_page_reads_well_where_sphinx_does_not_render_it(page):
    text = page.read_text()
    assert "[](" not in text, "a link without words"
    assert not re.findall(r"^: ", text, re.MULTILINE), "a list of definitions"
    assert not re.findall(r"^\(.+\)=$", text, re.MULTILINE), "a label of Sphinx"


def test_pictures_say_in_words_what_they_show():
    for page in PAGES:
        assert not re.findall(r"!\[\s*\]\(", page.read_text()), page.name
