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
      description: With V(true), the role holds for everything of this kind, including what is added later. Excludes
        ids.
      type: bool
      default: false
    deployment_ids: &ids
      description: Ids of those for which the role holds. Required unless C(all) is true or names are given.
      type: list
      elements: str
    deployment_names: &names
      description:
        - Names of those for which the role holds, beside ids or instead of them.
        - They are looked up at the service before a plan is made, and compared exactly. A name that nothing has, or
          that several have, is an error.
        - Whoever may rename a deployment or a project may move the access that is given by its name. Ids do not move.
      type: list
      elements: str
      version_added: 2.0.0
    application_roles:
      description:
        - Stack roles or custom roles that the person has inside of Elasticsearch and Kibana, in place of the role's
          default.
        - Left out, the default holds. The empty list gives access to the console alone. These two are different
          things, and changing one into the other is a change.
        - With a custom role, C(role_id) is the viewer role.
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
            - V(security-admin), V(security-editor) or V(security-viewer), or a role for one kind of work, that is
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
      description: Roles on vector database projects. The vendor publishes no role ids of theirs, so any is passed on.
      type: list
      elements: dict
      version_added: 2.0.0
      suboptions:
        role_id:
          description: A role id of such projects.
          type: str
          required: true
        all: *all
        project_ids: *ids
        application_roles: *application_roles
    workplaceai:
      description: Roles on Workplace AI projects. The vendor publishes no role ids of theirs, so any is passed on.
      type: list
      elements: dict
      version_added: 2.0.0
      suboptions:
        role_id:
          description: A role id of such projects.
          type: str
          required: true
        all: *all
        project_ids: *ids
        application_roles: *application_roles
cloud_connected_resource:
  description: Roles on clusters of your own that are connected to Elastic Cloud. This scope is in no published contract
    of the vendor, and rests on what Kibana sends.
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
  - Role assignments are compared one by one, for each role and resource. How they are grouped and in which order they
    are written makes no difference. Neither does the spelling of a role id, with or without the prefix of its scope,
    with hyphens or underscores.
  - One role on one resource with two different lists of application roles is an error, since the service may hold only
    one of them. C(all) and a single id are two resources.
  - A list of one may be written as a single text, and a whole number as an id. White space around ids and names does
    not matter.
  - Where names are used, one request lists deployments, and one for each type of project that is named lists projects,
    by pages more. Results and plans show ids.
"""


class ModuleDocFragment:
    """The fragment, as Ansible looks for it. Annotated, because ansible-test takes plain assignments for literals."""

    DOCUMENTATION: str = (
        r"""
options:
  role_assignments:
    description: Which access the person is to have.
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
      - The people who should have access, and those who should not. Each is named once.
      - The whole list is checked before the first request, and all faults are reported at once with the number of
        their entry. Only where deployments or projects are named, these are looked up before.
      - Where names that fit nothing, or several, are the only faults, those who are to go are removed or uninvited all
        the same. Nobody is invited and nobody's roles are changed, and the task fails.
    type: list
    elements: raw
    required: true
    suboptions:
      email:
        description: Who it is, without regard to case.
        type: str
        required: true
      state:
        description: V(absent) removes the person from the organization, and revokes the invitation. Roles that the
          entry has as well give nothing then, with a warning.
        type: str
        choices: [present, absent]
        default: present
      groups:
        description: Names of groups. The person has the access of all of them.
        type: list
        elements: str
      until:
        description:
          - After this the entry counts as V(absent). A date, which ends with its last second in UTC, or a timestamp,
            in UTC unless it names a zone.
          - Written as V(2026-12-31), V(2026-12-31T18:00) or V(2026-12-31 18:00:00), followed by nothing, by C(Z) or by
            a zone such as C(+02:00), and best put in quotes.
        type: str
      reason:
        description: Why the person has this access, for people who read the definition. One line of up to 200
          characters, of which nothing is made. So are C(ticket) and C(sponsor).
        type: str
        version_added: 2.0.0
      ticket:
        description: Where the access was asked for.
        type: str
        version_added: 2.0.0
      sponsor:
        description: Who answers for it.
        type: str
        version_added: 2.0.0
      role_assignments:
        description:
          - Access of this person beside that of the groups. The person has exactly the two together, and what is held
            beyond that is taken away.
          - With neither this nor C(groups), nothing is said about roles. A member keeps what there is, and somebody
            new is invited without any. An empty dictionary takes all away.
        type: dict
        suboptions:
"""
        + textwrap.indent(_SCOPES.lstrip("\n"), " " * 10)
        + r"""
  groups:
    description:
      - Names, each with role assignments as in O(members[].role_assignments), for C(groups) of an entry to refer to.
      - Everybody in a group changes with it.
    type: dict
    default: {}
"""
        + _NOTES.lstrip("\n")
    )
