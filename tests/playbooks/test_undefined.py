# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A variable in which something is not defined is told, and no default is taken in its place."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, PLAYBOOK, Ansible

pytestmark = pytest.mark.playbook
ROLES = {
    PLAYBOOK: ("org_team_ignore", "org_team_protected", "org_team_api_key"),
    "orgops.elastic_cloud.org_sso": ("org_sso_enforced", "org_sso_role_mappings", "org_team_groups"),
    "orgops.elastic_cloud.org_access_review": (
        "org_access_review_exemptions",
        "org_access_review_internal_domains",
        "org_team_ignore",
    ),
}
SLIPS = ["{{ nowhere.x }}", ["{{ nowhere.x }}"], "{{ house }}"]


@pytest.mark.parametrize(
    "playbook", [pytest.param(one, marks=[] if "review" in one else pytest.mark.slow) for one in ROLES]
)
def test_what_is_not_defined_is_told_by_the_name_of_the_variable(ansible: Ansible, playbook: str) -> None:
    short = playbook.rpartition(".")[2]

    def host(name: str, **more: t.Any) -> dict[str, t.Any]:
        variables = ansible.organization(f"{short}-{name}") | {
            "org_team_members": [{"email": "owner@example.com", "role_assignments": OWNER}],
            "org_access_review_min_owners": 1,
            "org_access_review_severities": {"owner_key_without_end": "medium"},
            "org_access_review_dest": short,
            "house": [{"who": "{{ nowhere.x }}", "key": "not for anybody's eyes"}],
            "known": "{{ [] }}",
        }
        return variables | more

    hosts = {f"h{number}": host(name, **{name: SLIPS[number]}) for number, name in enumerate(ROLES[playbook])}
    hosts["fine"] = host(
        "fine", **{ROLES[playbook][1]: "{{ known }}", "org_team_timeout": "{{ nowhere | default('') }}"}
    )
    run = ansible.run(hosts, "--check", playbook=playbook)
    assert run.recap("fine")["failed"] == 0, run.output
    for number, name in enumerate(ROLES[playbook]):
        message = run.messages(f"h{number}")[-1]
        assert run.recap(f"h{number}")["failed"] == 1
        assert f"{name}: 'nowhere' is undefined." in message, message
        assert "eyes" not in message
    ids = [one["org_team_organization_id"] for name, one in hosts.items() if name.startswith("h")]
    assert not [one for one in run.requests if any(name in one["path"] for name in ids)]
