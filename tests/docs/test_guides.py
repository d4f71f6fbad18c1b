# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sections of guides, followed to the letter: their files are written, their commands run against the emulator, and
what they show is what comes out.

A file that the guide has shown before is what a section adds to, as its readers do.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT, GLOBEX, OWNER, environment
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, Block, blocks, shell
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve

pytestmark = pytest.mark.playbook


@dataclass(frozen=True)
class Story:
    """A section of a guide, and the world that it happens in.

    base: the section whose files are there already, and whose definition acme is like; others: who has which role
    assignments there besides; after: what becomes of whom if the commands run without --check, an email and `active`,
    `pending` or None.
    """

    guide: str
    section: str
    base: str = ""
    others: Mapping[str, t.Any] = field(default_factory=dict)
    after: Mapping[str, str | None] = field(default_factory=dict)

    def blocks(self, section: str) -> list[Block]:
        """Return what stands in a section of the guide."""
        return [block for block in blocks(GUIDES / f"{self.guide}.rst") if block.section == section]

    @property
    def commands(self) -> str:
        """All that the section runs."""
        return "".join(block.text for block in self.blocks(self.section) if block.language == "shell")

    def __str__(self) -> str:
        return f"{self.guide.removeprefix('guide_')}: {self.section}"


def recipe(
    section: str, after: Mapping[str, str | None] | None = None, others: Mapping[str, t.Any] | None = None
) -> Story:
    """Return the story of a recipe."""
    return Story("guide_recipes", section, "The inventory that the recipes begin from", others or {}, after or {})


ADA, JONAS, HAL = "ada.lindt@example.com", "jonas.weber@example.com", "hal.newcomer@example.com"
NEWCOMERS = {HAL: EVERY_DEPLOYMENT, "ivy@sso.example.com": EVERY_DEPLOYMENT}
DRIFT = {JONAS: OWNER, HAL: EVERY_DEPLOYMENT}
TEAM = dict.fromkeys((JONAS, "nils.berg@example.com", "kaori.tanaka@example.com"), EVERY_DEPLOYMENT)
DEFINITION = "The definition of this guide"
STORIES = [
    recipe("Onboarding", {"kaori.tanaka@example.com": "pending"}),
    recipe("Off-boarding", {"nils.berg@example.com": None}),
    recipe(
        "Contractors with an end date",
        {"zoe.martin@example.net": "pending", "anton.klein@example.net": None},
        {"anton.klein@example.net": EVERY_DEPLOYMENT},
    ),
    recipe("Custom roles"),
    recipe("Console-only access"),
    recipe("Connected clusters"),
    recipe("Several organizations"),
    recipe("Claiming a domain"),
    recipe("Single sign-on and a definition", {HAL: None}, NEWCOMERS),
    Story("guide_recipes", "Adopting an existing organization", others={ADA: OWNER, JONAS: EVERY_DEPLOYMENT}),
    recipe("An emergency account", {}, {"emergency@example.com": OWNER}),
    recipe("Changing a person's address", {"nils.berg@example.org": "pending"}),
    recipe("One role for a list of people", {"uma.rao@example.com": "pending"}),
    recipe("Handing over ownership"),
    Story("guide_safety", "When a guard refuses", others={ADA: OWNER, **TEAM}, after=dict.fromkeys(TEAM)),
    Story("guide_safety", "How to recover", others={JONAS: EVERY_DEPLOYMENT}),
    Story(
        "guide_safety",
        "A record before each run",
        "When a guard refuses",
        {JONAS: EVERY_DEPLOYMENT},
        {JONAS: "pending"},
    ),
    Story("guide_audits", "A quick look", DEFINITION, DRIFT),
    Story("guide_audits", "An audit that fails on drift", DEFINITION, DRIFT),
    Story("guide_audits", "Questions about the organization", DEFINITION, {JONAS: OWNER, HAL: {}}),
    Story("guide_audits", "A record for comparison", DEFINITION),
    Story("guide_terraform", "The way over", others={ADA: OWNER, JONAS: EVERY_DEPLOYMENT}),
]


