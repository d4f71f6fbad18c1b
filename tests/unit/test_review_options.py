# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options of an access review: what they say, and everything that is wrong with them at once."""

from __future__ import annotations

import datetime as dt
import typing as t

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import (
    NOT_EXEMPTED,
    PRECEDENCE,
    RULES,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Options
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import NOW, ORGANIZATION, TEMPLATES

GOOD = {
    "rule": "external_member",
    "who": ["zoe@example.net", "*@example.org", "4711"],
    "reason": "contract 4711",
    "approved_by": "ada@example.com",
    "until": "2026-12-31",
}


def read(**options: t.Any) -> tuple[Options, list[str]]:
    """Return what options say, and what is wrong with them."""
    findings = Findings()
    return Options.from_input(options, ORGANIZATION, NOW, findings), findings.problems


def problem_of(**options: t.Any) -> str:
    """Return the one thing that is wrong."""
    (one,) = read(**options)[1]
    return one


def faulty(**change: t.Any) -> list[str]:
    """Return what is wrong with an exemption that is good but for a change; ... takes a key away."""
    made = {key: value for key, value in (GOOD | change).items() if value is not ...}
    return read(exemptions=[made])[1]


def test_what_is_not_given_is_as_the_contract_says() -> None:
    options, problems = read(fail_on=None)
    assert problems == []
    assert options == Options()
    assert (options.min_owners, options.max_owners, options.fail_on, options.incomplete) == (2, 5, "high", "fail")
    assert (options.until_soon, options.carry_out_within) == (dt.timedelta(days=30), dt.timedelta(days=14))


def test_what_is_given_counts() -> None:
    options, problems = read(
        until_soon="12h",
        key_ends_soon="1d12h",
        carry_out_within="0d",
        internal_domains=[" Example.COM ", "*.b.example.com"],
        severities={"no_roles": "none", "owner_key": "high", "no_email": "medium"},
        fail_on="never",
        fail_on_new=True,
        min_owners=0,
    )
    assert problems == []
    assert (options.until_soon, options.key_ends_soon) == (dt.timedelta(hours=12), dt.timedelta(hours=36))
    assert options.internal_domains == ("*.b.example.com", "example.com")
    assert options.severities == {"no_roles": "none", "owner_key": "high"}  # the third is as shipped
    assert options.severity("no_email") == "medium"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"until_soon": "soon"}, "until_soon: must be a duration such as 30d or 12h, not 'soon'"),
        ({"carry_out_within": 14}, "carry_out_within: must be a duration such as 30d or 12h, not 14"),
        ({"internal_domains": ["@example.com"]}, "internal_domains[0]: '@example.com' is no domain"),
        ({"internal_domains": ["*"]}, "internal_domains[0]: '*' is no domain"),
        ({"internal_domains": [1]}, "internal_domains[0]: must be a domain such as example.com, not a number"),
        ({"severities": ["no_roles"]}, "severities: must be a dictionary of rules, not a list"),
        ({"severities": {"no_role": "low"}}, "no such rule (did you mean 'no_roles'?)"),
        ({"severities": {"no_roles": "bad"}}, "must be one of critical, high, medium, low, info or none, not 'bad'"),
        ({"severities": {"leavers_key": "none"}}, "is high, and cannot be switched off"),
        ({"severities": {"owner_external": "none"}}, "is critical, and cannot be switched off"),
        ({"max_owners": 1}, "max_owners: must be at least min_owners=2, not 1"),
        ({"exemptions": {}}, "exemptions: must be a list, not a dictionary"),
        ({"exemptions": ["x"]}, "exemptions[0]: must be a dictionary with rule, who, reason, approved_by, until"),
        ({"exemptions": [GOOD, GOOD]}, "exemptions[1]: is for the same rule and the same who as another one"),
    ],
)
def test_what_is_wrong_is_told(options: dict[str, t.Any], told: str) -> None:
    assert told in problem_of(**options)


