#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_api_key
short_description: Make, renew and revoke API keys of an Elastic Cloud organization
version_added: 2.0.0
description:
  - Makes sure that there is an API key with a name and exactly these roles, makes another one in time before it ends,
    and revokes API keys.
  - An API key belongs to the organization. It goes on working when whoever made it leaves, it cannot be changed, and
    the service shows it once, when it is made.
  - To have other roles, or another end, a new API key is made. The old ones are named in RV(superseded), and go on
    working until a task with O(state=absent) and O(id) revokes them, after the new one was handed over.
  - Only API keys that the service says are this organization's count. Those that have ended count as gone.
  - A new API key is part of the result only where O(dest) is not given. The action plugin of this module then marks the
    whole result as not to be shown, whatever the task says of C(no_log), so that C(register) has it, and no output, log
    or event of automation platforms. With C(ANSIBLE_DEBUG=1), Ansible prints it all the same.
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
    details: Not with O(force=true), which makes an API key each time.
options:
  name:
    description:
      - The name of the API key. The service calls it the description, and lets several API keys have the same.
      - Required with O(state=present), where it is what makes it the same API key from one run to the next.
      - With O(state=absent), all API keys with this name are revoked. Where several people have made some, that is an
        error that lists them, and O(id) says which one is meant.
    type: str
  id:
    description: The id of the API key to revoke, in place of O(name). With O(state=absent) alone.
    type: str
  state:
    description:
      - Whether there should be such an API key.
      - With V(absent), it is revoked. Files are left as they are.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - What the API key may do. Required with O(state=present), and must give something, since the service would give
        an API key without roles all that its creator may do. An error with O(state=absent).
      - For API keys, no application roles and an empty list of them mean the same, which is the Cloud API alone.
  expires_in:
    description:
      - How long an API key that is made now is valid, such as V(90d) or V(12h). Left out, the service decides (three
        months).
      - The API key that is there already is not compared with this, since the service keeps its end and not its length.
    type: str
  renew_before:
    description:
      - How long before its end the API key counts as due, such as V(14d). Then another one is made, and the old one
        goes on working until it ends or is revoked.
      - Must be shorter than O(expires_in). Left out, another one is made when the old one has ended.
    type: str
  dest:
    description:
      - A file on the host that runs the module. A new API key is written there, with nothing else in it, not even a
        line feed, and readable by its owner alone.
      - Its id is written beside it, to a file with the same name and C(.id) behind it. Of the API keys with this name
        and these roles, the one whose id stands there is the one that counts. Another one is made where that one is
        due, gone or has other roles, and where one of the two files is missing.
      - Its folder has to be there.
      - Neither file is ever there by half. If they cannot be written after all, the new API key is revoked and the old
        files stay.
      - A link or a folder is refused.
    type: path
  force:
    description: Make a new API key whatever there is.
    type: bool
    default: false
  unknown_roles:
    description:
      - What to do with a scope that this version does not know, and with a role id that neither this version knows nor
        any API key of the organization has.
      - With V(fail), it is an error, in check mode too. With V(warn), it is passed on as it is, with a warning.
    type: str
    choices: [fail, warn]
    default: fail
seealso:
  - module: orgops.elastic_cloud.org_info
  - module: orgops.elastic_cloud.org_team
"""

EXAMPLES = r"""
- name: Have an API key in a file, and a new one two weeks before it ends
  orgops.elastic_cloud.org_api_key:
    name: backup
    role_assignments:
      deployment:
        - role_id: deployment-viewer
          all: true
    expires_in: 90d
    renew_before: 14d
    dest: /etc/backup/elastic-cloud.key
  register: key

# In a task of its own, after those that hand the new API key over
- name: Revoke the old ones
  orgops.elastic_cloud.org_api_key:
    id: "{{ item.id }}"
    state: absent
  loop: "{{ key.superseded }}"
  loop_control:
    label: "{{ item.id }}"

- name: Have an API key in the result, for the next task to put into a vault
  orgops.elastic_cloud.org_api_key:
    name: terraform
    role_assignments:
      project:
        elasticsearch:
          - role_id: elasticsearch-admin
            project_ids: [e7a9c1b3d5f74e6a8c0b2d4f6a8c0e1b]
  register: terraform

- name: Revoke all API keys with a name
  orgops.elastic_cloud.org_api_key:
    name: backup
    state: absent
"""

RETURN = r"""
organization_id:
  description: The id of the organization.
  returned: where it is known, that is unless it is not given and could not be found
  type: str
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  sample: false
api_key:
  description:
    - The API key that is the current one afterwards. Null where there is none, and with O(state=absent).
    - In check mode it is not known yet what a new one will have, so all but its name and its roles is null.
  returned: when the API keys could be read and the input was right
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    user_id:
      description: Who has made it. Null where the service does not show that.
      type: str
    created_at:
      description: When it was made.
      type: str
    expires_at:
      description: When it ends. Null for one that does not end.
      type: str
    role_assignments:
      description: What it may do, in its normal form.
      type: dict
    secret:
      description: The API key itself. Nobody is shown it again. The result is then hidden from all output.
      returned: when it was made in this run, and O(dest) is not given
      type: str
  sample:
    id: VkRZb2w4NEJxT2pHb1
    name: backup
    user_id: "4170935826"
    created_at: "2026-02-02T09:00:00.000Z"
    expires_at: "2026-05-03T09:00:00.000Z"
    role_assignments:
      deployment:
        - role_id: deployment-viewer
          all: true
    secret: VkRZb2w4NEJxT2pHb1..
