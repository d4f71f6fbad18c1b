# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.
"""What the action plugin and the module of a review hand to each other, by files where both are on the controller: a
document is large, and results pass through much of Ansible.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import typing as t
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import Previous
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Decisions, Json, Revoked

HANDED = "ELASTIC_CLOUD_REVIEW"  # names, to the module, the file with what the plugin hands to it
MOST_FINDINGS = 100  # in a result
MOST_GRANTS = 20  # of a finding in a result: with all of them, the event could be larger than platforms show


@dataclass(frozen=True)
class Handed:
    """What the plugin knows and the module needs.

    document: the file to write the document to, None where it is to come in the result; check_mode: of the play;
    platform: what it tells of the job; previous, decisions: by organization, the review before (`path`, or `document`
    where the module runs elsewhere; `sha256`, `verified`) and the newest attestation.
    """

    document: str | None = None
    check_mode: bool = False
    platform: Mapping[str, str | None] | None = None
    previous: Mapping[str, Json] = field(default_factory=dict)
    decisions: Mapping[str, Json] = field(default_factory=dict)

    @classmethod
    def read(cls, path: str | None) -> Handed:
        """Return what stands in a file; nothing without one."""
        if not path:
            return cls()
        with open(path, encoding="utf-8") as file:
            return cls(**json.load(file))

    def text(self) -> str:
        """Return it as it stands in the file."""
        return json.dumps(asdict(self))

    def previous_of(self, organization_id: str) -> Previous | None:
        """Return the review before. Raises InputError where it is not one to compare with."""
        found = self.previous.get(organization_id) or self.previous.get("")
        if not found:
            return None
        document = found.get("document")
        if document is None:
            try:
                with open(found["path"], "rb") as file:
                    document = json.load(file)
            except (OSError, ValueError):
                document = {}
        previous = Previous(document, found["sha256"], bool(found["verified"] and document))
        if previous.verified:
            of = document["source"]["organization"]["id"]
            if of != organization_id:
                raise InputError([f"previous: is of the organization {of!r}, and this is {organization_id!r}"])
            if document["status"] == "error":
                raise InputError(["previous: that review failed, so there is nothing to compare with"])
        return previous

    def decisions_of(self, organization_id: str) -> Decisions | None:
        """Return what the newest attestation decided."""
        found = self.decisions.get(organization_id) or self.decisions.get("")
        return decisions_from(found) if found else None

    def result(self, document: Json) -> Json:
        """Write the document, and return what the module's result says of it."""
        content = encode(document)
        found: Json = {
            "status": document["status"],
            "report": {
                "id": document["report"]["id"],
                "sha256": hashlib.sha256(content).hexdigest(),
                "previous": document.get("previous"),
                "paths": None,
            },
        }
        if document["status"] != "error":
            left = [one for one in document["findings"] if one["state"] != "resolved"]
            found |= {
                "summary": document["summary"],
                "findings": [_shortened(one) for one in left[:MOST_FINDINGS]],
                "findings_total": len(left),
            }
        if self.document is None:
            return {**found, "document": document}
        with open(self.document, "wb") as file:
            file.write(content)
        return found


def _shortened(finding: Json) -> Json:
    """Return a finding with the first of its grants, and how many there are where that is not all of them."""
    grants = finding["grants"]
    if len(grants) <= MOST_GRANTS:
        return finding
    return {**finding, "grants": grants[:MOST_GRANTS], "grants_total": len(grants)}


def decisions_to(decisions: Decisions) -> Json:
    """Return decisions as they are handed over."""
    return {**asdict(decisions), "attested_at": decisions.attested_at.isoformat()}


def decisions_from(handed: Mapping[str, t.Any]) -> Decisions:
    """Return decisions that were handed over."""
    revoked = tuple(Revoked(**one) for one in handed["revoked"])
    attested_at = dt.datetime.fromisoformat(handed["attested_at"])
    return Decisions(**{**handed, "attested_at": attested_at, "revoked": revoked})
