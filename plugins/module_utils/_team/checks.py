# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What can be said about a definition only when it is known who is in the organization, and who holds what.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

from collections.abc import Iterable

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    OWNER,
    SCOPES,
    Block,
    Grants,
    full_role,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People, Selection
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, did_you_mean
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired


def check_roles(desired: Iterable[Desired], people: People, unknown_roles: str, findings: Findings) -> None:
    """Tell of the role ids that are asked for and that neither this version knows nor anybody holds, once for each
    block.

    unknown_roles: `fail` or `warn`. What somebody holds is a role, whether or not this version has heard of it. Nobody
    gets anything of an entry that is absent or takes away, so those are not asked.
    """
    blocks = {
        place: grants
        for entry in desired
        if entry.present and entry.mode != "absent"
        for given in entry.given
        for place, grants in given.unknown
    }
    if blocks:
        check_blocks(blocks.items(), (one.grants for one in people.everybody), unknown_roles, findings)


def check_blocks(blocks: Iterable[Block], holders: Iterable[Grants], unknown_roles: str, findings: Findings) -> None:
    """Tell of blocks whose role is none that this version knows, unless one of the holders has it.

    unknown_roles: `fail` or `warn`.
    """
    held = {(grant.scope, grant.role) for grants in holders for grant in grants}
    for place, grants in blocks:
        grant = next(iter(grants))  # all of a block have one role
        if (grant.scope, grant.role) in held:
            continue
        known = {full_role(role, grant.scope) for role in SCOPES[grant.scope].roles}
        known |= {role for scope, role in held if scope == grant.scope}
        near = did_you_mean(grant.role, known - {OWNER.role})  # nobody becomes an owner by following a hint
        what = (
            f"the role id {grant.role_id!r} is not known to this version, and nobody in the organization holds it{near}"
        )
        if unknown_roles == "warn":
            findings.warn(place, f"{what}; it is sent to the service as it is")
        else:
            findings.problem(place, f"{what}; correct it, or pass it on as it is with unknown_roles=warn")


def check_selections(
    selections: Iterable[Selection], desired: Iterable[Desired], people: People, findings: Findings
) -> None:
    """Warn of entries of `ignore` and `protected` that are for nobody in the organization, its invitations or the
    definition: whoever is meant is not looked after.
    """
    emails = [*(entry.email for entry in desired), *(one.email for one in people.everybody)]
    for selection in selections:
        for place in selection.matching_nobody(emails, people.members):
            findings.warn(
                place, "matches nobody in the organization, its invitations or the definition; is it misspelt?"
            )
