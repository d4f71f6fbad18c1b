# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every operation and every error code, under the default readings."""

from __future__ import annotations

import pytest

OWNER = {"organization": [{"role_id": "organization-admin"}]}
UNAUTHORIZED = (403, "role_assignments.unauthorized_role_assignments")


def invite(api, acme, *emails, **more):
    return api("POST", acme.invitations, {"emails": list(emails), **more})


# Credentials


@pytest.mark.parametrize("header", ["", "ApiKey", "ApiKey ", "ApiKey nobody", "Bearer {key}", "ApiKey {key}x", "{key}"])
def test_bad_credentials(api, acme, header):
    response = api.raw("GET", "/organizations", headers={"Authorization": header.format(key=acme.key)})
    assert (response.status_code, response.headers["x-cloud-error-codes"]) == (401, "root.unauthorized")


def test_no_credentials(api):
    response = api.raw("GET", "/organizations", headers={"Authorization": None})
    assert response.status_code == 401


def test_expired_key(api, emulator, acme):
    key = emulator.add_key(acme.organization, expires_at=emulator.clock.now().replace(hour=1))
    assert api("GET", "/organizations", key=key)[0] == 200
    emulator.clock.advance(3600)
    assert api("GET", "/organizations", key=key) == (401, "root.unauthorized")
    assert api("GET", "/organizations", key=emulator.add_key(acme.organization, expired=True))[0] == 401


def test_keys_are_long_and_differ(emulator, acme):
    keys = {emulator.add_key(acme.organization) for _turn in range(5)}
    assert len(keys) == 5
    assert all(len(key) >= 40 for key in keys)


# Organizations


def test_organizations_of_a_key(api, emulator, acme):
    other = emulator.add_organization("Other", id="other")
    assert api("GET", "/organizations") == (200, {"organizations": [{"id": acme.id, "name": "Acme"}]})
    both = emulator.add_key([acme.organization, other])
    assert [one["id"] for one in api("GET", "/organizations", key=both)[1]["organizations"]] == [acme.id, "other"]
    assert api("GET", "/organizations/other", key=both) == (200, {"id": "other", "name": "Other"})


@pytest.mark.parametrize(
    ("method", "path", "elsewhere"),
    [
        ("GET", "", (403, "organization.invalid_access")),
        ("PUT", "", (403, "organization.invalid_access")),
        ("GET", "/members", (404, "organization.not_found")),
        ("DELETE", "/members/1", (404, "organization.not_found")),
        ("GET", "/invitations", (404, "organization.not_found")),
        ("POST", "/invitations", (404, "organization.user_organization_does_not_belong")),
        ("DELETE", "/invitations/1", (404, "organization.not_found")),
    ],
)
def test_organization_that_is_not_ones_own(api, emulator, method, path, elsewhere):
    emulator.add_organization("Other", id="other")
    body = {"POST": {"emails": ["new@example.com"]}, "PUT": {"name": "Mine"}}.get(method)
    assert api(method, f"/organizations/nowhere{path}", body) == (404, "organization.not_found")
    assert api(method, f"/organizations/other{path}", body) == elsewhere


def test_organization_is_changed(api, acme):
    changes = {"billing_contacts": ["bill@example.com"], "enforce_authentication_method": "sso"}
    after = {"id": acme.id, "name": "Acme", **changes}
    assert api("PUT", acme.path, changes) == (200, after)
    assert api("PUT", acme.path, {"name": "Acme 2", "enforce_authentication_method": None})[0] == 200
    after["name"] = "Acme 2"
    del after["enforce_authentication_method"]
    assert api("GET", acme.path) == (200, after)
    invite(api, acme, "new@example.com")
    assert api("GET", acme.invitations)[1]["invitations"][0]["organization"] == after


