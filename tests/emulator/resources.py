# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations that list deployments and projects.

Sources: the vendor's references of its Cloud API and of its serverless API. What is hidden or deleted is in no list,
although grants on it stay (issues 1040 and 1041 of the vendor's Terraform provider).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from .grants import ALL
from .refusals import Refused
from .state import Key, Resource, Service


class Resources(Service):
    """The service with its lists of what roles can be on."""

    def list_deployments(self, key: Key) -> dict[str, Any]:
        """All that the key holds a role on."""
        found = [{"id": id_, "name": one.name, "resources": []} for id_, one in self._seen(key, "deployment")]
        return {"deployments": found}

    def list_projects(self, key: Key, type_: str, next_page: str = "") -> dict[str, Any]:
        """The projects of one type that the key holds a role on, page by page."""
        shown = [
            {"id": id_, "name": one.name, "alias": one.alias, "region_id": one.region, "type": type_}
            for id_, one in self._seen(key, f"project.{type_}")
        ]
        return self._page_of("items", shown, next_page)

    def list_project_roles(self, key: Key, type_: str, id_: str) -> dict[str, Any]:
        """The custom roles of a project."""
        for found, one in self._seen(key, f"project.{type_}"):
            if found == id_:
                return {"roles": [{"name": name} for name in one.roles]}
        raise Refused(404, "root.resource_not_found")

    def _seen(self, key: Key, scope: str) -> Iterator[tuple[str, Resource]]:
        """What there is in a scope and the key sees. Owners see everything, others what they hold any role on."""
        if key.kind == "gone":
            raise Refused(401, "root.unauthorized")
        held = {grant.resource for grant in key.grants.values() if grant.scope == scope}
        for organization_id in key.organizations:
            for (where, id_), one in self.organizations[organization_id].resources.items():
                if where == scope and one.state == "known" and (key.kind == "owner" or not held.isdisjoint({ALL, id_})):
                    yield id_, one
