# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator for tests in Python: over HTTP, or in the same process without sockets."""

from __future__ import annotations

import io
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import get_encoding_from_headers
from starlette.types import Message

from .clock import Clock, FakeClock
from .emulator import Emulator
from .faults import FOREVER, Fault, Hook, Mix
from .middleware import Cut, Middleware
from .server import create_server, listen, url_of
from .switches import Switches

__all__ = ["FOREVER", "Clock", "Emulator", "FakeClock", "Fault", "Hook", "InProcessAdapter", "Mix", "Switches", "serve"]


@contextmanager
def serve(emulator: Emulator) -> Iterator[str]:
    """Serve on a free loopback port while the context lasts; gives the URL, without `/api/v1`."""
    server = create_server(emulator)
    with listen() as listening:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.001)
            yield url_of(listening)
        finally:
            server.should_exit = True
            thread.join()


class InProcessAdapter(BaseAdapter):
    """Lets a session of requests talk to an emulator in the same process: `session.mount(adapter.url, adapter)`.

    The application is the one that is served over HTTP; sockets and event loop are left out. A cut connection is a
    `ConnectionError`, one that is cut within the answer a `ChunkedEncodingError`, and an answer that is later than the
    timeout a `ReadTimeout`; to wait is to call `sleep` of the emulator's clock. Usable from several threads.
    """

    url = "https://emulator.example.com"

    def __init__(self, emulator: Emulator) -> None:
        super().__init__()
        self._emulator = emulator
        self._app = Middleware(emulator)

    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        """One request and its answer."""
        parts = urlsplit(request.url or "")
        body = request.body or b""
        body = body.encode() if isinstance(body, str) else body
        read_timeout = timeout[1] if isinstance(timeout, tuple) else timeout

        async def sleep(seconds: float) -> None:
            late = read_timeout is not None and seconds >= read_timeout
            self._emulator.clock.sleep(read_timeout if late else seconds)
            if late:
                raise requests.exceptions.ReadTimeout("the emulator answers too late", request=request)

        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": parts.scheme,
            "path": parts.path,
            "raw_path": parts.path.encode("latin-1"),
            "query_string": parts.query.encode("latin-1"),
            "root_path": "",
            "headers": [(_bytes(name).lower(), _bytes(value)) for name, value in request.headers.items()],
            "client": ("127.0.0.1", 0),
            "server": (parts.hostname, parts.port),
            "emulator.sleep": sleep,
        }
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        try:
            _run(self._app(scope, receive, send))
        except Cut:
            if sent:
                raise requests.exceptions.ChunkedEncodingError("cut within the answer", request=request) from None
            raise requests.exceptions.ConnectionError("cut", request=request) from None
        return self._response(request, sent)

    def _response(self, request: requests.PreparedRequest, sent: list[Message]) -> requests.Response:
        response = requests.Response()
        response.status_code = sent[0]["status"]
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent[0]["headers"]}
        response.headers = CaseInsensitiveDict(headers)
        response.encoding = get_encoding_from_headers(response.headers)
        response.raw = io.BytesIO(b"".join(message.get("body", b"") for message in sent))
        response.url = request.url or ""
        response.request = request
        response.connection = self  # type: ignore[assignment]
        return response

    def close(self) -> None:
        """There is nothing to close."""


def _bytes(text: str | bytes) -> bytes:
    return text.encode("latin-1") if isinstance(text, str) else text


def _run(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run something asynchronous that never waits, without an event loop."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("the application waited for something that only an event loop can bring")
