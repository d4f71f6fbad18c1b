# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What became of one action of a plan, so far.

A work is *open* while it may go on. It leaves that state by one of three ways, and only a surprise is a way back, by
another work that is planned in its place:

    open --- every stage has passed ----------------------------------> done (state tells what there is now)
     |---- error: a failure, or nothing was begun --------------------> failed
     |---- refused: the service will not change single grants --------> failed, or a warning (refused_grants)
     '---- surprise: the person is not as they were -- read again ----> planned anew | failed | nothing left to do

Beside that, `state` follows what is known to have happened. It is what results tell, whatever the end.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING, Grant, Grants
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import Effect, State, state_before


@dataclass(slots=True, eq=False)
class Work:
    """How far one action has come.

    before, state: how the person stood when this run began to act, and stands by what is known to have happened;
    made: the invitation that was sent; in_the_way: invitations that have to be deleted; left_over: old ones that are
    still there beside the new one; withdrawn: whether invitations were deleted so that a new one can come; refused:
    single grants that the service will not change; error: why it ended; surprise: why it has to be planned anew;
    surprises: how often it was; gone: whether readings show nothing more of it; warnings: what the user should know of.
    """

    action: Action
    before: State | None
    state: State | None
    sent: bool = False
    made: Invitation | None = None
    in_the_way: tuple[Invitation, ...] = ()
    left_over: tuple[Invitation, ...] = ()
    withdrawn: bool = False
    refused: dict[Grant, ApiError] = field(default_factory=dict)
    error: ApiError | None = None
    surprise: ApiError | None = None
    surprises: int = 0
    gone: bool = False
    warnings: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, action: Action, surprises: int = 0, withdrawn: bool = False) -> Work:
        """Return the work for an action of which nothing has happened yet."""
        before = state_before(action)
        return cls(action, before, before, surprises=surprises, withdrawn=withdrawn)

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
    def is_over(self) -> bool:
        """Whether what was to go is gone."""
        return self.action.after is None and self.state is None

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

    def explain(self, people: People) -> None:
        """Note how the person stands by another reading, where what has changed was not this run's doing."""
        if self.state == self.before and not self.sent:
            self.before = self.state = _state_in(people, self.action)


class Job(t.NamedTuple):
    """Something to be done, and for whom: for those it has not come to an end with if it raises something."""

    works: list[Work]
    do: Callable[[], None]


class Surprise(Exception):
    """The person is not as they were when the plan was made."""

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error = error


def open_works(works: Iterable[Work]) -> list[Work]:
    """Return those that may go on."""
    return [work for work in works if work.open]


def not_attempted(why: ApiError | None) -> ApiError:
    """Return the error of somebody for whom nothing was begun, because something else had failed."""
    return ApiError(f"not attempted after: {why}", codes=["not_attempted"])


def outcome_unknown(lost: ApiError) -> ApiError:
    """Return the error of somebody of whom it is not known whether a request has had its effect."""
    return lost.coded(
        "outcome_unknown", f"it is not known whether this has happened: {lost.message}. Run again to find out."
    )


def failure(error: ApiError) -> ApiError:
    """Return what an action has failed with: of a lost reply it is not known what became of it."""
    return outcome_unknown(error) if isinstance(error, LostReply) else error


def _state_in(people: People, action: Action) -> State | None:
    """Return how the member, or the invitation, that an action is about stands by another reading."""
    if action.user_id:
        member = people.members.get(action.user_id)
        return State(member.status, member.grants) if member else None
    return next((State(one.status, one.grants) for one in people.find(action.email).invitations), None)
