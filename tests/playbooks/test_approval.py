# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Approve this plan and no other: what an audit leaves is what the role applies, or nothing."""

from __future__ import annotations

import json
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import AUDIT, OWNER, VIEWER, Ansible, stats

pytestmark = pytest.mark.playbook


def test_what_changes_between_audit_and_approval_is_refused_and_the_rest_applied(ansible: Ansible) -> None:
    hosts: dict[str, dict[str, t.Any]] = {}
    many = {f"p{number}@example.com": VIEWER for number in range(4)}
    for name in ("steady", "raced", "late"):
        gone = [{"email": email, "state": "absent"} for email in many]
        members = [{"email": "owner@example.com", "role_assignments": OWNER}, *gone]
        people = {f"{name}.{email}": roles for email, roles in many.items()}
        for one in members[1:]:
            one["email"] = f"{name}.{one['email']}"
        members[0]["email"] = "owner@example.com"
        hosts[name] = ansible.organization(name, people) | {"org_team_members": members}
    audited = {name: hosts[name] for name in ("steady", "raced")}

    audit = ansible.run(audited, playbook=AUDIT, ANSIBLE_SHOW_CUSTOM_STATS="true")
    assert audit.exit_code == 2  # not as defined
    assert "refused by the guard max_removals, unless exactly this plan is approved" in audit.output
    digests = stats(audit)["org_team_plan_digests"]
    assert len(digests) == 2

    ansible.emulator.remove("raced", "raced.p3@example.com")
    ansible.emulator.add_member("raced", "raced.p3@example.com", OWNER)
    approved = json.dumps({"org_team_plan_digests": digests})
    run = ansible.run(hosts, "--extra-vars", approved)

    assert run.recap("steady")["failed"] == 0, run.messages("steady")
    assert "steady: 4 removed, 1 unchanged" in run.messages("steady")
    assert "The guard plan_digest refuses the plan" in run.messages("raced")[-1]
    assert "has no digest for the organization" in run.messages("late")[-1]
    for name in ("raced", "late"):
        assert run.recap(name)["failed"] == 1
        assert run.writes(ansible.emulator.find(name).id) == []

    again = ansible.run({"steady": hosts["steady"]}, "--extra-vars", approved)
    assert again.recap("steady")["failed"] == 0, "a plan that changes nothing needs no approval"

    anew = ansible.run({"raced": hosts["raced"]}, "--extra-vars", approved, playbook=AUDIT)
    assert "plan_digest" not in anew.messages("raced")[-1], "an audit plans anew"


def test_ids_that_yaml_takes_for_numbers_and_blank_approvals_are_understood(ansible: Ansible) -> None:
    numbered = ansible.organization("numbered")
    host = numbered | {"org_team_members": [{"email": "owner@example.com", "role_assignments": OWNER}]}
    digests = {int(numbered["org_team_organization_id"]): "0" * 64}
    inventory = "elastic_cloud_organizations:\n  hosts:\n    numbered:\n"
    inventory += "".join(f"      {name}: {json.dumps(value)}\n" for name, value in host.items())
    inventory += f"      org_team_plan_digests: {{{next(iter(digests))}: '{'0' * 64}'}}\n    blank:\n"
    blank = ansible.organization("blank") | {"org_team_members": host["org_team_members"], "org_team_plan_digests": ""}
    inventory += "".join(f"      {name}: {json.dumps(value)}\n" for name, value in blank.items())
    run = ansible.run(inventory)
    assert run.exit_code == 0, run.output
