"""A site whose requests each leave a message for the broker, which is a file here and takes its time."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django_vyte.jobs.publishing import Message, Publisher


def publish(message: Message) -> None:
    time.sleep(0.1)
    with Path(os.environ["PUBLISHED"]).open("a") as broker:
        print(message.task, file=broker)


publisher = Publisher(publish)


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    publisher.send(Message(environ["PATH_INFO"], ()), at_once=False)
    start_response("200 OK", [("Content-Length", "0")])
    return [b""]
