# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the Ansible community asks of a collection, as far as no tool that runs here looks at it."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.tools import ansible_test, release

ROOT = pathlib.Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text()
GALAXY = yaml.safe_load((ROOT / "galaxy.yml").read_text())
LARGE = 500_000  # bytes


@pytest.fixture(scope="module")
def files() -> list[pathlib.Path]:
    """What is committed, or would be with `git add --all`."""
    return [ROOT / name for name in ansible_test.files(ROOT) if (ROOT / name).is_file()]


def test_no_rule_of_a_tool_is_switched_off_for_a_file() -> None:
    assert list(ROOT.glob("tests/sanity/ignore*")) == []
    assert list(ROOT.glob(".ansible-lint-ignore")) == []


def test_plugins_are_of_kinds_that_ansible_knows() -> None:
    kinds = {path.name for path in (ROOT / "plugins").iterdir() if path.is_dir()}
    assert kinds <= {"action", "doc_fragments", "filter", "lookup", "module_utils", "modules", "plugin_utils"}


@pytest.mark.parametrize("path", sorted(ROOT.glob("plugins/*_utils/*.py")), ids=lambda path: path.name)
def test_what_modules_and_plugins_share_is_private_and_says_so(path: pathlib.Path) -> None:
    assert path.name.startswith("_")
    assert "# Private to the collection: this file may change in any release." in path.read_text().splitlines()


def test_no_file_is_large(files: list[pathlib.Path]) -> None:
    assert files
    assert [path for path in files if path.stat().st_size > LARGE] == []


def test_there_are_no_dependencies_on_other_collections() -> None:
    assert GALAXY["dependencies"] == {}


def test_the_version_is_the_same_everywhere(files: list[pathlib.Path]) -> None:
    version = GALAXY["version"]
    assert release.last_release() == release.numbers(version)
    for name, place in release.PLACES.items():
        assert (ROOT / name).read_text().count(place.format(version)) == 1, name
    documents = "".join(path.read_text() for path in files if path.suffix in (".md", ".rst"))
    assert set(re.findall(release.ARCHIVE.format(r"(\d+\.\d+\.\d+)"), documents)) == {version}


def test_readme_and_metadata_name_the_same_requirements() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    role = yaml.safe_load((ROOT / "roles/org_team/meta/main.yml").read_text())["galaxy_info"]
    python = yaml.safe_load((ROOT / "tests/config.yml").read_text())["modules"]["python_requires"].removeprefix(">=")
    core = t.cast("str", runtime["requires_ansible"]).removeprefix(">=").removesuffix(".0")
    (requests,) = re.findall(r"^requests>=(.*)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert role["min_ansible_version"] == core
    requirements = README.partition("## Requirements")[2].partition("\n## ")[0]
    assert f"ansible-core {core} or later" in requirements
    assert f"Python {python} or later" in requirements
    assert re.search(rf"requests\S* {re.escape(requests)} or later", requirements)


@pytest.mark.parametrize(
    "link",
    [
        "https://forum.ansible.com/",
        "https://semver.org/",
        "https://docs.ansible.com/projects/ansible/latest/community/code_of_conduct.html",
        f"{GALAXY['repository']}/blob/main/CONTRIBUTING.md",
        f"{GALAXY['repository']}/blob/main/CHANGELOG.md",
        GALAXY["issues"],
    ],
)
def test_readme_says_where_to_turn(link: str) -> None:
    assert f"({link}" in README
