# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What results show: the diff, which is YAML that a person reads, and the summary."""

from __future__ import annotations

import typing as t
from collections import Counter

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grants,
    from_reply,
    in_order,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, make_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import (
    Effect,
    State,
    make_diff,
    planned_effect,
    quoted,
    summarise,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    ORGANIZATION,
    OWNER,
    deployments,
    desired,
    grants,
    invitation,
    member,
    people,
    plan_for,
    steps,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import Definition, definitions, held, organizations

Side = dict[str, t.Any] | None
ANA, BO, CLEO, DEV = "ana@example.com", "bo@example.com", "cleo@example.com", "dev@example.com"
HOSTILE = [
    'a"b',
    "a\\b",
    "a\nb: c",
    "a\r\nb",
    "\u202eolleh",
    "\u200fx",
    "😀",
    "- a",
    "# a",
    "{a",
    "a: b",
    "*a",
    "&a",
    "!a",
]
HOSTILE += [
    "true",
    "No",
    "null",
    "~",
    "y",
    "123",
    "1e3",
    "0x1f",
    "2026-01-01",
    "",
    " ",
    "a ",
    "\t",
    "\0",
    "\x7f",
    "\u2028",
]
HOSTILE += [
    "\ufeff",
    "\u00a0",
    "ünïcødé",
    "'",
    "%",
    "@a",
    "`",
    "a,b",
    "[a]",
    "=",
    "<<",
    ".nan",
    "a #b",
    "\x85",
    "\U000e0001",
]


class Strict(yaml.SafeLoader):
    """YAML as its specification has it: a key that stands twice in one mapping is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[t.Any, t.Any]:
        """Build a mapping."""
        keys = [self.construct_object(key, deep=True) for key, _value in node.value]
        if len(keys) != len(set(map(str, keys))):
            raise yaml.constructor.ConstructorError(None, None, f"a key stands twice in {keys}", node.start_mark)
        return super().construct_mapping(node, deep=True)


def read(text: str) -> Side:
    """One side of a diff as data, None for somebody who is not there."""
    return yaml.load(text, Strict) if text else None


def diff_of(plan: Plan, there: People) -> list[tuple[str, Side, Side]]:
    """The diff that a plan leads to: whom it names, and how they were and are, as data."""
    return read_diff(make_diff(map(planned_effect, plan.actions), there.shared_emails))


def read_diff(diff: list[dict[str, str]]) -> list[tuple[str, Side, Side]]:
    """A diff as data."""
    assert all(one["before_header"] == one["after_header"] for one in diff)
    return [(one["after_header"], read(one["before"]), read(one["after"])) for one in diff]


def parts(side: Side) -> list[dict[str, t.Any]]:
    """The member and the invitation in one side of a person's diff."""
    return [one for one in (side, (side or {}).get("invitation")) if one]


def entry(status: str, *assignments: dict[str, t.Any], **more: t.Any) -> dict[str, t.Any]:
    """How a person stands in a diff."""
    return {"status": status, "role_assignments": to_assignments(grants(*assignments)), **more}


def effect(email: str | None, before: Grants, after: Grants, user_id: str = "id") -> Effect:
    """A member's roles change."""
    action = Action("update", email, user_id, before, after, "", Desired("entry", email))
    return Effect(action, State("active", before), State("active", after))


def test_promise_15_a_diff_has_a_part_for_each_person_who_changes_and_for_nobody_else() -> None:
    there = people(
        member("Zoe@example.com", OWNER),
        member(CLEO, BILLING),
        invitation(BO, BILLING, expired=True),
        invitation(DEV, BILLING),
        member("eli@example.com", BILLING),
    )
    diff = diff_of(
        plan_for(
            there,
            {"email": "zoe@example.com", "role_assignments": OWNER},
            {"email": DEV, "state": "absent"},
            {"email": CLEO, "role_assignments": {**BILLING, **deployments("a", roles=[])}},
            {"email": "eli@example.com", "state": "absent"},
            {"email": BO},
            {"email": ANA, "role_assignments": BILLING},
        ),
        there,
    )
    roles = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["a"], "application_roles": []}]}
    assert diff == [  # in the order of the plan
        (ANA, None, entry("pending", BILLING)),
        (BO, entry("expired", BILLING), entry("pending", BILLING, sent="again")),
        (CLEO, entry("active", BILLING), entry("active", BILLING, roles)),
        (DEV, entry("pending", BILLING), None),
        ("eli@example.com", entry("active", BILLING), None),
    ]


def test_promise_15_a_member_with_an_invitation_too_is_one_person_in_a_diff() -> None:
    there = people(member("boss@example.com", OWNER), member(ANA, OWNER), invitation(ANA, BILLING))
    plan = plan_for(there, {"email": ANA, "state": "absent"})
    assert [step.action for step in plan.actions] == ["uninvite", "remove"]
    assert diff_of(plan, there) == [(ANA, entry("active", OWNER, invitation=entry("pending", BILLING)), None)]


