#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_access_decisions
short_description: Record what reviewers have decided about the access to an Elastic Cloud organization
version_added: 2.0.0
description:
  - Reads the table C(grants.csv) of an access review, in which reviewers have filled in their decisions, and checks it
    against the document of that review. Writes an attestation, and a list of what people have to do now.
  - In the table, C(decision) is V(keep), V(revoke) or V(change), C(reviewer) an email, C(decided_on) a day or an ISO
    timestamp, and C(decision_reason) free text. Each grant is decided separately, an API key or role mapping as a
    whole. A row without a role is about the membership or the invitation.
  - A reason is required for V(change), for V(keep) if the review has an open finding of severity medium or worse, and
    for every decision that differs from what the review proposed.
  - It does not matter if a spreadsheet changes the order of rows and columns, or separators, quotes and apostrophes.
  - Reads and writes files on the controller only, needs no API key, and changes neither the organization nor its
    definition. The next review reports which decisions were carried out.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
attributes:
  action_group:
    support: none
    membership: []
    details: Has no connection options.
  check_mode:
    support: full
    details: Makes the same checks. Writes no files, and a warning says so.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
    details: Never reports a change. Each run writes its own directory.
options:
  csv:
    description: The path of the table with the decisions, on the controller.
    type: path
    required: true
  document:
    description:
      - The document of the review, or its directory, on the controller.
      - It is an error if its checksum differs from the one in C(SHA256SUMS) in the same directory.
    type: path
    required: true
  dest:
    description:
      - The directory in which a directory C(decisions-YYYYMMDDTHHMMSSZ-xxxx) is created, with C(attestation.json),
        C(todo.md), C(decided.csv) (the table as it was given) and C(SHA256SUMS). Nothing is overwritten.
      - By default, the directory of the organization, which contains the directory of the review.
    type: path
seealso:
  - module: orgops.elastic_cloud.org_access_review
"""

EXAMPLES = r"""
- name: Record the decisions from a spreadsheet
  orgops.elastic_cloud.org_access_decisions:
    csv: decided/grants.csv
    document: access-review/1234567890/20261124T090003Z-3f9a
"""

RETURN = r"""
attestation:
  description: The content of C(attestation.json).
  returned: success
  type: dict
  contains:
    schema:
      description: V(access-attestation/1).
      type: str
    created_at:
      description: When it was created.
      type: str
    result:
      description: V(approved) if everything stays as it is, otherwise V(approved_with_exceptions).
      type: str
    report_id:
      description: The id of the review.
      type: str
    document_sha256:
      description: The SHA-256 checksum of its document.
      type: str
    csv_sha256:
      description: The SHA-256 checksum of the table as it was given.
      type: str
    previous_sha256:
      description: The SHA-256 checksum of the previous attestation in O(dest). Null for the first one.
      type: str
    total:
      description: The number of decisions. An API key or a role mapping counts once, whatever it gives.
      type: int
    keep:
      description: How much of it stays as it is.
      type: int
    revoke:
      description: How much of it has to be revoked.
      type: int
    change:
      description: How much of it has to be changed.
      type: int
    flags:
      description: What somebody else should look at.
      type: list
      elements: dict
      contains:
        flag:
          description: V(self_review) if somebody has decided about their own access.
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
  description: The paths of the files. Null in check mode.
  returned: success
  type: dict
  contains:
    attestation:
      description: C(attestation.json), which follows the schema in the collection's C(docs).
      type: str
    todo:
      description: C(todo.md), what people have to do.
      type: str
    decided:
      description: C(decided.csv), the table as it was given.
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
