# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide to secrets says which way of passing an API key keeps it out of what. Each cell of its table is tried here.

A table holds what was measured, no more and no less; where Ansible changes, the table has to follow.
"""

from __future__ import annotations

import csv
import json
import re
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.orgops.elastic_cloud.tests.conftest import ROOT
from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible
from ansible_collections.orgops.elastic_cloud.tests.secrets.running import KEY_ENDING, files_below, leaks, play

PROCESSES = Path("/proc")
pytestmark = [
    pytest.mark.playbook,
    pytest.mark.skipif(not (PROCESSES / "self/environ").exists(), reason="looks into processes as Linux shows them"),
]
# Each way has a key of its own, so that a key that is found tells which way it has come.
KEYS = {
    way: f"key-that-came-as-{way.replace(' ', '-').replace('`', '')}-{KEY_ENDING}"
    for way in (
        "environment",
        "vaulted variable",
        "module option",
        "extra variable",
        "file of extra variables",
        "keyword `environment`",
    )
}
# What a platform does is one of these.
ALIKE = {
    "AWX credential, environment": "environment",
    "AWX credential, extra variables": "file of extra variables",
}
PRINTED = f"key-that-another-task-prints-{KEY_ENDING}"
PASSWORD = "open sesame"


def documented() -> dict[str, dict[str, bool]]:
    """Return the table of the guide: way to place to whether the key is there."""
    text = (ROOT / "docs/docsite/rst/guide_secrets.rst").read_text(encoding="utf-8").replace("``", "`")
    _before, table = re.split(r"^\.\. csv-table::\n.*\n\n", text, maxsplit=1, flags=re.MULTILINE)
    rows = csv.reader((line.strip() for line in table.partition("\n\n")[0].splitlines()), skipinitialspace=True)
    (_title, *places), *ways = rows
    return {way: {place: cell != "no" for place, cell in zip(places, cells, strict=True)} for way, *cells in ways}


def processes(file: str) -> str:
    """Return the arguments (`cmdline`) or the environment (`environ`) of all processes that may be looked into."""
    found = []
    for path in PROCESSES.glob(f"[0-9]*/{file}"):
        try:
            found.append(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:  # has ended, or is somebody else's
            continue
    return "\n".join(found)


def task(ansible: Ansible, way: str, meanwhile: Callable[[], None]) -> dict[str, t.Any]:
    """Return a task that gets its key in one way; while the service answers it, something is looked at."""
    organization = ansible.emulator.add_organization(way[:30])
    ansible.emulator.add_key(organization, secret=KEYS[way])
    ansible.emulator.before(meanwhile, path=organization.id)
    options = {"organization_id": organization.id, "gather": ["organization"]}
    passing: dict[str, t.Any] = {
        "environment": {},
        "vaulted variable": {"api_key": "{{ vaulted }}"},
        "module option": {"api_key": KEYS[way]},
        "extra variable": {"api_key": "{{ extra }}"},
        "file of extra variables": {"api_key": "{{ from_file }}"},
        "keyword `environment`": {},
    }[way]
    return {
        "orgops.elastic_cloud.org_info": options | passing,
        "environment": {"EC_API_KEY": "{{ vaulted_for_keyword }}"} if way == "keyword `environment`" else {},
    }


@pytest.fixture(scope="module")
def measured(new_ansible: Callable[[], Ansible]) -> dict[str, dict[str, bool]]:
    """In which place the key of each way was found, with everything shown and kept."""
    ansible = new_ansible()
    folder = ansible.folder
    seen: dict[str, list[str]] = {"cmdline": [], "environ": []}

    def look() -> None:
        for file, texts in seen.items():
            texts.append(processes(file))

    variables = {
        "vaulted": KEYS["vaulted variable"],
        "vaulted_for_keyword": KEYS["keyword `environment`"],
        "printed": PRINTED,
    }
    vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])
    (folder / "vault.yml").write_bytes(vault.encrypt(json.dumps(variables)))
    (folder / "password").write_text(PASSWORD, encoding="utf-8")
    (folder / "extra.json").write_text(json.dumps({"from_file": KEYS["file of extra variables"]}), encoding="utf-8")
    run, results = play(
        ansible,
        [*(task(ansible, way, look) for way in KEYS), {"ansible.builtin.debug": {"msg": "{{ printed }}"}}],
        "-vvvvv",
        "--vault-password-file=password",
        f"--extra-vars=extra={KEYS['extra variable']}",
        "--extra-vars=@extra.json",
        keywords={"vars_files": ["vault.yml"]},
        EC_API_KEY=KEYS["environment"],
        ANSIBLE_KEEP_REMOTE_FILES="true",
        ANSIBLE_LOG_PATH=str(folder / "log.txt"),
    )
    for way, result in zip(KEYS, results, strict=False):
        if "organization" not in result:
            raise RuntimeError(f"{way} did not work: {result}")
    places = {
        "output": run.output,
        "log": (folder / "log.txt").read_text(encoding="utf-8"),
        "results": json.dumps(results, ensure_ascii=False),
        "temporary files": files_below(folder / "remote"),
        "playbook and variables": "".join(
            (folder / name).read_text(encoding="utf-8") for name in ("playbook.yml", "vault.yml", "extra.json")
        ),
        "list of processes": "\n".join(seen["cmdline"]),
        "environment of processes": "\n".join(seen["environ"]),
    }
    return {
        way: {place: bool(leaks(text, [key])) for place, text in places.items()}
        for way, key in {**KEYS, "another task": PRINTED}.items()
    }


@pytest.mark.parametrize("way", [*KEYS, *ALIKE])
def test_the_key_is_where_the_table_says_and_nowhere_else(measured: dict[str, dict[str, bool]], way: str) -> None:
    assert documented()[way] == measured[ALIKE.get(way, way)]


def test_the_table_has_every_way() -> None:
    assert documented().keys() == {*KEYS, *ALIKE}


def test_another_task_prints_what_it_is_told_to(measured: dict[str, dict[str, bool]]) -> None:
    shown = {place for place, there in measured["another task"].items() if there}
    assert shown == {"output", "log", "results"}


@pytest.mark.parametrize("pipelining", [False, True])
def test_a_temporary_file_is_for_nobody_else_and_pipelining_spares_it(
    new_ansible: Callable[[], Ansible], pipelining: bool
) -> None:
    ansible = new_ansible()
    key, remote = KEYS["module option"], ansible.folder / "remote"
    files: list[tuple[Path, int]] = []

    def look() -> None:
        for path in remote.rglob("*"):
            if path.is_file() and leaks(path.read_text(encoding="utf-8"), [key]):
                files.append((path, path.parent.stat().st_mode & 0o777))

    run, _results = play(ansible, [task(ansible, "module option", look)], ANSIBLE_PIPELINING=str(pipelining))
    assert run.exit_code == 0, run.output
    assert [mode for _path, mode in files] == ([] if pipelining else [0o700])
    assert not any(path.exists() for path, _mode in files)