def test_organization_may_have_a_login_identifier(api, emulator):
    other = emulator.add_organization("Other", sso_login_identifier="other-sso")
    shown = {"id": other.id, "name": "Other", "sso_login_identifier": "other-sso"}
    assert api("GET", f"/organizations/{other.id}", key=emulator.add_key(other)) == (200, shown)
    assert api("PUT", f"/organizations/{other.id}", {"sso_login_identifier": "mine"})[0] == 400


@pytest.mark.parametrize("name", ["", "A", "A" * 31])
def test_organization_name_has_limits(api, acme, name):
    assert api("PUT", acme.path, {"name": name}) == (400, "organization.invalid_name")
    for good in ("AB", "A" * 30):
        assert api("PUT", acme.path, {"name": good})[1]["name"] == good


def test_account_that_is_gone(api, emulator, acme):
    key = emulator.add_key(kind="gone")
    roles = acme.roles
    token = emulator.add_invitation(acme.organization, "new@example.com").token
    for method, path, body, answer in (
        ("GET", "/organizations", None, (401, "user.not_found")),
        ("GET", acme.path, None, (401, "user.not_found")),
        ("POST", acme.invitations, {"emails": ["a@example.com"]}, (404, "user.not_found")),
        ("POST", f"/organizations/invitations/{token}/_accept", None, (404, "user.not_found")),
        ("POST", roles, {}, (401, "root.unauthorized")),
    ):
        assert api(method, path, body, key=key) == answer


# Members


def test_members(api, acme):
    since = "2026-01-01T00:00:00.000Z"
    admin = {"organization": [{"role_id": "organization-admin", "organization_id": acme.id}]}
    owner, member = api("GET", acme.members)[1]["members"]
    assert owner == {
        "organization_id": acme.id,
        "user_id": acme.owner.user_id,
        "name": "Owner",
        "email": "owner@example.com",
        "member_since": since,
        "role_assignments": admin,
    }
    assert (member["email"], member["name"]) == ("Ana.Lopez@example.com", "Ana Lopez")
    assert "role_assignments" not in member


@pytest.mark.parametrize("comma", [",", "%2C", "%2c"])
def test_members_are_removed(api, emulator, acme, comma):
    other = emulator.add_member(acme.organization, "other@example.com").user_id
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}{comma}{other}?force=true") == (200, {})
    assert [one["email"] for one in api("GET", acme.members)[1]["members"]] == ["owner@example.com"]
    assert api("DELETE", f"{acme.members}/{other}") == (404, "organization.membership_not_found")
    assert api("DELETE", f"{acme.members}/1") == (404, "user.not_found")
    assert api("DELETE", f"{acme.members}/{acme.owner.user_id}?force=perhaps") == (400, "root.invalid_data")


def test_ids_may_be_encoded(api, emulator, acme):
    strange = emulator.add_member(acme.organization, None, user_id="a/b,c").user_id
    plain = emulator.add_member(acme.organization, None, user_id="../x").user_id
    assert api("POST", "/users/a%2Fb%2Cc/role_assignments", {}) == (200, {})
    assert api("POST", "/users/a/b,c/role_assignments", {}) == (404, "root.resource_not_found")
    assert api("DELETE", f"{acme.members}/..%2Fx%2C{acme.member.user_id}") == (200, {})
    assert set(acme.organization.members) == {acme.owner.user_id, strange}
    assert plain not in acme.organization.members


def test_members_without_email_and_with_more_fields(api, emulator, acme):
    extra = {"new_field": 1, "role_assignments": {"new_scope": [{"role_id": "x"}], "deployment": [{"role_id": "y"}]}}
    emulator.add_member(acme.organization, None, OWNER, extra=extra)
    members = api.raw("GET", acme.members).json()["members"]
    assert "email" not in members[-1]
    assert members[-1]["new_field"] == 1
    assert set(members[-1]["role_assignments"]) == {"organization", "new_scope", "deployment"}


# Invitations


