# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make cores` takes every release of ansible-core that it can have, and passes only where all of them have passed."""

from __future__ import annotations

import pathlib
import re
from dataclasses import dataclass

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.tools import cores
from ansible_collections.orgops.elastic_cloud.tests.tools.cores import Core

# A Python as far as it takes: it makes virtual environments, installs nothing, and "runs" ansible-test.
PYTHON = """\
#!/bin/sh
echo "$0 $*${ANSIBLE_PROGRAMS:+ with $ANSIBLE_PROGRAMS}" >> "$CALLS"
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
            self.write(self.folder / "bin" / f"python{python}")

    def write(self, program: pathlib.Path) -> None:
        """Have a Python at this place."""
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


@pytest.fixture
def machine(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> Machine:
    """A machine without any Python, and three releases of ansible-core."""
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
    monkeypatch.setenv("CALLS", str(tmp_path / "calls"))
    monkeypatch.setenv("FAILING", "nothing")
    monkeypatch.delenv("ANSIBLE_PROGRAMS", raising=False)
    monkeypatch.setattr(cores, "TESTS_PYTHON", str(tmp_path / "tests/python"))
    machine = Machine(tmp_path)
    machine.write(tmp_path / "tests/python")
    return machine


def test_no_release_is_left_out() -> None:
    runtime = yaml.safe_load((cores.ROOT / "meta/runtime.yml").read_text())
    major, first = map(int, re.findall(r"\d+", runtime["requires_ansible"])[:2])
    minors = [core.place.name for core in cores.CORES]
    assert minors == [f"{major}.{first + number}" for number in range(len(minors))]
    pins = re.findall("^ansible-core==([^;]+)", (cores.ROOT / "tests/requirements.txt").read_text(), re.MULTILINE)
    assert pins
    assert set(pins) <= {core.version for core in cores.CORES}


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


def test_the_oldest_and_the_newest_follow_the_guides(machine: Machine) -> None:
    machine.install("3.10", "3.11", "3.12", "3.13")
    assert cores.main() == 0
    followed = [call.split()[-4:] for call in machine.calls() if "-m pytest" in call]
    programs = [f"{cores.PLACES}/{place}/venv/bin" for place in ("2.1", "2.3")]
    assert sorted(followed) == [["-q", cores.STRANGERS, "with", place] for place in programs]
    assert (cores.ROOT / cores.STRANGERS).exists()


def test_a_release_without_a_python_is_skipped_and_that_is_told(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.install("3.10", "3.11")
    assert cores.main() == 0
    assert not any(call.startswith("2.3/") for call in machine.calls())
    assert "2.3.0rc1   skipped: no Python 3.12, 3.13 on this machine" in capsys.readouterr().out


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
        installed.append([call.partition("-qq ")[2] for call in machine.calls() if "pip install" in call])
    assert installed == [[f"ansible-core==2.1.3 -r {pins}"], [], [f"ansible-core==2.1.3 -r {pins}"]]
