# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Applies a plan: which requests, in which order, and what to make of each answer.

Stages follow each other, for everybody: what is added, invitations that stand in the way of new ones, exchanges of
grants that differ in application roles alone, what is taken away, members who go, and owners last. Within a stage,
requests run side by side where that is safe.

A write whose reply is lost is settled by reading. A refusal that hints at a change since the plan was made (somebody
accepted, left, was invited by another run) is a surprise: after the stage everybody is read once more, and those who
were surprising are planned anew, past the same guards. A refusal that the new reading does not explain is a failure.
"""

from __future__ import annotations

import contextlib
import threading
import typing as t
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grant,
    Grants,
    in_order,
    is_owner,
    missing,
    surplus,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    email_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    Findings,
    GuardError,
    LostReply,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import (
    CONCURRENCY,
    INVITATION_LIMIT,
    encode,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import (
    MOST_EMAILS,
    Organization,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Ended, Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, plan_person
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import Effect, State, state_before

Result = t.TypeVar("Result")

ALREADY_EXISTS = "organization.invitation_already_exists"
ALREADY_BELONGS = "organization.user_organization_already_belongs"
MEMBER_GONE = frozenset(
    {"organization.membership_not_found", "role_assignments.invalid_target_user_id", "user.not_found"}
)
MOST_SURPRISES = 3  # for one person in one run


@dataclass(frozen=True, slots=True)
class Settings:
    """How a plan is applied. expires_in: how long invitations last, None for the service's default; concurrency:
    requests under way at once; tolerate_refused: whether single resources whose grants the service refuses to change
    are warned of.
    """

    expires_in: str | None = None
    concurrency: int = CONCURRENCY
    tolerate_refused: bool = False


@dataclass(slots=True, eq=False)
class Work:
    """How far one action has come.

    before, state: how the person stood when this run began to act, and stands by what is known to have happened;
    in_the_way: invitations that have to go before a new one can come; made: the invitation that was sent; refused:
    single grants that the service will not change; error: why it ended; surprise: why it has to be planned anew; gone:
    whether readings show nothing more of it.
    """

    action: Action
    before: State | None
    state: State | None
    sent: bool = False
    made: Invitation | None = None
    in_the_way: tuple[Invitation, ...] = ()
    replaced: bool = False
    refused: dict[Grant, ApiError] = field(default_factory=dict)
    error: ApiError | None = None
    surprise: ApiError | None = None
    surprises: int = 0
    gone: bool = False

    @property
    def email(self) -> str:
        """The person's email, which somebody invited always has."""
        return self.action.email or ""

    @property
    def user_id(self) -> str:
        """The member's user id."""
        return self.action.user_id or ""

    @property
    def after(self) -> Grants:
        """The grants that the person is to have."""
        return self.action.after or NOTHING

    @property
    def held(self) -> Grants:
        """The grants that the person has by what is known to have happened."""
        return self.state.grants if self.state else NOTHING

    @property
    def open(self) -> bool:
        """Whether it may go on. Nothing is taken from a person whose additions failed."""
        return not (self.error or self.surprise or self.refused)

    @property
    def effect(self) -> Effect:
        """What became of it so far."""
        return Effect(self.action, self.before, self.state, self.sent, self.made)

    def has_now(self, grants: Grants) -> None:
        """Note a member's grants."""
        self.state = State("active", grants)

    def was_sent(self, invitation: Invitation | None, grants: Grants | None = None) -> None:
        """Note an invitation that was sent, with other grants than those asked for where they are given."""
        self.sent, self.made, self.in_the_way = True, invitation, ()
        self.state = State("pending", self.after if grants is None else grants)


# What is to be done, and for whom: for those it has not come to an end with when something is raised.
Job = tuple[list[Work], Callable[[], None]]


