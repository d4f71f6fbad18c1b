# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_member`: one person's roles and membership."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    CONSOLE_ONLY,
    OWNER,
    actions,
    codes,
    gained,
    under,
    under_every_reading,
    viewer,
)

ANA = "ana@example.com"
UNTOUCHED = object()


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


@pytest.fixture
def ana(site):
    """A member who may see two deployments; the user id."""
    return site.member("Ana@example.com", viewer("a", "b"))


ROLE_CASES = [
    ("exact", None, viewer("a", "b")),
    ("exact", {}, {}),
    ("exact", viewer("b", "a"), viewer("a", "b")),
    ("exact", viewer("a"), viewer("a")),
    ("exact", viewer("b", "c"), viewer("b", "c")),
    ("exact", BILLING, BILLING),
    ("present", None, viewer("a", "b")),
    ("present", {}, viewer("a", "b")),
    ("present", viewer("a"), viewer("a", "b")),
    ("present", viewer("a", "c"), viewer("a", "b", "c")),
    ("present", BILLING, {**BILLING, **viewer("a", "b")}),
    ("absent", None, viewer("a", "b")),
    ("absent", {}, viewer("a", "b")),
    ("absent", viewer("a"), viewer("b")),
    ("absent", viewer("a", "c"), viewer("b")),
    ("absent", viewer("a", application_roles=CONSOLE_ONLY), viewer("a", "b")),
    ("absent", viewer("b", "a"), {}),
]


def test_a_role_that_is_newer_than_the_collection_is_passed_on(site, ana):
    site.emulator.switch(unknown_roles="accept")
    roles = {"deployment": [{"role_id": "deployment-auditor", "all": True}]}
    [warning] = site.converge("org_member", email=ANA, role_assignments=roles)["warnings"]
    assert "'deployment-auditor' is not known" in warning
    assert site.emulator.roles(site.id, ANA) == roles


@pytest.mark.parametrize(("mode", "asked", "after"), ROLE_CASES)
@pytest.mark.parametrize("by", ["email", "user_id"])
def test_a_member_has_exactly_these_roles_or_these_too_or_none_of_these(site, ana, by, mode, asked, after):
    who = {"email": ANA} if by == "email" else {"user_id": ana}
    result = site.converge("org_member", **who, role_assignments=asked, role_assignments_state=mode)
    assert site.roles(ANA) == after
    assert result["changed"] == (after != viewer("a", "b"))
    assert result["member"] == {
        "email": "Ana@example.com",
        "user_id": ana,
        "status": "active",
        "role_assignments": after,
    }


@pytest.mark.parametrize(("mode", "asked", "after"), ROLE_CASES)
def test_the_roles_of_a_pending_invitation_are_seen_the_same_way(site, mode, asked, after):
    site.invitation("Ana@example.com", viewer("a", "b"))
    result = site.converge("org_member", email=ANA, role_assignments=asked, role_assignments_state=mode)
    assert site.roles(ANA) == after
    assert actions(result) == ([] if after == viewer("a", "b") else [("reinvite", "Ana@example.com")])
    assert result["member"]["status"] == "pending"
    assert result["member"]["role_assignments"] == after


@under_every_reading
def test_roles_change_under_every_reading(site, ana):
    wanted = {**BILLING, **viewer("b", "c")}
    site.converge("org_member", email=ANA, role_assignments=wanted)
    assert site.roles(ANA) == wanted


@pytest.mark.parametrize(
    ("asked", "after"),
    [(None, {}), ({}, {}), (viewer("a"), viewer("a"))],
)
def test_a_stranger_is_invited_with_the_roles(site, asked, after):
    result = site.converge("org_member", email=ANA, role_assignments=asked, invitation_expires_in="5d")
    assert actions(result) == [("invite", ANA)]
    assert site.people[ANA] == "pending"
    assert site.roles(ANA) == after
    assert result["member"] == {"email": ANA, "user_id": None, "status": "pending", "role_assignments": after}
    assert site.done_by[0]["body"]["expires_in"] == "5d"
    assert site.sent == {ANA: 1}
    assert ["without roles" in warning for warning in result["warnings"]] == ([] if after else [True])


def test_nobody_is_invited_to_be_without_roles_that_are_to_be_taken_away(site):
    result = site.converge("org_member", email=ANA, role_assignments=viewer("a"), role_assignments_state="absent")
    assert ANA not in site.people
    assert result["member"] == {"email": ANA, "user_id": None, "status": "absent", "role_assignments": {}}


