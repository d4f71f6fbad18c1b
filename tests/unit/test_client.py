# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""HTTP: what is repeated and what is not, how long is waited, what is told, and that the API key goes nowhere else."""

from __future__ import annotations

import importlib.util
import json
import pathlib
import socket
import ssl
import sys
import threading
import typing as t
import urllib.parse
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest
import requests
import trustme
import urllib3
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import client as http
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client, encode
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import (
    FOREVER,
    Emulator,
    FakeClock,
    InProcessAdapter,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Reply, local_server

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEY = "ThisIsAnApiKeyForTestsOnly/+=="
TOKEN = "5ecret-t0ken-of-an-1nvitation"
READ = ("GET", "organizations")
WRITE = ("POST", "organizations", "1", "invitations")
INVITATION_LIMIT = "organization.invitations_rate_limit_exceeded"


class Watch(FakeClock):
    """A clock that tells how long somebody slept."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    def sleep(self, seconds: float, /, *, until: threading.Event | None = None) -> None:
        self.slept.append(seconds)
        super().sleep(seconds, until=until)


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    """Neither proxies nor certificates nor credentials of whoever runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))


@pytest.fixture
def clock() -> Watch:
    """Time that stands still but for those who sleep."""
    return Watch()


def client_for(url: str, clock: Watch, **more: t.Any) -> Client:
    """A client of a local server."""
    return Client(url, KEY, **{"clock": clock, "timeout": 5, **more})


@pytest.fixture
def service(clock: Watch) -> SimpleNamespace:
    """An emulator in the same process, a client of it, and short ways to read and to write."""
    emulator = Emulator(clock=clock)
    organization = emulator.add_organization("Acme", id="1234567890")
    emulator.add_member(organization, "owner@example.com", {"organization": [{"role_id": "organization-admin"}]})
    client = Client(InProcessAdapter.url, emulator.add_key(organization), clock=clock)
    client.session.mount(InProcessAdapter.url, InProcessAdapter(emulator))
    path = ("organizations", organization.id)

    def write() -> dict[str, t.Any]:
        return client.request("POST", *path, "invitations", body={"emails": ["new@example.com"]})

    return SimpleNamespace(
        emulator=emulator,
        client=client,
        path=path,
        organization=organization,
        read=lambda: client.request("GET", *path, "members"),
        write=write,
    )


def refused(*replies: Reply, call: tuple[t.Any, ...] = READ, clock: Watch | None = None, **more: t.Any) -> ApiError:
    """The error that a client raises after these replies, without repeating anything."""
    with local_server(*replies) as server:
        client = client_for(server.url, clock or Watch(), **{"retries": 0, **more})
        with pytest.raises(ApiError) as caught:
            client.request(*call)
    return caught.value


