#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_team
short_description: Apply a team definition to an Elastic Cloud organization
version_added: 0.1.0
description:
  - Gives the people in a team definition exactly the access that is defined for them. Invites people who are missing,
    changes the roles of members, replaces invitations whose roles differ, and removes people who should go.
  - The module first makes a plan, and guards check the plan as a whole. If a guard refuses it, nothing is changed.
    Access is added before any is taken away.
  - People who are not in the definition stay, unless O(purge) is set.
  - If something fails for one person, everybody else is still processed. The task then fails at the end and says for
    whom. Running it again does what is missing.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
  - orgops.elastic_cloud.role_assignments.team
attributes:
  check_mode:
    support: full
    details: Guards refuse in check mode too.
  diff_mode:
    support: full
  idempotent:
    support: full
notes:
  - A run that takes longer than a few seconds reports its progress on standard error, such as C(removing members, 40 of
    112). This works only if the module runs on the controller, as with the collection's playbook.
  - After Ctrl-C, ansible-playbook shows nothing more. The module first finishes the requests that are in progress, and
    ends a little later. Run again in check mode to see what is left to do.
options:
  purge:
    description:
      - Whether people who are not in O(members) are removed, or their invitations revoked. Otherwise they are listed in
        RV(unmanaged).
      - Needs the organization's id, from O(organization_id) or E(EC_ORGANIZATION_ID), and at least one entry in
        O(members) that is present and whose C(until) has not passed. A member whose email the service does not show is
        never removed.
      - If a member would be removed and O(ignore) is empty, the role mappings of single sign-on are read, which takes
        one more request. If one of them is enabled, a warning says that people who log in with single sign-on would be
        removed again.
    type: bool
    default: false
  ignore:
    description:
      - People who are left alone and do not count as unmanaged. Emails, C(*@domain) for everybody there, or user ids.
      - An entry in O(members) takes precedence over C(*@domain), so that you can still remove somebody in such a domain
        with C(state=absent). An email or user id that is both here and in O(members) is an error.
      - Use it for people who log in with single sign-on, for the vendor's support, and for emergency accounts.
    type: list
    elements: str
    default: []
  invitation_expires_in:
    description: How long a new invitation can be accepted, such as V(72h) or V(7d). If left out, the service decides
      (three days).
    type: str
  resend_expired:
    description: Whether to send expired invitations again.
    type: bool
    default: true
  min_owners:
    description:
      - A guard. Refuses a plan that demotes or removes an organization owner and leaves fewer than this many members
        with the owner role. People who are only invited do not count.
    type: int
    default: 1
  protected:
    description:
      - A guard. Refuses a plan that would remove or uninvite one of these people, or take any access away from them.
        Emails, C(*@domain) or user ids.
    type: list
    elements: str
    default: []
  max_removals:
    description:
      - A guard. Refuses a plan in which more people than this would be removed, uninvited, demoted from owner or
        left without any access.
      - A number, such as V(3), or a percentage of all members and invited people before the run, not counting those in
        O(ignore), such as V(25%). Percentages are rounded up.
    type: str
    default: 25%
  plan_digest:
    description:
      - A guard, for a plan that somebody has approved. Refuses any plan that does not have this digest. Use
        RV(plan_digest) of a run in check mode. A plan that changes nothing is never refused.
      - O(max_removals) does not apply to the approved plan, because somebody has read it. All other guards apply.
    type: str
    version_added: 2.0.0
  unknown_roles:
    description:
      - What to do about a scope that this version does not know, and about a role id that is neither known to this
        version nor held by any member or invitation of the organization.
      - With V(fail), it is an error, also in check mode. With V(warn), it is sent to the service as it is, with a
        warning.
    type: str
    choices: [fail, warn]
    default: fail
    version_added: 2.0.0
  leavers_api_keys:
    description:
      - What to do about API keys that were created by members who are removed. API keys belong to the organization, and
        keep working after their creator has left.
      - With V(warn), a warning and RV(api_keys) list them. This takes one more request if somebody is removed.
      - With V(revoke), they are revoked before their creator is removed. This takes one more request in every run. If
        an API key cannot be revoked, its creator is removed anyway; the failure, and a warning in each later run,
        contain the id of the API key, so that M(orgops.elastic_cloud.org_api_key) can revoke it. The API key in use is
        never revoked. If the API key in use may not list API keys, the guard C(visibility) refuses to remove anybody.
      - With V(ignore), the module does not look for them.
    type: str
    choices: [warn, revoke, ignore]
    default: warn
    version_added: 2.0.0
  refused_grants:
    description:
      - What to do if the service refuses to change the access to a single deployment, project or cluster, as it does
        for deployments that are stopped and hidden.
      - Refusals for the organization itself, or for C(all) resources of a kind, always fail the task.
      - With V(fail), the task fails after everything else is done. With V(warn), a warning names them. RV(refused)
        lists them in both cases.
    type: str
    choices: [fail, warn]
    default: fail
  concurrency:
    description: How many requests may be in progress at the same time.
    type: int
    default: 8
