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

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Path, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.pages import read_pages


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
    found = [Resource(scope, str(one["id"]), _name(one)) for one in objects if one.get("id")]
    return Listed(found, whole)


def _name(one: dict[str, t.Any]) -> str:
    name = one.get("name")
    return name if isinstance(name, str) else ""