def reply(status: int, *errors: dict[str, t.Any], **headers: str) -> Reply:
    """An answer in the vendor's form of errors."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps({"errors": errors}).encode(), named)


# --- What is repeated


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_read_is_repeated_after_a_status_that_passes(service: SimpleNamespace, status: int) -> None:
    service.emulator.fail("status", status=status, times=2)
    assert len(service.read()["members"]) == 1
    assert [entry["status"] for entry in service.emulator.log] == [status, status, 200]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "cut_within", "truncated", "html"])
def test_a_read_is_repeated_after_an_answer_that_is_broken(service: SimpleNamespace, kind: str) -> None:
    service.emulator.fail(kind, times=2)
    assert len(service.read()["members"]) == 1
    assert len(service.emulator.log) == 3


def test_a_read_is_repeated_after_an_answer_that_comes_too_late(service: SimpleNamespace) -> None:
    service.emulator.fail("delay", seconds=3600)
    assert len(service.read()["members"]) == 1
    assert len(service.emulator.log) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 501])
def test_a_read_is_not_repeated_after_a_refusal(service: SimpleNamespace, status: int) -> None:
    service.emulator.fail("status", status=status, times=FOREVER)
    with pytest.raises(ApiError) as caught:
        service.read()
    assert caught.value.status == status
    assert len(service.emulator.log) == 1


def test_a_write_is_repeated_after_429(service: SimpleNamespace) -> None:
    service.emulator.fail("status", status=429, times=3)
    assert service.write()["invitations"][0]["email"] == "new@example.com"
    assert [entry["mails"] for entry in service.emulator.log] == [[], [], [], ["new@example.com"]]


def test_a_write_is_not_repeated_where_the_limit_is_that_of_invitations(service: SimpleNamespace) -> None:
    service.emulator.fail("status", status=429, code=INVITATION_LIMIT, times=FOREVER)
    with pytest.raises(ApiError) as caught:
        service.write()
    assert caught.value.codes == [INVITATION_LIMIT]
    assert not isinstance(caught.value, LostReply)
    assert len(service.emulator.log) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("kind", ["status", "status_after"])
def test_a_write_that_may_have_happened_is_never_repeated(service: SimpleNamespace, kind: str, status: int) -> None:
    service.emulator.fail(kind, status=status)
    with pytest.raises(LostReply) as caught:
        service.write()
    assert caught.value.status == status
    assert len(service.emulator.log) == 1


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "cut_within", "truncated", "html", "html_after", "delay"])
def test_a_write_whose_reply_is_lost_is_never_repeated(service: SimpleNamespace, kind: str) -> None:
    service.emulator.fail(kind, seconds=3600 if kind == "delay" else 0)
    with pytest.raises(LostReply):
        service.write()
    assert len(service.emulator.log) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409])
def test_a_refused_write_is_not_a_lost_reply(service: SimpleNamespace, status: int) -> None:
    service.emulator.fail("status", status=status)
    with pytest.raises(ApiError) as caught:
        service.write()
    assert not isinstance(caught.value, LostReply)


class Failing(requests.adapters.BaseAdapter):
    """An adapter that fails, in one of the ways of requests, so many times before it succeeds."""

    def __init__(self, failure: Exception, times: int) -> None:
        super().__init__()
        self.failure, self.left, self.calls = failure, times, 0

    def send(self, request: requests.PreparedRequest, **_more: t.Any) -> requests.Response:
        self.calls += 1
        if self.left:
            self.left -= 1
            raise self.failure
        response = requests.Response()
        response.status_code, response._content = 200, b'{"fine": true}'
        return response

    def close(self) -> None:
        """There is nothing to close."""


def unreached(kind: str) -> Exception:
    """What requests raises when no connection was made."""
    pool: t.Any = None
    if kind == "timeout":
        reason: Exception = urllib3.exceptions.ConnectTimeoutError(pool, "too late")
        return requests.exceptions.ConnectTimeout(urllib3.exceptions.MaxRetryError(pool, "/", reason))
    reason = urllib3.exceptions.NewConnectionError(pool, "refused")
    return requests.exceptions.ConnectionError(urllib3.exceptions.MaxRetryError(pool, "/", reason))


@pytest.mark.parametrize("kind", ["timeout", "refused"])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_anything_is_repeated_where_no_connection_was_made(clock: Watch, kind: str, call: tuple[str, ...]) -> None:
    client = client_for("http://localhost", clock)
    adapter = Failing(unreached(kind), 2)
    client.session.mount("http://localhost", adapter)
    assert client.request(*call) == {"fine": True}
    assert adapter.calls == 3


def test_a_write_that_never_found_a_connection_is_no_lost_reply(clock: Watch) -> None:
    with socket.socket() as bound:  # bound but not listening: connections are refused
        bound.bind(("127.0.0.1", 0))
        client = client_for(f"http://127.0.0.1:{bound.getsockname()[1]}", clock, retries=2)
        with pytest.raises(ApiError) as caught:
            client.request(*WRITE)
    assert not isinstance(caught.value, LostReply)
    assert "refused" in str(caught.value)
    assert len(clock.slept) == 2


@pytest.mark.parametrize("cut", [-1, 1])
def test_connections_that_break_are_told_apart_over_sockets_too(clock: Watch, cut: int) -> None:
    with local_server(Reply(body=b'{"long": "enough"}', cut=cut), Reply(body=b'{"fine": true}')) as server:
        assert client_for(server.url, clock).request(*READ) == {"fine": True}
        assert len(server.seen) == 2
    with local_server(Reply(body=b'{"long": "enough"}', cut=cut)) as server:
        with pytest.raises(LostReply):
            client_for(server.url, clock).request(*WRITE)
        assert len(server.seen) == 1


def test_an_answer_that_cannot_be_decompressed_is_broken(clock: Watch) -> None:
    spoilt = Reply(body=b"no gzip", headers={"Content-Encoding": "gzip"})
    with local_server(spoilt, Reply(body=b'{"fine": true}')) as server:
        assert client_for(server.url, clock).request(*READ) == {"fine": True}
    with local_server(spoilt) as server, pytest.raises(LostReply):
        client_for(server.url, clock).request(*WRITE)


@pytest.mark.parametrize("body", [b"", b" ", b"[]", b"null", b'"text"', b"<html>", b"\xff\xfe", b'{"half'])
def test_a_read_that_is_answered_with_no_object_is_broken(clock: Watch, body: bytes) -> None:
    with local_server(Reply(body=body, headers={"Content-Type": "text/plain"})) as server:
        with pytest.raises(ApiError) as caught:
            client_for(server.url, clock, retries=1).request(*READ)
        assert len(server.seen) == 2
    assert "no JSON object (text/plain)" in str(caught.value)


def test_a_write_may_be_answered_with_nothing() -> None:
    with local_server(Reply(200, b"")) as server:
        assert client_for(server.url, Watch()).request(*WRITE) == {}


@pytest.mark.parametrize("retries", [0, 1, 5])
def test_a_request_is_repeated_as_often_as_asked_for(service: SimpleNamespace, retries: int) -> None:
    service.emulator.fail("status", status=503, times=FOREVER)
    service.client.retries = retries
    with pytest.raises(ApiError) as caught:
        service.read()
    assert caught.value.status == 503
    assert len(service.emulator.log) == retries + 1
    assert len(service.client.clock.slept) == retries


# --- How long is waited


def test_waits_grow_with_jitter_and_are_capped(service: SimpleNamespace, clock: Watch) -> None:
    service.emulator.fail("status", status=503, times=FOREVER)
    service.client.retries = 12
    with pytest.raises(ApiError):
        service.read()
    for attempt, wait in enumerate(clock.slept):
        assert min(0.25 * 2**attempt, 60) <= wait <= min(0.75 * 2**attempt, 60)
    assert clock.slept[-1] == 60
    assert len({wait / 2**attempt for attempt, wait in enumerate(clock.slept[:6])}) > 1


@pytest.mark.parametrize(
    ("headers", "wait"),
    [
        ({"Retry-After": "7"}, 7),
        ({"Retry-After": " 7.5 "}, 7.5),
        ({"Retry-After": "0"}, 0),
        ({"Retry-After": "61"}, 60),
        ({"Retry-After": "99999999999"}, 60),
        ({"Retry-After": "9" * 400}, 60),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:09 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 9),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT", "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 0),
        ({"Retry-After": "Wed, 21 Oct 2026 09:00:00 GMT", "Date": "Wed, 21 Oct 2026 07:29:00 GMT"}, 60),
    ],
)
@pytest.mark.parametrize(("status", "call"), [(429, READ), (503, READ), (429, WRITE)])
def test_the_service_is_given_the_time_that_it_asks_for_up_to_a_minute(
    clock: Watch, headers: dict[str, str], wait: float, status: int, call: tuple[str, ...]
) -> None:
    client = client_for("http://localhost", clock)
    client.session.mount("http://localhost", Scripted(Reply(status, b"", headers), Reply()))
    assert client.request(*call) == {}
    assert clock.slept == [wait]


class Scripted(requests.adapters.BaseAdapter):
    """An adapter that gives these replies in turn, the last one again and again, and keeps the requests."""

    def __init__(self, *replies: Reply) -> None:
        super().__init__()
        self.replies, self.requests = list(replies), list[requests.PreparedRequest]()

    def send(self, request: requests.PreparedRequest, **_more: t.Any) -> requests.Response:
        self.requests.append(request)
        next_one = self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]
        response = requests.Response()
        response.status_code, response._content = next_one.status, next_one.body
        response.headers.update(next_one.headers)
        return response

    def close(self) -> None:
        """There is nothing to close."""


@pytest.mark.parametrize(
    "text", ["soon", "-5", "", "5s", "Wed, 99 Oct 2026 07:28:00 GMT", f"Wed, 21 Oct {'9' * 30} 07:28:00 GMT"]
)
@pytest.mark.parametrize("date", [None, "Wed, 21 Oct 2026 07:28:00 GMT", "Wed, 21 Oct 2026 07:28:00 -0000", "noon"])
def test_a_wait_that_makes_no_sense_is_none(clock: Watch, text: str, date: str | None) -> None:
    client = client_for("http://localhost", clock)
    headers = {"Retry-After": text, **({"Date": date} if date else {})}
    client.session.mount("http://localhost", Scripted(Reply(503, b"", headers), Reply()))
    assert client.request(*READ) == {}
    assert 0.25 <= clock.slept[0] <= 0.75


@pytest.mark.parametrize("interval", ["1s", "1", "1000ms", "0m1s", " 1.0s"])
def test_the_rate_limit_is_kept_before_the_service_has_to_say_so(
    service: SimpleNamespace, clock: Watch, interval: str
) -> None:
    service.emulator.switch(rate_limit=5, rate_limit_interval=interval)
    for _number in range(23):
        service.read()
    assert [entry["status"] for entry in service.emulator.log] == [200] * 23
    assert 3.9 <= sum(clock.slept) <= 5


@pytest.mark.parametrize("changes", [{"rate_limit_interval": "now and then"}, {"rate_limit_headers": False}])
def test_a_limit_that_is_not_told_holds_nothing_back_before_429(
    service: SimpleNamespace, clock: Watch, changes: dict[str, t.Any]
) -> None:
    service.emulator.switch(rate_limit=5, **changes)
    for _number in range(5):
        service.read()
    assert clock.slept == []
    service.read()
    assert clock.slept != []
    assert service.emulator.log[5]["status"] == 429


def test_nothing_is_held_back_while_there_is_room(service: SimpleNamespace, clock: Watch) -> None:
    service.emulator.switch(rate_limit=100)
    for _number in range(50):
        service.read()
    assert clock.slept == []


def test_a_limit_is_shared_with_others_who_use_the_same_key(clock: Watch) -> None:
    client = client_for("http://localhost", clock)
    limits = {"x_ratelimit_limit": "100", "x_ratelimit_interval": "10s"}
    client.session.mount("http://localhost", Scripted(reply(200, x_ratelimit_remaining="0", **limits)))
    client.request(*READ)
    clock.advance(4)
    client.request(*READ)
    assert sum(clock.slept) == pytest.approx(6)


def test_a_late_reply_does_not_make_room_that_is_gone(clock: Watch) -> None:
    client = client_for("http://localhost", clock)
    replies = [
        Reply(headers={"x-ratelimit-limit": "9", "x-ratelimit-interval": "10s", "x-ratelimit-remaining": left})
        for left in ("1", "5")
    ]
    client.session.mount("http://localhost", Scripted(*replies))
    for _number in range(2):
        client.request(*READ)
    assert clock.slept == []
    client.request(*READ)
    assert sum(clock.slept) == pytest.approx(10)


@pytest.mark.parametrize("limit", ["0", "-1", "many", "", "9" * 400])
def test_a_limit_that_makes_no_sense_is_none(clock: Watch, limit: str) -> None:
    client = client_for("http://localhost", clock)
    headers = {"x_ratelimit_limit": limit, "x_ratelimit_interval": "10s", "x_ratelimit_remaining": "5"}
    client.session.mount("http://localhost", Scripted(reply(200, **headers)))
    for _number in range(3):
        client.request(*READ)
    assert clock.slept == []


# --- Where the key goes


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", [READ, WRITE])
def test_redirects_are_not_followed(status: int, call: tuple[str, ...]) -> None:
    with local_server() as elsewhere:
        error = refused(Reply(status, b"", {"Location": f"{elsewhere.url}/x"}), call=call, retries=3)
        assert elsewhere.seen == []
        host = urllib.parse.urlsplit(elsewhere.url).netloc
    assert error.status == status
    assert f"redirected to {host}; redirects are not followed" in str(error)
    assert not isinstance(error, LostReply)


def test_a_redirect_to_the_same_host_is_not_followed_either() -> None:
    with local_server(Reply(302, b"", {"Location": "/api/v1/elsewhere"}), Reply()) as server:
        with pytest.raises(ApiError):
            client_for(server.url, Watch()).request(*READ)
        assert len(server.seen) == 1


def test_the_key_is_sent_and_a_netrc_entry_cannot_replace_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine localhost login mallory password wrong\ndefault login mallory password wrong\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    with local_server() as server:
        # The file does have an effect on whoever does not bring credentials of their own.
        assert requests.get(server.url, timeout=5).ok
        client_for(server.url, Watch()).request(*READ)
        client_for(server.url, Watch()).request(*WRITE)
    assert server.authorizations[0].startswith("Basic ")
    assert server.authorizations[1:] == [f"ApiKey {KEY}"] * 2


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "all_proxy"])
def test_promise_27_plain_http_never_goes_through_a_proxy(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    with local_server() as server, local_server(Reply(body=b'{"proxied": true}')) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        for url in (server.url, server.url.replace("http:", "HTTP:")):
            assert client_for(url, Watch()).request(*READ) == {}
        assert (len(server.seen), len(proxy.seen)) == (2, 0)


@pytest.mark.parametrize(
    ("header", "moment"),
    [
        ("2026-12-31T12:30:00Z", "2026-12-31T12:30:00+00:00"),
        ("2026-12-31T12:30:00.123456789Z", "2026-12-31T12:30:00.123456+00:00"),
        ("2026-12-31T23:30:00-05:00", "2027-01-01T04:30:00+00:00"),
        ("2026-12-31T23:30:00+0130", "2026-12-31T22:00:00+00:00"),
        ("2026-12-31 12:30", "2026-12-31T12:30:00+00:00"),
        (" 2026-12-31 ", "2026-12-31T00:00:00+00:00"),
        ("Thu, 31 Dec 2026 12:30:00 GMT", "2026-12-31T12:30:00+00:00"),
        ("Thu, 31 Dec 2026 12:30:00 -0000", "2026-12-31T12:30:00+00:00"),
        *((text, None) for text in ("", "soon", "1798720200", "2026-13-31", "2026-12-31T25:00:00Z", "9999-99", "0")),
        ("0001-01-01T00:00:00+10:00", None),
        ("Thu, 99 Dec 2026 12:30:00 GMT", None),
    ],
)
def test_the_end_of_the_key_is_read_in_iso_8601_and_as_an_http_date(header: str, moment: str | None) -> None:
    with local_server(Reply(headers={"X-Elastic-Api-Key-Expiration": header})) as server:
        client = client_for(server.url, Watch())
        client.request(*READ)
    assert (client.key_ends and client.key_ends.isoformat()) == moment


def test_the_key_is_not_shown_to_a_proxy_that_passes_https_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with local_server(Reply(502, b"")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(ApiError):
            client_for("https://api.example.com", Watch(), retries=0).request(*READ)
    assert proxy.authorizations in ([], [None])


# --- Certificates


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    """A private certificate authority."""
    return trustme.CA()


@pytest.fixture(scope="module")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """What a server on localhost needs that this authority vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


