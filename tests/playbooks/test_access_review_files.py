# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module `org_access_review` leaves on the controller: files, their sums, a chain from review to review."""

from __future__ import annotations

import json
import stat
import subprocess
import typing as t
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import VIEWER, Ansible, Run
from ansible_collections.orgops.elastic_cloud.tests.unit.test_review_document import add_up, faults

pytestmark = pytest.mark.playbook

FILES = ["SHA256SUMS", "access-review.html", "access-review.json", "findings.csv", "grants.csv"]
PLAY = """
- hosts: elastic_cloud_organizations
  gather_facts: false
  tasks:
    - orgops.elastic_cloud.org_access_review:
        api_key: "{{ org_team_api_key }}"
        organization_id: "{{ org_team_organization_id }}"
        members: [{email: owner@example.com, role_assignments: {organization: [{role_id: owner}]}}]
        min_owners: 1
        fail_on: "{{ fail_on | default('never') }}"
        incomplete: warn
        dest: "{{ dest | default('left') }}"
        previous: "{{ previous | default(omit) }}"
        formats: "{{ formats | default(omit) }}"
      register: found
    - ansible.builtin.copy: {content: "{{ found | to_json }}", dest: "{{ playbook_dir }}/result.json", mode: "0600"}
      check_mode: false
  vars: {ansible_python_interpreter: "{{ ansible_playbook_python }}"}
"""
# The same as local, but Ansible does not know that: files have to be sent.
ELSEWHERE = """
from ansible.plugins.connection.local import Connection as Local

DOCUMENTATION = '''
name: elsewhere
short_description: local, as if it were not
author: nobody
description: For a test.
options: {}
'''


class Connection(Local):
    transport = "elsewhere"
"""


class Reviews:
    """Reviews of one organization, one after the other."""

    def __init__(self, ansible: Ansible, name: str) -> None:
        self.ansible = ansible
        self.variables = ansible.organization(name, {"stray@example.com": VIEWER}) | {"ansible_connection": "local"}
        (ansible.folder / "play.yml").write_text(PLAY, encoding="utf-8")
        (ansible.folder / "connection_plugins").mkdir(exist_ok=True)
        (ansible.folder / "connection_plugins/elsewhere.py").write_text(ELSEWHERE, encoding="utf-8")

    @property
    def id(self) -> str:
        return str(self.variables["org_team_organization_id"])

    def run(self, *options: str, **variables: t.Any) -> Run:
        """Make one."""
        return self.ansible.run({"acme": self.variables | variables}, *options, playbook="play.yml")

    def result(self, *options: str, **variables: t.Any) -> dict[str, t.Any]:
        """Make one that does not fail, and return the result."""
        run = self.run(*options, **variables)
        assert run.exit_code == 0, run.output
        assert not run.writes()
        found: dict[str, t.Any] = json.loads((self.ansible.folder / "result.json").read_text("utf-8"))
        return found

    def folders(self, dest: str = "left") -> list[Path]:
        """The folders of its reviews, in order."""
        there = self.ansible.folder / dest / self.id
        return sorted(there.iterdir(), key=lambda one: one.stat().st_mtime_ns) if there.is_dir() else []


def document_in(folder: Path) -> dict[str, t.Any]:
    """Return the document in a folder, which is a good one."""
    found: dict[str, t.Any] = json.loads((folder / "access-review.json").read_bytes())
    assert faults(found) == []
    if found["status"] != "error":
        add_up(found)
    return found


