# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public contract as data: everything that semantic versioning protects, one fact in a line.

`facts` tells the contract of this checkout from its documentation, which other tests hold to the code.
tests/contract.txt has the contract of the last release; `make release` writes it.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from ..demo import environment

ROOT = Path(__file__).resolve().parents[2]
FILE = "tests/contract.txt"
COLLECTION = "orgops.elastic_cloud"
REQUIRED = " required"


@dataclass(frozen=True)
class Changes:
    """What differs from a released contract, each as a fact with `+` or `-` before it."""

    breaking: list[str]
    harmless: list[str]


def facts() -> frozenset[str]:
    """Return the contract of this checkout: `modules/org_team/options/purge default false` and so on."""
    modules = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
    roles = sorted(path.name for path in (ROOT / "roles").iterdir())
    found: list[str] = []
    for name, module in _ansible_doc("module", modules).items():
        path = f"modules/{name}"
        found.append(f"{path} since {module['doc']['version_added']}")
        found += (f"{path}/attributes/{key} {value['support']}" for key, value in module["doc"]["attributes"].items())
        found += _options(f"{path}/options", module["doc"]["options"])
        found += _results(f"{path}/results", module["return"])
    for name, role in _ansible_doc("role", roles).items():
        defaults = _yaml(f"roles/{name}/defaults/main.yml")
        for entry_point in role["entry_points"].values():  # what they have in common is one fact
            variables = entry_point["options"]
            found += _options(
                f"roles/{name}/variables",
                {key: one | ({"default": defaults[key]} if key in defaults else {}) for key, one in variables.items()},
            )
    for playbook in (ROOT / "playbooks").glob("*.yml"):
        found += (f"playbooks/{playbook.stem} hosts {play['hosts']}" for play in _yaml(f"playbooks/{playbook.name}"))
    return frozenset([*found, *_surroundings()])


def read(root: Path = ROOT) -> frozenset[str]:
    """Return the contract of the last release, from the checkout in `root`."""
    return frozenset(line for line in _lines(root) if not line.startswith("#"))


def write(root: Path, contract: frozenset[str]) -> None:
    """Write a contract into the checkout in `root`, under the comments that are there."""
    comments = [line for line in _lines(root) if line.startswith("#")]
    (root / FILE).write_text("\n".join([*comments, *sorted(contract), ""]), encoding="utf-8")


def compare(released: frozenset[str], now: frozenset[str]) -> Changes:
    """Return what has changed since the release.

    What is gone or different breaks somebody's playbook, and so does what must be given from now on. A new option may
    be required within something that is new itself.
    """
    changes = Changes([], [])
    for fact in sorted(released ^ now):
        if fact.endswith(REQUIRED):
            parent = fact.removesuffix(REQUIRED).rpartition("/")[0]
            breaks = fact in now and any(known.startswith((f"{parent}/", f"{parent} ")) for known in released)
        else:
            breaks = fact in released
        (changes.breaking if breaks else changes.harmless).append(f"{'+' if fact in now else '-'} {fact}")
    return changes


def _options(path: str, options: Mapping[str, Any]) -> Iterator[str]:
    for name, option in options.items():
        here = f"{path}/{name}"
        yield from _nature(here, option)
        if option.get("required"):
            yield f"{here}{REQUIRED}"
        if option.get("default") is not None:
            yield f"{here} default {json.dumps(option['default'])}"
        yield from (f"{here} choice {choice}" for choice in option.get("choices") or ())
        yield from (f"{here} alias {alias}" for alias in option.get("aliases") or ())
        yield from (f"{here} environment {variable}" for variable in re.findall(r"\bE\((\w+)\)", _words(option)))
        yield from _options(here, option.get("suboptions") or option.get("options") or {})


def _results(path: str, results: Mapping[str, Any]) -> Iterator[str]:
    for name, result in results.items():
        here = f"{path}/{name}"
        yield from _nature(here, result)
        # What a description of a result marks as a value, or as a code of ours, is what can stand there.
        yield from (f"{here} value {value}" for value in re.findall(r"\b[CV]\((\w+)\)", _words(result)))
        yield from _results(here, result.get("contains") or {})


def _surroundings() -> Iterator[str]:
    runtime = _yaml("meta/runtime.yml")
    for group, modules in runtime["action_groups"].items():
        yield from (f"action_groups/{group} has {module}" for module in modules)
    yield f"requirements/ansible-core {runtime['requires_ansible']}"
    yield f"requirements/python {_yaml('tests/config.yml')['modules']['python_requires']}"
    for line in (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"([\w-]+)(.+)", line):
            yield f"requirements/{match[1]} {match[2]}"


def _ansible_doc(kind: str, names: list[str]) -> dict[str, Any]:
    """Return what ansible-doc knows about plugins or roles of this checkout, fragments included, by short names."""
    program = Path(sys.executable).with_name("ansible-doc")
    with tempfile.TemporaryDirectory() as folder:
        output = subprocess.run(
            [program, "--json", "--type", kind, *(f"{COLLECTION}.{name}" for name in names)],
            env=environment("", Path(folder)),
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    return {name.removeprefix(f"{COLLECTION}."): entry for name, entry in json.loads(output).items()}


def _nature(path: str, entry: Mapping[str, Any]) -> Iterator[str]:
    of = f" of {entry['elements']}" if "elements" in entry else ""
    yield f"{path} type {entry.get('type', 'str')}{of}"
    if "version_added" in entry:
        yield f"{path} since {entry['version_added']}"


def _words(entry: Mapping[str, Any]) -> str:
    description = entry["description"]
    return description if isinstance(description, str) else " ".join(description)


def _lines(root: Path) -> list[str]:
    return (root / FILE).read_text(encoding="utf-8").splitlines()


def _yaml(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text(encoding="utf-8"))
