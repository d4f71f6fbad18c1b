# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that removes people and revokes their API keys, with every single request broken in every way.

Nobody is gone at any moment whose keys still work, but for those that the run and each later one name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import itertools
import random
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ElasticCloudError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault, Mix, Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.test_faults import FAULTS, name
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, Snapshot, World, as_if_done, viewer

READINGS: list[dict[str, Any]] = [
    {},
    {"list_lag": 1},
    {"list_lag": 2},
    {"unknown_id_in_delete": "ignore"},
    {"entries_per_page": 2},
    {"key_text": "opaque", "key_expiration": "iso"},
    {"max_path_bytes": 120},
]
OWNERS = [{"email": f"{name}@example.com", "role_assignments": OWNER} for name in ("owner", "second-owner")]
TEAM: list[dict[str, Any]] = [
    *OWNERS,
    {"email": "stays@example.com", "role_assignments": viewer("b")},
    {"email": "leaver@example.com", "state": "absent"},
]
KEYS = {
    "owner": ["automation"],
    "stays": ["mine"],
    "leaver": ["ci", "ci", "backup"],
    "leaver2": ["ci"],
    "leaving-owner": ["all", "some"],
}


def prepare(**switches: Any) -> tuple[World, set[str]]:
    """An organization, and the ids of the API keys whose makers are to leave."""
    world = World(Switches(**switches))
    add = world.emulator.add_member
    for one in ("owner", "second-owner", "leaving-owner"):
        add(world.organization, f"{one}@example.com", OWNER)
    for one in ("stays", "leaver", "leaver2", "leaver3"):
        add(world.organization, f"{one}@example.com", viewer("a"))
    world.emulator.add_invitation(world.organization, "invited@example.com", viewer("a"))
    leavers = set()
    for maker, names in KEYS.items():
        for number, key in enumerate(names):
            roles = OWNER if key == "all" else viewer("a")
            more = {"expires_at": world.clock.now().replace(year=2099, minute=number)} if key == "all" else {}
            world.emulator.add_key(
                world.organization, email=f"{maker}@example.com", name=key, role_assignments=roles, **more
            )
            if "leav" in maker:
                leavers.add(world.emulator.keys[-1].id)
    if "key_expiration" in switches:  # by which the one in use is known
        world.key = world.emulator.add_key(
            world.organization, email="owner@example.com", expires_at=world.clock.now().replace(year=2098)
        )
    world.let_lists_catch_up()
    world.emulator.log.clear()
    world.emulator.history.clear()
    return world, leavers


def run(world: World, **options: Any) -> Outcome | ElasticCloudError:
    rules = Rules(purge=True, leavers_api_keys="revoke")
    try:
        return world.apply(TEAM, rules=rules, guards=Guards(max_removals="100%"), retries=2, **options)
    except ElasticCloudError as error:
        return error


def named_in(outcome: Outcome) -> set[str]:
    """The ids of the API keys that a run has failed with, each with the task that revokes it."""
    return {
        action.api_key.id
        for action, error in outcome.failures
        if action.api_key and f"org_api_key with id={action.api_key.id}" in error.message
    }


def left_by_the_gone(world: World, now: Snapshot, leavers: set[str], makers: dict[str, str | None]) -> set[str]:
    return {key for key in leavers & now.keys.keys() if makers[key] not in now.members}


def check_truth(world: World, outcome: Outcome) -> None:
    """The result tells what has happened to each key."""
    now = world.snapshot().keys
    unknown = {id(action) for action, error in outcome.failures if "outcome_unknown" in error.codes}
    failed = {id(action) for action, _error in outcome.failures}
    for effect in outcome.effects:
        if effect.action.api_key and id(effect.action) not in unknown:
            assert (effect.action.api_key.id in now) == (id(effect.action) in failed)
            if effect.counts_as:
                assert effect.action.api_key.id not in now


