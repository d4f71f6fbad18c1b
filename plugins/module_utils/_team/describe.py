# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""People as results, and the team definition that describes them.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import itertools
import json
import re
import typing as t
from collections import Counter
from collections.abc import Iterable

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    Grant,
    Grants,
    from_input,
    in_order,
    missing,
    surplus,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Person,
    Selection,
    what_is_wrong,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings

MOST_IN_NAME = 3  # role assignments that the name of a group tells
NOT_IN_NAME = re.compile(r"[^A-Za-z0-9_.-]")


def describe_team(people: People) -> tuple[dict[str, t.Any] | None, list[str]]:
    """Return the team definition that describes these people, and warnings.

    Applied with purge, it changes nothing but expired invitations, and it can be read as variables: nothing in it is a
    template to Ansible. Whoever no entry can describe stands in `ignore`. None where there is no such definition.
    """
    if not people.whole:
        return None, ["No team is returned, because people would lose the access that is missing from it."]
    if not people.owners:
        return None, [
            "No team is returned: this API key sees no organization owner, so it does not see the whole organization, "
            "and people would lose the access that is missing. Use an API key of an organization owner."
        ]
    findings, flaws = Findings(), Findings()
    entries: list[dict[str, t.Any]] = []
    ignored: list[str] = []
    for _key, person in sorted(people.by_person.items()):
        there = _with_access(person)
        why = _what_no_entry_tells(person, there)
        if there and not why:
            entries.append(_entry(there[0], findings))
        elif there and not person.members:
            flaws.warn(
                there[0].email or "an invitation without an email",
                f"No team is returned, since this invitation cannot be described: {why}. Revoke it in the console",
            )
        for member in person.members if why else ():
            ignored.append(member.user_id)
            if _can_be_ignored(member):
                findings.warn(_name(member), f"in team.ignore, since no entry of a definition can describe it: {why}")
            else:
                flaws.warn(_name(member), f"No team is returned, as neither an entry nor ignore can describe it: {why}")
    if not entries:
        flaws.warn("team", "No team is returned, since nobody is left for its members")
    if flaws.warnings:
        return None, flaws.warnings
    return {"members": entries, "ignore": ignored}, findings.warnings


def with_groups(team: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return a definition as `describe_team` makes it, with a group for all that two people or more have alike.

    Groups are named after what they give, so that names stay the same while that does. People say the same as before.
    """
    alike = Counter(json.dumps(entry["role_assignments"]) for entry in team["members"] if entry["role_assignments"])
    names: dict[str, str] = {}
    groups: dict[str, t.Any] = {}
    for access in sorted(access for access, holders in alike.items() if holders > 1):
        assignments = json.loads(access)
        name = _name_of(assignments)
        names[access] = (
            name
            if name not in groups
            else next(other for number in itertools.count(2) if (other := f"{name}-{number}") not in groups)
        )
        groups[names[access]] = assignments
    members = [
        {"email": entry["email"], "groups": [names[access]]}
        if (access := json.dumps(entry["role_assignments"])) in names
        else entry
        for entry in team["members"]
    ]
    return {"groups": dict(sorted(groups.items())), **team, "members": members}


def _name_of(assignments: dict[str, t.Any]) -> str:
    """Return a name for what role assignments give: the roles of the first blocks, and how much more there is."""
    kinds = [*assignments.items(), *assignments.get("project", {}).items()]
    blocks = [block for scope, listed in kinds if scope != "project" for block in listed]
    told = "-and-".join(_told(block) for block in blocks[:MOST_IN_NAME])
    name = told if len(blocks) <= MOST_IN_NAME else f"{told}-and-{len(blocks) - MOST_IN_NAME}-more"
    return NOT_IN_NAME.sub("-", name)


def _told(block: dict[str, t.Any]) -> str:
    """Return the role of a block, and for which resources where it is not for all."""
    ids = [one for key, value in block.items() if key.endswith("_ids") for one in value]
    limit = f"-of-{ids[0][:8]}" if len(ids) == 1 else f"-of-{len(ids)}" if ids else ""
    inside = block.get("application_roles")
    return f"{block['role_id']}{limit}{'' if inside is None else '-as-' + '-'.join(inside or ['nothing'])}"


def describe_member(member: Member) -> dict[str, t.Any]:
    """Return a member as results have it."""
    return {
        "user_id": member.user_id,
        "email": member.email,
        "name": member.name,
        "member_since": member.member_since,
        "status": member.status,
        "role_assignments": to_assignments(member.grants),
    }


def describe_invitation(invitation: Invitation) -> dict[str, t.Any]:
    """Return an invitation as results have it; its token is a secret and is left out."""
    return {
        "email": invitation.email,
        "status": invitation.status,
        "created_at": invitation.created_at,
        "expires_at": invitation.expires_at,
        "role_assignments": to_assignments(invitation.grants),
    }


def _with_access(person: Person) -> list[Member | Invitation]:
    """Return what gives a person access, now or once it is accepted; an expired invitation gives none."""
    return [*person.members, *(one for one in person.invitations if not one.expired)]


def _what_no_entry_tells(person: Person, there: list[Member | Invitation]) -> str | None:
    """Return why no entry of a definition leaves this person as they are, None where one does."""
    if not there:
        return None
    email, grants = there[0].email, there[0].grants
    if not email:
        return "the service shows no email"
    if len(person.members) > 1:
        return "several members share this email, and only user ids tell them apart"
    if wrong := what_is_wrong(email):
        return wrong
    if not person.members and any(one.grants != grants for one in there):
        return "there are several invitations with different roles"
    if strange := [grant for grant in grants if not grant.recognised]:
        return f"this version does not know {_listed(strange)}"
    slots = Counter(grant.slot for grant in {grant.known_part for grant in grants})
    if twice := [grant for grant in grants if slots[grant.slot] > 1]:
        return f"one role on one resource, with different application roles: {_listed(twice)}"
    findings = Findings()
    told = from_input(_assignments(grants), "role_assignments", findings).grants
    if findings.problems:
        return findings.problems[0]
    if missing(told, grants) or surplus(told, grants):
        return f"ids in {_listed(grants)} are not read as they are"
    return None


def _entry(there: Member | Invitation, findings: Findings) -> dict[str, t.Any]:
    """Return the entry for somebody; what is left out of it goes to the findings."""
    email = (there.email or "").strip()
    for name in sorted({name for grant in there.grants for name in grant.unknown_fields}):
        findings.warn(
            email, f"the field {name!r} of role assignments is not known to this version, and left out of team"
        )
    return {"email": email, "role_assignments": _assignments(there.grants)}


def _assignments(grants: Grants) -> dict[str, t.Any]:
    """Return role assignments without fields that are not known, which a definition cannot have."""
    return to_assignments(frozenset(grant.known_part for grant in grants))


def _can_be_ignored(member: Member) -> bool:
    """Return whether the user id in `ignore` means this member and nobody else."""
    findings = Findings()
    ignored = Selection.from_input([member.user_id], "ignore", findings)
    return not findings.problems and "@" not in member.user_id and ignored.has(None, member.user_id)


def _name(member: Member) -> str:
    return f"{member.email} (user id {member.user_id})" if member.email else f"user id {member.user_id}"


def _listed(grants: Iterable[Grant]) -> str:
    return ", ".join(map(str, in_order(grants)))
