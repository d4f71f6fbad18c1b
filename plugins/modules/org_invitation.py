#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_invitation
short_description: Invite people to an Elastic Cloud organization, or revoke invitations
version_added: 0.1.0
description:
  - Invites people, all with the same roles, sends invitations again, or revokes them. Members are left alone.
  - An invitation cannot be changed. To change its roles, it is replaced by a new one, and the person gets another
    email.
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
    support: partial
    details: Not with O(resend=always), which sends an email each time.
options:
  emails:
    description:
      - The email addresses, as a list or a string. Each string is split at white space, commas and semicolons, so you
        can paste a list.
      - Give addresses only. A name with an address in angle brackets is an error; the message shows the address.
      - If it is empty, nothing is done.
    type: raw
    required: true
  state:
    description:
      - Whether there should be an invitation.
      - With V(present), people who are not members are invited.
      - With V(absent), every invitation of these people is revoked. Members stay members.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - The access that people get by accepting.
      - If left out, an existing invitation keeps its roles, and a new one has none. An empty dictionary means an
        invitation without roles.
  expires_in:
    description: How long a new invitation can be accepted, such as V(72h) or V(7d). If left out, the service decides
      (three days).
    type: str
  resend:
    description:
      - What to do if there already is an invitation.
      - With V(when_expired), it is sent again if it has expired, or if its roles differ from O(role_assignments).
      - With V(always), it is sent again in any case.
      - With V(never), it stays as it is, with a warning if it has expired or its roles differ.
    type: str
    choices: [when_expired, always, never]
    default: when_expired
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
seealso:
  - module: orgops.elastic_cloud.org_member
  - module: orgops.elastic_cloud.org_team
"""

EXAMPLES = r"""
- name: Invite a few people to look at all deployments
  orgops.elastic_cloud.org_invitation:
    emails:
      - jonas.weber@example.com
      - kaori.tanaka@example.com
    role_assignments:
      deployment:
        - role_id: deployment-viewer
          all: true
    expires_in: 7d

- name: Invite people whose addresses were pasted into a survey
  orgops.elastic_cloud.org_invitation:
    emails: "{{ survey_addresses }}"
    role_assignments:
      project:
        security:
          - role_id: security-t1-analyst
            project_ids: [c4e6a8b0d2f14a3c5e7f9b1d3a5c7e9f]

# People who have not accepted in time get a new email, with the roles of the first invitation
- name: Find the expired invitations
  orgops.elastic_cloud.org_info:
    gather: [invitations]
  register: elastic

- name: Send them again
  orgops.elastic_cloud.org_invitation:
    emails: "{{ elastic.invitations | selectattr('status', '==', 'expired') | map(attribute='email') | list }}"

- name: Send another email to somebody who has lost the first one
  orgops.elastic_cloud.org_invitation:
    emails: uma.rao@example.com
    resend: always

- name: Revoke an invitation
  orgops.elastic_cloud.org_invitation:
    emails: hal.newcomer@example.com
    state: absent
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
invitations:
  description:
    - The invitations of these people afterwards, in the order of O(emails).
    - In check mode, C(created_at) and C(expires_at) are null for new invitations, because they are not known yet.
  returned: when the organization could be read and the input was valid
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
    - email: jonas.weber@example.com
      status: pending
      created_at: "2026-02-02T09:00:00.000Z"
      expires_at: "2026-02-09T09:00:00.000Z"
      role_assignments:
        deployment:
          - role_id: deployment-viewer
            all: true
invitations_total:
  description: The full number of invitations.
  returned: when RV(invitations) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
already_members:
  description: People who are members already, and are left alone.
  returned: when the organization could be read and the input was valid
  type: list
  elements: str
  sample: [kaori.tanaka@example.com]
already_members_total:
  description: The full number of members.
  returned: when RV(already_members) was cut, because it would have more than 3,000 elements
  type: int
  version_added: 2.0.0
  sample: 3001
