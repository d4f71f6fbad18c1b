#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_access_review
short_description: Review who has access to an Elastic Cloud organization, and write evidence of it
version_added: 2.0.0
description:
  - Reads who has access to an organization through membership, invitations, API keys and role mappings of single
    sign-on, compares this with a team definition and with the previous review, and checks it against rules.
  - Writes a JSON document, an HTML page and CSV tables on the controller. Never changes anything in the organization.
    All its requests are reads.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
attributes:
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
  members:
    description:
      - The team definition, as for O(orgops.elastic_cloud.org_team#module:members). A definition with errors is a gap
        in the evidence.
      - If left out, the existing access is listed and checked against the other rules, but not compared with a
        definition.
    type: list
    elements: raw
  groups:
    description: As for O(orgops.elastic_cloud.org_team#module:groups).
    type: dict
    default: {}
  ignore:
    description: As for O(orgops.elastic_cloud.org_team#module:ignore). The evidence shows who is ignored.
    type: list
    elements: str
    default: []
  unknown_roles:
    description: As for O(orgops.elastic_cloud.org_team#module:unknown_roles).
    type: str
    choices: [fail, warn]
    default: fail
  dest:
    description:
      - A directory on the controller, relative to the one in which Ansible was started. It cannot be inside the
        collection.
      - Each review gets its own directory there, C(ORGANIZATION_ID/YYYYMMDDTHHMMSSZ-xxxx), which only its owner can
        read. Nothing is overwritten.
    type: str
    default: access-review
  formats:
    description: The formats to write in addition to the JSON document, which is always written.
    type: list
    elements: str
    choices: [html, csv]
    default: [html, csv]
  previous:
    description:
      - The previous review to compare with. The path of its document or its directory, or V(none).
      - By default, the newest one of this organization under O(dest) that did not fail.
      - If its checksum differs from the one in C(SHA256SUMS), this is a gap in the evidence, and nothing is compared.
    type: str
  internal_domains:
    description:
      - The email domains of your own people, such as V(example.com), or V(*.example.com) for subdomains.
      - If empty, the rules about external people are skipped.
    type: list
    elements: str
    default: []
  min_owners:
    description: It is a finding if fewer members than this are organization owners.
    type: int
    default: 2
  max_owners:
    description: It is a finding if more members than this are organization owners.
    type: int
    default: 5
  until_soon:
    description: It is a finding if the C(until) of an entry is less than this away, such as V(30d).
    type: str
    default: 30d
  key_ends_soon:
    description: It is a finding if an API key expires in less than this.
    type: str
    default: 30d
  carry_out_within:
    description: It is a finding if decisions have not been carried out after this time.
    type: str
    default: 14d
  severities:
    description:
      - Changes the severity of rules. The keys are rules, the values V(critical), V(high), V(medium), V(low) or
        V(info), or V(none) to turn a rule off. Rules that are critical or high by default cannot be turned off.
    type: dict
    default: {}
  exemptions:
    description: Findings that are accepted, by whom and until when. The evidence still shows them, but they do not fail
      the task.
    type: list
    elements: raw
    default: []
    suboptions:
      rule:
        description: The rule.
        type: str
        required: true
      who:
        description:
          - Whom or what the exemption is for. Emails, C(*@domain) and user ids; for rules about API keys, role mappings
            and the organization, the ids of API keys, the names of mappings and the id of the organization.
        type: list
        elements: str
        required: true
      reason:
        description: The reason for the exemption.
        type: str
        required: true
      approved_by:
        description: The email of the person who approved it. Must not be one of O(exemptions[].who).
        type: str
        required: true
      until:
        description: The last day of the exemption, at most 400 days ahead.
        type: str
        required: true
  fail_on:
    description: The task fails if there are open findings of this severity or worse.
    type: str
    choices: [critical, high, medium, low, never]
    default: high
  fail_on_new:
    description:
      - Whether O(fail_on) considers only findings that are new, have come back, have become more severe, or concern a
        grant that they did not concern in the previous review.
    type: bool
    default: false
  incomplete:
    description: Whether gaps in the evidence fail the task.
    type: str
    choices: [fail, warn]
    default: fail
  decisions:
    description:
      - The attestation of an earlier review. The path of its directory, or V(none).
      - By default, the newest one of this organization under O(dest) whose checksums are correct.
    type: str
  definition_commit:
    description: The commit of the definition, to record in the evidence. By default, the revision of the project that
      the automation platform provides.
    type: str
notes:
  - Makes up to seven requests, plus one for each further page of API keys, and one for each list of deployments or
    projects (by type) if somebody has a role on a single one. Requests are made one after another.
  - Needs the API key of an organization owner, which can see everything. What another API key cannot see is a gap in
    the evidence.
seealso:
  - module: orgops.elastic_cloud.org_team
  - module: orgops.elastic_cloud.org_info
"""

EXAMPLES = r"""
- name: Review who has access
  orgops.elastic_cloud.org_access_review:
    members: "{{ org_team_members }}"
    groups: "{{ org_team_groups }}"
    internal_domains: [example.com]
    exemptions:
      - rule: external_member
        who: [zoe.martin@example.net]
        reason: contract 4711, see SEC-42
        approved_by: ada.lindt@example.com
        until: "2026-12-31"
"""

RETURN = r"""
status:
  description:
    - V(passed); V(findings) if there are findings that fail the task; V(incomplete) if not everything could be seen; or
      V(error) if the organization could not be read.
  returned: when the input was valid
  type: str
  sample: findings
summary:
  description: The numbers of people, grants, findings and so on. Null for what could not be seen.
  returned: when the organization could be read
  type: dict
  sample:
    people: 12
    invitations: 2
    grants: 31
    owners: 2
    api_keys: 3
    role_mappings: 0
    drift: 1
    findings:
      critical: {new: 0, open: 0, exempted: 0, resolved: 0}
      high: {new: 1, open: 0, exempted: 0, resolved: 0}
      medium: {new: 0, open: 0, exempted: 1, resolved: 0}
      low: {new: 0, open: 0, exempted: 0, resolved: 1}
      info: {new: 0, open: 0, exempted: 0, resolved: 0}
findings:
  description:
    - The 100 most severe findings, as in the document, without resolved ones.
    - A finding with more than 20 C(grants) has the first 20 here, and their number in C(grants_total).
  returned: when the organization could be read
  type: list
  elements: dict
  sample:
    - id: 750112b26ad1aace2bb08e1b554cd63a
      rule: unmanaged_member
      severity: high
      state: new
      seen: true
      subject: {kind: person, key: "user:2806341206", label: zoe.martin@example.net}
      grants: [6a96536ee245106de7a39293b369342d]
      text: zoe.martin@example.net is a member, and no entry of the definition is for them.
      remedy: Write an entry for the person, remove them, or let ignore name them if others decide about them.
      where: null
      first_seen: "2026-06-15T12:00:03Z"
      resolved_at: null
      reviews_open: 1
      exemption: null
findings_total:
  description: The number of findings, without resolved ones.
  returned: when the organization could be read
  type: int
  sample: 2
report:
  description: This review, and where its files are.
  returned: when the input was valid
  type: dict
  contains:
    id:
      description: The name of its directory.
      type: str
    sha256:
      description: The SHA-256 checksum of the document. Keep it somewhere else to be able to prove that the document
        was not changed.
      type: str
    previous:
      description: The review that it was compared with. Null if there was none.
      type: dict
    paths:
      description:
        - The paths of C(document), C(page), C(grants), C(findings) and C(sums). Null for files that were not written,
          and null as a whole if none was.
      type: dict
  sample:
    id: 20260615T120004Z-3f9a
    sha256: 2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae
    previous:
      report_id: 20260614T120004Z-81c2
      sha256: fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9
      verified: true
    paths:
      document: /srv/reviews/access-review/1402593716/20260615T120004Z-3f9a/access-review.json
      page: /srv/reviews/access-review/1402593716/20260615T120004Z-3f9a/access-review.html
      grants: /srv/reviews/access-review/1402593716/20260615T120004Z-3f9a/grants.csv
      findings: /srv/reviews/access-review/1402593716/20260615T120004Z-3f9a/findings.csv
      sums: /srv/reviews/access-review/1402593716/20260615T120004Z-3f9a/SHA256SUMS
document:
  description: The document itself, which the action plugin of the module removes from the result.
  returned: never, by way of Ansible
  type: dict
  sample: {schema: access-review/1, status: findings}
msg:
  description: Why the task fails. Begins with C(ERROR:), C(INCOMPLETE:) or C(FINDINGS:), whichever applies first.
  returned: on failure
  type: str
  sample: "FINDINGS: 1 open finding(s) of severity high or worse"
error:
  description: The answer of the service that ended the run, with the same keys as for M(orgops.elastic_cloud.org_info).
  returned: when the organization could not be read
  type: dict
  sample:
    status: 401
    codes: [root.unauthorized]
    message: The API key is not valid -- the API key is unknown, revoked or expired; create a new one in the console
    method: GET
    path: /organizations/1402593716/members
    request_id: 7d1f8a4c2b9e4f60
"""

import datetime as dt
import os
import platform
import secrets
import typing as t

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People, Selection
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.definition import read_definition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import (
    Context,
    error_document,
    make_review,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Facts
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.handing import HANDED, Handed
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Options
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.reading import ReadOnly, read_evidence
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import VERSION
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import names_in_team

OPTIONS: dict[str, dict[str, t.Any]] = {
    "members": {"type": "list", "elements": "raw"},
    "groups": {"type": "dict", "default": {}},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "dest": {"type": "str", "default": "access-review"},
    "formats": {"type": "list", "elements": "str", "choices": ["html", "csv"], "default": ["html", "csv"]},
    "previous": {"type": "str"},
    "internal_domains": {"type": "list", "elements": "str", "default": []},
    "min_owners": {"type": "int", "default": 2},
    "max_owners": {"type": "int", "default": 5},
    "until_soon": {"type": "str", "default": "30d"},
    "key_ends_soon": {"type": "str", "default": "30d", "no_log": False},
    "carry_out_within": {"type": "str", "default": "14d"},
    "severities": {"type": "dict", "default": {}},
    "exemptions": {"type": "list", "elements": "raw", "default": []},
    "fail_on": {"type": "str", "choices": ["critical", "high", "medium", "low", "never"], "default": "high"},
    "fail_on_new": {"type": "bool", "default": False},
    "incomplete": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "decisions": {"type": "str"},
    "definition_commit": {"type": "str"},
}


class ReviewModule(Module):
    """The module, whose client can only read."""

    client_type = ReadOnly


def main() -> None:
    module = ReviewModule(OPTIONS)
    given, findings = module.params, Findings()
    with module.errors_reported():
        options = Options.from_input(given, given["organization_id"], _now(), findings)
        ignore = Selection.from_input(given["ignore"], "ignore", findings)
        handed = Handed.read(os.environ.get(HANDED))
        organization = module.connect(findings)
        previous, decisions = handed.previous_of(organization.id), handed.decisions_of(organization.id)
        client, members, started = t.cast(ReadOnly, organization.client), given["members"], _now()
        named = () if members is None else names_in_team(members, given["groups"])
        try:
            evidence = read_evidence(organization, named, _now)
        except ApiError as error:
            context = _context(module, handed, client.endpoint)
            document = error_document(context, organization.id, started, _now(), str(error), client.log)
            module.fail_json(msg=f"ERROR: {error}", changed=False, diff=[], **handed.result(document), **error.result())
        definition = None
        if members is not None:
            people = People(evidence.members, evidence.invitations, whole=not evidence.further_pages)
            definition = read_definition(
                members,
                given["groups"],
                given["ignore"],
                organization.id,
                people,
                evidence.finished_at,
                given["unknown_roles"],
                evidence.names,
            )
        facts = Facts(evidence, options, definition, ignore, decisions)
        review = make_review(facts, _context(module, handed, client.endpoint), previous)
        result = handed.result(review.document)
        if review.message:
            module.fail_json(msg=review.message, changed=False, **result)
        module.exit_json(changed=False, **result)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.timezone.utc).replace(microsecond=0)


def _context(module: Module, handed: Handed, endpoint: str) -> Context:
    """Return what the document says of the run."""
    now, told = _now(), handed.platform or {}
    return Context(
        report_id=f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}",
        created_at=now,
        endpoint=endpoint,
        tool={
            "collection": "orgops.elastic_cloud",
            "version": VERSION,
            "ansible_core": module.ansible_version or None,
            "python": platform.python_version(),
        },
        check_mode=handed.check_mode,
        platform=handed.platform,
        commit=module.params["definition_commit"] or told.get("project_revision"),
    )


if __name__ == "__main__":
    main()
