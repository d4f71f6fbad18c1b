# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ansible-doc shows agrees with what the code accepts, also where ansible-test does not look: in what our own
validator checks, in environment variables, and in samples.
"""

from __future__ import annotations

import importlib
import json
import re
import subprocess
import sys
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    SCOPES,
    from_input,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import CONNECTION
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import ENTRY_KEYS, STATES
from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.docs.checking import COLLECTION, MODULES

Documentation = dict[str, t.Any]
ROLE_ASSIGNMENTS = frozenset({"role_assignments", "before", "after", "grants"})
# Those that ask the service; the others are done by action plugins alone, which have the options.
OF_THE_SERVICE = [name for name, module in MODULES.items() if hasattr(module, "OPTIONS")]


@pytest.fixture(scope="module")
def documentation(tmp_path_factory: pytest.TempPathFactory) -> Documentation:
    """What ansible-doc knows about each module, fragments included."""
    command = [Path(sys.executable).with_name("ansible-doc"), "--json", *(COLLECTION + name for name in MODULES)]
    folder = tmp_path_factory.mktemp("ansible")
    output = subprocess.run(command, env=environment("", folder), check=True, stdout=subprocess.PIPE).stdout
    return {name.removeprefix(COLLECTION): module for name, module in json.loads(output).items()}


@pytest.mark.parametrize("name", MODULES)
def test_options_are_those_of_the_argument_spec(name: str, documentation: Documentation) -> None:
    documented = documentation[name]["doc"]["options"]
    if name in OF_THE_SERVICE:
        spec = {**CONNECTION, **MODULES[name].OPTIONS}
    else:
        spec = importlib.import_module(f"ansible_collections.{COLLECTION}plugins.action.{name}").OPTIONS
    assert documented.keys() == spec.keys()
    for option, entry in spec.items():
        shown = documented[option]
        assert {key: shown.get(key) for key in ("type", "elements", "default")} == {
            key: entry.get(key) for key in ("type", "elements", "default")
        }, option
        assert shown.get("required", False) == entry.get("required", False), option
        assert sorted(shown.get("choices", [])) == sorted(entry.get("choices", [])), option


@pytest.mark.parametrize("name", OF_THE_SERVICE)
def test_environment_variables_are_those_that_are_read(name: str, documentation: Documentation) -> None:
    for option, entry in CONNECTION.items():
        text = _words(documentation[name]["doc"]["options"][option])
        _function, variables = entry.get("fallback", (None, []))
        assert re.findall(r"E\((.*?)\)", text) == variables, option


def test_keys_of_members_are_those_that_are_accepted(documentation: Documentation) -> None:
    entry = documentation["org_team"]["doc"]["options"]["members"]["suboptions"]
    assert entry.keys() == ENTRY_KEYS
    assert tuple(entry["state"]["choices"]) == STATES


@pytest.mark.parametrize("name", ["org_invitation", "org_member", "org_team"])
def test_role_assignments_are_those_that_are_accepted(name: str, documentation: Documentation) -> None:
    options = documentation[name]["doc"]["options"]
    scopes = (options["members"]["suboptions"] if name == "org_team" else options)["role_assignments"]["suboptions"]
    documented = {("project", kind): scope for kind, scope in scopes["project"]["suboptions"].items()}
    documented |= {(kind,): scope for kind, scope in scopes.items() if kind != "project"}
    assert documented.keys() == SCOPES.keys()
    for path, scope in SCOPES.items():
        keys = documented[path]["suboptions"]
        # An organization's id may stand there, because replies of the service have it, but there is no need to.
        names = {scope.names} if path in LISTED else set[str]()  # elsewhere they are accepted to be told as a fault
        assert keys.keys() == (scope.keys | names) - {"organization_id"}
        named = set(re.findall(r"V\(([a-z0-9-]+)\)", _words(keys["role_id"])))
        findings = Findings()
        everything = {"all": True} if scope.ids else {}
        blocks = [{"role_id": role, **everything} for role in named]
        assert len(from_input(_nested(path, blocks), "", findings).grants) == len(scope.roles)
        assert findings.problems + findings.warnings == []


# The modules that say nothing about who has which access, and the one whose document says it, by its own schema
WITHOUT_ACCESS = {"org_domain", "org_access_review", "org_access_decisions", "org_access_report"}


@pytest.mark.parametrize("name", MODULES)
def test_samples_show_role_assignments_in_their_normal_form(name: str, documentation: Documentation) -> None:
    results = {  # but for what no definition can have
        result: value for result, value in documentation[name]["return"].items() if result != "not_understood"
    }
    samples = [value["sample"] for value in results.values() if "sample" in value]
    found = list(_role_assignments(samples))
    assert bool(found) == (name not in WITHOUT_ACCESS)
    for assignments in found:
        findings = Findings()
        assert to_assignments(from_input(assignments, "", findings).grants) == assignments
        assert findings.problems + findings.warnings == []


@pytest.mark.parametrize("name", MODULES)
def test_samples_have_the_keys_that_are_documented(name: str, documentation: Documentation) -> None:
    for result, value in documentation[name]["return"].items():
        samples = value["sample"] if isinstance(value["sample"], list) else [value["sample"]]
        for sample in samples:
            contains = value.get("contains")
            always = {key for key, one in (contains or {}).items() if "returned" not in one}
            assert contains is None or always <= sample.keys() <= contains.keys(), result


def _words(option: Documentation) -> str:
    description = option["description"]
    return description if isinstance(description, str) else " ".join(description)


def _nested(path: tuple[str, ...], value: t.Any) -> t.Any:
    for name in reversed(path):
        value = {name: value}
    return value


def _role_assignments(value: t.Any) -> Iterator[t.Any]:
    if isinstance(value, list):
        for inner in value:
            yield from _role_assignments(inner)
    elif isinstance(value, dict):
        for key, inner in value.items():
            if key in ROLE_ASSIGNMENTS and isinstance(inner, dict) and "role_assignments" not in inner:
                yield inner
            else:
                yield from _role_assignments(inner)
