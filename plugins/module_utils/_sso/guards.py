# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The guards of single sign-on, which refuse a plan that may lock everybody out, before anything is written.

They see rules, not people: whether the groups of an owner fit a mapping is known to the identity provider alone.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member, People, email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import Condition, RoleMapping
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import GuardError, plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import Certificate
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import NEEDED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import (
    OF_MAPPINGS,
    Plan,
    certificates_of,
    dropped_certificates,
    makes_owners,
)

SOON = dt.timedelta(days=30)  # before the end of a key or a certificate
PASSWORDS = (
    "Whoever has logged in by single sign-on has no password any more, and has to set a new one: they ask for it on "
    "the login page."
)
ANYBODY, WHOLE_DOMAIN, SOMEBODY = range(3)  # whom a condition is for


@dataclass(frozen=True, slots=True)
class Case:
    """What the guards look at.

    people: members alone count; key_ends: when the API key in use ends, None where the service does not tell; listed:
    the names of the mappings that the definition has.
    """

    plan: Plan
    people: People
    now: dt.datetime
    key_ends: dt.datetime | None
    listed: frozenset[str] = frozenset()


def check_guards(case: Case) -> tuple[GuardError | None, list[str]]:
    """Return the first guard that refuses the plan, if any does, and warnings."""
    plan = case.plan
    about_owners = plan.enforces or plan.has(*OF_MAPPINGS)
    asked = [
        (about_owners, owner_mapping),
        (True, owner_for_anybody),
        (True, provider_in_force),
        (plan.enforces, recovery),
        (plan.enforces, locked_out),
        (plan.enforces, untested),
    ]
    refusal = next((found for is_asked, guard in asked if is_asked and (found := guard(case))), None)
    stays = plan.before.in_force and plan.after.in_force and not plan.enforces
    decayed = [
        guard(case)
        for guard, is_due in (
            (owner_mapping, not about_owners),
            (recovery, stays),
            (locked_out, stays),
        )
        if is_due
    ]
    return refusal, [*_warnings(case), *(_as_warning(found) for found in decayed if found)]


def locked_out_members(plan: Plan, people: People) -> list[Member]:
    """Return the members who do not get in where single sign-on is enforced: their email, if they have one, is of no
    claimed domain.
    """
    return [member for member in people.members.values() if not plan.after.claims(member.email)]


def overwritten_members(plan: Plan, people: People) -> list[Member]:
    """Return the members whose roles a login by single sign-on overwrites, which it does where a mapping is enabled."""
    if not any(mapping.enabled for mapping in plan.after.mappings):
        return []
    return [member for member in people.members.values() if plan.after.claims(member.email)]


def owner_mapping(case: Case) -> GuardError | None:
    """No enabled mapping makes anybody an organization owner, while there is a provider."""
    after = case.plan.after
    if after.provider is None or any(makes_owners(mapping, after.domains) for mapping in after.mappings):
        return None
    unmet = [one.name for one in after.mappings if one.enabled and is_owner(one.grants)]
    hint = (
        f" {some_of(unmet)} cannot be met: its emails are of domains that the organization has not claimed."
        if unmet
        else ""
    )
    return GuardError(
        "owner_mapping",
        "no enabled role mapping would give the organization owner role, so nobody would be an owner after a login by "
        f"single sign-on.{hint} Keep a mapping with organization-admin for a group that owners are in.",
        1,
        0,
        [],
    )


def owner_for_anybody(case: Case) -> GuardError | None:
    """A mapping that the definition has, or the plan writes, makes owners of whoever logs in."""
    written = {action.name for action in case.plan.actions if action.action in OF_MAPPINGS}
    open_to_all = [
        mapping.name
        for mapping in case.plan.after.mappings
        if mapping.name in case.listed | written and _owners_are(mapping, ANYBODY)
    ]
    if not open_to_all:
        return None
    return GuardError(
        "owner_for_anybody",
        f"whoever logs in would become an organization owner by {some_of(open_to_all)}. Such a mapping needs a "
        "condition that not everybody meets (with any: each condition): a group, or an email of which more than "
        "*, @ and . is given.",
        0,
        len(open_to_all),
        [],
    )


