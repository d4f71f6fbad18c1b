# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run ends: when it is told to by a signal, and when the service takes no writes."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault, Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import READINGS
from ansible_collections.orgops.elastic_cloud.tests.unit.test_faults import (
    check_mails,
    check_next_runs,
    check_nobody_lost_access,
    check_truth,
    name,
    prepare,
    run,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

NOBODY_ELSE = {"email": "owner@example.com", "role_assignments": OWNER}


def with_members(count: int, **switches: Any) -> tuple[World, list[dict[str, Any]]]:
    """An organization with these viewers of one deployment, and a definition that gives each of them another."""
    world = World(Switches(**switches))
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    emails = [f"p{number:03}@example.com" for number in range(count)]
    for email in emails:
        world.emulator.add_member(world.organization, email, viewer("a"))
    return world, [NOBODY_ELSE, *({"email": email, "role_assignments": viewer("a", "b")} for email in emails)]


def codes(outcome: Outcome) -> list[str]:
    return [error.codes[0] for _action, error in outcome.failures]


# --- A service that takes no writes


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("fault", [{"status": 500}, {"status": 503, "retry_after": 60}, {"kind": "cut_before"}])
def test_promise_18_a_run_ends_when_the_service_takes_no_writes(concurrency, fault):
    world, team = with_members(100)
    world.emulator.faults.append(Fault(from_nth=1, method="POST", **fault))
    outcome = world.apply(team, settings=Settings(concurrency=concurrency), retries=2)
    tried = {path for _method, path in world.writes()}
    assert 2 * concurrency <= len(tried) < 3 * concurrency
    assert codes(outcome).count("outcome_unknown") == len(tried)
    assert codes(outcome).count("not_attempted") == 100 - len(tried)
    assert "the service takes no writes" in str(outcome.message)
    assert outcome.result()["error"]["path"] in tried
    world.emulator.heal()
    assert world.apply(team).team_result()["summary"]["updated"] == 100


def test_promise_18_an_accepted_write_shows_that_the_service_takes_some():
    world, team = with_members(40)
    bad = [world.emulator.member(world.organization, entry["email"]).user_id for entry in team[1::2]]
    for user_id in bad:
        world.emulator.faults.append(Fault(from_nth=1, method="POST", path=user_id))
    outcome = world.apply(team, retries=1)
    assert codes(outcome) == ["outcome_unknown"] * len(bad)
    assert outcome.ended_by is None


def test_promise_18_a_lost_write_that_has_happened_counts_as_accepted():
    world, team = with_members(20)
    world.emulator.faults.append(Fault(kind="status_after", from_nth=1, method="POST"))
    outcome = world.apply(team, retries=0)
    assert not outcome.failures
    assert outcome.ended_by is None


def test_promise_18_a_batch_counts_once():
    world, team = with_members(0)
    team += [{"email": f"new{n}@example.com", "role_assignments": viewer(str(n // 50))} for n in range(300)]
    world.emulator.faults.append(Fault(from_nth=1, method="POST", status=502))
    outcome = world.apply(team)
    assert [len(entry["body"]["emails"]) for entry in world.emulator.log if entry["method"] == "POST"] == [50, 50]
    assert codes(outcome).count("not_attempted") == 200


@pytest.mark.parametrize("interval", ["3600", "999999999h", "60000000ms"])
def test_promise_18_no_wait_that_a_rate_limit_names_is_longer_than_a_minute(interval):
    world, team = with_members(3, rate_limit_headers=False)
    limit = {"x-ratelimit-interval": interval, "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0"}
    world.emulator.faults.append(Fault(status=429, method="POST", headers=limit))
    outcome = world.apply(team)
    assert not outcome.failures
    assert 30 <= world.clock.offset <= 3 * 60


ONE_ACTION = "one action <= (retries + 1) x (timeout + 3 x (60 + 2 x timeout)) seconds"


def one_action(retries: int, timeout: int) -> int:
    """The formula of the documentation, in seconds."""
    return (retries + 1) * (timeout + 3 * (60 + 2 * timeout))


@pytest.mark.parametrize("retries", [0, 2, 5])
@pytest.mark.parametrize("fault", [{"kind": "delay", "seconds": 3600}, {"status": 503, "retry_after": 3600}], ids=str)
def test_promise_18_no_run_takes_longer_than_the_documentation_says(retries, fault):
    page = (GUIDES / "guide_answers.rst").read_text(encoding="utf-8")
    assert all(
        formula in page for formula in (ONE_ACTION, "<= 3 x one action", "<= (N / concurrency + 2) x one action")
    )
    world, team = with_members(50)
    world.emulator.faults.append(Fault(method="POST", from_nth=1, **fault))
    if "seconds" in fault:  # what is too late has happened; here nothing has
        world.emulator.switch(always_fails=frozenset(entry["email"] for entry in team[1:]))
    outcome = world.apply(team, retries=retries, timeout=30)
    assert outcome.ended_by is not None
    assert one_action(retries, 30) / 10 < world.clock.offset <= 3 * one_action(retries, 30)

    world, team = with_members(20)
    for entry in team[1::2]:
        user_id = world.emulator.member(world.organization, entry["email"]).user_id
        world.emulator.faults.append(Fault(method="POST", path=user_id, from_nth=1, status=503, retry_after=3600))
    outcome = world.apply(team, retries=retries, timeout=30)
    assert len(outcome.failures) == 10
    assert world.clock.offset <= (20 + 2) * one_action(retries, 30)


def test_whoever_watches_is_told_of_waits_and_of_requests_that_are_repeated():
    world, team = with_members(3)
    world.emulator.faults.append(Fault(method="GET", kind="cut_before"))
    world.emulator.faults.append(Fault(method="POST", status=429, retry_after=7))
    world.emulator.faults.append(Fault(method="POST", status=503, nth=2))
    told: list[str] = []
    assert not world.apply(team, tell=told.append).failures
    assert "reading who is in the organization: no answer, trying again (1 of 5)" in told
    stage = "inviting people and giving roles, 0 of 3"
    assert f"{stage}: answered 429, trying again (1 of 5)" in told
    assert any(
        line.endswith("answered 503, and reading shows that nothing has happened: trying again") for line in told
    )

    world, team = with_members(3, rate_limit_headers=False)
    limit = {"x-ratelimit-interval": "30s", "x-ratelimit-limit": "100", "x-ratelimit-remaining": "0"}
    world.emulator.faults.append(Fault(status=429, method="POST", headers=limit))
    told.clear()
    assert not world.apply(team, tell=told.append).failures
    assert any("seconds for the service's rate limit" in line for line in told)


# --- A signal


def stopped(world: World, nth: int, what: Any) -> tuple[Outcome, int]:
    """Run something that is told to stop while its n-th request is under way; returns how many requests there were."""

    def stop() -> None:
        world.client.stop("The signal SIGINT")

    with world.adapter.interrupted(nth, stop):
        outcome = what()
    assert isinstance(outcome, Outcome), outcome
    return outcome, len(world.emulator.log)


@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_promise_21_a_run_that_is_told_to_stop_anywhere_begins_nothing_more(switches):
    most = len(_everything(switches))
    for nth in range(3, most + 1):
        world = prepare(**switches)
        before = world.snapshot()
        outcome, _requests = stopped(world, nth, lambda world=world: run(world))
        check_truth(world, before, outcome)
        reported = {(action.email or "").lower() for action, _error in outcome.failures}
        check_nobody_lost_access(world, before, set())  # what takes something away is completed, and so not reported
        check_mails(world)
        assert set(codes(outcome)) <= {"not_attempted", "outcome_unknown"}
        assert all(len(entry["mails"]) <= 1 for entry in world.emulator.log[nth:]), "but for replacements, nothing"
        if outcome.failures:
            assert "The signal SIGINT ended the run" in str(outcome.message)
            assert reported
        check_next_runs(world)


def _everything(switches: dict[str, Any]) -> list[tuple[str, str]]:
    world = prepare(**switches)
    run(world)
    return world.requests()


@pytest.mark.parametrize("concurrency", [1, 8])
def test_promise_21_after_a_signal_only_what_is_under_way_is_finished(concurrency):
    world, team = with_members(100)
    outcome, requests = stopped(
        world, 12, lambda: world.apply(team, settings=Settings(concurrency=concurrency), guards=Guards())
    )
    assert requests < 12 + concurrency
    assert codes(outcome) == ["not_attempted"] * (100 - (requests - 2))
    assert str(outcome.message).count("The signal SIGINT ended the run") == 1


def test_promise_21_after_a_signal_nothing_is_repeated_and_a_lost_reply_is_settled_by_one_reading():
    for kind, is_unknown in (("cut_before", True), ("cut_after", False)):
        world, team = with_members(10)
        world.emulator.faults.append(Fault(kind=kind, nth=1, method="POST"))
        outcome, _requests = stopped(world, 3, lambda world=world, team=team: world.apply(team))
        assert [method for method, _path in world.requests()][2:] == ["POST", "GET"]
        assert codes(outcome).count("outcome_unknown") == is_unknown
        assert codes(outcome).count("not_attempted") == 9


def test_promise_21_a_signal_cuts_waits_short():
    world, team = with_members(10)
    world.emulator.faults.append(Fault(status=429, retry_after=60, from_nth=1, method="POST"))
    outcome, requests = stopped(world, 3, lambda: world.apply(team))
    assert requests == 3
    assert world.clock.offset == 0
    assert "The signal SIGINT ended the run" in str(outcome.message)


def test_promise_21_a_signal_after_the_last_request_changes_nothing():
    world, team = with_members(1)
    outcome, _requests = stopped(world, 3, lambda: world.apply(team))
    assert not outcome.failures
    assert outcome.result().get("error") is None
