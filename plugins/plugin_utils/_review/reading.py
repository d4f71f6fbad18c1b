# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The document of an access review, as tables, page and decisions look at it.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import functools
import hashlib
import json
import typing as t
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant, from_reply, in_order
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import SEVERITIES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import moment

Entry = Mapping[str, t.Any]  # an object of a document

WEIGHT = {severity: weight for weight, severity in enumerate(SEVERITIES)}
OPEN = frozenset({"new", "open", "reopened"})
MATTERS = frozenset(SEVERITIES[:3])  # what a reviewer has to give a reason for, if it is to stay
OWNER_ROLE = "organization-admin"
TO_BE_REVOKED = frozenset(
    {
        "absent_still_there",
        "owner_unmanaged",
        "excess_grant",
        "unmanaged_member",
        "unmanaged_invitation",
        "leavers_key",
    }
)


class Review:
    """A document that holds a judgement, and what it has of each person, grant, key and mapping."""

    def __init__(self, document: Entry) -> None:
        self.document = document
        self.organization_id: str = document["source"]["organization"]["id"]
        self.people: dict[str, Entry] = {one["key"]: one for one in document["people"]}
        self.grants_of: dict[str, list[Entry]] = {key: [] for key in self.people}
        for grant in sorted(document["grants"], key=_place):
            self.grants_of[grant["person"]].append(grant)

    @functools.cached_property
    def resource_names(self) -> dict[tuple[str, str], str]:
        """The names of the deployments and projects that grants are on, by scope and id."""
        return {
            (one["scope"], one["resource"]): one["resource_name"]
            for one in self.document["grants"]
            if one["resource"] is not None and one["resource_name"] is not None
        }

    def held_by(self, person: Entry) -> list[Entry]:
        """Return the grants that a person has, or is invited to have: without those that are missing."""
        return [one for one in self.grants_of[person["key"]] if one["state"] != "missing"]

    def about_grant(self, grant: Entry) -> list[Entry]:
        """Return the findings about a grant: those that name it, and those about its person that name none."""
        person = self._by_subject.get(("person", grant["person"]), [])
        return [one for one in person if not one["grants"] or grant["id"] in one["grants"]]

    def about(self, kind: str, key: str) -> list[Entry]:
        """Return the findings about a person, a key or a mapping as a whole, without those that are resolved."""
        return self._by_subject.get((kind, key), [])

    @functools.cached_property
    def _by_subject(self) -> dict[tuple[str, str], list[Entry]]:
        found: dict[tuple[str, str], list[Entry]] = {}
        for one in worst_first(self.document["findings"]):
            if one["state"] != "resolved":
                found.setdefault((one["subject"]["kind"], one["subject"]["key"]), []).append(one)
        return found

    def given_by(self, key_or_mapping: Entry) -> list[Grant] | None:
        """Return the grants of an API key or a role mapping, None where they were not shown."""
        grants = from_reply(key_or_mapping["role_assignments"], self.organization_id)
        return None if grants is None else in_order(grants)

    def label(self, person_key: str | None) -> str:
        """Return how a person is named: the email, or else the user id; what is not known is named by its key."""
        person = self.people.get(person_key or "")
        return (person["email"] or person["user_id"] or person["key"]) if person else person_key or ""


def has_ended(key: Entry, document: Entry) -> bool:
    """Return whether an API key that is still listed had ended when it was read."""
    ends, now = moment(key["expires_at"]), moment(document["source"]["read"]["finished_at"])
    return bool(ends and now and ends <= now)


def worst_first(findings: Iterable[Entry]) -> list[Entry]:
    """Return findings by severity, then by rule and by whom they are about."""
    return sorted(findings, key=lambda one: (WEIGHT[one["severity"]], one["rule"], one["subject"]["label"], one["id"]))


def is_open(finding: Entry) -> bool:
    """Return whether a finding is neither exempted nor resolved."""
    return finding["state"] in OPEN


def proposal(findings: Iterable[Entry]) -> str:
    """Return what a reviewer is advised to do with what these findings are about: revoke, keep or decide."""
    there = [one for one in findings if is_open(one)]
    if any(one["rule"] in TO_BE_REVOKED for one in there):
        return "revoke"
    return "decide" if any(one["severity"] in MATTERS for one in there) else "keep"


def row_id(kind: str, key: str, *parts: t.Any) -> str:
    """Return the id of a row about a person, an API key or a role mapping, the same in every review: it begins with a
    word, so that no spreadsheet takes it for a number, and names whom it is about in letters that none changes.

    parts: what tells this row from others about the same; they become a hash.
    """
    about = f"{kind}:{quote(key, safe='@')}"
    return f"{about}:{hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]}" if parts else about


def about_whom(text: str) -> tuple[str, str]:
    """Return the kind and the key that `row_id` was made of; of a grant's row, `grant` and its id."""
    kind, _colon, rest = text.partition(":")
    return kind, unquote(rest.partition(":")[0])


def reason(exemption: Entry) -> str:
    """Return an exemption in words."""
    return f"{exemption['reason']} (approved by {exemption['approved_by']}, until {exemption['until']})"


def why(grant: Entry) -> list[str]:
    """Return where a grant comes from, in words."""
    return [f"{kind} {name}" for one in grant["why"] for kind, name in one.items()]


def _place(grant: Entry) -> tuple[t.Any, ...]:
    scope = grant["scope"]
    return (
        scope != "organization",
        scope,
        grant["role"] or "",
        grant["resource_name"] or "",
        grant["resource"] or "",
        grant["id"],
    )