def test_promise_15_members_who_share_an_email_are_told_apart_in_a_diff() -> None:
    there = people(
        member("boss@example.com", OWNER), member(ANA, BILLING, user_id="1"), member(ANA, user_id="2"), invitation(ANA)
    )
    plan = plan_for(there, {"email": "boss@example.com"}, purge=True)
    assert diff_of(plan, there) == [
        (ANA, entry("pending"), None),
        (f"{ANA} (user id 1)", entry("active", BILLING), None),
        (f"{ANA} (user id 2)", entry("active"), None),
    ]


def test_what_was_planned_anew_is_one_change_of_one_person() -> None:
    first = effect(ANA, grants(BILLING), grants(BILLING, deployments("a")))
    second = effect(ANA, grants(BILLING, deployments("a", "b")), grants(OWNER))
    assert read_diff(make_diff([first, second])) == [(ANA, entry("active", BILLING), entry("active", OWNER))]


def test_a_diff_of_nothing_is_empty() -> None:
    there = people(member(ANA, OWNER))
    plan = plan_for(there, {"email": ANA})
    assert make_diff([planned_effect(action) for action in plan.actions]) == []


def test_one_deployment_taken_from_five_is_one_line() -> None:
    there = people(member("boss@example.com", OWNER), member(ANA, deployments(*"abcde")))
    plan = plan_for(there, {"email": ANA, "role_assignments": deployments(*"abde")})
    (diff,) = make_diff([planned_effect(action) for action in plan.actions])
    before, after = diff["before"].splitlines(), diff["after"].splitlines()
    (line,) = [line for line in before if line not in after]
    assert line.split() == ["-", "{role_id:", "deployment-viewer,", "deployment_ids:", "[c]}"]
    assert len(before) == len(after) + 1


@given(there=organizations(strange=True), definition=definitions(), purge=st.booleans())
def test_a_diff_is_yaml_that_says_the_same_as_the_plan(there: People, definition: Definition, purge: bool) -> None:
    findings = Findings()
    plan = make_plan(desired(*definition.members, groups=definition.groups), there, Rules(purge=purge), findings)
    diff = diff_of(plan, there)
    names = [header.removeprefix("user id ").partition(" (")[0].lower() for header, _before, _after in diff]
    assert list(dict.fromkeys(names)) == list(dict.fromkeys(one.name.lower() for one in plan.actions))
    for index, side in ((1, "before"), (2, "after")):
        shown = [part for one in diff for part in parts(one[index])]
        wanted = [getattr(action, side) for action in plan.actions if getattr(action, side) is not None]
        assert Counter(from_reply(one["role_assignments"], ORGANIZATION) for one in shown) == Counter(wanted)


@given(some=held(strange=True))
def test_each_grant_has_a_line_of_its_own(some: Grants) -> None:
    (diff,) = make_diff([effect(ANA, some, grants(OWNER, BILLING, deployments("z")))])
    lines = [line for line in diff["before"].splitlines() if line.strip().startswith("- {")]
    assert len(lines) == len(some)


def test_scopes_that_this_version_does_not_know_are_shown_in_a_diff() -> None:
    reply = {
        "project": {
            "security": [{"role_id": "security-viewer", "all": True}],
            "search": [{"role_id": "x", "all": True}],
        },
        "cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "all": True}],
        "platform": [{"role_id": "root", "since": 2026, "why": None, "deep": {"er": [True]}}],
    }
    there = from_reply(reply, ORGANIZATION) or NOTHING
    assert read_diff(make_diff([effect(ANA, there, NOTHING)])) == [
        (ANA, {"status": "active", "role_assignments": to_assignments(there)}, entry("active"))
    ]


# --- Names that mean harm


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_one_scalar_on_one_line(name: str) -> None:
    assert read(f"- {quoted(name)}") == [name]
    assert quoted(name).isprintable()


@given(name=st.text(max_size=6))
def test_any_name_stays_one_scalar_on_one_line(name: str) -> None:
    assert yaml.safe_load(quoted(name)) == name
    assert quoted(name).isprintable()


@given(name=st.from_regex(r"[A-Za-z][A-Za-z0-9._+-]{0,5}(@[a-z.]{1,4})?", fullmatch=True))
def test_a_name_without_quotes_is_no_other_kind_of_scalar(name: str) -> None:
    assert yaml.safe_load(f"- {quoted(name)}") == [name]


