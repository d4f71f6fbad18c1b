# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The guards for API keys, which refuse a plan as a whole before anything is written, and what is warned of.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey, Own
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import GuardError, plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import (
    Plan,
    has_more,
    owners,
    told_with_creators,
)

MOST_KEYS = 5  # unexpired ones of one name
REVOKE_BY_ID = "by a task of org_api_key with its id and state=absent"
REPLACE_IT = (
    "make another API key, put it in the place of the one in use, run again with it, and then revoke this one "
    f"{REVOKE_BY_ID}"
)


def check_guards(wanted: Wanted, plan: Plan) -> None:
    """Raise GuardError when a guard refuses the plan; the first that does speaks."""
    for refusal in (
        _check_own_key(plan),
        _check_visibility(wanted, plan),
        _check_secret_elsewhere(wanted, plan),
        _check_too_many_keys(wanted, plan),
    ):
        if refusal:
            words = plain(f"Nothing was changed. The guard {refusal.name} refuses the plan: {refusal}")
            raise GuardError(refusal.name, words, refusal.limit, refusal.found, refusal.emails)


def warnings_about(wanted: Wanted, plan: Plan, own: Own, creator: str | None) -> list[str]:
    """Return what the user should know of. creator: who makes a key that this run makes, where that is known."""
    warnings = []
    if plan.unclaimed:
        warnings.append(
            f"API keys with the name {wanted.name!r} name no organization, and so neither count nor are revoked: "
            f"{_ids(plan.unclaimed)}."
        )
    if wanted.present:
        makers = owners(plan.namesakes) | ({creator} if plan.creates and creator else set())
        if len(makers) > 1:
            warnings.append(
                f"API keys with the name {wanted.name!r} are made by several people: "
                f"{told_with_creators(plan.namesakes)}. Other names would tell them apart."
            )
        if wide := [key for key in plan.superseded if has_more(key, wanted.grants)]:
            warnings.append(
                f"Older API keys with the name {wanted.name!r} go on working, and have roles that are not defined: "
                f"{_ids(wide)}. Once the new one is in its place, revoke each {REVOKE_BY_ID}."
            )
    if plan.left:
        warnings.append(
            f"Left, since nothing tells for certain whether it is the API key in use: {_ids(plan.left)}. To be rid of "
            f"it, {REPLACE_IT}."
        )
    if wanted.id and (maybe := [action for action in plan.actions if action.id in own.maybe]):
        warnings.append(
            f"Nothing tells for certain whether the API key {maybe[0].id}, which is revoked, is the one in use. If it "
            "is, every later request with it is refused."
        )
    return [plain(warning) for warning in warnings]


def only_ones_creators(several_members: bool) -> str:
    """Return the warning that others' keys may not be seen. several_members: whether that is known."""
    who = "one person of several members" if several_members else "one person"
    return (
        f"All API keys that are shown to this API key were made by {who}: it may not see those that others have made."
    )


def _check_own_key(plan: Plan) -> GuardError | None:
    if not plan.own:
        return None
    return GuardError(
        "own_key",
        f"{_ids(plan.own)} is the API key in use, or ends at the same time, and is not revoked with itself. Instead, "
        f"{REPLACE_IT}.",
        0,
        len(plan.own),
        [],
    )


def _check_visibility(wanted: Wanted, plan: Plan) -> GuardError | None:
    """Refuse to make a key where one of its name shows no roles, so that it may be the one that is asked for."""
    if not plan.unseen or not plan.creates or plan.current or wanted.force:
        return None
    return GuardError(
        "visibility",
        f"the service shows no roles for API keys with the name {wanted.name!r}, so nothing tells whether one of them "
        f"is what is asked for: {_ids(plan.unseen)}. Revoke each {REVOKE_BY_ID}, take another name, or make a new "
        "API key whatever there is with force=true.",
        0,
        len(plan.unseen),
        [],
    )


def _check_secret_elsewhere(wanted: Wanted, plan: Plan) -> GuardError | None:
    if wanted.force or not plan.creates:
        return None
    if plan.elsewhere:
        key = plan.elsewhere
        return GuardError(
            "secret_elsewhere",
            f"the API key {key.words} is there with exactly these roles, made on {key.created_at} by "
            f"{key.user_id or 'somebody who is not shown'}, and neither dest nor DEST.id is on this host. Its secret "
            "is where it was made: look on the machine that ran this task before, in the vault, or in the execution "
            "environment, which may be gone; or a run was broken off before it could write the file, and then nobody "
            "has it. Copy both files from there, or make another API key with force=true and revoke this one "
            f"{REVOKE_BY_ID}.",
            0,
            1,
            [],
        )
    if plan.doubtful:
        return GuardError(
            "secret_elsewhere",
            f"API keys with the name {wanted.name!r} and exactly these roles are there, and the service does not say "
            f"whether they are this organization's: {_ids(plan.doubtful)}. Another one would be made in each run. Make "
            "one with force=true if they are not.",
            0,
            len(plan.doubtful),
            [],
        )
    return None


def _check_too_many_keys(wanted: Wanted, plan: Plan) -> GuardError | None:
    there = [*plan.namesakes, *plan.unclaimed]
    if not plan.creates or len(there) < MOST_KEYS:
        return None
    return GuardError(
        "too_many_keys",
        f"there are {len(there)} API keys with the name {wanted.name!r} already: {_ids(there)}. More than {MOST_KEYS} "
        f"are never made. Revoke those that nobody uses, each {REVOKE_BY_ID}.",
        MOST_KEYS,
        len(there) + 1,
        [],
    )


def _ids(keys: list[ApiKey]) -> str:
    return some_of([key.id for key in keys], most=20)
