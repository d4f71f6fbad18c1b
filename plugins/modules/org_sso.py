#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_sso
short_description: Set up single sign-on for an Elastic Cloud organization without locking anybody out
version_added: 2.0.0
description:
  - Sets up the identity provider, the role mappings and the enforcement of single sign-on. Parts that are left out are
    not touched.
  - The module makes one plan for everything, and guards refuse the plan as a whole if nobody might be able to log in as
    an organization owner afterwards. The guards see the rules, not the people. Only an actual login shows whether the
    groups of an owner match a mapping.
  - Claim the domains of the people who may log in first, with M(orgops.elastic_cloud.org_domain).
  - O(enforced=false) is the way out if people are locked out. It is always done first, even if anything else in the
    definition has errors or is refused. In that case, the module ends enforcement and then fails.
  - When a person logs in with single sign-on, the roles from the mappings overwrite the person's roles. RV(overwritten)
    lists the members to whom this may happen.
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
    details: If the service does not show whether single sign-on is enforced, each run with O(enforced) sets it again.
options:
  identity_provider:
    description:
      - The identity provider, as a dictionary. If there is a provider already, keys that are left out keep their
        values. A new one needs all keys except C(state) and C(enabled).
      - Keys that the service adds, such as C(acs), are accepted and ignored, so that you can use
        RV(sso.identity_provider) as input.
    type: raw
    suboptions:
      state:
        description: With V(absent), the provider is removed.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether people can log in with it. By default, a new provider is enabled.
        type: bool
      login_identifier_prefix:
        description: The beginning of the login identifier that people enter. Lower case letters, digits and hyphens.
        type: str
      issuer:
        description: The issuer (entity id) of the identity provider, as in its SAML responses.
        type: str
      sso_url:
        description: The URL to which people are sent to log in at the identity provider.
        type: str
      public_certificates:
        description:
          - The certificates with which the identity provider may sign its responses, each in PEM format. They are
            compared by fingerprint.
          - To rotate a certificate, have two for a while. Add the new one, switch the identity provider to it, log in
            once, and then remove the old one.
          - A private key is an error, wherever it is found, and is never shown.
        type: list
        elements: str
  role_mappings:
    description:
      - Which access people get when they log in, as a list of dictionaries. A mapping is identified by its name.
      - Existing mappings with a comma or a slash in the name are never changed or removed, because a request could not
        address them unambiguously. A warning names them.
    type: raw
    suboptions:
      name:
        description: The name. It must not contain a comma or a slash.
        type: str
        required: true
      state:
        description: With V(absent), the mapping is removed.
        type: str
        choices: [present, absent]
        default: present
      enabled:
        description: Whether the mapping is in effect.
        type: bool
        default: true
      any:
        description:
          - Conditions of which at least one has to be met. Each has either C(group) or C(email). V(*) matches any
            characters.
          - Exactly one of C(any) and C(all) is needed, unless C(state) is V(absent).
        type: list
        elements: dict
      all:
        description: Conditions which all have to be met.
        type: list
        elements: dict
      groups:
        description: Names of O(groups). People get the role assignments of these groups.
        type: list
        elements: str
      role_assignments:
        description: Access in addition to that of the groups, as for M(orgops.elastic_cloud.org_team). A mapping has to
          give at least one role.
        type: dict
  groups:
    description: Named sets of role assignments, as a dictionary. It can be the same one as for
      M(orgops.elastic_cloud.org_team).
    type: raw
    default: {}
  purge_role_mappings:
    description: Whether to remove mappings that are not in O(role_mappings).
    type: bool
    default: false
  unknown_roles:
    description:
      - What to do about a scope that this version does not know, and about a role id that is neither known to this
        version nor given by any mapping nor held by any member of the organization.
      - With V(fail), it is an error, also in check mode. With V(warn), it is sent to the service as it is, with a
        warning.
    type: str
    choices: [fail, warn]
    default: fail
  enforced:
    description:
      - Whether people can log in only with single sign-on. If left out, this is not changed.
      - With V(true), people without an email in a claimed domain cannot log in any more. It is refused in a run that
        also changes how people log in, because nobody has tried that yet.
      - With V(false), everybody can log in with a password again. People who have used single sign-on have to set a new
        password.
    type: bool
seealso:
  - module: orgops.elastic_cloud.org_team
  - module: orgops.elastic_cloud.org_info
"""

EXAMPLES = r"""
- name: Set up the identity provider and the role mappings
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

- name: Show the values that the identity provider needs
  ansible.builtin.debug:
    msg: "{{ single_sign_on.sso.identity_provider.acs }}, {{ single_sign_on.sso.identity_provider.sp_entity_id }}"

# In a later run, after an owner has logged in at sso_login_url
- name: Enforce single sign-on
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

- name: Allow passwords again
  orgops.elastic_cloud.org_sso:
    organization_id: "1402593716"
    enforced: false

