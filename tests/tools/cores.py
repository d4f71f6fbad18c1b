# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make cores`: ansible-test of each supported release of ansible-core for which this machine has a Python.

All run the sanity tests and the role's integration tests; the oldest and the newest run all integration tests and the
unit tests, and follow the guides in organizations with hostile names. Modules run on the oldest Python that goes with
the release. Unit tests run on the newest: what they need is no longer released for Python 3.10.

As many releases as there are processors are under way at once, each with a virtual environment, a home directory and a
copy of the checkout of its own in .cache/cores. What ansible-test says goes to a file there, and is shown if it fails.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .ansible_test import ROOT, search_path

TESTS_PYTHON = sys.executable  # has pytest and the emulator
STRANGERS = "tests/docs/test_strangers.py"
PLACES = ROOT / ".cache/cores"
REQUIREMENTS = ROOT / "tests/cores.txt"


@dataclass(frozen=True)
class Core:
    """A release of ansible-core: the Pythons that it runs on, in order, and arguments for its sanity tests."""

    version: str
    pythons: tuple[str, ...]
    sanity: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        """Where its files are."""
        return PLACES / ".".join(self.version.split(".")[:2])

    def found(self) -> list[str]:
        """Return those of its Pythons that this machine has."""
        return [python for python in self.pythons if _program(python)]


CORES = (
    Core("2.16.19", ("3.10", "3.11", "3.12")),
    Core("2.17.14", ("3.10", "3.11", "3.12")),
    Core("2.18.19", ("3.11", "3.12", "3.13")),
    Core("2.19.14", ("3.11", "3.12", "3.13")),
    Core("2.20.10", ("3.12", "3.13", "3.14")),
    Core("2.21.5", ("3.12", "3.13", "3.14")),
    # What its pylint requires is on no package index.
    Core("2.22.0rc1", ("3.13", "3.14", "3.15"), ("--skip-test", "pylint")),
)


@dataclass(frozen=True)
class Outcome:
    """How a run of ansible-test, or of tests beside it, went."""

    core: Core
    python: str
    arguments: tuple[str, ...]
    exit_code: int
    seconds: float
    log: Path

    def __str__(self) -> str:
        how = "FAILED" if self.exit_code else "passed"
        tests = " ".join(self.arguments)
        return f"{self.core.version:9}  Python {self.python}  {how}  {self.seconds:3.0f} s  {tests}"


def main() -> int:
    """Run all, then show what has failed, and a table; return 0 if anything was run and nothing failed."""
    chosen = [core for core in CORES if core.found()]
    outermost = chosen[:1] + chosen[-1:]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_set_up, chosen))
        # Those that take longest go first, so that none of them is left over for the end.
        in_order = sorted(chosen, key=lambda core: core not in outermost)
        outcomes = list(itertools.chain(*pool.map(lambda core: _test(core, core in outermost), in_order)))
    failed = [outcome for outcome in outcomes if outcome.exit_code]
    for outcome in failed:
        print(f"\n{outcome}:\n{outcome.log.read_text(errors='replace')}")
    print("\nansible-test of each ansible-core:")
    for core in CORES:
        print(*(outcome for outcome in outcomes if outcome.core == core), sep="\n")
        if core not in chosen:
            print(f"{core.version:9}  skipped: no Python {', '.join(core.pythons)} on this machine")
    return 0 if outcomes and not failed else 1


def _program(python: str) -> str | None:
    return shutil.which(f"python{python}", path=search_path(os.environ["PATH"]))


def _set_up(core: Core) -> None:
    """Make the virtual environment of a release, unless it is there and as it should be."""
    python = core.found()[0]
    venv = core.place / "venv"
    ready, contents = venv / ".ready", f"ansible-core {core.version}, Python {python}\n{REQUIREMENTS.read_text()}"
    if ready.exists() and ready.read_text() == contents:
        return
    print(f"Setting up ansible-core {core.version} ...", flush=True)
    subprocess.run([str(_program(python)), "-m", "venv", "--clear", venv], check=True)
    packages = [f"ansible-core=={core.version}", "-r", str(REQUIREMENTS)]
    subprocess.run([venv / "bin/python", "-m", "pip", "install", "-qq", *packages], check=True)
    ready.write_text(contents)


def _test(core: Core, everything: bool) -> list[Outcome]:
    """Run the tests of a release, one after the other; `everything`: not only those that all releases run."""
    pythons = core.found()
    oldest, newest = pythons[0], pythons[-1]
    outcomes = [_run(core, oldest, "sanity", *core.sanity)]
    outcomes.append(_run(core, oldest, "integration", *(() if everything else ("role_org_team",))))
    if everything and newest != "3.10":
        outcomes.append(_run(core, newest, "units"))
    if everything:
        outcomes.append(_try_guides(core, oldest))
    return outcomes


def _try_guides(core: Core, python: str) -> Outcome:
    """Follow the guides with the programs of a release, whose own environment has the oldest Python."""
    command = [TESTS_PYTHON, "-m", "pytest", "-q", STRANGERS]
    environment = os.environ | {"ANSIBLE_PROGRAMS": str(core.place / "venv/bin")}
    return _watch(core, python, ("guides",), command, environment)


def _run(core: Core, python: str, *arguments: str) -> Outcome:
    """Run one command of ansible-test; sanity tests find their Pythons themselves."""
    where = () if arguments[0] == "sanity" else ("--venv", "--python", python)
    command = [str(core.place / "venv/bin/python"), "-m", "tests.tools.ansible_test", *arguments, *where]
    return _watch(core, python, arguments, command, os.environ)


def _watch(
    core: Core, python: str, arguments: tuple[str, ...], command: list[str], environment: Mapping[str, str]
) -> Outcome:
    """Run a command, with what it says in a file; `arguments` are what it is called."""
    log = core.place / f"{arguments[0]}.log"
    started = time.monotonic()
    with log.open("w") as file:
        process = subprocess.run(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT, check=False)
    outcome = Outcome(core, python, arguments, process.returncode, time.monotonic() - started, log)
    print(outcome, flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
