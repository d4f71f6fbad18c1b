# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of deployments and projects in place of ids, in each module that takes role assignments: what they cost, that
they come to the same, and that one which fits nothing keeps no leaver in.
"""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    OWNER,
    actions,
    counts,
    under,
    viewer,
)

ANA, BO, LEAVER = "ana@example.com", "bo@example.com", "leaver@example.com"
THE_OWNER = {"email": "owner@example.com", "role_assignments": OWNER}
NAMED = {"deployment": [{"role_id": "deployment-viewer", "deployment_names": ["logs"]}]}
NOTHING_LIKE_IT = {"deployment": [{"role_id": "deployment-viewer", "deployment_names": ["wiped out"]}]}
SIEM = {"project": {"security": [{"role_id": "viewer", "project_names": "siem"}]}}
EVERY_KIND = {
    "deployment": [{"role_id": "viewer", "deployment_names": ["logs", "shop"], "deployment_ids": ["d9"]}],
    "project": {
        "elasticsearch": [{"role_id": "viewer", "project_names": ["search"]}],
        "observability": [{"role_id": "viewer", "project_names": ["traces"]}],
        "security": [{"role_id": "t1-analyst", "project_names": ["siem"]}],
    },
}
BY_ID = {
    "deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["d1", "d2", "d9"]}],
    "project": {
        "elasticsearch": [{"role_id": "elasticsearch-viewer", "project_ids": ["e1"]}],
        "observability": [{"role_id": "observability-viewer", "project_ids": ["o1"]}],
        "security": [{"role_id": "security-t1-analyst", "project_ids": ["s1"]}],
    },
}
LISTS = [
    ("GET", "/deployments"),
    *(("GET", f"/serverless/projects/{kind}") for kind in ("elasticsearch", "observability", "security")),
]


@pytest.fixture(autouse=True)
def owner(site):
    resources = {
        ("deployment", "d1"): "logs",
        ("deployment", "d2"): "shop",
        ("deployment", "t1"): "twin",
        ("deployment", "t2"): "twin",
        ("project.elasticsearch", "e1"): "search",
        ("project.observability", "o1"): "traces",
        ("project.security", "s1"): "siem",
        ("project.security", "s2"): "logs",
    }
    for (scope, id_), name in resources.items():
        site.emulator.add_resource(site.organization, scope, id_, name=name)
    return site.member("owner@example.com", OWNER)


def reading(site, *lists: tuple[str, str]) -> list[tuple[str, str]]:
    """The requests of a run that has nothing to do, sorted."""
    return sorted([*lists, *(("GET", f"/organizations/{site.id}/{kind}") for kind in ("invitations", "members"))])


# The same as ids


@under({"entries_per_page": 1}, {"grouping": "per_grant", "role_id_style": "short"})
def test_a_team_defined_by_names_is_the_one_defined_by_ids(site):
    site.member(ANA, viewer("d2", "d3"))
    members = [THE_OWNER, {"email": ANA, "groups": ["all"]}, {"email": BO, "role_assignments": NAMED}]
    result = site.converge("org_team", members=members, groups={"all": EVERY_KIND}, purge=True)
    assert [(one["email"], one["after"]) for one in result["plan"]] == [(BO, viewer("d1")), (ANA, BY_ID)]
    assert (site.roles(ANA), site.roles(BO)) == (BY_ID, viewer("d1"))
    by_id = [THE_OWNER, {"email": ANA, "role_assignments": BY_ID}, {"email": BO, "role_assignments": viewer("d1")}]
    assert site.converge("org_team", members=by_id, purge=True)["plan"] == []


def test_a_member_gets_roles_by_name_and_loses_them_by_name(site):
    site.member(ANA, viewer("d3"))
    given = site.converge("org_member", email=ANA, role_assignments=NAMED, role_assignments_state="present")
    assert given["member"]["role_assignments"] == viewer("d1", "d3")
    taken = site.converge("org_member", email=ANA, role_assignments=NAMED, role_assignments_state="absent")
    assert taken["member"]["role_assignments"] == viewer("d3")


def test_people_are_invited_by_name(site):
    result = site.converge("org_invitation", emails=[ANA], role_assignments=EVERY_KIND)
    assert result["invitations"][0]["role_assignments"] == BY_ID


# What they cost


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_list_is_asked_for_once_where_a_name_needs_it_and_no_other(site, check_mode):
    members = [THE_OWNER, {"email": ANA, "groups": ["a"]}, {"email": BO, "role_assignments": NAMED}]
    site.succeed("org_team", members=members, groups={"a": NAMED, "unused": {}})
    for groups, lists in (
        ({"a": viewer("d1")}, []),
        ({"a": NAMED}, LISTS[:1]),
        (
            {"a": viewer("d1"), "b": {"project": {"security": [{"role_id": "viewer", "project_names": "siem"}]}}},
            LISTS[3:],
        ),
        ({"a": NAMED, "b": EVERY_KIND}, LISTS),
    ):
        members[2]["role_assignments"] = viewer("d1")
        result = site.succeed("org_team", members=members, groups=groups, concurrency=1, check_mode=check_mode)
        assert sorted(site.requests) == reading(site, *lists)
        assert result["plan"] == []


@pytest.mark.parametrize("site", [{"entries_per_page": 1}], indirect=True)
def test_projects_cost_one_request_for_each_page(site):
    roles = {"project": {"security": [{"role_id": "viewer", "project_names": ["logs"]}]}}
    site.succeed("org_member", email="owner@example.com", role_assignments=roles, role_assignments_state="absent")
    assert site.requests.count(("GET", "/serverless/projects/security")) == 2
    assert len(site.requests) == 4


def test_nothing_is_asked_for_where_the_connection_is_at_fault(site):
    said = site.reject("org_team", members=[{"email": ANA, "role_assignments": NAMED}], endpoint="ftp://x", timeout=0)
    assert "endpoint" in said
    assert "timeout" in said
    assert "deployment_names" not in said


# Names that fit nothing, or several


@pytest.mark.parametrize(
    ("roles", "says"),
    [
        (NOTHING_LIKE_IT, "the API key sees no deployment with the name 'wiped out'"),
        (
            {"deployment": [{"role_id": "viewer", "deployment_names": ["twin"]}]},
            "2 deployments have the name 'twin'; write the id of the one that is meant: t1, t2",
        ),
        (
            {"project": {"security": [{"role_id": "viewer", "project_names": ["shop"]}]}},
            "sees no security project with",
        ),
        (
            {"project": {"vectordb": [{"role_id": "viewer", "project_names": ["shop"]}]}},
            "project_names cannot be looked up, since no list of these is published; give ids instead",
        ),
        ({"deployment": [{"role_id": "viewer", "deployment_names": ["a{{ 1 }}"]}]}, "would be a template for Ansible"),
        ({"deployment": [{"role_id": "viewer", "deployment_names": ["a\nb"]}]}, "contains a control character"),
    ],
)
def test_the_fault_is_told_in_each_module_and_nothing_is_written(site, roles, says):
    site.emulator.add_resource(site.organization, "deployment", "h1", name="a{{ 1 }}")
    site.emulator.add_resource(site.organization, "deployment", "h2", name="a\nb")
    site.member(ANA)
    said = site.refuse("org_member", email=ANA, role_assignments=roles)["msg"]
    assert says in said
    assert said.startswith(f"role_assignments.{'.'.join(['deployment'] if 'deployment' in roles else ['project'])}")
    assert says in site.refuse("org_invitation", emails=BO, role_assignments=roles)["msg"]
    assert says in site.refuse("org_team", members=[{"email": ANA, "role_assignments": roles}])["msg"]


def test_names_are_told_with_all_other_faults_at_once(site):
    site.member("twins@example.com")
    site.member("Twins@example.com")
    unknown = {"deployment": [{"role_id": "chef", "all": True}]}
    members = [
        {"email": "nobody", "groups": ["ghosts"]},
        {"email": ANA, "role_assignments": NOTHING_LIKE_IT},
        {"email": LEAVER, "state": "absent"},
    ]
    said = site.refuse("org_team", members=members)["msg"]
    assert said.startswith("3 problems in the input, nothing was changed:")
    assert "GET" not in said
    late = [{"email": ANA, "role_assignments": NOTHING_LIKE_IT}, {"email": BO, "role_assignments": unknown}]
    late.append({"email": "twins@example.com"})
    said = site.refuse("org_team", members=late)["msg"]
    assert [what in said for what in ("wiped out", "'chef'", "2 members have this email")] == [True] * 3
    site.member(ANA)
    both = {"deployment": [*NOTHING_LIKE_IT["deployment"], *unknown["deployment"]]}
    said = site.refuse("org_member", email=ANA, role_assignments=both)["msg"]
    assert "wiped out" in said
    assert "chef" in said


@pytest.mark.parametrize("purge", [False, True])
@under({"list_lag": 2}, {"existing_invitation": "refresh"}, {"always_fails": ["x@example.com"]})
def test_a_name_that_fits_nothing_keeps_no_leaver_in(site, purge):
    site.member(LEAVER, viewer("d1"))
    site.member("over@example.com", viewer("d1"))
    site.invitation("asked@example.com", viewer("d1"))
    site.member("stranger@example.com")
    site.invitation("stranger2@example.com")
    site.member(ANA, viewer("d3"))
    site.member("stays@example.com", viewer("d3"))
    site.invitation("expired@example.com", viewer("d1"), expired=True)
    definition = {
        "groups": {"staff": NOTHING_LIKE_IT},
        "members": [
            THE_OWNER,
            {"email": ANA, "groups": ["staff"]},
            {"email": "stays@example.com", "role_assignments": viewer("d1")},
            {"email": "expired@example.com", "role_assignments": viewer("d1")},
            {"email": "new@example.com", "role_assignments": NAMED},
            {"email": LEAVER, "state": "absent", "groups": ["staff"]},
            {"email": "asked@example.com", "state": "absent"},
            {"email": "over@example.com", "until": "2020-01-01", "groups": ["staff"]},
        ],
        "purge": purge,
        "max_removals": "100%",
    }
    going = {("uninvite", "asked@example.com"), ("remove", LEAVER), ("remove", "over@example.com")}
    going |= {("uninvite", "stranger2@example.com"), ("remove", "stranger@example.com")} if purge else set()
    results = []
    for check_mode in (True, False):
        results.append(site.run("org_team", check_mode=check_mode, **definition))
        assert results[-1]["failed"]
        assert bool(site.writes) is not check_mode
        assert not site.emails
    checked, done = results
    for key in ("changed", "plan", "plan_digest", "diff", "summary", "msg", "unmanaged", "failures", "warnings"):
        assert done[key] == checked[key]
    assert done["changed"] is True
    assert {*actions(done)} == going
    assert sum(counts(done)[key] for key in ("removed", "uninvited")) == len(going)
    assert "groups.staff.deployment[0]: the API key sees no deployment with the name 'wiped out'" in done["msg"]
    assert "nobody is invited, and nobody's roles are changed" in done["msg"]
    left = {"owner@example.com", ANA, "stays@example.com", "expired@example.com"}
    assert site.people.keys() == left | (set() if purge else {"stranger@example.com", "stranger2@example.com"})
    assert site.roles("stays@example.com") == viewer("d3")
    again = site.run("org_team", **definition)
    assert not site.writes
    assert (again["failed"], again["changed"], again["plan"]) == (True, False, [])
    definition["groups"] = {"staff": NAMED}
    assert not site.succeed("org_team", **definition)["failures"]
    assert site.roles(ANA) == viewer("d1")


@pytest.mark.parametrize("check_mode", [True, False])
def test_api_keys_of_leavers_go_all_the_same(site, check_mode):
    site.member(LEAVER)
    site.emulator.add_key(site.organization, name="nightly", email=LEAVER, role_assignments=viewer("d1"))
    members = [THE_OWNER, {"email": BO, "role_assignments": NOTHING_LIKE_IT}, {"email": LEAVER, "state": "absent"}]
    options = {"members": members, "leavers_api_keys": "revoke", "max_removals": 1, "check_mode": check_mode}
    result = site.run("org_team", **options)
    assert actions(result) == [("revoke_api_key", LEAVER), ("remove", LEAVER)]
    assert counts(result) == {"api_keys_revoked": 1, "removed": 1}
    assert "wiped out" in result["msg"]
    assert result["failed"]


def test_guards_see_what_is_carried_out_and_nothing_else(site):
    site.member(ANA, viewer("d1"))
    site.member(LEAVER)
    members = [THE_OWNER, {"email": ANA, "role_assignments": {}}, {"email": LEAVER, "state": "absent"}]
    members.append({"email": BO, "role_assignments": NOTHING_LIKE_IT})
    result = site.run("org_team", members=members, max_removals=1)  # Ana would lose everything, and does not
    assert actions(result) == [("remove", LEAVER)]
    assert "guard" not in result
    site.member(LEAVER)
    refused = site.refuse("org_team", members=members, max_removals=0)
    assert refused["guard"]["name"] == "max_removals"
    assert "wiped out" in refused["msg"]
    assert LEAVER in site.people


def test_a_removal_that_fails_is_told_beside_the_names(site):
    site.member(LEAVER)
    site.emulator.fail("status", method="DELETE", status=403, code="root.unauthorized", times=0)
    members = [THE_OWNER, {"email": BO, "role_assignments": NOTHING_LIKE_IT}, {"email": LEAVER, "state": "absent"}]
    result = site.run("org_team", members=members, max_removals=1)
    assert result["changed"] is False
    assert "wiped out" in result["msg"]
    assert "1 of 1 actions failed" in result["msg"]
    assert [one["email"] for one in result["failures"]] == [LEAVER]


@pytest.mark.parametrize("fault", [{"status": 403, "code": "root.unauthorized.rbac"}, {"status": 503}], ids=str)
def test_where_a_list_cannot_be_read_names_cannot_be_looked_up(site, fault):
    site.member(LEAVER)
    site.emulator.fail("status", path="/deployments$", times=0, **fault)
    members = [THE_OWNER, {"email": BO, "role_assignments": NAMED}, {"email": LEAVER, "state": "absent"}]
    result = site.run("org_team", members=members, retries=1, max_removals=1)
    assert result["failed"]
    assert f"deployment_names cannot be looked up: GET /deployments: {fault['status']}" in result["msg"]
    assert actions(result) == [("remove", LEAVER)]
    said = site.refuse("org_member", email=BO, role_assignments=NAMED, retries=0)["msg"]
    assert f"GET /deployments: {fault['status']}" in said


@pytest.mark.parametrize("site", [{"entries_per_page": 1, "next_page_repeats": True}], indirect=True)
def test_half_a_list_tells_no_name(site):
    assert "its end was not reached" in site.refuse("org_invitation", emails=BO, role_assignments=SIEM)["msg"]


# Words


def test_words_have_the_names_where_they_were_read_and_results_have_ids(site):
    site.emulator.add_resource(site.organization, "deployment", "d3", name="old \u202e{{ 1 }}")
    site.member(ANA, viewer("d3"))
    result = site.converge("org_team", members=[THE_OWNER, {"email": ANA, "role_assignments": NAMED}])
    (step,) = result["plan"]
    assert step["reason"] == (
        "to be added: deployment-viewer on deployment d1 (logs); "
        "to be taken away: deployment-viewer on deployment d3 (old \\u202e{{ 1 }})"
    )
    assert (step["before"], step["after"]) == (viewer("d3"), viewer("d1"))
    assert "    - {role_id: deployment-viewer, deployment_ids: [d1]}  # logs\n" in result["diff"][0]["after"]
    by_id = site.succeed("org_team", members=[{"email": ANA, "role_assignments": viewer("d2")}], check_mode=True)
    assert "shop" not in by_id["plan"][0]["reason"]


def test_a_name_that_moves_takes_access_along_and_an_id_does_not(site):
    site.member(ANA, viewer("d1"))
    site.emulator.add_resource(site.organization, "deployment", "d1", name="former logs")
    site.emulator.add_resource(site.organization, "deployment", "d2", name="logs")
    assert site.succeed("org_member", email=ANA, role_assignments=viewer("d1"))["changed"] is False
    site.converge("org_member", email=ANA, role_assignments=NAMED)
    assert site.roles(ANA) == viewer("d2")
