# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""The rules of an access review: each looks at what was read, and tells whom it is about.

What they have in common (how bad, whom about, what to do) is in the catalogue. A rule says what it has seen; where it
would say something because something was not seen, it looks first whether that could be seen.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    SCOPES,
    Grant,
    in_order,
    is_owner,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import NEVER, ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import RoleMapping
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import PRECEDENCE, RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import (
    WRITING,
    Facts,
    fully_understood,
    hashed,
    short_role,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.gaps import skipped_rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.outstanding import outstanding
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.population import Somebody, domain_of

MOST_NAMED = 10  # grants or people that a text names
FOR_ANYBODY = str.maketrans("", "", "*@.")  # what may stand in a pattern without saying for whom it is


@dataclass(frozen=True, slots=True)
class Subject:
    """What a finding is about. key: the same in every review; label: how texts name it."""

    kind: str
    key: str
    label: str


class Hit(t.NamedTuple):
    """What a rule has found. grants: the ids of those that it is about; where: the place in the definition."""

    rule: str
    subject: Subject
    text: str
    grants: tuple[str, ...] = ()
    where: str | None = None

    def finding_id(self, organization_id: str) -> str:
        """Return the id of the finding: the same in every review, whatever the subject is called."""
        return hashed([self.rule, organization_id, self.subject.key])


Found = Iterator[tuple[Subject, str, Iterable[str], "str | None"]]
CHECKS: dict[str, Callable[[Facts], Found]] = {}


def find(facts: Facts) -> list[Hit]:
    """Return what all rules find that are not skipped, also those that the options switch off; of those that are about
    the same subject and one of which says it all, this one alone.
    """
    skipped = skipped_rules(facts)
    hits = [
        Hit(rule, subject, text, tuple(sorted(grants)), where)
        for rule in RULES
        if rule not in skipped
        for subject, text, grants, where in CHECKS[rule](facts)
    ]
    told = {(second, hit.subject.key) for hit in hits for second in PRECEDENCE.get(hit.rule, ())}
    return [hit for hit in hits if (hit.rule, hit.subject.key) not in told]


def _check(rule: str) -> Callable[[Callable[[Facts], Found]], Callable[[Facts], Found]]:
    def register(check: Callable[[Facts], Found]) -> Callable[[Facts], Found]:
        CHECKS[rule] = check
        return check

    return register


def _about(facts: Facts, one: Somebody, text: str, grants: Iterable[Grant] = (), where: str | None = None) -> t.Any:
    """Return a finding about a person."""
    return Subject("person", one.key, one.label), f"{one.label} {text}", facts.ids_of(one, grants), where


def _about_key(key: ApiKey, text: str) -> t.Any:
    label = plain(key.name or key.id)
    return Subject("api_key", key.id, label), f"The API key {label} (id {plain(key.id)}) {text}", (), None


def _about_organization(facts: Facts, text: str, grants: Iterable[str] = ()) -> t.Any:
    name = facts.evidence.description.get("name")
    label = plain(name) if isinstance(name, str) and name else facts.organization_id
    return Subject("organization", facts.organization_id, label), f"The organization {text}", grants, None


def _listed(grants: Iterable[Grant]) -> str:
    return some_of([str(grant) for grant in in_order(grants)], MOST_NAMED)


def _ownership(one: Somebody) -> list[Grant]:
    return [grant for grant in one.held if is_owner(frozenset({grant}))]


def _has(one: Somebody) -> str:
    return "is" if one.member else "is invited to be"


def _day(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.timezone.utc):%Y-%m-%d} (UTC)"


# People against the definition


@_check("absent_still_there")
def _absent_still_there(facts: Facts) -> Found:
    for one in facts.compared:
        if one.unwanted and one.is_in:
            entry = one.unwanted.desired
            what = "is still a member" if one.member else "still has a pending invitation"
            yield _about(facts, one, f"{what}, and should be gone: {plain(entry.because)}.", one.held, entry.where)


