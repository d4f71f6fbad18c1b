# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What jobs do, and what they keep: output, events, and files with the environment."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import MOST_ECHOED
from ansible_collections.orgops.elastic_cloud.tests.docs.checking import ROLE_VARIABLES
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import GUIDE, Job, Platform
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, PLAYBOOK, VIEWER

pytestmark = pytest.mark.playbook
PASSWORD = "open sesame"
GROUPS: dict[str, dict[str, t.Any]] = {"owners": OWNER, "viewers": VIEWER}
NAMES = ("audited", "refused", "north", "south", "planned", "reviewed")
KEYS = {name: f"key-of-{name}-{'0123456789abcdef' * 2}" for name in NAMES}


def organization(platform: Platform, name: str, *leavers: str, viewers: int = 1) -> dict[str, t.Any]:
    """Make an organization and return a host's variables for it.

    It has an owner, viewers and people who are to leave; its definition has the first two and a newcomer.
    """
    found = platform.emulator.add_organization(name)
    platform.emulator.add_key(found, secret=KEYS[name])
    stayers = {f"owner@{name}.example.com": "owners"}
    stayers |= {f"viewer{number}@{name}.example.com": "viewers" for number in range(viewers)}
    for email, group in stayers.items():
        platform.emulator.add_member(found, email, GROUPS[group])
    for leaver in leavers:
        platform.emulator.add_member(found, f"{leaver}@{name}.example.com", VIEWER)
    newcomer = {"email": f"newcomer@{name}.example.com", "groups": ["viewers"]}
    return {
        "org_team_organization_id": found.id,
        "org_team_groups": GROUPS,
        "org_team_members": [*({"email": email, "groups": [group]} for email, group in stayers.items()), newcomer],
    }


