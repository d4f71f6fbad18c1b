# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a diff cannot show, since Ansible prints none for a task that fails, is said in words."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible, Run

pytestmark = pytest.mark.playbook
OWNERS = {"email": "owner@example.com", "role_assignments": OWNER}
TWO_DEPLOYMENTS = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["open", "hidden"]}]}
NAMED = {"deployment": [{"role_id": "deployment-viewer", "deployment_names": ["logs\u202e"]}]}
NAMED_BY_ID = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["d1"]}]}


@pytest.fixture(scope="module")
def runs(ansible: Ansible) -> dict[str, Run]:
    """Organizations of which each meets another obstacle, first in check mode and then for real."""
    people = {f"p{number}@example.com": VIEWER for number in range(4)}
    guard = ansible.organization("guard", people)
    guard |= {
        "org_team_members": [OWNERS, {"email": "new@example.com", "role_assignments": VIEWER}],
        "org_team_purge": True,
    }

    partial = ansible.organization("partial", {"gus@example.com": VIEWER})
    ansible.emulator.add_outsider("elsewhere@example.com")
    partial["org_team_members"] = [
        OWNERS,
        {"email": "new@example.com", "role_assignments": VIEWER},
        {"email": "elsewhere@example.com", "role_assignments": VIEWER},
        {"email": "gus@example.com", "state": "absent"},
    ]

    hidden = ansible.organization("hidden", {"dee@example.com": TWO_DEPLOYMENTS})
    ansible.emulator.add_resource(hidden["org_team_organization_id"], "deployment", "hidden", "hidden")
    hidden["org_team_members"] = [OWNERS, {"email": "dee@example.com", "role_assignments": {}}]

    ended = ansible.organization("ended", {"gus@example.com": VIEWER})
    ansible.emulator.fail("status", status=401, method="POST", path=ended["org_team_organization_id"])
    ended["org_team_members"] = [
        OWNERS,
        {"email": "new@example.com", "role_assignments": VIEWER},
        {"email": "gus@example.com", "state": "absent"},
    ]

    named = ansible.organization("named", {"gus@example.com": NAMED_BY_ID, "dee@example.com": VIEWER})
    ansible.emulator.add_resource(named["org_team_organization_id"], "deployment", "d1", name="logs\u202e")
    named["org_team_groups"] = {
        "staff": NAMED,
        "ghosts": {"deployment": [{"role_id": "viewer", "deployment_names": "x"}]},
    }
    named["org_team_members"] = [
        OWNERS,
        {"email": "dee@example.com", "groups": ["staff", "ghosts"]},
        {"email": "gus@example.com", "state": "absent"},
    ]

    inventory = {"guard": guard, "partial": partial, "hidden": hidden, "ended": ended, "named": named}
    return {
        name: ansible.run(inventory, *options) for name, options in {"check": ["--check"], "apply": ["--diff"]}.items()
    }


@pytest.mark.parametrize("mode", ["check", "apply"])
def test_a_refused_guard_lists_what_was_planned_and_writes_nothing(
    runs: dict[str, Run], ansible: Ansible, mode: str
) -> None:
    run = runs[mode]
    headline, *plan = [line for line in run.messages("guard") if line.startswith(("guard:", "planned:"))]
    assert headline == "guard: refused by the guard max_removals, nothing was changed, 6 unchanged"
    assert len(plan) == 5
    assert (
        "planned: remove p0@example.com, not in the definition; roles: "
        "{deployment: [{role_id: deployment-viewer, all: true}]}" in plan
    )
    assert plan[0].startswith("planned: invite new@example.com")
    assert "max_removals" in run.messages("guard")[-1]
    assert run.recap("guard")["failed"] == 1
    assert run.writes(ansible.emulator.find("guard").id) == []


def test_a_partial_failure_tells_of_each_person_how_it_went(runs: dict[str, Run]) -> None:
    messages = runs["apply"].messages("partial")
    assert "partial: 1 invited, 1 removed, 1 failed, 2 unchanged" in messages
    assert any(line.startswith("done: invite new@example.com") for line in messages)
    assert any(line.startswith("done: remove gus@example.com") for line in messages)
    (failure,) = [line for line in messages if line.startswith("failed: ")]
    assert failure.startswith("failed: invite elsewhere@example.com")
    assert "another organization" in failure
    assert "elsewhere@example.com" in messages[-1]


def test_a_partial_failure_still_shows_the_diff_of_what_was_done(runs: dict[str, Run]) -> None:
    diff = [line for line in runs["apply"].output.splitlines() if line.startswith(("+", "-"))]
    assert any("new@example.com" in line for line in diff)
    assert not any("elsewhere@example.com" in line for line in diff)
    assert runs["apply"].recap("partial")["changed"] == 1
    assert runs["apply"].exit_code == 2


def test_what_was_not_attempted_is_told_from_what_has_failed(runs: dict[str, Run], ansible: Ansible) -> None:
    headline, first, second, *_others = runs["apply"].messages("ended")
    assert headline == "ended: nothing was changed, 2 failed, 3 unchanged"
    assert first.startswith("failed: invite new@example.com, not in the organization")
    assert second.startswith("not attempted: remove gus@example.com, state is absent")
    assert "gus@example.com" in ansible.emulator.people("ended")


def test_a_grant_that_the_service_does_not_change_is_named(runs: dict[str, Run]) -> None:
    (refusal,) = [line for line in runs["apply"].messages("hidden") if line.startswith("refused: ")]
    assert refusal == "refused: dee@example.com: {deployment: [{role_id: deployment-viewer, deployment_ids: [hidden]}]}"


def test_what_fails_only_for_real_passes_in_check_mode(runs: dict[str, Run]) -> None:
    assert runs["check"].recap("partial")["failed"] == 0
    assert "partial: 2 would be invited, 1 would be removed, 1 unchanged" in runs["check"].messages("partial")


@pytest.mark.parametrize("mode", ["check", "apply"])
def test_where_a_name_fits_nothing_it_is_told_and_whoever_is_to_go_goes(
    runs: dict[str, Run], ansible: Ansible, mode: str
) -> None:
    run = runs[mode]
    headline, step, *_others = run.messages("named")
    done = {"check": ("1 would be removed", "planned"), "apply": ("1 removed", "done")}[mode]
    assert headline == f"named: {done[0]}, 0 unchanged"
    assert step == (
        f"{done[1]}: remove gus@example.com, state is absent; roles: {{deployment: [{{role_id: deployment-viewer, "
        "deployment_ids: [d1]}]} (d1 is logs\\u202e)"
    )
    assert "groups.ghosts.deployment[0]: the API key sees no deployment with the name 'x'" in run.messages("named")[-1]
    assert run.recap("named")["failed"] == 1
    assert bool(run.writes(ansible.emulator.find("named").id)) is (mode == "apply")
