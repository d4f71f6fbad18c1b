# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API keys of people who leave: told of, or revoked before them, in as few requests as the API allows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ElasticCloudError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._report import artifacts, drift, report
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault, Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, as_if_done, viewer

FIRST, SECOND, BEA, CY = "first@example.com", "second@example.com", "bea@example.com", "cy@example.com"
STAYING = [{"email": FIRST, "role_assignments": OWNER}]
KEYS = "/users/auth/keys"


def prepare(*leaving: str, **switches: Any) -> World:
    """An organization with an owner, who made the API key in use, and with viewers who are to leave."""
    world = World(Switches(**switches))
    world.emulator.add_member(world.organization, FIRST, OWNER)
    for email in leaving:
        world.emulator.add_member(world.organization, email, viewer("a"))
    return world


def made(world: World, email: str | None, name: str = "ci", roles: Any = None, **details: Any) -> str:
    """Somebody has made an API key; returns its id."""
    if email is None:
        details["user_id"] = None
    world.emulator.add_key(world.organization, email=email, name=name, role_assignments=roles or viewer("a"), **details)
    return world.emulator.keys[-1].id


def apply(world: World, mode: str, team: Any = None, **options: Any) -> Outcome:
    """Apply a definition, by which all go but the owner, with no limit for removals."""
    options.setdefault("guards", Guards(max_removals="100%"))
    return world.apply(team or STAYING, rules=Rules(purge=True, leavers_api_keys=mode), **options)


def there(world: World) -> set[str]:
    """The ids of the API keys that work, without the one in use."""
    return {key.id for key in world.emulator.keys if key.secret != world.key}


def asked(world: World) -> list[tuple[str, str]]:
    """The requests in short: the method, and `keys`, `members` or `invitations`; without those for role mappings, which
    a purge looks at."""
    kinds = ("keys", "members", "invitations", "role_assignments")
    requests = [(method, path) for method, path in world.requests() if not path.endswith("/role_mappings")]
    return [(method, next(kind for kind in kinds if f"/{kind}" in path)) for method, path in requests]


READ = [("GET", "members"), ("GET", "invitations")]


# --- How many requests


@pytest.mark.parametrize(
    ("mode", "requests"), [("warn", READ), ("revoke", [*READ, ("GET", "keys")]), ("ignore", READ)], ids=str
)
@pytest.mark.parametrize("check_mode", [False, True])
def test_where_nobody_leaves_only_revoke_costs_a_request(mode, requests, check_mode):
    world = prepare()
    made(world, FIRST)
    outcome = apply(world, mode, check_mode=check_mode)
    assert asked(world) == requests
    assert (outcome.changed, outcome.warnings, outcome.api_keys) == (False, [], [])


def test_what_takes_nobody_out_reads_no_keys():
    world = prepare(BEA)
    world.emulator.add_invitation(world.organization, CY, viewer("a"))
    team = [*STAYING, {"email": BEA, "role_assignments": viewer("b")}, {"email": "new@example.com"}]
    outcome = apply(world, "warn", team)
    assert {action.action for action in outcome.plan.actions} == {"invite", "update", "uninvite"}
    assert ("GET", "keys") not in asked(world)


@pytest.mark.parametrize(
    ("mode", "requests"),
    [
        ("warn", [*READ, ("GET", "keys"), ("DELETE", "members")]),
        ("revoke", [*READ, ("GET", "keys"), ("DELETE", "keys"), ("DELETE", "members")]),
        ("ignore", [*READ, ("DELETE", "members")]),
    ],
    ids=str,
)
def test_who_leaves_costs_one_reading_and_all_their_keys_one_request(mode, requests):
    emails = [f"p{number}@example.com" for number in range(50)]
    world = prepare(*emails)
    theirs = {made(world, email, f"key {number}") for email in emails for number in range(3)}
    kept = made(world, FIRST)
    outcome = apply(world, mode)
    assert outcome.team_result()["summary"]["removed"] == 50
    assert outcome.team_result()["summary"]["api_keys_revoked"] == (150 if mode == "revoke" else 0)
    assert asked(world) == requests
    assert there(world) == ({kept} if mode == "revoke" else {kept} | theirs)
    if mode == "revoke":
        (body,) = [
            one["body"] for one in world.emulator.log if one["method"] == "DELETE" and one["path"].endswith(KEYS)
        ]
        assert set(body["keys"]) == theirs


