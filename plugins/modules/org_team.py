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
  - Gives the people of a team definition exactly the access that it says. Invites those who are missing, changes the
    roles of members, replaces invitations with other roles, and removes those who should go.
  - First a plan is made, and guards look at it as a whole. When one of them refuses, nothing is changed. What
    is added comes before what is taken away.
  - People who are not in the definition stay, unless O(purge) is set.
  - One person's failure does not hold back the others. The task fails at the end and tells which, and running it
    again does what is missing.
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
  - A run that takes longer than a few seconds says now and then what it is at, such as C(removing members, 40 of 112),
    on the standard error output. For this, the module has to run on the controller, as with the collection's playbook.
  - After Ctrl-C, ansible-playbook shows nothing more, and the module ends a little later, when it has finished the
    requests that are under way. Run again in check mode to see what is left.
options:
  purge:
    description:
      - Whether people who are not in O(members) are removed, or their invitations revoked. Otherwise they are listed in
        RV(unmanaged).
      - Needs the organization's id, from O(organization_id) or E(EC_ORGANIZATION_ID), and at least one entry in
        O(members) that is present in effect. A member whose email the service does not show is never removed.
      - Where it would remove a member, and O(ignore) is empty, the role mappings of single sign-on are read, which
        takes one request more. If one is enabled, a warning says that people who log in by it would be removed again.
    type: bool
    default: false
  ignore:
    description:
      - People who are left alone and do not count as unmanaged. Emails, C(*@domain) for everybody there, or user ids.
      - An entry in O(members) outweighs C(*@domain), so that somebody who leaves such a domain can be removed by
        C(state=absent). An email or a user id that is here and in O(members) is an error.
      - For people who come by single sign-on, the vendor's support, and emergency accounts.
    type: list
    elements: str
    default: []
  invitation_expires_in:
    description: How long an invitation that is sent now can be accepted, such as V(72h) or V(7d). Left out, the
      service decides (three days).
    type: str
  resend_expired:
    description: Whether invitations that have expired are sent again.
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
      - A guard. Refuses a plan that would remove or uninvite one of these people, or take any access from them. Emails,
        C(*@domain) or user ids.
    type: list
    elements: str
    default: []
  max_removals:
    description:
      - A guard. Refuses a plan in which more people than this would be removed, uninvited, demoted from owner or
        left without any access.
      - A number, such as V(3), or a share of all members and invited people before the run, without those in
        O(ignore), such as V(25%), rounded up.
    type: str
    default: 25%
  plan_digest:
    description:
      - A guard, for a plan that somebody has approved. Refuses any other than the one with this digest, which is
        RV(plan_digest) of a run in check mode. A plan that changes nothing is never refused.
      - O(max_removals) does not hold for the plan that was approved, since somebody has read it. All other guards do.
    type: str
    version_added: 2.0.0
  unknown_roles:
    description:
      - What to do with a scope that this version does not know, and with a role id that neither this version knows nor
        any member or invitation of the organization has.
      - With V(fail), it is an error, in check mode too. With V(warn), it is passed on as it is, with a warning.
    type: str
    choices: [fail, warn]
    default: fail
    version_added: 2.0.0
  leavers_api_keys:
    description:
      - What becomes of API keys made by members who are removed. They belong to the organization, and go on working
        when their maker goes.
      - With V(warn), a warning and RV(api_keys) tell of them. That takes one request more, where somebody is removed.
      - With V(revoke), they are revoked before their maker is removed. That takes one request more in every run. An API
        key that cannot be revoked does not keep its maker in; then the failure, and a warning of each later run, name
        its id, and M(orgops.elastic_cloud.org_api_key) revokes it by that. The API key in use is never revoked. If the
        API key in use may not list API keys, the guard C(visibility) refuses to remove anybody.
      - With V(ignore), nothing is read.
    type: str
    choices: [warn, revoke, ignore]
    default: warn
    version_added: 2.0.0
  refused_grants:
    description:
      - What to do where the service refuses to change the access to a single deployment, project or cluster, as it does
        for deployments that are stopped and hidden.
      - Refusals for the organization itself or for everything of a kind, and a run in which every change was refused,
        always fail.
      - With V(fail), the task fails, once everything else is done. With V(warn), it warns, and lists them in
        RV(refused).
    type: str
    choices: [fail, warn]
    default: fail
  concurrency:
    description: How many requests may be under way at once.
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
        role_assignments:  # beside that of the group
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

