# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-test needs, which runs the tests of this directory with a pytest configuration of its own."""

from __future__ import annotations

import sys

import pytest


def pytest_configure(config: pytest.Config) -> None:
    """Make the markers known that are registered in pyproject.toml, and leave out slow tests, as `make unit` does."""
    if "ansible_pytest_collections" in sys.modules:
        config.addinivalue_line("markers", "slow: only in `make test-all`")
        config.option.markexpr = "not slow"
