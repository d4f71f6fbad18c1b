# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of the API under their paths, as an application that documents itself.

It is reached through `middleware.Middleware`, which has dealt with the base path, the credentials and the limits
before, and which puts the service and the caller's key into the scope. So there is one application for any number of
emulators.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated
from urllib.parse import unquote

from fastapi import FastAPI, Path, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader
from pydantic import AfterValidator
from starlette.exceptions import HTTPException

from . import models, sso_app
from .answers import BASE_PATH, NULLS_ARE_ABSENT, OrganizationId, answer, caller, refusal, refusals
from .refusals import Refused

TAGS: list[str | Enum] = ["Organizations"]

Token = Annotated[str, Path(description="Token of the invitation"), AfterValidator(unquote)]
Tokens = Annotated[str, Path(description="Tokens of invitations, separated by commas"), AfterValidator(unquote)]
UserId = Annotated[str, Path(description="Id of the user"), AfterValidator(unquote)]
UserIds = Annotated[str, Path(description="Ids of users, separated by commas"), AfterValidator(unquote)]

OrganizationBody = Annotated[models.OrganizationRequest, NULLS_ARE_ABSENT]
InvitationBody = Annotated[models.OrganizationInvitationRequest, NULLS_ARE_ABSENT]
RolesBody = Annotated[models.RoleAssignments, NULLS_ARE_ABSENT]


def _fields(error: RequestValidationError) -> Refused:
    """The refusal names the fields at fault, unless it is the body itself: there is none, or it is no JSON."""
    faults = [fault for fault in error.errors() if fault["type"] != "json_invalid"]
    places = [".".join(str(part) for part in fault["loc"][1:]) for fault in faults]
    return Refused(400, "root.invalid_data", fields=[place for place in places if place] or None)


api = FastAPI(
    title="Organization API",
    version="1",
    servers=[{"url": BASE_PATH}],
    dependencies=[Security(APIKeyHeader(name="Authorization", scheme_name="apiKey", auto_error=False))],
    redirect_slashes=False,
    docs_url=None,
    redoc_url=None,
    openapi_url=None,
)
api.include_router(sso_app.router)


@api.exception_handler(Refused)
async def refused(_request: Request, error: Refused) -> Response:
    return refusal(error)


@api.exception_handler(RequestValidationError)
async def invalid(_request: Request, error: RequestValidationError) -> Response:
    return refusal(_fields(error))


@api.exception_handler(HTTPException)
async def elsewhere(_request: Request, error: HTTPException) -> Response:
    code = "root.method_not_allowed" if error.status_code == 405 else "root.resource_not_found"
    return refusal(Refused(error.status_code, code))


@api.get(
    "/organizations",
    operation_id="list-organizations",
    tags=TAGS,
    response_model=models.OrganizationList,
    responses=refusals(s401="user.not_found"),
)
async def list_organizations(request: Request) -> Response:
    """The organizations that the key sees."""
    service, key = caller(request)
    return answer(service.list_organizations(key))


@api.get(
    "/organizations/invitations/{invitation_token}",
    operation_id="get-organization-invitation",
    tags=TAGS,
    response_model=models.OrganizationInvitation,
    responses=refusals(s404="organization.invitation_not_found"),
)
async def get_invitation(request: Request, invitation_token: Token) -> Response:
    """One invitation."""
    service, key = caller(request)
    return answer(service.get_invitation(key, invitation_token))


@api.post(
    "/organizations/invitations/{invitation_token}/_accept",
    operation_id="accept-organization-invitation",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(
        s400="organization.user_organization_already_belongs",
        s403="root.invalid_authentication",
        s404="organization.not_found user.not_found organization.invitation_not_found",
    ),
)
async def accept_invitation(request: Request, invitation_token: Token) -> Response:
    """Join an organization."""
    service, key = caller(request)
    return answer(service.accept_invitation(key, invitation_token))


@api.get(
    "/organizations/{organization_id}",
    operation_id="get-organization",
    tags=TAGS,
    response_model=models.Organization,
    responses=refusals(s401="user.not_found", s403="organization.invalid_access", s404="organization.not_found"),
)
async def get_organization(request: Request, organization_id: OrganizationId) -> Response:
    """One organization."""
    service, key = caller(request)
    return answer(service.get_organization(key, organization_id))