def _undefined_ownership(one: Somebody) -> list[Grant]:
    """Return the ownership of somebody to whom no definition gives any."""
    if one.standing == "unmanaged" or (one.stated is not None and not is_owner(one.stated)):
        return _ownership(one)
    return []


@_check("owner_unmanaged")
def _owner_unmanaged(facts: Facts) -> Found:
    for one in facts.compared:
        if one.is_in and (ownership := _undefined_ownership(one)):
            what = "the person's entry does not give that" if one.entry else "no entry of the definition is for them"
            where = one.entry.desired.where if one.entry else None
            yield _about(facts, one, f"{_has(one)} an organization owner, and {what}.", ownership, where)


@_check("excess_grant")
def _excess_grant(facts: Facts) -> Found:
    for one in facts.compared:
        if not one.wanted:
            continue
        told = _undefined_ownership(one)
        excess = [
            judged.grant for judged in facts.judged[one.key] if judged.state == "excess" and judged.grant not in told
        ]
        if excess:
            where = one.wanted.desired.where
            yield _about(facts, one, f"holds what {plain(where)} does not give: {_listed(excess)}.", excess, where)


@_check("unmanaged_member")
def _unmanaged_member(facts: Facts) -> Found:
    for one in facts.compared:
        if one.member and one.standing == "unmanaged":
            yield _about(facts, one, "is a member, and no entry of the definition is for them.", one.held)


@_check("unmanaged_invitation")
def _unmanaged_invitation(facts: Facts) -> Found:
    for one in facts.compared:
        if one.is_invited and one.standing == "unmanaged":
            yield _about(facts, one, "is invited, and no entry of the definition is for them.", one.held)


@_check("missing_member")
def _missing_member(facts: Facts) -> Found:
    for one in facts.compared:  # nobody counts as missing where not everybody could be read
        if one.status == "missing" and one.wanted:
            where = one.wanted.desired.where
            yield _about(facts, one, "is defined, and neither a member nor invited.", (), where)


@_check("missing_grant")
def _missing_grant(facts: Facts) -> Found:
    for one in facts.compared:
        lacked = [judged.grant for judged in facts.judged[one.key] if judged.state == "missing"]
        if lacked and one.wanted:
            where = one.wanted.desired.where
            yield _about(facts, one, f"does not hold what {plain(where)} gives: {_listed(lacked)}.", lacked, where)


@_check("roles_unstated")
def _roles_unstated(facts: Facts) -> Found:
    for one in facts.compared:
        if one.wanted and one.is_in and one.stated is None:
            text = "has an entry that says nothing about roles, so whatever they hold is accepted."
            yield _about(facts, one, text, one.held, one.wanted.desired.where)


@_check("until_soon")
def _until_soon(facts: Facts) -> Found:
    for one in facts.compared:
        if one.wanted and one.is_in and one.wanted.ends and one.wanted.ends - facts.now <= facts.options.until_soon:
            text = f"is defined until {one.wanted.until} (UTC), and is removed after that."
            yield _about(facts, one, text, (), one.wanted.desired.where)


@_check("external_without_end")
def _external_without_end(facts: Facts) -> Found:
    for one in facts.compared:
        if one.wanted and one.is_in and one.external and one.wanted.ends is None:
            text = "is from outside, and the entry has no until."
            yield _about(facts, one, text, one.held, one.wanted.desired.where)


@_check("mapping_overwrites_definition")
def _mapping_overwrites_definition(facts: Facts) -> Found:
    mappings = [one for one in facts.role_mappings or () if one.enabled]
    if not mappings or facts.identity_provider not in ("enabled", "unknown"):
        return
    claimed = {domain.strip().lower() for domain in facts.evidence.domains or ()}
    overwritten = [
        one for one in facts.members if one.stated is not None and one.email and domain_of(one.email) in claimed
    ]
    if overwritten:
        names = some_of([one.label for one in overwritten], MOST_NAMED)
        yield _about_organization(
            facts,
            f"has {len(mappings)} enabled role mapping(s), which overwrite, at each login, the defined roles of "
            f"{len(overwritten)} member(s) whose email is of a claimed domain: {names}.",
        )


