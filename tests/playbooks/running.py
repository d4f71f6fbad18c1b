# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ansible-playbook as a process, and what it came to."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from dataclasses import dataclass, field
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.tests.emulator.emulator import Emulator

PLAYBOOK = "orgops.elastic_cloud.org_team"
AUDIT = "orgops.elastic_cloud.org_audit"
OWNER = {"organization": [{"role_id": "organization-admin"}]}
VIEWER = {"deployment": [{"role_id": "deployment-viewer", "all": True}]}


@dataclass(frozen=True)
class Run:
    """What a run of ansible-playbook came to."""

    exit_code: int
    output: str
    requests: list[dict[str, t.Any]]

    def recap(self, host: str) -> dict[str, int]:
        """Return the counts of the line at the end: ok, changed, failed and so on."""
        line = re.search(rf"^{re.escape(host)}\s+: (.*)$", self.output, re.MULTILINE)
        if not line:
            raise LookupError(f"no recap of {host} in: {self.output}")
        return {name: int(count) for name, count in re.findall(r"(\w+)=(\d+)", line[1])}

    def messages(self, host: str) -> list[str]:
        """Return all that tasks had to say as `msg` about a host, in order, lists as their lines."""
        found: list[str] = []
        for start in re.finditer(rf"^\w+: \[{re.escape(host)}\][^\n]*?=> (?=\{{)", self.output, re.MULTILINE):
            result, _end = json.JSONDecoder().raw_decode(self.output, start.end())
            message = result.get("msg", [])
            found += message if isinstance(message, list) else [message]
        return found

    def writes(self, organization: str = "") -> list[dict[str, t.Any]]:
        """Return the requests that were to change something, in this organization or anywhere."""
        return [one for one in self.requests if one["method"] != "GET" and organization in one["path"]]


@dataclass
class Ansible:
    """ansible-playbook, the emulator and a folder for files; knows no settings and no keys but those of the test."""

    emulator: Emulator
    folder: Path
    environment: dict[str, str]
    bin: Path = field(default=Path(sys.executable).parent)

    def organization(self, name: str, members: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Make an organization with one owner and these members; return the variables with its id and a key for it."""
        organization = self.emulator.add_organization(name)
        self.emulator.add_member(organization, "owner@example.com", OWNER)
        for email, roles in (members or {}).items():
            self.emulator.add_member(organization, email, roles)
        return {"org_team_organization_id": organization.id, "org_team_api_key": self.emulator.add_key(organization)}

    def run(
        self, inventory: str | dict[str, t.Any], *options: str, playbook: str = PLAYBOOK, **environment: str
    ) -> Run:
        """Apply a playbook to an inventory: YAML text, or the variables of each host in our group."""
        if not isinstance(inventory, str):
            inventory = json.dumps({"elastic_cloud_organizations": {"hosts": inventory}})
        (self.folder / "inventory.yml").write_text(inventory, encoding="utf-8")
        before = len(self.emulator.log)
        process = subprocess.run(
            [self.bin / "ansible-playbook", playbook, "-i", self.folder / "inventory.yml", *options],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return Run(process.returncode, process.stdout, self.emulator.log[before:])


def stats(run: Run) -> dict[str, t.Any]:
    """Return the artifacts of a run with ANSIBLE_SHOW_CUSTOM_STATS: what set_stats has left for the whole of it."""
    found = re.search(r"^\tRUN: (.*)$", run.output, re.MULTILINE)
    if not found:
        raise LookupError(f"no artifacts in: {run.output}")
    left: dict[str, t.Any] = json.loads(found[1])
    return left
