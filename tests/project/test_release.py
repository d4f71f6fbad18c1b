# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A release is whole or is not there at all, and is refused where something is unclean."""

from __future__ import annotations

import os
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Callable

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.tools import contract, release

ROOT = pathlib.Path(__file__).resolve().parents[2]
MAJOR, MINOR, PATCH = release.last_release()
LAST = f"{MAJOR}.{MINOR}.{PATCH}"
NEXT = f"{MAJOR + 1}.0.0"
NOTHING = contract.Changes([], [])
ADDED = contract.Changes([], ["+ modules/org_team/options/new type str"])
BROKEN = contract.Changes(["- modules/org_team/options/old type str"], [])


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A repository that has this checkout as its only commit, with a summary of the next release."""
    origin = tmp_path_factory.mktemp("origin")
    for name in _git(ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0"):
        if name and (ROOT / name).is_file() and not name.startswith("changelogs/fragments/"):
            (origin / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, origin / name)
    (origin / "changelogs/fragments").mkdir()
    # The contract may have changed since the last release in any way: this one announces it.
    (origin / "changelogs/fragments/next.yml").write_text(
        "---\nrelease_summary: Better than ever.\nbreaking_changes:\n  - org_team - it is otherwise now.\n"
    )
    _git(origin, "init", "--quiet", "--initial-branch", "main")
    _git(origin, "add", "--all")
    _git(origin, "commit", "--quiet", "--message", "All there is")
    return origin


@pytest.fixture
def checkout(origin: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    """A clone of it."""
    _git(tmp_path, "clone", "--quiet", str(origin), "any-name")
    return tmp_path / "any-name"


@pytest.mark.slow
def test_a_release_is_a_commit_and_a_tag_with_everything_in_it(checkout: pathlib.Path) -> None:
    done = _release(checkout, NEXT)
    assert done.returncode == 0, done.stderr
    assert f"git push --atomic origin main {NEXT}" in done.stdout
    assert _git(checkout, "log", "--format=%s %D", "-1") == f"Release {NEXT} HEAD -> main, tag: {NEXT}"
    assert _git(checkout, "status", "--porcelain") == ""
    assert yaml.safe_load((checkout / "galaxy.yml").read_text())["version"] == NEXT
    assert f'VERSION = "{NEXT}"' in (checkout / "plugins/module_utils/_service/client.py").read_text()
    assert f"orgops-elastic_cloud-{NEXT}.tar.gz" in (checkout / "README.md").read_text()
    assert "Better than ever" in (checkout / "CHANGELOG.md").read_text()
    assert list((checkout / "changelogs/fragments").glob("*.yml")) == []
    assert contract.read(checkout) == contract.facts()


def _dirty(checkout: pathlib.Path) -> None:
    (checkout / "new.txt").touch()


def _elsewhere(checkout: pathlib.Path) -> None:
    _git(checkout, "switch", "--quiet", "--create", "topic")


def _tagged(checkout: pathlib.Path) -> None:
    _git(checkout, "tag", NEXT)


def _untold(checkout: pathlib.Path) -> None:
    _git(checkout, "rm", "--quiet", "changelogs/fragments/next.yml")
    _git(checkout, "commit", "--quiet", "--message", "Silence")


def _two_versions(checkout: pathlib.Path) -> None:
    (checkout / "galaxy.yml").write_text((checkout / "galaxy.yml").read_text().replace(LAST, "9.9.9"))
    _git(checkout, "commit", "--quiet", "--all", "--message", "A version of its own")


def _hook_refuses(checkout: pathlib.Path) -> None:
    hook = checkout / ".git/hooks/pre-commit"
    hook.write_text("#!/bin/sh\necho not today >&2\nexit 1\n")
    hook.chmod(0o755)


def _as_it_is(_checkout: pathlib.Path) -> None:
    pass


@pytest.mark.parametrize(
    ("prepare", "version", "why"),
    [
        (_dirty, NEXT, "not committed:\n  ?? new.txt"),
        (_elsewhere, NEXT, "this is topic, not main"),
        (_tagged, NEXT, f"there is a tag {NEXT} already"),
        (_as_it_is, "1.0", "'1.0' is no version"),
        (_as_it_is, LAST, f"{LAST} does not come after {LAST}"),
        (_untold, NEXT, "release_summary"),
        pytest.param(_two_versions, NEXT, f"galaxy.yml does not say 'version: {LAST}'", marks=pytest.mark.slow),
        pytest.param(_hook_refuses, NEXT, "git has failed: not today", marks=pytest.mark.slow),
    ],
)
def test_what_is_refused_leaves_everything_as_it_was(
    prepare: Callable[[pathlib.Path], None], version: str, why: str, checkout: pathlib.Path
) -> None:
    prepare(checkout)
    before = _state(checkout)
    done = _release(checkout, version)
    assert done.returncode == 1
    assert why in done.stderr
    assert _state(checkout) == before


@pytest.mark.parametrize(
    ("version", "changes", "announced"),
    [
        ("1.2.4", NOTHING, {"bugfixes"}),
        ("1.2.4", ADDED, {"security_fixes"}),
        ("1.3.0", ADDED, {"minor_changes"}),
        ("1.3.0", NOTHING, {"bugfixes"}),
        ("2.0.0", BROKEN, {"breaking_changes"}),
        ("2.0.0", BROKEN, {"removed_features"}),
    ],
)
def test_versions_that_say_what_has_changed(version: str, changes: contract.Changes, announced: set[str]) -> None:
    release.check_version(version, (1, 2, 3), changes, frozenset({"release_summary", *announced}))


@pytest.mark.parametrize(
    ("version", "changes", "announced", "why"),
    [
        ("1.2.3", NOTHING, {"bugfixes"}, "what does: 1.2.4, 1.3.0, 2.0.0"),
        ("1.2.5", NOTHING, {"bugfixes"}, "1.2.5 does not come after 1.2.3"),
        ("1.2.4-rc1", NOTHING, {"bugfixes"}, "no version"),
        ("1.2.4", ADDED, {"bugfixes"}, "a minor release, 1.3.0"),
        ("1.2.4", NOTHING, {"minor_changes"}, "a minor release, 1.3.0"),
        ("1.2.4", ADDED, {"security_fixes", "minor_changes"}, "a minor release, 1.3.0"),
        ("1.2.4", BROKEN, {"security_fixes"}, "no fragment announces what breaks the contract"),
        ("1.3.0", NOTHING, {"breaking_changes"}, "a major release, 2.0.0"),
        ("2.0.0", BROKEN, {"minor_changes"}, "no fragment announces what breaks the contract:\n  - modules/org_team"),
    ],
)
def test_versions_that_do_not(version: str, changes: contract.Changes, announced: set[str], why: str) -> None:
    with pytest.raises(release.Refused, match=re.escape(why)):
        release.check_version(version, (1, 2, 3), changes, frozenset({"release_summary", *announced}))


def test_before_the_first_major_release_everything_may_change() -> None:
    release.check_version("0.1.1", (0, 1, 0), BROKEN, frozenset({"release_summary"}))


def test_make_checks_style_and_documentation_first() -> None:
    command = ["make", "--no-print-directory", "--dry-run", "--always-make", "release", f"VERSION={NEXT}"]
    recipe = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    checks, found, rest = recipe.partition(f"-m tests.tools.release {NEXT}")
    assert found
    assert "ruff check" in checks
    assert "antsibull-docs lint" in checks
    assert rest.strip() == ""


def _release(checkout: pathlib.Path, version: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.tools.release", version],
        cwd=checkout,
        env=_environment(),
        check=False,
        capture_output=True,
        text=True,
    )


def _state(checkout: pathlib.Path) -> list[str]:
    """Return all that a release could leave behind."""
    questions = (["rev-parse", "HEAD"], ["status", "--porcelain"], ["for-each-ref"], ["worktree", "list"])
    return [_git(checkout, *question) for question in questions]


def _git(folder: pathlib.Path, *arguments: str) -> str:
    command = ["git", *arguments]
    done = subprocess.run(command, cwd=folder, env=_environment(), check=True, stdout=subprocess.PIPE, text=True)
    return done.stdout.strip()


def _environment() -> dict[str, str]:
    """Return an environment in which git has a name to commit under, and none of the user's settings."""
    names = (f"GIT_{who}_{what}" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL"))
    settings = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return os.environ | settings | dict.fromkeys(names, "tester@example.com")
