# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Who there is: members, people with invitations, people who are only defined, and how each stands to the definition.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING, Grants, is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Selection,
    email_key,
    person_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.definition import Definition, Entry
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Options


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person as the review sees them: a member, somebody invited, or somebody who is only defined.

    key: `user:ID`, `invite:EMAIL` or `missing:EMAIL`; held: what they have, or the pending invitations give;
    standing: `managed`, `ignored`, `unmanaged`, None where no definition tells; pattern: by which entry of `ignore`;
    leftover: whether it is an invitation of somebody who is a member already; shared: whether several members have
    this email.
    """

    key: str
    status: str
    email: str | None
    member: Member | None = None
    invitations: tuple[Invitation, ...] = ()
    held: Grants = NOTHING
    roles_shown: bool | None = True
    standing: str | None = None
    pattern: str | None = None
    entry: Entry | None = None
    external: bool | None = None
    leftover: bool = False
    shared: bool = False

    @property
    def user_id(self) -> str | None:
        """The user id of a member."""
        return self.member.user_id if self.member else None

    @property
    def label(self) -> str:
        """How texts name the person."""
        return plain(self.email or self.user_id or "")

    @property
    def is_invited(self) -> bool:
        """Whether there is a pending invitation, and the person is no member."""
        return self.status == "pending" and not self.leftover

    @property
    def is_in(self) -> bool:
        """Whether the person has access, or has it as soon as they accept."""
        return self.member is not None or self.is_invited

    @property
    def owner(self) -> bool:
        """Whether they are shown to hold the owner role, or are to get it."""
        return is_owner(self.held)

    @property
    def wanted(self) -> Entry | None:
        """The entry that wants the person in."""
        return self.entry if self.entry and self.entry.desired.present else None

    @property
    def unwanted(self) -> Entry | None:
        """The entry that wants the person gone."""
        return self.entry if self.entry and not self.entry.desired.present else None

    @property
    def stated(self) -> Grants | None:
        """What the entry gives a wanted person, None where it states no roles."""
        return self.wanted.desired.grants if self.wanted else None


@dataclass(frozen=True)
class Standing:
    """By what somebody is told apart: the definition (None: there is none), who is decided about elsewhere, and which
    domains are internal.
    """

    definition: Definition | None
    ignore: Selection
    options: Options

    def entry(self, email: str | None) -> Entry | None:
        """Return the entry for an email."""
        return self.definition.entries.get(email_key(email)) if self.definition and email else None

    def of(self, email: str | None, user_id: str | None) -> tuple[str | None, str | None]:
        """Return how somebody stands to the definition, and by which entry of `ignore`."""
        if self.entry(email):
            return "managed", None
        unusable = self.definition is not None and bool(self.definition.faults)
        if not unusable and (pattern := self.ignore.entry_for(email, user_id)):  # else there may be an entry
            return "ignored", pattern
        return None if unusable or self.definition is None else "unmanaged", None

    def is_external(self, email: str | None) -> bool | None:
        """Return whether somebody is from outside, None where that cannot be told."""
        if not email or not self.options.internal_domains:
            return None
        return not self.options.is_internal(domain_of(email))


def everybody(people: People, standing: Standing) -> list[Somebody]:
    """Return everybody who was read, and who is wanted and was not, ordered by key."""
    found = [_member(member, people, standing) for member in people.members.values()]
    for key, person in people.by_person.items():
        if person.invitations:
            found.append(_invited(key, person.invitations, bool(person.members), standing))
    # Whoever stands on a page that was not read is not missing.
    if standing.definition and people.whole:
        for key, entry in standing.definition.entries.items():
            if entry.desired.present and key not in people.by_person:
                found.append(_defined(key, entry, standing))
    return sorted(found, key=lambda one: one.key)


def _member(member: Member, people: People, standing: Standing) -> Somebody:
    state, pattern = standing.of(member.email, member.user_id)
    return Somebody(
        f"user:{member.user_id}",
        member.status,
        member.email,
        member=member,
        held=member.grants,
        roles_shown=member.roles_shown,
        standing=state,
        pattern=pattern,
        entry=standing.entry(member.email),
        external=standing.is_external(member.email),
        shared=bool(member.email) and person_key(member.email, None) in people.shared_emails,
    )


def _invited(key: str, invitations: Sequence[Invitation], leftover: bool, standing: Standing) -> Somebody:
    """Return somebody with invitations, the pending ones and the latest first. An expired one gives nothing, and
    neither does one of somebody who is a member already.
    """
    pending = [] if leftover else [one for one in invitations if not one.expired]
    email = invitations[0].email
    state, pattern = standing.of(email, None)
    return Somebody(
        f"invite:{key}",
        invitations[0].status,
        email,
        invitations=tuple(invitations),
        held=NOTHING.union(*(one.grants for one in pending)),
        roles_shown=all(one.roles_shown for one in pending),
        standing=state,
        pattern=pattern,
        entry=standing.entry(email),
        external=standing.is_external(email),
        leftover=leftover,
    )


def _defined(key: str, entry: Entry, standing: Standing) -> Somebody:
    email = entry.desired.email
    return Somebody(
        f"missing:{key}",
        "missing",
        email,
        roles_shown=None,
        standing="managed",
        entry=entry,
        external=standing.is_external(email),
    )


def domain_of(email: str) -> str:
    """Return the domain of an email in the spelling that compares."""
    return email_key(email).rpartition("@")[2]