def test_a_private_authority_is_trusted_where_it_is_named(
    authority: trustme.CA, tls: ssl.SSLContext, tmp_path: pathlib.Path
) -> None:
    ca_path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    with local_server(tls=tls) as server:
        assert client_for(server.url, Watch(), verify=str(ca_path)).request(*READ) == {}


@pytest.mark.parametrize("call", [READ, WRITE])
def test_a_certificate_that_is_not_trusted_is_told_at_once_and_no_key_is_sent(
    clock: Watch, tls: ssl.SSLContext, call: tuple[str, ...]
) -> None:
    with local_server(tls=tls) as server:
        with pytest.raises(ApiError) as caught:
            client_for(server.url, clock).request(*call)
        assert server.seen == []
    assert "ca_path" in str(caught.value)
    assert not isinstance(caught.value, LostReply)
    assert clock.slept == []


def test_another_authority_does_not_do(tls: ssl.SSLContext, tmp_path: pathlib.Path) -> None:
    ca_path = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(str(ca_path))
    with local_server(tls=tls) as server, pytest.raises(ApiError, match="CERTIFICATE_VERIFY_FAILED"):
        client_for(server.url, Watch(), verify=str(ca_path)).request(*READ)


def test_a_certificate_for_another_host_does_not_do(authority: trustme.CA, tmp_path: pathlib.Path) -> None:
    ca_path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(ca_path))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("api.example.com").configure_cert(context)
    with local_server(tls=context) as server, pytest.raises(ApiError, match="CERTIFICATE_VERIFY_FAILED"):
        client_for(server.url, Watch(), verify=str(ca_path)).request(*READ)