def test_invitations(api, emulator, acme, deployments):
    wanted = deployments("deployment-viewer", "d1", roles=[])
    status, body = invite(api, acme, "A@Example.com", "b@example.com", role_assignments=wanted)
    assert status == 201
    first, second = body["invitations"]
    assert len(first["token"]) == 64
    assert first["token"] != second["token"]
    assert {name: first[name] for name in first if name != "token"} == {
        "email": "A@Example.com",
        "created_at": "2026-01-01T00:00:00.000Z",
        "expires_at": "2026-01-04T00:00:00.000Z",
        "expired": False,
        "organization": {"id": acme.id, "name": "Acme"},
        "role_assignments": {
            "deployment": [
                {
                    "role_id": "deployment-viewer",
                    "organization_id": acme.id,
                    "deployment_ids": ["d1"],
                    "application_roles": [],
                }
            ]
        },
    }
    assert api("GET", acme.invitations) == (200, body)
    assert api("GET", f"/organizations/invitations/{second['token']}") == (200, second)
    assert emulator.log[0]["mails"] == ["A@Example.com", "b@example.com"]


@pytest.mark.parametrize(
    ("expires_in", "expires_at"), [("3d", "04T00:00"), ("90m", "01T01:30"), ("1h", "01T01:00"), ("60s", "01T00:01")]
)
def test_invitation_has_a_lifetime(api, emulator, acme, expires_in, expires_at):
    status, body = invite(api, acme, "new@example.com", expires_in=expires_in)
    assert (status, body["invitations"][0]["expires_at"]) == (201, f"2026-01-{expires_at}:00.000Z")


@pytest.mark.parametrize("expires_in", ["", "0h", "-1d", "1w", "1.5h", "72", "h", "1d ", "9999999d"])
def test_lifetime_that_is_none(api, acme, expires_in):
    assert invite(api, acme, "new@example.com", expires_in=expires_in) == (400, "root.invalid_data")


def test_invitations_expire_and_stay_listed(api, emulator, acme):
    invite(api, acme, "new@example.com", expires_in="2h")
    invite(api, acme, "later@example.com", expires_in="3h")
    expired = []
    for _turn in range(3):
        emulator.clock.advance(3600)
        expired.append([one["expired"] for one in api("GET", acme.invitations)[1]["invitations"]])
    assert expired == [[False, False], [True, False], [True, True]]


@pytest.mark.parametrize(
    "email",
    [
        *("", "new", "@example.com", "new@", "new@example", "a b@example.com", "a@b@example.com", "a@example.com\n"),
        *("a,b@example.com", "Ana <a@example.com>", "a@-.com.", "a" * 65 + "@example.com", "a@" + "x." * 125 + "com"),
    ],
)
def test_email_that_is_none(api, emulator, acme, email):
    assert invite(api, acme, "good@example.com", email) == (400, "organization.invitation_invalid_email")
    assert api("GET", acme.invitations) == (200, {"invitations": []})


def test_people_who_cannot_be_invited(api, emulator, acme):
    emulator.add_outsider("Else@example.com")
    elsewhere = emulator.add_organization("Other")
    emulator.add_member(elsewhere, "there@example.com")
    invite(api, acme, "new@example.com")
    for email in ("owner@EXAMPLE.com", "else@example.com", "there@example.com"):
        assert invite(api, acme, email) == (400, "organization.user_organization_already_belongs")
    assert invite(api, acme, "NEW@example.com") == (400, "organization.invitation_already_exists")
    assert invite(api, acme, "twice@example.com", "Twice@example.com")[0] == 400
    status, codes = invite(api, acme, "new@example.com", "bad", "else@example.com", "good@example.com")
    assert (status, len(codes.split(","))) == (400, 3)
    assert len(api("GET", acme.invitations)[1]["invitations"]) == 1


