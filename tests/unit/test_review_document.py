# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document of an access review: valid, complete, the same for the same replies, and silent about nothing."""

from __future__ import annotations

import datetime as dt
import json
import random
import typing as t
from collections import Counter
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import stamp
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import (
    Review,
    encode,
    error_document,
    make_review,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import (
    ALL_ADMIN,
    CASES,
    LATER,
    OWNER,
    PROVIDER,
    VIEW_D1,
    VIEWER,
    Case,
    World,
    attested,
    listed,
    planted,
    revoked_grant,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import SCHEMAS
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, NOW, ORGANIZATION, deployments, grants

SCHEMA = json.loads((SCHEMAS / "access-review-1.schema.json").read_text(encoding="utf-8"))
CHECKER = jsonschema.Draft202012Validator(SCHEMA, format_checker=jsonschema.FormatChecker())


def faults(document: t.Any) -> list[str]:
    """Return where a document is not valid."""
    return [f"{error.json_path}: {error.message}" for error in CHECKER.iter_errors(document)]


def review_of(world: World) -> Review:
    """Return the review of an organization."""
    return make_review(world.facts(), world.context())


def document_of(world: World) -> dict[str, t.Any]:
    """Return its document."""
    return review_of(world).document


def add_up(document: dict[str, t.Any]) -> None:
    """See that the numbers of a document are those of its lists, and that its parts name one another."""
    statuses = Counter(one["status"] for one in document["people"])
    summary = document["summary"]
    assert summary["people"] == statuses["active"]
    assert summary["invitations"] == statuses["pending"] + statuses["expired"]
    assert summary["grants"] == sum(one["state"] != "missing" for one in document["grants"])
    is_open = [one for one in document["findings"] if one["state"] in ("new", "open", "reopened")]
    assert summary["drift"] in (None, sum(RULES[one["rule"]].drift for one in is_open))
    counts = {severity: dict(numbers) for severity, numbers in summary["findings"].items()}
    assert sum(numbers["new"] + numbers["open"] for numbers in counts.values()) == len(is_open)
    states = Counter(one["state"] for one in document["findings"])
    assert sum(numbers["exempted"] for numbers in counts.values()) == states["exempted"]
    assert sum(numbers["resolved"] for numbers in counts.values()) <= states["resolved"]
    by_key = {one["key"]: one for one in document["people"]}
    by_id = {one["id"]: one for one in document["grants"]}
    assert len(by_key) == len(document["people"])
    assert len(by_id) == len(document["grants"])
    for key, one in by_key.items():
        assert {by_id[number]["person"] for number in one["grants"]} <= {key}
    assert sum(len(one["grants"]) for one in by_key.values()) == len(by_id)
    told = [
        number
        for name in ("people", "api_keys", "role_mappings")
        for one in document[name] or ()
        for number in one["findings"]
    ]
    about = ("person", "api_key", "role_mapping")
    unresolved = {
        one["id"] for one in document["findings"] if one["state"] != "resolved" and one["subject"]["kind"] in about
    }
    assert set(told) <= unresolved
    assert {one["id"] for one in document["findings"] if one["seen"] and one["id"] in unresolved} <= set(told)
    for name, key in (("people", "key"), ("grants", "id"), ("api_keys", "id"), ("role_mappings", "name")):
        keys = [one[key] for one in document[name] or ()]
        assert keys == sorted(keys)


def test_the_planted_organization_has_a_valid_document_whose_numbers_add_up() -> None:
    world, expected = planted()
    document = document_of(world)
    assert faults(document) == []
    add_up(document)
    assert {(one["rule"], one["subject"]["key"]) for one in document["findings"]} == expected
    assert {one["rule"]: one["severity"] for one in document["findings"]}.items() <= {
        rule.id: rule.severity for rule in RULES.values()
    }.items()
    assert document["status"] == "findings"
    assert document["summary"]["findings"]["critical"] == {"new": 4, "open": 0, "exempted": 0, "resolved": 0}
    assert all(one["text"].endswith(".") and one["remedy"].endswith(".") for one in document["findings"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case.name))
def test_every_document_is_valid_and_its_numbers_add_up(case: Case) -> None:
    document = document_of(case.world())
    assert faults(document) == []
    add_up(document)
    assert {(one["rule"], one["subject"]["key"]) for one in document["findings"]} == case.expected


def test_a_quiet_organization_passes() -> None:
    review = review_of(World())
    assert (review.document["status"], review.counted, review.message) == ("passed", [], None)
    assert review.document["completeness"]["complete"] is True
    assert review.document["findings"] == []
    assert review.document["previous"] is None
    assert review.document["changes"] is None


def shuffled(world: World, seed: int) -> World:
    """Return the same organization, as other replies would have it."""
    mixed = random.Random(seed)
    for listing in (world.members, world.invitations, world.keys, world.mappings, world.entries):
        if listing is not None:
            mixed.shuffle(listing)  # type: ignore[arg-type]
    return world


@given(st.integers(0, 2**32))
@settings(max_examples=10)
def test_the_order_of_replies_makes_no_difference(seed: int) -> None:
    one, other = planted()[0], shuffled(planted()[0], seed)
    # the places of entries are where they stand, and so is the sum of the definition
    one.entries = other.entries
    assert encode(document_of(one)) == encode(document_of(other))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """An organization with some of everything, some of which cannot be read."""
    world = World()
    roles = (OWNER, BILLING, VIEWER, ALL_ADMIN, deployments("d1", "d2"), deployments("d2", role="boss"))
    entries: tuple[t.Any, ...] = (None, {}, {"state": "absent"}, {"until": LATER}, {"role_assignments": {}})
    entries += tuple({"role_assignments": role} for role in roles)
    for number in range(draw(st.integers(0, 6))):
        domain = draw(st.sampled_from(["example.com", "b.example.com", "example.org", "ignored.example.com"]))
        held = draw(st.lists(st.sampled_from(roles), max_size=3))
        email, entry = f"p{number}@{domain}", draw(st.sampled_from(entries))
        match draw(st.integers(0, 3)):
            case 0:
                world.invited(email, *held, entry=entry, expired=draw(st.booleans()))
            case 1 if entry is not None:
                world.defined({"email": email, **entry})
            case _:
                world.joined(email, *held, entry=entry, shown=draw(st.integers(0, 9)) > 0)
    for number in range(draw(st.integers(0, 2))):
        ends = draw(st.sampled_from([None, dt.timedelta(days=3), dt.timedelta(days=90), dt.timedelta(days=-3)]))
        maker = draw(st.sampled_from(["id-ada", "id-p1", None]))
        world.key(f"k{number}", draw(st.sampled_from(roles)), ends=ends, user_id=maker)
    if draw(st.booleans()):
        world.provider, world.domains = PROVIDER, ["example.com"]
        pattern = draw(st.sampled_from(["*", "admins"]))
        world.mapping("m", {"any": [{"group": pattern}]}, draw(st.sampled_from(roles)), enabled=draw(st.booleans()))
    if draw(st.booleans()):
        world.names = listed("d1")
    return world


BLINDFOLDS: dict[str, t.Callable[[World], dict[str, t.Any]]] = {
    "keys": lambda world: {"keys": None, "unread": {**world.unread, "api_keys": "HTTP 403"}},
    "mappings": lambda world: {"mappings": None, "unread": {**world.unread, "role_mappings": "HTTP 403"}},
    "provider": lambda world: {"provider": None, "unread": {**world.unread, "identity_provider": "HTTP 403"}},
    "domains": lambda world: {"domains": None, "unread": {**world.unread, "domains": "HTTP 403"}},
    "pages": lambda world: {"members": world.members[:1], "further_pages": frozenset({"members"})},
    "invitations": lambda world: {"invitations": [], "further_pages": frozenset({"invitations"})},
    "roles": lambda world: {"members": [_hidden(one) for one in world.members]},
    "one's roles": lambda world: {"members": [_hidden(one, n == 1) for n, one in enumerate(world.members)]},
    "names": lambda world: {"names": replace(world.names, lists={}, unread={("deployment",): "HTTP 403"})},
    "owners": lambda world: {"members": [replace(one, grants=frozenset()) for one in world.members]},
    "definition": lambda world: {"entries": [*(world.entries or ()), {"email": "no address"}]},
}


def _hidden(one: Member, hide: bool = True) -> Member:
    return replace(one, grants=frozenset(), roles_shown=False) if hide else one


# What is said only because a thing was seen; the first of two rules hides the other while it is seen itself.
BECAUSE_UNSEEN = {"too_few_owners", "missing_member", "missing_grant", "no_roles", "leavers_key", "invitation_expired"}


@pytest.mark.parametrize("blindfold", BLINDFOLDS)
@given(worlds())
@settings(max_examples=20)
def test_a_gap_never_makes_no(blindfold: str, world: World) -> None:
    whole = {(one["rule"], one["subject"]["key"]) for one in document_of(world)["findings"]}
    for name, value in BLINDFOLDS[blindfold](world).items():
        setattr(world, name, value)
    document = document_of(world)
    assert faults(document) == []
    add_up(document)
    assert document["status"] == "incomplete"
    assert document["completeness"]["gaps"]
    blind = {(one["rule"], one["subject"]["key"]) for one in document["findings"]}
    assert not {one for one in blind - whole if one[0] in BECAUSE_UNSEEN}
    touched = {rule for gap in document["completeness"]["gaps"] for rule in gap["rules"]}
    skipped = {one["rule"] for one in document["completeness"]["skipped_rules"]}
    there = {one["key"] for one in document["people"]}
    for rule, key in whole - blind:
        first = rule in touched or rule in skipped
        assert first or (key.startswith(("user:", "invite:", "missing:")) and key not in there)
    if blindfold == "keys":
        assert document["api_keys"] is None
        assert document["summary"]["api_keys"] is None
    if blindfold == "mappings":
        assert document["role_mappings"] is None
    if blindfold == "domains":
        assert document["sso"]["domains"] is None
    if blindfold == "provider":
        assert document["sso"] | {"domains": None} == {
            "enforced": None,
            "domains": None,
            "identity_provider": "unknown",
        }
    if blindfold in ("roles", "owners"):
        assert {one["privileged"] for one in document["people"] if one["status"] == "active"} == {None}
        assert not any(one["state"] == "missing" for one in document["grants"])


def test_whose_roles_are_hidden_is_not_said_to_have_none() -> None:
    world = World()
    world.joined("x@example.com", entry={"role_assignments": VIEWER}, shown=False)
    document = document_of(world)
    (one,) = [one for one in document["people"] if one["key"] == "user:id-x"]
    assert (one["roles_shown"], one["privileged"], one["grants"]) == (False, None, [])
    assert document["source"]["visibility"] == {"sees_owner": True, "roles_hidden": 1}
    assert [gap["code"] for gap in document["completeness"]["gaps"]] == ["roles_not_shown"]


def test_a_key_whose_roles_are_hidden() -> None:
    world = World()
    world.key("k", ends=dt.timedelta(days=90), roles_shown=False)
    document = document_of(world)
    assert (document["api_keys"][0]["privileged"], document["api_keys"][0]["role_assignments"]) == (None, None)
    assert [gap["code"] for gap in document["completeness"]["gaps"]] == ["api_key_roles_not_shown"]


def test_keys_of_other_organizations_are_left_out_and_those_of_none_are_told() -> None:
    world = World()
    world.key("theirs", VIEWER, ends=dt.timedelta(days=90), organization_id="another")
    world.key("whose", VIEWER, ends=dt.timedelta(days=90), organization_id=None)
    document = document_of(world)
    assert [one["id"] for one in document["api_keys"]] == ["whose"]
    assert [gap["code"] for gap in document["completeness"]["gaps"]] == ["api_keys_of_no_organization"]


def states(world: World, key: str) -> dict[str, str]:
    """Return the states of somebody's grants, by resource."""
    return {one["resource"]: one["state"] for one in document_of(world)["grants"] if one["person"] == key}


def test_every_grant_says_what_the_definition_says_of_it() -> None:
    two = deployments("d1", "d2")
    world = World()
    world.joined("a@example.com", two, entry={"role_assignments": deployments("d1", "d3")})
    world.joined("b@example.com", two, entry={"state": "absent"})
    world.joined("c@example.com", two, entry={})
    world.joined("d@example.com", two)
    world.joined("e@ignored.example.com", two)
    world.joined("f@example.com", two, entry={"role_assignments": two})
    world.joined("F@example.com", two, user_id="f2")
    assert states(world, "user:id-a") == {"d1": "as_defined", "d2": "excess", "d3": "missing"}
    assert states(world, "user:id-b") == dict.fromkeys(("d1", "d2"), "excess")
    assert states(world, "user:id-c") == dict.fromkeys(("d1", "d2"), "unstated")
    assert states(world, "user:id-d") == dict.fromkeys(("d1", "d2"), "unmanaged")
    assert states(world, "user:id-e") == dict.fromkeys(("d1", "d2"), "ignored")
    assert states(world, "user:f2") == states(world, "user:id-f") == dict.fromkeys(("d1", "d2"), "not_judged")
    world.entries = None
    assert states(world, "user:id-a") == dict.fromkeys(("d1", "d2"), "not_judged")


def test_every_grant_says_why_and_until_when() -> None:
    world = World(groups={"viewers": VIEWER, "others": VIEWER})
    entry = {"groups": ["viewers", "others"], "role_assignments": deployments("d1", "d2"), "until": "2026-12-31"}
    world.joined("x@example.com", VIEWER, entry={**entry, "reason": "on call", "ticket": 42})
    world.joined("y@ignored.example.com", VIEWER)
    document = document_of(world)
    by_resource = {one["resource"]: one for one in document["grants"] if one["person"] == "user:id-x"}
    where = "members[2] (x@example.com)"
    assert by_resource["d1"]["why"] == [{"group": "others"}, {"group": "viewers"}, {"entry": where}]
    assert by_resource["d2"]["why"] == [{"entry": where}]
    assert by_resource["d2"]["held"] is None
    assert {one["until"] for one in by_resource.values()} == {"2026-12-31"}
    (ignored,) = [one for one in document["grants"] if one["person"] == "user:id-y"]
    assert ignored["why"] == [{"ignore": "*@ignored.example.com"}]
    people = {one["key"]: one["definition"] for one in document["people"]}
    assert people["user:id-x"] == {
        "state": "managed",
        "where": where,
        "until": "2026-12-31",
        "reason": "on call",
        "ticket": "42",
        "sponsor": None,
    }
    assert (people["user:id-y"]["state"], people["user:id-y"]["where"]) == ("ignored", "*@ignored.example.com")
    assert {one["name"]: one["people"] for one in document["groups"]} == {
        "viewers": ["user:id-x"],
        "others": ["user:id-x"],
    }
    assert document["completeness"]["exclusions"] == [
        {"kind": "ignore", "selection": "*@ignored.example.com", "people": 1, "severity": None}
    ]


def test_a_moment_in_until_is_shown_in_utc() -> None:
    world = World()
    world.joined("x@example.com", VIEWER, entry={"role_assignments": VIEWER, "until": "2026-12-31T18:00+02:00"})
    (one,) = [one for one in document_of(world)["people"] if one["key"] == "user:id-x"]
    assert one["definition"]["until"] == "2026-12-31T16:00:00Z"
    assert faults(document_of(world)) == []


@pytest.mark.parametrize(
    ("grant", "privileged"),
    [
        (Grant(("organization",), "organization-admin", None), True),
        (Grant(("organization",), "billing-admin", None), True),
        (Grant(("deployment",), "deployment-admin", "a"), True),
        (Grant(("deployment",), "deployment-editor", None), True),
        (Grant(("deployment",), "deployment-editor", "a"), False),
        (Grant(("deployment",), "deployment-viewer", None), False),
        (Grant(("project", "elasticsearch"), "elasticsearch-developer", None), True),
        (Grant(("project", "security"), "security-detections-admin", "a"), True),
        (Grant(("project", "security"), "security-soc-manager", None), False),
        (Grant(("deployment",), "deployment-boss", "a"), True),
        (Grant(("galaxy",), "", None, extra="{}"), True),
    ],
)
def test_who_is_privileged(grant: Grant, privileged: bool) -> None:
    world = World()
    world.members.append(Member("x", "x@example.com", None, None, frozenset({grant})))
    (one,) = [one for one in document_of(world)["people"] if one["key"] == "user:x"]
    assert one["privileged"] is privileged


def test_somebody_with_a_pending_invitation_and_others_is_one_person() -> None:
    world = World()
    world.invited("x@example.com", VIEWER, created=1)
    world.invited("X@example.com", BILLING, created=2)
    world.invited("x@example.com", OWNER, expired=True, created=3)
    document = document_of(world)
    (one,) = [one for one in document["people"] if one["key"] == "invite:x@example.com"]
    assert (one["status"], one["invited_at"], one["email"]) == ("pending", "2026-05-02T00:00:00Z", "X@example.com")
    assert {grant["role"] for grant in document["grants"] if grant["person"] == one["key"]} == {
        "deployment-viewer",
        "billing-admin",
    }


def test_decisions_are_counted_where_they_can_be_seen() -> None:
    world = World()
    world.joined("x@example.com", VIEWER, entry={"role_assignments": VIEWER})
    world.joined("y@example.com", entry={"role_assignments": VIEWER}, shown=False)
    here, gone = revoked_grant("user:id-x", VIEW_D1), revoked_grant("user:id-z", VIEW_D1)
    unknown = revoked_grant("user:id-y", VIEW_D1)
    world.decisions = attested(here, gone, unknown, days=3)
    document = document_of(world)
    decisions = document["decisions"]
    assert (decisions["revoke"], decisions["carried_out"]) == (3, 1)
    assert [one["row_id"] for one in decisions["outstanding"]] == sorted([here.row_id, unknown.row_id])
    assert decisions["from"]["attested_at"] == "2026-06-12T12:00:00Z"
    assert document["findings"] == []  # they are young
    world.decisions = attested(here, gone, unknown, days=15)
    (one,) = document_of(world)["findings"]
    assert (one["rule"], one["subject"]["key"], one["grants"]) == (
        "decision_not_carried_out",
        "user:id-x",
        [here.row_id],
    )


def test_a_rule_that_is_lowered_or_switched_off_stands_among_the_exclusions() -> None:
    world = World()
    world.joined("x@example.com", entry={"role_assignments": {}})
    world.joined("y@example.com", VIEWER, entry={})
    world.options["severities"] = {"no_roles": "none", "unmanaged_member": "low", "roles_unstated": "critical"}
    document = document_of(world)
    assert {(one["rule"], one["severity"]) for one in document["findings"]} == {("roles_unstated", "critical")}
    assert document["completeness"]["exclusions"][1:] == [
        {"kind": "rule", "selection": "no_roles", "people": 1, "severity": "low"},
        {"kind": "rule", "selection": "unmanaged_member", "people": 0, "severity": "high"},
    ]


def test_the_document_of_a_reading_that_failed_is_valid() -> None:
    document = error_document(World().context(), ORGANIZATION, NOW, None, "HTTP 500\x1b[2J")
    assert faults(document) == []
    assert (document["status"], document["error"]["message"]) == ("error", "HTTP 500\\u001b[2J")
    assert "people" not in document


def test_a_document_is_written_so_that_lines_can_be_compared() -> None:
    world, _expected = planted()
    world.joined("x@example.com", VIEWER)
    world.members[-1] = replace(world.members[-1], name="half \ud83d of a pair, {{ 7 * 7 }}, ünï")
    document = document_of(world)
    text = encode(document).decode()
    assert json.loads(text) == document
    assert "ünï" in text
    assert text.count("\n") > len(document["grants"]) + len(document["people"])
    assert list(json.loads(text)) == sorted(document)


def test_times_are_told_in_utc() -> None:
    assert stamp(dt.datetime(2026, 6, 15, 14, tzinfo=dt.timezone(dt.timedelta(hours=2)))) == "2026-06-15T12:00:00Z"


@pytest.mark.parametrize(
    ("options", "status", "begins"),
    [
        ({}, "findings", "FINDINGS: 1 open finding(s) of severity high"),
        ({"fail_on": "critical"}, "passed", None),
        ({"fail_on": "never"}, "passed", None),
        ({"fail_on": "low"}, "findings", "FINDINGS: 2"),
        ({"fail_on_new": True}, "findings", "FINDINGS: 1"),
    ],
)
def test_what_fails_a_review(options: dict[str, t.Any], status: str, begins: str | None) -> None:
    world = World()
    world.joined("x@example.com", VIEWER)
    world.joined("y@example.com", entry={"role_assignments": {}})
    world.options |= options
    review = review_of(world)
    assert review.document["status"] == status
    assert (review.message or "").startswith(begins or "")
    assert bool(review.message) is bool(begins)


@pytest.mark.parametrize(("incomplete", "begins"), [("fail", "INCOMPLETE: "), ("warn", "FINDINGS: ")])
def test_an_incomplete_review_fails_unless_that_is_accepted(incomplete: str, begins: str) -> None:
    world = World(keys=None, unread={"api_keys": "HTTP 403"})
    world.joined("x@example.com", VIEWER)
    world.options["incomplete"] = incomplete
    review = review_of(world)
    assert review.document["status"] == "incomplete"
    assert (review.message or "").startswith(begins)
    assert "FINDINGS: 1" in (review.message or "")
    world.options["fail_on"] = "never"
    assert bool(review_of(world).message) is (incomplete == "fail")


def test_ids_stay_when_people_are_renamed() -> None:
    world = World()
    world.joined("x@example.com", VIEWER, user_id="x")
    before = document_of(world)
    world.members[-1] = replace(world.members[-1], email="new@example.com", name="New", grants=grants(VIEWER, BILLING))
    after = document_of(world)
    assert [one["id"] for one in before["findings"]] == [one["id"] for one in after["findings"]]
    assert {one["id"] for one in before["grants"]} <= {one["id"] for one in after["grants"]}