def test_nobody_is_asked_to_revoke_nothing():
    world = prepare(BEA)
    apply(world, "revoke")
    assert asked(world) == [*READ, ("GET", "keys"), ("DELETE", "members")]


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_all_pages_are_read(mode):
    world = prepare(BEA, entries_per_page=2)
    theirs = {made(world, BEA, f"key {number}") for number in range(4)}
    outcome = apply(world, mode)
    assert asked(world).count(("GET", "keys")) == 3
    assert {key["id"] for key in outcome.api_keys} == theirs


def test_owners_keys_are_revoked_in_one_request_after_the_owners_are_counted():
    world = prepare(BEA)
    owners = [f"owner{number}@example.com" for number in range(3)]
    for email in owners:
        world.emulator.add_member(world.organization, email, OWNER)
    for email in (BEA, *owners):
        made(world, email)
    outcome = apply(world, "revoke")
    assert not outcome.failures
    assert asked(world)[3:] == [
        ("DELETE", "keys"),
        ("DELETE", "members"),
        ("GET", "members"),
        ("DELETE", "keys"),
        ("DELETE", "members"),
    ]
    assert there(world) == set()


# --- What is told


def test_warn_tells_of_the_keys_that_go_on_working_and_leaves_them():
    world = prepare(BEA, CY)
    one = made(world, BEA, "nightly", expires_at=world.clock.now() + timedelta(days=3))
    other = made(world, CY, "{{ evil }}\n")
    made(world, FIRST, "the owner's")
    outcome = apply(world, "warn")
    assert [(key["id"], key["name"], key["email"]) for key in outcome.api_keys] == [
        (one, "nightly", BEA),
        (other, "{{ evil }}\n", CY),
    ]
    assert outcome.api_keys[0]["expires_at"].startswith("20")
    assert outcome.api_keys[1]["expires_at"] is None
    assert outcome.api_keys[0]["role_assignments"] == viewer("a")
    (warning,) = outcome.warnings
    for text in (one, other, "nightly", BEA, CY, "org_api_key", "state=absent"):
        assert text in warning
    assert warning.isprintable()
    assert "the owner's" not in warning
    assert one in there(world)
    assert outcome.result()["diff"] == [part for part in outcome.result()["diff"] if "@" in part["before_header"]]


@pytest.mark.parametrize("fault", [{"status": 403, "code": "root.forbidden"}, {"status": 500}, {"kind": "html"}])
def test_warn_says_that_keys_cannot_be_read_and_goes_on(fault):
    world = prepare(BEA)
    made(world, BEA)
    world.emulator.faults.append(Fault(method="GET", path=KEYS, from_nth=1, **fault))
    outcome = apply(world, "warn", retries=1)
    assert not outcome.failures
    assert outcome.team_result()["summary"]["removed"] == 1
    assert outcome.api_keys == []
    (warning,) = outcome.warnings
    assert "could not be read" in warning


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_half_a_picture_is_none(mode):
    world = prepare(BEA, entries_per_page=2, next_page_repeats=True)
    for number in range(3):
        made(world, BEA, f"key {number}")
    if mode == "warn":
        outcome = apply(world, mode)
        assert "half a picture" in outcome.warnings[0]
        assert outcome.api_keys == []
    else:
        with pytest.raises(ElasticCloudError, match="half a picture"):
            apply(world, mode)
        assert not world.writes()


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_keys_that_have_ended_or_belong_elsewhere_do_not_count(mode):
    world = prepare(BEA, keys_elsewhere=True, expired_keys="listed")
    elsewhere = world.emulator.add_organization("Elsewhere")
    world.emulator.add_member(elsewhere, "them@example.com", OWNER)
    bea = world.emulator.member(world.organization, BEA).user_id
    world.emulator.add_key(elsewhere, user_id=bea, role_assignments=viewer("a"))
    made(world, BEA, expires_at=world.clock.now())
    world.emulator.add_member(world.organization, CY, OWNER)
    made(world, CY)
    outcome = apply(world, mode, [*STAYING, {"email": CY}])
    assert outcome.api_keys == []
    assert outcome.warnings == []
    assert len(there(world)) == 3
    assert len(world.writes()) == 1


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_keys_that_name_no_organization_are_told_of_and_never_revoked(mode):
    world = prepare(BEA, key_organization=False)
    key = made(world, BEA)
    outcome = apply(world, mode)
    assert outcome.api_keys == []
    assert len(outcome.warnings) == 1
    assert key in outcome.warnings[0]
    assert "whether they are for this organization" in outcome.warnings[0]
    assert key in there(world)
    later = apply(world, mode)
    assert any(key in warning for warning in later.warnings) == (mode == "revoke")


