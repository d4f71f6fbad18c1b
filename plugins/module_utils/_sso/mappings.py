# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The requests that add, change and remove role mappings, and what to make of each answer."""

from __future__ import annotations

import typing as t
from collections.abc import Callable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import missing, surplus
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import RoleMapping
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import single_sign_on as service
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import same_rule
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import Step

GONE = frozenset({"org.idp.idp_not_configured", "org.role_mapping_rule.role_mapping_not_found"})


class Mappings:
    """Role mappings on the way to what they should be. Methods raise as `Writes.surely` does.

    has_happened: hears of each step that took effect.
    """

    def __init__(self, organization: Organization, writes: Writes, has_happened: Callable[[Step], None]) -> None:
        self._organization, self._client, self._id = organization, organization.client, organization.id
        self._writes, self._has_happened = writes, has_happened

    def read(self) -> Sequence[RoleMapping]:
        """Return the mappings as they are now."""
        return self._writes.fresh(lambda: service.read_role_mappings(self._client, self._id))

    def add(self, steps: list[Step]) -> None:
        """Add mappings, all in one request."""
        wanted = [t.cast("RoleMapping", step.action.after) for step in steps]
        self._write(steps, lambda: service.add_role_mappings(self._client, self._id, wanted))

    def update(self, steps: list[Step]) -> None:
        """Change one mapping."""
        wanted = t.cast("RoleMapping", steps[0].action.after)
        self._write(steps, lambda: service.update_role_mapping(self._client, self._id, wanted))

    def remove(self, steps: list[Step]) -> None:
        """Remove mappings, as many in one request as its path can name."""
        by_name = {step.action.name: step for step in steps if not step.done}
        for batch in self._organization.batches("role_mappings", by_name):
            self._remove_batch(batch)
            for name in batch:
                self._has_happened(by_name[name])

    def _remove_batch(self, names: list[str]) -> None:
        until_gone(
            self._writes,
            lambda: service.remove_role_mappings(self._client, self._id, names),
            lambda: not {one.name for one in self.read()} & {*names},
        )

    def _write(self, steps: list[Step], write: Callable[[], None]) -> None:
        """Write mappings, each by its name, and note those that are there then as they should be."""

        def done() -> bool:
            held = {mapping.name: mapping for mapping in self.read()}
            for step in steps:
                wanted = t.cast("RoleMapping", step.action.after)
                if not step.done and wanted.name in held and same_mapping(held[wanted.name], wanted):
                    self._has_happened(step)
            return all(step.done for step in steps)

        try:
            self._writes.surely(write, done)
        except Refused as refusal:
            if refusal.after_loss and done():  # the lost one was the one that counted
                return
            raise
        for step in steps:
            if not step.done:
                self._has_happened(step)


def until_gone(writes: Writes, write: Callable[[], None], done: Callable[[], bool]) -> None:
    """Remove something. That it is gone is all that matters, whoever has removed it. Raises as `Writes.surely` does."""
    try:
        writes.surely(write, done)
    except Refused as refusal:
        if not (GONE & refusal.codes or refusal.status == 404) or not done():
            raise


def same_mapping(held: RoleMapping, wanted: RoleMapping) -> bool:
    """Return whether a mapping is as it should be."""
    return (
        held.enabled == wanted.enabled
        and same_rule(held.match, held.conditions, wanted.match, wanted.conditions)
        and not (held.roles_shown and (missing(wanted.grants, held.grants) or surplus(wanted.grants, held.grants)))
    )
