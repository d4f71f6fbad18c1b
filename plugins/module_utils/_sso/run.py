# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""From a plan for single sign-on to requests, one after another: the first that fails ends the writing."""

from __future__ import annotations

import itertools
import typing as t
from collections.abc import Callable
from dataclasses import replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    is_enforced,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, GuardError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import single_sign_on as service
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Ended, Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import in_other_forms
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.guards import Case, check_guards, refused
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.mappings import (
    Mappings,
    same_mapping,
    until_gone,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import (
    Plan,
    SignOn,
    changes_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import Step
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import internal_error
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import failure, not_attempted

PATIENCE = 2  # actions without an answer; the first one ends the writing anyway
INVALID_NAME = "organization.invalid_name"
IN_ONE_REQUEST = ("add_role_mapping", "remove_role_mapping")


class Run:
    """One application of a plan. Afterwards, steps: what became of each action; refused_by: the guard that refused to
    switch enforcement on at last, if one did; writes: what ended the run.

    settings: the organization as it was read, to be sent back.
    """

    def __init__(self, organization: Organization, case: Case, settings: dict[str, t.Any]) -> None:
        self.steps = [Step(action) for action in case.plan.actions]
        self.writes = Writes(organization, PATIENCE)
        self.refused_by: GuardError | None = None
        self._organization, self._client, self._id = organization, organization.client, organization.id
        self._case, self._plan, self._settings = case, case.plan, settings
        self._mappings = Mappings(organization, self.writes, self._has_happened)
        self._now = case.plan.before  # as it is by what is known to have happened

    def apply(self) -> None:
        """Make the requests of the plan in order, until one fails or a signal comes."""
        do: dict[str, Callable[[list[Step]], None]] = {
            "stop_enforcing_sso": self._enforcement,
            "set_identity_provider": self._set_provider,
            "add_role_mapping": self._add_mappings,
            "update_role_mapping": self._update_mapping,
            "remove_role_mapping": self._remove_mappings,
            "remove_identity_provider": self._remove_provider,
            "enforce_sso": self._enforce,
        }
        ended: ApiError | None = None
        for steps in self._requests():
            if all(step.done for step in steps):
                continue
            error = ended or self._attempt(do[steps[0].action.action], steps)
            for step in steps:
                if not step.done:
                    step.error = not_attempted(ended) if ended else error
            ended = ended or error

    def _requests(self) -> t.Iterator[list[Step]]:
        """Yield the steps that go together into one request."""
        for kind, steps in itertools.groupby(self.steps, lambda step: step.action.action):
            if kind in IN_ONE_REQUEST:
                yield list(steps)
            else:
                yield from ([step] for step in steps)

    def _attempt(self, do: Callable[[list[Step]], None], steps: list[Step]) -> ApiError | None:
        """Do one request's steps; return why they, or some of them, failed."""
        try:
            do(steps)
        except Ended:
            return not_attempted(self.writes.ended_by)
        except Refused as refusal:
            return refusal.error
        except ApiError as error:
            return failure(error)
        except GuardError as guard:
            self.refused_by = guard
            return ApiError(
                f"not attempted, since it was read again what there is, and {refused(guard)}",
                codes=["not_attempted", guard.name],
            )
        except Exception as error:  # a fault of ours, which the steps before have to survive in the result
            return internal_error(error, self._organization)
        return None

    def _has_happened(self, step: Step, after: t.Any = None) -> None:
        step.has_happened(step.action.after if after is None else after)
        self._now = self._now.after(replace(step.action, after=step.after))

    # Enforcement

    def _enforcement(self, steps: list[Step]) -> None:
        [step] = steps
        wanted = bool(step.action.after)
        shown: list[bool | None] = []

        def write(*, named: bool = True) -> None:
            shown.append(service.enforce(self._client, self._id, self._settings, wanted, named=named))

        def done() -> bool:
            settings = self.writes.fresh(lambda: service.read_settings(self._client, self._id))
            return is_enforced(settings, self._now.provider) is wanted and self._plan.before.enforced is not None

        try:
            self.writes.surely(write, done)
        except Refused as refusal:
            if INVALID_NAME not in refusal.codes:
                raise
            self.writes.surely(lambda: write(named=False), done)
        if shown and shown[-1] is (not wanted):
            raise ApiError(
                "the service has taken the request, and its answer says that single sign-on is "
                f"{'not' if wanted else 'still'} enforced; look at the console, and ask the vendor's support",
                method="PUT",
                path=f"/organizations/{self._id}",
            )
        self._has_happened(step)
        if step.action.before is None and not (shown and shown[-1] is wanted):
            self._now = replace(self._now, enforced=None)

    def _enforce(self, steps: list[Step]) -> None:
        """Switch enforcement on. What this run has made is read once more before, and the guards are asked again."""
        if any(step.done for step in self.steps):
            try:
                self._look_again()
            except ApiError as error:  # that it could not be read says nothing of what was not written
                raise not_attempted(error) from None
        self._enforcement(steps)

    def _look_again(self) -> None:
        """Raise GuardError where a guard refuses by what there is now; ApiError where that cannot be read."""
        self.writes.go_on()
        seen = [self._now]

        def as_expected() -> bool:
            provider, mappings = self._provider(), tuple(self._mappings.read())
            domains = self.writes.fresh(lambda: service.read_domains(self._client, self._id))
            seen.append(replace(self._now, provider=provider, mappings=mappings, domains=tuple(domains)))
            return _alike(seen[-1], self._now)

        self.writes.settled(as_expected)
        self.writes.go_on()
        plan = Plan(self._plan.before, replace(seen[-1], enforced=True), self._plan.actions)
        refusal, _warnings = check_guards(replace(self._case, plan=plan))
        if refusal:
            self._now = seen[-1]  # which tells why; otherwise a late list says less than what has happened
            raise refusal

    # The identity provider

    def _set_provider(self, steps: list[Step]) -> None:
        [step] = steps
        wanted = t.cast("IdentityProvider", step.action.after)
        made: list[IdentityProvider] = []

        def write() -> None:
            made.append(service.set_identity_provider(self._client, self._id, wanted))

        def done() -> bool:
            there = self._provider()
            if there is None or changes_of(there, wanted):
                return False
            made.append(there)
            return True

        forms = [wanted]
        if step.action.before is None:  # nothing has shown yet which form of certificates the service takes
            forms += [
                replace(wanted, public_certificates=texts) for texts in in_other_forms(wanted.public_certificates)
            ]
        for form in forms:
            wanted = form
            try:
                self.writes.surely(write, done)
                break
            except Refused as refusal:
                if refusal.status != 400 or form is forms[-1]:
                    raise
        shown = made[-1]
        if changes_of(shown, wanted):  # a reply that leaves things out says nothing against them
            shown = replace(wanted, made=shown.made or wanted.made)
        self._has_happened(step, shown)

    def _remove_provider(self, steps: list[Step]) -> None:
        until_gone(
            self.writes,
            lambda: service.remove_identity_provider(self._client, self._id),
            lambda: self._provider() is None,
        )
        self._has_happened(steps[0])

    # Role mappings

    def _add_mappings(self, steps: list[Step]) -> None:
        self._mappings.add(steps)

    def _update_mapping(self, steps: list[Step]) -> None:
        self._mappings.update(steps)

    def _remove_mappings(self, steps: list[Step]) -> None:
        try:
            self._mappings.remove(steps)
        except Refused as refusal:
            last = next((step for step in self.steps if step.action.action == "remove_identity_provider"), None)
            if refusal.status != 400 or last is None or last.done:
                raise
            self._remove_provider([last])  # the service may keep an owner's mapping as long as there is a provider
            self._mappings.remove(steps)

    def _provider(self) -> IdentityProvider | None:
        return self.writes.fresh(lambda: service.read_identity_provider(self._client, self._id))

    @property
    def now(self) -> SignOn:
        """Single sign-on as it is by what is known to have happened."""
        return self._now


def _alike(one: SignOn, other: SignOn) -> bool:
    """Return whether two readings show the same provider and mappings."""
    if (one.provider is None) != (other.provider is None):
        return False
    if one.provider and other.provider and changes_of(one.provider, other.provider):
        return False
    mine, theirs = ({mapping.name: mapping for mapping in some.mappings} for some in (one, other))
    return mine.keys() == theirs.keys() and all(same_mapping(mapping, theirs[name]) for name, mapping in mine.items())
