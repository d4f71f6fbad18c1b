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
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    NOTHING,
    Given,
    Grants,
    check_slots,
    from_input,
    kind_of,
    names_used,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Selection,
    email_key,
    what_is_wrong,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, did_you_mean
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

NOTES = ("reason", "ticket", "sponsor")  # for people who read the definition
LONGEST_NOTE = 200  # characters
ENTRY_KEYS = frozenset({"email", "state", "groups", "role_assignments", "until", *NOTES})
STATES = ("present", "absent")
SPOILT_DATE = re.compile(r"datetime\.date(time)?\(")
# Not left to datetime.fromisoformat: what that reads differs from one Python to the next.
UNTIL = re.compile(
    r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)"
    r"([T ](?P<hour>\d\d):(?P<minute>\d\d)(:(?P<second>\d\d))?"
    r"(Z|(?P<ahead>[+-])(?P<hours>\d\d):(?P<minutes>[0-5]\d))?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Desired:
    """What should be for one person, named by email or by user id.

    grants: None where nothing is said about roles; given: what they come from, the groups and the person's own; mode:
    whether the person has exactly these (`exact`), these too (`present`) or none of these (`absent`); where: how
    messages name the entry; because: why the person is to be absent; every_member: whether all members go who have this
    email, instead of that being an error.
    """

    where: str
    email: str | None = None
    user_id: str | None = None
    present: bool = True
    grants: Grants | None = None
    mode: str = "exact"
    because: str = ""
    every_member: bool = False
    given: tuple[Given, ...] = field(default=(), compare=False, repr=False)

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
    members: list[t.Any],
    groups: Mapping[str, t.Any],
    organization_id: str | None,
    now: dt.datetime,
    findings: Findings,
    unknown_scopes: str = "fail",
    names: Names = NO_NAMES,
) -> list[Desired]:
    """Return the people of a team definition, in its order.

    members, groups: as the module's options have them; organization_id: where it is known before the first request;
    now: the current time with a zone; unknown_scopes: `fail` or `warn`; names: what resources are called, in the scopes
    that `names_in_team` tells. Everything that is wrong goes to the findings, with the entry's index.
    """
    if any(isinstance(entry, str) and SPOILT_DATE.search(entry) for entry in members):
        findings.problem(
            "members",
            "templating has made a text of a definition with a date in it; put dates in quotes: until: '2026-12-31'",
        )
        return []
    reading = Reading(findings, organization_id, unknown_scopes, names)
    reading.read_groups(groups)
    team: list[Desired] = []
    seen: dict[str, int] = {}
    for index, entry in enumerate(members):
        where = f"members[{index}]"
        if not isinstance(entry, dict):
            findings.problem(where, f"must be a dictionary with an email, not {kind_of(entry)}")
            continue
        entry = {str(key): value for key, value in entry.items() if value is not None}
        email = _email(entry, where, findings)
        if email is not None:
            where = f"{where} ({email})"
            first = seen.setdefault(email_key(email), index)
            if first != index:
                findings.problem(
                    where, f"the same person as members[{first}]; put everything about a person into one entry"
                )
        for key in sorted(entry.keys() - ENTRY_KEYS):
            findings.problem(where, f"unknown key {key!r}{did_you_mean(key, ENTRY_KEYS)}")
        for key in NOTES:
            if key in entry:
                _check_note(entry[key], key, where, findings)
        state = entry.get("state", "present")
        if state not in STATES:
            findings.problem(where, f"state must be present or absent, not {state!r}")
        given, grants = reading.given(entry, where)
        over = _over(entry.get("until"), now, where, findings)
        if given and state == "absent" and not over:
            findings.warn(where, "state is absent, so the groups and role_assignments of this entry give nothing")
        because = "state is absent" if state == "absent" else over
        asked = grants if given and not because else None
        team.append(Desired(where, email, present=not because, grants=asked, because=because, given=given))
    return team


def names_in_team(members: Iterable[t.Any], groups: Mapping[str, t.Any]) -> set[Path]:
    """Return the scopes whose resources have to be listed, since a definition, faultless or not, names some."""
    entries = (entry.get("role_assignments") for entry in members if isinstance(entry, dict))
    return names_used([*groups.values(), *entries])


