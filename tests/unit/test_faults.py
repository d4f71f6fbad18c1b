# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One plan with every kind of action, with every single request broken in every way, under every reading of the API."""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import random
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING, Grants
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ElasticCloudError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.faults import everything
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault, Mix, Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import READINGS
from ansible_collections.orgops.elastic_cloud.tests.unit.world import (
    BILLING,
    OWNER,
    SECURITY,
    Snapshot,
    World,
    as_if_done,
    desired_grants,
    viewer,
)

FAULTS = [*everything(), Fault(kind="status", status=414, code="root.uri_too_long")]
WHEN = [{when: n} for when in ("nth", "from_nth") for n in range(1, 46)]  # a run has some 45 requests

TEAM: list[dict[str, Any]] = [
    {"email": "owner@example.com", "role_assignments": OWNER},
    {"email": "second-owner@example.com", "role_assignments": OWNER},
    {"email": "new-owner@example.com", "role_assignments": OWNER},
    {"email": "former-owner@example.com", "role_assignments": BILLING},
    {"email": "five@example.com", "role_assignments": viewer("a", "b", "d", "e")},
    {"email": "moved@example.com", "role_assignments": {**viewer("b"), **SECURITY}},
    {"email": "console@example.com", "role_assignments": viewer("a", application_roles=[])},
    {"email": "stack@example.com", "role_assignments": viewer("a", "b", application_roles=["kibana_user"])},
    {"email": "pending@example.com", "role_assignments": viewer("b")},
    {"email": "waiting@example.com", "role_assignments": viewer("c")},
    {"email": "expired@example.com", "role_assignments": viewer("a")},
    {"email": "expired2@example.com", "role_assignments": viewer("c")},
    {"email": "New@example.com", "role_assignments": viewer("a")},
    {"email": "new2@example.com", "role_assignments": viewer("a")},
    {"email": "new3@example.com", "role_assignments": SECURITY},
    {"email": "same@example.com", "role_assignments": viewer("a")},
    {"email": "leaver@example.com", "state": "absent"},
]


def prepare(**switches: Any) -> World:
    world = World(Switches(**switches))
    add, invite, at = world.emulator.add_member, world.emulator.add_invitation, world.organization
    add(at, "owner@example.com", OWNER)
    add(at, "second-owner@example.com", OWNER)
    add(at, "new-owner@example.com", viewer("a"))
    add(at, "former-owner@example.com", OWNER)
    add(at, "leaving-owner@example.com", OWNER)
    add(at, "five@example.com", viewer("a", "b", "c", "d", "e"))
    add(at, "moved@example.com", viewer("a", "b"))
    add(at, "console@example.com", viewer("a"))
    add(at, "stack@example.com", viewer("a", "b", application_roles=["superuser"]))
    invite(at, "Pending@example.com", viewer("a"))
    invite(at, "waiting@example.com", viewer("a"))
    invite(at, "expired@example.com", viewer("a"), expired=True)
    invite(at, "expired2@example.com", viewer("a"), expired=True)
    add(at, "Same@example.com", viewer("a"))
    invite(at, "same@example.com", viewer("z"))
    add(at, "leaver@example.com", viewer("a"))
    invite(at, "leaver@example.com", viewer("a"))
    add(at, "unlisted@example.com", viewer("a"))
    add(at, "unlisted2@example.com", SECURITY)
    invite(at, "invited@example.com", viewer("a"))
    invite(at, "invited2@example.com", viewer("a"), expired=True)
    world.let_lists_catch_up()
    world.emulator.log.clear()
    return world


def run(world: World, **options: Any) -> Outcome | ElasticCloudError:
    try:
        return world.apply(TEAM, guards=Guards(min_owners=2, max_removals="100%"), retries=2, **options)
    except ElasticCloudError as error:
        return error


def slots(grants: Grants) -> set[Any]:
    return {grant.slot for grant in grants}


def check_nobody_lost_access(world: World, before: Snapshot, reported: set[str]) -> None:
    """At no moment, but for one person's exchange at a time, which is finished or reported before the next."""
    wanted = desired_grants(world, TEAM)
    for step, now in enumerate(world.emulator.history):
        without = []
        for email, grants in wanted.items():
            had, invited = before.of(email), before.invitations.get(email)
            if grants and had is not None:
                held = now.of(email) or NOTHING
                assert had & grants <= held, f"step {step}: {email} lost {had & grants - held}"
                if not slots(had) & slots(grants) <= slots(held):
                    without.append(email)
            elif grants is not None and invited is not None and email not in now.invitations:
                without.append(email)
        without = [email for email in without if email not in reported]
        assert len(without) <= 1, f"step {step}: {without} are without access at once"
        assert now.owners >= 2, f"step {step}: {now.owners} owners"


def check_mails(world: World) -> None:
    """One for an invitation. Where the service sends one for the old invitation that it refreshes, that is another."""
    refreshed = {"pending@example.com", "waiting@example.com", "expired@example.com", "expired2@example.com"}
    for email, count in world.mails().items():
        keeps = world.switches.existing_invitation == "refresh_keep_roles" and email in refreshed
        assert count <= (2 if keeps else 1), f"{email} got {count} emails"


