# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files to copy to an automation platform: they agree with the guide, with each other, with the role, and with the
modules of awx.awx that they are for.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.parsing.dataloader import DataLoader
from jinja2 import Environment, StrictUndefined

from ansible_collections.orgops.elastic_cloud.tests.conftest import ROOT
from ansible_collections.orgops.elastic_cloud.tests.docs.checking import REVIEW_VARIABLES, ROLE_VARIABLES
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES
from ansible_collections.orgops.elastic_cloud.tests.platforms.packages import unpacked
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import GUIDE, injected

FILES = ROOT / "docs/examples/platform"
# The package that has awx.awx, by its last version for this Python; from 14 on it has it no more.
PACKAGE = "ansible==12.3.0"
# Which module takes the entries of which list; the rest of an entry's keys are its options.
MODULES = {
    "controller_credential_types": "credential_type",
    "controller_credentials": "credential",
    "controller_projects": "project",
    "controller_inventories": "inventory",
    "controller_inventory_sources": "inventory_source",
    "controller_notifications": "notification_template",
    "controller_templates": "job_template",
    "controller_workflows": "workflow_job_template",
    "controller_schedules": "schedule",
}
LISTS: dict[str, t.Any] = DataLoader().load_from_file(str(FILES / "controller/elastic_cloud.yml"))
EVERY_ENTRY = [(name, entry) for name in MODULES for entry in LISTS[name]]


def names(*lists: str) -> set[str]:
    """Return what the entries of lists are called."""
    return {entry["name"] for name in lists for entry in LISTS[name]}


@pytest.mark.parametrize(
    ("file", "caption"),
    [
        ("project/apply.yml", "apply.yml"),
        ("project/audit.yml", "audit.yml"),
        ("project/access_review.yml", "access_review.yml"),
        ("project/check.yml", "check.yml"),
        ("project/one_report.yml", "one_report.yml"),
        ("project/collections/requirements.yml", "collections/requirements.yml"),
        ("execution-environment/execution-environment.yml", "execution-environment.yml"),
    ],
)
def test_the_files_are_those_of_the_guide(file: str, caption: str) -> None:
    assert yaml.safe_load((FILES / file).read_text(encoding="utf-8")) == yaml.safe_load(GUIDE[caption])


def test_the_credential_type_and_the_survey_are_those_of_the_guide() -> None:
    (kind,) = LISTS["controller_credential_types"]
    assert kind["inputs"] == yaml.safe_load(GUIDE["Input configuration"])
    assert kind["injectors"] == yaml.safe_load(GUIDE["Injector configuration"])
    (survey,) = [one["survey_spec"] for one in LISTS["controller_templates"] if "survey_spec" in one]
    assert survey == yaml.safe_load(GUIDE["Survey"]) | {"name": survey["name"]}


def test_the_injectors_give_the_modules_what_they_read() -> None:
    jinja = Environment(undefined=StrictUndefined, autoescape=False)
    (kind,) = LISTS["controller_credential_types"]
    entered = {"api_key": "a-key", "endpoint": ""}
    rendered = {name: jinja.from_string(text).render(entered) for name, text in kind["injectors"]["env"].items()}
    assert rendered == {"EC_API_KEY": "a-key", "EC_ENDPOINT": ""} == injected(entered)


def test_questions_are_for_variables_of_the_role_and_take_no_blank_answer() -> None:
    questions = [one for entry in LISTS["controller_templates"] for one in entry.get("survey_spec", {}).get("spec", [])]
    assert questions
    for question in questions:
        assert question["variable"] in ROLE_VARIABLES
        assert question["required"]
        assert question["min"] == 1


def test_whatever_an_entry_names_is_there() -> None:
    for entry in LISTS["controller_templates"]:
        assert (FILES / "project" / entry["playbook"]).is_file()
        assert {entry["project"]} <= names("controller_projects")
        assert {entry["inventory"]} <= names("controller_inventories")
        assert set(entry["credentials"]) <= names("controller_credentials")
        for event in ("success", "error"):
            assert set(entry.get(f"notification_templates_{event}", [])) <= names("controller_notifications")
        assert set(entry.get("extra_vars", {})) <= ROLE_VARIABLES | REVIEW_VARIABLES
    for entry in LISTS["controller_credentials"]:
        assert {entry["credential_type"]} <= names("controller_credential_types")
        assert entry["update_secrets"] is False, "each run would be a change"
    for entry in LISTS["controller_inventory_sources"]:
        assert {entry["source_project"]} <= names("controller_projects")
        assert (FILES / "project" / entry["source_path"]).is_dir()
    for entry in LISTS["controller_workflows"]:
        nodes = {node["identifier"]: node for node in entry["simplified_workflow_nodes"]}
        for node in nodes.values():
            assert {node.get("unified_job_template", "Elastic Cloud: apply")} <= names("controller_templates")
            assert {*node.get("success_nodes", []), *node.get("failure_nodes", [])} <= set(nodes)
    for entry in LISTS["controller_schedules"]:
        assert {entry["unified_job_template"]} <= names("controller_templates", "controller_workflows")


def test_the_workflow_asks_for_an_approval_only_after_an_audit_that_has_failed() -> None:
    (workflow,) = LISTS["controller_workflows"]
    nodes = {node["identifier"]: node for node in workflow["simplified_workflow_nodes"]}
    assert nodes["audit"] == nodes["audit"] | {"failure_nodes": ["approval"]}
    assert "success_nodes" not in nodes["audit"]
    assert nodes["approval"]["success_nodes"] == ["apply"]
    assert nodes["approval"]["approval_node"]["timeout"] == 24 * 60 * 60
    assert "failure_nodes" not in nodes["approval"]


