# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What is wrong with the variables of the hosts of a play, which stand for organizations.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Collection, Iterable, Mapping

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import did_you_mean, plain

PREFIX = "org_team_"
PREFIXES = (PREFIX, "org_sso_", "org_access_review_")  # one for each role
ORGANIZATION = f"{PREFIX}organization_id"
# What our own roles leave behind under their prefixes.
LEFT_BEHIND = frozenset({"org_team_result", "org_sso_result", "org_access_review_result"})


class Host(t.NamedTuple):
    """A host: its organization, None where that cannot be known, and the names of its variables with our prefixes."""

    organization: str | None
    names: Collection[str]


def faults(
    hosts: Mapping[str, Host], in_play: Collection[str], in_group: Collection[str], known: Collection[str]
) -> dict[str, list[str]]:
    """Return what is wrong with each host of the play, those alone with which something is.

    Two hosts with one organization are a fault where both are in the play, or both in the group.
    """
    neighbours = [_by_organization(hosts, names) for names in (in_play, in_group)]
    found: dict[str, list[str]] = {}
    for name in in_play:
        host, wrong = hosts[name], []
        if host.organization == "":
            wrong.append(f"{ORGANIZATION} is blank.")
        elif host.organization is not None:
            alike = [one.get(host.organization, []) for one in neighbours]
            names = dict.fromkeys(one for group in alike if name in group for one in group)
            if len(names) > 1:
                wrong.append(
                    f"These hosts have the same {ORGANIZATION}, {host.organization}: {', '.join(names)}. Give "
                    "each organization one host, otherwise one definition undoes the other."
                )
        wrong += [
            f"{variable} is not a variable of this role{_nearest(variable, known)}."
            for variable in sorted(set(host.names) - set(known))
        ]
        if wrong:
            found[name] = [plain(text) for text in wrong]
    return found


def _nearest(variable: str, known: Iterable[str]) -> str:
    """Return which variable of the same role may be meant, or the empty string."""
    prefix = next(one for one in PREFIXES if variable.startswith(one))
    return did_you_mean(variable, [name for name in known if name.startswith(prefix)], prefix=prefix)


def _by_organization(hosts: Mapping[str, Host], names: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name in names:
        if organization := hosts[name].organization:
            found.setdefault(organization, []).append(name)
    return found
