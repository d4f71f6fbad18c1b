# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs with a thousand changes and more: what their events hold, as ansible-runner counts it, and what people see."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.bench.cases import KEY, ORGANIZATION, diff
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import LARGEST_EVENT, Job, Platform

pytestmark = pytest.mark.playbook
TASK = "Apply the team definition"


def job(platform: Platform, changes: int) -> Job:
    """Run a job that only checks, on an organization in which so many people are to change groups."""
    case = diff(changes)
    platform.emulator.load(case.state)
    variables = {
        "org_team_organization_id": ORGANIZATION,
        "org_team_api_key": KEY,
        "org_team_endpoint": platform.url,
        "org_team_members": case.members,
        "org_team_groups": case.groups,
    }
    return platform.run({"acme": variables}, "--check", "--diff")


def shown_after(run: Job) -> list[str]:
    """Return the report of the role, as the event after that of the module has it."""
    said: list[str] = run.results("acme")["Say how it went"]["msg"]
    return said


def test_the_event_of_a_thousand_changes_holds_their_result(platform: Platform) -> None:
    run = job(platform, 1000)
    assert run.status == "successful", run.output
    result: dict[str, t.Any] = run.result("acme")
    assert LARGEST_EVENT / 2 < len(str(result)) < LARGEST_EVENT
    assert (result["changed"], result["plan_total"], result["plan_shortened"]) == (True, 1000, True)
    assert len(result["diff"]) == 1000
    assert shown_after(run)[0] == "acme: 1000 would be updated, 1 unchanged"
    assert shown_after(run)[-1] == "and 950 more"


@pytest.mark.slow
def test_of_ten_thousand_changes_the_event_after_it_tells(platform: Platform) -> None:
    run = job(platform, 10_000)
    assert run.status == "successful", run.output
    assert run.result("acme") == {}
    lines = shown_after(run)
    assert lines[0] == "acme: 10000 would be updated, 1 unchanged"
    assert "The result of the task before this one is larger than an event" in lines[-1]
    assert run.left["elastic_cloud"]["acme"]["summary"]["updated"] == 10_000
    assert run.counts["changed"] == {"acme": 1}
    # The output is whole, up to the number of changes that a result lists.
    assert run.output.count("+++ after: person.") == 3000
