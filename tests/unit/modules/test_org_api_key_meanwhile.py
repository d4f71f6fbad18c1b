# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""org_api_key where something goes wrong: no key is left that nobody has, without somebody being told of it."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.converge import converge_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import KEPT_SECRET, parse_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.file import KeyFile
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.report import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import FOREVER
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Result, Site
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.test_org_api_key import (
    CI,
    KEYS,
    VIEWER,
    ids,
    key,
    owner,
    works,
)

DONE = [("cut_after", None), ("cut_within", None), ("truncated", None), ("html_after", None)]
DONE += [("status_after", status) for status in (500, 502, 503, 504)]
NOT_DONE = [("cut_before", None), ("html", None), *(("status", status) for status in (500, 502, 503, 504))]


@pytest.fixture
def site(site: Site) -> Site:
    """An organization with an owner, whose key is in use."""
    site.member("owner@example.com", OWNER)
    return site


def lose(site: Site, kind: str, status: int | None = None, **more: Any) -> None:
    """Lose the reply to a request that makes a key: the first one, if nothing else is said."""
    site.emulator.fail(kind, status=status, method="POST", path="keys$", **({"nth": 1} | more))


def error_of(result: Result) -> dict[str, Any]:
    """The one failure of a run."""
    assert result["failed"]
    (failure,) = result["failures"]
    error: dict[str, Any] = failure["error"]
    return error


# Replies that are lost


@pytest.mark.parametrize(("kind", "status"), DONE)
def test_a_key_whose_secret_was_lost_is_revoked_and_another_made_once(site, kind, status):
    lose(site, kind, status)
    result = site.succeed("org_api_key", **CI)
    assert [one["method"] for one in site.writes] == ["POST", "DELETE", "POST"]
    assert ids(site) == [result["api_key"]["id"]]
    assert works(site, site.handed)
    assert len(result["diff"]) == 1


@pytest.mark.parametrize(("kind", "status"), NOT_DONE)
def test_where_none_is_seen_none_is_made_in_its_place(site, kind, status):
    lose(site, kind, status)
    error = error_of(site.run("org_api_key", **CI))
    assert error["codes"][0] == "outcome_unknown"
    assert "Look for one with the name 'ci'" in error["message"]
    assert [one["method"] for one in site.writes] == ["POST"]
    assert not ids(site)


def test_a_lost_reply_that_a_lagging_list_shows_late_is_found(site):
    site.emulator.switches = site.emulator.switches.__class__(list_lag=1)
    lose(site, "cut_after")
    site.succeed("org_api_key", **CI)
    assert len(ids(site)) == 1
    assert works(site, site.handed)


@pytest.mark.parametrize("dest", [False, True])
def test_a_second_lost_reply_ends_the_run_and_leaves_no_key(site, tmp_path, dest):
    lose(site, "cut_after", nth=None, from_nth=1)
    options = {**CI, "dest": str(tmp_path / "key")} if dest else CI
    result = site.run("org_api_key", **options)
    assert error_of(result)["codes"] == ["outcome_unknown"]
    assert [one["method"] for one in site.writes] == ["POST", "DELETE", "POST", "DELETE"]
    assert "was revoked" in result["msg"]
    assert not result["changed"]
    assert not ids(site)
    assert os.listdir(tmp_path) == []


def test_where_several_are_new_nothing_is_revoked(site):
    site.emulator.before(lambda: key(site), method="POST", path="keys$", nth=1)
    lose(site, "cut_after")
    error = error_of(site.run("org_api_key", **CI))
    assert error["codes"] == ["outcome_unknown"]
    assert len(ids(site)) == 2
    assert all(one in error["message"] for one in ids(site))
    assert [one["method"] for one in site.writes] == ["POST"]


def test_what_a_colleague_makes_at_the_same_time_is_not_taken_for_ours(site):
    site.member("ana@example.com", OWNER)
    site.emulator.before(lambda: key(site, email="ana@example.com"), method="POST", path="keys$", nth=1)
    lose(site, "cut_after")
    made = site.succeed("org_api_key", **CI)["api_key"]["id"]
    creators = {one.id: one.user_id for one in site.emulator.keys if one.name == "ci"}
    assert list(creators.values()) == [site.user_id("ana@example.com"), owner(site)]
    assert list(creators)[1] == made


@pytest.mark.parametrize("site", [{"key_organization": False}], indirect=True)
def test_what_names_no_organization_is_told_of_and_not_revoked(site):
    lose(site, "cut_after")
    error = error_of(site.run("org_api_key", **CI))
    assert error["codes"] == ["outcome_unknown"]
    (left,) = ids(site)
    assert left in error["message"]


