# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may import whom: the layers of the code, as the guide Design describes them."""

from __future__ import annotations

import ast
import graphlib
import re
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

ROOT = Path(__file__).resolve().parents[2]
HERE = "tests/project/test_structure.py"
OURS = "ansible_collections.orgops.elastic_cloud."

# The files of plugins/module_utils from the ground up: each may import those above it in this list, and no others.
PURE = (  # no Ansible, no requests, no clock, no files
    "_texts",
    "_times",
    "_errors",
    "_access/resources",
    "_access/grants",
    "_access/people",
    "_access/single_sign_on",
    "_access/keys",
    "_team/definition",
    "_team/plan",
    "_team/guards",
    "_team/checks",
    "_team/report",
    "_team/describe",
    "_team/work",
    "_team/batches",
    "_team/leavers",
    "_sso/certificates",
    "_sso/definition",
    "_sso/plan",
    "_sso/guards",
    "_sso/report",
    "_keys/definition",
    "_keys/plan",
    "_keys/guards",
    "_keys/report",
    "_review/catalogue",
    "_review/options",
    "_review/definition",
    "_review/population",
    "_review/facts",
    "_review/gaps",
    "_review/outstanding",
    "_review/rules",
    "_review/comparison",
    "_review/document",
)
ORDER = (
    "_texts",
    "_times",
    "_errors",
    "_progress",
    # What access is
    "_access/resources",
    "_access/grants",
    "_access/people",
    "_access/single_sign_on",
    "_access/keys",
    # The service: HTTP, its operations, writes that are never repeated blindly
    "_service/client",
    "_service/organization",
    "_service/pages",
    "_service/resources",
    "_service/single_sign_on",
    "_service/keys",
    "_service/survey",
    "_service/writes",
    # A team definition becomes access
    "_team/definition",
    "_team/plan",
    "_team/guards",
    "_team/checks",
    "_team/report",
    "_team/describe",
    "_team/work",
    "_team/batches",
    "_team/leavers",
    "_team/withdrawals",
    "_team/invitations",
    "_team/roles",
    "_team/revocations",
    "_team/departures",
    "_team/run",
    "_team/converge",
    # Single sign-on becomes as defined
    "_sso/certificates",
    "_sso/definition",
    "_sso/plan",
    "_sso/guards",
    "_sso/report",
    "_sso/mappings",
    "_sso/run",
    "_sso/converge",
    "_sso/domain",
    # API keys
    "_keys/definition",
    "_keys/plan",
    "_keys/guards",
    "_keys/report",
    "_keys/file",
    "_keys/run",
    "_keys/converge",
    # What org_info says
    "_info",
    # Who has access, and is that as it should be
    "_review/catalogue",
    "_review/options",
    "_review/definition",
    "_review/population",
    "_review/facts",
    "_review/gaps",
    "_review/outstanding",
    "_review/rules",
    "_review/comparison",
    "_review/document",
    "_review/reading",
    "_review/handing",
    # Ansible's side of every module
    "_module",
)
# What the other folders of plugins may import of ours: names of module_utils, or folders.
CONTROLLER = {*PURE, "_progress", "_review/handing", "plugin_utils"}
MAY_IMPORT = {
    "modules": {"module_utils"},
    "plugin_utils": CONTROLLER,
    "action": CONTROLLER,
    "filter": CONTROLLER,
    "lookup": CONTROLLER,
    "doc_fragments": set[str](),
}
IMPURE = re.compile(r"(ansible|requests|urllib3|urllib\.request|http|socket|ssl|time|os|pathlib)\b")
LINES_OF_A_CLASS = 210

Imports = dict[str, set[str]]


