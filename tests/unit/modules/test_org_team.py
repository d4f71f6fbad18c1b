# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_team`: a definition is applied. Guards and interruptions have files of their own."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    CONSOLE_ONLY,
    OWNER,
    actions,
    codes,
    counts,
    masks_by_itself,
    under,
    under_every_reading,
    viewer,
)

ANA, BO = "ana@example.com", "bo@example.com"
THE_OWNER = {"email": "owner@example.com", "role_assignments": OWNER}
STACK = ["kibana_user"]
T1 = {"project": {"security": [{"role_id": "security-t1-analyst", "all": True}]}}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def entry(email: str, *assignments: dict[str, Any], **more: Any) -> dict[str, Any]:
    """An entry of a definition."""
    return {"email": email, **({"role_assignments": assignments[0]} if assignments else {}), **more}


# A whole team


@under_every_reading
def test_a_drifted_organization_becomes_as_defined_under_every_reading(site):
    site.member("second-owner@example.com", OWNER)
    site.member("former-owner@example.com", OWNER)
    site.member("five@example.com", viewer("a", "b", "c", "d", "e"))
    site.member("moved@example.com", viewer("a", "b"))
    site.member("Same@Example.com", viewer("a"), T1)
    site.invitation("same@example.com", viewer("z"))
    site.member("console@example.com", viewer("a"))
    site.invitation("waits@example.com", viewer("a"))
    site.invitation("pending@example.com", viewer("b"))
    site.invitation("expired@example.com", viewer("a"), expired=True)
    site.member("leaver@example.com", viewer("a"))
    site.invitation("leaver@example.com", viewer("b"))
    site.member("unlisted@example.com", viewer("a"))
    site.invitation("unlisted2@example.com", viewer("a"))
    site.emulator.add_key(site.organization, email="five@example.com")
    wanted = {
        "owner@example.com": OWNER,
        "second-owner@example.com": {"organization": [*BILLING["organization"], *OWNER["organization"]]},
        "former-owner@example.com": BILLING,
        "five@example.com": viewer("a", "b", "d", "e"),
        "moved@example.com": {**viewer("b"), **T1},
        "same@example.com": {**viewer("a"), **T1},
        "console@example.com": viewer("a", application_roles=CONSOLE_ONLY),
        "waits@example.com": viewer("a"),
        "pending@example.com": viewer("a"),
        "expired@example.com": viewer("a"),
        "new@example.com": viewer("a"),
        "new2@example.com": viewer("a"),
    }
    members = [entry(email, roles) for email, roles in wanted.items()]
    members.append(entry("leaver@example.com", state="absent"))
    result = site.converge("org_team", members=members, purge=True, max_removals=4)
    assert actions(result) == [
        ("invite", "new2@example.com"),
        ("invite", "new@example.com"),
        ("reinvite", "expired@example.com"),
        ("reinvite", "pending@example.com"),
        ("update", "console@example.com"),
        ("update", "five@example.com"),
        ("update", "moved@example.com"),
        ("update", "second-owner@example.com"),
        ("uninvite", "leaver@example.com"),
        ("uninvite", "unlisted2@example.com"),
        ("remove", "leaver@example.com"),
        ("remove", "unlisted@example.com"),
        ("update", "former-owner@example.com"),
    ]
    assert counts(result) == {
        **{"invited": 2, "reinvited": 2, "updated": 5, "uninvited": 2, "removed": 2},
        "unchanged": 3,
    }
    assert (result["failures"], result["refused"], result["unmanaged"], result["warnings"]) == ([], [], [], [])
    assert site.people.keys() == wanted.keys()
    assert {email: site.roles(email) for email in wanted} == wanted


