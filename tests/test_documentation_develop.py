"""What the pages for developers say about files and their order is true, and the code that they quote is the code."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.documentation import FENCE, PACKAGE, ROOT, named, section, table, text_of

HOW_IT_WORKS, ADD_A_SERVICE = "develop/how-it-works.md", "develop/add-a-service.md"


def test_the_table_of_layers_has_every_module_and_no_other():
    modules = {path.name.removesuffix(".py") for path in PACKAGE.iterdir() if not path.name.startswith("_")}
    django_s_own = {"apps", "checks", "urls", "migrations", "templates", "static", "templatetags", "locale"}
    listed = [name for row in table(section(HOW_IT_WORKS, "Layers")) for name in named(row[1])]
    assert len(listed) == len(set(listed))
    assert set(listed) == modules - django_s_own - {"py.typed"}


WALKS = ["A webhook's way", 'A click on "Confirm"', "A sync of a team"]


@pytest.mark.parametrize("walk", WALKS)
def test_a_walk_enters_each_file_once_and_imports_lead_onwards_only(walk):
    steps = re.findall(r"^(\d+)\. `([\w/]+\.py)`", section(HOW_IT_WORKS, walk), re.MULTILINE)
    assert [int(number) for number, _ in steps] == list(range(1, len(steps) + 1))
    files = [PACKAGE / name for _, name in steps]
    assert len(files) == len(set(files)) > 10
    for number, file in enumerate(files):
        assert not imported_by(file).intersection(files[:number]), file


def imported_by(file: Path) -> set[Path]:
    """The files of the package that a file imports by name."""
    nodes = [node for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)]
    names = [f"{node.module}.{alias.name}" for node in nodes for alias in node.names]
    names += [str(node.module) for node in nodes]
    return {path for name in names if (path := ROOT.joinpath(*name.split(".")).with_suffix(".py")).is_file()}


CLINIC = ROOT / "tests" / "clinic"
FILE_HEADING = re.compile(r"^### `(?P<name>\w+\.py)`$", re.MULTILINE)


def files_of_the_service() -> list[str]:
    return FILE_HEADING.findall(text_of(ADD_A_SERVICE))


@pytest.mark.parametrize("name", files_of_the_service())
def test_code_of_the_page_on_adding_a_service_stands_in_the_file_that_its_heading_names(name):
    code = (CLINIC / name).read_text()
    quoted = [match["code"] for match in FENCE.finditer(section(ADD_A_SERVICE, f"`{name}`"))]
    assert quoted
    assert not [block for block in quoted if block not in code]


def test_the_page_on_adding_a_service_quotes_every_class_and_function_of_the_service():
    names = [path.name for path in CLINIC.glob("*.py") if path.name not in ("__init__.py", "server.py")]
    assert sorted(files_of_the_service()) == sorted(names)
    quoted = text_of(ADD_A_SERVICE)
    for name in names:
        nodes = ast.parse((CLINIC / name).read_text()).body
        defined = [node.name for node in nodes if isinstance(node, ast.ClassDef | ast.FunctionDef)]
        missing = [each for each in defined if not re.search(rf"^(class|def) {each}\b", quoted, re.MULTILINE)]
        assert not [each for each in missing if not each.startswith("test_")]
