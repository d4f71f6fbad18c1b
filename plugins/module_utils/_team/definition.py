# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""A team definition, as people write it in inventory variables, and the people who should have access by it.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import re
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    from_input,
    kind_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import email_key, what_is_wrong
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, did_you_mean
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

ENTRY_KEYS = frozenset({"email", "state", "groups", "role_assignments", "until"})
STATES = ("present", "absent")
SPOILT_DATE = re.compile(r"datetime\.date(time)?\(")


@dataclass(frozen=True, slots=True)
class Desired:
    """What should be for one person, named by email or by user id.

    grants: None where nothing is said about roles; mode: whether the person has exactly these (`exact`), these too
    (`present`) or none of these (`absent`); where: how messages name the entry; because: why the person is to be
    absent; every_member: whether all members go who have this email, instead of that being an error.
    """

    where: str
    email: str | None = None
    user_id: str | None = None
    present: bool = True
    grants: Grants | None = None
    mode: str = "exact"
    because: str = ""
    every_member: bool = False

    def target(self, held: Grants) -> Grants:
        """Return the grants that a person should have who holds these now."""
        if self.grants is None:
            return held
        if self.mode == "present":
            return held | self.grants
        if self.mode == "absent":
            return held - self.grants
        return self.grants


def parse_team(
    members: list[t.Any], groups: Mapping[str, t.Any], organization_id: str | None, now: dt.datetime, findings: Findings
) -> list[Desired]:
    """Return the people of a team definition, in its order.

    members, groups: as the module's options have them; organization_id: where it is known before the first request;
    now: the current time with a zone. Everything that is wrong goes to the findings, with the entry's index.
    """
    if any(isinstance(entry, str) and SPOILT_DATE.search(entry) for entry in members):
        findings.problem(
            "members",
            "templating has made a text of a definition with a date in it; put dates in quotes: until: '2026-12-31'",
        )
        return []
    for name in map(str, groups):
        if wrong := what_is_unsafe(name, lines=True):
            findings.problem(f"groups.{name}", wrong)
    named = {
        str(name): from_input(assignments, f"groups.{name}", findings, organization_id)
        for name, assignments in groups.items()
        if assignments is not None
    }
    empty = {str(name) for name, assignments in groups.items() if assignments is None}
    team: list[Desired] = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(members):
        where = f"members[{index}]"
        if not isinstance(entry, dict):
            findings.problem(where, f"must be a dictionary with an email, not {kind_of(entry)}")
            continue
        entry = {str(key): value for key, value in entry.items() if value is not None}
        for key in sorted(entry.keys() - ENTRY_KEYS):
            findings.problem(where, f"unknown key {key!r}{did_you_mean(key, ENTRY_KEYS)}")
        email = _email(entry, where, findings)
        if email is not None:
            where = f"{where} ({email})"
            first = seen.setdefault(email_key(email), index)
            if first != index:
                findings.problem(
                    where, f"the same person as members[{first}]; put everything about a person into one entry"
                )
        state = entry.get("state", "present")
        if state not in STATES:
            findings.problem(where, f"state must be present or absent, not {state!r}")
        grants = _union(entry, named, empty, where, findings, organization_id)
        over = _over(entry.get("until"), now, where, findings)
        because = "state is absent" if state == "absent" else over
        team.append(Desired(where, email, present=not because, grants=None if because else grants, because=because))
    return team


def _email(entry: Mapping[str, t.Any], where: str, findings: Findings) -> str | None:
    email = entry.get("email")
    if email is None:
        findings.problem(where, "email is missing")
    elif not isinstance(email, str):
        findings.problem(where, f"email must be a text, not {kind_of(email)}")
    elif wrong := what_is_wrong(email):
        findings.problem(where, wrong)
    else:
        return email.strip()
    return None


def _union(
    entry: Mapping[str, t.Any],
    named: Mapping[str, Grants],
    empty: set[str],
    where: str,
    findings: Findings,
    organization_id: str | None,
) -> Grants | None:
    """Return the grants of an entry's groups and its own, None where it has neither and so says nothing about roles."""
    groups = entry.get("groups", [])
    own = entry.get("role_assignments")
    grants = NOTHING
    if not isinstance(groups, list):
        findings.problem(where, f"groups must be a list of names, not {kind_of(groups)}")
        groups = []
    for group in groups:
        if isinstance(group, str) and group in named:
            grants |= named[group]
        elif isinstance(group, str) and group in empty:
            findings.problem(where, f"the group {group!r} is empty; write {{}} where it is to give nothing")
        elif isinstance(group, str):
            findings.problem(where, f"unknown group {group!r}{did_you_mean(group, named)}")
        else:
            findings.problem(where, f"groups must be a list of names in quotes; {group!r} is {kind_of(group)}")
    if own is not None:
        grants |= from_input(own, f"{where}.role_assignments", findings, organization_id)
    return grants if groups or own is not None else None


def _over(until: t.Any, now: dt.datetime, where: str, findings: Findings) -> str:
    """Return why an entry no longer counts as present, the empty string while it does.

    A date lasts to its last second in UTC; a timestamp is in UTC unless it has a zone.
    """
    if until is None:
        return ""
    text = until.isoformat() if isinstance(until, dt.date) else until
    end = _end(text) if isinstance(text, str) else None
    if end is None:
        findings.problem(
            where,
            f"until must be a date such as '2026-12-31' or a timestamp such as '2026-12-31T18:00:00Z', not {until!r}",
        )
        return ""
    return f"until {text.strip()} has passed" if now > end else ""


def _end(text: str) -> dt.datetime | None:
    text = re.sub(r"[zZ]$", "+00:00", text.strip())  # Python 3.10 does not read the Z
    try:
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            day = dt.date.fromisoformat(text)
            return dt.datetime.combine(day, dt.time.max, tzinfo=dt.timezone.utc)
        if not re.match(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}", text):  # newer Pythons read much that people do not
            return None
        end = dt.datetime.fromisoformat(text)
        return end if end.tzinfo else end.replace(tzinfo=dt.timezone.utc)
    except ValueError:
        return None
