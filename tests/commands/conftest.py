"""Runs a command and captures its output."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


@dataclass
class Said:
    """What a command wrote, the message it failed with, empty when it did not, and its exit code."""

    out: str
    err: str
    failure: str
    code: int


@pytest.fixture
def manage() -> Callable[..., Said]:
    """``manage("vyte_sync", "--group", "g")``"""

    def run(*arguments: str, **options: object) -> Said:
        out, err, failure, code = io.StringIO(), io.StringIO(), "", 0
        try:
            call_command(*arguments, stdout=out, stderr=err, **options)
        except CommandError as error:
            failure, code = str(error), error.returncode
        return Said(out.getvalue(), err.getvalue(), failure, code)

    return run