def files_with(text: str, folder: Path) -> set[str]:
    """Return the files below a folder that hold a text."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert files
    return {str(path.relative_to(folder)) for path in files if text in path.read_text(encoding="utf-8")}


@pytest.fixture(scope="module")
def audit(platform: Platform) -> Job:
    """A job in check mode, limited to one of two organizations, with everything shown; one question left blank."""
    inventory = {"audited": organization(platform, "audited", viewers=MOST_ECHOED), "other": {"org_team_members": []}}
    return platform.run(
        inventory,
        *("--check", "--diff", "--limit=audited", "-vvvvv"),
        credential={"api_key": KEYS["audited"], "endpoint": platform.url},
        answers={"org_team_max_removals": None},
    )


def test_an_audit_reports_drift_and_writes_nothing(audit: Job) -> None:
    assert audit.status == "successful", audit.output
    assert audit.requests
    assert audit.writes() == []
    assert audit.summary("audited") == f"audited: 1 would be invited, {MOST_ECHOED + 1} unchanged"
    result = audit.result("audited")
    assert result["changed"]
    assert [(action["action"], action["email"]) for action in result["plan"]] == [
        ("invite", "newcomer@audited.example.com")
    ]
    assert [(one["after_header"], one["before"]) for one in result["diff"]] == [("newcomer@audited.example.com", "")]
    assert "+++ after: newcomer@audited.example.com" in audit.output


def test_a_limit_leaves_the_other_organizations_alone(audit: Job) -> None:
    assert audit.counts["changed"] == {"audited": 1}
    assert audit.counts["processed"] == {"audited": 1}


def test_a_key_in_the_environment_is_kept_in_one_file_for_its_owner(audit: Job) -> None:
    assert files_with(KEYS["audited"], audit.folder) == {"artifacts/job/command", "env/envvars"}
    assert (audit.artifacts / "command").stat().st_mode & 0o777 == 0o600
    assert json.loads((audit.artifacts / "command").read_text())["env"]["EC_API_KEY"] == KEYS["audited"]


def test_events_do_not_repeat_a_long_definition(audit: Job) -> None:
    result = audit.result("audited")
    assert result["invocation"]["module_args"]["members"] == f"{MOST_ECHOED + 2} entries"
    assert "viewer0@audited.example.com" not in json.dumps(result)


@pytest.fixture(scope="module")
def both(platform: Platform) -> Job:
    """Two organizations in one job, their keys in the inventory and the password of the vault typed in at a prompt."""
    vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])
    inventory = {}
    for name in ("north", "south"):
        key = {"__ansible_vault": vault.encrypt(KEYS[name]).decode()}
        variables = organization(platform, name, "leaver")
        inventory[name] = variables | {"org_team_api_key": key, "org_team_endpoint": platform.url}
    inventory["south"] |= {"org_team_purge": True}
    return platform.run(inventory, "--forks=2", playbook=PLAYBOOK, vault_password=PASSWORD)


def test_two_organizations_are_each_given_their_own(both: Job, platform: Platform) -> None:
    assert both.status == "successful", both.output
    assert both.counts["changed"] == {"north": 1, "south": 1}
    assert both.summary("north") == "north: 1 invited, 2 unchanged, 1 unmanaged (leaver@north.example.com)"
    assert both.summary("south") == "south: 1 invited, 1 removed, 2 unchanged"
    assert "leaver@north.example.com" in platform.emulator.people("north")
    assert "leaver@south.example.com" not in platform.emulator.people("south")


@pytest.mark.parametrize("name", ["north", "south"])
def test_a_vaulted_key_is_kept_nowhere(both: Job, name: str) -> None:
    assert files_with(KEYS[name], both.folder) == set()


@pytest.fixture(scope="module")
def raised(platform: Platform) -> list[Job]:
    """A job that a guard refuses, and the same with a survey that raises its limit; the endpoint is left blank."""
    inventory = {"refused": organization(platform, "refused", "ann", "bob") | {"org_team_endpoint": platform.url}}
    credential = {"api_key": KEYS["refused"]}
    purge = {"org_team_purge": "true"}
    return [
        platform.run(inventory, credential=credential, answers=answers)
        for answers in (purge, purge | {"org_team_max_removals": "50%"})
    ]


def test_a_job_that_a_guard_refuses_fails_and_says_so(raised: list[Job]) -> None:
    refused, _allowed = raised
    assert refused.status == "failed"
    assert refused.writes() == []
    assert refused.counts["failures"] == {"refused": 1}
    assert refused.result("refused")["guard"]["name"] == "max_removals"
    assert refused.summary("refused").startswith("refused: refused by the guard max_removals")
    assert "max_removals" in refused.results("refused")["Fail if the module has failed"]["msg"]


def test_answers_to_a_survey_are_text_and_win(raised: list[Job], platform: Platform) -> None:
    _refused, allowed = raised
    assert allowed.status == "successful", allowed.output
    assert allowed.summary("refused") == "refused: 1 invited, 2 removed, 2 unchanged"
    assert platform.emulator.people("refused").keys() == {
        "owner@refused.example.com",
        "viewer0@refused.example.com",
        "newcomer@refused.example.com",
    }


def test_the_guide_asks_for_variables_of_the_role_and_leaves_none_blank() -> None:
    survey = yaml.safe_load(GUIDE["Survey"])
    assert {question["variable"] for question in survey["spec"]} <= ROLE_VARIABLES
    assert all(question["required"] and question["min"] for question in survey["spec"])


def test_an_approval_reaches_the_job_after_it_and_lets_pass_no_other_plan(platform: Platform) -> None:
    inventory = {"planned": organization(platform, "planned", "ann", "bob") | {"org_team_endpoint": platform.url}}
    inventory["planned"]["org_team_purge"] = True
    credential = {"api_key": KEYS["planned"]}
    audited = platform.run(inventory, "--check", playbook="audit.yml", credential=credential)
    assert audited.status == "failed", "only a job that fails leads on to the approval"
    platform.emulator.add_member("planned", "cy@planned.example.com", VIEWER)
    raced = platform.run(inventory, credential=credential, artifacts=audited.left)
    assert raced.result("planned")["guard"]["name"] == "plan_digest"
    assert raced.writes() == []
    again = platform.run(inventory, "--check", playbook="audit.yml", credential=credential)
    applied = platform.run(inventory, credential=credential, artifacts=again.left)
    assert applied.status == "successful", applied.output
    assert applied.summary("planned") == "planned: 1 invited, 3 removed, 2 unchanged"


def test_a_review_leaves_its_files_where_the_template_says_and_its_result_for_others(platform: Platform) -> None:
    inventory = {"reviewed": organization(platform, "reviewed") | {"org_team_endpoint": platform.url}}
    dest = platform.folder / "exposed"
    job = platform.run(
        inventory,
        playbook="access_review.yml",
        credential={"api_key": KEYS["reviewed"]},
        artifacts={"org_access_review_dest": str(dest)},
    )
    assert job.status == "failed", "there is one owner alone"
    assert job.writes() == []
    left = job.left["elastic_cloud_access_review"]["reviewed"]
    (document,) = dest.glob(f"{left['organization_id']}/*/*.json")
    assert json.loads(document.read_text(encoding="utf-8"))["report"]["id"] == left["report_id"]
    assert job.left["elastic_cloud_access_review_text"].startswith("reviewed: ")
    assert files_with(KEYS["reviewed"], dest) == set()
