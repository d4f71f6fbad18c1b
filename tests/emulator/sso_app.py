# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of single sign-on under their paths."""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from urllib.parse import unquote

from fastapi import APIRouter, Path, Request, Response
from pydantic import AfterValidator

from . import models
from .answers import NULLS_ARE_ABSENT, OrganizationId, answer, caller, refusals

TAGS: list[str | Enum] = ["Organizations"]
CODES = ("ambiguous_rule", "empty_rule", "syntax_error", "email_syntax_error", "too_many_role_mappings")
RULES = " ".join(f"org.role_mapping_rule.{code}" for code in CODES)
NOT_FOUND = "organization.not_found"

MappingName = Annotated[str, Path(description="Name of the role mapping"), AfterValidator(unquote)]
MappingNames = Annotated[str, Path(description="Names of role mappings, separated by commas"), AfterValidator(unquote)]
ProviderBody = Annotated[models.IdpConfigurationRequest, NULLS_ARE_ABSENT]
CodeBody = Annotated[models.VerificationCodeRequest, NULLS_ARE_ABSENT]
ClaimBody = Annotated[models.DomainVerificationRequest, NULLS_ARE_ABSENT]
DomainBody = Annotated[models.DeleteDomainClaimRequest, NULLS_ARE_ABSENT]
MoreMappingsBody = Annotated[models.AddRoleMappingRequest, NULLS_ARE_ABSENT]
AllMappingsBody = Annotated[models.UpdateOrganizationRoleMappingRequest, NULLS_ARE_ABSENT]
MappingBody = Annotated[models.UpdateRoleMappingRequest, NULLS_ARE_ABSENT]

router = APIRouter()


@router.get(
    "/organizations/{organization_id}/idp",
    operation_id="get-organization-idp",
    tags=TAGS,
    response_model=models.OrganizationIdp,
    responses=refusals(s404=f"{NOT_FOUND} org.idp.idp_not_configured"),
)
async def get_provider(request: Request, organization_id: OrganizationId) -> Response:
    """The identity provider."""
    service, key = caller(request)
    return answer(service.get_provider(key, organization_id))


@router.get(
    "/organizations/{organization_id}/idp/metadata.xml",
    operation_id="get-organization-idp-metadata",
    tags=TAGS,
    response_model=str,
    responses=refusals(s404=f"{NOT_FOUND} org.idp.idp_not_configured"),
)
async def get_metadata(request: Request, organization_id: OrganizationId) -> Response:
    """The service's side, for the identity provider."""
    service, key = caller(request)
    return Response(service.get_metadata(key, organization_id), media_type="application/xml")


@router.put(
    "/organizations/{organization_id}/idp",
    operation_id="setup-organization-idp",
    tags=TAGS,
    response_model=models.OrganizationIdp,
    responses=refusals(s404=NOT_FOUND),
)
async def set_provider(request: Request, organization_id: OrganizationId, body: ProviderBody) -> Response:
    """Set the identity provider up."""
    service, key = caller(request)
    return answer(service.set_provider(key, organization_id, body.model_dump()))


@router.delete(
    "/organizations/{organization_id}/idp",
    operation_id="teardown-organization-idp",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s404=f"{NOT_FOUND} org.idp.idp_not_configured"),
)
async def remove_provider(request: Request, organization_id: OrganizationId) -> Response:
    """Tear the identity provider down."""
    service, key = caller(request)
    return answer(service.remove_provider(key, organization_id))


@router.get(
    "/organizations/{organization_id}/domains",
    operation_id="domain-claim-get-domain-claims",
    tags=TAGS,
    response_model=models.GetOrganizationClaimedDomainsResponse,
    responses=refusals(s404=NOT_FOUND),
)
async def list_domains(request: Request, organization_id: OrganizationId) -> Response:
    """The domains that are claimed."""
    service, key = caller(request)
    return answer(service.list_domains(key, organization_id))


@router.delete(
    "/organizations/{organization_id}/domains",
    operation_id="domain-claim-delete",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(
        s400="org.idp.idp_configured",
        s404=NOT_FOUND,
        s409="org.domain_claim.concurrent_organization_modification",
    ),
)
async def remove_domain(request: Request, organization_id: OrganizationId, body: DomainBody) -> Response:
    """Give a domain up."""
    service, key = caller(request)
    return answer(service.remove_domain(key, organization_id, body.domain_claim_request))


