# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written in several places says the same there: the role's options, defaults and README, and the module."""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import yaml

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import CONNECTION
from ansible_collections.orgops.elastic_cloud.plugins.modules.org_team import OPTIONS

ROLE = Path(__file__).resolve().parents[2] / "roles/org_team"
MODULE: dict[str, t.Any] = {f"org_team_{name}": option for name, option in {**CONNECTION, **OPTIONS}.items()}


def read(name: str) -> t.Any:
    """Return what is in a YAML file of the role."""
    return yaml.safe_load((ROLE / name).read_text(encoding="utf-8"))


ENTRY_POINTS = read("meta/argument_specs.yml")["argument_specs"]
SPECS = ENTRY_POINTS["main"]["options"]
AUDIT = {"org_team_fail_on": ["change", "unmanaged", "not_understood"]}
DEFAULTS = read("defaults/main.yml")


def test_the_role_has_every_option_of_the_module() -> None:
    # A digest is for one organization, and the variable has those of all that an audit has planned for.
    of_the_role = {"org_team_plan_digests" if name == "org_team_plan_digest" else name for name in MODULE}
    assert SPECS.keys() == of_the_role


def test_the_role_passes_every_option_on() -> None:
    (task,) = [task for task in read("tasks/module.yml") if "orgops.elastic_cloud.org_team" in task]
    assert {f"org_team_{name}" for name in task["orgops.elastic_cloud.org_team"]} == MODULE.keys()


def test_the_defaults_are_those_of_the_module() -> None:
    assert {name: MODULE[name]["default"] for name in DEFAULTS} == DEFAULTS
    assert {name for name, option in MODULE.items() if "default" in option} - DEFAULTS.keys() == {"org_team_endpoint"}


def test_the_table_in_the_readme_has_every_variable_with_its_default() -> None:
    rows = re.findall(
        r"^\| `(org_team_\w+)` \| (.*?) \|", (ROLE / "README.md").read_text(encoding="utf-8"), re.MULTILINE
    )
    table = dict(rows)
    assert len(rows) == len(table)
    assert table.keys() == SPECS.keys() | AUDIT.keys()
    assert {name: yaml.safe_load(table[name].strip("`")) for name in DEFAULTS | AUDIT} == DEFAULTS | AUDIT


def test_an_audit_has_the_same_variables_and_one_more() -> None:
    audit = ENTRY_POINTS["audit"]["options"]
    assert {name: audit[name] for name in SPECS} == SPECS
    assert audit.keys() - SPECS.keys() == AUDIT.keys()


def test_a_default_in_the_options_would_refuse_null() -> None:
    assert not [name for name, option in SPECS.items() if "default" in option or "choices" in option]