def test_a_lost_key_that_cannot_be_revoked_is_named(site):
    lose(site, "cut_after")
    site.emulator.fail("status", status=403, code="root.invalid_authentication", method="DELETE")
    error = error_of(site.run("org_api_key", **CI))
    (left,) = ids(site)
    assert f"{left}, and could not be revoked" in error["message"]
    assert [one["method"] for one in site.writes] == ["POST", "DELETE"]


def test_where_nothing_can_be_read_any_more_that_is_said_too(site):
    lose(site, "cut_after")
    site.emulator.fail("status", status=403, code="root.invalid_authentication", method="GET", path="keys$", from_nth=2)
    error = error_of(site.run("org_api_key", **CI))
    assert error["codes"][0] == "outcome_unknown"
    assert "cannot be read" in error["message"]


def test_a_key_that_was_certainly_not_made_is_asked_for_again(site):
    lose(site, "status", 429, retry_after=1)
    site.succeed("org_api_key", **CI)
    assert [one["status"] for one in site.writes] == [429, 201]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, "api_keys.invalid_input"), (401, "root.unauthorized"), (403, "root.invalid_authentication")],
)
def test_a_refusal_is_the_failure_and_tells_what_to_do(site, status, code):
    lose(site, "status", status, code=code)
    result = site.run("org_api_key", **CI)
    assert error_of(result)["codes"] == result["error"]["codes"] == [code]
    assert " -- " in result["msg"]
    assert result["plan"]
    assert result["diff"] == []
    assert result["api_key"] is None


# Answers that are wrong


def test_a_key_with_other_roles_than_were_asked_for_is_revoked(site, tmp_path):
    given = key(site, "made", OWNER)
    reply = {
        "id": given,
        "description": "ci",
        "key": "the-secret-of-an-owner",
        "role_assignments": {"organization": [{"role_id": "organization-admin", "organization_id": site.id}]},
    }
    lose(site, "status", 201, reply=reply)
    result = site.run("org_api_key", dest=str(tmp_path / "key"), **CI)
    error = error_of(result)
    assert error["codes"] == ["other_roles"]
    assert "Asked for: deployment-viewer on all of deployment. Given: organization-admin." in error["message"]
    assert f"(id {given}) was revoked" in error["message"]
    assert not ids(site, "made")
    assert os.listdir(tmp_path) == []
    assert not result["changed"]
    assert "the-secret" not in json.dumps(result)


def test_a_wrong_key_that_cannot_be_revoked_is_a_change_and_named(site):
    given = key(site, "made", OWNER)
    lose(site, "status", 201, reply={"id": given, "key": "the-secret-of-an-owner", "role_assignments": {}})
    site.emulator.fail("status", status=403, code="root.invalid_authentication", method="DELETE", from_nth=1)
    result = site.run("org_api_key", **CI)
    assert result["changed"]
    assert [given in one["after_header"] for one in result["diff"]] == [True]
    assert f"(id {given}) could not be revoked" in error_of(result)["message"]


# Signals


@pytest.fixture
def sends_signal(site: Site) -> None:
    """Send a signal to this process before a key is made."""
    thread = threading.main_thread().ident
    assert thread
    site.emulator.before(lambda: signal.pthread_kill(thread, signal.SIGTERM), method="POST", path="keys$", nth=1)


@pytest.mark.usefixtures("sends_signal")
@pytest.mark.parametrize("dest", [False, True])
def test_after_a_signal_a_key_whose_answer_arrives_is_handed_over(site, tmp_path, dest):
    result = site.succeed("org_api_key", **CI, **({"dest": str(tmp_path / "key")} if dest else {}))
    assert works(site, (tmp_path / "key").read_text() if dest else site.handed)
    assert result["changed"]


@pytest.mark.usefixtures("sends_signal")
def test_after_a_signal_a_lost_key_is_looked_for_once_and_named(site):
    lose(site, "cut_after")
    error = error_of(site.run("org_api_key", **CI))
    (left,) = ids(site)
    assert error["codes"] == ["outcome_unknown"]
    assert left in error["message"]
    assert [(one["method"], one["path"][len("/api/v1") :]) for one in site.emulator.log[-2:]] == [
        ("POST", KEYS),
        ("GET", KEYS),
    ]


