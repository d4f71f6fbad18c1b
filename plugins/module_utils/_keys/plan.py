# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The plan that makes or revokes an API key.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import (
    ApiKey,
    Own,
    as_keys_hold,
    nobodys,
    ours,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted


class AtHand(t.NamedTuple):
    """What there is of a key in files: secret: whether `dest` is there and not empty; id: what `DEST.id` says, None
    where that is not there.
    """

    secret: bool
    id: str | None

    @property
    def whole(self) -> bool:
        """Whether both are there."""
        return self.secret and self.id is not None

    @property
    def nothing(self) -> bool:
        """Whether neither is there."""
        return not self.secret and self.id is None


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan: `create_api_key`, or `revoke_api_key`, then with the key that goes.

    grants: of the key; expires_in: of a new one.
    """

    action: str
    name: str
    grants: Grants
    reason: str
    key: ApiKey | None = None
    expires_in: str | None = None

    @property
    def id(self) -> str | None:
        """The id of the key that goes."""
        return self.key.id if self.key else None

    @property
    def words(self) -> str:
        """How messages name it."""
        return plain(f"{self.action} {self.key.words if self.key else repr(self.name)}")

    def result(self) -> dict[str, t.Any]:
        """Return it as the contract's `plan` has it."""
        access = {"role_assignments": to_assignments(self.grants)}
        return {
            "action": self.action,
            "name": self.name,
            "id": self.id,
            "before": {**access, "expires_at": self.key.expires_at} if self.key else None,
            "after": None if self.key else {**access, "expires_in": self.expires_in},
            "reason": plain(self.reason),
        }


@dataclass(slots=True)
class Plan:
    """Actions, and what planning found beside them.

    current: the key that is as asked for, and stays or is due; elsewhere: the one that would be, were its secret at
    hand; doubtful: those that would be, did they say that they belong to the organization; namesakes: all keys of the
    organization with this name; unclaimed: those that name no organization; unseen: those of the name whose roles the
    service does not show; left: those that may be the key in use and are not revoked for that; own: those that are.
    """

    actions: list[Action] = field(default_factory=list)
    current: ApiKey | None = None
    elsewhere: ApiKey | None = None
    doubtful: list[ApiKey] = field(default_factory=list)
    namesakes: list[ApiKey] = field(default_factory=list)
    unclaimed: list[ApiKey] = field(default_factory=list)
    unseen: list[ApiKey] = field(default_factory=list)
    left: list[ApiKey] = field(default_factory=list)
    own: list[ApiKey] = field(default_factory=list)

    @property
    def creates(self) -> bool:
        """Whether a key is to be made."""
        return any(action.key is None for action in self.actions)

    @property
    def superseded(self) -> list[ApiKey]:
        """The keys of this name that are left beside the current one, or beside a new one."""
        gone = {action.id for action in self.actions}
        stays = None if self.creates or not self.current else self.current.id
        return [key for key in self.namesakes if key.id not in gone and key.id != stays]


def make_plan(
    wanted: Wanted,
    keys: Sequence[ApiKey],
    organization_id: str,
    own: Own,
    now: dt.datetime,
    findings: Findings,
    at_hand: AtHand | None = None,
) -> Plan:
    """Return the plan for a key.

    keys: all that were read; own: which of them is the key in use; at_hand: what there is in files, None where no file
    is asked for. What can be seen only now goes to the findings.
    """
    current = sorted(ours(keys, organization_id, now), key=lambda key: key.age, reverse=True)
    unclaimed = sorted(nobodys(keys, now), key=lambda key: key.age, reverse=True)
    if wanted.id:
        return _plan_revocation_by_id(wanted, current, keys, own, now, findings)
    plan = Plan(
        namesakes=[key for key in current if key.name.strip() == wanted.name],
        unclaimed=[key for key in unclaimed if key.name.strip() == wanted.name],
    )
    if wanted.present:
        _plan_presence(wanted, plan, now, at_hand)
    else:
        _plan_revocation_by_name(wanted, plan, own, findings)
    return plan