def test_revoke_names_the_keys_whose_makers_have_left_in_each_run_and_leaves_them():
    world = prepare(BEA)
    keys = [made(world, BEA, f"key {number}") for number in range(30)]
    nobodys = made(world, None, "a key without a maker", kind="limited")
    world.emulator.remove(world.organization, BEA)
    for _turn in range(2):
        outcome = apply(world, "revoke")
        (warning,) = outcome.warnings
        assert all(key in warning for key in [*keys, nobodys])
        assert "org_api_key" in warning
        assert outcome.api_keys == []
    assert not world.writes()
    assert apply(world, "warn").warnings == []


def test_whose_makers_have_left_is_not_told_by_a_key_that_does_not_see_everybody():
    world = prepare(BEA, keys_of_limited="own")
    key = world.emulator.add_key(world.organization, "limited", scope=[("deployment", "*")], email=BEA)
    outcome = world.apply(STAYING, rules=Rules(leavers_api_keys="revoke"), key=key)
    assert not any("no members" in warning for warning in outcome.warnings)


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_that_all_keys_were_made_by_one_person_is_told_where_somebody_leaves(mode):
    world = prepare(BEA, keys_listed="own")
    made(world, BEA)
    outcome = apply(world, mode)
    (warning,) = outcome.warnings
    assert "made by one person" in warning


# --- The API key in use


def leaving_owner(world: World, **details: Any) -> str:
    """The API key in use was made by another owner, who leaves; returns its id."""
    world.emulator.add_member(world.organization, SECOND, OWNER)
    world.key = world.emulator.add_key(world.organization, email=SECOND, name="in use", **details)
    made(world, FIRST, "beside")
    return world.emulator.keys[-2].id


def end(world: World) -> Any:
    return world.clock.now() + timedelta(days=60)


@pytest.mark.parametrize("known_by", ["id", "end"])
def test_the_key_in_use_is_left_and_the_others_go(known_by):
    world = prepare(key_expiration="absent" if known_by == "id" else "http")
    details: Any = {} if known_by == "id" else {"secret": "x" * 40, "expires_at": end(world)}
    mine = leaving_owner(world, **details)
    other = made(world, SECOND, "other", OWNER)
    outcome = apply(world, "revoke")
    assert not outcome.failures
    assert [(action.action, action.api_key and action.api_key.id) for action in outcome.plan.actions] == [
        ("revoke_api_key", other),
        ("remove", None),
    ]
    (warning,) = outcome.warnings
    assert mine in warning
    assert "it is the API key in use" in warning
    assert "org_api_key" in warning
    assert {key.id for key in world.emulator.keys} >= {mine}
    (later,) = apply(world, "revoke").warnings
    assert mine in later


def test_what_may_be_the_key_in_use_is_left_and_named():
    world = prepare()
    mine = leaving_owner(world, secret="x" * 40)
    owners = made(world, SECOND, "other", OWNER)
    viewers = made(world, SECOND, "third")
    outcome = apply(world, "revoke")
    assert [action.api_key.id for action in outcome.plan.actions if action.api_key] == [viewers]
    (warning,) = outcome.warnings
    assert mine in warning
    assert owners in warning
    assert viewers not in warning
    assert "nothing tells for certain" in warning
    assert {mine, owners} <= {key.id for key in world.emulator.keys}


# --- A key that may not list keys


