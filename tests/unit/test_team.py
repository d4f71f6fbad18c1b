# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A team definition: what it asks for, and every fault that it can have."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import replace

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired, end_of, parse_team
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    NOW,
    ORGANIZATION,
    OWNER,
    deployments,
    desired,
    grants,
    parsed,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import Definition, definitions

ANA = "ana@example.com"
SECOND = dt.timedelta(seconds=1)


def problems_of(*members: t.Any, groups: dict[str, t.Any] | None = None, known: str | None = ORGANIZATION) -> list[str]:
    """What is wrong with a definition."""
    return parsed(list(members), groups, known)[1].problems


def present_at(until: t.Any, now: dt.datetime) -> bool:
    """Whether an entry with this date is present at a moment."""
    findings = Findings()
    (one,) = parse_team([{"email": ANA, "until": until}], {}, None, now, findings)
    findings.check()
    return one.present


# --- What it asks for


@given(definition=definitions())
def test_a_definition_asks_for_the_union_of_groups_and_own_assignments(definition: Definition) -> None:
    found = {
        (one.email or "").partition("@")[0].lower(): one
        for one in desired(*definition.members, groups=definition.groups)
    }
    assert {name for name, one in found.items() if not one.present} == definition.absent
    assert {name: one.grants for name, one in found.items() if one.present} == definition.present


def test_a_definition_keeps_its_order_and_the_emails_as_they_are_typed() -> None:
    assert [one.email for one in desired({"email": "Bo@Example.com "}, {"email": ANA})] == ["Bo@Example.com", ANA]


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        ({}, None),
        ({"groups": None, "role_assignments": None, "state": None, "until": None}, None),
        ({"groups": []}, None),
        ({"role_assignments": {}}, NOTHING),
        ({"role_assignments": {"deployment": []}}, NOTHING),
        ({"groups": ["nothing"]}, NOTHING),
        ({"groups": ["nothing", "billing"]}, grants(BILLING)),
        ({"groups": ["billing"], "role_assignments": deployments("a")}, grants(BILLING, deployments("a"))),
        ({"state": "present", "groups": ["billing", "billing"]}, grants(BILLING)),
    ],
)
def test_an_entry_says_nothing_nobody_or_something_about_roles(entry: dict[str, t.Any], asked: t.Any) -> None:
    (one,) = desired({"email": ANA, **entry}, groups={"nothing": {}, "billing": BILLING})
    assert one.present
    assert one.grants == asked


@pytest.mark.parametrize(
    ("mode", "target"),
    [
        ("exact", grants(BILLING, deployments("b"))),
        ("present", grants(BILLING, deployments("a", "b"))),
        ("absent", grants(deployments("a"))),
    ],
)
def test_roles_are_set_added_or_taken_away(mode: str, target: t.Any) -> None:
    one = Desired("entry", ANA, grants=grants(BILLING, deployments("b")), mode=mode)
    assert one.target(grants(deployments("a", "b"))) == target
    assert Desired("entry", ANA, mode=mode).target(grants(OWNER)) == grants(OWNER)


def test_application_roles_are_part_of_what_is_taken_away() -> None:
    one = Desired("entry", ANA, grants=grants(deployments("a", roles=[])), mode="absent")
    assert one.target(grants(deployments("a"))) == grants(deployments("a"))


# --- Until


@pytest.mark.parametrize(
    ("until", "last"),
    [
        ("2026-12-31", "2026-12-31T23:59:59+00:00"),
        (" 2026-12-31 ", "2026-12-31T23:59:59+00:00"),
        (" 2026-12-31T18:00Z\n", "2026-12-31T18:00:00+00:00"),
        (dt.date(2026, 12, 31), "2026-12-31T23:59:59+00:00"),
        ("2024-02-29", "2024-02-29T23:59:59+00:00"),
        ("2026-12-31T18:00:00", "2026-12-31T18:00:00+00:00"),
        ("2026-12-31 18:00", "2026-12-31T18:00:00+00:00"),
        ("2026-12-31T18:00:00Z", "2026-12-31T18:00:00+00:00"),
        ("2026-12-31T18:00:00+02:00", "2026-12-31T16:00:00+00:00"),
        ("2026-12-31T18:00:00-05:30", "2026-12-31T23:30:00+00:00"),
        (dt.datetime(2026, 12, 31, 18), "2026-12-31T18:00:00+00:00"),
        (dt.datetime(2026, 12, 31, 18, tzinfo=dt.timezone(dt.timedelta(hours=2))), "2026-12-31T16:00:00+00:00"),
    ],
)
def test_an_entry_counts_up_to_its_last_second(until: t.Any, last: str) -> None:
    moment = dt.datetime.fromisoformat(last)
    assert present_at(until, moment)
    assert not present_at(until, moment + SECOND)


