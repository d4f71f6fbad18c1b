# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The messages that the guide "Errors" explains are those that the code has."""

from __future__ import annotations

import ast
import functools
import re

import pytest

from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, ROOT

EXPLAINED = re.findall(
    r"^\*[^*\n]+\*(?:, \*[^*\n]+\*)*$", (GUIDES / "guide_errors.rst").read_text("utf-8"), re.MULTILINE
)
# What stands for something that differs from message to message
VARIABLE = re.compile(r"\.\.|\S*\[\d+\]|\d+|\b(?:deployment|project)(?:s|_ids|_names)?\b|^purge: ")


@functools.cache
def texts() -> list[str]:
    """Return the strings of all Python files, `..` for what is put into them and what differs."""
    found = []
    for path in (ROOT / "plugins").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.JoinedStr):
                found.append("".join(part.value if isinstance(part, ast.Constant) else ".." for part in node.values))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.append(node.value)
    return [VARIABLE.sub("..", text) for text in found]


@pytest.mark.parametrize("line", EXPLAINED)
def test_a_message_that_is_explained_is_one_that_the_code_has(line: str) -> None:
    parts = [
        part.strip(" :;,'")
        for message in re.findall(r"\*([^*]+)\*", line)
        for part in VARIABLE.sub("..", message).split("..")
    ]
    assert [part for part in parts if not any(part in text for text in texts())] == []
    assert sum(map(len, parts)) > 10
