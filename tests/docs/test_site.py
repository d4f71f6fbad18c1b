# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The site builds without warnings, and its reference pages are complete: nothing is missing there, nothing made up."""

from __future__ import annotations

import contextlib
import json
import re
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from sphinx.errors import SphinxError

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import SCOPES, Grants, from_input
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ADVICE, Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import ENTRY_KEYS
from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, environment
from ansible_collections.orgops.elastic_cloud.tests.docs.checking import MODULES
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import DOCUMENTS, GUIDES, ROOT, blocks, shell
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve
from ansible_collections.orgops.elastic_cloud.tests.project.test_structure import ORDER
from ansible_collections.orgops.elastic_cloud.tests.tools import site

CODE = ROOT / "plugins/module_utils"
TERM = re.compile(r"^(``\w[\w.]*``(?:, ``\w[\w.]*``)*)\n    \S", re.MULTILINE)
CELL = re.compile(r"^     - ``([a-z0-9-]+)``$", re.MULTILINE)
ROW = re.compile(r"^   \* - (``_.*)$", re.MULTILINE)
OWN_PAGE = re.compile(rf"{re.escape(site.PAGES)}/?([\w./-]*)")
FROM_ELSEWHERE = re.compile(
    r"<(?:script|img|iframe)[^>]+src=\"(?:https?:)?//|<link[^>]+stylesheet[^>]+href=\"(?:https?:)?//"
)


def guide(name: str) -> str:
    """Return the text of a guide."""
    return (GUIDES / f"guide_{name}.rst").read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """Return a section of a guide, with what is below it."""
    return re.split(r"\n(?=[^\n]+\n-{3,}\n)", guide(name).split(f"\n{title}\n---")[1])[0]


def terms(text: str) -> set[str]:
    """Return what a text explains in lists of terms."""
    return {term for line in TERM.findall(text) for term in re.findall(r"``(.*?)``", line)}


def in_code(pattern: str) -> set[str]:
    """Return what a pattern finds in the code."""
    return {found for path in CODE.rglob("*.py") for found in re.findall(pattern, path.read_text(encoding="utf-8"))}


def grants(scope: tuple[str, ...], role: str) -> Grants:
    """Return what a role id means in a scope, where it is known; with a warning it is not."""
    findings = Findings()
    value: t.Any = [{"role_id": role, **({"all": True} if SCOPES[scope].ids else {})}]
    for name in reversed(scope):
        value = {name: value}
    found = from_input(value, "", findings).grants
    return frozenset() if findings.problems or findings.warnings else found


def role_ids() -> dict[str, tuple[str, ...]]:
    """Return every role id in full, and its scope."""
    return {grant.role_id: scope for scope in SCOPES for role in SCOPES[scope].roles for grant in grants(scope, role)}


def test_every_guide_is_in_the_contents() -> None:
    contents = yaml.safe_load((GUIDES.parent / "extra-docs.yml").read_text(encoding="utf-8"))
    listed = [entry for part in contents["sections"] for entry in part["toctree"]]
    assert sorted(listed) == sorted(path.stem for path in GUIDES.glob("*.rst"))


def test_every_error_code_of_the_service_is_explained() -> None:
    assert terms(section("errors", "Codes of the service")) == ADVICE.keys()


def test_every_error_code_of_our_own_is_explained() -> None:
    ours = in_code(r"codes=\[\"(\w+)\"") | in_code(r"\.coded\(\s*\"(\w+)\"")
    assert "not_attempted" in ours
    assert terms(section("errors", "Codes of this collection")) == ours


def test_every_guard_is_explained() -> None:
    assert terms(section("errors", "Guards")) == in_code(r"GuardError\(\s*\"(\w+)\"")


def test_every_key_of_a_definition_is_explained() -> None:
    assert terms(section("team_definition", "People")) == ENTRY_KEYS
    blocks_of_roles = section("team_definition", "Roles, by what they are for")
    names = {f"{path[0]}_names" for path in LISTED}
    assert terms(blocks_of_roles) == names.union(*(scope.keys for scope in SCOPES.values()))
    assert re.findall(r"^   \* - ``([\w.]+)``$", blocks_of_roles, re.MULTILINE) == [".".join(path) for path in SCOPES]


def test_every_role_is_in_the_team_definition() -> None:
    listed = CELL.findall(section("team_definition", "Roles, by what they are for"))
    assert sorted(listed) == sorted(role_ids())


def test_spellings_of_roles_mean_what_the_team_definition_says() -> None:
    text = section("team_definition", "How role ids may be spelt")
    rows = re.findall(r"^   \* - ``(.+)``\n     - (.+?)(?: in the scope ``(\w+)``)?$", text, re.MULTILINE)
    assert len(rows) > 1
    for role, spellings, named in rows:
        scope = role_ids()[role]
        assert named in ("", scope[-1])
        for spelling in re.findall(r"``(.*?)``", spellings):
            assert grants(scope, spelling) == grants(scope, role), spelling


def test_every_file_of_the_code_is_in_the_design_in_the_order_of_the_layers() -> None:
    listed = [
        name for line in ROW.findall(section("design", "Layers")) for name in re.findall(r"``([\w/]+)\.py``", line)
    ]
    assert sorted(listed) == sorted(path.relative_to(CODE).with_suffix("").as_posix() for path in CODE.rglob("*.py"))
    assert listed == sorted(listed, key=ORDER.index)


