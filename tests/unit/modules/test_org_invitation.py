# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_invitation`: people are invited, invited again, or invited no longer."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    OWNER,
    READINGS,
    actions,
    codes,
    under,
    under_every_reading,
    viewer,
)

ANA, BO = "ana@example.com", "bo@example.com"
LIMIT = "organization.invitations_rate_limit_exceeded"
NOTHING = {"changed": False, "plan": [], "diff": [], "invitations": [], "already_members": []}
TWO_TOGETHER = {"deployment": [{"role_id": "viewer", "deployment_ids": ["a", "b"]}]}
TWO_APART = {"deployment": [*viewer("b")["deployment"], *viewer("a")["deployment"]]}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


@pytest.mark.parametrize(
    "emails",
    [
        [ANA, BO],
        f"{ANA} {BO}",
        f"{ANA},{BO}",
        f"{ANA};{BO}",
        f"  {ANA} ,;\n\t{BO};\n",
        [f"{ANA}; {BO}", ""],
        [f" {ANA}", None, f"{BO},"],
        [ANA, "Ana@Example.com", BO, BO],
    ],
    ids=str,
)
def test_people_may_come_as_a_list_or_as_a_text_that_was_pasted(site, emails):
    result = site.converge("org_invitation", emails=emails, role_assignments=viewer("a"))
    assert actions(result) == [("invite", ANA), ("invite", BO)]
    assert site.sent == {ANA: 1, BO: 1}
    assert site.roles(ANA) == site.roles(BO) == viewer("a")


@pytest.mark.parametrize("emails", ["", " ,;\n", [], [""], [None, " ; "]], ids=repr)
@pytest.mark.parametrize("state", ["present", "absent"])
def test_with_nobody_there_is_nothing_to_do(site, emails, state):
    result = site.succeed("org_invitation", emails=emails, state=state)
    assert {name: result[name] for name in NOTHING} == NOTHING
    assert not site.requests


def test_a_name_with_an_address_is_an_error_that_shows_the_address(site):
    message = site.reject("org_invitation", emails=f"Ana Lopez <{ANA}>, {BO}")
    assert f"write {ANA}" in message
    assert BO not in message


def test_all_that_is_wrong_is_told_at_once_with_its_place(site):
    message = site.reject(
        "org_invitation",
        emails=[ANA, "bo", f"Cy <cy@example.com>; {BO} dee@", 7, {"email": ANA}],
        role_assignments={"deployment": [{"role_id": "deployment-viewer", "all": True, "deployment_ids": ["a"]}]},
        expires_in="a week",
    )
    assert message.count("emails[2]:") == 2
    places = ["emails[1]:", "emails[3]:", "emails[4]:", "role_assignments.deployment[0]:", "expires_in:"]
    assert all(place in message for place in places)
    assert message.startswith("7 problems")


@under_every_reading
def test_every_kind_of_person_under_every_reading(site):
    site.member("member@example.com", viewer("x"))
    site.member("both@example.com", viewer("x"))
    site.invitation("both@example.com", viewer("y"))
    site.invitation("same@example.com", viewer("a", "b"))
    site.invitation("other@example.com", viewer("x"))
    site.invitation("other2@example.com", viewer("y"))
    site.invitation("expired@example.com", viewer("x"), expired=True)
    site.invitation("expired2@example.com", viewer("a", "b"), expired=True)
    names = ["member", "both", "same", "other", "other2", "expired", "expired2", "new", "new2"]
    emails = [f"{name}@example.com" for name in names]
    result = site.converge("org_invitation", emails=emails, role_assignments=TWO_APART)
    assert actions(result) == [
        ("invite", "new2@example.com"),
        ("invite", "new@example.com"),
        ("reinvite", "expired2@example.com"),
        ("reinvite", "expired@example.com"),
        ("reinvite", "other2@example.com"),
        ("reinvite", "other@example.com"),
    ]
    assert result["already_members"] == emails[:2]
    assert [invitation["email"] for invitation in result["invitations"]] == emails[2:]
    assert all(
        invitation["role_assignments"] == viewer("a", "b") and invitation["status"] == "pending"
        for invitation in result["invitations"]
    )
    assert all(site.people[email] == "pending" and site.roles(email) == viewer("a", "b") for email in emails[2:])
    assert site.roles("member@example.com") == site.roles("both@example.com") == viewer("x")
    # One refreshed with its old roles gets an email by that already.
    most = 2 if site.emulator.switches.existing_invitation == "refresh_keep_roles" else 1
    assert max(site.sent.values()) <= most
    assert site.sent.keys() == {email for _action, email in actions(result)}


