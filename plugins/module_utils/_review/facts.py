# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a review knows: what was read of an organization, what was not, and who is who by the definition.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import typing as t
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    SCOPES,
    Grant,
    in_order,
    missing,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Selection,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    RoleMapping,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.definition import Definition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Options
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.population import (
    Somebody,
    Standing,
    everybody,
)

WRITING = ("admin", "developer", "editor")  # roles of a scope that may change what is in it
Json = dict[str, t.Any]


@dataclass(frozen=True)
class Evidence:
    """What was read of an organization, in one go.

    description: the organization as the service has it; api_keys, role_mappings, domains: None where they were not
    read; provider: None where there is none, or where it was not read; names: the lists of resources that were asked
    for; unread: why a part was not read, by its name, such as `api_keys`; further_pages: which of `members` and
    `invitations` the service lists on further pages; requests: each with method, path, status and count of items.
    """

    organization_id: str
    description: Mapping[str, t.Any]
    members: Sequence[Member]
    invitations: Sequence[Invitation]
    started_at: dt.datetime
    finished_at: dt.datetime
    api_keys: Sequence[ApiKey] | None = None
    role_mappings: Sequence[RoleMapping] | None = None
    provider: IdentityProvider | None = None
    domains: Sequence[str] | None = None
    names: Names = field(default_factory=Names)
    unread: Mapping[str, str] = field(default_factory=dict)
    further_pages: frozenset[str] = frozenset()
    requests: Sequence[Json] = ()


@dataclass(frozen=True, slots=True)
class Revoked:
    """One row of a decided table that says revoke. kind: `grant`, `person`, `api_key` or `role_mapping`; key: of the
    person, the key or the mapping; grant: the id of a grant.
    """

    row_id: str
    kind: str
    key: str
    label: str
    grant: str | None = None