def provider_in_force(case: Case) -> GuardError | None:
    """What people log in by now, and have to, would be taken away or changed."""
    before, after = case.plan.before, case.plan.after
    if not before.in_force or not after.in_force or before.provider is None:
        return None
    held = before.provider
    if after.provider is None:
        changes = ["it would be removed"]
    else:
        changes = ["it would be disabled"] * (before.works and not after.works)
        changes += [
            f"its {name} would change" for name in NEEDED[:3] if getattr(held, name) != getattr(after.provider, name)
        ]
        if (risky := _still_needed(case)) and not _proven(case):
            changes.append(
                f"the certificate {some_of(list(map(str, risky)))} would go, and none that stays was there before and "
                "is valid now; add the new one first, and drop the old one in a later run"
            )
    if not changes:
        return None
    known = "is enforced" if before.enforced else "may be enforced (the service does not show it)"
    return GuardError(
        "provider_in_force",
        f"single sign-on {known}, and nobody could log in if this went wrong with the identity provider: "
        f"{'; '.join(changes)}. With enforced: false in the same definition, enforcement ends first.",
        0,
        len(changes),
        [],
    )


def recovery(case: Case) -> GuardError | None:
    """There would be no way back: that is an API key of an owner which lasts."""
    if not case.people.owners:
        return GuardError(
            "recovery",
            "this API key sees no organization owner, so it may not be able to end enforcement, and an owner's API key "
            "is the only way back. Use an API key of an organization owner.",
            1,
            0,
            [],
        )
    if case.key_ends and case.key_ends - case.now <= SOON:
        return GuardError(
            "recovery",
            "an owner's API key is the only way back where nobody can log in, and the one in use ends on "
            f"{case.key_ends:%Y-%m-%d} (UTC). Use one that lasts for more than {SOON.days} days.",
            SOON.days,
            max((case.key_ends - case.now).days, 0),
            [],
        )
    return None


def locked_out(case: Case) -> GuardError | None:
    """No owner could log in any more."""
    after, people = case.plan.after, case.people
    owners = [people.members[user_id] for user_id in sorted(people.owners)]
    if after.provider is None:
        why = "there is no identity provider. Define it first"
    elif not after.works:
        why = "the identity provider is disabled. Enable it first"
    elif not after.domains:
        why = "the organization has claimed no domain, and only emails of claimed domains get in. Claim one first"
    elif not any(after.claims(owner.email) for owner in owners):
        why = (
            "no organization owner among the members has an email of a claimed domain "
            f"({some_of(list(after.domains))}). Make a member of such a domain an owner first, or claim theirs"
        )
    else:
        return None
    names = sorted(owner.email or owner.user_id for owner in owners)
    return GuardError("locked_out", f"no organization owner could log in, since {why}.", 1, 0, names)


def untested(case: Case) -> GuardError | None:
    """Nobody has logged in yet by what would be the only way in."""
    before, after = case.plan.before.provider, case.plan.after.provider
    if after is None:
        return None
    if before is None:
        changes = ["it is new"]
    else:
        changes = ["it would be enabled"] * (not case.plan.before.works and case.plan.after.works)
        changes += [f"its {name} would change" for name in NEEDED[:3] if getattr(before, name) != getattr(after, name)]
        if dropped := dropped_certificates(case.plan):
            changes.append(f"it would lose the certificate {some_of(list(map(str, dropped)))}")
    if not changes:
        return None
    url = after.made.get("sso_login_url")
    return GuardError(
        "untested",
        f"nobody has logged in yet by the identity provider as it would be: {'; '.join(changes)}. Apply this without "
        f"enforced first, log in at {plain(url) if isinstance(url, str) else 'sso_login_url'} as an owner, then run "
        "again with enforced: true.",
        0,
        len(changes),
        [],
    )