def test_an_invitation_is_told_with_its_times(site):
    result = site.converge("org_invitation", emails=ANA, expires_in="48h", role_assignments=viewer("a"))
    assert result["invitations"] == [
        {
            "email": ANA,
            "status": "pending",
            "created_at": "2026-01-01T00:00:00.000Z",
            "expires_at": "2026-01-03T00:00:00.000Z",
            "role_assignments": viewer("a"),
        }
    ]


def test_in_check_mode_times_are_not_made_up(site):
    (invitation,) = site.succeed("org_invitation", emails=ANA, check_mode=True)["invitations"]
    assert (invitation["created_at"], invitation["expires_at"]) == (None, None)


@pytest.mark.parametrize("asked", [None, viewer("a", "b"), TWO_TOGETHER, TWO_APART], ids=str)
def test_a_pending_invitation_with_the_same_grants_is_left_alone(site, asked):
    site.invitation("Ana@example.com", viewer("b", "a"))
    result = site.converge("org_invitation", emails=ANA, role_assignments=asked)
    assert result["plan"] == []
    assert result["invitations"][0]["created_at"]


@under(*READINGS[1:4])
@pytest.mark.parametrize("asked", [{}, viewer("a"), viewer("a", "b", application_roles=[])], ids=str)
def test_a_pending_invitation_with_other_grants_is_replaced(site, asked):
    site.invitation(ANA, viewer("a", "b"))
    result = site.converge("org_invitation", emails=ANA, role_assignments=asked)
    assert actions(result) == [("reinvite", ANA)]
    assert site.roles(ANA) == asked
    assert len(site.organization.open_invitations()) == 1


@under(*READINGS[1:4])
@pytest.mark.parametrize("asked", [None, {}, viewer("a"), viewer("b")], ids=str)
def test_an_expired_invitation_is_sent_again_with_its_roles_or_those_asked_for(site, asked):
    site.invitation(ANA, viewer("a"), expired=True)
    result = site.converge("org_invitation", emails=ANA, role_assignments=asked)
    assert actions(result) == [("reinvite", ANA)]
    assert site.roles(ANA) == (viewer("a") if asked is None else asked)
    assert site.people[ANA] == "pending"


@under(*READINGS[1:4])
@pytest.mark.parametrize("expired", [False, True])
def test_resend_always_sends_an_email_each_time(site, expired):
    site.invitation(ANA, viewer("a"), expired=expired)
    for _run in range(2):
        checked = site.succeed("org_invitation", emails=ANA, resend="always", check_mode=True)
        assert not site.writes
        result = site.succeed("org_invitation", emails=ANA, resend="always")
        assert result["changed"]
        assert result["plan"][0]["reason"] in checked["plan"][0]["reason"]
        assert site.emails == {ANA: 1}
        assert site.roles(ANA) == viewer("a")
        site.emulator.clock.advance(60)


@pytest.mark.parametrize("resend", ["when_expired", "always", "never"])
def test_members_are_left_alone_whatever_is_asked_for(site, resend):
    site.member("Ana@example.com", viewer("a"))
    result = site.converge("org_invitation", emails=ANA, resend=resend, role_assignments=viewer("b"))
    assert result["already_members"] == ["Ana@example.com"]
    assert result["invitations"] == []


