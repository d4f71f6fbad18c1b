# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is wrong with YAML that people are going to copy: tasks, plays and variables.

The modules themselves say so: they run as far as their first request, which they do not get to make. What is not
recognised is a fault, too, so that nothing in a document goes unchecked.
"""

from __future__ import annotations

import contextlib
import copy
import importlib
import importlib.util
import pathlib
import re
import tempfile
import typing as t
from collections.abc import Iterable, Mapping
from types import ModuleType
from unittest import mock

import yaml
from ansible.module_utils.basic import AnsibleModule
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.playbook.block import Block
from ansible.playbook.play import Play
from ansible.playbook.task import Task

from ansible_collections.orgops.elastic_cloud.plugins.module_utils import _module
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_roles
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._variables import LEFT_BEHIND, PREFIXES
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import ROOT
from ansible_collections.orgops.elastic_cloud.tests.emulator.sso import SIGNING_CERTIFICATE

COLLECTION = "orgops.elastic_cloud."
ROLE_PREFIX = "org_team_"
MODULES: dict[str, ModuleType] = {
    path.stem: importlib.import_module(f"ansible_collections.{COLLECTION}plugins.modules.{path.stem}")
    for path in sorted((ROOT / "plugins/modules").glob("*.py"))
}


def _variables(role: str, entry_point: str = "main") -> frozenset[str]:
    """Return the variables that a role documents."""
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text(encoding="utf-8"))
    return frozenset(specs["argument_specs"][entry_point]["options"])


ROLE_VARIABLES = _variables("org_team", "audit")
SSO_VARIABLES = _variables("org_sso")
REVIEW_PREFIX = "org_access_review_"
REVIEW_VARIABLES = frozenset(name for name in _variables("org_access_review") if name.startswith(REVIEW_PREFIX))
ENVIRONMENT = frozenset(name for entry in _module.CONNECTION.values() for name in entry.get("fallback", (None, []))[1])
# What is ours is called by these names, and by no others: pattern to names.
NAMES = {
    rf"(?<![.\w]){ROLE_PREFIX}\w+": ROLE_VARIABLES | LEFT_BEHIND,
    r"(?<![.\w])org_sso_\w+": SSO_VARIABLES | LEFT_BEHIND | {"org_sso_off", "org_sso_report"},
    rf"(?<![.\w]){REVIEW_PREFIX}\w+": REVIEW_VARIABLES | LEFT_BEHIND,
    r"(?<![A-Z_])EC_\w+": ENVIRONMENT,
    rf"\b{re.escape(COLLECTION)}(\w+)": {
        *(path.stem for kind in ("plugins/modules", "roles", "playbooks") for path in (ROOT / kind).iterdir()),
        *(path.stem for kind in ("filter", "lookup") for path in (ROOT / "plugins" / kind).iterdir()),
        "all",  # the action group
        "docsite",  # labels of guides
    },
}
# For what a template will only give at run time, and what comes from the environment
STAND_INS: dict[str, t.Any] = {
    "api_key": "0123456789abcdef0123456789abcdef",
    "organization_id": "1402593716",
    "email": "ada.lindt@example.com",
    "emails": ["ada.lindt@example.com"],
    "force": False,
    "groups": {},
    "id": "VkRZb2w4NEJxT2pHb1",
    "ignore": [],
    "members": [{"email": "ada.lindt@example.com", "role_assignments": {}}],
    "role_assignments": {},
}
# Files of other tools, by the keys that they have. Names of ours in them are looked at as words.
FOREIGN = (
    {"collections"},  # of ansible-galaxy
    {"version", "images", "dependencies"},  # of ansible-builder
    {"fields", "required"},  # of automation platforms: a credential type ..
    {"env"},  # .. what it injects ..
    {"name", "description", "spec"},  # .. and a survey
    {"EC_API_KEY"},  # of ansible-runner
)
Variables = Mapping[str, t.Any]


class _Checked(BaseException):
    """The module has come as far as it should."""


class _Loader(yaml.SafeLoader):
    """Reads encrypted values as well, as something that is only known at run time."""


_Loader.add_constructor("!vault", lambda _loader, _node: "{{ vaulted }}")


def faults_of_words(text: str) -> list[str]:
    """Return the names in a text that look like ours and are not."""
    return [
        f"there is no {match[0]}"
        for pattern, names in NAMES.items()
        for match in re.finditer(pattern, text)
        if match[match.lastindex or 0] not in names
    ]


def faults_of_text(text: str, groups: Variables | None = None) -> list[str]:
    """Return what is wrong with a YAML document: a list of tasks or plays, or variables.

    groups: those of the role that are defined elsewhere, and that people may be in.
    """
    try:
        document = yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        return [f"no YAML: {error}"]
    if isinstance(document, list):
        return _all(map(_faults_of_play_or_task, document))
    return _faults_of_file(document, groups or {})


def faults_of_options(name: str, options: Variables) -> list[str]:
    """Return what a module says of its options, warnings too, before it would ask the service for anything."""
    given = {key: STAND_INS.get(key, value) if _is_template(value) else value for key, value in options.items()}
    if not hasattr(MODULES[name], "main"):  # done by its action plugin alone
        spec = importlib.import_module(f"ansible_collections.{COLLECTION}plugins.action.{name}").OPTIONS
        return [f"{name}: {text}" for text in ArgumentSpecValidator(spec).validate(given).error_messages]
    given = copy.deepcopy({"api_key": STAND_INS["api_key"], **given})
    if isinstance(provider := given.get("identity_provider"), dict) and "public_certificates" in provider:
        certificates = provider["public_certificates"]
        provider["public_certificates"] = [SIGNING_CERTIFICATE if _is_template(one) else one for one in certificates]
    if "dest" in given:  # whose folder is there where the example is followed
        given["dest"] = f"{tempfile.gettempdir()}/{pathlib.PurePath(given['dest']).name}"
    said: list[str] = []

    def load_params(module: AnsibleModule) -> None:
        module.params = given

    def fail(_module: AnsibleModule, msg: str, **_result: t.Any) -> t.NoReturn:
        said.append(msg)
        raise _Checked

    def warn(_module: AnsibleModule, warning: str) -> None:
        said.append(warning)

    def judge(_organization: t.Any, desired: t.Any, rules: t.Any, *_more: t.Any, **_settings: t.Any) -> t.NoReturn:
        findings = Findings()
        check_roles(desired, People([], []), rules.unknown_roles, findings)  # as where nobody holds any role
        said.extend([*findings.problems, *findings.warnings])
        raise _Checked

    changes = hasattr(MODULES[name], "converge")
    with (
        contextlib.suppress(_Checked),
        mock.patch.object(AnsibleModule, "_load_params", load_params),
        mock.patch.object(AnsibleModule, "fail_json", fail),
        mock.patch.object(AnsibleModule, "warn", warn),
        mock.patch.object(_module.Module, "_open", side_effect=None if changes else _Checked),
        mock.patch.object(Organization, "discover", lambda client: Organization(client, "1")),
        mock.patch.object(MODULES[name], "converge", judge, create=not changes),
    ):
        MODULES[name].main()
    return [f"{name}: {text}" for text in said]


def faults_of_variables(variables: Variables, groups: Variables | None = None) -> list[str]:
    """Return what is wrong with variables of the roles; what does not have a prefix of theirs is not looked at."""
    return [
        *_faults_of_sso(variables, groups or {}),
        *_faults_of_team(variables, groups),
        *_faults_of_review(variables),
    ]


def _faults_of_review(variables: Variables) -> list[str]:
    ours = {name: value for name, value in variables.items() if name.startswith(REVIEW_PREFIX)}
    if unknown := [f"{name} is no variable of the role" for name in sorted(ours.keys() - REVIEW_VARIABLES)]:
        return unknown
    of_the_role = f"{REVIEW_PREFIX}inventory_only"  # what the module is told by having no members
    options = {name.removeprefix(REVIEW_PREFIX): value for name, value in ours.items() if name != of_the_role}
    return faults_of_options("org_access_review", options) if options else []


def _faults_of_sso(variables: Variables, groups: Variables) -> list[str]:
    ours = {name: value for name, value in variables.items() if name.startswith("org_sso_")}
    if not ours:
        return []
    if unknown := [f"{name} is no variable of the role" for name in sorted(ours.keys() - SSO_VARIABLES)]:
        return unknown
    options = {name.removeprefix("org_sso_"): value for name, value in ours.items()}
    mappings = options.get("role_mappings", [])
    named = {name for mapping in mappings if isinstance(mapping, dict) for name in mapping.get("groups", [])}
    elsewhere = {name: {"organization": [{"role_id": "billing-admin"}]} for name in named}  # in a team definition
    own = {**elsewhere, **groups, **variables.get(f"{ROLE_PREFIX}groups", {})}
    given = {"organization_id": STAND_INS["organization_id"], "groups": own, **options}
    return faults_of_options("org_sso", given)


def _faults_of_team(variables: Variables, groups: Variables | None) -> list[str]:
    ours = {name: value for name, value in variables.items() if name.startswith(ROLE_PREFIX)}
    unknown = [f"{name} is no variable of the role" for name in sorted(ours.keys() - ROLE_VARIABLES)]
    if unknown or not ours:
        return unknown
    options = {name: STAND_INS[name] for name in ("organization_id", "members")}
    options |= {name.removeprefix(ROLE_PREFIX): value for name, value in ours.items() if name != "org_team_fail_on"}
    if not _is_template(own := options.get("groups")):
        options["groups"] = {**(groups or {}), **(own or {})}
    return faults_of_options("org_team", options)


def faults_of_task(task: Variables) -> list[str]:
    """Return what is wrong with a task or a block."""
    if "block" in task:
        parts = ("block", "rescue", "always")
        return [
            *(f"{key} is no keyword of a block" for key in task if key not in (*parts, *Block.fattributes)),
            *_faults_of_defaults(task.get("module_defaults", {})),
            *_all(faults_of_task(inner) for part in parts for inner in task.get(part, [])),
        ]
    actions = [key for key in task if key not in Task.fattributes]
    if len(actions) != 1:
        return [f"a task must have one action, not: {', '.join(actions) or 'none'}"]
    action, options = actions[0], task[actions[0]] or {}
    name = action.removeprefix(COLLECTION)
    if action.startswith(COLLECTION) and name in MODULES:
        return faults_of_options(name, options)
    if not action.startswith("ansible.builtin.") or not importlib.util.find_spec(f"ansible.modules.{action[16:]}"):
        return [f"there is no module {action}"]
    if action.endswith("_role"):
        return [*_faults_of_role(options["name"]), *faults_of_variables(task.get("vars", {}))]
    return []


def _faults_of_file(content: t.Any, groups: Variables) -> list[str]:
    """Return what is wrong with a file of variables, or with an inventory."""
    if not isinstance(content, dict):
        return [f"neither tasks nor variables: {content!r}"]
    if any(name.startswith(PREFIXES) for name in content):
        return faults_of_variables(content, groups)
    if content.keys() in FOREIGN:
        return []
    if all(isinstance(group, dict) and "hosts" in group for group in content.values()):
        inventory = content.values()
        hosts = [variables or {} for group in inventory for variables in (group["hosts"] or {}).values()]
        return _all(faults_of_variables(variables) for variables in [*hosts, *(g.get("vars", {}) for g in inventory)])
    return [f"not known what this is for: {', '.join(map(str, content))}"]


def _faults_of_play_or_task(item: Variables) -> list[str]:
    if imported := item.get("ansible.builtin.import_playbook"):
        exists = (ROOT / "playbooks" / f"{imported.removeprefix(COLLECTION)}.yml").exists()
        return [] if exists else [f"there is no playbook {imported}"]
    return _faults_of_play(item) if "hosts" in item else faults_of_task(item)


def _faults_of_play(play: Variables) -> list[str]:
    faults = [f"{key} is no keyword of a play" for key in play if key not in Play.fattributes]
    variables = dict(play.get("vars", {}))
    for role in play.get("roles", []):
        role = {"role": role} if isinstance(role, str) else role
        faults += _faults_of_role(role["role"])
        variables |= {**role, **role.get("vars", {})}
    tasks = [task for key in ("pre_tasks", "tasks", "post_tasks", "handlers") for task in play.get(key, [])]
    return [
        *faults,
        *faults_of_variables(variables),
        *_faults_of_defaults(play.get("module_defaults", {})),
        *_all(map(faults_of_task, tasks)),
    ]


def _faults_of_role(name: str) -> list[str]:
    exists = name.startswith(COLLECTION) and (ROOT / "roles" / name.removeprefix(COLLECTION)).is_dir()
    return [] if exists else [f"there is no role {name}"]


def _faults_of_defaults(defaults: Mapping[str, Variables]) -> list[str]:
    """Return what is wrong with module_defaults: a group takes the options that all of its modules have."""
    return [
        f"module_defaults: {group} has no option {option}"
        for group, options in defaults.items()
        for option in options
        if group != f"group/{COLLECTION}all" or option not in _module.CONNECTION
    ]


def _is_template(value: t.Any) -> bool:
    return isinstance(value, str) and "{{" in value


def _all(faults: Iterable[list[str]]) -> list[str]:
    return [fault for some in faults for fault in some]
