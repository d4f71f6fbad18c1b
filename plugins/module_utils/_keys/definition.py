# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""An API key as a task asks for it.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    Given,
    Grants,
    from_input,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import length

NO_GRANTS = Given()
# The environment variable by which the action plugin tells that it keeps a new key out of all that is shown.
KEPT_SECRET = "ORGOPS_ELASTIC_CLOUD_KEPT_SECRET"
NO_ROLES = (
    "is missing or empty, and then the service would give the API key all that its creator may do; give the "
    "roles that it should have"
)
THREE_MONTHS = dt.timedelta(days=89)  # at least; how long a key lives where nothing is said


@dataclass(frozen=True, slots=True)
class Wanted:
    """The key that should be, or should not be.

    name, id: one of them is blank; given: its roles; expires_in: as the service takes it, None for its own;
    renew_before: how long before its end a key counts as due; force: whether one is made whatever there is.
    """

    name: str = ""
    id: str = ""
    present: bool = True
    given: Given = NO_GRANTS
    expires_in: str | None = None
    renew_before: dt.timedelta | None = None
    force: bool = False

    @property
    def grants(self) -> Grants:
        """What the key is for."""
        return self.given.grants

    @property
    def words(self) -> str:
        """How messages name it."""
        return repr(self.name) if self.name else f"id {self.id}"


def parse_key(
    options: Mapping[str, t.Any], given: Collection[str], findings: Findings, names: Names = NO_NAMES
) -> Wanted:
    """Return the key that a module's options ask for.

    given: the names of the options that are not absent; names: what resources are called. Everything that is wrong goes
    to the findings.
    """
    name, id_ = ((options.get(option) or "").strip() for option in ("name", "id"))
    present = options.get("state") != "absent"
    for option, text in (("name", name), ("id", id_), ("dest", options.get("dest") or "")):
        if wrong := what_is_unsafe(text):
            findings.problem(option, wrong)
    roles = NO_GRANTS
    if not present:
        if bool(name) == bool(id_):
            findings.problem("name", "with state=absent, give either name or id, and not both")
        if "role_assignments" in given:
            findings.problem(
                "role_assignments",
                "cannot be given with state=absent, which revokes the whole API key; to give it fewer roles, make "
                "another one without state=absent, and revoke the old one by its id afterwards",
            )
        return Wanted(name, id_, present=False)
    if not name:
        findings.problem("name", "is missing: its name tells the API key from others in the next run")
    if id_:
        findings.problem("id", "can be given with state=absent alone; an API key cannot be changed")
    if "role_assignments" not in given:
        findings.problem("role_assignments", NO_ROLES)
    else:
        before = len(findings.problems) + len(findings.unresolved)
        roles = from_input(
            options["role_assignments"],
            "role_assignments",
            findings,
            options.get("organization_id"),
            unknown_scopes=options.get("unknown_roles") or "fail",
            names=names,
        )
        if not roles.grants and len(findings.problems) + len(findings.unresolved) == before:
            findings.problem("role_assignments", NO_ROLES)
    expires_in, lives = _length(options.get("expires_in"), "expires_in", findings)
    renews, renew_before = _length(options.get("renew_before"), "renew_before", findings)
    if renew_before and renew_before >= (lives or THREE_MONTHS):
        most = f"expires_in={expires_in}" if lives else "the three months that the service gives; say expires_in"
        findings.problem("renew_before", f"{renews} is not below {most}, so that a new API key would be due at once")
    return Wanted(name, "", True, roles, expires_in, renew_before, options.get("force") is True)


def _length(value: str | None, option: str, findings: Findings) -> tuple[str | None, dt.timedelta | None]:
    """Return a length of time as text and as such, nothing of either where it is not given or wrong."""
    text = (value or "").strip()
    found = length(text) if text else None
    if text and not found:
        findings.problem(option, f"must be a duration such as 90d or 12h, longer than zero, not {value!r}")
    return (text, found) if found else (None, None)