def imported(path: Path, name: str) -> Iterator[str]:
    """Yield what a file imports, wherever in it: a dotted name for a module of others, a path for a file of ours."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = node.module or ""
            if node.level:
                folder = PurePosixPath(name).parents[node.level - 1]
                start = f"{OURS}{'.'.join(folder.parts)}.{start}".rstrip(".")
            found = [start, *(f"{start}.{alias.name}" for alias in node.names)]
        else:
            continue
        for one in found:
            yield one.removeprefix(OURS).replace(".", "/") if one.startswith(OURS) else one


def read(root: Path) -> Imports:
    """Return what each file below `plugins` imports; both are paths without suffix, files of ours that are there."""
    names = [path.relative_to(root).with_suffix("").as_posix() for path in sorted((root / "plugins").rglob("*.py"))]
    ours = frozenset(names)
    imports = {}
    for name in names:
        found = set(imported(root / f"{name}.py", name))
        imports[name] = {one for one in found if one in ours or not one.startswith(("plugins/", "ansible_collections"))}
    return imports


def part_of(name: str) -> tuple[str, str]:
    """Return the folder of plugins in which a file is, and its path there."""
    _plugins, folder, rest = name.split("/", 2)
    return folder, rest


def faults(imports: Imports) -> Iterator[str]:
    """Yield what is wrong with the imports, a sentence each."""
    try:
        graphlib.TopologicalSorter(imports).prepare()
    except graphlib.CycleError as error:
        yield f"They import one another in a circle: {' <- '.join(error.args[1])}"
    there = {rest for folder, rest in map(part_of, imports) if folder == "module_utils"}
    for name in sorted(there - {*ORDER}):
        yield f"plugins/module_utils/{name}.py is new: add it to ORDER in {HERE}, below what it imports"
    for name in sorted({*ORDER} - there):
        yield f"plugins/module_utils/{name}.py is gone: take it out of ORDER and PURE in {HERE}"
    for name, found in sorted(imports.items()):
        folder, rest = part_of(name)
        if folder == "module_utils" and rest not in ORDER:
            continue
        for one in sorted(found):
            if not one.startswith("plugins/"):
                if folder == "module_utils" and rest in PURE and IMPURE.match(one):
                    yield f"{name}.py imports {one}, but it is in PURE of {HERE}"
                continue
            target, what = part_of(one)
            if folder == "module_utils":
                may = target == folder and what in ORDER[: ORDER.index(rest)] and (rest not in PURE or what in PURE)
            else:
                may = bool({target, what} & MAY_IMPORT.get(folder, set()))
            if not may:
                yield f"{name}.py may not import {one}.py, see {HERE}"


def test_files_import_only_what_is_below_them() -> None:
    assert "\n".join(faults(read(ROOT))) == ""


def test_pure_files_are_in_the_order() -> None:
    assert [name for name in ORDER if name in PURE] == [*PURE]


def test_who_says_to_be_pure_is_held_to_it() -> None:
    saying = {
        name
        for name in ORDER
        if "Pure: knows neither Ansible nor HTTP" in (ROOT / f"plugins/module_utils/{name}.py").read_text("utf-8")
    }
    assert saying == {*PURE}


@pytest.mark.parametrize(
    ("name", "line", "expected"),
    [
        ("module_utils/_texts", "from {ours}module_utils._errors import plain", "_texts.py may not import"),
        ("module_utils/_access/grants", "from . import people", "in a circle: "),
        ("module_utils/_service/client", "from .._team.plan import Plan", "client.py may not import"),
        ("module_utils/_service/client", "import {ours}module_utils._service.writes", "client.py may not import"),
        ("module_utils/_team/report", "from {ours}module_utils._team import run", "report.py may not import"),
        ("module_utils/_team/guards", "from {ours}module_utils._service.client import Client", "guards.py may not"),
        ("module_utils/_team/guards", "def late():\n    import requests.auth", "guards.py imports requests.auth, but"),
        (
            "module_utils/_team/definition",
            "from ansible.module_utils import basic",
            "imports ansible.module_utils, but",
        ),
        ("module_utils/_module", "from ..plugin_utils import _progress", "_module.py may not import"),
        ("module_utils/_extra", "", "_extra.py is new: add it to ORDER"),
        ("plugin_utils/_progress", "from {ours}module_utils._service.client import Client", "_progress.py may not"),
        ("plugin_utils/_progress", "import {ours}action.org_team", "_progress.py may not import"),
        ("modules/org_info", "from {ours}plugin_utils._progress import watch", "org_info.py may not import"),
        ("action/org_team", "from {ours}module_utils._module import Module", "org_team.py may not import"),
        ("test/new", "from {ours}module_utils._texts import what_is_unsafe", "new.py may not import"),
    ],
)
def test_what_it_may_not_import_is_found(tmp_path: Path, name: str, line: str, expected: str) -> None:
    for path in (ROOT / "plugins").rglob("*.py"):
        copy = tmp_path / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_text(path.read_text(encoding="utf-8"), encoding="utf-8")
    (tmp_path / f"plugins/{name}.py").parent.mkdir(exist_ok=True)
    with (tmp_path / f"plugins/{name}.py").open("a", encoding="utf-8") as file:
        file.write(f"\n{line.format(ours=f'{OURS}plugins.')}\n")
    new = set(faults(read(tmp_path))) - set(faults(read(ROOT)))
    assert any(expected in fault for fault in new), new


def test_what_is_gone_is_found(tmp_path: Path) -> None:
    (tmp_path / "plugins/module_utils").mkdir(parents=True)
    assert f"plugins/module_utils/_module.py is gone: take it out of ORDER and PURE in {HERE}" in faults(read(tmp_path))


@pytest.mark.parametrize(
    "path", sorted((ROOT / "plugins").rglob("*.py")), ids=lambda path: f"{path.parent.name}/{path.name}"
)
def test_no_class_is_the_place_where_everything_meets(path: Path) -> None:
    classes = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.ClassDef)]
    lengths = {node.name: (node.end_lineno or node.lineno) - node.lineno + 1 for node in classes}
    assert {name: lines for name, lines in lengths.items() if lines > LINES_OF_A_CLASS} == {}


def test_no_class_is_put_together_of_others() -> None:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in (ROOT / "plugins").rglob("*.py")]
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert classes
    assert [node.name for node in classes if len(node.bases) > 1] == []
