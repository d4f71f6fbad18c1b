# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The guards, which refuse a plan as a whole before anything is written.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING, is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People, Selection
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import GuardError, counted_people, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, is_ignored

ON_FURTHER_PAGES = (
    "The service lists its people on several pages, which this version of the collection does not read, so it does not "
    "see the whole organization"
)
OWNERS_KEY = "Use an API key of an organization owner."
MAX_REMOVALS = re.compile(r"(\d+)(%?)")


@dataclass(frozen=True, slots=True)
class Guards:
    """What a plan must not do.

    max_removals: a number, a share such as `25%`, or None for no limit. plan_digest: of the one plan that was approved,
    which somebody has read, so that max_removals does not hold for it.
    """

    min_owners: int = 1
    protected: Selection = Selection()
    max_removals: str | None = None
    plan_digest: str | None = None


def check_guards(
    plan: Plan,
    people: People,
    rules: Rules,
    guards: Guards,
    *,
    digest: str | None = None,
    earlier: Iterable[Action] = (),
    people_before: People | None = None,
) -> list[str]:
    """Return warnings, or raise GuardError when a guard refuses the plan.

    digest: the plan's own; None for what is planned anew during the run of an approved plan.
    earlier, people_before: where the plan is for somebody whom a run has found changed, what that run does besides and
    whom it began with; max_removals is about the run as a whole.
    """
    refusals = [
        refusal
        for refusal in (
            _check_visibility(plan, people, rules),
            _check_keys_visibility(plan),
            _check_digest(plan, digest, guards),
            _check_protected(plan, guards),
            _check_owners(plan, people, guards),
            _check_removals([*earlier, *plan.actions], people_before or people, rules, guards),
        )
        if refusal
    ]
    if refusals:
        first = refusals[0]
        message = "Nothing was changed. " + " ".join(str(refusal) for refusal in refusals)
        raise GuardError(first.name, message, first.limit, first.found, first.emails)
    warnings = []
    if plan.keys_hidden:
        warnings.append(
            "This API key may not list API keys, so leavers_api_keys=revoke would refuse to remove anybody; nobody is: "
            f"{plan.keys_hidden}"
        )
    if not people.whole:
        warnings.append(f"{ON_FURTHER_PAGES}: only those who are on the first page are compared and changed.")
    elif _is_blind(people):
        if rules.members:
            warnings.append(
                "The API key sees no organization owner: only the roles that it can see are compared and changed."
            )
    elif len(people.owners) < guards.min_owners and not _owners_after(plan, people) >= guards.min_owners:
        warnings.append(
            f"The organization has {len(people.owners)} organization owner(s), fewer than "
            f"min_owners={guards.min_owners}; make another member an owner."
        )
    return warnings


def _is_blind(people: People) -> bool:
    """Whether the API key cannot see the whole organization: every organization has an owner, and it sees none."""
    return not people.owners


def _check_visibility(plan: Plan, people: People, rules: Rules) -> GuardError | None:
    refused = [action for action in plan.actions if action.action in ("remove", "uninvite", "reinvite")]
    if (people.whole and not _is_blind(people)) or not (refused or plan.unseen or rules.purge):
        return None
    emails = _names([*(action.name for action in refused), *plan.unseen])
    why, remedy = (
        ("this API key sees no organization owner, so it does not see the whole organization", OWNERS_KEY)
        if people.whole
        else (ON_FURTHER_PAGES[0].lower() + ON_FURTHER_PAGES[1:], "Update the collection.")
    )
    return GuardError(
        "visibility",
        f"The guard visibility refuses the plan: {why}, and {'purge' if rules.purge else 'what is planned'} could "
        f"strip people of what it cannot see{_about(emails)}. {remedy}",
        0,
        len(emails),
        emails,
    )


def _check_digest(plan: Plan, digest: str | None, guards: Guards) -> GuardError | None:
    if digest is None or guards.plan_digest in (None, digest) or not plan.actions:
        return None
    return GuardError(
        "plan_digest",
        "The guard plan_digest refuses the plan: it is not the plan that was approved. Its digest is "
        f"{digest}, and the approved one is {guards.plan_digest}. The organization or its definition has changed in "
        "between, so audit and approve again.",
        0,
        len(plan.actions),
        _names(action.name for action in plan.actions),
    )


def _check_keys_visibility(plan: Plan) -> GuardError | None:
    """Refuse to remove people whose API keys are to be revoked first and cannot be seen."""
    emails = _names(action.name for action in plan.removals)
    if not plan.keys_hidden or not emails:
        return None
    return GuardError(
        "visibility",
        "The guard visibility refuses the plan: API keys of people who are removed are to be revoked first "
        f"(leavers_api_keys=revoke), and this API key may not list them{_about(emails)}. {OWNERS_KEY} "
        f"({plan.keys_hidden})",
        0,
        len(emails),
        emails,
    )


def _check_protected(plan: Plan, guards: Guards) -> GuardError | None:
    refused = [
        action
        for action in plan.actions
        if guards.protected.has(action.email, action.user_id) and (action.after is None or action.taken)
    ]
    if not refused:
        return None
    emails = _names(action.name for action in refused)
    return GuardError(
        "protected",
        f"The guard protected refuses the plan: {counted_people(len(emails), 'protected')} would be removed, uninvited "
        f"or lose a grant{_about(emails)}. Correct the definition, or take them out of protected.",
        0,
        len(emails),
        emails,
    )


def _owners_after(plan: Plan, people: People) -> int:
    lost = {action.user_id for action in plan.actions if action.ends_ownership}
    gained = {
        action.user_id
        for action in plan.actions
        if action.action == "update" and is_owner(action.after or NOTHING) and action.user_id not in people.owners
    }
    return len(people.owners - lost) + len(gained)


def _check_owners(plan: Plan, people: People, guards: Guards) -> GuardError | None:
    lost = [action for action in plan.actions if action.ends_ownership]
    left = _owners_after(plan, people)
    if not lost or left >= guards.min_owners:
        return None
    emails = _names(action.name for action in lost)
    return GuardError(
        "min_owners",
        f"The guard min_owners refuses the plan: it would leave {left} organization owner(s) among the members, and "
        f"min_owners is {guards.min_owners}{_about(emails)}. People who are only invited do not count.",
        guards.min_owners,
        left,
        emails,
    )


def _check_removals(actions: list[Action], people: People, rules: Rules, guards: Guards) -> GuardError | None:
    if guards.max_removals is None or guards.plan_digest:
        return None
    losing = {
        action.person: action.name
        for action in actions
        if action.after is None or action.ends_ownership or (action.before and not action.after)
    }
    number, share = t.cast("re.Match[str]", MAX_REMOVALS.fullmatch(guards.max_removals)).groups()
    counted = _count(people, rules) if share else 0
    limit = -(-int(number) * counted // 100) if share else int(number)
    if len(losing) <= limit:
        return None
    emails = _names(losing.values())
    of_all = f" ({guards.max_removals} of {counted_people(counted)})" if share else ""
    return GuardError(
        "max_removals",
        f"The guard max_removals refuses the plan: {counted_people(len(losing))} would be removed, uninvited, demoted "
        f"from owner or left without any grant, and the limit is {limit}{of_all}{_about(emails)}. "
        "Raise max_removals for this run if that is meant.",
        limit,
        len(losing),
        emails,
    )


def _count(people: People, rules: Rules) -> int:
    """Return how many people there are, each once, without the ignored."""
    return sum(not is_ignored(person, rules) for person in people.by_person.values())


def _names(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _about(emails: list[str]) -> str:
    return f": {some_of(emails)}" if emails else ""
