# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make cores`: ansible-test and jobs of platforms, with each ansible-core for which this machine has a Python.

All run the sanity tests and the role's integration tests; the oldest and the newest run all integration tests and the
unit tests. Modules run on the oldest Python that goes with the release. Unit tests run on the newest: what they need is
no longer released for Python 3.10.

Jobs that take long, or that make API keys, run with a release of ansible-runner, too, since it prints in the place of
ansible-core; the oldest and the newest pair run all jobs, and follow the guides in organizations with hostile names.
pytest and the stand-in for the service have the Python that runs this, Ansible's programs are those of the pair.

As many releases as there are processors are under way at once, each with a virtual environment, a home directory and a
copy of the checkout of its own in .cache/cores. What the tests say goes to a file there, and is shown if they fail.
"""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from .ansible_test import ROOT, search_path

PLACES = ROOT / ".cache/cores"
REQUIREMENTS = ROOT / "tests/cores.txt"
EVERYWHERE = (
    "tests/platforms/test_long_jobs.py",
    "tests/playbooks/test_progress.py",
    "tests/platforms/test_new_keys.py",
)
JOBS = (
    *EVERYWHERE,
    "tests/platforms/test_jobs.py",
    "tests/platforms/test_review_jobs.py",
    "tests/playbooks/test_undefined.py",
    "tests/docs/test_strangers.py",
)


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

    @property
    def packages(self) -> list[str]:
        """What its virtual environment has, beside what all have."""
        return [f"ansible-core=={self.version}"]

    def found(self) -> list[str]:
        """Return those of its Pythons that this machine has."""
        return [python for python in self.pythons if _program(python)]


# pylint takes longer than all other sanity tests together, so it runs with every other release.
WITHOUT_PYLINT = ("--skip-test", "pylint")
CORES = (
    Core("2.16.19", ("3.10", "3.11", "3.12")),
    Core("2.17.14", ("3.10", "3.11", "3.12"), WITHOUT_PYLINT),
    Core("2.18.19", ("3.11", "3.12", "3.13"), WITHOUT_PYLINT),
    Core("2.19.14", ("3.11", "3.12", "3.13")),
    Core("2.20.10", ("3.12", "3.13", "3.14"), WITHOUT_PYLINT),
    Core("2.21.5", ("3.12", "3.13", "3.14")),
    # What its pylint requires is on no package index anyway.
    Core("2.22.0rc1", ("3.13", "3.14", "3.15"), WITHOUT_PYLINT),
)


@dataclass(frozen=True)
class Pair(Core):
    """A release of ansible-core and one of ansible-runner."""

    runner: str = ""

    @property
    def place(self) -> Path:
        """Where its files are, apart from those of the release of ansible-core."""
        return PLACES / f"{self.version}-runner-{self.runner}"

    @property
    def packages(self) -> list[str]:
        """What its virtual environment has, beside what all have."""
        return [*super().packages, f"ansible-runner=={self.runner}"]


# Up to 2.4.1, ansible-runner does not care for processes and threads that Ansible has started. Such a release goes with
# every ansible-core, since platforms use their own one with whatever ansible-core an execution environment brings.
PAIRS = (
    Pair("2.16.0", ("3.10", "3.11", "3.12"), runner="2.4.0"),
    Pair("2.16.0", ("3.10", "3.11", "3.12"), runner="2.4.1"),
    Pair("2.17.14", ("3.10", "3.11", "3.12"), runner="2.4.1"),
    Pair("2.18.19", ("3.11", "3.12", "3.13"), runner="2.4.1"),
    Pair("2.19.14", ("3.11", "3.12", "3.13"), runner="2.4.1"),
    Pair("2.20.10", ("3.12", "3.13", "3.14"), runner="2.4.1"),
    Pair("2.21.5", ("3.12", "3.13", "3.14"), runner="2.4.1"),
    Pair("2.22.0rc1", ("3.13", "3.14", "3.15"), runner="2.4.1"),
    Pair("2.22.0rc1", ("3.13", "3.14", "3.15"), runner="2.4.3"),
)


@dataclass(frozen=True)
class Outcome:
    """How a run of tests went."""

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
    pairs = [pair for pair in PAIRS if pair.found()]
    outermost = chosen[:1] + chosen[-1:]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(_set_up, [*chosen, *pairs]))
        # Those that take longest go first, so that none of them is left over for the end.
        in_order = sorted(chosen, key=lambda core: core not in outermost)
        tests = pool.map(lambda core: _test(core, core in outermost), in_order)
        jobs = pool.map(lambda pair: _run_jobs(pair, pair in (pairs[0], pairs[-1])), pairs)
        outcomes = [*itertools.chain(*tests), *jobs]
    failed = [outcome for outcome in outcomes if outcome.exit_code]
    for outcome in failed:
        print(f"\n{outcome}:\n{outcome.log.read_text(errors='replace')}")
    print("\nansible-test and jobs with each ansible-core:")
    for core in (*CORES, *PAIRS):
        print(*(outcome for outcome in outcomes if outcome.core == core), sep="\n")
        if core not in (*chosen, *pairs):
            print(f"{core.version:9}  skipped: no Python {', '.join(core.pythons)} on this machine")
    return 0 if outcomes and not failed else 1


def _program(python: str) -> str | None:
    return shutil.which(f"python{python}", path=search_path(os.environ["PATH"]))


def _set_up(core: Core) -> None:
    """Make the virtual environment of a release, unless it is there and as it should be."""
    python = core.found()[0]
    venv = core.place / "venv"
    ready, contents = venv / ".ready", f"{core.packages}, Python {python}\n{REQUIREMENTS.read_text()}"
    if ready.exists() and ready.read_text() == contents:
        return
    print(f"Setting up {', '.join(core.packages)} ...", flush=True)
    subprocess.run([str(_program(python)), "-m", "venv", "--clear", venv], check=True)
    pip = [str(venv / "bin/python"), "-m", "pip", "install", "-qq"]
    subprocess.run([*pip, *core.packages, "-r", str(REQUIREMENTS)], check=True)
    ready.write_text(contents)


def _test(core: Core, everything: bool) -> list[Outcome]:
    """Run the tests of a release, one after the other; `everything`: not only those that all releases run."""
    pythons = core.found()
    oldest, newest = pythons[0], pythons[-1]
    outcomes = [_run(core, oldest, "sanity", *core.sanity)]
    outcomes.append(_run(core, oldest, "integration", *(() if everything else ("role_org_team",))))
    if everything and newest != "3.10":
        outcomes.append(_run(core, newest, "units"))
    return outcomes


def _run_jobs(pair: Pair, everything: bool) -> Outcome:
    """Run jobs with both releases; `everything`: not only what all run. pytest fails by itself if it finds none."""
    command = [sys.executable, "-m", "pytest", "-q", f"--programs={pair.place / 'venv/bin'}"]
    command += JOBS if everything else EVERYWHERE
    return _run_logged(pair, pair.found()[0], command, "jobs", "of", "ansible-runner", pair.runner)


def _run(core: Core, python: str, *arguments: str) -> Outcome:
    """Run one command of ansible-test; sanity tests find their Pythons themselves."""
    where = () if arguments[0] == "sanity" else ("--venv", "--python", python)
    command = [str(core.place / "venv/bin/python"), "-m", "tests.tools.ansible_test", *arguments, *where]
    return _run_logged(core, python, command, *arguments)


def _run_logged(core: Core, python: str, command: list[str], *arguments: str) -> Outcome:
    """Run a command, and keep what it says in a file that has its name from the first of the arguments shown for it."""
    log = core.place / f"{arguments[0]}.log"
    started = time.monotonic()
    with log.open("w") as file:
        process = subprocess.run(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, check=False)
    outcome = Outcome(core, python, arguments, process.returncode, time.monotonic() - started, log)
    print(outcome, flush=True)
    return outcome


if __name__ == "__main__":
    sys.exit(main())
