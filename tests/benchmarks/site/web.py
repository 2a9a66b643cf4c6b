"""A web server with a thread for each connection, which stays open; prints its port and the two addresses to call."""

from __future__ import annotations

import json
import sys
import threading

import django
from django.core.wsgi import get_wsgi_application
from werkzeug.serving import ThreadedWSGIServer

django.setup()

from django_vyte.models import Webhook  # noqa: E402
from django_vyte.sandbox.server import Handler  # noqa: E402
from tests.benchmarks.site import app  # noqa: E402, F401 - the app that messages are sent with
from tests.benchmarks.site.floor import publish  # noqa: E402
from tests.benchmarks.site.team import team  # noqa: E402


def main(key: str) -> None:
    """Serve until this process is killed."""
    webhook = Webhook.objects.get(team=team(key))
    threading.Thread(target=publish, daemon=True).start()
    server = ThreadedWSGIServer("127.0.0.1", 0, get_wsgi_application(), Handler)
    paths = {
        "floor": f"/floor/{webhook.team_id}/",
        "ours": f"/vyte/webhooks/{webhook.token.get_secret_value()}/",
    }
    print(json.dumps({"port": server.port, **paths}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
