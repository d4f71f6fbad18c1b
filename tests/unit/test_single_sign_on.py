# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single sign-on is read: what is there, what is not, and what this version does not understand."""

from __future__ import annotations

import json
import typing as t

import pytest
from hypothesis import given

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    Condition,
    IdentityProvider,
    RoleMapping,
    conditions_in,
    is_enforced,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.single_sign_on import (
    mappings_in,
    provider_in,
    read_domains,
    read_identity_provider,
    read_role_mappings,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, ORGANIZATION, grants
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Reply, local_server
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import json_values

IDP = {
    "login_identifier": "acme-1234",
    "sso_login_url": "https://cloud.example.org/login/acme-1234",
    "metadata_url": "https://cloud.example.org/metadata.xml",
    "acs": "https://cloud.example.org/acs",
    "sp_entity_id": "https://cloud.example.org/sp",
    "signing_certificate": ["c1", None, "c2"],
    "encryption_certificate": [],
    "configuration": {
        "enabled": True,
        "login_identifier_prefix": "acme",
        "saml_idp": {
            "issuer": "https://idp.example.com",
            "sso_url": "https://idp.example.com/sso",
            "public_certificate": ["old", "new"],
        },
    },
}
PROVIDER = provider_in(IDP)


def reading(read: t.Callable[[Client, str], t.Any], reply: t.Any, status: int = 200) -> tuple[t.Any, list[str]]:
    """What is made of a reply, and the targets of the requests."""
    with local_server(Reply(status, json.dumps(reply).encode())) as local:
        found = read(Client(local.url, "k" * 20, retries=0), ORGANIZATION)
    return found, [target for _method, target, _headers in local.seen]


def mapping(**more: t.Any) -> dict[str, t.Any]:
    """A role mapping as the service has it."""
    return {"name": "staff", "enabled": True, "rule": {"any": [{"group": "s"}]}, "role_assignments": BILLING, **more}


def test_the_identity_provider_is_read_with_what_the_service_makes_of_it():
    provider, targets = reading(read_identity_provider, IDP)
    assert targets == [f"/api/v1/organizations/{ORGANIZATION}/idp"]
    assert provider == IdentityProvider(
        True,
        "acme",
        "https://idp.example.com",
        "https://idp.example.com/sso",
        ("old", "new"),
        {
            "login_identifier": "acme-1234",
            "sso_login_url": "https://cloud.example.org/login/acme-1234",
            "metadata_url": "https://cloud.example.org/metadata.xml",
            "acs": "https://cloud.example.org/acs",
            "sp_entity_id": "https://cloud.example.org/sp",
            "signing_certificates": ["c1", "c2"],
            "encryption_certificates": [],
        },
    )


def test_only_the_code_for_it_means_that_there_is_no_identity_provider():
    none = {"errors": [{"code": "org.idp.idp_not_configured", "message": "none"}]}
    assert reading(read_identity_provider, none, 404)[0] is None
    with pytest.raises(ApiError, match=r"organization\.not_found"):
        reading(read_identity_provider, {"errors": [{"code": "organization.not_found", "message": "x"}]}, 404)


@given(reply=json_values())
def test_whatever_a_provider_looks_like_it_is_read(reply: t.Any) -> None:
    for one in ({"configuration": reply}, {"configuration": {"saml_idp": reply, "enabled": reply}}):
        provider = provider_in(one)
        assert provider.enabled in (None, True, False)
        assert all(isinstance(text, str) for text in provider.public_certificates)


def test_role_mappings_are_read():
    both = {"any": None, "all": [{"email": "*@example.com"}, {"group": "x", "email": None}]}
    replies = {"mappings": [mapping(), None, {"name": None}, mapping(name="off", enabled=False, rule=both)]}
    found, targets = reading(read_role_mappings, replies)
    assert targets == [f"/api/v1/organizations/{ORGANIZATION}/role_mappings"]
    conditions = (Condition("email", "*@example.com"), Condition("group", "x"))
    assert found == [
        RoleMapping("staff", True, "any", (Condition("group", "s"),), grants(BILLING)),
        RoleMapping("off", False, "all", conditions, grants(BILLING)),
    ]
    assert found[1].rule == both


@pytest.mark.parametrize(
    "rule",
    [
        *(None, {}, [], "x", {"any": []}, {"none": [{"group": "a"}]}, {"any": {"group": "a"}}),
        {"any": [{"group": "a"}], "all": [{"group": "b"}]},
        {"any": [{"group": "a"}], "except": [{"group": "b"}]},
        {"any": [{"group": "a"}, {"group": "b", "email": "c"}]},
        {"any": [{"group": "a"}, {"country": "se"}]},
        {"any": [{"group": "a"}, None, {}, "x", {"group": 7}]},
    ],
    ids=str,
)
def test_a_rule_that_says_something_else_is_not_understood(rule):
    (found,) = mappings_in({"mappings": [mapping(rule=rule)]}, ORGANIZATION)
    assert not found.understood
    assert set(found.conditions) <= {Condition("group", "a")}


def test_an_empty_part_of_a_rule_is_an_absent_one():
    assert conditions_in({"any": [], "all": [{"group": "a"}]}) == ("all", (Condition("group", "a"),), True)


def test_what_is_new_in_a_mapping_is_not_understood_and_roles_may_be_hidden():
    (found,) = mappings_in({"mappings": [mapping(ends="2030", role_assignments=None)]}, ORGANIZATION)
    assert not found.understood
    assert not found.roles_shown


def test_what_is_not_known_to_be_off_is_on():
    (found,) = mappings_in({"mappings": [mapping(enabled=None)]}, ORGANIZATION)
    assert found.enabled


@given(reply=json_values())
def test_whatever_a_mapping_looks_like_it_is_read(reply: t.Any) -> None:
    odd = [reply, mapping(rule=reply), mapping(rule={"any": reply}), mapping(role_assignments=reply)]
    assert len(mappings_in({"mappings": odd}, ORGANIZATION)) >= 3


def test_domains_are_read():
    found, targets = reading(read_domains, {"domains": ["example.com", None, "example.org"]})
    assert found == ["example.com", "example.org"]
    assert targets == [f"/api/v1/organizations/{ORGANIZATION}/domains"]


@pytest.mark.parametrize("reply", [{}, {"mappings": None, "domains": None}, {"mappings": {}, "domains": {}}], ids=str)
@pytest.mark.parametrize("read", [read_role_mappings, read_domains])
def test_a_reply_without_a_list_is_not_taken_for_an_empty_one(read, reply):
    with pytest.raises(ApiError, match=r"the answer holds no list of (mappings|domains)"):
        reading(read, reply)


@pytest.mark.parametrize(
    ("said", "enforced"),
    [
        ({"enforce_authentication_method": "sso"}, True),
        ({"enforce_authentication_method": None}, False),
        ({"enforce_authentication_method": "password"}, False),
        ({}, None),
    ],
    ids=str,
)
def test_whether_it_is_enforced_is_known_or_not(said, enforced):
    assert is_enforced({"id": ORGANIZATION, **said}, PROVIDER) is enforced
    assert is_enforced({"id": ORGANIZATION, **said}, None) is bool(enforced)
