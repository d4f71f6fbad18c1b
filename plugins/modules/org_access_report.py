#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_access_report
short_description: Make one report of the access reviews of several Elastic Cloud organizations
version_added: 2.0.0
description:
  - Makes one page and one pair of tables of the documents that access reviews have left. The page begins with an
    overview, in which organizations that could not be read stand out.
  - Reads and writes files on the controller alone, and needs no API key.
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
    details: Checks the documents, writes no files, and warns of that.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
    details: Never tells a change. Each run writes a folder of its own.
options:
  documents:
    description:
      - The documents of the reviews, or their folders, on the controller, in the order of the report.
      - One is refused if its sum is not that in the C(SHA256SUMS) beside it.
    type: list
    elements: path
    required: true
  failed:
    description:
      - What else was to be reviewed, by its name, and why there is no document of it. It stands in the page, so that
        nobody takes it for fine.
    type: dict
    default: {}
  dest:
    description:
      - A folder on the controller, relative to the one in which Ansible was started. It cannot be in the collection.
      - The report gets a folder of its own there, C(combined/YYYYMMDDTHHMMSSZ-xxxx), that only its owner can read.
        Nothing is overwritten.
    type: path
    default: access-review
  formats:
    description: What is written.
    type: list
    elements: str
    choices: [html, csv]
    default: [html, csv]
seealso:
  - module: orgops.elastic_cloud.org_access_review
"""

EXAMPLES = r"""
- name: Make one report of two reviews
  orgops.elastic_cloud.org_access_report:
    documents:
      - access-review/1234567890/20261124T090003Z-3f9a
      - access-review/2345678901/20261124T090004Z-77c0
"""

RETURN = r"""
organizations:
  description: The organizations whose documents were taken, in their order.
  returned: success
  type: list
  elements: dict
  contains:
    organization_id:
      description: The organization.
      type: str
    status:
      description: Of its review, V(passed), V(findings), V(incomplete) or V(error).
      type: str
    report_id:
      description: Which review it is.
      type: str
    sha256:
      description: The sum of the document.
      type: str
  sample:
    - organization_id: "1234567890"
      status: passed
      report_id: 20261124T090003Z-3f9a
      sha256: 6a0f1c2b3d4e5f60718293a4b5c6d7e8f9000102030405060708090a0b0c0d0e
report:
  description: What was made.
  returned: success
  type: dict
  contains:
    id:
      description: The name of its folder.
      type: str
    paths:
      description: Where the files are, null for what was not written.
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
