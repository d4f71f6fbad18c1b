# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""As few requests as the API allows, side by side, and never faster than the service wants it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import LONGEST_PATH
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

EVERYTHING = Guards(max_removals="100%")


def people(count: int, roles: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"email": f"person{number}@example.com", "role_assignments": roles} for number in range(count)]


def prepare(*members: dict[str, Any], **switches: Any) -> World:
    world = World(Switches(**switches))
    for entry in (*OWNERS, *members):
        world.emulator.add_member(world.organization, entry["email"], entry["role_assignments"])
    return world


OWNERS = [{"email": "owner@example.com", "role_assignments": OWNER}]


@pytest.mark.parametrize("count", [1, 1000, 10_000])
def test_nothing_to_do_costs_two_requests_whatever_the_size(count):
    members = people(count - 1, viewer("a", "b"))
    world = prepare(*members)
    outcome = world.apply([*OWNERS, *members])
    assert not outcome.changed
    assert sorted(world.requests()) == [
        ("GET", f"/organizations/{world.organization.id}/invitations"),
        ("GET", f"/organizations/{world.organization.id}/members"),
    ]


def test_five_hundred_invitations_with_seven_sets_of_roles_cost_nine_requests():
    world = prepare()
    sizes = {"a": 150, "b": 150, "c": 40, "d": 40, "e": 40, "f": 40, "g": 40}
    members = [
        {"email": f"{name}{number}@example.com", "role_assignments": viewer(name)}
        for name, size in sizes.items()
        for number in range(size)
    ]
    outcome = world.apply([*OWNERS, *members])
    assert outcome.team_result()["summary"]["invited"] == 500
    assert world.writes() == [("POST", f"/organizations/{world.organization.id}/invitations")] * 9
    assert set(world.mails().values()) == {1}


def test_grants_in_any_grouping_and_spelling_are_one_set_of_roles():
    world = prepare()
    ways = [
        viewer("a", "b"),
        viewer("b", "a"),
        {"deployment": [*viewer("a")["deployment"], *viewer("b")["deployment"]]},
    ]
    ways.append({"deployment": [{"role_id": "viewer", "deployment_ids": ["a", "b"], "application_roles": None}]})
    world.apply([*OWNERS, *({"email": f"p{n}@example.com", "role_assignments": way} for n, way in enumerate(ways))])
    assert len(world.writes()) == 1


@pytest.mark.parametrize("kind", ["members", "invitations"])
def test_removals_and_revocations_fill_their_paths(kind):
    world = prepare()
    for entry in people(300, viewer("a")):
        add = world.emulator.add_member if kind == "members" else world.emulator.add_invitation
        add(world.organization, entry["email"], entry["role_assignments"])
    outcome = world.apply(OWNERS, guards=EVERYTHING)
    assert not outcome.failures
    assert len(outcome.plan.actions) == 300
    paths = [f"/api/v1{path}" for _method, path in world.writes()]
    assert all(f"/{kind}/" in path for path in paths)
    assert all(len(path) <= LONGEST_PATH for path in paths)
    prefix = len(paths[0].rpartition("/")[0]) + 1
    longest = max(len(one) for path in paths for one in path[prefix:].split(","))
    assert all(len(path) + 1 + longest > LONGEST_PATH for path in paths[:-1]), "one more would have fitted"


def test_two_hundred_changes_of_roles_cost_two_requests_each_and_eight_are_under_way_at_once():
    members = people(200, viewer("a"))
    world = prepare(*members)
    outcome = world.apply([*OWNERS, *people(200, viewer("b"))], settings=Settings(concurrency=8))
    assert outcome.team_result()["summary"]["updated"] == 200
    assert len(world.requests()) == 402
    methods = [method for method, _path in world.writes()]
    assert methods == ["POST"] * 200 + ["DELETE"] * 200  # all is added before anything is taken away
    assert max(entry["in_flight"] for entry in world.emulator.log) <= 8


def test_the_rate_limit_is_kept_by_slowing_down():
    members = people(100, viewer("a"))
    world = prepare(*members, rate_limit=20, retry_after=False)
    outcome = world.apply([*OWNERS, *people(100, viewer("b"))], settings=Settings(concurrency=8))
    assert not outcome.failures
    refused = sum(entry["status"] == 429 for entry in world.emulator.log)
    assert len(world.requests()) - refused == 202
    assert refused <= len(world.requests()) / 10
    assert world.clock.offset < 202 / 20 * 3, "slower than the limit asks for"


@pytest.mark.parametrize("limits", [{"max_emails": 30}, {"max_path_bytes": 700}], ids=str)
def test_a_batch_that_is_too_large_is_halved(limits):
    world = prepare(**limits)
    for entry in people(60, viewer("a")):
        world.emulator.add_member(world.organization, entry["email"], entry["role_assignments"])
    newcomers = [{"email": f"new{number}@example.com", "role_assignments": viewer("a")} for number in range(100)]
    outcome = world.apply([*OWNERS, *newcomers], guards=EVERYTHING)
    assert not outcome.failures
    sizes = Counter(entry["status"] for entry in world.emulator.log if entry["method"] != "GET")
    assert sizes[400] + sizes[414] <= 6
    assert sum(sizes.values()) < 20


@pytest.mark.parametrize("reading", ["refuse_all", "skip"])
def test_one_bad_address_among_a_hundred_is_found_by_halving(reading):
    world = prepare(bad_email_in_batch=reading)
    world.emulator.add_outsider("new42@example.com")
    newcomers = [{"email": f"new{number}@example.com", "role_assignments": viewer("a")} for number in range(100)]
    outcome = world.apply([*OWNERS, *newcomers])
    assert outcome.team_result()["summary"]["invited"] == 99
    ((action, error),) = outcome.failures
    assert action.email == "new42@example.com"
    assert error.codes == ["organization.user_organization_already_belongs"]
    assert len(world.writes()) <= (15 if reading == "refuse_all" else 3)
    assert set(world.mails().values()) == {1}


def test_expired_invitations_are_replaced_in_batches_and_pending_ones_one_by_one():
    world = prepare()
    for number in range(30):
        world.emulator.add_invitation(world.organization, f"old{number}@example.com", viewer("a"), expired=True)
    for number in range(3):
        world.emulator.add_invitation(world.organization, f"open{number}@example.com", viewer("b"))
    names = [*(f"old{number}" for number in range(30)), *(f"open{number}" for number in range(3))]
    team = [{"email": f"{name}@example.com", "role_assignments": viewer("a")} for name in names]
    outcome = world.apply([*OWNERS, *team])
    assert outcome.team_result()["summary"]["reinvited"] == 33
    sent = [len(entry["mails"]) for entry in world.emulator.log if entry["mails"]]
    assert sorted(sent) == [1, 1, 1, 30]


def test_only_what_is_missing_is_named():
    world = prepare({"email": "ana@example.com", "role_assignments": viewer("a", "b", "c", "d", "e")})
    world.apply([*OWNERS, {"email": "ana@example.com", "role_assignments": viewer("a", "b", "d", "e", "f")}])
    bodies = [entry["body"] for entry in world.emulator.log if entry["method"] != "GET"]
    assert [body["deployment"][0]["deployment_ids"] for body in bodies] == [["f"], ["c"]]


def test_who_is_not_purged_costs_nothing():
    world = prepare({"email": "ana@example.com", "role_assignments": viewer("a")})
    outcome = world.apply(OWNERS, rules=Rules())
    assert [one.email for one in outcome.plan.unmanaged] == ["ana@example.com"]
    assert len(world.requests()) == 2
