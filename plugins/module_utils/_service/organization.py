# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The API's resources as typed reads and writes: one method for one operation of the vendor's API reference."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    from_reply,
    to_body,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import BASE_PATH, Client, encode

# No source says how long a path or how large a batch may be; these are kept until one does.
LONGEST_PATH = 2000  # bytes
MOST_EMAILS = 100  # in one request


class Organization:
    """One organization, through a client. Every method raises what `Client.request` raises.

    whole: whether no list of members or invitations so far named a further page. The vendor's contract knows none.
    """

    whole = True

    def __init__(self, client: Client, organization_id: str, description: dict[str, t.Any] | None = None) -> None:
        self.client = client
        self.id = organization_id
        self._description = description

    @classmethod
    def discover(cls, client: Client) -> Organization:
        """Return the one organization that the API key sees; InputError lists them where it is not one."""
        reply = client.request("GET", "organizations")
        found = [one for one in objects(reply, "organizations") if one.get("id")]
        if len(found) == 1 and not reply.get("next_page"):
            return cls(client, str(found[0]["id"]), found[0])
        names = [f"{one['id']} ({one.get('name')})" for one in found] + ["..."] * bool(reply.get("next_page"))
        what = f"sees several organizations: {', '.join(names)}" if found else "sees no organization"
        raise InputError(
            [f"organization_id is not given, and the API key {what}. Set organization_id or EC_ORGANIZATION_ID."]
        )

    def describe(self) -> dict[str, t.Any]:
        """Return the organization as the API has it: id, name and whatever else it says."""
        if self._description is None:
            self._description = self.client.request("GET", "organizations", self.id)
        return self._description

    def members(self) -> list[Member]:
        """Return all members."""
        reply = self.client.request("GET", "organizations", self.id, "members")
        if not isinstance(reply.get("members"), list):  # never to be mistaken for an organization without members
            raise self._strange("holds no list of members", "members")
        self._note_pages(reply)
        return [
            Member(
                user_id=str(one["user_id"]),
                email=text_of(one.get("email")),
                name=text_of(one.get("name")),
                member_since=text_of(one.get("member_since")),
                **self._roles(one, "members"),
            )
            for one in objects(reply, "members")
            if one.get("user_id")
        ]

    def invitations(self) -> list[Invitation]:
        """Return all open invitations, pending and expired."""
        reply = self.client.request("GET", "organizations", self.id, "invitations")
        if not isinstance(reply.get("invitations", ""), (list, type(None))):
            raise self._strange("holds no list of invitations", "invitations")
        self._note_pages(reply)
        return self._read_invitations(reply)

    def invite(self, emails: Sequence[str], grants: Grants, expires_in: str | None) -> list[Invitation]:
        """Invite people with the same grants, and return the invitations that the service says it has made.

        expires_in: such as `3d` or `72h`; None leaves it to the service (three days).
        """
        body: dict[str, t.Any] = {"emails": list(emails)}
        if expires_in:
            body["expires_in"] = expires_in
        if grants:
            body["role_assignments"] = to_body(grants, self.id)
        return self._read_invitations(self.client.request("POST", "organizations", self.id, "invitations", body=body))

    def uninvite(self, tokens: Sequence[str]) -> None:
        """Revoke invitations."""
        self.client.request("DELETE", "organizations", self.id, "invitations", list(tokens), secret=True)

    def remove(self, user_ids: Sequence[str]) -> None:
        """Remove members from the organization."""
        self.client.request("DELETE", "organizations", self.id, "members", list(user_ids))

    def grant(self, user_id: str, grants: Grants) -> None:
        """Give grants to a member, beside those that they have."""
        self.client.request("POST", "users", user_id, "role_assignments", body=to_body(grants, self.id))

    def revoke(self, user_id: str, grants: Grants) -> None:
        """Take grants from a member; the others stay."""
        self.client.request("DELETE", "users", user_id, "role_assignments", body=to_body(grants, self.id))

    def batches(self, kind: str, ids: Iterable[str]) -> list[list[str]]:
        """Return ids (tokens) in lists that fit into one path each. kind: `members` or `invitations`."""
        room = LONGEST_PATH - len(f"{BASE_PATH}{self._path(kind)}/")
        batches: list[list[str]] = []
        used = 0
        for one in ids:
            size = len(encode(one)) + 1  # and a comma
            if not batches or used + size > room + 1:
                batches.append([])
                used = 0
            batches[-1].append(one)
            used += size
        return batches

    def _path(self, kind: str) -> str:
        return f"/organizations/{encode(self.id)}/{kind}"

    def _read_invitations(self, reply: dict[str, t.Any]) -> list[Invitation]:
        invitations = [
            Invitation(
                email=one["email"],
                token=str(one.get("token") or ""),
                created_at=text_of(one.get("created_at")),
                expires_at=text_of(one.get("expires_at")),
                expired=one.get("expired") is True,
                **self._roles(one, "invitations"),
            )
            for one in objects(reply, "invitations")
            if text_of(one.get("email")) and not one.get("accepted_at")
        ]
        self.client.keep_secret(invitation.token for invitation in invitations)
        return invitations

    def _note_pages(self, reply: dict[str, t.Any]) -> None:
        if reply.get("next_page"):
            self.whole = False

    def _strange(self, what: str, kind: str) -> ApiError:
        return ApiError(f"the answer {what}; is endpoint the right service?", method="GET", path=self._path(kind))

    def _roles(self, one: dict[str, t.Any], kind: str) -> dict[str, t.Any]:
        try:
            grants = from_reply(one.get("role_assignments"), self.id)
        except RecursionError:
            raise self._strange("is nested too deep", kind) from None
        return {"grants": NOTHING if grants is None else grants, "roles_shown": grants is not None}


def why_not_in_a_path(ids: Iterable[str]) -> ApiError | None:
    """Return what is wrong with ids or tokens that cannot stand in a path, None where they can."""
    try:
        for one in ids:
            encode([one])
    except ApiError as error:
        return error
    return None


def objects(reply: dict[str, t.Any], key: str) -> list[dict[str, t.Any]]:
    """Return the objects in a list of a reply; nulls and anything else in it are passed over."""
    values = reply.get(key)
    return [value for value in values if isinstance(value, dict)] if isinstance(values, list) else []


def text_of(value: t.Any) -> str | None:
    return value if isinstance(value, str) and value else None