def test_it_leaves_files_that_their_owner_alone_can_read(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Files")
    result = reviews.result()
    (folder,) = reviews.folders()
    assert sorted(one.name for one in folder.iterdir()) == FILES
    assert folder.name == result["report"]["id"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert (ansible.folder / "left/.gitignore").read_text() == "*\n"
    document = document_in(folder)
    assert result["summary"] == document["summary"]
    assert "document" not in result
    assert result["report"]["paths"] == {
        "document": str(folder / "access-review.json"),
        "page": str(folder / "access-review.html"),
        "grants": str(folder / "grants.csv"),
        "findings": str(folder / "findings.csv"),
        "sums": str(folder / "SHA256SUMS"),
    }
    assert document["tool"]["ansible_core"]
    assert document["run"] | {"definition": None} == {"check_mode": False, "platform": None, "definition": None}
    assert "stray@example.com" in (folder / "access-review.html").read_text("utf-8")
    assert (folder / "grants.csv").read_bytes().count(b"\r\n") > 2


def test_each_review_goes_on_from_the_one_before(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Chain")
    first = reviews.result()
    assert first["report"]["previous"] is None
    second = reviews.result()
    assert second["report"]["previous"] == {
        "report_id": first["report"]["id"],
        "sha256": first["report"]["sha256"],
        "verified": True,
    }
    assert {one["state"] for one in second["findings"]} == {"open"}
    alone = reviews.result(previous="none")
    assert alone["report"]["previous"] is None
    asked = reviews.result(previous=str(reviews.folders()[0]))
    assert asked["report"]["previous"]["report_id"] == first["report"]["id"]
    newest = reviews.folders()[-1] / "access-review.json"
    newest.write_bytes(newest.read_bytes().replace(b"stray@example.com", b"stray@example.org"))
    changed = reviews.result()
    assert changed["report"]["previous"]["verified"] is False
    assert changed["status"] == "incomplete"
    assert {one["state"] for one in changed["findings"]} == {"new"}


def test_a_review_that_fails_leaves_files_too(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Failing")
    run = reviews.run(fail_on="high")
    assert run.exit_code == 2
    assert "FINDINGS: " in run.output
    assert len(reviews.folders()) == 1
    reviews.variables["org_team_api_key"] = "not-a-key-that-anybody-knows"
    run = reviews.run()
    assert run.exit_code == 2
    assert "ERROR: " in run.output
    document = document_in(reviews.folders()[-1])
    assert document["status"] == "error"
    assert sorted(one.name for one in reviews.folders()[-1].iterdir()) == FILES[:3]


def test_check_mode_writes_nothing_and_says_so(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Checking")
    result = reviews.result("--check")
    assert not reviews.folders()
    assert result["report"]["paths"] is None
    assert any("In check mode no files are written" in warning for warning in result["warnings"])
    assert result["findings"]


def test_a_job_tells_who_has_started_it(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Job")
    reviews.result(awx_job_id=7, awx_user_name="ada", tower_project_revision="4f2d9c1", formats=["csv"])
    document = document_in(reviews.folders()[0])
    assert document["run"]["platform"] == {
        "job_id": "7",
        "job_template": None,
        "launched_by": "ada",
        "project_revision": "4f2d9c1",
    }
    assert document["run"]["definition"]["commit"] == "4f2d9c1"
    assert not (reviews.folders()[0] / "access-review.html").exists()


def test_elsewhere_the_documents_come_and_go_with_the_task(ansible: Ansible) -> None:
    reviews = Reviews(ansible, "Elsewhere")
    reviews.result()
    reviews.variables["ansible_connection"] = "elsewhere"
    result = reviews.result()
    assert result["report"]["previous"]["verified"] is True
    assert {one["state"] for one in result["findings"]} == {"open"}
    assert document_in(reviews.folders()[-1])["report"]["id"] == result["report"]["id"]


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({"previous": "/nowhere/at/all"}, "previous: /nowhere/at/all: "),
        ({"org_team_organization_id": "../outside"}, "cannot be the name of a folder"),
        ({"dest": str(Path(__file__).parents[2] / "reviews")}, "is within the collection"),
    ],
)
def test_what_cannot_be_is_told_before_any_request(ansible: Ansible, variables: dict[str, t.Any], told: str) -> None:
    run = Reviews(ansible, "Wrong").run(**variables)
    assert run.exit_code == 2
    assert told in run.output
    assert not run.requests
