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
from typing import Annotated, Literal
from urllib.parse import unquote

from fastapi import FastAPI, Path, Query, Request, Response, Security
from fastapi.exceptions import RequestValidationError
from fastapi.security import APIKeyHeader
from pydantic import AfterValidator
from starlette.exceptions import HTTPException

from . import models, sso_app
from .answers import BASE_PATH, NULLS_ARE_ABSENT, OrganizationId, answer, caller, refusal, refusals
from .refusals import Refused

TAGS: list[str | Enum] = ["Organizations"]
KEY_TAGS: list[str | Enum] = ["Authentication"]

Token = Annotated[str, Path(description="Token of the invitation"), AfterValidator(unquote)]
Tokens = Annotated[str, Path(description="Tokens of invitations, separated by commas"), AfterValidator(unquote)]
KeyId = Annotated[str, Path(description="Id of the API key"), AfterValidator(unquote)]
ProjectType = Annotated[Literal["elasticsearch", "observability", "security"], Path(description="Type of the project")]
ProjectId = Annotated[str, Path(description="Id of the project"), AfterValidator(unquote)]
NextPage = Annotated[str, Query(description="The next_page of the reply before")]
UserId = Annotated[str, Path(description="Id of the user"), AfterValidator(unquote)]
UserIds = Annotated[str, Path(description="Ids of users, separated by commas"), AfterValidator(unquote)]

OrganizationBody = Annotated[models.OrganizationRequest, NULLS_ARE_ABSENT]
InvitationBody = Annotated[models.OrganizationInvitationRequest, NULLS_ARE_ABSENT]
RolesBody = Annotated[models.RoleAssignments, NULLS_ARE_ABSENT]
KeyBody = Annotated[models.CreateApiKeyRequest, NULLS_ARE_ABSENT]
KeyIdsBody = Annotated[models.DeleteApiKeysRequest, NULLS_ARE_ABSENT]

# Operations that have a code of their own for a body that is not valid.
INVALID = {("POST", "/users/auth/keys"): "api_keys.invalid_input"}


def _fields(error: RequestValidationError, code: str) -> Refused:
    """The refusal names the fields at fault, unless it is the body itself: there is none, or it is no JSON."""
    faults = [fault for fault in error.errors() if fault["type"] != "json_invalid"]
    places = [".".join(str(part) for part in fault["loc"][1:]) for fault in faults]
    return Refused(400, code, fields=[place for place in places if place] or None)


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
async def invalid(request: Request, error: RequestValidationError) -> Response:
    if any(fault["loc"][0] == "path" for fault in error.errors()):
        return refusal(Refused(404, "root.resource_not_found"))
    operation = request.method, request.scope["path"]
    return refusal(_fields(error, INVALID.get(operation, "root.invalid_data")))


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


@api.get(
    "/users/auth/keys",
    operation_id="get-api-keys",
    tags=KEY_TAGS,
    response_model=models.ApiKeysResponse,
    responses=refusals(),
)
async def list_keys(request: Request, next_page: NextPage = "") -> Response:
    """The API keys that the caller may see, page by page."""
    service, key = caller(request)
    return answer(service.list_keys(key, next_page))


@api.post(
    "/users/auth/keys",
    operation_id="create-api-key",
    tags=KEY_TAGS,
    status_code=201,
    response_model=models.ApiKeyResponse,
    responses=refusals(s400="api_keys.invalid_input", s403="role_assignments.unauthorized_role_assignments"),
)
async def create_key(request: Request, body: KeyBody) -> Response:
    """Make an API key."""
    service, key = caller(request)
    return answer(service.create_key(key, **body.model_dump(exclude_unset=True)), 201)


@api.delete(
    "/users/auth/keys",
    operation_id="delete-api-keys",
    tags=KEY_TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s404="api_keys.key_not_found"),
)
async def delete_keys(request: Request, body: KeyIdsBody) -> Response:
    """Revoke API keys."""
    service, key = caller(request)
    return answer(service.delete_keys(key, body.keys))


@api.get(
    "/users/auth/keys/_all",
    operation_id="get-users-api-keys",
    tags=KEY_TAGS,
    response_model=models.ApiKeysResponse,
    responses=refusals(),
    deprecated=True,
)
async def list_all_keys(request: Request) -> Response:
    """The API keys that the caller may see, all at once."""
    service, key = caller(request)
    return answer(service.list_all_keys(key))


@api.get(
    "/users/auth/keys/{api_key_id}",
    operation_id="get-api-key",
    tags=KEY_TAGS,
    response_model=models.ApiKeyResponse,
    responses=refusals(s404="api_keys.key_not_found"),
)
async def get_key(request: Request, api_key_id: KeyId) -> Response:
    """One API key."""
    service, key = caller(request)
    return answer(service.get_key(key, api_key_id))


@api.delete(
    "/users/auth/keys/{api_key_id}",
    operation_id="delete-api-key",
    tags=KEY_TAGS,
    response_model=models.EmptyResponse,
    responses=refusals(s404="api_keys.key_not_found"),
)
async def delete_key(request: Request, api_key_id: KeyId) -> Response:
    """Revoke an API key."""
    service, key = caller(request)
    return answer(service.delete_keys(key, [api_key_id]))


@api.get(
    "/deployments",
    operation_id="list-deployments",
    tags=["Deployments"],
    response_model=models.DeploymentsListResponse,
    responses=refusals(s401="root.unauthorized"),
)
async def list_deployments(request: Request) -> Response:
    """The deployments that the key sees."""
    service, key = caller(request)
    return answer(service.list_deployments(key))


@api.get(
    "/serverless/projects/{project_type}",
    operation_id="list-projects",
    tags=["Projects"],
    response_model=models.ProjectList,
    responses=refusals(),
)
async def list_projects(request: Request, project_type: ProjectType, next_page: NextPage = "") -> Response:
    """The projects of a type that the key sees, page by page."""
    service, key = caller(request)
    return answer(service.list_projects(key, project_type, next_page))


@api.get(
    "/serverless/projects/{project_type}/{project_id}/roles",
    operation_id="get-project-roles",
    tags=["Projects"],
    response_model=models.ProjectRoles,
    responses=refusals(s404="root.resource_not_found"),
)
async def list_project_roles(request: Request, project_type: ProjectType, project_id: ProjectId) -> Response:
    """The custom roles of a project."""
    service, key = caller(request)
    return answer(service.list_project_roles(key, project_type, project_id))