# People as such


@_check("owner_external")
def _owner_external(facts: Facts) -> Found:
    for one in facts.whoever_is_in:
        if one.external and one.owner:
            yield _about(facts, one, f"{_has(one)} an organization owner, and is from outside.", _ownership(one))


@_check("external_member")
def _external_member(facts: Facts) -> Found:
    for one in facts.members:
        if one.external:
            yield _about(facts, one, "is a member from outside of the internal domains.", one.held)


@_check("owner_invited")
def _owner_invited(facts: Facts) -> Found:
    for one in facts.whoever_is_in:
        if one.is_invited and one.owner:
            yield _about(facts, one, "is invited to be an organization owner.", _ownership(one))


@_check("ignored_owner")
def _ignored_owner(facts: Facts) -> Found:
    for one in facts.members:
        if one.standing == "ignored" and one.owner:
            text = f"is an organization owner about whom nobody decides here: ignore has {plain(one.pattern)}."
            yield _about(facts, one, text, _ownership(one))


@_check("admin_of_all")
def _admin_of_all(facts: Facts) -> Found:
    for one in facts.whoever_is_in:
        if wide := [grant for grant in one.held if _writes_everywhere(grant)]:
            yield _about(facts, one, f"may change everything of a kind: {_listed(wide)}.", wide)


def _writes_everywhere(grant: Grant) -> bool:
    if not grant.recognised or SCOPES[grant.scope].ids is None:
        return False
    return grant.for_everything and short_role(grant) in WRITING


@_check("not_understood")
def _not_understood(facts: Facts) -> Found:
    for one in facts.whoever_is_in:
        if strange := [grant for grant in one.held if not fully_understood(grant)]:
            text = f"holds what this version of the collection does not understand: {_listed(strange)}."
            yield _about(facts, one, text, strange)


@_check("no_email")
def _no_email(facts: Facts) -> Found:
    for one in facts.members:
        if not one.email:
            yield _about(facts, one, "is a member without an email.", one.held)


@_check("shared_email")
def _shared_email(facts: Facts) -> Found:
    for one in facts.members:
        if one.shared:
            ids = [other.user_id for other in facts.people.find(one.email).members]
            yield _about(facts, one, f"shares the email with other members: {some_of(sorted(ids))}.", one.held)


@_check("no_roles")
def _no_roles(facts: Facts) -> Found:
    for one in facts.members:
        if one.roles_shown and not one.held and not facts.blind:
            yield _about(facts, one, "is a member without any role.")


@_check("invitation_expired")
def _invitation_expired(facts: Facts) -> Found:
    for one in facts.everybody if facts.people.whole else ():
        if one.status == "expired" and not one.leftover:
            yield _about(facts, one, "has an invitation that has expired, and is no member.")


@_check("dangling_resource")
def _dangling_resource(facts: Facts) -> Found:
    names = facts.evidence.names
    there = {scope: {one.id for one in listed} for scope, listed in names.lists.items() if scope not in names.unread}
    for one in facts.whoever_is_in:
        gone = [
            grant
            for grant in one.held
            if grant.resource is not None and grant.scope in there and grant.resource not in there[grant.scope]
        ]
        if gone:
            text = f"holds roles on what is not listed; it is gone, or stopped and hidden: {_listed(gone)}."
            yield _about(facts, one, text, gone)


# The organization


@_check("too_few_owners")
def _too_few_owners(facts: Facts) -> Found:
    owners, least = len(facts.people.owners), facts.options.min_owners
    unseen = facts.blind or not facts.members_whole or any(one.roles_shown is False for one in facts.members)
    if owners < least and not unseen:
        yield _about_organization(facts, f"has {owners} organization owner(s), and min_owners is {least}.")