- name: Make the definition the whole truth, within limits
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

- name: Apply a definition, and tell what a guard refuses from what else can fail
  block:
    - name: Apply the definition
      orgops.elastic_cloud.org_team:
        groups: "{{ groups_of_acme }}"
        members: "{{ members_of_acme }}"
      register: applied
  rescue:
    - name: Tell which guard it was
      ansible.builtin.fail:
        msg: "{{ applied.guard.name }} refuses this for {{ applied.guard.emails | join(', ') }}. {{ applied.msg }}"
      when: applied.guard is defined
    - name: Tell what else has failed
      ansible.builtin.fail:
        msg: "{{ applied.msg }}"
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: where it is known, that is unless it is not given and could not be found
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
  description: How many people were invited, changed and so on, each a number.
  returned: when the organization could be read and the input was right
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
      description: Entries that needed nothing, or for which nothing took effect.
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
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    email:
      description: The email. Null where the service shows none.
      type: str
    user_id:
      description: The user id. Null for somebody who is only invited.
      type: str
    status:
      description: V(active), V(pending) or V(expired).
      type: str
  sample:
    - email: hal.newcomer@example.com
      user_id: "7490875490"
      status: active
unmanaged_total:
  description: How many people there are.
  returned: when RV(unmanaged) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
refused:
  description: Access that the service refuses to change when it is asked for alone.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    email:
      description: Whose.
      type: str
    user_id:
      description: The member's user id.
      type: str
      version_added: 2.0.0
    grants:
      description: Which, as role assignments.
      type: dict
  sample:
    - email: uma.rao@example.com
      user_id: "2806341205"
      grants:
        deployment:
          - role_id: deployment-viewer
            deployment_ids: [1e3a5c7f9b2d4f6a8c0e2b4d6f8a1c3e]
refused_total:
  description: How many people there are.
  returned: when RV(refused) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
plan:
  description:
    - What was meant to be done, in this order. What is added comes before what is taken away, and organization owners
      are demoted or removed last.
    - In check mode, and whenever nothing fails, this is also what takes effect.
    - Holds the first 3,000 actions. RV(plan_total) is how many there are.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: V(invite), V(reinvite) (an invitation is replaced), V(update) (roles of a member), V(uninvite),
        V(revoke_api_key) or V(remove).
      type: str
    email:
      description: For whom. Null where the service shows no email.
      type: str
    user_id:
      description: The member's user id. Null for somebody invited.
      type: str
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    before:
      description: The access before, as role assignments. Null for somebody who was not there.
      returned: unless RV(plan_shortened) is true
      type: dict
    after:
      description: The access afterwards. Null for somebody who is no longer there.
      returned: unless RV(plan_shortened) is true
      type: dict
    reason:
      description: Why, in words. Which roles a V(update) adds and takes away stands in it unless RV(plan_shortened) is
        true.
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
  description: How many actions there are, of which RV(plan) holds the first 3,000.
  returned: when the organization could be read and the input was right
  type: int
  version_added: 2.0.0
  sample: 2
plan_shortened:
  description: Whether the entries of RV(plan) leave out RV(plan[].before) and RV(plan[].after), as they do where there
    are more than 300 actions. They are in RV(diff) then.
  returned: when the organization could be read and the input was right
  type: bool
  version_added: 2.0.0
  sample: false
plan_digest:
  description:
    - A SHA-256 of the plan. Two plans have the same one if and only if they do the same to the same people of the same
      organization.
    - Covers the id of the organization, and of each action in order what it is, the user id, the email as it compares,
      the grants before and after, and the id of an API key. Reasons, times, and how a definition spells and groups
      things do not count.
    - Made from the whole plan, also where RV(plan) is cut.
  returned: when the organization could be read and the input was right, also where a guard refuses the plan
  type: str
  version_added: 2.0.0
  sample: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a1a1c8c0ad5e0d7a2f2f6f0b1
