#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_info
short_description: List the people in an Elastic Cloud organization and their access
version_added: 0.1.0
description:
  - Reads an organization with its members, invitations and API keys, its single sign-on, and its deployments and
    projects. Never changes anything.
  - Can also return who has which access as a team definition, to start from or to keep as a record. If you apply this
    definition with M(orgops.elastic_cloud.org_team), nothing changes. You can safely keep it in a file of variables,
    because it contains no string that Ansible would take for a template, whatever names people choose.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
attributes:
  check_mode:
    support: full
    details: Does the same as in a normal run.
  diff_mode:
    support: N/A
    details: Nothing changes.
  idempotent:
    support: full
options:
  gather:
    description:
      - What to read. Nothing else is requested.
      - V(organization) is its id and name, V(members) are the people in it, V(invitations) are the people who have been
        asked to join and have not done so yet, and V(team) is both as a team definition.
      - Since release 2.0.0, V(api_keys) are the API keys of the organization, V(sso) is single sign-on, and
        V(resources) are deployments and projects with their names.
      - V(team) needs the API key of an organization owner. With another API key, it is left out of the result, with a
        warning, because people would lose the access that this API key cannot see.
      - If a part of V(api_keys), V(sso) or V(resources) cannot be read, it is left out of the result, with a warning
        that says why. The task does not fail for that, unless nothing at all can be read.
      - Everything except V(team) is returned exactly as the service sends it. Never write it to a file that Ansible
        reads as variables. A name in it could be a template that runs commands.
    type: list
    elements: str
    choices: [organization, members, invitations, team, api_keys, sso, resources]
    default: [organization, members, invitations]
  team_groups:
    description:
      - Whether RV(team) has a group for each set of roles that two or more people share, named after what it gives.
        Otherwise, all people have their own role assignments.
    type: bool
    default: false
    version_added: 2.0.0
notes:
  - Requests are one each for V(organization), V(members) and V(invitations), two for V(api_keys) (the members are
    needed for the email of each creator), four for V(sso) (including the organization) and four for V(resources). Lists
    of API keys and projects can have several pages, with one request for each. What several parts need is read only
    once.
seealso:
  - module: orgops.elastic_cloud.org_team
"""

EXAMPLES = r"""
- name: Look at the organization
  orgops.elastic_cloud.org_info:
  register: elastic

- name: List the organization owners
  ansible.builtin.debug:
    msg: "{{ elastic.members | selectattr('role_assignments.organization', 'defined')
      | selectattr('role_assignments.organization', 'contains', {'role_id': 'organization-admin'})
      | map(attribute='email') | list }}"

- name: List people whose invitation has expired
  ansible.builtin.debug:
    msg: "{{ elastic.invitations | selectattr('status', '==', 'expired') | map(attribute='email') | list }}"

- name: Read the API keys
  orgops.elastic_cloud.org_info:
    gather: [api_keys]
  register: elastic

- name: List API keys whose creator is not a member, and API keys that never expire
  ansible.builtin.debug:
    msg:
      nobodys: "{{ elastic.api_keys | default([]) | selectattr('email', 'none') | map(attribute='name') | list }}"
      endless: "{{ elastic.api_keys | default([]) | selectattr('expires_at', 'none') | map(attribute='name') | list }}"

- name: Look up the ids of deployments and projects
  orgops.elastic_cloud.org_info:
    gather: [resources]
  register: elastic

# From an existing organization to a definition
- name: Read the organization as a definition
  orgops.elastic_cloud.org_info:
    organization_id: "1402593716"
    gather: [team]
    team_groups: true
  register: elastic