class _Surprise(Exception):
    """The person is not as they were when the plan was made."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error = error


class Run:
    """One application of a plan. Afterwards, works: what became of each action; writes: what ended the run."""

    def __init__(
        self,
        organization: Organization,
        plan: Plan,
        people: People,
        rules: Rules,
        guards: Guards,
        settings: Settings,
        tell: Tell,
    ) -> None:
        self.works = [_begin(action) for action in plan.actions]
        self.writes = Writes(organization, patience=2 * settings.concurrency)
        self._organization = organization
        self._people = people
        self._rules, self._guards, self._settings = rules, guards, settings
        self._invitations_ended: ApiError | None = None
        self._former_owners: set[str] = set()
        self._pool = ThreadPoolExecutor(settings.concurrency)
        self._tell, self._telling = tell, threading.Lock()
        self._stage, self._done, self._expected = "", 0, 0

    def apply(self) -> None:
        """Do everything that the plan asks for, as far as it goes."""
        stages: list[tuple[str, Callable[[list[Work]], None]]] = [
            ("inviting people and giving roles", self._add),
            ("replacing invitations", self._clear_the_way),
            ("exchanging application roles", self._exchange),
            ("taking roles away and revoking invitations", self._take),
            ("removing members", self._remove),
            ("demoting and removing owners", self._change_owners),
        ]
        try:
            for last, (self._stage, stage) in enumerate(stages):
                stage(_open(self.works))
                while changed := self._plan_anew([work for work in self.works if work.surprise]):
                    for self._stage, earlier in stages[: last + 1]:
                        earlier(_open(changed))
        finally:
            self._pool.shutdown(cancel_futures=True)

    # Stages

    def _add(self, works: list[Work]) -> None:
        """Send invitations, those with the same grants together, and give members what they lack."""
        batches: dict[tuple[Grants, str], list[Work]] = {}
        jobs: list[Job] = []
        for work in works:
            if work.action.action in ("invite", "reinvite"):
                # New ones, pending and expired ones apart: the service may refuse each kind for a reason of its own.
                kind = work.action.invitations[0].status if work.action.invitations else "new"
                batches.setdefault((work.after, kind), []).append(work)
            elif work.action.action == "update" and (added := work.action.added - _exchanged(work.action)[1]):
                jobs.append(([work], partial(self._change, work, added, adding=True)))
        for batch in batches.values():
            jobs += [(part, partial(self._invite, part)) for part in _portions(batch, MOST_EMAILS)]
        self._side_by_side(jobs)

    def _clear_the_way(self, works: list[Work]) -> None:
        """Delete the invitations that keep new ones from being sent, and send those."""
        expired: list[Work] = []
        pending: list[Work] = []
        for work in works:
            if work.in_the_way:
                (expired if all(one.expired for one in work.in_the_way) else pending).append(work)
        if expired:  # an expired invitation gives nobody access: they may go all at once
            self._side_by_side(self._withdrawals(expired))
            self._add(_cleared(expired))
        # a pending one does: one person at a time, so that at most one is without
        self._one_by_one(([work], partial(self._replace, work)) for work in pending)

    def _exchange(self, works: list[Work]) -> None:
        """Exchange grants that differ in application roles alone, one person at a time and to the end."""
        self._one_by_one(
            ([work], partial(self._exchange_grants, work))
            for work in works
            if work.action.action == "update" and _exchanged(work.action)[0]
        )

    def _take(self, works: list[Work]) -> None:
        """Take grants from members and revoke invitations."""
        jobs: list[Job] = []
        uninvited = []
        for work in works:
            if work.action.action == "uninvite":
                work.in_the_way = work.action.invitations
                uninvited.append(work)
            elif work.action.action == "update" and not work.action.ends_ownership and (taken := _merely_taken(work)):
                jobs.append(([work], partial(self._change, work, taken, adding=False)))
        self._side_by_side([*jobs, *self._withdrawals(uninvited)])

    def _remove(self, works: list[Work]) -> None:
        """Remove members who are no owners."""
        self._side_by_side(self._removals([work for work in works if not work.action.ends_ownership]))

    def _change_owners(self, works: list[Work]) -> None:
        """Demote and remove owners, each time after counting the owners that the service confirms."""
        owners = [work for work in works if work.action.ends_ownership]
        self._one_by_one(([work], partial(self._demote, work)) for work in owners if work.action.action == "update")
        self._one_by_one((batch, partial(self._remove_owners, batch)) for batch, _remove in self._removals(owners))

    # Invitations

    def _invite(self, works: list[Work]) -> None:
        """Send one request for people who get the same grants, and follow up on what the service says of each."""
        if self._invitations_ended:
            for work in works:
                work.error = _not_attempted(self._invitations_ended)
            return
        emails = [work.email for work in works]
        gone = all(work.replaced for work in works)
        try:
            with self._organization.client.completing() if gone else contextlib.nullcontext():
                made = self.writes.once(
                    lambda: self._organization.invite(emails, works[0].after, self._settings.expires_in)
                )
        except LostReply as lost:
            self._look_for_invitations(works, lost)
        except Refused as refusal:
            self._invitations_refused(works, refusal)
        else:
            self._invitations_answered(works, made)

    def _invitations_refused(self, works: list[Work], refusal: Refused) -> None:
        """Find out whom a refusal is about, and leave the others alone with it."""
        if INVITATION_LIMIT in refusal.codes:
            self._invitations_ended = refusal.error
        if ALREADY_EXISTS in refusal.codes and all(work.action.invitations and not work.replaced for work in works):
            for work in works:
                work.in_the_way = work.action.invitations
        elif len(works) == 1 and {ALREADY_EXISTS, ALREADY_BELONGS} & refusal.codes:
            works[0].surprise = refusal.error
        elif len(works) == 1 or refusal.status in (403, 404, 429):  # about the grants, the sender or all invitations
            for work in works:
                work.error = refusal.error
        else:
            for half in _halves(works):
                self._invite(half)

    def _invitations_answered(self, works: list[Work], made: list[Invitation]) -> None:
        """Compare what the service says that it has made with what was asked for."""
        by_email = {email_key(invitation.email): invitation for invitation in made}
        unmentioned = []
        for work in works:
            invitation = by_email.get(email_key(work.email))
            if invitation is None:
                unmentioned.append(work)
            elif not invitation.roles_shown or _same(work.after, invitation.grants):
                work.was_sent(invitation)
            else:
                work.was_sent(invitation, invitation.grants)
                if work.replaced:
                    work.error = ApiError("the service has made the invitation with other roles than those asked for")
                else:  # an open invitation was refreshed and has kept its old roles
                    work.in_the_way = (invitation,)
        if len(unmentioned) < len(works) and unmentioned:
            self._invite(unmentioned)  # left out while others were made: asked for alone, each gets its reason
        elif unmentioned:
            self._look_for_invitations(works, LostReply("the answer does not say which invitations were made"))

    def _look_for_invitations(self, works: list[Work], lost: LostReply) -> None:
        """Settle by reading whether invitations were sent. One that is not seen is not sent again: the list may lag."""
        unseen = works

        def seen() -> bool:
            nonlocal unseen
            people = self.writes.people()
            unseen = [work for work in unseen if not _is_seen(work, people, lost)]
            return not unseen

        if self.writes.settled(seen, lost):
            self.writes.accepted()
            return
        self.writes.unanswered(lost)
        for work in unseen:
            work.error = _outcome_unknown(lost)

    def _withdrawals(self, works: list[Work]) -> list[Job]:
        """Return the jobs that delete the invitations in the way of these works."""
        concerned: dict[str, list[Work]] = {}
        for work in works:
            tokens = [invitation.token for invitation in work.in_the_way]
            if _can_be_sent(tokens, work):
                for token in tokens:
                    concerned.setdefault(token, []).append(work)
        return [
            (_those(concerned, tokens), partial(self._withdraw, tokens, concerned))
            for tokens in self._organization.batches("invitations", concerned)
        ]

    def _withdraw(self, tokens: list[str], concerned: dict[str, list[Work]]) -> None:
        """Delete invitations. One that is gone already was accepted or revoked meanwhile, which reading again tells."""
        try:
            settled = self.writes.surely(
                lambda: self._organization.uninvite(tokens),
                lambda: not set(tokens) & {invitation.token for invitation in self.writes.invitations()},
            )
        except Refused as refusal:
            listed = set(tokens)
            if refusal.status == 404:
                listed &= {invitation.token for invitation in self.writes.invitations()}
            left = [token for token in tokens if token in listed]
            for work in _those(concerned, set(tokens) - listed):
                work.surprise = refusal.error
            if len(left) == len(tokens) == 1:
                for work in concerned[tokens[0]]:
                    _blame(work, refusal)
            elif left:
                for part in [left] if len(left) < len(tokens) else _halves(left):
                    self._withdraw(part, concerned)
            return
        for work in _those(concerned, tokens):
            work.in_the_way = tuple(one for one in work.in_the_way if one.token not in tokens)
            if not work.in_the_way:
                work.state, work.replaced = None, True
        accepted = self.writes.people() if settled else self._people
        for work in _those(concerned, tokens):
            if len(accepted.find(work.email).members) > len(self._people.find(work.email).members):
                work.surprise = ApiError("the invitation was accepted meanwhile")

    def _replace(self, work: Work) -> None:
        """Delete the invitations in the way of a person's new one, and send that."""
        for _works, withdraw in self._withdrawals([work]):
            withdraw()
        if _cleared([work]):
            self._invite([work])

    # Grants of members

    def _change(self, work: Work, grants: Grants, *, adding: bool, tolerant: bool = False) -> None:
        """Add or take grants. What is refused is asked for in halves, until only the culprits are left.

        tolerant: whether it is no failure when the service does not want it so, as long as the key may do it.
        """
        write = self._organization.grant if adding else self._organization.revoke

        def done() -> bool:
            held = self._member(work).grants
            return not missing(grants, held) if adding else not grants & held

        try:
            self.writes.surely(lambda: write(work.user_id, grants), done)
        except Refused as refusal:
            if MEMBER_GONE & refusal.codes:
                raise _Surprise(refusal.error) from None
            if len(grants) > 1:
                for half in _halves(in_order(grants)):
                    self._change(work, frozenset(half), adding=adding, tolerant=tolerant)
                return
            if refusal.status == 403:
                work.refused.update(dict.fromkeys(grants, refusal.error))
                return
            if tolerant:
                return
            if not self.writes.settled(done):  # it may have been so already
                work.error = refusal.error
                return
        work.has_now(work.held | grants if adding else work.held - grants)

    def _exchange_grants(self, work: Work) -> None:
        """Give a grant in place of one that differs in application roles alone.

        The new one is added first. Whether the service holds the two side by side or replaces one by the other, and
        whether a removal looks at application roles, no source says; so after each step it is read what is held, and
        where a reading leaves it open, the new one is added once more, which does no harm.
        """
        old, new, kept = _exchanged(work.action)
        if new:
            self._change(work, new, adding=True, tolerant=True)
        with self._organization.client.completing():  # the addition may have taken the old grant away
            accepted = new <= work.held
            shown = self._look_at(work)
            if accepted and missing(new, shown):  # the list lags
                self.writes.settled(lambda: not missing(new, self._look_at(work)))
                shown = work.held
        if not work.open:
            return
        side_by_side = not missing(kept, shown)
        if side_by_side and not old & shown:
            return  # the service replaces
        if is_owner(old):
            self._spare_owners([work])
        if work.open:
            self._change(work, old, adding=False)
        with self._organization.client.completing():  # the removal may have taken the new grant away
            if work.open and side_by_side:
                if old & self._look_at(work):  # the list lags
                    self.writes.settled(lambda: not old & self._look_at(work))
                if not missing(kept, work.held) and not old & work.held:
                    return  # the service looks at application roles
            if work.open:
                self._change(work, kept, adding=True)
                work.has_now((work.held - old) | kept if work.open else work.held)

    def _look_at(self, work: Work) -> Grants:
        """Read what a member holds, and note it: the result is to tell what the service made of a step."""
        work.has_now(self._member(work).grants)
        return work.held

    def _demote(self, work: Work) -> None:
        self._spare_owners([work])
        if work.open:
            self._change(work, _merely_taken(work), adding=False)
            if work.open:
                self._former_owners.add(work.user_id)

    def _spare_owners(self, works: list[Work]) -> None:
        """Count the owners whom the service confirms, and end the works that would leave too few of them."""
        self.writes.go_on()
        owners: set[str] = set()
        losing: list[Work] = []

        def enough() -> bool:
            nonlocal owners, losing
            owners = {one.user_id for one in self.writes.members().values() if is_owner(one.grants)}
            owners -= self._former_owners
            losing = [work for work in works if work.user_id in owners]
            return len(owners) - len(losing) >= self._guards.min_owners or not losing

        if enough() or self.writes.settled(enough):
            return
        spare = max(len(owners) - self._guards.min_owners, 0)
        for work in losing[spare:]:
            work.error = ApiError(
                f"not attempted: the service confirms {len(owners)} organization owner(s), and min_owners="
                f"{self._guards.min_owners} have to stay; run again when the new owners have joined",
                codes=["not_attempted", "min_owners"],
            )

    # Members who go

    def _removals(self, works: list[Work]) -> list[Job]:
        """Return the jobs that remove these members."""
        leaving = [work for work in works if work.action.action == "remove"]
        by_id = {work.user_id: work for work in leaving if _can_be_sent([work.user_id], work)}
        jobs: list[Job] = []
        for ids in self._organization.batches("members", by_id):
            batch = [by_id[user_id] for user_id in ids]
            jobs.append((batch, partial(self._remove_members, batch)))
        return jobs

    def _remove_members(self, works: list[Work]) -> None:
        """Remove members. One who is gone already has left by themselves, and all is well."""
        ids = [work.user_id for work in works]
        try:
            self.writes.surely(
                lambda: self._organization.remove(ids), lambda: not set(ids) & self.writes.members().keys()
            )
        except Refused as refusal:
            there = self.writes.members() if refusal.status == 404 else set(ids)
            left = [work for work in works if work.user_id in there]
            for work in works:
                if work.user_id not in there:
                    work.surprise = refusal.error
            if len(left) == len(works) == 1:
                _blame(works[0], refusal)
            elif left:
                for part in [left] if len(left) < len(works) else _halves(left):
                    self._remove_members(part)
            return
        self._former_owners.update(ids)
        for work in works:
            work.state = None

    def _remove_owners(self, works: list[Work]) -> None:
        self._spare_owners(works)
        if leaving := _open(works):
            self._remove_members(leaving)

    # What everything above is made of

    def _side_by_side(self, jobs: Iterable[Job]) -> None:
        list(self._pool.map(lambda job: self._do(*job), self._expect(jobs)))

    def _one_by_one(self, jobs: Iterable[Job]) -> None:
        for works, job in self._expect(jobs):
            self._do(works, job)

    def _expect(self, jobs: Iterable[Job]) -> list[Job]:
        expected = list(jobs)
        self._done, self._expected = 0, sum(len(works) for works, _job in expected)
        return expected

    def _do(self, works: list[Work], job: Callable[[], None]) -> None:
        """Do a job for some works; what it raises is what became of those that it had not come to an end with."""
        try:
            job()
        except _Surprise as surprise:
            for work in _open(works):
                work.surprise = surprise.error
        except Ended:
            for work in _open(works):
                work.error = _not_attempted(self.writes.ended_by)
        except LostReply as lost:
            self.writes.unanswered(lost)
            for work in _open(works):
                work.error = _outcome_unknown(lost)
        except ApiError as error:
            for work in _open(works):
                work.error = error
        with self._telling:
            self._done += len(works)
            self._tell(f"{self._stage}, {self._done} of {self._expected}")

    def _member(self, work: Work) -> Member:
        member = self.writes.members().get(work.user_id)
        if member is None:
            raise _Surprise(ApiError("the member has left the organization meanwhile"))
        return member

    def _plan_anew(self, works: list[Work]) -> list[Work]:
        """Plan for people who turned out to be other than the plan took them for; return what is to be done.

        A refusal that readings do not explain, not even after a while, is a failure.
        """
        unexplained, planned = works, list[Work]()

        def explained() -> bool:
            nonlocal unexplained
            people = self.writes.people()
            unexplained = [work for work in unexplained if not self._explain(work, people, planned)]
            return not unexplained

        unread: ApiError | None = None
        try:
            if works and not explained():
                self.writes.settled(explained)
        except ApiError as error:
            unread = error
        except Ended:
            pass
        for work in unexplained:
            surprise, work.surprise = work.surprise, None
            if work.gone and not unread:
                continue
            lost = isinstance(surprise, LostReply)
            work.error = unread or (_outcome_unknown(surprise) if lost and surprise else surprise)
        self.works += planned
        return planned

    def _explain(self, work: Work, people: People, planned: list[Work]) -> bool:
        """Plan for a person by a new reading, unless it shows no reason why the last action should not have worked."""
        action, surprise = work.action, work.surprise
        plan, findings = Plan(), Findings()
        steps = plan_person(action.desired, people, self._rules, plan, findings)
        if any((one.action, one.before, one.after) == (action.action, action.before, action.after) for one in steps):
            return False
        work.gone = action.action == "uninvite" and not steps
        if work.state == work.before and not work.sent:  # what has changed was not this run's doing
            work.before = work.state = _state_in(people, action)
        if work.gone:
            return False  # revoked by somebody else, or accepted and not in the list of members yet
        work.surprise = None
        if action.action == "update" and action.user_id not in people.members:
            return True  # has left by themselves; whether to invite them again is for the next run
        others = {one.action.action for one in self.works if one.action.person == action.person and one is not work}
        plan.actions = [one for one in steps if one.action not in others]
        if findings.problems:
            work.error = ApiError("; ".join(findings.problems))
        elif not plan.actions and action.action == "invite" and isinstance(surprise, LostReply):
            work.before = None
            work.was_sent(None)  # nobody was there before, and now somebody is as asked for
        elif work.surprises >= MOST_SURPRISES:
            work.error = surprise
        else:
            try:
                everything = [one.action for one in self.works]
                check_guards(plan, people, self._rules, self._guards, earlier=everything, people_before=self._people)
            except GuardError as refusal:
                work.error = ApiError(f"not attempted: {refusal}", codes=["not_attempted", refusal.name])
            else:
                planned += [_begin(one, work.surprises + 1, work.replaced) for one in plan.actions]
        return True


