# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates and proxies, as tasks of one playbook: what a service and a proxy get to see, and what is said."""

from __future__ import annotations

import contextlib
import http.client
import http.server
import json
import socket
import ssl
import threading
import typing as t
import urllib.parse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
import trustme

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible, Run
from ansible_collections.orgops.elastic_cloud.tests.secrets.running import leaks, play
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, Reply, local_server

pytestmark = pytest.mark.playbook
KEY = "a-key-for-connections-0123456789"
PASSWORD = "of-the-proxy-0123456789"
ORGANIZATION = {"id": "1234567890", "name": "Example"}


@dataclass
class Proxy:
    """A proxy that is up: its URL, the requests that it was sent, and the bytes that it has passed on unread."""

    url: str
    asked_for: list[tuple[str, str]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    passed_on: list[bytes] = field(default_factory=list)


@contextmanager
def recording_proxy() -> Iterator[Proxy]:
    """Pass on what is sent: a tunnel for https, request by request for http."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _note(self) -> None:
            proxy.asked_for.append((self.command, self.path))
            proxy.headers.append(dict(self.headers.items()))

        def do_CONNECT(self) -> None:
            self._note()
            host, _colon, port = self.path.partition(":")
            with socket.create_connection((host, int(port)), timeout=10) as there:
                self.send_response(200)
                self.end_headers()
                back = threading.Thread(target=self._copy, args=(there, self.connection))
                back.start()
                self._copy(self.connection, there)
                back.join()
            self.close_connection = True

        def do_GET(self) -> None:
            self._note()
            target = urllib.parse.urlsplit(self.path)
            there = http.client.HTTPConnection(target.netloc, timeout=10)
            there.request("GET", target.path, headers=dict(self.headers.items()))
            body = there.getresponse().read()
            there.close()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        @staticmethod
        def _copy(here: socket.socket, there: socket.socket) -> None:
            while data := here.recv(65536):
                proxy.passed_on.append(data)
                there.sendall(data)
            with contextlib.suppress(OSError):  # is gone already
                there.shutdown(socket.SHUT_WR)

        def log_message(self, format: str, *args: t.Any) -> None:
            """Print nothing."""

    class Server(http.server.ThreadingHTTPServer):
        def handle_error(self, request: t.Any, client_address: t.Any) -> None:
            """Somebody who hangs up is no news."""

    server = Server(("127.0.0.1", 0), Handler)
    proxy = Proxy(f"http://somebody:{PASSWORD}@localhost:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def context_for(authority: trustme.CA, name: str) -> ssl.SSLContext:
    """What a server needs that is called so by an authority."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


@dataclass
class Connections:
    """What came of the tasks, by name, and what servers and proxy have seen."""

    run: Run
    results: dict[str, dict[str, t.Any]]
    plain: Local
    secure: Local
    proxy: Proxy


@pytest.fixture(scope="module")
def made(new_ansible: Callable[[], Ansible]) -> Iterator[Connections]:
    """Each task makes one request, in a way of its own."""
    ansible = new_ansible()
    authority, other = trustme.CA(), trustme.CA()
    ca_path, other_path = ansible.folder / "ca.pem", ansible.folder / "other.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    other.cert_pem.write_to_path(str(other_path))
    answer = Reply(body=json.dumps(ORGANIZATION).encode())
    with (
        local_server(answer) as plain,
        local_server(answer, tls=context_for(authority, "localhost")) as secure,
        local_server(answer, tls=context_for(authority, "api.example.com")) as misnamed,
        recording_proxy() as proxy,
    ):
        # No proxy is excepted, neither by the machine nor by the test's own settings, unless a task says so.
        direct = {"HTTP_PROXY": "", "HTTPS_PROXY": "", "NO_PROXY": "", "no_proxy": ""}
        through = direct | {"HTTP_PROXY": proxy.url, "HTTPS_PROXY": proxy.url}
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))  # and never listens
            nobody = f"http://somebody:{PASSWORD}@127.0.0.1:{closed.getsockname()[1]}"
            ways: dict[str, tuple[str, dict[str, t.Any], dict[str, str]]] = {
                "private authority": (secure.url, {"ca_path": str(ca_path)}, direct),
                "unknown authority": (secure.url, {}, direct),
                "another authority": (secure.url, {"ca_path": str(other_path)}, direct),
                "another name": (misnamed.url, {"ca_path": str(ca_path)}, direct),
                "unchecked": (secure.url, {"validate_certs": False}, direct),
                "https through proxy": (secure.url, {"ca_path": str(ca_path)}, through),
                "plain http": (plain.url, {}, through),
                "excepted": (secure.url, {"ca_path": str(ca_path)}, through | {"NO_PROXY": "127.0.0.1,localhost"}),
                "broken proxy": (secure.url, {}, direct | {"HTTPS_PROXY": nobody}),
            }
            tasks = [
                {
                    "orgops.elastic_cloud.org_info": {
                        "endpoint": url,
                        "organization_id": name.replace(" ", "-"),  # tells in the path which task it was
                        "gather": ["organization"],
                        "retries": 0,
                        **options,
                    },
                    "environment": environment,
                }
                for name, (url, options, environment) in ways.items()
            ]
            run, results = play(ansible, tasks, EC_API_KEY=KEY)
        yield Connections(run, dict(zip(ways, results, strict=True)), plain, secure, proxy)


def path(name: str) -> str:
    """Return the path of a task's request."""
    return f"/api/v1/organizations/{name.replace(' ', '-')}"


WORKING = ["private authority", "unchecked", "https through proxy", "plain http", "excepted"]


@pytest.mark.parametrize("name", WORKING)
def test_what_can_be_trusted_works(made: Connections, name: str) -> None:
    assert made.results[name]["organization"] == ORGANIZATION
    server = made.plain if name == "plain http" else made.secure
    ((_method, _target, headers),) = [one for one in server.seen if one[1] == path(name)]
    assert headers["authorization"] == f"ApiKey {KEY}"


@pytest.mark.parametrize("name", ["unknown authority", "another authority", "another name"])
def test_what_cannot_be_trusted_is_told_and_gets_nothing(made: Connections, name: str) -> None:
    message = made.results[name]["msg"]
    assert "CERTIFICATE_VERIFY_FAILED" in message
    assert "not trusted" in message
    assert "ca_path" in message
    assert path(name) not in [target for _method, target, _headers in made.secure.seen]


def test_a_certificate_that_is_not_checked_is_warned_of(made: Connections) -> None:
    assert made.run.output.count("[WARNING]: validate_certs: is false") == 1
    assert "InsecureRequestWarning" not in made.run.output


def test_only_what_is_meant_for_a_proxy_comes_there(made: Connections) -> None:
    assert made.proxy.asked_for == [("CONNECT", urllib.parse.urlsplit(made.secure.url).netloc)]


def test_a_proxy_cannot_read_what_it_passes_on(made: Connections) -> None:
    (connect,) = made.proxy.headers
    assert "Authorization" not in connect
    assert made.proxy.passed_on
    assert leaks(b"".join(made.proxy.passed_on).decode("latin-1"), [KEY]) == []


def test_a_proxy_that_is_not_there_is_told_without_its_password(made: Connections) -> None:
    message = made.results["broken proxy"]["msg"]
    assert "proxy" in message.lower()
    assert "run again" in message


def test_nothing_that_is_secret_is_shown(made: Connections) -> None:
    assert leaks(made.run.output + json.dumps(made.results), [KEY]) == []
    assert leaks(json.dumps(made.results), [PASSWORD]) == []
