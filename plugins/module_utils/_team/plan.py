# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The plan that turns an organization as it is into the one that a definition describes, and the guards that refuse
plans.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    in_order,
    is_owner,
    missing,
    surplus,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    NOBODY,
    Invitation,
    Member,
    People,
    Person,
    Selection,
    person_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    Findings,
    GuardError,
    plain,
    some_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired

MAX_REMOVALS = re.compile(r"(\d+)(%?)")
# What is added comes before what is taken away, over the whole plan.
ORDER = ("invite", "reinvite", "update", "uninvite", "remove")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for everybody in a definition.

    purge: whether people outside of it go; ignore: who is never planned for; resend: which existing invitations are
    sent again: `always`, `when_expired` (and where its roles differ), `when_changed` (only where the roles of a pending
    one differ) or `never`; members: whether members are planned for, or invitations alone; invite: whether strangers
    are invited.
    """

    purge: bool = False
    ignore: Selection = Selection()
    resend: str = "when_expired"
    members: bool = True
    invite: bool = True


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan, for one person.

    before, after: grants, None for nobody there; desired: what it comes from; invitations: those to be replaced or
    revoked.
    """

    action: str
    email: str | None
    user_id: str | None
    before: Grants | None
    after: Grants | None
    reason: str
    desired: Desired
    invitations: tuple[Invitation, ...] = ()

    @property
    def name(self) -> str:
        """Whom it is for: the email, or the user id where the service shows no email."""
        return self.email or self.user_id or ""

    @property
    def person(self) -> str:
        """One key for all that concerns this person."""
        return person_key(self.email, self.user_id)

    @property
    def added(self) -> Grants:
        """The grants that a member gets by it."""
        return missing(self.after or NOTHING, self.before or NOTHING)

    @property
    def taken(self) -> Grants:
        """The grants that somebody loses by it."""
        return surplus(self.after or NOTHING, self.before or NOTHING)

    @property
    def ends_ownership(self) -> bool:
        """Whether it demotes or removes a member who is an organization owner."""
        return (
            self.action in ("update", "remove")
            and is_owner(self.before or NOTHING)
            and not is_owner(self.after or NOTHING)
        )

    @property
    def place(self) -> tuple[t.Any, ...]:
        """Where it stands in the plan: owners are demoted and removed last."""
        return self.ends_ownership, ORDER.index(self.action), self.person, self.user_id or ""

    def result(self) -> dict[str, t.Any]:
        """Return it as the contract's `plan` has it."""
        return {
            "action": self.action,
            "email": self.email,
            "user_id": self.user_id,
            "before": None if self.before is None else to_assignments(self.before),
            "after": None if self.after is None else to_assignments(self.after),
            "reason": self.reason,
        }


@dataclass(slots=True)
class Plan:
    """Actions in order, and what planning found beside them.

    unmanaged: people outside of the definition who stay; unchanged: how many entries need nothing; already_members:
    emails of members where only invitations were asked for; unseen: people whose roles an entry speaks of and the
    service does not show.
    """

    actions: list[Action] = field(default_factory=list)
    unmanaged: list[Member | Invitation] = field(default_factory=list)
    unchanged: int = 0
    already_members: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Guards:
    """What a plan must not do. max_removals: a number, a share such as `25%`, or None for no limit."""

    min_owners: int = 1
    protected: Selection = Selection()
    max_removals: str | None = None


def make_plan(desired: Sequence[Desired], people: People, rules: Rules, findings: Findings) -> Plan:
    """Return the plan for a definition, its actions in the order in which they are to be done.

    What can be seen only now that the organization has been read (two members with one email, a user id that nobody
    has) goes to the findings.
    """
    plan = Plan()
    named: set[str] = set()
    for entry in desired:
        email, user_id, there = _find(entry, people)
        named.add(person_key(email, user_id))
        if rules.ignore.has(email, user_id) or _is_ignored(there, rules):
            findings.warn(entry.where, "in ignore too, so nothing is planned for this person")
            continue
        actions = plan_person(entry, people, rules, plan, findings)
        plan.actions += actions
        plan.unchanged += not actions
    for key in sorted(people.by_person.keys() - named):
        person = people.by_person[key]
        if _is_ignored(person, rules):
            continue
        first = (person.members or person.invitations)[0]
        if rules.purge and first.email:
            entry = Desired("purge", first.email, present=False, because="not in the definition", every_member=True)
            plan.actions += plan_person(entry, people, rules, plan, findings)
        else:  # somebody who is a member and has an invitation too is a member
            plan.unmanaged += person.members or person.invitations[:1]
    plan.actions.sort(key=lambda action: action.place)
    return plan


def plan_person(entry: Desired, people: People, rules: Rules, plan: Plan, findings: Findings) -> list[Action]:
    """Return what has to be done for one person; what is worth knowing beside it goes to the plan and the findings."""
    email, user_id, there = _find(entry, people)
    compared: Sequence[Member | Invitation] = there.members or there.invitations
    is_compared = rules.members or not there.members
    if entry.grants is not None and is_compared and not all(one.roles_shown for one in compared):
        plan.unseen.append(email or user_id or "")
    if len(there.members) > 1 and rules.members and not entry.every_member:
        ids = ", ".join(member.user_id for member in there.members)
        findings.problem(
            entry.where, f"{len(there.members)} members have this email; only user ids tell them apart: {ids}"
        )
        return []
    if not entry.present:
        return _plan_absence(entry, there, rules)
    if there.members and not rules.members:
        plan.already_members.append(there.members[0].email or "")
        return []
    if there.members:
        return _plan_update(entry, there.members[0])
    if not email:
        findings.problem(entry.where, "nobody in the organization has this user id; invite people by email")
        return []
    if not rules.invite:
        findings.problem(entry.where, "not a member of the organization, and invite is false")
        return []
    if there.invitations:
        return _plan_replacement(entry, there.invitations, rules, findings)
    if entry.mode == "absent":  # there is nothing to take from a stranger
        return []
    if not entry.grants:
        findings.warn(entry.where, "invited without roles, and can do nothing until some are given")
    return [Action("invite", email, None, None, entry.grants or NOTHING, "not in the organization", entry)]


