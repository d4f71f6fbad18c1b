# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`leavers_api_keys` of `org_team` and `org_member`: what playbooks get of it."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    OWNER,
    Result,
    Site,
    actions,
    counts,
    gained,
    under,
    viewer,
)

BEA, CY = "bea@example.com", "cy@example.com"
TEAM = {"members": [{"email": "owner@example.com", "role_assignments": OWNER}, {"email": BEA, "state": "absent"}]}
CALLS: dict[str, dict[str, Any]] = {
    "org_team": {**TEAM, "max_removals": "100%"},
    "org_member": {"email": BEA, "state": "absent"},
}
on_both = pytest.mark.parametrize("module", CALLS)
KEYS = ("GET", "/users/auth/keys")


@pytest.fixture(autouse=True)
def people(site: Site) -> None:
    site.member("owner@example.com", OWNER)
    site.member(BEA, viewer("a"))


def made(site: Site, email: str, name: str, **details: Any) -> str:
    """Somebody has made an API key; returns its id."""
    site.emulator.add_key(site.organization, email=email, name=name, role_assignments=viewer("a"), **details)
    return site.emulator.keys[-1].id


def works(site: Site, id_: str) -> bool:
    return id_ in {key.id for key in site.emulator.keys}


def call(module: str, **options: Any) -> dict[str, Any]:
    return {"module": module, **CALLS[module], **options}


def about_keys(result: Result) -> list[str]:
    return [warning for warning in result["warnings"] if "API key" in warning]


@on_both
@under({"entries_per_page": 1}, {"list_lag": 2})
def test_warn_is_the_default_and_tells_of_what_goes_on_working(site, module):
    key = made(site, BEA, "nightly {{ backup }}")
    made(site, "owner@example.com", "another")
    result = site.converge(**call(module))
    assert result["api_keys"] == [
        {
            "id": key,
            "name": "nightly {{ backup }}",
            "email": BEA,
            "expires_at": None,
            "role_assignments": viewer("a"),
        }
    ]
    (warning,) = about_keys(result)
    assert key in warning
    assert works(site, key)


@on_both
@under({"entries_per_page": 1}, {"list_lag": 2}, {"unknown_id_in_delete": "ignore"})
def test_revoke_takes_the_keys_and_then_the_person(site, module):
    keys = [made(site, BEA, "ci"), made(site, BEA, "nightly")]
    kept = made(site, "owner@example.com", "another")
    result = site.converge(**call(module, leavers_api_keys="revoke"))
    assert actions(result) == [("revoke_api_key", BEA), ("revoke_api_key", BEA), ("remove", BEA)]
    assert sorted(one["id"] for one in result["api_keys"]) == sorted(keys)
    assert [one["method"] + one["path"].split("/")[-2] for one in site.done_by] == ["DELETEauth", "DELETEmembers"]
    assert about_keys(result) == []
    assert list(gained(result)) == [
        BEA,
        *(f"{one['api_key']['name']!r} (id {one['api_key']['id']})" for one in result["plan"][:2]),
    ]
    assert works(site, kept)
    assert not any(works(site, key) for key in keys)
    if module == "org_team":
        assert counts(result) == {"removed": 1, "api_keys_revoked": 2, "unchanged": 1}
    else:
        assert result["member"]["status"] == "absent"


@on_both
def test_ignore_reads_nothing(site, module):
    key = made(site, BEA, "ci")
    result = site.succeed(**call(module, leavers_api_keys="ignore"))
    assert KEYS not in site.requests
    assert (result["api_keys"], about_keys(result), works(site, key)) == ([], [], True)


@on_both
def test_another_value_is_a_fault_and_blank_is_the_default(site, module):
    result = site.run(**call(module, leavers_api_keys="rewoke"))
    assert result["failed"]
    assert "leavers_api_keys" in result["msg"]
    assert site.requests == []
    result = site.succeed(**call(module, leavers_api_keys=""))
    assert KEYS in site.requests
    assert result["api_keys"] == []


@on_both
def test_a_key_that_is_refused_is_named_in_the_failure_and_in_each_later_run(site, module):
    key = made(site, BEA, "ci")
    site.emulator.fail("status", status=403, code="root.forbidden", method="DELETE", path="/keys$", from_nth=1)
    result = site.run(**call(module, leavers_api_keys="revoke"))
    assert result["failed"]
    (failure,) = result["failures"]
    assert (failure["action"], failure["email"], failure["api_key"]) == (
        "revoke_api_key",
        BEA,
        {"id": key, "name": "ci"},
    )
    assert f"org_api_key with id={key} and state=absent" in failure["error"]["message"]
    assert f"org_api_key with id={key} and state=absent" in result["msg"]
    assert BEA not in site.people
    if module == "org_member":
        assert result["member"]["status"] == "absent"
    for _turn in range(2):
        later = site.succeed(**call(module, leavers_api_keys="revoke"))
        assert any(key in warning and "org_api_key" in warning for warning in about_keys(later))
        assert not later["changed"]


@on_both
def test_an_api_key_that_may_not_list_any_removes_nobody(site, module):
    key = made(site, BEA, "ci")
    site.emulator.fail("status", status=403, code="root.forbidden", method="GET", path="/keys$", from_nth=1)
    result = site.refuse(**call(module, leavers_api_keys="revoke"))
    assert result["guard"] == {"name": "visibility", "limit": 0, "found": 1, "emails": [BEA]}
    assert works(site, key)
    removed = site.succeed(**call(module))
    assert "could not be read" in about_keys(removed)[0]


@on_both
def test_the_key_in_use_is_never_revoked(site, module):
    site.member(CY, OWNER)
    site.key = site.emulator.add_key(site.organization, email=CY, name="in use")
    mine = site.emulator.keys[-1].id
    members = [*TEAM["members"][:1], {"email": CY, "state": "absent"}, {"email": BEA}]
    options: dict[str, Any] = {"members": members} if module == "org_team" else {"email": CY}
    result = site.converge(**call(module, leavers_api_keys="revoke", **options))
    assert actions(result) == [("remove", CY)]
    assert mine in about_keys(result)[0]
    assert works(site, mine)


def test_org_member_that_changes_roles_reads_keys_only_to_revoke(site):
    made(site, BEA, "ci")
    options = {"email": BEA, "role_assignments": viewer("b")}
    site.succeed("org_member", check_mode=True, **options)
    assert KEYS not in site.requests
    result = site.converge("org_member", leavers_api_keys="revoke", **options)
    assert actions(result) == [("update", BEA)]
    assert result["api_keys"] == []


def test_org_invitation_has_nothing_to_do_with_keys(site):
    site.invitation(CY, viewer("a"))
    result = site.converge("org_invitation", emails=[CY], state="absent")
    assert KEYS not in site.requests
    assert "api_keys" not in result


def test_a_name_that_fits_nothing_keeps_neither_a_leaver_nor_their_keys_in(site):
    key = made(site, BEA, "ci")
    roles = {"deployment": [{"role_id": "deployment-viewer", "deployment_names": ["no such"]}]}
    members = [*TEAM["members"], {"email": CY, "role_assignments": roles}]
    result = site.run(**call("org_team", leavers_api_keys="revoke", members=members))
    assert result["failed"]
    assert actions(result) == [("revoke_api_key", BEA), ("remove", BEA)]
    assert not works(site, key)
    assert site.people == {"owner@example.com": "active"}