seealso:
  - module: orgops.elastic_cloud.org_info
  - module: orgops.elastic_cloud.org_member
"""

EXAMPLES = r"""
- name: Onboard a team
  orgops.elastic_cloud.org_team:
    groups:
      owners:
        organization:
          - role_id: organization-admin
      developers:
        deployment:
          - role_id: deployment-editor
            deployment_ids: [8d2b4f6a1c3e4d5f9b7a2c4e6d8f0a1c]
        project:
          observability:
            - role_id: observability-viewer
              all: true
      capacity:
        deployment:
          - role_id: deployment-viewer
            all: true
            application_roles: []  # console only
    members:
      - email: ada.lindt@example.com
        groups: [owners]
      - email: jonas.weber@example.com
        groups: [developers, capacity]
      - email: rosa.marino@example.com
        groups: [developers]
        role_assignments:  # in addition to that of the group
          project:
            elasticsearch:
              - role_id: elasticsearch-viewer
                project_ids: [a1f0c3d2e5b44c6f8d7e9b0a1c2d3e4f]
                application_roles: [order-support]
      - email: zoe.martin@example.net
        groups: [developers]
        until: "2035-12-31"
      - email: bea.fischer@example.com
        state: absent

- name: Remove everybody who is not in the definition, within limits
  orgops.elastic_cloud.org_team:
    organization_id: "1402593716"
    groups: "{{ groups_of_acme }}"
    members: "{{ members_of_acme }}"
    purge: true
    ignore:
      - "*@sso.example.com"
      - emergency@example.com
    protected:
      - ada.lindt@example.com
    min_owners: 2
    max_removals: 3

# An audit, which changes nothing and fails when the organization is not as defined
- name: Compare the organization with its definition
  orgops.elastic_cloud.org_team:
    groups: "{{ groups_of_acme }}"
    members: "{{ members_of_acme }}"
  check_mode: true
  diff: true
  register: audit

- name: Report what has drifted
  ansible.builtin.assert:
    that:
      - not audit.changed
      - audit.summary.unmanaged == 0
    fail_msg: "To be changed: {{ audit.plan | map(attribute='email') | list }}, unmanaged:
      {{ audit.unmanaged | map(attribute='email') | list }}"
    quiet: true

- name: Apply a definition, and tell a refusal by a guard from other failures
  block:
    - name: Apply the definition
      orgops.elastic_cloud.org_team:
        groups: "{{ groups_of_acme }}"
        members: "{{ members_of_acme }}"
      register: applied
  rescue:
    - name: Report which guard refused the plan
      ansible.builtin.fail:
        msg: "{{ applied.guard.name }} refuses this for {{ applied.guard.emails | join(', ') }}. {{ applied.msg }}"
      when: applied.guard is defined
    - name: Report any other failure
      ansible.builtin.fail:
        msg: "{{ applied.msg }}"
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: when it is known, that is, unless it was not given and could not be found
  type: str
  version_added: 2.0.0
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  version_added: 2.0.0
  sample: false
summary:
  description: The numbers of people who were invited, updated and so on.
  returned: when the organization could be read and the input was valid
  type: dict
  contains:
    invited:
      description: People who were invited.
      type: int
    reinvited:
      description: People whose invitation was replaced or sent again.
      type: int
    updated:
      description: Members whose roles were changed.
      type: int
    uninvited:
      description: People whose invitation was revoked.
      type: int
    removed:
      description: People who were removed.
      type: int
    api_keys_revoked:
      description: API keys that were revoked, see O(leavers_api_keys).
      type: int
      version_added: 2.0.0
    unchanged:
      description: Entries for which nothing had to be done, or nothing took effect.
      type: int
    unmanaged:
      description: People who are not in the definition.
      type: int
  sample:
    invited: 2
    reinvited: 1
    updated: 1
    uninvited: 0
    removed: 1
    api_keys_revoked: 0
    unchanged: 38
    unmanaged: 1
