# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The plan that turns an organization as it is into the one that a definition describes.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    NOTHING,
    Grants,
    in_order,
    is_owner,
    missing,
    surplus,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    NOBODY,
    Invitation,
    Member,
    People,
    Person,
    Selection,
    person_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    Findings,
    plain,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired

PURGE = "purge"  # where it says that somebody is to go whom no entry names

# What is added comes before what is taken away, over the whole plan.
ORDER = ("invite", "reinvite", "update", "uninvite", "revoke_api_key", "remove")


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds for everybody in a definition.

    purge: whether people outside of it go; ignore: who of these is never planned for; resend: which existing
    invitations are sent again: `always`, `when_expired` (and where its roles differ), `when_changed` (only where the
    roles of a pending one differ) or `never`; members: whether members are planned for, or invitations alone; invite:
    whether strangers are invited; unknown_roles: what roles are that nobody knows: `fail` or `warn`; leavers_api_keys:
    what becomes of API keys whose makers are removed: `warn`, `revoke` or `ignore`; names: what resources are called,
    for words; departures_alone: whether only those who are to go are planned for.
    """

    purge: bool = False
    ignore: Selection = Selection()
    resend: str = "when_expired"
    members: bool = True
    invite: bool = True
    unknown_roles: str = "fail"
    leavers_api_keys: str = "warn"
    names: Names = NO_NAMES
    departures_alone: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan, for one person.

    before, after: grants, None for nobody there; desired: what it comes from; invitations: those to be replaced or
    revoked; api_key: the one to be revoked, whose grants are `before`, by a step that belongs to the removal of its
    maker.
    """

    action: str
    email: str | None
    user_id: str | None
    before: Grants | None
    after: Grants | None
    reason: str
    desired: Desired
    invitations: tuple[Invitation, ...] = ()
    api_key: ApiKey | None = None
    removal: Action | None = None

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
    def is_purge(self) -> bool:
        """Whether somebody goes by it whom no entry names."""
        return self.desired.where == PURGE

    @property
    def place(self) -> tuple[t.Any, ...]:
        """Where it stands in the plan: owners are demoted and removed last, and API keys go before their makers."""
        last = (self.removal or self).ends_ownership
        return last, ORDER.index(self.action), self.person, self.user_id or "", self.api_key.id if self.api_key else ""

    @property
    def subject(self) -> dict[str, t.Any]:
        """Whom, and which API key, it is about, as results name them."""
        key = {"api_key": {"id": self.api_key.id, "name": self.api_key.name}} if self.api_key else {}
        return {"email": self.email, "user_id": self.user_id, **key}

    def result(self, *, whole: bool = True) -> dict[str, t.Any]:
        """Return it as the contract's `plan` has it. whole: with the access before and after, and of a member whose
        roles change, with each of those in the reason.
        """
        access = {
            "before": None if self.before is None else to_assignments(self.before),
            "after": None if self.after is None else to_assignments(self.after),
        }
        return {
            "action": self.action,
            **self.subject,
            **(access if whole else {}),
            "reason": plain(self.reason) if whole or self.action != "update" else "roles are not as defined",
        }


class NotUnderstood(t.NamedTuple):
    """Somebody who keeps these grants beside what is defined, since this version does not understand them."""

    who: Member | Invitation
    grants: Grants


@dataclass(slots=True)
class Plan:
    """Actions in order, and what planning found beside them.

    unmanaged: people outside of the definition who stay; unchanged: how many entries need nothing; already_members:
    emails of members where only invitations were asked for; unseen: people whose roles an entry speaks of and the
    service does not show; not_understood: who keeps more than is defined; keys_hidden: why the API keys of people who
    are removed cannot be seen, where they are to be revoked.
    """

    actions: list[Action] = field(default_factory=list)
    unmanaged: list[Member | Invitation] = field(default_factory=list)
    unchanged: int = 0
    already_members: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    not_understood: list[NotUnderstood] = field(default_factory=list)
    keys_hidden: ApiError | None = None

    @property
    def removals(self) -> list[Action]:
        """The actions by which members go."""
        return [action for action in self.actions if action.action == "remove"]


def make_plan(desired: Sequence[Desired], people: People, rules: Rules, findings: Findings) -> Plan:
    """Return the plan for a definition, its actions in the order in which they are to be done.

    Whoever an entry names is planned for, whatever pattern `ignore` has. What can be seen only now that the
    organization has been read (two members with one email, a user id that nobody has or that stands in `ignore`) goes
    to the findings.
    """
    plan = Plan()
    named: set[str] = set()
    for entry in desired:
        email, user_id, there = _find(entry, people)
        named.add(person_key(email, user_id))
        for place in filter(None, (rules.ignore.naming(None, member.user_id) for member in there.members)):
            findings.problem(entry.where, f"{place} names this person too; take the person out of one of them")
        actions = plan_person(entry, people, rules, plan, findings)
        plan.actions += actions
        plan.unchanged += not actions and not (rules.departures_alone and entry.present)
    for key in sorted(people.by_person.keys() - named):
        person = people.by_person[key]
        if is_ignored(person, rules):
            continue
        first = (person.members or person.invitations)[0]
        if rules.purge and first.email:
            entry = Desired(PURGE, first.email, present=False, because="not in the definition", every_member=True)
            plan.actions += plan_person(entry, people, rules, plan, findings)
        else:  # somebody who is a member and has an invitation too is a member
            plan.unmanaged += person.members or person.invitations[:1]
    plan.actions.sort(key=lambda action: action.place)
    return plan


