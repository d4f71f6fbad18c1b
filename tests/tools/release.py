# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Prepare a release: a commit on main and a tag, for the person who runs this to look at and push.

    make release VERSION=1.2.3

All is made in a worktree of its own, and main moves to it when it is finished. So whatever goes wrong, and whenever,
the checkout stays as it was.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import yaml

from . import contract

ROOT = Path(__file__).resolve().parents[2]
BRANCH = "main"
Numbers = tuple[int, int, int]

# Where the version stands. The name of the archive may stand in any document.
PLACES = {
    "galaxy.yml": "\nversion: {}\n",
    "plugins/module_utils/_service/client.py": '\nVERSION = "{}"\n',
}
ARCHIVE = "orgops-elastic_cloud-{}.tar.gz"

# What a release with a section in its changelog has to be at least. The other sections do not matter.
LEVELS = ("patch", "minor", "major")
BREAKING = frozenset({"breaking_changes", "removed_features"})
ADDING = frozenset({"major_changes", "minor_changes", "deprecated_features"})
# A security fix may add to the contract in a patch release, so that nobody has to wait for it.
MENDING = "security_fixes"


class Refused(Exception):
    """There is something to be done before this release; the checkout is as it was."""


def main(*arguments: str) -> int:
    """Prepare the release of the version that is named, say how to publish it, and return the exit code."""
    if len(arguments) != 1:
        print("Which version? make release VERSION=1.2.3", file=sys.stderr)
        return 2
    (version,) = arguments
    try:
        release(version)
    except Refused as why:
        print(f"No release: {why}", file=sys.stderr)
        return 1
    print(f"{BRANCH} is the release {version} now, with a tag, and nothing is published yet.")
    print(f"To look at it:   git show {version}")
    print(f"To publish it:   git push --atomic origin {BRANCH} {version}")
    print(f"To take it back: git tag --delete {version} && git reset --hard HEAD~1")
    return 0


def release(version: str) -> None:
    """Commit and tag the release of this version, or raise `Refused` and leave everything as it was."""
    _check_checkout(version)
    last = last_release()
    now = contract.facts()
    check_version(version, last, contract.compare(contract.read(), now), sections())
    with _worktree() as tree:
        _set_version(tree, _text(last), version)
        _run([Path(sys.executable).with_name("antsibull-changelog"), "release"], tree)
        contract.write(tree, now)
        _git("add", "--all", at=tree)
        _git("commit", "--quiet", "--message", f"Release {version}", at=tree)
        commit = _git("rev-parse", "HEAD", at=tree)
    _git("tag", "--annotate", "--message", f"Release {version}", version, commit)
    try:
        _git("merge", "--quiet", "--ff-only", commit)
    except BaseException:
        _git("tag", "--delete", version)
        raise


def last_release() -> Numbers:
    """Return the newest version in the changelog."""
    changelog = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text(encoding="utf-8"))
    return max(map(numbers, changelog["releases"]))


def sections() -> frozenset[str]:
    """Return the sections that the changelog fragments have entries in."""
    fragments = (ROOT / "changelogs/fragments").glob("*.yml")
    return frozenset(name for path in fragments for name in yaml.safe_load(path.read_text(encoding="utf-8")))


def numbers(version: str) -> Numbers:
    """Return what a semantic version consists of; there are no pre-releases here."""
    if not (found := re.fullmatch(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)", version)):
        raise Refused(f"{version!r} is no version such as 1.2.3")
    return int(found[1]), int(found[2]), int(found[3])


def check_version(version: str, last: Numbers, changes: contract.Changes, announced: frozenset[str]) -> None:
    """Raise `Refused` unless this version may follow the last one, after these changes of the contract.

    announced: the sections that the changelog of this release is going to have.
    """
    major, minor, patch = last
    successors = [(major, minor, patch + 1), (major, minor + 1, 0), (major + 1, 0, 0)]
    if numbers(version) not in successors:
        raise Refused(f"{version} does not come after {_text(last)}; what does: {', '.join(map(_text, successors))}")
    if "release_summary" not in announced:
        raise Refused("no fragment in changelogs/fragments has a release_summary")
    if major == 0:  # Semantic versioning promises nothing yet.
        return
    if changes.breaking and not announced & BREAKING:
        raise Refused(_listed("no fragment announces what breaks the contract", changes.breaking))
    adds = announced & ADDING or (changes.harmless and MENDING not in announced)
    needed = 2 if announced & BREAKING else 1 if adds else 0
    if successors.index(numbers(version)) < needed:
        reasons = [*changes.breaking, *changes.harmless, *sorted(announced & (BREAKING | ADDING))]
        raise Refused(_listed(f"this must be a {LEVELS[needed]} release, {_text(successors[needed])}", reasons))


def _check_checkout(version: str) -> None:
    if (branch := _git("branch", "--show-current")) != BRANCH:
        raise Refused(f"this is {branch or 'no branch'}, not {BRANCH}")
    if changed := _git("status", "--porcelain"):
        raise Refused(_listed("there is something that is not committed", changed.splitlines()))
    if _git("tag", "--list", version):
        raise Refused(f"there is a tag {version} already")


@contextmanager
def _worktree() -> Iterator[Path]:
    """Check out what is committed a second time, for as long as the context lasts."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "release")
        _git("worktree", "add", "--quiet", "--detach", str(tree))
        try:
            yield tree
        finally:
            _git("worktree", "remove", "--force", str(tree))


def _set_version(tree: Path, last: str, version: str) -> None:
    for name, place in PLACES.items():
        text = (tree / name).read_text(encoding="utf-8")
        if text.count(place.format(last)) != 1:
            raise Refused(f"{name} does not say {place.format(last).strip()!r}, once")
        (tree / name).write_text(text.replace(place.format(last), place.format(version)), encoding="utf-8")
    for document in (*tree.rglob("*.md"), *tree.rglob("*.rst")):
        text = document.read_text(encoding="utf-8")
        document.write_text(text.replace(ARCHIVE.format(last), ARCHIVE.format(version)), encoding="utf-8")


def _git(*arguments: str, at: Path = ROOT) -> str:
    return _run(["git", *arguments], at)


def _run(command: list[str | Path], folder: Path) -> str:
    """Run a command and return what it printed, without blank lines around it."""
    done = subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)
    if done.returncode:
        raise Refused(f"{os.fspath(command[0])} has failed: {done.stderr or done.stdout}")
    return done.stdout.strip()


def _text(version: Numbers) -> str:
    return ".".join(map(str, version))


def _listed(what: str, items: list[str]) -> str:
    return "\n  ".join([f"{what}:", *items])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
