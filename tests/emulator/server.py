# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator on a socket: loopback only, with connections that can be cut."""

from __future__ import annotations

import ipaddress
import socket
from typing import Any

import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .emulator import Emulator
from .middleware import Cut, Middleware


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """A listening socket. Port 0: any that is free. ValueError unless the host is this machine, whatever its name
    resolves to: the emulator hands out access to whoever asks."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    addresses = [(family, address) for family, _kind, _protocol, _name, address in found]
    if not all(ipaddress.ip_address(str(address[0])).is_loopback for _key, address in addresses):
        raise ValueError(f"the emulator listens on loopback only, and {host} is something else")
    family, address = addresses[0]
    # With the protocol named, asyncio turns off Nagle's algorithm, which costs 40 ms for each answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(address)
    listening.listen(256)
    return listening


def url_of(listening: socket.socket) -> str:
    """The URL of a listening socket, without the base path of the API."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def create_server(emulator: Emulator) -> uvicorn.Server:
    """A server to be run on a listening socket."""
    connections: dict[object, Any] = {}  # by the client's address

    class Protocol(H11Protocol):
        """Remembers its connection, since an ASGI application cannot break it."""

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            connections[tuple(transport.get_extra_info("peername")[:2])] = transport

        def connection_lost(self, exc: Exception | None) -> None:
            super().connection_lost(exc)
            connections.pop(self.client, None)

    app = Middleware(emulator)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        except Cut:
            connections[scope["client"]].abort()
            while (await receive())["type"] != "http.disconnect":
                pass

    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_level="warning",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    return uvicorn.Server(config)
