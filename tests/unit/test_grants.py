# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Role assignments and the grants that they are made of."""

from __future__ import annotations

import typing as t

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    SCOPES,
    Grant,
    Grants,
    from_input,
    from_reply,
    in_order,
    is_owner,
    missing,
    surplus,
    to_assignments,
    to_body,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    ORGANIZATION,
    OWNER,
    deployments,
    grants,
    unknown,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import (
    a_grant,
    any_reply,
    held,
    json_values,
    some_grants,
    spelling,
    wanted_grants,
    written,
)

ANOTHER = "987654321"


def read_input(value: t.Any, organization_id: str | None = ORGANIZATION) -> tuple[Grants, list[str], list[str]]:
    """Grants, problems and warnings of an input."""
    findings = Findings()
    return from_input(value, "entry", findings, organization_id).grants, findings.problems, findings.warnings


def blocks(assignments: dict[str, t.Any]) -> t.Iterator[tuple[tuple[str, ...], dict[str, t.Any]]]:
    """Each block of role assignments with its scope."""
    for name, inner in assignments.items():
        for key, value in inner.items() if isinstance(inner, dict) else [("", inner)]:
            yield from (((name, key) if key else (name,), block) for block in value or [] if block)


# --- Reading


@given(some=wanted_grants(), data=st.data())
def test_input_gives_the_same_grants_whatever_its_grouping_order_and_spelling(
    some: Grants, data: st.DataObject
) -> None:
    assert read_input(data.draw(written(some))) == (some, [], [])


@given(some=some_grants(), data=st.data())
def test_a_reply_is_the_same_grants_in_any_grouping_order_and_spelling(some: Grants, data: st.DataObject) -> None:
    assert from_reply(data.draw(written(some, reply=True)), ORGANIZATION) == some


@pytest.mark.parametrize(
    "grant", [grant for scope in SCOPES for grant in [(scope, role) for role in SCOPES[scope].roles]]
)
def test_every_known_role_is_known_in_every_spelling(grant: tuple[tuple[str, ...], str]) -> None:
    scope, bare = grant
    full = bare if bare == "billing-admin" else SCOPES[scope].prefix + bare
    everything = {} if SCOPES[scope].ids is None else {"all": True}
    for role_id in (full, bare, full.replace("-", "_"), bare.replace("-", "_"), f" {full} "):
        value: dict[str, t.Any] = {scope[-1]: [{"role_id": role_id, **everything}]}
        value = {scope[0]: value} if len(scope) == 2 else value
        assert read_input(value) == (frozenset({Grant(scope, full, None)}), [], [])


def test_one_role_name_in_two_scopes_is_two_roles() -> None:
    value = {"project": {kind: [{"role_id": "viewer", "all": True}] for kind in ("security", "elasticsearch")}}
    found, _problems, _warnings = read_input(value)
    assert {grant.role for grant in found} == {"security-viewer", "elasticsearch-viewer"}


@pytest.mark.parametrize("read", [lambda value: read_input(value)[0], lambda value: from_reply(value, ORGANIZATION)])
def test_application_roles_absent_empty_and_given_are_three_grants(read: t.Callable[[t.Any], Grants]) -> None:
    variants = [read(deployments("a", roles=roles)) for roles in (None, [], ["kibana_user"])]
    assert len(frozenset.union(*variants)) == 3


@pytest.mark.parametrize("read", [lambda value: read_input(value)[0], lambda value: from_reply(value, ORGANIZATION)])
def test_application_roles_null_are_absent_and_their_order_and_number_make_no_difference(
    read: t.Callable[[t.Any], Grants],
) -> None:
    absent, null = deployments("a"), deployments("a")
    null["deployment"][0]["application_roles"] = None
    assert read(null) == read(absent)
    assert read(deployments("a", roles=["x", "y", "x"])) == read(deployments("a", roles=["y", "x"]))


def test_all_and_a_single_resource_are_two_grants() -> None:
    everything = grants({"deployment": [{"role_id": "viewer", "all": True}]})
    assert not everything & grants(deployments("a"))
    assert [grant.for_everything for grant in everything] == [True]


@pytest.mark.parametrize("value", [None, [], "", "text", 5])
def test_a_reply_without_role_assignments_shows_none(value: t.Any) -> None:
    assert from_reply(value, ORGANIZATION) is None


@pytest.mark.parametrize("value", [{}, {"deployment": None}, {"deployment": []}, {"project": {}}, {"project": []}])
def test_a_reply_with_empty_role_assignments_shows_that_there_are_none(value: t.Any) -> None:
    assert from_reply(value, ORGANIZATION) == NOTHING


