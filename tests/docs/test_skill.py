# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The skill for agents: its tables are those of the code and the guides, and every command of it does what it says."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import SCOPES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ADVICE
from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, ROOT, Block, blocks
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.docs.test_site import in_code, role_ids, section, terms

__all__ = ["reader"]
SKILL = ROOT / "skills/elastic-cloud-access"
MAIN, RECIPES = SKILL / "SKILL.md", SKILL / "references/recipes.md"
DOCUMENTS = [MAIN, *sorted(SKILL.glob("references/*.md"))]
BEGIN = "The inventory that the recipes begin from"
LOOKS, APPLIES, AUDITS = "org_team -i inventory --check --diff", "org_team -i inventory --diff", "org_audit"
KAORI, JONAS, NILS, ZOE = (
    "kaori.tanaka@example.com",
    "jonas.weber@example.com",
    "nils.berg@example.com",
    "zoe.martin@example.net",
)
# What becomes of whom, in each section that changes something
CHANGES: dict[tuple[Path, str], tuple[str, str | None]] = {
    (MAIN, "Change"): (KAORI, "pending"),
    (RECIPES, "Onboarding"): (KAORI, "pending"),
    (RECIPES, "More access for somebody who is there"): (JONAS, "active"),
    (RECIPES, "Access until a day"): (ZOE, "pending"),
    (RECIPES, "Off-boarding"): (NILS, None),
}


def table(*rows: tuple[str, ...]) -> str:
    """Return a table of Markdown; the first row is its head."""
    lines = [" | ".join(row) for row in (rows[0], ("---",) * len(rows[0]), *rows[1:])]
    return "".join(f"| {line} |\n" for line in lines)


def markdown(text: str) -> str:
    """Return a paragraph of a guide in one line of Markdown, without its links."""
    text = re.sub(r":ref:`([^`<]+?)\s*<[^>]*>`", r"\1", " ".join(text.split()))
    text = re.sub(r":\w+:`(?:[\w.]+#module:)?(?:orgops\.elastic_cloud\.)?(\w+)(?:#module)?`", r"`\1`", text)
    return text.replace("``", "`").replace("|", "\\|")


def explained(title: str) -> list[tuple[str, str]]:
    """Return what the guide about errors explains in a section, as rows."""
    found = re.findall(r"^``([\w.]+)``\n((?:    \S.*\n)+)", section("errors", title), re.MULTILINE)
    return [(f"`{name}`", markdown(text)) for name, text in found]


def scopes() -> t.Iterator[tuple[str, str]]:
    """Yield each scope, and how a block in it says which resources it is for."""
    for path, scope in SCOPES.items():
        names = [scope.names] if path in LISTED else []
        keys = ["all", scope.ids, *names] if scope.ids else []
        yield f"`{'.'.join(path)}`", ", ".join(f"`{key}`" for key in keys) or "the organization itself"


def roles() -> t.Iterator[tuple[str, ...]]:
    """Yield each role in the order of the guide: its scope from the code, what the console calls it from the guide."""
    text = section("team_definition", "Roles, by what they are for")
    for console, role in re.findall(r"^   \* - (.+)\n     - ``([a-z0-9-]+)``$", text, re.MULTILINE):
        yield f"`{'.'.join(role_ids()[role])}`", f"`{role}`", console


TABLES = {
    "scopes": lambda: table(("Scope", "Which ones"), *scopes()),
    "roles": lambda: table(("Scope", "`role_id`", "In the console"), *roles()),
    "guards": lambda: table(("Guard", "What it means, and what helps"), *explained("Guards")),
    "service": lambda: table(("Code", "What it means, and what to do"), *explained("Codes of the service")),
    "collection": lambda: table(("Code", "What it means, and what to do"), *explained("Codes of this collection")),
}


def shown() -> dict[str, str]:
    """Return the tables in the skill's files."""
    text = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)
    return dict(re.findall(r"<!-- begin (\w+) -->\n((?s:.*?))<!-- end \1 -->", text))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_that_of_the_code_and_the_guides(name: str) -> None:
    assert shown()[name] == TABLES[name]()


def test_the_tables_leave_nothing_out() -> None:
    assert shown().keys() == TABLES.keys()
    first = {name: set(re.findall(r"^\| `([\w.]+)`", text, re.MULTILINE)) for name, text in shown().items()}
    assert first["guards"] == in_code(r"GuardError\(\s*\"(\w+)\"")
    assert first["service"] == ADVICE.keys()
    assert first["collection"] == terms(section("errors", "Codes of this collection"))
    assert set(re.findall(r"^\| `[\w.]+` \| `([\w-]+)`", shown()["roles"], re.MULTILINE)) == role_ids().keys()


