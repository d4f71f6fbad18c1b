# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""One way to ask for what there is in an organization, of which nothing is missed in silence: what could not be read
stands in the survey as a gap.
"""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    RoleMapping,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import CONCURRENCY
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import Listed, read_resources
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.single_sign_on import (
    read_domains,
    read_identity_provider,
    read_role_mappings,
)

SINGLE_SIGN_ON = ("role_mappings", "identity_provider", "domains")
RESOURCES = {".".join(scope): scope for scope in LISTED}  # the parts that are lists of resources
# In the order in which they are asked for: whoever accepts an invitation meanwhile is seen twice, and not never.
PARTS = ("organization", "invitations", "members", "api_keys", *SINGLE_SIGN_ON, *RESOURCES)


@dataclass(slots=True)
class Survey:
    """What there is, as far as it was asked for and could be read.

    None: not asked for, or a gap; of `identity_provider` also that there is none. resources: the lists, by part. gaps:
    by part, why it could not be read. whole: whether no list of people named a further page.
    """

    organization: dict[str, t.Any] | None = None
    invitations: list[Invitation] | None = None
    members: list[Member] | None = None
    api_keys: list[ApiKey] | None = None
    role_mappings: list[RoleMapping] | None = None
    identity_provider: IdentityProvider | None = None
    domains: list[str] | None = None
    resources: dict[str, Listed] = field(default_factory=dict)
    gaps: dict[str, ApiError] = field(default_factory=dict)
    whole: bool = True


def take_survey(organization: Organization, parts: Collection[str], concurrency: int = CONCURRENCY) -> Survey:
    """Return what there is of these parts. Asks for nothing else, in one request each, by pages more.

    parts: some of `PARTS`; concurrency: how many requests may be under way at once; with 1, they follow each other in
    the order of `PARTS`.
    """
    client, id_ = organization.client, organization.id
    readings: dict[str, Callable[[], t.Any]] = {
        "organization": organization.describe,
        "invitations": organization.invitations,
        "members": organization.members,
        "api_keys": ApiKeys(organization).all,
        "role_mappings": partial(read_role_mappings, client, id_),
        "identity_provider": partial(read_identity_provider, client, id_),
        "domains": partial(read_domains, client, id_),
        **{part: partial(read_resources, client, scope) for part, scope in RESOURCES.items()},
    }
    survey = Survey()
    with ThreadPoolExecutor(concurrency) as pool:
        answers = {part: pool.submit(readings[part]) for part in PARTS if part in parts}
    for part, answer in answers.items():
        try:
            found = answer.result()
        except ApiError as error:
            survey.gaps[part] = error
            continue
        if part in RESOURCES:
            survey.resources[part] = found
        else:
            setattr(survey, part, found)
    survey.whole = organization.whole
    return survey


def is_refusal(error: ApiError) -> bool:
    """Return whether the service has refused one request, such that others may well be answered: neither the API key
    nor the service is at fault altogether.
    """
    return error.status is not None and 400 <= error.status < 500 and error.status not in (401, 429)