def test_a_file_that_is_no_certificate_is_told(tls: ssl.SSLContext, tmp_path: pathlib.Path) -> None:
    ca_path = tmp_path / "ca.pem"
    ca_path.write_text("nothing of the kind")
    with local_server(tls=tls) as server, pytest.raises(ApiError, match="ca_path"):
        client_for(server.url, Watch(), verify=str(ca_path)).request(*READ)


@pytest.mark.parametrize("words", ["DECRYPTION_FAILED_OR_BAD_RECORD_MAC", "UNEXPECTED_EOF_WHILE_READING"])
def test_a_trusted_connection_that_breaks_is_one_that_breaks(clock: Watch, words: str) -> None:
    failure = requests.exceptions.SSLError(urllib3.exceptions.SSLError(f"[SSL: {words}]"))
    client = client_for("https://localhost", clock)
    client.session.mount("https://localhost", Failing(failure, 1))
    assert client.request(*READ) == {"fine": True}
    client.session.mount("https://localhost", Failing(failure, 1))
    with pytest.raises(LostReply):
        client.request(*WRITE)


def test_certificates_need_not_be_checked_and_nothing_is_printed_about_it(tls: ssl.SSLContext) -> None:
    with local_server(tls=tls) as server, warnings.catch_warnings(record=True) as seen:
        assert client_for(server.url, Watch(), verify=False).request(*READ) == {}
    assert [str(one.message) for one in seen if "ertificate" in str(one.message)] == []