def plan_person(entry: Desired, people: People, rules: Rules, plan: Plan, findings: Findings) -> list[Action]:
    """Return what has to be done for one person; what is worth knowing beside it goes to the plan and the findings."""
    if rules.departures_alone and entry.present:
        return []
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
        _note_not_understood(entry, there.members[0], there.members[0].grants, plan, findings)
        return _plan_update(entry, there.members[0], rules.names)
    if not email:
        findings.problem(entry.where, "nobody in the organization has this user id; invite people by email")
        return []
    if not rules.invite:
        findings.problem(entry.where, "not a member of the organization, and invite is false")
        return []
    if there.invitations:
        return _plan_replacement(entry, there.invitations, rules, plan, findings)
    if entry.mode == "absent":  # there is nothing to take from a stranger
        return []
    if not entry.grants:
        findings.warn(entry.where, "invited without roles, and can do nothing until some are given")
    return [Action("invite", email, None, None, entry.grants or NOTHING, "not in the organization", entry)]


def _find(entry: Desired, people: People) -> tuple[str | None, str | None, Person]:
    """Return email and user id of the person whom an entry names, as far as known, and what there is of them."""
    if not entry.user_id:
        return entry.email, None, people.find(entry.email)
    member = people.members.get(entry.user_id)
    if member is None:
        return None, entry.user_id, NOBODY
    return member.email, entry.user_id, people.find(member.email, member.user_id)._replace(members=[member])


def is_ignored(person: Person, rules: Rules) -> bool:
    """Return whether a person is among those who are never planned for."""
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


def _plan_update(entry: Desired, member: Member, names: Names) -> list[Action]:
    after = _after(entry, member.grants)
    if after == member.grants:
        return []
    parts = [("to be added: ", after - member.grants), ("to be taken away: ", member.grants - after)]
    reason = "; ".join(
        text + ", ".join(grant.in_words(names) for grant in in_order(grants)) for text, grants in parts if grants
    )
    return [Action("update", member.email, member.user_id, member.grants, after, reason, entry)]


def _plan_replacement(
    entry: Desired, invitations: list[Invitation], rules: Rules, plan: Plan, findings: Findings
) -> list[Action]:
    """Plan for somebody with an invitation, or several: to leave it, or to send another in its place.

    What is not understood is no reason to replace one. Where there is another reason, blocks of a scope that is not
    known are sent as they are, and fields that are not known are lost: a field may be the service's own to set.
    """
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
        findings.warn(entry.where, f"not invited again, as requested, although {reason}")
        reason = ""
    if not reason:
        _note_not_understood(entry, latest, latest.grants, plan, findings)
        return []
    strange = frozenset(grant for grant in after if not grant.recognised)
    _note_not_understood(entry, latest, strange, plan, findings)
    if fields := sorted({name for grant in latest.grants for name in grant.unknown_fields}):
        findings.warn(
            entry.where,
            f"the invitation is replaced, and loses what this version does not understand: {', '.join(fields)}",
        )
        unwanted = _not_understood(entry, after) - strange
        after = frozenset(grant.known_part for grant in after - unwanted)
    return [Action("reinvite", latest.email, None, latest.grants, after, reason, entry, tuple(invitations))]


def _note_not_understood(
    entry: Desired, who: Member | Invitation, held: Grants, plan: Plan, findings: Findings
) -> None:
    if beside := _not_understood(entry, held):
        plan.not_understood.append(NotUnderstood(who, beside))
        findings.warn(
            entry.where,
            "keeps access beyond what is defined, since this version of the collection does not understand it "
            "(see not_understood): update the collection, or take it away in the console",
        )


def _not_understood(entry: Desired, held: Grants) -> Grants:
    """Return what somebody who holds this keeps against what an entry says, because it is not understood."""
    if entry.grants is None or entry.mode == "present":
        return NOTHING
    told, unwanted = entry.grants, entry.mode == "absent"
    return frozenset(
        grant for grant in held if not grant.understood and (grant in told or grant.known_part in told) is unwanted
    )


def _after(entry: Desired, held: Grants) -> Grants:
    """Return what somebody holds afterwards who holds this now; what this version does not understand stays."""
    wanted = entry.target(held)
    return (held - surplus(wanted, held)) | missing(wanted, held)
