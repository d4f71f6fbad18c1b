# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_info`: what it gathers and what it asks for that, and the definition that it writes down."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    CONSOLE_ONLY,
    OWNER,
    actions,
    under,
    under_every_reading,
    viewer,
)

MIXED = {
    "deployment": [
        {"role_id": "viewer", "deployment_ids": ["c", "a"]},
        {"role_id": "deployment-viewer", "deployment_ids": ["b"]},
        {"role_id": "deployment-viewer", "deployment_ids": ["d"], "application_roles": CONSOLE_ONLY},
        {"role_id": "deployment-editor", "all": True},
    ],
    "project": {"security": [{"role_id": "t1_analyst", "project_ids": ["p"], "application_roles": ["z", "y"]}]},
    "cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "resource_ids": ["r"]}],
}
NORMAL = {
    "deployment": [
        {"role_id": "deployment-editor", "all": True},
        {"role_id": "deployment-viewer", "deployment_ids": ["a", "b", "c"]},
        {"role_id": "deployment-viewer", "deployment_ids": ["d"], "application_roles": []},
    ],
    "project": {
        "security": [{"role_id": "security-t1-analyst", "project_ids": ["p"], "application_roles": ["y", "z"]}]
    },
    "cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "resource_ids": ["r"]}],
}
UNKNOWN = {
    "scope": {"moon_base": [{"role_id": "astronaut", "level": 2}]},
    "field": {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["x"], "ends": "2030-01-01"}]},
    "project type": {"project": {"workplace": [{"role_id": "workplace-admin", "all": True}]}},
}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def fill(site):
    """Everybody who can be told in a definition, and one who cannot: an invitation that has expired."""
    site.member("mixed@example.com", MIXED)
    site.member("nothing@example.com")
    site.member("second-owner@example.com", OWNER, BILLING)
    site.member("both@example.com", viewer("a"))
    site.invitation("both@example.com", viewer("b"))
    site.invitation("pending@example.com", MIXED)
    site.invitation("expired@example.com", viewer("a"), expired=True)


@pytest.mark.parametrize(
    ("part", "paths"),
    [
        ("organization", [""]),
        ("members", ["/members"]),
        ("invitations", ["/invitations"]),
        ("team", ["/invitations", "/members"]),
    ],
)
def test_only_what_is_gathered_is_asked_for(site, part, paths):
    result = site.succeed("org_info", gather=[part])
    assert sorted(site.requests) == [("GET", f"/organizations/{site.id}{path}") for path in paths]
    assert {"organization", "members", "invitations", "team"} & result.keys() == {part}
    assert result["changed"] is False


@pytest.mark.parametrize("check_mode", [False, True])
def test_the_organization_its_members_and_invitations_are_gathered_by_default(site, check_mode):
    result = site.succeed("org_info", check_mode=check_mode)
    assert len(site.requests) == 3
    assert {"organization", "members", "invitations", "team"} - result.keys() == {"team"}
    assert (result["organization"]["id"], result["organization"]["name"]) == (site.id, "Example")


def test_several_parts_share_their_readings(site):
    site.succeed("org_info", gather=["organization", "members", "invitations", "team"])
    assert len(site.requests) == 3


def test_an_organization_that_was_discovered_is_not_asked_for_again(site):
    result = site.succeed("org_info", organization_id=None, gather=["organization"])
    assert result["organization"]["id"] == site.id
    assert site.requests == [("GET", "/organizations")]


def test_an_unknown_part_is_an_error(site):
    assert site.run("org_info", gather=["roles"])["failed"]
    assert not site.requests


@under_every_reading
def test_members_are_told_in_one_form_whatever_the_service_makes_of_them(site, owner):
    mixed = site.member("mixed@example.com", MIXED, name="Mia Xed")
    nobody = site.member(None, name=None)
    members = site.succeed("org_info", gather=["members"])["members"]
    since = "2026-01-01T00:00:00.000Z"
    assert [tuple(member.values()) for member in members] == [
        (nobody, None, None, since, "active", {}),
        (mixed, "mixed@example.com", "Mia Xed", since, "active", NORMAL),
        (owner, "owner@example.com", "Owner", since, "active", OWNER),
    ]
    assert list(members[0]) == ["user_id", "email", "name", "member_since", "status", "role_assignments"]


@under_every_reading
def test_invitations_are_told_with_their_times_and_without_their_tokens(site):
    site.invitation("pending@example.com", MIXED, expires_in="2d")
    site.invitation("expired@example.com", expired=True)
    assert site.succeed("org_info", gather=["invitations"])["invitations"] == [
        {
            "email": "expired@example.com",
            "status": "expired",
            "created_at": "2025-12-29T00:00:00.000Z",
            "expires_at": "2026-01-01T00:00:00.000Z",
            "role_assignments": {},
        },
        {
            "email": "pending@example.com",
            "status": "pending",
            "created_at": "2026-01-01T00:00:00.000Z",
            "expires_at": "2026-01-03T00:00:00.000Z",
            "role_assignments": NORMAL,
        },
    ]


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_what_is_unknown_is_shown(site, unknown):
    site.member("new@example.com", extra={"role_assignments": unknown})
    shown = site.succeed("org_info", gather=["members"])["members"][0]["role_assignments"]
    assert shown == unknown