def test_it_has_the_form_that_agents_read() -> None:
    text = MAIN.read_text(encoding="utf-8")
    front = yaml.safe_load(re.match(r"---\n((?s:.*?))\n---\n", text)[1])  # type: ignore[index]
    assert front["name"] == SKILL.name
    assert 200 < len(front["description"]) <= 1024
    assert '"' in front["description"]
    assert len(text.splitlines()) < 500
    links = {(path.parent / link).resolve() for path in DOCUMENTS for link in _links(path)}
    assert links == {*DOCUMENTS} - {MAIN}


def test_what_moves_a_guard_is_for_people_alone() -> None:
    options = yaml.safe_load((ROOT / "roles/org_team/meta/argument_specs.yml").read_text())["argument_specs"]["main"]
    rules = re.search(r"Never set, raise or empty((?s:.*?))\n8\. ", MAIN.read_text(encoding="utf-8"))
    named = set(re.findall(r"`(org_team_\w+)`", rules[1]))  # type: ignore[index]
    assert named <= options["options"].keys()
    guards = {name for name in options["options"] if name.removeprefix("org_team_") in guards_of_the_guide()}
    assert guards < named
    commands = "".join(block.text for path in DOCUMENTS for block in blocks(path) if block.language == "shell")
    edits = "".join(block.text for path in DOCUMENTS for block in blocks(path) if block.language == "yaml")
    by_choice = {"org_team_leavers_api_keys"}  # after two questions
    assert {name for name in named if name in commands + edits} == by_choice


def guards_of_the_guide() -> set[str]:
    """Return what guards are called."""
    return {name.strip("`") for name, _text in explained("Guards")}


SECTIONS = sorted({(block.document, block.section) for path in DOCUMENTS for block in blocks(path)})


@pytest.mark.playbook
@pytest.mark.parametrize(("document", "title"), SECTIONS, ids=lambda value: getattr(value, "stem", value))
def test_every_command_does_what_it_says(document: Path, title: str, reader: Reader) -> None:
    begin(reader)
    reader.emulator.add_key(ACME, name="of nils", role_assignments=EVERY_DEPLOYMENT, email=NILS)
    before = reader.people
    email, status = CHANGES.get((document, title), ("", None))
    for block in blocks(document):
        if block.section != title:
            continue
        if block.language == "yaml":
            reader.write(block._replace(file=file_of(block)))
        for command in block.text.splitlines() if block.language == "shell" else []:
            people, keys = reader.people, reader.emulator.api_keys(ACME)
            reader.run(command)
            if APPLIES not in command:
                assert (reader.people, reader.emulator.api_keys(ACME)) == (people, keys), command
    told = reader.output.replace("\n", " ")
    if not email:
        assert reader.people == before
    else:
        assert reader.people == {who: how for who, how in {**before, email: status}.items() if how}
        assert re.search(r"acme: nothing to do, \d unchanged", told)
    keys_of_nils = [key for key in reader.emulator.api_keys(ACME).values() if key["name"] == "of nils"]
    assert bool(keys_of_nils) == (email != NILS)


def test_every_section_that_applies_says_what_comes_of_it() -> None:
    applied = {(block.document, block.section) for path in DOCUMENTS for block in blocks(path) if APPLIES in block.text}
    assert applied == CHANGES.keys()
    for document, title in applied:
        commands = [block.text for block in blocks(document) if (block.section, block.language) == (title, "shell")]
        lines = [line for text in commands for line in text.splitlines() if "org_team " in line]
        assert LOOKS in lines[0]
        assert [LOOKS in lines[-3], APPLIES in lines[-2], LOOKS in lines[-1]] == [True] * 3


@pytest.mark.playbook
def test_an_audit_of_the_skill_ends_red_where_something_differs(reader: Reader) -> None:
    begin(reader)
    reader.give(NILS, EVERY_DEPLOYMENT)
    (audit,) = [block.text for block in blocks(RECIPES) if AUDITS in block.text]
    with pytest.raises(AssertionError, match="acme is not as defined"):
        reader.run(audit)


def begin(reader: Reader) -> None:
    """Lay out the inventory of the recipes, and let acme be as it says."""
    for block in blocks(GUIDES / "guide_recipes.rst"):
        if block.section == BEGIN and block.file:
            content = reader.write(block)
            if "org_team_members" in content:
                reader.make_it_so(content)


def file_of(block: Block) -> str:
    """Return the file that a block is for, which its first line names."""
    return re.match(r"# (\S+)\n", block.text)[1]  # type: ignore[index]


def _links(path: Path) -> list[str]:
    return re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8"))
