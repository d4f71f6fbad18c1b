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
  - Whose domain it is shows in the DNS. Run the module with O(verify=false) to learn which TXT record to publish,
    publish it, and run the module again without.
  - What else belongs to single sign-on is defined by M(orgops.elastic_cloud.org_sso).
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
    description: The domain, without regard to case, such as V(example.com).
    type: str
    required: true
  state:
    description:
      - Whether the organization should have claimed the domain.
      - With V(absent), it gives the domain up, which the service refuses as long as there is an identity provider.
    type: str
    choices: [claimed, absent]
    default: claimed
  verify:
    description:
      - Whether the domain is claimed. The TXT record has to be in the DNS, or the module fails.
      - With V(false), nothing is changed, and RV(challenge) is the record to publish. That is asked of the service in
        each such run as long as the domain is not claimed, and the code may be another one each time. The one of the
        last run counts.
    type: bool
    default: true
  wait:
    description:
      - For how many seconds to wait until the service sees the record.
      - It looks once at least, and then every ten seconds.
    type: int
    default: 0
seealso:
  - module: orgops.elastic_cloud.org_sso
"""

EXAMPLES = r"""
- name: Learn which record to publish
  orgops.elastic_cloud.org_domain:
    name: example.com
    verify: false
  register: asked

- name: Say it to whoever runs the DNS
  ansible.builtin.debug:
    msg: "{{ asked.challenge.record }} {{ asked.challenge.type }} {{ asked.challenge.value }}"
  when: asked.challenge is not none

- name: Claim the domain once the DNS has the record
  orgops.elastic_cloud.org_domain:
    name: example.com
    wait: 300

- name: Give a domain up
  orgops.elastic_cloud.org_domain:
    name: example.org
    state: absent
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: where it is known, that is unless it is not given and could not be found
  type: str
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  sample: false
domain:
  description: The domain afterwards, or in check mode as it would be.
  returned: when the domains could be read and the input was right
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
  description: The record that the DNS has to have before the domain can be claimed. Null where the domain is claimed,
    and with O(state=absent).
  returned: when the domains could be read and the input was right
  type: dict
  contains:
    record:
      description: The name of the record.
      type: str
    type:
      description: Always V(TXT).
      type: str
    value:
      description: The code that it has to hold. Null unless O(verify=false), and in check mode.
      type: str
  sample: {record: _elastic_domain_challenge.example.com, type: TXT, value: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a}
diff:
  description: One element where the domain was claimed or given up, or in check mode would be. Empty otherwise.
  returned: unless Ansible itself refuses the options, or a fault of the collection ends the module
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
      description: How it was, as YAML. Empty where it was not claimed.
      type: str
    after:
      description: How it is. Empty where it is not claimed.
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
  description: The answer of the service that ended the run, for playbooks to tell one from another.
  returned: when the service refused something or did not answer
  type: dict
  contains:
    status:
      description: The HTTP status. Null without an answer. V(449) where the service does not see the record yet.
      type: int
    codes:
      description:
        - The service's codes for what is wrong.
        - C(outcome_unknown) is not the service's. It is for what may or may not have happened, which the next run sees.
      type: list
      elements: str
    message:
      description: The service's words, and what to do.
      type: str
    method:
      description: The HTTP method of the request.
      type: str
    path:
      description: The path of the request, without what is secret.
      type: str
    request_id:
      description: The id of the request, for the vendor's support. Null where the service names none.
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
