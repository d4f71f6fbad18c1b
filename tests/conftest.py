# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all tests share: the collection's import name, hypothesis profiles, no credentials from outside."""

from __future__ import annotations

import os
import pathlib
import sys
import types

import hypothesis

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

# A contributor's own organization is never what a test works on.
for variable in ("EC_API_KEY", "EC_ENDPOINT", "EC_ORGANIZATION_ID"):
    os.environ.pop(variable, None)

# Every run tries the same examples, so that a failure is about the change at hand, and "thorough" tries more of them;
# "searching" looks for new ones and prints how to repeat what it finds. A deadline would measure the machine.
hypothesis.settings.register_profile("default", deadline=None, derandomize=True)
hypothesis.settings.register_profile("thorough", deadline=None, derandomize=True, max_examples=300)
hypothesis.settings.register_profile("searching", deadline=None, max_examples=2000, print_blob=True)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))