def test_each_action_tells_before_and_after_and_why(site):
    ana = site.member(ANA, viewer("a", "b"))
    site.invitation("pending@example.com", viewer("a"))
    result = site.converge(
        "org_team",
        members=[entry(ANA, viewer("b", "c")), entry(BO, T1), entry("pending@example.com", state="absent")],
        max_removals=1,
    )
    assert result["plan"] == [
        {
            "action": "invite",
            "email": BO,
            "user_id": None,
            "before": None,
            "after": T1,
            "reason": "not in the organization",
        },
        {
            "action": "update",
            "email": ANA,
            "user_id": ana,
            "before": viewer("a", "b"),
            "after": viewer("b", "c"),
            "reason": "to be added: deployment-viewer on deployment c; "
            "to be taken away: deployment-viewer on deployment a",
        },
        {
            "action": "uninvite",
            "email": "pending@example.com",
            "user_id": None,
            "before": viewer("a"),
            "after": None,
            "reason": "state is absent",
        },
    ]
    assert result["diff"] == [
        {
            "before_header": BO,
            "after_header": BO,
            "before": "",
            "after": """\
status: pending
role_assignments:
  project:
    security:
      - {role_id: security-t1-analyst, all: true}
""",
        },
        {
            "before_header": ANA,
            "after_header": ANA,
            "before": """\
status: active
role_assignments:
  deployment:
    - {role_id: deployment-viewer, deployment_ids: [a]}
    - {role_id: deployment-viewer, deployment_ids: [b]}
""",
            "after": """\
status: active
role_assignments:
  deployment:
    - {role_id: deployment-viewer, deployment_ids: [b]}
    - {role_id: deployment-viewer, deployment_ids: [c]}
""",
        },
        {
            "before_header": "pending@example.com",
            "after_header": "pending@example.com",
            "before": """\
status: pending
role_assignments:
  deployment:
    - {role_id: deployment-viewer, deployment_ids: [a]}
""",
            "after": "",
        },
    ]


def test_where_nothing_is_to_do_everything_is_there_and_empty(site):
    site.member("unlisted@example.com")
    result = site.converge("org_team", members=[THE_OWNER])
    assert (result["plan"], result["failures"], result["refused"]) == ([], [], [])
    assert result["summary"] == {
        **{"invited": 0, "reinvited": 0, "updated": 0, "uninvited": 0, "removed": 0, "api_keys_revoked": 0},
        "unchanged": 1,
        "unmanaged": 1,
    }
    assert result["api_keys"] == []


# Entries


def test_access_is_the_union_of_groups_and_own_assignments(site):
    site.member(ANA, viewer("old"))
    groups = {"a": viewer("a"), "b": {**viewer("b"), **T1}, "nothing": {}, "unused": OWNER}
    members = [
        entry(ANA, viewer("a", "own"), groups=["a", "b", "nothing"]),
        entry(BO, groups=["nothing"]),
    ]
    site.converge("org_team", members=members, groups=groups, max_removals="0")
    assert site.roles(ANA) == {**viewer("a", "b", "own"), **T1}
    assert site.roles(BO) == {}


@pytest.mark.parametrize("nothing", [{}, {"groups": []}, {"role_assignments": None}, {"groups": None}], ids=str)
def test_an_entry_that_says_nothing_of_roles_leaves_them_and_invites_with_a_warning(site, nothing):
    site.member(ANA, viewer("a"))
    site.invitation("pending@example.com", viewer("b"))
    members = [entry(email, **nothing) for email in (ANA, BO, "pending@example.com")]
    result = site.converge("org_team", members=members)
    assert actions(result) == [("invite", BO)]
    assert (site.roles(ANA), site.roles("pending@example.com"), site.roles(BO)) == (viewer("a"), viewer("b"), {})
    (warning,) = result["warnings"]
    assert BO in warning
    assert "without roles" in warning


@pytest.mark.parametrize("said", [{"role_assignments": {}}, {"groups": ["nothing"]}], ids=str)
def test_an_entry_that_says_no_roles_takes_all_away(site, said):
    site.member(ANA, viewer("a"), BILLING)
    site.converge("org_team", members=[entry(ANA, **said)], groups={"nothing": {}}, max_removals=1)
    assert site.roles(ANA) == {}
    assert ANA in site.people


