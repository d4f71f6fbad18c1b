# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs as AWX runs them: a folder with environment, extra variables, passwords and inventory, and ansible-runner in it.

Project, credential type and survey are those of the guide for automation platforms.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import typing as t
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from jinja2 import Environment, StrictUndefined

from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, blocks
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator

GUIDE = {block.file: block.text for block in blocks(GUIDES / "guide_platforms.rst") if block.file}
PROJECT = (
    "apply.yml",
    "audit.yml",
    "access_review.yml",
    "check.yml",
    "one_report.yml",
    "collections/requirements.yml",
)
# Characters of a result, above which ansible-runner and platforms leave it out of its event
LARGEST_EVENT = 700_000
# Seconds until a job that does not end is stopped, several times what any of them takes
TIMEOUT = 90
# What AWX asks for the password of a vault credential without an id, and what it answers
VAULT = ("--ask-vault-pass", r"Vault password:\s*?$")


@dataclass(frozen=True)
class Job:
    """What ansible-runner has left of a job in its folder, and the requests that the service has seen meanwhile."""

    folder: Path
    requests: list[dict[str, t.Any]]

    @property
    def artifacts(self) -> Path:
        """Where the job's output and events are."""
        return self.folder / "artifacts/job"

    @property
    def status(self) -> str:
        """What the platform shows: successful, failed, timeout, .."""
        return (self.artifacts / "status").read_text(encoding="utf-8")

    @property
    def output(self) -> str:
        """All that was printed."""
        return (self.artifacts / "stdout").read_text(encoding="utf-8")

    @cached_property
    def events(self) -> list[dict[str, t.Any]]:
        """What happened, in order; what ansible-runner did not come to the end of is left out."""
        files = (self.artifacts / "job_events").glob("*.json")
        whole = [file for file in files if not file.name.endswith("-partial.json")]
        return sorted((json.loads(file.read_text(encoding="utf-8")) for file in whole), key=lambda one: one["counter"])

    def results(self, host: str) -> dict[str, dict[str, t.Any]]:
        """Return what the tasks of the role have returned for a host, by their names."""
        return {
            event["event_data"]["task"]: event["event_data"]["res"]
            for event in self.events
            if event["event"] in ("runner_on_ok", "runner_on_failed") and event["event_data"]["host"] == host
        }

    def result(self, host: str) -> dict[str, t.Any]:
        """Return what the module has returned for a host."""
        return self.results(host)["Apply the team definition"]

    def summary(self, host: str) -> str:
        """Return the line that tells how it went."""
        message = self.results(host)["Say how it went"]["msg"]
        return str(message if isinstance(message, str) else message[0])

    @property
    def counts(self) -> dict[str, dict[str, int]]:
        """What is counted at the end, by its name: changed, failures, ok, .., for each host with any."""
        return next(dict(one["event_data"]) for one in self.events if one["event"] == "playbook_on_stats")

    @property
    def left(self) -> dict[str, t.Any]:
        """What the job leaves for those after it in a workflow."""
        stats = next(one["event_data"] for one in self.events if one["event"] == "playbook_on_stats")
        return dict(stats["artifact_data"])

    def writes(self) -> list[dict[str, t.Any]]:
        """Return the requests that were to change something."""
        return [one for one in self.requests if one["method"] != "GET"]


@dataclass
class Platform:
    """An automation platform: runs jobs on the organizations of an emulator, each job in a folder of its own."""

    emulator: Emulator
    url: str
    folder: Path
    environment: dict[str, str]
    programs: Path
    _jobs: int = 0

    def run(
        self,
        inventory: Mapping[str, Mapping[str, t.Any]],
        *arguments: str,
        playbook: str = "apply.yml",
        credential: Mapping[str, str] | None = None,
        answers: Mapping[str, str | None] | None = None,
        artifacts: Mapping[str, t.Any] | None = None,
        vault_password: str | None = None,
    ) -> Job:
        """Run a job for the hosts with these variables.

        credential: what was entered into the fields of the guide's credential type; answers: those to a survey;
        artifacts: what the jobs before it in a workflow have left.
        """
        self._jobs += 1
        folder = self.folder / f"job{self._jobs}"
        for name in PROJECT:
            _write(folder / "project" / name, GUIDE[name])
        _write(folder / "inventory/hosts", _inventory_script(inventory), mode=0o700)
        _write(folder / "env/envvars", json.dumps(injected(credential) if credential else {}))
        # AWX marks what people have answered, so that no template in it is filled in.
        extra = {name: f"!unsafe {json.dumps(value)}" if value else "null" for name, value in (answers or {}).items()}
        extra |= {name: json.dumps(value) for name, value in (artifacts or {}).items()}
        _write(folder / "env/extravars", "".join(f"{name}: {value}\n" for name, value in extra.items()) or "{}")
        if vault_password:
            option, prompt = VAULT
            arguments = (option, *arguments)
            _write(folder / "env/passwords", json.dumps({prompt: vault_password}))
        _write(folder / "env/cmdline", shlex.join(["-u", "root", *arguments]))
        _write(folder / "env/settings", json.dumps({"job_timeout": TIMEOUT}))
        before = len(self.emulator.log)
        base = {name: value for name, value in self.environment.items() if not name.startswith("EC_")}
        base["PATH"] = f"{self.programs}{os.pathsep}{base['PATH']}"
        subprocess.run(
            [self.programs / "ansible-runner", "run", folder, "--playbook", playbook, "--ident", "job", "--quiet"],
            env=base,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        return Job(folder, self.emulator.log[before:])


def injected(credential: Mapping[str, str]) -> dict[str, str]:
    """Return the environment variables that the guide's credential type makes of its fields; blank ones, too."""
    fields = yaml.safe_load(GUIDE["Input configuration"])["fields"]
    entered = {field["id"]: "" for field in fields} | dict(credential)
    templates = yaml.safe_load(GUIDE["Injector configuration"])["env"]
    jinja = Environment(undefined=StrictUndefined, autoescape=False)
    return {name: jinja.from_string(template).render(entered) for name, template in templates.items()}


def _inventory_script(hosts: Mapping[str, Mapping[str, t.Any]]) -> str:
    """Return an inventory as AWX writes it, a program that prints it."""
    document = {"elastic_cloud_organizations": {"hosts": list(hosts)}, "_meta": {"hostvars": hosts}}
    return f"#! /usr/bin/env python3\nprint({json.dumps(document)!r})\n"


def _write(path: Path, text: str, mode: int = 0o600) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