superseded:
  description:
    - The API keys with this name that are left beside RV(api_key), the newest first. They go on working until they end
      or are revoked by their ids.
    - With O(state=absent), those that are left, since one of them may be the API key in use.
  returned: when the API keys could be read and the input was right
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    created_at:
      description: When it was made.
      type: str
    expires_at:
      description: When it ends. Null for one that does not end.
      type: str
    role_assignments:
      description: What it may do.
      type: dict
  sample:
    - id: a3FWNGZaUUJfT1hJcn
      created_at: "2025-11-18T09:00:00.000Z"
      expires_at: "2026-02-16T09:00:00.000Z"
      role_assignments:
        deployment:
          - role_id: deployment-viewer
            all: true
superseded_total:
  description: How many of them there are.
  returned: when RV(superseded) was cut, because there are more than 3,000
  type: int
  sample: 3001
plan:
  description:
    - What was meant to be done.
    - In check mode, and whenever nothing fails, this is also what takes effect.
  returned: when the API keys could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: V(create_api_key) or V(revoke_api_key).
      type: str
    name:
      description: The name of the API key.
      type: str
    id:
      description: The id of the API key that is revoked. Null for one that is to be made.
      type: str
    before:
      description: C(role_assignments) and C(expires_at) of the API key that is revoked. Null for one that is made.
      type: dict
    after:
      description: C(role_assignments) and C(expires_in) of the API key that is made. Null for one that is revoked.
      type: dict
    reason:
      description: Why, in words.
      type: str
  sample:
    - action: create_api_key
      name: backup
      id: null
      before: null
      after:
        role_assignments:
          deployment:
            - role_id: deployment-viewer
              all: true
        expires_in: 90d
      reason: the API key a3FWNGZaUUJfT1hJcn ends on 2026-02-16T09:00:00.000Z, which is within renew_before
plan_total:
  description: How many actions there are.
  returned: when RV(plan) was cut, because there are more than 3,000
  type: int
  sample: 3001
diff:
  description: The API keys that have been made or revoked, or in check mode would be, and no others.
  returned: unless Ansible itself refuses the options, or a fault of the collection ends the module
  type: list
  elements: dict
  contains:
    before_header:
      description: The name of an API key that is made, the name and the id of one that is revoked.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: How it was, as YAML. Empty for one that is made.
      type: str
    after:
      description: How it is. Empty for one that is revoked.
      type: str
  sample:
    - before_header: backup
      after_header: backup
      before: ""
      after: |
        role_assignments:
          deployment:
            - {role_id: deployment-viewer, all: true}
        expires_in: 90d
failures:
  description: The actions that could not be done. Empty where there are none.
  returned: when the API keys could be read and the input was right
  type: list
  elements: dict
  contains:
    action:
      description: As in RV(plan).
      type: str
    name:
      description: The name of the API key.
      type: str
    id:
      description: The id of the API key that was to be revoked.
      type: str
    error:
      description:
        - Why, with the same keys as RV(error).
        - Some codes are not the service's. C(not_attempted) is for what was given up because of another failure,
          C(outcome_unknown) for what may or may not have happened, C(other_roles) where the service gave a new API key
          other roles than were asked for, and C(internal_error) for a fault of the collection.
      type: dict
  sample: []
failures_total:
  description: How many failed actions there are.
  returned: when RV(failures) was cut, because there are more than 3,000
  type: int
  sample: 3001
guard:
  description: The guard that has refused the plan. Nothing was changed then.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description:
        - V(secret_elsewhere), when an API key as asked for is there, and neither O(dest) nor the file with its id is.
        - V(too_many_keys), when more than five API keys of one name would be there.
        - V(own_key), when the API key in use would be revoked.
        - V(visibility), when the service does not show which roles an API key of this name has.
      type: str
    limit:
      description: What it allows.
      type: int
    found:
      description: What the plan comes to.
      type: int
    emails:
      description: Always empty, since it is about API keys.
      type: list
      elements: str
  sample:
    name: secret_elsewhere
    limit: 0
    found: 1
    emails: []
msg:
  description: What went wrong, and what to do about it.
  returned: on failure
  type: str
  sample: "Nothing was changed. The guard own_key refuses the plan: VkRZb2w4NEJxT2pHb1 is the API key in use, or ends at
    the same time, and is not revoked with itself."
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
    path: /users/auth/keys
    request_id: 7d1f8a4c2b9e4f60
"""

import os

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import names_used
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.converge import converge_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import KEPT_SECRET, parse_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.file import KeyFile
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._module import Module

OPTIONS = {
    "name": {"type": "str"},
    "id": {"type": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "role_assignments": {"type": "dict"},
    "expires_in": {"type": "str"},
    "renew_before": {"type": "str"},
    "dest": {"type": "path"},
    "force": {"type": "bool", "default": False},
    "unknown_roles": {"type": "str", "choices": ["fail", "warn"], "default": "fail"},
}


def main() -> None:
    module = Module(OPTIONS)
    options, findings = module.params, Findings()
    with module.errors_reported():
        names = module.names(names_used([options["role_assignments"]]))
        wanted = parse_key(options, module.given, findings, names)
        file = KeyFile(options["dest"]) if wanted.present and options["dest"] else None
        if file and (wrong := file.problem()):
            findings.problem("dest", wrong)
        organization = module.connect(findings)
        outcome = converge_key(
            organization,
            wanted,
            file,
            findings,
            options["unknown_roles"],
            names,
            is_kept_secret=os.environ.get(KEPT_SECRET) == "1",
            check_mode=module.check_mode,
        )
        result = outcome.result()
        if outcome.secret and not outcome.message:
            result["api_key"]["secret"] = outcome.secret
        module.finish(outcome, result)


if __name__ == "__main__":
    main()