@pytest.mark.parametrize("email", [ANA, "o'hara+x@example.com", "ana.lopez-2@sub.example.com"])
def test_what_needs_no_quotes_has_none(email: str) -> None:
    assert (quoted(email) == email) is ("'" not in email)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_hostile_names_in_any_place_of_a_diff_are_read_back(name: str) -> None:
    there = from_reply(
        {
            "deployment": [
                {"role_id": name, "deployment_ids": [name], "application_roles": [name], f"x{name}": [name]}
            ],
            f"x{name}": [{name: name}],
        },
        ORGANIZATION,
    )
    (diff,) = make_diff([effect(name, there or NOTHING, NOTHING)])
    assert read(diff["before"]) == {"status": "active", "role_assignments": to_assignments(there or NOTHING)}
    assert all(line.isprintable() for line in diff["before"].split("\n"))
    assert diff["after_header"].isprintable()


def test_somebody_without_an_email_is_shown_by_user_id() -> None:
    assert read_diff(make_diff([effect(None, grants(BILLING), NOTHING, user_id="12")])) == [
        ("user id 12", entry("active", BILLING), entry("active"))
    ]


# --- Sizes


def test_of_many_whose_roles_change_the_plan_repeats_no_roles() -> None:
    there = people(
        member("boss@example.com", OWNER), *(member(f"a{number}@example.com", BILLING) for number in range(3))
    )
    wanted = [
        {"email": f"a{number}@example.com", "role_assignments": deployments(f"{number}" * 32)} for number in range(3)
    ]
    actions = plan_for(there, *wanted).actions
    assert [one.result()["reason"].startswith("to be added: deployment-viewer on ") for one in actions] == [True] * 3
    assert [one.result(whole=False)["reason"] for one in actions] == ["roles are not as defined"] * 3


# --- Summary


def test_a_summary_counts_each_kind_of_effect() -> None:
    boss = member("boss@example.com", OWNER)
    there = people(
        boss,
        member(ANA, BILLING),
        member(BO),
        invitation(BO),
        invitation(CLEO, expired=True),
        invitation(DEV),
        member("e@x"),
    )
    plan = plan_for(
        there,
        {"email": "boss@example.com"},
        {"email": ANA, "role_assignments": deployments("a")},
        {"email": BO, "state": "absent"},
        {"email": CLEO},
        {"email": DEV, "state": "absent"},
        {"email": "new@example.com"},
        {"email": "newer@example.com"},
    )
    effects = [planned_effect(action) for action in plan.actions]
    assert len(steps(plan)) == 7
    assert summarise(effects, plan.unchanged, len(plan.unmanaged)) == {
        "invited": 2,
        "reinvited": 1,
        "updated": 1,
        "uninvited": 2,
        "removed": 1,
        "api_keys_revoked": 0,
        "unchanged": 1,
        "unmanaged": 1,
    }


def acted(kind: str, *invitations: t.Any) -> Action:
    """An action for Ana."""
    return Action(kind, ANA, "id", grants(BILLING), grants(OWNER), "", Desired("entry", ANA), invitations)


@pytest.mark.parametrize(
    ("kind", "before", "after", "sent", "heading"),
    [
        ("invite", None, "pending", True, "invited"),
        ("reinvite", "pending", "pending", True, "reinvited"),
        ("reinvite", "pending", "pending", False, None),
        ("reinvite", "pending", None, False, "uninvited"),
        ("reinvite", "pending", "active", False, "updated"),
        ("invite", None, None, False, None),
        ("update", "active", "active", False, None),
        ("update", "active", None, False, "uninvited"),
        ("remove", "active", None, False, "removed"),
        ("remove", "active", "active", False, None),
        ("uninvite", "pending", None, False, "uninvited"),
        ("uninvite", "expired", "expired", False, None),
    ],
)
def test_an_effect_counts_as_what_it_is_whatever_was_meant(
    kind: str, before: str | None, after: str | None, sent: bool, heading: str | None
) -> None:
    states = [State(status, NOTHING) if status else None for status in (before, after)]
    one = Effect(acted(kind), *states, sent)
    assert one.counts_as == heading
    assert [bool(part["before"]) for part in make_diff([one])] == ([bool(before)] if heading else [])


def test_an_effect_on_roles_alone_is_an_update() -> None:
    one = Effect(acted("update"), State("active", grants(BILLING)), State("active", grants(OWNER)))
    assert one.counts_as == "updated"


def test_the_order_of_grants_is_that_of_the_contract() -> None:
    some = grants(
        {"cloud_connected_resource": [{"role_id": "viewer", "all": True}]},
        {
            "project": {
                "security": [{"role_id": "viewer", "all": True}],
                "elasticsearch": [{"role_id": "admin", "all": True}],
            }
        },
        deployments("b", "a"),
        OWNER,
    )
    assert [(grant.scope[-1], grant.resource) for grant in in_order(some)] == [
        ("organization", None),
        ("deployment", "a"),
        ("deployment", "b"),
        ("elasticsearch", None),
        ("security", None),
        ("cloud_connected_resource", None),
    ]
