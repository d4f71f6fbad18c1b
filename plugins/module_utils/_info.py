# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What there is, as the module org_info returns it, and what it warns of."""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Collection

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey, nobodys, ours
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People, email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import is_enforced
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import NOT_WHOLE
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.single_sign_on import METHOD
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import (
    RESOURCES,
    SINGLE_SIGN_ON,
    Survey,
    is_refusal,
    take_survey,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import SignOn
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import (
    describe_mapping,
    describe_provider,
    what_no_definition_tells,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.describe import (
    describe_invitation,
    describe_member,
    describe_team,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import ON_FURTHER_PAGES

# What has to be read for each part of the result. Who has made a key is told by the members.
NEEDED: dict[str, tuple[str, ...]] = {
    "organization": ("organization",),
    "members": ("members",),
    "invitations": ("invitations",),
    "team": ("members", "invitations"),
    "api_keys": ("api_keys", "members"),
    "sso": ("organization", *SINGLE_SIGN_ON),
    "resources": tuple(RESOURCES),
}
# Without what these need there is no result.
PEOPLE = ("organization", "members", "invitations", "team")


def gather_info(
    organization: Organization, gather: Collection[str], now: dt.datetime
) -> tuple[dict[str, t.Any], list[str]]:
    """Return what is to be gathered, as the contract of `org_info` has it, and warnings. Reads nothing else, side by
    side.

    now: the current time with a zone. Raises ApiError where organization or people cannot be read that are asked for,
    and where nothing at all could be read for want of an answer.
    """
    survey = take_survey(organization, {part for name in gather for part in NEEDED[name]})
    necessary = {part for name in PEOPLE if name in gather for part in NEEDED[name]}
    missed = [error for part, error in survey.gaps.items() if part in necessary]
    result: dict[str, t.Any] = {}
    warnings: list[str] = []
    if not missed:
        result, warnings = _people(survey, gather)
        for name, describe in (("api_keys", _api_keys), ("sso", _single_sign_on), ("resources", _resources)):
            if name in gather:
                described, more = describe(survey, organization.id, now)
                result |= {} if described is None else {name: described}
                warnings += [*_gaps(survey, name, described is None), *more]
    if not result:
        missed += [error for error in survey.gaps.values() if not is_refusal(error)]
    if missed:
        raise missed[0].during(f"Reading the organization {organization.id} failed")
    return result, warnings


def _people(survey: Survey, gather: Collection[str]) -> tuple[dict[str, t.Any], list[str]]:
    result: dict[str, t.Any] = {}
    warnings: list[str] = []
    members, invitations = survey.members or [], survey.invitations or []
    if "organization" in gather:
        result["organization"] = survey.organization
    if "members" in gather:
        result["members"] = [describe_member(member) for member in sorted(members, key=_place)]
    if "invitations" in gather:
        result["invitations"] = [describe_invitation(one) for one in sorted(invitations, key=_place)]
    if "team" in gather:
        described, warnings = describe_team(People(members, invitations, whole=survey.whole))
        if described:
            result["team"] = described
    if not survey.whole:
        warnings.insert(0, f"{ON_FURTHER_PAGES}: what is returned is not everybody.")
    return result, warnings


def _api_keys(
    survey: Survey, organization_id: str, now: dt.datetime
) -> tuple[list[dict[str, t.Any]] | None, list[str]]:
    """Return `api_keys` as the contract has it: those of the organization, and those that name none."""
    if survey.api_keys is None:
        return None, []
    counting, homeless = ours(survey.api_keys, organization_id, now), nobodys(survey.api_keys, now)
    emails = {member.user_id: member.email for member in survey.members or ()}
    shown = sorted([*counting, *homeless], key=lambda key: (key.name, key.created_at or "", key.id))
    warnings = []
    if homeless:
        named = some_of([f"{key.name} ({key.id})" for key in homeless])
        warnings.append(
            f"For these API keys the service names no organization: {named}. They may belong to another one, so this "
            "collection never revokes them."
        )
    warnings += _blind_spot([*counting, *homeless], emails)
    return [_describe_key(key, emails.get(key.user_id or "")) for key in shown], warnings


def _blind_spot(keys: Collection[ApiKey], members: Collection[str]) -> list[str]:
    """Return a warning where the API key in use may see the keys of its own maker alone."""
    makers = {key.user_id for key in keys}
    if len(makers) != 1 or len(members) < 2:
        return []
    return [
        "All API keys that are shown were made by one person, and there are more members: the API key in use may not "
        "see what others have made."
    ]


def _describe_key(key: ApiKey, email: str | None) -> dict[str, t.Any]:
    return {
        "id": key.id,
        "name": key.name,
        "organization_id": key.organization_id,
        "user_id": key.user_id,
        "email": email,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "role_assignments": to_assignments(key.grants),
    }


def _single_sign_on(
    survey: Survey, _organization_id: str, _now: dt.datetime
) -> tuple[dict[str, t.Any] | None, list[str]]:
    """Return `sso` as the contract has it, without the parts that could not be read."""
    gaps, provider = survey.gaps, survey.identity_provider
    settings = survey.organization or {}
    is_unknown = "identity_provider" in gaps and METHOD not in settings
    enforced = None if is_unknown else is_enforced(settings, provider)
    described: dict[str, t.Any] = {}
    if "identity_provider" not in gaps:
        described["identity_provider"] = describe_provider(provider)
    if survey.role_mappings is not None:
        described["role_mappings"] = [describe_mapping(mapping) for mapping in survey.role_mappings]
    if survey.domains is not None:
        described["domains"] = sorted(survey.domains)
    if not described:
        return None, []
    state = SignOn(provider, tuple(survey.role_mappings or ()), tuple(survey.domains or ()), enforced)
    return {**described, "enforced": enforced}, what_no_definition_tells(state)


def _resources(
    survey: Survey, _organization_id: str, _now: dt.datetime
) -> tuple[list[dict[str, t.Any]] | None, list[str]]:
    """Return `resources` as the contract has it, in the order of scopes and names."""
    if not survey.resources:
        return None, []
    shown = [
        {"scope": one.scope[0], "type": one.scope[1] if one.scope[1:] else None, "id": one.id, "name": one.name or None}
        for listed in survey.resources.values()
        for one in sorted(listed.resources, key=lambda one: (one.name, one.id))
    ]
    halves = [part for part, listed in survey.resources.items() if not listed.whole]
    return shown, [f"Of resources, {some_of(halves)} are not complete: {NOT_WHOLE}."] if halves else []


def _gaps(survey: Survey, name: str, nothing: bool) -> list[str]:
    """Return warnings of what could not be read for a part of the result, one for each reason.

    nothing: whether there is no such part.
    """
    reasons: dict[str, list[str]] = {}
    for part in NEEDED[name]:
        if part in survey.gaps:
            reasons.setdefault(str(survey.gaps[part]), []).append(part)
    if nothing:
        return [f"{name} is not returned, since it could not be read: {'; '.join(reasons)}"]
    return [f"{name} lacks what {' and '.join(parts)} would tell: {why}" for why, parts in reasons.items()]


def _place(person: t.Any) -> tuple[str, str]:
    return email_key(person.email or ""), person.user_id or ""
