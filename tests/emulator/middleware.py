# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every request passes before and after the operation that it asks for: log, faults, limits, credentials."""

from __future__ import annotations

import asyncio
import re

from fastapi import Response
from starlette.types import Message, Receive, Scope, Send

from .answers import BASE_PATH, answer, refusal
from .app import api
from .control import control
from .emulator import Emulator
from .faults import Fault
from .refusals import Refused

CONTROL_PATH = "/_emulator"
PAGE = b"<!DOCTYPE html><html><head><title>Error</title></head><body><h1>Something is not right</h1></body></html>"


class Cut(Exception):
    """The connection is to be broken here. Whoever runs the application does it; see `server` and `testing`."""


class Middleware:
    """The emulator as an ASGI application.

    It needs no event loop as long as nothing waits: `testing.InProcessAdapter` relies on that. How to wait for a late
    answer is taken from the scope, `emulator.sleep`, if the server has its own way.
    """

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].partition(b"?")[0].decode("latin-1")
        if path.startswith(CONTROL_PATH + "/"):
            path = scope["path"].removeprefix(CONTROL_PATH)
            await control({**scope, "path": path, "emulator": self.emulator}, receive, send)
            return
        body = await _body(receive)
        emulator = self.emulator
        with emulator.lock:
            entry, fault, delay = emulator.begin(scope["method"], path, scope["query_string"].decode("latin-1"), body)
            try:
                headers = emulator.count()
                headers["x-request-id"] = f"{emulator.rng.getrandbits(128):032x}"
                response = None
                if fault is None or fault.happens:
                    response = await self._respond(scope, path, body)
                    emulator.took_effect(entry)
                response = _spoilt(response, fault)
                if response is not None:
                    response.headers.update(headers)
                    entry["status"] = response.status_code
                    entry["codes"] = re.findall("[^,]+", response.headers.get("x-cloud-error-codes", ""))
            except BaseException:
                emulator.end()
                raise
        try:
            if delay:
                await scope.get("emulator.sleep", asyncio.sleep)(delay)
            if response is None:
                raise Cut
            if fault is not None and fault.kind == "cut_within":
                await _send_half(response, send)
                raise Cut
        finally:
            emulator.end()
        await response(scope, receive, send)

    async def _respond(self, scope: Scope, path: str, body: bytes) -> Response:
        """Let the operation happen, if it may."""
        try:
            self.emulator.keep_limits(len(path))
            if not path.startswith(BASE_PATH + "/"):
                raise Refused(404, "root.resource_not_found")
            headers = dict(scope["headers"])
            key = self.emulator.authenticate(headers.get(b"authorization", b"").decode("latin-1"))
        except Refused as refused:
            return refusal(refused)
        inner = {**scope, "path": path.removeprefix(BASE_PATH), "service": self.emulator, "key": key}
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: Message) -> None:
            sent.append(message)

        await api(inner, receive, send)
        response = Response(b"".join(message.get("body", b"") for message in sent), sent[0]["status"])
        response.raw_headers = sent[0]["headers"]
        response.headers.update(self.emulator.key_headers(key))
        return response


async def _body(receive: Receive) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


def _spoilt(response: Response | None, fault: Fault | None) -> Response | None:
    """What a fault leaves of an answer."""
    if fault is None or fault.kind == "cut_within":
        return response
    if fault.kind in ("cut_before", "cut_after"):
        return None
    if response is not None and fault.kind == "truncated":
        half = bytes(response.body[: len(response.body) // 2])
        return Response(half, response.status_code, media_type="application/json")
    status = fault.status or {"status": 503, "status_after": 502}.get(fault.kind, 200)
    if fault.page or fault.kind in ("html", "html_after"):
        spoilt = Response(PAGE, status, media_type="text/html")
    elif fault.reply is not None:
        spoilt = answer(fault.reply, status)
    else:
        spoilt = refusal(Refused(status, fault.code))
    spoilt.headers.update(fault.headers)
    if fault.retry_after is not None:
        spoilt.headers["retry-after"] = str(fault.retry_after)
    return spoilt


async def _send_half(response: Response, send: Send) -> None:
    """The head announces the whole body, but half of it comes."""
    await send({"type": "http.response.start", "status": response.status_code, "headers": response.raw_headers})
    half = bytes(response.body[: len(response.body) // 2])
    await send({"type": "http.response.body", "body": half, "more_body": True})
