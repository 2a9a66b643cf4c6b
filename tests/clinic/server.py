"""A clinic on a free port of this machine, for the tests."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ClinicServer:
    """``GET /appointments/:id`` from ``appointments``; ``asked`` has the ids, ``failing`` answers 503."""

    def __init__(self) -> None:
        self.appointments: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.tokens: set[str] = set()
        self.failing = False
        clinic = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                clinic_id = self.path.rpartition("/")[2]
                clinic.asked.append(clinic_id)
                clinic.tokens.add(self.headers["Authorization"])
                found = clinic.appointments.get(clinic_id)
                status = 503 if clinic.failing else 200 if found else 404
                body = json.dumps(found if status == 200 else {}).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: Any) -> None:
                """Tests print nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def change(self, clinic_id: str, status: str) -> None:
        """Somebody makes or changes an appointment."""
        version = self.appointments.get(clinic_id, {"version": 0})["version"] + 1
        self.appointments[clinic_id] = {
            "patient": f"Patient {clinic_id}",
            "status": status,
            "version": version,
        }

    def close(self) -> None:
        """Let go of the port."""
        self._server.shutdown()
        self._server.server_close()
