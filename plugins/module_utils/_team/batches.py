# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""One request for many people: whom a refusal is about is found by asking for fewer, and not for ever.

Pure: knows neither Ansible nor HTTP, and not what the requests are.
"""

from __future__ import annotations

import threading
import typing as t
from collections import Counter
from collections.abc import Callable, Hashable, Iterable

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply

Item = t.TypeVar("Item")

ENOUGH = 5  # people, each asked for alone, with one answer: then it is about the request
FUTILE = 10  # requests in a row for more than one person of a batch that have failed

# Codes that are about one person, however many get them. The codes are those of the vendor's API reference.
ABOUT_ONE_PERSON = frozenset(
    {
        "organization.invitation_invalid_email",
        "organization.invitation_already_exists",
        "organization.user_organization_already_belongs",
        "organization.membership_not_found",
        "organization.invitation_not_found",
        "user.not_found",
        "role_assignments.invalid_target_user_id",
        "api_keys.key_not_found",
        "invalid_id",  # ours: an id that cannot be part of a request
    }
)


class Answers:
    """What single people got for an answer in a run, by the request without what names the person.

    Two answers are the same if status and codes are: the message may name the person. Used by several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Hashable] = Counter()
        self._hopeless: dict[Hashable, ApiError] = {}

    def note(self, request: Hashable, error: ApiError) -> bool:
        """Note a failure of somebody who was asked for alone; return whether enough people have had it."""
        if ABOUT_ONE_PERSON & set(error.codes):
            return False
        with self._lock:
            answer = (request, error.status, tuple(error.codes))
            self._counts[answer] += 1
            return self._counts[answer] >= ENOUGH

    def give_up(self, request: Hashable, error: ApiError) -> None:
        """Note that everybody would get this answer to such a request."""
        with self._lock:
            self._hopeless.setdefault(request, error)

    def hopeless(self, request: Hashable) -> ApiError | None:
        """Return the answer that everybody would get, as the error of somebody who was not asked for; else None."""
        if error := self._hopeless.get(request):
            return error.coded(
                "not_attempted", f"not attempted: {ENOUGH} people got this answer to the same request: {error.message}"
            )
        return None


class Answer(t.NamedTuple):
    """What is left of a request: for whom it has failed, and why; divisible: whether fewer people may fare better."""

    left: list[t.Any]
    error: ApiError
    divisible: bool = True


class Batch(t.Generic[Item]):
    """One request for many, and all parts that it is cut into.

    request: what is asked, without whom it is for; ask: asks for some, all at once, and returns what is left (fewer
    than it was given are asked for on their own); blame: is told why one has failed. lost: the last answer that did
    not come, of those that somebody was blamed with.
    """

    def __init__(
        self,
        request: Hashable,
        ask: Callable[[list[Item]], Answer | None],
        blame: Callable[[Item, ApiError], None],
        answers: Answers,
    ) -> None:
        self.lost: LostReply | None = None
        self._request, self._ask, self._blame, self._answers = request, ask, blame, answers
        self._parts: list[list[Item]] = []
        self._futile = 0

    def settle(self, items: list[Item]) -> None:
        """Ask for all of them, for fewer at a time where that fails, until nobody is left or it is no use."""
        self._parts = [items]
        while self._parts:
            if error := self._answers.hopeless(self._request):
                self._end(self._rest(), error)
                return
            part = self._parts.pop()
            answer = self._ask(part)
            if answer is None:
                self._futile = 0
            elif len(answer.left) < len(part):
                self._parts += [answer.left] if answer.left else []
            else:
                self._failed(answer)

    def _failed(self, answer: Answer) -> None:
        if len(answer.left) > 1:
            self._futile += not ABOUT_ONE_PERSON & set(answer.error.codes)
            if self._futile >= FUTILE:
                self._give_up(answer)
            elif answer.divisible:
                self._parts += reversed(halves(answer.left))
            else:
                self._end(answer.left, answer.error)
            return
        self._end(answer.left, answer.error)
        if self._answers.note(self._request, answer.error) and (rest := self._rest()):
            last = self._ask(rest)  # as a whole, once
            if last and len(last.left) == len(rest):
                self._answers.give_up(self._request, answer.error)
                self._parts = [rest]
            elif last and last.left:
                self._parts = [last.left]

    def _give_up(self, answer: Answer) -> None:
        """End with those who were not asked for alone."""
        self._note(answer.error)
        unsettled = isinstance(answer.error, LostReply) and not answer.divisible
        for item in answer.left:
            self._blame(item, _futile(answer.error, ["outcome_unknown"] if unsettled else []))
        self._end(self._rest(), _futile(answer.error))

    def _end(self, items: Iterable[Item], error: ApiError) -> None:
        self._note(error)
        for item in items:
            self._blame(item, error)

    def _note(self, error: ApiError) -> None:
        if isinstance(error, LostReply):
            self.lost = error

    def _rest(self) -> list[Item]:
        """Return who is left in the parts, which are none then."""
        rest = [item for part in reversed(self._parts) for item in part]
        self._parts = []
        return rest


def halves(items: list[Item]) -> list[list[Item]]:
    """Return a list as two."""
    middle = len(items) // 2
    return [items[:middle], items[middle:]]


def _futile(last: ApiError, second: t.Sequence[str] = ()) -> ApiError:
    """Return the error of those who were not asked for alone, with the codes of the last answer after ours."""
    return ApiError(
        f"not attempted: {FUTILE} requests in a row for several people failed. The last answer: {last.message}",
        status=last.status,
        codes=["not_attempted", *second, *last.codes],
        method=last.method,
        path=last.path,
        request_id=last.request_id,
    )
