# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""The reading of an access review: a client that can only read, and what it brings home, in the order of the contract.

Whoever accepts an invitation meanwhile is seen twice, and not never: invitations are answered before members are asked
for.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Callable, Collection, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import (
    LISTED,
    Names,
    Path,
    Resource,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Evidence, Json
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import BASE_PATH, Client, encode
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import (
    NOT_WHOLE,
    read_resources,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import (
    SINGLE_SIGN_ON,
    Survey,
    is_refusal,
    take_survey,
)

NECESSARY = ("organization", "invitations", "members")  # without one of these there is no review
LISTS = ("organizations", "invitations", "members", "keys", "mappings", "domains", "deployments", "items")


class ReadOnly(Client):
    """A client that can make no request but GET. log: every request that was answered or given up, in order."""

    def __init__(self, *args: t.Any, **kwargs: t.Any) -> None:
        super().__init__(*args, **kwargs)
        self.log: list[Json] = []

    def request(
        self, method: str, *segments: str | Sequence[str], query: str = "", body: t.Any = None, secret: bool = False
    ) -> dict[str, t.Any]:
        """Send a request and return the reply's object, as the client does; ApiError for anything but GET."""
        made: Json = {"method": method, "path": f"{BASE_PATH}/{'/'.join(map(encode, segments))}"}
        if method != "GET" or body is not None:
            raise ApiError("a review only reads, and this would write", method=method, path=made["path"])
        try:
            reply = super().request(method, *segments, query=query, secret=secret)
        except ApiError as error:
            self.log.append({**made, "status": error.status, "count": None})
            raise
        self.log.append({**made, "status": 200, "count": _count(reply)})
        return reply

    def _attempt(self, method: str, path: str, shown: str, body: t.Any) -> dict[str, t.Any]:
        if method != "GET" or body is not None:
            raise ApiError("a review only reads, and this would write", method=method, path=shown)
        return super()._attempt(method, path, shown, body)


def _count(reply: dict[str, t.Any]) -> int | None:
    """Return how many items a reply holds, None for one that is no list."""
    return next((len(reply[key]) for key in LISTS if isinstance(reply.get(key), list)), None)


def read_evidence(organization: Organization, named: Collection[Path], clock: Callable[[], dt.datetime]) -> Evidence:
    """Return what can be read of an organization, one request after the other.

    named: the scopes in which a definition names resources; clock: tells the time. What the service refuses to show
    beside the organization, its members and invitations is a gap; raises ApiError for whatever else goes wrong, after
    which nothing is asked for any more.
    """
    started = clock()
    survey = Survey()
    for part in (*NECESSARY, "api_keys", *SINGLE_SIGN_ON):
        found = take_survey(organization, [part], 1)
        if (error := found.gaps.get(part)) and (part in NECESSARY or not is_refusal(error)):
            raise error.during(f"Reading the organization {organization.id} failed")
        survey.gaps |= found.gaps
        setattr(survey, part, getattr(found, part))
    held = [one.grants for one in (*(survey.members or ()), *(survey.invitations or ()))]
    names = _read_names(organization, named, held)
    client = organization.client
    return Evidence(
        organization.id,
        survey.organization or {},
        survey.members or [],
        survey.invitations or [],
        started,
        clock(),
        api_keys=survey.api_keys,
        role_mappings=survey.role_mappings,
        provider=survey.identity_provider,
        domains=survey.domains,
        names=names,
        unread={part: str(error) for part, error in survey.gaps.items()},
        further_pages=frozenset() if organization.whole else frozenset({"members", "invitations"}),
        requests=list(client.log) if isinstance(client, ReadOnly) else [],
    )


def _read_names(organization: Organization, named: Collection[Path], held: Sequence[Grants]) -> Names:
    """Return what resources are called, where somebody holds a grant on a single one or a definition names one."""
    wanted = {*named, *(grant.scope for grants in held for grant in grants if grant.resource is not None)}
    lists: dict[Path, list[Resource]] = {}
    unread: dict[Path, str] = {}
    for scope in (scope for scope in LISTED if scope in wanted):
        try:
            lists[scope], whole = read_resources(organization.client, scope)
        except ApiError as error:
            if not is_refusal(error):
                raise error.during(f"Reading the organization {organization.id} failed") from None
            unread[scope] = str(error)
        else:
            if not whole:
                unread[scope] = NOT_WHOLE
    return Names(lists, unread)