@pytest.mark.parametrize("comma", [",", "%2C", "%2c"])
def test_invitations_are_deleted(api, acme, comma):
    tokens = [one["token"] for one in invite(api, acme, *(f"{name}@example.com" for name in "abc"))[1]["invitations"]]
    assert api("DELETE", f"{acme.invitations}/{tokens[0]}{comma}{tokens[2]}") == (200, {})
    assert [one["token"] for one in api("GET", acme.invitations)[1]["invitations"]] == [tokens[1]]
    assert api("DELETE", f"{acme.invitations}/{tokens[0]}") == (404, "organization.invitation_not_found")
    assert api("GET", f"/organizations/invitations/{tokens[0]}") == (404, "organization.invitation_not_found")
    assert api("DELETE", f"{acme.invitations}/nonsense,") == (400, "root.invalid_data")


def test_invitation_is_accepted_by_api(api, emulator, acme, deployments):
    wanted = deployments("deployment-viewer", "d1")
    token = invite(api, acme, "new@example.com", role_assignments=wanted)[1]["invitations"][0]["token"]
    accept = f"/organizations/invitations/{token}/_accept"
    assert api("POST", accept) == (403, "root.invalid_authentication")
    owner = emulator.add_key(acme.organization, email="owner@example.com")
    assert api("POST", accept, key=owner) == (400, "organization.user_organization_already_belongs")
    person = emulator.add_key(kind="person", email="new@example.com")
    assert api("POST", accept, key=person) == (200, {})
    assert emulator.roles(acme.id, "new@example.com") == {
        "deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["d1"]}]
    }
    assert api("GET", acme.invitations) == (200, {"invitations": []})
    assert "accepted_at" in api("GET", f"/organizations/invitations/{token}")[1]
    assert api("POST", accept, key=person) == (404, "organization.invitation_not_found")
    assert api("DELETE", f"{acme.invitations}/{token}") == (404, "organization.invitation_not_found")


def test_expired_invitation_is_not_accepted(api, emulator, acme):
    token = emulator.add_invitation(acme.organization, "new@example.com", expired=True).token
    person = emulator.add_key(kind="person", email="new@example.com")
    path = f"/organizations/invitations/{token}/_accept"
    assert api("POST", path, key=person) == (404, "organization.invitation_not_found")


# Role assignments


def test_roles_are_held_one_by_one(api, emulator, acme, deployments):
    assert api("POST", acme.roles, deployments("deployment-admin", "a", "b", "c")) == (200, {})
    assert api("DELETE", acme.roles, deployments("deployment-admin", "b")) == (200, {})
    assert api("POST", acme.roles, deployments("deployment-admin", everything=True)) == (200, {})
    kept = [{"role_id": "deployment-admin", "deployment_ids": ["a", "c"]}, {"role_id": "deployment-admin", "all": True}]
    assert emulator.roles(acme.id, "ana.lopez@example.com") == {"deployment": kept}
    assert api("DELETE", acme.roles, deployments("deployment-admin", everything=True)) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id) == {"deployment": kept[:1]}


def test_application_roles_make_another_grant(api, emulator, acme, deployments):
    for roles in (None, [], ["editor", "auditor"]):
        assert api("POST", acme.roles, deployments("deployment-viewer", "a", roles=roles)) == (200, {})
    found = emulator.roles(acme.id, acme.member.user_id)["deployment"]
    assert [block.get("application_roles") for block in found] == [None, [], ["auditor", "editor"]]
    assert api("DELETE", acme.roles, deployments("deployment-viewer", "a", roles=["auditor", "editor"])) == (200, {})
    assert api("DELETE", acme.roles, deployments("deployment-viewer", "a", roles=[])) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id)["deployment"] == [
        {"role_id": "deployment-viewer", "deployment_ids": ["a"]}
    ]


