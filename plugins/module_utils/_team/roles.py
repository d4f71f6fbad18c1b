# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests that change roles of members, and what to make of each answer."""

from __future__ import annotations

import typing as t
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    Slot,
    in_order,
    is_owner,
    missing,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answers, halves
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import Job, Surprise, Work

# Codes that say that the member is gone, or that nobody was there.
MEMBER_GONE = frozenset(
    {"organization.membership_not_found", "role_assignments.invalid_target_user_id", "user.not_found"}
)


class Roles:
    """Gives and takes the roles of members."""

    def __init__(self, writes: Writes, answers: Answers) -> None:
        self._writes, self._answers = writes, answers
        self._organization = writes.organization

    def addition(self, work: Work) -> Job | None:
        """Return the job that gives a member what they lack, but for what is to be exchanged; None if it is nothing."""
        added = work.action.added - _exchanged(work.action).new
        return Job([work], partial(self._add, work, added)) if added else None

    def exchange(self, work: Work) -> Job | None:
        """Return the job that gives grants in place of others with other application roles; None if there are none."""
        return Job([work], partial(self._exchange, work)) if _exchanged(work.action).old else None

    def removal(self, work: Work) -> Job | None:
        """Return the job that takes what a member loses without getting it back; None if that is nothing."""
        taken = work.action.taken - _exchanged(work.action).old
        return Job([work], partial(self._change, work, taken, adding=False)) if taken else None

    def _add(self, work: Work, grants: Grants) -> None:
        """Give grants. Where others with other application roles are held in their place, and are to stay, it is read
        what the service has made of it: whether it holds two grants of one role on one resource, no source says.
        """
        occupied = _beside(grants, work.held)
        before = work.held
        self._change(work, grants, adding=True)
        added = {grant for grant in grants if grant.slot in occupied} & work.held
        if not added:
            return
        self._read(work, lambda: not missing(frozenset(added), work.held))
        for grant in in_order(added):
            beside = [one for one in before if one.slot == grant.slot]
            if missing(frozenset({grant}), work.held):
                work.error = work.error or ApiError(
                    f"the service has kept {', '.join(map(str, beside))} and not taken {grant}: it holds one of them"
                )
            elif gone := frozenset(beside) - work.held:
                work.warnings.append(
                    f"{plain(work.action.name)}: the service holds only one of two sets of application roles: {grant} "
                    f"has taken the place of {', '.join(map(str, in_order(gone)))}"
                )

    def _change(self, work: Work, grants: Grants, *, adding: bool, tolerant: bool = False) -> None:
        """Add or take grants. What is refused is asked for in halves, until only the culprits are left.

        tolerant: whether it is no failure when the service does not want it so, as long as the key may do it.
        """
        write = self._organization.grant if adding else self._organization.revoke
        request = ("POST" if adding else "DELETE", "role_assignments", grants)

        def done() -> bool:
            held = self._member(work).grants
            return not missing(grants, held) if adding else not grants & held

        refusal = self._answers.hopeless(request)
        if refusal is None:
            try:
                self._writes.surely(lambda: write(work.user_id, grants), done)
            except Refused as refused:
                if MEMBER_GONE & refused.codes:
                    raise Surprise(refused.error) from None
                refusal = refused.error
                if self._answers.note(request, refusal):
                    self._answers.give_up(request, refusal)
        if refusal is None:
            work.has_now(work.held | grants if adding else work.held - grants)
        elif len(grants) > 1:
            for half in halves(in_order(grants)):
                self._change(work, frozenset(half), adding=adding, tolerant=tolerant)
        elif refusal.status == 403:
            work.refused.update(dict.fromkeys(grants, refusal))
        elif not tolerant:
            work.error = refusal

    def _exchange(self, work: Work) -> None:
        """Give a grant in place of one that differs in application roles alone.

        The new one is added first. Whether the service holds the two side by side or replaces one by the other, and
        whether a removal looks at application roles, no source says; so after each step it is read what is held. A 400
        may mean that the place is taken, and so may a new grant that is accepted and not there: then the old grant goes
        first, and comes back where the new one is refused again; but never that of an owner.
        """
        old, new, kept = _exchanged(work.action)
        if new:
            self._change(work, new, adding=True, tolerant=not is_owner(old))
        if not work.open:
            return
        added = new & work.held
        with self._writes.completing():  # the addition may have taken the old grant away
            self._read(work, lambda: not missing(added, work.held))
        if is_owner(old) and (lacking := missing(added, work.held)):
            work.error = ApiError(
                "the service has kept the old application roles: "
                f"{', '.join(map(str, in_order(lacking)))} was accepted and is not there"
            )
            return
        standing = frozenset(grant for grant in work.held if grant in old)
        if standing:
            self._change(work, standing, adding=False)
        if not work.open:
            return
        with self._writes.completing():  # the removal may have taken the new grant away
            self._read(work, lambda: not missing(kept, work.held) and not old & work.held)
            if lacking := missing(kept, work.held):
                self._change(work, lacking, adding=True)
            if not work.open and standing and not standing & work.held:
                self._bring_back(work, standing)

    def _bring_back(self, work: Work, old: Grants) -> None:
        """Give the old grants back to somebody who cannot have the new ones."""
        error, refused = work.error, work.refused
        work.error, work.refused = None, {}
        self._change(work, old, adding=True)
        work.error, work.refused = error or work.error, {**refused, **work.refused}

    def _read(self, work: Work, fits: t.Callable[[], bool]) -> None:
        """Note what a member holds; where that does not fit, look again: the list may lag."""

        def look() -> bool:
            work.has_now(self._member(work).grants)
            return fits()

        if not look():
            self._writes.settled(look)

    def _member(self, work: Work) -> Member:
        member = self._writes.members().get(work.user_id)
        if member is None:
            raise Surprise(ApiError("the member has left the organization meanwhile"))
        return member


class Exchange(t.NamedTuple):
    """What a member loses, gets and holds afterwards where grants differ in application roles alone."""

    old: Grants
    new: Grants
    kept: Grants


def _exchanged(action: Action) -> Exchange:
    slots = {grant.slot for grant in action.taken} & {grant.slot for grant in action.after or NOTHING}
    if not slots:
        return Exchange(NOTHING, NOTHING, NOTHING)

    def among(grants: Grants) -> Grants:
        return frozenset(grant for grant in grants if grant.slot in slots)

    kept = frozenset(grant for grant in among(action.after or NOTHING) if grant.understood)
    return Exchange(among(action.taken), among(action.added), kept)


def _beside(grants: Grants, held: Grants) -> set[Slot]:
    """Return the slots of these grants in which others are held."""
    return {grant.slot for grant in held - grants} & {grant.slot for grant in grants}
