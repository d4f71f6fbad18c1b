#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_access_report
short_description: Combine the access reviews of several Elastic Cloud organizations into one report
version_added: 2.0.0
description:
  - Makes one HTML page and one pair of CSV tables from the documents of several access reviews. The page begins with an
    overview, which highlights organizations that could not be read.
  - Reads and writes files on the controller only, and needs no API key.
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
    details: Checks the documents. Writes no files, and a warning says so.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
    details: Never reports a change. Each run writes its own directory.
options:
  documents:
    description:
      - The documents of the reviews, or their directories, on the controller, in the order in which the report shows
        them.
      - It is an error if the checksum of a document differs from the one in C(SHA256SUMS) in its directory.
    type: list
    elements: path
    required: true
  failed:
    description:
      - What else should have been reviewed, by name, and why there is no document for it. The page shows it, so that
        nobody assumes that it is fine.
    type: dict
    default: {}
  dest:
    description:
      - A directory on the controller, relative to the one in which Ansible was started. It cannot be inside the
        collection.
      - The report gets its own directory there, C(combined/YYYYMMDDTHHMMSSZ-xxxx), which only its owner can read.
        Nothing is overwritten.
    type: path
    default: access-review
  formats:
    description: The formats to write.
    type: list
    elements: str
    choices: [html, csv]
    default: [html, csv]
seealso:
  - module: orgops.elastic_cloud.org_access_review
"""

EXAMPLES = r"""
- name: Combine two reviews into one report
  orgops.elastic_cloud.org_access_report:
    documents:
      - access-review/1234567890/20261124T090003Z-3f9a
      - access-review/2345678901/20261124T090004Z-77c0
"""

RETURN = r"""
organizations:
  description: The organizations in the report, in order.
  returned: success
  type: list
  elements: dict
  contains:
    organization_id:
      description: The id of the organization.
      type: str
    status:
      description: The status of its review, V(passed), V(findings), V(incomplete) or V(error).
      type: str
    report_id:
      description: The id of its review.
      type: str
    sha256:
      description: The SHA-256 checksum of the document.
      type: str
  sample:
    - organization_id: "1234567890"
      status: passed
      report_id: 20261124T090003Z-3f9a
      sha256: 6a0f1c2b3d4e5f60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e
report:
  description: The report.
  returned: success
  type: dict
  contains:
    id:
      description: The name of its directory.
      type: str
    paths:
      description: The paths of the files. Null for files that were not written.
      type: dict
      contains:
        page:
          description: The page, C(access-review.html).
          type: str
        grants:
          description: C(grants.csv), the rows of all organizations.
          type: str
        findings:
          description: C(findings.csv), the rows of all organizations.
          type: str
        sums:
          description: C(SHA256SUMS).
          type: str
  sample:
    id: 20261124T091500Z-5c02
    paths:
      page: access-review/combined/20261124T091500Z-5c02/access-review.html
      grants: access-review/combined/20261124T091500Z-5c02/grants.csv
      findings: access-review/combined/20261124T091500Z-5c02/findings.csv
      sums: access-review/combined/20261124T091500Z-5c02/SHA256SUMS
"""
