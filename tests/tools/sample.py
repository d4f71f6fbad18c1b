# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sample of what access reviews leave: two reviews of a planted organization, and what was decided in between.

    python -m ansible_collections.orgops.elastic_cloud.tests.tools.sample FOLDER

The site publishes it, and its page is what pictures are taken of: `write_sample` of site.py runs this file. It is
rendered by the code of the collection, from the organization in which the tests plant one case of each rule, and the
clock in it stands still: the same code makes the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import sys
import typing as t
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.action.org_access_review import FILES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import Previous
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import Context, encode, make_review
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Decisions, Facts
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.attesting import TODO
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import (
    attestation,
    decide,
    decisions_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    ATTESTATION,
    DECIDED,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    GRANTS,
    findings_table,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.todo import todo
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import TOOL, VIEWER, World, planted
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import ORGANIZATION

CAME = ("rogue@example.com", "stray@example.com")  # since the first review
GONE = "nora@example.com"
STAYS = "below@b.example.com"  # whose access was to be revoked, and was not
REVIEWER = "rita@example.com"
BETWEEN, ATTESTED = dt.timedelta(days=45), dt.timedelta(days=3)
FIRST, DECISIONS, SECOND = "20260501T120000Z-7c1e", "decisions-20260504T120000Z-81bd", "20260615T120000Z-3f9a"
DEPLOYMENTS = {"d1": "production logs", "d2": "search", "d3": "staging"}
KEYS = {
    "fine": "billing export",
    "ended": "migration of 2025",
    "orphan": "invoices",
    "forever": "terraform",
    "owners": "access reviews",
    "endless": "cost dashboard",
    "soon": "nightly report",
}
# What the service is asked for, in this order, and how many items it answers with
READ = ("", "/invitations", "/members", "/role_mappings", "/idp", "/domains")


def organization() -> World:
    """Return the planted organization with what makes it look like one that people work in."""
    world, _found = planted()
    since = dt.datetime(2025, 1, 13, 9, 30, tzinfo=dt.timezone.utc)
    for number, one in enumerate(world.members):
        joined = world.now - dt.timedelta(days=20 - number % 7) if one.email in CAME else since + number * ATTESTED
        name = (one.email or "").partition("@")[0].title() or None
        world.members[number] = replace(one, name=name, member_since=f"{joined:%Y-%m-%dT%H:%M:%SZ}")
    scope = ("deployment",)
    world.names = Names({scope: [Resource(scope, one, name) for one, name in DEPLOYMENTS.items()]})
    world.keys = [replace(one, name=KEYS.get(one.id, one.name)) for one in world.keys or ()]
    world.options["exemptions"] += [
        {
            "rule": "owner_key",
            "who": ["owners"],
            "reason": "the key of the reviews themselves, in the safe of the platform",
            "approved_by": "bo@example.com",
            "until": "2027-03-31",
        },
        {
            "rule": "external_member",
            "who": ["ext@example.org"],
            "reason": "contract 4711, see SEC-42",
            "approved_by": "ada@example.com",
            "until": "2026-12-31",
        },
    ]
    return world


def first() -> World:
    """Return the organization as it was at the first review."""
    world = organization()
    world.members = [one for one in world.members if one.email not in CAME]
    world.joined(GONE, VIEWER)
    world.keys = [one for one in world.keys or () if one.id != "endless"]
    world.now, world.started, world.decisions = world.now - BETWEEN, world.started - BETWEEN, None
    return world


def files() -> dict[str, dict[str, bytes]]:
    """Return what the reviews leave: the contents by the names of files, by folders."""
    before, document = _review(first(), FIRST)
    decided, decisions = _decide(document, first().now + ATTESTED)
    world = replace(organization(), decisions=decisions)
    sum_before = hashlib.sha256(before[FILES["document"]]).hexdigest()
    after, _document = _review(world, SECOND, Previous(document, sum_before))
    return {FIRST: before, DECISIONS: decided, SECOND: after}


def write(folder: Path) -> Path:
    """Write the sample as reviews do, but for everybody to read; return the page of the second review."""
    for name, contents in files().items():
        for path in write_folder(folder / ORGANIZATION, name, contents).values():
            path.chmod(0o644)
    for path in (folder, folder / ORGANIZATION, *(folder / ORGANIZATION).iterdir()):
        path.chmod(0o755)
    return folder / ORGANIZATION / SECOND / FILES["page"]


def _review(
    world: World, report_id: str, previous: Previous | None = None
) -> tuple[dict[str, bytes], dict[str, t.Any]]:
    """Return the files of a review, and its document."""
    known = world.facts()
    facts = Facts(
        replace(known.evidence, requests=_requests(world)),
        known.options,
        known.definition,
        known.ignore,
        world.decisions,
    )
    context = Context(report_id, world.now, "https://api.elastic-cloud.com", TOOL, commit="4f2d9c1")
    document = make_review(facts, context, previous).document
    content, review = encode(document), Review(document)
    shown = page([Report("acme", document, hashlib.sha256(content).hexdigest())])
    return {
        FILES["document"]: content,
        FILES["page"]: shown.encode(),
        FILES["grants"]: grants_table(review),
        FILES["findings"]: findings_table(review),
    }, document


def _requests(world: World) -> list[dict[str, t.Any]]:
    """Return the requests of a reading, and how many items each was answered with; None for what is no list."""
    lists: list[Sequence[t.Any] | None] = [None, world.invitations, world.members, world.mappings, None, world.domains]
    asked = [(f"organizations/{ORGANIZATION}{part}", found) for part, found in zip(READ, lists, strict=True)]
    asked.insert(3, ("users/auth/keys", world.keys))
    asked.append(("deployments", tuple(DEPLOYMENTS)))
    return [
        {"method": "GET", "path": f"/api/v1/{path}", "status": 200, "count": None if found is None else len(found)}
        for path, found in asked
    ]


def _decide(document: dict[str, t.Any], now: dt.datetime) -> tuple[dict[str, bytes], Decisions]:
    """Return the files of the decisions about a review, and what the next one knows of them.

    Nora has to go, and access of somebody else who does not need it any more. The rest stays, with a reason.
    """
    review = Review(document)
    rows = from_csv(grants_table(review))
    for row in rows:
        row |= {"decision": "keep", "reviewer": REVIEWER, "decided_on": f"{now:%Y-%m-%d}"}
        if row["person"] in (GONE, STAYS):
            row |= {"decision": "revoke", "decision_reason": "not needed any more"}
        elif row["proposal"] != "keep":
            row["decision_reason"] = "as agreed in SEC-40, to be looked at again in June"
    table = to_csv(GRANTS, rows)
    decided = decide(review, table)
    told = attestation(decided, review, encode(document), table, now, None)
    return {
        ATTESTATION: (json.dumps(told, indent=2, sort_keys=True) + "\n").encode(),
        DECIDED: table,
        TODO: todo(decided, review).encode(),
    }, decisions_of(told, table)


def main(folder: str) -> int:
    """Write the sample into a folder, and print where its page is."""
    print(write(Path(folder)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
