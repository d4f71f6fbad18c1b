# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""From a plan to requests: a key is made and handed over, or keys are revoked, and what to make of each answer."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import in_order
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey, as_keys_hold, ours
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply, plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.file import Draft, IdNotWritten, KeyFile
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.guards import REVOKE_BY_ID
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import Plan, is_exact
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.report import Step
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys, NewKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Ended, Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.batches import Answer, Answers, Batch
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.revocations import Revocation
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import internal_error
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import failure, not_attempted

PATIENCE = 2  # of the run, in actions without an answer: there is hardly more than one
TRIES = 2  # to make a key: once more where what the first one made was seen and revoked


class Run:
    """The requests that carry a plan out. steps: what became of each action; secret: of the key that was made, where it
    is not in a file.

    keys: all that were read for the plan; creator: who makes keys that are made with the key in use, where that is
    known; file: where a new key goes.
    """

    def __init__(
        self,
        organization: Organization,
        wanted: Wanted,
        plan: Plan,
        keys: Iterable[ApiKey],
        creator: str | None,
        file: KeyFile | None,
    ) -> None:
        self.steps = [Step(action) for action in plan.actions]
        self.secret: str | None = None
        self._organization, self._wanted, self._creator, self._file = organization, wanted, creator, file
        self._known = {key.id for key in keys}
        self._writes = Writes(organization, PATIENCE)
        self._keys = ApiKeys(organization)
        self._revocations = Revocations(self._writes, self._keys)

    def apply(self) -> None:
        """Carry it out, as far as it goes."""
        for step in self.steps:
            if not step.action.key:
                self._create(step)
        self._revocations.revoke([step for step in self.steps if step.action.key])
        for step in self.steps:
            if not step.done and not step.error:
                step.error = not_attempted(self._writes.ended_by)

    def _create(self, step: Step) -> None:
        try:
            with self._file.opened() if self._file else contextlib.nullcontext() as draft:
                self._obtain(step, draft)
        except OSError as error:  # there is no room for a key, so none is asked for
            step.error = ApiError(
                f"{self._where()} cannot be written, and no API key was made: {error.strerror or error}"
            )

    def _obtain(self, step: Step, draft: Draft | None) -> None:
        """Ask for a key, and hand it over."""
        try:
            new = self._ask()
        except Ended:
            return
        except Refused as refusal:
            step.error = refusal.error
            return
        except ApiError as error:
            step.error = error
            return
        step.key = new.key
        try:
            wrong = self._hand_over(new, draft)
        except IdNotWritten as error:
            step.done = True
            step.error = ApiError(
                f"{self._where()} holds the new API key {new.key.words}, and {self._where()}.id could not be written: "
                f"{error.strerror or error}. Write the id there, or the next run makes another API key"
            )
            return
        except Exception as error:  # a fault of ours: nobody gets this key
            wrong = internal_error(error, self._organization)
        if wrong is None:
            step.done = True
            return
        with self._writes.completing():
            kept = self._take_back(new.key)
        step.key, step.left = None, new.key if kept else None
        fate = f"could not be revoked ({kept}); revoke it {REVOKE_BY_ID}" if kept else "was revoked"
        step.error = wrong.coded(None, f"{wrong.message}. The new API key {new.key.words} {fate}")

    def _hand_over(self, new: NewKey, draft: Draft | None) -> ApiError | None:
        """Put a new key where it belongs; return why it is not what was asked for, or is not there."""
        asked, got = self._wanted.grants, new.key.grants
        if new.key.roles_shown and as_keys_hold(got) != as_keys_hold(asked):
            return ApiError(
                f"the service has given the new API key other roles than were asked for. Asked for: "
                f"{some_of(list(map(str, in_order(asked))), most=20)}. Given: "
                f"{some_of(list(map(str, in_order(got))), most=20) or 'none'}",
                codes=["other_roles"],
            )
        if draft is None:
            self.secret = new.secret
            return None
        try:
            draft.put(new.secret, new.key.id)
        except IdNotWritten:
            raise
        except OSError as error:
            return ApiError(f"{self._where()} could not be written, and is as it was: {error.strerror or error}")
        return None

    def _where(self) -> str:
        return str(self._file.path) if self._file else ""

    def _ask(self) -> NewKey:
        """Make a key. Where the reply is lost, what was made is looked for; it is nobody's, since nobody has its
        secret. Raises ApiError where nothing more can be done about it, and what `Writes.once` raises.
        """
        wanted = self._wanted
        for attempt in range(TRIES):
            try:
                return self._writes.once(lambda: self._keys.create(wanted.name, wanted.grants, wanted.expires_in))
            except LostReply as lost:
                self._settle(lost, again=attempt + 1 < TRIES)
        raise AssertionError("settling the last try raises")

    def _settle(self, lost: LostReply, *, again: bool) -> None:
        """Find out what became of a request whose reply was lost, so that it can be made again; else raise ApiError."""
        seen: list[ApiKey] = []

        def is_there() -> bool:
            nonlocal seen
            there = self._writes.api_keys().values()
            seen = [key for key in there if self._may_be_new(key)]
            return bool(seen)

        what = f"it is not known whether an API key was made: {lost.message}."
        try:
            self._writes.settled(is_there, lost)
        except LostReply:  # nothing is read any more
            pass
        except ApiError as unread:
            what += f" The list of API keys cannot be read ({unread.message})."
        if not seen:
            raise lost.coded(
                "outcome_unknown",
                f"{what} None is shown to this API key that was not there before. Look for one with the name "
                f"{self._wanted.name!r}, since nobody has its secret, and revoke it {REVOKE_BY_ID}; then run again.",
            )
        self._known |= {key.id for key in seen}
        ids = f"with the name {self._wanted.name!r} {'is' if len(seen) == 1 else 'are'} new: {_ids(seen)}"
        if (
            len(seen) > 1
            or self._writes.hurried
            or not ours(seen, self._organization.id, self._organization.client.clock.now())
        ):
            raise lost.coded(
                "outcome_unknown",
                f"{what} API keys {ids}. Revoke what this run has made, since nobody has its secret, {REVOKE_BY_ID}; "
                "then run again.",
            )
        kept = self._take_back(seen[0])
        if kept:
            raise lost.coded(
                "outcome_unknown",
                f"{what} The API key {ids}, and could not be revoked ({kept}). Nobody has its secret: revoke it "
                f"{REVOKE_BY_ID}; then run again.",
            )
        if not again:
            raise lost.coded("outcome_unknown", f"{what} The API key {ids}, and was revoked. Run again.")

    def _may_be_new(self, key: ApiKey) -> bool:
        """Return whether a key may be what a request of this run has made."""
        if key.id in self._known or key.name.strip() != self._wanted.name or not is_exact(key, self._wanted.grants):
            return False
        is_anothers = self._creator and key.user_id and key.user_id != self._creator
        return not is_anothers and key.organization_id in (self._organization.id, None)

    def _take_back(self, key: ApiKey) -> ApiError | None:
        """Revoke a key that nobody has; return why that did not happen."""
        try:
            self._writes.surely(
                lambda: self._keys.revoke([key.id]),
                lambda: key.id not in self._writes.api_keys(),
            )
        except Refused as refusal:
            return None if refusal.status == 404 else refusal.error
        except Ended:
            return self._writes.ended_by
        except ApiError as error:
            return error
        return None


class Revocations:
    """Revokes keys, as many as there are in one request."""

    def __init__(self, writes: Writes, keys: ApiKeys) -> None:
        self._request = Revocation(writes, keys)

    def revoke(self, steps: Sequence[Step]) -> None:
        """Revoke the keys of these steps. One that cannot be revoked is the failure of its step alone."""
        if not steps:
            return

        def ask(part: list[Step]) -> Answer | None:
            return self._ask(part, whole=len(part) == len(steps))

        try:
            Batch("DELETE keys", ask, _blame, Answers()).settle(list(steps))
        except Ended:
            return
        except ApiError as error:
            for step in steps:
                if not step.done and not step.error:
                    _blame(step, error)

    def _ask(self, steps: list[Step], *, whole: bool) -> Answer | None:
        came = self._request.send([step.action.id or "" for step in steps], whole=whole)
        for step in steps:
            step.done = step.action.id in came.gone
        left = [step for step in steps if not step.done]
        return Answer(left, came.error, came.divisible) if left and came.error else None


def _blame(step: Step, error: ApiError) -> None:
    step.error = failure(error)


def _ids(keys: Iterable[ApiKey]) -> str:
    return plain(", ".join(key.id for key in keys))
