# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that take so long that they say what they are at: they end, and nothing of their output is lost or doubled.

ansible-runner prints in the place of ansible-core, each release in its way, so `make cores` runs this with each
ansible-core, and with old and new releases of ansible-runner.
"""

from __future__ import annotations

from collections import Counter

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._progress import SOON
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import Job, Platform
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER

pytestmark = [pytest.mark.playbook, pytest.mark.slow]
HOSTS = ("patient", "steady")


@pytest.fixture(scope="module")
def job(platform: Platform) -> Job:
    """A job on two organizations side by side, each with somebody to invite; reading them takes long."""
    inventory = {}
    for name in HOSTS:
        organization = platform.emulator.add_organization(name)
        platform.emulator.add_member(organization, f"owner@{name}.example.com", OWNER)
        path = f"/organizations/{organization.id}/members"
        platform.emulator.fail("delay", seconds=SOON + 1, method="GET", path=path)
        inventory[name] = {
            "org_team_organization_id": organization.id,
            "org_team_api_key": platform.emulator.add_key(organization),
            "org_team_endpoint": platform.url,
            "org_team_members": [
                {"email": f"owner@{name}.example.com", "role_assignments": OWNER},
                {"email": f"newcomer@{name}.example.com", "role_assignments": VIEWER},
            ],
        }
    return platform.run(inventory, "--diff", "--forks=2")


def test_it_ends(job: Job) -> None:
    assert job.status == "successful", job.output
    assert job.counts["changed"] == dict.fromkeys(HOSTS, 1)
    assert [job.summary(name) for name in HOSTS] == [f"{name}: 1 invited, 1 unchanged" for name in HOSTS]


@pytest.mark.parametrize("name", HOSTS)
def test_it_says_once_what_it_is_at(job: Job, name: str) -> None:
    line = f"{name}: reading who is in the organization"
    assert [event["event"] for event in job.events if line in event["stdout"]] == ["verbose"]
    assert job.output.splitlines().count(line) == 1


def test_every_event_is_there_once(job: Job) -> None:
    assert [event["counter"] for event in job.events] == list(range(1, len(job.events) + 1))
    ends = [event["event_data"] for event in job.events if event["event"] in ("runner_on_ok", "runner_on_skipped")]
    assert {end["host"] for end in ends} == set(HOSTS)
    assert max(Counter((end["task_uuid"], end["host"]) for end in ends).values()) == 1
    printed = [line for event in job.events if event["stdout"] for line in event["stdout"].splitlines()]
    assert printed == job.output.splitlines()
