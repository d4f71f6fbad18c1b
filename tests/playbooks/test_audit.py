# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook org_audit: it fails on what is not as defined, says what that is, and changes nothing."""

from __future__ import annotations

import re
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import AUDIT, OWNER, VIEWER, Ansible, Run, stats

pytestmark = pytest.mark.playbook
OWNERS = {"email": "owner@example.com", "role_assignments": OWNER}


@pytest.fixture(scope="module")
def run(ansible: Ansible) -> Run:
    """One audit, without --check, with a host for each case."""

    def host(name: str, people: dict[str, t.Any], *members: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
        variables = ansible.organization(name, people) | {"org_team_members": [OWNERS, *members]}
        return variables | {f"org_team_{key}": value for key, value in more.items()}

    hal = {"hal@example.com": VIEWER}
    many = {f"p{number}@example.com": VIEWER for number in range(5)}
    stripped = [{"email": email, "state": "absent"} for email in many]
    dee = {"email": "dee@example.com", "role_assignments": VIEWER}
    return ansible.run(
        {
            "as_defined": host("as_defined", {"dee@example.com": VIEWER}, dee),
            "changed": host("changed", {}, dee),
            "unmanaged": host("unmanaged", hal),
            "unmanaged_is_fine": host("unmanaged_is_fine", hal, fail_on=["change"]),
            "change_is_fine": host("change_is_fine", {}, dee, fail_on="unmanaged"),
            "blank_is_all": host("blank_is_all", hal, fail_on=""),
            "misspelt": host("misspelt", {}, fail_on=["unmanagd"]),
            "too_many": host("too_many", many, *stripped),
            "within": host("within", many, *stripped, max_removals="100%"),
            "protected": host("protected", many, *stripped[:1], protected=["p0@example.com"]),
        },
        "--diff",
        playbook=AUDIT,
        ANSIBLE_SHOW_CUSTOM_STATS="true",
    )


def test_nothing_is_written_without_check_on_the_command_line(run: Run) -> None:
    assert run.exit_code == 2
    assert run.writes() == []
    assert run.requests


@pytest.mark.parametrize("host", ["as_defined", "unmanaged_is_fine", "change_is_fine"])
def test_an_organization_that_is_as_defined_passes(run: Run, host: str) -> None:
    assert run.recap(host)["failed"] == 0, run.messages(host)


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("changed", "changed is not as defined: 1 change to be made."),
        ("unmanaged", "unmanaged is not as defined: 1 unmanaged."),
        ("blank_is_all", "blank_is_all is not as defined: 1 unmanaged."),
        ("too_many", "too_many is not as defined: 5 changes to be made."),
        ("within", "within is not as defined: 5 changes to be made."),
    ],
)
def test_an_organization_that_is_not_as_defined_fails_after_saying_in_what(run: Run, host: str, words: str) -> None:
    assert run.recap(host)["failed"] == 1
    *report, last = run.messages(host)
    assert last == words
    assert report[0].startswith(f"{host}: ")


def test_who_would_be_changed_and_why_is_said(run: Run) -> None:
    assert run.messages("changed")[:2] == [
        "changed: 1 would be invited, 1 unchanged",
        "planned: invite dee@example.com, not in the organization",
    ]


def test_a_kind_that_does_not_exist_is_an_error_before_any_request(run: Run) -> None:
    assert "unmanagd is none of change, unmanaged, not_understood" in run.messages("misspelt")[-1]


def test_what_max_removals_would_refuse_is_shown_as_a_whole_and_the_guard_named(run: Run) -> None:
    headline, refusal, *steps, _drift = run.messages("too_many")
    assert headline == "too_many: 5 would be removed, 1 unchanged"
    assert refusal == (
        "to be applied, it would be refused by the guard max_removals, unless exactly this plan is approved, "
        "since 5 people would be removed, uninvited, "
        "demoted from owner or left without any grant, and the limit is 2"
    )
    assert len(steps) == 5
    assert len(re.findall(r"^-status: active", run.output, re.MULTILINE)) == 10, "not both diffs are shown"


def test_where_the_limit_suffices_no_guard_is_named_and_reading_once_is_enough(run: Run, ansible: Ansible) -> None:
    assert not [line for line in run.messages("within") if "refuse" in line]
    organization = ansible.emulator.find("within").id
    assert len([one for one in run.requests if organization in one["path"]]) == 2


def test_other_guards_refuse_an_audit_too(run: Run) -> None:
    assert run.messages("protected")[0].startswith("protected: refused by the guard protected, ")
    assert "The guard protected refuses the plan: 1 protected person would be" in run.messages("protected")[-1]


def test_digests_of_plans_are_left_for_an_approval(run: Run, ansible: Ansible) -> None:
    left = stats(run)
    digests = left["org_team_plan_digests"]
    assert len(digests) == 9  # of all but the misspelt one
    organization = ansible.emulator.find("too_many").id
    assert left["elastic_cloud"]["too_many"]["plan_digest"] == digests[organization]
    assert left["elastic_cloud"]["too_many"]["summary"]["removed"] == 5
    assert (
        "too_many: 5 would be removed, 1 unchanged, would be refused by the guard max_removals, unless exactly "
        "this plan is approved\n" in left["elastic_cloud_text"]
    )
