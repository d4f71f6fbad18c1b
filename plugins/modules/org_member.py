#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_member
short_description: Give one person access to an Elastic Cloud organization, or take it away
version_added: 0.1.0
description:
  - Sets, adds or takes away the roles of one person, invites the person if necessary, or removes the person from the
    organization.
  - For a whole team, M(orgops.elastic_cloud.org_team) does the same with fewer requests and more guards.
author:
  - Orgops (@orgops)
extends_documentation_fragment:
  - orgops.elastic_cloud.attributes
  - orgops.elastic_cloud.connection
  - orgops.elastic_cloud.role_assignments
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  email:
    description:
      - The person's email address. Case does not matter.
      - Exactly one of O(email) and O(user_id) is required.
    type: str
  user_id:
    description:
      - The member's user id, as M(orgops.elastic_cloud.org_info) returns it. This is the only way to tell two members
        with the same email apart, or to name one whose email the service does not show. A person who is not a member
        yet can only be invited by O(email).
    type: str
  state:
    description:
      - Whether the person should be in the organization.
      - With V(present), the person is a member, or is invited.
      - With V(absent), the person is removed (every member with this O(email), or the one with this O(user_id)), and
        invitations are revoked. Removal ends the person's sessions immediately.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - Which access the person is to have. With O(role_assignments_state=absent), the access to take away.
      - If left out, roles are not touched, and a new person is invited without any. An empty dictionary with
        O(role_assignments_state=exact) takes all roles away.
      - Together with O(state=absent), this is an error, because a task that was meant to take a role away would remove
        the person.
  role_assignments_state:
    description:
      - How O(role_assignments) relates to the access that the person already has.
      - With V(exact), the person has this access and no other.
      - With V(present), this access is added. Other access stays.
      - With V(absent), this access is taken away. Other access stays. Application roles have to be given exactly as the
        person has them.
      - Must not be given together with O(state=absent).
    type: str
    choices: [exact, present, absent]
    default: exact
  invite:
    description: Whether to invite a person who is not a member. With V(false), such a person is an error, even if there
      is an invitation already.
    type: bool
    default: true
  invitation_expires_in:
    description: How long a new invitation can be accepted, such as V(72h) or V(7d). If left out, the service decides
      (three days).
    type: str
  resend_expired:
    description: Whether to send an expired invitation again.
    type: bool
    default: true
  min_owners:
    description:
      - A guard. Refuses to demote or remove an organization owner if that would leave fewer than this many members with
        the owner role. People who are only invited do not count.
    type: int
    default: 1
  unknown_roles:
    description:
      - What to do about a scope that this version does not know, and about a role id that is neither known to this
        version nor held by any member or invitation of the organization.
      - With V(fail), it is an error, also in check mode. With V(warn), it is sent to the service as it is, with a
        warning.
      - With O(role_assignments_state=absent), roles do not have to be known.
    type: str
    choices: [fail, warn]
    default: fail
    version_added: 2.0.0
  leavers_api_keys:
    description:
      - What to do about API keys that were created by a member who is removed. API keys belong to the organization, and
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
seealso:
  - module: orgops.elastic_cloud.org_team
  - module: orgops.elastic_cloud.org_invitation
"""

EXAMPLES = r"""
- name: Let somebody edit one deployment and see all Observability projects, and nothing else
  orgops.elastic_cloud.org_member:
    email: nils.berg@example.com
    role_assignments:
      deployment:
        - role_id: deployment-editor
          deployment_ids: [8d2b4f6a1c3e4d5f9b7a2c4e6d8f0a1c]
      project:
        observability:
          - role_id: observability-viewer
            all: true

- name: Give access to one project in the console only, and a custom role in another one
  orgops.elastic_cloud.org_member:
    email: rosa.marino@example.com
    role_assignments:
      project:
        elasticsearch:
          - role_id: elasticsearch-viewer
            project_ids: [b2e4d6f8a0c14e3f9d5b7c9e1f3a5d7b]
            application_roles: []  # console only
          - role_id: elasticsearch-viewer
            project_ids: [a1f0c3d2e5b44c6f8d7e9b0a1c2d3e4f]
            application_roles: [order-support]  # exists in that project

- name: Make somebody an organization owner, in addition to the roles that the person has
  orgops.elastic_cloud.org_member:
    email: carla.moretti@example.com
    role_assignments:
      organization:
        - role_id: organization-admin
    role_assignments_state: present

- name: Take one deployment from somebody who has access to several
  orgops.elastic_cloud.org_member:
    email: nils.berg@example.com
    role_assignments:
      deployment:
        - role_id: deployment-editor
          deployment_ids: [8d2b4f6a1c3e4d5f9b7a2c4e6d8f0a1c]
    role_assignments_state: absent

