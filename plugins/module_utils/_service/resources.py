# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Deployments and projects: what there is for roles to be on.

From the vendor's API references: `GET /deployments` for hosted deployments, and `GET /serverless/projects/{type}` for
serverless projects, which comes in pages.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Path, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.pages import read_pages

NOT_WHOLE = "the service's list of them repeats itself, so that its end was not reached; run again later"


class Listed(t.NamedTuple):
    """What there is in one scope. whole: whether the list was read to its end."""

    resources: list[Resource]
    whole: bool


def read_resources(client: Client, scope: Path) -> Listed:
    """Return the deployments, or the projects of one type, that the API key sees. Deployments that are stopped and
    hidden may be missing.

    scope: one of `LISTED`. One request, for projects one for each page. Raises what `read_pages` raises.
    """
    if scope == ("deployment",):
        objects, whole = read_pages(client, "deployments", key="deployments")
    else:
        objects, whole = read_pages(client, "serverless", "projects", scope[-1], key="items")
    found = {str(one["id"]): Resource(scope, str(one["id"]), _name(one)) for one in objects if one.get("id")}
    return Listed(list(found.values()), whole)


def read_names(client: Client, scopes: Iterable[Path], concurrency: int) -> Names:
    """Return what the resources in these scopes are called, their lists read side by side.

    A list that cannot be read, or not to its end, is no error: what is returned says so.
    """
    asked = sorted(scopes)
    lists: dict[Path, list[Resource]] = {}
    unread: dict[Path, str] = {}
    if asked:
        with ThreadPoolExecutor(min(concurrency, len(asked))) as pool:
            readings = [pool.submit(read_resources, client, scope) for scope in asked]
        for scope, reading in zip(asked, readings, strict=True):
            try:
                lists[scope], whole = reading.result()
            except ApiError as error:
                unread[scope] = str(error)
            else:
                if not whole:
                    unread[scope] = NOT_WHOLE
    return Names(lists, unread)


def _name(one: dict[str, t.Any]) -> str:
    name = one.get("name")
    return name if isinstance(name, str) else ""