def test_every_scope(api, emulator, acme):
    own = {"organization_id": acme.id}
    everything = {
        "organization": [{"role_id": "billing-admin", **own}],
        "deployment": [{"role_id": "deployment-editor", "all": True, **own}],
        "project": {
            "elasticsearch": [{"role_id": "elasticsearch-developer", "project_ids": ["p1"], **own}],
            "observability": [{"role_id": "observability-viewer", "all": True, **own}],
            "security": [{"role_id": "security-soc-manager", "project_ids": ["p2"], "application_roles": [], **own}],
            "workplaceai": [{"role_id": "any-role", "all": True, **own}],
            "vectordb": [{"role_id": "any_other", "project_ids": ["p3"], "application_roles": ["reader"], **own}],
        },
        "cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "resource_ids": ["c1"], **own}],
    }
    assert api("POST", acme.roles, everything) == (200, {})
    shown = api("GET", acme.members)[1]["members"][1]["role_assignments"]
    assert shown == everything
    assert api("DELETE", acme.roles, shown) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id) == {}


@pytest.mark.parametrize(
    ("scope", "one", "other"),
    [
        ("deployment", "deployment-admin", "admin"),
        ("project.security", "security-t1-analyst", "t1_analyst"),
        ("project.security", "security_t1_analyst", "t1-analyst"),
        ("project.vectordb", "vectordb-viewer", "viewer"),
        ("cloud_connected_resource", "cloud-connected-admin", "admin"),
        ("organization", "organization-admin", "organization_admin"),
        ("organization", "billing-admin", "billing_admin"),
    ],
)
def test_spellings_of_a_role(api, emulator, acme, scope, one, other):
    part, _separator, kind = scope.partition(".")

    def blocks(role_id):
        block = {"role_id": role_id, "organization_id": acme.id} | ({} if part == "organization" else {"all": True})
        return {part: {kind: [block]} if kind else [block]}

    assert api("POST", acme.roles, blocks(one)) == (200, {})
    assert api("POST", acme.roles, blocks(other)) == (200, {})
    shown = api("GET", acme.members)[1]["members"][1]["role_assignments"]
    assert shown == blocks(one)
    assert api("DELETE", acme.roles, blocks(other)) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id) == {}


def test_target_of_roles(api, emulator, acme, deployments):
    body = deployments("deployment-admin", "a")
    former = emulator.add_member(acme.organization, "former@example.com").user_id
    emulator.remove(acme.organization, former)
    other = emulator.add_organization("Other")
    stranger = emulator.add_member(other, "stranger@example.com").user_id
    for user_id in ("1", former, stranger):
        answer = api("POST", f"/users/{user_id}/role_assignments", body)
        assert answer == (400, "role_assignments.invalid_target_user_id")
    key = emulator.add_key([acme.organization, other])
    answer = api("POST", f"/users/{stranger}/role_assignments", body, key=key)
    assert answer == (400, "role_assignments.invalid_target_user_id")
    body["deployment"][0]["organization_id"] = other.id
    assert api("POST", acme.roles, body) == UNAUTHORIZED


def test_grants_that_are_refused(api, emulator, acme, deployments):
    emulator.grant(acme.organization, acme.member.user_id, deployments("deployment-admin", "hidden", "gone", "good"))
    before = emulator.roles(acme.id, acme.member.user_id)
    emulator.add_resource(acme.organization, "deployment", "hidden", "hidden")
    emulator.add_resource(acme.organization, "deployment", "gone", "deleted")
    for bad in ("hidden", "gone", "*"):
        for method in ("POST", "DELETE"):
            assert api(method, acme.roles, deployments("deployment-admin", "good", bad)) == UNAUTHORIZED
        wanted = deployments("deployment-admin", "good", bad)
        assert invite(api, acme, "new@example.com", role_assignments=wanted) == UNAUTHORIZED
    assert api("POST", acme.roles, {"platform": [{"role_id": "admin"}]}) == UNAUTHORIZED
    assert emulator.roles(acme.id, acme.member.user_id) == before
    assert api("DELETE", acme.roles, deployments("deployment-admin", "good")) == (200, {})
    emulator.add_resource(acme.organization, "deployment", "hidden", "known")
    assert api("DELETE", acme.roles, deployments("deployment-admin", "hidden")) == (200, {})


