#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_access_decisions
short_description: Attest what reviewers have decided about the access to an Elastic Cloud organization
version_added: 2.0.0
description:
  - Takes the table C(grants.csv) of an access review, in which reviewers have filled in their decisions, and checks it
    against the document of that review. Leaves an attestation, and a list of what people have to do now.
  - In the table, C(decision) is V(keep), V(revoke) or V(change), C(reviewer) an email, C(decided_on) a day or an ISO
    timestamp, and C(decision_reason) a text. A grant is kept, revoked or changed by itself, an API key or a role
    mapping as a whole, and a row without a role is about the membership or the invitation.
  - A reason is needed for V(change), where something is kept of which the review has an open finding that is medium or
    worse, and where the review has proposed something else.
  - What a spreadsheet does to the order of rows and columns, to separators, quotes and apostrophes makes no difference.
  - Reads and writes files on the controller alone, needs no API key, and changes neither the organization nor its
    definition. The next review tells what was carried out.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
attributes:
  action_group:
    support: none
    membership: []
    details: Has no options of the connection.
  check_mode:
    support: full
    details: Checks the same, writes no files, and warns of that.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
    details: Never tells a change. Each run writes a folder of its own.
options:
  csv:
    description: The table with the decisions, a path on the controller.
    type: path
    required: true
  document:
    description:
      - The document of the review that was decided about, or its folder, on the controller.
      - It is refused if its sum is not that in the C(SHA256SUMS) beside it.
    type: path
    required: true
  dest:
    description:
      - The folder in which a folder C(decisions-YYYYMMDDTHHMMSSZ-xxxx) is made for C(attestation.json), C(todo.md),
        C(decided.csv), the table as it came in, and C(SHA256SUMS). Nothing is overwritten.
      - By default the folder of the organization, in which the folder of the review stands.
    type: path
seealso:
  - module: orgops.elastic_cloud.org_access_review
"""

EXAMPLES = r"""
- name: Attest what was decided in the spreadsheet
  orgops.elastic_cloud.org_access_decisions:
    csv: decided/grants.csv
    document: access-review/1234567890/20261124T090003Z-3f9a
"""

RETURN = r"""
attestation:
  description: What stands in C(attestation.json).
  returned: success
  type: dict
  contains:
    schema:
      description: V(access-attestation/1).
      type: str
    created_at:
      description: When it was made.
      type: str
    result:
      description: V(approved) where everything stays as it is, else V(approved_with_exceptions).
      type: str
    report_id:
      description: The review that was decided about.
      type: str
    document_sha256:
      description: The sum of its document.
      type: str
    csv_sha256:
      description: The sum of the table as it came in.
      type: str
    previous_sha256:
      description: The sum of the attestation before in O(dest), null for the first.
      type: str
    total:
      description: How many things were decided about. An API key or a role mapping is one, whatever it gives.
      type: int
    keep:
      description: How many of them stay as they are.
      type: int
    revoke:
      description: How many are to go.
      type: int
    change:
      description: How many are to be changed.
      type: int
    flags:
      description: What others may want to look at.
      type: list
      elements: dict
      contains:
        flag:
          description: V(self_review), somebody has decided about their own access.
          type: str
        rows:
          description: The rows.
          type: list
          elements: str
  sample:
    schema: access-attestation/1
    created_at: "2026-11-26T10:15:00Z"
    result: approved_with_exceptions
    report_id: 20261124T090003Z-3f9a
    document_sha256: 6a0f1c2b3d4e5f60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e
    csv_sha256: 9b1e2d3c4f5a60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e0f
    previous_sha256: null
    total: 42
    keep: 40
    revoke: 2
    change: 0
    flags: []
paths:
  description: Where the files are, null in check mode.
  returned: success
  type: dict
  contains:
    attestation:
      description: C(attestation.json), by the schema in the collection's C(docs).
      type: str
    todo:
      description: C(todo.md), what people have to do.
      type: str
    decided:
      description: C(decided.csv), the table as it came in.
      type: str
    sums:
      description: C(SHA256SUMS).
      type: str
  sample:
    attestation: access-review/1234567890/decisions-20261126T101500Z-81bd/attestation.json
    todo: access-review/1234567890/decisions-20261126T101500Z-81bd/todo.md
    decided: access-review/1234567890/decisions-20261126T101500Z-81bd/decided.csv
    sums: access-review/1234567890/decisions-20261126T101500Z-81bd/SHA256SUMS
"""
