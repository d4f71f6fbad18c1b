# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks of one's own: the role in a play, and the module with its result."""

from __future__ import annotations

import json
import re
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible, stats

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
    hosts = {
        name: ansible.organization(f"limit {name}") | {"org_team_members": [OWNERS]} for name in ("first", "second")
    }
    run = ansible.run(hosts, "--limit", "second")
    assert run.exit_code == 0, run.output
    assert run.messages("second") == ["second: nothing to do, 1 unchanged"]
    assert not [one for one in run.requests if hosts["first"]["org_team_organization_id"] in one["path"]]


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


def test_two_hosts_of_the_group_are_refused_also_where_the_limit_leaves_one_out(ansible: Ansible) -> None:
    variables = ansible.organization("limited twins") | {"org_team_members": [OWNERS, NEW]}
    run = ansible.run({"first": variables, "second": variables}, "--limit", "second")
    assert run.exit_code == 2
    assert "second, first" in run.messages("second")[-1]
    assert run.requests == []


@pytest.mark.parametrize("given", ["host", "play"])
def test_two_hosts_for_one_organization_are_refused_with_the_strategy_free(ansible: Ansible, given: str) -> None:
    variables = ansible.organization(f"free {given}") | {"org_team_members": [OWNERS, NEW]}
    host, play = (variables, {}) if given == "host" else ({}, variables)
    run = ansible.run(
        {"first": host, "second": host},
        playbook=playbook(
            ansible, {"strategy": "free", "roles": [{"role": "orgops.elastic_cloud.org_team", "vars": play}]}
        ),
    )
    assert run.exit_code == 2
    assert [run.recap(name)["failed"] for name in ("first", "second")] == [1, 1]
    assert run.requests == []


def test_promise_29_one_host_looks_at_the_variables_of_all(ansible: Ansible) -> None:
    inventory = {
        name: ansible.organization(f"many {name}") | {"org_team_members": [OWNERS]}
        for name in ("first", "second", "third")
    }
    run = ansible.run(inventory)
    assert run.exit_code == 0, run.output
    (task,) = re.findall(
        r"^TASK [^\n]*Look at the variables of all hosts.*?^TASK", run.output, re.MULTILINE | re.DOTALL
    )
    assert task.count("ok: [") == 1


@pytest.mark.parametrize(
    ("options", "check_mode", "headline"),
    [([], True, "1 would be invited, 1 unchanged"), (["--check"], False, "1 invited, 1 unchanged")],
    ids=["check mode on the role", "no check mode on the role"],
)
def test_promise_13_words_are_true_whatever_the_command_line_says(
    ansible: Ansible, options: list[str], check_mode: bool, headline: str
) -> None:
    variables = ansible.organization(f"mode {check_mode}") | {"org_team_members": [OWNERS, NEW]}
    play = {"roles": [{"role": "orgops.elastic_cloud.org_team", "check_mode": check_mode}]}
    run = ansible.run({"one": variables}, *options, playbook=playbook(ansible, play))
    outcome = "planned" if check_mode else "done"
    assert run.messages("one") == [
        f"one: {headline}",
        f"{outcome}: invite new@example.com, not in the organization",
    ]
    assert len(run.writes()) == (0 if check_mode else 1)


def test_promise_13_a_rescue_reads_what_has_failed_and_which_guard_refused(ansible: Ansible) -> None:
    ansible.emulator.add_outsider("elsewhere@example.com")
    people = {f"p{number}@example.com": VIEWER for number in range(4)}
    hosts = {
        "failing": ansible.organization("failing")
        | {"org_team_members": [OWNERS, NEW, {**NEW, "email": "elsewhere@example.com"}]},
        "guarded": ansible.organization("guarded", people) | {"org_team_members": [OWNERS], "org_team_purge": True},
        "misspelt": ansible.organization("misspelt result") | {"org_team_members": [OWNERS], "org_team_prge": True},
    }
    told = {
        "ansible.builtin.debug": {
            "msg": "{{ org_team_result.failures | default([]) | map(attribute='email') | list }}, "
            "{{ (org_team_result.guard | default({})).name | default('no guard') }}, {{ org_team_result.msg }}"
        }
    }
    tasks = [{"block": [{"ansible.builtin.include_role": {"name": "orgops.elastic_cloud.org_team"}}], "rescue": [told]}]
    run = ansible.run(hosts, playbook=playbook(ansible, {"tasks": tasks}))
    assert run.exit_code == 0, run.output
    assert run.messages("failing")[-1].startswith("['elsewhere@example.com'], no guard, 1 of 2 actions failed")
    assert run.messages("guarded")[-1].startswith("[], max_removals, Nothing was changed")
    assert run.messages("misspelt")[-1].startswith("[], no guard, org_team_prge is not a variable")


