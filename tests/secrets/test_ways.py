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
import subprocess
import textwrap
import typing as t
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
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
        "vaulted file",
        "module option",
        "extra variable",
        "file of extra variables",
        "keyword `environment`",
    )
}
# The variables that hold the key. Beside each of them is one that cannot be templated.
VARIABLES = {
    "vaulted variable": "vaulted",
    "vaulted file": "from_vaulted_file",
    "extra variable": "extra",
    "file of extra variables": "from_file",
}
BROKEN = "{{ typo }}"
# What a platform does is one of these.
ALIKE = {
    "AWX credential, environment": "environment",
    "AWX credential, extra variables": "file of extra variables",
}
PRINTED = f"key-that-another-task-prints-{KEY_ENDING}"
PASSWORD = "open sesame"


def documented() -> dict[str, dict[str, str]]:
    """Return the table of the guide: way to place to whether the key is there: `yes`, `no` or `on errors`."""
    text = (ROOT / "docs/docsite/rst/guide_secrets.rst").read_text(encoding="utf-8").replace("``", "`")
    _before, table = re.split(r"^\.\. csv-table::\n.*\n\n", text, maxsplit=1, flags=re.MULTILINE)
    rows = csv.reader((line.strip() for line in table.partition("\n\n")[0].splitlines()), skipinitialspace=True)
    (_title, *places), *ways = rows
    return {way: dict(zip(places, cells, strict=True)) for way, *cells in ways}


