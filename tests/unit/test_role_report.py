# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of the role: made of a result, without Ansible."""

from __future__ import annotations

import copy
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._report import artifacts, drift, report

SUMMARY = {"invited": 0, "reinvited": 0, "updated": 0, "uninvited": 0, "removed": 0, "unchanged": 3, "unmanaged": 0}
VIEWER = {"deployment": [{"role_id": "deployment-viewer", "all": True}]}


def step(outcome: str, action: str, email: str | None, user_id: str | None = None, error: str | None = None) -> t.Any:
    """A step of a result."""
    reason = "state is absent" if action == "remove" else "not in the organization"
    return {
        "outcome": outcome,
        "action": action,
        "email": email,
        "user_id": user_id,
        "reason": reason,
        "error": error,
    }


def result(*steps: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """A result of the module: of a run in which nothing went wrong, unless more says otherwise."""
    counts = more.pop("summary", {})
    return {
        "changed": bool(steps),
        "check_mode": False,
        "organization_id": "1402593716",
        "plan_digest": "5feceb66",
        "plan": [{key: one[key] for key in ("action", "email", "user_id", "reason")} for one in steps],
        "plan_total": len(steps),
        "summary": {**SUMMARY, **counts},
        "unmanaged": [],
        "refused": [],
        "failures": [],
        "not_understood": [],
        "steps": list(steps),
        "steps_total": len(steps),
        **more,
    }


def people(*emails: str) -> list[dict[str, t.Any]]:
    """Members with user ids."""
    return [{"email": email, "user_id": f"u{number}", "status": "active"} for number, email in enumerate(emails)]


def test_promise_13_success_has_a_line_for_each_action_with_person_and_reason() -> None:
    done = result(step("done", "invite", "a@example.com"), step("done", "remove", "b@example.com", "u1"))
    done["summary"] |= {"invited": 1, "removed": 1}
    assert report(done, "acme") == [
        "acme: 1 invited, 1 removed, 3 unchanged",
        "done: invite a@example.com, not in the organization",
        "done: remove b@example.com, state is absent",
    ]


@pytest.mark.parametrize(("check_mode", "words"), [(True, "1 would be invited"), (False, "1 invited")])
def test_promise_13_words_go_by_the_mode_of_the_module(check_mode: bool, words: str) -> None:
    assert report(result(check_mode=check_mode, summary={"invited": 1}), "acme")[0] == f"acme: {words}, 3 unchanged"


def test_promise_13_no_more_than_the_steps_that_are_there_and_how_many_more() -> None:
    steps = [step("done", "invite", f"p{number}@example.com") for number in range(50)]
    assert report(result(*steps, steps_total=51), "acme")[-1] == "and 1 more"
    assert len(report(result(*steps), "acme")) == 51


def test_two_members_with_one_email_are_told_apart() -> None:
    twins = [step("failed", "remove", "a@example.com", "u1", "no"), step("done", "remove", "a@example.com", "u2")]
    lines = report(result(*twins), "acme")
    assert lines[1:] == [
        "failed: remove a@example.com (user id u1), state is absent. no",
        "done: remove a@example.com (user id u2), state is absent",
    ]


def test_people_in_a_line_are_joined_by_commas_and_the_most_are_counted() -> None:
    two = result(unmanaged=people("a@example.com", "b@example.com"), summary={"unmanaged": 2})
    assert report(two, "acme") == ["acme: nothing to do, 3 unchanged, 2 unmanaged (a@example.com, b@example.com)"]
    many = people(*(f"p{number}@example.com" for number in range(25)))
    (line,) = report(result(unmanaged=many, summary={"unmanaged": 25}), "acme")
    assert line.endswith("p19@example.com and 5 more)")


def test_somebody_without_an_email_is_named_by_user_id() -> None:
    nobody = [{"email": None, "user_id": "u1", "status": "active"}]
    (line,) = report(result(unmanaged=nobody, summary={"unmanaged": 1}), "acme")
    assert line.endswith("1 unmanaged (u1)")


def test_a_refused_plan_tells_the_roles_that_no_diff_shows() -> None:
    refused = result(
        step("planned", "remove", "a@example.com", "u1"), msg="Nothing was changed.", guard={"name": "protected"}
    )
    refused["plan"][0] |= {"before": VIEWER, "after": None}
    assert report(refused, "acme") == [
        "acme: refused by the guard protected, nothing was changed, 3 unchanged",
        "planned: remove a@example.com, state is absent; "
        "roles: {deployment: [{role_id: deployment-viewer, all: true}]}",
    ]


def test_a_shortened_plan_has_lines_without_roles() -> None:
    refused = result(step("planned", "remove", "a@example.com"), msg="No.", guard={"name": "protected"})
    assert report(refused, "acme")[1] == "planned: remove a@example.com, state is absent"


def test_lists_that_were_cut_count_as_long_as_they_are() -> None:
    cut = result(msg="No.", failures=[{}], failures_total=4000)
    assert "4000 failed" in report(cut, "acme")[0]


@pytest.mark.parametrize(("more", "told"), [(0, False), (1, True)])
def test_it_is_told_when_a_platform_would_show_the_module_as_unchanged(more: int, told: bool) -> None:
    large = result(diff=[])
    large["diff"] = [{"after": "x" * (700_000 + more - len(str(result(diff=[{"after": ""}]))))}]
    assert len(str(large)) == 700_000 + more
    lines = report(large, "acme")
    assert any("larger than an event of an automation platform" in line for line in lines) is told


def test_what_is_refused_and_what_is_not_understood_has_a_line() -> None:
    lines = report(
        result(refused=[{**people("a@example.com")[0], "grants": VIEWER}], not_understood=people("b@example.com")),
        "acme",
    )
    assert lines[1:] == [
        "refused: a@example.com: {deployment: [{role_id: deployment-viewer, all: true}]}",
        "keep what this version does not understand: b@example.com",
    ]


def test_the_end_of_the_api_key_is_told_and_no_other_warning() -> None:
    ends = "The API key in use ends on 2026-12-31 (UTC). Have an organization owner create another one."
    assert report(result(warnings=["members[1]: something", ends]), "acme") == [
        "acme: nothing to do, 3 unchanged",
        ends,
    ]


def test_no_line_of_a_report_can_confuse_a_terminal() -> None:
    hostile = result(step("done", "remove", "a\x1b[31m\n[ERROR]: forged@example.com", "u1"))
    assert all(line.isprintable() for line in report(hostile, "ac\nme"))


def test_a_guard_that_was_opened_is_named_in_report_and_artifacts() -> None:
    guard = {"name": "max_removals", "limit": 2, "found": 1}
    assert report(result(), "acme", guard)[1].startswith(
        "to be applied, it would be refused by the guard max_removals, unless exactly this plan is approved, "
        "since 1 person would be removed"
    )
    left = artifacts(result(), "acme", guard)
    assert left["elastic_cloud_text"].endswith(
        "unchanged, would be refused by the guard max_removals, unless exactly this plan is approved\n"
    )


# Artifacts


def test_artifacts_have_numbers_ids_and_names_of_hosts_alone() -> None:
    told = result(
        step("done", "remove", "a@example.com"),
        unmanaged=people("b@example.com"),
        summary={"removed": 1, "unmanaged": 1},
    )
    assert artifacts(told, "acme") == {
        "elastic_cloud": {
            "acme": {
                "organization_id": "1402593716",
                "changed": True,
                "summary": {**SUMMARY, "removed": 1, "unmanaged": 1},
                "plan_digest": "5feceb66",
            }
        },
        "elastic_cloud_text": "acme: 1 removed, 3 unchanged, 1 unmanaged\n",
    }


def test_an_audit_leaves_the_digest_of_its_plan_too() -> None:
    assert artifacts(result(), "acme", audit=True)["org_team_plan_digests"] == {"1402593716": "5feceb66"}


@pytest.mark.parametrize("audit", [True, False])
def test_a_run_that_came_to_no_plan_leaves_that(audit: bool) -> None:
    left = artifacts({"msg": "a@example.com {{ x }}", "failed": True}, "acme", audit=audit)
    assert left == {
        "elastic_cloud": {"acme": {"organization_id": "", "changed": False, "summary": {}, "plan_digest": ""}},
        "elastic_cloud_text": "acme: failed before there was a plan\n",
    }


@pytest.mark.parametrize("text", ["{{ x }}", "{% x %}", "{# x #}", "#jinja2: variable_start_string:'<'", "a\nb"])
def test_what_would_be_a_template_is_left_out_of_artifacts(text: str) -> None:
    assert artifacts(result(), text, audit=True) == {}
    left = artifacts(result(organization_id=text), "acme", audit=True)
    assert text not in str(left)
    assert "org_team_plan_digests" not in left


# Drift


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({}, []),
        ({"plan_total": 1}, ["1 change to be made"]),
        ({"plan_total": 2}, ["2 changes to be made"]),
        ({"summary": {"unmanaged": 1}}, ["1 unmanaged"]),
        ({"not_understood": people("a@example.com")}, ["1 with access that this version does not understand"]),
    ],
)
def test_drift_is_what_would_change_who_is_unmanaged_and_what_is_not_understood(
    more: dict[str, t.Any], words: list[str]
) -> None:
    kinds = ["change", "unmanaged", "not_understood"]
    assert drift(result(**copy.deepcopy(more)), kinds) == words
    assert [found for kind in kinds for found in drift(result(**copy.deepcopy(more)), [kind])] == words
    assert drift(result(**copy.deepcopy(more)), []) == []