@api.put(
    "/organizations/{organization_id}",
    operation_id="update-organization",
    tags=TAGS,
    response_model=models.Organization,
    responses=refusals(
        s400="organization.invalid_name organization.user_organization_already_exists",
        s401="",
        s403="organization.invalid_access",
        s404="organization.not_found",
    ),
)
async def update_organization(request: Request, organization_id: OrganizationId, body: OrganizationBody) -> Response:
    """Change an organization."""
    service, key = caller(request)
    return answer(service.update_organization(key, organization_id, body.model_dump(exclude_unset=True)))


@api.get(
    "/organizations/{organization_id}/invitations",
    operation_id="list-organization-invitations",
    tags=TAGS,
    response_model=models.OrganizationInvitations,
    responses=refusals(s404="organization.not_found"),
)
async def list_invitations(request: Request, organization_id: OrganizationId) -> Response:
    """The open invitations, pending and expired."""
    service, key = caller(request)
    return answer(service.list_invitations(key, organization_id))


@api.post(
    "/organizations/{organization_id}/invitations",
    operation_id="create-organization-invitations",
    tags=TAGS,
    status_code=201,
    response_model=models.OrganizationInvitations,
    responses=refusals(
        s400="organization.invitation_invalid_email organization.invitation_already_exists"
        " organization.user_organization_already_belongs organization.invitations_pending_limit_exceeded",
        s403="root.invalid_authentication role_assignments.unauthorized_role_assignments",
        s404="organization.not_found user.not_found organization.user_organization_does_not_belong",
        s429="organization.invitations_rate_limit_exceeded",
    ),
)
async def invite(request: Request, organization_id: OrganizationId, body: InvitationBody) -> Response:
    """Invite people."""
    service, key = caller(request)
    return answer(service.invite(key, organization_id, **body.model_dump(exclude_unset=True)), 201)


@api.delete(
    "/organizations/{organization_id}/invitations/{invitation_tokens}",
    operation_id="delete-organization-invitations",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s400="root.invalid_data", s404="organization.not_found organization.invitation_not_found"),
)
async def uninvite(request: Request, organization_id: OrganizationId, invitation_tokens: Tokens) -> Response:
    """Delete invitations."""
    service, key = caller(request)
    return answer(service.uninvite(key, organization_id, invitation_tokens.split(",")))


@api.get(
    "/organizations/{organization_id}/members",
    operation_id="list-organization-members",
    tags=TAGS,
    response_model=models.OrganizationMemberships,
    responses=refusals(s404="organization.not_found"),
)
async def list_members(request: Request, organization_id: OrganizationId) -> Response:
    """The members."""
    service, key = caller(request)
    return answer(service.list_members(key, organization_id))


@api.delete(
    "/organizations/{organization_id}/members/{user_ids}",
    operation_id="delete-organization-memberships",
    tags=TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s404="user.not_found organization.not_found organization.membership_not_found"),
)
async def remove_members(
    request: Request, organization_id: OrganizationId, user_ids: UserIds, force: bool = False
) -> Response:
    """End memberships. To force it is up to the vendor's own staff, and means nothing to others."""
    service, key = caller(request)
    return answer(service.remove_members(key, organization_id, user_ids.split(",")))


changing_roles = refusals(
    s400="role_assignments.invalid_target_user_id",
    s401="root.unauthorized",
    s403="role_assignments.unauthorized_role_assignments",
)


@api.post(
    "/users/{user_id}/role_assignments",
    operation_id="add-role-assignments",
    tags=["UserRoleAssignments"],
    response_model=models.EmptyResponse,
    responses=changing_roles,
)
async def add_roles(request: Request, user_id: UserId, body: RolesBody) -> Response:
    """Give roles to a member."""
    service, key = caller(request)
    return answer(service.add_roles(key, user_id, body.model_dump(exclude_unset=True)))


@api.delete(
    "/users/{user_id}/role_assignments",
    operation_id="remove-role-assignments",
    tags=["UserRoleAssignments"],
    response_model=models.EmptyResponse,
    responses=changing_roles,
)
async def remove_roles(request: Request, user_id: UserId, body: RolesBody, force: bool = False) -> Response:
    """Take roles from a member. To force it is up to the vendor's own staff, and means nothing to others."""
    service, key = caller(request)
    return answer(service.remove_roles(key, user_id, body.model_dump(exclude_unset=True)))
