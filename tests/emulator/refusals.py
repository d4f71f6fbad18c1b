# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the service says no."""

from __future__ import annotations

from collections.abc import Iterable

# The codes up to the blank line are the vendor's (its published Swagger document and API reference); the wording is
# ours. For what follows no source names a code, and any code has to do.
MESSAGES = {
    "org.domain_claim.already_exists": "The domain is claimed already.",
    "org.domain_claim.concurrent_organization_modification": "The organization is being changed by somebody else.",
    "org.idp.idp_configured": "An identity provider is set up for the organization.",
    "org.idp.idp_not_configured": "No identity provider is set up for the organization.",
    "org.role_mapping_rule.ambiguous_rule": "The rule can be read in more than one way.",
    "org.role_mapping_rule.email_syntax_error": "The rule asks for something that is no email address.",
    "org.role_mapping_rule.empty_rule": "The rule asks for nothing.",
    "org.role_mapping_rule.role_mapping_not_found": "There is no such role mapping.",
    "org.role_mapping_rule.syntax_error": "The role mapping is not valid.",
    "org.role_mapping_rule.too_many_role_mappings": "There are too many role mappings.",
    "api_keys.invalid_input": "No API key can be made of this.",
    "api_keys.key_not_found": "There is no such API key.",
    "organization.invalid_access": "You have no access to this organization.",
    "organization.invalid_name": "The name must have 2 to 30 characters.",
    "organization.invitation_already_exists": "There is an open invitation for this address already.",
    "organization.invitation_invalid_email": "This is no valid email address.",
    "organization.invitation_not_found": "There is no such invitation.",
    "organization.invitations_pending_limit_exceeded": "Too many invitations are pending.",
    "organization.invitations_rate_limit_exceeded": "Too many invitations were sent.",
    "organization.membership_not_found": "This user is no member of the organization.",
    "organization.not_found": "There is no such organization.",
    "organization.user_organization_already_belongs": "This user belongs to an organization already.",
    "organization.user_organization_already_exists": "This user has an organization already.",
    "organization.user_organization_does_not_belong": "The sender does not belong to this organization.",
    "role_assignments.invalid_target_user_id": "The target user is not valid.",
    "role_assignments.unauthorized_role_assignments": "You may not change these role assignments.",
    "root.invalid_authentication": "This is not allowed with these credentials.",
    "root.invalid_data": "The request is not valid.",
    "root.unauthorized": "The credentials are not valid.",
    "user.not_found": "There is no such user.",

    "role_assignments.already_assigned": "The user has this role assignment already.",
    "role_assignments.not_assigned": "The user does not have this role assignment.",
    "root.internal": "Something went wrong within the service.",
    "root.method_not_allowed": "This path does not know this method.",
    "root.rate_limit_exceeded": "Too many requests.",
    "root.resource_not_found": "There is nothing at this path.",
    "root.unavailable": "The service cannot answer now.",
    "root.uri_too_long": "The path is too long.",
}  # fmt: skip


class Refused(Exception):
    """The service refuses a request, as a whole: nothing happened.

    `status` is that of HTTP, `codes` are the vendor's error codes (one or more), `fields` the names of the fields of
    the body that are at fault, and `retry_after` the seconds after which to try again, where that is told.
    """

    def __init__(
        self, status: int, *codes: str, fields: Iterable[str] | None = None, retry_after: int | None = None
    ) -> None:
        super().__init__(f"{status} {', '.join(codes)}")
        self.status = status
        self.codes = codes
        self.fields = None if fields is None else list(fields)
        self.retry_after = retry_after

    def body(self) -> dict[str, object]:
        """The reply, in the vendor's form."""
        fields = {} if self.fields is None else {"fields": self.fields}
        return {"errors": [{"code": code, "message": MESSAGES.get(code, code), **fields} for code in self.codes]}