@pytest.mark.parametrize(
    ("until", "over"),
    [
        ("2020-12-31", True),
        ("2020-12-31T23:00:00+02:00", True),
        ("2020-12-31 12:00", True),
        ("2999-12-31", False),
        ("2999-12-31T00:00:00Z", False),
    ],
)
def test_after_until_an_entry_counts_as_absent(site, until, over):
    site.member(ANA, viewer("a"))
    site.invitation(BO, viewer("a"))
    members = [entry(email, viewer("a"), until=until) for email in (ANA, BO, "cy@example.com")]
    result = site.converge("org_team", members=members, max_removals=2)
    assert actions(result) == ([("uninvite", BO), ("remove", ANA)] if over else [("invite", "cy@example.com")])
    assert all(f"until {until} has passed" in action["reason"] for action in result["plan"]) is over


@pytest.mark.parametrize("there", ["member", "invitation", "both", "neither"])
def test_absent_is_absent(site, there):
    if there in ("member", "both"):
        site.member("Ana@example.com", viewer("a"))
    if there in ("invitation", "both"):
        site.invitation("ANA@example.com", viewer("a"))
    result = site.converge("org_team", members=[entry(ANA, viewer("b"), state="absent")], max_removals=1)
    assert ANA not in site.people
    planned = {"member": ["remove"], "invitation": ["uninvite"], "both": ["uninvite", "remove"], "neither": []}
    assert [action["action"] for action in result["plan"]] == planned[there]


@under({"email_case": "lower"})
def test_an_email_in_another_case_is_the_same_person(site):
    site.member("Ana.Lopez@Example.com", viewer("a"))
    site.invitation("Bo@example.com", viewer("a"))
    members = [THE_OWNER, entry("ANA.lopez@example.com", viewer("a")), entry("bO@example.COM", viewer("a"))]
    assert site.converge("org_team", members=members, purge=True)["plan"] == []


def test_somebody_who_is_a_member_and_has_an_invitation_is_a_member(site):
    ana = site.member(ANA, viewer("a"))
    site.invitation(ANA, OWNER)
    result = site.converge("org_team", members=[entry(ANA, viewer("b"))])
    assert actions(result) == [("update", ANA)]
    assert site.roles(ana) == viewer("b")
    assert site.emulator.invitation(site.organization, ANA) is not None


def test_a_member_with_an_invitation_is_unmanaged_once(site):
    ana = site.member(ANA, viewer("a"))
    site.invitation(ANA, OWNER)
    result = site.converge("org_team", members=[THE_OWNER])
    assert result["unmanaged"] == [{"email": ANA, "user_id": ana, "status": "active"}]


@under_every_reading
def test_two_organization_roles_on_one_person(site):
    both = {"organization": [*OWNER["organization"], *BILLING["organization"]]}
    site.member(ANA, OWNER, BILLING)
    members = [THE_OWNER, entry(ANA, both), entry(BO, both)]
    assert actions(site.converge("org_team", members=members)) == [("invite", BO)]
    members = [THE_OWNER, entry(ANA, BILLING), entry(BO, OWNER)]
    site.converge("org_team", members=members, max_removals=2)
    assert site.roles(ANA) == BILLING
    assert site.roles(BO) == OWNER


@pytest.mark.parametrize("resend", [True, False])
def test_expired_invitations_are_sent_again_unless_that_is_switched_off(site, resend):
    site.invitation(ANA, viewer("a"), expired=True)
    result = site.converge("org_team", members=[entry(ANA, viewer("b"))], resend_expired=resend)
    assert site.people[ANA] == ("pending" if resend else "expired")
    assert site.roles(ANA) == viewer("b" if resend else "a")
    assert len(result["warnings"]) == (not resend)


def test_invitations_last_as_long_as_is_said(site):
    site.invitation(ANA, viewer("a"), expired=True)
    site.converge("org_team", members=[entry(ANA), entry(BO, T1)], invitation_expires_in="10d")
    assert {request["body"]["expires_in"] for request in site.done_by if request["method"] == "POST"} == {"10d"}
    found = site.succeed("org_info", gather=["invitations"])["invitations"]
    assert [one["expires_at"] for one in found] == ["2026-01-11T00:00:00.000Z"] * 2