def check_guards(
    plan: Plan,
    people: People,
    rules: Rules,
    guards: Guards,
    *,
    earlier: Iterable[Action] = (),
    people_before: People | None = None,
) -> list[str]:
    """Return warnings, or raise GuardError when a guard refuses the plan.

    earlier, people_before: where the plan is for somebody whom a run has found changed, what that run does besides and
    whom it began with; max_removals is about the run as a whole.
    """
    refusals = [
        refusal
        for refusal in (
            _check_visibility(plan, people, rules),
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
    if _is_blind(people):
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


def _find(entry: Desired, people: People) -> tuple[str | None, str | None, Person]:
    """Return email and user id of the person whom an entry names, as far as known, and what there is of them."""
    if not entry.user_id:
        return entry.email, None, people.find(entry.email)
    member = people.members.get(entry.user_id)
    if member is None:
        return None, entry.user_id, NOBODY
    return member.email, entry.user_id, people.find(member.email, member.user_id)._replace(members=[member])


def _is_ignored(person: Person, rules: Rules) -> bool:
    there: list[Member | Invitation] = [*person.members, *person.invitations]
    return any(rules.ignore.has(one.email, one.user_id) for one in there)


def _plan_absence(entry: Desired, there: Person, rules: Rules) -> list[Action]:
    actions = [
        Action("remove", member.email, member.user_id, member.grants, None, entry.because, entry)
        for member in there.members
        if rules.members
    ]
    if there.invitations:
        latest = there.invitations[0]
        invitations = tuple(there.invitations)
        actions.append(Action("uninvite", latest.email, None, latest.grants, None, entry.because, entry, invitations))
    return actions


def _plan_update(entry: Desired, member: Member) -> list[Action]:
    after = _after(entry, member.grants)
    if after == member.grants:
        return []
    parts = [("to be added: ", after - member.grants), ("to be taken away: ", member.grants - after)]
    reason = "; ".join(text + ", ".join(map(str, in_order(grants))) for text, grants in parts if grants)
    return [Action("update", member.email, member.user_id, member.grants, after, reason, entry)]


def _plan_replacement(entry: Desired, invitations: list[Invitation], rules: Rules, findings: Findings) -> list[Action]:
    """Plan for somebody with an invitation, or several: to leave it, or to send another in its place."""
    latest = invitations[0]
    after = _after(entry, latest.grants)
    pending = [invitation for invitation in invitations if not invitation.expired]
    reason = ""
    if any(
        _after(entry, invitation.grants) != invitation.grants or invitation.grants != latest.grants
        for invitation in pending
    ):
        reason = "the roles of the pending invitation differ"
    elif not pending:
        reason = f"the invitation expired on {plain(latest.expires_at)}"
    if not reason and rules.resend == "always":
        reason = "resend is always"
    elif reason and (rules.resend == "never" or (rules.resend == "when_changed" and not pending)):
        findings.warn(entry.where, f"not invited again, as was asked for, though {reason}")
        return []
    if not reason:
        return []
    return [Action("reinvite", latest.email, None, latest.grants, after, reason, entry, tuple(invitations))]


def _after(entry: Desired, held: Grants) -> Grants:
    """Return what somebody holds afterwards who holds this now; what this version does not understand stays."""
    wanted = entry.target(held)
    return (held - surplus(wanted, held)) | missing(wanted, held)


def _is_blind(people: People) -> bool:
    """Whether the API key cannot see the whole organization: every organization has an owner, and it sees none."""
    return not people.owners


def _check_visibility(plan: Plan, people: People, rules: Rules) -> GuardError | None:
    refused = [action for action in plan.actions if action.action in ("remove", "uninvite", "reinvite")]
    if not _is_blind(people) or not (refused or plan.unseen or rules.purge):
        return None
    emails = _names([*(action.name for action in refused), *plan.unseen])
    return GuardError(
        "visibility",
        "The guard visibility refuses the plan: this API key sees no organization owner, so it does not see the whole "
        f"organization, and {'purge' if rules.purge else 'what is planned'} could strip people of what it cannot see"
        f"{_about(emails)}. Use an API key of an organization owner.",
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
        f"The guard protected refuses the plan: {len(emails)} protected people would be removed, uninvited or lose "
        f"a grant{_about(emails)}. Correct the definition, or take them out of protected.",
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
    if guards.max_removals is None:
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
    of_all = f" ({guards.max_removals} of {counted} people)" if share else ""
    return GuardError(
        "max_removals",
        f"The guard max_removals refuses the plan: {len(losing)} people would be removed, uninvited, demoted from "
        f"owner or left without any grant, and the limit is {limit}{of_all}{_about(emails)}. "
        "Raise max_removals for this run if that is meant.",
        limit,
        len(losing),
        emails,
    )


def _count(people: People, rules: Rules) -> int:
    """Return how many people there are, each once, without the ignored."""
    return sum(not _is_ignored(person, rules) for person in people.by_person.values())


def _names(names: Iterable[str]) -> list[str]:
    return sorted(set(names))


def _about(emails: list[str]) -> str:
    return f": {some_of(emails)}" if emails else ""
