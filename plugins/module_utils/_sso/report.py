# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Single sign-on as results: how it is, what a plan does, and what of it took effect.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NO_NAMES, to_assignments
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    RoleMapping,
    conditions_in,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, Findings, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import (
    TAKEN_OUT,
    from_reply,
    is_private,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import parse_sso
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import Action, SignOn, Thing
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import (
    access_lines,
    in_one_line,
    quoted,
    shown_list,
)

UNKNOWN = "unknown"  # how a diff tells enforcement that the service does not show


@dataclass(slots=True, eq=False)
class Step:
    """What became of one action. done: whether it took effect; after: what there is then, as the service tells it where
    it does; error: why it failed, or was not attempted.
    """

    action: Action
    done: bool = False
    after: Thing = None
    error: ApiError | None = None

    def has_happened(self, after: Thing) -> None:
        """Note that it took effect."""
        self.done, self.after, self.error = True, after, None


def as_planned(action: Action) -> Step:
    """Return what becomes of an action when nothing goes wrong."""
    return Step(action, True, action.after)


def describe_sso(state: SignOn) -> dict[str, t.Any]:
    """Return single sign-on as the contract's `sso` has it, which fed back changes nothing."""
    return {
        "identity_provider": describe_provider(state.provider),
        "role_mappings": [describe_mapping(mapping) for mapping in state.mappings],
        "domains": sorted(state.domains),
        "enforced": state.enforced,
    }


def describe_provider(provider: IdentityProvider | None) -> dict[str, t.Any] | None:
    """Return a provider as results have it, with what the service makes of it: certificates as PEM text, whatever form
    they have there.
    """
    if provider is None:
        return None
    return {
        "enabled": provider.enabled,
        "login_identifier_prefix": provider.login_identifier_prefix,
        "issuer": provider.issuer,
        "sso_url": provider.sso_url,
        "public_certificates": [_shown_certificate(text) for text in provider.public_certificates],
        **provider.made,
    }


def describe_mapping(mapping: RoleMapping) -> dict[str, t.Any]:
    """Return a role mapping as results have it, and a definition takes it; its rule as it is where no definition could
    have it.
    """
    understood = not mapping.rule or conditions_in(mapping.rule)[2]
    rule = {mapping.match: [{kind: pattern} for kind, pattern in mapping.conditions]}
    return {
        "name": mapping.name,
        "enabled": mapping.enabled,
        **(rule if understood else {"rule": mapping.rule}),
        "role_assignments": to_assignments(mapping.grants),
    }


def what_no_definition_tells(state: SignOn) -> list[str]:
    """Return warnings that name what is shown and cannot be fed back, with the reason."""
    found = []
    for mapping in state.mappings:
        findings = Findings()
        options = {"role_mappings": [describe_mapping(mapping)], "unknown_roles": "warn"}
        parse_sso(options, findings)
        if findings.problems:
            wrong = findings.problems[0].partition(": ")[2]
            found.append(f"No definition can tell the role mapping {plain(mapping.name)}: {plain(wrong)}.")
    if state.provider:
        findings = Findings()
        parse_sso({"identity_provider": describe_provider(state.provider)}, findings)
        found += [
            f"No definition can tell this of the identity provider: {plain(wrong)}." for wrong in findings.problems
        ]
    return found


def shown_people(name: str, members: Iterable[Member]) -> dict[str, t.Any]:
    """Return members under the name of a result, by email and user id."""
    there = sorted(members, key=lambda one: (one.email or "", one.user_id))
    return shown_list(name, [{"email": one.email, "user_id": one.user_id} for one in there])


def shown_action(action: Action) -> dict[str, t.Any]:
    """Return an action as the contract's `plan` has it."""
    return {
        "action": action.action,
        "name": action.name,
        "before": _brief(action.before),
        "after": _brief(action.after),
        "reason": plain(action.reason),
    }


def make_diff(steps: Iterable[Step], names: Names = NO_NAMES) -> list[dict[str, str]]:
    """Return `diff`: an element for each step that took effect, in the order of the plan. names: what resources are
    called.
    """
    found = []
    for step in steps:
        if not step.done:
            continue
        header = plain(step.action.name)
        before, after = step.action.before, step.after
        if isinstance(step.action.after, bool) and before is None:
            before_text = f"enforced: {UNKNOWN}\n"
        else:
            before_text = _text(before, names)
        found.append(
            {"before_header": header, "after_header": header, "before": before_text, "after": _text(after, names)}
        )
    return found


def _brief(thing: Thing) -> t.Any:
    """Return what a plan has before or after: certificates by what they are, and not what the service makes."""
    if isinstance(thing, IdentityProvider):
        return {
            "enabled": thing.enabled,
            "login_identifier_prefix": thing.login_identifier_prefix,
            "issuer": thing.issuer,
            "sso_url": thing.sso_url,
            "public_certificates": [str(from_reply(text)) for text in thing.public_certificates],
        }
    if isinstance(thing, RoleMapping):
        described = describe_mapping(thing)
        del described["name"]
        return described
    return thing


def _text(thing: Thing, names: Names) -> str:
    """Return one side of a diff, as YAML."""
    if thing is None:
        return ""
    if isinstance(thing, bool):
        return f"enforced: {in_one_line(thing)}\n"
    lines = []
    for key, value in _brief(thing).items():
        if key == "role_assignments":
            lines += access_lines(t.cast("RoleMapping", thing).grants, names)
        elif isinstance(value, list):
            lines += [f"{quoted(key)}:", *(f"  - {in_one_line(one)}" for one in sorted(value, key=in_one_line))]
        else:
            lines.append(f"{quoted(key)}: {in_one_line(value)}")
    return "".join(f"{line}\n" for line in lines)


def _shown_certificate(text: str) -> str:
    return TAKEN_OUT if is_private(text) else from_reply(text).pem or text
