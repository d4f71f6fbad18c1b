# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the collection promises about its input, by the number of the promise, without Ansible and without a service."""

from __future__ import annotations

import typing as t
import unicodedata

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    from_input,
    from_reply,
    to_assignments,
    to_body,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member, Selection, email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.checks import check_roles, check_selections
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired, check_ignored
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    ORGANIZATION,
    OWNER,
    deployments,
    desired,
    grants,
    invitation,
    member,
    parsed,
    people,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import a_grant, some_grants, written

ANA, BO, CLEO = "ana@example.com", "bo@example.com", "cleo@example.com"
BOSS = member("boss@example.com", OWNER)
COMPOSED, APART = "\u00e9va@example.com", "e\u0301va@example.com"
KIBANA = ["kibana_user"]


def entry(*assignments: dict[str, t.Any], email: str = ANA, **more: t.Any) -> dict[str, t.Any]:
    """An entry of a definition."""
    return {"email": email, **({"role_assignments": assignments[0]} if assignments else {}), **more}


def problems_of(*members: t.Any, groups: dict[str, t.Any] | None = None) -> list[str]:
    """What is wrong with a definition, before anything is read."""
    return parsed(list(members), groups, ORGANIZATION)[1].problems


def roles_of(value: t.Any, **options: t.Any) -> tuple[Grants, list[str], list[str]]:
    """What role assignments ask for, what is wrong with them, and what is said about them."""
    findings = Findings()
    found = from_input(value, "entry", findings, ORGANIZATION, **options)
    return found.grants, findings.problems, findings.warnings


def judged(*entries: dict[str, t.Any], there: t.Any = None, unknown_roles: str = "fail", **options: t.Any) -> Findings:
    """What is said about the role ids of a definition, once it is known who holds what."""
    findings = Findings()
    check_roles(desired(*entries, **options), there or people(BOSS), unknown_roles, findings)
    return findings


def role(role_id: str, **more: t.Any) -> dict[str, t.Any]:
    """Role assignments with one role on all deployments."""
    return {"deployment": [{"role_id": role_id, "all": True, **more}]}


# --- 2: how texts compare


@given(name=st.text("\u00e9\u00c9e\u0301E\u0130i\u0307I\u1e9b\u0323a\u0323\u0307", min_size=1, max_size=6))
def test_promise_02_emails_compare_in_nfc_and_without_regard_to_case(name: str) -> None:
    email = f"{name}@example.com"
    for form in ("NFC", "NFD"):
        assert email_key(unicodedata.normalize(form, email)) == email_key(email)
    assert email_key(f" {email} ") == email_key(email)
    assert email_key(COMPOSED.upper()) == email_key(APART)


def test_promise_02_one_person_in_two_forms_is_one_person() -> None:
    there = people(BOSS, member(COMPOSED, BILLING, user_id="id-eva"))
    assert [one.user_id for one in there.find(APART.upper()).members] == ["id-eva"]
    assert Selection([APART]).has(COMPOSED)
    (problem,) = problems_of(entry(email=COMPOSED), entry(email=APART))
    assert "the same person as members[0]" in problem


def test_promise_02_ids_and_application_roles_are_trimmed_and_a_number_counts_as_its_digits() -> None:
    asked = {"role_id": " viewer ", "deployment_ids": [" X ", "X", 5, "5"], "application_roles": [" a ", "a"]}
    assert roles_of({"deployment": [asked]}) == (grants(deployments("X", "5", roles=["a"])), [], [])


@pytest.mark.parametrize("wrong", [1.5, True, None, [], " "])
def test_promise_02_what_has_no_digits_is_no_id(wrong: t.Any) -> None:
    found, problems, _warnings = roles_of(deployments("a", wrong))
    assert found == NOTHING
    assert problems[0].startswith("entry.deployment[0]: deployment_ids must be a list of strings")


@pytest.mark.parametrize(
    "spoilt",
    [
        entry(email="a\ud83d@example.com"),
        entry(deployments("\ud83d")),
        entry(deployments("a", roles=["\ud83d"])),
        entry(role("\ud83d")),
        entry({"organization": [{"role_id": "owner", "organization_id": "\ud83d"}]}),
        entry({"moon_base\ud83d": []}),
        entry({"moon_base": [{"role_id": "\ud83d"}]}),
        entry(reason="\ud83d"),
    ],
)
def test_promise_02_a_lone_surrogate_is_a_fault(spoilt: dict[str, t.Any]) -> None:
    (problem,) = problems_of(spoilt)
    assert "holds half of a surrogate pair" in problem
    assert problems_of(entry(), groups={"\ud83d": {}})


# --- 3: the organization of a block


