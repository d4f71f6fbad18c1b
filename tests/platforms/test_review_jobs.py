# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Jobs that review: what they leave for other jobs and in files, and what they keep of a large organization."""

from __future__ import annotations

import hashlib
import json
import stat
import subprocess
import typing as t
from dataclasses import dataclass
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import LARGEST_EVENT, Job, Platform
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER

pytestmark = pytest.mark.playbook
REVIEW = "orgops.elastic_cloud.org_access_review"
KEY = f"key-of-reviewers-{'0123456789abcdef' * 2}"
PEOPLE, STRAYS, MUCH = 2000, 110, 100
# What people and organizations may be called; a job that took it for a template would say 42, or fail.
HOSTILE = "{{ 6 * 7 }} {% include 'x' %} #jinja2: <b>\u202e"
FILES = ["SHA256SUMS", "access-review.html", "access-review.json", "findings.csv", "grants.csv"]


@dataclass(frozen=True)
class Reviewed:
    """A job that has reviewed two organizations, of which one has what fails it."""

    job: Job
    check: bool
    ids: dict[str, str]

    @property
    def dest(self) -> Path:
        """Where its files are: relative to where the job was started, in its project."""
        return self.job.folder / "project/access-review"

    @property
    def artifacts(self) -> dict[str, t.Any]:
        """What it leaves for other jobs about each host."""
        return dict(self.job.left["elastic_cloud_access_review"])

    def folder(self, host: str) -> Path:
        """The one folder with the review of a host."""
        (found,) = (self.dest / self.ids[host]).iterdir()
        return found

    def document(self, host: str) -> dict[str, t.Any]:
        """The document of a host."""
        return dict(json.loads((self.folder(host) / "access-review.json").read_bytes()))


def large(emulator: Emulator) -> dict[str, t.Any]:
    """Make an organization where people lack what they should have, and nobody has defined those with most access."""
    found = emulator.add_organization(f"Large {HOSTILE}")
    emulator.add_member(found, "owner@large.example.com", OWNER)
    defined = [f"defined{number}@large.example.com" for number in range(PEOPLE - STRAYS)]
    strays = [f"stray{number}@large.example.com" for number in range(STRAYS)]
    much = {"deployment": [{"role_id": "deployment-admin", "deployment_ids": [f"{one:032x}" for one in range(MUCH)]}]}
    for emails, roles in ((defined, VIEWER), (strays, much)):
        for email in emails:
            emulator.add_member(found, email, roles, name=f"{email} {HOSTILE}")
    return {
        "org_team_organization_id": found.id,
        "org_team_members": [
            {"email": "owner@large.example.com", "role_assignments": OWNER},
            *({"email": email, "role_assignments": VIEWER | OWNER} for email in defined),
        ],
    }


def small(emulator: Emulator) -> dict[str, t.Any]:
    """Make an organization that is as it should be."""
    found = emulator.add_organization(f"Small {HOSTILE}")
    emulator.add_member(found, "owner@small.example.com", OWNER, name=HOSTILE)
    return {
        "org_team_organization_id": found.id,
        "org_team_members": [{"email": "owner@small.example.com", "role_assignments": OWNER}],
    }


@pytest.fixture(
    scope="module",
    params=[pytest.param(True, id="check"), pytest.param(False, id="run", marks=pytest.mark.slow)],
)
def reviewed(request: pytest.FixtureRequest, platform: Platform) -> Reviewed:
    """A job of each type, as much shown as can be."""
    emulator = platform.emulator
    emulator.load({})
    hosts = {"large": large(emulator), "small": small(emulator)}
    ids = {name: host["org_team_organization_id"] for name, host in hosts.items()}
    emulator.add_key(list(ids.values()), kind="owner", secret=KEY)
    more = {
        "org_team_endpoint": platform.url,
        "org_access_review_min_owners": 1,
        "org_access_review_severities": {"owner_key_without_end": "medium"},  # the one in use is such a key
    }
    job = platform.run(
        {name: host | more for name, host in hosts.items()},
        *(["--check"] if request.param else []),
        *("-vvvvv", "--forks=2"),
        playbook=REVIEW,
        credential={"api_key": KEY},
    )
    return Reviewed(job, request.param, ids)


