# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The bodies of requests and replies, as the vendor publishes them: no field but these, no other type, no null.

No published type can be null. Requests may hold it all the same, since the vendor's own clients send it for each list
that they leave out: `without_nulls` is there for that.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


def optional() -> Any:
    """A field that may be absent; but null is not absent."""
    return Field(default=None, json_schema_extra=_without_default)


def without_nulls(body: Any, *meant: str) -> Any:
    """A request's body without the fields that are null, at any depth, except for those in which null is `meant`.

    What is null within a list stays, and is refused.
    """
    if isinstance(body, dict):
        return {
            name: without_nulls(value, *meant) for name, value in body.items() if value is not None or name in meant
        }
    return [without_nulls(value, *meant) for value in body] if isinstance(body, list) else body


class Strict(BaseModel):
    """What is not known is refused, so that a misspelt field cannot pass unseen."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PlatformRoleAssignment(Strict):
    """A role of the vendor's own staff."""

    role_id: str


class OrganizationRoleAssignment(Strict):
    """A role in the organization as a whole."""

    role_id: str
    organization_id: str
    application_roles: list[str] = optional()


class DeploymentRoleAssignment(Strict):
    """A role on all deployments, or on those listed."""

    role_id: str
    organization_id: str
    all: bool = optional()
    deployment_ids: list[str] = optional()
    application_roles: list[str] = optional()


class ProjectRoleAssignment(Strict):
    """A role on all projects of a type, or on those listed."""

    role_id: str
    organization_id: str
    all: bool = optional()
    project_ids: list[str] = optional()
    application_roles: list[str] = optional()


class CloudConnectedResourceRoleAssignment(Strict):
    """A role on all connected clusters, or on those listed."""

    role_id: str
    organization_id: str
    all: bool = optional()
    resource_ids: list[str] = optional()


class ProjectRoleAssignments(Strict):
    """Roles by type of project."""

    elasticsearch: list[ProjectRoleAssignment] = optional()
    observability: list[ProjectRoleAssignment] = optional()
    security: list[ProjectRoleAssignment] = optional()
    workplaceai: list[ProjectRoleAssignment] = optional()
    vectordb: list[ProjectRoleAssignment] = optional()


class RoleAssignments(Strict):
    """Roles by scope."""

    platform: list[PlatformRoleAssignment] = optional()
    organization: list[OrganizationRoleAssignment] = optional()
    deployment: list[DeploymentRoleAssignment] = optional()
    project: ProjectRoleAssignments = optional()
    cloud_connected_resource: list[CloudConnectedResourceRoleAssignment] = optional()


class OrganizationRequest(Strict):
    """What can be changed about an organization; no authentication method (null) is one that is not enforced."""

    name: str = optional()
    default_disk_usage_alerts_enabled: bool = optional()
    notifications_allowed_email_domains: list[str] = optional()
    billing_contacts: list[str] = optional()
    operational_contacts: list[str] = optional()
    enforce_authentication_method: Literal["sso"] | None = optional()


class Organization(BaseModel):
    """An organization."""

    id: str
    name: str
    default_disk_usage_alerts_enabled: bool = optional()
    notifications_allowed_email_domains: list[str] = optional()
    billing_contacts: list[str] = optional()
    operational_contacts: list[str] = optional()
    sso_login_identifier: str = optional()
    enforce_authentication_method: Literal["sso"] = optional()


class OrganizationList(BaseModel):
    """The organizations that a key sees."""

    organizations: list[Organization]
    next_page: str = optional()


class OrganizationMembership(BaseModel):
    """Somebody's membership."""

    organization_id: str
    user_id: str
    name: str = optional()
    email: str = optional()
    member_since: datetime
    role_assignments: RoleAssignments = optional()


class OrganizationMemberships(BaseModel):
    """The members of an organization."""

    members: list[OrganizationMembership]


class OrganizationInvitationRequest(Strict):
    """Whom to invite, for how long and with which roles."""

    emails: list[str]
    expires_in: str = optional()
    role_assignments: RoleAssignments = optional()


class OrganizationInvitation(BaseModel):
    """An invitation."""

    token: str
    email: str
    created_at: datetime
    expires_at: datetime
    expired: bool
    accepted_at: datetime = optional()
    organization: Organization
    role_assignments: RoleAssignments = optional()