def _begin(action: Action, surprises: int = 0, replaced: bool = False) -> Work:
    return Work(action, state_before(action), state_before(action), surprises=surprises, replaced=replaced)


def _state_in(people: People, action: Action) -> State | None:
    """Return how the member, or the invitation, that an action is about stands by another reading."""
    if action.user_id:
        member = people.members.get(action.user_id)
        return State(member.status, member.grants) if member else None
    return next((State(one.status, one.grants) for one in people.find(action.email).invitations), None)


def _exchanged(action: Action) -> tuple[Grants, Grants, Grants]:
    """Return what a member loses, gets and keeps where grants differ in application roles alone."""
    slots = {grant.slot for grant in action.taken} & {grant.slot for grant in action.after or NOTHING}
    if not slots:
        return NOTHING, NOTHING, NOTHING
    return (
        frozenset(grant for grant in action.taken if grant.slot in slots),
        frozenset(grant for grant in action.added if grant.slot in slots),
        frozenset(grant for grant in action.after or NOTHING if grant.slot in slots and grant.understood),
    )


def _blame(work: Work, refusal: Refused) -> None:
    """Note a refusal that is about one person: 404 means that they are gone, which a list may show only later."""
    if refusal.status == 404:
        work.surprise = refusal.error
    else:
        work.error = refusal.error