- name: Off-board somebody, but never leave fewer than two owners
  orgops.elastic_cloud.org_member:
    email: bea.fischer@example.com
    state: absent
    min_owners: 2

- name: Remove the second account of somebody who has two with one email
  orgops.elastic_cloud.org_member:
    user_id: "2806341205"
    state: absent

- name: Off-board everybody on a list
  orgops.elastic_cloud.org_member:
    email: "{{ item }}"
    state: absent
  loop: "{{ leavers }}"
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
member:
  description: The person afterwards (or as they would be, in check mode).
  returned: when the organization could be read and the input was valid
  type: dict
  contains:
    email:
      description: The email.
      type: str
    user_id:
      description: The user id. Null for a person who is not a member.
      type: str
    status:
      description: V(active) for a member, V(pending) or V(expired) for a person with an invitation, or V(absent).
      type: str
    role_assignments:
      description: The access, in normalized form. For a person who is invited, the access that they get by accepting.
      type: dict
  sample:
    email: uma.rao@example.com
    user_id: "2806341205"
    status: active
    role_assignments:
      deployment:
        - role_id: deployment-viewer
          deployment_ids: [5f3c1e0a9b7d4c2e8a6f1b3d5c7e9a0b]
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
      description: The reason, for people to read.
      type: str
  sample:
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
api_keys:
  description:
    - API keys that were created by a member who is removed, as they were before the run. A warning names those that
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
  returned: when there are any
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
      description: V(visibility) or V(min_owners).
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
    name: min_owners
    limit: 2
    found: 1
    emails: [ada.lindt@example.com]
msg:
  description: What went wrong, for whom, and what to do about it.
  returned: on failure
  type: str
  sample: "Nothing was changed. The guard min_owners refuses the plan: it would leave 1 organization owner(s) among
    the members, and min_owners is 2: ada.lindt@example.com. People who are only invited do not count."
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

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Given, from_input, names_used
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import what_is_wrong
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module, check_duration
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import converge
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

OPTIONS = {
    "email": {"type": "str"},
    "user_id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "role_assignments": {"type": "dict"},
    "role_assignments_state": {"type": "str", "choices": ["exact", "present", "absent"], "default": "exact"},
    "invite": {"type": "bool", "default": True},
    "invitation_expires_in": {"type": "str"},
    "resend_expired": {"type": "bool", "default": True},
    "min_owners": {"type": "int", "default": 1},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
    "leavers_api_keys": {"type": "str", "choices": ["warn", "revoke", "ignore"], "default": "warn"},
}


def main() -> None:
    module = Module(OPTIONS, mutually_exclusive=[("email", "user_id")], required_one_of=[("email", "user_id")])
    options, findings = module.params, Findings()
    with module.errors_reported():
        email, user_id = (options[name] and options[name].strip() for name in ("email", "user_id"))
        if email is not None and (wrong := what_is_wrong(email)):
            findings.problem("email", wrong)
        if user_id is not None and (wrong := what_is_unsafe(user_id)):
            findings.problem("user_id", wrong)
        present, roles, mode = options["state"] == "present", Given(), options["role_assignments_state"]
        about_roles = {"role_assignments", "role_assignments_state"} & module.given
        if about_roles and not present:
            findings.problem(
                "state",
                f"absent removes the person altogether, and {' and '.join(sorted(about_roles))} would mean nothing. To "
                "take roles away, leave out state and set role_assignments_state=absent; to remove the person, leave "
                "out the roles",
            )
        names = module.names(names_used([options["role_assignments"]]))
        if options["role_assignments"] is not None:
            roles = from_input(
                options["role_assignments"],
                "role_assignments",
                findings,
                options["organization_id"],
                unknown_scopes=options["unknown_roles"],
                to_be_taken=mode == "absent",
                names=names,
            )
        person = Desired(
            where=email or f"user id {user_id}",
            email=email,
            user_id=user_id,
            present=present,
            grants=roles.grants if present and options["role_assignments"] is not None else None,
            mode=mode,
            because="state is absent",
            every_member=not present,
            given=(roles,),
        )
        rules = Rules(
            invite=options["invite"],
            resend="when_expired" if options["resend_expired"] else "when_changed",
            unknown_roles=options["unknown_roles"],
            leavers_api_keys=options["leavers_api_keys"],
            names=names,
        )
        guards = Guards(min_owners=options["min_owners"])
        settings = Settings(check_duration(options["invitation_expires_in"], "invitation_expires_in", findings))
        organization = module.connect(findings)
        outcome = converge(
            organization,
            [person],
            rules,
            guards,
            settings,
            now=dt.datetime.now(dt.timezone.utc),
            check_mode=module.check_mode,
            unresolved=findings.unresolved,
        )
        member = outcome.standing(email, user_id)
        module.finish(outcome, {**outcome.result(), **outcome.keys_of_leavers(), "member": member})


if __name__ == "__main__":
    main()