def test_the_guard_visibility_refuses_to_remove_anybody_whose_keys_cannot_be_seen():
    world = prepare(BEA)
    world.emulator.faults.append(Fault(method="GET", path=KEYS, from_nth=1, status=403, code="root.forbidden"))
    for check_mode in (True, False):
        outcome = apply(world, "revoke", check_mode=check_mode)
        assert outcome.refused_by is not None
        assert (outcome.refused_by.name, outcome.refused_by.emails) == ("visibility", [BEA])
        assert "may not list" in str(outcome.message)
    assert not world.writes()
    outcome = apply(world, "revoke", [*STAYING, {"email": BEA, "role_assignments": viewer("b")}])
    assert not outcome.failures
    assert outcome.team_result()["summary"]["updated"] == 1
    (warning,) = outcome.warnings
    assert "may not list API keys" in warning


@pytest.mark.parametrize("fault", [{"status": 503}, {"kind": "html"}])
def test_a_service_that_does_not_answer_ends_a_run_that_revokes_before_it_writes(fault):
    world = prepare(BEA)
    world.emulator.faults.append(Fault(method="GET", path=KEYS, from_nth=1, **fault))
    with pytest.raises(ElasticCloudError, match="Reading the API keys failed, and nothing was changed"):
        apply(world, "revoke", retries=1)
    assert not world.writes()


# --- Plan, digest, results


def test_keys_are_in_the_plan_before_their_makers_and_after_everybody_in_the_diff():
    world = prepare(BEA, CY)
    world.emulator.add_member(world.organization, SECOND, OWNER)
    keys = {email: made(world, email, f"of {email}") for email in (BEA, CY, SECOND)}
    predicted = apply(world, "revoke", check_mode=True)
    outcome = apply(world, "revoke")
    assert as_if_done(predicted.team_result()) == as_if_done(outcome.team_result())
    result = outcome.team_result()
    assert [(one["action"], one["email"], one.get("api_key")) for one in result["plan"]] == [
        ("revoke_api_key", BEA, {"id": keys[BEA], "name": f"of {BEA}"}),
        ("revoke_api_key", CY, {"id": keys[CY], "name": f"of {CY}"}),
        ("remove", BEA, None),
        ("remove", CY, None),
        ("revoke_api_key", SECOND, {"id": keys[SECOND], "name": f"of {SECOND}"}),
        ("remove", SECOND, None),
    ]
    first = result["plan"][0]
    assert (first["before"], first["after"], first["user_id"]) == (
        viewer("a"),
        None,
        result["plan"][2]["user_id"],
    )
    assert keys[BEA] in first["reason"]
    assert [one["before_header"] for one in result["diff"]] == [
        BEA,
        CY,
        SECOND,
        *(f"'of {email}' (id {keys[email]})" for email in (BEA, CY, SECOND)),
    ]
    assert "deployment-viewer" in result["diff"][3]["before"]
    assert result["diff"][3]["before"].endswith("\nexpires_at: null\n")
    assert result["diff"][3]["after"] == ""
    assert result["summary"] == {
        "invited": 0,
        "reinvited": 0,
        "updated": 0,
        "uninvited": 0,
        "removed": 3,
        "api_keys_revoked": 3,
        "unchanged": 1,
        "unmanaged": 0,
    }
    assert (result["plan_total"], result["steps_total"]) == (6, 6)
    assert [step.get("api_key", {}).get("id") for step in result["steps"]][:3] == [keys[BEA], keys[CY], None]
    assert {step["outcome"] for step in result["steps"]} == {"done"}


def test_the_digest_covers_which_key_is_revoked():
    digests = []
    for name in ("one", "other", "one"):
        world = prepare(BEA)
        made(world, BEA, id=f"key-{name}")
        digests.append(apply(world, "revoke", check_mode=True).result()["plan_digest"])
    assert digests[0] == digests[2] != digests[1]


def test_keys_count_nobody_twice_for_guards():
    world = prepare(BEA)
    for number in range(5):
        made(world, BEA, f"key {number}")
    assert apply(world, "revoke", guards=Guards(max_removals="1")).refused_by is None


