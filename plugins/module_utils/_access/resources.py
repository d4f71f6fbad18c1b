# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What roles are on: deployments and projects, and what they are called.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import functools
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Path = tuple[str, ...]

# The scopes whose resources the service lists, with their names; for other types of projects it publishes no list.
LISTED: tuple[Path, ...] = (
    ("deployment",),
    ("project", "elasticsearch"),
    ("project", "observability"),
    ("project", "security"),
)


class Resource(t.NamedTuple):
    """A deployment or a project. scope: where it stands in role assignments. Names are not unique."""

    scope: Path
    id: str
    name: str


@dataclass(frozen=True)
class Names:
    """What resources are called, as far as their lists were asked for.

    lists: by scope, what its list has; unread: by scope, why a list that is needed is not known, or not to its end;
    blank where that is told elsewhere.
    """

    lists: Mapping[Path, Sequence[Resource]] = field(default_factory=dict)
    unread: Mapping[Path, str] = field(default_factory=dict)

    def ids(self, scope: Path, name: str) -> list[str]:
        """Return the ids of those that have exactly this name, white space around it aside, in order."""
        return self._ids.get((scope, name), [])

    def known(self, scope: Path) -> list[str]:
        """Return all names in a scope."""
        return [name for where, name in self._ids if where == scope]

    def name(self, scope: Path, resource: str | None) -> str | None:
        """Return what the resource with an id is called; None where that is not known."""
        return self._names.get((scope, resource or ""))

    @functools.cached_property
    def _ids(self) -> dict[tuple[Path, str], list[str]]:
        found: dict[tuple[Path, str], set[str]] = {}
        for one in self._all:
            found.setdefault((one.scope, one.name.strip()), set()).add(one.id)
        return {key: sorted(ids) for key, ids in found.items()}

    @functools.cached_property
    def _names(self) -> dict[tuple[Path, str], str]:
        return {(one.scope, one.id): one.name for one in self._all if one.name}

    @property
    def _all(self) -> list[Resource]:
        return [one for listed in self.lists.values() for one in listed]
