# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guides followed to the letter, in organizations where strangers have chosen their names: nothing of theirs runs.

`make cores` runs this with the oldest and the newest ansible-core, by the option `--programs`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.plugins.modules import org_info
from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, GLOBEX, OWNER
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import shell
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import STORIES, Reader, Story, begin
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve

pytestmark = pytest.mark.playbook

TEMPLATES = {
    "expression": "{{ COMMAND }}",
    "statement": "{% if COMMAND %}{% endif %}",
    "comment": "{# a #}{{ COMMAND }}",
    "head": "#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n[% COMMAND %]",
}


class Strangers:
    """People who would run a command on the machine of whoever reads their names; each makes a file if it works."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.texts = {
            name: template.replace("COMMAND", f"lookup('pipe', 'touch {folder}/ran-{name}')")
            for name, template in TEMPLATES.items()
        }

    @property
    def succeeded(self) -> set[str]:
        """What has run."""
        return {path.name.removeprefix("ran-") for path in self._folder.glob("ran-*")}

    def join(self, emulator: Emulator, *, invited: bool) -> None:
        """Have such names in every place of both organizations; invited: among those who are invited, too."""
        for organization in (ACME, GLOBEX):
            emulator.find(organization).name = self.texts["expression"]
            for name, text in self.texts.items():
                roles = {"deployment": [{"role_id": "deployment-viewer", "all": True, "application_roles": [text]}]}
                ids = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": [text]}]}
                emulator.add_member(organization, f"{name}.a@example.com", roles, name=text)
                emulator.add_member(organization, f"{name}.b@example.com", ids)
                emulator.add_member(organization, f"{text}@example.com")
                emulator.add_member(organization, f"{name}.c@example.com", extra={"role_assignments": {text: [roles]}})
                emulator.add_member(organization, f"{name}.d@example.com", extra={"member_since": text})
                if invited:
                    emulator.add_invitation(organization, f"{text}@example.org", roles)
                    emulator.add_invitation(organization, f"{name}.e@example.com", roles, expired=True)


@pytest.fixture
def reader(tmp_path: Path, programs: Path) -> Iterator[Reader]:
    """Somebody with a folder and an emulator of their own, and the programs of the ansible-core that is tried."""
    emulator = Emulator()
    with serve(emulator) as url:
        reader = Reader(emulator, url, tmp_path)
        reader.environment["PATH"] = f"{programs}{os.pathsep}{reader.environment['PATH']}"
        yield reader


@pytest.fixture
def strangers(tmp_path: Path) -> Strangers:
    """Strangers whose commands leave something in the same folder."""
    return Strangers(tmp_path)


def follow(story: Story, reader: Reader) -> str:
    """Do all that a section says, whatever comes of it; return what there was to see."""
    output = ""
    for block in story.blocks(story.section):
        if block.language == "shell":
            output += shell(f"set +e\n{block.text}", reader.folder, reader.environment).stdout
        elif block.file:
            reader.write(block)
    return output


def uses_team(story: Story) -> bool:
    """Return whether a section writes down an organization as a definition."""
    return any("gather: [team]" in block.text for block in story.blocks(story.section))


def test_the_names_are_dangerous(reader: Reader, strangers: Strangers) -> None:
    (reader.folder / "names.yml").write_text(yaml.safe_dump({"names": strangers.texts}))
    shell("ansible localhost -m debug -a var=names -e @names.yml", reader.folder, reader.environment)
    assert strangers.succeeded == TEMPLATES.keys()


@pytest.mark.parametrize("story", STORIES, ids=str)
def test_a_section_runs_nothing_of_strangers(story: Story, reader: Reader, strangers: Strangers) -> None:
    begin(story, reader)
    strangers.join(reader.emulator, invited=not uses_team(story))
    output = follow(story, reader)
    assert strangers.succeeded == set(), output
    assert reader.emulator.log
    assert "PLAY RECAP" in output


@pytest.mark.parametrize("story", [story for story in STORIES if uses_team(story)], ids=str)
def test_an_organization_is_written_down_and_comes_back_without_the_strangers(
    story: Story, reader: Reader, strangers: Strangers
) -> None:
    begin(story, reader)
    strangers.join(reader.emulator, invited=False)
    before = reader.people
    output = follow(story, reader)
    assert strangers.succeeded == set(), output
    *_others, last = output.split("PLAY RECAP")[:-1]
    assert "acme: nothing to do" in last, output
    assert before.items() <= reader.people.items()
    (written,) = [path for path in reader.folder.rglob("*.yml") if path.name in ("members.yml", "before-acme.yml")]
    assert len(yaml.safe_load(written.read_text())["org_team_ignore"]) >= 4 * len(TEMPLATES)


def test_the_example_of_the_module_runs_nothing_of_strangers(reader: Reader, strangers: Strangers) -> None:
    reader.give("ada.lindt@example.com", OWNER)
    strangers.join(reader.emulator, invited=False)
    (reader.folder / "host_vars/acme").mkdir(parents=True)
    play = {"hosts": "localhost", "gather_facts": False, "tasks": yaml.safe_load(org_info.EXAMPLES)}
    (reader.folder / "examples.yml").write_text(yaml.safe_dump([play]))
    load = "ansible localhost -m debug -a var=org_team_members -e @host_vars/acme/members.yml"
    output = shell(f"ansible-playbook examples.yml\n{load}", reader.folder, reader.environment).stdout
    assert strangers.succeeded == set(), output
    assert "ada.lindt@example.com" in output.split("PLAY RECAP")[-1]


@pytest.mark.parametrize("story", [story for story in STORIES if uses_team(story)], ids=str)
def test_nothing_is_written_down_where_a_stranger_is_invited(
    story: Story, reader: Reader, strangers: Strangers
) -> None:
    begin(story, reader)
    strangers.join(reader.emulator, invited=True)
    output = follow(story, reader)
    assert strangers.succeeded == set(), output
    assert "Revoke it in the console" in output.replace("\n", " ")
