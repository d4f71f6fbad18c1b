# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps `org_team` from doing too much: guards that refuse a plan, and grants that the service refuses.

`refuse` runs each case in check mode and not, and sees to it that nothing is written.
"""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    CONSOLE_ONLY,
    OWNER,
    actions,
    codes,
    counts,
    under,
    viewer,
)

ANA, BO, CY = "ana@example.com", "bo@example.com", "cy@example.com"
THE_OWNER = {"email": "owner@example.com", "role_assignments": OWNER}
UNAUTHORIZED = "role_assignments.unauthorized_role_assignments"
NOBODY_CHANGED = {"invited": 0, "reinvited": 0, "updated": 0, "uninvited": 0, "removed": 0}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def test_what_a_guard_refuses_is_told_with_the_plan_and_nothing_is_done(site):
    site.member(ANA, viewer("a"))
    site.member(BO, viewer("a"))
    members = [THE_OWNER, {"email": "new@example.com", "role_assignments": viewer("a")}]
    result = site.refuse("org_team", members=members, purge=True, max_removals=1)
    assert result["guard"] == {"name": "max_removals", "limit": 1, "found": 2, "emails": [ANA, BO]}
    assert result["msg"].startswith("Nothing was changed. The guard max_removals refuses the plan")
    assert actions(result) == [("invite", "new@example.com"), ("remove", ANA), ("remove", BO)]
    assert {heading: result["summary"][heading] for heading in NOBODY_CHANGED} == NOBODY_CHANGED
    assert (result["failures"], result["refused"]) == ([], [])
    assert len(site.requests) == 3  # members, invitations, and the role mappings that a purge looks at


def test_the_first_guard_is_named_and_all_of_them_speak(site):
    site.member(ANA, viewer("a"))
    options = {"members": [{"email": ANA}], "purge": True, "protected": ["owner@example.com"], "max_removals": 0}
    result = site.refuse("org_team", **options)
    assert result["guard"]["name"] == "protected"
    assert all(f"guard {name}" in result["msg"] for name in ("protected", "min_owners", "max_removals"))


# plan_digest


def bo_goes(site):
    """Somebody is to go, which max_removals does not allow; return the options and the digest of that plan."""
    site.member(BO, viewer("a"))
    options = {"members": [THE_OWNER, {"email": BO, "state": "absent"}], "max_removals": 0}
    return options, site.refuse("org_team", **options)["plan_digest"]


def test_the_plan_that_was_approved_is_carried_out_although_it_is_past_max_removals(site):
    options, digest = bo_goes(site)
    site.converge("org_team", **options, plan_digest=f" {digest.upper()} ")
    assert BO not in site.people


@pytest.mark.parametrize("what", ["somebody_came", "roles_changed", "the_definition_changed", "another_plan"])
def test_any_other_plan_than_the_approved_one_is_refused_before_the_first_write(site, what):
    options, digest = bo_goes(site)
    options["max_removals"] = "100%"
    if what == "somebody_came":
        site.member(CY)
        options["purge"] = True
    elif what == "roles_changed":
        site.emulator.grant(site.id, BO, viewer("b"))
    elif what == "the_definition_changed":
        options["members"] += [{"email": ANA, "role_assignments": viewer("a")}]
    else:
        digest = "0" * 64
    result = site.refuse("org_team", **options, plan_digest=digest)
    assert result["guard"]["name"] == "plan_digest"
    assert (result["guard"]["limit"], result["guard"]["found"]) == (0, len(result["plan"]))
    assert result["guard"]["emails"] == sorted(one["email"] for one in result["plan"])
    assert result["plan_digest"] in result["msg"]
    assert digest in result["msg"]
    assert site.writes == []


def test_a_plan_that_changes_nothing_needs_no_approval(site):
    site.converge("org_team", members=[THE_OWNER], plan_digest="0" * 64)


def test_an_approval_opens_no_other_guard(site):
    options, digest = bo_goes(site)
    result = site.refuse("org_team", **options, plan_digest=digest, protected=[BO])
    assert result["guard"]["name"] == "protected"


def test_visibility_speaks_before_the_digest(site):
    options, _digest = bo_goes(site)
    site.emulator.ungrant(site.id, "owner@example.com", OWNER)
    assert site.refuse("org_team", **options, plan_digest="0" * 64)["guard"]["name"] == "visibility"


def test_what_is_no_digest_is_a_fault(site):
    assert "plan_digest: must be the plan_digest of a result" in site.reject(
        "org_team", members=[THE_OWNER], plan_digest="abc"
    )


# min_owners


@pytest.mark.parametrize(
    "entry",
    [{"state": "absent"}, {"until": "2020-01-01"}, {"role_assignments": {}}, {"role_assignments": BILLING}],
    ids=str,
)
def test_the_last_owner_is_neither_removed_nor_demoted(site, entry):
    site.invitation(ANA, OWNER)
    members = [{"email": "OWNER@example.com", **entry}, {"email": BO, "role_assignments": OWNER}]
    result = site.refuse("org_team", members=members, max_removals="100%")
    assert result["guard"] == {"name": "min_owners", "limit": 1, "found": 0, "emails": ["owner@example.com"]}


def test_the_last_owner_is_not_purged(site):
    site.member(ANA)
    result = site.refuse("org_team", members=[{"email": ANA}], purge=True, max_removals="100%")
    assert result["guard"]["name"] == "min_owners"


@pytest.mark.parametrize(("least", "may"), [(0, True), (1, True), (2, False)])
def test_owners_may_change_places(site, least, may):
    site.member(ANA, viewer("a"))
    members = [
        {"email": "owner@example.com", "role_assignments": BILLING},
        {"email": ANA, "role_assignments": OWNER},
    ]
    options = {"members": members, "min_owners": least, "max_removals": 1}
    if not may:
        assert site.refuse("org_team", **options)["guard"]["found"] == 1
        return
    result = site.converge("org_team", **options)
    assert actions(result) == [("update", ANA), ("update", "owner@example.com")]
    assert len(site.emulator.owners(site.organization)) == 1


def test_a_shortfall_that_was_there_before_is_a_warning(site):
    site.member(ANA, viewer("a"))
    result = site.converge("org_team", members=[THE_OWNER, {"email": ANA, "role_assignments": {}}], min_owners=3)
    (warning,) = result["warnings"]
    assert "fewer than min_owners=3" in warning


# protected


@pytest.mark.parametrize("name", [ANA, "ANA@Example.com", "*@example.com", "user id"])
@pytest.mark.parametrize(
    "entry",
    [
        {"state": "absent"},
        {"until": "2020-01-01"},
        {"role_assignments": {}},
        {"role_assignments": viewer("a", "c")},
        {"role_assignments": viewer("a", "b", application_roles=CONSOLE_ONLY)},
    ],
    ids=str,
)
def test_who_is_protected_loses_nothing(site, name, entry):
    ana = site.member("Ana@example.com", viewer("a", "b"))
    protected = [ana if name == "user id" else name]
    result = site.refuse("org_team", members=[{"email": ANA, **entry}], protected=protected, max_removals="100%")
    assert result["guard"] == {"name": "protected", "limit": 0, "found": 1, "emails": ["Ana@example.com"]}


def test_who_is_protected_is_not_purged(site):
    site.member(ANA)
    site.invitation(BO)
    result = site.refuse("org_team", members=[THE_OWNER], purge=True, protected=[ANA, BO], max_removals="100%")
    assert result["guard"]["emails"] == [ANA, BO]


def test_the_invitation_of_who_is_protected_loses_nothing(site):
    site.invitation(ANA, viewer("a", "b"))
    result = site.refuse("org_team", members=[{"email": ANA, "role_assignments": viewer("a")}], protected=[ANA])
    assert result["guard"]["name"] == "protected"


def test_who_is_protected_may_gain(site):
    site.member(ANA, viewer("a"))
    site.invitation(BO, viewer("a"), expired=True)
    members = [{"email": email, "role_assignments": viewer("a", "b")} for email in (ANA, BO, CY)]
    site.converge("org_team", members=members, protected=["*@example.com"])
    assert site.roles(ANA) == site.roles(BO) == viewer("a", "b")


# max_removals


@pytest.mark.parametrize(
    ("limit", "allowed"),
    [("0", 0), ("1", 1), (2, 2), ("10%", 1), ("25%", 3), ("30%", 3), ("31%", 4), ("100%", 10), ("0%", 0), (" 2 ", 2)],
)
def test_a_limit_is_a_number_or_a_share_of_all_people_rounded_up(site, limit, allowed):
    emails = [f"person{number}@example.com" for number in range(9)]
    for number, email in enumerate(emails):
        if number % 2:
            site.member(email)
        else:
            site.invitation(email, expired=number % 4 == 0)
    absent = [{"email": email, "state": "absent"} for email in emails]
    if allowed < len(emails):
        result = site.refuse("org_team", members=absent[: allowed + 1], max_removals=limit)
        assert (result["guard"]["limit"], result["guard"]["found"]) == (allowed, allowed + 1)
    site.converge("org_team", members=absent[:allowed], max_removals=limit)
    assert len(site.people) == max(10 - allowed, 1)


def test_a_quarter_may_go_unless_it_is_said_otherwise(site):
    for email in (ANA, BO, CY):
        site.member(email)
    absent = [{"email": email, "state": "absent"} for email in (ANA, BO)]
    assert site.refuse("org_team", members=absent)["guard"]["limit"] == 1
    site.converge("org_team", members=absent[:1])


def test_the_ignored_are_not_among_those_of_whom_a_share_is_taken(site):
    for number in range(20):
        site.member(f"person{number}@sso.example.com")
    for email in (ANA, BO, CY):
        site.member(email)
    options = {"members": [THE_OWNER, {"email": CY}], "purge": True, "ignore": ["*@sso.example.com"]}
    assert site.refuse("org_team", **options)["guard"]["limit"] == 1
    site.converge("org_team", **options, max_removals="50%")


def test_who_is_removed_and_uninvited_counts_once(site):
    site.member(ANA, viewer("a"))
    site.invitation(ANA, viewer("b"))
    site.converge("org_team", members=[{"email": ANA, "state": "absent"}], max_removals=1)


def test_demoted_owners_and_who_is_left_without_any_grant_count(site):
    site.member("former@example.com", OWNER, BILLING)
    site.member(ANA, viewer("a"))
    site.invitation(BO, viewer("a"))
    wanted = {"former@example.com": BILLING, ANA: {}, BO: {}}
    members = [{"email": email, "role_assignments": roles} for email, roles in wanted.items()]
    result = site.refuse("org_team", members=members, max_removals=2)
    assert result["guard"]["emails"] == [ANA, BO, "former@example.com"]


def test_who_keeps_a_grant_or_had_none_does_not_count(site):
    site.member(ANA, viewer("a", "b"))
    site.member(BO, viewer("a"))
    site.member(CY)
    wanted = {ANA: viewer("a"), BO: viewer("b"), CY: {}}
    members = [{"email": email, "role_assignments": roles} for email, roles in wanted.items()]
    result = site.converge("org_team", members=members, max_removals=0)
    assert counts(result)["updated"] == 2


# visibility


LIMITED = ({"limited_view": "left_out"}, {"limited_view": "nothing"})


@under(*LIMITED)
@pytest.mark.parametrize(
    "entry",
    [{"state": "absent"}, {"role_assignments": viewer("b")}],
    ids=str,
)
def test_a_key_that_sees_no_owner_revokes_and_replaces_no_invitation_and_removes_nobody(site, entry):
    site.invitation(ANA, viewer("a"))
    site.member(BO, viewer("a"))
    members = [{"email": ANA, **entry}, {"email": BO, "state": "absent"}]
    result = site.refuse("org_team", members=members, api_key=site.limited_key(), max_removals="100%")
    assert result["guard"] == {"name": "visibility", "limit": 0, "found": 2, "emails": [ANA, BO]}


@under(*LIMITED)
def test_a_key_that_sees_no_owner_does_not_purge_even_where_nobody_would_go(site):
    members = [{"email": "owner@example.com"}]
    result = site.refuse("org_team", members=members, purge=True, api_key=site.limited_key())
    assert result["guard"]["name"] == "visibility"


@pytest.mark.parametrize("site", LIMITED, indirect=True, ids=str)
def test_a_key_that_sees_no_roles_of_somebody_leaves_them_alone(site):
    site.member(ANA, BILLING)
    key = site.limited_key()
    result = site.refuse("org_team", members=[{"email": ANA, "role_assignments": viewer("a")}], api_key=key)
    assert result["guard"]["emails"] == [ANA]
    assert site.succeed("org_team", members=[{"email": ANA}], api_key=key)["plan"] == []


@under({"limited_view": "left_out"})
def test_a_key_that_sees_some_roles_changes_those_with_a_warning(site):
    site.member(ANA, viewer("a", "b"), BILLING)
    members = [{"email": ANA, "role_assignments": viewer("b", "c")}]
    result = site.converge("org_team", members=members, api_key=site.limited_key())
    assert site.roles(ANA) == {**BILLING, **viewer("b", "c")}
    (warning,) = result["warnings"]
    assert "sees no organization owner" in warning


def test_a_key_that_sees_no_owner_may_plan_to_invite(site):
    members = [{"email": ANA, "role_assignments": viewer("a")}]
    result = site.succeed("org_team", members=members, api_key=site.limited_key(), check_mode=True)
    assert actions(result) == [("invite", ANA)]


# Grants that the service refuses


@pytest.fixture
def hidden(site):
    """Of three deployments that somebody sees, one is stopped and hidden."""
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    site.member(ANA, viewer("a", "b", "c"))
    return {"email": ANA, "role_assignments": viewer("d")}


def test_a_hidden_deployment_among_the_others_disturbs_nothing_but_is_a_failure(site, hidden):
    site.member(BO, viewer("a"))
    members = [hidden, {"email": BO, "role_assignments": BILLING}]
    result = site.run("org_team", members=members)
    assert result["failed"]
    assert codes(result) == {ANA: [UNAUTHORIZED]}
    assert result["refused"] == [{"email": ANA, "user_id": site.user_id(ANA), "grants": viewer("b")}]
    assert counts(result) == {"updated": 2, "unmanaged": 1}
    assert result["changed"]
    assert site.roles(ANA) == viewer("b", "d")
    assert site.roles(BO) == BILLING
    assert "deployment-viewer on deployment b" in result["msg"]


def test_a_hidden_deployment_is_a_warning_where_that_is_asked_for(site, hidden):
    result = site.succeed("org_team", members=[hidden], refused_grants="warn")
    assert result["refused"] == [{"email": ANA, "user_id": site.user_id(ANA), "grants": viewer("b")}]
    assert result["failures"] == []
    (warning,) = result["warnings"]
    assert "deployment-viewer on deployment b" in warning
    assert site.roles(ANA) == viewer("b", "d")


@pytest.mark.parametrize("refused_grants", ["fail", "warn"])
def test_a_hidden_deployment_that_stays_as_it_is_is_not_touched(site, hidden, refused_grants):
    members = [{"email": ANA, "role_assignments": viewer("b")}]
    site.converge("org_team", members=members, refused_grants=refused_grants)
    assert site.roles(ANA) == viewer("b")


@pytest.mark.parametrize("refused_grants", ["fail", "warn"])
def test_nothing_is_taken_from_who_could_not_be_given(site, refused_grants):
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    site.member(ANA, viewer("a"))
    members = [{"email": ANA, "role_assignments": viewer("b", "c")}]
    result = site.run("org_team", members=members, refused_grants=refused_grants)
    assert bool(result.get("failed")) == (refused_grants == "fail")
    assert result["refused"] == [{"email": ANA, "user_id": site.user_id(ANA), "grants": viewer("b")}]
    assert site.roles(ANA) == viewer("a", "c")


def test_promise_25_a_run_with_nothing_else_to_do_does_not_fail_for_refused_grants(site):
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    site.member(ANA, viewer("a", "b"))
    members = [{"email": ANA, "role_assignments": viewer("a")}]
    result = site.succeed("org_team", members=members, refused_grants="warn")
    assert result["changed"] is False
    assert [one["email"] for one in result["refused"]] == [ANA]
    assert result["diff"] == []
    assert counts(result) == {"unchanged": 1, "unmanaged": 1}


@pytest.mark.parametrize("grants", [BILLING, viewer(all=True)], ids=["organization", "all"])
def test_a_refusal_for_everything_always_fails(site, grants):
    ana = site.member(ANA, viewer("a"))
    site.emulator.fail("status", status=403, code=UNAUTHORIZED, path=f"/users/{ana}/", from_nth=1)
    members = [{"email": ANA, "role_assignments": grants}, {"email": BO, "role_assignments": viewer("a")}]
    result = site.run("org_team", members=members, refused_grants="warn")
    assert result["failed"]
    assert codes(result) == {ANA: [UNAUTHORIZED]}
    assert site.people[BO] == "pending"


@pytest.mark.parametrize("site", [{"invitation_all_refused_when_hidden": True}], indirect=True, ids=str)
def test_all_that_is_refused_for_a_hidden_one_is_that_persons_failure(site):
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    wanted = {ANA: viewer(all=True), BO: viewer("a")}
    members = [{"email": email, "role_assignments": roles} for email, roles in wanted.items()]
    result = site.run("org_team", members=members, refused_grants="warn")
    assert codes(result) == {ANA: [UNAUTHORIZED]}
    assert site.people == {"owner@example.com": "active", BO: "pending"}


def test_an_invitation_is_sent_with_all_its_roles_or_not_at_all(site):
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    wanted = {ANA: viewer("a", "b"), BO: viewer("a")}
    members = [{"email": email, "role_assignments": roles} for email, roles in wanted.items()]
    result = site.run("org_team", members=members)
    assert codes(result) == {ANA: [UNAUTHORIZED]}
    assert site.people == {"owner@example.com": "active", BO: "pending"}
