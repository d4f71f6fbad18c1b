# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The rules of an access review as a table: how bad each is, whom it is about, what to do, and what it has to see.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t

SEVERITIES = ("critical", "high", "medium", "low", "info")  # the worst first


class Rule(t.NamedTuple):
    """One rule. Its id is never renamed within a major version.

    subject: what a finding is about; drift: whether it compares with the definition, and is skipped without one; needs:
    what has to be seen whole before it can be said that there is nothing to find.
    """

    id: str
    severity: str
    subject: str
    remedy: str
    needs: frozenset[str] = frozenset()
    drift: bool = False


def _rule(rule: str, severity: str, subject: str, remedy: str, *needs: str, drift: bool = False) -> Rule:
    return Rule(rule, severity, subject, remedy, frozenset((*needs, "definition") if drift else needs), drift)


_ALL = (
    _rule(
        "absent_still_there",
        "critical",
        "person",
        "Apply the definition with org_team, which removes or uninvites the person.",
        drift=True,
    ),
    _rule(
        "owner_unmanaged",
        "critical",
        "person",
        "Take the ownership away, or define it in the person's entry if it is meant.",
        "roles",
        drift=True,
    ),
    _rule(
        "owner_external",
        "critical",
        "person",
        "Take the ownership away, or give it to an account of one of the internal domains.",
        "roles",
    ),
    _rule(
        "owner_mapping_for_anybody",
        "critical",
        "role_mapping",
        "Name the group of the owners in the mapping, or take the ownership out of it.",
        "role_mappings",
        "mapping_roles",
    ),
    _rule(
        "excess_grant",
        "high",
        "person",
        "Apply the definition with org_team, which takes it away, or define it if it is meant.",
        "roles",
        drift=True,
    ),
    _rule(
        "unmanaged_member",
        "high",
        "person",
        "Write an entry for the person, remove them, or let ignore name them if others decide about them.",
        drift=True,
    ),
    _rule(
        "too_few_owners",
        "high",
        "organization",
        "Make another member an owner: if the last one leaves, nobody can manage the organization.",
        "roles",
        "members",
    ),
    _rule(
        "ignored_owner",
        "high",
        "person",
        "Write an entry for this owner, so that the ownership is decided about, or take it away.",
        "roles",
        "definition",
    ),
    _rule(
        "leavers_key",
        "high",
        "api_key",
        "Revoke the key (org_api_key with its id and state: absent), after what uses it has another one.",
        "api_keys",
        "members",
    ),
    _rule(
        "owner_key_without_end",
        "high",
        "api_key",
        "Make a key with fewer roles and an end, put it in place of this one, then revoke this one.",
        "api_keys",
        "key_roles",
    ),
    _rule(
        "decision_not_carried_out",
        "high",
        "",  # what was decided about
        "Carry out what was decided, or decide anew in this review.",
        "roles",
        "api_keys",
        "role_mappings",
    ),
    _rule(
        "external_member",
        "medium",
        "person",
        "Remove the person, or write down by an exemption why somebody from outside is in, and until when.",
    ),
    _rule(
        "external_without_end",
        "medium",
        "person",
        "Give the person's entry an until.",
        drift=True,
    ),
    _rule(
        "too_many_owners",
        "medium",
        "organization",
        "Give those who need less a smaller role.",
        "roles",
        "members",
    ),
    _rule(
        "admin_of_all",
        "medium",
        "person",
        "Give the role for the single resources that are needed, or a viewer role for all.",
        "roles",
    ),
    _rule(
        "owner_invited",
        "medium",
        "person",
        "Revoke the invitation unless it is expected: whoever reads it becomes an owner.",
        "roles",
    ),
    _rule(
        "unmanaged_invitation",
        "medium",
        "person",
        "Write an entry for the person, or revoke the invitation.",
        drift=True,
    ),
    _rule(
        "not_understood",
        "medium",
        "person",
        "Look at it in the console, and update the collection.",
        "roles",
    ),
    _rule(
        "no_email",
        "medium",
        "person",
        "Find out who this is; without an email no entry of a definition can name the person.",
    ),
    _rule(
        "shared_email",
        "medium",
        "person",
        "Leave one account for each person: an entry of a definition cannot tell them apart.",
    ),
    _rule(
        "owner_key",
        "medium",
        "api_key",
        "Make a key with fewer roles, or write down by an exemption why this one needs ownership.",
        "api_keys",
        "key_roles",
    ),
    _rule(
        "key_without_end",
        "medium",
        "api_key",
        "Make a key with an end, put it in place of this one, then revoke this one.",
        "api_keys",
    ),
    _rule(
        "mapping_overwrites_definition",
        "medium",
        "organization",
        "Let ignore name the domain, and leave these people's roles to the mappings; or disable the mappings.",
        "members",
        "role_mappings",
        "identity_provider",
        "domains",
        drift=True,
    ),
    _rule(
        "exemption_expired",
        "medium",
        "exemption",
        "Decide anew: give the exemption another until, or take it out and correct what it was for.",
    ),
    _rule(
        "missing_member",
        "low",
        "person",
        "Apply the definition with org_team, which invites the person, or take the entry out.",
        "members",
        "invitations",
        drift=True,
    ),
    _rule(
        "missing_grant",
        "low",
        "person",
        "Apply the definition with org_team, which gives it, or take it out of the definition.",
        "roles",
        drift=True,
    ),
    _rule(
        "roles_unstated",
        "low",
        "person",
        "Say in the entry which roles the person has: groups, role_assignments, or role_assignments: {} for none.",
        drift=True,
    ),
    _rule(
        "no_roles",
        "low",
        "person",
        "Remove the person, or give the roles that they need.",
        "roles",
    ),
    _rule(
        "invitation_expired",
        "low",
        "person",
        "Send it again, or revoke it.",
        "members",
        "invitations",
    ),
    _rule(
        "until_soon",
        "low",
        "person",
        "Have somebody decide whether the person stays, and set until anew if so.",
        drift=True,
    ),
    _rule(
        "key_ends_soon",
        "low",
        "api_key",
        "Make another key and put it in its place, if it is still used.",
        "api_keys",
    ),
    _rule(
        "dangling_resource",
        "low",
        "person",
        "Take the role away, unless what it is on is stopped and hidden, and comes back.",
        "roles",
        "resources",
    ),
    _rule(
        "sso_not_enforced",
        "info",
        "organization",
        "Enforce single sign-on with org_sso, once everybody can use it.",
        "identity_provider",
    ),
)

RULES: dict[str, Rule] = {rule.id: rule for rule in _ALL}
NOT_EXEMPTED = frozenset({"absent_still_there", "decision_not_carried_out", "exemption_expired"})
# Of each pair only the first is told of one subject. `excess_grant` and `owner_unmanaged` are about grants, and only
# the ownership is left out of the former.
PRECEDENCE: dict[str, tuple[str, ...]] = {
    "owner_unmanaged": ("unmanaged_member", "unmanaged_invitation", "owner_invited"),
    "owner_external": ("external_member",),
    "owner_key_without_end": ("owner_key", "key_without_end"),
    "absent_still_there": tuple(rule.id for rule in _ALL if rule.drift and rule.id != "absent_still_there"),
}


def touched_by(sight: str) -> list[str]:
    """Return the rules that cannot say that there is nothing to find where this was not seen whole."""
    return sorted(rule.id for rule in _ALL if sight in rule.needs)
