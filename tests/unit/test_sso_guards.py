# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guards of single sign-on: each with the case in which it refuses, and the one in which it must not."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    Condition,
    IdentityProvider,
    RoleMapping,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import parse_sso
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.guards import Case, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import (
    ORDER,
    SignOn,
    can_be_met,
    make_plan,
    makes_owners,
    same_rule,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import describe_sso
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import make, text_of
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, NOW, OWNER, grants, member, people

DAY = dt.timedelta(days=1)
ANA, OUTSIDE = member("ana@Example.com", OWNER), member("hal@sub.example.com", OWNER)


def certificate(name: str, begins: int = -100, ends: int = 1000) -> str:
    return text_of(
        make(begins=NOW.replace(tzinfo=None) + begins * DAY, ends=NOW.replace(tzinfo=None) + ends * DAY, name=name)
    )


OLD, NEW, EXPIRED, FUTURE = (
    certificate("old"),
    certificate("new"),
    certificate("expired", ends=-1),
    certificate("future", begins=1),
)
IDP = {"login_identifier_prefix": "acme", "issuer": "urn:idp", "sso_url": "https://idp.example.com"}
PROVIDER = IdentityProvider(
    True, "acme", "urn:idp", "https://idp.example.com", (OLD,), {"sso_login_url": "https://login"}
)
OWNERS = RoleMapping("owners", True, "any", (Condition("group", "admins"),), grants(OWNER))
VIEWERS = RoleMapping("viewers", True, "any", (Condition("group", "all"),), grants(BILLING))
READY = SignOn(PROVIDER, (OWNERS, VIEWERS), ("example.com",), enforced=False)
ENFORCED = replace(READY, enforced=True)
UNKNOWN = replace(READY, enforced=None)

owners = {"name": "owners", "any": [{"group": "admins"}], "role_assignments": OWNER}
viewers = {"name": "viewers", "any": [{"group": "all"}], "role_assignments": BILLING}


def judge(
    before: SignOn,
    who: People | None = None,
    ends: dt.datetime | None = NOW + 100 * DAY,
    **options: Any,
) -> tuple[str | None, list[str]]:
    """The guard that refuses what the options ask for, and the warnings."""
    findings = Findings()
    definition = parse_sso(options, findings)
    plan = make_plan(definition, before, NOW, findings)
    findings.check()
    listed = frozenset(one.name for one in definition.mappings or () if one.present)
    refusal, warnings = check_guards(Case(plan, people(ANA, OUTSIDE) if who is None else who, NOW, ends, listed))
    return refusal and refusal.name, warnings


def refuser(*args: Any, **options: Any) -> str | None:
    return judge(*args, **options)[0]


def told(name: str, warnings: list[str]) -> bool:
    """Whether a warning says that a guard would refuse to enforce now."""
    return any(f"The guard {name} would refuse" in warning for warning in warnings)


# --- owner_mapping


@pytest.mark.parametrize(
    "changes",
    [
        {"role_mappings": [{"name": "owners", "state": "absent"}]},
        {"role_mappings": [viewers], "purge_role_mappings": True},
        {"role_mappings": [owners | {"enabled": False}]},
        {"role_mappings": [owners | {"role_assignments": BILLING}]},
        {"role_mappings": [owners | {"any": [{"email": "*@other.com"}]}]},
        {"role_mappings": [owners | {"all": [{"group": "a"}, {"email": "ana@sub.example.com"}], "any": None}]},
    ],
)
@pytest.mark.parametrize("before", [READY, ENFORCED, UNKNOWN])
def test_the_last_mapping_that_makes_owners_stays(before: SignOn, changes: dict[str, Any]) -> None:
    assert refuser(before, **changes) == "owner_mapping"


def test_another_mapping_may_take_its_place() -> None:
    other = owners | {"name": "other", "any": [{"email": "ana@EXAMPLE.com"}]}
    assert refuser(ENFORCED, role_mappings=[other, {"name": "owners", "state": "absent"}]) is None


def test_without_a_provider_no_mapping_is_needed() -> None:
    gone = {"identity_provider": {"state": "absent"}, "role_mappings": [], "purge_role_mappings": True}
    assert refuser(READY, **gone) is None


def test_a_provider_without_any_mapping_may_be_made() -> None:
    new = {"identity_provider": IDP | {"public_certificates": [OLD]}}
    assert refuser(SignOn(domains=("example.com",)), **new) is None


def test_a_shortfall_is_a_warning_until_something_is_done_about_mappings() -> None:
    short = replace(READY, mappings=(VIEWERS,))
    refusal, warnings = judge(short)
    assert refusal is None
    assert told("owner_mapping", warnings)
    assert judge(short, identity_provider={"issuer": "urn:new"})[0] is None
    assert refuser(short, role_mappings=[viewers | {"enabled": False}]) == "owner_mapping"
    assert refuser(short, enforced=True) == "owner_mapping"
    assert not told("owner_mapping", judge(READY)[1])


# --- owner_for_anybody


@pytest.mark.parametrize("pattern", ["*", "**", "*@*", "*@*.*", "@", "."])
@pytest.mark.parametrize("kind", ["group", "email"])
def test_nobody_makes_an_owner_of_anybody(pattern: str, kind: str) -> None:
    if kind == "email" and "*" not in pattern:
        pytest.skip("is no address")
    anybody = {"name": "all", "any": [{"group": "admins"}, {kind: pattern}], "role_assignments": OWNER}
    assert refuser(READY, role_mappings=[anybody]) == "owner_for_anybody"
    assert refuser(READY, role_mappings=[anybody | {"any": None, "all": [{kind: pattern}]}]) == "owner_for_anybody"
    with_a_group = anybody | {"any": None, "all": [{kind: pattern}, {"group": "admins"}]}
    assert refuser(READY, role_mappings=[with_a_group]) is None
    assert refuser(READY, role_mappings=[anybody | {"role_assignments": BILLING}]) is None
    assert refuser(READY, role_mappings=[anybody | {"enabled": False}]) is None


def test_one_that_is_there_already_is_refused_where_it_is_defined_and_else_a_warning() -> None:
    mapping = RoleMapping("all", True, "any", (Condition("email", "*"),), grants(OWNER))
    before = replace(READY, mappings=(*READY.mappings, mapping))
    defined = {"name": "all", "any": [{"email": "*"}], "role_assignments": OWNER}
    assert refuser(before, role_mappings=[defined]) == "owner_for_anybody"
    refusal, warnings = judge(before, role_mappings=[viewers])
    assert refusal is None
    assert any("makes everybody who logs in an organization owner" in warning for warning in warnings)
    assert refuser(before, role_mappings=[{"name": "all", "state": "absent"}]) is None


def test_a_whole_domain_of_owners_is_a_warning() -> None:
    domain = owners | {"any": [{"email": "*@example.com"}]}
    refusal, warnings = judge(READY, role_mappings=[domain])
    assert refusal is None
    assert any("makes everybody of a domain" in warning for warning in warnings)
    narrow = owners | {"any": None, "all": [{"email": "*@example.com"}, {"group": "admins"}]}
    assert not any("everybody of a domain" in warning for warning in judge(READY, role_mappings=[narrow])[1])


# --- provider_in_force


@pytest.mark.parametrize(
    "change",
    [
        {"state": "absent"},
        {"enabled": False},
        {"issuer": "urn:other"},
        {"sso_url": "https://other.example.com"},
        {"login_identifier_prefix": "other"},
        {"public_certificates": [NEW]},
    ],
    ids=lambda one: next(iter(one)),
)
def test_what_people_log_in_by_stays_while_it_is_enforced(change: dict[str, Any]) -> None:
    assert refuser(ENFORCED, identity_provider=change) == "provider_in_force"
    assert refuser(UNKNOWN, identity_provider=change) == "provider_in_force"
    assert refuser(READY, identity_provider=change) is None
    assert refuser(ENFORCED, identity_provider=change, enforced=False) is None


@pytest.mark.parametrize(
    ("held", "wanted", "refused"),
    [
        ((OLD,), [OLD, NEW], False),
        ((OLD, NEW), [NEW], False),
        ((OLD, NEW), [OLD], False),
        ((OLD, EXPIRED), [OLD], False),
        ((EXPIRED,), [EXPIRED, NEW], False),
        ((OLD,), [NEW], True),
        ((OLD, EXPIRED), [EXPIRED], True),
        ((OLD, FUTURE), [FUTURE], True),
        ((OLD, FUTURE), [OLD], False),
        ((OLD, "what is this"), [OLD], False),
        ((EXPIRED,), [NEW], False),
    ],
)
def test_certificates_while_it_is_enforced(held: Any, wanted: Any, refused: bool) -> None:
    before = replace(ENFORCED, provider=replace(PROVIDER, public_certificates=held))
    refusal, warnings = judge(before, identity_provider={"public_certificates": wanted})
    assert refusal == ("provider_in_force" if refused else None)
    risky = {OLD, NEW, FUTURE, "what is this"} & set(held) - set(wanted)
    assert any("log in once" in warning for warning in warnings) == (bool(risky) and not refused)


# --- recovery


def test_the_way_back_is_an_owners_key_that_lasts() -> None:
    assert refuser(READY, enforced=True) is None
    assert refuser(READY, people(member("ana@example.com", BILLING)), enforced=True) == "recovery"
    assert refuser(READY, ends=NOW + 30 * DAY, enforced=True) == "recovery"
    assert refuser(READY, ends=NOW - DAY, enforced=True) == "recovery"
    assert refuser(READY, ends=NOW + 31 * DAY, enforced=True) is None
    refusal, warnings = judge(READY, ends=None, enforced=True)
    assert refusal is None
    assert any("does not tell when the API key in use ends" in warning for warning in warnings)


# --- locked_out


def test_some_owner_has_to_get_in() -> None:
    assert refuser(READY, people(OUTSIDE), enforced=True) == "locked_out"
    assert refuser(READY, people(OUTSIDE, member("bo@example.com", BILLING)), enforced=True) == "locked_out"
    assert refuser(READY, people(member(None, OWNER, user_id="x")), enforced=True) == "locked_out"
    assert refuser(replace(READY, domains=()), enforced=True) == "locked_out"
    disabled = replace(READY, provider=replace(PROVIDER, enabled=False))
    assert refuser(disabled, enforced=True) == "locked_out"
    assert refuser(replace(READY, provider=None, mappings=()), enforced=True) == "locked_out"
    assert refuser(READY, people(ANA, OUTSIDE), enforced=True) is None


# --- untested


@pytest.mark.parametrize(
    "change",
    [
        {"issuer": "urn:other"},
        {"sso_url": "https://other.example.com"},
        {"login_identifier_prefix": "other"},
        {"public_certificates": [NEW]},
    ],
    ids=lambda one: next(iter(one)),
)
def test_nothing_is_enforced_that_nobody_has_tried(change: dict[str, Any]) -> None:
    assert refuser(READY, identity_provider=change, enforced=True) == "untested"
    assert refuser(READY, identity_provider={"public_certificates": [OLD, NEW]}, enforced=True) is None
    assert refuser(READY, role_mappings=[viewers | {"enabled": False}], enforced=True) is None


def test_a_provider_that_is_new_or_was_disabled_has_to_be_tried_first() -> None:
    new = {"identity_provider": IDP | {"public_certificates": [OLD]}, "role_mappings": [owners], "enforced": True}
    assert refuser(SignOn(domains=("example.com",)), **new) == "untested"
    disabled = replace(READY, provider=replace(PROVIDER, enabled=False))
    assert refuser(disabled, identity_provider={"enabled": True}, enforced=True) == "untested"


def test_where_enforcement_is_not_shown_writing_it_counts_as_switching_it_on() -> None:
    assert refuser(UNKNOWN, enforced=True) is None
    assert refuser(UNKNOWN, people(OUTSIDE), enforced=True) == "locked_out"
    both = replace(UNKNOWN, provider=replace(PROVIDER, public_certificates=(OLD, NEW)))
    assert refuser(both, identity_provider={"public_certificates": [NEW]}, enforced=True) == "untested"
    assert refuser(both, identity_provider={"public_certificates": [NEW]}) is None


# --- What speaks first, and what decays


def test_the_first_that_refuses_speaks() -> None:
    everything = {"role_mappings": [viewers], "purge_role_mappings": True, "identity_provider": {"issuer": "x"}}
    assert (
        refuser(replace(UNKNOWN, domains=()), people(OUTSIDE), ends=NOW, enforced=True, **everything) == "owner_mapping"
    )
    anybody = owners | {"any": [{"group": "*"}]}
    everything["role_mappings"] = [anybody, owners | {"name": "o"}]
    assert refuser(UNKNOWN, people(OUTSIDE), ends=NOW, enforced=True, **everything) == "owner_for_anybody"
    del everything["role_mappings"], everything["purge_role_mappings"]
    assert refuser(UNKNOWN, people(OUTSIDE), ends=NOW, enforced=True, **everything) == "provider_in_force"
    assert refuser(READY, people(OUTSIDE), ends=NOW, enforced=True, **everything) == "recovery"
    assert refuser(READY, people(OUTSIDE), enforced=True, **everything) == "locked_out"
    assert refuser(READY, enforced=True, **everything) == "untested"


def test_while_it_is_enforced_a_way_back_that_decays_is_a_warning_of_each_run() -> None:
    refusal, warnings = judge(ENFORCED, people(OUTSIDE), ends=NOW + DAY)
    assert refusal is None
    assert [told(name, warnings) for name in ("recovery", "locked_out", "owner_mapping")] == [True, True, False]
    _refusal, warnings = judge(replace(ENFORCED, mappings=()))
    assert [told(name, warnings) for name in ("recovery", "locked_out", "owner_mapping")] == [False, False, True]
    _refusal, warnings = judge(READY, people(OUTSIDE), ends=NOW + DAY)
    assert not any(told(name, warnings) for name in ("recovery", "locked_out"))
    _refusal, warnings = judge(ENFORCED, people(OUTSIDE), ends=NOW + DAY, enforced=False)
    assert not any(told(name, warnings) for name in ("recovery", "locked_out"))
    assert any("has to set a new one" in warning for warning in warnings)


def test_certificates_that_end_are_a_warning() -> None:
    soon = certificate("soon", ends=30)
    later = certificate("later", ends=31)
    held = replace(READY, provider=replace(PROVIDER, public_certificates=(soon, later, EXPIRED)))
    warnings = judge(held)[1]
    assert sum("ends soon" in warning for warning in warnings) == 1
    assert sum("has expired" in warning for warning in warnings) == 1
    assert not any(
        "ends soon" in warning for warning in judge(held, identity_provider={"public_certificates": [later]})[1]
    )


# --- What the guards stand on


@given(
    pattern=st.text("ab@*.", max_size=8),
    local=st.text("ab.", max_size=4),
    domain=st.sampled_from(["a.b", "b", "a"]),
)
def test_who_can_meet_a_condition(pattern: str, local: str, domain: str) -> None:
    expression = ".*".join(map(re.escape, pattern.split("*")))
    conditions = (Condition("email", pattern),)
    if re.fullmatch(expression, f"{local}@{domain}"):
        assert can_be_met(conditions, "any", [domain])
        assert can_be_met(conditions, "all", ["other", domain.upper()])
    if "*" not in pattern and pattern.rpartition("@")[1:] != ("@", domain):
        assert not can_be_met(conditions, "any", [domain])


def test_who_meets_several_conditions() -> None:
    here, there, group = Condition("email", "*@a.com"), Condition("email", "*@b.com"), Condition("group", "x")
    assert can_be_met((here, there), "any", ["b.com"])
    assert not can_be_met((here, there), "all", ["a.com", "b.com"])  # nobody has two
    assert can_be_met((here, group), "all", ["a.com"])
    assert not can_be_met((here, group), "all", ["b.com"])
    assert can_be_met((here, group), "any", [])
    assert not can_be_met((), "any", ["a.com"])
    assert not can_be_met((), "all", ["a.com"])
    assert not can_be_met((Condition("email", "*@sub.a.com"),), "any", ["a.com"])


conditions = st.builds(
    Condition, st.sampled_from(["group", "email"]), st.sampled_from(["a", "A", "b", "*@a", "é", "é"])
)


@given(st.lists(conditions, min_size=1, max_size=4), st.sampled_from(["any", "all"]), st.randoms())
def test_order_and_repetition_make_no_difference_to_a_rule(some: list[Condition], match: str, random: Any) -> None:
    other = [*some, random.choice(some)]
    random.shuffle(other)
    assert same_rule(match, some, match, other)
    assert same_rule(match, some[:1], "all" if match == "any" else "any", some[:1])
    assert not same_rule(match, some, match, [*some, Condition("group", "another")])


states = st.sampled_from(["present", "absent"])
roles = st.sampled_from([OWNER, BILLING])


@st.composite
def entries(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Entries of role_mappings."""
    names = draw(st.lists(st.sampled_from("abcde"), unique=True, max_size=5))
    return [
        {
            "name": name,
            "state": draw(states),
            "enabled": draw(st.booleans()),
            draw(st.sampled_from(["any", "all"])): [{"group": draw(st.sampled_from("xyz"))}],
            "role_assignments": draw(roles),
        }
        for name in names
    ]


def held_by(some: list[dict[str, Any]]) -> tuple[RoleMapping, ...]:
    found = parse_sso({"role_mappings": some}, Findings()).mappings or ()
    return tuple(
        RoleMapping(one.name, one.enabled, one.match, one.conditions, one.grants) for one in found if one.present
    )


@given(before=entries(), wanted=entries(), purge=st.booleans())
def test_a_plan_leads_to_what_is_wanted_and_never_past_owners_that_both_ends_have(
    before: list[dict[str, Any]], wanted: list[dict[str, Any]], purge: bool
) -> None:
    start = replace(READY, mappings=held_by(before))
    definition = parse_sso({"role_mappings": wanted, "purge_role_mappings": purge}, Findings())
    plan = make_plan(definition, start, NOW, Findings())
    there = {one.name: one for one in plan.after.mappings}
    for entry in definition.mappings or ():
        assert (entry.name in there) == entry.present
        if entry.present:
            held = there[entry.name]
            assert (held.enabled, held.grants) == (entry.enabled, entry.grants)
            assert same_rule(held.match, held.conditions, entry.match, entry.conditions)
    listed = {entry.name for entry in definition.mappings or ()}
    untouched = {one.name for one in start.mappings} - listed
    assert there.keys() & untouched == (set() if purge else untouched)
    assert make_plan(definition, plan.after, NOW, Findings()).actions == []
    shown = describe_sso(plan.after)
    fed_back = parse_sso(shown | {"purge_role_mappings": True}, Findings())
    assert make_plan(fed_back, plan.after, NOW, Findings()).actions == []
    kinds = [ORDER.index(action.action) for action in plan.actions]
    assert kinds == sorted(kinds)
    state, count = start, []
    for action in plan.actions:
        count.append(sum(makes_owners(one, state.domains) for one in state.mappings))
        state = state.after(action)
    count.append(sum(makes_owners(one, state.domains) for one in state.mappings))
    if count[0] and count[-1]:
        assert all(count), "at some step nobody would be an owner"
