# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service that lists whatever a test tells it to, as the emulator would not, and records each request as it came."""

from __future__ import annotations

import http.server
import json
import threading
import typing as t
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

ORGANIZATION = "1234567890"
HOME = f"/api/v1/organizations/{ORGANIZATION}"
KEY = "a-key-for-hostile-data-0123456789"
Result = dict[str, t.Any]
Call = Callable[..., Result]
OWNER = {"organization": [{"role_id": "organization-admin", "organization_id": ORGANIZATION}]}
VIEWER = {"deployment": [{"role_id": "deployment-viewer", "all": True}]}
THE_OWNER = {"user_id": "1", "email": "owner@example.com", "role_assignments": OWNER}
OWNER_ENTRY = {"email": "owner@example.com"}
PURGE = {"members": [OWNER_ENTRY], "purge": True, "max_removals": "100%"}
# A call of each module that reads everything it can.
READING: dict[str, dict[str, t.Any]] = {
    "org_info": {"gather": ["organization", "members", "invitations", "team"]},
    "org_invitation": {"emails": "new@example.com"},
    "org_member": {"email": "new@example.com", "role_assignments": VIEWER},
    "org_team": PURGE,
}


@dataclass
class Service:
    """What it lists, or the reply in its place; and what it was sent: request lines and bodies of writes, in order."""

    members: list[t.Any] = field(default_factory=list)
    invitations: list[t.Any] = field(default_factory=list)
    replies: dict[str, bytes] = field(default_factory=dict)  # to readings, by the end of the path
    answer: bytes | None = None  # to writes
    url: str = ""
    reads: list[str] = field(default_factory=list)
    writes: list[tuple[str, t.Any]] = field(default_factory=list)

    def reply(self, path: str) -> bytes:
        """Return the answer to a reading."""
        for end, reply in self.replies.items():
            if path.endswith(end):
                return reply
        for kind in ("members", "invitations"):
            if path.endswith(f"/{kind}"):
                return json.dumps({kind: getattr(self, kind)}).encode()
        return json.dumps({"id": ORGANIZATION, "name": "Example"}).encode()

    def take_effect(self, method: str, path: str, body: t.Any) -> bytes:
        """Do what a write asks for, as far as the lists are concerned; return the answer."""
        if self.answer is not None:
            return self.answer
        if method == "POST" and path.endswith("/invitations"):
            made = [{"email": email, "token": f"new-{email}", **body} for email in body["emails"]]
            self.invitations += made
            return json.dumps({"invitations": made}).encode()
        return b"{}"


@contextmanager
def serve(service: Service) -> Iterator[Service]:
    """Serve on a free loopback port while the context lasts."""
    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # head and body together

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            sent = self.rfile.read(length)
            method, target, _version = self.requestline.split(" ")
            with lock:
                if method == "GET":
                    service.reads.append(target)
                    answer = service.reply(target)
                else:
                    body = json.loads(sent) if sent else None
                    service.writes.append((f"{method} {target}", body))
                    answer = service.take_effect(method, target, body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_DELETE = _answer

        def log_message(self, format: str, *args: t.Any) -> None:
            """Print nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def member(number: int, **details: t.Any) -> dict[str, t.Any]:
    """Somebody with one role, as the service lists them."""
    return {"user_id": f"u{number}", "email": f"m{number}@example.com", "role_assignments": VIEWER, **details}


def invitation(number: int, **details: t.Any) -> dict[str, t.Any]:
    """An invitation, as the service lists it."""
    return {"token": f"token-{number}", "email": f"i{number}@example.com", "role_assignments": VIEWER, **details}