@pytest.mark.parametrize("same", [int(ORGANIZATION), f" {ORGANIZATION} ", ORGANIZATION, None])
def test_promise_03_the_organization_of_a_block_may_be_a_number(same: t.Any) -> None:
    block = {"role_id": "billing-admin", "organization_id": same}
    assert roles_of({"organization": [block]}) == (grants(BILLING), [], [])


@pytest.mark.parametrize("other", [999, "999", " 999 "])
def test_promise_03_another_organization_is_a_fault_now_or_as_soon_as_ours_is_known(other: t.Any) -> None:
    block = {"role_id": "billing-admin", "organization_id": other}
    told = "organization_id is '999', but this definition is applied to"
    assert told in problems_of(entry({"organization": [block]}))[0]
    _team, findings = parsed([entry({"organization": [block]})], {"team": {"organization": [block]}})
    assert findings.problems == []
    findings.check_organizations("999")
    with pytest.raises(InputError) as caught:
        findings.check_organizations(ORGANIZATION)
    for place in ("groups.team.organization[0]", f"members[0] ({ANA}).role_assignments.organization[0]"):
        assert f"- {place}: {told}" in str(caught.value)


@pytest.mark.parametrize("wrong", [True, [], {}, 1.5])
def test_promise_03_what_is_no_organization_is_a_fault(wrong: t.Any) -> None:
    block = {"role_id": "billing-admin", "organization_id": wrong}
    assert "organization_id must be a string" in roles_of({"organization": [block]})[1][0]


# --- 4: two sets of application roles

PAIRS = [(None, []), (None, KIBANA), ([], KIBANA), (KIBANA, [*KIBANA, "x"])]


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_promise_04_a_group_and_an_entry_that_contradict_each_other_are_both_named(one: t.Any, other: t.Any) -> None:
    groups = {"team": deployments("a", "b", roles=one)}
    (problem,) = problems_of(entry(deployments("b", roles=other), groups=["team"]), groups=groups)
    assert problem.startswith(f"members[0] ({ANA}): deployment-viewer on deployment b is given twice")
    for place in ("groups.team.deployment[0]", f"members[0] ({ANA}).role_assignments.deployment[0]"):
        assert f" in {place}" in problem
    (problem,) = problems_of(
        entry(groups=["team", "second"]), groups={**groups, "second": deployments("a", roles=other)}
    )
    assert "groups.team.deployment[0]" in problem
    assert "groups.second.deployment[0]" in problem


@pytest.mark.parametrize(("one", "other"), PAIRS)
def test_promise_04_a_group_that_contradicts_itself_is_told_once(one: t.Any, other: t.Any) -> None:
    team = {"deployment": [*deployments("a", roles=one)["deployment"], *deployments("a", roles=other)["deployment"]]}
    (problem,) = problems_of(entry(groups=["team"]), entry(email=BO, groups=["team"]), groups={"team": team})
    assert problem.startswith("groups.team: deployment-viewer on deployment a is given twice, with application_roles ")
    assert "groups.team.deployment[0]" in problem
    assert "groups.team.deployment[1]" in problem
    assert roles_of(team)[1]
    assert roles_of(team, to_be_taken=True)[1] == []  # both may be meant


def test_promise_04_the_same_set_twice_is_one_and_all_is_another_resource_than_an_id() -> None:
    groups = {"team": deployments("a", roles=["y", "x"]), "everything": role("viewer")}
    team = desired(entry(deployments("a", roles=["x", "y"]), groups=["team", "everything", "team"]), groups=groups)
    assert len(team[0].grants or ()) == 2


@given(first=some_grants(), second=some_grants(), data=st.data())
def test_promise_04_is_about_slots_however_they_are_written(first: Grants, second: Grants, data: st.DataObject) -> None:
    groups = {"team": data.draw(written(first))}
    slots = {one.slot for one in first | second}
    contradicts = len(slots) < len(first | second)
    assert bool(problems_of(entry(data.draw(written(second)), groups="team"), groups=groups)) == contradicts


def test_promise_04_grants_know_the_places_that_they_come_from() -> None:
    groups = {"team": deployments("a", "b"), "other": {**BILLING, **deployments("b")}}
    (one,) = desired(entry(deployments("b"), groups=["team", "other"]), groups=groups)
    (grant,) = grants(deployments("b"))
    assert [place for source in one.given for place, some in source.blocks if grant in some] == [
        "groups.team.deployment[0]",
        "groups.other.deployment[0]",
        f"members[0] ({ANA}).role_assignments.deployment[0]",
    ]


# --- 5: absent, with roles


