# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks made of tasks that may fail, and where a secret could show afterwards."""

from __future__ import annotations

import base64
import json
import typing as t
import urllib.parse
from collections.abc import Iterable, Mapping
from pathlib import Path

import yaml

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import Ansible, Run

# With letters that are spelt differently in a URL.
KEY_ENDING = "/+=="


def spellings(secret: str) -> set[str]:
    """Return what to look for: the secret as it is, in a URL, and in base64 at whatever place of a longer text."""
    found = {secret, urllib.parse.quote(secret, safe=""), urllib.parse.quote(secret)}
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + secret.encode()).decode()
        # The letters at both ends depend on what stands beside the secret.
        found.add(encoded[offset + 1 if offset else 0 : -4])
    return found


def leaks(text: str, secrets: Iterable[str]) -> list[str]:
    """Return the secrets that a text holds in any spelling."""
    return [secret for secret in secrets if any(spelling in text for spelling in spellings(secret))]


def files_below(folder: Path) -> str:
    """Return all that is in the files of a folder, and their names."""
    return "".join(
        f"{path}\n{path.read_text(encoding='utf-8', errors='replace')}\n"
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    )


def play(
    ansible: Ansible,
    tasks: list[dict[str, t.Any]],
    *options: str,
    keywords: Mapping[str, t.Any] | None = None,
    **environment: str,
) -> tuple[Run, list[t.Any]]:
    """Run tasks on this machine, all of them whatever fails; return the run, and each task's registered result.

    keywords: further ones of the play. The results take the way through a file, as they do where a playbook keeps them.
    """
    folder = ansible.folder
    tasks = [
        {"name": f"Task {number}", **task, "register": f"result_{number}", "ignore_errors": True}
        for number, task in enumerate(tasks)
    ]
    names = [task["register"] for task in tasks]
    results = folder / "results.json"
    results.unlink(missing_ok=True)
    keep = {"ansible.builtin.copy": {"content": f"{{{{ [{', '.join(names)}] | to_json }}}}", "dest": str(results)}}
    playbook = folder / "playbook.yml"
    plays = [{"hosts": "all", "gather_facts": False, "tasks": [*tasks, keep], **(keywords or {})}]
    # As people write it: Ansible shows lines of YAML around an error, and none of JSON.
    playbook.write_text(yaml.safe_dump(plays, sort_keys=False), encoding="utf-8")
    here = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    run = ansible.run({"here": here}, *options, playbook=str(playbook), **environment)
    if not results.exists():
        raise RuntimeError(f"the playbook did not come to its end: {run.output[-2000:]}")
    return run, json.loads(results.read_text(encoding="utf-8"))
