# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Which texts must not become variables, since Ansible takes every variable for a template, and a template can run
commands; and which cannot be encoded.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import json
import typing as t
import unicodedata
from collections.abc import Iterator

MARKS = ("{{", "{%", "{#")
HEAD = "#jinja2:"  # a text that begins with it says what its marks are, and so needs none of the three
MOST_SHOWN = 60  # characters


def what_is_unsafe(text: str, *, lines: bool = False) -> str | None:
    """Return why a text cannot stand in a definition, None where it can. White space around it does not matter.

    It is either a template to Ansible, once it is read as a variable, or holds half of a surrogate pair, which nothing
    can write down, or a control character, which no name, address or id has. lines: whether those do not matter.
    """
    text = text.strip()
    if text.startswith(HEAD) or any(mark in text for mark in MARKS):
        return (
            f"{_shown(text)} would be a template for Ansible, which can run commands: no value may contain "
            f"{', '.join(MARKS)} or begin with {HEAD}"
        )
    kinds = set() if text.isprintable() else set(map(unicodedata.category, text))
    if "Cs" in kinds:
        return f"{_shown(text)} holds half of a surrogate pair, which is no character"
    if "Cc" in kinds and not lines:
        return f"{_shown(text)} contains a control character, such as a line feed"
    return None


def unsafe_within(value: t.Any) -> Iterator[str]:
    """Yield what is unsafe about each text of a value of any kind, keys too; control characters do not matter."""
    if isinstance(value, str):
        if wrong := what_is_unsafe(value, lines=True):
            yield wrong
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from unsafe_within(key)
            yield from unsafe_within(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from unsafe_within(inner)


def encodable(value: t.Any) -> t.Any:
    """Return a value of any kind that JSON knows, such that it can be encoded: a lone half of a surrogate pair, which
    the service may have in a name, is spelt out as six characters. All other text stays as it is.
    """
    try:
        json.dumps(value, ensure_ascii=False, default=str).encode()
    except UnicodeEncodeError:
        return _spelt_out(value)
    return value


def _spelt_out(value: t.Any) -> t.Any:
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    if isinstance(value, dict):
        return {_spelt_out(key): _spelt_out(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_spelt_out(inner) for inner in value]
    return value


def _shown(text: str) -> str:
    return repr(text) if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]!r}.."
