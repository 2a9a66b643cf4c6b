"""One web server process: the example project behind Werkzeug's threaded server, on a socket it is handed.

Several of these accept from one socket, as the workers of a production server do.
"""

from __future__ import annotations

import sys

from werkzeug.serving import WSGIRequestHandler, make_server

from example_project.wsgi import application


class Quiet(WSGIRequestHandler):
    """Logs no line for each request: it would show the secret addresses that Vyte calls."""

    def log_request(self, *args: object) -> None:
        pass


def main() -> None:
    descriptor, port = map(int, sys.argv[1:3])
    make_server(
        "127.0.0.1", port, application, threaded=True, request_handler=Quiet, fd=descriptor
    ).serve_forever()


if __name__ == "__main__":
    main()
