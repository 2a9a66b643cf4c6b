"""Writes ``use/client-reference.md`` out of the client's code: ``python docs/client_reference.py``.

A method's docstring is its prose, then the operation in double backticks, then an example that runs. A class
says which part of Vyte's documentation it is about.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, is_typeddict
from zoneinfo import ZoneInfo

PAGE = Path(__file__).parent / "use" / "client-reference.md"
sys.path.insert(0, str(PAGE.parents[2]))

from django_vyte import client as package  # noqa: E402
from django_vyte.client import FreeTime, VyteClient, types  # noqa: E402
from django_vyte.client.resource import Resource  # noqa: E402
from django_vyte.client.types import scalars  # noqa: E402

INTRODUCTION = """\
# Client reference

<!-- Written by docs/client_reference.py out of the client's docstrings: change those. -->

Every operation of Vyte's API: how it is asked for, what is sent, what is answered. [The client](client.md) says what
holds for all of them: errors, retries, time-outs, logging.

Each example runs against [a local Vyte](../develop/sandbox.md) with every change to the package. In the examples
`vyte` is the client, as in `with VyteClient(api_key) as vyte:`, and the other names are of what a fresh local Vyte has:

- `organization_id`; `user_id` and `email` of somebody in it; `team_id` of a team
- `event_id` of a meeting in planning, `invitee_id` of somebody invited
- `nickname` of a booking page of theirs, `handle` of an appointment type on it
- `locator_id` and `locator_handle` of a locator, `location_id` of a location
- `calendar_id` of a calendar of the user, `hook_id` of a webhook, `key_id` of the API key
- `app_id` and `secret` of a third-party app
- `start` and `end`, aware datetimes an hour apart on a coming weekday, and `day`, that date

{python} are Python's, and the functions for [free times](#free-times) the package's.
"""
FREE_TIMES = """\
## Free times

`django_vyte.client` has these beside `VyteClient`.
"""
TYPES = """\
## Types

All are in `django_vyte.client.types`, for editors and type checkers: nothing is checked when a program runs, and
fields that are not listed pass through. A field that is not called required may be missing.
"""
PYTHON = {each.__name__: each for each in (date, datetime, time, timedelta, ZoneInfo)} | {"UTC": UTC}
FUNCTIONS = {name: each for name in package.__all__ if inspect.isfunction(each := getattr(package, name))}
EXAMPLES = PYTHON | FUNCTIONS
OPERATION = re.compile(r"``((?:GET|POST|PUT|DELETE) /\S*)``")
WORD = re.compile(r"\b(types\.)?(\w+)")
WIDTH = 88


@dataclass
class Method:
    """A public method of the client and the parts of its docstring, empty where it lacks one."""

    name: str  # teams.retrieve
    call: Callable[..., Any]
    prose: str = ""
    operation: str = ""  # GET /v2/teams/:team_id
    example: str = ""

    def __post_init__(self) -> None:
        prose = []
        for paragraph in re.split(r"\n\n+", inspect.getdoc(self.call) or ""):
            if found := OPERATION.fullmatch(paragraph):
                self.operation = found[1]
            elif paragraph.startswith(">>>"):
                self.example = f"{self.example}\n{paragraph}".lstrip()
            else:
                prose.append(paragraph)
        self.prose = "\n\n".join(prose)


def resources() -> dict[str, Resource]:
    """The parts of the client by their names, ``teams`` and ``v1.slots``, in the order in which it has them."""
    client = VyteClient("key")
    found = {**vars(client), **{f"v1.{name}": each for name, each in vars(client.v1).items()}}
    return {name: each for name, each in found.items() if isinstance(each, Resource)}


def methods(name: str, resource: Resource) -> list[Method]:
    """The public methods of one part of the client, in the order of the code."""
    public = [each for each in vars(type(resource)) if not each.startswith("_")]
    return [Method(f"{name}.{each}", getattr(resource, each)) for each in public]


def every_method() -> list[Method]:
    """All public methods of all parts of the client."""
    return [method for name, resource in resources().items() for method in methods(name, resource)]


def page() -> str:
    """The whole page."""
    *names, last = (f"`{name}`" for name in PYTHON)
    parts = [INTRODUCTION.format(python=f"{', '.join(names)} and {last}")]
    for name, resource in resources().items():
        parts.append(f"## `vyte.{name}`\n")
        parts.append(about(resource))
        parts += [entry(method) for method in methods(name, resource)]
    parts += [
        FREE_TIMES,
        *(entry(Method(name, each)) for name, each in FUNCTIONS.items()),
        tuple_entry(FreeTime),
    ]
    return "\n".join([*parts, TYPES, *type_entries()])


def about(resource: Resource) -> str:
    """What a class says of itself, without its name."""
    text = re.sub(r"^``[\w.]+``(: )?", "", inspect.getdoc(resource) or "")
    return markdown(f"Vyte's {text}" if text.startswith(("v1", "v2")) else text[:1].upper() + text[1:])


def entry(method: Method) -> str:
    """The section of one method, or of a function."""
    stub, seen = signature(method.call)
    parts = [f"### `{heading(method)}`\n", *([f"`{method.operation}`\n"] if method.operation else [])]
    parts += [f"```python\n{stub}\n```\n", markdown(method.prose)]
    parts += [f"```pycon\n{method.example}\n```\n"] if method.example else []
    return "\n".join([*parts, *([f"Types: {', '.join(map(link, seen))}\n"] if seen else [])])


def heading(method: Method) -> str:
    """How a method is called: ids by name, and an ellipsis for whatever goes by keyword."""
    kinds = inspect.signature(method.call).parameters.values()
    ids = [each.name for each in kinds if each.kind is each.POSITIONAL_OR_KEYWORD]
    name = method.name if method.name in FUNCTIONS else f"vyte.{method.name}"
    return f"{name}({', '.join([*ids, '…'] if len(ids) < len(kinds) else ids)})"


def signature(call: Callable[..., Any]) -> tuple[str, list[str]]:
    """The signature as Python, and the package's types in it, under the names that ``types`` has for them."""
    scope = vars(inspect.getmodule(call))
    seen: dict[str, None] = {}

    def named(word: re.Match[str]) -> str:
        name = word[2] if word[1] else known_types().get(id(scope.get(word[2])), word[2])
        seen.update({name: None} if is_known(name) else {})
        return name

    def shown(annotation: str) -> Verbatim:
        return Verbatim(WORD.sub(named, annotation))

    found = inspect.signature(call)
    parameters = [
        each.replace(
            annotation=shown(each.annotation),
            default=Verbatim("...")
            if callable(each.default) and each.default is not each.empty
            else each.default,
        )
        for each in found.parameters.values()
    ]
    answer = shown(found.return_annotation)
    stub = f"def {call.__name__}{found.replace(parameters=parameters, return_annotation=answer)}: ..."
    if len(stub) > WIDTH:
        lines = "".join(f"    {each},\n" for each in one_by_one(parameters))
        stub = f"def {call.__name__}(\n{lines}) -> {answer}: ..."
    return stub, list(seen)