def test_two_jobs_never_work_on_one_organization_at_once_and_none_stays_for_ever() -> None:
    for entry in LISTS["controller_templates"]:
        assert entry["allow_simultaneous"] is False
        assert entry["timeout"] == 3600
        assert entry["diff_mode"] is True
        assert entry["job_type"] == ("check" if entry["playbook"] == "audit.yml" else "run")


def test_messages_can_be_made_of_any_job() -> None:
    jinja = Environment(undefined=StrictUndefined, autoescape=False)
    job = {"id": 1, "name": "audit", "status": "failed", "artifacts": {}}
    known = {"job": job, "job_friendly_name": "Job", "url": "https://awx.example.com/1"}
    known |= {"approval_node_name": "approval", "workflow_url": "https://awx.example.com/2"}
    for entry in LISTS["controller_notifications"]:
        for message in _texts(entry["messages"]):
            assert jinja.from_string(message).render(known)


def test_a_message_tells_what_the_job_has_left() -> None:
    jinja = Environment(undefined=StrictUndefined, autoescape=False)
    known = {"url": "https://awx.example.com/1"}
    (notification,) = LISTS["controller_notifications"]
    bodies = [notification["messages"][event]["body"] for event in ("error", "success")]
    for artifact in ("elastic_cloud_text", "elastic_cloud_access_review_text"):
        job = {"artifacts": {artifact: "acme: how it went\n"}}
        shown = {jinja.from_string(body).render(known | {"job": job}) for body in bodies}
        assert shown == {"acme: how it went\nhttps://awx.example.com/1"}


def test_everybody_who_looks_after_it_is_told_of_errors_reviews_and_approvals() -> None:
    (people,) = names("controller_notifications")
    told = {entry["name"]: entry.get("notification_templates_error") for entry in LISTS["controller_templates"]}
    attended = "Elastic Cloud: raise a limit"  # whoever starts it looks on
    assert told.pop(attended) is None
    assert list(told.values()) == [[people]] * 3
    (review,) = [entry for entry in LISTS["controller_templates"] if entry["playbook"] == "access_review.yml"]
    assert review["notification_templates_success"] == [people]
    (workflow,) = LISTS["controller_workflows"]
    assert workflow["notification_templates_approvals"] == [people]


def test_what_is_in_git_is_fetched_before_each_job() -> None:
    assert [entry["scm_update_on_launch"] for entry in LISTS["controller_projects"]] == [True]
    sources = [(entry["source"], entry["update_on_launch"]) for entry in LISTS["controller_inventory_sources"]]
    assert sources == [("scm", True)]


def test_jobs_that_write_ask_which_organizations_and_the_others_take_all() -> None:
    asked = {entry["name"]: entry.get("ask_limit_on_launch", False) for entry in LISTS["controller_templates"]}
    assert asked == {
        "Elastic Cloud: apply": True,
        "Elastic Cloud: audit": False,
        "Elastic Cloud: raise a limit": True,
        "Elastic Cloud: access review": False,
    }


def test_audits_run_daily_and_reviews_every_quarter() -> None:
    when = {entry["unified_job_template"]: entry["rrule"].split("RRULE:")[1] for entry in LISTS["controller_schedules"]}
    assert when == {
        "Elastic Cloud: audit, approve, apply": "FREQ=DAILY;INTERVAL=1",
        "Elastic Cloud: access review": "FREQ=MONTHLY;INTERVAL=3",
    }
    # The lookup of awx.awx that makes such rules fails with ansible-core 2.19.
    assert all(
        re.match(r"DTSTART;TZID=\w+/\w+:\d{8}T\d{6} ", entry["rrule"]) for entry in LISTS["controller_schedules"]
    )


def test_the_guide_quotes_what_a_missing_galaxy_credential_looks_like() -> None:
    guide = " ".join((GUIDES / "guide_platforms.rst").read_text(encoding="utf-8").split())
    assert "Collection and role syncing disabled" in guide
    assert "Could not find or access '/runner/project/orgops.elastic_cloud.org_team'" in guide


def _texts(value: t.Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    else:
        yield value


# --- awx.awx


@pytest.fixture(scope="session")
def awx() -> Path:
    """Return a folder with the modules of awx.awx and what they share, out of the package that bundles them."""
    return unpacked(PACKAGE, "ansible_collections/awx/awx/plugins/")


def faults(awx: Path, module: str, options: Mapping[str, t.Any]) -> list[str]:
    """Return what a module of awx.awx has against options, going by its documentation."""
    text = (awx / f"modules/{module}.py").read_text(encoding="utf-8")
    documented = yaml.safe_load(text.split("DOCUMENTATION = ", 1)[1].split("'''")[1])
    specs = {
        name: {
            key: value
            for key, value in option.items()
            if key in ("type", "elements", "choices", "required", "aliases") and not isinstance(value, dict)
        }
        for name, option in documented["options"].items()
    }
    return list(ArgumentSpecValidator(specs).validate(dict(options)).error_messages)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "entry"), EVERY_ENTRY, ids=lambda one: one if isinstance(one, str) else one["name"])
def test_awx_takes_what_the_lists_say(awx: Path, name: str, entry: dict[str, t.Any]) -> None:
    nodes = entry.get("simplified_workflow_nodes", [])
    options = {key: value for key, value in entry.items() if key != "simplified_workflow_nodes"}
    assert faults(awx, MODULES[name], options) == []
    for node in nodes:
        assert faults(awx, "workflow_job_template_node", node | {"workflow_job_template": entry["name"]}) == []


@pytest.mark.slow
def test_what_awx_does_not_know_is_noticed(awx: Path) -> None:
    entry = LISTS["controller_templates"][0]
    assert faults(awx, "job_template", entry | {"time_out": 1})
    assert faults(awx, "job_template", entry | {"job_type": "audit"})
