#!/usr/bin/python
# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: org_api_key
short_description: Create, renew and revoke API keys of an Elastic Cloud organization
version_added: 2.0.0
description:
  - Makes sure that there is an API key with a given name and exactly the given roles, creates a new one before it
    expires, and revokes API keys.
  - An API key belongs to the organization. It keeps working after its creator has left, it cannot be changed, and the
    service shows it only once, when it is created.
  - To change its roles or its expiration, a new API key is created. The old ones are listed in RV(superseded) and keep
    working, so that you can first deploy the new one and then revoke the old ones with O(state=absent) and O(id).
  - Only API keys that the service shows as belonging to this organization are considered. Expired API keys are ignored.
  - The result contains a new API key only if O(dest) is not given. The action plugin of this module then hides the
    whole result, whatever C(no_log) of the task says. C(register) has it, but it appears in no output, no log, and no
    event of an automation platform. With C(ANSIBLE_DEBUG=1), Ansible prints it nevertheless.
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
    details: Not with O(force=true), which creates an API key each time.
options:
  name:
    description:
      - The name of the API key, which the service calls the description. Several API keys can have the same name.
      - Required with O(state=present). By its name, the module recognizes the API key in the next run.
      - With O(state=absent), all API keys with this name are revoked. If they were created by several people, this is
        an error that lists them. Use O(id) then.
    type: str
  id:
    description: The id of the API key to revoke, instead of O(name). Only with O(state=absent).
    type: str
  state:
    description:
      - Whether the API key should exist.
      - With V(absent), it is revoked. Files are not touched.
    type: str
    choices: [present, absent]
    default: present
  role_assignments:
    description:
      - The roles of the API key. Required with O(state=present), and must not be empty, because the service gives an
        API key without roles the same access as its creator. An error with O(state=absent).
      - For API keys, leaving out application roles and giving an empty list mean the same. Both give access to the
        Cloud API only.
  expires_in:
    description:
      - How long a new API key is valid, such as V(90d) or V(12h). If left out, the service decides (three months).
      - Does not affect an existing API key, because the service stores when it expires, not how long it was meant to be
        valid.
    type: str
  renew_before:
    description:
      - How long before it expires the API key is renewed, such as V(14d). A new one is then created, and the old one
        keeps working until it expires or is revoked.
      - Must be shorter than O(expires_in). If left out, a new one is created only after the old one has expired.
    type: str
  dest:
    description:
      - A file on the host that runs the module. A new API key is written there, with nothing else in it, not even a
        newline. Only the owner of the file can read it.
      - Its id is written to a second file, with the same name plus C(.id). This file tells the module which API key
        with this name is the current one. A new one is created if that one is due, is gone or has other roles, and if
        one of the two files is missing.
      - Its directory has to exist.
      - The files are written atomically. If they cannot be written, the new API key is revoked and the old files stay.
      - A symbolic link or a directory is an error.
    type: path
  force:
    description: Create a new API key, even if there already is one.
    type: bool
    default: false
  unknown_roles:
    description:
      - What to do about a scope that this version does not know, and about a role id that is neither known to this
        version nor held by any API key of the organization.
      - With V(fail), it is an error, also in check mode. With V(warn), it is sent to the service as it is, with a
        warning.
    type: str
    choices: [fail, warn]
    default: fail
seealso:
  - module: orgops.elastic_cloud.org_info
  - module: orgops.elastic_cloud.org_team
"""

EXAMPLES = r"""
- name: Keep an API key in a file, and renew it two weeks before it expires
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

# In a later task, after the new API key has been deployed
- name: Revoke the old API keys
  orgops.elastic_cloud.org_api_key:
    id: "{{ item.id }}"
    state: absent
  loop: "{{ key.superseded }}"
  loop_control:
    label: "{{ item.id }}"

- name: Get an API key in the result, for the next task to store in a vault
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
  returned: when it is known, that is, unless it was not given and could not be found
  type: str
  sample: "1402593716"
check_mode:
  description: Whether the module ran in check mode.
  returned: always
  type: bool
  sample: false
api_key:
  description:
    - The current API key after the run. Null if there is none, and with O(state=absent).
    - In check mode, everything but name and roles is null for a new API key, because it is not known yet.
  returned: when the API keys could be read and the input was valid
  type: dict
  contains:
    id:
      description: Its id.
      type: str
    name:
      description: Its name.
      type: str
    user_id:
      description: The user id of its creator. Null if the service does not show it.
      type: str
    created_at:
      description: When it was created.
      type: str
    expires_at:
      description: When it expires. Null if it never does.
      type: str
    role_assignments:
      description: Its roles, in normalized form.
      type: dict
    secret:
      description: The API key itself. The service never shows it again. The result is then hidden from all output.
      returned: when it was created in this run, and O(dest) is not given
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
    - The other API keys with this name, besides RV(api_key), newest first. They keep working until they expire or are
      revoked by their ids.
    - With O(state=absent), the API keys with this name that are left, such as the API key in use.
  returned: when the API keys could be read and the input was valid
  type: list
  elements: dict
  contains:
    id:
      description: The id.
      type: str
    created_at:
      description: When it was created.
      type: str
    expires_at:
      description: When it expires. Null if it never does.
      type: str
    role_assignments:
      description: Its roles.
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
  description: The full number of API keys.
  returned: when RV(superseded) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
plan:
  description:
    - The planned actions.
    - If nothing fails, and in check mode, these are also the actions that take effect.
  returned: when the API keys could be read and the input was valid
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
      description: The id of the API key that is revoked. Null for one that is created.
      type: str
    before:
      description: C(role_assignments) and C(expires_at) of the API key that is revoked. Null for one that is created.
      type: dict
    after:
      description: C(role_assignments) and C(expires_in) of the API key that is created. Null for one that is revoked.
      type: dict
    reason:
      description: The reason, for people to read.
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
  description: The full number of actions.
  returned: when RV(plan) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
diff:
  description: One element for each API key that was created or revoked (or would be, in check mode).
  returned: unless Ansible itself rejects the options, or a bug in the collection ends the module
  type: list
  elements: dict
  contains:
    before_header:
      description: The name of an API key that is created, the name and id of one that is revoked.
      type: str
    after_header:
      description: The same.
      type: str
    before:
      description: Its roles and expiration before, as YAML. Empty for an API key that is created.
      type: str
    after:
      description: Its roles and expiration afterwards, as YAML. Empty for an API key that is revoked.
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
  description: The actions that failed. Empty if there are none.
  returned: when the API keys could be read and the input was valid
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
        - The reason, with the same keys as RV(error).
        - Some codes come from the collection, not from the service. With C(not_attempted), the action was skipped
          because of another failure. With C(outcome_unknown), it may or may not have happened. With C(other_roles), the
          service gave a new API key other roles than requested. With C(internal_error), there is a bug in the
          collection.
      type: dict
  sample: []
failures_total:
  description: The full number of failed actions.
  returned: when RV(failures) was cut, because it would have more than 3,000 elements
  type: int
  sample: 3001
guard:
  description: The guard that refused the plan. Nothing was changed.
  returned: when a guard refuses, in check mode too
  type: dict
  contains:
    name:
      description:
        - V(secret_elsewhere) if there already is such an API key, and neither O(dest) nor the file with its id exists.
        - V(too_many_keys) if there would be more than five API keys with this name.
        - V(own_key) if the API key in use would be revoked.
        - V(visibility) if the service does not show the roles of an API key with this name.
      type: str
    limit:
      description: The limit that the guard enforces.
      type: int
    found:
      description: The value for this plan.
      type: int
    emails:
      description: Always empty, because these guards are about API keys.
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
