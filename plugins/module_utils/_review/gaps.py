# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a review could not see, and which rules that touches; which rules are not asked at all.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import RoleMapping
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES, touched_by
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts

PARTS = {
    "api_keys": "API keys",
    "role_mappings": "role mappings of single sign-on",
    "identity_provider": "the identity provider of single sign-on",
    "domains": "the claimed domains",
}


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that was not seen. rules: those that it touches; subjects: the keys of those whom it is about, None for
    everybody.
    """

    code: str
    text: str
    rules: tuple[str, ...] = ()
    subjects: frozenset[str] | None = None

    def touches(self, rule: str, key: str) -> bool:
        """Return whether a finding of a rule about this subject may be there unseen."""
        return rule in self.rules and (self.subjects is None or key in self.subjects)


def gaps_of(facts: Facts) -> list[Gap]:
    """Return what was not seen, in the order of the codes."""
    return sorted([*_unread(facts), *_hidden(facts)], key=lambda gap: (gap.code, gap.text))


def _unread(facts: Facts) -> t.Iterator[Gap]:
    evidence = facts.evidence
    if facts.definition and not facts.usable:
        faults = facts.definition.faults
        text = f"The definition has {len(faults)} fault(s), so nothing is compared with it: {some_of(faults, 20)}."
        yield Gap("definition_unusable", text, tuple(touched_by("definition")))
    for part in sorted(evidence.further_pages):
        text = f"The service lists {part} on further pages, which cannot be read: who is not seen may be there."
        yield Gap(f"{part}_on_further_pages", text, tuple(touched_by(part)))
    for part, what in PARTS.items():
        if part in evidence.unread:
            text = f"The service did not show {what}: {plain(evidence.unread[part])}."
            yield Gap(f"{part}_not_read", text, tuple(touched_by(part)))
    for scope, why in sorted(evidence.names.unread.items()):
        text = f"The list for {'.'.join(scope)} was not read, or not to its end: {plain(why)}."
        yield Gap("resources_not_read", text, tuple(touched_by("resources")), _with_resources_of(facts, scope))


def _hidden(facts: Facts) -> t.Iterator[Gap]:
    if facts.blind:
        text = (
            "This API key sees no organization owner, so it does not see the whole organization: roles may be "
            "held that are not shown here. Use an API key of an organization owner."
        )
        yield Gap("no_owner_seen", text, tuple(touched_by("roles")))
    if hidden := facts.hidden:
        names = some_of([one.label for one in hidden], 10)
        text = f"The service does not show the roles of {len(hidden)} of the people: {names}."
        about = frozenset((*(one.key for one in hidden), facts.organization_id))
        yield Gap("roles_not_shown", text, tuple(touched_by("roles")), about)
    strange = [one for one in facts.everybody if any(not grant.understood for grant in one.held)]
    if strange:
        names = some_of([one.label for one in strange], 10)
        text = (
            f"This version of the collection does not understand everything that {len(strange)} of the people "
            f"hold, and does not judge that part: {names}. Update the collection."
        )
        yield Gap("grants_not_understood", text, ("excess_grant",), frozenset(one.key for one in strange))
    keys = facts.api_keys or ()
    if nobodys := [key for key in keys if key.organization_id is None]:
        text = f"{len(nobodys)} API key(s) name no organization, and may be of another one: {_keys(nobodys)}."
        yield Gap("api_keys_of_no_organization", text)
    if silent := [key for key in keys if not key.roles_shown]:
        text = f"The service does not show the roles of {len(silent)} API key(s): {_keys(silent)}."
        yield Gap("api_key_roles_not_shown", text, tuple(touched_by("key_roles")), frozenset(key.id for key in silent))
    if quiet := [one for one in facts.role_mappings or () if not one.roles_shown]:
        text = f"The service does not show the roles of {len(quiet)} role mapping(s): {_names(quiet)}."
        yield Gap(
            "mapping_roles_not_shown",
            text,
            tuple(touched_by("mapping_roles")),
            frozenset(one.name for one in quiet),
        )


def _with_resources_of(facts: Facts, scope: tuple[str, ...]) -> frozenset[str]:
    return frozenset(
        one.key for one in facts.everybody if any(grant.scope == scope and grant.resource for grant in one.held)
    )


def skipped_rules(facts: Facts) -> dict[str, str]:
    """Return the rules that are not asked, and why not."""
    skipped: dict[str, str] = {}
    if not facts.usable:
        why = "the definition has faults" if facts.definition else "there is no definition"
        skipped |= {rule.id: why for rule in RULES.values() if rule.drift}
        if facts.definition:
            skipped["ignored_owner"] = why
    if not facts.options.internal_domains:
        why = "internal_domains is not given"
        external = ("owner_external", "external_member", "external_without_end")
        skipped |= {rule: why for rule in external if rule not in skipped}
    if facts.decisions is None:
        skipped["decision_not_carried_out"] = "there is no attestation of an earlier review"
    provider_seen = facts.identity_provider != "unknown"
    if provider_seen and "enforce_authentication_method" not in facts.evidence.description:
        skipped["sso_not_enforced"] = "the service does not tell whether single sign-on is enforced"
    return dict(sorted(skipped.items()))


def _names(found: Sequence[RoleMapping]) -> str:
    return some_of([one.name for one in found], 10)


def _keys(found: Sequence[ApiKey]) -> str:
    return some_of([f"{one.name} ({one.id})" for one in found], 10)
