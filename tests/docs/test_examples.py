# Copyright: (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever people may copy from the documentation works: each example of a module, each YAML block in a Markdown file,
and the example inventory.
"""

from __future__ import annotations

import re
import typing as t

import pytest
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.orgops.elastic_cloud.tests.docs.checking import (
    MODULES,
    ROLE_PREFIX,
    ROOT,
    faults_of_text,
    faults_of_variables,
)

DOCUMENTS = [ROOT / "README.md", *sorted(ROOT.glob("roles/*/README.md")), *sorted(ROOT.glob("docs/**/*.md"))]
BLOCK = re.compile(r"^```ya?ml\n(.*?)^```", re.MULTILINE | re.DOTALL)
INVENTORY = ROOT / "docs/examples/inventory"


def pieces() -> dict[str, str]:
    """Return every piece of YAML that is to be checked, by the place where it stands."""
    found = {f"{name} EXAMPLES": module.EXAMPLES for name, module in MODULES.items()}
    for document in DOCUMENTS:
        text = document.read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            found[f"{document.relative_to(ROOT)}:{text.count(chr(10), 0, block.start()) + 1}"] = block[1]
    return found


def inventory() -> dict[str, dict[str, t.Any]]:
    """Return the variables of the role that each host of the example inventory has, templates filled in."""
    loader = DataLoader()
    hosts = InventoryManager(loader=loader, sources=[str(INVENTORY)])
    manager = VariableManager(loader=loader, inventory=hosts)
    found = {}
    for host in hosts.get_hosts():
        variables = manager.get_vars(host=host)
        ours = {name: value for name, value in variables.items() if name.startswith(ROLE_PREFIX)}
        ours.pop("org_team_api_key")  # from the environment
        found[host.name] = Templar(loader=loader, variables=variables).template(ours)
    return found


@pytest.mark.parametrize(("place", "text"), pieces().items(), ids=list(pieces()))
def test_works(place: str, text: str) -> None:
    assert faults_of_text(text) == [], place


def test_the_documents_have_pieces() -> None:
    """Else the test above would have nothing to look at, and pass."""
    places = {place.partition(":")[0] for place in pieces()}
    assert {"README.md", "roles/org_team/README.md", *(f"{name} EXAMPLES" for name in MODULES)} <= places


def test_inventory_works() -> None:
    hosts = inventory()
    assert all(variables["org_team_members"] for variables in hosts.values())
    assert {host: faults_of_variables(variables) for host, variables in hosts.items()} == {"acme": [], "globex": []}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("- orgops.elastic_cloud.org_team: {members: [], purje: true}", "purje"),
        ("- orgops.elastic_cloud.org_team: {purge: false}", "members"),
        ("- orgops.elastic_cloud.org_team: {members: [], refused_grants: ignore}", "refused_grants"),
        ("- orgops.elastic_cloud.org_team: {members: [{email: a@example.com, role: x}]}", "unknown key 'role'"),
        ("- orgops.elastic_cloud.org_team: {members: [{email: a@example.com, groups: [x]}]}", "unknown group 'x'"),
        ("- orgops.elastic_cloud.org_team: {members: [], max_removals: many}", "max_removals"),
        ("- orgops.elastic_cloud.org_team: {members: [], timeout: 0}", "timeout"),
        ("- orgops.elastic_cloud.org_team: {members: [], min_owners: -1}", "min_owners"),
        ("- orgops.elastic_cloud.org_team: {members: '{{ x }}', purge: true}", "organization_id"),
        ("- orgops.elastic_cloud.org_member: {email: a@example.com, user_id: b}", "mutually exclusive"),
        (
            "- orgops.elastic_cloud.org_member: {email: a@example.com, role_assignments: {deployment: [{role_id: x}]}}",
            "deployment_ids",
        ),
        (
            "- orgops.elastic_cloud.org_member: {user_id: '1', role_assignments: {organization: [{role_id: x}]}}",
            "'x' is not known",
        ),
        ("- orgops.elastic_cloud.org_invitation: {emails: ann}", "no email address"),
        ("- orgops.elastic_cloud.org_info: {gather: [everything]}", "gather"),
        ("- orgops.elastic_cloud.org_teem: {members: []}", "no module"),
        ("- org_team: {members: []}", "no module"),
        ("- ansible.builtin.depug: {msg: x}", "no module"),
        ("- {name: Nothing}", "one action"),
        ("- {block: [{orgops.elastic_cloud.org_info: {gathr: []}}]}", "gathr"),
        ("- {block: [], rescue: [{orgops.elastic_cloud.org_info: {gathr: []}}]}", "gathr"),
        ("- {block: [], whenn: x}", "whenn"),
        ("- {hosts: all, tasks: [{orgops.elastic_cloud.org_info: {gathr: []}}]}", "gathr"),
        ("- {hosts: all, rolles: []}", "rolles"),
        ("- {hosts: all, roles: [orgops.elastic_cloud.team]}", "no role"),
        ("- {hosts: all, roles: [orgops.elastic_cloud.org_team], vars: {org_team_member: []}}", "org_team_member"),
        ("- {hosts: all, roles: [{role: orgops.elastic_cloud.org_team, org_team_member: []}]}", "org_team_member"),
        ("- {hosts: all, module_defaults: {group/orgops.elastic_cloud.all: {key: x}}}", "no option key"),
        ("- {ansible.builtin.include_role: {name: x}}", "no role"),
        (
            "- {ansible.builtin.include_role: {name: orgops.elastic_cloud.org_team}, vars: {org_team_x: 1}}",
            "org_team_x",
        ),
        ("org_team_min_owner: 1", "org_team_min_owner"),
        ("org_team_members: [{mail: a@example.com}]", "email is missing"),
        ("org_team_groups: {a: {deploymint: []}}", "did you mean 'deployment'"),
        ("elastic_cloud_organizations: {hosts: {acme: {org_team_prune: true}}}", "org_team_prune"),
        ("orgteam_members: []", "not known what this is for"),
        ("a text", "neither tasks nor variables"),
        ("a: [", "no YAML"),
    ],
)
def test_faults_are_found(text: str, fault: str) -> None:
    """The checker itself: it would be easy to write one that finds nothing."""
    faults = faults_of_text(text)
    assert any(fault in one for one in faults), faults


@pytest.mark.parametrize(
    "text",
    [
        "- orgops.elastic_cloud.org_member: {email: '{{ item }}', state: absent}\n  loop: '{{ leavers }}'",
        "- {hosts: all, module_defaults: {group/orgops.elastic_cloud.all: {timeout: 60}}, tasks: []}",
        "org_team_api_key: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162",
        "org_team_members: [{email: a@example.com, role_assignments: {}, until: 2035-12-31}]",
    ],
)
def test_nothing_is_found_where_all_is_well(text: str) -> None:
    assert faults_of_text(text) == []