def check_truth(world: World, before: Snapshot, outcome: Outcome) -> None:
    """The result tells what has happened."""
    now = world.snapshot()
    unknown = {(action.email or "").lower() for action, error in outcome.failures if "outcome_unknown" in error.codes}
    failed = {(action.email or "").lower() for action, _error in outcome.failures}
    last = {(effect.action.action, effect.action.person): effect for effect in outcome.effects}  # some plan anew
    for effect in last.values():
        email = (effect.action.email or "").lower()
        if email in unknown:
            continue
        if effect.action.action == "update":
            assert (now.of(email) or NOTHING) == (effect.after.grants if effect.after else NOTHING), email
        elif effect.action.action == "remove":
            assert (now.of(email) is not None) == (effect.after is not None), email
        elif effect.action.action == "uninvite":
            assert (email in now.invitations) == (effect.after is not None and effect.after.status == "pending"), email
        elif effect.after is None or effect.after.status == "expired":
            assert email not in now.invitations, email
        elif email not in now.doubled:  # the result shows one of several
            assert now.invitations[email] == effect.after.grants, email
    wanted = desired_grants(world, TEAM)
    for email, grants in wanted.items():
        if email in failed:
            continue
        if grants is None:
            assert now.of(email) is None, email
            assert email not in now.invitations, email
        elif now.of(email) is not None:
            assert now.of(email) == grants, email
        else:
            assert now.invitations.get(email) == grants, email
            assert email not in now.doubled, email
    unlisted = {email.lower() for email, _grants in now.members.values()} | now.invitations.keys()
    assert unlisted - wanted.keys() <= failed


def check_next_runs(world: World) -> None:
    """The next run finishes the job, and the one after that does nothing."""
    world.emulator.heal()
    world.let_lists_catch_up()
    outcome = run(world)
    assert isinstance(outcome, Outcome), outcome
    assert not outcome.failures, outcome.message
    world.let_lists_catch_up()
    done = len(world.emulator.log)
    outcome = run(world)
    assert isinstance(outcome, Outcome)
    assert not outcome.changed
    assert [entry["method"] for entry in world.emulator.log[done:] if entry["status"] != 429] == ["GET", "GET"]


def judge(world: World, before: Snapshot, outcome: Outcome | ElasticCloudError) -> None:
    """All that has to hold after a run, whatever happened to it."""
    reported: set[str] = set()
    if isinstance(outcome, Outcome):
        check_truth(world, before, outcome)
        reported = {(action.email or "").lower() for action, _error in outcome.failures}
    else:
        assert not world.emulator.history
    check_nobody_lost_access(world, before, reported)
    check_mails(world)
    check_next_runs(world)


def break_and_judge(switches: dict[str, Any], fault: Fault, concurrency: int = 1, **when: int) -> bool:
    """Break a run at the n-th request (`nth`) or from it on (`from_nth`); return whether it has got that far at all."""
    world = prepare(**switches)
    before = world.snapshot()
    broken = dataclasses.replace(fault, **when)
    world.emulator.faults.append(broken)
    judge(world, before, run(world, settings=Settings(concurrency=concurrency)))
    return bool(broken.fired)


def name(value: object) -> str:
    if isinstance(value, Fault):
        return "-".join(str(part) for part in (value.kind, value.status, value.retry_after, value.page or None) if part)
    if isinstance(value, dict):
        return ",".join(f"{key}={reading}" for key, reading in value.items()) or "as is likely"
    return str(value)


@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_without_faults_everything_is_done_as_the_check_said(switches):
    world = prepare(**switches)
    before = world.snapshot()
    predicted = run(world, check_mode=True)
    assert not world.writes()
    outcome = run(world)
    assert isinstance(predicted, Outcome)
    assert isinstance(outcome, Outcome)
    assert as_if_done(outcome.team_result()) == as_if_done(predicted.team_result())
    assert {heading: count for heading, count in outcome.team_result()["summary"].items() if count} == {
        "invited": 3,
        "reinvited": 4,
        "updated": 6,
        "uninvited": 3,
        "removed": 4,
        "unchanged": 3,
    }
    check_truth(world, before, outcome)
    check_nobody_lost_access(world, before, set())
    check_mails(world)
    check_next_runs(world)


@pytest.mark.parametrize("fault", FAULTS, ids=name)
@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_a_run_that_is_broken_somewhere_loses_nothing(switches, fault):
    chance = random.Random(name(switches) + name(fault))
    for when in chance.sample([*WHEN], 2):
        break_and_judge(switches, fault, **when)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=name)
@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_a_run_that_is_broken_anywhere_loses_nothing(switches, fault):
    for when in ("nth", "from_nth"):
        nth = next(nth for nth in itertools.count(1) if not break_and_judge(switches, fault, **{when: nth}))
        assert nth > 20


# A refreshed invitation in a late list was once taken for the new one; there were 17 readings then.
FOUND = (1381, 3115, 3256, 3706, 4372, 4423)
MANY = [*FOUND, *(pytest.param(seed, marks=pytest.mark.slow if seed >= 40 else ()) for seed in range(400))]


@pytest.mark.parametrize("seed", MANY)
def test_two_readings_together_and_many_faults_lose_nothing(seed):
    chance = random.Random(seed)
    one, other = chance.sample(READINGS[:17] if seed in FOUND else READINGS, 2)
    world = prepare(**{**one, **other})
    before = world.snapshot()
    world.emulator.mix = Mix(seed, rate=chance.choice([0.05, 0.2, 0.5]))
    judge(world, before, run(world, settings=Settings(concurrency=chance.choice([1, 8]))))


@pytest.mark.parametrize("nth", [*range(1, 46)])
def test_a_run_that_is_killed_at_any_request_is_finished_by_the_next(nth):
    for switches in ({}, {"existing_invitation": "refresh"}, {"removal_matching": "ignore_application_roles"}):
        world = prepare(**switches)
        before = world.snapshot()

        def kill() -> None:
            raise KeyboardInterrupt

        world.emulator.before(kill, nth=nth)
        with contextlib.suppress(KeyboardInterrupt):
            run(world)
        check_mails(world)
        check_nobody_lost_access(world, before, set())
        check_next_runs(world)
