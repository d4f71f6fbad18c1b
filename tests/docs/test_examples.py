# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever people may copy from the documentation works: each example of a module, each block in a document, and the
example inventory.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from ansible.vars.manager import VariableManager

from ansible_collections.orgops.elastic_cloud.tests.docs.checking import (
    MODULES,
    ROLE_PREFIX,
    faults_of_text,
    faults_of_variables,
    faults_of_words,
)
from ansible_collections.orgops.elastic_cloud.tests.docs.commands import faults_of_shell
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import DOCUMENTS, GUIDES, ROOT, blocks
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator

INVENTORY = ROOT / "docs/examples/inventory"
# What the role says of an organization, wherever it is shown
COUNT = r"(\d+ (would be )?(invited|invited again|updated|uninvited|removed)|nothing (to do|was changed))"
REPORT = re.compile(
    rf"\w+: (refused by the guard \w+, )?({COUNT}, )+(\d+ failed, )?\d+ unchanged(, \d+ unmanaged \(.+\))?[\",]*"
)


def faults_of_document(document: Path) -> Iterator[str]:
    """Yield what is wrong with the blocks of a document, and with names of ours anywhere in it."""
    yield from faults_of_words(document.read_text(encoding="utf-8"))
    groups: dict[str, t.Any] = {}
    for block in blocks(document):
        for fault in faults_of_block(block.language, block.text, groups):
            yield f"line {block.line}: {fault}"
        for value in re.findall(r"^org_team_groups:\n(?: .*\n|\n)+", block.text, re.MULTILINE):
            groups |= yaml.safe_load(value)["org_team_groups"]


def faults_of_block(language: str, text: str, groups: dict[str, t.Any]) -> list[str]:
    """Return what is wrong with a block.

    groups: those that the document has defined before, and that people in this block may be in.
    """
    if language in ("yaml", "yaml+jinja"):
        return faults_of_text(text, groups)
    if language in ("bash", "shell"):
        return faults_of_shell(text)
    if language == "json":
        return _faults_of_scenario(text)
    if language in ("ansible-output", "text"):
        lines = re.findall(r"\w+: .*\d+ unchanged.*", text)
        return [f"no report looks like this: {line}" for line in lines if not REPORT.fullmatch(line)]
    return [f"not known what this language is: {language!r}"]


def _faults_of_scenario(text: str) -> list[str]:
    try:
        Emulator().load(json.loads(text))
    except (ValueError, LookupError, TypeError) as error:
        return [f"the emulator cannot begin with it: {error!r}"]
    return []


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


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_a_module_work(name: str) -> None:
    examples = MODULES[name].EXAMPLES
    assert faults_of_text(examples) + faults_of_words(examples) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_a_document_shows_works(document: Path) -> None:
    assert list(faults_of_document(document)) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_block_of_a_document_is_overlooked(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    if document.suffix == ".rst":
        # directives for code by whatever name, and paragraphs that end with two colons
        begun = len(re.findall(r"^ *\.\. [a-z-]*(?:code|literal)[a-z-]*::|^(?! *\.\. ).*::$", text, re.MULTILINE))
    else:
        begun = len(re.findall(r"^ *(?:```|~~~)", text, re.MULTILINE)) // 2
    assert len(blocks(document)) == begun


@pytest.mark.parametrize(
    ("document", "right", "wrong"),
    [
        ("README.md", "groups: [owners]", "grups: [owners]"),
        ("README.md", "org_team_organization_id: ", "org_team_organisation_id: "),
        ("README.md", "--check --diff", "--chek --diff"),
        ("README.md", "read -rs EC_API_KEY", "read -rs EC_APIKEY"),
        ("README.md", "gather=team", "gather=teams"),
        ("README.md", "make demo", "make demos"),
        ("roles/org_team/README.md", "application_roles: []", "aplication_roles: []"),
        ("roles/org_team/README.md", "`org_team_purge`", "`org_team_purje`"),
        ("roles/org_team/README.md", "38 unchanged", "38 the same, 38 unchanged"),
        ("guide_recipes.rst", "org_team_invitation_expires_in: 7d", "org_team_invitation_expires: 7d"),
        ("guide_recipes.rst", "groups: [developers, support]", "groups: [developers, suport]"),
        ("guide_recipes.rst", "role_assignments_state: present\n", "role_assignments_stat: present\n"),
        ("guide_recipes.rst", "gather_facts: false", "gather_fact: false"),
        ("guide_recipes.rst", '"email=nils', '"mail=nils'),
        ("guide_recipes.rst", "``org_team_ignore``", "``org_team_ignored``"),
        ("guide_safety.rst", "max_removals=100%", "max_removals=all"),
        (
            "guide_safety.rst",
            "import_playbook: orgops.elastic_cloud.org_team",
            "import_playbook: orgops.elastic_cloud.team",
        ),
        ("guide_audits.rst", "code-block:: yaml+jinja", "code-block:: yml"),
        ("guide_getting_started.rst", '"role_assignments": {"org', '"roles": {"org'),
    ],
)
def test_a_misspelt_name_in_a_document_is_found(document: str, right: str, wrong: str, tmp_path: Path) -> None:
    path = next(path for path in DOCUMENTS if path in (ROOT / document, GUIDES / document))
    text = path.read_text(encoding="utf-8")
    assert right in text
    copy = tmp_path / path.name
    copy.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert list(faults_of_document(copy)) != []


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
        ("org_access_review_min_owner: 1", "org_access_review_min_owner"),
        ("org_access_review_fail_on: worst", "fail_on"),
        ("org_access_review_exemptions: [{rule: no_emails}]", "are missing"),
        ("org_access_review_severities: {owner_key: mild}", "severities.owner_key"),
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
        "org_access_review_inventory_only: true",
        "{org_team_members: [], org_access_review_dest: /srv/reviews, org_access_review_fail_on: never}",
    ],
)
def test_nothing_is_found_where_all_is_well(text: str) -> None:
    assert faults_of_text(text) == []