# Grants


@under_every_reading
def test_one_deployment_taken_from_somebody_with_five_names_that_deployment_alone(site):
    ana = site.member(ANA, viewer("a", "b", "c", "d", "e"))
    site.converge("org_team", members=[entry(ANA, viewer("e", "d", "b", "a"))])
    (request,) = site.done_by
    assert (request["method"], request["path"]) == ("DELETE", f"/api/v1/users/{ana}/role_assignments")
    (block,) = request["body"]["deployment"]
    assert (block["all"], block["deployment_ids"], block["organization_id"]) == (False, ["c"], site.id)
    assert "application_roles" not in block
    assert site.roles(ANA) == viewer("a", "b", "d", "e")


@under_every_reading
@pytest.mark.parametrize("after", [None, CONSOLE_ONLY, STACK], ids=str)
@pytest.mark.parametrize("before", [None, CONSOLE_ONLY, STACK], ids=str)
def test_application_roles_absent_empty_and_given_are_told_apart_in_every_direction(site, before, after):
    def roles(application_roles):
        return viewer("a", "b", **({} if application_roles is None else {"application_roles": application_roles}))

    site.member(ANA, roles(before))
    site.invitation(BO, roles(before))
    result = site.converge("org_team", members=[entry(ANA, roles(after)), entry(BO, roles(after))])
    assert site.roles(ANA) == site.roles(BO) == roles(after)
    assert result["changed"] == (before != after)


@under_every_reading
@pytest.mark.parametrize(
    "spelling",
    [
        {"organization": [{"role_id": "owner"}]},
        {"organization": [{"role_id": "admin"}]},
        {"organization": [{"role_id": "organization_admin", "application_roles": None}], "deployment": None},
    ],
    ids=str,
)
def test_the_spelling_of_a_role_makes_no_difference(site, spelling):
    site.member(ANA, {"project": {"security": [{"role_id": "t1_analyst", "all": True}]}})
    members = [{**THE_OWNER, "role_assignments": spelling}, entry(ANA, T1)]
    assert site.converge("org_team", members=members, purge=True)["plan"] == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"moon_base": [{"role_id": "astronaut"}]},
        {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["x"], "ends": "2030-01-01"}]},
        {"project": {"workplace": [{"role_id": "workplace-admin", "all": True}]}},
    ],
    ids=str,
)
def test_what_is_unknown_is_kept_and_shown(site, unknown):
    site.member(ANA, viewer("a"), extra={"role_assignments": unknown})
    (action,) = site.succeed("org_team", members=[entry(ANA, BILLING)])["plan"]
    for scope, blocks in unknown.items():
        for shown in (action["before"], action["after"]):
            assert shown[scope] == blocks or all(block in shown[scope] for block in blocks)
    assert site.roles(ANA) == BILLING
    asked_for = str([request["body"] for request in site.writes])
    assert not any(word in asked_for for word in ("moon_base", "ends", "workplace"))


def test_a_scope_that_is_not_known_is_passed_on_with_a_warning(site, facts):
    asked = {**viewer("a"), "moon_base": [{"role_id": "astronaut"}]}
    site.member(ANA)
    result = site.run("org_team", members=[entry(ANA, asked)], unknown_roles="warn")
    (warning,) = result["warnings"]
    assert "moon_base" in warning
    assert {"role_id": "astronaut", "organization_id": site.id} in [
        block for request in site.writes for block in request["body"].get("moon_base", [])
    ]
    assert result["failed"]  # this service knows no such scope
    assert site.roles(ANA) == viewer("a")
    assert all("moon_base" in fault for fault in facts)
    facts.clear()


# Purge, unmanaged, ignore