@pytest.mark.parametrize("status", ["absent", "pending", "expired"])
def test_who_is_no_member_is_an_error_where_nobody_is_to_be_invited(site, status):
    if status != "absent":
        site.invitation(ANA, viewer("a"), expired=status == "expired")
    result = site.refuse("org_member", email=ANA, role_assignments=viewer("a"), invite=False)
    assert "invite is false" in result["msg"]
    assert site.people.get(ANA, "absent") == status


def test_a_member_is_changed_where_nobody_is_to_be_invited(site, ana):
    site.converge("org_member", email=ANA, role_assignments=BILLING, invite=False)
    assert site.roles(ANA) == BILLING


@under({"existing_invitation": "refresh"}, {"existing_invitation": "refresh_keep_roles"})
@pytest.mark.parametrize("asked", [None, viewer("a"), viewer("b")])
def test_an_expired_invitation_is_sent_again(site, asked):
    site.invitation(ANA, viewer("a"), expired=True)
    result = site.converge("org_member", email=ANA, role_assignments=asked)
    assert actions(result) == [("reinvite", ANA)]
    assert site.people[ANA] == "pending"
    assert site.roles(ANA) == (asked or viewer("a"))
    assert result["member"]["status"] == "pending"


def test_an_expired_invitation_is_left_where_it_is_not_to_be_sent_again(site):
    site.invitation(ANA, viewer("a"), expired=True)
    result = site.converge("org_member", email=ANA, role_assignments=viewer("b"), resend_expired=False)
    assert result["plan"] == []
    assert result["member"] == {
        "email": ANA,
        "user_id": None,
        "status": "expired",
        "role_assignments": viewer("a"),
    }
    (warning,) = result["warnings"]
    assert "not invited again" in warning


def test_a_pending_invitation_with_other_roles_is_replaced_even_so(site):
    site.invitation(ANA, viewer("a"))
    site.converge("org_member", email=ANA, role_assignments=viewer("b"), resend_expired=False)
    assert site.roles(ANA) == viewer("b")


@under({"unknown_id_in_delete": "ignore"}, {"list_lag": 2})
def test_absent_removes_every_member_with_the_email_and_revokes_the_invitations(site, ana):
    site.member("ANA@example.com", viewer("c"))
    site.invitation("aNa@example.com", viewer("d"))
    site.invitation("ana@example.com", viewer("e"), expired=True)
    result = site.converge("org_member", email=ANA, state="absent")
    assert sorted(action for action, _email in actions(result)) == ["remove", "remove", "uninvite"]
    assert site.people == {"owner@example.com": "active"}
    assert result["member"].pop("email").lower() == ANA
    assert result["member"] == {"user_id": None, "status": "absent", "role_assignments": {}}


def test_absent_by_user_id_removes_that_member_alone(site, ana):
    twin = site.member("ana@example.com", viewer("c"))
    site.converge("org_member", user_id=twin, state="absent")
    assert site.roles(ana) == viewer("a", "b")
    assert site.roles(twin) is None


@pytest.mark.parametrize("who", [{"email": ANA}, {"user_id": "1234567890"}])
def test_who_is_not_there_is_absent(site, who):
    result = site.converge("org_member", **who, state="absent")
    assert result["member"]["status"] == "absent"
    assert result["plan"] == []


def test_a_user_id_that_nobody_has_cannot_be_present(site):
    assert "invite people by email" in site.refuse("org_member", user_id="1234567890")["msg"]


def test_two_members_with_one_email_are_told_apart_by_user_id_only(site, ana):
    twin = site.member("ana@example.com", viewer("c"))
    message = site.refuse("org_member", email=ANA, role_assignments=BILLING)["msg"]
    assert ana in message
    assert twin in message
    site.converge("org_member", user_id=twin, role_assignments=BILLING)
    assert site.roles(twin) == BILLING
    assert site.roles(ana) == viewer("a", "b")


def test_the_leftover_invitation_of_a_member_is_left_alone(site, ana):
    site.invitation(ANA, OWNER)
    result = site.converge("org_member", email=ANA, role_assignments=viewer("a", "b"))
    assert result["plan"] == []
    assert (result["member"]["status"], result["member"]["role_assignments"]) == ("active", viewer("a", "b"))
    assert site.emulator.invitation(site.organization, ANA) is not None