- name: Write it down for the role org_team
  ansible.builtin.copy:
    content: "{{ {'org_team_groups': elastic.team.groups, 'org_team_members': elastic.team.members,
      'org_team_ignore': elastic.team.ignore} | to_nice_yaml(indent=2) }}"
    dest: host_vars/acme/members.yml
    mode: "0644"
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: when it is known, that is, unless it was not given and could not be found
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
  description: The organization, as the service returns it. There can be more keys.
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
      description: The full name. Null if there is none.
      type: str
    member_since:
      description: When the person joined the organization, as a timestamp.
      type: str
    status:
      description: Always V(active).
      type: str
    role_assignments:
      description:
        - The access, in normalized form. It has full role ids, one block for each role with its application roles,
          sorted ids, and no empty parts.
        - Can be used as O(orgops.elastic_cloud.org_member#module:role_assignments).
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
      description: The email of the invited person.
      type: str
    status:
      description: V(pending) or V(expired).
      type: str
    created_at:
      description: When it was sent.
      type: str
    expires_at:
      description: When it expires, or has expired.
      type: str
    role_assignments:
      description: The access that the person gets by accepting, in normalized form.
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
    - A team definition. If you apply it with M(orgops.elastic_cloud.org_team), nothing changes, not even with
      O(orgops.elastic_cloud.org_team#module:purge), except for invitations that have expired. Those are left out.
    - Not returned if the API key cannot see any organization owner, if an invitation or a user id cannot be written as
      a definition, or if nobody is left for RV(team.members). A warning then says why.
  returned: when O(gather) contains V(team) and the definition could be made
  type: dict
  contains:
    members:
      description: To be used as O(orgops.elastic_cloud.org_team#module:members).
      type: list
      elements: dict
      contains:
        email:
          description: The person's email address.
          type: str
        role_assignments:
          description: The access, in normalized form, without fields that this version does not know. Left out if the
            person is in a group.
          type: dict
        groups:
          description: With O(team_groups), the group of people who have the same access.
          type: list
          elements: str
          version_added: 2.0.0
    groups:
      description: To be used as O(orgops.elastic_cloud.org_team#module:groups).
      returned: when O(team_groups) is true
      type: dict
      version_added: 2.0.0
    ignore:
      description:
        - To be used as O(orgops.elastic_cloud.org_team#module:ignore). New in 1.0.1, with a security fix.
        - The user ids of people whom no entry can describe. A warning says who they are and why. Either a string of
          theirs would be a template for Ansible or contains a control character, or they have the same role on the same
          resource with different application roles, a scope or resource that this version does not know, no email, or
          an email that another member has, too.
      type: list
      elements: str
  sample:
    groups:
      deployment-viewer-of-5f3c1e0a:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
    ignore: ["2806341206"]
    members:
      - email: carla.moretti@example.com
        role_assignments:
          organization:
            - role_id: organization-admin
      - email: kaori.tanaka@example.com
        groups: [deployment-viewer-of-5f3c1e0a]
      - email: nils.berg@example.com
        groups: [deployment-viewer-of-5f3c1e0a]
api_keys:
  description:
    - The API keys of the organization that have not expired, ordered by name, as far as the API key in use can see
      them.
    - API keys for which the service shows no organization are included, and a warning names them. API keys of another
      organization are not.
    - If the organization has several members and all API keys were created by the same one, a warning says that there
      may be others.
  returned: when O(gather) contains V(api_keys) and they could be read
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    id:
      description: The id of the key, which is no secret.
      type: str
    name:
      description: Its name, which the service calls the description. Several API keys can have the same name.
      type: str
    organization_id:
      description: The organization that it belongs to. Null if the service does not show it.
      type: str
    user_id:
      description: The user id of its creator. Null if the service does not show it.
      type: str
    email:
      description: The email of its creator. Null if the creator is not a member any more.
      type: str
    created_at:
      description: When it was created.
      type: str
    expires_at:
      description: When it expires. Null if it never does.
      type: str
    role_assignments:
      description: The access that it gives, in normalized form.
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
    - Single sign-on. If you apply RV(sso.identity_provider), RV(sso.role_mappings) and RV(sso.enforced) with
      M(orgops.elastic_cloud.org_sso), nothing changes.
    - A part that could not be read is left out, and a warning says why. Another warning names what a definition cannot
      express, such as a role mapping without a role.
  returned: when O(gather) contains V(sso) and something of it could be read
  type: dict
  version_added: 2.0.0
  contains:
    identity_provider:
      description:
        - The identity provider, with C(enabled), C(login_identifier_prefix), C(issuer), C(sso_url) and
          C(public_certificates) as PEM text, and with the values that are needed to configure it, such as C(acs),
          C(sp_entity_id), C(metadata_url), C(sso_login_url) and C(signing_certificates).
        - Null if there is none.
      type: dict
    role_mappings:
      description: The role mappings, each with C(name), C(enabled), C(any) or C(all) as a list of conditions, and
        C(role_assignments) in normalized form.
      type: list
      elements: dict
    domains:
      description: The domains that the organization has claimed.
      type: list
      elements: str
    enforced:
      description: Whether people can log in only with single sign-on. Null if the service does not show it, for example
        if it shows the field only while single sign-on is enforced. False if there is no identity provider.
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
      as the API key in use can see them. Deployments that are stopped and hidden may be missing.
    - If a list could not be read, or not completely, a warning says so.
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
      description: Its name. Several can have the same name. Null if it has none.
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

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._info import gather_info
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module

PARTS = ["organization", "members", "invitations", "team", "api_keys", "sso", "resources"]
OPTIONS = {
    "gather": {"type": "list", "elements": "str", "choices": PARTS, "default": PARTS[:3]},
    "team_groups": {"type": "bool", "default": False},
}


def main() -> None:
    module = Module(OPTIONS)
    with module.errors_reported():
        now = dt.datetime.now(dt.timezone.utc)
        gather, team_groups = module.params["gather"], module.params["team_groups"]
        gathered, warnings = gather_info(module.connect(Findings()), gather, now, team_groups=team_groups)
        for warning in warnings:
            module.warn(warning)
        module.exit_json(changed=False, **gathered)


if __name__ == "__main__":
    main()