# --- What errors tell


def test_an_error_tells_everything_that_a_playbook_needs() -> None:
    error = refused(
        reply(
            404,
            {"code": "organization.not_found", "message": "no such thing", "fields": ["x"]},
            {"code": "b.second", "message": "and more"},
            x_request_id="4711",
        )
    )
    details = error.result()["error"]
    assert "no such thing; and more" in details.pop("message")
    assert details == {
        "status": 404,
        "codes": ["organization.not_found", "b.second"],
        "method": "GET",
        "path": "/organizations",
        "request_id": "4711",
    }
    assert str(error).startswith("GET /organizations: 404 organization.not_found b.second: no such thing; and more -- ")
    assert "check organization_id" in str(error)


@pytest.mark.parametrize("header", ["x-request-id", "x-cloud-request-id"])
def test_the_request_id_is_taken_from_the_header_that_is_there(header: str) -> None:
    assert refused(Reply(400, b"{}", {header: "abc"})).request_id == "abc"


def test_codes_are_in_the_header_where_the_body_has_none() -> None:
    page = Reply(
        403, b"<html><body>Nothing here</body></html>", {"x-cloud-error-codes": "root.unauthorized, other.code"}
    )
    assert refused(page).codes == ["root.unauthorized", "other.code"]


def test_codes_of_body_and_header_are_each_told_once() -> None:
    assert refused(reply(400, {"code": "a"}, {"code": "b"}, x_cloud_error_codes="b,c")).codes == ["a", "b", "c"]