def others(site):
    """People outside of the definition, each of another kind."""
    site.member(ANA, viewer("a"))
    site.invitation(BO, viewer("a"))
    site.invitation("cy@example.com", viewer("a"), expired=True)
    site.invitation("dee@sso.example.com")
    return site.member(None, viewer("a"))


def test_without_purge_others_are_only_listed(site):
    nobody = others(site)
    result = site.converge("org_team", members=[THE_OWNER])
    ana = site.user_id(ANA)
    assert sorted(result["unmanaged"], key=lambda one: one["email"] or "") == [
        {"email": None, "user_id": nobody, "status": "active"},
        {"email": ANA, "user_id": ana, "status": "active"},
        {"email": BO, "user_id": None, "status": "pending"},
        {"email": "cy@example.com", "user_id": None, "status": "expired"},
        {"email": "dee@sso.example.com", "user_id": None, "status": "pending"},
    ]
    assert result["summary"]["unmanaged"] == 5


@under_every_reading
def test_with_purge_others_go_but_for_those_without_an_email(site):
    nobody = others(site)
    result = site.converge("org_team", members=[THE_OWNER], purge=True, max_removals="100%")
    assert site.people == {"owner@example.com": "active", nobody: "active"}
    assert counts(result) == {"uninvited": 3, "removed": 1, "unchanged": 1, "unmanaged": 1}
    assert {action["reason"] for action in result["plan"]} == {"not in the definition"}


def test_with_purge_every_member_with_an_email_goes(site):
    site.member("twin@example.com")
    site.member("Twin@example.com")
    result = site.converge("org_team", members=[THE_OWNER], purge=True, max_removals=1)
    assert [action["action"] for action in result["plan"]] == ["remove", "remove"]


def test_who_is_ignored_is_neither_purged_nor_unmanaged(site):
    nobody = others(site)
    ignore = [site.user_id(ANA), "BO@example.com", "*@SSO.example.com", nobody]
    result = site.converge("org_team", members=[THE_OWNER], ignore=ignore)
    assert [one["email"] for one in result["unmanaged"]] == ["cy@example.com"]
    result = site.converge("org_team", members=[THE_OWNER], ignore=ignore, purge=True, max_removals="50%")
    assert actions(result) == [("uninvite", "cy@example.com")]
    assert result["unmanaged"] == []


def test_a_pattern_is_for_one_domain_alone(site):
    site.member("ana@example.com")
    site.member("ana@sub.example.com")
    site.member("ana@notexample.com")
    result = site.converge("org_team", members=[THE_OWNER], ignore=["*@example.com"])
    assert {one["email"] for one in result["unmanaged"]} == {"ana@sub.example.com", "ana@notexample.com"}


# Input