def test_limited_key(api, emulator, acme, deployments):
    emulator.grant(acme.organization, acme.member.user_id, deployments("deployment-admin", "mine", "theirs"))
    key = emulator.add_key(acme.organization, kind="limited", scope=[("deployment", "mine")])
    members = api("GET", acme.members, key=key)[1]["members"]
    assert members[1]["role_assignments"]["deployment"][0]["deployment_ids"] == ["mine"]
    assert "role_assignments" not in members[0]
    assert api("POST", acme.roles, deployments("deployment-viewer", "mine"), key=key) == (200, {})
    for other in (deployments("deployment-viewer", "theirs"), deployments("deployment-viewer", everything=True)):
        assert api("POST", acme.roles, other, key=key) == UNAUTHORIZED
        assert api("DELETE", acme.roles, other, key=key) == UNAUTHORIZED
    forbidden = (403, "root.invalid_authentication")
    assert api("POST", acme.invitations, {"emails": ["new@example.com"]}, key=key) == forbidden
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}", key=key) == forbidden
    assert api("DELETE", f"{acme.invitations}/x", key=key) == forbidden
    assert api("PUT", acme.path, {"name": "Mine"}, key=key)[0] == 401
    all_of_them = emulator.add_key(acme.organization, kind="limited", scope=[("deployment", "*")])
    assert api("POST", acme.roles, deployments("deployment-viewer", everything=True), key=all_of_them) == (200, {})
    assert (
        api("POST", acme.roles, {"organization": [{"role_id": "billing-admin", "organization_id": acme.id}]}, key=key)
        == UNAUTHORIZED
    )


# Bodies

BLOCK = {"role_id": "deployment-admin", "organization_id": "ORG", "deployment_ids": ["a"]}
ADMIN = {"role_id": "admin", "organization_id": "ORG", "all": True}


@pytest.mark.parametrize(
    ("role_assignments", "field"),
    [
        ({"deployments": []}, "deployments"),
        ({"deployment": [None]}, "deployment.0"),
        ({"deployment": {}}, "deployment"),
        ({"deployment": [{**BLOCK, "deployments": []}]}, "deployment.0.deployments"),
        ({"deployment": [{"organization_id": "ORG", "all": True}]}, "deployment.0.role_id"),
        ({"deployment": [{"role_id": "deployment-admin", "all": True}]}, "deployment.0.organization_id"),
        ({"deployment": [{**BLOCK, "role_id": 7}]}, "deployment.0.role_id"),
        ({"deployment": [{**BLOCK, "deployment_ids": "a"}]}, "deployment.0.deployment_ids"),
        ({"deployment": [{**BLOCK, "deployment_ids": [1]}]}, "deployment.0.deployment_ids.0"),
        ({"deployment": [{**BLOCK, "application_roles": [None]}]}, "deployment.0.application_roles.0"),
        ({"deployment": [{**BLOCK, "deployment_ids": None}]}, "deployment.0.deployment_ids"),
        ({"deployment": [{**BLOCK, "role_id": None}]}, "deployment.0.role_id"),
        ({"deployment": [{**BLOCK, "all": "false"}]}, "deployment.0.all"),
        ({"deployment": [{**BLOCK, "all": True}]}, "deployment.0.deployment_ids"),
        ({"deployment": [{**BLOCK, "all": True, "deployment_ids": []}]}, "deployment.0.deployment_ids"),
        ({"deployment": [{"role_id": "deployment-admin", "organization_id": "ORG"}]}, "deployment.0.deployment_ids"),
        ({"deployment": [BLOCK, {**BLOCK, "role_id": "deployment-adnim"}]}, "deployment.1.role_id"),
        ({"project": []}, "project"),
        ({"project": {"search": []}}, "project.search"),
        ({"project": {"security": [{**BLOCK, "role_id": "admin"}]}}, "project.security.0.deployment_ids"),
        ({"project": {"security": [{**ADMIN, "role_id": "developer"}]}}, "project.security.0.role_id"),
        ({"organization": [ADMIN]}, "organization.0.all"),
        ({"cloud_connected_resource": [{**ADMIN, "application_roles": []}]},
         "cloud_connected_resource.0.application_roles"),
    ],
)  # fmt: skip
def test_role_assignments_that_are_not_valid(api, emulator, acme, role_assignments, field):
    def mine(value):
        if isinstance(value, dict):
            return {name: mine(inner) for name, inner in value.items()}
        return [mine(inner) for inner in value] if isinstance(value, list) else acme.id if value == "ORG" else value

    body = mine(role_assignments)
    for method, path, wanted, prefix in (
        ("POST", acme.roles, body, ""),
        ("DELETE", acme.roles, body, ""),
        ("POST", acme.invitations, {"emails": ["new@example.com"], "role_assignments": body}, "role_assignments."),
    ):
        assert api(method, path, wanted) == (400, "root.invalid_data")
        fields = api.raw(method, path, wanted).json()["errors"][0]["fields"]
        assert fields == [prefix + field]
    assert not any(entry["effect"] for entry in emulator.log)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/invitations", None),
        ("POST", "/invitations", []),
        ("POST", "/invitations", {}),
        ("POST", "/invitations", {"emails": []}),
        ("POST", "/invitations", {"emails": "new@example.com"}),
        ("POST", "/invitations", {"emails": [None]}),
        ("POST", "/invitations", {"email": "new@example.com", "emails": ["new@example.com"]}),
        ("POST", "/invitations", {"emails": ["new@example.com"], "expires_in": 3}),
        ("POST", "/invitations", {"emails": None}),
        ("PUT", "", None),
        ("PUT", "", {"billing_contacts": [None]}),
        ("PUT", "", {"title": "Acme"}),
        ("PUT", "", {"enforce_authentication_method": "saml"}),
        ("PUT", "", {"default_disk_usage_alerts_enabled": "yes"}),
    ],
)
def test_bodies_that_are_not_valid(api, emulator, acme, method, path, body):
    assert api(method, acme.path + path, body) == (400, "root.invalid_data")
    assert not emulator.log[-1]["effect"]