@pytest.mark.parametrize(
    "body",
    [
        b"<html><h1>Bad</h1></html>",
        b"",
        b"[]",
        b'{"errors": null}',
        b'{"errors": "x"}',
        b'{"errors": [null, "x", 5]}',
        b'{"errors": [{}]}',
        b'{"errors": [{"code": null, "message": null}]}',
        b'{"errors": {"code": "x"}}',
        b"\xff\xff",
    ],
)
@pytest.mark.parametrize("status", [400, 503])
def test_an_error_without_the_vendors_form_is_told_by_its_status(body: bytes, status: int) -> None:
    error = refused(Reply(status, body))
    assert (error.status, error.codes) == (status, [])
    assert "<" not in str(error)
    assert {400: "Bad Request", 503: "Service Unavailable"}[status] in str(error)


def test_codes_and_messages_of_another_type_are_texts() -> None:
    assert refused(reply(400, {"code": 7, "message": {"a": 1}})).codes == ["7"]


@pytest.mark.parametrize(
    ("status", "code", "advice"),
    [
        (401, "root.unauthorized", "create a new one"),
        (401, "anything.else", "create a new one"),
        (403, "role_assignments.unauthorized_role_assignments", "stopped and hidden"),
        (403, "anything.else", "organization owner role"),
        (429, INVITATION_LIMIT, "sending invitations"),
        (503, "anything.else", "run again"),
    ],
)
def test_an_error_tells_what_to_do(status: int, code: str, advice: str) -> None:
    assert advice in str(refused(reply(status, {"code": code, "message": "no"})))