def test_the_reports_words_have_the_keys():
    world = prepare(BEA)
    key = made(world, BEA, "ci")
    planned, done = (
        {**apply(world, "revoke", check_mode=check).team_result(), "check_mode": check} for check in (True, False)
    )
    assert report(planned, "acme")[0] == "acme: 1 would be removed, 1 API key would be revoked, 1 unchanged"
    lines = report(done, "acme")
    assert lines[0] == "acme: 1 removed, 1 API key revoked, 1 unchanged"
    assert lines[1] == f"done: revoke_api_key {BEA}, the API key 'ci' (id {key}) was made by a member who is removed"
    left = artifacts({**done, "organization_id": "1"}, "acme")
    assert left["elastic_cloud"]["acme"]["summary"]["api_keys_revoked"] == 1
    assert left["elastic_cloud_text"] == "acme: 1 removed, 1 API key revoked, 1 unchanged\n"
    assert drift(planned, ["change"]) == ["2 changes to be made"]


def test_whoever_watches_sees_keys_go_before_people():
    world = prepare(BEA, CY)
    made(world, BEA)
    told: list[str] = []
    apply(world, "revoke", tell=told.append)
    assert told[1:] == [
        "reading API keys",
        "reading role mappings",
        "revoking API keys of members who leave, 0 of 1",
        "revoking API keys of members who leave, 1 of 1",
        "removing members, 0 of 2",
        "removing members, 2 of 2",
    ]


# --- What fails


def refuse(world: World) -> None:
    """The service refuses to revoke any key."""
    world.emulator.faults.append(Fault(method="DELETE", path=KEYS, from_nth=1, status=403, code="root.forbidden"))


def test_a_key_that_is_not_revoked_keeps_nobody_in_and_is_named_then_and_later():
    world = prepare(BEA)
    key = made(world, BEA)
    refuse(world)
    outcome = apply(world, "revoke")
    assert outcome.team_result()["summary"]["removed"] == 1
    (failure,) = outcome.failed()["failures"]
    assert (failure["action"], failure["email"], failure["api_key"]) == (
        "revoke_api_key",
        BEA,
        {"id": key, "name": "ci"},
    )
    assert failure["user_id"]
    assert failure["error"]["codes"] == ["root.forbidden"]
    for text in (f"id={key}", "org_api_key", "state=absent"):
        assert text in failure["error"]["message"]
        assert text in str(outcome.message)
    world.emulator.heal()
    for _turn in range(2):
        later = apply(world, "revoke")
        assert not later.failures
        assert key in later.warnings[0]
        assert "org_api_key" in later.warnings[0]


def test_a_removal_that_fails_says_that_the_keys_are_gone():
    world = prepare(BEA, CY)
    made(world, BEA)
    world.emulator.faults.append(
        Fault(method="DELETE", path="/members/", from_nth=1, status=403, code="root.forbidden")
    )
    outcome = apply(world, "revoke")
    messages = {action.email: error.message for action, error in outcome.failures}
    assert "API keys are revoked already" in messages[BEA]
    assert "API keys" not in messages[CY]
    assert outcome.team_result()["summary"]["api_keys_revoked"] == 1
    assert outcome.changed
    world.emulator.heal()
    assert apply(world, "revoke").team_result()["summary"]["removed"] == 2


def test_an_owner_who_may_not_go_keeps_the_keys():
    world = prepare()
    world.emulator.add_member(world.organization, SECOND, OWNER)
    key = made(world, SECOND)
    world.emulator.before(
        lambda: world.emulator.ungrant(world.organization, FIRST, OWNER), method="GET", path="/members$", nth=2
    )
    outcome = apply(world, "revoke")
    assert {action.action: error.codes for action, error in outcome.failures} == {
        "remove": ["not_attempted", "min_owners"],
        "revoke_api_key": ["not_attempted"],
    }
    assert there(world) == {key}
    assert not outcome.changed


def test_who_cannot_be_removed_keeps_the_keys():
    world = prepare()
    world.emulator.add_member(world.organization, BEA, viewer("a"), user_id="..")
    key = made(world, BEA)
    outcome = apply(world, "revoke")
    assert {action.action: error.codes for action, error in outcome.failures} == {
        "remove": ["invalid_id"],
        "revoke_api_key": ["not_attempted"],
    }
    assert there(world) == {key}


