#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_sso
short_description: Define single sign-on of an Elastic Cloud organization, without locking anybody out
version_added: 2.0.0
description:
  - Sets up the identity provider, the role mappings and the enforcement of single sign-on, as far as they are defined.
    A part that is left out is not touched.
  - A plan is made for all of it, and guards refuse the plan as a whole where it could leave nobody who gets in as an
    organization owner. They see rules, not people. Whether the groups of an owner fit a mapping shows at a login alone.
  - The domains whose emails may log in have to be claimed before.
  - O(enforced=false) is the way out and waits for nothing. It is done first, and alone if anything else in the
    definition is faulty or refused. The module fails then, after enforcement has ended.
  - A login by single sign-on overwrites the roles of a person with those of the mappings. RV(overwritten) lists whom
    that may happen to.
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
    support: partial
    details: Where the service does not show whether single sign-on is enforced, O(enforced) is written in each run that
      has it.
options:
  identity_provider:
    description:
      - The identity provider, a dictionary. What it leaves out keeps its value where there is a provider. A new one
        needs all but C(state) and C(enabled).
      - What the service makes of it, such as C(acs), is accepted and ignored, so that RV(sso.identity_provider) can be
        fed back.
    type: raw
    suboptions:
      state:
        description: With V(absent), the provider is removed.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether people can log in by it. A new provider is enabled where nothing is said.
        type: bool
      login_identifier_prefix:
        description: What people's login identifier begins with, of lower case letters, digits and hyphens.
        type: str
      issuer:
        description: How the identity provider calls itself in its answers.
        type: str
      sso_url:
        description: Where the identity provider takes requests for a login.
        type: str
      public_certificates:
        description:
          - The certificates that the identity provider's answers may be signed with, each as PEM text. They are
            compared by their fingerprints.
          - Two at a time make a rotation possible. Add the new one, have the identity provider sign with it, log in
            once, then drop the old one.
          - A private key is refused, wherever it stands, and never shown.
        type: list
        elements: str
  role_mappings:
    description:
      - Who gets which access at a login, a list of dictionaries. They are told apart by their names.
      - A mapping whose name holds a comma or a slash is never written or removed, since a request could not name it
        alone. A warning names it.
    type: raw
    suboptions:
      name:
        description: The name. It may hold neither a comma nor a slash.
        type: str
        required: true
      state:
        description: With V(absent), the mapping is removed.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether anybody gets anything by it.
        type: bool
        default: true
      any:
        description:
          - Conditions of which one has to be met, each either C(group) or C(email), in which V(*) stands for any
            characters.
          - Exactly one of C(any) and C(all) is needed, unless C(state) is V(absent).
        type: list
        elements: dict
      all:
        description: Conditions of which each has to be met.
        type: list
        elements: dict
      groups:
        description: Names of O(groups), whose role assignments it gives.
        type: list
        elements: str
      role_assignments:
        description: What it gives beside, as for M(orgops.elastic_cloud.org_team). It has to give something.
        type: dict
  groups:
    description: Role assignments by the name of a group, a dictionary, which may be the same one as for
      M(orgops.elastic_cloud.org_team).
    type: raw
    default: {}
  purge_role_mappings:
    description: Whether mappings that are not in O(role_mappings) are removed.
    type: bool
    default: false
  unknown_roles:
    description:
      - What to do with a scope that this version does not know, and with a role id that neither this version knows nor
        any mapping or member of the organization has.
      - With V(fail), it is an error, in check mode too. With V(warn), it is passed on as it is, with a warning.
    type: str
    choices: [fail, warn]
    default: fail
  enforced:
    description:
      - Whether nobody gets in but by single sign-on. Left out, that stays as it is.
      - With V(true), whoever has no email of a claimed domain is shut out. It is not switched on in the same run that
        changes how people log in, since nobody has tried that yet.
      - With V(false), everybody may log in with a password again. Whoever has used single sign-on has to set a new one.
    type: bool
seealso:
  - module: orgops.elastic_cloud.org_team
  - module: orgops.elastic_cloud.org_info
"""

EXAMPLES = r"""
- name: Set up the identity provider, and who gets which access by it
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    identity_provider:
      login_identifier_prefix: acme
      issuer: https://idp.example.com/saml
      sso_url: https://idp.example.com/saml/sso
      public_certificates:
        - "{{ lookup('ansible.builtin.file', 'idp-2026.pem') }}"
    role_mappings:
      - name: owners
        any:
          - group: elastic-owners
        role_assignments:
          organization:
            - role_id: organization-admin
      - name: viewers
        any:
          - email: "*@example.com"
        role_assignments:
          deployment:
            - role_id: deployment-viewer
              all: true
  register: single_sign_on

- name: Tell what the identity provider's side needs
  ansible.builtin.debug:
    msg: "{{ single_sign_on.sso.identity_provider.acs }}, {{ single_sign_on.sso.identity_provider.sp_entity_id }}"

# In a later run, once an owner has logged in at sso_login_url
- name: Let nobody in but by single sign-on
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    enforced: true

