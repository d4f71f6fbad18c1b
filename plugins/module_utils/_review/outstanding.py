# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""What an attestation has decided to revoke, and what of it is still there.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts, Revoked
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.population import Somebody


class Outstanding(t.NamedTuple):
    """Something that was to be revoked and is not known to be gone.

    seen: whether the reading shows it, instead of not being able to tell; kind, key, label: whom it belongs to now;
    what: it in words; grant: its id now, where it is a grant that is shown.
    """

    revoked: Revoked
    seen: bool
    kind: str
    key: str
    label: str
    what: str
    grant: str | None = None


def outstanding(facts: Facts) -> list[Outstanding]:
    """Return what of the newest attestation has not been carried out, as far as it can be seen."""
    decisions = facts.decisions
    found = [_left(facts, one) for one in decisions.revoked] if decisions else []
    return sorted((one for one in found if one), key=lambda one: one.revoked.row_id)


def _left(facts: Facts, revoked: Revoked) -> Outstanding | None:
    """Return what is left of one row that says revoke; None where it is gone."""
    kind = "person" if revoked.kind in ("grant", "person") else revoked.kind
    shown: bool | None = None
    if kind == "person":
        return _left_of_person(facts, revoked)
    if kind == "api_key" and facts.api_keys is not None:
        shown = revoked.key in {key.id for key in facts.current_keys}
    elif kind == "role_mapping" and facts.role_mappings is not None:
        shown = revoked.key in {one.name for one in facts.role_mappings}
    if shown is False:
        return None
    return Outstanding(revoked, bool(shown), kind, revoked.key, revoked.label, revoked.label)


def _left_of_person(facts: Facts, revoked: Revoked) -> Outstanding | None:
    who = _now(facts, revoked.key)
    unseen = [one for one in who if revoked.grant and (one.roles_shown is False or facts.blind)]
    for one in who:
        if not revoked.grant:
            return Outstanding(
                revoked, True, "person", one.key, one.label, "membership" if one.member else "invitation"
            )
        for grant in one.held:
            if facts.id_of(revoked.key, grant) == revoked.grant:
                ours = facts.id_of(one.key, grant)
                return Outstanding(revoked, True, "person", one.key, one.label, str(grant), ours)
    if unseen or facts.may_be_unseen(revoked.key):
        return Outstanding(revoked, False, "person", revoked.key, revoked.label, revoked.label)
    return None


def _now(facts: Facts, key: str) -> list[Somebody]:
    """Return who was meant by a key, of those who are there: the same, and members who were invited then and have
    accepted since.
    """
    same = [one for one in (facts.by_key.get(key),) if one and one.status != "missing"]
    kind, _colon, email = key.partition(":")
    if kind != "invite":
        return same
    return same + [facts.by_key[f"user:{one.user_id}"] for one in facts.people.find(email_key(email)).members]
