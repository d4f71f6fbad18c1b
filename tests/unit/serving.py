# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Small servers on loopback that answer what a test tells them to, well-formed or not."""

from __future__ import annotations

import http.server
import ssl
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Reply:
    """One answer. cut: None, or after how many bytes of the body the connection is closed; -1: before any byte."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


@dataclass
class Local:
    """A server that is up: its URL and what it was asked, as method, target and headers, and in bodies."""

    url: str
    bodies: list[bytes] = field(default_factory=list)
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

    @property
    def authorizations(self) -> list[str | None]:
        """The credentials of each request."""
        return [headers.get("authorization") for _method, _target, headers in self.seen]


@contextmanager
def local_server(*replies: Reply, tls: ssl.SSLContext | None = None) -> Iterator[Local]:
    """Serve these replies in turn, the last one again and again."""
    left = list(replies) or [Reply()]

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            local.bodies.append(self.rfile.read(int(self.headers.get("Content-Length") or 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            local.seen.append((self.command, self.path, headers))
            reply = left.pop(0) if len(left) > 1 else left[0]
            self.close_connection = reply.cut is not None
            if reply.cut == -1:
                return
            self.send_response(reply.status)
            for name, value in {"Content-Length": str(len(reply.body)), **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body[: reply.cut])

        do_GET = do_POST = do_PATCH = do_DELETE = _answer

        def log_message(self, format: str, *args: t.Any) -> None:
            """Print nothing."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: t.Any, client_address: t.Any) -> None:
            """A client that does not trust the certificate hangs up; that is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    if tls:
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    local = Local(f"{'https' if tls else 'http'}://localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield local
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
