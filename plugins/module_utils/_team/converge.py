# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The pipeline that every module which changes something runs: read, plan, guard, apply, report."""

from __future__ import annotations

import datetime as dt
import typing as t
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    NOTHING,
    in_order,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import KeyInUse
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People, person_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    ElasticCloudError,
    Findings,
    GuardError,
    InputError,
    plain,
    some_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell, to_nobody
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.single_sign_on import read_role_mappings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_roles, check_selections
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.describe import describe_invitation
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.leavers import LeaversKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, make_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import (
    Effect,
    in_words,
    make_diff,
    make_digest,
    planned_effect,
    shown_list,
    shown_plan,
    summarise,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.revocations import tell_of_keys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Run, Settings, internal_error
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import Work

STANDINGS = ("active", "pending", "expired")
UNSETTLED = ("not_attempted", "outcome_unknown")  # codes of ours that say more than that something has failed
MOST_STEPS = 50  # what became of so many actions is told one by one
MAY_NOT = (403, 404)  # answers to an API key that may not list API keys
ONLY_DEPARTURES = (
    "Names match no resource, or several. Because of that nobody is invited, and nobody's roles are changed; only "
    "people who should go are removed or uninvited. Correct the names and run again:"
)
PURGES_ARRIVALS = (
    "purge removes people, ignore is empty, and role mappings of single sign-on are enabled ({names}). Whoever logs in "
    "by single sign-on becomes a member, and the next run with purge removes them again. Name their domain in ignore, "
    'such as "*@example.com", and remove leavers by entries with state: absent.'
)
MOST_TOLD = 10  # failures that a message tells in words; all are in the result


@dataclass(slots=True)
class Outcome:
    """What a run meant to do and what came of it, or what would come of it in check mode.

    organization_id: where; people: who was there before; works: how far each action came, none in check mode;
    api_keys: those that members have made who are removed; refused_by: the guard that refused the plan; ended_by: what
    kept the run from going on to its end; unresolved: names that fit nothing, so that only those who were to go were
    planned for; names: what resources are called.
    """

    organization_id: str
    people: People
    plan: Plan
    effects: list[Effect]
    works: list[Work] = field(default_factory=list)
    failures: list[tuple[Action, ApiError]] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    api_keys: list[dict[str, t.Any]] = field(default_factory=list)
    refused_by: GuardError | None = None
    ended_by: ApiError | None = None
    unresolved: Sequence[str] = ()
    names: Names = NO_NAMES

    @property
    def changed(self) -> bool:
        """Whether anything took effect."""
        return any(effect.counts_as for effect in self.effects)

    def result(self) -> dict[str, t.Any]:
        """Return what all modules that change something report: changed, plan and diff, and failures where there are
        any.
        """
        result: dict[str, t.Any] = {
            "changed": self.changed,
            **shown_plan(self.plan.actions),
            "plan_digest": make_digest(self.organization_id, self.plan.actions),
            "diff": make_diff(self.effects, self.people.shared_emails, self.names),
        }
        result |= shown_list(
            "not_understood",
            [
                {"email": who.email, "user_id": who.user_id, "role_assignments": to_assignments(grants)}
                for who, grants in self.plan.not_understood
            ],
        )
        if self.failures:
            result |= self.failed()
        error: ElasticCloudError | None = self.refused_by or self.ended_by
        if self.failures and not self.changed:  # the run as a whole has failed
            error = error or self.failures[0][1]
        return {**result, **(error.result() if error else {})}

    def team_result(self) -> dict[str, t.Any]:
        """Return the result of a whole team: with the summary, the unmanaged, the refused and the failures."""
        touched = {effect.action.person for effect in self.effects if effect.counts_as}
        untouched = {action.person for action in self.plan.actions} - touched
        refused = [work for work in self.works if work.refused]
        return {
            **self.result(),
            **self.keys_of_leavers(),
            "summary": summarise(self.effects, self.plan.unchanged + len(untouched), len(self.plan.unmanaged)),
            **shown_list(
                "unmanaged",
                [{"email": one.email, "user_id": one.user_id, "status": one.status} for one in self.plan.unmanaged],
            ),
            **shown_list(
                "refused",
                [
                    {
                        "email": work.action.email,
                        "user_id": work.action.user_id,
                        "grants": to_assignments(frozenset(work.refused)),
                    }
                    for work in refused
                ],
            ),
            **self.failed(),
            **self.steps(),
        }

    def steps(self) -> dict[str, t.Any]:
        """Return `steps` and `steps_total`: what became of each action, also of those planned during the run.

        What has failed comes first, since no more than MOST_STEPS are told.
        """
        errors = {id(action): error for action, error in self.failures}
        tolerated = {id(work.action) for work in self.works if work.refused}
        found: list[tuple[str, Action]] = []
        if self.works:
            for effect in self.effects:
                key = id(effect.action)
                if key in errors:
                    outcome = next((code for code in errors[key].codes if code in UNSETTLED), "failed")
                elif effect.counts_as:
                    outcome = "done"
                else:
                    outcome = "refused" if key in tolerated else "not_needed"
                found.append((outcome, effect.action))
            found.sort(key=lambda one: id(one[1]) not in errors)
        else:
            found = [("planned", action) for action in self.plan.actions]
        told = [
            {
                "outcome": outcome,
                "action": action.action,
                **action.subject,
                "reason": action.reason,
                "names": _names_within(action, self.names),
                "error": errors[id(action)].message if id(action) in errors else None,
            }
            for outcome, action in found[:MOST_STEPS]
        ]
        return {"steps": told, "steps_total": len(found)}

    def keys_of_leavers(self) -> dict[str, t.Any]:
        """Return `api_keys`: those that members have made who are removed."""
        return shown_list("api_keys", self.api_keys)

    def standing(self, email: str | None, user_id: str | None) -> dict[str, t.Any]:
        """Return one person as they are afterwards: the member, else the invitation, else absent."""
        known = self.people.members.get(user_id or "")
        there = self.people.find(known.email if known else email, user_id)
        members = [known] if known else there.members
        email = next((member.email for member in members if member.email), email)
        person = person_key(email, user_id)
        effects = [one for one in self.effects if one.action.person == person and not one.action.api_key]
        changed = {effect.action.user_id for effect in effects}  # None: their invitation
        found = [(one.after.status, one.action.user_id, one.after.grants) for one in effects if one.after]
        found += [(one.status, one.user_id, one.grants) for one in members if one.user_id not in changed]
        if None not in changed:
            found += [(one.status, None, one.grants) for one in there.invitations]
        status, user_id, grants = min(found, key=lambda one: STANDINGS.index(one[0]), default=("absent", None, NOTHING))
        return {"email": email, "user_id": user_id, "status": status, "role_assignments": to_assignments(grants)}

    def invitation(self, email: str) -> dict[str, t.Any] | None:
        """Return a person's invitation as it is afterwards. When it ends is not known yet in check mode."""
        key = person_key(email, None)
        effects = [one for one in self.effects if one.action.person == key and one.action.user_id is None]
        there = self.people.find(email)
        if not effects:
            return describe_invitation(there.invitations[0]) if there.invitations and not there.members else None
        made, after = effects[-1].made, effects[-1].after
        if made or not after:
            return describe_invitation(made) if made else None
        return {
            "email": effects[-1].action.email,
            "status": after.status,
            "created_at": None,
            "expires_at": None,
            "role_assignments": to_assignments(after.grants),
        }

    def failed(self) -> dict[str, t.Any]:
        """Return `failures` as the contract has it."""
        failures = [
            {"action": action.action, **action.subject, "error": error.details()} for action, error in self.failures
        ]
        return shown_list("failures", failures)

    @property
    def message(self) -> str | None:
        """What went wrong in words, with what was done all the same; None where nothing did."""
        names = "".join(f"\n- {plain(one)}" for one in self.unresolved)
        if self.refused_by:
            return f"{self.refused_by}{names and f' Besides, names match no resource, or several:{names}'}"
        parts = [f"{ONLY_DEPARTURES}{names}"] * bool(names) + [self._about_failures()] * bool(self.failures)
        return "\n".join(parts) or None

    def _about_failures(self) -> str:
        idle = Counter(str(error) for _action, error in self.failures if error.codes == ["not_attempted"])
        tried = [one for one in self.failures if one[1].codes != ["not_attempted"]]
        told = [f"{_in_words(action)}: {error}" for action, error in tried[:MOST_TOLD]]
        if len(tried) > MOST_TOLD:
            told.append(f"{len(tried) - MOST_TOLD} more are in failures")
        told += [f"{count} {why}" for why, count in idle.items()]  # one reason for all of them, told once
        counts = summarise(self.effects, 0, 0)
        done = ", ".join(in_words(heading, count) for heading, count in counts.items() if count)
        return (
            f"{len(self.failures)} of {len(self.plan.actions)} actions failed. "
            + " | ".join(told)
            + f" | Done and kept: {done or 'nothing'}. Running again tries only what is missing."
        )


def converge(
    organization: Organization,
    desired: Sequence[Desired],
    rules: Rules,
    guards: Guards,
    settings: Settings,
    *,
    now: dt.datetime,
    check_mode: bool,
    tell: Tell = to_nobody,
    unresolved: Sequence[str] = (),
    leavers_go: bool = False,
) -> Outcome:
    """Make the organization as desired, as far as it goes, and return what came of it.

    now: the time with a zone, by which API keys have ended; tell: hears how far it is; unresolved: names in the
    definition that fit no resource, or several; leavers_go: whether those who are to go do so even then, where there is
    no other problem.

    Raises InputError or ApiError where not even a plan could be made. In check mode nothing is written, and the outcome
    is that of a real run in which no request fails and nobody else changes anything.
    """
    stage = ""

    def say(text: str) -> None:
        nonlocal stage
        stage = text
        tell(text)

    organization.client.notice = lambda text: tell(f"{stage}: {text}")
    say("reading who is in the organization")
    people = read_people(organization, settings.concurrency)
    rules = replace(rules, ignore=rules.ignore.sparing((entry.email, entry.user_id) for entry in desired))
    findings = Findings()
    findings.unresolved += unresolved
    plan = _plan(desired, people, rules, guards, findings)
    findings.check()
    if unresolved:
        if not leavers_go:
            raise InputError(unresolved)
        rules, findings = replace(rules, departures_alone=True), Findings()
        plan = _plan(desired, people, rules, guards, findings)
    client, keys = organization.client, ApiKeys(organization)
    leavers = LeaversKeys(
        rules.leavers_api_keys, organization.id, people, now, lambda: KeyInUse(client.key_id, client.key_ends)
    )
    if leavers.mode == "revoke":
        say("reading API keys")
        _plan_revocations(plan, leavers, keys)
    digest = make_digest(organization.id, plan.actions) if guards.plan_digest else None
    outcome = Outcome(organization.id, people, plan, [], unresolved=unresolved, names=rules.names)
    outcome.warnings += findings.warnings
    if not rules.ignore.entries and any(action.is_purge for action in plan.removals):
        say("reading role mappings")
        outcome.warnings += _warn_of_arrivals(organization)
    try:
        outcome.warnings += check_guards(plan, people, rules, guards, digest=digest)
    except GuardError as refusal:
        outcome.refused_by = refusal
    else:
        if leavers.mode == "warn" and plan.removals:
            say("reading API keys")
            _look_for_keys(plan, leavers, keys)
        if check_mode or not plan.actions:
            outcome.effects = [planned_effect(action) for action in plan.actions]
        else:
            run = Run(organization, plan, people, rules, guards, settings, leavers, keys, say)
            _apply(run, outcome, settings.tolerate_refused)
    outcome.warnings += leavers.warnings
    outcome.api_keys = leavers.result
    return outcome


def _apply(run: Run, outcome: Outcome, tolerate_refused: bool) -> None:
    """Apply a plan, and note what came of it."""
    try:
        run.apply()
    except Exception as error:  # a fault of ours, between the actions: what was done is told all the same
        run.end(internal_error(error, run.writes.organization))
    tell_of_keys(run.works)
    outcome.effects = [work.effect for work in run.works]
    outcome.works, outcome.ended_by = run.works, run.writes.ended_by
    for work in run.works:
        _judge(work, outcome, tolerate_refused)


def _plan_revocations(plan: Plan, leavers: LeaversKeys, keys: ApiKeys) -> None:
    """Add to a plan what revokes the API keys of those whom it removes."""
    try:
        listed = keys.all()
    except ApiError as error:
        if error.status not in MAY_NOT:
            raise error.during("Reading the API keys failed, and nothing was changed") from None
        plan.keys_hidden = error
        return
    plan.actions += leavers.plan(plan.removals, listed)
    plan.actions.sort(key=lambda action: action.place)
    leavers.note_orphans(listed)


def _look_for_keys(plan: Plan, leavers: LeaversKeys, keys: ApiKeys) -> None:
    """Note which API keys those have made whom a plan removes."""
    try:
        leavers.plan(plan.removals, keys.all())
    except ApiError as error:
        leavers.unread(error)


def _warn_of_arrivals(organization: Organization) -> list[str]:
    """Return the warning that people who come by single sign-on are purged, where a role mapping lets them come.

    Mappings that cannot be read are no reason to say anything: that takes nothing from what the run is asked for.
    """
    try:
        mappings = read_role_mappings(organization.client, organization.id)
    except ApiError:
        return []
    enabled = [mapping.name for mapping in mappings if mapping.enabled]
    return [PURGES_ARRIVALS.format(names=some_of(enabled))] if enabled else []


def _plan(desired: Sequence[Desired], people: People, rules: Rules, guards: Guards, findings: Findings) -> Plan:
    """Return the plan; what can be said of the definition only now that people are read goes to the findings."""
    if not rules.departures_alone:
        check_roles(desired, people, rules.unknown_roles, findings)
    check_selections((rules.ignore, guards.protected), desired, people, findings)
    return make_plan(desired, people, rules, findings)


def read_people(organization: Organization, concurrency: int) -> People:
    """Return everybody in the organization; members and invitations are read side by side, if so many requests may be
    under way at once.
    """
    with ThreadPoolExecutor(min(concurrency, 2)) as pool:
        members, invitations = pool.submit(organization.members), pool.submit(organization.invitations)
    try:
        return People(members.result(), invitations.result(), whole=organization.whole)
    except ApiError as error:
        raise error.during(
            f"Reading who is in the organization {organization.id} failed, and nothing was changed"
        ) from None


def _names_within(action: Action, names: Names) -> dict[str, str]:
    """Return what the resources are called that an action is about, by id, where that is known."""
    grants = in_order((action.before or NOTHING) | (action.after or NOTHING))
    found = ((grant.resource or "", names.name(grant.scope, grant.resource)) for grant in grants)
    return {resource: name for resource, name in found if name}


def _in_words(action: Action) -> str:
    what = (
        f" ({action.reason})"
        if action.action == "update"
        else f": API key {action.api_key.words}"
        if action.api_key
        else ""
    )
    return plain(f"{action.action} {action.name}{what}")


def _judge(work: Work, outcome: Outcome, tolerate_refused: bool) -> None:
    """Tell whether a work failed, and whether its refused grants are a failure or a warning."""
    error = work.error
    outcome.warnings += work.warnings
    if work.refused:
        refusal = next(iter(work.refused.values()))
        names = ", ".join(grant.in_words(outcome.names) for grant in in_order(work.refused))
        text = f"the service refuses to change {names}"
        if work.action.added & work.refused.keys() and work.action.taken:
            text += ", so nothing was taken from this person either"
        if tolerate_refused and not any(grant.for_everything for grant in work.refused):
            outcome.warnings.append(f"{plain(work.action.name)}: {text} ({refusal})")
        else:
            error = error or ApiError(
                f"{text}: {refusal.message}",
                status=refusal.status,
                codes=refusal.codes,
                method=refusal.method,
                path=refusal.path,
                request_id=refusal.request_id,
            )
    if error:
        if work.action.action == "reinvite" and work.state is None:
            error = error.coded(
                "invitation_withdrawn", f"{error.message} The old invitation is gone: run again to send a new one."
            )
        outcome.failures.append((work.action, error))