class Verbatim(str):
    """An annotation that is shown as it was written, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def one_by_one(parameters: list[inspect.Parameter]) -> list[str]:
    """Parameters as texts, with the star before the first that goes by keyword only."""
    texts = [str(each) for each in parameters]
    keyword = [number for number, each in enumerate(parameters) if each.kind is each.KEYWORD_ONLY]
    return [*texts[: keyword[0]], "*", *texts[keyword[0] :]] if keyword else texts


def known_types() -> dict[int, str]:
    """The name of each type of the package by the identity of what it is."""
    found = {id(FreeTime): "FreeTime"} | {id(getattr(scalars, name)): name for name in aliases()}
    return found | {id(getattr(types, name)): name for name in types.__all__}


def is_known(name: str) -> bool:
    return name in known_types().values()


def type_entries() -> list[str]:
    """The sections of all types, aliases among them, by name."""
    found = {name: alias_entry(name, *entry) for name, entry in aliases().items()}
    for name in types.__all__:
        if is_typeddict(kind := getattr(types, name)):
            found[name] = type_entry(name, kind)
    return [text for _, text in sorted(found.items(), key=lambda item: item[0].lower())]


@cache
def aliases() -> dict[str, tuple[str, str]]:
    """The aliases of ``types.scalars``: what each stands for, and the text under it."""
    return {
        alias.target.id: (ast.unparse(alias.value), note.value.value)
        for alias, note in pairwise(ast.parse(inspect.getsource(scalars)).body)
        if isinstance(alias, ast.AnnAssign) and isinstance(note, ast.Expr)
    }


def alias_entry(name: str, meaning: str, note: str) -> str:
    return f"### {name}\n\n`{meaning}`\n\n{markdown(note)}"


def type_entry(name: str, kind: Any) -> str:
    """A TypedDict with its members."""
    lines = []
    for member, annotation in kind.__annotations__.items():
        text = spelled(annotation)
        inner = re.fullmatch(r"(Not)?Required\[(.*)\]", text)
        required = not inner[1] if inner else member in kind.__required_keys__
        lines.append(f"- `{member}`: {linked(inner[2] if inner else text)}{', required' if required else ''}")
    note = vars(kind).get("__doc__")
    return "\n".join([f"### {name}\n", *([markdown(note)] if note else []), *lines, ""])


def linked(text: str) -> str:
    """An annotation in which the package's types are links; one with quotes as code, for nothing may curl them."""
    return f"`{text}`" if "'" in text or '"' in text else re.sub(r"\w+", lambda word: link(word[0]), text)


def tuple_entry(kind: Any) -> str:
    """A named tuple with its members."""
    lines = [f"- `{name}`: {linked(spelled(each))}" for name, each in kind.__annotations__.items()]
    return "\n".join([f"### {kind.__name__}\n", markdown(kind.__doc__), *lines, ""])


def spelled(annotation: Any) -> str:
    """An annotation as it stands in the code."""
    text = getattr(annotation, "__forward_arg__", None)
    return text or re.sub(r"(\w+\.)+(?=\w)", "", inspect.formatannotation(annotation))


def link(name: str) -> str:
    return f"[{name}](#{name.lower()})" if is_known(name) else name


def markdown(text: str) -> str:
    """A docstring as Markdown: code in single backticks."""
    return f"{inspect.cleandoc(text).replace('``', '`')}\n"


if __name__ == "__main__":
    PAGE.write_text(page())