- name: Add the certificate that the identity provider will sign with next
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    identity_provider:
      public_certificates:
        - "{{ lookup('ansible.builtin.file', 'idp-2026.pem') }}"
        - "{{ lookup('ansible.builtin.file', 'idp-2027.pem') }}"

- name: Let everybody in with a password again
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    enforced: false

- name: Give single sign-on up
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    identity_provider:
      state: absent
    role_mappings: []
    purge_role_mappings: true
    enforced: false
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
sso:
  description: Single sign-on afterwards. RV(sso.identity_provider), RV(sso.role_mappings) and RV(sso.enforced), fed
    back to this module, change nothing.
  returned: when the organization could be read and the input was right
  type: dict
  contains:
    identity_provider:
      description:
        - The identity provider, with the keys of O(identity_provider), and with what its own side needs. Null where
          there is none.
        - In check mode it is not known yet what the service makes of a new provider or another prefix, so that is left
          out.
      type: dict
      contains:
        enabled:
          description: Whether people can log in by it.
          type: bool
        login_identifier_prefix:
          description: What people's login identifier begins with.
          type: str
        issuer:
          description: How it calls itself.
          type: str
        sso_url:
          description: Where it takes requests for a login.
          type: str
        public_certificates:
          description: Its certificates, as PEM text.
          type: list
          elements: str
        login_identifier:
          description: What people write to log in, which the service has made of the prefix.
          type: str
        sso_login_url:
          description: Where people log in.
          type: str
        metadata_url:
          description: Where the identity provider finds the metadata of the service.
          type: str
        acs:
          description: Where the identity provider sends its answers.
          type: str
        sp_entity_id:
          description: How the service calls itself.
          type: str
        signing_certificates:
          description: What the service signs its requests with.
          type: list
          elements: str
        encryption_certificates:
          description: What the identity provider may encrypt its answers with.
          type: list
          elements: str
    role_mappings:
      description: All role mappings, with the keys of O(role_mappings), in the order of the service.
      type: list
      elements: dict
    domains:
      description: The domains that the organization has claimed.
      type: list
      elements: str
    enforced:
      description: Whether nobody gets in but by single sign-on. Null where the service does not show it.
      type: bool
  sample:
    identity_provider:
      enabled: true
      login_identifier_prefix: acme
      issuer: https://idp.example.com/saml
      sso_url: https://idp.example.com/saml/sso
      public_certificates: ["-----BEGIN CERTIFICATE-----.."]
      login_identifier: acme-1402593716
      sso_login_url: https://cloud.elastic.co/login/sso/acme-1402593716
      metadata_url: https://cloud.elastic.co/saml/1402593716/metadata.xml
      acs: https://cloud.elastic.co/saml/1402593716/acs
      sp_entity_id: https://cloud.elastic.co/saml/1402593716
      signing_certificates: []
      encryption_certificates: []
    role_mappings:
      - name: owners
        enabled: true
        any:
          - group: elastic-owners
        role_assignments:
          organization:
            - role_id: organization-admin
    domains: [example.com]
    enforced: true
locked_out:
  description: The members who do not get in where single sign-on is enforced, since they have no email of a claimed
    domain. Listed whether or not it is.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    email:
      description: Who. Null where the service shows no email.
      type: str
    user_id:
      description: The user id.
      type: str
  sample:
    - email: hal.newcomer@example.org
      user_id: "7490875490"
locked_out_total:
  description: How many people there are.
  returned: when RV(locked_out) was cut, because there are more than 3,000
  type: int
  sample: 3001
overwritten:
  description: The members whose roles a login by single sign-on overwrites, since they have an email of a claimed
    domain and a mapping is enabled. A warning names them, too.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    email:
      description: Who.
      type: str
    user_id:
      description: The user id.
      type: str
  sample:
    - email: uma.rao@example.com
      user_id: "2806341205"
overwritten_total:
  description: How many people there are.
  returned: when RV(overwritten) was cut, because there are more than 3,000
  type: int
  sample: 3001
plan:
  description:
    - What was meant to be done, in this order. At no step is the organization left without an owner who gets in.
    - In check mode, and whenever nothing fails, this is also what takes effect.
    - Where O(enforced=false) ends enforcement and anything else is faulty, that is the whole plan.
    - Holds the first 3,000 actions.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: V(stop_enforcing_sso), V(set_identity_provider), V(add_role_mapping), V(update_role_mapping),
        V(remove_role_mapping), V(remove_identity_provider) or V(enforce_sso).
      type: str
    name:
      description: The name of the mapping, or V(identity_provider), or V(enforced).
      type: str
    before:
      description: How it was, certificates by fingerprint and end. Null for what was not there, and for enforcement
        that the service does not show. For V(enforced), true or false.
      type: raw
    after:
      description: How it is to be. Null for what is removed.
      type: raw
    reason:
      description: Why, in words.
      type: str
  sample:
    - action: enforce_sso
      name: enforced
      before: false
      after: true
      reason: enforced is true; whether people meet the mappings shows at a login alone
plan_total:
  description: How many actions there are.
  returned: when RV(plan) was cut, because there are more than 3,000
  type: int
  sample: 3001
