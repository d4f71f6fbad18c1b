# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests that delete invitations, and what to make of each answer."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import why_not_in_a_path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answer, Answers, Batch
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import (
    Job,
    Work,
    failure,
    open_works,
)


class Withdrawals:
    """Deletes invitations: those that are revoked, those in the way of new ones, and those that are left over.

    people: who was there before the run.
    """

    def __init__(self, writes: Writes, answers: Answers, people: People) -> None:
        self._writes, self._answers, self._people = writes, answers, people
        self._organization = writes.organization
        self._lost: set[str] = set()  # tokens in requests whose reply was lost

    def revoke(self, works: Iterable[Work]) -> list[Job]:
        """Return the jobs that revoke the invitations that these works are about."""
        uninvited = list(works)
        for work in uninvited:
            work.in_the_way = work.action.invitations
        return self.clear_the_way(uninvited)

    def clear_the_way(self, works: Iterable[Work]) -> list[Job]:
        """Return the jobs that delete the invitations in the way of these works."""
        return self._deletions((work, work.in_the_way) for work in works)

    def renewed(self, works: Iterable[Work]) -> list[Work]:
        """Return those who got a new invitation while an old one may still be there."""
        return [work for work in open_works(works) if _may_have_leftovers(work)]

    def leftovers(self, renewed: list[Work]) -> list[Job]:
        """Return the jobs that delete what is still there of the old invitations of people who got a new one.

        Whether a new invitation takes the place of all older ones, no source says. An old one is only taken for a
        leftover where the new one is seen beside it: the service may have made the old one new.
        """
        there: set[str] = set()

        def seen() -> bool:
            nonlocal there
            there = {invitation.token for invitation in self._writes.invitations()}
            return all(work.made and work.made.token in there for work in renewed)

        if not seen():
            self._writes.settled(seen)
        found = []
        for work in renewed:
            new = work.made.token if work.made else ""
            if new in there:
                work.left_over = tuple(
                    one for one in work.action.invitations if one.token in there and one.token != new
                )
                found.append((work, work.left_over))
        return self._deletions(found)

    def _deletions(self, wanted: Iterable[tuple[Work, tuple[Invitation, ...]]]) -> list[Job]:
        concerned: dict[str, list[Work]] = {}
        for work, invitations in wanted:
            tokens = [invitation.token for invitation in invitations]
            work.error = work.error or why_not_in_a_path(tokens)
            if not work.error:
                for token in tokens:
                    concerned.setdefault(token, []).append(work)
        return [
            Job(_those(concerned, tokens), partial(self._delete, tokens, concerned))
            for tokens in self._organization.batches("invitations", concerned)
        ]

    def _delete(self, tokens: list[str], concerned: dict[str, list[Work]]) -> None:
        def ask(part: list[str]) -> Answer | None:
            return self._ask_to_delete(part, concerned, whole=len(part) == len(tokens))

        def blame(token: str, error: ApiError) -> None:
            for work in concerned[token]:
                if error.status == 404 and not work.left_over:  # gone, which a list may show only later
                    work.surprise = error
                else:
                    work.error = failure(error)

        batch = Batch("DELETE invitations", ask, blame, self._answers)
        batch.settle(tokens)
        if batch.lost:
            self._writes.unanswered(batch.lost)

    def _ask_to_delete(self, tokens: list[str], concerned: dict[str, list[Work]], *, whole: bool) -> Answer | None:
        """Delete invitations. One that is gone already was accepted or revoked meanwhile, which reading again tells;
        unless it went by an earlier request of this run, to which the reply was lost.
        """
        try:
            settled = self._writes.surely(
                lambda: self._organization.uninvite(tokens),
                lambda: not set(tokens) & {invitation.token for invitation in self._writes.invitations()},
                retries=None if whole else 0,
            )
        except LostReply as lost:
            self._lost.update(tokens)
            return Answer(tokens, lost, divisible=lost.status == 500 and not self._writes.hurried)
        except Refused as refusal:
            if refusal.after_loss:
                self._lost.update(tokens)
            if refusal.status != 404:
                return Answer(tokens, refusal.error)
            listed = {invitation.token for invitation in self._writes.invitations()}
            if len(tokens) == 1:
                listed -= self._lost
            self._gone([token for token in tokens if token not in listed and token in self._lost], concerned)
            for work in _those(concerned, set(tokens) - listed - self._lost):
                if not work.left_over:
                    work.surprise = refusal.error
            left = [token for token in tokens if token in listed]
            return Answer(left, refusal.error) if left else None
        self._gone(tokens, concerned)
        accepted = self._writes.people() if settled else self._people
        for work in _those(concerned, tokens):
            if len(accepted.find(work.email).members) > len(self._people.find(work.email).members):
                work.surprise = ApiError("the invitation was accepted meanwhile")
        return None

    def _gone(self, tokens: list[str], concerned: dict[str, list[Work]]) -> None:
        """Note that this run has deleted invitations."""
        for work in _those(concerned, tokens):
            if work.left_over:
                work.left_over = tuple(one for one in work.left_over if one.token not in tokens)
                continue
            work.in_the_way = tuple(one for one in work.in_the_way if one.token not in tokens)
            if not work.in_the_way:
                work.state, work.withdrawn = None, True


def _may_have_leftovers(work: Work) -> bool:
    old = work.action.invitations
    return work.made is not None and bool(old) and (len(old) > 1 or not work.withdrawn)


def _those(concerned: dict[str, list[Work]], tokens: Iterable[str]) -> list[Work]:
    return [work for token in tokens for work in concerned[token]]