def _still_needed(case: Case) -> list[Certificate]:
    """Return the certificates that would go and have not expired."""
    return [one for one in dropped_certificates(case.plan) if not one.expired(case.now)]


def _proven(case: Case) -> bool:
    """Whether a certificate stays that was there before this run and is valid now."""
    before = {*certificates_of(case.plan.before.provider)}
    return any(one in before and one.valid(case.now) for one in certificates_of(case.plan.after.provider))


def _breadth(condition: Condition) -> int:
    kind, pattern = condition
    if not pattern.translate({ord(mark): None for mark in "*@."}).strip():
        return ANYBODY
    local = pattern.rpartition("@")[0] if kind == "email" else pattern
    return SOMEBODY if local.replace("*", "").strip() else WHOLE_DOMAIN


def _owners_are(mapping: RoleMapping, breadth: int) -> bool:
    """Whether a mapping makes owners, and of whom."""
    if not mapping.enabled or not is_owner(mapping.grants) or not mapping.conditions:
        return False
    found = list(map(_breadth, mapping.conditions))
    return (min(found) if mapping.match == "any" else max(found)) == breadth


def _warnings(case: Case) -> t.Iterator[str]:
    plan, before, after = case.plan, case.plan.before, case.plan.after
    if plan.has("stop_enforcing_sso", "remove_identity_provider"):
        yield PASSWORDS
    for mapping in after.mappings:
        if _owners_are(mapping, WHOLE_DOMAIN):
            yield (
                f"The role mapping {plain(mapping.name)} makes everybody of a domain an organization owner "
                f"({_patterns(mapping.conditions)})."
            )
        elif mapping.name not in case.listed and _owners_are(mapping, ANYBODY):
            yield (
                f"The role mapping {plain(mapping.name)}, which this definition does not have, makes everybody who "
                "logs in an organization owner. Put it into the definition with a condition that not everybody meets, "
                "or with state: absent."
            )
    if plan.enforces and case.key_ends is None:
        yield (
            "The service does not tell when the API key in use ends. Keep one of an organization owner that lasts: it "
            "is the only way back where nobody can log in."
        )
    held = {*certificates_of(before.provider)}
    for certificate in certificates_of(after.provider):
        if certificate not in held or certificate.not_after is None:
            continue
        if certificate.expired(case.now):
            yield f"The identity provider's certificate {certificate} has expired; drop it."
        elif certificate.not_after - case.now <= SOON:
            yield (
                f"The identity provider's certificate {certificate} ends soon. Add the next one to public_certificates "
                "before that day, and drop this one once logins work with it."
            )
    if before.in_force and after.in_force and (risky := _still_needed(case)) and _proven(case):
        yield (
            f"While single sign-on {'is' if before.enforced else 'may be'} enforced, the certificate "
            f"{some_of(list(map(str, risky)))} goes. Before that, log in once at sso_login_url after the change at the "
            "identity provider: it has to sign with one that stays."
        )
    if overwritten := overwritten_members(plan, case.people):
        domains = sorted({email_key(one.email or "").rpartition("@")[2] for one in overwritten})
        names = [one.email or one.user_id for one in overwritten]
        yield (
            f"A login by single sign-on gives {some_of(names)} the roles of the role mappings in place of those that "
            "they have. Where org_team has roles for the same people, let it ignore them: "
            f"ignore {some_of([f'*@{domain}' for domain in domains])}."
        )
    if not case.people.whole:
        yield "The service lists its members on several pages, of which this version reads the first alone."


def _patterns(conditions: Sequence[Condition]) -> str:
    return some_of([one.pattern for one in conditions])


def _as_warning(found: GuardError) -> str:
    text = str(found)
    return f"{text[0].upper()}{text[1:]} (The guard {found.name} would refuse to enforce single sign-on now.)"


def refused(guard: GuardError) -> str:
    """Return the words in which a guard refuses a plan."""
    return f"The guard {guard.name} refuses the plan: {guard}"