def test_everything_that_is_wrong_is_told_at_once_with_its_place(site):
    cases: list[tuple[Any, str]] = [
        ("ana@example.com", "members[0]: must be a dictionary"),
        ({}, "members[1]: email is missing"),
        (entry("ana"), "members[2]: 'ana' is not an email address"),
        (entry(f"Ana <{ANA}>"), f"members[3]: 'Ana <{ANA}>' is a name with an address; write {ANA}"),
        (entry(BO, grops=[]), "unknown key 'grops' (did you mean 'groups'?)"),
        (entry("BO@example.com"), "members[5] (BO@example.com): the same person as members[4]"),
        (entry("c@example.com", groups=["developer"]), "unknown group 'developer' (did you mean 'developers'?)"),
        (entry("d@example.com", groups={"developers": 1}), "groups must be a list"),
        (entry("e@example.com", state="gone"), "state must be present or absent"),
        (entry("f@example.com", until="soon"), "until must be a date"),
        (entry("g@example.com", ["viewer"]), "role_assignments: must be a dictionary"),
        (entry("h@example.com", {"deployment": [{"role_id": "deployment-viewer"}]}), "needs either 'all: true' or"),
        (entry("i@example.com", viewer("a", all=True)), "has both all and deployment_ids"),
        (entry("j@example.com", viewer("a", deploymentids=[])), "unknown key 'deploymentids'"),
        (entry("k@example.com", viewer("a", organization_id="999")), "organization_id is '999'"),
        (entry("l@example.com", {"project": {"secrity": []}}), "did you mean 'project.security'?"),
        (entry("m@example.com", {"deployment": [{"all": True}]}), "role_id is missing"),
        (entry("n@example.com", viewer("a", application_roles=5)), "application_roles must be a list"),
        (entry("o@example.com", {"cloud_connected_resource": [{"application_roles": []}]}), "'application_roles'"),
        (7, "members[19]: must be a dictionary"),
        (None, "members[20]: must be a dictionary"),
        (entry("p@example.com", groups=["empty"]), "the group 'empty' is empty"),
        (entry("q@example.com", groups=[1]), "groups must be a list of names in quotes"),
    ]
    groups = {"developers": {"deployment": [{"role_id": "deployment-viewer", "all": "yes"}]}, "empty": None}
    options = {
        "max_removals": "many",
        "ignore": ["*", "x@"],
        "protected": ["a*@example.com"],
        "invitation_expires_in": "3 days",
        "min_owners": -1,
        "concurrency": 0,
    }
    message = site.reject("org_team", members=[case for case, _said in cases], groups=groups, **options)
    for _case, said in cases:
        assert said in message
    for place in ["groups.developers.deployment[0]: all must be true or false", "ignore[0]:", "ignore[1]:"]:
        assert place in message
    for place in options.keys() - {"ignore", "protected"} | {"protected[0]"}:
        assert f"- {place}:" in message
    assert message.startswith("33 problems")


@pytest.mark.parametrize("value", ["101%", "-1", "1.5", "25 %%", "%"])
def test_a_limit_that_is_none_is_an_error(site, value):
    assert "max_removals" in site.reject("org_team", members=[THE_OWNER], max_removals=value)


def test_a_definition_that_templating_has_spoilt_says_to_quote_the_date(site):
    spoilt = str([entry(ANA)])[:-2] + ", 'until': datetime.date(2026, 12, 31)}]"
    message = site.reject("org_team", members=spoilt)
    assert "quotes" in message


@pytest.mark.parametrize("known", [True, False])
def test_purge_needs_to_be_told_the_organization(site, known, monkeypatch):
    site.member(ANA)
    options = {"members": [THE_OWNER], "purge": True, "organization_id": None, "max_removals": 1}
    if known:
        monkeypatch.setenv("EC_ORGANIZATION_ID", site.id)
        site.converge("org_team", **options)
        assert ANA not in site.people
    else:
        assert "purge: needs organization_id" in site.reject("org_team", **options)


@pytest.mark.parametrize(
    "members", [[], [entry(ANA, state="absent")], [entry(ANA, until="2020-01-01")]], ids=["none", "absent", "over"]
)
def test_purge_with_nobody_present_in_effect_is_an_error(site, members):
    message = site.reject("org_team", members=members, purge=True, max_removals="100%")
    assert "at least one entry in members that is present" in message


def test_two_members_with_the_email_of_an_entry_are_an_error_with_their_ids(site):
    twins = [site.member(email) for email in ("twin@example.com", "Twin@example.com")]
    message = site.refuse("org_team", members=[entry("twin@example.com", BILLING)])["msg"]
    assert all(user_id in message for user_id in twins)


def test_problems_that_the_organization_shows_are_told_at_once(site):
    for email in ("twin@example.com", "double@example.com"):
        site.member(email)
        site.member(email.title())
    message = site.refuse("org_team", members=[entry("twin@example.com"), entry("double@example.com")])["msg"]
    assert "members[0] (twin@example.com)" in message
    assert "members[1] (double@example.com)" in message


@masks_by_itself
def test_the_key_is_in_no_result_even_if_it_stands_where_it_does_not_belong(site):
    members = [THE_OWNER, site.key, {"email": site.key}, entry(ANA, groups=[site.key])]
    assert "3 problems" in site.reject("org_team", members=members)