def test_it_fails_for_what_was_found_and_writes_nothing_to_the_service(reviewed: Reviewed) -> None:
    job = reviewed.job
    assert job.status == "failed", job.output
    assert job.counts["failures"] == {"large": 1}, job.output
    assert "changed" not in job.counts or not job.counts["changed"]
    assert len(job.requests) >= 2 * 7
    assert job.writes() == []
    failed = job.results("large")["Fail for what matters"]["msg"]
    assert failed.startswith(f"FINDINGS: {STRAYS} open")
    assert job.results("small")["Review who has access"]["status"] == "passed"


@pytest.mark.parametrize("host", ["large", "small"])
def test_its_files_are_left_for_their_owner_alone(reviewed: Reviewed, host: str) -> None:
    folder = reviewed.folder(host)
    assert sorted(one.name for one in folder.iterdir()) == FILES
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    folders = [reviewed.dest, folder.parent, folder]
    assert {stat.S_IMODE(one.stat().st_mode) for one in folders} == {0o700}
    subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    assert reviewed.document(host)["run"]["check_mode"] == reviewed.check


def test_both_are_in_one_report(reviewed: Reviewed) -> None:
    (combined,) = (reviewed.dest / "combined").iterdir()
    page = (combined / "access-review.html").read_text("utf-8")
    assert all(one in page for one in reviewed.ids.values())
    assert {one.name for one in reviewed.dest.iterdir()} == {".gitignore", "combined", *reviewed.ids.values()}


@pytest.mark.parametrize("host", ["large", "small"])
def test_other_jobs_are_left_the_numbers_of_the_document(reviewed: Reviewed, host: str) -> None:
    document, content = reviewed.document(host), (reviewed.folder(host) / "access-review.json").read_bytes()
    assert reviewed.artifacts[host] == {
        "organization_id": reviewed.ids[host],
        "status": "findings" if host == "large" else "passed",
        "report_id": document["report"]["id"],
        "sha256": hashlib.sha256(content).hexdigest(),
        "summary": document["summary"],
    }
    everybody = {
        "large": f"{PEOPLE + 1} people, 0 invitations, {1 + PEOPLE - STRAYS + STRAYS * MUCH} grants, 1 owner,",
        "small": "1 person, 0 invitations, 1 grant, 1 owner,",
    }
    lines = reviewed.job.left["elastic_cloud_access_review_text"].splitlines()
    (line,) = [one for one in lines if one.startswith(f"{host}: ")]
    assert f"; {everybody[host]}" in line


def test_no_text_of_the_service_is_among_the_variables_of_other_jobs(reviewed: Reviewed) -> None:
    text = json.dumps(reviewed.job.left, ensure_ascii=False)
    assert not [one for one in ("{{", "{%", "#jinja2", "example.com", "Large", "Small", "\u202e") if one in text]
    assert "42" not in reviewed.document("large")["source"]["organization"]["name"]


def test_its_key_is_kept_where_the_platform_keeps_it_and_nowhere_else(reviewed: Reviewed) -> None:
    job = reviewed.job
    files = [path for path in job.folder.rglob("*") if path.is_file()]
    found = {str(path.relative_to(job.folder)) for path in files if KEY.encode() in path.read_bytes()}
    assert found == {"artifacts/job/command", "env/envvars"}
    assert set(FILES) <= {path.name for path in files}


def test_no_event_is_larger_than_platforms_show(reviewed: Reviewed) -> None:
    events = list((reviewed.job.artifacts / "job_events").glob("*.json"))
    assert max(len(path.read_text("utf-8")) for path in events) < LARGEST_EVENT
    result = reviewed.job.results("large")["Review who has access"]
    assert (len(result["findings"]), result["findings_total"] > PEOPLE) == (100, True)
    assert "defined1@large" not in json.dumps(result["invocation"])