@pytest.mark.parametrize("roles", [{"groups": ["team"]}, {"role_assignments": BILLING}, {"role_assignments": {}}])
def test_promise_05_an_absent_entry_with_roles_is_warned_of(roles: dict[str, t.Any]) -> None:
    _team, findings = parsed([entry(email=BO), entry(state="absent", **roles)], {"team": BILLING})
    (warning,) = findings.warnings
    assert warning.startswith(f"members[1] ({ANA}): state is absent, so ")
    for silent in (
        entry(state="absent"),
        entry(state="absent", groups=[]),
        entry(until="2026-06-14", **roles),
        entry(until="2026-06-14", state="absent", **roles),
        entry(until="2026-06-16", **roles),
    ):
        assert parsed([silent], {"team": BILLING})[1].warnings == []


# --- 6: roles that nobody knows


def test_promise_06_an_unknown_role_is_a_fault_that_names_the_entry_and_what_is_near() -> None:
    groups = {"team": role("deployment-vewer"), "unused": role("chef")}
    findings = judged(entry(role("deployment_editr"), groups=["team"]), entry(email=BO, groups=["team"]), groups=groups)
    assert [problem.partition(":")[0] for problem in findings.problems] == [
        "groups.team.deployment[0]",
        f"members[0] ({ANA}).role_assignments.deployment[0]",
    ]
    assert "'deployment-vewer' is not known" in findings.problems[0]
    assert "(did you mean 'deployment-viewer'?)" in findings.problems[0]
    assert "(did you mean 'deployment-editor'?)" in findings.problems[1]
    assert findings.warnings == []


def test_promise_06_with_warn_it_is_passed_on_with_a_warning() -> None:
    findings = judged(entry(role("deployment_vewer")), unknown_roles="warn")
    assert findings.problems == []
    (warning,) = findings.warnings
    assert warning.startswith(f"members[0] ({ANA}).role_assignments.deployment[0]: the role id 'deployment_vewer' is ")


@pytest.mark.parametrize("kind", ["member", "invitation", "expired", "unknown field"])
def test_promise_06_what_somebody_holds_is_known(kind: str) -> None:
    held = (
        from_reply(role("deployment_chef", **({"new": 1} if kind == "unknown field" else {})), ORGANIZATION) or NOTHING
    )
    holder: t.Any = Member("id-bo", BO, None, None, held)
    if kind in ("invitation", "expired"):
        invited = invitation(BO, expired=kind == "expired")
        holder = type(invited)(BO, "token", None, None, invited.expired, held)
    there = people(BOSS, holder)
    assert judged(entry(role("chef", application_roles=KIBANA)), there=there).problems == []
    elsewhere = {"project": {"security": [{"role_id": "chef", "all": True}]}}
    assert len(judged(entry(elsewhere), there=there).problems) == 1
    (problem,) = judged(entry(role("deployment-chaf")), there=there).problems
    assert "did you mean 'deployment-chef'?" in problem


@pytest.mark.parametrize("slip", ["owner-", "organization-admn", "organisation-admin", "admins", "organization-owners"])
def test_promise_06_no_slip_is_answered_with_an_owner_role(slip: str) -> None:
    (problem,) = judged(entry({"organization": [{"role_id": slip}]})).problems
    assert "did you mean 'organization-admin'" not in problem
    assert "did you mean 'owner'" not in problem


def test_promise_06_nobody_is_asked_about_what_is_taken_away_or_given_to_nobody() -> None:
    given = from_input(role("chef"), "role_assignments", Findings(), to_be_taken=True)
    for state in ({"mode": "absent"}, {"present": False}):
        findings = Findings()
        one = Desired("entry", ANA, grants=given.grants, given=(given,), **state)  # type: ignore[arg-type]
        check_roles([one], people(BOSS), "fail", findings)
        assert findings.problems == []
    # Else the run after the one that takes the last of these roles away would fail.
    assert (
        judged(entry(role("chef"), until="2026-06-14"), entry(email=BO), groups={"team": role("chef")}).problems == []
    )


@pytest.mark.parametrize("scope", [{"moon_base": [{"role_id": "x"}]}, {"project": {"securty": [{"role_id": "x"}]}}])
def test_promise_06_an_unknown_scope_is_a_fault_before_anything_is_read(scope: dict[str, t.Any]) -> None:
    found, (problem,), _warnings = roles_of(scope)
    assert found == NOTHING
    assert ": unknown; allowed here: " in problem
    found, problems, (warning,) = roles_of(scope, unknown_scopes="warn")
    assert problems == []
    assert "this scope is not known to this version and is sent to the service as it is" in warning
    assert to_assignments(found) == scope


# --- 7: scopes whose roles are not published


