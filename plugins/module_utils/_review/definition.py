# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The definition as a review has it: who is defined, by which entry, and with which notes for people.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NO_NAMES, Grants, from_input
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    People,
    Selection,
    email_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_roles
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import (
    Desired,
    check_ignored,
    entries_in,
    parse_team,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. until, ends: how long it holds, as it is written and as a moment; notes: what it has for people."""

    desired: Desired
    until: str | None = None
    ends: dt.datetime | None = None
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def groups(self) -> set[str]:
        """The groups that it names."""
        return {given.group for given in self.desired.given if given.group is not None}


@dataclass(frozen=True)
class Definition:
    """A team definition. entries: by the key of the email, none where it has faults; groups: what each gives;
    sha256: of what is written; size: how many entries and groups there are.
    """

    entries: Mapping[str, Entry] = field(default_factory=dict)
    groups: Mapping[str, Grants] = field(default_factory=dict)
    faults: tuple[str, ...] = ()
    sha256: str = ""
    size: tuple[int, int] = (0, 0)


def read_definition(
    members: Sequence[t.Any],
    groups: Mapping[str, t.Any],
    ignore: Sequence[t.Any],
    organization_id: str,
    people: People,
    now: dt.datetime,
    unknown_roles: str = "fail",
    names: Names = NO_NAMES,
) -> Definition:
    """Return a definition as org_team would read it for these people; what org_team would refuse is its faults.

    members, groups, ignore: as the options have them; unknown_roles: `fail` or `warn`; names: what resources are
    called, in the scopes that `names_in_team` tells.
    """
    findings = Findings()
    team = parse_team(list(members), groups, organization_id, now, findings, unknown_roles, names)
    ignored = Selection.from_input(ignore, "ignore", findings)
    check_ignored(team, ignored, findings)
    check_roles(team, people, unknown_roles, findings)
    for one in team:
        for member in people.find(one.email).members:
            if place := ignored.naming(None, member.user_id):
                findings.problem(one.where, f"{place} names this person too; take the person out of one of them")
    written = json.dumps([members, groups, ignore], sort_keys=True, default=str, ensure_ascii=True)
    sha256, size = hashlib.sha256(written.encode()).hexdigest(), (len(list(entries_in(members))), len(groups))
    if faults := (*findings.problems, *findings.unresolved):
        return Definition(faults=faults, sha256=sha256, size=size)
    given = {
        str(name): from_input(value or {}, str(name), findings, unknown_scopes=unknown_roles, names=names).grants
        for name, value in groups.items()
    }
    entries = {}
    for one in team:
        entries[email_key(one.email or "")] = Entry(one, _until(one.ends), one.ends, one.notes)
    return Definition(entries, given, (), sha256, size)


def _until(ends: dt.datetime | None) -> str | None:
    """Return an end as the document has it: a day where that is what is meant, else a moment, both in UTC."""
    if ends is None:
        return None
    ends = ends.astimezone(dt.timezone.utc)
    return f"{ends:%Y-%m-%d}" if ends.time() == dt.time.max else f"{ends:%Y-%m-%dT%H:%M:%SZ}"
