# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One server for all tests, and for each of them a service of its own in it, in which time passes only by waiting."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import KEPT_SECRET
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, FakeClock, Switches, serve
from ansible_collections.orgops.elastic_cloud.tests.unit.emulator.exchanges import held_to_the_facts
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import Site


@pytest.fixture(scope="session")
def server():
    """An emulator and its URL."""
    emulator = Emulator(clock=FakeClock())
    with serve(emulator) as url:
        yield emulator, url


@pytest.fixture(autouse=True)
def facts():
    """What modules ask for is in a contract, and so is what they are answered; a test may clear what it wanted so."""
    with held_to_the_facts(ours=True) as faults:
        yield faults
    assert faults == []


@pytest.fixture
def site(server, request, monkeypatch, capfd):
    """An organization with nobody in it; a parameter holds switches of the emulator."""
    emulator, url = server
    emulator.load({"clock_offset": 0})
    emulator.heal()
    emulator.rng.seed(0)
    emulator.switches = Switches(**getattr(request, "param", {}))
    # The client waits by the emulator's clock.
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "clock", emulator.clock)
    # As by the action plugin of org_api_key.
    monkeypatch.setenv(KEPT_SECRET, "1")
    # No proxy of the machine is on the way to the loopback.
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Site(emulator, url, capfd.readouterr)
