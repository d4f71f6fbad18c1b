# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of role assignments: as the option of that name, and within a team definition."""

from __future__ import annotations

import textwrap

_SCOPES = r"""
organization:
  description: Roles for the organization itself.
  type: list
  elements: dict
  suboptions:
    role_id:
      description:
        - V(organization-admin) or V(billing-admin).
        - The console shows V(organization-admin) as Organization owner; it may also be written V(owner).
      type: str
      required: true
    application_roles: &application_roles
      description: As for C(deployment).
      type: list
      elements: str
deployment:
  description: Roles on hosted deployments.
  type: list
  elements: dict
  suboptions:
    role_id:
      description: V(deployment-admin), V(deployment-editor) or V(deployment-viewer).
      type: str
      required: true
    all: &all
      description: With V(true), the role applies to everything of this kind, including what is added later. Cannot be
        combined with ids or names.
      type: bool
      default: false
    deployment_ids: &ids
      description: Ids of the resources that the role applies to. Required unless C(all) is true or names are given.
      type: list
      elements: str
    deployment_names: &names
      description:
        - Names of the resources that the role applies to, in addition to ids or instead of them.
        - Names are looked up in the service before the plan is made, and have to match exactly. A name that does not
          exist, or that several resources have, is an error.
        - Anybody who may rename a deployment or a project can redirect access that is given by name. Access that is
          given by id stays where it is.
      type: list
      elements: str
      version_added: 2.0.0
    application_roles:
      description:
        - Stack roles or custom roles that the person has inside Elasticsearch and Kibana, instead of the default of
          C(role_id).
        - If left out, the default applies. An empty list gives access to the console only. These are two different
          settings, and switching from one to the other is a change.
        - For a custom role, set C(role_id) to the viewer role.
      type: list
      elements: str
project:
  description: Roles on serverless projects, by the type of the project.
  type: dict
  suboptions:
    elasticsearch:
      description: Roles on Elasticsearch projects.
      type: list
      elements: dict
      suboptions:
        role_id:
          description: V(elasticsearch-admin), V(elasticsearch-developer) or V(elasticsearch-viewer).
          type: str
          required: true
        all: *all
        project_ids: *ids
        project_names: *names
        application_roles: *application_roles
    observability:
      description: Roles on Observability projects.
      type: list
      elements: dict
      suboptions:
        role_id:
          description: V(observability-admin), V(observability-editor) or V(observability-viewer).
          type: str
          required: true
        all: *all
        project_ids: *ids
        project_names: *names
        application_roles: *application_roles
    security:
      description: Roles on Security projects.
      type: list
      elements: dict
      suboptions:
        role_id:
          description:
            - V(security-admin), V(security-editor) or V(security-viewer), or a role for one job function, that is
              V(security-t1-analyst), V(security-t2-analyst), V(security-t3-analyst), V(security-threat-intel-analyst),
              V(security-rule-author), V(security-soc-manager), V(security-endpoint-operations-analyst),
              V(security-endpoint-policy-manager), V(security-platform-engineer) or V(security-detections-admin).
          type: str
          required: true
        all: *all
        project_ids: *ids
        project_names: *names
        application_roles: *application_roles
    vectordb:
      description: Roles on vector database projects. The vendor publishes no role ids for them, so any role id is sent
        to the service as it is.
      type: list
      elements: dict
      version_added: 2.0.0
      suboptions:
        role_id:
          description: A role id for such projects.
          type: str
          required: true
        all: *all
        project_ids: *ids
        application_roles: *application_roles
    workplaceai:
      description: Roles on Workplace AI projects. The vendor publishes no role ids for them, so any role id is sent to
        the service as it is.
      type: list
      elements: dict
      version_added: 2.0.0
      suboptions:
        role_id:
          description: A role id for such projects.
          type: str
          required: true
        all: *all
        project_ids: *ids
        application_roles: *application_roles
cloud_connected_resource:
  description: Roles on your own clusters that are connected to Elastic Cloud. The vendor's published API does not
    describe this scope. The collection sends what Kibana sends.
  type: list
  elements: dict
  suboptions:
    role_id:
      description: V(cloud-connected-admin) or V(cloud-connected-viewer).
      type: str
      required: true
    all: *all
    resource_ids: *ids
"""

