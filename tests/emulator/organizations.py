# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens without the API: a test sets things up, people accept, owners use the console; and the state as a
document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from .grants import OWNER_ROLE, SCOPES, Grant, normalised, show
from .keys import Keys, id_in, reach
from .refusals import Refused
from .resources import Resources
from .sso_operations import SingleSignOnOperations
from .state import Grants, Invitation, Key, Member, Organization, Resource, timestamp
from .switches import Switches


class Organizations(Keys, Resources, SingleSignOnOperations):
    """The service, and what happens to its organizations without it."""

    def find(self, organization: Organization | str) -> Organization:
        """An organization by itself, by its id or by its name, the newest of this name; KeyError if there is none."""
        if isinstance(organization, Organization):
            return organization
        for one in reversed(self.organizations.values()):
            if organization in (one.id, one.name):
                return one
        raise KeyError(f"no organization {organization}")

    def member(self, organization: Organization | str, who: str) -> Member | None:
        """A member by user id or by email."""
        for member in self.find(organization).members.values():
            if member.user_id == who or (member.email or "").lower() == who.lower():
                return member
        return None

    def invitation(self, organization: Organization | str, email: str) -> Invitation | None:
        """The last open invitation of somebody."""
        found = [one for one in self.find(organization).open_invitations() if one.email.lower() == email.lower()]
        return found[-1] if found else None

    def add_organization(self, name: str, id: str | None = None, **settings: Any) -> Organization:
        """A new organization, with nobody in it."""
        organization = Organization(id or self._new_id(), name, settings)
        self.organizations[organization.id] = organization
        return organization

    def add_key(
        self,
        organizations: Organization | str | Iterable[Organization | str] = (),
        kind: Literal["owner", "limited", "person", "gone"] | None = None,
        *,
        scope: Iterable[Iterable[str]] = (),
        role_assignments: Mapping[str, Any] | None = None,
        email: str | None = None,
        expired: bool = False,
        name: str | None = None,
        secret: str | None = None,
        id: str | None = None,
        **details: Any,
    ) -> str:
        """A new API key for one or more organizations, see `Key`; returns its secret.

        Its creator is whoever is called `email`, or `user_id` among the `details`; for an owner's key without either,
        the first owner of the organization. Without `kind`, `role_assignments` tell it, and without those it is an
        owner's. Further `details`: `created_at`, `expires_at`, `shows_organization`.
        """
        several = [organizations] if isinstance(organizations, (Organization, str)) else organizations
        found = [self.find(one) for one in several]
        grants: Grants | None = None if role_assignments is None else self._grants_in(found[0], role_assignments)
        pairs = tuple((scope_, id_) for scope_, id_ in scope)
        if kind is None:
            kind, pairs = ("owner", pairs) if grants is None else reach(grants)
        if grants is None:
            grants = _usual_grants(kind, pairs) if found else {}
        id = id or id_in(secret or "") or self._new_key_id()
        details = {"created_at": self.clock.now(), "user_id": self._account(email)} | details
        details |= {"expires_at": self.clock.now()} if expired else {}
        self._write_keys()
        self.keys.append(
            Key(
                id,
                name or (found[0].name if found else kind),
                secret or self._new_secret(id),
                organizations=tuple(organization.id for organization in found),
                kind=kind,
                scope=pairs,
                grants=grants,
                email=email,
                **details,
            )
        )
        return self.keys[-1].secret

    def _account(self, email: str | None) -> str | None:
        """The user id of somebody who is or was a member."""
        return next(iter(self._ids_by_email.get((email or "").lower(), [])), None)

    def revoke_key(self, id: str) -> None:
        """Somebody revokes an API key in the console; KeyError if there is none."""
        found = [key for key in self.keys if key.id == id]
        if not found:
            raise KeyError(f"no API key {id}")
        self._drop_key(found[0])

    def add_resource(
        self, organization: Organization | str, scope: str, id: str, state: str | None = None, **details: Any
    ) -> None:
        """A deployment, project or connected cluster, or news of one: its `state`, and as `details` `name` (by default
        the id), `region`, `alias` and `roles`, see `Resource`."""
        resources = self.find(organization).resources
        details |= {"state": state} if state else {}
        details |= {"roles": tuple(details["roles"])} if "roles" in details else {}
        resources[scope, id] = replace(resources.get((scope, id), Resource(name=id, alias=id)), **details)

    def add_outsider(self, email: str) -> None:
        """Somebody who belongs to an organization that no key here sees."""
        self.outsiders.add(email.lower())

    def add_member(
        self,
        organization: Organization | str,
        email: str | None,
        role_assignments: Mapping[str, Any] | None = None,
        *,
        user_id: str | None = None,
        **details: Any,
    ) -> Member:
        """Somebody is a member: `details` are `name`, `member_since` and `extra`. Blocks need no organization id."""
        organization = self.find(organization)
        grants = self._grants_in(organization, role_assignments or {})
        return self._join(organization, "joined", email, grants, user_id, **details)

    def add_invitation(
        self,
        organization: Organization | str,
        email: str,
        role_assignments: Mapping[str, Any] | None = None,
        *,
        expired: bool = False,
        expires_in: str | None = None,
        token: str | None = None,
        **times: datetime,
    ) -> Invitation:
        """Somebody was invited, in addition to whatever is there; `expired`: as long ago as it takes. Or else `times`
        says it all: `created_at`, `expires_at`, `accepted_at`."""
        organization = self.find(organization)
        lifetime = self._lifetime(expires_in)
        created_at = self.clock.now() - (lifetime if expired else timedelta())
        times = {"created_at": created_at, "expires_at": created_at + lifetime} | times
        grants = self._grants_in(organization, role_assignments or {})
        invitation = Invitation(token or self._new_token(), email, grants=grants, **times)
        self._write_invitations(organization)
        organization.invitations[invitation.token] = invitation
        self._happened_to("invited", organization, invitation)
        return invitation

    def accept(self, email: str, organization: Organization | str | None = None) -> Member:
        """Somebody accepts the invitation."""
        where = self.organizations.values() if organization is None else [self.find(organization)]
        for one in where:
            invitation = self.invitation(one, email)
            if invitation is not None:
                return self._accept(one, invitation, invitation.email)
        raise Refused(404, "organization.invitation_not_found")

    def remove(self, organization: Organization | str, who: str) -> None:
        """A member leaves, or is removed in the console."""
        self._drop_member(self.find(organization), self._there(organization, who))

    def revoke_invitation(self, organization: Organization | str, email: str) -> None:
        """An owner revokes all invitations of somebody in the console."""
        organization = self.find(organization)
        while (invitation := self.invitation(organization, email)) is not None:
            self._drop_invitation(organization, invitation)

    def grant(self, organization: Organization | str, who: str, role_assignments: Mapping[str, Any]) -> None:
        """An owner gives roles in the console."""
        organization, member = self.find(organization), self._there(organization, who)
        more = self._grants_in(organization, role_assignments)
        self._set_grants(organization, member, more | dict(member.grants))

    def ungrant(self, organization: Organization | str, who: str, role_assignments: Mapping[str, Any]) -> None:
        """An owner takes roles away in the console."""
        organization, member = self.find(organization), self._there(organization, who)
        less = self._grants_in(organization, role_assignments)
        self._set_grants(organization, member, {key: one for key, one in member.grants.items() if key not in less})

    def _there(self, organization: Organization | str, who: str) -> Member:
        member = self.member(organization, who)
        if member is None:
            raise Refused(404, "organization.membership_not_found")
        return member

    def people(self, organization: Organization | str) -> dict[str, dict[str, Any]]:
        """Everybody by email in lower case, a member before an invitation of the same person: `status`, `user_id` and
        `role_assignments`, normalised."""
        organization = self.find(organization)
        now = self.clock.now()
        found: dict[str, dict[str, Any]] = {}
        for invitation in organization.open_invitations():
            status = "expired" if invitation.expires_at <= now else "pending"
            roles = normalised(invitation.grants.values())
            found[invitation.email.lower()] = {"status": status, "user_id": None, "role_assignments": roles}
        for member in organization.members.values():
            roles = normalised(member.grants.values())
            found[(member.email or member.user_id).lower()] = {
                "status": "active",
                "user_id": member.user_id,
                "role_assignments": roles,
            }
        return found

    def api_keys(self, organization: Organization | str) -> dict[str, dict[str, Any]]:
        """The API keys that belong to an organization and have not expired, by id: `name`, `user_id`, `expires_at`, as
        the API shows it or None, and `role_assignments`, normalised."""
        self._find_creators()
        return {
            key.id: {
                "name": key.name,
                "user_id": key.user_id,
                "expires_at": None if key.expires_at is None else timestamp(key.expires_at),
                "role_assignments": normalised(key.grants.values()),
            }
            for key in self._active(self.find(organization))
        }

    def roles(self, organization: Organization | str, who: str) -> dict[str, Any] | None:
        """The role assignments of a member, or else of an open invitation, normalised; None if there is nobody."""
        found = self.member(organization, who) or self.invitation(organization, who)
        return None if found is None else normalised(found.grants.values())

    def owners(self, organization: Organization | str) -> list[str]:
        """The user ids of the members who are owners."""
        key = Grant("organization", OWNER_ROLE, None).key[:3]
        members = self.find(organization).members.values()
        return [one.user_id for one in members if any(held[:3] == key for held in one.grants)]

    # The state as a document: what a state file holds, and what a scenario is written in

    def dump(self) -> dict[str, Any]:
        """Everything, as JSON; with the secrets of keys and invitations."""
        return {
            "organizations": [self._dump_organization(one) for one in self.organizations.values()],
            "keys": [self._dump_key(key) for key in self.keys],
            "accounts": dict(self.accounts),
            "outsiders": sorted(self.outsiders),
        }

    def _dump_key(self, key: Key) -> dict[str, Any]:
        entry: dict[str, Any] = {
            "id": key.id,
            "name": key.name,
            "secret": key.secret,
            "organizations": list(key.organizations),
            "kind": key.kind,
            "scope": [list(pair) for pair in key.scope],
            "user_id": key.user_id,
            "email": key.email,
            "created_at": timestamp(key.created_at),
            "expires_at": None if key.expires_at is None else timestamp(key.expires_at),
            "shows_organization": key.shows_organization,
        }
        if key.grants:
            show(entry, key.grants.values(), key.organizations[0], Switches(), self.rng)
        return entry

    def _dump_organization(self, organization: Organization) -> dict[str, Any]:
        plain = Switches()

        def dumped(reply: dict[str, Any], grants: Grants) -> dict[str, Any]:
            show(reply, grants.values(), organization.id, plain, self.rng)
            return reply

        members = []
        for member in organization.members.values():
            entry: dict[str, Any] = {"user_id": member.user_id, "email": member.email, "name": member.name}
            entry |= {"member_since": timestamp(member.member_since), "extra": dict(member.extra)}
            members.append(dumped(entry, member.grants))
        invitations = []
        for invitation in organization.invitations.values():
            entry = {"token": invitation.token, "email": invitation.email}
            for name in ("created_at", "expires_at", "accepted_at"):
                at = getattr(invitation, name)
                entry[name] = None if at is None else timestamp(at)
            invitations.append(dumped(entry, invitation.grants))
        return {
            "id": organization.id,
            "name": organization.name,
            "settings": dict(organization.settings),
            "members": members,
            "invitations": invitations,
            "resources": [
                {"scope": scope, "id": id_, **asdict(one), "roles": list(one.roles)}
                for (scope, id_), one in organization.resources.items()
            ],
        }

    def load(self, document: Mapping[str, Any]) -> None:
        """Replace everything by what a document holds: a dump, or less. What is left out is made up.

        An invitation may say `expired` or `expires_in` instead of its times, and organizations may go by their names.
        """
        self.organizations.clear()
        self._forget_keys()
        self.accounts.clear()
        self._ids_by_email.clear()
        for user_id, email in document.get("accounts", {}).items():
            self._remember(user_id, email)
        self.outsiders = {email.lower() for email in document.get("outsiders", [])}
        for entry in document.get("organizations", []):
            organization = self.add_organization(entry["name"], entry.get("id"), **entry.get("settings", {}))
            for resource in entry.get("resources", []):
                self.add_resource(organization, **resource)
            for member in entry.get("members", []):
                member = with_times(member)
                self.add_member(organization, member.pop("email"), **member)
            for invitation in entry.get("invitations", []):
                self.add_invitation(organization, **with_times(invitation))
        for key in document.get("keys", []):
            key = with_times(key)
            self.add_key(key.pop("organizations", ()), **key)


def _usual_grants(kind: str, scope: Iterable[tuple[str, str]]) -> Grants:
    """What the key of an owner holds, or of somebody who administers what is in the scope."""
    grants = [Grant("organization", OWNER_ROLE, None)] if kind == "owner" else []
    grants += [Grant(one, f"{SCOPES[one].prefix}admin", id_) for one, id_ in scope if kind == "limited"]
    return {grant.key: grant for grant in grants}


def with_times(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry of a document, or an action, with its times as such; those that are null are left out."""
    times = ("member_since", "created_at", "expires_at", "accepted_at")
    read = {name: _moment(entry[name]) for name in times if entry.get(name)}
    return {name: value for name, value in entry.items() if name not in times} | read


def _moment(time: str | datetime) -> datetime:
    return datetime.fromisoformat(time.replace("Z", "+00:00")) if isinstance(time, str) else time