@pytest.mark.parametrize("scope", ["organization", "deployment", "platform"])
def test_blocks_of_another_organization_are_left_out(scope: str) -> None:
    ours = {"role_id": "viewer", "all": True, "organization_id": ORGANIZATION}
    value = {scope: [{**ours, "organization_id": ANOTHER, "role_id": "admin"}, ours]}
    assert from_reply(value, ORGANIZATION) == from_reply({scope: [ours]}, ORGANIZATION) != NOTHING


@given(value=json_values() | any_reply())
def test_nothing_in_a_reply_is_an_error(value: t.Any) -> None:
    found = from_reply(value, ORGANIZATION)
    for grant in found or NOTHING:
        assert str(grant)
    assert isinstance(to_assignments(found or NOTHING), dict)


# --- Writing


@given(some=some_grants(), data=st.data())
def test_the_normal_form_does_not_depend_on_how_it_was_written(some: Grants, data: st.DataObject) -> None:
    normal = to_assignments(some)
    assert to_assignments(read_input(data.draw(written(some)))[0]) == normal
    assert to_assignments(from_reply(data.draw(written(some, reply=True)), ORGANIZATION)) == normal
    # A dictionary compares without regard to order, a diff on a screen does not.
    assert repr(to_assignments(frozenset(reversed(in_order(some))))) == repr(normal)


@given(some=some_grants())
def test_the_normal_form_is_as_short_as_it_can_be(some: Grants) -> None:
    seen = set()
    for scope, block in blocks(to_assignments(some)):
        ids = SCOPES[scope].ids
        kind = (scope, block["role_id"], tuple(block.get("application_roles", ["absent"])), "all" in block)
        assert kind not in seen
        seen.add(kind)
        assert "organization_id" not in block
        assert block.get("all", True) is True
        if ids in block:
            assert block[ids] == sorted(set(block[ids]))
            assert block[ids]
            assert "all" not in block
        assert block["role_id"] in {grant.role for grant in some}


@given(some=wanted_grants())
def test_the_normal_form_can_be_read_back(some: Grants) -> None:
    normal = to_assignments(some)
    assert read_input(normal) == (some, [], [])
    assert from_reply(normal, ORGANIZATION) == some


def test_the_normal_form_of_nothing_is_empty() -> None:
    assert to_assignments(NOTHING) == {}


@given(some=some_grants())
def test_a_body_keeps_the_published_contract(some: Grants) -> None:
    body = to_body(some, ORGANIZATION)
    for scope, block in blocks(body):
        ids = SCOPES[scope].ids
        assert block["organization_id"] == ORGANIZATION
        assert isinstance(block["role_id"], str)
        assert block.keys() <= {"role_id", "organization_id", "application_roles"} | ({"all", ids} if ids else set())
        if ids:
            assert isinstance(block["all"], bool)
            assert (ids in block) is not block["all"]
            assert block.get(ids) != []
    assert from_reply(body, ORGANIZATION) == some


def test_a_body_has_application_roles_only_where_they_were_given() -> None:
    bodies = [to_body(grants(deployments("a", roles=roles)), ORGANIZATION) for roles in (None, [], ["x"])]
    found = [body["deployment"][0].get("application_roles", "absent") for body in bodies]
    assert found == ["absent", [], ["x"]]


@given(grant=a_grant(), data=st.data())
def test_what_a_person_gives_goes_out_by_its_full_role_id(grant: Grant, data: st.DataObject) -> None:
    (wanted,) = read_input(data.draw(written(frozenset({grant}))))[0]
    ((_scope, block),) = blocks(to_body(frozenset({wanted}), ORGANIZATION))
    assert block["role_id"] == grant.role


@given(grant=a_grant(), data=st.data())
def test_what_is_taken_away_goes_out_as_the_service_spelled_it(grant: Grant, data: st.DataObject) -> None:
    shown = data.draw(written(frozenset({grant}), reply=True))
    spelled = {block["role_id"] for _scope, block in blocks(shown)}
    there = from_reply(shown, ORGANIZATION)
    ((_scope, block),) = blocks(to_body(surplus(NOTHING, there), ORGANIZATION))
    assert block["role_id"] in spelled


@given(grant=a_grant(), data=st.data())
def test_results_name_known_roles_by_their_full_id(grant: Grant, data: st.DataObject) -> None:
    there = from_reply(data.draw(written(frozenset({grant}), reply=True)), ORGANIZATION)
    ((_scope, block),) = blocks(to_assignments(there))
    assert block["role_id"] == grant.role


# --- What this version does not know


def test_unknown_scopes_and_fields_in_a_reply_are_kept_and_shown() -> None:
    reply = {
        "platform": [{"role_id": "root", "organization_id": ORGANIZATION, "note": None}],
        "project": {"search": [{"role_id": "search-admin"}]},
        "deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["a"], "ends": "2030-01-01"}],
    }
    there = from_reply(reply, ORGANIZATION)
    assert to_assignments(there) == {
        "deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["a"], "ends": "2030-01-01"}],
        "platform": [{"role_id": "root"}],
        "project": {"search": [{"role_id": "search-admin"}]},
    }
    assert surplus(NOTHING, there) == NOTHING