def test_the_files_that_the_design_names_are_there() -> None:
    named = re.findall(r"``((?:tests|plugins)/[\w./]+)``", guide("design"))
    assert named
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.slow
def test_the_site_has_a_page_for_everything_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    pages = site.build(tmp_path)
    names = {path.relative_to(pages).as_posix() for path in pages.rglob("*.html")}
    assert {f"docsite/{path.stem}.html" for path in GUIDES.glob("*.rst")} <= names
    assert {f"{name}_module.html" for name in MODULES} | {"org_team_role.html", "index.html", "changelog.html"} <= names
    assert [name for name in sorted(names) if FROM_ELSEWHERE.search((pages / name).read_text(encoding="utf-8"))] == []
    linked = {link for path in DOCUMENTS for link in OWN_PAGE.findall(path.read_text(encoding="utf-8"))}
    schemas = {json.loads(path.read_text(encoding="utf-8"))["$id"] for path in (ROOT / "docs").glob("*.schema.json")}
    assert len(schemas) == 2
    assert schemas <= {f"{site.PAGES}/{link}" for link in linked}
    assert [link for link in sorted(linked) if not (pages / (link or "index.html")).is_file()] == []


@pytest.mark.slow
def test_a_reference_that_leads_nowhere_fails_the_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "LABELS", {})
    with pytest.raises(SphinxError, match="undefined label: 'common_return_values'"):
        site.build(tmp_path)


@contextlib.contextmanager
def following(folder: Path, scenario: t.Any, emulator: Emulator | None = None) -> Iterator[Callable[[str], str]]:
    """Give what runs a command of a guide in a folder and returns what it shows, with an emulator and a key for it."""
    emulator = emulator or Emulator()
    emulator.load(scenario)
    with serve(emulator) as endpoint:
        variables = environment(endpoint, folder) | {"EC_API_KEY": scenario["keys"][0]["secret"]}
        yield lambda command: shell(command, folder, variables).stdout


def lines(text: str) -> list[str]:
    """Return the lines of a text without the white space around them."""
    return [line.strip() for line in text.splitlines() if line.strip()]


@pytest.mark.playbook
def test_getting_started_shows_what_a_reader_gets(tmp_path: Path) -> None:
    steps = blocks(GUIDES / "guide_getting_started.rst")
    files = {step.file: step.text for step in steps if step.file}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    compared, emulator, output = 0, Emulator(), ""
    with following(tmp_path, json.loads(files["acme.json"]), emulator) as run:
        for step in steps:
            if step.language == "shell" and step.text.startswith("ansible"):
                output = "" if step.text.startswith("ansible-galaxy") else run(step.text)
                if "--check" in step.text or "without a write" in step.section:
                    assert {request["method"] for request in emulator.log} == {"GET"}, step.place
            elif step.language == "text":
                assert [line for line in lines(step.text) if line not in lines(output)] == [], output
                compared += 1
    assert compared == 5
    assert (tmp_path / "proof/host_vars/acme/members.yml").exists()


@pytest.mark.playbook
def test_failed_runs_look_as_the_guide_shows_them(tmp_path: Path) -> None:
    owner, billing = ({"organization": [{"role_id": role}]} for role in ("organization-admin", "billing-admin"))
    people = {"ada.lindt@example.com": owner, "bea.fischer@example.com": billing, "uma.rao@example.com": billing}
    scenario = {
        "organizations": [
            {
                "name": "Acme",
                "id": ACME,
                "members": [{"email": one, "role_assignments": roles} for one, roles in people.items()],
            }
        ],
        "keys": [{"organizations": ["Acme"], "secret": "a-key-for-the-emulator"}],
        "outsiders": ["zoe.martin@example.net"],
    }
    ada = {"email": "ada.lindt@example.com", "groups": ["owners"]}
    new = [{"email": one, "groups": ["finance"]} for one in ("jonas.weber@example.com", "zoe.martin@example.net")]
    gone = [{"email": one, "state": "absent"} for one in ("bea.fischer@example.com", "uma.rao@example.com")]
    variables = {
        "org_team_organization_id": ACME,
        "org_team_groups": {"owners": owner, "finance": billing},
        "org_team_members": [ada, *new, *gone],
    }
    inventory = {"elastic_cloud_organizations": {"hosts": {"acme": variables}}}
    (tmp_path / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    faulty = {"org_team_members": [{**ada, "groups": ["owner"]}, {}]}
    with following(tmp_path, scenario) as run:
        command = "ansible-playbook orgops.elastic_cloud.org_team -i inventory.json"
        refused = run(command)
        wrong = run(f"{command} -e '{json.dumps(faulty)}'")
        failed = run(f"{command} -e org_team_max_removals=2")
    shown = [step.text for step in blocks(GUIDES / "guide_errors.rst") if step.language == "text"]
    assert len(shown) == 3
    for text, output in zip(shown, [failed, wrong, refused], strict=True):
        assert [line for line in lines(text) if line not in output] == [], output
