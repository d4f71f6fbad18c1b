# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two organizations side by side: what would change, do it, and once more."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible, Run

pytestmark = pytest.mark.playbook
EDITOR = {"deployment": [{"role_id": "deployment-editor", "deployment_ids": ["d1"]}]}
CONSOLE = {"deployment": [{"role_id": "deployment-viewer", "all": True, "application_roles": []}]}


class Story(t.NamedTuple):
    """The same inventory applied three times, and the people of both organizations afterwards."""

    check: Run
    apply: Run
    again: Run
    north: dict[str, dict[str, t.Any]]
    south: dict[str, dict[str, t.Any]]


@pytest.fixture(scope="module")
def story(ansible: Ansible) -> Story:
    """North gets two people and loses one; south keeps a stranger, because it does not purge."""
    north = ansible.organization("north", {"dee@example.com": EDITOR, "gus@example.com": VIEWER})
    south = ansible.organization("south", {"Dee@Example.com": VIEWER, "stranger@example.com": VIEWER})
    owner = {"email": "owner@example.com", "groups": ["owners"]}
    inventory = {
        "north": north
        | {
            "org_team_groups": {"owners": OWNER, "console": CONSOLE},
            "org_team_purge": True,
            "org_team_max_removals": 1,
            "org_team_members": [
                owner,
                {"email": "new@example.com", "groups": ["console"]},
                {"email": "dee@example.com", "role_assignments": VIEWER},
            ],
        },
        "south": south
        | {
            "org_team_groups": {"owners": OWNER},
            "org_team_members": [owner, {"email": "dee@example.com", "role_assignments": VIEWER}],
        },
    }
    return Story(
        ansible.run(inventory, "--check", "--diff"),
        ansible.run(inventory, "--diff"),
        ansible.run(inventory, "--diff"),
        ansible.emulator.people("north"),
        ansible.emulator.people("south"),
    )


def test_all_runs_succeed(story: Story) -> None:
    assert [run.exit_code for run in story[:3]] == [0, 0, 0], story.check.output + story.apply.output


def test_check_mode_writes_nothing_and_tells_the_change(story: Story) -> None:
    assert story.check.writes() == []
    assert (story.check.recap("north")["changed"], story.check.recap("south")["changed"]) == (1, 0)
    assert "north: 1 would be invited, 1 would be updated, 1 would be removed, 1 unchanged" in story.check.messages(
        "north"
    )


def test_the_diff_of_check_mode_is_that_of_the_real_run(story: Story) -> None:
    def diff(run: Run) -> list[str]:
        return [line for line in run.output.splitlines() if line.startswith(("+", "-"))]

    assert diff(story.check) == diff(story.apply)
    assert any("new@example.com" in line for line in diff(story.check))
    assert not any("owner@example.com" in line for line in diff(story.check))


def test_the_definition_is_what_is_there_afterwards(story: Story) -> None:
    assert story.north.keys() == {"owner@example.com", "new@example.com", "dee@example.com"}
    assert story.north["dee@example.com"]["role_assignments"] == VIEWER
    assert story.north["new@example.com"] == {"status": "pending", "user_id": None, "role_assignments": CONSOLE}
    assert story.apply.messages("north")[0] == "north: 1 invited, 1 updated, 1 removed, 1 unchanged"


def test_what_one_organization_does_not_know_is_left_alone_there(story: Story) -> None:
    assert "stranger@example.com" in story.south
    assert story.apply.messages("south")[-1] == "south: nothing to do, 2 unchanged, 1 unmanaged (stranger@example.com)"


def test_once_more_reads_members_and_invitations_and_changes_nothing(story: Story) -> None:
    assert story.again.writes() == []
    assert len(story.again.requests) == 4
    assert (story.again.recap("north")["changed"], story.again.recap("south")["changed"]) == (0, 0)
