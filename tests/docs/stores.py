# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where recipes bring files to: a store that keeps what is put into it, and git over HTTP, both with a password."""

from __future__ import annotations

import base64
import http.server
import os
import subprocess
import threading
import typing as t
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

USER, PASSWORD = "access-review", "a-password-of-the-store"
AUTHORIZATION = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"


@dataclass
class Store:
    """What is kept, by path, and what was asked for. refuses: the methods that are answered by 503."""

    url: str = ""
    kept: dict[str, bytes] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    refuses: set[str] = field(default_factory=set)


class _Handler(http.server.BaseHTTPRequestHandler):
    """Answers 401 to whoever does not log in. Keeps no connection, so that a body ends with it."""

    def _is_let_in(self) -> bool:
        if self.headers.get("Authorization") == AUTHORIZATION:
            return True
        self._reply(401, b"", ("WWW-Authenticate", 'Basic realm="here"'))
        return False

    def _reply(self, status: int, body: bytes = b"", *headers: tuple[str, str]) -> None:
        self.send_response(status)
        for name, value in (("Content-Length", str(len(body))), *headers):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def log_message(self, format: str, *args: t.Any) -> None:
        """Print nothing."""


@contextmanager
def _served(handler: type[_Handler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def store() -> Iterator[Store]:
    """Serve an empty store."""
    found = Store()

    class Handler(_Handler):
        def _answer(self) -> None:
            body = self._body()
            if not self._is_let_in():
                return
            found.asked.append((self.command, self.path))
            if self.command in found.refuses:
                self._reply(503)
            elif self.command == "PUT":
                found.kept[self.path] = body
                self._reply(201)
            elif self.path in found.kept:
                self._reply(200, found.kept[self.path])
            else:
                self._reply(404)

        do_GET = do_PUT = _answer

    with _served(Handler) as found.url:
        yield found


@contextmanager
def repository(bare: Path) -> Iterator[str]:
    """Serve a bare repository by git's own program for that; yield its URL."""

    class Handler(_Handler):
        def _answer(self) -> None:
            body = self._body()
            if not self._is_let_in():
                return
            path, _mark, query = self.path.partition("?")
            environment = os.environ | {
                "CONTENT_LENGTH": str(len(body)),
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROJECT_ROOT": str(bare.parent),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REMOTE_USER": USER,
                "REQUEST_METHOD": self.command,
            }
            answer = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE, check=True
            ).stdout
            head, _blank, content = answer.partition(b"\r\n\r\n")
            headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
            self._reply(int(headers.pop("Status", "200 OK").split()[0]), content, *headers.items())

        do_GET = do_POST = _answer

    with _served(Handler) as url:
        yield f"{url}/{bare.name}"
