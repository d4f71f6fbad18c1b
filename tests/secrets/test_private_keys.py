# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Private keys that somebody takes for certificates: wherever they stand, org_sso refuses them, and shows none."""

from __future__ import annotations

import base64
import json
import typing as t
from collections.abc import Callable

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, Ansible
from ansible_collections.orgops.elastic_cloud.tests.secrets.running import play
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import KEYS, make, private_text, text_of

pytestmark = pytest.mark.playbook
PRIVATE = private_text(KEYS[0])
BODY = PRIVATE.splitlines()[1]
FORMS = {
    "TEST_ALONE": PRIVATE,
    "TEST_BESIDE": text_of(make()) + PRIVATE,
    "TEST_BASE64": base64.b64encode(PRIVATE.encode()).decode(),
}
HERE = "{{ lookup('ansible.builtin.env', name) }}"
PLACES: dict[str, t.Any] = {
    "a certificate": {"identity_provider": {"public_certificates": [HERE]}},
    "the only one": {"identity_provider": {"public_certificates": HERE}},
    "another key": {"identity_provider": {"issuer": HERE}},
    "a misspelt key": {"identity_provider": {"public_certificate": [HERE]}},
    "the provider itself": {"identity_provider": HERE},
    "a mapping": {"role_mappings": [{"name": HERE, "any": [{"group": HERE}]}]},
    "a group": {"groups": {"x": {"deployment": [{"role_id": HERE}]}}},
    "beside the way out": {"identity_provider": {"public_certificates": [HERE]}, "enforced": False},
}


def secrets() -> list[str]:
    """Any of these would give the key away."""
    whole = base64.b64encode(PRIVATE.encode()).decode()
    return [BODY[:24], BODY[-24:], whole[60:100]]


@pytest.mark.parametrize("verbosity", [5, pytest.param(0, marks=pytest.mark.slow)])
def test_no_private_key_is_shown(new_ansible: Callable[[], Ansible], verbosity: int) -> None:
    ansible = new_ansible()
    organization = ansible.emulator.add_organization("Example")
    ansible.emulator.add_member(organization, "owner@example.com", OWNER)
    key = ansible.emulator.add_key(organization)
    tasks = [
        {
            "orgops.elastic_cloud.org_sso": {**options, "organization_id": organization.id},
            "vars": {"name": name},
        }
        for options in PLACES.values()
        for name in FORMS
    ]
    run, results = play(
        ansible,
        tasks,
        "--diff",
        EC_API_KEY=key,
        ANSIBLE_VERBOSITY=str(verbosity),
        ANSIBLE_LOG_PATH=str(ansible.folder / "log.txt"),
        ANSIBLE_DISPLAY_TRACEBACK="always",
        **FORMS,
    )
    assert len(results) == len(tasks)
    assert all(result["failed"] and "private key" in result["msg"] for result in results)
    log = (ansible.folder / "log.txt").read_text(encoding="utf-8")
    for text in (run.output, log, json.dumps(results)):
        assert text
        assert [secret for secret in secrets() if secret in text] == []
