# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The collection as automation platforms have it: ansible-runner, ansible-builder, and what the guide says of both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import Platform


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, programs: Path) -> Iterator[Platform]:
    """A platform with an emulator of its own."""
    emulator, folder = Emulator(), tmp_path_factory.mktemp("platform")
    with serve(emulator) as url:
        # From 2.21 on, ansible-core leaves the arguments of modules out of events, unless it is asked for them.
        yield Platform(
            emulator, url, folder, environment(url, folder) | {"ANSIBLE_INJECT_INVOCATION": "true"}, programs
        )