@dataclass(frozen=True)
class Decisions:
    """The newest attestation: of which document, when, about how many rows, and what was to be revoked."""

    report_id: str
    sha256: str
    attested_at: dt.datetime
    total: int
    decided: int
    revoked: tuple[Revoked, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """A grant that somebody holds, or lacks, and what the definition says of it."""

    grant: Grant
    state: str
    why: tuple[Mapping[str, str], ...] = ()


class Facts:
    """Everything that rules look at, in an order that is always the same.

    definition: None for an inventory alone; ignore: who is decided about elsewhere; decisions: the newest attestation,
    None where there is none.
    """

    def __init__(
        self,
        evidence: Evidence,
        options: Options | None = None,
        definition: Definition | None = None,
        ignore: Selection = Selection(),
        decisions: Decisions | None = None,
    ) -> None:
        self.evidence, self.options, self.definition, self.decisions = (
            evidence,
            options or Options(),
            definition,
            decisions,
        )
        self.now = evidence.finished_at
        self.organization_id = evidence.organization_id
        self.people = People(evidence.members, evidence.invitations, whole=not evidence.further_pages)
        self.usable = definition is not None and not definition.faults
        entries = definition.entries if definition else {}
        self.ignore = ignore.sparing((entry.desired.email, None) for entry in entries.values())
        self._ids: dict[tuple[str, Grant], str] = {}
        self.everybody = everybody(self.people, Standing(definition, self.ignore, self.options))
        self.by_key = {one.key: one for one in self.everybody}

    @functools.cached_property
    def api_keys(self) -> list[ApiKey] | None:
        """The API keys of this organization, and those that name none; None where they were not read."""
        if self.evidence.api_keys is None:
            return None
        ours = (self.organization_id, None)
        return sorted((key for key in self.evidence.api_keys if key.organization_id in ours), key=lambda key: key.id)

    @functools.cached_property
    def current_keys(self) -> list[ApiKey]:
        """Those API keys that were read and have not ended: one that has is as good as gone, even if it is listed."""
        return [key for key in self.api_keys or () if not key.over(self.now)]

    @functools.cached_property
    def role_mappings(self) -> list[RoleMapping] | None:
        """The role mappings, None where they were not read."""
        found = self.evidence.role_mappings
        return None if found is None else sorted(found, key=lambda one: one.name)

    @property
    def identity_provider(self) -> str:
        """Either `enabled`, `disabled`, `none` or `unknown`."""
        if "identity_provider" in self.evidence.unread:
            return "unknown"
        if self.evidence.provider is None:
            return "none"
        return {True: "enabled", False: "disabled", None: "unknown"}[self.evidence.provider.enabled]

    @property
    def members(self) -> list[Somebody]:
        """Who is in the list of members."""
        return [one for one in self.everybody if one.member]

    @property
    def whoever_is_in(self) -> list[Somebody]:
        """Members, and who is invited."""
        return [one for one in self.everybody if one.is_in]

    @property
    def compared(self) -> list[Somebody]:
        """Those whom rules about drift look at: nobody who is ignored, or whose email several members share."""
        return [one for one in self.everybody if one.standing in ("managed", "unmanaged") and not one.shared]

    @functools.cached_property
    def blind(self) -> bool:
        """Whether the API key does not see every role: every organization has an owner, and it sees none."""
        return not self.people.owners

    @functools.cached_property
    def hidden(self) -> list[Somebody]:
        """Those whose roles the replies leave out."""
        return [one for one in self.everybody if one.roles_shown is False]

    @property
    def members_whole(self) -> bool:
        """Whether the list of members held everybody."""
        return "members" not in self.evidence.further_pages

    def may_be_unseen(self, key: str) -> bool:
        """Return whether this subject, a person who was not seen, may stand on a page that was not read."""
        return key not in self.by_key and not self.people.whole

    def id_of(self, key: str, grant: Grant) -> str:
        """Return the id of a grant of the person with this key: a hash of what it is."""
        found = self._ids.get((key, grant))
        if found is None:
            parts = [
                self.organization_id,
                key,
                grant.scope,
                grant.role,
                grant.resource,
                grant.application_roles,
                grant.extra,
            ]
            found = self._ids[key, grant] = hashed(parts)
        return found

    def ids_of(self, one: Somebody, grants: t.Iterable[Grant]) -> tuple[str, ...]:
        """Return the ids of these grants of a person."""
        return tuple(self.id_of(one.key, grant) for grant in grants)

    @functools.cached_property
    def judged(self) -> dict[str, list[Judged]]:
        """By the key of a person, what they hold and what they lack, each with what the definition says of it."""
        return {one.key: [*self._held(one), *self._lacked(one)] for one in self.everybody}

    def _held(self, one: Somebody) -> t.Iterator[Judged]:
        entry = one.entry.desired if one.entry else None
        for grant in in_order(one.held):
            if one.standing == "ignored":
                yield Judged(grant, "ignored", ({"ignore": one.pattern or ""},))
            elif one.standing is None or one.shared:
                yield Judged(grant, "not_judged")
            elif entry is None:
                yield Judged(grant, "unmanaged")
            elif not entry.present:
                yield Judged(grant, "excess")
            elif one.stated is None:
                yield Judged(grant, "unstated")
            elif not grant.understood:
                yield Judged(grant, "not_judged")
            elif grant in one.stated:
                yield Judged(grant, "as_defined", _why(entry.where, entry.sources(grant)))
            else:
                yield Judged(grant, "excess")

    def _lacked(self, one: Somebody) -> t.Iterator[Judged]:
        if one.stated is None or not one.is_in or one.shared or not one.roles_shown or self.blind or not one.entry:
            return
        entry = one.entry.desired
        for grant in in_order(missing(one.stated, one.held)):
            yield Judged(grant, "missing", _why(entry.where, entry.sources(grant)))


def hashed(parts: t.Any) -> str:
    """Return an id for what has these parts."""
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def is_privileged(grant: Grant) -> bool:
    """Return whether a grant lets somebody do harm: ownership, administration, writing everywhere, or nobody knows."""
    if not grant.recognised or not grant.is_known or grant.role.endswith("-admin"):
        return True
    return grant.for_everything and short_role(grant) in WRITING


def short_role(grant: Grant) -> str:
    """Return a recognised role without the prefix of its scope, such as `viewer`."""
    return grant.role.removeprefix(SCOPES[grant.scope].prefix)


def fully_understood(grant: Grant) -> bool:
    """Return whether this version knows scope, role and every field of a grant."""
    return grant.understood and grant.is_known


def _why(where: str, sources: t.Iterable[str | None]) -> tuple[Mapping[str, str], ...]:
    return tuple({"entry": where} if group is None else {"group": group} for group in sources)
