# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the modules promise about their input, by the number of the promise."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import make, text_of
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import BILLING, OWNER, viewer

ANA, BO = "ana@example.com", "bo@example.com"
THE_OWNER = {"email": "owner@example.com", "role_assignments": OWNER}
CHEF = {"deployment": [{"role_id": "deployment-chef", "all": True}]}
PROVIDER = {
    "login_identifier_prefix": "acme",
    "issuer": "urn:idp",
    "sso_url": "https://idp.example.com/sso",
    "public_certificates": text_of(make()),
}
ROLES_OF: dict[str, Any] = {  # each module, asked to give somebody these roles
    "org_team": lambda roles: {"members": [{"email": ANA, "role_assignments": roles}]},
    "org_member": lambda roles: {"email": ANA, "role_assignments": roles},
    "org_invitation": lambda roles: {"emails": ANA, "role_assignments": roles},
    "org_sso": lambda roles: {
        "identity_provider": PROVIDER,
        "role_mappings": [
            {"name": "owners", "any": [{"group": "a"}], "role_assignments": OWNER},
            {"name": "others", "any": [{"group": "b"}], "role_assignments": roles},
        ],
    },
}


def given_by(result):
    """The roles that the last action of a plan gives."""
    after = result["plan"][-1]["after"]
    return after.get("role_assignments", after)


each_way = pytest.mark.parametrize("module", ROLES_OF)


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def test_promise_02_a_person_is_found_in_either_form_of_unicode(site):
    site.member("\u00e9va@example.com", BILLING)
    team = [{"email": "E\u0301va@example.com", "role_assignments": BILLING}]
    assert site.succeed("org_team", members=team)["plan"] == []
    assert site.succeed("org_member", email="e\u0301va@example.com", state="absent")["changed"]


def test_promise_02_a_user_id_is_trimmed_and_a_number_counts_as_its_digits(site):
    ana = site.member(ANA, BILLING)
    assert site.succeed("org_member", user_id=f" {ana} ")["member"]["status"] == "active"
    assert site.succeed("org_member", user_id=int(ana), state="absent")["changed"]


@each_way
def test_promise_03_a_block_of_another_organization_is_a_fault_after_discovery_too(site, module):
    roles = {"organization": [{"role_id": "billing-admin", "organization_id": 999}]}
    message = site.refuse(module, organization_id="", **ROLES_OF[module](roles))["msg"]
    assert f"organization_id is '999', but this definition is applied to '{site.id}'" in message
    roles["organization"][0]["organization_id"] = int(site.id)
    assert site.succeed(module, organization_id="", **ROLES_OF[module](roles))["changed"]


@each_way
def test_promise_04_contradicting_application_roles_are_a_fault(site, module):
    roles = {"deployment": [*viewer("a")["deployment"], *viewer("a", "b", application_roles=[])["deployment"]]}
    message = site.reject(module, **ROLES_OF[module](roles))
    assert "deployment-viewer on deployment a is given twice" in message
    assert "role_assignments.deployment[0] and [] in" in message
    assert "role_assignments.deployment[1]" in message


def test_promise_04_both_may_be_taken_away(site):
    site.member(ANA, viewer("a", application_roles=[]), BILLING)
    roles = {"deployment": [*viewer("a")["deployment"], *viewer("a", application_roles=[])["deployment"]]}
    site.succeed("org_member", email=ANA, role_assignments=roles, role_assignments_state="absent")
    assert site.roles(ANA) == BILLING


@pytest.mark.parametrize(
    ("roles", "named"),
    [
        ({"role_assignments": BILLING}, "role_assignments"),
        ({"role_assignments": {}}, "role_assignments"),
        ({"role_assignments_state": "absent"}, "role_assignments_state"),
        ({"role_assignments_state": "exact", "role_assignments": {}}, "role_assignments and role_assignments_state"),
    ],
)
def test_promise_05_who_takes_roles_away_does_not_remove_the_person(site, roles, named):
    site.member(ANA, BILLING)
    message = site.reject("org_member", email=ANA, state="absent", **roles)
    assert f"state: absent removes the person altogether, and {named} would mean nothing" in message


def test_promise_05_blank_text_says_nothing_about_roles(site):
    site.member(ANA, BILLING)
    blank = {"role_assignments": " ", "role_assignments_state": ""}
    assert site.succeed("org_member", email=ANA, state="absent", **blank)["changed"]


@each_way
def test_promise_06_a_role_that_nobody_knows_is_a_fault_after_reading_and_before_writing(site, module):
    message = site.refuse(module, **ROLES_OF[module](CHEF))["msg"]
    assert "role_assignments.deployment[0]: the role id 'deployment-chef' is not known" in message
    assert len(site.requests) == (5 if module == "org_sso" else 2)
    site.emulator.switch(unknown_roles="accept")
    (warning,) = site.succeed(module, unknown_roles="warn", **ROLES_OF[module](CHEF))["warnings"]
    assert "'deployment-chef' is not known" in warning
    # Now somebody has it, by an invitation, so it is a role.
    assert not site.succeed(module, **ROLES_OF[module](CHEF))["changed"]


