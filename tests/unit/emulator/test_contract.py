# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's OpenAPI document is held to what the vendor publishes.

Source of the tables: the vendor's Swagger 2.0 document for the Elastic Cloud API as of August 2026; for accepting an
invitation, which that does not have any more, the one that the vendor ships with its Go SDK, as of June 2025. They are
facts of the interface: paths, methods, statuses, error codes, names and types of fields.

By the letter of both, nothing can be null. Replies keep to that. Requests may hold null, as those of the vendor's own
clients do, but this is not what the document says: see `test_vendor_client.py`.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import pytest

from ansible_collections.orgops.elastic_cloud.tests.emulator.answers import BASE_PATH
from ansible_collections.orgops.elastic_cloud.tests.emulator.app import api

DOCUMENT = api.openapi()


class Operation(NamedTuple):
    """One operation: its id, the type of its body, the status and type of a good answer, codes by status of others."""

    id: str
    body: str | None
    status: int
    reply: str
    errors: dict[int, str]
    query: tuple[str, ...] = ()


RULES = " ".join(
    f"org.role_mapping_rule.{code}"
    for code in ("ambiguous_rule", "empty_rule", "syntax_error", "email_syntax_error", "too_many_role_mappings")
)
OPERATIONS = {
    ("GET", "/organizations"): Operation(
        "list-organizations",
        None,
        200,
        "OrganizationList",
        {401: "user.not_found"},
        (),
    ),
    ("GET", "/organizations/invitations/{invitation_token}"): Operation(
        "get-organization-invitation",
        None,
        200,
        "OrganizationInvitation",
        {404: "organization.invitation_not_found"},
        (),
    ),
    ("POST", "/organizations/invitations/{invitation_token}/_accept"): Operation(
        "accept-organization-invitation",
        None,
        200,
        "EmptyResponse",
        {
            400: "organization.user_organization_already_belongs",
            403: "root.invalid_authentication",
            404: "organization.not_found user.not_found organization.invitation_not_found",
        },
        (),
    ),
    ("GET", "/organizations/{organization_id}"): Operation(
        "get-organization",
        None,
        200,
        "Organization",
        {401: "user.not_found", 403: "organization.invalid_access", 404: "organization.not_found"},
        (),
    ),
    ("PUT", "/organizations/{organization_id}"): Operation(
        "update-organization",
        "OrganizationRequest",
        200,
        "Organization",
        {
            400: "organization.invalid_name organization.user_organization_already_exists",
            401: "",
            403: "organization.invalid_access",
            404: "organization.not_found",
        },
        (),
    ),
    ("GET", "/organizations/{organization_id}/invitations"): Operation(
        "list-organization-invitations",
        None,
        200,
        "OrganizationInvitations",
        {404: "organization.not_found"},
        (),
    ),
    ("POST", "/organizations/{organization_id}/invitations"): Operation(
        "create-organization-invitations",
        "OrganizationInvitationRequest",
        201,
        "OrganizationInvitations",
        {
            400: "organization.invitation_invalid_email organization.invitation_already_exists"
            " organization.user_organization_already_belongs organization.invitations_pending_limit_exceeded",
            403: "root.invalid_authentication",
            404: "organization.not_found user.not_found organization.user_organization_does_not_belong",
            429: "organization.invitations_rate_limit_exceeded",
        },
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/invitations/{invitation_tokens}"): Operation(
        "delete-organization-invitations",
        None,
        200,
        "EmptyResponse",
        {400: "root.invalid_data", 404: "organization.not_found organization.invitation_not_found"},
        (),
    ),
    ("GET", "/organizations/{organization_id}/members"): Operation(
        "list-organization-members",
        None,
        200,
        "OrganizationMemberships",
        {404: "organization.not_found"},
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/members/{user_ids}"): Operation(
        "delete-organization-memberships",
        None,
        200,
        "EmptyResponse",
        {404: "user.not_found organization.not_found organization.membership_not_found"},
        ("force",),
    ),
    ("POST", "/users/{user_id}/role_assignments"): Operation(
        "add-role-assignments",
        "RoleAssignments",
        200,
        "EmptyResponse",
        {
            400: "role_assignments.invalid_target_user_id",
            401: "root.unauthorized",
            403: "role_assignments.unauthorized_role_assignments",
        },
        (),
    ),
    ("DELETE", "/users/{user_id}/role_assignments"): Operation(
        "remove-role-assignments",
        "RoleAssignments",
        200,
        "EmptyResponse",
        {
            400: "role_assignments.invalid_target_user_id",
            401: "root.unauthorized",
            403: "role_assignments.unauthorized_role_assignments",
        },
        ("force",),
    ),
    ("GET", "/organizations/{organization_id}/domains"): Operation(
        "domain-claim-get-domain-claims",
        None,
        200,
        "GetOrganizationClaimedDomainsResponse",
        {404: "organization.not_found"},
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/domains"): Operation(
        "domain-claim-delete",
        "DeleteDomainClaimRequest",
        200,
        "EmptyResponse",
        {
            400: "org.idp.idp_configured",
            404: "organization.not_found",
            409: "org.domain_claim.concurrent_organization_modification",
        },
        (),
    ),
    ("POST", "/organizations/{organization_id}/domains/_generate_verification_code"): Operation(
        "domain-claim-generate-verification-code",
        "VerificationCodeRequest",
        200,
        "VerificationCodeResponse",
        {404: "organization.not_found"},
        (),
    ),
    ("POST", "/organizations/{organization_id}/domains/_verify"): Operation(
        "domain-claim-verify-domain",
        "DomainVerificationRequest",
        200,
        "EmptyResponse",
        {
            400: "org.domain_claim.already_exists",
            404: "organization.not_found",
            409: "org.domain_claim.concurrent_organization_modification",
        },
        (),
    ),
    ("GET", "/organizations/{organization_id}/idp"): Operation(
        "get-organization-idp",
        None,
        200,
        "OrganizationIdp",
        {404: "org.idp.idp_not_configured"},
        (),
    ),
    ("PUT", "/organizations/{organization_id}/idp"): Operation(
        "setup-organization-idp",
        "IdpConfigurationRequest",
        200,
        "OrganizationIdp",
        {404: "organization.not_found"},
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/idp"): Operation(
        "teardown-organization-idp",
        None,
        200,
        "EmptyResponse",
        {404: "org.idp.idp_not_configured"},
        (),
    ),
    ("GET", "/organizations/{organization_id}/idp/metadata.xml"): Operation(
        "get-organization-idp-metadata",
        None,
        200,
        "string",
        {404: "org.idp.idp_not_configured"},
        (),
    ),
    ("GET", "/organizations/{organization_id}/role_mappings"): Operation(
        "get-role-mappings",
        None,
        200,
        "GetRoleMappingsResponse",
        {404: "organization.not_found"},
        (),
    ),
    ("POST", "/organizations/{organization_id}/role_mappings"): Operation(
        "add-role-mappings-individually",
        "AddRoleMappingRequest",
        201,
        "EmptyResponse",
        {400: RULES, 404: "organization.not_found"},
        (),
    ),
    ("PUT", "/organizations/{organization_id}/role_mappings"): Operation(
        "update-role-mappings",
        "UpdateOrganizationRoleMappingRequest",
        200,
        "EmptyResponse",
        {400: RULES, 404: "organization.not_found"},
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/role_mappings"): Operation(
        "delete-role-mappings",
        None,
        200,
        "EmptyResponse",
        {404: "organization.not_found"},
        (),
    ),
    ("DELETE", "/organizations/{organization_id}/role_mappings/{role_names}"): Operation(
        "delete-role-mappings-individually",
        None,
        200,
        "DeleteRoleMappingsResponse",
        {404: "organization.not_found"},
        (),
    ),
    ("PUT", "/organizations/{organization_id}/role_mappings/{role_name}"): Operation(
        "update-role-mapping",
        "UpdateRoleMappingRequest",
        200,
        "EmptyResponse",
        {400: "org.role_mapping_rule.ambiguous_rule", 404: "org.role_mapping_rule.role_mapping_not_found"},
        (),
    ),
    ("GET", "/users/auth/keys"): Operation("get-api-keys", None, 200, "ApiKeysResponse", {}, ("next_page",)),
    ("POST", "/users/auth/keys"): Operation(
        "create-api-key", "CreateApiKeyRequest", 201, "ApiKeyResponse", {400: "api_keys.invalid_input"}
    ),
    ("DELETE", "/users/auth/keys"): Operation("delete-api-keys", "DeleteApiKeysRequest", 200, "EmptyResponse", {}),
    ("GET", "/users/auth/keys/_all"): Operation("get-users-api-keys", None, 200, "ApiKeysResponse", {}),
    ("GET", "/users/auth/keys/{api_key_id}"): Operation(
        "get-api-key", None, 200, "ApiKeyResponse", {404: "api_keys.key_not_found"}
    ),
    ("DELETE", "/users/auth/keys/{api_key_id}"): Operation(
        "delete-api-key", None, 200, "EmptyResponse", {404: "api_keys.key_not_found"}
    ),
    ("GET", "/deployments"): Operation(
        "list-deployments", None, 200, "DeploymentsListResponse", {401: "root.unauthorized"}
    ),
    ("GET", "/serverless/projects/{project_type}"): Operation(
        "list-projects", None, 200, "ProjectList", {}, ("next_page",)
    ),
    ("GET", "/serverless/projects/{project_type}/{project_id}/roles"): Operation(
        "get-project-roles", None, 200, "ProjectRoles", {404: "root.resource_not_found"}
    ),
}
# Each type: its required fields, and the types of all; a list is in brackets.
TYPES: dict[str, tuple[str, dict[str, str]]] = {
    "ApiKeyResponse": (
        "creation_date description id",
        {
            "id": "string",
            "user_id": "string",
            "organization_id": "string",
            "description": "string",
            "key": "string",
            "creation_date": "string:date-time",
            "expiration_date": "string:date-time",
            "role_assignments": "RoleAssignments",
        },
    ),
    "ApiKeysResponse": (
        "keys",
        {"keys": "[ApiKeyResponse]", "next_page": "string"},
    ),
    "BasicFailedReply": (
        "errors",
        {"errors": "[BasicFailedReplyElement]"},
    ),
    "BasicFailedReplyElement": (
        "code message",
        {"code": "string", "message": "string", "fields": "[string]"},
    ),
    "CreateApiKeyRequest": (
        "description",
        {"description": "string", "expiration": "string", "role_assignments": "RoleAssignments"},
    ),
    "DeleteApiKeysRequest": (
        "keys",
        {"keys": "[string]"},
    ),
    "DeploymentRoleAssignment": (
        "organization_id role_id",
        {
            "role_id": "string",
            "organization_id": "string",
            "all": "boolean",
            "deployment_ids": "[string]",
            "application_roles": "[string]",
        },
    ),
    "DeploymentResource": (
        "",
        {},
    ),
    "DeploymentsListResponse": (
        "deployments",
        {"deployments": "[DeploymentsListingData]"},
    ),
    "DeploymentsListingData": (
        "id name resources",
        {"id": "string", "name": "string", "resources": "[DeploymentResource]"},
    ),
    "EmptyResponse": (
        "",
        {},
    ),
    "Organization": (
        "id name",
        {
            "id": "string",
            "name": "string",
            "default_disk_usage_alerts_enabled": "boolean",
            "notifications_allowed_email_domains": "[string]",
            "billing_contacts": "[string]",
            "operational_contacts": "[string]",
            "sso_login_identifier": "string",
        },
    ),
    "OrganizationInvitation": (
        "created_at email expired expires_at organization token",
        {
            "token": "string",
            "email": "string",
            "created_at": "string:date-time",
            "expires_at": "string:date-time",
            "expired": "boolean",
            "accepted_at": "string:date-time",
            "organization": "Organization",
            "role_assignments": "RoleAssignments",
        },
    ),
    "OrganizationInvitationRequest": (
        "emails",
        {"emails": "[string]", "expires_in": "string", "role_assignments": "RoleAssignments"},
    ),
    "OrganizationInvitations": (
        "invitations",
        {"invitations": "[OrganizationInvitation]"},
    ),
    "OrganizationList": (
        "organizations",
        {"organizations": "[Organization]", "next_page": "string"},
    ),
    "OrganizationMembership": (
        "member_since organization_id user_id",
        {
            "organization_id": "string",
            "user_id": "string",
            "name": "string",
            "email": "string",
            "member_since": "string:date-time",
            "role_assignments": "RoleAssignments",
        },
    ),
    "OrganizationMemberships": (
        "members",
        {"members": "[OrganizationMembership]"},
    ),
    "OrganizationRequest": (
        "",
        {
            "name": "string",
            "default_disk_usage_alerts_enabled": "boolean",
            "notifications_allowed_email_domains": "[string]",
            "billing_contacts": "[string]",
            "operational_contacts": "[string]",
        },
    ),
    "OrganizationRoleAssignment": (
        "organization_id role_id",
        {"role_id": "string", "organization_id": "string", "application_roles": "[string]"},
    ),
    "PlatformRoleAssignment": (
        "role_id",
        {"role_id": "string"},
    ),
    "Project": (
        "alias id name region_id type",
        {"id": "string", "name": "string", "alias": "string", "region_id": "string", "type": "string"},
    ),
    "ProjectList": (
        "items",
        {"items": "[Project]", "next_page": "string"},
    ),
    "ProjectRole": (
        "name",
        {"name": "string"},
    ),
    "ProjectRoleAssignment": (
        "organization_id role_id",
        {
            "role_id": "string",
            "organization_id": "string",
            "all": "boolean",
            "project_ids": "[string]",
            "application_roles": "[string]",
        },
    ),
    "ProjectRoleAssignments": (
        "",
        {
            "elasticsearch": "[ProjectRoleAssignment]",
            "observability": "[ProjectRoleAssignment]",
            "security": "[ProjectRoleAssignment]",
            "workplaceai": "[ProjectRoleAssignment]",
            "vectordb": "[ProjectRoleAssignment]",
        },
    ),
    "ProjectRoles": (
        "roles",
        {"roles": "[ProjectRole]"},
    ),
    "RoleAssignments": (
        "",
        {
            "platform": "[PlatformRoleAssignment]",
            "organization": "[OrganizationRoleAssignment]",
            "deployment": "[DeploymentRoleAssignment]",
            "project": "ProjectRoleAssignments",
        },
    ),
    "AddRoleMappingRequest": ("mappings", {"mappings": "[RoleMapping]"}),
    "DeleteDomainClaimRequest": ("domain_claim_request", {"domain_claim_request": "string"}),
    "DeleteRoleMappingsResponse": ("mappings", {"mappings": "[string]"}),
    "DomainVerificationRequest": ("domain_claim_request", {"domain_claim_request": "string"}),
    "GetOrganizationClaimedDomainsResponse": ("domains", {"domains": "[string]"}),
    "GetRoleMappingsResponse": ("mappings", {"mappings": "[RoleMapping]"}),
    "IdpConfigurationRequest": (
        "enabled login_identifier_prefix saml_idp",
        {"enabled": "boolean", "login_identifier_prefix": "string", "saml_idp": "SamlIdp"},
    ),
    "OrganizationIdp": (
        "acs configuration encryption_certificate login_identifier metadata_url signing_certificate sp_entity_id"
        " sso_login_url",
        {
            "login_identifier": "string",
            "sso_login_url": "string",
            "metadata_url": "string",
            "acs": "string",
            "sp_entity_id": "string",
            "signing_certificate": "[string]",
            "encryption_certificate": "[string]",
            "configuration": "OrganizationIdpConfiguration",
        },
    ),
    "OrganizationIdpConfiguration": (
        "enabled login_identifier_prefix saml_idp",
        {"enabled": "boolean", "login_identifier_prefix": "string", "saml_idp": "SamlIdp"},
    ),
    "RoleMapping": (
        "enabled name role_assignments rule",
        {"name": "string", "enabled": "boolean", "rule": "RoleMappingRule", "role_assignments": "RoleAssignments"},
    ),
    "RoleMappingPropertyRule": ("", {"group": "string", "email": "string"}),
    "RoleMappingRule": ("", {"any": "[RoleMappingPropertyRule]", "all": "[RoleMappingPropertyRule]"}),
    "SamlIdp": (
        "issuer public_certificate sso_url",
        {"issuer": "string", "sso_url": "string", "public_certificate": "[string]"},
    ),
    "UpdateOrganizationRoleMappingRequest": ("mappings", {"mappings": "[RoleMapping]"}),
    "UpdateRoleMappingRequest": ("mapping", {"mapping": "RoleMapping"}),
    "VerificationCodeRequest": ("domain_claim_request", {"domain_claim_request": "string"}),
    "VerificationCodeResponse": ("verification", {"verification": "string"}),
}

