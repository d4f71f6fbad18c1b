# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests that revoke API keys, those of members before they leave among them, and what to make of each answer."""

from __future__ import annotations

import typing as t
from collections.abc import Iterable, Sequence
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answer, Answers, Batch
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import Job, Work, failure, open_works


class Revoked(t.NamedTuple):
    """What came of a request. gone: the ids of keys that are gone, and whether this run has revoked them; error: why
    the others are not; divisible: whether fewer of them may fare better.
    """

    gone: dict[str, bool]
    error: ApiError | None = None
    divisible: bool = True


class Revocation:
    """The request that revokes API keys, one or several."""

    def __init__(self, writes: Writes, keys: ApiKeys) -> None:
        self._writes, self._keys = writes, keys
        self._lost: set[str] = set()  # ids in requests whose reply was lost

    def send(self, ids: list[str], *, whole: bool) -> Revoked:
        """Revoke keys. One that is gone already was revoked by somebody else, and all is well; or by an earlier request
        of this run, to which the reply was lost. whole: not only a part of what was asked for before.

        Raises what `Writes.once` raises where the run ends.
        """
        there = set(ids)

        def all_gone() -> bool:
            nonlocal there
            there = self._writes.api_keys().keys() & set(ids)
            return not there

        try:
            self._writes.surely(lambda: self._keys.revoke(ids), all_gone, retries=None if whole else 0)
        except LostReply as lost:
            self._lost.update(ids)
            return Revoked({}, lost, divisible=lost.status == 500 and not self._writes.hurried)
        except Refused as refusal:
            if refusal.after_loss:
                self._lost.update(ids)
            if refusal.status != 404:
                return Revoked({}, refusal.error)
            if len(ids) > 1:
                all_gone()
            else:  # it is certain which one is gone; the list may show that only later
                self._writes.settled(all_gone)
                there -= self._lost
            return Revoked({one: one in self._lost for one in ids if one not in there}, refusal.error)
        return Revoked(dict.fromkeys(ids, True))


class Revocations:
    """Revokes the API keys of members before they leave, as many as there are in one request."""

    def __init__(self, writes: Writes, answers: Answers, keys: ApiKeys) -> None:
        self._writes, self._answers = writes, answers
        self._request = Revocation(writes, keys)

    def jobs(self, works: Sequence[Work]) -> list[Job]:
        """Return the job that revokes these keys, if there are any."""
        return [Job(list(works), partial(self.revoke, works))] if works else []

    def revoke(self, works: Iterable[Work]) -> None:
        """Revoke keys. One that cannot be revoked is the failure of its work, and nothing else's."""
        wanted = open_works(works)
        if not wanted:
            return

        def ask(part: list[Work]) -> Answer | None:
            return self._ask(part, whole=len(part) == len(wanted))

        batch = Batch("DELETE keys", ask, _blame, self._answers)
        batch.settle(wanted)
        if batch.lost:
            self._writes.unanswered(batch.lost)

    def _ask(self, works: list[Work], *, whole: bool) -> Answer | None:
        came = self._request.send([_id(work) for work in works], whole=whole)
        for work in works:
            if _id(work) in came.gone:
                self._gone(work, by_us=came.gone[_id(work)])
        left = [work for work in works if _id(work) not in came.gone]
        return Answer(left, came.error, came.divisible) if left and came.error else None

    def _gone(self, work: Work, *, by_us: bool) -> None:
        """Note that a key is gone."""
        work.state = None
        if not by_us:
            work.before = None


def of_makers(keys: Iterable[Work], leaving: Iterable[Work]) -> list[Work]:
    """Return those works about keys that the members have made whom these other works remove."""
    user_ids = {work.action.user_id for work in leaving}
    return [work for work in keys if work.action.user_id in user_ids]


def tell_of_keys(works: Sequence[Work]) -> None:
    """Say of each key that is not revoked what that means for it, now that it is known whether its maker is gone, and
    of each member who is not removed that keys of theirs are gone already.
    """
    removals = [work for work in works if work.action.action == "remove"]
    gone = {work.action.user_id for work in removals if work.is_over or _is_unknown(work)}
    revoked = {work.action.user_id for work in works if work.action.api_key and work.is_over and work.before}
    for work in works:
        action = work.action
        if action.api_key and not work.is_over:
            work.error = work.error or ApiError(
                "not attempted: the member who made the API key stays, and so does the key", codes=["not_attempted"]
            )
            if action.user_id in gone:
                work.error = work.error.coded(
                    None,
                    f"{work.error.message}. This does not keep its maker from being removed, and then no later run "
                    f"revokes the API key: do so by a task of org_api_key with id={action.api_key.id} and state=absent",
                )
        elif action.action == "remove" and work.error and action.user_id in revoked:
            work.error = work.error.coded(None, f"{work.error.message}. This person's API keys are revoked already")


def _is_unknown(work: Work) -> bool:
    return work.error is not None and "outcome_unknown" in work.error.codes


def _id(work: Work) -> str:
    return work.action.api_key.id if work.action.api_key else ""


def _blame(work: Work, error: ApiError) -> None:
    work.error = failure(error)
