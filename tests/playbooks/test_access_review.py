# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role and the playbook of the access review, as a job has them: files, artifacts, and what they fail for."""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import (
    OWNER,
    PLAYBOOK,
    VIEWER,
    Ansible,
    Run,
    stats,
)

pytestmark = pytest.mark.playbook
REVIEW = "orgops.elastic_cloud.org_access_review"
SHOW = {"ANSIBLE_SHOW_CUSTOM_STATS": "1"}


def organization(ansible: Ansible, name: str, *strays: str, **more: t.Any) -> dict[str, t.Any]:
    """Make an organization of two lists of members, one of them left to be found; return the host's variables."""
    members = {"uma@example.org": VIEWER, **dict.fromkeys(strays, VIEWER)}
    return ansible.organization(name, members) | {
        "org_team_groups": {"owners": OWNER, "viewers": VIEWER},
        "org_team_members": [
            [{"email": "owner@example.com", "groups": ["owners"]}],
            [{"email": "uma@example.org", "groups": ["viewers"], "until": "2035-12-31"}],
        ],
        "org_access_review_min_owners": 1,
        "org_access_review_severities": {"owner_key_without_end": "medium"},  # the one in use is such a key
        **{f"org_access_review_{key}": value for key, value in more.items()},
    }


def review(ansible: Ansible, hosts: dict[str, t.Any], *options: str) -> Run:
    run = ansible.run(hosts, *options, playbook=REVIEW, **SHOW)
    assert run.writes() == []
    return run


def document_of(artifact: dict[str, t.Any], dest: Path) -> dict[str, t.Any]:
    """Return the document that an artifact is of."""
    path = dest / artifact["organization_id"] / artifact["report_id"] / "access-review.json"
    found: dict[str, t.Any] = json.loads(path.read_bytes())
    return found


@pytest.mark.parametrize("options", [(), ("--check",)], ids=str)
def test_a_job_leaves_files_and_numbers_also_when_it_only_checks(ansible: Ansible, options: tuple[str, ...]) -> None:
    host = organization(ansible, f"calm{len(options)}", dest=f"calm{len(options)}")
    run = review(ansible, {"calm": host}, *options)
    assert run.exit_code == 0, run.output
    assert run.recap("calm")["changed"] == 0
    left = stats(run)
    artifact = left["elastic_cloud_access_review"]["calm"]
    dest = ansible.folder / host["org_access_review_dest"]
    document = document_of(artifact, dest)
    assert artifact.keys() == {"organization_id", "status", "report_id", "sha256", "summary"}
    assert (artifact["summary"], artifact["status"]) == (document["summary"], "passed")
    assert (document["summary"]["people"], document["summary"]["drift"]) == (2, 0)
    assert document["run"]["check_mode"] == bool(options)
    assert left["elastic_cloud_access_review_text"] == f"{run.messages('calm')[-1]}\n"
    assert run.messages("calm")[-1].startswith("calm: passed; findings: ")
    assert "2 people, 0 invitations, 2 grants, 1 owner," in run.messages("calm")[-1]
    assert not (dest / "combined").exists()


def test_it_fails_for_what_matters_after_all_is_written(ansible: Ansible) -> None:
    host = organization(ansible, "stray", "stray@example.com", dest="stray")
    failed = review(ansible, {"stray": host})
    assert failed.exit_code == 2
    assert failed.messages("stray")[-1].startswith("FINDINGS: 1 open")
    first = stats(failed)["elastic_cloud_access_review"]["stray"]
    assert (first["status"], first["summary"]["findings"]["high"]["new"]) == ("findings", 1)
    assert "stray@example.com" in json.dumps(document_of(first, ansible.folder / "stray"))
    assert "stray@example.com" not in json.dumps(stats(failed))
    assert review(ansible, {"stray": host | {"org_access_review_fail_on_new": True}}).exit_code == 0
    assert review(ansible, {"stray": host | {"org_access_review_fail_on": "critical"}}).exit_code == 0


def test_one_slip_does_not_cost_the_others_their_report(ansible: Ansible) -> None:
    hosts = {name: organization(ansible, name, dest="several") for name in ("acme", "mute", "typo", "bare", "odd")}
    hosts["mute"]["org_team_api_key"] = "not-a-key-that-anybody-knows"
    hosts["typo"]["org_access_review_fail_onn"] = "low"
    del hosts["bare"]["org_team_members"]
    hosts["odd"]["org_access_review_min_owners"] = "{{ 1 // 0 }}"
    run = review(ansible, hosts)
    assert run.exit_code == 2
    assert {name: run.recap(name)["failed"] for name in hosts} == dict.fromkeys(hosts, 1) | {"acme": 0}
    left = stats(run)["elastic_cloud_access_review"]
    assert {name: left[name]["status"] for name in hosts} == dict.fromkeys(hosts, "error") | {"acme": "passed"}
    assert left["typo"] == {
        "organization_id": hosts["typo"]["org_team_organization_id"],
        "status": "error",
        "report_id": None,
        "sha256": None,
        "summary": None,
    }
    assert document_of(left["mute"], ansible.folder / "several")["status"] == "error"
    (combined,) = (ansible.folder / "several/combined").iterdir()
    page = (combined / "access-review.html").read_text("utf-8")
    for text in (
        hosts["acme"]["org_team_organization_id"],
        hosts["mute"]["org_team_organization_id"],
        "org_access_review_fail_onn is not a variable of this role",
        "org_team_members is missing",
        "odd",
    ):
        assert text in page, text
    assert "did you mean &#39;org_access_review_fail_on&#39;" in page
    assert run.messages("mute")[-1].startswith("ERROR: ")


def test_without_a_definition_only_where_that_is_said(ansible: Ansible) -> None:
    host = organization(ansible, "inventory", "stray@example.com", dest="inventory", inventory_only=True)
    del host["org_team_members"]
    run = review(ansible, {"inventory": host})
    assert run.exit_code == 0, run.output
    artifact = stats(run)["elastic_cloud_access_review"]["inventory"]
    document = document_of(artifact, ansible.folder / "inventory")
    assert "unmanaged_member" in {one["rule"] for one in document["completeness"]["skipped_rules"]}


def test_the_other_roles_know_its_variables(ansible: Ansible) -> None:
    host = organization(ansible, "both", dest="both") | {"org_sso_unknown_roles": "warn"}
    assert ansible.run({"both": host}, "--check", playbook=PLAYBOOK).exit_code == 0
    assert ansible.run({"both": host}, "--check", playbook="orgops.elastic_cloud.org_sso").exit_code == 0
    assert review(ansible, {"both": host | {"org_team_purge": True, "org_sso_enforced": False}}).exit_code == 0