@pytest.mark.parametrize("key", GOOD)
def test_an_exemption_needs_each_key(key: str) -> None:
    assert faulty(**{key: ...}) == [f"exemptions[0]: {key} is missing"]
    assert faulty(**{key: None}) == [f"exemptions[0]: {key} is missing"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"untill": "2026-12-31"}, "unknown key 'untill' (did you mean 'until'?)"),
        ({"rule": "external_membr"}, "there is no rule 'external_membr' (did you mean 'external_member'?)"),
        ({"rule": ["external_member"]}, "there is no rule ['external_member']"),
        ({"rule": "absent_still_there"}, "nothing exempts from absent_still_there"),
        ({"rule": "decision_not_carried_out"}, "nothing exempts from decision_not_carried_out"),
        ({"who": []}, "who must be a list with at least one name"),
        ({"who": ["*"]}, "'*' is not a known pattern"),
        ({"who": "*"}, "'*' is not a known pattern"),
        ({"who": ["zoe@"]}, "'zoe@' is not an email address"),
        ({"who": [4711]}, "must be an email, *@domain or a user id, not a number"),
        ({"rule": "owner_key", "who": ["zoe@example.net"]}, "must be the id of a key, since that is what the rule is"),
        ({"rule": "owner_key", "who": ["*"]}, "must be the id of a key"),
        ({"rule": "owner_mapping_for_anybody", "who": ["*"]}, "must be the name of a mapping"),
        ({"rule": "too_few_owners", "who": ["another"]}, f"must be the id of the organization, {ORGANIZATION}, not"),
        ({"reason": " "}, "reason must be a string that is not empty"),
        ({"reason": 1}, "reason must be a string that is not empty"),
        ({"reason": TEMPLATES["expression"]}, "would be a template for Ansible"),
        ({"approved_by": "ada"}, "approved_by: 'ada' is not an email address"),
        ({"approved_by": "Zoe@example.net"}, "approved_by is among who it is for"),
        ({"approved_by": "eve@example.org"}, "approved_by is among who it is for"),
        ({"until": "soon"}, "until must be a day such as '2026-12-31', not 'soon'"),
        ({"until": "2026-12-31T12:00"}, "until must be a day"),
        ({"until": "2026-02-30"}, "until must be a day"),
        ({"until": "2027-07-22"}, "is more than 400 days ahead"),
    ],
)
def test_what_is_wrong_with_an_exemption_is_told(change: dict[str, t.Any], told: str) -> None:
    (one,) = faulty(**change)
    assert one.startswith("exemptions[0]")
    assert told in one


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"until": "2027-07-20"},
        {"until": dt.date(2026, 12, 31)},
        {"until": "2020-01-01"},  # it has ended: that is a finding, and no fault
        {"who": "zoe@example.net"},
        {"rule": "owner_key", "who": ["kEy-1"]},
        {"rule": "too_few_owners", "who": [ORGANIZATION]},
        {"rule": "owner_mapping_for_anybody", "who": ["everybody@once"]},
    ],
)
def test_a_good_exemption(change: dict[str, t.Any]) -> None:
    assert faulty(**change) == []


def test_everything_wrong_is_told_at_once() -> None:
    exemption = {**GOOD, "who": ["*"], "reason": "", "approved_by": "ada", "until": "soon", "what": 1}
    assert len(read(exemptions=[exemption, 1], severities={"x": "low"}, until_soon="x")[1]) == 8


def test_an_exemption_is_known_by_its_rule_and_who() -> None:
    one, other = (
        read(exemptions=[{**GOOD, **change}])[0].exemptions[0]
        for change in ({}, {"reason": "another", "until": "2026-11-30", "who": [*reversed(GOOD["who"])]})
    )
    assert one.key == other.key
    assert one.key != read(exemptions=[{**GOOD, "who": ["4711"]}])[0].exemptions[0].key


def test_what_is_inside() -> None:
    options = read(internal_domains=["example.com", "*.example.net"])[0]
    assert [options.is_internal(one) for one in ("example.com", "a.example.com", "badexample.com")] == [
        True,
        False,
        False,
    ]
    assert [
        options.is_internal(one) for one in ("example.net", "a.example.net", "a.b.example.net", "xexample.net")
    ] == [
        False,
        True,
        True,
        False,
    ]


def test_the_catalogue_is_in_itself_right() -> None:
    assert {severity: sum(one.severity == severity for one in RULES.values()) for severity in ("critical", "high")} == {
        "critical": 4,
        "high": 7,
    }
    assert set(PRECEDENCE) | {one for seconds in PRECEDENCE.values() for one in seconds} <= RULES.keys()
    assert RULES.keys() >= NOT_EXEMPTED
    drift = {one.id for one in RULES.values() if one.drift}
    assert drift == {
        "absent_still_there",
        "owner_unmanaged",
        "excess_grant",
        "unmanaged_member",
        "external_without_end",
        "unmanaged_invitation",
        "mapping_overwrites_definition",
        "missing_member",
        "missing_grant",
        "roles_unstated",
        "until_soon",
    }
