# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The pipeline for single sign-on: read, plan, guard, apply, report. Ending enforcement waits for nothing else."""

from __future__ import annotations

import datetime as dt
import typing as t
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NO_NAMES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import is_enforced
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    ElasticCloudError,
    Findings,
    GuardError,
    InputError,
    plain,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import single_sign_on as service
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import SINGLE_SIGN_ON, take_survey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import Definition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.guards import (
    PASSWORDS,
    Case,
    check_guards,
    locked_out_members,
    overwritten_members,
    refused,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import Plan, SignOn, make_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import (
    Step,
    as_planned,
    describe_sso,
    make_diff,
    shown_action,
    shown_people,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.run import Run
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_blocks
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import shown_list

PARTS = ("members", *SINGLE_SIGN_ON)


@dataclass(slots=True)
class Outcome:
    """What a run meant to do and what came of it, or what would come of it in check mode.

    now: single sign-on afterwards, by what is known to have happened; refused_by: the guard that refused the plan;
    refused_at_last: the guard that refused to switch enforcement on, once it had been read again; fault, problems: what
    else kept all from being done but the end of enforcement.
    """

    plan: Plan
    people: People
    now: SignOn
    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    refused_by: GuardError | None = None
    refused_at_last: GuardError | None = None
    fault: ElasticCloudError | None = None
    problems: Sequence[str] = ()
    names: Names = NO_NAMES
    check_mode: bool = False

    @property
    def changed(self) -> bool:
        """Whether anything took effect."""
        return any(step.done for step in self.steps)

    @property
    def failed(self) -> list[tuple[Step, ApiError]]:
        """The steps that failed or were not attempted, with the reason."""
        return [(step, step.error) for step in self.steps if step.error]

    def result(self) -> dict[str, t.Any]:
        """Return the module's result."""
        seen = Plan(self.plan.before, self.now)
        error: ElasticCloudError | None = self.refused_by or self.refused_at_last or self.fault
        if self.failed and not self.changed:  # the run as a whole has failed
            error = error or self.failed[0][1]
        failures = [
            {"action": step.action.action, "name": step.action.name, "error": error.details()}
            for step, error in self.failed
        ]
        return {
            "changed": self.changed,
            "sso": describe_sso(self.now),
            **shown_people("locked_out", locked_out_members(seen, self.people)),
            **shown_people("overwritten", overwritten_members(seen, self.people)),
            **shown_list("plan", [shown_action(action) for action in self.plan.actions]),
            "diff": make_diff(self.steps, self.names),
            **shown_list("failures", failures),
            **(error.result() if error else {}),
        }

    @property
    def message(self) -> str | None:
        """What went wrong in words, with what was done all the same; None where nothing did."""
        why = [str(self.fault)] if self.fault else []
        why += [f"The definition is faulty:{''.join(f'{chr(10)}- {plain(one)}' for one in self.problems)}"] * bool(
            self.problems
        )
        if self.refused_by:
            why.append(refused(self.refused_by))
        if self.failed:
            return " ".join([self._about_failures(), *why])
        if not why:
            return None
        if not self.changed:
            return " ".join(["Nothing was changed.", *why])
        ended = "would be ended" if self.check_mode else "was ended"
        return " ".join([f"Enforcement of single sign-on {ended}, and nothing else is done.", *why])

    def _about_failures(self) -> str:
        idle = Counter(str(error) for _step, error in self.failed if error.codes == ["not_attempted"])
        told = [
            plain(f"{step.action.action} {step.action.name}: {error}")
            for step, error in self.failed
            if error.codes != ["not_attempted"]
        ]
        told += [f"{count} {why}" for why, count in idle.items()]  # one reason for all of them, told once
        done = ", ".join(plain(f"{step.action.action} {step.action.name}") for step in self.steps if step.done)
        return (
            f"{len(self.failed)} of {len(self.steps)} actions failed. "
            + " | ".join(told)
            + f" | Done and kept: {done or 'nothing'}. Running again does what is missing."
        )


@dataclass(slots=True)
class _Reading:
    """What was read. settings: the organization's; unread: why something could not be read, in words and as it is."""

    settings: dict[str, t.Any]
    state: SignOn
    people: People
    unread: list[ApiError]


def converge_sso(
    organization: Organization,
    definition: Definition,
    findings: Findings,
    unknown_roles: str,
    *,
    check_mode: bool,
    now: dt.datetime,
) -> Outcome:
    """Make single sign-on as defined, as far as it goes, and return what came of it.

    findings: of the definition, with problems in them only where it asks for the end of enforcement, which is done
    first, and alone where anything else is faulty or refused. now: the current time with a zone. Raises InputError or
    ApiError where not even a plan could be made. In check mode nothing is written.
    """
    reading = _read(organization, definition)
    before, people = reading.state, reading.people
    whole = stop = make_plan(definition.stop, before, now, Findings())
    fault = None if definition.only_stops or not reading.unread else reading.unread[0]
    if not (fault or findings.problems):
        holders = [*(one.grants for one in before.mappings), *(one.grants for one in people.members.values())]
        check_blocks(definition.unknown, holders, unknown_roles, findings)
        whole = make_plan(definition, before, now, findings)
    problems = [*findings.problems, *findings.unresolved]
    is_faulty = bool(fault or problems)
    if is_faulty and not stop.actions:
        raise InputError(problems) if problems else t.cast("ApiError", fault)
    listed = frozenset(one.name for one in definition.mappings or () if one.present)
    case = Case(stop if is_faulty else whole, people, now, organization.client.key_ends, listed)
    refusal, warnings = check_guards(case)
    if reading.unread:  # what guards would warn of may be no more than what was not read
        warnings = [PASSWORDS, *map(str, reading.unread if definition.only_stops else ())]
    outcome = Outcome(
        case.plan,
        people,
        before,
        warnings=[*findings.warnings, *warnings],
        refused_by=refusal,
        fault=fault,
        problems=problems,
        names=definition.names,
        check_mode=check_mode,
    )
    if refusal:
        case = replace(case, plan=stop)
    if check_mode or not case.plan.actions:
        outcome.steps = [as_planned(action) for action in case.plan.actions]
        is_unknown = any(isinstance(one.after, bool) and one.before is None for one in case.plan.actions)
        outcome.now = replace(case.plan.after, enforced=None) if is_unknown else case.plan.after
        return outcome
    run = Run(organization, case, reading.settings)
    run.apply()
    outcome.steps, outcome.now, outcome.refused_at_last = run.steps, run.now, run.refused_by
    return outcome


def _read(organization: Organization, definition: Definition) -> _Reading:
    """Read all that a plan depends on. Only where the end of enforcement is asked for may anything but the organization
    stay unread.
    """
    try:
        settings = service.read_settings(organization.client, organization.id)
    except ApiError as error:
        raise error.during(f"Reading the organization {organization.id} failed, and nothing was changed") from None
    survey = take_survey(organization, PARTS, concurrency=1)
    unread = [error.during(f"Reading {part} failed") for part, error in survey.gaps.items()]
    if unread and definition.enforced is not False:
        raise unread[0].during("Nothing was changed")
    enforced = is_enforced(settings, survey.identity_provider)
    if service.METHOD not in settings and ("identity_provider" in survey.gaps or definition.only_stops):
        enforced = None  # whoever asks for nothing else may be locked out, and a missing provider is no proof
    mappings, domains = tuple(survey.role_mappings or ()), tuple(survey.domains or ())
    return _Reading(
        settings,
        SignOn(survey.identity_provider, mappings, domains, enforced),
        People(survey.members or (), (), whole=survey.whole),
        unread,
    )