@pytest.mark.parametrize("zone", [-11, 0, 14])
def test_a_date_ends_in_utc_wherever_the_clock_stands(zone: int) -> None:
    last = dt.datetime(2026, 12, 31, 23, 59, 59, tzinfo=dt.timezone.utc).astimezone(
        dt.timezone(dt.timedelta(hours=zone))
    )
    assert present_at("2026-12-31", last)
    assert not present_at("2026-12-31", last + SECOND)


@pytest.mark.parametrize(("until", "present"), [("9999-12-31", True), ("9999-12-31T23:59:59-12:00", True)])
def test_the_end_of_time_is_a_date(until: str, present: bool) -> None:
    assert present_at(until, NOW) is present


@pytest.mark.parametrize(
    "text", ["until: 2026-06-14", "until: 2026-06-15T11:59:59Z", "until: 2026-06-15 13:59:59 +02:00"]
)
def test_an_unquoted_date_of_yaml_works(text: str) -> None:
    until = yaml.safe_load(text)["until"]
    assert not isinstance(until, str)
    assert not present_at(until, NOW)
    assert present_at(until, NOW - dt.timedelta(days=1))


@pytest.mark.parametrize(
    "until",
    [
        "",
        " ",
        "tomorrow",
        "31.12.2026",
        "2026-13-01",
        "2026-02-30",
        "20261231",
        "2026-W53",
        "2026-12",
        "2026-12-31T",
        20261231,
        True,
        [],
        {},
        "2026-12-31T25:00",
        "2026-12-31T18:00+99:00",
        "0000-01-01",
        "2026-12-31T18:00:00z",
        "2026-12-31t18:00",
        "2026-12-31  18:00",
        "2026-12-31T18",
        "2026-12-31T18:00:00.5",
        "2026-12-31T18:00:00,5",
        "2026-12-31T18:00+02",
        "2026-12-31T18:00+0200",
        "2026-12-31T18:00 +02:00",
        "2026-12-31T18:00+02:60",
        "2026-12-31T24:00",
        "2026-12-31Z",
        "2026-1-1",
        "\u0662\u0660\u0662\u0666-12-31",
    ],
)
def test_what_is_no_date_is_told_with_what_stands_there(until: t.Any) -> None:
    (problem,) = problems_of({"email": ANA, "until": until})
    assert problem.startswith(f"members[0] ({ANA}): until must be a date such as '2026-12-31' or a timestamp")
    assert problem.endswith(f"not {until!r}")


def test_an_entry_whose_date_has_passed_is_absent_and_tells_why() -> None:
    past, state = desired(
        {"email": ANA, "until": "2026-06-14", "role_assignments": OWNER}, {"email": "bo@example.com", "state": "absent"}
    )
    assert (past.present, past.grants, past.because) == (False, None, "until 2026-06-14 has passed")
    assert (state.present, state.grants, state.because) == (False, None, "state is absent")


def test_a_definition_that_templating_has_spoilt_tells_to_quote_the_dates() -> None:
    entries = [{"email": ANA, "until": dt.date(2026, 12, 31)}]
    for spoilt in ([str(entries)], str(entries).split(","), [str(entries[0]), str({"until": NOW})]):
        (problem,) = problems_of(*spoilt)
        assert problem.endswith("in quotes: until: '2026-12-31'")