def _merely_taken(work: Work) -> Grants:
    """Return what a member loses without getting it back with other application roles."""
    return work.action.taken - _exchanged(work.action)[0]


def _is_seen(work: Work, people: People, lost: ApiError) -> bool:
    """Note what a reading shows of an invitation that may have been sent; return whether it shows anything."""
    old = {*work.action.invitations, work.made}  # made: an old one that was refreshed, and deleted before this
    new = [one for one in people.find(work.email).invitations if not one.expired and one not in old]
    fitting = [one for one in new if not one.roles_shown or _same(work.after, one.grants)]
    if fitting:
        work.was_sent(fitting[0])
    elif new or people.find(work.email).members:
        work.surprise = lost
    return bool(new) or work.surprise is not None


def _same(wanted: Grants, held: Grants) -> bool:
    return not missing(wanted, held) and not surplus(wanted, held)


def _open(works: Iterable[Work]) -> list[Work]:
    return [work for work in works if work.open]


def _cleared(works: list[Work]) -> list[Work]:
    return [work for work in _open(works) if work.state is None]


def _portions(items: list[Result], size: int) -> list[list[Result]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def _halves(items: list[Result]) -> list[list[Result]]:
    middle = len(items) // 2
    return [items[:middle], items[middle:]]


def _can_be_sent(ids: list[str], work: Work) -> bool:
    """Return whether these ids or tokens can stand in a path; if not, the work ends, and it alone."""
    try:
        for one in ids:
            encode([one])
    except ApiError as error:
        work.error = error
    return work.error is None


def _those(concerned: dict[str, list[Work]], tokens: Iterable[str]) -> list[Work]:
    return [work for token in tokens for work in concerned[token]]


def _not_attempted(why: ApiError | None) -> ApiError:
    return ApiError(f"not attempted after: {why}", codes=["not_attempted"])


def _outcome_unknown(lost: ApiError) -> ApiError:
    return lost.coded(
        "outcome_unknown", f"it is not known whether this has happened: {lost.message}. Run again: that settles it."
    )
