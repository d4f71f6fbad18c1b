# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests that send invitations, and what to make of each answer.

An invitation cannot be changed: another one is sent in its place. Where the service refuses that because there is one
already, or keeps the old roles, the old one is deleted first.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, missing, surplus
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, People, email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import (
    INVITATION_LIMIT,
    PENDING_LIMIT,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import (
    MOST_EMAILS,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answer, Answers, Batch, halves
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.withdrawals import Withdrawals
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import (
    Job,
    Work,
    failure,
    open_works,
    outcome_unknown,
)

ALREADY_EXISTS = "organization.invitation_already_exists"
ALREADY_BELONGS = "organization.user_organization_already_belongs"
UNSEEN = 5.0  # seconds after an answer of 500 until invitations that no reading has shown count as not made


class Invitations:
    """Sends invitations. expires_in: how long new ones last, None for the service's default."""

    def __init__(self, writes: Writes, answers: Answers, withdrawals: Withdrawals, expires_in: str | None) -> None:
        self._writes, self._answers, self._withdrawals, self._expires_in = writes, answers, withdrawals, expires_in
        self._organization = writes.organization
        self._ended: ApiError | None = None  # what ended inviting
        self._filling = threading.RLock()  # while the room that is left is filled, all others wait

    def sendings(self, works: Iterable[Work]) -> list[Job]:
        """Return the jobs that send invitations, those with the same grants together."""
        batches: dict[tuple[Grants, str], list[Work]] = {}
        for work in works:
            # New ones, pending and expired ones apart: the service may refuse each kind for a reason of its own.
            kind = work.action.invitations[0].status if work.action.invitations else "new"
            batches.setdefault((work.after, kind), []).append(work)
        return [
            Job(part, partial(self._send, part))
            for batch in batches.values()
            for part in (batch[start : start + MOST_EMAILS] for start in range(0, len(batch), MOST_EMAILS))
        ]

    def _send(self, works: list[Work]) -> None:
        batch: Batch[Work] = Batch(("POST invitations", works[0].after), self._ask, self._blame, self._answers)
        batch.settle(works)
        if batch.lost:
            self._writes.unanswered(batch.lost)

    def _ask(self, works: list[Work]) -> Answer | None:
        """Send one request for people who get the same grants, and follow up on what the service says of each."""
        with self._filling:  # not while somebody finds out how much room is left
            ended = self._ended
        if ended:
            _end_all(works, _not_attempted(ended))
            return None
        try:
            with self._writes.completing() if all(work.withdrawn for work in works) else contextlib.nullcontext():
                made = self._writes.once(
                    lambda: self._organization.invite([one.email for one in works], works[0].after, self._expires_in)
                )
        except LostReply as lost:
            return self._look_for(works, lost)
        except Refused as refusal:
            return self._refused(works, refusal)
        return self._answered(works, made)

    def _blame(self, work: Work, error: ApiError) -> None:
        work.error = failure(error)

    def _refused(self, works: list[Work], refusal: Refused) -> Answer | None:
        """Find out whom a refusal is about."""
        if PENDING_LIMIT in refusal.codes:
            self._fill_the_room(works, refusal.error)
            return None
        if INVITATION_LIMIT in refusal.codes:
            self._ended = refusal.error
        if ALREADY_EXISTS in refusal.codes and all(work.action.invitations and not work.withdrawn for work in works):
            for work in works:
                work.in_the_way = work.action.invitations
            return None
        if len(works) == 1 and {ALREADY_EXISTS, ALREADY_BELONGS} & refusal.codes:
            works[0].surprise = refusal.error
            return None
        if refusal.status in (403, 404, 429):  # about the grants, the sender or all invitations
            _end_all(works, refusal.error)
            return None
        return Answer(works, refusal.error)

    def _fill_the_room(self, works: list[Work], refusal: ApiError) -> None:
        """Invite as many of a refused batch as there is room for, and then nobody any more."""
        with self._filling:
            if self._ended:
                _end_all(works, _not_attempted(self._ended))
            elif len(works) == 1:
                self._ended = works[0].error = refusal
            else:
                for half in halves(works):
                    self._send(half)

    def _answered(self, works: list[Work], made: list[Invitation]) -> Answer | None:
        """Compare what the service says that it has made with what was asked for."""
        by_email = {email_key(invitation.email): invitation for invitation in made}
        kept = self._kept(works, made)
        unmentioned = []
        for work in works:
            invitation = by_email.get(email_key(work.email))
            if invitation is None:
                unmentioned.append(work)
                continue
            held = invitation.grants if invitation.roles_shown else kept.get(invitation.token, work.after)
            if _same(work.after, held):
                work.was_sent(invitation)
            else:
                work.was_sent(invitation, held)
                if work.withdrawn:
                    work.error = ApiError("the service has made the invitation with other roles than those asked for")
                else:  # an open invitation was refreshed and has kept its old roles
                    others = [one for one in work.action.invitations if one.token != invitation.token]
                    there = {one.token for one in self._writes.invitations()} if others else set()
                    work.in_the_way = (invitation, *(one for one in others if one.token in there))
        if unmentioned and len(unmentioned) == len(works):
            return self._look_for(works, LostReply("the answer does not say which invitations were made"))
        # Left out while others were made: asked for on their own, each gets its reason.
        return Answer(unmentioned, ApiError("left out of the answer")) if unmentioned else None

    def _kept(self, works: list[Work], made: list[Invitation]) -> dict[str, Grants]:
        """Return the grants of old invitations that were made new and are shown without roles, by token.

        They may have kept their roles, and one without any may be shown like this: the list tells.
        """
        old = {one.token for work in works for one in work.action.invitations}
        doubtful = old & {one.token for one in made if not one.roles_shown}
        if not doubtful:
            return {}
        return {one.token: one.grants for one in self._writes.invitations() if one.token in doubtful}

    def _look_for(self, works: list[Work], lost: LostReply) -> Answer | None:
        """Settle by reading whether invitations were sent. One that is not seen is not sent again: the list may lag.

        The one exception is an answer of 500 to several: one person may be its cause, so the others are asked for
        without, once readings over some time have shown nobody.
        """
        unseen = works
        perhaps_one = lost.status == 500 and len(works) > 1

        def seen() -> bool:
            nonlocal unseen
            people = self._writes.people()
            unseen = [work for work in unseen if not _is_seen(work, people, lost)]
            return not unseen

        if self._writes.settled(seen, lost, within=UNSEEN if perhaps_one else 0.0):
            self._writes.accepted()
            return None
        if len(unseen) < len(works):
            self._writes.accepted()
            _end_all(unseen, outcome_unknown(lost))
            return None
        return Answer(works, lost, divisible=perhaps_one and not self._writes.hurried)

    def replace(self, work: Work) -> None:
        """Delete the invitations in the way of a person's new one, and send that."""
        for job in self._withdrawals.clear_the_way([work]):
            job.do()
        if cleared([work]):
            self._send([work])


def cleared(works: Iterable[Work]) -> list[Work]:
    """Return those who have no invitation any more, and may get a new one."""
    return [work for work in open_works(works) if work.state is None]


def _is_seen(work: Work, people: People, lost: ApiError) -> bool:
    """Note what a reading shows of an invitation that may have been sent; return whether it shows anything."""
    old = {*work.action.invitations, work.made}  # made: an old one that was refreshed, and deleted before this
    new = [one for one in people.find(work.email).invitations if not one.expired and one not in old]
    fitting = [one for one in new if _same(work.after, one.grants) or not (one.roles_shown or _is_old(work, one))]
    if fitting:
        work.was_sent(fitting[0])
    elif new or people.find(work.email).members:
        work.surprise = lost
    return bool(new) or work.surprise is not None


def _is_old(work: Work, invitation: Invitation) -> bool:
    """Whether an invitation is one that was there before, and was made new."""
    return invitation.token in {one.token for one in work.action.invitations}


def _same(wanted: Grants, held: Grants) -> bool:
    return not missing(wanted, held) and not surplus(wanted, held)


def _end_all(works: Iterable[Work], error: ApiError) -> None:
    for work in works:
        work.error = error


def _not_attempted(ended: ApiError) -> ApiError:
    """Return the error of those who were not invited any more, with the service's code beside ours."""
    return ended.coded("not_attempted", f"not attempted after: {ended}")