def test_a_member_without_an_email_goes_by_user_id(site):
    nobody = site.member(None, viewer("a"))
    result = site.converge("org_member", user_id=nobody, role_assignments=BILLING)
    assert site.roles(nobody) == BILLING
    assert result["member"]["email"] is None
    assert list(gained(result)) == [f"user id {nobody}"]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "absent"},
        {"role_assignments": {}},
        {"role_assignments": BILLING},
        {"role_assignments": OWNER, "role_assignments_state": "absent"},
    ],
    ids=str,
)
@pytest.mark.parametrize("by", ["email", "user_id"])
def test_the_last_owner_stays(site, owner, by, change):
    site.invitation("next@example.com", OWNER)
    who = {"email": "OWNER@example.com"} if by == "email" else {"user_id": owner}
    result = site.refuse("org_member", **who, **change)
    assert result["guard"] == {"name": "min_owners", "limit": 1, "found": 0, "emails": ["owner@example.com"]}
    assert site.roles(owner) == OWNER
    assert [action["action"] for action in result["plan"]] == ["remove" if "state" in change else "update"]
    assert result["member"]["status"] == "active"


@pytest.mark.parametrize(("least", "may"), [(1, True), (2, False)])
def test_an_owner_may_go_where_enough_are_left(site, owner, least, may):
    site.member("second@example.com", OWNER)
    if may:
        site.converge("org_member", user_id=owner, state="absent", min_owners=least)
    else:
        assert site.refuse("org_member", user_id=owner, state="absent", min_owners=least)["guard"]["found"] == 1
    assert ("owner@example.com" in site.people) is not may


@pytest.mark.parametrize("who", [{}, {"email": ANA, "user_id": "1"}], ids=str)
def test_exactly_one_of_email_and_user_id_is_needed(site, who):
    result = site.run("org_member", **who)
    assert result["failed"]
    assert "email, user_id" in result["msg"] or "email|user_id" in result["msg"]
    assert not site.requests


@pytest.mark.parametrize("email", ["ana", "ana@", "ana@example.com, bo@example.com", "Ana <ana@example.com>", "", " "])
def test_what_is_no_address_is_an_error(site, email):
    assert "email" in site.reject("org_member", email=email)


def test_all_that_is_wrong_is_told_at_once(site):
    message = site.reject(
        "org_member",
        email="ana",
        role_assignments={
            "deployment": [{"role_id": "deployment-viewer"}, {"deployment_ids": ["a"]}, "viewer"],
            "organization": [{"role_id": "organization-admin", "organization_id": "999"}],
        },
        invitation_expires_in="soon",
        min_owners=-1,
    )
    places = ["email:", "role_assignments.deployment[0]:", "role_assignments.deployment[1]:"]
    places += ["role_assignments.deployment[2]:", "role_assignments.organization[0]:", "invitation_expires_in:"]
    places += ["min_owners:"]
    assert all(place in message for place in places)
    assert message.startswith(f"{len(places)} problems")


def test_a_refusal_is_a_failure_that_tells_what_is_and_what_to_do(site, ana):
    site.emulator.add_resource(site.organization, "deployment", "b", "hidden")
    result = site.run("org_member", email=ANA, role_assignments={})
    assert result["failed"]
    assert codes(result) == {"Ana@example.com": ["role_assignments.unauthorized_role_assignments"]}
    assert "deployment-viewer on deployment b" in result["msg"]
    assert "1 updated" in result["msg"]
    assert result["changed"] is True
    assert result["member"]["role_assignments"] == site.roles(ANA) == viewer("b")
    assert "[b]" in gained(result)["Ana@example.com"]


@under({"limited_view": "left_out"})
def test_a_key_without_the_whole_picture_changes_what_it_sees_with_a_warning(site, ana):
    result = site.converge("org_member", email=ANA, role_assignments=viewer("a"), api_key=site.limited_key())
    assert site.roles(ANA) == viewer("a")
    (warning,) = result["warnings"]
    assert "only the roles that it can see" in warning


@under({"limited_view": "left_out"}, {"limited_view": "nothing"})
def test_a_key_without_the_whole_picture_removes_nobody(site, ana):
    result = site.refuse("org_member", email=ANA, state="absent", api_key=site.limited_key())
    assert result["guard"]["name"] == "visibility"
    assert result["guard"]["emails"] == ["Ana@example.com"]


@pytest.mark.parametrize("site", [{"limited_view": "left_out"}, {"limited_view": "nothing"}], indirect=True, ids=str)
@pytest.mark.parametrize("asked", [BILLING, {}])
def test_roles_that_are_not_shown_are_not_guessed(site, asked):
    site.member(ANA, OWNER)
    result = site.refuse("org_member", email=ANA, role_assignments=asked, api_key=site.limited_key())
    assert result["guard"]["name"] == "visibility"
    assert not site.succeed("org_member", email=ANA, api_key=site.limited_key())["changed"]
