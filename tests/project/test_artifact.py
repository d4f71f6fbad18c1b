# Copyright: (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection says about itself is true of what is in it, and of what users get."""

from __future__ import annotations

import pathlib
import subprocess
import tarfile

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Everything at the top of the artifact. What is new here is either for users or belongs in build_ignore.
FOR_USERS = {
    "CHANGELOG.md",
    "CHANGELOG.md.license",
    "COPYING",
    "FILES.json",
    "LICENSES",
    "MANIFEST.json",
    "README.md",
    "changelogs",
    "docs",
    "meta",
    "playbooks",
    "plugins",
    "requirements.txt",
    "roles",
}


@pytest.fixture(scope="module")
def artifact(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The paths in the artifact that is built from this checkout, caches and all."""
    directory = tmp_path_factory.mktemp("artifact")
    build = ["ansible-galaxy", "collection", "build", str(ROOT), "--output-path", str(directory)]
    subprocess.run(build, check=True, capture_output=True)
    (archive,) = directory.iterdir()
    with tarfile.open(archive) as members:
        return set(members.getnames())


def test_artifact_holds_only_what_users_need(artifact: set[str]) -> None:
    assert {path.split("/")[0] for path in artifact} <= FOR_USERS
    assert not [path for path in artifact if "__pycache__" in path]
    assert {path for path in artifact if path.startswith("changelogs/")} == {
        "changelogs/changelog.yaml",
        "changelogs/changelog.yaml.license",
    }


def test_artifact_holds_the_modules_and_what_describes_them(artifact: set[str]) -> None:
    modules = {f"plugins/modules/{path.name}" for path in ROOT.glob("plugins/modules/*.py")}
    assert modules
    assert modules | {"meta/runtime.yml", "meta/execution-environment.yml", "requirements.txt"} <= artifact


def test_action_group_holds_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta/runtime.yml").read_text())
    assert set(runtime["action_groups"]["all"]) == {path.stem for path in ROOT.glob("plugins/modules/*.py")}
