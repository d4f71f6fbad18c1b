# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Job slices, imitated: jobs with parts of the inventory, all at once. What they do, and what none of them can see."""

from __future__ import annotations

import dataclasses
import json
import typing as t
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.bench.cases import Json, many
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import Job, Platform

pytestmark = pytest.mark.playbook
REVIEW = "orgops.elastic_cloud.org_access_review"


def organizations(platform: Platform, number: int, *, missing: bool = True) -> dict[str, Json]:
    """Let the service have so many organizations, and return their inventory. missing: whether one person of each is
    not there.
    """
    state, hosts = many(number)
    for organization in state["organizations"] if missing else []:
        organization["members"].pop()
    platform.emulator.load(state)
    (key,) = state["keys"]
    reach = {"org_team_api_key": key["secret"], "org_team_endpoint": platform.url}
    return {name: variables | reach for name, variables in hosts.items()}


def in_slices(platform: Platform, inventory: Mapping[str, Json], number: int, **how: t.Any) -> list[Job]:
    """Run a job for each slice, all at once. As on AWX, a slice knows no host but its own, every so-manieth."""
    parts = [dict(list(inventory.items())[part::number]) for part in range(number)]
    platforms = [
        dataclasses.replace(platform, folder=platform.folder / f"of {len(platform.emulator.log)}/slice{part}")
        for part in range(number)
    ]
    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(lambda one, part: one.run(part, **how), platforms, parts))


def merged(jobs: list[Job]) -> Json:
    """Return the artifacts of slices for the job after them, as AWX does: name by name, and the last one wins."""
    left: Json = {}
    for job in jobs:
        left.update(job.left)
    return left


def requests(platform: Platform) -> Counter[str]:
    """Return what the service was asked for since it was loaded, and how often."""
    return Counter(json.dumps([one["method"], one["path"], one["body"]]) for one in platform.emulator.log)


@pytest.mark.slow  # that of the benchmark does it with fewer, and without writes
def test_slices_make_the_same_requests_as_one_run(platform: Platform) -> None:
    inventory = organizations(platform, 12)
    platform.emulator.log.clear()
    whole = platform.run(inventory, "--forks=3")
    assert whole.status == "successful", whole.output
    in_one = requests(platform)
    organizations(platform, 12)
    platform.emulator.log.clear()
    jobs = in_slices(platform, inventory, 3)
    assert [job.status for job in jobs] == ["successful"] * 3
    assert [len(job.counts["changed"]) for job in jobs] == [4] * 3
    assert requests(platform) == in_one
    assert sum(in_one.values()) == 12 * 3


def test_what_slices_cannot_see_is_seen_by_a_check_of_the_whole_inventory(platform: Platform) -> None:
    inventory = organizations(platform, 2, missing=False)
    assert platform.run(inventory, playbook="check.yml").status == "successful"
    inventory["twin"] = next(iter(inventory.values()))
    inventory = {name: inventory[name] for name in ("acme-0000", "twin", "acme-0001")}
    jobs = in_slices(platform, inventory, 2)
    assert [job.status for job in jobs] == ["successful"] * 2, "if a slice saw this, the guide would have to say so"
    platform.emulator.log.clear()
    check = platform.run(inventory, playbook="check.yml")
    assert check.status == "failed"
    assert "1000000000: acme-0000, twin." in check.output
    assert platform.emulator.log == []


@pytest.mark.parametrize("playbook", ["apply.yml", "orgops.elastic_cloud.org_sso", REVIEW])
def test_where_the_inventory_has_both_a_limit_hides_neither(platform: Platform, playbook: str) -> None:
    inventory = organizations(platform, 1)
    (variables,) = inventory.values()
    mapping = {"name": "owners", "any": [{"group": "owners"}], "groups": ["owners"]}
    inventory = dict.fromkeys(("first", "second"), variables | {"org_sso_role_mappings": [mapping]})
    platform.emulator.log.clear()
    job = platform.run(inventory, "--limit=second", playbook=playbook)
    assert job.status == "failed"
    assert "1000000000: second, first." in job.output
    assert platform.emulator.log == []


def test_of_artifacts_of_slices_the_last_ones_reach_the_next_job(platform: Platform) -> None:
    inventory = organizations(platform, 2)
    jobs = in_slices(platform, inventory, 2, playbook="audit.yml")
    assert {job.status for job in jobs} == {"failed"}
    left = merged(jobs)
    assert left["elastic_cloud"].keys() == {"acme-0001"}
    assert left["elastic_cloud_text"] == "acme-0001: 1 would be invited, 4 unchanged\n"
    applied = platform.run(inventory, artifacts=left)
    assert applied.counts["changed"] == {"acme-0001": 1}
    assert applied.counts["failures"] == {"acme-0000": 1}
    assert "has no digest for the organization 1000000000" in applied.output
    assert {one["path"].split("/")[4] for one in applied.writes()} == {"1000000001"}


@pytest.mark.slow
def test_an_audit_as_a_whole_may_be_applied_in_slices(platform: Platform) -> None:
    inventory = organizations(platform, 2)
    audit = platform.run(inventory, playbook="audit.yml")
    jobs = in_slices(platform, inventory, 2, artifacts=audit.left)
    assert [job.status for job in jobs] == ["successful"] * 2
    assert [job.counts["changed"] for job in jobs] == [{"acme-0000": 1}, {"acme-0001": 1}]


def test_reviews_of_slices_become_one_report(platform: Platform, tmp_path: Path) -> None:
    inventory = organizations(platform, 3)
    strictness = {"org_access_review_dest": str(tmp_path / "reviews"), "org_access_review_fail_on": "never"}
    inventory = {name: variables | strictness for name, variables in inventory.items()}
    for job in in_slices(platform, inventory, 2, playbook=REVIEW):
        assert job.status == "successful", job.output
    before = set((tmp_path / "reviews/combined").iterdir())  # of the slice that has two of them
    report = platform.run({}, playbook="one_report.yml", artifacts={"reviews": str(tmp_path / "reviews")})
    assert report.status == "successful", report.output
    (combined,) = set((tmp_path / "reviews/combined").iterdir()) - before
    for file in ("access-review.html", "grants.csv"):
        text = (combined / file).read_text("utf-8-sig")
        assert all(variables["org_team_organization_id"] in text for variables in inventory.values())
