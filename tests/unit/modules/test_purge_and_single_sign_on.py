# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`purge` of `org_team` beside single sign-on: who comes by a role mapping would go again with each run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Result, Site, viewer

ANA, BO = "ana@example.com", "bo@example.com"
STAYING = {"email": "owner@example.com", "role_assignments": OWNER}
MAPPINGS = "role_mappings"
TEAM: dict[str, Any] = {"module": "org_team", "members": [STAYING], "purge": True, "max_removals": "100%"}


@pytest.fixture(autouse=True)
def people(site: Site) -> None:
    site.member("owner@example.com", OWNER)
    site.member(ANA, viewer("a"))


def mapping(site: Site, name: str = "staff", **more: Any) -> None:
    site.emulator.add_mapping(site.organization, name, {"any": [{"group": "staff"}]}, viewer("a"), **more)


def told(result: Result) -> list[str]:
    return [warning for warning in result["warnings"] if "single sign-on" in warning]


def reads(site: Site) -> int:
    return sum(MAPPINGS in path for _method, path in site.requests)


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_purge_beside_an_enabled_mapping_is_told(site, check_mode):
    mapping(site, "staff \x1b[31m")
    result = site.succeed(**TEAM, check_mode=check_mode)
    (warning,) = told(result)
    assert "ignore is empty" in warning
    assert '"*@example.com"' in warning
    assert "staff" in warning
    assert "\x1b" not in warning
    assert reads(site) == 1
    assert result["summary"]["removed"] == 1
    again = site.succeed(**TEAM, check_mode=True)
    assert again["summary"]["removed"] == (1 if check_mode else 0)
    assert reads(site) == check_mode  # nobody would be removed any more


def test_a_guard_that_refuses_the_purge_does_not_hide_it(site):
    mapping(site)
    result = site.refuse(**TEAM | {"max_removals": 0})
    assert result["guard"]["name"] == "max_removals"
    assert len(told(result)) == 1


def test_without_an_enabled_mapping_nothing_is_said(site):
    mapping(site, enabled=False)
    result = site.converge(**TEAM)
    assert told(result) == []


@pytest.mark.parametrize(
    "options",
    [
        {"ignore": ["*@sso.example.com"]},
        {"purge": False},
        {"members": [STAYING, {"email": ANA, "role_assignments": viewer("a")}]},
        {"members": [STAYING, {"email": ANA, "state": "absent"}]},
    ],
    ids=["ignored", "no purge", "nobody would go", "gone by an entry"],
)
def test_mappings_are_read_only_where_purge_would_remove_somebody(site, options):
    mapping(site)
    for check_mode in (True, False):
        result = site.succeed(**TEAM | options, check_mode=check_mode)
        assert (told(result), reads(site)) == ([], 0)


def test_an_invitation_that_purge_revokes_is_nobody_who_came_by_a_login(site):
    mapping(site)
    site.invitation(BO, viewer("a"))
    result = site.succeed(**TEAM | {"members": [STAYING, {"email": ANA, "role_assignments": viewer("a")}]})
    assert result["summary"]["uninvited"] == 1
    assert (told(result), reads(site)) == ([], 0)


@pytest.mark.parametrize("check_mode", [False, True])
def test_mappings_that_cannot_be_read_hold_nothing_up(site, check_mode):
    mapping(site)
    site.emulator.fail("status", method="GET", path=MAPPINGS, times=100, status=403)
    result = site.succeed(**TEAM, check_mode=check_mode)
    assert reads(site) == 1
    assert told(result) == []
    assert result["summary"]["removed"] == 1
