# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One access review after another: new, resolved, reopened, not to be judged; since when somebody holds something."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import typing as t
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Member
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.comparison import Previous
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import (
    Review,
    encode,
    make_review,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import (
    CASES,
    LATER,
    OWNER,
    VIEWER,
    Case,
    World,
    planted,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, NOW, ORGANIZATION, deployments, grants
from ansible_collections.orgops.elastic_cloud.tests.unit.test_review_document import add_up, faults, worlds

Change = Callable[[World], t.Any]
DAY = dt.timedelta(days=1)
KEY, EMAIL = "user:id-x", "x@example.com"
EXEMPTION = {
    "rule": "unmanaged_member",
    "who": [EMAIL],
    "reason": "contract 4711",
    "approved_by": "ada@example.com",
    "until": "2026-06-20",
}


class Series:
    """Reviews of one organization, each a day after the one before."""

    def __init__(self, world: World) -> None:
        self.world, self.number = world, 0
        self.previous: Previous | None = None

    def review(self, *changes: Change, days: int = 1, verified: bool = True) -> Review:
        """Change the organization, and review it."""
        for change in changes:
            change(self.world)
        previous = self.previous and replace(self.previous, verified=verified)
        review = make_review(self.world.facts(), self.world.context(self.number), previous)
        assert faults(review.document) == []
        add_up(review.document)
        written = encode(review.document)
        self.previous = Previous(json.loads(written), hashlib.sha256(written).hexdigest())
        self.number += 1
        self.world.now += days * DAY
        self.world.started += days * DAY
        return review


def join(world: World) -> None:
    """Let somebody in whom nobody has defined."""
    world.joined(EMAIL, VIEWER)


def leave(world: World) -> None:
    """Let them go again."""
    world.members = [one for one in world.members if one.email != EMAIL]


def hide(world: World) -> None:
    """Hide the roles of the last member."""
    world.members[-1] = replace(world.members[-1], grants=frozenset(), roles_shown=False)


def of_rule(review: Review, rule: str) -> dict[str, t.Any]:
    """Return the one finding of a rule."""
    (one,) = [one for one in review.document["findings"] if one["rule"] == rule]
    return t.cast("dict[str, t.Any]", one)


def standing(review: Review, rule: str = "unmanaged_member") -> tuple[str, bool, int]:
    """Return how the one finding of a rule stands."""
    one = of_rule(review, rule)
    return one["state"], one["seen"], one["reviews_open"]


def grant_of(review: Review, key: str = KEY) -> dict[str, t.Any]:
    """Return the one grant of somebody."""
    (one,) = [one for one in review.document["grants"] if one["person"] == key]
    return t.cast("dict[str, t.Any]", one)


@pytest.mark.parametrize("world", [planted()[0], *(case.world() for case in CASES[::5])])
def test_a_second_review_without_a_change_finds_nothing_new(world: World) -> None:
    world.decisions = world.decisions and replace(world.decisions, attested_at=NOW - 90 * DAY)
    series = Series(world)
    first, second = series.review(days=0), series.review()
    assert {one["state"] for one in second.document["findings"]} <= {"open"}
    assert [one["id"] for one in second.document["findings"]] == [one["id"] for one in first.document["findings"]]
    changes = second.document["changes"]
    assert [changes[name] for name in changes if name != "since"] == [[]] * 6
    assert {one["change"] for one in second.document["grants"]} <= {"same", None}
    assert [one["held"] for one in second.document["grants"]] == [one["held"] for one in first.document["grants"]]


@given(worlds())
@settings(max_examples=25)
def test_second_reviews_without_a_change_find_nothing_new(world: World) -> None:
    series = Series(world)
    series.review(days=0)
    world.options["fail_on_new"], world.options["fail_on"] = True, "low"
    second = series.review()
    assert second.counted == []
    assert {one["state"] for one in second.document["findings"]} <= {"open"}


@given(worlds(), worlds())
@settings(max_examples=25)
def test_what_was_found_is_new_open_or_resolved(one: World, other: World) -> None:
    series = Series(one)
    first = series.review()
    other.now, other.started = one.now, one.started
    series.world = other
    second = series.review()
    before = {found["id"] for found in first.document["findings"]}
    now = {found["id"]: found["state"] for found in second.document["findings"]}
    assert before <= now.keys()
    assert {number for number, state in now.items() if state == "new"} == now.keys() - before
    changes, held = second.document["changes"], {one["id"] for one in first.document["grants"] if one["held"]}
    added = {one["id"] for one in second.document["grants"] if one["change"] == "new"}
    assert {one["id"] for one in changes["grants_added"]} == added
    assert not added & held
    removed = {one["id"] for one in changes["grants_removed"]}
    assert removed <= held - {one["id"] for one in second.document["grants"] if one["held"]}
    assert set(changes["resolved"]) == {number for number, state in now.items() if state == "resolved"}


def test_new_open_resolved_reopened() -> None:
    series = Series(World())
    series.review()
    assert standing(series.review(join)) == ("new", True, 1)
    assert standing(series.review()) == ("open", True, 2)
    third = series.review()
    assert standing(third) == ("open", True, 3)
    gone = series.review(leave)
    assert standing(gone) == ("resolved", True, 3)
    assert of_rule(gone, "unmanaged_member")["resolved_at"] == gone.document["source"]["read"]["finished_at"]
    assert gone.document["summary"]["findings"]["high"]["resolved"] == 1
    still = series.review()
    assert standing(still) == ("resolved", True, 3)
    assert still.document["summary"]["findings"]["high"]["resolved"] == 0
    assert still.document["changes"]["resolved"] == []
    back = series.review(join)
    assert standing(back) == ("reopened", True, 1)
    assert of_rule(back, "unmanaged_member")["first_seen"] == of_rule(third, "unmanaged_member")["first_seen"]


@pytest.mark.parametrize(("days", "kept"), [(400, True), (401, False)])
def test_what_is_resolved_is_remembered_for_400_days(days: int, kept: bool) -> None:
    series = Series(World())
    series.review(join)
    series.review(leave, days=days)
    assert bool(series.review().document["findings"]) is kept
    assert standing(series.review(join))[0] == ("reopened" if kept else "new")


def test_what_could_not_be_judged_is_carried_over() -> None:
    series = Series(World())
    series.world.joined(EMAIL, deployments("d1", "d2"), entry={"role_assignments": VIEWER})
    shown = series.world.members[-1]
    first = series.review()
    assert standing(first, "excess_grant") == ("new", True, 1)
    carried = series.review(hide)
    assert standing(carried, "excess_grant") == ("open", False, 2)
    assert of_rule(carried, "excess_grant")["grants"] == of_rule(first, "excess_grant")["grants"]
    assert carried.document["changes"]["grants_removed"] == []
    assert carried.counted == [of_rule(carried, "excess_grant")]
    assert carried.document["status"] == "incomplete"

    def show(world: World) -> None:
        world.members[-1] = replace(shown, grants=grants(VIEWER))

    assert standing(series.review(show), "excess_grant") == ("resolved", True, 2)


def test_what_is_carried_over_does_not_count_as_new() -> None:
    series = Series(World())
    series.world.joined(EMAIL, deployments("d1", "d2"), entry={"role_assignments": VIEWER})
    series.world.options["fail_on_new"] = True
    assert len(series.review().counted) == 1
    assert series.review(hide).counted == []


@pytest.mark.parametrize(
    ("plant", "rule", "blindfold"),
    [
        (lambda world: world.key("k", OWNER), "owner_key_without_end", {"keys": None, "unread": {"api_keys": "403"}}),
        (
            lambda world: world.mapping("m", {"any": [{"group": "*"}]}, OWNER),
            "owner_mapping_for_anybody",
            {"mappings": None, "unread": {"role_mappings": "403"}},
        ),
        (join, "unmanaged_member", {"entries": [{"email": "no address"}]}),
        (join, "unmanaged_member", {"entries": None}),
        (
            lambda world: world.joined("x@example.org", VIEWER, entry={"until": LATER, "role_assignments": VIEWER}),
            "external_member",
            {"options": {}},
        ),
        (
            lambda world: world.defined({"email": "x@example.com", "role_assignments": VIEWER}),
            "missing_member",
            {"further_pages": frozenset({"members"})},
        ),
    ],
    ids=["keys", "mappings", "faults", "no definition", "no domains", "pages"],
)
def test_a_rule_that_a_gap_touches_resolves_nothing(plant: Change, rule: str, blindfold: dict[str, t.Any]) -> None:
    series = Series(World())
    assert standing(series.review(plant), rule)[:2] == ("new", True)
    seen = {name: getattr(series.world, name) for name in blindfold}

    def put(values: dict[str, t.Any]) -> Change:
        return lambda world: [setattr(world, name, value) for name, value in values.items()]

    assert standing(series.review(put(blindfold)), rule) == ("open", False, 2)
    assert standing(series.review(), rule) == ("open", False, 3)
    assert standing(series.review(put(seen)), rule) == ("open", True, 4)


def test_who_may_stand_on_a_further_page_is_carried_over_and_not_removed() -> None:
    series = Series(World())
    series.review(join)

    def cut(world: World) -> None:
        world.members, world.further_pages = world.members[:2], frozenset({"members"})

    half = series.review(cut)
    assert standing(half) == ("open", False, 2)
    assert half.document["changes"]["people_removed"] == half.document["changes"]["grants_removed"] == []

    def whole(world: World) -> None:
        world.further_pages = frozenset()

    gone = series.review(whole)
    assert standing(gone) == ("resolved", True, 2)
    assert gone.document["changes"]["people_removed"] == []  # the review before did not see them either


def test_of_a_pair_only_the_first_is_told_also_where_it_is_carried_over() -> None:
    series = Series(World())
    series.world.joined("x@example.org", OWNER, entry={"role_assignments": OWNER, "until": LATER})
    assert standing(series.review(), "owner_external") == ("new", True, 1)
    hidden = series.review(hide)
    assert standing(hidden, "owner_external") == ("open", False, 2)
    assert [one["rule"] for one in hidden.document["findings"]] == ["owner_external"]


def test_the_history_of_a_rule_that_is_switched_off_ends() -> None:
    series = Series(World())
    series.world.joined(EMAIL, entry={"role_assignments": {}})
    series.review()
    off = series.review(lambda world: world.options.update(severities={"no_roles": "none"}))
    assert off.document["findings"] == []
    assert off.document["completeness"]["exclusions"][-1] == {
        "kind": "rule",
        "selection": "no_roles",
        "people": 1,
        "severity": "low",
    }
    assert standing(series.review(lambda world: world.options.pop("severities")), "no_roles") == ("new", True, 1)


def test_an_exemption_holds_until_its_day_is_over() -> None:
    series = Series(World(options={"exemptions": [EXEMPTION]}))
    first = series.review(join, days=5)
    assert (standing(first), first.document["status"]) == (("exempted", True, 0), "passed")
    exempted = of_rule(first, "unmanaged_member")
    assert exempted["exemption"] == {name: EXEMPTION[name] for name in ("reason", "approved_by", "until")}
    assert exempted["severity"] == "high"
    assert (first.document["exemptions"][0]["used"], first.document["exemptions"][0]["expired"]) == (True, False)
    assert standing(series.review()) == ("exempted", True, 0)  # on its last day
    series.world.options["fail_on_new"] = True
    ended = series.review()
    assert standing(ended) == ("reopened", True, 1)
    assert standing(ended, "exemption_expired") == ("new", True, 1)
    assert (ended.document["exemptions"][0]["used"], ended.document["exemptions"][0]["expired"]) == (False, True)
    assert [one["rule"] for one in ended.counted] == ["unmanaged_member"]
    assert series.review().counted == []


def test_an_exemption_for_nobody_is_told() -> None:
    world = World(options={"exemptions": [{**EXEMPTION, "who": ["*@typo.example.com", "someid"]}]})
    join(world)
    review = Series(world).review()
    assert standing(review) == ("new", True, 1)
    assert review.document["exemptions"][0]["used"] is False


@pytest.mark.parametrize("who", ["X@Example.com", "*@example.com", "id-x"])
def test_an_exemption_names_people_in_each_way(who: str) -> None:
    world = World(options={"exemptions": [{**EXEMPTION, "who": [who], "approved_by": "boss@example.net"}]})
    join(world)
    assert standing(Series(world).review())[0] == "exempted"


def test_what_is_carried_over_stays_exempted() -> None:
    series = Series(World(options={"exemptions": [{**EXEMPTION, "rule": "excess_grant"}]}))
    series.world.joined(EMAIL, deployments("d1", "d2"), entry={"role_assignments": VIEWER})
    series.review()
    assert standing(series.review(hide), "excess_grant") == ("exempted", False, 0)


@pytest.mark.parametrize(
    ("change", "counts"),
    [
        (lambda world: None, False),
        (lambda world: _holds(world, "d1", "d2", "d3"), True),
        (lambda world: _holds(world, "d2"), False),
        (lambda world: world.options.update(severities={"excess_grant": "critical"}), True),
        (lambda world: world.options.update(severities={"excess_grant": "medium"}), False),
    ],
    ids=["nothing", "one grant more", "one grant less", "more severe", "less severe"],
)
def test_what_counts_as_new(change: Change, counts: bool) -> None:
    series = Series(World())
    series.world.options |= {"fail_on_new": True, "fail_on": "low"}
    series.world.joined(EMAIL, deployments("d1", "d2"), entry={"role_assignments": {}})
    assert len(series.review().counted) == 1
    assert bool(series.review(change).counted) is counts


def _holds(world: World, *names: str) -> None:
    world.members[-1] = replace(world.members[-1], grants=grants(deployments(*names)))


def test_since_when_a_member_holds_a_grant() -> None:
    since = "2024-02-29T10:30:00Z"
    series = Series(World())
    series.world.members.append(Member("x", EMAIL, "X", since, grants(VIEWER)))
    first = grant_of(series.review(), "user:x")
    assert first["held"] == {"not_before": since, "not_after": "2026-06-15T12:00:00Z", "basis": "member_since"}
    assert first["change"] is None

    def more(world: World) -> None:
        _holds(world, "d1", "d2")

    second = {one["resource"]: one for one in series.review(more).document["grants"] if one["person"] == "user:x"}
    assert second["d1"]["held"] == first["held"]
    assert second["d2"]["held"] == {
        "not_before": "2026-06-15T11:59:57Z",
        "not_after": "2026-06-16T12:00:00Z",
        "basis": "report",
    }
    assert (second["d1"]["change"], second["d2"]["change"]) == ("same", "new")
    third = {one["resource"]: one for one in series.review().document["grants"] if one["person"] == "user:x"}
    assert {name: one["held"] for name, one in third.items()} == {name: one["held"] for name, one in second.items()}
    assert {one["change"] for one in third.values()} == {"same"}


def test_who_has_joined_since_holds_nothing_before() -> None:
    series = Series(World())
    series.review()

    def late(world: World) -> None:
        world.members.append(Member("x", EMAIL, "X", "2026-06-16T08:00:00Z", grants(VIEWER)))

    one = grant_of(series.review(late), "user:x")
    assert one["held"] == {
        "not_before": "2026-06-16T08:00:00Z",
        "not_after": "2026-06-16T12:00:00Z",
        "basis": "member_since",
    }
    assert one["change"] == "new"


def test_nothing_is_made_of_a_review_that_could_not_see_the_roles() -> None:
    series = Series(World())
    series.world.members.append(Member("x", EMAIL, "X", None, grants(VIEWER), roles_shown=True))
    shown = series.world.members[-1]
    series.review(hide)
    back = grant_of(series.review(lambda world: world.members.__setitem__(-1, shown)), "user:x")
    assert back["held"] == {"not_before": None, "not_after": "2026-06-16T12:00:00Z", "basis": "member_since"}
    assert back["change"] is None


def test_since_when_somebody_is_invited_to_something() -> None:
    series = Series(World())
    series.world.invited(EMAIL, VIEWER, created=5)
    made = {"not_before": "2026-05-05T00:00:00Z", "not_after": "2026-05-05T00:00:00Z", "basis": "invitation"}
    assert grant_of(series.review(), f"invite:{EMAIL}")["held"] == made

    def resent(world: World) -> None:
        world.invitations = [replace(one, created_at="2026-06-15T18:00:00Z") for one in world.invitations]

    assert grant_of(series.review(resent), f"invite:{EMAIL}")["held"] == made  # never changed afterwards


def test_what_has_changed_since() -> None:
    series = Series(World())
    series.world.joined("stays@example.com", deployments("d1", "d2"))
    series.world.joined("goes@example.com", VIEWER)
    series.world.invited("accepts@example.com", BILLING)
    first = series.review()

    def change(world: World) -> None:
        world.invitations = []
        world.members = [one for one in world.members if one.email != "goes@example.com"]
        world.joined("accepts@example.com", BILLING)
        world.joined("comes@example.com")
        _held(world, "stays@example.com", deployments("d2", "d3"))

    review = series.review(change)
    changes = review.document["changes"]
    assert changes["since"] == first.document["report"]["created_at"]
    assert changes["people_added"] == [{"key": "user:id-comes", "label": "comes@example.com"}]
    assert changes["people_removed"] == [{"key": "user:id-goes", "label": "goes@example.com"}]
    assert changes["invitations_accepted"] == [{"key": "user:id-accepts", "label": "accepts@example.com"}]
    assert {(one["person"], one["label"]) for one in changes["grants_added"]} == {
        ("stays@example.com", "deployment-viewer on d3"),
        ("accepts@example.com", "billing-admin"),
    }
    assert {(one["person"], one["label"]) for one in changes["grants_removed"]} == {
        ("stays@example.com", "deployment-viewer on d1"),
        ("goes@example.com", "deployment-viewer on d1"),
        ("accepts@example.com", "billing-admin"),
    }


def _held(world: World, email: str, *roles: dict[str, t.Any]) -> None:
    world.members = [replace(one, grants=grants(*roles)) if one.email == email else one for one in world.members]


def test_an_invitation_that_expires_takes_what_it_gave() -> None:
    series = Series(World())
    series.world.invited(EMAIL, VIEWER)
    series.review()

    def expire(world: World) -> None:
        world.invitations = [replace(one, expired=True) for one in world.invitations]

    changes = series.review(expire).document["changes"]
    assert (changes["people_removed"], len(changes["grants_removed"])) == ([], 1)


def test_reviews_make_a_chain_of_sums() -> None:
    series = Series(World())
    assert series.review().document["previous"] is None
    for number in range(3):
        before = series.previous
        assert before is not None
        document = series.review().document
        assert document["previous"] == {
            "report_id": f"20260615T120000Z-{number:04}",
            "sha256": before.sha256,
            "verified": True,
        }


def test_a_previous_document_that_was_changed_is_told_and_not_compared_with() -> None:
    series = Series(World())
    series.review(join)
    review = series.review(verified=False)
    assert review.document["previous"]["verified"] is False
    assert review.document["changes"] is None
    assert standing(review) == ("new", True, 1)
    assert [gap["code"] for gap in review.document["completeness"]["gaps"]] == ["previous_not_verified"]
    assert {one["change"] for one in review.document["grants"]} == {None}


def test_findings_of_rules_that_this_version_does_not_know_are_left_behind() -> None:
    series = Series(World())
    series.review(join)
    assert series.previous
    for one in series.previous.document["findings"]:
        one["rule"] = "of_tomorrow"
    assert {one["state"] for one in series.review().document["findings"]} == {"open"}


@pytest.mark.parametrize("case", CASES[::9], ids=lambda case: str(case.name))
def test_each_finding_is_resolved_once_all_is_well(case: Case) -> None:
    series = Series(case.world())
    first = series.review()
    if first.document["completeness"]["gaps"]:
        return
    quiet = World(now=series.world.now, started=series.world.started, decisions=series.world.decisions)
    quiet.description |= {"enforce_authentication_method": "sso"}
    series.world = quiet
    second = series.review()
    assert {one["state"] for one in second.document["findings"]} <= {"resolved"}
    assert len(second.document["findings"]) == len(first.document["findings"])
    assert second.document["status"] == "passed"
    assert ORGANIZATION in second.document["source"]["organization"]["id"]
