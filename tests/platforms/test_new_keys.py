# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new API key is in the registered result, and in nothing that Ansible or ansible-runner prints or keeps.

With everything shown: by each callback of ansible-core, and as a job of an automation platform.
"""

from __future__ import annotations

import json
import subprocess
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.platforms.running import Platform
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import OWNER, VIEWER
from ansible_collections.orgops.elastic_cloud.tests.secrets.running import files_below, leaks

pytestmark = pytest.mark.playbook
MODULE = "orgops.elastic_cloud.org_api_key"
KEY = f"key-of-the-owner-{'0123456789abcdef' * 2}"
# The settings of each callback. "ad hoc" is no playbook but the program ansible with one task.
CALLBACKS: dict[str, dict[str, str]] = {
    "default": {},
    "yaml": {"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml"},
    "minimal": {"ANSIBLE_STDOUT_CALLBACK": "minimal"},
    "oneline": {"ANSIBLE_STDOUT_CALLBACK": "oneline"},
    "tree": {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.tree", "ANSIBLE_CALLBACK_TREE_DIR": "tree"},
    "junit": {"ANSIBLE_CALLBACKS_ENABLED": "ansible.builtin.junit", "JUNIT_OUTPUT_DIR": "junit"},
}
QUICK = ("minimal",)  # which shows most
HANDED_OVER = """
made.api_key.secret is defined
looped.results | map(attribute='api_key') | map(attribute='secret') | unique | length == 2
tried is failed and tried.api_key.id is defined
judged.api_key.secret is defined and judged is failed
mixed.results[0].api_key.secret is defined
mixed.results[1] is failed and 'name: is missing' in mixed.results[1].msg
delegated.api_key.secret is defined
failed is failed and 'role_assignments: is missing' in failed.msg
'dest' in refused.msg and refused is failed
written is changed and written.api_key.secret is not defined
again.api_key.secret is not defined and again is not changed
"""


def task(register: str, *, name: str = "", roles: t.Any = None, **more: t.Any) -> dict[str, t.Any]:
    """A task that makes an API key. more: keywords of the task, and `dest`."""
    options = {"name": name or register, "role_assignments": VIEWER if roles is None else roles}
    if dest := more.pop("dest", None):
        options["dest"] = dest
    return {"name": f"Task {register}", MODULE: options, "register": register, **more}


def tasks(elsewhere: Path) -> list[dict[str, t.Any]]:
    """All ways in which a task may make an API key, or fail to, and what has to come of them."""
    return [
        task("made"),
        task("again", name="made"),
        task("looped", name="{{ item }}", loop=["one", "two"]),
        task("tried", until="tried is failed", retries=1, delay=0, ignore_errors=True),
        task("judged", failed_when=True, ignore_errors=True),
        task("mixed", name="{{ item }}", loop=["three", " "], ignore_errors=True),
        task("delegated", delegate_to="localhost", vars={"ansible_connection": "local"}),
        task("failed", roles={}, ignore_errors=True),
        # 'async' is a word of Python's.
        task("refused", **{"async": 60, "poll": 1, "ignore_errors": True}),
        task("written", dest=str(elsewhere / "key"), **{"async": 60, "poll": 1}),
        {"ansible.builtin.assert": {"that": HANDED_OVER.strip().splitlines(), "quiet": True}},
    ]


@pytest.fixture(scope="module")
def run(
    platform: Platform, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[Callable[[Path, Path], str]], tuple[str, str, list[str]]]:
    """Run the tasks in an organization of their own; return what was printed, what is in files, and the new keys.

    The way to run them is given a folder for all files and the playbook in it, and returns what was printed.
    """

    def run(way: Callable[[Path, Path], str]) -> tuple[str, str, list[str]]:
        emulator, folder = platform.emulator, tmp_path_factory.mktemp("keys")
        emulator.load({})
        organization = emulator.add_organization("Acme")
        emulator.add_member(organization, "owner@example.com", OWNER)
        emulator.add_key(organization, secret=KEY)
        elsewhere = tmp_path_factory.mktemp("elsewhere")
        play = {
            "hosts": "all",
            "gather_facts": False,
            "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}", "ansible_connection": "local"},
            "module_defaults": {
                "group/orgops.elastic_cloud.all": {
                    "organization_id": organization.id,
                    "endpoint": platform.url,
                    "api_key": KEY,
                }
            },
            "tasks": tasks(elsewhere),
        }
        playbook = folder / "playbook.yml"
        playbook.write_text(yaml.safe_dump([play], sort_keys=False), encoding="utf-8")
        output = way(folder, playbook)
        made = [key.secret for key in emulator.keys if key.secret != KEY]
        return output, files_below(folder), made

    return run


def kept_in(folder: Path) -> dict[str, str]:
    """The settings by which Ansible writes down all that it can, in a folder."""
    return {
        "ANSIBLE_ASYNC_DIR": str(folder / "async"),
        "ANSIBLE_KEEP_REMOTE_FILES": "true",
        "ANSIBLE_LOG_PATH": str(folder / "log.txt"),
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "ANSIBLE_VERBOSITY": "5",
        "ANSIBLE_DIFF_ALWAYS": "true",
    }


@pytest.mark.parametrize(
    "callback", [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in CALLBACKS]
)
def test_no_callback_shows_a_new_key(platform: Platform, run: t.Any, callback: str) -> None:
    def way(folder: Path, playbook: Path) -> str:
        process = subprocess.run(
            [platform.programs / "ansible-playbook", playbook, "-i", "here,"],
            cwd=folder,
            env=platform.environment | kept_in(folder) | CALLBACKS[callback],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert process.returncode == 0, process.stdout
        return process.stdout

    output, files, made = run(way)
    assert len(made) == 8
    assert leaks(output, made) == []
    assert leaks(files, made) == []
    assert "role_assignments: is missing" in output  # what has failed stays readable
    assert "log.txt" in files


def test_no_job_of_a_platform_keeps_a_new_key(platform: Platform, run: t.Any) -> None:
    def way(folder: Path, playbook: Path) -> str:
        before = platform.folder, platform.environment
        platform.folder, platform.environment = folder, platform.environment | kept_in(folder)
        try:
            job = platform.run({"here": {}}, "-vvvvv", playbook=str(playbook))
        finally:
            platform.folder, platform.environment = before
        assert job.status == "successful", job.output
        results = {name: result for name, result in job.results("here").items() if name.startswith("Task ")}
        assert "secret" not in str([result.get("api_key") for result in results.values()])
        assert "role_assignments: is missing" in results["Task failed"]["msg"]
        assert any("censored" in str(result) for result in results.values())
        return job.output

    output, files, made = run(way)
    assert len(made) == 8
    assert leaks(output, made) == []
    assert leaks(files, made) == []
    assert "job_events" in files


@pytest.mark.slow
@pytest.mark.parametrize("form", ["", "-o"])
def test_no_task_by_hand_shows_a_new_key(platform: Platform, run: t.Any, form: str) -> None:
    def way(folder: Path, _playbook: Path) -> str:
        organization = next(iter(platform.emulator.organizations.values()))
        options = {"name": "made", "role_assignments": VIEWER, "organization_id": organization.id, "api_key": KEY}
        process = subprocess.run(
            [platform.programs / "ansible", "all", "-i", "here,", "-c", "local", "-m", MODULE]
            + ["-a", json.dumps({**options, "endpoint": platform.url})]
            + ["-t", str(folder / "tree"), "-e", "ansible_python_interpreter={{ ansible_playbook_python }}"]
            + ([form] if form else []),
            cwd=folder,
            env=platform.environment | kept_in(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert process.returncode == 0, process.stdout
        return process.stdout

    output, files, made = run(way)
    assert len(made) == 1
    assert leaks(output, made) == []
    assert leaks(files, made) == []