# What the scopes are about, whatever they are part of
_NOTES = r"""
notes:
  - Role assignments are compared role by role and resource by resource. How they are grouped and ordered makes no
    difference. Role ids may be written with or without the prefix of their scope, and with hyphens or underscores.
  - The same role on the same resource with two different lists of application roles is an error, because the service
    may keep only one of them. C(all) and a single id count as two resources.
  - A list with one element may be written as a string, and an id as an integer. White space around ids and names is
    ignored.
  - If names are used, one request lists the deployments, and one for each type of project that is named lists the
    projects (more if a list has several pages). Results and plans show ids.
"""


class ModuleDocFragment:
    """The fragment, as Ansible looks for it. Annotated, because ansible-test takes plain assignments for literals."""

    DOCUMENTATION: str = (
        r"""
options:
  role_assignments:
    description: The access that the person should have.
    type: dict
    suboptions:
"""
        + textwrap.indent(_SCOPES.lstrip("\n"), " " * 6)
        + _NOTES.lstrip("\n")
    )

    TEAM: str = (
        r"""
options:
  members:
    description:
      - The people who should have access, and those who should not. List each person once.
      - Since 2.0.0, this can also be a list of such lists, for definitions that several teams maintain. Somebody in
        several of the lists gets the groups and roles of all of them; V(state) and V(until) have to be the same in
        each.
      - The whole list is checked before the first request, and all errors are reported together, each with the number
        of its entry. Only the names of deployments and projects, if there are any, are looked up first.
      - If the only errors are names that match nothing or several resources, people who should go are still removed or
        uninvited. Nobody is invited, nobody's roles are changed, and the task fails.
    type: list
    elements: raw
    required: true
    suboptions:
      email:
        description: The person's email address. Case does not matter.
        type: str
        required: true
      state:
        description: V(absent) removes the person from the organization, and revokes any invitation. Roles in the same
          entry then have no effect, and a warning says so.
        type: str
        choices: [present, absent]
        default: present
      groups:
        description: Names of groups. The person gets the access of all of them.
        type: list
        elements: str
      until:
        description:
          - When the access ends. After that, the entry counts as V(absent). A date, which includes its last second in
            UTC, or a timestamp, which is in UTC unless it has an offset.
          - Written as V(2026-12-31), V(2026-12-31T18:00) or V(2026-12-31 18:00:00), optionally followed by C(Z) or by
            an offset such as C(+02:00). Put it in quotes.
        type: str
      reason:
        description: Why the person has this access, for people who read the definition. One line of up to 200
          characters, which the module ignores. The same goes for C(ticket) and C(sponsor).
        type: str
        version_added: 2.0.0
      ticket:
        description: Where the access was requested.
        type: str
        version_added: 2.0.0
      sponsor:
        description: Who is responsible for it.
        type: str
        version_added: 2.0.0
      role_assignments:
        description:
          - Access of this person in addition to that of the groups. The person gets exactly the two together. Anything
            beyond that is taken away.
          - If the entry has neither this nor C(groups), roles are left alone. A member keeps their roles, and a new
            person is invited without any. An empty dictionary takes all roles away.
        type: dict
        suboptions:
"""
        + textwrap.indent(_SCOPES.lstrip("\n"), " " * 10)
        + r"""
  groups:
    description:
      - Named sets of role assignments. C(groups) of an entry refers to the names. The values are written like
        O(members[].role_assignments).
      - Changing a group changes the access of everybody in it.
    type: dict
    default: {}
"""
        + _NOTES.lstrip("\n")
    )
