# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Short ways to write down grants, people and definitions in tests."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grant,
    Grants,
    from_input,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, Member, People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired, parse_team
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Plan, Rules, make_plan

ORGANIZATION = "1234567890"
NOW = dt.datetime(2026, 6, 15, 12, 0, tzinfo=dt.timezone.utc)
OWNER = {"organization": [{"role_id": "organization-admin"}]}
BILLING = {"organization": [{"role_id": "billing-admin"}]}

# Texts that must not become variables, by what they have in them.
HEAD = "#jinja2: variable_start_string:'[%', variable_end_string:'%]'"
TEMPLATES = {
    "expression": "{{ lookup('pipe', 'id') }}",
    "statement": "{% set a = lookup('pipe', 'id') %}",
    "comment": "a{# b #}c",
    "unfinished": "a{{b",
    "head": f"{HEAD}\n[% lookup('pipe', 'id') %]",
    "head after space": f" \n{HEAD}",
}
CONTROLS = {"line feed": "a\nb", "nul": "a\0b", "escape": "a\x1b[2Jb", "c1": "a\x9bb", "surrogate": "a\ud83db"}
UNSAFE = TEMPLATES | CONTROLS


def deployments(*ids: str, role: str = "deployment-viewer", roles: list[str] | None = None) -> dict[str, t.Any]:
    """Role assignments for single deployments."""
    block: dict[str, t.Any] = {"role_id": role, "deployment_ids": list(ids)}
    return {"deployment": [block if roles is None else {**block, "application_roles": roles}]}


def grants(*assignments: dict[str, t.Any]) -> Grants:
    """The grants of role assignments, each of which has to be faultless."""
    findings = Findings()
    found = NOTHING.union(*(from_input(one, "sample", findings).grants for one in assignments))
    findings.check()
    return found


def unknown(grant: Grant) -> Grant:
    """The same grant with a field that no version of ours knows."""
    return Grant(grant.scope, grant.role, grant.resource, grant.application_roles, '{"ends": "2030-01-01"}')


def member(email: str | None, *assignments: dict[str, t.Any], user_id: str | None = None, shown: bool = True) -> Member:
    """A member; the user id is made of the email unless it is given."""
    name = user_id or f"id-{(email or '').partition('@')[0].lower()}"
    return Member(name, email, None, None, grants(*assignments), shown)


def invitation(
    email: str, *assignments: dict[str, t.Any], expired: bool = False, created: int = 1, shown: bool = True
) -> Invitation:
    """An invitation that was made on a day of May 2026."""
    begun = f"2026-05-{created:02}T00:00:00Z"
    return Invitation(
        email, f"token-{email}-{created}", begun, "2026-05-31T00:00:00Z", expired, grants(*assignments), shown
    )


def people(*everybody: Member | Invitation) -> People:
    """An organization of members and invitations."""
    return People(
        [one for one in everybody if isinstance(one, Member)],
        [one for one in everybody if isinstance(one, Invitation)],
    )


def parsed(
    members: list[t.Any], groups: dict[str, t.Any] | None = None, organization_id: str | None = None
) -> tuple[list[Desired], Findings]:
    """What a definition says at noon of 15 June 2026, and what is wrong with it."""
    findings = Findings()
    return parse_team(members, groups or {}, organization_id, NOW, findings), findings


def desired(*entries: dict[str, t.Any], groups: dict[str, t.Any] | None = None) -> list[Desired]:
    """What a faultless definition says."""
    team, findings = parsed(list(entries), groups)
    findings.check()
    return team


def planning(there: People, *entries: dict[str, t.Any], **rules: t.Any) -> tuple[Plan, list[str]]:
    """The plan that brings people to a faultless definition, and its warnings; rules are those of `Rules`."""
    findings = Findings()
    plan = make_plan(desired(*entries), there, Rules(**rules), findings)
    findings.check()
    return plan, findings.warnings


def plan_for(there: People, *entries: dict[str, t.Any], **rules: t.Any) -> Plan:
    """The same plan alone."""
    return planning(there, *entries, **rules)[0]


def steps(plan: Plan) -> list[tuple[str, str | None]]:
    """The actions of a plan and whom they are for."""
    return [(action.action, action.email or action.user_id) for action in plan.actions]
