# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests share: the collection's import name, Ansible's programs, hypothesis profiles, no credentials of a user."""

from __future__ import annotations

import os
import pathlib
import sys
import types

import hypothesis
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]


def _alias_collection() -> None:
    """Let `ansible_collections.orgops.elastic_cloud` be this checkout, whatever its directory is called."""
    name = ""
    for part in ("ansible_collections", "orgops", "elastic_cloud"):
        parent, name = name, f"{name}.{part}".lstrip(".")
        package = types.ModuleType(name)
        package.__path__ = [str(ROOT)] if part == "elastic_cloud" else []
        sys.modules[name] = package
        if parent:
            setattr(sys.modules[parent], part, package)


# ansible-test brings a loader of its own.
if "ansible_pytest_collections" not in sys.modules:
    _alias_collection()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let tests that start Ansible's programs take them from another virtual environment, as `make cores` does."""
    beside = pathlib.Path(sys.executable).parent
    parser.addoption("--programs", type=pathlib.Path, default=beside, help="the folder of ansible-playbook")


@pytest.fixture(scope="session")
def programs(pytestconfig: pytest.Config) -> pathlib.Path:
    """Where Ansible's programs are: beside the Python that runs the tests, or where the option says."""
    found: pathlib.Path = pytestconfig.getoption("--programs")
    return found


# A contributor's own organization is never what a test works on.
for variable in ("EC_API_KEY", "EC_ENDPOINT", "EC_ORGANIZATION_ID"):
    os.environ.pop(variable, None)

# Every run tries the same examples, so that a failure is about the change at hand, and "thorough" tries more of them;
# "searching" looks for new ones and prints how to repeat what it finds. A deadline would measure the machine.
hypothesis.settings.register_profile("default", deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=300)
hypothesis.settings.register_profile("searching", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
