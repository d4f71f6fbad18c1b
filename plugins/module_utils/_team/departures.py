# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests by which members go, and owners stop being owners, and what to make of each answer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import why_not_in_a_path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answer, Answers, Batch
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.revocations import Revocations, of_makers
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import (
    Job,
    Work,
    open_works,
    outcome_unknown,
)


class Departures:
    """Removes members, and sees to it that enough owners stay. revocations: for the API keys of owners who leave."""

    def __init__(self, writes: Writes, answers: Answers, min_owners: int, revocations: Revocations) -> None:
        self._writes, self._answers, self._min_owners = writes, answers, min_owners
        self._revocations = revocations
        self._organization = writes.organization
        self._former_owners: set[str] = set()  # whom this run has made so; lists may lag
        self._lost: set[str] = set()  # user ids in requests whose reply was lost

    def removals(self, works: Iterable[Work]) -> list[Job]:
        """Return the jobs that remove these members, who are no owners."""
        return [Job(batch, partial(self._remove, batch)) for batch in self._batches(works)]

    def removals_of_owners(self, works: Iterable[Work], keys: Sequence[Work]) -> list[Job]:
        """Return the jobs that remove these owners, each time after counting those who would stay. keys: the works that
        revoke API keys; those of owners who may go are revoked before them.
        """
        jobs = []
        for batch in self._batches(works):
            theirs = of_makers(keys, batch)
            jobs.append(Job([*batch, *theirs], partial(self._remove_owners, batch, theirs)))
        return jobs

    def demotion(self, work: Work, removal: Job) -> Job:
        """Return the job that takes the owner role from a member, by `removal`, after counting those who would stay."""

        def demote() -> None:
            self._spare_owners([work])
            if work.open:
                removal.do()
            if work.open:
                self._former_owners.add(work.user_id)

        return Job([work], demote)

    def _batches(self, works: Iterable[Work]) -> list[list[Work]]:
        by_id: dict[str, Work] = {}
        for work in works:
            work.error = work.error or why_not_in_a_path([work.user_id])
            if not work.error:
                by_id[work.user_id] = work
        return [[by_id[user_id] for user_id in ids] for ids in self._organization.batches("members", by_id)]

    def _remove(self, works: list[Work]) -> None:
        def ask(part: list[Work]) -> Answer | None:
            return self._ask(part, whole=len(part) == len(works))

        batch = Batch("DELETE members", ask, _blame, self._answers)
        batch.settle(works)
        if batch.lost:
            self._writes.unanswered(batch.lost)

    def _ask(self, works: list[Work], *, whole: bool) -> Answer | None:
        """Remove members. One who is gone already has left by themselves, and all is well; or went by an earlier
        request of this run, to which the reply was lost.
        """
        ids = [work.user_id for work in works]
        try:
            self._writes.surely(
                lambda: self._organization.remove(ids),
                lambda: not set(ids) & self._writes.members().keys(),
                retries=None if whole else 0,
            )
        except LostReply as lost:
            self._lost.update(ids)
            return Answer(works, lost, divisible=lost.status == 500 and not self._writes.hurried)
        except Refused as refusal:
            if refusal.after_loss:
                self._lost.update(ids)
            if refusal.status != 404:
                return Answer(works, refusal.error)
            there = set(self._writes.members())
            if len(works) == 1:
                there -= self._lost
            self._gone([work for work in works if work.user_id not in there and work.user_id in self._lost])
            for work in works:
                if work.user_id not in there | self._lost:
                    work.surprise = refusal.error
            left = [work for work in works if work.user_id in there]
            return Answer(left, refusal.error) if left else None
        self._gone(works)
        return None

    def _gone(self, works: list[Work]) -> None:
        """Note that this run has removed members."""
        for work in works:
            work.state = None
            self._former_owners.add(work.user_id)

    def _remove_owners(self, works: list[Work], keys: list[Work]) -> None:
        self._spare_owners(works)
        if leaving := open_works(works):
            self._revocations.revoke(of_makers(keys, leaving))
            self._remove(leaving)

    def _spare_owners(self, works: list[Work]) -> None:
        """Count the owners whom the service confirms, and end the works that would leave too few of them."""
        self._writes.go_on()
        owners: set[str] = set()
        losing: list[Work] = []

        def enough() -> bool:
            nonlocal owners, losing
            owners = {one.user_id for one in self._writes.members().values() if is_owner(one.grants)}
            owners -= self._former_owners
            losing = [work for work in works if work.user_id in owners]
            return len(owners) - len(losing) >= self._min_owners or not losing

        if enough() or self._writes.settled(enough):
            return
        spare = max(len(owners) - self._min_owners, 0)
        for work in losing[spare:]:
            work.error = ApiError(
                f"not attempted: the service confirms {len(owners)} organization owner(s), and min_owners="
                f"{self._min_owners} have to stay; run again when the new owners have joined",
                codes=["not_attempted", "min_owners"],
            )


def _blame(work: Work, error: ApiError) -> None:
    """Note a failure that is about one person: 404 means that they are gone, which a list may show only later."""
    if isinstance(error, LostReply):
        work.error = outcome_unknown(error)
    elif error.status == 404:
        work.surprise = error
    else:
        work.error = error