plan:
  description:
    - The planned actions.
    - If nothing fails, and in check mode, these are also the actions that take effect.
    - Contains the first 3,000 actions. RV(plan_total) is their full number.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  contains:
    action:
      description: V(invite), V(reinvite) (an invitation is replaced or sent again) or V(uninvite).
      type: str
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: Always null, because invited people do not have a user id yet.
      type: str
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
    - action: invite
      email: jonas.weber@example.com
      user_id: null
      before: null
      after:
        deployment:
          - role_id: deployment-viewer
            all: true
      reason: not in the organization
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
      (ignoring case), and the grants before and after. Reasons, times, and the way in which a definition spells and
      groups things do not count.
    - It is made from the whole plan, even if RV(plan) is cut.
  returned: when the organization could be read and the input was valid, also if a guard refuses the plan
  type: str
  version_added: 2.0.0
  sample: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a1a1c8c0ad5e0d7a2f2f6f0b1
diff:
  description:
    - One element for each person whose invitation has changed (or would change, in check mode), in the order of
      RV(plan). Empty if nothing changes.
    - Contains the first 3,000 people. Before release 2.0.0, it was one dictionary for everybody.
  returned: unless Ansible itself rejects the options, or a bug in the collection ends the module
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    before_header:
      description: Whom the element is about. The email, followed by the user id if several members have this email; the
        user id alone if the service shows no email.
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
    - before_header: jonas.weber@example.com
      after_header: jonas.weber@example.com
      before: ""
      after: |
        status: pending
        role_assignments:
          deployment:
            - {role_id: deployment-viewer, all: true}
not_understood:
  description:
    - People who keep more access than is asked for, because this version does not understand that access. It is never
      taken away. A warning names these people, too.
    - People who keep exactly what is asked for, and people whose invitation is revoked, are not listed.
  returned: when the organization could be read and the input was valid
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    email:
      description: The person's email. Null if the service does not show it.
      type: str
    user_id:
      description: Always null, because invited people do not have a user id yet.
      type: str
    role_assignments:
      description: The access that is not understood, and therefore kept.
      type: dict
  sample:
    - email: uma.rao@example.com
      user_id: null
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
      description: Always V(visibility), if the API key cannot see the whole organization.
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
    name: visibility
    limit: 0
    found: 1
    emails: [uma.rao@example.com]
msg:
  description: What went wrong, for whom, and what to do about it.
  returned: on failure
  type: str
  sample: "1 of 2 actions failed. invite zoe.martin@example.net: POST /organizations/1402593716/invitations: 400
    organization.user_organization_already_belongs: The user belongs to an organization -- the person belongs to another
    organization; they have to leave it first, or be invited with another address | Done and kept: 1 invited. Running
    again tries only what is missing."
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
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import split_addresses
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module, check_duration
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import converge
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import shown_list, shown_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings

OPTIONS = {
    "emails": {"type": "raw", "required": True},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "role_assignments": {"type": "dict"},
    "expires_in": {"type": "str"},
    "resend": {"type": "str", "choices": ["when_expired", "always", "never"], "default": "when_expired"},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
}


def main() -> None:
    module = Module(OPTIONS)
    options, findings = module.params, Findings()
    with module.errors_reported():
        present, roles = options["state"] == "present", Given()
        names = module.names(names_used([options["role_assignments"]]))
        if options["role_assignments"] is not None:
            roles = from_input(
                options["role_assignments"],
                "role_assignments",
                findings,
                options["organization_id"],
                unknown_scopes=options["unknown_roles"],
                names=names,
            )
        invited = [
            Desired(
                email,
                email,
                present=present,
                grants=roles.grants if present and options["role_assignments"] is not None else None,
                because="state is absent",
                given=(roles,),
            )
            for email in split_addresses(options["emails"], findings)
        ]
        settings = Settings(check_duration(options["expires_in"], "expires_in", findings))
        if not invited and not findings.problems:
            module.exit_json(changed=False, **shown_plan([]), diff=[], invitations=[], already_members=[])
        organization = module.connect(findings)
        rules = Rules(resend=options["resend"], members=False, unknown_roles=options["unknown_roles"], names=names)
        outcome = converge(
            organization,
            invited,
            rules,
            Guards(min_owners=0),
            settings,
            now=dt.datetime.now(dt.timezone.utc),
            check_mode=module.check_mode,
            unresolved=findings.unresolved,
        )
        invitations = [outcome.invitation(entry.email or "") for entry in invited]
        module.finish(
            outcome,
            {
                **outcome.result(),
                **shown_list("invitations", [invitation for invitation in invitations if invitation]),
                **shown_list("already_members", outcome.plan.already_members),
            },
        )


if __name__ == "__main__":
    main()
