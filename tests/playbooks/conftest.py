# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role and playbook as their users have them: ansible-playbook as a process, and the emulator over HTTP.

A run takes seconds, so the tests of a file share runs: each host of an inventory is a case with an organization of its
own.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.emulator.emulator import Emulator
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import serve
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible


@pytest.fixture(scope="session")
def emulator_url() -> Iterator[tuple[Emulator, str]]:
    """One emulator for all tests; each works on organizations of its own."""
    emulator = Emulator()
    with serve(emulator) as url:
        yield emulator, url


@pytest.fixture(scope="module")
def ansible(emulator_url: tuple[Emulator, str], tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Ansible:
    """ansible-playbook, normally that of the Python that runs the tests."""
    emulator, url = emulator_url
    folder = tmp_path_factory.mktemp("ansible")
    return Ansible(emulator, folder, environment(url, folder), programs)