# Requests


def test_a_run_with_nothing_to_do_costs_two_requests_whatever_the_size(site):
    emails = [f"person{number}@example.com" for number in range(300)]
    for email in emails:
        site.member(email, viewer("a"))
    result = site.succeed("org_team", members=[entry(email, viewer("a")) for email in emails])
    assert result["summary"]["unchanged"] == 300
    assert len(site.requests) == 2


def test_invitations_with_the_same_grants_go_together_up_to_a_hundred(site):
    emails = [f"person{number}@example.com" for number in range(150)]
    members = [entry(email, viewer("b", "a") if index % 2 else viewer("a", "b")) for index, email in enumerate(emails)]
    site.succeed("org_team", members=[*members, entry("other@example.com", T1)])
    assert sorted(len(request["body"]["emails"]) for request in site.writes) == [1, 50, 100]
    assert len(site.requests) == 5


def test_revocations_and_removals_go_together(site):
    for number in range(20):
        site.member(f"member{number}@example.com")
        site.invitation(f"invited{number}@example.com")
    site.succeed("org_team", members=[THE_OWNER], purge=True, max_removals="100%")
    assert [request["method"] for request in site.writes] == ["DELETE"] * 2
    assert site.people == {"owner@example.com": "active"}


def test_no_path_is_longer_than_two_thousand_bytes(site):
    for number in range(400):
        site.member(f"member{number}@example.com")
    for number in range(60):
        site.invitation(f"invited{number}@example.com")
    site.succeed("org_team", members=[THE_OWNER], purge=True, max_removals="100%")
    assert max(len(request["path"]) for request in site.writes) <= 2000
    assert len(site.writes) == 2 + 3


def test_roles_are_one_request_for_what_is_added_and_one_for_what_is_taken(site):
    site.member(ANA, viewer("a", "b"), BILLING)
    site.succeed("org_team", members=[entry(ANA, {**viewer("c", "d"), **T1})])
    assert [request["method"] for request in site.writes] == ["POST", "DELETE"]
    assert len(site.requests) == 4


@pytest.mark.parametrize("most", [1, 3])
def test_no_more_requests_are_under_way_than_may_be(site, most):
    members = []
    for number in range(30):
        site.member(f"person{number}@example.com", viewer("a"))
        members.append(entry(f"person{number}@example.com", viewer("b")))
    site.succeed("org_team", members=members, concurrency=most)
    assert len(site.writes) == 60
    assert max(request["in_flight"] for request in site.writes) <= most


@pytest.mark.parametrize("site", [{"invitation_limit": 5}], indirect=True, ids=str)
def test_the_invitation_limit_ends_inviting_and_nothing_else(site):
    site.member("zoe@example.com", viewer("a"))
    emails = [f"person{number}@example.com" for number in range(9)]
    members = [entry(email, viewer(f"{number}")) for number, email in enumerate(emails)]
    result = site.run("org_team", members=[*members, entry("zoe@example.com", BILLING)], concurrency=1)
    found = list(codes(result).values())
    assert found[0] == ["organization.invitations_rate_limit_exceeded"]
    assert found[1:] == [["not_attempted", *found[0]]] * 3
    assert counts(result) == {"invited": 5, "updated": 1, "unchanged": 4, "unmanaged": 1}
    assert site.roles("zoe@example.com") == BILLING
    site.emulator.clock.advance(3600)
    assert site.succeed("org_team", members=members)["summary"]["invited"] == 4


# The result


@pytest.mark.parametrize(("count", "echoed"), [(1, 1), (20, 20), (21, None)])
def test_a_long_definition_is_not_echoed(site, count, echoed):
    members = [entry(f"person{number}@example.com") for number in range(count)]
    for options in ({}, {"groups": {"g": 1}}):
        result = site.run("org_team", members=members, check_mode=True, **options)
        found = result["invocation"]["module_args"]["members"]
        assert found == (members if echoed else f"{count} entries")
        assert bool(result.get("failed")) == bool(options)
