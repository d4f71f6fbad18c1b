# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state of the service and its rules. Pure: it knows nothing of HTTP, and takes time and chance from outside.

Every operation of the contract is a method of `Service` that takes the caller's key first and either happens as a whole
or raises `Refused`. What happens without the API is in `organizations`.
"""

from __future__ import annotations

import hmac
import json
import math
import random
import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

from .clock import Clock
from .grants import ALL, Grant, GrantKey, parse, show
from .listings import Listing
from .refusals import Refused
from .sso import SingleSignOn
from .switches import Switches

Grants = Mapping[GrantKey, Grant]
UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f,;<>\"()]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z0-9-]{2,63}")
# What a request can change about an organization, beside its name.
UPDATABLE = (
    "default_disk_usage_alerts_enabled",
    "notifications_allowed_email_domains",
    "billing_contacts",
    "operational_contacts",
    "enforce_authentication_method",
)
TOKEN = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class Member:
    """Somebody in an organization. `extra` is put into replies as it is, for fields that no contract names."""

    user_id: str
    email: str | None
    name: str | None
    member_since: datetime
    grants: Grants
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Invitation:
    """Somebody who was asked to join; open until it is accepted or deleted, expired or not."""

    token: str
    email: str
    created_at: datetime
    expires_at: datetime
    grants: Grants
    accepted_at: datetime | None = None


@dataclass(frozen=True)
class Key:
    """An API key, whether a caller holds it in hand or a list shows it.

    `owner`: sees and does everything in its organizations. `limited`: belongs to a member with an Admin role for the
    resources in `scope`, pairs of a scope and an id (or `*`). `person`: of an account without an organization, such
    as accepts an invitation. `gone`: its account was deleted.

    `secret` is the whole text that the caller sends, `name` what the service calls its description. The first of
    `organizations` is the one that it belongs to; `shows_organization`: whether replies say so. `user_id` is its
    creator's; None as long as nobody has asked, see `Keys`. `grants` are what lists show.
    """

    id: str
    name: str
    secret: str = field(repr=False)
    created_at: datetime
    organizations: tuple[str, ...] = ()
    kind: Literal["owner", "limited", "person", "gone"] = "owner"
    scope: tuple[tuple[str, str], ...] = ()
    grants: Grants = field(default_factory=dict)
    user_id: str | None = None
    email: str | None = None
    expires_at: datetime | None = None
    shows_organization: bool = True

    def sees(self, grant: Grant) -> bool:
        """Whether the key is shown a grant, and may change it."""
        wanted = {(grant.scope, grant.resource), (grant.scope, ALL)}
        return self.kind == "owner" or not wanted.isdisjoint(self.scope)


@dataclass(frozen=True)
class Resource:
    """A deployment, project or connected cluster. `known`, or else lists do not show it, and nobody may grant anything
    on it; names need not be unique. Projects have a region, an alias and the names of their custom roles."""

    name: str
    state: Literal["known", "hidden", "deleted"] = "known"
    region: str = "aws-us-east-1"
    alias: str = ""
    roles: tuple[str, ...] = ()


@dataclass
class Organization:
    """An organization; its resources by scope and id; its settings are what the API shows beside id and name."""

    id: str
    name: str
    settings: dict[str, Any] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    invitations: dict[str, Invitation] = field(default_factory=dict)
    resources: dict[tuple[str, str], Resource] = field(default_factory=dict)
    member_list: Listing = field(default_factory=Listing, repr=False, compare=False)
    invitation_list: Listing = field(default_factory=Listing, repr=False, compare=False)
    mailed: deque[datetime] = field(default_factory=deque, repr=False, compare=False)
    sso: SingleSignOn = field(default_factory=SingleSignOn)

    def open_invitations(self) -> list[Invitation]:
        """Pending and expired ones."""
        return [invitation for invitation in self.invitations.values() if invitation.accepted_at is None]


class Service:
    """The whole of it: organizations, keys, and everybody who ever had an account."""

    def __init__(self, switches: Switches | None = None, clock: Clock | None = None, seed: int | None = 0) -> None:
        self._switches = switches or Switches()
        self.clock = clock or Clock()
        self.rng = random.Random(seed)
        self.organizations: dict[str, Organization] = {}
        self.keys: list[Key] = []
        self.accounts: dict[str, str] = {}  # user id -> email in lower case, of everybody who ever was a member
        self._ids_by_email: dict[str, list[str]] = {}
        self.outsiders: set[str] = set()  # emails, in lower case, of members of organizations that nobody here sees
        self.events: list[dict[str, Any]] = []  # what happened, until somebody takes it away
        self._event_count = 0

    @property
    def switches(self) -> Switches:
        """The readings in force; they can be exchanged at any time."""
        return self._switches

    @switches.setter
    def switches(self, switches: Switches) -> None:
        self._switches = switches
        for organization in self.organizations.values():
            organization.member_list.forget()
            organization.invitation_list.forget()

    def switch(self, **changes: Any) -> None:
        """Change some of the switches."""
        self.switches = replace(self.switches, **changes)

    # Operations of the API: organizations

    def authenticate(self, authorization: str) -> Key:
        """The key that an `Authorization` header holds; 401 if it is unknown or has expired."""
        scheme, _separator, secret = authorization.partition(" ")
        found = [key for key in self.keys if hmac.compare_digest(key.secret.encode(), secret.encode())]
        if scheme.lower() != "apikey" or not found:
            raise Refused(401, "root.unauthorized")
        if found[0].expires_at is not None and found[0].expires_at <= self.clock.now():
            raise Refused(401, "root.unauthorized")
        return found[0]

    def list_organizations(self, key: Key) -> dict[str, Any]:
        """What the key sees."""
        if key.kind == "gone":
            raise Refused(401, "user.not_found")
        return {"organizations": [self._show_organization(self.organizations[id_]) for id_ in key.organizations]}

    def get_organization(self, key: Key, organization_id: str) -> dict[str, Any]:
        """One organization."""
        if key.kind == "gone":
            raise Refused(401, "user.not_found")
        no_access = Refused(403, "organization.invalid_access")
        return self._show_organization(self._organization(key, organization_id, no_access))

    def update_organization(self, key: Key, organization_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change what is given; the rest stays, or is cleared. The name alone cannot be."""
        organization = self._organization(key, organization_id, Refused(403, "organization.invalid_access"))
        if key.kind != "owner":
            raise Refused(401, "root.unauthorized")
        clears = self.switches.organization_update == "clear"
        name = changes.get("name", "" if clears else organization.name)
        if not 2 <= len(name) <= 30:
            raise Refused(400, "organization.invalid_name", fields=["name"])
        organization.name = name
        for setting in UPDATABLE:
            if setting in changes or clears:
                organization.settings[setting] = changes.get(setting)
        organization.invitation_list.forget()  # invitations show their organization
        self._happened("organization_updated", organization, changes=dict(changes))
        return self._show_organization(organization, changed=True)

    # Members and invitations

    def list_members(self, key: Key, organization_id: str) -> str:
        """The reply as JSON text."""
        organization = self._organization(key, organization_id)
        listing = organization.member_list
        members = listing.read(organization.members.values(), self.switches.list_lag)

        def render() -> tuple[datetime | None, str]:
            return None, self._page("members", [self._show_member(key, organization, one) for one in members])

        return listing.rendered(key.id, self.clock.now(), render)

    def list_invitations(self, key: Key, organization_id: str) -> str:
        """The reply as JSON text."""
        organization = self._organization(key, organization_id)
        listing = organization.invitation_list
        invitations = listing.read(organization.open_invitations(), self.switches.list_lag)
        now = self.clock.now()

        def render() -> tuple[datetime | None, str]:
            shown = [self._show_invitation(key, organization, one) for one in invitations]
            next_expiry = min((one.expires_at for one in invitations if one.expires_at > now), default=None)
            return next_expiry, self._page("invitations", shown)

        return listing.rendered(key.id, now, render)

    def remove_members(self, key: Key, organization_id: str, user_ids: Iterable[str]) -> dict[str, Any]:
        """End memberships."""
        organization = self._organization(key, organization_id)
        self._require_owner(key)
        user_ids = list(user_ids)
        self._cope_with(self.accounts.get(user_id) for user_id in user_ids)

        def refused(unknown: str) -> Refused:
            known = unknown in self.accounts
            return Refused(404, "organization.membership_not_found" if known else "user.not_found")

        for user_id in self._existing(user_ids, organization.members, refused):
            self._drop_member(organization, organization.members[user_id])
        return {}

    def invite(
        self,
        key: Key,
        organization_id: str,
        emails: list[str],
        expires_in: str | None = None,
        role_assignments: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Send invitations; the reply lists them."""
        if key.kind == "gone":
            raise Refused(404, "user.not_found")
        stranger = Refused(404, "organization.user_organization_does_not_belong")
        organization = self._organization(key, organization_id, stranger)
        self._require_owner(key)
        self._cope_with(emails)
        if not emails or len(emails) > (self.switches.max_emails or len(emails)):
            raise Refused(400, "root.invalid_data", fields=["emails"])
        lifetime = self._lifetime(expires_in)
        grants = self._grants_in(organization, role_assignments or {})
        self._authorize(key, organization, grants.values(), adding=True)
        good = self._invitable(organization, emails)
        self._keep_pending_limit(organization, good)
        self._count_mails(organization, len(good))
        sent = [self._send(organization, email, lifetime, grants) for email in good]
        return {"invitations": [self._show_invitation(key, organization, invitation) for invitation in sent]}

    def uninvite(self, key: Key, organization_id: str, tokens: Iterable[str]) -> dict[str, Any]:
        """Delete invitations."""
        organization = self._organization(key, organization_id)
        self._require_owner(key)
        tokens = list(tokens)
        self._cope_with(one.email for one in organization.open_invitations() if one.token in tokens)
        if not any(TOKEN.fullmatch(token) for token in tokens):
            raise Refused(400, "root.invalid_data")
        there = {invitation.token for invitation in organization.open_invitations()}
        not_found = Refused(404, "organization.invitation_not_found")
        for token in self._existing(tokens, there, lambda _: not_found):
            self._drop_invitation(organization, organization.invitations[token])
        return {}

    def get_invitation(self, key: Key, token: str) -> dict[str, Any]:
        """The invitation of a token, accepted ones too."""
        organization, invitation = self._invitation(token)
        self._cope_with([invitation.email])
        return self._show_invitation(key, organization, invitation)

    def accept_invitation(self, key: Key, token: str) -> dict[str, Any]:
        """Join, with the account of the key: whoever has the token can do so."""
        if key.kind == "gone":
            raise Refused(404, "user.not_found")
        if key.email is None:
            raise Refused(403, "root.invalid_authentication")
        organization, invitation = self._invitation(token)
        self._cope_with([invitation.email])
        self._accept(organization, invitation, key.email)
        return {}

    # Role assignments

    def add_roles(self, key: Key, user_id: str, role_assignments: Mapping[str, Any]) -> dict[str, Any]:
        """Grant what is named."""

        def add(held: dict[GrantKey, Grant], grant: Grant) -> None:
            if grant.key in held:
                self._redundant("role_assignments.already_assigned")
                return
            others = [other for other in held if other[:3] == grant.key[:3]]
            reading = self.switches.same_role_other_application_roles
            if others and reading == "keep":
                return
            for other in others if reading == "replace" else []:
                del held[other]
            held[grant.key] = grant

        return self._change_roles(key, user_id, role_assignments, add, adding=True)

    def remove_roles(self, key: Key, user_id: str, role_assignments: Mapping[str, Any]) -> dict[str, Any]:
        """Take away what is named, and no other resource of the same role."""
        switches = self.switches
        parts = 3 if switches.removal_matching == "ignore_application_roles" else 4

        def take(held: dict[GrantKey, Grant], named: Grant) -> None:
            gone = [
                key
                for key, grant in held.items()
                if key[:parts] == named.key[:parts]
                and (switches.role_id_in_removal == "any" or named.role_id == grant.shown_role_id(switches))
            ]
            if not gone:
                self._redundant("role_assignments.not_assigned")
            for key in gone:
                del held[key]

        return self._change_roles(key, user_id, role_assignments, take, adding=False)

    def _change_roles(
        self,
        key: Key,
        user_id: str,
        role_assignments: Mapping[str, Any],
        change: Callable[[dict[GrantKey, Grant], Grant], None],
        adding: bool,
    ) -> dict[str, Any]:
        """Change what somebody holds, grant by grant; nothing is kept of it unless all goes well."""
        if key.kind == "gone":
            raise Refused(401, "root.unauthorized")
        self._cope_with([self.accounts.get(user_id)])
        named: dict[str, list[Grant]] = {}
        for organization_id, grant in parse(role_assignments, self.switches):
            named.setdefault(organization_id, []).append(grant)
        if not any(user_id in self.organizations[id_].members for id_ in key.organizations):
            raise Refused(400, "role_assignments.invalid_target_user_id")
        changed = []
        for organization_id, grants in named.items():
            if organization_id not in key.organizations:
                raise Refused(403, "role_assignments.unauthorized_role_assignments")
            organization = self.organizations[organization_id]
            member = organization.members.get(user_id)
            if member is None:
                raise Refused(400, "role_assignments.invalid_target_user_id")
            self._authorize(key, organization, grants, adding)
            held = dict(member.grants)
            for grant in grants:
                change(held, grant)
            changed.append((organization, member, held))
        for organization, member, held in changed:
            self._set_grants(organization, member, held)
        return {}

    def _cope_with(self, emails: Iterable[str | None]) -> None:
        """Fail where a request names somebody for whom the service always does."""
        unwell = {email.lower() for email in self.switches.always_fails}
        if unwell and any((email or "").lower() in unwell for email in emails):
            raise Refused(500, "root.internal")

    def _redundant(self, code: str) -> None:
        if self.switches.redundant_change == "error":
            raise Refused(400, code)

    # Rules that operations share

    def _organization(self, key: Key, organization_id: str, no_access: Refused | None = None) -> Organization:
        """An organization that the key may see. Most operations document only that it is not found otherwise."""
        not_found = Refused(404, "organization.not_found")
        if organization_id not in self.organizations:
            raise not_found
        if organization_id not in key.organizations:
            raise no_access or not_found
        return self.organizations[organization_id]

    def _invitation(self, token: str) -> tuple[Organization, Invitation]:
        for organization in self.organizations.values():
            if token in organization.invitations:
                return organization, organization.invitations[token]
        raise Refused(404, "organization.invitation_not_found")

    @staticmethod
    def _require_owner(key: Key) -> None:
        if key.kind != "owner":
            raise Refused(403, "root.invalid_authentication")

    def _existing(self, ids: Iterable[str], there: Iterable[str], refused: Callable[[str], Refused]) -> list[str]:
        """The ids of a delete that exist, each once."""
        ids, there = list(dict.fromkeys(ids)), set(there)
        unknown = [id_ for id_ in ids if id_ not in there]
        if unknown and (self.switches.unknown_id_in_delete == "refuse_all" or len(unknown) == len(ids)):
            raise refused(unknown[0])
        return [id_ for id_ in ids if id_ in there]

    def _authorize(self, key: Key, organization: Organization, grants: Iterable[Grant], adding: bool) -> None:
        """Every single resource has to be one that the key may administer, and that is there to be seen."""
        hidden = {scope for (scope, _id), one in organization.resources.items() if one.state == "hidden"}
        for grant in grants:
            good = key.sees(grant)
            if grant.resource not in (ALL, None):
                found = organization.resources.get((grant.scope, grant.resource))
                good &= self.switches.unknown_resources == "accept" if found is None else found.state == "known"
            elif adding and grant.scope in hidden:
                good &= not self.switches.invitation_all_refused_when_hidden
            if not good:
                raise Refused(403, "role_assignments.unauthorized_role_assignments")

    def _grants_in(
        self, organization: Organization, role_assignments: Mapping[str, Any], field: str = "role_assignments"
    ) -> dict[GrantKey, Grant]:
        """The grants of role assignments that may name no other organization."""
        found = parse(role_assignments, self.switches, organization.id, field)
        return {grant.key: grant for _organization, grant in found}

    @staticmethod
    def _lifetime(expires_in: str | None) -> timedelta:
        lifetime = duration("72h" if expires_in is None else expires_in)
        if lifetime is None:
            raise Refused(400, "root.invalid_data", fields=["expires_in"])
        return lifetime

    def _invitable(self, organization: Organization, emails: list[str]) -> list[str]:
        """The emails that can be invited; refused if some cannot, or none."""
        switches = self.switches
        belong = self._belonging(organization)
        taken = {one.email.lower() for one in self._counting(organization)}
        codes: dict[str, str] = {}
        good = []
        for email in emails:
            if len(email) > 254 or not EMAIL.fullmatch(email):
                codes[email] = "organization.invitation_invalid_email"
            elif email.lower() in belong:
                codes[email] = "organization.user_organization_already_belongs"
            elif email.lower() in taken and switches.existing_invitation == "refuse":
                codes[email] = "organization.invitation_already_exists"
            else:
                good.append(email)
                taken.add(email.lower())
        if codes and (switches.bad_email_in_batch == "refuse_all" or not good):
            raise Refused(400, *dict.fromkeys(codes.values()), fields=["emails"])
        return good

    def _belonging(self, organization: Organization) -> set[str]:
        """The emails, in lower case, of those who cannot join since they are members here or elsewhere."""
        where = [organization] if self.switches.several_organizations else self.organizations.values()
        members = {(member.email or "").lower() for one in where for member in one.members.values()}
        return members if self.switches.several_organizations else members | self.outsiders

    def _counting(self, organization: Organization) -> list[Invitation]:
        """The invitations that stand in the way of another."""
        now = self.clock.now()
        expired_count = self.switches.expired_invitation_counts
        return [one for one in organization.open_invitations() if expired_count or one.expires_at > now]

    def _keep_pending_limit(self, organization: Organization, emails: Iterable[str]) -> None:
        """Refuse more pending invitations than there may be; who is invited again counts once."""
        limit, now = self.switches.max_pending_invitations, self.clock.now()
        everyone = self.switches.pending_limit_counts_expired
        pending = {one.email.lower() for one in organization.open_invitations() if everyone or one.expires_at > now}
        if limit is not None and len(pending.union(email.lower() for email in emails)) > limit:
            raise Refused(400, "organization.invitations_pending_limit_exceeded")

    def _count_mails(self, organization: Organization, number: int) -> None:
        """Keep the limit of invitations, over a window that moves along."""
        limit, now = self.switches.invitation_limit, self.clock.now()
        window = timedelta(seconds=self.switches.invitation_limit_seconds)
        mailed = organization.mailed
        while mailed and mailed[0] <= now - window:
            mailed.popleft()
        if limit is not None and len(mailed) + number > limit:
            wait = (mailed[0] + window - now).total_seconds() if mailed else window.total_seconds()
            retry_after = math.ceil(wait) if self.switches.retry_after else None
            raise Refused(429, "organization.invitations_rate_limit_exceeded", retry_after=retry_after)
        mailed.extend([now] * number)

    def _send(self, organization: Organization, email: str, lifetime: timedelta, grants: Grants) -> Invitation:
        """Invite one person, in place of open invitations of the same one."""
        now = self.clock.now()
        before = [one for one in organization.open_invitations() if one.email.lower() == email.lower()]
        counting = [one for one in self._counting(organization) if one in before] if before else []
        if counting and self.switches.existing_invitation == "refresh_keep_roles":
            invitation = replace(counting[-1], expires_at=now + lifetime)
        else:
            invitation = Invitation(self._new_token(), email, now, now + lifetime, grants)
        gone = {"go": before, "last_goes": before[-1:], "stay": []}[self.switches.older_invitations]
        self._write_invitations(organization)
        for token in [invitation.token, *(one.token for one in gone)]:
            organization.invitations.pop(token, None)
        organization.invitations[invitation.token] = invitation
        self._happened_to("refreshed" if counting else "invited", organization, invitation)
        return invitation

    # What is shown

    def _page(self, name: str, shown: list[dict[str, Any]]) -> str:
        """A list as JSON text, as far as one reply holds it."""
        first = shown[: self.switches.page_size]
        more = {"next_page": str(len(first))} if len(first) < len(shown) else {}
        return json.dumps({name: first, **more})

    def _page_of(self, name: str, shown: list[dict[str, Any]], next_page: str) -> dict[str, Any]:
        """One page of a list of which the next one can be asked for, with what the reply before named."""
        size = self.switches.entries_per_page or max(1, len(shown))
        if next_page and not (next_page.isdecimal() and next_page.isascii()):
            raise Refused(400, "root.invalid_data", fields=["next_page"])
        start = 0 if self.switches.next_page_repeats else int(next_page or 0)
        more = {"next_page": str(start + size)} if start + size < len(shown) else {}
        return {name: shown[start : start + size], **more}

    def _show_organization(self, organization: Organization, changed: bool = False) -> dict[str, Any]:
        """What is null is left out, for no published type can be that. `changed`: in the answer to a change."""
        shown = self.switches.enforcement_shown
        hidden = shown == "never" or (shown == "when_changed" and not changed)
        settings = {
            name: value
            for name, value in organization.settings.items()
            if value is not None and not (hidden and name == "enforce_authentication_method")
        }
        if shown == "with_null":
            settings.setdefault("enforce_authentication_method", None)
        return {"id": organization.id, "name": organization.name, **settings}

    def _show_member(self, key: Key, organization: Organization, member: Member) -> dict[str, Any]:
        reply: dict[str, Any] = {"organization_id": organization.id, "user_id": member.user_id}
        reply |= {"name": member.name} if member.name is not None else {}
        reply |= {"email": self._show_email(member.email)} if member.email is not None else {}
        reply["member_since"] = timestamp(member.member_since)
        self._show_grants(reply, key, organization, member.grants)
        return _merged(reply, member.extra)

    def _show_invitation(self, key: Key, organization: Organization, invitation: Invitation) -> dict[str, Any]:
        reply = {
            "token": invitation.token,
            "email": self._show_email(invitation.email),
            "created_at": timestamp(invitation.created_at),
            "expires_at": timestamp(invitation.expires_at),
            "expired": invitation.expires_at <= self.clock.now(),
            "organization": self._show_organization(organization),
        }
        if invitation.accepted_at is not None:
            reply["accepted_at"] = timestamp(invitation.accepted_at)
        self._show_grants(reply, key, organization, invitation.grants)
        return reply

    def _show_grants(self, reply: dict[str, Any], key: Key, organization: Organization, grants: Grants) -> None:
        shown = [grant for grant in grants.values() if key.sees(grant)]
        if key.kind == "limited":
            view = self.switches.limited_view
            if view == "nothing" or (view == "left_out" and not shown):
                return
        show(reply, shown, organization.id, self.switches, self.rng)

    def _show_email(self, email: str) -> str:
        return email.lower() if self.switches.email_case == "lower" else email

    # Changes; every one of them goes through here

    def _happened(self, event: str, organization: Organization, **details: Any) -> None:
        self._event_count += 1
        self.events.append({"seq": self._event_count, "event": event, "organization_id": organization.id, **details})

    def _happened_to(self, event: str, organization: Organization, who: Member | Invitation) -> None:
        details: dict[str, Any] = {"user_id": who.user_id} if isinstance(who, Member) else {}
        details |= {"email": who.email, "grants": [grant.event() for grant in who.grants.values()]}
        self._happened(event, organization, **details)

    def _write_members(self, organization: Organization) -> None:
        organization.member_list.writing(organization.members.values(), self.switches.list_lag)

    def _write_invitations(self, organization: Organization) -> None:
        organization.invitation_list.writing(organization.open_invitations(), self.switches.list_lag)

    def _set_grants(self, organization: Organization, member: Member, after: Grants) -> None:
        before = member.grants
        if after.keys() == before.keys():
            return
        self._write_members(organization)
        organization.members[member.user_id] = replace(member, grants=after)
        whose = {"user_id": member.user_id, "email": member.email}
        for key in after:
            if key not in before:
                self._happened("granted", organization, **whose, grant=after[key].event())
        for key in before:
            if key not in after:
                self._happened("revoked", organization, **whose, grant=before[key].event())

    def _drop_member(self, organization: Organization, member: Member) -> None:
        self._write_members(organization)
        del organization.members[member.user_id]
        self._happened_to("removed", organization, member)

    def _drop_invitation(self, organization: Organization, invitation: Invitation) -> None:
        self._write_invitations(organization)
        del organization.invitations[invitation.token]
        self._happened_to("uninvited", organization, invitation)

    def _accept(self, organization: Organization, invitation: Invitation, email: str) -> Member:
        now = self.clock.now()
        if invitation.accepted_at is not None or invitation.expires_at <= now:
            raise Refused(404, "organization.invitation_not_found")
        if email.lower() in self._belonging(organization):
            raise Refused(400, "organization.user_organization_already_belongs")
        self._write_invitations(organization)
        organization.invitations[invitation.token] = replace(invitation, accepted_at=now)
        return self._join(organization, "accepted", email, invitation.grants)

    def _join(
        self,
        organization: Organization,
        event: str,
        email: str | None,
        grants: Grants,
        user_id: str | None = None,
        **details: Any,
    ) -> Member:
        """Somebody becomes a member. Who was one before keeps the user id, since it belongs to the account."""
        if user_id is None:
            known = self._ids_by_email.get((email or "").lower(), [])
            user_id = next((id_ for id_ in known if id_ not in organization.members), None) or self._new_id()
        details = {"name": _name_of(email), "member_since": self.clock.now()} | details
        member = Member(user_id, email, grants=grants, **details)
        self._remember(user_id, email)
        self._write_members(organization)
        organization.members[user_id] = member
        self._happened_to(event, organization, member)
        return member

    def _remember(self, user_id: str, email: str | None) -> None:
        if user_id not in self.accounts and email:
            self._ids_by_email.setdefault(email.lower(), []).append(user_id)
        self.accounts[user_id] = (email or "").lower()

    def _new_id(self) -> str:
        """Ten digits, as the vendor's ids of people and organizations are."""
        while (id_ := str(self.rng.randint(10**9, 10**10 - 1))) in self.accounts or id_ in self.organizations:
            pass
        return id_

    def _new_token(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"


def duration(text: str) -> timedelta | None:
    """A length of time such as `3d` or `72h`; None if it is none."""
    match = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    return None if match is None else timedelta(**{UNITS[match[2]]: int(match[1])})


def timestamp(moment: datetime) -> str:
    """A time as the API writes it: RFC 3339, in UTC, with milliseconds."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _name_of(email: str | None) -> str | None:
    return None if email is None else email.partition("@")[0].replace(".", " ").title()


def _merged(reply: dict[str, Any], extra: Mapping[str, Any]) -> dict[str, Any]:
    """The reply with more in it, at any depth; lists become longer."""
    for name, value in extra.items():
        if isinstance(value, Mapping) and isinstance(reply.get(name), dict):
            _merged(reply[name], value)
        elif isinstance(value, list) and isinstance(reply.get(name), list):
            reply[name] = reply[name] + value
        else:
            reply[name] = value
    return reply
