# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The pipeline for API keys: read, plan, guard, apply, report."""

from __future__ import annotations

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NO_NAMES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import (
    KeyInUse,
    ours,
    own_among,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    Findings,
    GuardError,
    InputError,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.file import KeyFile
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.guards import (
    check_guards,
    only_ones_creators,
    warnings_about,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import AtHand, make_plan, owners
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.report import Outcome, as_planned
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.run import Run
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import is_refusal
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_blocks

NOBODY_TO_GIVE_IT_TO = (
    "a new API key is shown once, and here nothing would keep it out of logs: the task runs with async, or the module "
    "without its action plugin. Use dest to write it to a file"
)


def converge_key(
    organization: Organization,
    wanted: Wanted,
    file: KeyFile | None,
    findings: Findings,
    unknown_roles: str,
    names: Names = NO_NAMES,
    *,
    is_kept_secret: bool,
    check_mode: bool,
) -> Outcome:
    """Make a key as wanted, or revoke it, and return what came of it.

    file: where a new key goes; findings: names that fit nothing are in them; is_kept_secret: whether a new key may be
    part of the result. Raises InputError or ApiError where not even a plan could be made. In check mode nothing is
    written.
    """
    client = organization.client
    try:
        keys = ApiKeys(organization).all()
        now = client.clock.now()
        current = ours(keys, organization.id, now)
        if not current:  # not even the key in use: is it for this organization?
            organization.describe()
        alone = _is_alone(organization) if len(owners(current)) == 1 else []
    except ApiError as error:
        raise error.during(f"Reading the API keys of {organization.id} failed, and nothing was changed") from None
    check_blocks(wanted.given.unknown, [key.grants for key in keys], unknown_roles, later := Findings())
    own = own_among(keys, KeyInUse(client.key_id, client.key_ends), now)
    plan = make_plan(wanted, keys, organization.id, own, now, later, _at_hand(file, later))
    if plan.creates and not file and not is_kept_secret:
        later.problem("dest", NOBODY_TO_GIVE_IT_TO)
    if problems := [*later.problems, *findings.unresolved]:
        raise InputError(problems)
    creators = owners(key for key in keys if key.id in own.surely)
    creator = creators.pop() if len(creators) == 1 else None
    outcome = Outcome(wanted, plan, warnings=later.warnings, names=names)
    outcome.warnings += warnings_about(wanted, plan, own, creator)
    outcome.warnings += alone
    try:
        check_guards(wanted, plan)
    except GuardError as refusal:
        outcome.refused_by = refusal
        return outcome
    if check_mode or not plan.actions:
        outcome.steps = as_planned(plan.actions)
        return outcome
    run = Run(organization, wanted, plan, keys, creator, file)
    run.apply()
    outcome.steps, outcome.secret = run.steps, run.secret
    return outcome


def _is_alone(organization: Organization) -> list[str]:
    """Return a warning where all keys that were read are of one person, and there are others."""
    try:
        several = len(organization.members()) > 1
    except ApiError as error:
        if not is_refusal(error):
            raise
        return [only_ones_creators(several_members=False)]
    return [only_ones_creators(several_members=True)] if several else []


def _at_hand(file: KeyFile | None, findings: Findings) -> AtHand | None:
    if not file:
        return None
    try:
        return file.at_hand()
    except OSError as error:
        findings.problem("dest", f"{error.filename} cannot be read: {error.strerror}")
        return None
