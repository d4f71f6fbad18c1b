# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_info`, about API keys, single sign-on and resources: what it returns, what that costs, and that what
could not be read is told and costs nothing else.
"""

from __future__ import annotations

import datetime as dt

import pytest

from ansible_collections.orgops.elastic_cloud.tests.emulator.sso import SIGNING_CERTIFICATE
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import BILLING, OWNER, under, viewer
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import KEY_READINGS

EVERYTHING = ["organization", "members", "invitations", "team", "api_keys", "sso", "resources"]
PATHS = {
    "api_keys": ["/organizations/{id}/members", "/users/auth/keys"],
    "sso": [f"/organizations/{{id}}{part}" for part in ("", "/domains", "/idp", "/role_mappings")],
    "resources": [
        "/deployments",
        *(f"/serverless/projects/{kind}" for kind in ("elasticsearch", "observability", "security")),
    ],
}
FAR = dt.datetime(2999, 1, 1, tzinfo=dt.timezone.utc)
T1 = {"project": {"security": [{"role_id": "security-t1-analyst", "all": True}]}}
STAFF = {"any": [{"group": "staff"}, {"email": "*@example.com"}]}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def warning_of(result):
    """The one warning of a result."""
    (warning,) = result["warnings"]
    return warning


def sign_on(site, *, enforced: bool = False) -> None:
    """Single sign-on is set up, with a mapping that makes owners."""
    site.emulator.put_provider(site.organization)
    site.emulator.add_domain(site.organization, "example.com")
    site.emulator.add_domain(site.organization, "b.example.com")
    site.emulator.add_mapping(site.organization, "owners", {"all": [{"group": "owners"}]}, OWNER)
    site.emulator.add_mapping(site.organization, "staff", STAFF, {**T1, **viewer("b", "a")}, enabled=False)
    site.emulator.enforce(site.organization, enforced)


# What it costs


@pytest.mark.parametrize("part", PATHS)
@pytest.mark.parametrize("check_mode", [False, True])
def test_only_what_is_gathered_is_asked_for(site, part, check_mode):
    result = site.succeed("org_info", gather=[part], check_mode=check_mode)
    assert sorted(site.requests) == [("GET", path.format(id=site.id)) for path in PATHS[part]]
    assert {*EVERYTHING} & result.keys() == {part}
    assert result["changed"] is False


def test_all_of_it_costs_eleven_requests_since_parts_share_their_readings(site):
    result = site.succeed("org_info", gather=EVERYTHING)
    assert len(site.requests) == len(set(site.requests)) == 11
    assert {*EVERYTHING} <= result.keys()


@pytest.mark.parametrize("site", [{"entries_per_page": 1}], indirect=True)
def test_each_further_page_costs_a_request(site):
    site.emulator.add_key(site.organization, name="nightly")
    for number in range(3):
        site.emulator.add_resource(site.organization, "project.security", f"s{number}")
    result = site.succeed("org_info", gather=["api_keys", "resources"])
    assert len(result["api_keys"]) == 2
    assert len(result["resources"]) == 3
    assert site.requests.count(("GET", "/users/auth/keys")) == 2
    assert site.requests.count(("GET", "/serverless/projects/security")) == 3


# API keys


@pytest.mark.parametrize("site", [one for one in KEY_READINGS if "keys_listed" not in one], indirect=True, ids=str)
def test_api_keys_are_told_with_who_made_them(site, owner):
    ana = site.member("ana@example.com")
    elsewhere = site.emulator.add_organization("Elsewhere")
    roles = {**T1, **viewer("b", "a")}
    site.emulator.add_key(
        site.organization, name="nightly", email="ana@example.com", role_assignments=roles, id="k1", expires_at=FAR
    )
    site.emulator.add_key(site.organization, name="ci", user_id="9", role_assignments=BILLING, id="k2")
    site.emulator.add_key(site.organization, name="over", id="k3", expired=True)
    site.emulator.add_key(elsewhere, name="not ours", email="owner@example.com", id="k4")
    keys = site.succeed("org_info", gather=["api_keys"])["api_keys"]
    told = [{name: value for name, value in key.items() if name != "created_at"} for key in keys[1:]]
    own = keys[0]
    assert (own["name"], own["email"], own["user_id"]) == ("Example", "owner@example.com", owner)
    assert own["role_assignments"] == OWNER
    assert told == [
        {
            "id": "k2",
            "name": "ci",
            "organization_id": site.id,
            "user_id": "9",
            "email": None,
            "expires_at": None,
            "role_assignments": BILLING,
        },
        {
            "id": "k1",
            "name": "nightly",
            "organization_id": site.id,
            "user_id": ana,
            "email": "ana@example.com",
            "expires_at": "2999-01-01T00:00:00.000Z",
            "role_assignments": {**viewer("a", "b"), **T1},
        },
    ]


@pytest.mark.parametrize("site", [{"key_organization": False}], indirect=True)
def test_keys_that_name_no_organization_are_shown_and_told(site):
    site.member("ana@example.com")
    site.emulator.add_key(site.organization, name="a\u202e{{ x }}", id="k1", email="ana@example.com")
    result = site.succeed("org_info", gather=["api_keys"])
    assert [(key["id"], key["organization_id"]) for key in result["api_keys"]][1:] == [("k1", None)]
    assert result["api_keys"][1]["name"] == "a\u202e{{ x }}"
    warning = warning_of(result)
    assert "the service names no organization: Example" in warning
    assert "a\\u202e{{ x }} (k1)" in warning


@pytest.mark.parametrize("site", [{"keys_listed": "own"}], indirect=True)
def test_where_only_one_person_s_keys_are_shown_others_may_be_hidden(site):
    site.member("ana@example.com")
    site.emulator.add_key(site.organization, name="hidden", email="ana@example.com")
    result = site.succeed("org_info", gather=["api_keys"])
    assert len(result["api_keys"]) == 1
    assert "the API key in use may not see what others have made" in warning_of(result)


def test_a_single_member_s_keys_are_all(site):
    assert site.succeed("org_info", gather=["api_keys"])["warnings"] == []


# Single sign-on


@under({"certificate_form": "base64_pem"}, {"certificate_form": "base64_der"}, {"role_id_style": "short"})
@pytest.mark.parametrize("enforced", [False, True])
def test_single_sign_on_is_told_such_that_feeding_it_back_changes_nothing(site, enforced):
    sign_on(site, enforced=enforced)
    result = site.succeed("org_info", gather=["sso"])
    told = result["sso"]
    assert result["warnings"] == []
    assert told["enforced"] is (True if enforced else None)  # which is not shown where it is off
    assert told["domains"] == ["b.example.com", "example.com"]
    assert told["role_mappings"] == [
        {"name": "owners", "enabled": True, "all": [{"group": "owners"}], "role_assignments": OWNER},
        {"name": "staff", "enabled": False, **STAFF, "role_assignments": {**viewer("a", "b"), **T1}},
    ]
    provider = told["identity_provider"]
    assert provider["enabled"] is True
    assert (provider["login_identifier_prefix"], provider["public_certificates"]) == ("acme", [SIGNING_CERTIFICATE])
    needed = {"acs", "sp_entity_id", "metadata_url", "sso_login_url", "signing_certificates", "login_identifier"}
    assert needed <= provider.keys()
    del told["domains"]
    again = site.succeed("org_sso", **told, purge_role_mappings=True)
    assert not site.writes
    assert again["plan"] == []
    assert again["sso"]["role_mappings"] == told["role_mappings"]


def test_without_single_sign_on_there_is_none_and_nothing_is_enforced(site):
    result = site.succeed("org_info", gather=["sso"])
    assert result["sso"] == {"identity_provider": None, "role_mappings": [], "domains": [], "enforced": False}
    assert result["warnings"] == []


@pytest.mark.parametrize("site", [{"enforcement_shown": "never"}], indirect=True)
def test_what_the_service_does_not_show_is_not_guessed(site):
    sign_on(site)
    assert site.succeed("org_info", gather=["sso"])["sso"]["enforced"] is None


@pytest.mark.parametrize(
    ("name", "roles", "why"),
    [
        ("a,b", BILLING, "holds ','"),
        ("a/b", BILLING, "holds '/'"),
        ("none", {}, "gives nobody anything"),
        ("{{ x }}", BILLING, "would be a template for Ansible"),
        ("turned\u202e", BILLING, "cannot be part of a request"),
        ("cook", viewer("a", application_roles=["{% x %}"]), "would be a template for Ansible"),
    ],
)
def test_a_mapping_that_no_definition_can_tell_is_shown_and_named(site, name, roles, why):
    sign_on(site)
    site.emulator.add_mapping(site.organization, name, STAFF, roles)
    result = site.succeed("org_info", gather=["sso"])
    assert result["sso"]["role_mappings"][2]["name"] == name
    assert result["sso"]["role_mappings"][2]["role_assignments"] == roles
    warning = warning_of(result)
    assert name.replace("\u202e", "\\u202e") in warning
    assert why in warning
    fed_back = {key: value for key, value in result["sso"].items() if key != "domains"}
    assert why in site.reject("org_sso", **fed_back)


# Resources


def test_resources_are_told_in_the_order_of_scopes_and_names(site):
    for scope, id_, name in (
        ("project.security", "s1", "siem"),
        ("deployment", "d2", "b{{ x }}\u202e"),
        ("deployment", "d3", "a"),
        ("deployment", "d1", "a"),
        ("project.elasticsearch", "e1", "search"),
    ):
        site.emulator.add_resource(site.organization, scope, id_, name=name)
    result = site.succeed("org_info", gather=["resources"])
    assert [tuple(one.values()) for one in result["resources"]] == [
        ("deployment", None, "d1", "a"),
        ("deployment", None, "d3", "a"),
        ("deployment", None, "d2", "b{{ x }}\u202e"),
        ("project", "elasticsearch", "e1", "search"),
        ("project", "security", "s1", "siem"),
    ]
    assert list(result["resources"][0]) == ["scope", "type", "id", "name"]


@pytest.mark.parametrize("site", [{"entries_per_page": 1, "next_page_repeats": True}], indirect=True)
def test_half_a_list_is_told(site):
    for id_ in ("s1", "s2"):
        site.emulator.add_resource(site.organization, "project.security", id_)
        site.emulator.add_key(site.organization, name=id_)
    result = site.succeed("org_info", gather=["api_keys", "resources"])
    assert [one["id"] for one in result["resources"]] == ["s1"]
    assert "api_keys" not in result
    keys, resources = result["warnings"]
    assert "api_keys is not returned" in keys
    assert "half a picture" in keys
    assert "Of resources, project.security are not complete" in resources


# Gaps

NOT_FOUND = {"status": 404, "code": "organization.not_found"}
REFUSED = {"status": 403, "code": "root.unauthorized.rbac"}


@pytest.mark.parametrize(
    ("path", "part", "lacking"),
    [
        ("/auth/keys", "api_keys", None),
        ("/idp$", "sso", "identity_provider"),
        ("/role_mappings$", "sso", "role_mappings"),
        ("/domains$", "sso", "domains"),
        ("/deployments$", "resources", "deployment"),
        ("/projects/security$", "resources", "project.security"),
    ],
)
@pytest.mark.parametrize(
    "fault", [REFUSED, {"status": 404, "code": "organization.not_found"}, {"status": 503}], ids=str
)
def test_a_gap_is_told_and_never_fails_the_rest(site, path, part, lacking, fault):
    sign_on(site)
    site.emulator.add_resource(site.organization, "deployment", "d1")
    site.emulator.add_resource(site.organization, "project.security", "s1")
    whole = site.succeed("org_info", gather=EVERYTHING)
    site.emulator.fail("status", path=path, times=0, **fault)
    result = site.succeed("org_info", gather=EVERYTHING, retries=0)
    assert {key: result.get(key) for key in EVERYTHING if key != part} == {
        key: whole[key] for key in EVERYTHING if key != part
    }
    warning = warning_of(result)
    assert f": {fault['status']} " in warning
    if lacking is None:
        assert part not in result
        assert warning.startswith(f"{part} is not returned")
    else:
        assert warning.startswith(f"{part} lacks what {lacking} would tell: GET /")
        assert lacking not in result[part]
        assert result[part] != whole[part]


def test_a_provider_that_cannot_be_read_is_not_taken_for_none(site):
    sign_on(site, enforced=True)
    site.emulator.fail("status", path="/idp$", times=0, **REFUSED)
    assert site.succeed("org_info", gather=["sso"])["sso"]["enforced"] is True
    site.emulator.enforce(site.organization, False)
    site.emulator.switches = Switches(enforcement_shown="never")
    told = site.succeed("org_info", gather=["sso"])["sso"]
    assert "identity_provider" not in told
    assert told["enforced"] is None


def test_an_organization_that_cannot_be_read_leaves_enforcement_open(site):
    sign_on(site, enforced=True)
    site.emulator.fail("status", path=f"/organizations/{site.id}$", times=0, **REFUSED)
    result = site.succeed("org_info", gather=["sso"])
    assert result["sso"]["enforced"] is None
    assert "sso lacks what organization would tell" in warning_of(result)
    assert site.run("org_info", gather=["sso", "organization"])["failed"]


def test_keys_are_told_without_emails_where_members_cannot_be_read(site):
    site.emulator.fail("status", path="/members$", times=0, **REFUSED)
    result = site.succeed("org_info", gather=["api_keys"])
    assert [key["email"] for key in result["api_keys"]] == [None]
    assert "api_keys lacks what members would tell" in warning_of(result)
    assert site.run("org_info", gather=["api_keys", "members"])["failed"]


@pytest.mark.parametrize("part", PATHS)
def test_where_all_that_is_asked_for_is_refused_it_is_told_and_left_out(site, part):
    site.emulator.fail("status", method="GET", times=0, **REFUSED)
    result = site.succeed("org_info", gather=[part])
    assert part not in result
    assert warning_of(result).startswith(f"{part} is not returned, since it could not be read: GET /")


@pytest.mark.parametrize("part", PATHS)
@pytest.mark.parametrize("fault", [{"status": 401, "code": "root.unauthorized"}, {"status": 500}], ids=str)
def test_where_nothing_is_answered_at_all_the_module_fails(site, part, fault):
    site.emulator.fail("status", method="GET", times=0, **fault)
    result = site.run("org_info", gather=[part], retries=0)
    assert result["failed"]
    assert result["error"]["status"] == fault["status"]
    assert f"Reading the organization {site.id} failed" in result["msg"]


def test_a_limited_key_sees_what_it_may(site):
    sign_on(site)
    site.emulator.add_resource(site.organization, "deployment", "d1")
    key = site.limited_key(("deployment", "d1"))
    result = site.succeed("org_info", api_key=key, gather=["api_keys", "sso", "resources"])
    assert [one["id"] for one in result["resources"]] == ["d1"]
    assert {"api_keys", "sso"} & result.keys() == set()
    assert [one.partition(" ")[0] for one in result["warnings"]] == ["api_keys", "sso"]


def test_what_the_service_says_in_a_refusal_is_warned_of_without_secrets(site):
    site.invitation("ana@example.com")
    (token, *_others) = [secret for secret in site.secrets() if secret != site.key]
    words = {"errors": [{"code": "no", "message": f"{site.key} or {token}\n\u202e"}]}
    site.emulator.fail("status", path="/auth/keys$", status=403, reply=words, times=0)
    result = site.succeed("org_info", gather=["invitations", "api_keys"])  # which looks for secrets everywhere
    assert "403 no: *** or" in warning_of(result)
    assert warning_of(result).isprintable()
