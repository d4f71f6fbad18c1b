#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_info
short_description: Tell who is in an Elastic Cloud organization, and with which access
version_added: 0.1.0
description:
  - Reads an organization, its members and its invitations, its API keys, single sign-on, and what there is to have
    access to. Never changes anything.
  - Also writes down who has which access as a team definition, to begin with or to keep as a record. Given to
    M(orgops.elastic_cloud.org_team), that definition changes nothing. It can be kept in a file of variables, since it
    holds no text that Ansible would take for a template, whatever people call themselves.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
attributes:
  check_mode:
    support: full
    details: Does the same as without.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
options:
  gather:
    description:
      - What to read. Nothing else is asked for.
      - V(organization) is its id and name, V(members) are the people in it, V(invitations) those who have been asked to
        join and have not yet, and V(team) is all of them as a team definition.
      - From release 2.0.0 on, V(api_keys) are the API keys of the organization, V(sso) is single sign-on, and
        V(resources) are deployments and projects, with their names.
      - V(team) needs the API key of an organization owner. With another key it is left out of the result, with a
        warning, since people would lose what that key does not see.
      - What of V(api_keys), V(sso) and V(resources) cannot be read is left out of the result, with a warning that says
        why. That never fails the rest. Where nothing at all is answered, the module fails.
      - All but V(team) is what the service says, word for word. Never write it to a file that Ansible reads as
        variables, where a name could be a template that runs commands.
    type: list
    elements: str
    choices: [organization, members, invitations, team, api_keys, sso, resources]
    default: [organization, members, invitations]
notes:
  - One request for each of V(organization), V(members) and V(invitations), one for V(api_keys) and one for members, who
    tell the email of a key's creator, four for V(sso), the organization among them, and four for V(resources). Lists of
    API keys and of projects may come in pages, a request each. What several parts need is read once.
seealso:
  - module: orgops.elastic_cloud.org_team
"""

EXAMPLES = r"""
- name: Look at the organization
  orgops.elastic_cloud.org_info:
  register: elastic

- name: Name the organization owners
  ansible.builtin.debug:
    msg: "{{ elastic.members | selectattr('role_assignments.organization', 'defined')
      | selectattr('role_assignments.organization', 'contains', {'role_id': 'organization-admin'})
      | map(attribute='email') | list }}"

- name: Name those who have let their invitation expire
  ansible.builtin.debug:
    msg: "{{ elastic.invitations | selectattr('status', '==', 'expired') | map(attribute='email') | list }}"

- name: Name the API keys that nobody in the organization has made, and those that never end
  orgops.elastic_cloud.org_info:
    gather: [api_keys]
  register: elastic

- name: Tell of them
  ansible.builtin.debug:
    msg:
      nobodys: "{{ elastic.api_keys | default([]) | selectattr('email', 'none') | map(attribute='name') | list }}"
      endless: "{{ elastic.api_keys | default([]) | selectattr('expires_at', 'none') | map(attribute='name') | list }}"

- name: Look up the ids of deployments and projects
  orgops.elastic_cloud.org_info:
    gather: [resources]
  register: elastic

# From an organization as it is to a definition to go on with
- name: Read the organization as a definition
  orgops.elastic_cloud.org_info:
    organization_id: "1402593716"
    gather: [team]
  register: elastic

- name: Write it down for the role org_team
  ansible.builtin.copy:
    content: "{{ {'org_team_members': elastic.team.members, 'org_team_ignore': elastic.team.ignore}
      | to_nice_yaml(indent=2) }}"
    dest: host_vars/acme/members.yml
    mode: "0644"
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: where it is known, that is unless it is not given and could not be found
  type: str
  version_added: 2.0.0
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode, which makes no difference.
  returned: always
  type: bool
  version_added: 2.0.0
  sample: false
organization:
  description: The organization, as the service describes it. There may be more keys.
  returned: when O(gather) contains V(organization)
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
  sample:
    id: "1402593716"
    name: Acme