def judge(world: World, leavers: set[str], makers: dict[str, str | None], outcome: Any) -> None:
    """All that has to hold after a run, whatever happened to it. outcome: None if it was killed."""
    named: set[str] = set()
    if isinstance(outcome, Outcome):
        check_truth(world, outcome)
        named = named_in(outcome)
    elif outcome:
        assert not world.emulator.history
    for step, now in enumerate(world.emulator.history):
        left = left_by_the_gone(world, now, leavers, makers)
        assert left <= named, f"step {step}: gone, and the keys work: {left - named}"
        assert makers.keys() - leavers <= now.keys.keys(), f"step {step}: a key of somebody who stays is gone"
    world.emulator.heal()
    for turn in range(3):
        world.let_lists_catch_up()
        gone_before = left_by_the_gone(world, world.snapshot(), leavers, makers)
        outcome = run(world)
        assert isinstance(outcome, Outcome), outcome
        assert not outcome.failures, outcome.message
        now = world.snapshot()
        assert {email for email, _grants in now.members.values()} == {one["email"] for one in TEAM[:3]}
        assert leavers & now.keys.keys() == gone_before <= named
        told = " ".join(outcome.warnings)
        assert all(f"(id {key})" in told and "org_api_key" in told for key in gone_before)
        assert outcome.changed in ((False, True) if turn == 0 else (False,))


def break_and_judge(switches: dict[str, Any], fault: Fault, concurrency: int = 1, **when: int) -> bool:
    """Break a run at the n-th request (`nth`) or from it on (`from_nth`); return whether it has got that far at all."""
    world, leavers = prepare(**switches)
    makers = world.snapshot().keys
    broken = dataclasses.replace(fault, **when)
    world.emulator.faults.append(broken)
    judge(world, leavers, makers, run(world, settings=Settings(concurrency=concurrency)))
    return bool(broken.fired)


@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_without_faults_all_is_done_as_the_check_said(switches):
    world, leavers = prepare(**switches)
    makers = world.snapshot().keys
    predicted, outcome = run(world, check_mode=True), None
    assert not world.writes()
    outcome = run(world)
    assert isinstance(predicted, Outcome)
    assert isinstance(outcome, Outcome)
    assert as_if_done(outcome.team_result()) == as_if_done(predicted.team_result())
    assert outcome.warnings == predicted.warnings
    summary = outcome.team_result()["summary"]
    assert (summary["removed"], summary["api_keys_revoked"]) == (4, len(leavers))
    judge(world, leavers, makers, outcome)


@pytest.mark.parametrize("fault", FAULTS, ids=name)
@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_a_run_that_is_broken_somewhere_leaves_no_keys_behind(switches, fault):
    chance = random.Random(name(switches) + name(fault))
    when = [{kind: n} for kind in ("nth", "from_nth") for n in range(3, 14)]
    break_and_judge(switches, fault, **chance.choice(when))


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS, ids=name)
@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_a_run_that_is_broken_anywhere_leaves_no_keys_behind(switches, fault):
    for when in ("nth", "from_nth"):
        nth = next(nth for nth in itertools.count(1) if not break_and_judge(switches, fault, **{when: nth}))
        assert nth > 9


@pytest.mark.parametrize("seed", [*range(20), *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(20, 100))])
def test_many_faults_leave_no_keys_behind(seed):
    chance = random.Random(seed)
    world, leavers = prepare(**chance.choice(READINGS))
    makers = world.snapshot().keys
    world.emulator.mix = Mix(seed, rate=chance.choice([0.05, 0.2, 0.5]))
    judge(world, leavers, makers, run(world, settings=Settings(concurrency=chance.choice([1, 8]))))


@pytest.mark.parametrize("nth", range(1, 16))
def test_a_run_that_is_killed_at_any_request_leaves_no_keys_behind(nth):
    for switches in READINGS[:4]:
        world, leavers = prepare(**switches)
        makers = world.snapshot().keys

        def kill() -> None:
            raise KeyboardInterrupt

        world.emulator.before(kill, nth=nth)
        with contextlib.suppress(KeyboardInterrupt):
            run(world)
        judge(world, leavers, makers, None)


@pytest.mark.parametrize("nth", range(1, 16))
def test_a_run_that_gets_a_signal_at_any_request_leaves_no_keys_behind(nth):
    for switches in READINGS:
        world, leavers = prepare(**switches)
        makers = world.snapshot().keys
        with world.adapter.interrupted(nth, lambda world=world: world.client.stop("The signal SIGTERM")):
            outcome = run(world)
        judge(world, leavers, makers, outcome)
        if isinstance(outcome, Outcome):
            codes = {error.codes[0] for _action, error in outcome.failures}
            assert codes <= {"not_attempted", "outcome_unknown"}
