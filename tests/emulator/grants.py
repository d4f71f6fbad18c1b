# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments, and the grants that they are made of.

Sources: the vendor's Swagger document for the blocks; its user roles documentation and its agent skill for role ids,
for connected clusters and for application roles of the organization.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from .refusals import Refused
from .switches import Switches

ALL = "*"  # the resource of a grant on everything in its scope

GrantKey = tuple[str, str, "str | None", "tuple[str, ...] | None"]


@dataclass(frozen=True)
class Scope:
    """What roles exist in a scope (none: they are not published, and any may), and how blocks name the resources there
    (`ids` is None: there are none)."""

    prefix: str
    ids: str | None
    roles: frozenset[str]
    application_roles: bool = True

    def full(self, role_id: str) -> str | None:
        """The role id with its prefix and with hyphens, or None if there is no such role."""
        name = role_id.replace("_", "-")
        if not self.roles:
            return self.prefix + name.removeprefix(self.prefix)
        return next((role for role in (name, self.prefix + name) if role in self.roles), None)

    def short(self, role_id: str) -> str:
        """The role id without its prefix and with underscores."""
        return role_id.replace("_", "-").removeprefix(self.prefix).replace("-", "_")


def _scope(prefix: str, ids: str | None, names: str, application_roles: bool = True) -> Scope:
    return Scope(prefix, ids, frozenset(prefix + name for name in names.split()), application_roles)


SCOPES = {
    "organization": Scope("organization-", None, frozenset({"organization-admin", "billing-admin"})),
    "deployment": _scope("deployment-", "deployment_ids", "admin editor viewer"),
    "project.elasticsearch": _scope("elasticsearch-", "project_ids", "admin developer viewer"),
    "project.observability": _scope("observability-", "project_ids", "admin editor viewer"),
    "project.security": _scope(
        "security-",
        "project_ids",
        "admin editor viewer t1-analyst t2-analyst t3-analyst threat-intel-analyst rule-author soc-manager"
        " endpoint-operations-analyst platform-engineer detections-admin endpoint-policy-manager",
    ),
    "project.workplaceai": _scope("workplaceai-", "project_ids", ""),
    "project.vectordb": _scope("vectordb-", "project_ids", ""),
    "cloud_connected_resource": _scope("cloud-connected-", "resource_ids", "admin viewer", application_roles=False),
}
OWNER_ROLE = "organization-admin"


@dataclass(frozen=True)
class Grant:
    """The atom of access: a role in a scope, on one resource (or `ALL`; None in the organization's scope).

    `role_id` keeps the spelling that it came in. No application roles (None) and an empty tuple are different.
    """

    scope: str
    role_id: str
    resource: str | None
    application_roles: tuple[str, ...] | None = None

    @cached_property
    def full_role_id(self) -> str:
        """The role id in the long spelling."""
        return SCOPES[self.scope].full(self.role_id) or self.role_id

    @cached_property
    def key(self) -> GrantKey:
        """What makes two grants the same: spelling of the role and order of application roles do not matter."""
        roles = None if self.application_roles is None else tuple(sorted(set(self.application_roles)))
        return (self.scope, self.full_role_id, self.resource, roles)

    def shown_role_id(self, switches: Switches) -> str:
        """The role id as the service shows it; one that nobody knows comes back as it was given."""
        scope = SCOPES[self.scope]
        if switches.role_id_style == "as_given" or scope.full(self.role_id) is None:
            return self.role_id
        return scope.short(self.full_role_id) if switches.role_id_style == "short" else self.full_role_id

    def event(self) -> dict[str, Any]:
        """The grant as the log shows it; its `resource` is an id, `*` for all, or null for the organization."""
        scope, role_id, resource, roles = self.key
        return {
            "scope": scope,
            "role_id": role_id,
            "resource": resource,
            "application_roles": None if roles is None else list(roles),
        }