unmanaged:
  description: People who are in the organization, or invited, and not in the definition.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    email:
      description: The email. Null where the service shows none.
      type: str
    user_id:
      description: The user id. Null for people who are only invited.
      type: str
    status:
      description: V(active), V(pending) or V(expired).
      type: str
  sample:
    - email: hal.newcomer@example.com
      user_id: "7490875490"
      status: active
unmanaged_total:
  description: The full number of people.
  returned: when RV(unmanaged) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
refused:
  description: Access that the service refuses to change even in a request of its own.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    email:
      description: The person's email.
      type: str
    user_id:
      description: The member's user id.
      type: str
      version_added: 2.0.0
    grants:
      description: The access, as role assignments.
      type: dict
  sample:
    - email: uma.rao@example.com
      user_id: "2806341205"
      grants:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [1e3a5c7f9b2d4f6a8c0e2b4d6f8a1c3e]
refused_total:
  description: The full number of people.
  returned: when RV(refused) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
plan:
  description:
    - The planned actions, in order. Access is added before any is taken away, and organization owners are demoted or
      removed last.
    - If nothing fails, and in check mode, these are also the actions that take effect.
    - Contains the first 3,000 actions. RV(plan_total) is their full number.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    action:
      description: V(invite), V(reinvite) (an invitation is replaced), V(update) (roles of a member), V(uninvite),
        V(revoke_api_key) or V(remove).
      type: str
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: The member's user id. Null for people who are only invited.
      type: str
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    before:
      description: The access before, as role assignments. Null if the person was not in the organization.
      returned: unless RV(plan_shortened) is true
      type: dict
    after:
      description: The access afterwards. Null if the person is no longer in the organization.
      returned: unless RV(plan_shortened) is true
      type: dict
    reason:
      description: The reason, for people to read. It names the roles that a V(update) adds and removes unless
        RV(plan_shortened) is true.
      type: str
  sample:
    - action: invite
      email: jonas.weber@example.com
      user_id: null
      before: null
      after:
        deployment:
          - role_id: deployment-viewer
            all: true
      reason: not in the organization
    - action: update
      email: uma.rao@example.com
      user_id: "2806341205"
      before:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [1e3a5c7f9b2d4f6a8c0e2b4d6f8a1c3e, 5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
      after:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
      reason: "to be taken away: deployment-viewer on deployment 1e3a5c7f9b2d4f6a8c0e2b4d6f8a1c3e"
plan_total:
  description: The number of actions, of which RV(plan) contains the first 3,000.
  returned: when the organization could be read and the input was valid
  type: int
  version_added: 2.0.0
  sample: 2
plan_shortened:
  description: Whether RV(plan[].before) and RV(plan[].after) are left out because there are more than 300 actions. Use
    RV(diff) then.
  returned: when the organization could be read and the input was valid
  type: bool
  version_added: 2.0.0
  sample: false
plan_digest:
  description:
    - A SHA-256 hash of the plan. Two plans have the same digest if and only if they do the same things to the same
      people in the same organization.
    - It covers the id of the organization and, for each action in order, the kind of action, the user id, the email
      (ignoring case), the grants before and after, and the id of the API key. Reasons, times, and the way in which a
      definition spells and groups things do not count.
    - It is made from the whole plan, even if RV(plan) is cut.
  returned: when the organization could be read and the input was valid, also if a guard refuses the plan
  type: str
  version_added: 2.0.0
  sample: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a1a1c8c0ad5e0d7a2f2f6f0b1
steps:
  description:
    - The outcome of each action. This includes actions that were planned again during the run, because the person had
      changed in the meantime.
    - Failed actions come first. Contains at most 50 elements. RV(steps_total) is their full number.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    outcome:
      description: V(planned) in check mode and if a guard refuses the plan. Otherwise V(done), V(failed),
        V(not_attempted) or V(outcome_unknown) as in RV(failures), V(refused) as in RV(refused), or V(not_needed) if
        there turned out to be nothing left to do.
      type: str
    action:
      description: As in RV(plan).
      type: str
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: The member's user id. Null for people who are only invited.
      type: str
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    reason:
      description: The reason, for people to read.
      type: str
    names:
      description: The names of the deployments and projects concerned, by id, as far as the run has looked them up.
      type: dict
    error:
      description: Why it failed. Null if it did not.
      type: str
  sample:
    - outcome: done
      action: remove
      email: bea.fischer@example.com
      user_id: "7490875490"
      reason: state is absent
      names: {}
      error: null
steps_total:
  description: The full number of actions.
  returned: when the organization could be read and the input was valid
  type: int
  version_added: 2.0.0
  sample: 1
diff:
  description:
    - One element for each person whose access has changed (or would change, in check mode), in the order of RV(plan),
      then one for each API key that is revoked. Empty if nothing changes.
    - Contains the first 3,000 elements. Before release 2.0.0, it was one dictionary for everybody.
  returned: unless Ansible itself rejects the options, or a bug in the collection ends the module
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    before_header:
      description: What the element is about. A person's email, followed by the user id if several members have this
        email; the user id alone if the service shows no email; an API key's name and id.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: The person's status and access before, as YAML. Empty if the person was not in the organization.
      type: str
    after:
      description: The person's status and access afterwards, as YAML. Empty if the person is no longer in the
        organization.
      type: str
  sample:
    - before_header: uma.rao@example.com
      after_header: uma.rao@example.com
      before: |
        status: active
        role_assignments:
          deployment:
            - {role_id: deployment-viewer, deployment_ids: ["1e3a5c7f9b2d4f6a8c0e2b4d6f8a1c3e"]}
            - {role_id: deployment-viewer, deployment_ids: ["5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b"]}
      after: |
        status: active
        role_assignments:
          deployment:
            - {role_id: deployment-viewer, deployment_ids: ["5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b"]}
not_understood:
  description:
    - People who keep more access than is defined, because this version does not understand that access. It is never
      taken away. A warning names these people, too.
    - People who keep exactly what is defined, have no roles defined, or are removed are not listed.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: The user id. Null for people who are only invited.
      type: str
    role_assignments:
      description: The access that is not understood, and therefore kept.
      type: dict
  sample:
    - email: uma.rao@example.com
      user_id: "2806341205"
      role_assignments:
        deployment:
          - role_id: deployment-viewer
            all: true
            valid_from: "2026-06-01"
not_understood_total:
  description: The full number of people.
  returned: when RV(not_understood) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
api_keys:
  description:
    - API keys that were created by members who are removed, as they were before the run. A warning names those that
      stay.
    - Empty if they were not looked for, because nobody is removed, because of O(leavers_api_keys=ignore), or because a
      guard refuses the plan.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    id:
      description: The id of the API key.
      type: str
    name:
      description: Its name. Several API keys can have the same name.
      type: str
    email:
      description: The email of its creator. Null if the service does not show it.
      type: str
    expires_at:
      description: When it expires. Null if it never does.
      type: str
    role_assignments:
      description: What it allows.
      type: dict
  sample:
    - id: zL0a5JQBr7VCgPb1xYkH
      name: nightly backup
      email: bea.fischer@example.com
      expires_at: "2026-12-31T00:00:00.000Z"
      role_assignments:
        deployment:
          - role_id: deployment-editor
            all: true
api_keys_total:
  description: The full number of API keys.
  returned: when RV(api_keys) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
failures:
  description: The actions that failed. All others were carried out anyway, and running the task again tries only what
    is missing.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    action:
      description: As in RV(plan).
      type: str
    email:
      description: For whom.
      type: str
    user_id:
      description: The member's user id. Null for people who are only invited.
      type: str
      version_added: 2.0.0
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    error:
      description:
        - The reason, with the same keys as RV(error).
        - Some codes come from the collection, not from the service. With C(not_attempted), the action was skipped
          because of another failure. With C(outcome_unknown), it may or may not have happened, and the next run finds
          out. With C(internal_error), there is a bug in the collection. With C(invitation_withdrawn), an old invitation
          had to be revoked and the new one was refused. With C(invalid_id), an id cannot be part of a request.
      type: dict
  sample:
    - action: invite
      email: zoe.martin@example.net
      user_id: null
      error:
        status: 400
        codes: [organization.user_organization_already_belongs]
        message: The user belongs to an organization -- the person belongs to another organization; they have to leave
          it first, or be invited with another address
        method: POST
        path: /organizations/1402593716/invitations
        request_id: 7d1f8a4c2b9e4f60
failures_total:
  description: The full number of failed actions.
  returned: when RV(failures) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
guard:
  description: The guard that refused the plan. Nothing was changed.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description: The first guard that refuses. They are checked in the order V(visibility), V(plan_digest),
        V(protected), V(min_owners), V(max_removals).
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
    name: max_removals
    limit: 1
    found: 2
    emails: [bea.fischer@example.com, hal.newcomer@example.com]
msg:
  description: What went wrong, for whom, and what to do about it.
  returned: on failure
  type: str
  sample: "Nothing was changed. The guard max_removals refuses the plan: 2 people would be removed, uninvited, demoted
    from owner or left without any grant, and the limit is 1 (25% of 4 people): bea.fischer@example.com,
    hal.newcomer@example.com. Raise max_removals for this run if that is meant."
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
import os

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Selection
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import (
    Module,
    check_digest,
    check_duration,
    check_max_removals,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import FILE, to_file, to_nobody
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import converge
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import (
    check_ignored,
    names_in_team,
    parse_team,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings

OPTIONS = {
    "members": {"type": "list", "elements": "raw", "required": True},
    "groups": {"type": "dict", "default": {}},
    "purge": {"type": "bool", "default": False},
    "ignore": {"type": "list", "elements": "str", "default": []},
    "invitation_expires_in": {"type": "str"},
    "resend_expired": {"type": "bool", "default": True},
    "min_owners": {"type": "int", "default": 1},
    "protected": {"type": "list", "elements": "str", "default": []},
    "max_removals": {"type": "str", "default": "25%"},
    "plan_digest": {"type": "str"},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "leavers_api_keys": {"type": "str", "choices": ["warn", "revoke", "ignore"], "default": "warn"},
    "refused_grants": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "concurrency": {"type": "int", "default": 8},
}


def main() -> None:
    module = Module(OPTIONS)
    options, findings = module.params, Findings()
    with module.errors_reported():
        now = dt.datetime.now(dt.timezone.utc)
        names = module.names(names_in_team(options["members"], options["groups"]))
        desired = parse_team(
            options["members"],
            options["groups"],
            options["organization_id"],
            now,
            findings,
            unknown_scopes=options["unknown_roles"],
            names=names,
        )
        rules = Rules(
            purge=options["purge"],
            ignore=Selection.from_input(options["ignore"], "ignore", findings),
            resend="when_expired" if options["resend_expired"] else "when_changed",
            unknown_roles=options["unknown_roles"],
            leavers_api_keys=options["leavers_api_keys"],
            names=names,
        )
        check_ignored(desired, rules.ignore, findings)
        guards = Guards(
            min_owners=options["min_owners"],
            protected=Selection.from_input(options["protected"], "protected", findings),
            max_removals=check_max_removals(options["max_removals"], findings),
            plan_digest=check_digest(options["plan_digest"], findings),
        )
        settings = Settings(
            expires_in=check_duration(options["invitation_expires_in"], "invitation_expires_in", findings),
            concurrency=options["concurrency"],
            tolerate_refused=options["refused_grants"] == "warn",
        )
        if rules.purge and not options["organization_id"]:
            findings.problem(
                "purge", "needs organization_id (or EC_ORGANIZATION_ID), so that nobody else's organization is emptied"
            )
        if rules.purge and not any(entry.present for entry in desired):
            findings.problem(
                "purge",
                "needs at least one entry in members that is present and has not expired; this would remove everybody",
            )
        organization = module.connect(findings)
        tell = to_file(os.environ[FILE]) if FILE in os.environ else to_nobody
        outcome = converge(
            organization,
            desired,
            rules,
            guards,
            settings,
            now=now,
            check_mode=module.check_mode,
            tell=tell,
            unresolved=findings.unresolved,
            leavers_go=True,
        )
        module.finish(outcome, outcome.team_result())


if __name__ == "__main__":
    main()
