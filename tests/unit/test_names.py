# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names in place of ids: they mean the same, and what is not the name of exactly one is a fault of its entry."""

from __future__ import annotations

import copy
import json
import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    SCOPES,
    Grants,
    from_input,
    names_used,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED, Names, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.resources import read_names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import names_in_team, parse_team
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules, make_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import make_diff, planned_effect
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    NOW,
    ORGANIZATION,
    OWNER,
    UNSAFE,
    deployments,
    grants,
    member,
    people,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Reply, local_server
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import (
    Definition,
    definitions,
    organizations,
    wanted_grants,
    written,
)

DEPLOYMENT, SECURITY = ("deployment",), ("project", "security")
# Each resource that tests draw is called after its scope and id; others share a name, or have one that looks alike.
THERE = Names(
    {
        scope: [
            *(Resource(scope, one, f" {one} of {scope[-1]} ") for one in "abc"),
            *(Resource(scope, one, "twin") for one in ("t1", "t2")),
            Resource(scope, "x", "A of deployment"),
        ]
        for scope in LISTED
    }
)
each_listed_scope = pytest.mark.parametrize("scope", LISTED, ids=".".join)


def nested(scope: tuple[str, ...], block: dict[str, t.Any]) -> dict[str, t.Any]:
    """Role assignments of one block."""
    value: t.Any = [{"role_id": "viewer", **block}]
    for name in reversed(scope):
        value = {name: value}
    return t.cast("dict[str, t.Any]", value)


def read(value: t.Any, names: Names = THERE) -> tuple[Grants, list[str], list[str]]:
    """Grants, names that do not fit, and other problems."""
    findings = Findings()
    found = from_input(value, "entry", findings, ORGANIZATION, names=names)
    return found.grants, findings.unresolved, findings.problems


@st.composite
def with_names(draw: st.DrawFn, assignments: dict[str, t.Any]) -> dict[str, t.Any]:
    """The same role assignments, with names for some of the ids in them."""
    result = copy.deepcopy(assignments)
    for scope in LISTED:
        place: t.Any = result
        for name in scope:
            place = (place or {}).get(name)
        ids, key = t.cast("str", SCOPES[scope].ids), SCOPES[scope].names
        for block in place or []:
            listed = [one for one in block.get(ids) or [] if one]
            named = [one for one in listed if draw(st.booleans())]
            if named:
                block[ids] = [one for one in listed if one not in named] or draw(st.sampled_from([None, []]))
                block[key] = [draw(st.sampled_from(["", " "])) + f"{one} of {scope[-1]}" for one in named]
            elif draw(st.booleans()):
                block[key] = draw(st.sampled_from([None, []]))
    return result


@given(some=wanted_grants(), data=st.data())
def test_names_give_the_same_grants_as_ids(some: Grants, data: st.DataObject) -> None:
    value = data.draw(with_names(data.draw(written(some))))
    assert read(value) == (some, [], [])
    named = {scope for scope in LISTED if f" of {scope[-1]}" in json.dumps(value)}
    assert names_used([value]) == named


@given(there=organizations(), definition=definitions(), data=st.data())
def test_names_make_the_same_plan_as_ids(there: People, definition: Definition, data: st.DataObject) -> None:
    named = Definition(
        [
            entry | {"role_assignments": data.draw(with_names(entry["role_assignments"]))}
            if entry.get("role_assignments")
            else entry
            for entry in definition.members
        ],
        {name: data.draw(with_names(group)) for name, group in definition.groups.items()},
        definition.present,
        definition.absent,
    )
    assert names_in_team(named.members, named.groups) <= {*LISTED}
    plans = []
    for one in (definition, named):
        findings = Findings()
        team = parse_team(one.members, one.groups, ORGANIZATION, NOW, findings, names=THERE)
        assert not findings.unresolved
        plans.append((make_plan(team, there, Rules(purge=True), findings), findings.problems))
    (by_id, problems), (by_name, same_problems) = plans
    assert [one.result() for one in by_name.actions] == [one.result() for one in by_id.actions]
    assert same_problems == problems


@each_listed_scope
def test_a_single_name_is_a_list_of_one_and_ids_may_stand_beside_it(scope):
    key, ids = SCOPES[scope].names, SCOPES[scope].ids
    found, *faults = read(nested(scope, {key: f"a of {scope[-1]}", ids: "z"}))
    assert {grant.resource for grant in found} == {"a", "z"}
    assert faults == [[], []]


