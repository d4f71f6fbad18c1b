# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The public contract is written down completely, and changes only as semantic versioning allows."""

from __future__ import annotations

import ast
import pathlib
from collections.abc import Iterator

import pytest

from ansible_collections.orgops.elastic_cloud.tests.tools import contract, release

ROOT = pathlib.Path(__file__).resolve().parents[2]
OPTION = "modules/org_team/options/"


@pytest.fixture(scope="module")
def now() -> frozenset[str]:
    """The contract of this checkout."""
    return contract.facts()


def test_nothing_breaks_that_no_fragment_announces(now: frozenset[str]) -> None:
    breaking = contract.compare(contract.read(), now).breaking
    promised = release.last_release() >= (1, 0, 0)
    assert not promised or not breaking or release.sections() & release.BREAKING, "\n".join(breaking)


def test_what_is_new_says_since_when(now: frozenset[str]) -> None:
    new = now - contract.read()
    known = {fact.split()[0] for fact in contract.read()}  # another type is a change of what there was
    dated = [fact.split()[0] for fact in new if " since " in fact]
    parts = [fact.split()[0] for fact in new if " type " in fact and fact.split()[0] not in known]
    undated = [part for part in parts if not any(f"{part}/".startswith(f"{whole}/") for whole in dated)]
    # What a security fix adds comes with a patch release, which ansible-test does not let a `version_added` name.
    assert release.last_release() < (1, 0, 0) or "security_fixes" in release.sections() or not undated


@pytest.mark.parametrize(
    "fact",
    [
        "action_groups/all has org_info",
        "modules/org_info/attributes/check_mode full",
        "modules/org_team since 0.1.0",
        OPTION + "api_key environment EC_API_KEY",
        OPTION + "members type list of raw",
        OPTION + "members/email required",
        OPTION + "members/role_assignments/project/security/project_ids type list of str",
        OPTION + 'max_removals default "25%"',
        OPTION + "purge default false",
        OPTION + "refused_grants choice warn",
        "modules/org_team/results/failures/error value outcome_unknown",
        "modules/org_team/results/guard/name value max_removals",
        "modules/org_team/results/plan type list of dict",
        "playbooks/org_team hosts elastic_cloud_organizations",
        "requirements/ansible-core >=2.16.0",
        "requirements/requests >=2.28",
        "roles/org_team/variables/org_team_organization_id required",
        "roles/org_team/variables/org_team_purge default false",
    ],
)
def test_every_kind_of_promise_is_written_down(fact: str, now: frozenset[str]) -> None:
    assert fact in now


def test_every_error_code_of_ours_is_written_down(now: frozenset[str]) -> None:
    documented = {fact.split(" value ")[1] for fact in now if " value " in fact}
    used = {code for path in ROOT.glob("plugins/module_utils/**/*.py") for code in _codes(ast.parse(path.read_text()))}
    assert used
    assert used <= documented


@pytest.mark.parametrize(
    ("released", "now", "breaking", "harmless"),
    [
        ("purge type bool", "", ["- purge type bool"], []),
        ("purge default false", "purge default true", ["- purge default false"], ["+ purge default true"]),
        ("state choice absent", "state choice absent, state choice gone", [], ["+ state choice gone"]),
        ("purge type bool", "purge type bool, prune type bool", [], ["+ prune type bool"]),
        ("purge type bool", "purge type bool, purge required", ["+ purge required"], []),
        ("purge type bool, purge required", "purge type bool", [], ["- purge required"]),
        ("members type list", "members type list, members/name required", ["+ members/name required"], []),
        ("", "new type dict, new/name required", [], ["+ new type dict", "+ new/name required"]),
    ],
    ids=[
        "an option that is gone breaks",
        "another default breaks",
        "another choice does not",
        "another option does not",
        "that it is required breaks",
        "that it need not be given does not",
        "a required part of what was there breaks",
        "a required part of what is new does not",
    ],
)
def test_what_breaks(released: str, now: str, breaking: list[str], harmless: list[str]) -> None:
    changes = contract.compare(_facts(released), _facts(now))
    assert changes.breaking == [f"{line[:2]}{OPTION}{line[2:]}" for line in breaking]
    assert changes.harmless == [f"{line[:2]}{OPTION}{line[2:]}" for line in harmless]


def _facts(text: str) -> frozenset[str]:
    return frozenset(OPTION + fact for fact in text.split(", ") if fact)


def _codes(module: ast.AST) -> Iterator[str]:
    """Yield the codes that a module gives to errors: `codes=["this"]` and `error.coded("this", ...)`."""
    for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
        if isinstance(call.func, ast.Attribute) and call.func.attr == "coded":
            yield from filter(None, [ast.literal_eval(call.args[0])])
        for keyword in call.keywords:
            if keyword.arg == "codes" and isinstance(keyword.value, ast.List):
                yield from (code.value for code in keyword.value.elts if isinstance(code, ast.Constant))
