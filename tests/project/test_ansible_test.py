# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The driver of ansible-test passes only where ansible-test has passed and has tested something."""

from __future__ import annotations

import pathlib
import subprocess
from collections.abc import Callable

import pytest

from ansible_collections.orgops.elastic_cloud.tests.tools import ansible_test

Run = Callable[[str, int], int]


@pytest.fixture
def checkout(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> pathlib.Path:
    """A git checkout with one file and one that is ignored, for the driver to work on."""
    root = tmp_path / "any-name"
    root.mkdir()
    subprocess.run(["git", "init", "--quiet"], cwd=root, check=True)
    (root / ".gitignore").write_text("/.cache/\n")
    (root / "galaxy.yml").write_text("---\n")
    monkeypatch.setattr(ansible_test, "ROOT", root)
    monkeypatch.setattr(ansible_test, "HOME", root / ".cache/home")
    monkeypatch.setattr(ansible_test, "STAGE", root / ".cache/stage/ansible_collections/orgops/elastic_cloud")
    return root


@pytest.fixture
def run(checkout: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the driver's sanity command with an ansible-test that prints one line and exits as told."""

    def run(line: str, code: int) -> int:
        program = tmp_path / "ansible-test"
        program.write_text(f"#!/bin/sh\necho '{line}'\nexit {code}\n")
        program.chmod(0o755)
        monkeypatch.setattr(ansible_test, "search_path", lambda path: f"{tmp_path}:{path}")
        return ansible_test.main("sanity")

    return run


@pytest.mark.parametrize(
    ("line", "code", "outcome"),
    [
        ('Running sanity test "pep8"', 0, 0),
        ('Running sanity test "pep8"', 2, 2),
        ("WARNING: All targets skipped.", 0, 1),
    ],
)
def test_passes_only_if_something_was_tested(run: Run, line: str, code: int, outcome: int) -> None:
    assert run(line, code) == outcome


def test_copy_follows_the_checkout_and_keeps_what_ansible_test_left_in_it(checkout: pathlib.Path, run: Run) -> None:
    run("", 0)
    stage = ansible_test.STAGE
    (stage / ".cache").mkdir()
    (stage / ".cache/kept").touch()
    (checkout / "galaxy.yml").rename(checkout / "new.yml")
    run("", 0)
    assert {path.name for path in stage.iterdir()} == {".git", ".gitignore", ".cache", "new.yml"}
    assert (stage / ".cache/kept").exists()


def test_pip_of_ansible_test_is_configured_as_outside(
    checkout: pathlib.Path, run: Run, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".config/pip").mkdir(parents=True)
    (tmp_path / ".config/pip/pip.conf").write_text("[global]\ntimeout = 7\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PIP_INDEX_URL", "https://pypi.example.org/simple")
    run("", 0)
    home = ansible_test.HOME
    assert "index-url = https://pypi.example.org/simple" in (home / ".config/pip/pip.conf").read_text().splitlines()
    assert "timeout = 7" in (home / ".pip/pip.conf").read_text().splitlines()


@pytest.mark.parametrize("tests", ["integration", "unit"])
def test_it_installs_the_versions_that_make_installs(tests: str) -> None:
    folder = pathlib.Path(__file__).resolve().parents[1]
    lines = (folder / tests / "requirements.txt").read_text().splitlines()
    pins = {line.partition(";")[0].lower() for line in lines if line and not line.startswith("#")}
    assert pins
    assert pins <= set((folder / "constraints.txt").read_text().lower().splitlines())


def test_shims_give_way_to_the_pythons_behind_them(tmp_path: pathlib.Path) -> None:
    python = tmp_path / "versions/3.12.1/bin"
    python.mkdir(parents=True)
    assert ansible_test.search_path(f"{tmp_path}/shims:/usr/bin").split(":")[1:] == [str(python), "/usr/bin"]