steps:
  description:
    - What became of the actions, one by one, also of those that were planned anew during the run because somebody was
      no longer as the plan had taken them for.
    - What has failed comes first. No more than 50 are told, and RV(steps_total) is how many there are.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    outcome:
      description: V(planned) in check mode and where a guard refuses. Otherwise V(done), V(failed), V(not_attempted) or
        V(outcome_unknown) as in RV(failures), V(refused) as in RV(refused), or V(not_needed) where it turned out that
        there was nothing to do any more.
      type: str
    action:
      description: As in RV(plan).
      type: str
    email:
      description: For whom. Null where the service shows no email.
      type: str
    user_id:
      description: The member's user id. Null for somebody invited.
      type: str
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    reason:
      description: Why, in words.
      type: str
    names:
      description: What the deployments and projects are called that it is about, by id, as far as the run has looked
        that up.
      type: dict
    error:
      description: Why it failed, in words. Null where it did not.
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
  description: How many steps there are.
  returned: when the organization could be read and the input was right
  type: int
  version_added: 2.0.0
  sample: 1
diff:
  description:
    - The people who have changed, or in check mode would change, and no others, in the order of RV(plan). Then API keys
      that are revoked. Empty where nothing changes.
    - Holds the first 3,000 elements. Until release 2.0.0 it was one dictionary for all of them.
  returned: unless Ansible itself refuses the options, or a fault of the collection ends the module
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    before_header:
      description: Whose element it is, by email, and with the user id where several members have this email. By user id
        alone where the service shows no email. An API key by name and id.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: How the person was, as YAML. Empty for somebody who was not there.
      type: str
    after:
      description: How the person is. Empty for somebody who is no longer there.
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
    - Who keeps more access than is defined, because this version does not understand it. Such access is never taken
      away. A warning names them, too.
    - Whoever keeps exactly what is defined, has no roles defined or is removed is not listed.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    email:
      description: Who. Null where the service shows no email.
      type: str
    user_id:
      description: The user id. Null for somebody who is only invited.
      type: str
    role_assignments:
      description: What is not understood, and kept.
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
  description: How many people there are.
  returned: when RV(not_understood) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
api_keys:
  description:
    - API keys that were made by members who are removed, as they were before the run. A warning names them where they
      stay.
    - Empty where nothing was read, because nobody is removed, O(leavers_api_keys=ignore), or a guard refuses.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    id:
      description: The id of the API key.
      type: str
    name:
      description: Its name, which several may have.
      type: str
    email:
      description: Who made it. Null where the service shows no email.
      type: str
    expires_at:
      description: When it ends. Null where it has no end.
      type: str
    role_assignments:
      description: What can be done with it.
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
  description: How many API keys there are.
  returned: when RV(api_keys) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
failures:
  description: The actions that could not be done. The others are done all the same, and running again tries only what
    is missing.
  returned: when the organization could be read and the input was right
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
      description: The member's user id. Null for somebody invited.
      type: str
      version_added: 2.0.0
    api_key:
      description: The id and the name of the API key that is revoked.
      returned: with V(revoke_api_key)
      type: dict
      version_added: 2.0.0
    error:
      description:
        - Why, with the same keys as RV(error).
        - Some codes are not the service's. C(not_attempted) is for what was given up because of another failure,
          C(outcome_unknown) for what may or may not have happened, which the next run sees, C(internal_error) for a
          fault of the collection in this action, and
          C(invitation_withdrawn) where an old invitation had to go and the new one was refused. C(invalid_id) is for
          an id that cannot be part of a request.
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
  description: How many failed actions there are.
  returned: when RV(failures) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
guard:
  description: The guard that has refused the plan. Nothing was changed then.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description: The first of those that refuse, which are asked in the order V(visibility), V(plan_digest),
        V(protected), V(min_owners), V(max_removals).
      type: str
    limit:
      description: What it allows.
      type: int
    found:
      description: What the plan comes to.
      type: int
    emails:
      description: Whom it is about.
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
                "purge", "needs at least one entry in members that is present in effect; this would remove everybody"
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