diff:
  description: What has changed, or in check mode would change, in the order of RV(plan). Empty where nothing changes.
  returned: unless Ansible itself refuses the options, or a fault of the collection ends the module
  type: list
  elements: dict
  contains:
    before_header:
      description: The name of the mapping, or V(identity_provider), or V(enforced).
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: How it was, as YAML. Empty for what was not there.
      type: str
    after:
      description: How it is. Empty for what is no longer there.
      type: str
  sample:
    - before_header: enforced
      after_header: enforced
      before: |
        enforced: false
      after: |
        enforced: true
failures:
  description: The actions that could not be done. The first one that fails ends the writing. Nothing is taken away and
    nothing is enforced after it, and running again does what is missing.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: As in RV(plan).
      type: str
    name:
      description: As in RV(plan).
      type: str
    error:
      description:
        - Why, with the same keys as RV(error).
        - Some codes are not the service's. C(not_attempted) is for what was given up because of another failure,
          C(outcome_unknown) for what may or may not have happened, which the next run sees, C(internal_error) for a
          fault of the collection.
      type: dict
  sample:
    - action: update_role_mapping
      name: viewers
      error:
        status: 404
        codes: [org.role_mapping_rule.role_mapping_not_found]
        message: There is no such role mapping -- somebody has removed the role mapping meanwhile; run again
        method: PUT
        path: /organizations/1402593716/role_mappings/viewers
        request_id: 7d1f8a4c2b9e4f60
failures_total:
  description: How many failed actions there are.
  returned: when RV(failures) was cut, because there are more than 3,000
  type: int
  sample: 3001
guard:
  description: The guard that has refused the plan. Nothing was changed then, but for the end of enforcement where
    O(enforced=false) asks for it, and for what went before where it refuses to switch enforcement on at last.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description: The first that refuses, of V(owner_mapping), V(owner_for_anybody), V(provider_in_force), V(recovery),
        V(locked_out) and V(untested), in this order.
      type: str
    limit:
      description: What it allows, or asks for.
      type: int
    found:
      description: What there would be.
      type: int
    emails:
      description: Whom it is about.
      type: list
      elements: str
  sample:
    name: owner_mapping
    limit: 1
    found: 0
    emails: []
msg:
  description: What went wrong, and what to do about it.
  returned: on failure
  type: str
  sample: "Nothing was changed. The guard owner_mapping refuses the plan: no enabled role mapping would give the
    organization owner role, so nobody would be an owner after a login by single sign-on. Keep a mapping with
    organization-admin for a group that owners are in."
error:
  description: The answer of the service that ended the run, for playbooks to tell one from another.
  returned: when the run as a whole failed, because the service refused something or did not answer
  type: dict
  contains:
    status:
      description: The HTTP status. Null without an answer.
      type: int
    codes:
      description: The service's codes for what is wrong.
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
    status: 401
    codes: [root.unauthorized]
    message: The API key is not valid -- the API key is unknown, revoked or expired; create a new one in the console
    method: GET
    path: /organizations/1402593716/members
    request_id: 7d1f8a4c2b9e4f60
"""

import datetime as dt
import typing as t

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.converge import converge_sso
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import (
    names_in_sso,
    parse_sso,
    shown_options,
)

# Definitions are raw: a fault in one is ours to tell, since it must not keep enforced=false from being done.
OPTIONS = {
    "identity_provider": {"type": "raw"},
    "role_mappings": {"type": "raw"},
    "groups": {"type": "raw", "default": {}},
    "purge_role_mappings": {"type": "bool", "default": False},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "enforced": {"type": "bool"},
}


class SsoModule(Module):
    """The module, which echoes no certificate, and no private key that somebody has taken for one."""

    params: dict[str, t.Any]

    def _invocation(self) -> dict[str, t.Any]:
        return {"module_args": shown_options(super()._invocation()["module_args"])}

    def _log_invocation(self) -> None:
        params = self.params
        self.params = shown_options(params)
        try:
            super()._log_invocation()
        finally:
            self.params = params


def _connect_first(module: Module, findings: Findings) -> Organization:
    """Return the organization whatever is wrong with the definition: that waits until enforcement has ended. What is
    wrong with the connection cannot wait, and is told with it.
    """
    connection = Findings()
    try:
        organization = module.connect(connection)
    except InputError:
        if connection.problems:
            raise InputError([*connection.problems, *findings.problems, *findings.unresolved]) from None
        raise
    findings.note_organizations(organization.id)
    return organization


def main() -> None:
    module = SsoModule(OPTIONS)
    options, findings = module.params, Findings()
    with module.errors_reported():
        definition = parse_sso(options, findings, module.names(names_in_sso(options)))
        if definition.enforced is False:
            organization = _connect_first(module, findings)
        else:
            organization = module.connect(findings)
            findings, told = Findings(), findings
            findings.unresolved += told.unresolved
        outcome = converge_sso(
            organization,
            definition,
            findings,
            options["unknown_roles"],
            check_mode=module.check_mode,
            now=dt.datetime.now(dt.timezone.utc),
        )
        module.finish(outcome, outcome.result())


if __name__ == "__main__":
    main()