@pytest.mark.parametrize("name", ["vectordb", "workplaceai"])
def test_promise_07_any_role_is_known_in_vectordb_and_workplaceai(name: str) -> None:
    value = {"project": {name: [{"role_id": f"{name}_anything", "project_ids": ["a"], "application_roles": KIBANA}]}}
    found, problems, warnings = roles_of(value)
    assert (problems, warnings) == ([], [])
    assert to_assignments(found) == value
    assert judged(entry(value)).problems == []
    assert to_body(found, ORGANIZATION)["project"][name][0]["role_id"] == f"{name}_anything"
    reply = {"project": {name: [{"role_id": f"{name}-anything", "project_ids": ["a"], "application_roles": KIBANA}]}}
    assert from_reply(reply, ORGANIZATION) == found
    assert all(grant.understood for grant in from_reply(reply, ORGANIZATION) or ())


# --- 8: ignored and protected, and nobody there


def test_promise_08_a_selection_that_is_for_nobody_is_warned_of() -> None:
    findings = Findings()
    there = people(BOSS, member(ANA), invitation("guest@visitors.example.org"))
    good = ["ANA@example.com", "id-ana", "*@VISITORS.example.org", CLEO, "*@cleo.example.org"]
    bad = ["dan@example.com", "id-dan", "*@dan.example.org"]
    team = desired(entry(email=CLEO), entry(email="cleo@cleo.example.org"))
    selections = [Selection.from_input([*good, *bad], option, findings) for option in ("ignore", "protected")]
    check_selections(selections, team, there, findings)
    assert findings.problems == []
    (warning,) = findings.warnings
    assert warning.endswith(" matches nobody in the organization, its invitations or the definition; is it misspelt?")
    for place in ("ignore[5] (dan@example.com)", "ignore[6] (id-dan)", "ignore[7] (*@dan.example.org)"):
        assert place in warning
    assert "protected[5] (dan@example.com)" in warning
    for name in good:
        assert f"({name})" not in warning


# --- 9: one text for a list of one


@given(grant=a_grant())
@example(grant=next(iter(grants(deployments("a", roles=["x"])))))
def test_promise_09_one_text_is_a_list_of_one(grant: t.Any) -> None:
    assume(grant.application_roles is None or len(grant.application_roles) == 1)
    asked = to_assignments(frozenset({grant}))
    alone = _with_single_texts(asked)
    assert roles_of(alone) == roles_of(asked) == (frozenset({grant}), [], [])
    (one,) = desired(entry(groups="team"), groups={"team": alone})
    assert one.grants == frozenset({grant})


def _with_single_texts(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _with_single_texts(inner) for key, inner in value.items()}
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return value[0]
    return [_with_single_texts(inner) for inner in value] if isinstance(value, list) else value


def test_promise_09_a_single_blank_text_is_none() -> None:
    assert "unknown group ''" in problems_of(entry(groups=""))[0]
    assert (
        "deployment_ids must be a list of strings"
        in problems_of(entry(role("viewer", deployment_ids="", all=False)))[0]
    )
    assert "application_roles must be a list of strings" in problems_of(entry(role("viewer", application_roles=" ")))[0]


# --- Beside the promises: notes, and who is ignored


@pytest.mark.parametrize("key", ["reason", "ticket", "sponsor"])
def test_an_entry_may_say_why_in_one_line(key: str) -> None:
    for good in ("Project Alpine", " padded\n", "", 12345, 1.5, "x" * 200, None):
        assert problems_of(entry(**{key: good})) == []
    for bad, told in [
        ("x" * 201, "has 201 characters, at most 200"),
        ("a\nb", "must be one line"),
        ("a\u2028b", "must be one line"),
        ("a\x1bb", "contains a control character"),
        ("{{ x }}", "would be a template"),
        (True, "must be a string, not true or false"),
        (["x"], "must be a string, not a list"),
    ]:
        (problem,) = problems_of(entry(**{key: bad}))
        assert problem.startswith(f"members[0] ({ANA}): {key}")
        assert told in problem
    assert desired(entry(BILLING, **{key: "why"})) == desired(entry(BILLING))


def test_an_email_that_is_ignored_and_defined_is_a_fault_and_a_pattern_is_none() -> None:
    findings = Findings()
    ignore = Selection.from_input(["*@example.com", "ANA@Example.com"], "ignore", findings)
    check_ignored(desired(entry(), entry(email=BO)), ignore, findings)
    assert findings.problems == [
        f"members[0] ({ANA}): ignore[1] (ANA@Example.com) names this person too; take the person out of one of them"
    ]


def test_who_is_spared_is_not_in_a_selection() -> None:
    spared = Selection(["*@example.com", "id-boss"]).sparing([(ANA.upper(), None), (None, "id-boss")])
    assert not spared.has(ANA)
    assert not spared.has(None, "id-boss")
    assert spared.has(BO)