# What other sources of the vendor add: its generated schemas, its documentation of single sign-on, Kibana's client.
MORE = {
    ("RoleAssignments", "cloud_connected_resource"),
    ("Organization", "enforce_authentication_method"),
    ("OrganizationRequest", "enforce_authentication_method"),
}
# Refusals that no contract names. Met in practice: issue 1039 of the vendor's Terraform provider. Inferred from that:
# that keys are refused in the same way. Inferred from the operation next to it: all others.
MET = {
    ("create-organization-invitations", 403): "role_assignments.unauthorized_role_assignments",
    ("create-api-key", 403): "role_assignments.unauthorized_role_assignments",
    ("delete-api-keys", 404): "api_keys.key_not_found",
    ("get-organization-idp", 404): "organization.not_found",
    ("teardown-organization-idp", 404): "organization.not_found",
    ("get-organization-idp-metadata", 404): "organization.not_found",
    ("update-role-mapping", 400): RULES,
    ("update-role-mapping", 404): "organization.not_found",
    ("delete-role-mappings-individually", 404): "org.role_mapping_rule.role_mapping_not_found",
}
# It may be too early to claim a domain, which is no error.
TOO_EARLY = {("domain-claim-verify-domain", "449")}


def type_of(schema: dict[str, Any]) -> str:
    """A type in the words of the tables."""
    if "$ref" in schema:
        return schema["$ref"].rpartition("/")[2]
    if schema["type"] == "array":
        return f"[{type_of(schema['items'])}]"
    return f"{schema['type']}:{schema['format']}" if "format" in schema else schema["type"]


