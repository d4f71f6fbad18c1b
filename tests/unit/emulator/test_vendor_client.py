# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the vendor's own Terraform provider and Go SDK send is taken, byte by byte.

They send null for every list that they leave out, and a comma in a path as %2C.
"""

from __future__ import annotations

import json

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.tests.emulator.answers import BASE_PATH
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import serve

NO_PROJECTS = '{"elasticsearch":null,"observability":null,"security":null}'
NO_ROLES = f'{{"deployment":null,"organization":null,"platform":null,"project":{NO_PROJECTS}}}'
INVITATION = (
    '{"emails":["new@example.com"],"expires_in":"7d","role_assignments":{"deployment":null,'
    '"organization":[{"organization_id":"ORG","role_id":"billing-admin"}],"platform":null,'
    f'"project":{NO_PROJECTS}}}}}'
)
SOME_DEPLOYMENTS = (
    '{"deployment":[{"all":false,"application_roles":null,"deployment_ids":["d1","d2"],"organization_id":"ORG",'
    f'"role_id":"deployment-editor"}}],"organization":null,"platform":null,"project":{NO_PROJECTS}}}'
)
CONSOLE_ONLY_AND_SECURITY = (
    '{"deployment":[{"all":true,"application_roles":[],"deployment_ids":null,"organization_id":"ORG",'
    '"role_id":"deployment-viewer"}],"organization":null,"platform":null,"project":{"elasticsearch":null,'
    '"observability":null,"security":[{"all":false,"application_roles":["a","b"],"organization_id":"ORG",'
    '"project_ids":["p1"],"role_id":"security-t1-analyst"}]}}'
)


class Client:
    """Sends as the vendor's client does; an answer that it could not read fails."""

    def __init__(self, url: str, organization_id: str, key: str) -> None:
        self._url = url + BASE_PATH
        self._organization_id = organization_id
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"Authorization": f"ApiKey {key}", "Accept": "application/json"})

    def __call__(self, method: str, path: str, body: str | None = None):
        """The status and the body of the answer, or the codes of its errors."""
        headers = {} if body is None else {"Content-Type": "application/json"}
        data = None if body is None else body.replace("ORG", self._organization_id).encode()
        path = path.replace("ORG", self._organization_id)
        response = self._session.request(method, self._url + path, data=data, headers=headers, timeout=30)
        assert "null" not in response.text
        answer = response.json()
        return response.status_code, answer if response.ok else [error["code"] for error in answer["errors"]]


@pytest.fixture
def client(emulator, acme):
    """The vendor's client, over HTTP."""
    with serve(emulator) as url:
        yield Client(url, acme.id, acme.key)


def test_the_bodies_are_json():
    for body in (NO_ROLES, INVITATION, SOME_DEPLOYMENTS, CONSOLE_ONLY_AND_SECURITY):
        assert json.dumps(json.loads(body), separators=(",", ":")) == body


def test_an_invitation_with_one_role(client, emulator, acme):
    status, reply = client("POST", "/organizations/ORG/invitations", INVITATION)
    assert status == 201
    roles = {"organization": [{"role_id": "billing-admin", "organization_id": acme.id}]}
    assert reply["invitations"][0]["role_assignments"] == roles
    assert reply["invitations"][0]["expires_at"] == "2026-01-08T00:00:00.000Z"
    assert emulator.roles(acme.id, "new@example.com") == {"organization": [{"role_id": "billing-admin"}]}


def test_a_members_roles_are_given_and_taken_away(client, emulator, acme):
    for body in (SOME_DEPLOYMENTS, CONSOLE_ONLY_AND_SECURITY, NO_ROLES):
        assert client("POST", acme.roles, body) == (200, {})
    everything = {
        "deployment": [
            {"role_id": "deployment-editor", "deployment_ids": ["d1", "d2"]},
            {"role_id": "deployment-viewer", "all": True, "application_roles": []},
        ],
        "project": {
            "security": [
                {"role_id": "security-t1-analyst", "project_ids": ["p1"], "application_roles": ["a", "b"]},
            ]
        },
    }
    assert emulator.roles(acme.id, acme.member.user_id) == everything
    assert client("DELETE", acme.roles, NO_ROLES) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id) == everything
    assert client("DELETE", acme.roles, SOME_DEPLOYMENTS) == (200, {})
    del everything["deployment"][0]
    assert emulator.roles(acme.id, acme.member.user_id) == everything