def processes(file: str) -> str:
    """Return the arguments (`cmdline`) or the environment (`environ`) of all processes that may be looked into."""
    found = []
    for path in PROCESSES.glob(f"[0-9]*/{file}"):
        try:
            found.append(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:  # has ended, or is somebody else's
            continue
    return "\n".join(found)


def task(
    ansible: Ansible,
    way: str,
    meanwhile: Callable[[], None] = lambda: None,
    *,
    gather: str = "organization",
    accepted: bool = True,
) -> dict[str, t.Any]:
    """Return a task that gets its key in one way; while the service answers it, something is looked at.

    gather: the option below the key. accepted: whether the service knows the key.
    """
    organization = ansible.emulator.add_organization(way[:30])
    if accepted:
        ansible.emulator.add_key(organization, secret=KEYS[way])
    ansible.emulator.before(meanwhile, path=organization.id)
    passing = {"module option": {"api_key": KEYS[way]}}
    passing |= {name: {"api_key": f"{{{{ {variable} }}}}"} for name, variable in VARIABLES.items()}
    return {
        "orgops.elastic_cloud.org_info": {
            "organization_id": organization.id,
            **passing.get(way, {}),
            "gather": gather,
        },
        "environment": {"EC_API_KEY": "{{ vaulted_for_keyword }}"} if way == "keyword `environment`" else {},
    }


def failing_tasks(ansible: Ansible, way: str) -> list[tuple[str, dict[str, t.Any]]]:
    """Return tasks that get their key in one way and fail beside it, each behind what its message has to say."""
    broken = [BROKEN, *(f"{{{{ beside_{variable} }}}}" for name, variable in VARIABLES.items() if name == way)]
    return [
        ("401 ", task(ansible, way, accepted=False)),
        *(("'typo' is undefined", task(ansible, way, gather=gather, accepted=False)) for gather in broken),
    ]


def show(
    ansible: Ansible, tasks: list[dict[str, t.Any]], seen: dict[str, list[str]], **environment: str
) -> tuple[list[dict[str, t.Any]], dict[str, set[str]]]:
    """Run tasks with everything shown and kept; return their results, and for each place the ways whose key it has.

    seen: what was seen of processes meanwhile; filled while the tasks run.
    """
    folder = ansible.folder
    vault = VaultLib([("default", VaultSecret(PASSWORD.encode()))])

    def variables(*ways: str, **others: str) -> dict[str, str]:
        for way in ways:
            others |= {VARIABLES[way]: KEYS[way], f"beside_{VARIABLES[way]}": BROKEN}
        return others

    def write(name: str, text: str) -> None:
        (folder / name).write_text(text, encoding="utf-8")

    whole = variables("vaulted file", vaulted_for_keyword=KEYS["keyword `environment`"], printed=PRINTED)
    write("vault.yml", vault.encrypt(yaml.safe_dump(whole, sort_keys=False)).decode())
    encrypted = textwrap.indent(vault.encrypt(KEYS["vaulted variable"]).decode(), "  ")
    write("variables.yml", f"vaulted: !vault |\n{encrypted}\nbeside_vaulted: '{BROKEN}'\n")
    write("extra.yml", yaml.safe_dump(variables("file of extra variables"), sort_keys=False))
    write("password", PASSWORD)
    run, results = play(
        ansible,
        [*tasks, {"ansible.builtin.debug": {"msg": "{{ printed }}"}}],
        "-vvvvv",
        "--vault-password-file=password",
        f"--extra-vars={json.dumps(variables('extra variable'))}",
        "--extra-vars=@extra.yml",
        keywords={"vars_files": ["vault.yml", "variables.yml"]},
        EC_API_KEY=KEYS["environment"],
        ANSIBLE_KEEP_REMOTE_FILES="true",
        ANSIBLE_LOG_PATH=str(folder / "log.txt"),
        **environment,
    )
    files = [folder / name for name in ("playbook.yml", "vault.yml", "variables.yml", "extra.yml")]
    places = {
        "output": run.output,
        "log": (folder / "log.txt").read_text(encoding="utf-8"),
        "results": json.dumps(results, ensure_ascii=False),
        "temporary files": files_below(folder / "remote"),
        "playbook and variables": "".join(path.read_text(encoding="utf-8") for path in files),
        "list of processes": "\n".join(seen["cmdline"]),
        "environment of processes": "\n".join(seen["environ"]),
    }
    keys = {**KEYS, "another task": PRINTED}
    return results, {place: {way for way, key in keys.items() if leaks(text, [key])} for place, text in places.items()}


@pytest.fixture(scope="module")
def places(new_ansible: Callable[[], Ansible]) -> dict[str, set[str]]:
    """For each place, the ways whose key was found there although nothing went wrong."""
    ansible = new_ansible()
    seen: dict[str, list[str]] = {"cmdline": [], "environ": []}

    def look() -> None:
        for file, texts in seen.items():
            texts.append(processes(file))

    results, found = show(ansible, [task(ansible, way, look) for way in KEYS], seen)
    for way, result in zip(KEYS, results, strict=False):
        if "organization" not in result:
            raise RuntimeError(f"{way} did not work: {result}")
    return found


@pytest.fixture(scope="module")
def places_on_errors(new_ansible: Callable[[], Ansible]) -> dict[str, set[str]]:
    """For each place, the ways whose key was found there when tasks fail. Of processes nothing is looked at."""
    ansible = new_ansible()
    cases = [one for way in KEYS for one in failing_tasks(ansible, way)]
    results, found = show(ansible, [failing for _why, failing in cases], {"cmdline": [], "environ": []})
    for (why, failing), result in zip(cases, results, strict=False):
        if why not in result.get("msg", ""):
            raise RuntimeError(f"not {why}, but {result}: {failing}")
    return found


@pytest.fixture(scope="module")
def shows_origins(programs: Path) -> bool:
    """Whether the ansible-core at hand shows the lines around an error."""
    told = subprocess.run([programs / "ansible", "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout
    found = re.search(r"core (\d+)\.(\d+)", told)
    if not found:
        raise LookupError(told)
    return (int(found[1]), int(found[2])) >= (2, 19)


@pytest.mark.parametrize("way", [*KEYS, *ALIKE])
def test_the_key_is_where_the_table_says_and_nowhere_else(places: dict[str, set[str]], way: str) -> None:
    cells = documented()[way]
    assert {place for place, cell in cells.items() if cell == "yes"} == {
        place for place, ways in places.items() if ALIKE.get(way, way) in ways
    }


@pytest.mark.parametrize("way", [*KEYS, *ALIKE])
def test_the_key_is_where_the_table_says_also_when_a_task_fails(
    places: dict[str, set[str]], places_on_errors: dict[str, set[str]], shows_origins: bool, way: str
) -> None:
    cells = documented()[way]
    assert {place for place, cell in cells.items() if cell == "on errors" and shows_origins} == {
        place for place, ways in places_on_errors.items() if ALIKE.get(way, way) in ways - places[place]
    }


def test_the_table_has_every_way() -> None:
    assert documented().keys() == {*KEYS, *ALIKE}
    assert {cell for cells in documented().values() for cell in cells.values()} == {"yes", "no", "on errors"}


def test_another_task_prints_what_it_is_told_to(places: dict[str, set[str]]) -> None:
    assert {place for place, ways in places.items() if "another task" in ways} == {"output", "log", "results"}


def test_debugging_prints_options_and_spares_the_environment(new_ansible: Callable[[], Ansible]) -> None:
    ansible = new_ansible()
    tasks = [task(ansible, way) for way in ("environment", "vaulted variable")]
    _results, places = show(ansible, tasks, {"cmdline": [], "environ": []}, ANSIBLE_DEBUG="true")
    assert "vaulted variable" in places["output"]
    assert "environment" not in places["output"]


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
