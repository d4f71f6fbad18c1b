# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection says about itself is true of what is in it, and of what users get."""

from __future__ import annotations

import pathlib
import shutil
import subprocess
import sys
import tarfile

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.emulator.emulator import Emulator
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import serve
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER, Ansible
from ansible_collections.orgops.elastic_cloud.tests.tools import ansible_test, importer

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
def archive(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """The artifact that is built from this checkout, caches and all."""
    return importer.build(tmp_path_factory.mktemp("artifact"))


@pytest.fixture(scope="module")
def artifact(archive: pathlib.Path) -> set[str]:
    """The paths in the artifact."""
    with tarfile.open(archive) as members:
        return set(members.getnames())


def test_artifact_holds_only_what_users_need(artifact: set[str]) -> None:
    assert {path.split("/")[0] for path in artifact} <= FOR_USERS
    assert not [path for path in artifact if "__pycache__" in path]
    assert not [path for path in artifact if path.startswith(("docs/examples/ci", "docs/examples/platform"))]
    assert {path for path in artifact if path.startswith("changelogs/")} == {
        "changelogs/changelog.yaml",
        "changelogs/changelog.yaml.license",
    }


def test_artifact_holds_the_modules_and_what_describes_them(artifact: set[str]) -> None:
    modules = {f"plugins/modules/{path.name}" for path in ROOT.glob("plugins/modules/*.py")}
    assert modules
    assert modules | {"meta/runtime.yml", "meta/execution-environment.yml", "requirements.txt"} <= artifact


@pytest.mark.playbook
def test_playbook_runs_from_an_installed_artifact(archive: pathlib.Path, tmp_path: pathlib.Path) -> None:
    installed = tmp_path / "installed"
    galaxy = [pathlib.Path(sys.executable).with_name("ansible-galaxy"), "collection"]
    emulator = Emulator()
    with serve(emulator) as url:
        there = environment(url, tmp_path) | {"ANSIBLE_COLLECTIONS_PATH": str(installed)}
        install = [*galaxy, "install", "--offline", "--collections-path", installed, archive]
        subprocess.run(install, env=there, check=True, stdout=subprocess.PIPE)
        ansible = Ansible(emulator, tmp_path, there)
        acme = ansible.organization("acme")
        new = {"email": "new@example.com", "role_assignments": VIEWER}
        owner = {"email": "owner@example.com", "role_assignments": OWNER}
        run = ansible.run({"acme": acme | {"org_team_members": [owner, new]}})
    assert run.exit_code == 0, run.output
    assert run.recap("acme")["changed"] == 1
    assert emulator.roles(acme["org_team_organization_id"], "new@example.com") == VIEWER


def test_collection_is_installed_from_its_repository(tmp_path: pathlib.Path) -> None:
    repository, installed = tmp_path / "repository", tmp_path / "installed"
    for name in ansible_test.files(ROOT):
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    identity = ["-c", "user.name=Somebody", "-c", "user.email=somebody@example.com"]
    for command in (["init", "--quiet"], ["add", "--all"], [*identity, "commit", "--quiet", "--message=All"]):
        subprocess.run(["git", *command], cwd=repository, check=True)
    galaxy = [pathlib.Path(sys.executable).with_name("ansible-galaxy"), "collection"]
    install = [*galaxy, "install", "--collections-path", installed, f"git+{repository.as_uri()}"]
    there = environment("http://127.0.0.1:9", tmp_path) | {"ANSIBLE_GALAXY_SERVER": "http://127.0.0.1:9"}
    subprocess.run(install, env=there, check=True, stdout=subprocess.PIPE)
    manifest = yaml.safe_load((installed / "ansible_collections/orgops/elastic_cloud/MANIFEST.json").read_text())
    assert manifest["collection_info"]["repository"] == "https://github.com/orgops/ansible-elastic-cloud"
    for document in ("README.md", "docs/docsite/rst/guide_getting_started.rst"):
        text = (ROOT / document).read_text()
        assert f"ansible-galaxy collection install git+{manifest['collection_info']['repository']}\n" in text