def blocks_of(assignments: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Each block with its scope and with the place where it was found. Null counts as nothing."""
    for part, value in assignments.items():
        inner = value or {} if part == "project" else {"": value or []}
        for kind, blocks in inner.items():
            scope = f"{part}.{kind}" if kind else part
            for index, block in enumerate(blocks or []):
                yield scope, f"{scope}.{index}", block


def parse(
    assignments: Mapping[str, Any],
    switches: Switches,
    organization_id: str | None = None,
    field: str = "",
) -> list[tuple[str, Grant]]:
    """The grants of role assignments as the contract publishes them, each with the id of its organization.

    `organization_id` stands in where a block has none, and no block may name another. `field` is the field of the body
    that holds the role assignments, if they are not the whole of it. Types and unknown fields are the business of
    whoever takes the request; refused is here what a type cannot say, with 400 `root.invalid_data`.
    """
    found: list[tuple[str, Grant]] = []
    for scope, inner, block in blocks_of(assignments):
        place = f"{field}.{inner}" if field else inner
        if scope == "platform":  # the vendor's own staff
            raise Refused(403, "role_assignments.unauthorized_role_assignments")
        known = SCOPES.get(scope)
        if known is None:
            raise _invalid(place)
        if known.full(block["role_id"]) is None and switches.unknown_roles == "refuse":
            raise _invalid(f"{place}.role_id")
        organization = block.get("organization_id", organization_id)
        if organization is None or organization_id not in (None, organization):
            raise _invalid(f"{place}.organization_id")
        roles = block.get("application_roles")
        if roles is not None and not known.application_roles:
            raise _invalid(f"{place}.application_roles")
        for resource in _resources(known, place, block):
            grant = Grant(scope, block["role_id"], resource, None if roles is None else tuple(roles))
            found.append((organization, grant))
    return found


def _resources(scope: Scope, place: str, block: Mapping[str, Any]) -> list[str | None]:
    if scope.ids is None:
        return [None]
    ids = block.get(scope.ids)
    if bool(block.get("all")) == (ids is not None):
        raise _invalid(f"{place}.{scope.ids}")
    if ids is not None and ALL in ids:  # no id, and not to be taken for one of ours
        raise Refused(403, "role_assignments.unauthorized_role_assignments")
    return [ALL] if ids is None else list(ids)


def _invalid(field: str) -> Refused:
    return Refused(400, "root.invalid_data", fields=[field])


def show(
    reply: dict[str, Any], grants: Iterable[Grant], organization_id: str, switches: Switches, rng: random.Random
) -> None:
    """Put the grants into a reply as `role_assignments`, in the form that the switches ask for."""
    empty = switches.empty_parts
    nothing: dict[str, Any] = {"null": None, "empty": []}
    blocks: dict[str, list[dict[str, Any]]] = {}
    for group in _groups(list(grants), switches, rng):
        first = group[0]
        block: dict[str, Any] = {"role_id": first.shown_role_id(switches), "organization_id": organization_id}
        ids = SCOPES[first.scope].ids
        if ids is not None and first.resource == ALL:
            block |= {"all": True} if empty == "absent" else {"all": True, ids: nothing[empty]}
        elif ids is not None:
            block |= ({} if empty == "absent" else {"all": False}) | {ids: [grant.resource for grant in group]}
        if first.application_roles is not None:
            block["application_roles"] = list(first.application_roles)
        elif empty == "null" and SCOPES[first.scope].application_roles:
            block["application_roles"] = None
        block |= switches.extra_fields
        blocks.setdefault(first.scope, []).append(block)

    def fill(prefix: str, *names: str) -> dict[str, Any]:
        return {
            name: blocks.get(prefix + name, nothing.get(empty))
            for name in names
            if prefix + name in blocks or empty in nothing
        }

    whole = fill("", "platform", "organization", "deployment", "cloud_connected_resource")
    projects = fill("project.", "elasticsearch", "observability", "security", "workplaceai", "vectordb")
    if empty == "empty" or any(projects.values()):
        whole["project"] = projects
    elif empty == "null":
        whole["project"] = None
    if blocks or empty == "empty":
        reply["role_assignments"] = whole
    elif empty == "null":
        reply["role_assignments"] = None


def _groups(grants: list[Grant], switches: Switches, rng: random.Random) -> list[list[Grant]]:
    """The grants that share a block."""
    if switches.grouping == "per_grant":
        return [[grant] for grant in grants]
    groups: dict[tuple[object, ...], list[Grant]] = {}
    for grant in grants:
        key = (grant.scope, grant.shown_role_id(switches), grant.resource in (ALL, None), grant.key[3])
        groups.setdefault(key, []).append(grant)
    if switches.grouping == "per_role":
        return list(groups.values())
    pieces = []
    for group in groups.values():
        rng.shuffle(group)
        while group:
            cut = rng.randint(1, len(group))
            pieces.append(group[:cut])
            group = group[cut:]
    rng.shuffle(pieces)
    return pieces


def normalised(grants: Iterable[Grant]) -> dict[str, Any]:
    """The grants as tests compare them: full role ids, one block for a role and its application roles, all sorted, no
    organization ids, nothing that is empty."""
    groups: dict[tuple[str, str, bool, tuple[str, ...] | None], list[str]] = {}
    for scope, role_id, resource, roles in (grant.key for grant in grants):
        groups.setdefault((scope, role_id, resource == ALL, roles), []).append(resource or "")
    result: dict[str, Any] = {}
    in_order = sorted(groups, key=lambda key: (key[:3], key[3] is not None, key[3] or ()))
    for scope, role_id, everything, roles in in_order:
        block: dict[str, Any] = {"role_id": role_id}
        ids = SCOPES[scope].ids
        if ids is not None:
            block |= {"all": True} if everything else {ids: sorted(groups[scope, role_id, everything, roles])}
        if roles is not None:
            block["application_roles"] = list(roles)
        part, _separator, kind = scope.partition(".")
        blocks = result.setdefault(part, {}).setdefault(kind, []) if kind else result.setdefault(part, [])
        blocks.append(block)
    return result