def test_no_answer_is_told_with_what_was_attempted() -> None:
    error = refused(Reply(cut=-1), call=("DELETE", "organizations", "1", "members", ["a", "b"]))
    assert str(error).startswith("DELETE /organizations/1/members/a,b: no answer (")
    assert (error.status, error.codes, error.request_id) == (None, [], None)


def test_a_long_message_is_cut_and_what_confuses_terminals_is_taken_out() -> None:
    error = refused(reply(400, {"code": "x", "message": "\x1b[31mred\r\n\u202eback" + "long " * 1000}))
    assert len(str(error)) < 600
    assert str(error).isprintable()


# --- Secrets


@pytest.mark.parametrize("secret", [KEY, TOKEN, urllib.parse.quote(KEY, safe="")])
def test_no_secret_is_in_any_part_of_an_error(secret: str) -> None:
    said = reply(400, {"code": f"x.{secret}", "message": f"bad {secret}!"}, x_request_id=f"id-{secret}")
    with local_server(said, Reply(302, b"", {"Location": f"https://{TOKEN}.example.com"})) as server:
        client = client_for(server.url, Watch(), retries=0)
        client.keep_secret([TOKEN])
        for _number in range(2):
            with pytest.raises(ApiError) as caught:
                client.request("DELETE", "organizations", "1", "invitations", [TOKEN, "other"], secret=True)
            text = f"{caught.value} {caught.value!r} {caught.value.result()}"
            assert KEY not in text
            assert TOKEN not in text
            assert secret not in text
            assert caught.value.path == "/organizations/1/invitations/***"
        assert server.seen[0][1] == f"/api/v1/organizations/1/invitations/{TOKEN},other"


def test_a_secret_at_the_cut_of_a_long_message_does_not_show_in_part() -> None:
    for padding in range(470, 505):
        error = refused(reply(400, {"message": "." * padding + KEY}))
        assert KEY[:4] not in str(error)


@pytest.mark.parametrize("spoilt", [f"{TOKEN}\n", f"{TOKEN},x"])
def test_a_token_that_cannot_be_sent_is_not_shown_either(spoilt: str) -> None:
    with pytest.raises(ApiError) as caught:
        client_for("http://localhost", Watch()).request("DELETE", "invitations", ["other", spoilt], secret=True)
    assert TOKEN not in f"{caught.value} {caught.value.details()}"


