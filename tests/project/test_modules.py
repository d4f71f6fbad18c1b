# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What belongs to a module beside its code, as "How to add a module" in CONTRIBUTING.md has it."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
COLLECTION = "orgops.elastic_cloud"
MODULES = sorted(path.stem for path in (ROOT / "plugins/modules").glob("*.py"))
LEAKS = "tests/secrets/test_leaks.py"
CONNECTIONS = "tests/unit/modules/test_connection.py"
READ = ("plugins/modules", "meta", "roles", "tests/integration/targets", "tests/unit/modules", LEAKS, "README.md")


def assigned(path: Path) -> dict[str, ast.expr]:
    """Return what the names at the top of a Python file are set to, as code."""
    found = {}
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            found[node.target.id] = node.value
    return found


def documents(root: Path, name: str) -> dict[str, Any]:
    """Return DOCUMENTATION, EXAMPLES and RETURN of a module; what is not there is empty."""
    texts = assigned(root / f"plugins/modules/{name}.py")
    return {
        key: yaml.safe_load(ast.literal_eval(texts[key])) if key in texts else {}
        for key in ("DOCUMENTATION", "EXAMPLES", "RETURN")
    }


def uses(tasks: Any, module: str) -> bool:
    """Tell whether a module is called anywhere in tasks, by its full name."""
    if isinstance(tasks, dict):
        return f"{COLLECTION}.{module}" in tasks or uses(list(tasks.values()), module)
    return isinstance(tasks, list) and any(uses(task, module) for task in tasks)


def calls(path: Path) -> list[str]:
    """Return for which modules a test has a call."""
    return [ast.literal_eval(key) for key in getattr(assigned(path)["CALLS"], "keys", [])]


def missing(root: Path, name: str) -> Iterator[str]:
    """Yield what does not belong to a module yet, of all that has to."""
    texts = documents(root, name)
    about = texts["DOCUMENTATION"]
    if not about.get("version_added"):
        yield "version_added in DOCUMENTATION"
    if not uses(texts["EXAMPLES"], name):
        yield "an example in EXAMPLES"
    if not texts["RETURN"]:
        yield "its results in RETURN"
    fragments = about.get("extends_documentation_fragment", [])
    if f"{COLLECTION}.attributes" not in fragments:
        yield "the documentation fragment attributes"
    connected = f"{COLLECTION}.connection" in fragments
    if not connected and "_module import" in (root / f"plugins/modules/{name}.py").read_text(encoding="utf-8"):
        yield "the documentation fragment connection, since the code takes its options"
    group = yaml.safe_load((root / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]["all"]
    if connected and name not in group:
        yield "an entry in the action group of meta/runtime.yml"
    if not connected and name in group:
        yield "the options of the connection, which the action group of meta/runtime.yml would set"
    if f"| module `{name}` |" not in (root / "README.md").read_text(encoding="utf-8"):
        yield "a row in the table of README.md"
    # A target with the name of a role of ours would run the role.
    target = f"tests/integration/targets/{'module_' if (root / 'roles' / name).is_dir() else ''}{name}"
    tasks = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in (root / target / "tasks").glob("*.yml")]
    if not (root / target / "tasks/main.yml").is_file() or not any(uses(some, name) for some in tasks):
        yield f"an integration target, {target}"
    if not (root / f"tests/unit/modules/test_{name}.py").is_file():
        yield f"tests of what it does, tests/unit/modules/test_{name}.py"
    if connected and name not in calls(root / CONNECTIONS):
        yield f"a call in CALLS of {CONNECTIONS}, which tries all its options"
    if connected and name not in calls(root / LEAKS):
        yield f"a call in CALLS of {LEAKS}, which looks for secrets in all that it shows"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_all_that_belongs_to_it(name: str) -> None:
    assert list(missing(ROOT, name)) == []


def test_the_action_group_names_modules_that_are_there() -> None:
    groups = yaml.safe_load((ROOT / "meta/runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    assert set(groups) == {"all"}
    assert set(groups["all"]) <= set(MODULES)


def without(path: str, text: str) -> Callable[[Path], None]:
    """Return what takes all lines that hold a text out of a file."""

    def take(root: Path) -> None:
        lines = (root / path).read_text(encoding="utf-8").splitlines(keepends=True)
        left = [line for line in lines if text not in line]
        assert left != lines
        (root / path).write_text("".join(left), encoding="utf-8")

    return take


def renamed(path: str, old: str, new: str) -> Callable[[Path], None]:
    """Return what puts another text in the place of one in a file."""

    def change(root: Path) -> None:
        text = (root / path).read_text(encoding="utf-8")
        assert old in text
        (root / path).write_text(text.replace(old, new), encoding="utf-8")

    return change


def gone(path: str) -> Callable[[Path], None]:
    """Return what removes a file or a folder."""

    def remove(root: Path) -> None:
        shutil.rmtree(root / path) if (root / path).is_dir() else (root / path).unlink()

    return remove


CODE = "plugins/modules/org_info.py"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (without(CODE, "version_added: 0"), "version_added in DOCUMENTATION"),
        (renamed(CODE, f"{COLLECTION}.org_info:", f"{COLLECTION}.org_team:"), "an example in EXAMPLES"),
        (renamed(CODE, "\nRETURN = ", "\nRESULTS = "), "its results in RETURN"),
        (without(CODE, f"{COLLECTION}.attributes"), "the documentation fragment attributes"),
        (without(CODE, f"{COLLECTION}.connection"), "the documentation fragment connection, since"),
        (without(CODE, f"{COLLECTION}.connection"), "the options of the connection, which the action group"),
        (without("meta/runtime.yml", "- org_info"), "an entry in the action group"),
        (without("README.md", "| module `org_info` |"), "a row in the table of README.md"),
        (gone("tests/integration/targets/org_info/tasks/main.yml"), "an integration target, "),
        (gone("tests/integration/targets/org_info"), "an integration target, "),
        (gone("tests/unit/modules/test_org_info.py"), "tests of what it does, "),
        (without(CONNECTIONS, '"org_info": {'), f"a call in CALLS of {CONNECTIONS}"),
        (without(LEAKS, '"org_info": {'), f"a call in CALLS of {LEAKS}"),
    ],
)
def test_what_is_missing_is_named(tmp_path: Path, change: Callable[[Path], None], expected: str) -> None:
    for name in READ:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    assert list(missing(tmp_path, "org_info")) == []
    change(tmp_path)
    assert any(line.startswith(expected) for line in missing(tmp_path, "org_info"))


def test_contributors_are_told_of_all_of_it() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    section = text.partition("\n## How to add a module\n")[2].partition("\n## ")[0]
    places = (
        "plugins/modules/",
        "plugins/doc_fragments/",
        "meta/runtime.yml",
        "README.md",
        "tests/unit/modules/",
        LEAKS,
    )
    for place in (*places, "tests/integration/targets/", "plugins/module_utils/", "tests/emulator/", "changelogs/"):
        assert place in section, place
    assert "`version_added`" in section
