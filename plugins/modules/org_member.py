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
  - Sets, adds or takes away roles of one person, invites the person where necessary, or removes the person from the
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
      - Who it is, without regard to case.
      - Exactly one of O(email) and O(user_id) is required.
    type: str
  user_id:
    description:
      - The member's user id, as M(orgops.elastic_cloud.org_info) returns it. The only way to tell apart two members
        with one email, or to name one whose email is not shown. Somebody who is no member can only be invited by
        O(email).
    type: str
  state:
    description:
      - Whether the person should be in the organization.
      - With V(present), the person is a member, or is invited to be.
      - With V(absent), the person is removed, that is every member with O(email), or the one with O(user_id), and
        invitations are revoked. That ends sessions at once.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - Which access the person is to have. With O(role_assignments_state=absent), which is to be taken away.
      - Left out, roles are not touched, and somebody new is invited without any. An empty dictionary with
        O(role_assignments_state=exact) takes all roles away.
      - Together with O(state=absent) this is an error, since whoever means to take a role away would remove the person.
  role_assignments_state:
    description:
      - What O(role_assignments) says about the access that the person has already.
      - With V(exact), the person has this access and no other.
      - With V(present), this access is added. Other access stays.
      - With V(absent), this access is taken away. Other access stays. Application roles have to be named as they are
        held.
      - Must not be given together with O(state=absent).
    type: str
    choices: [exact, present, absent]
    default: exact
  invite:
    description: Whether somebody who is no member is invited. With V(false) that is an error, also where there is an
      invitation.
    type: bool
    default: true
  invitation_expires_in:
    description: How long an invitation that is sent now can be accepted, such as V(72h) or V(7d). Left out, the
      service decides (three days).
    type: str
  resend_expired:
    description: Whether an invitation that has expired is sent again.
    type: bool
    default: true
  min_owners:
    description:
      - A guard. Refuses to demote or remove an organization owner where fewer than this many members with the owner
        role would be left. People who are only invited do not count.
    type: int
    default: 1
  unknown_roles:
    description:
      - What to do with a scope that this version does not know, and with a role id that neither this version knows nor
        any member or invitation of the organization has.
      - With V(fail), it is an error, in check mode too. With V(warn), it is passed on as it is, with a warning.
      - What is taken away, with O(role_assignments_state=absent), need not be known.
    type: str
    choices: [fail, warn]
    default: fail
    version_added: 2.0.0
  leavers_api_keys:
    description:
      - What becomes of API keys made by a member who is removed. They belong to the organization, and go on working
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

- name: Give access to one project in the console alone, and in another one a custom role in place of the default
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

- name: Make somebody an organization owner, beside what the person is already
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

- name: Off-board somebody, and keep two owners in any case
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
member:
  description: The person afterwards, or in check mode as the person would be.
  returned: when the organization could be read and the input was right
  type: dict
  contains:
    email:
      description: The email.
      type: str
    user_id:
      description: The user id. Null for somebody who is no member.
      type: str
    status:
      description: V(active) for a member, V(pending) or V(expired) for somebody with an invitation, or V(absent).
      type: str
    role_assignments:
      description: The access, in its normal form. For somebody invited, the access that comes with accepting.
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
      description: Why, in words.
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
api_keys:
  description:
    - API keys that were made by a member who is removed, as they were before the run. A warning names them where they
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
      description: V(visibility) or V(min_owners).
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
                "take roles away, leave state out and say role_assignments_state=absent; to remove the person, leave "
                "out what is said about roles",
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