def is_exact(key: ApiKey, wanted: Grants) -> bool:
    """Return whether a key has exactly these grants, as far as the service shows."""
    return key.roles_shown and as_keys_hold(key.grants) == as_keys_hold(wanted)


def has_more(key: ApiKey, wanted: Grants) -> bool:
    """Return whether a key has, or may have, grants beside these."""
    return not key.roles_shown or bool(as_keys_hold(key.grants) - as_keys_hold(wanted))


def owners(keys: Iterable[ApiKey]) -> set[str | None]:
    """Return the user ids of those who have made keys."""
    return {key.user_id for key in keys}


def told_with_creators(keys: Iterable[ApiKey]) -> str:
    """Return keys in words: the id, who has made it and when it ends, of each."""
    return ", ".join(
        f"id {key.id} made by {key.user_id or 'somebody who is not shown'}, "
        f"{f'ends {key.expires_at}' if key.expires_at else 'does not end'}"
        for key in keys
    )


def _plan_presence(wanted: Wanted, plan: Plan, now: dt.datetime, at_hand: AtHand | None) -> None:
    exact = [key for key in plan.namesakes if is_exact(key, wanted.grants)]
    doubtful = [key for key in plan.unclaimed if is_exact(key, wanted.grants)]
    plan.unseen = [key for key in plan.namesakes if not key.roles_shown]
    why = "no API key with this name and exactly these role assignments is shown to this API key"
    if at_hand is None:
        plan.current = exact[0] if exact else None
    elif at_hand.whole:  # an id that stands beside the secret tells which key that is, whatever else the list tells
        plan.current = next((key for key in [*exact, *doubtful] if key.id == at_hand.id), None)
        why = f"the API key in dest (id {at_hand.id}) is not shown to this API key with exactly these role assignments"
    elif at_hand.nothing:
        plan.elsewhere = exact[0] if exact else None
    else:
        why = "only one of dest and DEST.id is there, so it is not known which API key that is"
    if plan.current is None and (at_hand is None or at_hand.nothing):
        plan.doubtful = doubtful
    if wanted.force:
        why = "force is true"
    elif plan.current and wanted.renew_before and plan.current.ends - now <= wanted.renew_before:
        why = f"the API key {plan.current.id} ends on {plan.current.expires_at}, which is within renew_before"
    elif plan.current:
        return
    plan.actions = [Action("create_api_key", wanted.name, wanted.grants, why, expires_in=wanted.expires_in)]


def _plan_revocation_by_name(wanted: Wanted, plan: Plan, own: Own, findings: Findings) -> None:
    if len(owners(plan.namesakes)) > 1:
        findings.problem(
            "name",
            f"API keys with the name {wanted.name!r} were made by several people; say which one is meant by its id: "
            f"{told_with_creators(plan.namesakes)}",
        )
        return
    plan.own = [key for key in plan.namesakes if key.id in own.surely]
    plan.left = [key for key in plan.namesakes if key.id in own.maybe]
    for key in plan.namesakes:
        if key not in plan.own and key not in plan.left:
            plan.actions.append(_revocation(key))


def _plan_revocation_by_id(
    wanted: Wanted,
    current: Sequence[ApiKey],
    keys: Sequence[ApiKey],
    own: Own,
    now: dt.datetime,
    findings: Findings,
) -> Plan:
    plan = Plan()
    for key in keys:
        if key.id != wanted.id or key.over(now):
            continue
        if key not in current:
            whose = "another organization" if key.organization_id else "no organization"
            findings.problem("id", f"the API key {key.words} names {whose}, and is not revoked; do so in the console")
        elif key.id in own.surely:
            plan.own = [key]
        else:
            plan.actions = [_revocation(key)]
    return plan


def _revocation(key: ApiKey) -> Action:
    return Action("revoke_api_key", key.name, key.grants, "state is absent", key)