def test_a_broken_connection_tells_no_secret() -> None:
    with local_server(Reply(cut=-1)) as server, pytest.raises(LostReply) as caught:
        client_for(server.url, Watch()).request("DELETE", "organizations", "1", "invitations", [TOKEN], secret=True)
    assert TOKEN not in f"{caught.value} {caught.value.details()}"


def test_short_texts_are_no_secrets_since_they_would_eat_every_message() -> None:
    with local_server(reply(400, {"message": "a message"})) as server:
        client = client_for(server.url, Watch())
        client.keep_secret(["", "a", "mes"])
        with pytest.raises(ApiError, match="a message"):
            client.request(*READ)


# --- Paths


@pytest.mark.parametrize(
    ("segment", "encoded"),
    [
        ("1234", "1234"),
        ("a/b", "a%2Fb"),
        ("../..", "..%2F.."),
        ("a b?c#d%e", "a%20b%3Fc%23d%25e"),
        ("a,b", "a%2Cb"),
        ("ü@x", "%C3%BC%40x"),
        (["a", "b/c"], "a,b%2Fc"),
        (["a"], "a"),
    ],
)
def test_a_segment_stays_one_segment(segment: t.Any, encoded: str) -> None:
    assert encode(segment) == encoded


@pytest.mark.parametrize("segment", ["", ".", "..", "a\nb", "a\0", [], [""], ["a", ".."], ["a", "b,c"], ["\x7f"]])
def test_what_would_change_the_path_is_refused_before_anything_is_sent(segment: t.Any) -> None:
    with local_server() as server:
        with pytest.raises(ApiError) as caught:
            client_for(server.url, Watch()).request("DELETE", "organizations", segment)
        assert server.seen == []
    assert caught.value.codes == ["invalid_id"]


@given(segments=st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1), min_size=1))
def test_any_id_can_be_read_back_from_the_path_that_is_sent(segments: list[str]) -> None:
    adapter = Scripted(Reply())
    client = client_for("http://localhost", Watch())
    client.session.mount("http://localhost", adapter)
    if {".", ".."} & set(segments):
        return
    client.request("GET", "organizations", *segments)
    path = urllib.parse.urlsplit(adapter.requests[0].url or "").path
    assert [urllib.parse.unquote(part) for part in path.split("/")] == ["", "api", "v1", "organizations", *segments]


# --- What is sent besides


def test_the_user_agent_names_the_collection_in_the_version_of_galaxy_yml() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    with local_server() as server:
        client_for(server.url, Watch()).request(*READ)
    (_method, target, headers) = server.seen[0]
    assert headers["user-agent"] == f"{galaxy['namespace']}.{galaxy['name']}/{galaxy['version']}"
    assert headers["accept"] == "application/json"
    assert target == "/api/v1/organizations"


def test_a_body_is_json_and_a_connection_is_kept() -> None:
    with local_server() as server:
        client = client_for(server.url, Watch())
        for _number in range(2):
            client.request(*WRITE, body={"emails": ["ü@example.com"]})
    assert {headers["content-type"] for _method, _target, headers in server.seen} == {"application/json"}
    assert len(server.seen) == 2


def test_a_request_has_the_timeout_that_was_asked_for(service: SimpleNamespace, clock: Watch) -> None:
    service.emulator.fail("delay", seconds=29)
    service.read()
    assert clock.slept == [29]


def test_the_module_can_be_imported_without_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "requests", None)
    spec = importlib.util.spec_from_file_location("client_without_requests", http.__file__)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert isinstance(module.REQUESTS_ERROR, ImportError)
    assert http.REQUESTS_ERROR is None


def test_replies_are_kept_apart_when_threads_share_a_client(service: SimpleNamespace) -> None:
    service.emulator.switch(rate_limit=4)
    with ThreadPoolExecutor(4) as pool:
        replies = list(pool.map(lambda _number: service.read(), range(20)))
    assert len(replies) == 20
    assert all(one == replies[0] for one in replies)
