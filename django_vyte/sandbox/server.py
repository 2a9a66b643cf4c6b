"""Serves the WSGI application on a socket, in a thread, with HTTP/1.1 keep-alive connections."""

from __future__ import annotations

import io
import socket
import threading
from types import TracebackType
from typing import Any

from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler
from werkzeug.test import run_wsgi_app

from django_vyte.sandbox.world.errors import ConnectionDropped

# Listening everywhere is listening here; a browser cannot go to "everywhere".
EVERYWHERE = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104


class Handler(WSGIRequestHandler):
    """Answers one connection's requests.

    Werkzeug's own handler closes after each answer, waits for more input, and cannot break off an answer:
    a client that keeps its connections, and faults, need the opposite.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Reads the whole request, asks the application, sends its answer.

        A body shorter than its Content-Length is sent as it is and the connection closed, so that the client
        sees an answer that was cut off.
        """
        environ = self.make_environ()
        self.environ = environ
        environ["wsgi.input"] = io.BytesIO(self._read_body(environ))
        environ["wsgi.input_terminated"] = True
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except ConnectionDropped:
            self.close_connection = True
            return
        body = b"".join(parts)
        code, _, reason = status.partition(" ")
        self.send_response(int(code), reason)
        headers.setdefault("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            if int(code) not in (204, 304) and len(body) < int(headers["Content-Length"]):
                self.close_connection = True

    def _read_body(self, environ: dict[str, Any]) -> bytes:
        if environ.get("wsgi.input_terminated"):
            return bytes(environ["wsgi.input"].read())
        length = environ.get("CONTENT_LENGTH") or "0"
        return self.rfile.read(int(length)) if length.isdigit() else b""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Says nothing: what was asked is in ``Sandbox.requests``."""


class Server:
    """A served application; a context manager. Raises OSError when the address cannot be had."""

    def __init__(self, app: Any, host: str, port: int) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.create_server((host, port), family=family) as listener:
            self._server = TrackingServer(host, port, app, Handler, fd=listener.fileno())
        host = EVERYWHERE.get(host, host)
        shown = f"[{host}]" if ":" in host else host
        self.url = f"http://{shown}:{self._server.port}"
        self._thread = threading.Thread(target=self._serve, name="vyte-sandbox", daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        self._server.serve_forever(poll_interval=0.02)

    def close(self) -> None:
        """Stops answering, also on connections that are still open."""
        self._server.shutdown()
        self._thread.join()
        self._server.close_connections()

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class TrackingServer(ThreadedWSGIServer):
    """Remembers its open connections, so that they can be closed with it."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._open: set[socket.socket] = set()
        super().__init__(*args, **options)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Notes the connection before its thread starts."""
        self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forgets the connection once it is closed."""
        self._open.discard(request)
        super().shutdown_request(request)

    def close_connections(self) -> None:
        """Breaks off what is still open."""
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
