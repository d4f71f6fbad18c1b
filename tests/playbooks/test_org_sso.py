# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role and the playbooks for single sign-on, up to an enforced organization and back."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, PLAYBOOK, VIEWER, Ansible, Run
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import make, text_of

pytestmark = pytest.mark.playbook
SSO, OFF = "orgops.elastic_cloud.org_sso", "orgops.elastic_cloud.org_sso_off"
PROVIDER = {
    "login_identifier_prefix": "acme",
    "issuer": "https://idp.example.com/metadata",
    "sso_url": "https://idp.example.com/sso",
    "public_certificates": [text_of(make())],
}
GROUPS = {"owners": OWNER, "viewers": VIEWER}
OWNERS = {"name": "owners", "any": [{"group": "platform"}], "groups": ["owners"]}
VIEWERS = {"name": "viewers", "any": [{"group": "staff"}], "groups": ["viewers"]}


def organization(ansible: Ansible, name: str, **more: t.Any) -> dict[str, t.Any]:
    """Make an organization with a claimed domain; return its host's variables, with a provider and mappings."""
    variables = ansible.organization(name, {"uma@example.org": VIEWER})
    for other in ansible.emulator.organizations.values():  # a domain belongs to one organization at a time
        other.sso.domains = [domain for domain in other.sso.domains if domain != "example.com"]
    ansible.emulator.add_domain(ansible.emulator.find(name), "example.com")
    sso = {"identity_provider": PROVIDER, "role_mappings": [OWNERS, VIEWERS], **more}
    return variables | {"org_team_groups": GROUPS} | {f"org_sso_{key}": value for key, value in sso.items()}


def enforce(ansible: Ansible, name: str) -> None:
    """Let an organization have a provider, a mapping for owners, and enforcement."""
    found = ansible.emulator.find(name)
    ansible.emulator.put_provider(found, public_certificate=PROVIDER["public_certificates"])
    ansible.emulator.add_mapping(found, "owners", {"any": [{"group": "platform"}]}, OWNER)
    ansible.emulator.enforce(found)


def is_enforced(ansible: Ansible, name: str) -> bool:
    return ansible.emulator.find(name).settings.get("enforce_authentication_method") == "sso"


def test_up_to_an_enforced_organization_and_back(ansible: Ansible) -> None:
    host = organization(ansible, "acme")

    def run(*options: str, **more: t.Any) -> Run:
        return ansible.run(
            {"acme": host | {f"org_sso_{key}": value for key, value in more.items()}}, *options, playbook=SSO
        )

    checked = run("--check", "--diff")
    assert checked.writes() == []
    assert checked.messages("acme")[0] == "acme: 3 changes would be made"
    assert checked.messages("acme")[1].startswith("planned: set the identity provider, ")
    assert "+issuer: https://idp.example.com/metadata" in checked.output.replace('"', "")
    assert "-----BEGIN" not in checked.output
    done = run()
    assert done.recap("acme")["changed"] == 1, done.output
    assert done.messages("acme")[0] == "acme: 3 changes made"
    assert [line.partition(",")[0] for line in done.messages("acme")[1:4]] == [
        "done: set the identity provider",
        "done: add the role mapping owners",
        "done: add the role mapping viewers",
    ]
    assert "shut out while single sign-on is enforced: uma@example.org" in done.messages("acme")
    assert "roles are overwritten at a login by single sign-on: owner@example.com" in done.messages("acme")
    again = run()
    assert again.recap("acme")["changed"] == 0
    assert again.messages("acme")[0] == "acme: nothing to do"
    assert run(enforced=True).messages("acme")[0] == "acme: 1 change made"
    assert is_enforced(ansible, "acme")
    refused = run(enforced=True, identity_provider={"state": "absent"})
    assert refused.recap("acme")["failed"] == 1
    assert refused.messages("acme")[0].startswith("acme: refused by the guard ")
    assert is_enforced(ansible, "acme")
    assert run(enforced=False).messages("acme")[1].startswith("done: stop enforcing single sign-on")
    assert not is_enforced(ansible, "acme")


@pytest.mark.parametrize("enforced", [False, "no", "false"])
def test_the_way_out_waits_for_no_variable_of_the_role(ansible: Ansible, enforced: t.Any) -> None:
    name = f"out-{enforced}"
    broken = {"role_mapings": [], "role_mappings": "nonsense"}
    host = organization(ansible, name, enforced=enforced, **broken)
    enforce(ansible, name)
    run = ansible.run({name: host}, playbook=SSO)
    assert not is_enforced(ansible, name), run.output
    assert run.recap(name)["failed"] == 1
    assert run.messages(name)[0] == f"{name}: 1 change made"
    assert "org_sso_role_mapings is not a variable of this role (did you mean 'org_sso_role_mappings'?)." in run.output


def test_a_misspelt_variable_is_told_before_any_request(ansible: Ansible) -> None:
    run = ansible.run({"typo": organization(ansible, "typo", enforce=True)}, playbook=SSO)
    assert run.messages("typo") == [
        "org_sso_enforce is not a variable of this role (did you mean 'org_sso_enforced'?)."
    ]
    assert run.requests == []


def test_each_role_knows_the_variables_of_the_other(ansible: Ansible) -> None:
    host = organization(ansible, "both") | {"org_team_purge": False, "org_team_min_owners": 1}
    host["org_team_members"] = [{"email": "owner@example.com", "groups": ["owners"]}]
    assert ansible.run({"both": host}, playbook=SSO).exit_code == 0
    assert ansible.run({"both": host}, playbook=PLAYBOOK).exit_code == 0


def test_two_hosts_with_one_organization_are_refused(ansible: Ansible) -> None:
    host = organization(ansible, "twice")
    run = ansible.run({"one": host, "two": host}, playbook=SSO)
    assert run.requests == []
    assert "one definition undoes the other" in run.messages("two")[-1]


def test_the_playbook_for_the_way_out_needs_no_definition(ansible: Ansible) -> None:
    host = organization(ansible, "locked")
    enforce(ansible, "locked")
    key, id_ = host["org_team_api_key"], host["org_team_organization_id"]
    unnamed = ansible.run("all: {}", playbook=OFF, EC_API_KEY=key)
    assert "Say which organization" in unnamed.output
    assert unnamed.requests == []
    checked = ansible.run("all: {}", "-e", f"organization_id={id_}", "--check", playbook=OFF, EC_API_KEY=key)
    assert f"{id_}: 1 change would be made" in checked.output
    assert is_enforced(ansible, "locked")
    run = ansible.run("all: {}", "-e", f"organization_id={id_}", playbook=OFF, EC_API_KEY=key)
    assert run.exit_code == 0, run.output
    assert not is_enforced(ansible, "locked")
    other = ansible.run("all: {}", "-e", "organization_id=4711", playbook=OFF, EC_API_KEY=key)
    assert other.exit_code == 2
    assert other.writes() == []
