# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen of a run before it has ended."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._progress import SOON
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, Ansible

pytestmark = [pytest.mark.playbook, pytest.mark.slow]


def test_a_run_that_takes_long_says_what_it_is_at(ansible: Ansible) -> None:
    inventory = {"patient": ansible.organization("patient")}
    inventory["patient"]["org_team_members"] = [{"email": "owner@example.com", "role_assignments": OWNER}]
    organization = inventory["patient"]["org_team_organization_id"]
    ansible.emulator.fail("delay", seconds=SOON + 1, method="GET", path=f"/organizations/{organization}/members")
    run = ansible.run(inventory)
    assert run.exit_code == 0, run.output
    assert run.output.splitlines().count("patient: reading who is in the organization") == 1
    assert run.messages("patient") == ["patient: nothing to do, 1 unchanged"]
