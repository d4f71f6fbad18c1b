# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What there is, as results: the organization, its people, and the team definition that describes them."""

from __future__ import annotations

import typing as t
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._grants import to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._people import Invitation, Member, People, email_key


def survey(organization: Organization, gather: Collection[str]) -> tuple[dict[str, t.Any], list[str]]:
    """Return what is to be gathered, as the contract of `org_info` has it, and warnings. Reads nothing else, side by
    side.
    """
    team = "team" in gather
    result: dict[str, t.Any] = {}
    warnings: list[str] = []
    with ThreadPoolExecutor(3) as pool:
        description = pool.submit(organization.describe) if "organization" in gather else None
        members = pool.submit(organization.members) if team or "members" in gather else None
        invitations = pool.submit(organization.invitations) if team or "invitations" in gather else None
    for reading in (description, members, invitations):
        if reading and isinstance(error := reading.exception(), ApiError):
            raise error.during(f"Reading the organization {organization.id} failed")
    if description:
        result["organization"] = description.result()
    if members and "members" in gather:
        result["members"] = [describe_member(member) for member in sorted(members.result(), key=_place)]
    if invitations and "invitations" in gather:
        result["invitations"] = [describe_invitation(one) for one in sorted(invitations.result(), key=_place)]
    if members and invitations and team:
        people = People(members.result(), invitations.result())
        if flaw := _what_a_team_would_lack(people):
            warnings.append(f"No team is returned: {flaw}")
        else:
            result["team"] = {"members": _team_members(people)}
    return result, warnings


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


def _what_a_team_would_lack(people: People) -> str | None:
    """Return why the people cannot be told as a definition that would change nothing when it is applied with purge."""
    if not people.owners:
        return (
            "this API key sees no organization owner, so it does not see the whole organization, and half a picture "
            "would strip people of what it leaves out. Use an API key of an organization owner."
        )
    shared = sorted(email for email, person in people.by_person.items() if len(person.members) > 1)
    if shared:
        return f"several members share an email, and only user ids tell them apart: {', '.join(shared)}"
    return None


def _team_members(people: People) -> list[dict[str, t.Any]]:
    """Return members with an email, and who else has a pending invitation. Expired invitations give nobody access."""
    team = []
    for _key, person in sorted(people.by_person.items()):
        there: list[Member | Invitation] = [*person.members, *(one for one in person.invitations if not one.expired)]
        if there and there[0].email:
            assignments = to_assignments(there[0].grants, portable=True)
            team.append({"email": there[0].email, "role_assignments": assignments})
    return team


def _place(person: Member | Invitation) -> tuple[str, str]:
    return email_key(person.email or ""), person.user_id or ""