@each_listed_scope
def test_a_name_that_nothing_has_is_told_with_one_that_is_near(scope):
    found, unresolved, problems = read(nested(scope, {SCOPES[scope].names: ["b", f"A of {scope[-1]}x"], "all": False}))
    what = "deployment" if scope == DEPLOYMENT else f"{scope[1]} project"
    place = f"entry.{'.'.join(scope)}[0]"
    assert not found
    assert not problems
    assert unresolved[0].startswith(f"{place}: the API key sees no {what} with the name 'b'")
    assert "did you mean" in unresolved[1]


@each_listed_scope
def test_a_name_that_several_have_is_told_with_their_ids(scope):
    found, (said,), problems = read(nested(scope, {SCOPES[scope].names: ["twin"], SCOPES[scope].ids: ["a"]}))
    assert not found
    assert not problems
    assert "2 " in said
    assert said.endswith("have the name 'twin'; write the id of the one that is meant: t1, t2")


def test_names_are_compared_exactly_but_for_white_space_around_them():
    assert [grant.resource for grant in read(nested(DEPLOYMENT, {"deployment_names": ["\ta of deployment  "]}))[0]] == [
        "a"
    ]
    assert [grant.resource for grant in read(nested(DEPLOYMENT, {"deployment_names": ["A of deployment"]}))[0]] == ["x"]
    assert read(nested(DEPLOYMENT, {"deployment_names": ["a  of deployment"]}))[1]


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)
def test_a_name_that_is_unsafe_is_a_fault_whatever_is_called_so(text):
    names = Names({DEPLOYMENT: [Resource(DEPLOYMENT, "a", text)]})
    found, unresolved, (problem,) = read(nested(DEPLOYMENT, {"deployment_names": [text]}), names)
    assert not found
    assert not unresolved
    assert problem.startswith("entry.deployment[0]: deployment_names: ")


