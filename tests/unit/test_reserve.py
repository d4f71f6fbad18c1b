# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Readings under which a run has to hold something back, or finds more than one invitation of a person."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import from_reply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import (
    READINGS,
    READINGS_WITH_RESERVE,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.test_faults import (
    name,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

OWNERS = {"email": "owner@example.com", "role_assignments": OWNER}


def world_with_owner(**switches: Any) -> World:
    world = World(Switches(**switches))
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    return world


def codes(outcome: Outcome) -> dict[str, list[str]]:
    return {action.email: list(error.codes) for action, error in outcome.failures}


def grants_of(world: World, role_assignments: dict[str, Any]) -> Any:
    return from_reply(role_assignments, world.organization.id)


# --- Promise 22: several open invitations of one person


@pytest.mark.parametrize("switches", READINGS, ids=name)
def test_promise_22_of_several_open_invitations_one_is_left(switches):
    world = world_with_owner(**switches)
    world.emulator.add_invitation(world.organization, "twice@example.com", viewer("b", "z"))
    world.emulator.add_invitation(world.organization, "Twice@example.com", viewer("a"))
    world.let_lists_catch_up()
    outcome = world.apply([OWNERS, {"email": "twice@example.com", "role_assignments": viewer("b")}])
    assert not outcome.failures, outcome.message
    assert world.snapshot().each_invitation == (("twice@example.com", grants_of(world, viewer("b"))),)
    keeps = switches.get("existing_invitation") == "refresh_keep_roles"
    assert world.mails()["twice@example.com"] + world.mails()["Twice@example.com"] <= (2 if keeps else 1)
    world.let_lists_catch_up()
    assert not world.apply([OWNERS, {"email": "twice@example.com", "role_assignments": viewer("b")}]).changed


# --- Promise 20: somebody for whom the service always answers 500


@pytest.mark.parametrize("concurrency", [1, 8])
@pytest.mark.parametrize("kind", ["new", "pending", "expired", "leaver", "invited leaver"])
def test_promise_20_everything_else_is_done_for_a_person_who_always_fails(kind, concurrency):
    world = world_with_owner(**READINGS_WITH_RESERVE[20])
    emails = [f"p{number:02}@example.com" for number in range(30)] + ["odd@example.com"]
    for email in emails:
        if kind == "leaver":
            world.emulator.add_member(world.organization, email, viewer("a"))
        elif kind != "new":
            roles = viewer("b" if kind == "expired" else "a")
            world.emulator.add_invitation(world.organization, email, roles, expired=kind == "expired")
    leaving = {"state": "absent"} if "leaver" in kind else {"role_assignments": viewer("b")}
    team = [OWNERS, *({"email": email, **leaving} for email in emails)]
    for turn in range(2):
        outcome = world.apply(
            team, guards=Guards(max_removals="100%"), settings=Settings(concurrency=concurrency), retries=2
        )
        now = world.snapshot()
        assert set(codes(outcome)) == {"odd@example.com"}, f"run {turn + 1}"
        there = {email for email, _grants in now.members.values()} | now.invitations.keys()
        if "leaver" in kind:
            assert there == {"owner@example.com", "odd@example.com"}
        else:
            wanted = grants_of(world, viewer("b"))
            assert {email for email, held in now.invitations.items() if held == wanted} >= set(emails[:-1])
        assert all(count == 1 for count in world.mails().values())
    world.emulator.switch(always_fails=[])
    assert not world.apply(team, guards=Guards(max_removals="100%")).failures


# --- Promise 19: the room for invitations is filled


@pytest.mark.parametrize("room", [0, 1, 37, 99])
def test_promise_19_the_room_for_invitations_is_filled(room):
    world = world_with_owner(max_pending_invitations=room)
    emails = [f"p{number:03}@example.com" for number in range(100)]
    outcome = world.apply([OWNERS, *({"email": email, "role_assignments": viewer("a")} for email in emails)])
    assert len(world.snapshot().invitations) == room
    assert len(outcome.failures) == 100 - room
    assert len([method for method, _path in world.writes() if method == "POST"]) <= 15
    assert sum("not_attempted" in found for found in codes(outcome).values()) == 99 - room


# --- Promise 23: what is not understood is kept, and named


@pytest.mark.parametrize("check_mode", [True, False])
def test_promise_23_who_keeps_more_than_is_defined_is_named(check_mode):
    world = world_with_owner(**READINGS_WITH_RESERVE[23])
    for email, roles in (("more@example.com", viewer("a", "b")), ("exact@example.com", viewer("a"))):
        world.emulator.add_member(world.organization, email, roles)
    world.emulator.add_invitation(world.organization, "open@example.com", viewer("a", "b"))
    emails = ["more@example.com", "exact@example.com", "open@example.com"]
    team = [OWNERS, *({"email": email, "role_assignments": viewer("a")} for email in emails)]
    outcome = world.apply(team, check_mode=check_mode)
    assert not world.writes()
    assert not outcome.changed
    result = outcome.team_result()
    assert {one["email"] for one in result["not_understood"]} == {"more@example.com", "open@example.com"}


# --- Promise 24: a list that ends early is half a picture


@pytest.mark.parametrize("kind", ["members", "invitations"])
def test_promise_24_a_next_page_is_half_a_picture(kind):
    world = world_with_owner(**READINGS_WITH_RESERVE[24])
    for email in ("ana@example.com", "bo@example.com"):
        if kind == "members":
            world.emulator.add_member(world.organization, email)
        else:
            world.emulator.add_invitation(world.organization, email)
    if kind == "invitations":
        world.emulator.add_invitation(world.organization, "cy@example.com")
    outcome = world.apply([OWNERS], guards=Guards(max_removals="100%"))
    assert outcome.refused_by is not None
    assert outcome.refused_by.name == "visibility"
    assert not world.writes()
