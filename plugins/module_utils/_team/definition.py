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
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    NOTHING,
    Given,
    Grant,
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
    email, instead of that being an error; ends: the last moment at which the person counts as present; notes: what the
    entry says to people.
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
    ends: dt.datetime | None = field(default=None, compare=False)
    notes: Mapping[str, str] = field(default_factory=dict, compare=False)

    def sources(self, grant: Grant) -> list[str | None]:
        """Return what gives a grant: names of groups, sorted, and None last for the person's own role assignments.

        Looked for when somebody wants to know why: nothing is kept for it, and planning does not pay.
        """
        found = {given.group for given in self.given if grant in given.grants}
        return [*sorted(name for name in found if name is not None), *([None] if None in found else [])]

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

    members, groups: as the module's options have them. Members may be several lists: within one, a person has one
    entry; somebody in several has what all of them give, and these have to agree on how long. organization_id: where it
    is known before the first request; now: the current time with a zone; unknown_scopes: `fail` or `warn`; names: what
    resources are called, in the scopes that `names_in_team` tells. Everything that is wrong goes to the findings, with
    the entry's index.
    """
    if any(isinstance(entry, str) and SPOILT_DATE.search(entry) for _place, _number, entry in entries_in(members)):
        findings.problem(
            "members",
            "templating has turned a definition with a date into a string; put dates in quotes: until: '2026-12-31'",
        )
        return []
    reading = Reading(findings, organization_id, unknown_scopes, names)
    reading.read_groups(groups)
    team: dict[str, Desired] = {}
    seen: dict[tuple[int | None, str], str] = {}
    for place, number, entry in entries_in(members):
        where = place
        if number is not None and not isinstance(members[number], list):
            findings.problem(where, f"must be a list of people, like others there, not {kind_of(entry)}")
            continue
        if not isinstance(entry, dict):
            findings.problem(where, f"must be a dictionary with an email, not {kind_of(entry)}")
            continue
        entry = {str(key): value for key, value in entry.items() if value is not None}
        email = _email(entry, where, findings)
        if email is not None:
            where = f"{where} ({email})"
            first = seen.setdefault((number, email_key(email)), place)
            if first != place:
                findings.problem(where, f"the same person as {first}; put everything about a person into one entry")
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
            findings.warn(where, "state is absent, so the groups and role_assignments of this entry have no effect")
        because = "state is absent" if state == "absent" else over
        asked = grants if given and not because else None
        notes = {key: str(entry[key]).strip() for key in NOTES if key in entry}
        one = Desired(
            where,
            email,
            present=not because,
            grants=asked,
            because=because,
            given=given,
            ends=end_of(entry),
            notes=notes,
        )
        key = place if email is None else email_key(email)
        team[key] = _joined(team[key], one, findings) if key in team else one
    return list(team.values())


def entries_in(members: Iterable[t.Any]) -> Iterator[tuple[str, int | None, t.Any]]:
    """Yield each entry of a definition with the words for its place, and the number of its list if there are several.

    What stands beside lists and is none is yielded as an entry of a list of its own.
    """
    members = list(members)
    several = any(isinstance(one, list) for one in members)
    for index, one in enumerate(members):
        if not several:
            yield f"members[{index}]", None, one
        elif not isinstance(one, list):
            yield f"members[{index}]", index, one
        else:
            for position, entry in enumerate(one):
                yield f"members[{index}][{position}]", index, entry


def _joined(first: Desired, other: Desired, findings: Findings) -> Desired:
    """Return what two entries for one person come to, each of a list of its own."""
    if (first.present, first.because, first.ends) != (other.present, other.because, other.ends):
        findings.problem(
            other.where, f"state or until differs from {first.where}; lists that name one person have to agree on both"
        )
    given = first.given + other.given
    grants = NOTHING.union(*[one.grants for one in given])
    where = f"{first.where} and {other.where}"
    check_slots([one.blocks for one in given], grants, where, findings)
    return replace(
        first,
        where=where,
        grants=grants if given and first.present else None,
        given=given,
        notes={**other.notes, **first.notes},
    )


def names_in_team(members: Iterable[t.Any], groups: Mapping[str, t.Any]) -> set[Path]:
    """Return the scopes whose resources have to be listed, since a definition, faultless or not, names some."""
    entries = [entry for _place, _number, entry in entries_in(members)]
    return names_used([*groups.values(), *(one.get("role_assignments") for one in entries if isinstance(one, dict))])


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
            given = None if assignments is None else self.roles(assignments, f"groups.{name}")
            self.groups[str(name)] = given and replace(given, group=str(name))

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
                self.findings.problem(where, f"the group {name!r} is empty; write {{}} if it should give nothing")
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
        findings.problem(where, f"email must be a string, not {kind_of(email)}")
    elif wrong := what_is_wrong(email):
        findings.problem(where, wrong)
    else:
        return email.strip()
    return None


def _check_note(note: t.Any, key: str, where: str, findings: Findings) -> None:
    """Check what stands in an entry for people alone: one line of text; a number counts as its digits."""
    if isinstance(note, bool) or not isinstance(note, (str, int, float)):
        findings.problem(where, f"{key} must be a string, not {kind_of(note)}")
        return
    text = str(note).strip()
    if len(text.splitlines()) > 1:
        findings.problem(where, f"{key} must be one line")
    elif wrong := what_is_unsafe(text):
        findings.problem(where, f"{key}: {wrong}")
    elif len(text) > LONGEST_NOTE:
        findings.problem(where, f"{key} has {len(text)} characters, at most {LONGEST_NOTE}")


def _over(until: t.Any, now: dt.datetime, where: str, findings: Findings) -> str:
    """Return why an entry no longer counts as present, the empty string while it does.

    A date lasts to its last second in UTC; a timestamp is in UTC unless it has a zone.
    """
    if until is None:
        return ""
    text = _as_text(until)
    end = last_moment(text)
    if end is None:
        findings.problem(
            where,
            f"until must be a date such as '2026-12-31' or a timestamp such as '2026-12-31T18:00:00Z', not {until!r}",
        )
        return ""
    return f"until {text.strip()} has passed" if now > end else ""


def end_of(entry: Mapping[str, t.Any]) -> dt.datetime | None:
    """Return the last moment at which a faultless entry counts as present, None where it has no end."""
    until = entry.get("until")
    return None if until is None else last_moment(_as_text(until))


def _as_text(until: t.Any) -> t.Any:
    """Return what `until` says as a text, where YAML has made a date of it."""
    return until.isoformat() if isinstance(until, dt.date) else until


def last_moment(text: t.Any) -> dt.datetime | None:
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
