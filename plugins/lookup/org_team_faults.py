# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: org_team_faults
short_description: Find errors in the variables of the role org_team
version_added: 2.0.0
description:
  - Checks the variables of all hosts of the play at once, and returns the errors of each host. The role
    P(orgops.elastic_cloud.org_team#role) fails if there are any.
  - An error is a variable that begins with C(org_team_) but is not known to any role or playbook of this collection, a
    blank C(org_team_organization_id), or an C(org_team_organization_id) that several hosts have.
  - Other roles of this collection take the organization from the same variable, and have a prefix of their own.
  - For the last of these, all hosts of the group C(elastic_cloud_organizations) are checked, whatever C(--limit) says.
    Hosts outside the play whose variables cannot be read are skipped.
  - With O(undefined_in), an error is a variable of one role, for this host alone, that uses something that is not
    defined. Where a task has a default for a variable, Ansible would take the default and say nothing.
author:
  - Orgops (@orgops)
options:
  _terms:
    description: Prefixes of variables to check in addition to C(org_team_), such as C(org_sso_).
    type: list
    elements: str
    default: []
  undefined_in:
    description:
      - The role whose variables are searched for names that are not defined. Then the result is a list of strings.
      - C(org_team_members) is skipped. It has no default, and to template thousands of people twice would take long.
    type: str
"""

EXAMPLES = r"""
- name: Show the errors of all hosts
  ansible.builtin.debug:
    msg: "{{ lookup('orgops.elastic_cloud.org_team_faults') }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description: One dictionary. Its keys are the hosts of the play that have errors, its values are lists of messages.
    With O(undefined_in), one list of messages instead.
  type: list
  elements: dict
  sample:
    - acme: ["org_team_memebrs is not a variable of this role (did you mean 'org_team_members'?)."]
"""

import functools
import pathlib
import re
import typing as t
from collections.abc import Mapping

import yaml
from ansible.errors import AnsibleUndefinedVariable
from ansible.plugins.lookup import LookupBase
from ansible.template import Templar

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._variables import (
    LEFT_BEHIND,
    ORGANIZATION,
    PREFIX,
    Host,
    faults,
)

GROUP = "elastic_cloud_organizations"
MEMBERS = f"{PREFIX}members"
GROUPS = f"{PREFIX}groups"
WHY = re.compile(r"'[\w.]+' is undefined|(?:object of type )?'[\w. ]+' has no attribute '[\w. -]+'")
ROLES = pathlib.Path(__file__).resolve().parents[2] / "roles"
Variables = Mapping[str, t.Any]


class LookupModule(LookupBase):  # type: ignore[misc]
    """The lookup."""

    def run(self, terms: list[t.Any], variables: Variables | None = None, **kwargs: t.Any) -> list[t.Any]:
        """Return what is wrong with each host of the play."""
        variables, prefixes = variables or {}, (PREFIX, *terms)
        if role := kwargs.get("undefined_in"):
            return [self._undefined(role, variables)]
        hostvars, in_play = variables["hostvars"], list(variables["ansible_play_hosts_all"])
        in_group = list(variables["groups"].get(GROUP, []))
        mine = hostvars.raw_get(variables["inventory_hostname"])
        # Of another host, its own variables can be seen, and not what the play or the role gives it; but they give that
        # to all hosts of the play, and this one sees it. So the organization may be given, or be a host's own variable.
        given = {name for name in variables if name.startswith(prefixes) and name not in mine}
        own = self._organization(variables, variables)
        is_given = ORGANIZATION in given or own != self._organization(mine, mine)

        def look(name: str) -> Host:
            theirs = hostvars.raw_get(name)
            names = {one for one in theirs if one.startswith(prefixes)}
            if is_given and name in in_the_play:
                return Host(self._organization(variables, {**variables, **theirs}), names | given)
            return Host(self._organization(theirs, theirs), names | given)

        in_the_play = frozenset(in_play)
        hosts = {name: look(name) for name in dict.fromkeys([*in_play, *in_group])}
        return [faults(hosts, in_play, in_group, _known())]

    def _undefined(self, role: str, variables: Variables) -> list[str]:
        """Return which variables of a role are set and cannot be filled in, and why."""
        # The groups of a team are a default of other roles.
        names = {*_options(ROLES / role / "meta/argument_specs.yml"), GROUPS} - {MEMBERS}
        templar = Templar(loader=self._loader, variables=variables)
        found = []
        for name in sorted(names & variables.keys()):
            try:
                self._fill_in(variables[name], templar)
            except AnsibleUndefinedVariable as error:
                # Before ansible-core 2.19, the rest of the text may have values, and so secrets.
                told = WHY.findall(str(error))
                found.append(plain(f"{name}: {told[-1] if told else 'something in it is not defined'}."))
            except Exception:  # told by the task that uses it, which has no default for this
                continue
        return found

    def _fill_in(self, value: t.Any, templar: Templar) -> None:
        """Fill in all templates of a variable, also those in lists and dictionaries."""
        if isinstance(value, str):
            if "{" in value:
                templar.template(value)
        elif isinstance(value, Mapping):
            for one in value.values():
                self._fill_in(one, templar)
        elif isinstance(value, (list, tuple)):
            for one in value:
                self._fill_in(one, templar)

    def _organization(self, given: Variables, context: Variables) -> str | None:
        """Return the organization that a variable names, None where there is none or it cannot be read."""
        try:
            value = given[ORGANIZATION]
            if isinstance(value, str) and "{" not in value:
                return value.strip()
            value = Templar(loader=self._loader, variables=context).template(value)
            return "" if value is None else str(value).strip()
        except Exception:  # a missing variable, an environment that is not there, a vault without a password, ..
            return None


@functools.cache
def _known() -> frozenset[str]:
    """Return the names that our roles and playbooks know."""
    return LEFT_BEHIND.union(*map(_options, ROLES.glob("*/meta/argument_specs.yml")))


@functools.cache
def _options(path: pathlib.Path) -> frozenset[str]:
    """Return the names that a role knows, in any of its entry points."""
    specs = yaml.safe_load(path.read_text(encoding="utf-8"))["argument_specs"]
    return frozenset(name for entry_point in specs.values() for name in entry_point["options"])