def test_roles_for_nobody(client):
    for method in ("POST", "DELETE"):
        for body in (SOME_DEPLOYMENTS, NO_ROLES):
            answer = client(method, "/users/1/role_assignments", body)
            assert answer == (400, ["role_assignments.invalid_target_user_id"])


def test_settings_of_an_organization(client, acme):
    acme.organization.settings |= {"operational_contacts": ["op@example.com"], "enforce_authentication_method": "sso"}
    body = (
        '{"billing_contacts":["bill@example.com"],"name":"Acme 2","notifications_allowed_email_domains":null,'
        '"operational_contacts":null}'
    )
    after = {
        "id": acme.id,
        "name": "Acme 2",
        "billing_contacts": ["bill@example.com"],
        "operational_contacts": ["op@example.com"],
        "enforce_authentication_method": "sso",
    }
    assert client("PUT", "/organizations/ORG", body) == (200, after)
    del after["enforce_authentication_method"]
    assert client("PUT", "/organizations/ORG", '{"enforce_authentication_method":null}') == (200, after)
    assert client("GET", "/organizations/ORG") == (200, after)


def test_a_whole_life(client, emulator, acme):
    def reads():
        """The statuses of people by email, their tokens and user ids, as the client finds them."""
        assert client("GET", "/organizations/ORG")[0] == 200
        members = client("GET", "/organizations/ORG/members")[1]["members"]
        invitations = client("GET", "/organizations/ORG/invitations")[1]["invitations"]
        found = {one["email"]: ("active", one["user_id"]) for one in members}
        return found | {one["email"]: ("expired" if one["expired"] else "pending", one["token"]) for one in invitations}

    def statuses():
        return {email: status for email, (status, _id) in reads().items() if email != "owner@example.com"}

    def invite(email, roles):
        body = f'{{"emails":["{email}"],"expires_in":"7d","role_assignments":{roles}}}'
        return client("POST", "/organizations/ORG/invitations", body)

    def roles_of(email):
        return emulator.roles(acme.id, email)

    security = [{"role_id": "security-t1-analyst", "project_ids": ["p1"], "application_roles": ["a", "b"]}]
    viewer = [{"role_id": "deployment-viewer", "all": True, "application_roles": []}]
    changed = {"deployment": viewer, "project": {"security": security}}
    editor = {"deployment": [{"role_id": "deployment-editor", "deployment_ids": ["d1", "d2"]}]}

    # Imported, and three people are invited, one of them without roles.
    assert statuses() == {"Ana.Lopez@example.com": "active"}
    assert invite("joins@example.com", SOME_DEPLOYMENTS)[0] == 201
    assert invite("waits@example.com", SOME_DEPLOYMENTS)[0] == 201
    assert invite("plain@example.com", NO_ROLES)[0] == 201
    assert (roles_of("joins@example.com"), roles_of("plain@example.com")) == (editor, {})
    emulator.accept("joins@example.com")

    # A member gets other roles: all that are held go, and then the others come.
    user = f"/users/{reads()['joins@example.com'][1]}/role_assignments"
    assert client("DELETE", user, SOME_DEPLOYMENTS) == (200, {})
    assert roles_of("joins@example.com") == {}
    assert client("POST", user, CONSOLE_ONLY_AND_SECURITY) == (200, {})
    assert roles_of("joins@example.com") == changed

    # An invitation gets other roles: it is revoked, and sent anew. So is one that has expired, after it was listed so.
    for expected in ("pending", "expired"):
        status, token = reads()["waits@example.com"]
        assert status == expected
        assert client("DELETE", f"/organizations/ORG/invitations/{token}") == (200, {})
        assert invite("waits@example.com", CONSOLE_ONLY_AND_SECURITY)[0] == 201
        assert roles_of("waits@example.com") == changed
        assert statuses()["waits@example.com"] == "pending"
        emulator.clock.advance(7 * 24 * 3600)

    # All go: members in one request, invitations in another.
    people = reads()
    assert statuses() == {
        "Ana.Lopez@example.com": "active",
        "joins@example.com": "active",
        "plain@example.com": "expired",
        "waits@example.com": "expired",
    }
    members, tokens = (
        "%2C".join(people[email][1] for email in emails)
        for emails in (("Ana.Lopez@example.com", "joins@example.com"), ("plain@example.com", "waits@example.com"))
    )
    assert client("DELETE", f"/organizations/ORG/members/{members}") == (200, {})
    assert client("DELETE", f"/organizations/ORG/invitations/{tokens}") == (200, {})
    assert statuses() == {}
    assert [request["status"] for request in emulator.log if request["status"] >= 400] == []
