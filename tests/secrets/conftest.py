# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What would give access goes nowhere else, and what others send does no harm: modules and playbooks end to end."""

from __future__ import annotations

import contextlib
import json
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from ansible.module_utils.common import warnings

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, FakeClock, serve
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible
from ansible_collections.orgops.elastic_cloud.tests.secrets.serving import (
    KEY,
    ORGANIZATION,
    THE_OWNER,
    Call,
    Result,
    Service,
)
from ansible_collections.orgops.elastic_cloud.tests.secrets.serving import serve as serve_whatever
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    MODULES,
    Site,
    as_on_a_managed_node,
    patch_module_args,
)


@pytest.fixture(autouse=True)
def no_outer_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither proxies nor certificates of whoever runs the tests."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")


@pytest.fixture(scope="module")
def new_ansible(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Callable[[], Ansible]]:
    """Make an ansible-playbook with a folder and an emulator of its own."""
    with contextlib.ExitStack() as served:

        def make() -> Ansible:
            emulator, folder = Emulator(), tmp_path_factory.mktemp("secrets")
            url = served.enter_context(serve(emulator))
            return Ansible(emulator, folder, environment(url, folder), programs)

        yield make


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Site]:
    """An organization with nobody in it, for modules in this process; time passes only by waiting."""
    emulator = Emulator(clock=FakeClock())
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "clock", emulator.clock)
    with serve(emulator) as url:
        yield Site(emulator, url, capfd.readouterr)


@pytest.fixture
def service() -> Iterator[Service]:
    """A service with one owner."""
    with serve_whatever(Service(members=[THE_OWNER])) as serving:
        yield serving


@pytest.fixture
def call(service: Service, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Call:
    """Run a module in this process; time passes only by waiting."""
    monkeypatch.setitem(Client.__init__.__kwdefaults__, "clock", FakeClock())

    def run(module: str, *, check_mode: bool = False, **options: t.Any) -> Result:
        arguments = {"endpoint": service.url, "api_key": KEY, "organization_id": ORGANIZATION, **options}
        arguments |= {"_ansible_check_mode": check_mode, "_ansible_remote_tmp": "/nonexistent"}
        warnings._global_warnings.clear()
        with as_on_a_managed_node(), patch_module_args(arguments), pytest.raises(SystemExit):
            MODULES[module].main()
        result: Result = json.loads(capfd.readouterr().out)
        return result

    return run