@pytest.mark.usefixtures("sends_signal")
def test_after_a_signal_a_key_that_cannot_be_written_is_revoked_all_the_same(site, tmp_path):
    dest = tmp_path / "key"
    site.emulator.before(dest.mkdir, method="POST", path="keys$", nth=1)
    assert "was revoked" in error_of(site.run("org_api_key", dest=str(dest), **CI))["message"]
    assert not ids(site)


def test_a_signal_before_a_key_is_asked_for_makes_none(site):
    thread = threading.main_thread().ident
    site.emulator.before(lambda: signal.pthread_kill(thread, signal.SIGINT), method="GET", nth=1)
    error = error_of(site.run("org_api_key", **CI))
    assert error["codes"] == ["not_attempted"]
    assert "The signal SIGINT ended the run" in error["message"]
    assert site.writes == []


# Files


def test_a_file_that_cannot_be_put_in_its_place_leaves_the_old_ones_and_no_key(site, tmp_path):
    dest = tmp_path / "key"
    old = site.succeed("org_api_key", dest=str(dest), **CI)["api_key"]["id"]

    def become_a_folder() -> None:
        dest.unlink()
        dest.mkdir()

    site.emulator.before(become_a_folder, method="POST", path="keys$", nth=1)
    result = site.run("org_api_key", dest=str(dest), force=True, **CI)
    assert "could not be written, and is as it was" in error_of(result)["message"]
    assert ids(site) == [old]
    assert sorted(os.listdir(tmp_path)) == ["key", "key.id"]
    assert (tmp_path / "key.id").read_text() == old
    assert result["api_key"]["id"] == old
    assert result["superseded"] == []


def test_an_id_that_cannot_be_written_is_told_and_the_key_stays(site, tmp_path, monkeypatch):
    old = site.succeed("org_api_key", dest=str(tmp_path / "key"), **CI)["api_key"]["id"]

    made: list[tuple[int, str]] = []
    make = tempfile.mkstemp

    def mkstemp(**where: Any) -> tuple[int, str]:
        made.append(make(**where))
        return made[-1]

    monkeypatch.setattr(tempfile, "mkstemp", mkstemp)  # the second file is for the id
    site.emulator.before(lambda: os.unlink(made[1][1]), method="POST", path="keys$", nth=1)
    result = site.run("org_api_key", dest=str(tmp_path / "key"), force=True, **CI)
    assert "key.id could not be written" in error_of(result)["message"]
    assert result["changed"]
    assert works(site, (tmp_path / "key").read_text())
    assert os.listdir(tmp_path) == ["key"]  # and not the id of the old one beside the new one
    assert ids(site) == [old, result["api_key"]["id"]]


def outcome(site: Site, dest: Path) -> Outcome:
    """Make a key in this process, without the module around it."""
    findings = Findings()
    wanted = parse_key({**CI, "organization_id": site.id}, CI, findings)
    findings.check()
    client = Client(site.url, site.key, clock=site.emulator.clock)
    organization = Organization(client, site.id)
    return converge_key(
        organization, wanted, KeyFile(str(dest)), findings, "fail", is_kept_secret=False, check_mode=False
    )


def test_on_a_full_disk_no_key_is_asked_for(site, tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    site.emulator.log.clear()
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))  # as a disk without room
        result = outcome(site, tmp_path / "key").result()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "no API key was made" in result["failures"][0]["error"]["message"]
    assert site.writes == []
    assert os.listdir(tmp_path) == []


def test_a_folder_that_cannot_be_written_is_told_before_any_request(site, tmp_path, monkeypatch):
    tmp_path.chmod(0o555)
    if os.geteuid() == 0:  # who may write anywhere
        may = os.access
        monkeypatch.setattr(os, "access", lambda path, mode, **how: not mode & os.W_OK and may(path, mode, **how))
        monkeypatch.setattr(os, "supports_effective_ids", {os.access})
    message = site.reject("org_api_key", dest=str(tmp_path / "key"), **CI)
    tmp_path.chmod(0o755)
    assert "cannot be written by the user who runs the module" in message


def test_two_runs_at_once_leave_one_key_and_its_id(site, tmp_path):
    dest = tmp_path / "key"
    both = threading.Barrier(2, timeout=20)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(lambda: (both.wait(), outcome(site, dest))[1]) for _run in range(2)]
        results = [run.result().result() for run in runs]
    assert all(result["failures"] == [] for result in results)
    there = (tmp_path / "key.id").read_text()
    assert there in ids(site)
    secret = next(one.secret for one in site.emulator.keys if one.id == there)
    assert dest.read_text() == secret
    assert sorted(os.listdir(tmp_path)) == ["key", "key.id"]
    again = site.succeed("org_api_key", dest=str(dest), **CI)
    assert not again["changed"]
    assert {again["api_key"]["id"], *(one["id"] for one in again["superseded"])} == set(ids(site))


