#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_domain
short_description: Claim a domain for single sign-on of an Elastic Cloud organization, or give it up
version_added: 2.0.0
description:
  - Claims a domain, so that people with an email of exactly this domain may log in by single sign-on. A subdomain is a
    domain of its own.
  - A DNS record proves that the domain is yours. Run the module with O(verify=false) to get the TXT record, publish it,
    and run the module again without O(verify).
  - To set up everything else for single sign-on, use M(orgops.elastic_cloud.org_sso).
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description: The domain, such as V(example.com). Case does not matter.
    type: str
    required: true
  state:
    description:
      - Whether the organization should have claimed the domain.
      - With V(absent), the claim is removed. The service refuses this as long as there is an identity provider.
    type: str
    choices: [claimed, absent]
    default: claimed
  verify:
    description:
      - Whether to claim the domain. The TXT record has to be published, or the module fails.
      - With V(false), nothing is changed, and RV(challenge) is the record to publish. As long as the domain is not
        claimed, each such run requests a code from the service, which may be a different one each time. Only the latest
        one is valid.
    type: bool
    default: true
  wait:
    description:
      - How many seconds to wait until the service sees the record.
      - The module tries at least once, and then every ten seconds.
    type: int
    default: 0
seealso:
  - module: orgops.elastic_cloud.org_sso
"""

EXAMPLES = r"""
- name: Get the DNS record to publish
  orgops.elastic_cloud.org_domain:
    name: example.com
    verify: false
  register: asked

- name: Show the record
  ansible.builtin.debug:
    msg: "{{ asked.challenge.record }} {{ asked.challenge.type }} {{ asked.challenge.value }}"
  when: asked.challenge is not none

- name: Claim the domain after the record is published
  orgops.elastic_cloud.org_domain:
    name: example.com
    wait: 300

- name: Give up a domain
  orgops.elastic_cloud.org_domain:
    name: example.org
    state: absent
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: when it is known, that is, unless it was not given and could not be found
  type: str
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  sample: false
domain:
  description: The domain afterwards (or as it would be, in check mode).
  returned: when the domains could be read and the input was valid
  type: dict
  contains:
    name:
      description: The domain, in lower case.
      type: str
    claimed:
      description: Whether the organization has claimed it.
      type: bool
  sample: {name: example.com, claimed: false}
challenge:
  description: The DNS record that is needed before the domain can be claimed. Null if the domain is claimed, and with
    O(state=absent).
  returned: when the domains could be read and the input was valid
  type: dict
  contains:
    record:
      description: The name of the record.
      type: str
    type:
      description: Always V(TXT).
      type: str
    value:
      description: The value of the record. Null in check mode, and unless O(verify=false).
      type: str
  sample: {record: _elastic_domain_challenge.example.com, type: TXT, value: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a}
diff:
  description: One element if the domain was claimed or given up (or would be, in check mode). Otherwise empty.
  returned: unless Ansible itself rejects the options, or a bug in the collection ends the module
  type: list
  elements: dict
  contains:
    before_header:
      description: The domain.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: The state before, as YAML. Empty if the domain was not claimed.
      type: str
    after:
      description: The state afterwards, as YAML. Empty if the domain is not claimed.
      type: str
  sample:
    - before_header: example.com
      after_header: example.com
      before: ""
      after: |
        claimed: true
msg:
  description: What went wrong and what to do about it.
  returned: on failure
  type: str
  sample: "Could not claim example.com: POST /organizations/1402593716/domains/_verify: 449: the DNS does not show the
    TXT record _elastic_domain_challenge.example.com to the service yet"
error:
  description: The response of the service that ended the run, in a form that playbooks can evaluate.
  returned: when the service refused something or did not answer
  type: dict
  contains:
    status:
      description: The HTTP status code. Null if there was no response. V(449) if the service does not see the record
        yet.
      type: int
    codes:
      description:
        - The service's error codes.
        - C(outcome_unknown) comes from the collection. The change may or may not have happened, and the next run finds
          out.
      type: list
      elements: str
    message:
      description: The service's message, and what to do about it.
      type: str
    method:
      description: The HTTP method of the request.
      type: str
    path:
      description: The path of the request, without secrets.
      type: str
    request_id:
      description: The id of the request, for the vendor's support. Null if the service does not send one.
      type: str
  sample:
    status: 400
    codes: [org.idp.idp_configured]
    message: An identity provider is set up for the organization -- a domain can be given up once the identity provider
      is removed (org_sso, identity_provider with state absent)
    method: DELETE
    path: /organizations/1402593716/domains
    request_id: 7d1f8a4c2b9e4f60
"""

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.domain import Domain, what_is_no_domain

OPTIONS = {
    "name": {"type": "str", "required": True},
    "state": {"type": "str", "choices": ["claimed", "absent"], "default": "claimed"},
    "verify": {"type": "bool", "default": True},
    "wait": {"type": "int", "default": 0},
}


def main() -> None:
    module = Module(OPTIONS)
    options, findings = module.params, Findings()
    with module.errors_reported():
        name = options["name"].strip().lower()
        if wrong := what_is_no_domain(name):
            findings.problem("name", wrong)
        if options["wait"] < 0:
            findings.problem("wait", f"must be at least 0, not {options['wait']}")
        domain = Domain(module.connect(findings), name)
        outcome = domain.converge(
            options["state"] == "claimed", verify=options["verify"], wait=options["wait"], check_mode=module.check_mode
        )
        module.finish(outcome, outcome.result())


if __name__ == "__main__":
    main()
