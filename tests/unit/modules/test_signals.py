# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that gets a signal ends writing, and says so in its result."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Site, codes, viewer

SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"]
EMAILS = [f"p{number:02}@example.com" for number in range(30)]
TEAM: dict[str, Any] = {
    "members": [
        {"email": "owner@example.com", "role_assignments": OWNER},
        *({"email": email, "role_assignments": viewer("b")} for email in EMAILS),
    ],
    "concurrency": 1,
}


@pytest.fixture
def sends(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Callable[[], None]]:
    """Makes something that sends a signal to the thread that runs the module, and waits until it has arrived."""
    arrived = threading.Event()
    stop = Client.stop

    def noted(client: Client, why: str) -> None:
        stop(client, why)
        arrived.set()

    monkeypatch.setattr(Client, "stop", noted)
    thread = threading.main_thread().ident
    assert thread is not None

    def make(name: str) -> Callable[[], None]:
        def send() -> None:
            signal.pthread_kill(thread, signal.Signals[name])
            assert arrived.wait(30)

        return send

    return make


def prepare(site: Site) -> None:
    site.member("owner@example.com", OWNER)
    for email in EMAILS:
        site.member(email, viewer("a"))


@pytest.mark.parametrize("name", SIGNALS)
def test_promise_21_a_signal_ends_writing(site, sends, name):
    prepare(site)
    site.emulator.before(sends(name), method="POST", nth=5)
    before = signal.getsignal(signal.Signals[name])
    result = site.run("org_team", **TEAM)
    assert len(site.writes) == 5
    assert f"The signal {name} ended the run" in result["msg"]
    assert result["changed"]
    assert codes(result) == {email: ["not_attempted"] for email in EMAILS}  # of nobody the old role was taken
    assert [site.roles(email) for email in EMAILS] == [viewer("a", "b")] * 5 + [viewer("a")] * 25
    assert signal.getsignal(signal.Signals[name]) == before
    site.emulator.heal()
    assert site.succeed("org_team", **TEAM)["summary"]["updated"] == 30


def test_what_is_read_when_a_signal_comes_is_read_to_its_end(site, sends):
    prepare(site)
    site.emulator.before(sends("SIGINT"), method="GET", nth=1)
    result = site.run("org_team", **TEAM)
    assert site.writes == []
    assert not result["changed"]
    assert len(result["failures"]) == 30
    assert "The signal SIGINT ended the run" in result["msg"]


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_that_was_to_be_ignored_is(site, monkeypatch, name):
    prepare(site)
    number = signal.Signals[name]
    before = signal.signal(number, signal.SIG_IGN)  # as nohup does it, and a shell for what runs in the background
    try:
        thread = threading.main_thread().ident
        site.emulator.before(lambda: signal.pthread_kill(thread, number), method="POST", nth=5)
        assert site.succeed("org_team", **TEAM)["summary"]["updated"] == 30
        assert signal.getsignal(number) is signal.SIG_IGN
    finally:
        signal.signal(number, before)