@_check("too_many_owners")
def _too_many_owners(facts: Facts) -> Found:
    owners, most = [one for one in facts.members if one.owner], facts.options.max_owners
    if len(owners) > most:
        names = some_of([one.label for one in owners], MOST_NAMED)
        text = f"has {len(owners)} organization owners, and max_owners is {most}: {names}."
        ids = [found for one in owners for found in facts.ids_of(one, _ownership(one))]
        yield _about_organization(facts, text, ids)


@_check("sso_not_enforced")
def _sso_not_enforced(facts: Facts) -> Found:
    method = facts.evidence.description.get("enforce_authentication_method")
    if facts.identity_provider == "enabled" and method != "sso":
        yield _about_organization(facts, "lets people in without single sign-on, though there is a provider.")


# API keys


@_check("leavers_key")
def _leavers_key(facts: Facts) -> Found:
    for key in facts.current_keys if facts.members_whole else ():
        if key.user_id and key.user_id not in facts.people.members:
            yield _about_key(key, f"was made by {plain(key.user_id)}, who is no member, and goes on working.")


@_check("owner_key_without_end")
def _owner_key_without_end(facts: Facts) -> Found:
    for key in facts.current_keys:
        if is_owner(key.grants) and key.ends == NEVER:
            yield _about_key(key, "has ownership of the organization, and never ends.")


@_check("owner_key")
def _owner_key(facts: Facts) -> Found:
    for key in facts.current_keys:
        if is_owner(key.grants) and key.ends != NEVER:
            yield _about_key(key, f"has ownership of the organization, until {_day(key.ends)}.")


@_check("key_without_end")
def _key_without_end(facts: Facts) -> Found:
    for key in facts.current_keys:
        if key.ends == NEVER:
            yield _about_key(key, "never ends.")


@_check("key_ends_soon")
def _key_ends_soon(facts: Facts) -> Found:
    for key in facts.current_keys:
        if key.ends != NEVER and key.ends - facts.now <= facts.options.key_ends_soon:
            yield _about_key(key, f"ends on {_day(key.ends)}.")


# Role mappings, decisions, exemptions


@_check("owner_mapping_for_anybody")
def _owner_mapping_for_anybody(facts: Facts) -> Found:
    for mapping in facts.role_mappings or ():
        if mapping.enabled and is_owner(mapping.grants) and _is_for_anybody(mapping):
            label = plain(mapping.name)
            text = f"The role mapping {label} makes whoever logs in an owner: its conditions are for anybody."
            yield Subject("role_mapping", mapping.name, label), text, (), None


def _is_for_anybody(mapping: RoleMapping) -> bool:
    open_to_all = [not one.pattern.translate(FOR_ANYBODY).strip() for one in mapping.conditions]
    if mapping.match == "any":
        return any(open_to_all)
    return all(open_to_all) and mapping.understood


@_check("decision_not_carried_out")
def _decision_not_carried_out(facts: Facts) -> Found:
    decisions = facts.decisions
    if decisions is None or facts.now - decisions.attested_at <= facts.options.carry_out_within:
        return
    found: dict[Subject, tuple[list[str], set[str]]] = {}
    for one in outstanding(facts):
        if one.seen:
            labels, grants = found.setdefault(Subject(one.kind, one.key, plain(one.label)), ([], set()))
            labels.append(plain(one.what))
            grants |= {one.grant} if one.grant else set()
    for subject, (labels, grants) in found.items():
        what = some_of(sorted(labels), MOST_NAMED)
        text = f"{subject.label}: to be revoked by the decisions of {_day(decisions.attested_at)}, and there: {what}."
        yield subject, text, grants, None


@_check("exemption_expired")
def _exemption_expired(facts: Facts) -> Found:
    for one in facts.options.exemptions:
        if one.expired(facts.now):
            label = plain(f"{one.rule}: {', '.join(one.who)}")
            text = f"The exemption {label} ended on {one.until}; it was approved by {plain(one.approved_by)}."
            yield Subject("exemption", one.key, label), text, (), None