def json_type(content: dict[str, Any]) -> str:
    """The type of a body."""
    return type_of(content["content"]["application/json"]["schema"])


def codes_of(response: dict[str, Any]) -> set[str]:
    """The error codes that are documented for a response."""
    headers = response.get("headers", {})
    return set(headers["x-cloud-error-codes"]["schema"]["enum"]) if headers else set()


def test_operations_are_those_of_the_vendor():
    documented = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert documented == set(OPERATIONS)
    assert DOCUMENT["servers"] == [{"url": "/api/v1"}]
    assert BASE_PATH == "/api/v1"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation(method, path):
    expected = OPERATIONS[method, path]
    found = DOCUMENT["paths"][path][method.lower()]
    assert found["operationId"] == expected.id
    assert found["security"] == [{"apiKey": []}]
    body = found.get("requestBody")
    assert (json_type(body) if body else None) == expected.body
    assert body is None or body["required"]
    parameters = (
        {(parameter["in"], parameter["name"]): parameter["required"] for parameter in found["parameters"]}
        if ("parameters" in found)
        else {}
    )
    in_path = {("path", part[1:-1]): True for part in path.split("/") if part.startswith("{")}
    assert parameters == in_path | {("query", name): False for name in expected.query}
    responses = dict(found["responses"])
    assert json_type(responses.pop(str(expected.status))) == expected.reply
    assert codes_of(responses.pop("default"))
    for id_, status in TOO_EARLY:
        if id_ == expected.id:
            assert json_type(responses.pop(status)) == "EmptyResponse"
    met = {status: codes for (id_, status), codes in MET.items() if id_ == expected.id}
    assert set(responses) == {str(status) for status in {*expected.errors, *met}}
    for status in {*expected.errors, *met}:
        assert json_type(responses[str(status)]) == "BasicFailedReply"
        codes = f"{expected.errors.get(status, '')} {met.get(status, '')}"
        assert codes_of(responses[str(status)]) == set(codes.split())


@pytest.mark.parametrize("name", TYPES)
def test_type(name):
    required, fields = TYPES[name]
    schema = DOCUMENT["components"]["schemas"][name]
    assert sorted(schema.get("required", [])) == required.split()
    properties = schema.get("properties", {})
    published = {field: type_of(value) for field, value in properties.items() if (name, field) not in MORE}
    assert published == fields


def test_there_is_nothing_else():
    assert set(DOCUMENT["components"]["schemas"]) - set(TYPES) == {"CloudConnectedResourceRoleAssignment"}
    for name, field in MORE:
        assert field in DOCUMENT["components"]["schemas"][name]["properties"]


def test_nothing_can_be_null_but_the_end_of_an_enforcement():
    nullable = [
        (name, field)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for field, value in schema.get("properties", {}).items()
        if "null" in str(value)
    ]
    assert nullable == [("OrganizationRequest", "enforce_authentication_method")]


def test_credentials_are_taken_from_the_header():
    scheme = DOCUMENT["components"]["securitySchemes"]["apiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")
