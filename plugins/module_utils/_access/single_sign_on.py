# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Who gets in by single sign-on, and with which access: the identity provider, and role mappings.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """The identity provider of an organization, as the service has it. None: the reply does not show it.

    public_certificates: as they come, in whatever form; made: what the service makes and the provider's side needs,
    by the names that results have for it, such as `acs` and `sso_login_url`.
    """

    enabled: bool | None
    login_identifier_prefix: str | None
    issuer: str | None
    sso_url: str | None
    public_certificates: tuple[str, ...]
    made: dict[str, t.Any] = field(default_factory=dict)


class Condition(t.NamedTuple):
    """What a role mapping asks of somebody. kind: `group` or `email`; `*` in the pattern stands for any characters."""

    kind: str
    pattern: str


@dataclass(frozen=True, slots=True)
class RoleMapping:
    """A role mapping. Whoever logs in and meets its conditions has these grants from then on.

    match: whether one condition suffices (`any`) or each has to be met (`all`); rule: the rule as the service has it;
    understood: whether the conditions are all that it says; roles_shown: whether the reply said anything about roles.
    """

    name: str
    enabled: bool
    match: str
    conditions: tuple[Condition, ...]
    grants: Grants
    rule: dict[str, t.Any] = field(default_factory=dict, compare=False)
    understood: bool = True
    roles_shown: bool = True


def conditions_in(rule: t.Any) -> tuple[str, tuple[Condition, ...], bool]:
    """Return what the rule of a mapping says, whatever it is: `any` or `all`, its conditions, and whether these are all
    that it says.
    """
    parts = {key: value for key, value in rule.items() if value not in (None, [])} if isinstance(rule, dict) else {}
    match = "all" if "all" in parts and "any" not in parts else "any"
    listed = parts.get(match)
    found: list[Condition] = []
    understood = parts.keys() == {match} and isinstance(listed, list)
    for one in listed if isinstance(listed, list) else ():
        said = {key: value for key, value in one.items() if value is not None} if isinstance(one, dict) else {}
        kind, pattern = next(iter(said.items()), ("", None))
        if len(said) == 1 and kind in ("group", "email") and isinstance(pattern, str):
            found.append(Condition(kind, pattern))
        else:
            understood = False
    return match, tuple(found), understood


def is_enforced(description: dict[str, t.Any], provider: IdentityProvider | None) -> bool | None:
    """Return whether nobody gets in but by single sign-on; None where that is not known.

    description: the organization as the service has it, whose `enforce_authentication_method` is `sso` then; it may not
    be shown at all. provider: None where there is none, and then it counts as off where it is not shown (where it is
    shown, everybody is locked out).
    """
    if "enforce_authentication_method" in description:
        return bool(description["enforce_authentication_method"] == "sso")
    return None if provider else False