members:
  description: The people in the organization, ordered by email.
  returned: when O(gather) contains V(members)
  type: list
  elements: dict
  contains:
    user_id:
      description: The id of the user.
      type: str
    email:
      description: The email. Null where the service shows none.
      type: str
    name:
      description: The full name. Null where there is none.
      type: str
    member_since:
      description: Since when the person is in the organization, a timestamp.
      type: str
    status:
      description: Always V(active).
      type: str
    role_assignments:
      description:
        - The access, in its normal form. Full role ids, one block for each role and its application roles, ids
          sorted, empty parts left out.
        - May be given as O(orgops.elastic_cloud.org_member#module:role_assignments).
      type: dict
  sample:
    - user_id: "2806341205"
      email: nils.berg@example.com
      name: Nils Berg
      member_since: "2026-01-12T08:15:30.000Z"
      status: active
      role_assignments:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
invitations:
  description: Open invitations, ordered by email.
  returned: when O(gather) contains V(invitations)
  type: list
  elements: dict
  contains:
    email:
      description: Who is invited.
      type: str
    status:
      description: V(pending) or V(expired).
      type: str
    created_at:
      description: When it was sent.
      type: str
    expires_at:
      description: Until when it can be accepted, or could.
      type: str
    role_assignments:
      description: The access that the person gets by accepting, in its normal form.
      type: dict
  sample:
    - email: uma.rao@example.com
      status: pending
      created_at: "2026-02-02T09:00:00.000Z"
      expires_at: "2026-02-05T09:00:00.000Z"
      role_assignments:
        organization:
          - role_id: billing-admin
team:
  description:
    - A team definition, with which M(orgops.elastic_cloud.org_team) changes nothing, not even with
      O(orgops.elastic_cloud.org_team#module:purge), apart from invitations that have expired. Those are left out.
    - Not returned, with a warning that says why, where the API key sees no organization owner, where an invitation or a
      user id cannot be written down, and where nobody is left for RV(team.members).
  returned: when O(gather) contains V(team) and there is such a definition
  type: dict
  contains:
    members:
      description: To be used as O(orgops.elastic_cloud.org_team#module:members).
      type: list
      elements: dict
      contains:
        email:
          description: Who it is.
          type: str
        role_assignments:
          description: The access, in its normal form, without fields that this version does not know.
          type: dict
    ignore:
      description:
        - To be used as O(orgops.elastic_cloud.org_team#module:ignore). New in 1.0.1, with a security fix.
        - The user ids of those whom no entry can describe. A warning says who they are and why. A text of theirs would
          be a template to Ansible or holds a control character. Or they have one role on one resource with different
          application roles, a scope or a resource that this version does not know, or no email of their own.
      type: list
      elements: str
  sample:
    ignore: ["2806341206"]
    members:
      - email: nils.berg@example.com
        role_assignments:
          deployment:
            - role_id: deployment-viewer
              deployment_ids: [5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
api_keys:
  description:
    - The API keys of the organization that have not expired, ordered by name, as far as the API key in use sees them.
    - Those that name no organization are among them, and a warning names them. A key of another organization is not.
    - Where all of them were made by one of several members, a warning says that there may be others.
  returned: when O(gather) contains V(api_keys) and they could be read
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    id:
      description: The id of the key, which is no secret.
      type: str
    name:
      description: What it is called, which is its description at the service. Several may have one name.
      type: str
    organization_id:
      description: The organization that it is for. Null where the service does not say.
      type: str
    user_id:
      description: Who has made it. Null where the service does not say.
      type: str
    email:
      description: The email of whoever has made it. Null for somebody who is no member any more.
      type: str
    created_at:
      description: When it was made.
      type: str
    expires_at:
      description: When it ends. Null for a key that never does.
      type: str
    role_assignments:
      description: What it may do, in its normal form.
      type: dict
  sample:
    - id: 4rK9xZ0BqPq7cW1nVt2A
      name: nightly
      organization_id: "1402593716"
      user_id: "2806341205"
      email: nils.berg@example.com
      created_at: "2026-01-12T08:15:30.000Z"
      expires_at: "2026-04-12T08:15:30.000Z"
      role_assignments:
        deployment:
          - role_id: deployment-viewer
            all: true
sso:
  description:
    - Single sign-on. Given to M(orgops.elastic_cloud.org_sso), RV(sso.identity_provider), RV(sso.role_mappings) and
      RV(sso.enforced) change nothing.
    - A part that could not be read is left out, and a warning says why. Another warning names what no definition could
      tell, such as a role mapping without a role.
  returned: when O(gather) contains V(sso) and something of it could be read
  type: dict
  version_added: 2.0.0
  contains:
    identity_provider:
      description:
        - The identity provider, with C(enabled), C(login_identifier_prefix), C(issuer), C(sso_url) and
          C(public_certificates) as PEM text, and with what its own side needs, such as C(acs), C(sp_entity_id),
          C(metadata_url), C(sso_login_url) and C(signing_certificates).
        - Null where there is none.
      type: dict
    role_mappings:
      description: The role mappings, each with C(name), C(enabled), C(any) or C(all) as a list of conditions, and
        C(role_assignments) in its normal form.
      type: list
      elements: dict
    domains:
      description: The domains that the organization has claimed.
      type: list
      elements: str
    enforced:
      description: Whether nobody gets in but by single sign-on. Null where the service does not show it, such as where
        it shows the field only while it is enforced. False without an identity provider.
      type: bool
  sample:
    identity_provider:
      enabled: true
      login_identifier_prefix: acme
      issuer: https://idp.example.com/metadata
      sso_url: https://idp.example.com/sso
      public_certificates: ["-----BEGIN CERTIFICATE-----\n...\n-----END CERTIFICATE-----\n"]
      acs: https://cloud.example.com/saml/acs
      sp_entity_id: https://cloud.example.com/saml/sp
    role_mappings:
      - name: owners
        enabled: true
        any:
          - group: elastic-owners
        role_assignments:
          organization:
            - role_id: organization-admin
    domains: [example.com]
    enforced: false
resources:
  description:
    - Deployments, and projects of the types Elasticsearch, Observability and Security, ordered by kind and name, as far
      as the API key in use sees them. Deployments that are stopped and hidden may be missing.
    - A list that could not be read, or not to its end, is told in a warning.
  returned: when O(gather) contains V(resources) and any of the lists could be read
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    scope:
      description: V(deployment) or V(project).
      type: str
    type:
      description: The type of a project, such as V(security). Null for a deployment.
      type: str
    id:
      description: Its id, for role assignments.
      type: str
    name:
      description: Its name, of which several may have the same. Null where there is none.
      type: str
  sample:
    - scope: deployment
      type: null
      id: 5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b
      name: logs
    - scope: project
      type: security
      id: c4e6a8b0d2f14a3c5e7f9b1d3a5c7e9f
      name: siem
msg:
  description: What went wrong and what to do about it.
  returned: on failure
  type: str
  sample: "GET /organizations/1402593716/members: 401 root.unauthorized: The API key is not valid -- the API key is
    unknown, revoked or expired; create a new one in the console"
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

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._info import gather_info
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module

PARTS = ["organization", "members", "invitations", "team", "api_keys", "sso", "resources"]
OPTIONS = {
    "gather": {"type": "list", "elements": "str", "choices": PARTS, "default": PARTS[:3]},
}


def main() -> None:
    module = Module(OPTIONS)
    with module.errors_reported():
        now = dt.datetime.now(dt.timezone.utc)
        gathered, warnings = gather_info(module.connect(Findings()), module.params["gather"], now)
        for warning in warnings:
            module.warn(warning)
        module.exit_json(changed=False, **gathered)


if __name__ == "__main__":
    main()
