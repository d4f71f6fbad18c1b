# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Writes that are never repeated blindly, and the readings that settle what became of them."""

from __future__ import annotations

import contextlib
import threading
import typing as t
from collections.abc import Callable

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, Member, People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, LostReply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import INVITATION_LIMIT, Stopped
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization

Result = t.TypeVar("Result")

# Codes that say that nothing else will be accepted either.
CONCERNS_EVERYBODY = frozenset(
    {"organization.invalid_access", "organization.not_found", "root.invalid_authentication", "root.unauthorized"}
)
READS_TO_SETTLE = 3  # lists may lag behind writes; how often to look before taking a write for not done


class Ended(Exception):
    """Nothing more is attempted in this run: what ended it would end everything else, too."""


class Refused(Exception):
    """The service has refused a write, for reasons that need not be everybody's.

    after_loss: whether the reply to the same write had been lost before, so that it may have happened then.
    """

    def __init__(self, error: ApiError) -> None:
        super().__init__(str(error))
        self.error, self.status, self.codes = error, error.status, frozenset(error.codes)
        self.after_loss = False


class Writes:
    """The writes of one run, from several threads.

    patience: how many actions in a row may fail for want of an answer before the run ends. ended_by: what ended the
    run, if anything did.
    """

    def __init__(self, organization: Organization, patience: int) -> None:
        self.organization = organization
        self.ended_by: ApiError | None = None
        self._client = organization.client
        self._patience, self._unanswered = patience, 0
        self._counting = threading.Lock()
        self._hopeless = False
        self._members = _Shared(organization.members)
        self._invitations = _Shared(organization.invitations)
        self._api_keys = _Shared(ApiKeys(organization).all)

    def go_on(self) -> None:
        """Raise Ended if nothing more is to be begun: only what this run has taken away is given back even then, as
        long as there is hope.
        """
        if self._client.hurried:
            self.ended_by = self.ended_by or ApiError(
                f"{self._client.stopped_by} ended the run: nothing more was begun, and what was under way was "
                "finished. Run again with --check to see what is left"
            )
        if self.ended_by and (self._hopeless or not self._client.completes):
            raise Ended

    def accepted(self) -> None:
        """Note that the service has taken a write."""
        with self._counting:
            self._unanswered = 0

    def unanswered(self, lost: LostReply) -> None:
        """Note an action that has failed for want of an answer. Too many in a row end the run."""
        with self._counting:
            self._unanswered += 1
            if self._unanswered >= self._patience and not self.ended_by:
                self.ended_by = ApiError(
                    f"{self._unanswered} actions in a row without an answer that says what became of them: the service "
                    f"takes no writes at the moment. The last answer: {lost.message}",
                    status=lost.status,
                    codes=lost.codes,
                    method=lost.method,
                    path=lost.path,
                    request_id=lost.request_id,
                )

    def once(self, write: Callable[[], Result]) -> Result:
        """Make a write, unless the run has ended.

        Raises Refused; LostReply, which the caller has to settle; Ended; ApiError where it is this that ends the run.
        """
        self.go_on()
        try:
            result = write()
        except LostReply:
            raise
        except Stopped:
            self.go_on()
            raise
        except ApiError as refusal:
            if refusal.status == 429:  # nothing has happened, and after a signal it is not tried again
                self.go_on()
            everybody = refusal.status in (401, 429) or CONCERNS_EVERYBODY & set(refusal.codes)
            if not everybody or INVITATION_LIMIT in refusal.codes:
                raise Refused(refusal) from None
            self.ended_by, self._hopeless = self.ended_by or refusal, True
            raise
        self.accepted()
        return result

    @property
    def hurried(self) -> bool:
        """Whether a signal has told this thread to stop."""
        return self._client.hurried

    def completing(self) -> contextlib.AbstractContextManager[None]:
        """Return a context in which this thread goes on after a signal: it gives back what this run has taken away."""
        return self._client.completing()

    def surely(self, write: Callable[[], None], done: Callable[[], bool], *, retries: int | None = None) -> bool:
        """Make a write that does no harm when it is repeated, until it is known to have happened.

        done: reads whether it has; retries: as many as the client's, if nothing is said. Returns whether it took that
        to know. Raises as `once` does, LostReply when all retries are used up.
        """
        retries = self._client.retries if retries is None else retries
        lost: LostReply | None = None
        attempt = 0
        while True:
            try:
                self.once(write)
                return False
            except LostReply as reply:
                lost = reply
            except (Ended, ApiError) as end:  # what became of an earlier attempt stays unknown
                raise lost or end from None
            except Refused as refusal:
                refusal.after_loss = lost is not None
                raise
            if self.settled(done, lost, attempt):
                self.accepted()
                return True
            if attempt >= retries or self._client.hurried:
                raise lost
            what = f"answered {lost.status}" if lost.status else "no answer"
            self._client.notice(f"{what}, and reading shows that nothing has happened: trying again")
            attempt += 1

    def settled(
        self, done: Callable[[], bool], lost: LostReply | None = None, attempt: int = 0, *, within: float = 0.0
    ) -> bool:
        """Return whether reading shows that something is so, which it may do only after a while.

        lost: the reply whose write this is about, raised where nothing can be read any more; attempt: how often it was
        tried before; within: how many seconds it takes at least until it is not so. After a signal, one look has to do.
        """
        until = self._client.now() + within
        for look in range(READS_TO_SETTLE):
            # The first look waits as long as the service asks for; then lists may still lag, which is not its wish.
            self._client.pause(attempt + look, lost.retry_after if lost and look == 0 else None)
            if look == READS_TO_SETTLE - 1:
                self._client.wait_until(until)
            try:
                if done():
                    return True
            except Ended:
                raise lost or Ended from None
            if self._client.hurried:
                break
        return False

    def members(self) -> dict[str, Member]:
        """Return the members as they are now, by user id."""
        members = self.fresh(self._members)
        return {member.user_id: member for member in members}

    def invitations(self) -> list[Invitation]:
        """Return the invitations as they are now."""
        return self.fresh(self._invitations)

    def api_keys(self) -> dict[str, ApiKey]:
        """Return all API keys as they are now, whatever organization they name, by id."""
        return {key.id: key for key in self.fresh(self._api_keys)}

    def people(self) -> People:
        """Return everybody as they are now."""
        return People(self.members().values(), self.invitations(), whole=self.organization.whole)

    def fresh(self, reading: Callable[[], Result]) -> Result:
        """Make a reading. Where even that fails, the run ends: nothing could be settled any more."""
        if self._hopeless:
            raise Ended
        try:
            return reading()
        except ApiError as error:
            self.ended_by, self._hopeless = self.ended_by or error, True
            raise error.coded("outcome_unknown", f"could not be read again: {error}") from None


class _Shared(t.Generic[Result]):
    """A reading that several threads may ask for: each gets one that began after it asked, one for all who wait."""

    def __init__(self, read: Callable[[], Result]) -> None:
        self._read = read
        self._lock = threading.Lock()
        self._begun = 0
        self._value: Result

    def __call__(self) -> Result:
        asked_at = self._begun
        with self._lock:
            if self._begun <= asked_at:
                self._begun += 1
                try:
                    self._value = self._read()
                except BaseException:
                    self._begun -= 1
                    raise
            return self._value
