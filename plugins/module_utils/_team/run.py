# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Applies a plan: stage after stage, side by side where that is safe, and anew for people who have changed meanwhile.

Stages follow each other, for everybody: what is added, invitations that stand in the way of new ones, exchanges of
grants that differ in application roles alone, what is taken away, API keys of members who go, those members, and owners
with their keys last.

A refusal that hints at a change since the plan was made (somebody accepted, left, was invited by another run) is a
surprise: after the stage everybody is read once more, and those who were surprising are planned anew, past the same
guards. A refusal that the new reading does not explain is a failure.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    Findings,
    GuardError,
    LostReply,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import CONCURRENCY
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import (
    Organization,
    why_not_in_a_path,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Ended, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answers
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.departures import Departures
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.invitations import Invitations, cleared
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.leavers import LeaversKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, plan_person
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.revocations import Revocations, of_makers
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.roles import Roles
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.withdrawals import Withdrawals
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import (
    Job,
    Surprise,
    Work,
    not_attempted,
    open_works,
    outcome_unknown,
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
        leavers: LeaversKeys,
        keys: ApiKeys,
        tell: Tell,
    ) -> None:
        self.works = [Work.begin(action) for action in plan.actions]
        self.writes = Writes(organization, patience=2 * settings.concurrency)
        answers = Answers()
        self._withdrawals = Withdrawals(self.writes, answers, people)
        self._invitations = Invitations(self.writes, answers, self._withdrawals, settings.expires_in)
        self._roles = Roles(self.writes, answers)
        self._revocations = Revocations(self.writes, answers, keys)
        self._departures = Departures(self.writes, answers, guards.min_owners, self._revocations)
        self._crew = Crew(self.writes, settings.concurrency, tell)
        self._replanning = Replanning(self.writes, people, rules, guards, leavers, keys)

    def apply(self) -> None:
        """Do everything that the plan asks for, as far as it goes."""
        stages: list[tuple[str, Callable[[list[Work]], None]]] = [
            ("inviting people and giving roles", self._add),
            ("replacing invitations", self._clear_the_way),
            ("exchanging application roles", self._exchange),
            ("taking roles away and revoking invitations", self._take),
            ("revoking API keys of members who leave", self._revoke_keys),
            ("removing members", self._remove),
            ("demoting and removing owners", self._change_owners),
        ]
        with self._crew:
            for last, (self._crew.stage, stage) in enumerate(stages):
                stage(open_works(self.works))
                while changed := self._replanning.plan_anew(self.works):
                    for self._crew.stage, earlier in stages[: last + 1]:
                        earlier(open_works(changed))

    def end(self, error: ApiError) -> None:
        """Note why nothing became of what is still to be done."""
        _end([work for work in self.works if work.state == work.before and not work.sent], error)

    def _add(self, works: list[Work]) -> None:
        """Send invitations, and give members what they lack."""
        invited = [work for work in works if work.action.action in ("invite", "reinvite")]
        added = (self._roles.addition(work) for work in works if work.action.action == "update")
        self._crew.side_by_side([*filter(None, added), *self._invitations.sendings(invited)])

    def _clear_the_way(self, works: list[Work]) -> None:
        """Delete the invitations that keep new ones from being sent, and send those; then what is left of old ones."""
        expired: list[Work] = []
        pending: list[Work] = []
        for work in works:
            if work.in_the_way:
                (expired if all(one.expired for one in work.in_the_way) else pending).append(work)
        if expired:  # an expired invitation gives nobody access: they may go all at once
            self._crew.side_by_side(self._withdrawals.clear_the_way(expired))
            self._crew.side_by_side(self._invitations.sendings(cleared(expired)))
        # a pending one does: one person at a time, so that at most one is without
        self._crew.one_by_one(Job([work], partial(self._invitations.replace, work)) for work in pending)
        leftovers: list[Job] = []
        if renewed := self._withdrawals.renewed(works):
            self._crew.one_by_one([Job(renewed, lambda: leftovers.extend(self._withdrawals.leftovers(renewed)))])
        self._crew.side_by_side(leftovers)

    def _exchange(self, works: list[Work]) -> None:
        """Exchange grants that differ in application roles alone, one person at a time and to the end."""
        exchanges = (self._roles.exchange(work) for work in works if work.action.action == "update")
        self._crew.one_by_one(filter(None, exchanges))

    def _take(self, works: list[Work]) -> None:
        """Take grants from members and revoke invitations."""
        losing = [work for work in works if work.action.action == "update" and not work.action.ends_ownership]
        uninvited = [work for work in works if work.action.action == "uninvite"]
        taken = filter(None, map(self._roles.removal, losing))
        self._crew.side_by_side([*taken, *self._withdrawals.revoke(uninvited)])

    def _revoke_keys(self, works: list[Work]) -> None:
        """Revoke the API keys of members who are to be removed and are no owners."""
        leaving = [work for work in _leaving(works) if not why_not_in_a_path([work.user_id])]
        self._crew.side_by_side(self._revocations.jobs(of_makers(_about_keys(works), leaving)))

    def _remove(self, works: list[Work]) -> None:
        """Remove members who are no owners."""
        self._crew.side_by_side(self._departures.removals(_leaving(works)))

    def _change_owners(self, works: list[Work]) -> None:
        """Demote and remove owners."""
        owners = [work for work in works if work.action.ends_ownership]
        demoted = [work for work in owners if work.action.action == "update"]
        removals = [(work, removal) for work in demoted if (removal := self._roles.removal(work))]
        self._crew.one_by_one(self._departures.demotion(work, removal) for work, removal in removals)
        self._crew.one_by_one(
            self._departures.removals_of_owners(
                (work for work in owners if work.action.action == "remove"), _about_keys(works)
            )
        )


class Crew:
    """Does jobs, several at once or one after the other, and notes what they raise as what became of their works.

    stage: what is going on, for those who watch.
    """

    def __init__(self, writes: Writes, concurrency: int, tell: Tell) -> None:
        self.stage = ""
        self._writes = writes
        self._pool = ThreadPoolExecutor(concurrency)
        self._tell, self._telling = tell, threading.Lock()
        self._done, self._expected = 0, 0

    def __enter__(self) -> Crew:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def side_by_side(self, jobs: Iterable[Job]) -> None:
        """Do jobs, so many at once as there may be requests."""
        list(self._pool.map(self._do, self._expect(jobs)))

    def one_by_one(self, jobs: Iterable[Job]) -> None:
        """Do jobs, each after the one before has come to its end."""
        for job in self._expect(jobs):
            self._do(job)

    def _expect(self, jobs: Iterable[Job]) -> list[Job]:
        expected = list(jobs)
        self._done, self._expected = 0, sum(len(job.works) for job in expected)
        if expected:
            self._tell(f"{self.stage}, 0 of {self._expected}")
        return expected

    def _do(self, job: Job) -> None:
        """Do a job; what it raises is what became of the works that it had not come to an end with."""
        try:
            job.do()
        except Surprise as surprise:
            for work in open_works(job.works):
                work.surprise = surprise.error
        except Ended:
            _end(job.works, not_attempted(self._writes.ended_by))
        except LostReply as lost:
            self._writes.unanswered(lost)
            _end(job.works, outcome_unknown(lost))
        except ApiError as error:
            _end(job.works, error)
        except Exception as error:  # a fault of ours: the others go on, and the report tells what has happened
            _end(job.works, internal_error(error, self._writes.organization))
        with self._telling:
            self._done += len(job.works)
            self._tell(f"{self.stage}, {self._done} of {self._expected}")


class Replanning:
    """Plans for people who turn out to be other than the plan took them for."""

    def __init__(
        self, writes: Writes, people: People, rules: Rules, guards: Guards, leavers: LeaversKeys, keys: ApiKeys
    ) -> None:
        self._writes, self._people, self._rules, self._guards = writes, people, rules, guards
        self._leavers, self._keys = leavers, keys

    def plan_anew(self, works: list[Work]) -> list[Work]:
        """Plan for those who were surprising; add to the works what is to be done instead, and return that.

        A refusal that readings do not explain, not even after a while, is a failure.
        """
        unexplained, planned = [work for work in works if work.surprise], list[Work]()

        def explained() -> bool:
            nonlocal unexplained
            people = self._writes.people()
            self._read_keys = functools.cache(self._keys.all)
            unexplained = [work for work in unexplained if not self._explain(work, people, works, planned)]
            return not unexplained

        unread: ApiError | None = None
        try:
            if unexplained and not explained():
                self._writes.settled(explained)
        except ApiError as error:
            unread = error
        except Ended:
            pass
        for work in unexplained:
            surprise, work.surprise = work.surprise, None
            if work.gone and not unread:
                continue
            lost = isinstance(surprise, LostReply)
            work.error = unread or (outcome_unknown(surprise) if lost and surprise else surprise)
        works += planned
        return planned

    def _explain(self, work: Work, people: People, works: list[Work], planned: list[Work]) -> bool:
        """Plan for a person by a new reading, unless it shows no reason why the last action should not have worked."""
        action, surprise = work.action, work.surprise
        plan, findings = Plan(), Findings()
        steps = plan_person(action.desired, people, self._rules, plan, findings)
        if any((one.action, one.before, one.after) == (action.action, action.before, action.after) for one in steps):
            return False
        work.gone = action.action == "uninvite" and not steps
        work.explain(people)
        if work.gone:
            return False  # revoked by somebody else, or accepted and not in the list of members yet
        work.surprise = None
        if action.action == "update" and action.user_id not in people.members:
            return True  # has left by themselves; whether to invite them again is for the next run
        others = {one.action.action for one in works if one.action.person == action.person and one is not work}
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
                everything = [one.action for one in works]
                plan.actions += self._revocations(plan)
                check_guards(plan, people, self._rules, self._guards, earlier=everything, people_before=self._people)
            except GuardError as refusal:
                work.error = ApiError(f"not attempted: {refusal}", codes=["not_attempted", refusal.name])
            else:
                planned += [Work.begin(one, work.surprises + 1, work.withdrawn) for one in plan.actions]
        return True

    def _revocations(self, plan: Plan) -> list[Action]:
        """Return what revokes the API keys of those whom a plan removes; they may have been made meanwhile."""
        if not plan.removals or self._leavers.mode == "ignore" or self._writes.hurried:
            return []
        try:
            return self._leavers.plan(plan.removals, self._read_keys())
        except ApiError as error:
            if self._leavers.mode == "revoke":
                plan.keys_hidden = error
            else:
                self._leavers.unread(error)
            return []


def _leaving(works: Iterable[Work]) -> list[Work]:
    """Return those that remove members who are no owners."""
    return [work for work in works if work.action.action == "remove" and not work.action.ends_ownership]


def _about_keys(works: Iterable[Work]) -> list[Work]:
    """Return those that revoke API keys."""
    return [work for work in works if work.action.api_key]


def internal_error(error: Exception, organization: Organization) -> ApiError:
    """Return a fault of ours as what became of an action; its text may hold the API key or a token."""
    words = organization.client.scrub(f"{type(error).__name__}: {error}")
    return ApiError(
        f"a bug in the collection, please report it: {words}. Running again does what has not been done yet",
        codes=["internal_error"],
    )


def _end(works: Iterable[Work], error: ApiError) -> None:
    for work in open_works(works):
        if not work.is_over:
            work.error = error