- name: Remove single sign-on
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
  returned: when it is known, that is, unless it was not given and could not be found
  type: str
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  sample: false
sso:
  description:
    - Single sign-on afterwards. If you use RV(sso.identity_provider), RV(sso.role_mappings) and RV(sso.enforced) as
      input for this module, nothing changes.
    - Parts that could not be read are left out, which can happen with O(enforced=false). RV(locked_out) and
      RV(overwritten) are then left out, too.
  returned: when the organization could be read and the input was valid
  type: dict
  contains:
    identity_provider:
      description:
        - The identity provider, with the keys of O(identity_provider) and the values that are needed to configure it.
          Null if there is none.
        - In check mode, values that the service derives from a new provider or a new prefix are left out, because they
          are not known yet.
      type: dict
      contains:
        enabled:
          description: Whether people can log in with it.
          type: bool
        login_identifier_prefix:
          description: The beginning of the login identifier.
          type: str
        issuer:
          description: The issuer (entity id) of the identity provider.
          type: str
        sso_url:
          description: The URL to which people are sent to log in at the identity provider.
          type: str
        public_certificates:
          description: Its certificates, in PEM format.
          type: list
          elements: str
        login_identifier:
          description: What people enter to log in. The service derives it from the prefix.
          type: str
        sso_login_url:
          description: The URL at which people log in.
          type: str
        metadata_url:
          description: The URL of the service's metadata, for the identity provider.
          type: str
        acs:
          description: The URL to which the identity provider sends its responses (assertion consumer service).
          type: str
        sp_entity_id:
          description: The entity id of the service.
          type: str
        signing_certificates:
          description: The certificates with which the service signs its requests.
          type: list
          elements: str
        encryption_certificates:
          description: The certificates with which the identity provider may encrypt its responses.
          type: list
          elements: str
    role_mappings:
      description: All role mappings, with the keys of O(role_mappings), in the order in which the service lists them.
      type: list
      elements: dict
    domains:
      description: The domains that the organization has claimed.
      type: list
      elements: str
    enforced:
      description: Whether people can log in only with single sign-on. Null if the service does not show it.
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
  description: The members who cannot log in if single sign-on is enforced, because they have no email in a claimed
    domain. They are listed even if it is not enforced.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: The user id.
      type: str
  sample:
    - email: hal.newcomer@example.org
      user_id: "7490875490"
locked_out_total:
  description: The full number of people.
  returned: when RV(locked_out) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
overwritten:
  description: The members whose roles are overwritten when they log in with single sign-on, because they have an email
    in a claimed domain and a mapping is enabled. A warning names them, too.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    email:
      description: The person's email.
      type: str
    user_id:
      description: The user id.
      type: str
  sample:
    - email: uma.rao@example.com
      user_id: "2806341205"
overwritten_total:
  description: The full number of people.
  returned: when RV(overwritten) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
plan:
  description:
    - The planned actions, in an order in which there is an owner who can log in after each step.
    - If nothing fails, and in check mode, these are also the actions that take effect.
    - If O(enforced=false) ends enforcement and anything else has errors, ending enforcement is the whole plan.
    - Contains the first 3,000 actions.
  returned: when the organization could be read and the input was valid
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
      description: The state before, with fingerprint and expiration of certificates. Null if it did not exist, and for
        enforcement that the service does not show. For V(enforced), true or false.
      type: raw
    after:
      description: The planned state. Null for what is removed.
      type: raw
    reason:
      description: The reason, for people to read.
      type: str
  sample:
    - action: enforce_sso
      name: enforced
      before: false
      after: true
      reason: enforced is true; whether people meet the mappings shows at a login alone
plan_total:
  description: The full number of actions.
  returned: when RV(plan) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
diff:
  description: One element for everything that has changed (or would change, in check mode), in the order of RV(plan).
    Empty if nothing changes.
  returned: unless Ansible itself rejects the options, or a bug in the collection ends the module
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
      description: The state before, as YAML. Empty if it did not exist.
      type: str
    after:
      description: The state afterwards, as YAML. Empty if it no longer exists.
      type: str
  sample:
    - before_header: enforced
      after_header: enforced
      before: |
        enforced: false
      after: |
        enforced: true
failures:
  description: The actions that failed. The run stops writing at the first failure. Nothing is taken away and nothing is
    enforced after it, and running the task again does what is missing.
  returned: when the organization could be read and the input was valid
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
        - The reason, with the same keys as RV(error).
        - Some codes come from the collection, not from the service. With C(not_attempted), the action was skipped
          because of another failure. With C(outcome_unknown), it may or may not have happened, and the next run finds
          out. With C(internal_error), there is a bug in the collection.
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
  description: The full number of failed actions.
  returned: when RV(failures) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
guard:
  description: The guard that refused the plan. Nothing was changed, with two exceptions. Enforcement has ended if
    O(enforced=false) asks for it. If the guard refuses to turn on enforcement as the last step, the steps before it
    were carried out.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description: The first guard that refuses, of V(owner_mapping), V(owner_for_anybody), V(provider_in_force),
        V(recovery), V(locked_out) and V(untested), in this order.
      type: str
    limit:
      description: The limit that the guard enforces.
      type: int
    found:
      description: The value for this plan.
      type: int
    emails:
      description: The people concerned.
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
  description: The response of the service that ended the run, in a form that playbooks can evaluate.
  returned: when the run as a whole failed, because the service refused something or did not answer
  type: dict
  contains:
    status:
      description: The HTTP status code. Null if there was no response.
      type: int
    codes:
      description: The service's error codes.
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