# --- Faults


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        (ANA, "members[0]: must be a dictionary with an email, not a text"),
        (None, "members[0]: must be a dictionary with an email, not null"),
        ([[]], "members[0][0]: must be a dictionary with an email, not a list"),
        ({}, "members[0]: email is missing"),
        ({"email": None}, "members[0]: email is missing"),
        ({"email": 5}, "members[0]: email must be a string, not a number"),
        ({"email": "ana"}, "members[0]: 'ana' is not an email address"),
        ({"email": "Ana <ana@example.com>"}, "members[0]: 'Ana <ana@example.com>' is a name with an address; write"),
        ({"email": ANA, "rols": 1}, f"members[0] ({ANA}): unknown key 'rols'"),
        ({"email": ANA, "group": ["x"]}, f"members[0] ({ANA}): unknown key 'group' (did you mean 'groups'?)"),
        ({"email": ANA, 5: "x"}, f"members[0] ({ANA}): unknown key '5'"),
        ({"email": ANA, "state": "gone"}, f"members[0] ({ANA}): state must be present or absent, not 'gone'"),
        ({"email": ANA, "state": True}, f"members[0] ({ANA}): state must be present or absent, not True"),
        ({"email": ANA, "state": []}, f"members[0] ({ANA}): state must be present or absent, not []"),
        ({"email": ANA, "groups": 5}, f"members[0] ({ANA}): groups must be a list of names, not a number"),
        (
            {"email": ANA, "groups": {"team": 1}},
            f"members[0] ({ANA}): groups must be a list of names, not a dictionary",
        ),
        ({"email": ANA, "groups": ["taem"]}, f"members[0] ({ANA}): unknown group 'taem' (did you mean 'team'?)"),
        ({"email": ANA, "groups": ["zzz"]}, f"members[0] ({ANA}): unknown group 'zzz'"),
        (
            {"email": ANA, "groups": [2026]},
            f"members[0] ({ANA}): groups must be a list of names in quotes; 2026 is a number",
        ),
        ({"email": ANA, "groups": [["team"]]}, f"members[0] ({ANA}): groups must be a list of names in quotes"),
        ({"email": ANA, "groups": ["hollow"]}, f"members[0] ({ANA}): the group 'hollow' is empty; write {{}}"),
        (
            {"email": ANA, "role_assignments": []},
            f"members[0] ({ANA}).role_assignments: must be a dictionary of scopes",
        ),
        (
            {"email": ANA, "role_assignments": {"deployment": [{"role_id": "viewer"}]}},
            f"members[0] ({ANA}).role_assignments.deployment[0]: needs either",
        ),
        (
            {"email": ANA, "role_assignments": {"organization": [{"role_id": "owner", "organization_id": "5"}]}},
            f"members[0] ({ANA}).role_assignments.organization[0]: organization_id is '5', but",
        ),
        (
            {"email": ANA, "state": "absent", "role_assignments": {"organization": "owner"}},
            f"members[0] ({ANA}).role_assignments.organization: must be a list of blocks",
        ),
        ({"email": ANA, "state": "absent", "groups": ["zzz"]}, f"members[0] ({ANA}): unknown group 'zzz'"),
        ({"email": ANA, "state": "absent", "until": "soon"}, f"members[0] ({ANA}): until must be a date"),
    ],
)
def test_a_faulty_entry_is_told_with_its_index_and_what_is_wrong(entry: t.Any, problem: str) -> None:
    (told,) = problems_of(entry, groups={"team": BILLING, "hollow": None})
    assert told.startswith(problem)


def test_two_entries_for_one_person_are_told_with_both_indexes() -> None:
    told = problems_of({"email": ANA}, {"email": "bo@example.com"}, {"email": " ANA@Example.com"}, {"email": ANA})
    assert [problem.partition(";")[0] for problem in told] == [
        "members[2] (ANA@Example.com): the same person as members[0]",
        f"members[3] ({ANA}): the same person as members[0]",
    ]


def test_a_faulty_group_is_told_once_by_its_name() -> None:
    told = problems_of(
        {"email": ANA, "groups": ["team"]},
        {"email": "bo@example.com", "groups": ["team"]},
        groups={"team": {"organization": [{"role_id": None}]}, "other": "text"},
    )
    assert [problem.partition(":")[0] for problem in told] == ["groups.team.organization[0]", "groups.other"]


def test_an_unused_group_may_be_null() -> None:
    assert problems_of({"email": ANA}, groups={"unused": None}) == []


def test_all_faults_are_told_at_once() -> None:
    entries = [ANA, {"email": "bo"}, {"email": "cleo@example.com", "groups": ["x"], "until": "y", "state": 1, "z": 0}]
    told = problems_of(*entries, groups={"bad": []})
    assert len(told) == 7
    _team, findings = parsed(entries, {"bad": []})
    with pytest.raises(InputError) as caught:
        findings.check()
    assert str(caught.value).startswith("7 problems in the input, nothing was changed:\n- ")
    assert all(problem in str(caught.value) for problem in told)


def test_ten_thousand_entries_are_read_each_with_its_own_roles() -> None:
    entries = [
        {"email": f"p{n}@example.com", "groups": ["all"], "role_assignments": deployments(f"d{n}")}
        for n in range(10_000)
    ]
    team = desired(*entries, groups={"all": BILLING})
    assert len(team) == 10_000
    assert team[9_999].grants == grants(BILLING, deployments("d9999"))
    assert len({one.email for one in team}) == 10_000


def test_every_one_of_ten_thousand_faulty_entries_is_told() -> None:
    told = problems_of(*[{"email": f"p{n}@example.com", "groups": ["x"]} for n in range(10_000)])
    assert len(told) == 10_000
    assert told[-1].startswith("members[9999] (p9999@example.com): unknown group 'x'")