class Reader:
    """Somebody who follows a guide in a folder, with organizations in the emulator."""

    def __init__(self, emulator: Emulator, url: str, folder: Path) -> None:
        self.emulator, self.folder, self.output = emulator, folder, ""
        emulator.add_organization("Acme", ACME)
        emulator.add_organization("Globex", GLOBEX)
        emulator.add_member(GLOBEX, "alma.jensen@example.org", OWNER)
        emulator.add_member(GLOBEX, "kim.larsen@sso.example.com")  # somebody whom a guide ignores
        for organization in (ACME, GLOBEX):  # in which several people make API keys
            emulator.add_key(organization, "limited", user_id="4711")
        self.environment = environment(url, folder) | {
            "EC_API_KEY": emulator.add_key(ACME),
            "GLOBEX_EC_API_KEY": emulator.add_key(GLOBEX),
            "DNS_URL": f"{url}/_emulator/dns",  # a stand-in for the DNS that a recipe writes to
        }

    @property
    def people(self) -> dict[str, str]:
        """Who is in acme, and how, by email."""
        return {email: one["status"] for email, one in self.emulator.people(ACME).items()}

    def give(self, email: str, roles: Mapping[str, t.Any]) -> None:
        """Let somebody have roles in acme, beside those that the person has."""
        if not self.emulator.member(ACME, email):
            self.emulator.add_member(ACME, email)
        self.emulator.grant(ACME, email, roles)

    def make_it_so(self, definition: Mapping[str, t.Any]) -> None:
        """Let acme be as a definition says."""
        for person in definition["org_team_members"]:
            self.give(person["email"], person.get("role_assignments", {}))
            for group in person.get("groups", []):
                self.give(person["email"], definition["org_team_groups"][group])

    def write(self, block: Block) -> t.Any:
        """Write the file that a block is for, or add to it what the block has; return what it holds then."""
        path, content = self.folder / block.file, yaml.safe_load(block.text)
        if path.exists() and isinstance(content, dict):
            content = _added(yaml.safe_load(path.read_text(encoding="utf-8")), content)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return content

    def run(self, commands: str) -> None:
        """Run commands, of which none fails."""
        process = shell(commands, self.folder, self.environment)
        self.output = re.sub(r" +$", "", process.stdout, flags=re.MULTILINE)
        assert process.returncode == 0, self.output

    def sees(self, block: Block) -> bool:
        """Return whether this is what the last commands have shown; three dots stand for anything."""
        parts = [re.escape(part.strip("\n")).replace(r"\.\.\.", ".*") for part in block.text.split("\n...\n")]
        pattern = "\n(?s:.*)\n".join(parts)
        return re.search(rf"^{pattern}$", self.output, re.MULTILINE) is not None


def _added(before: dict[str, t.Any], more: dict[str, t.Any]) -> dict[str, t.Any]:
    """Return variables with others added: people and groups one by one, anything else as a whole."""
    added = {**before, **more}
    if "org_team_members" in before and "org_team_members" in more:
        people = {person["email"]: person for person in before["org_team_members"] + more["org_team_members"]}
        added["org_team_members"] = list(people.values())
    if "org_team_groups" in before and "org_team_groups" in more:
        added["org_team_groups"] = {**before["org_team_groups"], **more["org_team_groups"]}
    return added


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """Somebody with a folder and an emulator of their own."""
    emulator = Emulator()
    with serve(emulator) as url:
        yield Reader(emulator, url, tmp_path)


def begin(story: Story, reader: Reader) -> None:
    """Bring about the world that a story happens in."""
    for block in story.blocks(story.base):
        if block.language == "yaml" and "org_team_members" in (content := reader.write(block)):
            reader.make_it_so(content)
    for email, roles in story.others.items():
        reader.give(email, roles)


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_section_shows_what_its_readers_see(story: Story, reader: Reader) -> None:
    begin(story, reader)
    for block in story.blocks(story.section):
        if block.language == "shell":
            reader.run(block.text)
        elif block.language == "ansible-output":
            assert reader.sees(block), reader.output
        elif block.file:
            reader.write(block)
    assert reader.emulator.log


@pytest.mark.slow
@pytest.mark.parametrize("story", [story for story in STORIES if "--check" in story.commands], ids=str)
def test_what_a_section_looks_at_can_be_done(story: Story, reader: Reader) -> None:
    begin(story, reader)
    before = reader.people
    for block in story.blocks(story.section):
        if block.language == "shell":
            reader.run(block.text.replace(" --check", ""))
        elif block.file:
            reader.write(block)
    assert reader.people == {email: status for email, status in {**before, **story.after}.items() if status}


def test_everything_that_a_guide_shows_is_from_a_story() -> None:
    told = {(story.guide, story.section) for story in STORIES}
    guides = [path for path in GUIDES.glob("*.rst") if path.stem != "guide_single_sign_on"]  # which has its own tests
    shown = [block for path in guides for block in blocks(path) if block.language == "ansible-output"]
    assert [block.place for block in shown if (block.document.stem, block.section) not in told] == []
