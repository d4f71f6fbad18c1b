# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make cores` takes every release of ansible-core that it can have, and passes only where all of them have passed."""

from __future__ import annotations

import pathlib
import re
import sys
from dataclasses import dataclass

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.tools import cores
from ansible_collections.orgops.elastic_cloud.tests.tools.cores import Core, Pair

# A Python as far as it takes: it makes virtual environments, installs nothing, and "runs" ansible-test and pytest.
PYTHON = """\
#!/bin/sh
echo "$0 $*" >> "$CALLS"
case "$2" in
  venv) mkdir -p "$4/bin"; cp "$0" "$4/bin/python" ;;
  pip) ;;
  *) echo "It says $*"; case "$*" in *"$FAILING"*) exit 2 ;; esac ;;
esac
"""


@dataclass
class Machine:
    """A machine with some Pythons, and what they have been called with."""

    folder: pathlib.Path

    def install(self, *pythons: str) -> None:
        """Have these versions of Python."""
        for python in pythons:
            program = self.folder / "bin" / f"python{python}"
            program.parent.mkdir(exist_ok=True)
            program.write_text(PYTHON)
            program.chmod(0o755)

    def calls(self) -> list[str]:
        """Return the calls since the last time of asking, those of virtual environments by the name of the release."""
        calls = self.folder / "calls"
        lines = calls.read_text().splitlines() if calls.exists() else []
        calls.unlink(missing_ok=True)
        return [line.removeprefix(f"{cores.PLACES}/").replace("venv/bin/python -m ", "") for line in lines]

    def tested(self) -> list[str]:
        """Return what ansible-test was run with since the last time of asking, in any order."""
        return sorted(call.replace("tests.tools.ansible_test ", "") for call in self.calls() if "ansible_test" in call)

    def jobs(self) -> list[str]:
        """Return with which releases which jobs were run since the last time of asking, in any order."""
        called = f" -m pytest -q --programs={cores.PLACES}/"
        return sorted(call.partition(called)[2] for call in self.calls() if called in call)