class OrganizationInvitations(BaseModel):
    """Invitations of an organization."""

    invitations: list[OrganizationInvitation]


class DomainClaimRequest(Strict):
    """The domain that is meant."""

    domain_claim_request: str


class VerificationCodeRequest(DomainClaimRequest):
    """The domain to be challenged."""


class DomainVerificationRequest(DomainClaimRequest):
    """The domain to be claimed."""


class DeleteDomainClaimRequest(DomainClaimRequest):
    """The domain to be given up."""


class VerificationCodeResponse(BaseModel):
    """What a TXT record has to hold."""

    verification: str


class GetOrganizationClaimedDomainsResponse(BaseModel):
    """The domains of an organization."""

    domains: list[str]


class SamlIdp(Strict):
    """An identity provider."""

    issuer: str
    sso_url: str
    public_certificate: list[str]


class OrganizationIdpConfiguration(Strict):
    """An identity provider as an organization uses it."""

    enabled: bool
    login_identifier_prefix: str
    saml_idp: SamlIdp


class IdpConfigurationRequest(OrganizationIdpConfiguration):
    """How to set an identity provider up."""


class OrganizationIdp(BaseModel):
    """An identity provider, and what its own side has to know."""

    configuration: OrganizationIdpConfiguration
    login_identifier: str
    sso_login_url: str
    metadata_url: str
    acs: str
    sp_entity_id: str
    signing_certificate: list[str]
    encryption_certificate: list[str]


class RoleMappingPropertyRule(Strict):
    """One condition: a group or an email."""

    group: str = optional()
    email: str = optional()


class RoleMappingRule(Strict):
    """Conditions of which any, or all, have to be met."""

    any: list[RoleMappingPropertyRule] = optional()
    all: list[RoleMappingPropertyRule] = optional()


class RoleMapping(Strict):
    """Whom a rule gives which roles."""

    name: str
    enabled: bool
    rule: RoleMappingRule
    role_assignments: RoleAssignments


class AddRoleMappingRequest(Strict):
    """Mappings to add."""

    mappings: list[RoleMapping]


class UpdateOrganizationRoleMappingRequest(AddRoleMappingRequest):
    """All mappings that there are to be."""


class UpdateRoleMappingRequest(Strict):
    """What a mapping is to be."""

    mapping: RoleMapping


class GetRoleMappingsResponse(BaseModel):
    """The mappings of an organization."""

    mappings: list[RoleMapping]


class DeleteRoleMappingsResponse(BaseModel):
    """The names of the mappings that went."""

    mappings: list[str]


class CreateApiKeyRequest(Strict):
    """What an API key is to be like."""

    description: str
    expiration: str = optional()
    role_assignments: RoleAssignments = optional()


class ApiKeyResponse(BaseModel):
    """An API key; `key` is what its holder sends, and shown once."""

    id: str
    user_id: str = optional()
    organization_id: str = optional()
    description: str
    key: str = optional()
    creation_date: datetime
    expiration_date: datetime = optional()
    role_assignments: RoleAssignments = optional()


class ApiKeysResponse(BaseModel):
    """API keys."""

    keys: list[ApiKeyResponse]
    next_page: str = optional()


class DeleteApiKeysRequest(Strict):
    """The ids of API keys to revoke."""

    keys: list[str]


class DeploymentResource(BaseModel):
    """A part of a deployment; the emulator has none."""


class DeploymentsListingData(BaseModel):
    """A deployment."""

    id: str
    name: str
    resources: list[DeploymentResource]


class DeploymentsListResponse(BaseModel):
    """Deployments."""

    deployments: list[DeploymentsListingData]


class Project(BaseModel):
    """A serverless project, as far as names and access are concerned."""

    id: str
    name: str
    alias: str
    region_id: str
    type: str


class ProjectList(BaseModel):
    """Projects of one type."""

    items: list[Project]
    next_page: str = optional()


class ProjectRole(BaseModel):
    """A custom role of a project."""

    name: str


class ProjectRoles(BaseModel):
    """The custom roles of a project."""

    roles: list[ProjectRole]


class EmptyResponse(BaseModel):
    """It is done, and there is nothing to say about it."""


class BasicFailedReplyElement(BaseModel):
    """One error."""

    code: str
    message: str
    fields: list[str] = optional()


class BasicFailedReply(BaseModel):
    """The errors of a request that failed."""

    errors: list[BasicFailedReplyElement]
