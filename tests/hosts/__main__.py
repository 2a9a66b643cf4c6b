"""``python -m tests.hosts HOST``: play the story in one host project."""

from __future__ import annotations

import importlib
import os
import sys
from tempfile import TemporaryDirectory


def main(name: str) -> None:
    """Load the host's settings before anything else: they may patch the standard library."""
    os.environ["DJANGO_SETTINGS_MODULE"] = f"tests.hosts.settings.{name}"
    with TemporaryDirectory(prefix="django_vyte_host_") as folder:
        os.environ["HOST_FOLDER"] = folder
        host = importlib.import_module(os.environ["DJANGO_SETTINGS_MODULE"])
        story = importlib.import_module("tests.hosts.story")
        try:
            host.before()
            story.play(host)
        finally:
            host.clean_up()
    print(f"{name}: the story has been played.")


main(sys.argv[1])