@under_every_reading
def test_the_team_applied_with_purge_changes_nothing_but_expired_invitations(site):
    fill(site)
    team = site.succeed("org_info", gather=["team"])["team"]
    assert [entry["email"].partition("@")[0] for entry in team["members"]] == [
        *("both", "mixed", "nothing", "owner", "pending", "second-owner")
    ]
    assert team["members"][1] == {"email": "mixed@example.com", "role_assignments": NORMAL}
    result = site.converge("org_team", **team, purge=True)
    assert actions(result) == [("uninvite", "expired@example.com")]
    assert result["summary"]["unchanged"] == 6
    assert not result["warnings"]


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_the_team_can_be_applied_where_somebody_has_what_is_unknown(site, unknown):
    site.member("new@example.com", extra={"role_assignments": unknown})
    result = site.succeed("org_info", gather=["team"])
    assert "new@example.com" in result["warnings"][0]
    assert site.converge("org_team", **result["team"], purge=True)["plan"] == []


@pytest.mark.parametrize("text", ["{{ x }}", "a\nb"])
def test_nothing_dangerous_is_in_the_team_and_it_can_be_applied(site, text):
    eve = site.member("eve@example.com", viewer("a", application_roles=[text]))
    zoe = site.member("{{x}}@example.com", viewer("a"))
    result = site.succeed("org_info", gather=["members", "team"])
    assert [entry["email"] for entry in result["team"]["members"]] == ["owner@example.com"]
    assert sorted(result["team"]["ignore"]) == sorted([eve, zoe])
    assert len(result["members"]) == 3
    assert len(result["warnings"]) == 2
    assert site.converge("org_team", **result["team"], purge=True)["plan"] == []


def test_somebody_without_an_email_is_ignored_and_not_purged(site):
    nobody = site.member(None, viewer("a"))
    result = site.succeed("org_info", gather=["team"])
    assert result["team"]["ignore"] == [nobody]
    assert nobody in result["warnings"][0]
    again = site.converge("org_team", **result["team"], purge=True)
    assert (again["plan"], again["unmanaged"]) == ([], [])


def test_the_latest_of_several_invitations_counts(site):
    site.invitation("ana@example.com", viewer("a"), expired=True)
    site.invitation("Ana@example.com", viewer("b"))
    team = site.succeed("org_info", gather=["team"])["team"]
    assert team["members"][0] == {"email": "Ana@example.com", "role_assignments": viewer("b")}


@under({"limited_view": "left_out"}, {"limited_view": "nothing"})
def test_a_key_that_sees_no_owner_gets_no_team_but_what_it_sees(site):
    site.member("ana@example.com", viewer("a"))
    result = site.succeed("org_info", api_key=site.limited_key(), gather=["members", "team"])
    assert "team" not in result
    assert len(result["members"]) == 2
    (warning,) = result["warnings"]
    assert "sees no organization owner" in warning


def test_members_who_share_an_email_are_ignored_and_can_be_told(site):
    twins = [site.member("twin@example.com"), site.member("Twin@example.com")]
    result = site.succeed("org_info", gather=["members", "team"])
    assert sorted(result["team"]["ignore"]) == sorted(twins)
    assert len(result["members"]) == 3
    (warning,) = result["warnings"]
    assert "several members share this email" in warning
    assert site.converge("org_team", **result["team"], purge=True)["plan"] == []


def test_an_invitation_that_would_be_a_template_is_told_to_be_revoked(site):
    site.invitation("{{x}}@example.com")
    result = site.succeed("org_info", gather=["invitations", "team"])
    assert "team" not in result
    assert [one["email"] for one in result["invitations"]] == ["{{x}}@example.com"]
    (warning,) = result["warnings"]
    assert warning.startswith("{{x}}@example.com: No team is returned")


def test_the_definition_has_groups_where_they_are_wanted_and_applied_it_changes_nothing(site):
    for name in ("ana", "bo"):
        site.member(f"{name}@example.com", viewer("a"))
    team = site.succeed("org_info", gather=["team"], team_groups=True)["team"]
    (name,) = team["groups"]
    assert [entry.get("groups") for entry in team["members"]] == [[name], [name], None]
    assert team["ignore"] == []
    assert not site.succeed("org_team", **team, purge=True)["changed"]
    assert "groups" not in site.succeed("org_info", gather=["team"])["team"]
