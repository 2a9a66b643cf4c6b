"""Running a command and seeing what it said."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass
class Said:
    """What a command wrote, and the message it failed with; empty when it did not."""

    out: str
    err: str
    failure: str


@pytest.fixture
def manage() -> Callable[..., Said]:
    """``manage("vyte_sync", "--group", "g")``"""

    def run(*arguments: str, **options: object) -> Said:
        out, err, failure = io.StringIO(), io.StringIO(), ""
        try:
            call_command(*arguments, stdout=out, stderr=err, **options)
        except CommandError as error:
            failure = str(error)
        return Said(out.getvalue(), err.getvalue(), failure)

    return run