@pytest.mark.parametrize("count", [1, 2, 5])
@pytest.mark.parametrize("switches", [{}, {"unknown_id_in_delete": "ignore"}, {"list_lag": 2}], ids=str)
def test_a_key_that_somebody_else_has_revoked_is_no_failure_and_no_change_of_ours(switches, count):
    world = prepare(BEA, **switches)
    keys = [made(world, BEA, f"key {number}") for number in range(count)]
    world.let_lists_catch_up()
    world.emulator.before(lambda: world.emulator.revoke_key(keys[0]), method="DELETE", path=KEYS)
    outcome = apply(world, "revoke")
    assert not outcome.failures, outcome.message
    assert there(world) == set()
    by_us = count if count > 1 and "unknown_id_in_delete" in switches else count - 1  # nobody can tell then
    assert outcome.team_result()["summary"]["api_keys_revoked"] == by_us


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "status_after"])
def test_promise_14_a_lost_reply_is_settled_by_reading_and_404_after_it_is_done(kind):
    world = prepare(BEA)
    keys = {made(world, BEA, f"key {number}") for number in range(3)}
    world.emulator.faults.append(Fault(kind=kind, method="DELETE", path=KEYS, nth=1))
    outcome = apply(world, "revoke")
    assert not outcome.failures
    assert outcome.team_result()["summary"]["api_keys_revoked"] == len(keys)
    assert there(world) == set()


@pytest.mark.parametrize("count", [1, 3])
def test_promise_14_what_an_earlier_request_of_this_run_has_revoked_is_revoked_by_it(count):
    world = prepare(BEA, list_lag=3)
    for number in range(count):
        made(world, BEA, f"key {number}")
    world.let_lists_catch_up()
    world.emulator.faults.append(Fault(kind="cut_after", method="DELETE", path=KEYS, nth=1))
    outcome = apply(world, "revoke")
    assert not outcome.failures, outcome.message
    assert outcome.team_result()["summary"]["api_keys_revoked"] == count


def test_promise_20_an_answer_of_500_to_several_keys_is_halved():
    emails = [f"p{number}@example.com" for number in range(8)]
    world = prepare(*emails, always_fails=frozenset(["p5@example.com"]))
    keys = [made(world, email) for email in emails]
    outcome = apply(world, "revoke", retries=0)
    assert there(world) == {keys[5]}
    assert [(action.action, action.email, error.codes[0]) for action, error in outcome.failures] == [
        ("revoke_api_key", "p5@example.com", "outcome_unknown"),
        ("remove", "p5@example.com", "outcome_unknown"),
    ]
    assert outcome.team_result()["summary"]["removed"] == 7


def test_promise_19_what_is_wrong_for_all_keys_is_not_tried_for_each():
    world = prepare(BEA)
    for number in range(100):
        made(world, BEA, f"key {number:03}")
    refuse(world)
    outcome = apply(world, "revoke")
    assert asked(world).count(("DELETE", "keys")) <= 15
    assert len(outcome.failures) == 100
    assert outcome.team_result()["summary"]["removed"] == 1
    assert all("org_api_key" in error.message for _action, error in outcome.failures)


def test_promise_18_keys_that_get_no_answer_count_among_what_ends_a_run():
    world = prepare(BEA)
    made(world, BEA)
    world.emulator.faults.append(Fault(method="DELETE", from_nth=1, kind="cut_before"))
    outcome = apply(world, "revoke", retries=0)
    assert [(action.action, error.codes[0]) for action, error in outcome.failures] == [
        ("revoke_api_key", "outcome_unknown"),
        ("remove", "outcome_unknown"),
    ]
    assert outcome.ended_by is not None


def stopped(world: World, nth: int, what: Callable[[], Outcome]) -> Outcome:
    with world.adapter.interrupted(nth, lambda: world.client.stop("The signal SIGINT")):
        return what()