@pytest.mark.parametrize(
    ("expired", "asked", "warned"),
    [
        (False, None, ""),
        (False, viewer("a"), ""),
        (False, viewer("b"), "the roles of the pending invitation differ"),
        (True, None, "the invitation expired on 2026-01-01T00:00:00.000Z"),
        (True, viewer("b"), "the invitation expired on 2026-01-01T00:00:00.000Z"),
    ],
)
def test_resend_never_leaves_what_is_and_warns_where_it_differs(site, expired, asked, warned):
    site.invitation(ANA, viewer("a"), expired=expired)
    result = site.converge("org_invitation", emails=[ANA, BO], role_assignments=asked, resend="never")
    assert actions(result) == [("invite", BO)]
    assert site.roles(ANA) == viewer("a")
    assert site.people[ANA] == ("expired" if expired else "pending")
    assert result["invitations"][0]["status"] == site.people[ANA]
    warnings = [warning for warning in result["warnings"] if ANA in warning]
    assert len(warnings) == bool(warned)
    assert all(warned in warning for warning in warnings)


@under({"unknown_id_in_delete": "ignore"}, {"list_lag": 2}, {"max_path_bytes": 120})
def test_absent_revokes_every_invitation_of_these_people_and_removes_nobody(site):
    site.invitation("Ana@example.com", viewer("a"))
    site.invitation("ana@example.com", viewer("b"), expired=True)
    site.member(BO, viewer("a"))
    site.invitation(BO, viewer("b"))
    site.invitation("cy@example.com")
    result = site.converge(
        "org_invitation", emails=[ANA, BO, "dee@example.com"], state="absent", role_assignments=viewer("z")
    )
    assert [action for action, _email in actions(result)] == ["uninvite", "uninvite"]
    assert [one.email for one in site.organization.open_invitations()] == ["cy@example.com"]
    assert site.people[BO] == "active"
    assert result["invitations"] == []


def test_an_unknown_role_is_passed_on_with_a_warning(site):
    asked = {"deployment": [{"role_id": "deployment-vewer", "all": True}]}
    result = site.run("org_invitation", emails=ANA, role_assignments=asked)
    (warning,) = result["warnings"]
    assert "'deployment-vewer' is not known" in warning
    assert "did you mean 'deployment-viewer'" in warning
    assert site.writes[0]["body"]["role_assignments"]["deployment"][0]["role_id"] == "deployment-vewer"
    assert codes(result) == {ANA: ["root.invalid_data"]}
    assert result["changed"] is False


@under({"bad_email_in_batch": "skip"}, {"max_emails": 10})
def test_an_address_of_another_organization_does_not_hold_back_the_other_ninety_nine(site):
    emails = [f"person{number}@example.com" for number in range(100)]
    site.emulator.add_outsider(emails[37])
    result = site.run("org_invitation", emails=emails, role_assignments=viewer("a"))
    assert result["failed"]
    assert codes(result) == {emails[37]: ["organization.user_organization_already_belongs"]}
    assert site.people.keys() == {"owner@example.com", *emails} - {emails[37]}
    assert max(site.emails.values()) == 1
    assert [one["email"] for one in result["invitations"]] == [one for one in emails if one != emails[37]]
    assert "99 invited" in result["msg"]


@pytest.mark.parametrize("site", [{"invitation_limit": 120}], indirect=True, ids=str)
def test_the_invitation_limit_ends_inviting(site):
    emails = [f"person{number:03}@example.com" for number in range(350)]
    result = site.run("org_invitation", emails=emails, role_assignments=viewer("a"))
    assert result["failed"]
    assert len(result["invitations"]) == 100
    assert len(result["failures"]) == 250
    assert {code for found in codes(result).values() for code in found} <= {LIMIT, "not_attempted"}
    assert len(site.writes) <= 4  # a batch that is refused is not tried in parts


@under({"existing_invitation": "refresh"})
def test_a_replacement_that_is_refused_leaves_the_old_invitation(site):
    site.invitation(ANA, viewer("a"))
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    result = site.run("org_invitation", emails=ANA, role_assignments=viewer("b"))
    assert codes(result)[ANA][-1] == "role_assignments.unauthorized_role_assignments"
    assert site.roles(ANA) == viewer("a")
    assert result["changed"] is False


def test_a_key_without_the_whole_picture_replaces_and_revokes_nothing(site):
    site.invitation(ANA, viewer("a"))
    for options in ({"role_assignments": viewer("b")}, {"resend": "always"}, {"state": "absent"}):
        result = site.refuse("org_invitation", emails=ANA, api_key=site.limited_key(), **options)
        assert result["guard"] == {"name": "visibility", "limit": 0, "found": 1, "emails": [ANA]}