@given(there=held(strange=True), wanted=some_grants(4))
def test_nothing_unknown_is_ever_taken_away(there: Grants, wanted: Grants) -> None:
    taken = surplus(wanted, there)
    assert taken == {grant for grant in there if not grant.extra} - wanted
    assert not any(grant.scope == ("platform",) for grant in taken)


@given(there=held(strange=True), wanted=some_grants(4))
def test_a_held_grant_with_an_unknown_field_is_not_given_again(there: Grants, wanted: Grants) -> None:
    added = missing(wanted, there)
    assert added == {grant for grant in wanted if grant not in there and unknown(grant) not in there}


@pytest.mark.parametrize("key", ["ends", "conditions"])
def test_unknown_data_compares_without_regard_to_order_null_and_organization(key: str) -> None:
    one = {"role_id": "r", key: {"b": [2, 1], "a": None}, "organization_id": ORGANIZATION, "empty": []}
    other = {key: {"b": [1, 2]}, "role_id": "r"}
    assert from_reply({"platform": [one]}, ORGANIZATION) == from_reply({"platform": [other]}, ORGANIZATION)
    assert from_reply({"platform": {"inner": one}}, ORGANIZATION) != from_reply({"platform": [one]}, ORGANIZATION)


def test_unknown_blocks_with_empty_and_absent_application_roles_differ() -> None:
    variants = [{"role_id": "r"}, {"role_id": "r", "application_roles": []}]
    assert len(from_reply({"platform": variants}, ORGANIZATION)) == 2


def test_an_unknown_role_id_is_passed_on_as_it_was_typed() -> None:
    found, problems, warnings = read_input({"deployment": [{"role_id": "deployment_viewr", "all": True}]})
    assert (problems, warnings) == ([], [])
    assert to_body(found, ORGANIZATION)["deployment"][0]["role_id"] == "deployment_viewr"
    assert from_reply({"deployment": [{"role_id": "viewr", "all": True}]}, ORGANIZATION) == found


def test_an_unknown_scope_is_passed_on_as_it_was_typed_with_a_warning() -> None:
    value = {"deployments": [{"role_id": "viewer", "all": True}], "platform": {"inner": [{"role_id": "x"}]}}
    findings = Findings()
    found = from_input(value, "entry", findings, unknown_scopes="warn").grants
    assert findings.problems == []
    warnings = findings.warnings
    assert [warning.partition(":")[0] for warning in warnings] == ["entry.deployments", "entry.platform.inner"]
    assert "did you mean 'deployment'?" in warnings[0]
    body = to_body(found, ORGANIZATION)
    assert body["deployments"] == [{"role_id": "viewer", "all": True, "organization_id": ORGANIZATION}]


# --- Faults in the input