@pytest.mark.parametrize(
    ("scope", "block", "says"),
    [
        (DEPLOYMENT, {"deployment_names": ["a of deployment"], "all": True}, "has both all and deployment_names"),
        (DEPLOYMENT, {"deployment_names": []}, "deployment_ids with at least one id, or deployment_names"),
        (DEPLOYMENT, {"deployment_names": [7]}, "deployment_names must be a list of strings"),
        (DEPLOYMENT, {"deployment_names": {"a": 1}}, "deployment_names must be a list of strings"),
        (DEPLOYMENT, {"project_names": ["a"]}, "unknown key 'project_names'"),
        (DEPLOYMENT, {"deployment_name": ["a"]}, "did you mean 'deployment_names'?"),
        (("project", "vectordb"), {"project_names": ["a"]}, "no list of these is published; give ids"),
        (("project", "workplaceai"), {"project_names": ["a"]}, "no list of these is published; give ids"),
        (("cloud_connected_resource",), {"resource_names": ["a"]}, "no list of these is published; give ids"),
        (("organization",), {"organization_names": ["a"]}, "unknown key 'organization_names'"),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_names_that_cannot_be_are_a_fault(scope, block, says):
    found, unresolved, problems = read(nested(scope, block))
    assert not found
    assert not unresolved
    assert says in " ".join(problems)


def test_a_scope_without_a_list_is_not_asked_for():
    value = nested(("project", "vectordb"), {"project_names": ["a"]}) | {"deployment": [None, "x", {"all": True}]}
    assert names_used([value, None, "x", [1], {"project": "x"}]) == set()


def test_without_its_list_no_name_counts_as_known():
    found, (said,), _problems = read(nested(DEPLOYMENT, {"deployment_names": ["a"]}), Names())
    assert not found
    assert "sees no deployment with the name 'a'" in said


def test_a_list_that_is_not_known_is_told_and_what_is_told_elsewhere_is_not():
    value = nested(DEPLOYMENT, {"deployment_names": ["a of deployment", "nothing"]})
    half = Names(THERE.lists, {DEPLOYMENT: "half of it is missing"})
    said = "deployment_names cannot be looked up: half of it is missing; give ids instead (deployment_ids)"
    assert read(value, half) == (frozenset(), [f"entry.deployment[0]: {said}"], [])
    assert read(value, Names(unread={DEPLOYMENT: ""})) == (frozenset(), [], [])


def test_the_same_resource_by_name_and_by_id_with_other_application_roles_is_a_contradiction():
    value = {
        "deployment": [
            {"role_id": "viewer", "deployment_ids": ["a"]},
            {"role_id": "viewer", "deployment_names": ["a of deployment"], "application_roles": ["x"]},
        ]
    }
    assert "is given twice" in read(value)[2][0]


def test_all_names_that_do_not_fit_are_told_each_with_its_place():
    findings = Findings()
    members = [
        {"email": "ana@example.com", "role_assignments": nested(DEPLOYMENT, {"deployment_names": ["p", "twin"]})},
        {"email": "bo@example.com", "state": "absent", "role_assignments": nested(SECURITY, {"project_names": ["q"]})},
    ]
    groups = {"red": nested(DEPLOYMENT, {"deployment_names": ["r"]}), "none": None}
    assert names_in_team([*members, "x", {"email": 1}], groups) == {DEPLOYMENT, SECURITY}
    team = parse_team(members, groups, ORGANIZATION, NOW, findings, names=THERE)
    assert [one.partition(": ")[0] for one in findings.unresolved] == [
        "groups.red.deployment[0]",
        "members[0] (ana@example.com).role_assignments.deployment[0]",
        "members[0] (ana@example.com).role_assignments.deployment[0]",
        "members[1] (bo@example.com).role_assignments.project.security[0]",
    ]
    assert not team[1].present
    findings.check()  # alone, they do not forbid to go on


def test_words_have_the_name_behind_the_id_and_results_have_ids():
    names = Names({DEPLOYMENT: [Resource(DEPLOYMENT, "a", "logs\u202e"), Resource(DEPLOYMENT, "b", "")]})
    there = people(member("boss@example.com", OWNER), member("ana@example.com", deployments("b")))
    entry = {"email": "ana@example.com", "role_assignments": deployments("a")}
    findings = Findings()
    plan = make_plan(parse_team([entry], {}, None, NOW, findings), there, Rules(names=names), findings)
    (action,) = plan.actions
    assert action.reason == (
        "to be added: deployment-viewer on deployment a (logs\\u202e); "
        "to be taken away: deployment-viewer on deployment b"
    )
    assert action.result()["after"] == to_assignments(grants(deployments("a")))
    (diff,) = make_diff([planned_effect(action)], names=names)
    assert diff["after"].splitlines()[-1] == "    - {role_id: deployment-viewer, deployment_ids: [a]}  # logs\\u202e"
    assert diff["before"].splitlines()[-1] == "    - {role_id: deployment-viewer, deployment_ids: [b]}"


def test_who_is_to_go_is_planned_for_alone():
    there = people(
        member("boss@example.com", OWNER),
        member("ana@example.com", deployments("b")),
        member("leaver@example.com"),
        member("stranger@example.com"),
    )
    entries = [
        {"email": "boss@example.com", "role_assignments": OWNER},
        {"email": "ana@example.com", "role_assignments": deployments("a")},
        {"email": "new@example.com", "role_assignments": deployments("a")},
        {"email": "leaver@example.com", "state": "absent"},
        {"email": "gone@example.com", "state": "absent"},
    ]
    findings = Findings()
    team = parse_team(entries, {}, None, NOW, findings)
    for purge, going in ((False, ["leaver@example.com"]), (True, ["leaver@example.com", "stranger@example.com"])):
        plan = make_plan(team, there, Rules(purge=purge, departures_alone=True), findings)
        assert [(one.action, one.email) for one in plan.actions] == [("remove", email) for email in going]
        assert plan.unchanged == 1
    assert not findings.warnings


@given(there=organizations(), definition=definitions(), purge=st.booleans())
def test_departures_alone_are_those_of_the_whole_plan(there: People, definition: Definition, purge: bool) -> None:
    findings = Findings()
    team = parse_team(definition.members, definition.groups, ORGANIZATION, NOW, findings)
    whole = make_plan(team, there, Rules(purge=purge), findings)
    alone = make_plan(team, there, Rules(purge=purge, departures_alone=True), findings)
    assert alone.actions == [one for one in whole.actions if one.action in ("uninvite", "remove")]
    assert alone.unmanaged == whole.unmanaged
    assert not alone.unseen
    assert not alone.not_understood


def test_lists_are_read_side_by_side_and_one_that_cannot_be_read_is_no_error():
    replies = [
        Reply(body=b'{"deployments": [{"id": "a", "name": "logs"}]}'),
        Reply(403, b'{"errors": [{"code": "root.unauthorized.rbac", "message": "no"}]}'),
        Reply(body=b'{"items": [{"id": "p", "name": "siem"}], "next_page": "1"}'),
    ]
    with local_server(*replies) as local:
        names = read_names(
            Client(local.url, "k" * 20, retries=0), [SECURITY, DEPLOYMENT, ("project", "elasticsearch")], 1
        )
    assert names.ids(DEPLOYMENT, "logs") == ["a"]
    assert names.unread.keys() == {SECURITY, ("project", "elasticsearch")}
    assert "403 root.unauthorized.rbac" in names.unread[("project", "elasticsearch")]
    assert "its end was not reached" in names.unread[SECURITY]
    assert names.name(SECURITY, "p") == "siem"
    assert read_names(Client("http://127.0.0.1:9", "k" * 20), [], 8) == Names()
