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
  - An invitation cannot be changed. To have other roles, it is replaced by a new one, and the person gets another
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
      - Whom it is about, a list or a text. Each text is split at white space, commas and semicolons, so that a pasted
        list will do.
      - Write addresses alone. A name with an address in angle brackets is an error that shows the address.
      - Nothing is done when it is empty.
    type: raw
    required: true
  state:
    description:
      - Whether there should be an invitation.
      - With V(present), people who are no members are invited.
      - With V(absent), every invitation of these people is revoked. Members stay members.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - Which access people get by accepting.
      - Left out, an invitation that is there already keeps its roles, and a new one has none. An empty dictionary
        asks for an invitation without roles.
  expires_in:
    description: How long an invitation that is sent now can be accepted, such as V(72h) or V(7d). Left out, the
      service decides (three days).
    type: str
  resend:
    description:
      - What to do where there is an invitation already.
      - With V(when_expired), it is sent again when it has expired, or when O(role_assignments) asks for other roles.
      - With V(always), it is sent again.
      - With V(never), it stays as it is, with a warning where it has expired or has other roles.
    type: str
    choices: [when_expired, always, never]
    default: when_expired
  unknown_roles:
    description:
      - What to do with a scope that this version does not know, and with a role id that neither this version knows nor
        any member or invitation of the organization has.
      - With V(fail), it is an error, in check mode too. With V(warn), it is passed on as it is, with a warning.
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

- name: Invite those who were pasted into a survey
  orgops.elastic_cloud.org_invitation:
    emails: "{{ survey_addresses }}"
    role_assignments:
      project:
        security:
          - role_id: security-t1-analyst
            project_ids: [c4e6a8b0d2f14a3c5e7f9b1d3a5c7e9f]

# Whoever has not accepted in time gets a new email, and keeps the roles of the first invitation
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
invitations:
  description:
    - The invitations of these people afterwards, in the order of O(emails).
    - In check mode it is not known yet when an invitation is sent and expires, so these two are null.
  returned: when the organization could be read and the input was right
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
      description: The access that comes with accepting, in its normal form.
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
  description: How many invitations there are.
  returned: when RV(invitations) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
already_members:
  description: Those who are members already, and are left alone.
  returned: when the organization could be read and the input was right
  type: list
  elements: str
  sample: [kaori.tanaka@example.com]
already_members_total:
  description: How many members there are.
  returned: when RV(already_members) was cut, because there are more than 3,000
  type: int
  version_added: 2.0.0
  sample: 3001
plan:
  description:
    - What was meant to be done.
    - In check mode, and whenever nothing fails, this is also what takes effect.
    - Holds the first 3,000 actions. RV(plan_total) is how many there are.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: V(invite), V(reinvite) (an invitation is replaced or sent again) or V(uninvite).
      type: str
    email:
      description: For whom. Null where the service shows no email.
      type: str
    user_id:
      description: Always null, since nobody invited has one yet.
      type: str
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
      and the grants before and after. Reasons, times, and how a definition spells and groups things do not count.
    - Made from the whole plan, also where RV(plan) is cut.
  returned: when the organization could be read and the input was right, also where a guard refuses the plan
  type: str
  version_added: 2.0.0
  sample: 3f0c1d1e5ab5c6cf5a2df5f7bb3d4b0ec6ad5b4a1a1c8c0ad5e0d7a2f2f6f0b1
diff:
  description:
    - The people who have changed, or in check mode would change, and no others, in the order of RV(plan). Empty where
      nothing changes.
    - Holds the first 3,000 people. Until release 2.0.0 it was one dictionary for all of them.
  returned: unless Ansible itself refuses the options, or a fault of the collection ends the module
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    before_header:
      description: Whose element it is, by email, and with the user id where several members have this email. By user id
        alone where the service shows no email.
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
    - Who keeps more access than is asked for, because this version does not understand it. Such access is never taken
      away. A warning names them, too.
    - Whoever keeps exactly what is asked for, or whose invitation is revoked, is not listed.
  returned: when the organization could be read and the input was right
  type: list
  elements: dict
  version_added: 2.0.0
  contains:
    email:
      description: Who. Null where the service shows no email.
      type: str
    user_id:
      description: Always null, since nobody invited has one yet.
      type: str
    role_assignments:
      description: What is not understood, and kept.
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
  description: How many people there are.
  returned: when RV(not_understood) was cut, because there are more than 3,000
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
      description: Always V(visibility), when the API key does not see the whole organization.
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
