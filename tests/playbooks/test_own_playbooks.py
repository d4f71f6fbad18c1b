# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of one's own: the role in a play, and the module with its result."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible

pytestmark = pytest.mark.playbook
OWNERS = {"email": "owner@example.com", "role_assignments": OWNER}
NEW = {"email": "new@example.com", "role_assignments": VIEWER}
HERE = {
    "gather_facts": False,
    "connection": "local",
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}


def playbook(ansible: Ansible, *plays: dict[str, t.Any]) -> str:
    """Write plays that run here; return the path."""
    path = ansible.folder / "playbook.yml"
    path.write_text(json.dumps([{**HERE, "hosts": "all", **play} for play in plays]), encoding="utf-8")
    return str(path)


def test_the_result_of_the_module_can_be_used_in_a_playbook(ansible: Ansible) -> None:
    variables = ansible.organization("result", {"dee@example.com": VIEWER})
    tasks = [
        {
            "name": "Apply",
            "orgops.elastic_cloud.org_team": {
                "api_key": "{{ org_team_api_key }}",
                "organization_id": "{{ org_team_organization_id }}",
                "members": [OWNERS, {"email": "dee@example.com", "role_assignments": {}}, NEW],
            },
            "register": "result",
        },
        {
            "name": "Tell",
            "ansible.builtin.debug": {"msg": "{{ result.summary.updated }} updated of {{ result.plan | length }}"},
        },
    ]
    run = ansible.run({"one": variables}, playbook=playbook(ansible, {"tasks": tasks}))
    assert run.exit_code == 0, run.output
    assert run.messages("one") == ["1 updated of 2"]


def test_one_organization_of_several_is_chosen_with_limit(ansible: Ansible) -> None:
    variables = ansible.organization("limited") | {"org_team_members": [OWNERS]}
    run = ansible.run({"first": variables, "second": variables}, "--limit", "second")
    assert run.exit_code == 0, run.output
    assert run.messages("second") == ["second: nothing to do, 1 unchanged"]


@pytest.mark.parametrize("serial", [0, 1])
def test_two_hosts_for_one_organization_are_found_before_anything_is_done(ansible: Ansible, serial: int) -> None:
    variables = ansible.organization(f"batches{serial}") | {"org_team_members": [OWNERS, NEW]}
    play = {"serial": serial, "roles": ["orgops.elastic_cloud.org_team"]}
    run = ansible.run({"first": variables, "second": variables}, playbook=playbook(ansible, play))
    assert run.exit_code == 2
    assert "first, second" in run.messages("first")[-1]
    assert run.requests == []


def test_two_hosts_with_the_organization_of_their_play_are_refused(ansible: Ansible) -> None:
    variables = ansible.organization("play")
    play = {
        "roles": [{"role": "orgops.elastic_cloud.org_team", "vars": variables | {"org_team_members": [OWNERS, NEW]}}]
    }
    run = ansible.run({"first": {}, "second": {}}, "-vvv", playbook=playbook(ansible, play))
    assert run.exit_code == 2
    assert "first, second" in run.messages("second")[-1]
    assert run.requests == []
    assert variables["org_team_api_key"] not in run.output