def test_a_grant_tells_which_groups_and_which_entry_it_comes_from() -> None:
    groups = {"viewers": deployments("a", "b"), "all": deployments("a"), "unused": BILLING}
    entry = {"email": ANA, "groups": ["viewers", "all"], "role_assignments": {**deployments("a", "c"), **BILLING}}
    (one,) = desired(entry, groups=groups)
    (everywhere, in_a_group, own) = (grants(deployments(name)) for name in "abc")
    assert one.sources(*everywhere) == ["all", "viewers", None]
    assert one.sources(*in_a_group) == ["viewers"]
    assert one.sources(*own) == [None]
    assert one.sources(*grants(BILLING)) == [None]
    assert one.sources(*grants(deployments("z"))) == []


def test_an_entry_says_when_it_ends() -> None:
    assert end_of({"until": "2026-12-31"}) == dt.datetime.combine(
        dt.date(2026, 12, 31), dt.time.max, tzinfo=dt.timezone.utc
    )
    assert end_of({"until": dt.date(2026, 12, 31)}) == end_of({"until": " 2026-12-31 "})
    assert end_of({"until": "2026-12-31T18:00+02:00"}) == dt.datetime(2026, 12, 31, 16, tzinfo=dt.timezone.utc)
    assert end_of({}) is None


# --- Several lists


@given(definition=definitions(), cut=st.integers(0, 8))
def test_lists_of_members_come_to_what_one_list_of_all_of_them_does(definition: Definition, cut: int) -> None:
    lists = [definition.members[:cut], definition.members[cut:]]
    assert desired(*lists, groups=definition.groups) == [
        replace(one, where=joined.where)
        for one, joined in zip(
            desired(*definition.members, groups=definition.groups),
            desired(*lists, groups=definition.groups),
            strict=True,
        )
    ]


@given(definition=definitions())
def test_a_person_in_several_lists_has_what_all_of_them_give(definition: Definition) -> None:
    apart = [
        [{key: value for key, value in one.items() if key != left_out} for one in definition.members]
        for left_out in ("groups", "role_assignments")
    ]
    whole, joined = (desired(*one, groups=definition.groups) for one in (definition.members, apart))
    assert [(one.email, one.present, one.grants) for one in joined] == [
        (one.email, one.present, one.grants) for one in whole
    ]


def test_an_entry_in_lists_is_named_by_both_places() -> None:
    (one,) = desired([{"email": ANA}], [{"email": "ANA@example.com", "role_assignments": BILLING}])
    assert one.where == "members[0][0] (ana@example.com) and members[1][0] (ANA@example.com)"
    assert one.grants == grants(BILLING)
    assert problems_of([{"email": ANA}], [{"email": ANA, "stat": "absent"}])[0].startswith("members[1][0] (ana@")


def test_within_one_list_a_person_is_still_named_once() -> None:
    (problem,) = problems_of([], [{"email": ANA}, {"email": ANA}])
    assert problem.startswith("members[1][1] (ana@example.com): the same person as members[1][0];")


@pytest.mark.parametrize(
    "other", [{"state": "absent"}, {"until": "2035-12-31"}, {"until": "2020-12-31"}, {"until": "2035-12-31T12:00:00Z"}]
)
def test_lists_that_do_not_agree_on_how_long_are_a_fault(other: dict[str, t.Any]) -> None:
    for until in ({}, {"until": "2035-12-30"}):
        (problem,) = problems_of([{"email": ANA, **until}], [{"email": ANA, **other}])
        assert "state or until differs from members[0][0] (ana@example.com)" in problem


def test_lists_may_say_the_same_time_in_other_words() -> None:
    ends = ["2035-12-31T12:00:00Z", "2035-12-31T14:00:00+02:00"]
    (one,) = desired(*([{"email": ANA, "until": until}] for until in ends))
    assert one.ends == dt.datetime(2035, 12, 31, 12, tzinfo=dt.timezone.utc)


def test_two_lists_of_application_roles_for_one_slot_name_both_places() -> None:
    blocks = ({"role_id": "deployment-viewer", "all": True, "application_roles": [role]} for role in "xy")
    (problem,) = problems_of(*([{"email": ANA, "role_assignments": {"deployment": [one]}}] for one in blocks))
    assert "members[0][0]" in problem
    assert "members[1][0]" in problem


def test_what_is_no_list_beside_lists_is_a_fault() -> None:
    (problem,) = problems_of([{"email": ANA}], {"email": "bo@example.com"})
    assert problem == "members[1]: must be a list of people, like others there, not a dictionary"
