# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Facts of the interface: paths, methods, statuses, error codes, names and types of fields, headers.

The tables hold what the vendor publishes in its Swagger 2.0 document for the Elastic Cloud API as of August 2026, and
what is in no such document, each with its source. That document is no part of this project. `published` reads one, for
whoever has it, and `test_contract.py` compares the two.

By the letter of it, nothing can be null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Operation(NamedTuple):
    """One operation: its id, the type of its body, the status and type of a good answer, codes by status of others,
    and a status that is neither: it may be too early for it, which is told without a body."""

    id: str
    body: str | None
    status: int
    reply: str
    errors: dict[int, str]
    query: tuple[str, ...] = ()
    not_yet: int | None = None


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
        not_yet=449,
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
    "CloudConnectedResourceRoleAssignment": (
        "organization_id role_id",
        {"role_id": "string", "organization_id": "string", "all": "boolean", "resource_ids": "[string]"},
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

# Beyond the Swagger document of August 2026

SERVERLESS = "the vendor's reference of its serverless API"
CLOUD = "the vendor's reference of its Cloud API"
SCHEMAS = "the vendor's generated schemas, elastic/schemas-js, and its documentation of single sign-on"
CLUSTERS = "the vendor's agent skill for access management, and Kibana's Cloud Connect client"

# Operations, with the types that belong to them.
OPERATIONS_BEYOND = {
    (
        "POST",
        "/organizations/invitations/{invitation_token}/_accept",
    ): "the document of June 2025, in the vendor's Go SDK",
    ("GET", "/deployments"): CLOUD,
    (
        "GET",
        "/serverless/projects/{project_type}",
    ): f"{SERVERLESS}; for the parameter next_page: inferred from the reply",
    ("GET", "/serverless/projects/{project_type}/{project_id}/roles"): f"{SERVERLESS}; for what a role is: inferred",
}
TYPES_BEYOND = {
    "CloudConnectedResourceRoleAssignment": CLUSTERS,
    "DeploymentResource": CLOUD,
    "DeploymentsListResponse": CLOUD,
    "DeploymentsListingData": CLOUD,
    "Project": SERVERLESS,
    "ProjectList": SERVERLESS,
    "ProjectRole": SERVERLESS,
    "ProjectRoles": SERVERLESS,
}
FIELDS_BEYOND = {
    ("RoleAssignments", "cloud_connected_resource"): ("[CloudConnectedResourceRoleAssignment]", CLUSTERS),
    ("Organization", "enforce_authentication_method"): ("string", SCHEMAS),
    ("OrganizationRequest", "enforce_authentication_method"): ("string", f"{SCHEMAS}; null, to end it: the latter"),
}
PRACTICE = "met in practice: issue 1039 of the vendor's Terraform provider"
NEXT_TO_IT = "inferred from the operation next to it"
# Error codes, by operation and status.
CODES_BEYOND = {
    ("create-organization-invitations", 403): ("role_assignments.unauthorized_role_assignments", PRACTICE),
    ("create-api-key", 403): ("role_assignments.unauthorized_role_assignments", "inferred from invitations"),
    ("delete-api-keys", 404): ("api_keys.key_not_found", NEXT_TO_IT),
    ("get-organization-idp", 404): ("organization.not_found", NEXT_TO_IT),
    ("teardown-organization-idp", 404): ("organization.not_found", NEXT_TO_IT),
    ("get-organization-idp-metadata", 404): ("organization.not_found", NEXT_TO_IT),
    ("update-role-mapping", 400): (RULES, NEXT_TO_IT),
    ("update-role-mapping", 404): ("organization.not_found", NEXT_TO_IT),
    ("delete-role-mappings-individually", 404): ("org.role_mapping_rule.role_mapping_not_found", NEXT_TO_IT),
}
ELSEWHERE = "named for other operations"
UNNAMED = "the status is HTTP's; no source names a code"
# Error codes that any operation may answer with, by status.
ANYWHERE = {
    "root.invalid_data": (400, ELSEWHERE),
    "role_assignments.already_assigned": (400, "invented, for a reading of what is open"),
    "role_assignments.not_assigned": (400, "invented, for a reading of what is open"),
    "root.unauthorized": (401, ELSEWHERE),
    "root.invalid_authentication": (403, ELSEWHERE),
    "root.resource_not_found": (404, UNNAMED),
    "root.method_not_allowed": (405, UNNAMED),
    "root.uri_too_long": (414, UNNAMED),
    "root.rate_limit_exceeded": (429, UNNAMED),
    "root.internal": (500, UNNAMED),
}
# Headers of replies, beside HTTP's own.
HEADERS_BEYOND = {
    "x-elastic-api-key-expiration": "the vendor's documentation of API keys; its form: no source",
    "x-ratelimit-interval": CLOUD,
    "x-ratelimit-limit": CLOUD,
    "x-ratelimit-remaining": CLOUD,
    "x-request-id": "inferred: a support desk asks for something of the kind",
    "retry-after": "HTTP's; no source says that the service sends it",
}
# Requests may hold null for what is left out.
NULL_IN_REQUESTS = "what the vendor's Go SDK sends, and the bodies that its tests pin"
# Switches under which replies hold what no contract allows.
SWITCHES_BEYOND = {
    "extra_fields": "what a later version of the service may do",
    "empty_parts": "null: what the vendor's Go SDK is prepared for",
    "enforcement_shown": "with_null: inferred from requests, where null ends what is enforced",
    "page_size": "a list ends early; inferred from the list of organizations, which may",
}

# What the document has beside that, and this project has no use for.
LEFT_OUT = {("DELETE", "/users/auth/keys/_all"): "deprecated, and for those who own more than their own keys"}


class Facts(NamedTuple):
    """Operations by method and path, and types by name: the required fields, and the types of all."""

    operations: Mapping[tuple[str, str], Operation]
    types: Mapping[str, tuple[str, Mapping[str, str]]]


def in_the_document() -> Facts:
    """What the tables say is in the Swagger document."""
    operations = {key: operation for key, operation in OPERATIONS.items() if key not in OPERATIONS_BEYOND}
    return Facts(operations, {name: type_ for name, type_ in TYPES.items() if name not in TYPES_BEYOND})


def published(document: Mapping[str, Any]) -> Facts:
    """What a Swagger 2.0 document says about the operations that this project has a use for."""
    operations = {
        (method.upper(), path): _operation(operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if (method.upper(), path) not in LEFT_OUT
    }
    types: dict[str, tuple[str, dict[str, str]]] = {}
    wanted = {"BasicFailedReply"}.union(*({one.body or "", one.reply} for one in operations.values())) - {"", "string"}
    while wanted:
        name = wanted.pop()
        schema = document["definitions"][name]
        fields = {field: type_of(value) for field, value in schema.get("properties", {}).items()}
        types[name] = (" ".join(sorted(schema.get("required", []))), fields)
        wanted |= {field.strip("[]") for field in fields.values()} & document["definitions"].keys() - types.keys()
    return Facts(operations, types)


def with_what_is_beyond(facts: Facts) -> Facts:
    """The facts of a Swagger document, and with them those of other sources."""
    operations = dict(facts.operations) | {key: OPERATIONS[key] for key in OPERATIONS_BEYOND}
    types = dict(facts.types) | {name: TYPES[name] for name in TYPES_BEYOND}
    for (name, field), (type_, _source) in FIELDS_BEYOND.items():
        required, fields = types[name]
        types[name] = (required, {**fields, field: type_})
    for key, operation in operations.items():
        errors = dict(operation.errors)
        for (id_, status), (codes, _source) in CODES_BEYOND.items():
            if id_ == operation.id:
                errors[status] = f"{errors.get(status, '')} {codes}".strip()
        operations[key] = operation._replace(errors=errors)
    return Facts(operations, types)


def _operation(operation: Mapping[str, Any]) -> Operation:
    parameters = operation.get("parameters", [])
    body = [type_of(one["schema"]) for one in parameters if one["in"] == "body"]
    query = tuple(one["name"] for one in parameters if one["in"] == "query")
    good = {status: type_of(one["schema"]) for status, one in operation["responses"].items() if status[0] == "2"}
    [(status, reply)] = good.items()
    errors = {}
    not_yet = None
    for other, response in operation["responses"].items():
        if other in good:
            continue
        if type_of(response["schema"]) == "BasicFailedReply":
            errors[int(other)] = " ".join(codes_of(response))
        else:
            not_yet = int(other)
    return Operation(operation["operationId"], *(body or [None]), int(status), reply, errors, query, not_yet)


def codes_of(response: Mapping[str, Any]) -> list[str]:
    """The error codes that are documented for a response, in Swagger 2.0 or OpenAPI 3."""
    header = response.get("headers", {}).get("x-cloud-error-codes", {})
    codes: list[str] = header.get("schema", header).get("enum", [])
    return codes


def type_of(schema: Mapping[str, Any]) -> str:
    """A type in the words of the tables."""
    if "anyOf" in schema:  # with null, which the tables do not know
        return type_of(next(one for one in schema["anyOf"] if one.get("type") != "null"))
    if "$ref" in schema:
        name: str = schema["$ref"].rpartition("/")[2]
        return name
    if schema["type"] == "array":
        return f"[{type_of(schema['items'])}]"
    return f"{schema['type']}:{schema['format']}" if "format" in schema else str(schema["type"])
