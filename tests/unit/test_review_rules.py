# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of an access review: each finds what was planted for it, and nothing else."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.rules import CHECKS, find
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import CASES, Case, found, planted


def test_everything_that_was_planted_is_found_and_nothing_else() -> None:
    world, expected = planted()
    assert found(find(world.facts())) == expected


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_what_is_to_be_found(case: Case) -> None:
    assert found(find(case.world().facts())) == case.expected


def test_there_are_33_rules_and_each_is_planted() -> None:
    assert len(RULES) == 33
    assert CHECKS.keys() == RULES.keys()
    _world, expected = planted()
    assert {rule for rule, _key in expected} | {"too_few_owners"} == RULES.keys()
    assert {rule for case in CASES for rule, _key in case.expected} >= RULES.keys() - {"exemption_expired"}