@router.post(
    "/organizations/{organization_id}/domains/_generate_verification_code",
    operation_id="domain-claim-generate-verification-code",
    tags=TAGS,
    response_model=models.VerificationCodeResponse,
    responses=refusals(s404=NOT_FOUND),
)
async def challenge(request: Request, organization_id: OrganizationId, body: CodeBody) -> Response:
    """The code that proves that a domain is one's own."""
    service, key = caller(request)
    return answer(service.challenge(key, organization_id, body.domain_claim_request))


@router.post(
    "/organizations/{organization_id}/domains/_verify",
    operation_id="domain-claim-verify-domain",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(
        s400="org.domain_claim.already_exists",
        s404=NOT_FOUND,
        s409="org.domain_claim.concurrent_organization_modification",
    )
    | {449: {"model": models.EmptyResponse, "description": "The DNS does not show the code yet; the body is empty"}},
)
async def claim_domain(request: Request, organization_id: OrganizationId, body: ClaimBody) -> Response:
    """Claim a domain."""
    service, key = caller(request)
    claimed = service.claim_domain(key, organization_id, body.domain_claim_request)
    return answer({}) if claimed else Response(status_code=449)


@router.get(
    "/organizations/{organization_id}/role_mappings",
    operation_id="get-role-mappings",
    tags=TAGS,
    response_model=models.GetRoleMappingsResponse,
    responses=refusals(s404=NOT_FOUND),
)
async def list_mappings(request: Request, organization_id: OrganizationId) -> Response:
    """The role mappings."""
    service, key = caller(request)
    return answer(service.list_mappings(key, organization_id))


@router.post(
    "/organizations/{organization_id}/role_mappings",
    operation_id="add-role-mappings-individually",
    tags=TAGS,
    status_code=201,
    response_model=models.EmptyResponse,
    responses=refusals(s400=RULES, s404=NOT_FOUND),
)
async def add_mappings(request: Request, organization_id: OrganizationId, body: MoreMappingsBody) -> Response:
    """Add role mappings."""
    service, key = caller(request)
    mappings = body.model_dump(exclude_unset=True)["mappings"]
    return answer(service.add_mappings(key, organization_id, mappings), 201)


@router.put(
    "/organizations/{organization_id}/role_mappings",
    operation_id="update-role-mappings",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s400=RULES, s404=NOT_FOUND),
)
async def set_mappings(request: Request, organization_id: OrganizationId, body: AllMappingsBody) -> Response:
    """Exchange all role mappings."""
    service, key = caller(request)
    mappings = body.model_dump(exclude_unset=True)["mappings"]
    return answer(service.add_mappings(key, organization_id, mappings, only=True))


@router.delete(
    "/organizations/{organization_id}/role_mappings",
    operation_id="delete-role-mappings",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s404=NOT_FOUND),
)
async def remove_all_mappings(request: Request, organization_id: OrganizationId) -> Response:
    """Remove all role mappings."""
    service, key = caller(request)
    return answer(service.remove_mappings(key, organization_id))


@router.put(
    "/organizations/{organization_id}/role_mappings/{role_name}",
    operation_id="update-role-mapping",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s400=RULES, s404=f"{NOT_FOUND} org.role_mapping_rule.role_mapping_not_found"),
)
async def set_mapping(
    request: Request, organization_id: OrganizationId, role_name: MappingName, body: MappingBody
) -> Response:
    """Exchange one role mapping."""
    service, key = caller(request)
    mapping = body.model_dump(exclude_unset=True)["mapping"]
    return answer(service.set_mapping(key, organization_id, role_name, mapping))


@router.delete(
    "/organizations/{organization_id}/role_mappings/{role_names}",
    operation_id="delete-role-mappings-individually",
    tags=TAGS,
    response_model=models.DeleteRoleMappingsResponse,
    responses=refusals(s404=f"{NOT_FOUND} org.role_mapping_rule.role_mapping_not_found"),
)
async def remove_mappings(request: Request, organization_id: OrganizationId, role_names: MappingNames) -> Response:
    """Remove role mappings by their names."""
    service, key = caller(request)
    return answer(service.remove_mappings(key, organization_id, role_names.split(",")))
