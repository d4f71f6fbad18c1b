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
  - Reads an organization, its members and its invitations. Never changes anything.
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
      - V(team) needs the API key of an organization owner. With another key it is left out of the result, with a
        warning, since people would lose what that key does not see.
      - The other three are what the service says, word for word. Never write them to a file that Ansible reads as
        variables, where a name could be a template that runs commands.
    type: list
    elements: str
    choices: [organization, members, invitations, team]
    default: [organization, members, invitations]
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