@pytest.mark.parametrize("body", ["", "null", "{", '{"emails": '])
def test_body_that_is_none(api, acme, body):
    for method, path in (("POST", acme.invitations), ("PUT", acme.path), ("POST", acme.roles), ("DELETE", acme.roles)):
        response = api.raw(method, path, data=body, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.headers["x-cloud-error-codes"]) == (400, "root.invalid_data")
        assert "fields" not in response.json()["errors"][0]


def test_invitation_for_another_organization(api, emulator, acme, deployments):
    other = emulator.add_organization("Other")
    wanted = deployments("deployment-admin", "a")
    wanted["deployment"][0]["organization_id"] = other.id
    answer = api.raw("POST", acme.invitations, {"emails": ["new@example.com"], "role_assignments": wanted})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["fields"] == ["role_assignments.deployment.0.organization_id"]


# What every answer has


def test_headers(api, acme):
    good = api.raw("GET", acme.members)
    bad = api.raw("GET", "/organizations/nowhere")
    for response in (good, bad):
        assert response.headers["x-ratelimit-interval"] == "1s"
        assert int(response.headers["x-ratelimit-remaining"]) < int(response.headers["x-ratelimit-limit"])
    assert "x-cloud-error-codes" not in good.headers
    assert good.headers["x-request-id"] != bad.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/nothing", (404, "root.resource_not_found")),
        ("GET", "/organizations/", (404, "root.resource_not_found")),
        ("PATCH", "/organizations", (405, "root.method_not_allowed")),
        ("GET", "/users/1/role_assignments", (405, "root.method_not_allowed")),
    ],
)
def test_paths_and_methods_that_are_not_there(api, method, path, answer):
    assert api(method, path) == answer


def test_paths_outside_of_the_base_path(api, acme):
    response = api.session.get(f"https://emulator.example.com{acme.members}")
    assert (response.status_code, response.headers["x-cloud-error-codes"]) == (404, "root.resource_not_found")