def check_ignored(team: Iterable[Desired], ignore: Selection, findings: Findings) -> None:
    """Tell whose email stands in `ignore` and in the definition: one of them is a slip. A pattern there is none."""
    for entry in team:
        if entry.email and (place := ignore.naming(entry.email)):
            findings.problem(entry.where, f"{place} names this person too; take the person out of one of them")


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading entries needs: what the groups give (None for one without a value), and how to read roles.

    Whatever has groups and role assignments of its own is such an entry: a person, or a role mapping.
    """

    findings: Findings
    organization_id: str | None
    unknown_scopes: str
    names: Names = NO_NAMES
    groups: dict[str, Given | None] = field(default_factory=dict)

    def read_groups(self, groups: Mapping[str, t.Any]) -> None:
        """Read the groups that entries may name."""
        for name in map(str, groups):
            if wrong := what_is_unsafe(name, lines=True):
                self.findings.problem(f"groups.{name}", wrong)
        for name, assignments in groups.items():
            self.groups[str(name)] = None if assignments is None else self.roles(assignments, f"groups.{name}")

    def roles(self, assignments: t.Any, where: str) -> Given:
        """Return what role assignments give."""
        return from_input(
            assignments,
            where,
            self.findings,
            self.organization_id,
            unknown_scopes=self.unknown_scopes,
            names=self.names,
        )

    def given(self, entry: Mapping[str, t.Any], where: str) -> tuple[tuple[Given, ...], Grants]:
        """Return what an entry's groups and its own role assignments give, each and together; nothing where it has
        neither, and so says nothing about roles.
        """
        names = entry.get("groups", [])
        given: list[Given] = []
        if isinstance(names, str):
            names = [names]
        if not isinstance(names, list):
            self.findings.problem(where, f"groups must be a list of names, not {kind_of(names)}")
            names = []
        for name in names:
            if not isinstance(name, str):
                self.findings.problem(where, f"groups must be a list of names in quotes; {name!r} is {kind_of(name)}")
            elif name not in self.groups:
                self.findings.problem(where, f"unknown group {name!r}{did_you_mean(name, self.groups)}")
            elif (group := self.groups[name]) is None:
                self.findings.problem(where, f"the group {name!r} is empty; write {{}} where it is to give nothing")
            else:
                given.append(group)
        if "role_assignments" in entry:
            given.append(self.roles(entry["role_assignments"], f"{where}.role_assignments"))
        if len(given) == 1:
            return (given[0],), given[0].grants
        grants = NOTHING.union(*[one.grants for one in given])
        check_slots([one.blocks for one in given], grants, where, self.findings)
        return tuple(given), grants


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


def _check_note(note: t.Any, key: str, where: str, findings: Findings) -> None:
    """Check what stands in an entry for people alone: one line of text; a number counts as its digits."""
    if isinstance(note, bool) or not isinstance(note, (str, int, float)):
        findings.problem(where, f"{key} must be a text, not {kind_of(note)}")
        return
    text = str(note).strip()
    if len(text.splitlines()) > 1:
        findings.problem(where, f"{key} must be one line")
    elif wrong := what_is_unsafe(text):
        findings.problem(where, f"{key}: {wrong}")
    elif len(text) > LONGEST_NOTE:
        findings.problem(where, f"{key} has {len(text)} characters, and may have {LONGEST_NOTE}")


def _over(until: t.Any, now: dt.datetime, where: str, findings: Findings) -> str:
    """Return why an entry no longer counts as present, the empty string while it does.

    A date lasts to its last second in UTC; a timestamp is in UTC unless it has a zone.
    """
    if until is None:
        return ""
    text = until.isoformat() if isinstance(until, dt.date) else until
    end = _end(text)
    if end is None:
        findings.problem(
            where,
            f"until must be a date such as '2026-12-31' or a timestamp such as '2026-12-31T18:00:00Z', not {until!r}",
        )
        return ""
    return f"until {text.strip()} has passed" if now > end else ""


def _end(text: t.Any) -> dt.datetime | None:
    """Return the last moment of a date or timestamp, None for anything else."""
    found = UNTIL.fullmatch(text.strip()) if isinstance(text, str) else None
    if not found:
        return None
    part = {name: int(value or 0) for name, value in found.groupdict().items() if name != "ahead"}
    try:
        day = dt.date(part["year"], part["month"], part["day"])
        if found["hour"] is None:
            return dt.datetime.combine(day, dt.time.max, tzinfo=dt.timezone.utc)
        ahead = dt.timedelta(hours=part["hours"], minutes=part["minutes"]) * (-1 if found["ahead"] == "-" else 1)
        time = dt.time(part["hour"], part["minute"], part["second"], tzinfo=dt.timezone(ahead))
        return dt.datetime.combine(day, time)
    except ValueError:  # no day or time of this world
        return None
