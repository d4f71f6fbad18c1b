# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dates and vaulted values, which templating treats differently in each ansible-core."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible
from ansible_collections.orgops.elastic_cloud.tests.tools import cores

pytestmark = pytest.mark.playbook
OLDEST = cores.CORES[0].version
REQUIREMENTS = [cores.REQUIREMENTS, cores.ROOT / "tests/integration/requirements.txt"]


@pytest.fixture(scope="module")
def oldest(ansible: Ansible, tmp_path_factory: pytest.TempPathFactory) -> Ansible:
    """ansible-playbook of the oldest ansible-core that is supported, in a virtual environment of its own."""
    folder = tmp_path_factory.mktemp("oldest")
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pinned = [argument for file in REQUIREMENTS for argument in ("-r", file)]
    subprocess.run([folder / "venv/bin/pip", "install", "-qq", f"ansible-core=={OLDEST}", *pinned], check=True)
    return replace(ansible, bin=folder / "venv/bin")


@pytest.mark.parametrize("version", ["ansible", pytest.param("oldest", marks=pytest.mark.slow)])
def test_an_unquoted_date_and_vaulted_values_work(version: str, request: pytest.FixtureRequest) -> None:
    ansible: Ansible = request.getfixturevalue(version)
    variables = ansible.organization(f"dates {version}")
    password = ansible.folder / "password"
    password.write_text("open sesame", encoding="utf-8")

    def vaulted(text: str, indent: int) -> str:
        program = str(ansible.bin / "ansible-vault")
        command = [program, "encrypt_string", "--vault-password-file", str(password), "--", text]
        lines = subprocess.run(command, env=ansible.environment, check=True, capture_output=True, text=True).stdout
        return f"\n{' ' * indent}".join(line.strip() for line in lines.splitlines())

    inventory = f"""
elastic_cloud_organizations:
  hosts:
    dates:
      org_team_organization_id: "{variables["org_team_organization_id"]}"
      org_team_api_key: {vaulted(variables["org_team_api_key"], 8)}
      org_team_groups:
        owners: {{organization: [{{role_id: owner}}]}}
      org_team_members:
        - {{email: owner@example.com, groups: [owners]}}
        - {{email: future@example.com, groups: [owners], until: 2935-12-31}}
        - {{email: past@example.com, groups: [owners], until: 2025-12-31}}
        - {{email: hour@example.com, groups: [owners], until: 2025-12-31T10:00:00+02:00}}
        - email: {vaulted("secret@example.com", 12)}
          groups: [owners]
"""
    run = ansible.run(inventory, "--vault-password-file", str(password))
    assert run.exit_code == 0, run.output
    assert run.messages("dates")[0] == "dates: 2 invited, 3 unchanged"
    people = ansible.emulator.people(variables["org_team_organization_id"])
    assert people.keys() == {"owner@example.com", "future@example.com", "secret@example.com"}
    assert variables["org_team_api_key"] not in run.output