# Runs that are broken off, at each request


CHILD = """
import json, sys
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import MODULES, patch_module_args
with patch_module_args(json.loads(sys.argv[1])):
    MODULES["org_api_key"].main()
"""


def killed(site: Site, nth: int, options: dict[str, Any]) -> None:
    """Run the module in a process of its own, which is killed as soon as a request has arrived; it takes effect."""
    arguments = {"endpoint": site.url, "api_key": site.key, "organization_id": site.id, **options}
    arguments |= {"_ansible_remote_tmp": "/nonexistent"}
    root = Path(__file__).resolve().parents[3]
    script = f"import runpy; runpy.run_path({str(root / 'tests/conftest.py')!r})\n{CHILD}"
    process = subprocess.Popen(
        [sys.executable, "-c", script, json.dumps(arguments)],
        env=os.environ | {KEPT_SECRET: "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    hook = site.emulator.before(process.kill, nth=nth)
    process.communicate()
    assert not hook.fired or process.returncode == -signal.SIGKILL
    site.emulator.heal()


def broken(site: Site, how: str, nth: int, options: dict[str, Any]) -> Result:
    """Run the module, and break it off at a request; returns its result, nothing where it was killed."""
    if how == "killed":
        killed(site, nth, options)
        return {}
    if how == "signal":
        thread = threading.main_thread().ident
        site.emulator.before(lambda: signal.pthread_kill(thread, signal.SIGTERM), nth=nth)
        site.emulator.fail("cut_after", nth=nth)
    else:
        site.emulator.fail(how, from_nth=nth, times=FOREVER)
    result = site.run("org_api_key", retries=1, **options)
    site.emulator.heal()
    return result


BREAKS = [(how, nth) for how in ("cut_before", "cut_after", "signal", "killed") for nth in range(1, 6)]
QUICK = [("cut_after", 3), ("killed", 3)]  # where a key is made


@pytest.mark.parametrize("renewed", [False, True])
@pytest.mark.parametrize(
    ("how", "nth"), [pytest.param(*one, marks=[] if one in QUICK else pytest.mark.slow) for one in BREAKS]
)
def test_a_run_that_is_broken_off_leaves_no_key_that_nobody_hears_of(site, tmp_path, how, nth, renewed):
    options = {**CI, "dest": str(tmp_path / "key")}
    if renewed:
        site.succeed("org_api_key", expires_in="30d", **options)
        site.emulator.clock.advance(25 * 24 * 3600)
        options |= {"expires_in": "30d", "renew_before": "10d"}
    first = broken(site, how, nth, options)
    second = site.run("org_api_key", **options)
    if second.get("failed"):  # the one case in which running again does not finish the job
        assert second["guard"]["name"] == "secret_elsewhere"
        assert not renewed
        second = site.succeed("org_api_key", force=True, **options) | {"msg": second["msg"]}
    current = second["api_key"]["id"]
    assert (tmp_path / "key.id").read_text() == current
    assert works(site, (tmp_path / "key").read_text())
    assert ids(site).count(current) == 1
    told = json.dumps([first.get("msg"), second.get("msg"), second["superseded"]])
    assert all(one in told for one in ids(site) if one != current)
    third = site.succeed("org_api_key", **options)
    assert not third["changed"]


@pytest.mark.parametrize(
    ("how", "nth"), [pytest.param(*one, marks=[] if one in QUICK else pytest.mark.slow) for one in BREAKS]
)
def test_without_a_file_a_key_that_was_lost_is_the_current_one_or_was_told_of(site, how, nth):
    first = broken(site, how, nth, CI)
    second = site.succeed("org_api_key", **CI)
    told = json.dumps([first.get("msg"), second["api_key"], second["superseded"]])
    assert all(one in told for one in ids(site))
    assert not site.succeed("org_api_key", **CI)["changed"]


@pytest.mark.parametrize(
    ("how", "nth"), [pytest.param(*one, marks=[] if one in [("cut_after", 3)] else pytest.mark.slow) for one in BREAKS]
)
def test_a_revocation_that_is_broken_off_is_finished_by_running_again(site, how, nth):
    for roles in (VIEWER, OWNER, VIEWER):
        key(site, "old", roles)
    options = {"name": "old", "state": "absent"}
    broken(site, how, nth, options)
    site.succeed("org_api_key", **options)
    assert not ids(site, "old")
    assert not site.succeed("org_api_key", **options)["changed"]