@pytest.fixture
def machine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any Python but ours, three releases of ansible-core, two of ansible-runner."""
    monkeypatch.setattr(cores, "PLACES", tmp_path / "cores")
    monkeypatch.setattr(cores, "search_path", lambda path: str(tmp_path / "bin"))
    monkeypatch.setattr(
        cores,
        "CORES",
        (
            Core("2.1.3", ("3.10", "3.11")),
            Core("2.2.5", ("3.11", "3.12")),
            Core("2.3.0rc1", ("3.12", "3.13"), ("--skip-test", "pylint")),
        ),
    )
    monkeypatch.setattr(
        cores,
        "PAIRS",
        (
            Pair("2.1.0", ("3.10", "3.11"), runner="4.1"),
            Pair("2.2.5", ("3.11", "3.12"), runner="4.1"),
            Pair("2.3.0rc1", ("3.12", "3.13"), runner="4.2"),
        ),
    )
    monkeypatch.setattr(cores, "EVERYWHERE", ("long",))
    monkeypatch.setattr(cores, "JOBS", ("long", "short"))
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("FAILING", "nothing")
    machine = Machine(tmp_path)
    machine.install(" of ours")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "bin/python of ours"))
    return machine


def test_no_release_is_left_out() -> None:
    runtime = yaml.safe_load((cores.ROOT / "meta/runtime.yml").read_text())
    major, first = map(int, re.findall(r"\d+", runtime["requires_ansible"])[:2])
    minors = [core.place.name for core in cores.CORES]
    assert minors == [f"{major}.{first + number}" for number in range(len(minors))]
    pins = re.findall("^ansible-core==([^;]+)", (cores.ROOT / "tests/requirements.txt").read_text(), re.MULTILINE)
    assert pins
    assert set(pins) <= {core.version for core in cores.CORES}


def test_jobs_run_with_each_release_and_with_the_oldest_and_the_newest_of_ansible_runner() -> None:
    assert [core.version for core in cores.CORES[1:]] == list(dict.fromkeys(pair.version for pair in cores.PAIRS[2:]))
    oldest = f"{cores.CORES[0].place.name}.0"
    assert [(pair.version, pair.runner) for pair in cores.PAIRS[:2]] == [(oldest, "2.4.0"), (oldest, "2.4.1")]
    pin = re.search("^ansible-runner==(.*)", (cores.ROOT / "tests/requirements.txt").read_text(), re.MULTILINE)
    assert pin
    assert (cores.PAIRS[-1].version, cores.PAIRS[-1].runner) == (cores.CORES[-1].version, pin[1])
    assert set(cores.EVERYWHERE) < set(cores.JOBS)
    assert all((cores.ROOT / path).is_file() for path in cores.JOBS)


def test_jobs_take_the_programs_of_both_releases(machine: Machine) -> None:
    machine.install("3.11", "3.13")
    assert cores.main() == 0
    assert machine.jobs() == [
        "2.1.0-runner-4.1/venv/bin long short",
        "2.2.5-runner-4.1/venv/bin long",
        "2.3.0rc1-runner-4.2/venv/bin long short",
    ]
    machine.install("3.12")
    assert cores.main() == 0
    installed = [call for call in machine.calls() if call.startswith("2.3.0rc1-runner-4.2/pip install ")]
    assert [call.partition(" -qq ")[2].partition(" -r")[0] for call in installed] == [
        "ansible-core==2.3.0rc1 ansible-runner==4.2"
    ]


def test_the_oldest_and_the_newest_run_everything_and_the_others_less(machine: Machine) -> None:
    machine.install("3.10", "3.11", "3.12", "3.13")
    assert cores.main() == 0
    assert machine.tested() == [
        "2.1/integration --venv --python 3.10",
        "2.1/sanity",
        "2.1/units --venv --python 3.11",
        "2.2/integration role_org_team --venv --python 3.11",
        "2.2/sanity",
        "2.3/integration --venv --python 3.12",
        "2.3/sanity --skip-test pylint",
        "2.3/units --venv --python 3.13",
    ]


def test_a_release_without_a_python_is_skipped_and_that_is_told(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.install("3.10", "3.11")
    assert cores.main() == 0
    assert not any(call.startswith("2.3/") for call in machine.calls())
    assert capsys.readouterr().out.count("2.3.0rc1   skipped: no Python 3.12, 3.13 on this machine") == 2


def test_unit_tests_are_left_out_where_their_requirements_cannot_be_had(machine: Machine) -> None:
    machine.install("3.10")
    assert cores.main() == 0
    assert machine.tested() == ["2.1/integration --venv --python 3.10", "2.1/sanity"]


def test_to_have_run_nothing_is_a_failure(machine: Machine) -> None:
    assert cores.main() == 1
    assert machine.calls() == []


def test_one_failure_fails_all_and_is_shown(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.install("3.10", "3.11", "3.12", "3.13")
    monkeypatch.setenv("FAILING", "units --venv --python 3.13")
    assert cores.main() == 1
    output = capsys.readouterr().out
    assert re.search(r"^2\.3\.0rc1 +Python 3\.13 +FAILED .* units$", output, re.MULTILINE)
    assert "It says -m tests.tools.ansible_test units --venv --python 3.13" in output
    assert "It says -m tests.tools.ansible_test sanity" not in output


def test_a_job_that_fails_fails_all_and_is_shown(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.install("3.10", "3.11", "3.12", "3.13")
    monkeypatch.setenv("FAILING", "/2.1.0-runner-4.1/")
    assert cores.main() == 1
    output = capsys.readouterr().out
    assert re.search(r"^2\.1\.0 +Python 3\.10 +FAILED .* jobs of ansible-runner 4\.1$", output, re.MULTILINE)
    assert re.search(r"^2\.3\.0rc1 +Python 3\.12 +passed .* jobs of ansible-runner 4\.2$", output, re.MULTILINE)
    assert "It says -m pytest" in output


def test_environments_are_kept_until_other_versions_are_pinned(
    machine: Machine, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine.install("3.10")
    pins = tmp_path / "cores.txt"
    monkeypatch.setattr(cores, "REQUIREMENTS", pins)
    installed = []
    for pin in ("PyYAML==6", "PyYAML==6", "PyYAML==7"):
        pins.write_text(pin)
        cores.main()
        installed.append(sorted(call.partition("-qq ")[2] for call in machine.calls() if "pip install" in call))
    both = [f"ansible-core==2.1.0 ansible-runner==4.1 -r {pins}", f"ansible-core==2.1.3 -r {pins}"]
    assert installed == [both, [], both]
