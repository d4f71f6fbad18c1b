# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An access review alone, without Ansible, in a process that does nothing else.

    python reviewing.py DEFINITION ORGANIZATION

Reads from the service, makes a document and compares it with another one of the same organization, and renders it.
Prints the seconds that each step took, the number of grants, and the bytes of document and page.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import Previous
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.definition import read_definition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import (
    Context,
    encode,
    make_review,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.reading import ReadOnly, read_evidence
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import names_in_team
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import findings_table, grants_table
from ansible_collections.orgops.elastic_cloud.tests.bench.steps import Steps

TOOL = {"collection": "orgops.elastic_cloud", "version": None, "ansible_core": None, "python": None}


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc).replace(microsecond=0)


def main() -> None:
    """Take the time of each step."""
    path, organization_id = sys.argv[1:]
    with open(path, encoding="utf-8") as file:
        definition = json.load(file)
    members, groups = definition["members"], definition["groups"]
    endpoint = os.environ["EC_ENDPOINT"]
    organization = Organization(ReadOnly(endpoint, os.environ["EC_API_KEY"]), organization_id)
    steps = Steps()

    def document(previous: Previous | None) -> bytes:
        people = People(evidence.members, evidence.invitations)
        wanted = read_definition(members, groups, [], organization_id, people, evidence.finished_at, "fail", names)
        context = Context(f"{_now():%Y%m%dT%H%M%SZ}-bench", _now(), endpoint, TOOL)
        return encode(make_review(Facts(evidence, None, wanted), context, previous).document)

    evidence = read_evidence(organization, names_in_team(members, groups), _now)
    names = evidence.names
    steps.done("read")
    previous = document(None)
    steps.done("first")
    now = document(Previous(json.loads(previous), "0" * 64, verified=True))
    steps.done("document")
    review = Review(json.loads(now))
    grants_table(review), findings_table(review)
    steps.done("tables")
    shown = page([Report("acme", review.document, "0" * 64)]).encode()
    steps.done("page")
    sizes = {"grants": len(review.document["grants"]), "document_bytes": len(now), "page_bytes": len(shown)}
    print(json.dumps({**steps.took, **sizes}))


if __name__ == "__main__":
    main()
