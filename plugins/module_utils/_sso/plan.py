# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The plan that turns single sign-on as it is into what a definition describes.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    Grant,
    in_order,
    is_owner,
    missing,
    surplus,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    Condition,
    IdentityProvider,
    RoleMapping,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import (
    Certificate,
    as_written_like,
    from_reply,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import (
    NEEDED,
    Definition,
    WantedMapping,
    WantedProvider,
    what_no_name_may_be,
)

PROVIDER, ENFORCED = "identity_provider", "enforced"  # how plan and diff name what is no mapping
# Nobody is shut out on the way: see `_place` for the order within changes of mappings.
ORDER = (
    "stop_enforcing_sso",
    "set_identity_provider",
    "add_role_mapping",
    "update_role_mapping",
    "remove_role_mapping",
    "remove_identity_provider",
    "enforce_sso",
)
OF_MAPPINGS = frozenset({"add_role_mapping", "update_role_mapping", "remove_role_mapping"})

Thing: t.TypeAlias = "IdentityProvider | RoleMapping | bool | None"


@dataclass(frozen=True, slots=True)
class SignOn:
    """Single sign-on of an organization at one moment. enforced: None where that is not known; domains: the claimed
    ones.
    """

    provider: IdentityProvider | None = None
    mappings: tuple[RoleMapping, ...] = ()
    domains: tuple[str, ...] = ()
    enforced: bool | None = False

    @property
    def in_force(self) -> bool:
        """Whether nobody may get in but by single sign-on, for all that is known."""
        return self.enforced is not False

    @property
    def works(self) -> bool:
        """Whether there is a provider, and it is not disabled."""
        return self.provider is not None and self.provider.enabled is not False

    def claims(self, email: str | None) -> bool:
        """Return whether an email is of a claimed domain, which covers exactly itself."""
        return bool(email) and email_key(email or "").rpartition("@")[2] in {email_key(one) for one in self.domains}

    def after(self, action: Action) -> SignOn:
        """Return it as it is once an action has had its effect."""
        if action.name == ENFORCED and action.action not in OF_MAPPINGS:
            return replace(self, enforced=bool(action.after))
        if action.action in OF_MAPPINGS:
            kept = [one for one in self.mappings if one.name != action.name]
            if not isinstance(action.after, RoleMapping):
                return replace(self, mappings=tuple(kept))
            changed = [action.after if one.name == action.name else one for one in self.mappings]
            return replace(self, mappings=tuple(changed if len(kept) < len(changed) else [*kept, action.after]))
        return replace(self, provider=t.cast("IdentityProvider | None", action.after))


@dataclass(frozen=True, slots=True)
class Action:
    """One step of a plan. name: of the mapping, or PROVIDER or ENFORCED; before, after: None for nothing there, or for
    enforcement of which nothing is known; rank: its place among those of its kind.
    """

    action: str
    name: str
    before: Thing
    after: Thing
    reason: str
    rank: int = 0


@dataclass(slots=True)
class Plan:
    """Actions in order. before, after: how single sign-on is, and is to be."""

    before: SignOn
    after: SignOn
    actions: list[Action] = field(default_factory=list)

    def has(self, *kinds: str) -> bool:
        """Return whether there is an action of one of these kinds."""
        return any(action.action in kinds for action in self.actions)

    @property
    def enforces(self) -> bool:
        """Whether it switches enforcement on."""
        return self.has("enforce_sso")


def make_plan(definition: Definition, before: SignOn, now: dt.datetime, findings: Findings) -> Plan:
    """Return the plan for a definition.

    now: the current time with a zone, by which certificates have expired. What can be judged only now that it is known
    what there is goes to the findings: a new provider of which something is missing, a new certificate that has
    expired, mappings for which there would be no provider, what no definition can write, and what is not known.
    """
    actions = list(_enforcement(definition, before, findings))
    actions += _provider(definition.provider, before.provider, now, findings)
    actions += _mappings(definition, before, findings)
    actions.sort(key=_place)
    after = before
    for action in actions:
        after = after.after(action)
    _check_mappings(definition, actions, after, findings)
    return Plan(before, after, actions)


def certificates_of(provider: IdentityProvider | None) -> tuple[Certificate, ...]:
    """Return the certificates of a provider, each once."""
    return tuple(dict.fromkeys(map(from_reply, provider.public_certificates))) if provider else ()


def makes_owners(mapping: RoleMapping, domains: Iterable[str]) -> bool:
    """Return whether somebody can become an organization owner by a mapping, so that it is enabled, has the role, and
    can be met.
    """
    return mapping.enabled and is_owner(mapping.grants) and can_be_met(mapping.conditions, mapping.match, domains)


def can_be_met(conditions: t.Sequence[Condition], match: str, domains: Iterable[str]) -> bool:
    """Return whether anybody can meet a rule: no one's email is of a domain that is not claimed, and groups may be
    anything.
    """
    emails = [one.pattern for one in conditions if one.kind == "email"]
    if match == "any" and len(emails) < len(conditions):
        return True
    if match == "all" and conditions and not emails:
        return True
    quantifier = any if match == "any" else all
    return any(quantifier(_may_match(email, domain) for email in emails) for domain in domains) and bool(conditions)


def _may_match(pattern: str, domain: str) -> bool:
    """Return whether some email of a domain matches a pattern: whether `*@domain` and it have a text in common."""
    one, other = email_key(pattern), f"*@{email_key(domain)}"
    reached = [[False] * (len(other) + 1) for _row in range(len(one) + 1)]
    reached[0][0] = True
    for i in range(len(one) + 1):
        for j in range(len(other) + 1):
            if not reached[i][j]:
                continue
            left, right = one[i : i + 1], other[j : j + 1]
            if left == "*":
                reached[i + 1][j] = True
            if right == "*":
                reached[i][j + 1] = True
            if left == "*" and right and right != "*":
                reached[i][j + 1] = True
            if right == "*" and left and left != "*":
                reached[i + 1][j] = True
            if left and left == right:
                reached[i + 1][j + 1] = True
    return reached[-1][-1]


def _place(action: Action) -> tuple[t.Any, ...]:
    return ORDER.index(action.action), action.rank


def _enforcement(definition: Definition, before: SignOn, findings: Findings) -> t.Iterator[Action]:
    wanted = definition.enforced
    if wanted is None or wanted is before.enforced:
        return
    if before.enforced is None:
        findings.warn(
            ENFORCED,
            "the service does not show whether single sign-on is enforced, so this is written in each run that has "
            "enforced, and each says that something has changed",
        )
    why = f"enforced is {str(wanted).lower()}" + (
        ", and the service does not show how it is" * (before.enforced is None)
    )
    if wanted:
        why += "; whether people meet the mappings shows at a login alone"
    yield Action("enforce_sso" if wanted else "stop_enforcing_sso", ENFORCED, before.enforced, wanted, why)


def _provider(
    wanted: WantedProvider | None, held: IdentityProvider | None, now: dt.datetime, findings: Findings
) -> t.Iterator[Action]:
    if wanted is None:
        return
    if not wanted.present:
        if held:
            yield Action("remove_identity_provider", PROVIDER, held, None, "state is absent")
        return
    if held is None and wanted.missing:
        findings.problem(PROVIDER, f"there is none yet, and a new one needs {', '.join(wanted.missing)} too")
        return
    after = _provider_after(wanted, held)
    if hidden := [name for name in NEEDED if not getattr(after, name)]:
        findings.problem(PROVIDER, f"the service does not show {', '.join(hidden)}, which every change has to name")
        return
    for certificate in _new(after, held):
        if certificate.expired(now):
            findings.problem(
                f"{PROVIDER}.public_certificates",
                f"the certificate {certificate} has expired; give the one that the identity provider signs with now",
            )
    if held is None:
        yield Action("set_identity_provider", PROVIDER, None, after, "there is none yet")
    elif changes := changes_of(held, after):
        yield Action("set_identity_provider", PROVIDER, held, after, "; ".join(changes))


def _provider_after(wanted: WantedProvider, held: IdentityProvider | None) -> IdentityProvider:
    """Return the provider as it is to be: what is not said stays as it is."""
    held = held or IdentityProvider(None, None, None, None, ())
    texts = held.public_certificates
    if wanted.certificates is not None and {*wanted.certificates} != {*certificates_of(held)}:
        there = {one: one.written for one in map(from_reply, held.public_certificates)}
        texts = tuple(there.get(one) or as_written_like(one, there) for one in wanted.certificates)
    enabled = wanted.enabled if wanted.enabled is not None else held.enabled
    prefix = wanted.login_identifier_prefix or held.login_identifier_prefix
    made = held.made if prefix == held.login_identifier_prefix else {}
    return IdentityProvider(
        enabled is not False, prefix, wanted.issuer or held.issuer, wanted.sso_url or held.sso_url, texts, made
    )


def changes_of(held: IdentityProvider, after: IdentityProvider) -> list[str]:
    """Return in words in what a provider differs from another one; certificates by what they are."""
    changes = []
    if (held.enabled is not False) != (after.enabled is not False):
        changes.append("to be enabled" if after.enabled else "to be disabled")
    changes += [f"{name} differs" for name in NEEDED[:3] if getattr(held, name) != getattr(after, name)]
    if added := _new(after, held):
        changes.append(f"to be added: certificate {some_of(list(map(str, added)))}")
    if dropped := _new(held, after):
        changes.append(f"to be dropped: certificate {some_of(list(map(str, dropped)))}")
    return changes


def _new(one: IdentityProvider, other: IdentityProvider | None) -> list[Certificate]:
    """Return the certificates that one provider has and the other has not."""
    there = {*certificates_of(other)}
    return [certificate for certificate in certificates_of(one) if certificate not in there]


def dropped_certificates(plan: Plan) -> list[Certificate]:
    """Return the certificates that a provider which stays has no longer."""
    if not (plan.before.provider and plan.after.provider):
        return []
    return _new(plan.before.provider, plan.after.provider)


def _mappings(definition: Definition, before: SignOn, findings: Findings) -> t.Iterator[Action]:
    held = {one.name: one for one in before.mappings}
    for name in held:
        if definition.mappings is not None and (wrong := what_no_name_may_be(name)):
            findings.warn(f"role mapping {plain(name)}", f"is never written or removed here: its name {wrong}")
    for wanted in definition.mappings or ():
        there = held.get(wanted.name)
        if not wanted.present:
            if there:
                yield _removal(there, "state is absent", before.domains)
        elif there is None:
            made = RoleMapping(wanted.name, wanted.enabled, wanted.match, wanted.conditions, wanted.grants)
            yield Action("add_role_mapping", made.name, None, made, "there is none with this name")
        else:
            yield from _update(wanted, there, before.domains, definition.names, findings)
    if definition.purge:
        listed = {wanted.name for wanted in definition.mappings or ()}
        for name, mapping in held.items():
            if name not in listed and not what_no_name_may_be(name):
                yield _removal(mapping, "not in role_mappings, and purge_role_mappings", before.domains)


def _removal(there: RoleMapping, why: str, domains: Iterable[str]) -> Action:
    return Action("remove_role_mapping", there.name, there, None, why, rank=int(makes_owners(there, domains)))


def _update(
    wanted: WantedMapping, there: RoleMapping, domains: Iterable[str], names: Names, findings: Findings
) -> t.Iterator[Action]:
    added, taken = missing(wanted.grants, there.grants), surplus(wanted.grants, there.grants)
    kept = frozenset(grant for grant in there.grants - wanted.grants if not grant.understood)
    if unknown := [grant for grant in kept if grant.known_part not in wanted.grants]:
        findings.warn(
            wanted.where,
            f"keeps what this version does not understand and does not take away: {_listed(unknown, names)}",
        )
    if not there.roles_shown:
        findings.warn(wanted.where, "the service does not show what this mapping gives, so that is not compared")
        added = taken = frozenset()
    why = []
    if wanted.enabled != there.enabled:
        why.append("to be enabled" if wanted.enabled else "to be disabled")
    if not same_rule(wanted.match, wanted.conditions, there.match, there.conditions):
        why.append(f"to be for {in_words(wanted.match, wanted.conditions)}")
    if added:
        why.append(f"to be added: {_listed(added, names)}")
    if taken:
        why.append(f"to be taken away: {_listed(taken, names)}")
    if not why:
        if not there.understood:
            findings.warn(wanted.where, "holds something that this version does not understand, and is left as it is")
        return
    known = {grant.known_part for grant in kept}
    grants = frozenset(grant for grant in wanted.grants if grant not in known) | kept
    after = RoleMapping(there.name, wanted.enabled, wanted.match, wanted.conditions, grants)
    gains, had = makes_owners(after, domains), makes_owners(there, domains)
    yield Action("update_role_mapping", there.name, there, after, "; ".join(why), rank=had - gains)


def same_rule(match: str, conditions: Iterable[Condition], other: str, others: Iterable[Condition]) -> bool:
    """Return whether two rules are for the same people: order, repetition and the spelling of emails make no
    difference, and neither does any or all where there is one condition.
    """
    mine, theirs = ({_comparable(one) for one in some} for some in (conditions, others))
    return mine == theirs and (match == other or len(mine) < 2)


def in_words(match: str, conditions: Iterable[Condition]) -> str:
    """Return a rule in words."""
    joined = f"{' or ' if match == 'any' else ' and '}".join(f"{kind} {pattern}" for kind, pattern in conditions)
    return plain(joined)


def _comparable(condition: Condition) -> Condition:
    return condition._replace(pattern=email_key(condition.pattern)) if condition.kind == "email" else condition


def _check_mappings(definition: Definition, actions: list[Action], after: SignOn, findings: Findings) -> None:
    """Tell of mappings for which there would be no provider: the service takes none then."""
    if after.works or (definition.provider and definition.provider.present and after.provider is None):
        return  # what is wrong with a new provider is told already
    written = {action.name for action in actions if action.action in ("add_role_mapping", "update_role_mapping")}
    what = "is disabled" if after.provider else "is missing"
    for wanted in definition.mappings or ():
        if wanted.present and wanted.name in written:
            findings.problem(
                wanted.where, f"the identity provider {what} then, and mappings need one that is enabled; define it"
            )


def _listed(grants: Iterable[Grant], names: Names) -> str:
    return ", ".join(grant.in_words(names) for grant in in_order(grants))