@each_way
def test_promise_06_a_scope_that_is_not_known_is_a_fault_before_any_request(site, module):
    roles = {"moon_base": [{"role_id": "astronaut"}]}
    assert "role_assignments.moon_base: unknown; allowed here: " in site.reject(module, **ROLES_OF[module](roles))
    checked = site.succeed(module, check_mode=True, unknown_roles="warn", **ROLES_OF[module](roles))
    assert "this scope is not known" in checked["warnings"][0]


def test_promise_06_what_is_taken_away_need_not_be_known(site):
    site.member(ANA, BILLING)
    gone = site.succeed("org_member", email=ANA, role_assignments=CHEF, role_assignments_state="absent")
    assert not gone["changed"]


@each_way
@pytest.mark.parametrize("kind", ["vectordb", "workplaceai"])
def test_promise_07_roles_of_vectordb_and_workplaceai_are_passed_on_as_they_are(site, module, kind):
    roles = {"project": {kind: [{"role_id": f"{kind}-viewer", "all": True}]}}
    result = site.succeed(module, check_mode=True, **ROLES_OF[module](roles))
    assert result["warnings"] == []
    assert given_by(result) == roles


def test_promise_08_ignored_and_protected_people_who_are_nowhere_are_warned_of(site):
    names = {"ignore": ["dan@example.com", "*@sso.example.com"], "protected": ["dan@example.com", "owner@example.com"]}
    (warning,) = site.succeed("org_team", members=[THE_OWNER], **names)["warnings"]
    for place in ("ignore[0] (dan@example.com)", "ignore[1] (*@sso.example.com)", "protected[0] (dan@example.com)"):
        assert place in warning
    assert "protected[1]" not in warning


def test_promise_05_an_absent_entry_with_roles_is_warned_of(site):
    site.member(ANA, BILLING)
    gone = {"email": ANA, "state": "absent", "role_assignments": BILLING}
    options = {"max_removals": "50%", "leavers_api_keys": "ignore"}
    (warning,) = site.succeed("org_team", members=[THE_OWNER, gone], **options)["warnings"]
    assert warning.startswith(f"members[1] ({ANA}): state is absent, so ")


@each_way
def test_promise_09_one_text_is_a_list_of_one(site, module):
    roles = {"deployment": [{"role_id": "viewer", "deployment_ids": "a", "application_roles": "kibana_user"}]}
    result = site.succeed(module, check_mode=True, **ROLES_OF[module](roles))
    assert given_by(result) == viewer("a", application_roles=["kibana_user"])


def test_promise_10_blank_text_counts_as_absent_for_every_optional_option(site):
    site.member(ANA, BILLING)
    team = {"groups": {"billing": BILLING}, "members": [THE_OWNER, {"email": ANA, "groups": "billing"}]}
    names = "purge ignore invitation_expires_in resend_expired min_owners protected max_removals refused_grants"
    blank = dict.fromkeys([*names.split(), "unknown_roles", "concurrency", "timeout", "retries", "validate_certs"], " ")
    assert site.succeed("org_team", **team, **blank)["plan"] == []
    assert site.succeed("org_team", members=[THE_OWNER], groups="")["plan"] == []
    blank = dict.fromkeys(["user_id", "state", "role_assignments", "invite", "min_owners", "resend_expired"], "")
    assert not site.succeed("org_member", email=ANA, **blank)["changed"]
    blank = dict.fromkeys(["state", "role_assignments", "expires_in", "resend", "unknown_roles"], "")
    assert site.succeed("org_invitation", emails=BO, **blank)["changed"]
    assert site.succeed("org_invitation", emails="", **blank)["changed"] is False  # required, and so never absent
    assert "email" in site.run("org_member", email="", user_id=" ")["msg"]


def test_who_leaves_an_ignored_domain_is_removed(site):
    for name in ("ana", "bo", "cy"):
        site.member(f"{name}@sso.example.com", BILLING)
    options = {
        "members": [THE_OWNER, {"email": "ana@sso.example.com", "state": "absent"}],
        "ignore": "*@sso.example.com",
    }
    result = site.succeed("org_team", **options, purge=True, max_removals="50%")
    assert [(one["action"], one["email"]) for one in result["plan"]] == [("remove", "ana@sso.example.com")]
    assert result["unmanaged"] == []


def test_who_has_an_entry_is_counted_in_shares_whatever_pattern_ignores_them(site):
    for name in ("ana", "bo", "cy"):
        site.member(f"{name}@sso.example.com", BILLING)
    options = {
        "members": [THE_OWNER, {"email": "ana@sso.example.com", "state": "absent"}],
        "ignore": "*@sso.example.com",
    }
    guard = site.refuse("org_team", **options, max_removals="0%")
    assert "(0% of 2 people)" in guard["msg"]


@pytest.mark.parametrize("how", ["email", "user id"])
def test_who_is_ignored_by_name_and_defined_is_a_fault(site, how):
    ana = site.member("Ana@example.com", viewer("a"))
    options = {
        "members": [{"email": ANA, "state": "absent"}],
        "ignore": [ana if how == "user id" else "ANA@example.com"],
    }
    message = site.refuse("org_team", **options)["msg"]
    assert message.startswith(f"members[0] ({ANA}): ignore[0] (")
    assert len(site.requests) == (2 if how == "user id" else 0)


def test_purge_needs_somebody_present_who_is_not_ignored(site):
    options = {"members": [THE_OWNER], "ignore": ["owner@example.com"], "purge": True}
    assert "names this person too" in site.reject("org_team", **options)
