# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The workflows may do as little as possible, take nothing that can change under them, and call what there is."""

from __future__ import annotations

import pathlib
import re
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = sorted((ROOT / ".github/workflows").glob("*.yml"))
WORKFLOWS = {path.name: yaml.safe_load(path.read_text()) for path in FILES}
JOBS = {f"{file}:{name}": job for file, workflow in WORKFLOWS.items() for name, job in workflow["jobs"].items()}
STEPS = [step for job in JOBS.values() for step in job.get("steps", [])]


@pytest.mark.parametrize("name", WORKFLOWS)
def test_workflow_starts_without_rights_and_never_with_those_of_the_base(name: str) -> None:
    assert WORKFLOWS[name]["permissions"] == {}
    assert WORKFLOWS[name]["concurrency"]["group"]
    assert "pull_request_target" not in WORKFLOWS[name]["on"]


@pytest.mark.parametrize("name", JOBS)
def test_job_says_which_rights_it_needs_and_when_to_stop(name: str) -> None:
    job = JOBS[name]
    assert isinstance(job["permissions"], dict)
    # A called workflow has its own limits.
    assert ("timeout-minutes" in job) != ("uses" in job)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_actions_are_pinned_by_commit_and_named_by_version(path: pathlib.Path) -> None:
    used = re.findall(r"uses: (?!\./)(.*)", path.read_text())
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line)] == []


def test_checkouts_leave_no_credentials_behind() -> None:
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert checkouts
    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_commands_have_values_from_variables_only() -> None:
    commands = [step["run"] for step in STEPS if "run" in step]
    assert commands
    assert [command for command in commands if "${{" in command] == []


def test_secrets_are_given_to_single_steps_of_protected_jobs() -> None:
    secret = re.compile(r"secrets\.")
    for job in JOBS.values():
        outside = {key: value for key, value in job.items() if key != "steps"}
        assert not secret.search(yaml.safe_dump(outside))
        assert "environment" in job or not secret.search(yaml.safe_dump(job))


def test_what_they_call_is_there() -> None:
    commands = [t.cast("str", step["run"]).split() for step in STEPS if "run" in step]
    targets = {words[1] for words in commands if words[0] == "make"}
    assert "test" in targets
    rules = (ROOT / "Makefile").read_text().replace("$(READY)", ".venv/.ready")
    assert [target for target in targets if not re.search(rf"^{re.escape(target)}:", rules, re.MULTILINE)] == []
    assert (ROOT / ".ci/run").is_file()


def test_what_must_pass_before_a_release_is_all_of_it() -> None:
    jobs = WORKFLOWS["release.yml"]["jobs"]
    assert jobs["test"]["uses"] == "./.github/workflows/ci.yml"
    assert "workflow_call" in WORKFLOWS["ci.yml"]["on"]
    assert [jobs[name]["needs"] for name in ("build", "galaxy", "github")] == ["test", "build", "galaxy"]