@pytest.mark.parametrize(
    ("value", "problems"),
    [
        ([], ["entry: must be a dictionary of scopes such as deployment, not a list"]),
        ("viewer", ["entry: must be a dictionary of scopes such as deployment, not a text"]),
        ({"deployment": "viewer"}, ["entry.deployment: must be a list of blocks with a role_id each, not a text"]),
        ({"deployment": {"role_id": "viewer"}}, ["entry.deployment: must be a list of blocks"]),
        ({"deployment": ["viewer"]}, ["entry.deployment[0]: must be a dictionary with a role_id, not a text"]),
        ({"deployment": [{"all": True}]}, ["entry.deployment[0]: role_id is missing"]),
        ({"deployment": [{"role_id": None, "all": True}]}, ["entry.deployment[0]: role_id is missing"]),
        ({"deployment": [{"role_id": " ", "all": True}]}, ["entry.deployment[0]: role_id must be a non-empty string"]),
        ({"deployment": [{"role_id": 5, "all": True}]}, ["entry.deployment[0]: role_id must be a non-empty string"]),
        ({"deployment": [{"role_id": "viewer"}]}, ["entry.deployment[0]: needs either 'all: true' or deployment_ids"]),
        (
            {"deployment": [{"role_id": "viewer", "deployment_ids": []}]},
            ["entry.deployment[0]: needs either 'all: true' or deployment_ids"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "all": False}]},
            ["entry.deployment[0]: needs either 'all: true' or deployment_ids"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "all": True, "deployment_ids": ["a"]}]},
            ["entry.deployment[0]: has both all and deployment_ids"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "all": "yes"}]},
            ["entry.deployment[0]: all must be true or false, not a text"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "deployment_ids": {"a": 1}}]},
            ["entry.deployment[0]: deployment_ids must be a list of strings"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "deployment_ids": " "}]},
            ["entry.deployment[0]: deployment_ids must be a list of strings"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "deployment_ids": [1e3, True]}]},
            ["entry.deployment[0]: deployment_ids must be a list of strings"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "deployment_ids": [""]}]},
            ["entry.deployment[0]: deployment_ids must be a list of strings"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "all": True, "application_roles": 5}]},
            ["entry.deployment[0]: application_roles must be a list of strings"],
        ),
        (
            {"deployment": [{"role_id": "viewer", "deployment_id": ["a"]}]},
            [
                "entry.deployment[0]: unknown key 'deployment_id' (did you mean 'deployment_ids'?)",
                "entry.deployment[0]: needs either",
            ],
        ),
        (
            {"deployment": [{"role_id": "viewer", "project_ids": ["a"]}]},
            ["entry.deployment[0]: unknown key 'project_ids'", "entry.deployment[0]: needs either"],
        ),
        ({"organization": [{"role_id": "owner", "all": True}]}, ["entry.organization[0]: unknown key 'all'"]),
        (
            {"cloud_connected_resource": [{"role_id": "viewer", "all": True, "application_roles": []}]},
            ["entry.cloud_connected_resource[0]: unknown key 'application_roles'"],
        ),
        (
            {"project": {"securty": [{"role_id": "viewer", "all": True}]}},
            ["entry.project.securty: unknown; allowed here: project.elasticsearch"],
        ),
        (
            {"project": [{"role_id": "viewer", "all": True}]},
            ["entry.project: must be a dictionary with project.elasticsearch"],
        ),
        (
            {"organization": [{"role_id": "owner", "organization_id": ANOTHER}]},
            [f"entry.organization[0]: organization_id is '{ANOTHER}', but this definition is applied to"],
        ),
    ],
)
def test_a_fault_is_told_with_its_place(value: t.Any, problems: list[str]) -> None:
    found, told, _warnings = read_input(value)
    assert found == NOTHING
    assert len(told) == len(problems)
    for message, beginning in zip(told, problems, strict=True):
        assert message.startswith(beginning)


def test_the_name_of_a_project_type_is_hinted_at() -> None:
    _found, (problem,), _warnings = read_input({"project": {"securty": []}})
    assert "did you mean 'project.security'?" in problem


def test_all_faults_are_told_at_once_and_what_is_good_is_kept() -> None:
    value = {"organization": [{"role": "owner"}, {"role_id": "billing-admin"}], "deployment": [{"role_id": "viewer"}]}
    found, problems, _warnings = read_input(value)
    assert found == grants(BILLING)
    assert [problem.partition(":")[0] for problem in problems] == [
        "entry.organization[0]",
        "entry.organization[0]",
        "entry.deployment[0]",
    ]


@pytest.mark.parametrize(("known", "problems"), [(None, 0), (ORGANIZATION, 0), (ANOTHER, 1)])
def test_an_organization_id_is_held_against_the_one_that_is_known(known: str | None, problems: int) -> None:
    value = {"organization": [{"role_id": "owner", "organization_id": ORGANIZATION}]}
    assert len(read_input(value, known)[1]) == problems


@pytest.mark.parametrize("value", [{}, {"deployment": None}, {"deployment": []}, {"project": None}, {"project": {}}])
def test_empty_parts_of_the_input_are_as_good_as_absent(value: dict[str, t.Any]) -> None:
    assert read_input(value) == (NOTHING, [], [])


# --- What grants mean


@pytest.mark.parametrize("roles", [None, [], ["kibana_user"]])
def test_an_owner_is_an_owner_with_whatever_application_roles(roles: list[str] | None) -> None:
    block = {"role_id": "owner", "application_roles": roles}
    assert is_owner(from_reply({"organization": [block]}, ORGANIZATION))


def test_nobody_else_is_an_owner() -> None:
    assert not is_owner(grants(BILLING, {"deployment": [{"role_id": "admin", "all": True}]}))
    assert is_owner(grants(BILLING, OWNER))
    assert is_owner(frozenset(map(unknown, grants(OWNER))))


def test_grants_are_told_in_words() -> None:
    some = grants(
        OWNER,
        deployments("a", roles=[]),
        {"project": {"security": [{"role_id": "t1_analyst", "all": True, "application_roles": ["soc", "audit"]}]}},
    )
    assert [str(grant) for grant in in_order(some)] == [
        "organization-admin",
        "deployment-viewer on deployment a (application roles: none)",
        "security-t1-analyst on all of project.security (application roles: audit, soc)",
    ]


@given(grant=a_grant(), data=st.data())
def test_the_spelling_of_a_role_is_no_part_of_a_grant(grant: Grant, data: st.DataObject) -> None:
    other = Grant(grant.scope, grant.role, grant.resource, grant.application_roles, "", data.draw(spelling(grant)))
    assert other == grant
    assert hash(other) == hash(grant)
    assert str(other) == str(grant)