def test_promise_13_what_was_planned_anew_has_a_line_and_nothing_is_called_done_that_was_not(ansible: Ansible) -> None:
    variables = ansible.organization("anew", {"keep@example.com": VIEWER}) | {
        "org_team_members": [OWNERS, {"email": "drop@example.com", "state": "absent"}],
    }
    organization = variables["org_team_organization_id"]
    ansible.emulator.add_invitation(organization, "drop@example.com", VIEWER)
    ansible.emulator.before(
        {"do": "accept", "email": "drop@example.com"}, method="DELETE", path=f"{organization}/invitations"
    )
    ansible.emulator.fail("status", status=403, method="DELETE", path=f"{organization}/members")
    run = ansible.run({"one": variables})
    ansible.emulator.heal()
    assert run.exit_code == 2
    headline, *lines, _last = run.messages("one")
    assert headline == "one: nothing was changed, 1 failed, 2 unchanged, 1 unmanaged (keep@example.com)"
    assert [line.split(",")[0] for line in lines] == [
        "failed: remove drop@example.com",
        "not needed: uninvite drop@example.com",
    ]
    assert "drop@example.com" in ansible.emulator.people(organization)


@pytest.mark.parametrize("audited", [True, False])
def test_the_role_does_not_refuse_what_it_has_left_itself(ansible: Ansible, audited: bool) -> None:
    variables = ansible.organization(f"twice {audited}") | {
        "org_team_members": [OWNERS],
        "org_team_fail_on": ["change"],
    }
    role = {"ansible.builtin.include_role": {"name": "orgops.elastic_cloud.org_team"}}
    first = {"ansible.builtin.include_role": {"name": "orgops.elastic_cloud.org_team", "tasks_from": "audit"}}
    digests = {"org_team_plan_digests": {variables["org_team_organization_id"]: "0" * 64}}
    run = ansible.run(
        {"one": variables | digests}, playbook=playbook(ansible, {"tasks": [first if audited else role, role]})
    )
    assert run.exit_code == 0, run.output
    assert run.messages("one") == ["one: nothing to do, 1 unchanged"] * 2


def test_promise_28_a_key_of_an_entry_may_be_omitted(ansible: Ansible) -> None:
    entry = NEW | {"until": "{{ nothing | default(omit) }}", "role_assignments": "{{ nothing | default(omit) }}"}
    variables = ansible.organization("omitted") | {"org_team_members": [OWNERS, entry]}
    run = ansible.run({"one": variables})
    assert run.exit_code == 0, run.output
    assert run.messages("one")[0] == "one: 1 invited, 1 unchanged"


def test_promise_28_members_may_be_given_as_json_on_the_command_line(ansible: Ansible) -> None:
    run = ansible.run({"one": ansible.organization("json")}, "-e", f"org_team_members='{json.dumps([OWNERS, NEW])}'")
    assert run.exit_code == 0, run.output
    assert run.messages("one")[0] == "one: 1 invited, 1 unchanged"


def test_promise_30_a_missing_key_is_explained(ansible: Ansible) -> None:
    variables = ansible.organization("without a key") | {"org_team_members": [OWNERS]}
    del variables["org_team_api_key"]
    run = ansible.run({"one": variables})
    assert run.exit_code == 2
    for words in ("EC_API_KEY", "org_team_api_key", "Elastic Cloud console"):
        assert words in run.messages("one")[-1]


def test_artifacts_are_left_also_under_check_and_where_the_run_fails(ansible: Ansible) -> None:
    hosts = {
        "well": ansible.organization("artifacts") | {"org_team_members": [OWNERS, NEW]},
        "wrong": ansible.organization("no plan") | {"org_team_members": ["nobody"]},
    }
    for options in (["--check"], []):
        run = ansible.run(hosts, *options, ANSIBLE_SHOW_CUSTOM_STATS="true")
        left = stats(run)
        assert left["elastic_cloud"]["well"] == {
            "organization_id": hosts["well"]["org_team_organization_id"],
            "changed": True,
            "summary": left["elastic_cloud"]["well"]["summary"],
            "plan_digest": left["elastic_cloud"]["well"]["plan_digest"],
        }
        assert left["elastic_cloud"]["well"]["summary"]["invited"] == 1
        assert len(left["elastic_cloud"]["well"]["plan_digest"]) == 64
        assert sorted(left["elastic_cloud_text"].splitlines()) == [
            f"well: 1 {'would be invited' if options else 'invited'}, 1 unchanged",
            "wrong: failed before there was a plan",
        ]
        assert "example.com" not in str(left)