@pytest.mark.parametrize("owner", [False, True])
def test_promise_21_after_a_signal_nobody_goes_whose_keys_were_not_asked_for(owner):
    for nth in (3, 4, 5, 6, 7):
        world = prepare()
        world.emulator.add_member(world.organization, BEA, OWNER if owner else viewer("a"))
        key = made(world, BEA)
        outcome = stopped(world, nth, lambda world=world: apply(world, "revoke"))
        if world.snapshot().of(BEA) is None:
            assert key not in there(world)
        assert {code for _action, error in outcome.failures for code in error.codes} <= {"not_attempted"}
        world.emulator.heal()
        apply(world, "revoke")
        assert there(world) == set()
        assert world.snapshot().of(BEA) is None


def test_a_key_of_whom_the_run_only_now_finds_a_member_goes_first_too():
    world = prepare()
    world.emulator.add_invitation(world.organization, BEA, viewer("a"))
    keys: list[str] = []

    def join() -> None:
        world.emulator.accept(BEA)
        keys.append(made(world, BEA, "made at once"))

    world.emulator.before(join, method="DELETE", path="/invitations/")
    outcome = apply(world, "revoke")
    assert not outcome.failures
    assert world.snapshot().of(BEA) is None
    assert there(world) == set()
    assert [key["id"] for key in outcome.api_keys] == keys
    methods = asked(world)
    assert methods.index(("DELETE", "keys")) < methods.index(("DELETE", "members"))
    assert outcome.team_result()["summary"]["api_keys_revoked"] == 1


@pytest.mark.parametrize("mode", ["warn", "revoke"])
def test_of_whom_the_run_only_now_finds_a_member_the_keys_have_to_be_seen_too(mode):
    world = prepare()
    world.emulator.add_invitation(world.organization, BEA, viewer("a"))
    world.emulator.before({"do": "accept", "email": BEA}, method="DELETE", path="/invitations/")
    nth = 2 if mode == "revoke" else 1
    world.emulator.faults.append(Fault(method="GET", path=KEYS, from_nth=nth, status=403, code="root.forbidden"))
    outcome = apply(world, mode)
    if mode == "revoke":
        ((_action, error),) = outcome.failures
        assert error.codes == ["not_attempted", "visibility"]
        assert world.snapshot().of(BEA) is not None
    else:
        assert not outcome.failures
        assert "could not be read" in outcome.warnings[0]


def test_a_run_that_ends_amid_keys_does_not_call_those_not_attempted_that_are_gone():
    world = prepare(BEA)
    keys = [made(world, BEA, f"key {number}") for number in range(4)]
    for nth, status, code in ((1, 400, "root.invalid_data"), (3, 401, "root.unauthorized")):  # half of them is done
        world.emulator.faults.append(Fault(method="DELETE", path=KEYS, nth=nth, status=status, code=code))
    outcome = apply(world, "revoke")
    failed = {action.api_key.id for action, _error in outcome.failures if action.api_key}
    assert failed == there(world) != set(keys)
    assert outcome.team_result()["summary"]["api_keys_revoked"] == len(keys) - len(failed)


@pytest.mark.parametrize("kind", ["members", "invitations"])
def test_a_run_that_ends_amid_a_batch_does_not_call_those_not_attempted_who_are_gone(kind):
    emails = [f"p{number}@example.com" for number in range(4)]
    world = prepare(*(emails if kind == "members" else []))
    for email in emails if kind == "invitations" else []:
        world.emulator.add_invitation(world.organization, email, viewer("a"))
    for nth, status, code in ((1, 400, "root.invalid_data"), (3, 401, "root.unauthorized")):  # half of them is done
        world.emulator.faults.append(Fault(method="DELETE", path=f"/{kind}/", nth=nth, status=status, code=code))
    outcome = apply(world, "ignore")
    now = world.snapshot()
    assert {action.email for action, _error in outcome.failures} == set(emails) & (
        {email for email, _grants in now.members.values()} | now.invitations.keys()
    )
    assert len(outcome.failures) == 2


def test_a_plan_with_many_keys_is_shortened():
    world = prepare(BEA)
    for number in range(310):
        made(world, BEA, f"key {number}")
    result = apply(world, "revoke", check_mode=True).team_result()
    assert (result["plan_total"], result["plan_shortened"], len(result["api_keys"])) == (311, True, 310)
    assert "before" not in result["plan"][0]
    assert result["plan"][0]["api_key"].keys() == {"id", "name"}
