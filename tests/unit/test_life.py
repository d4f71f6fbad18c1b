# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Weeks in the life of an organization: the definition changes, people come and go, the network fails, runs overlap."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ElasticCloudError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Mix, Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import READINGS
from ansible_collections.orgops.elastic_cloud.tests.unit.world import (
    BILLING,
    OWNER,
    SECURITY,
    World,
    as_if_done,
    desired_grants,
    viewer,
)

NAMES = ["ana", "bo", "cy", "dee", "eli"]
ROLES = [
    {},
    OWNER,
    BILLING,
    viewer("a"),
    viewer("a", "b", "c"),
    viewer("b", application_roles=[]),
    viewer("b", application_roles=["kibana_user"]),
    {**viewer("c"), **SECURITY},
]
FIRST = {"email": "first@example.com", "role_assignments": OWNER}


class Life(RuleBasedStateMachine):
    """The rules are what happens; at the end of each, what has to hold is looked at."""

    people = Bundle("people")

    @initialize(
        reading=st.sampled_from([reading for reading in READINGS if "rate_limit" not in reading]),
        leavers_api_keys=st.sampled_from(["warn", "revoke"]),
    )
    def found(self, reading: dict[str, Any], leavers_api_keys: str) -> None:
        """An organization is made, with one owner."""
        self.world = World(Switches(**reading))
        self.world.emulator.add_member(self.world.organization, FIRST["email"], OWNER)
        self.team: dict[str, dict[str, Any]] = {}
        self.mailed = 0
        self.rules = Rules(purge=True, leavers_api_keys=leavers_api_keys)
        self.excused: set[str] = set()  # API keys that may outlive their makers' membership
        self.looked_at = 0

    @rule(name=st.sampled_from(NAMES), roles=st.sampled_from(ROLES))
    def define(self, name: str, roles: dict[str, Any]) -> None:
        """Somebody is put into the definition, or gets other roles there."""
        self.team[name] = {"email": f"{name}@example.com", "role_assignments": roles}

    @rule(name=st.sampled_from(NAMES), absent=st.booleans())
    def leave(self, name: str, absent: bool) -> None:
        """Somebody is taken out of the definition, or marked as absent."""
        self.team.pop(name, None)
        if absent:
            self.team[name] = {"email": f"{name}@example.com", "state": "absent"}

    @rule(name=st.sampled_from(NAMES))
    def accept(self, name: str) -> None:
        """An invitation is accepted, if there is one that still can be."""
        email = f"{name}@example.com"
        if email in self.world.snapshot().invitations and self.world.snapshot().of(email) is None:
            self.world.emulator.accept(email)

    @rule(name=st.sampled_from(NAMES), roles=st.sampled_from(ROLES), taken=st.booleans())
    def edit_in_the_console(self, name: str, roles: dict[str, Any], taken: bool) -> None:
        """An owner gives or takes roles by hand."""
        email, there = f"{name}@example.com", self.world.organization
        if roles and self.world.snapshot().of(email) is not None:
            (self.world.emulator.ungrant if taken else self.world.emulator.grant)(there, email, roles)

    @rule(name=st.sampled_from(NAMES), roles=st.sampled_from(ROLES))
    def invite_in_the_console(self, name: str, roles: dict[str, Any]) -> None:
        """An owner invites by hand, whether there is an invitation already or not."""
        email = f"{name}@example.com"
        if self.world.snapshot().of(email) is None:
            self.world.emulator.add_invitation(self.world.organization, email, roles)

    @rule(name=st.sampled_from(NAMES))
    def go(self, name: str) -> None:
        """A member leaves."""
        now = self.world.snapshot()
        if now.of(f"{name}@example.com") is not None:
            user_id = self.world.emulator.member(self.world.organization, f"{name}@example.com").user_id
            self.excused |= {key for key, maker in now.keys.items() if maker == user_id}
            self.world.emulator.remove(self.world.organization, f"{name}@example.com")

    @rule(name=st.sampled_from(NAMES), days=st.sampled_from([None, 3]))
    def make_a_key(self, name: str, days: int | None) -> None:
        """A member makes an API key, which may end some day."""
        email, there = f"{name}@example.com", self.world.organization
        if self.world.snapshot().of(email) is not None:
            ends = None if days is None else self.world.clock.now() + timedelta(days=days)
            self.world.emulator.add_key(there, email=email, role_assignments=viewer("a"), expires_at=ends)

    @rule(number=st.integers(0, 5))
    def revoke_a_key_in_the_console(self, number: int) -> None:
        """An owner revokes an API key by hand."""
        for key in sorted(self.world.snapshot().keys)[number : number + 1]:
            self.world.emulator.revoke_key(key)

    @rule(days=st.sampled_from([1, 4, 30]))
    def wait(self, days: int) -> None:
        """Time goes by, and invitations expire."""
        self.world.clock.advance(days * 86_400)

    @rule(seed=st.integers(0, 2**16), rate=st.sampled_from([0.1, 0.5]))
    def apply_over_a_bad_network(self, seed: int, rate: float) -> None:
        """A run that may fail in any way."""
        self.world.emulator.mix = Mix(seed, rate)
        self.run()
        self.world.emulator.heal()

    @rule(nth=st.integers(1, 12))
    def apply_twice_at_once(self, nth: int) -> None:
        """Another run with the same definition begins, and ends, amid this one."""
        with self.world.adapter.interrupted(nth, self.run):
            self.run()

    @rule(nth=st.integers(1, 12), name=st.sampled_from(NAMES), seed=st.integers(0, 2**16))
    def apply_while_people_act(self, nth: int, name: str, seed: int) -> None:
        """Somebody accepts, leaves or is edited between two requests of a run."""
        chance = random.Random(seed)
        deeds = [
            lambda: self.accept(name),
            lambda: self.go(name),
            lambda: self.edit_in_the_console(name, chance.choice(ROLES[1:]), chance.random() < 0.5),
            lambda: self.revoke_a_key_in_the_console(chance.randrange(3)),
        ]
        with self.world.adapter.interrupted(nth, chance.choice(deeds)):
            self.run()

    @rule(nth=st.integers(1, 12), concurrency=st.sampled_from([1, 8]))
    def apply_until_a_signal(self, nth: int, concurrency: int) -> None:
        """A run is told to stop before one of its requests, and the next one finishes what it was at."""

        def stop() -> None:
            self.world.client.stop("The signal SIGTERM")

        self.world.let_lists_catch_up()
        with self.world.adapter.interrupted(nth, stop):
            outcome = self.run(settings=Settings(concurrency=concurrency))
        if isinstance(outcome, Outcome):
            assert not outcome.failures or "The signal SIGTERM ended the run" in str(outcome.message)
            now, unfinished = self.world.snapshot(), {action.email for action, _error in outcome.failures}
            for email, grants in desired_grants(self.world, [FIRST, *self.team.values()]).items():
                done = (now.of(email) if now.of(email) is not None else now.invitations.get(email)) == grants
                assert done or email in unfinished
        self.apply_in_peace()

    @rule()
    def apply_in_peace(self) -> None:
        """A run finishes the job whatever was before, and the one after it writes nothing."""
        self.world.let_lists_catch_up()
        predicted = self.run(check_mode=True)
        writes = len(self.world.writes())
        outcome = self.run()
        assert isinstance(outcome, Outcome), outcome
        assert isinstance(predicted, Outcome)
        assert not outcome.failures, outcome.message
        assert as_if_done(outcome.team_result()) == as_if_done(predicted.team_result())
        assert outcome.warnings == predicted.warnings
        assert (len(self.world.writes()) > writes) is outcome.changed
        self.world.let_lists_catch_up()
        now = self.world.snapshot()
        for email, grants in desired_grants(self.world, [FIRST, *self.team.values()]).items():
            assert (now.of(email) if now.of(email) is not None else now.invitations.get(email)) == grants
            if now.of(email) is None:
                assert {held for invited, held in now.each_invitation if invited == email} <= {grants}
        everybody = {email for email, _grants in now.members.values()} | now.invitations.keys()
        assert everybody == {FIRST["email"]} | {
            entry["email"] for entry in self.team.values() if entry.get("state") != "absent"
        }
        writes = len(self.world.writes())
        again = self.run()
        assert isinstance(again, Outcome)
        assert len(self.world.writes()) == writes
        if self.rules.leavers_api_keys == "revoke":
            left = {key for key, maker in now.keys.items() if maker not in now.members}
            assert all(f"(id {key})" in " ".join(again.warnings) for key in left)

    @invariant()
    def there_is_always_an_owner(self) -> None:
        """Nobody is ever locked out."""
        if hasattr(self, "world"):
            assert self.world.snapshot().of(FIRST["email"]) is not None
            assert all(now.owners for now in self.world.emulator.history)

    @invariant()
    def nobody_is_gone_whose_keys_work(self) -> None:
        """But for those who have gone by themselves, and keys that a run has named because they were not revoked."""
        if not hasattr(self, "world"):
            return
        steps, self.looked_at = self.world.emulator.history[self.looked_at :], len(self.world.emulator.history)
        if self.rules.leavers_api_keys == "revoke" and not self.world.switches.list_lag:  # what no list shows is left
            for now in steps:
                assert {key for key, maker in now.keys.items() if maker not in now.members} <= self.excused

    def run(self, **options: Any) -> Outcome | ElasticCloudError:
        """Apply the definition, with purge."""
        try:
            guards = Guards(max_removals="100%")
            outcome = self.world.apply(
                [FIRST, *self.team.values()], rules=self.rules, guards=guards, retries=2, **options
            )
        except ElasticCloudError as error:
            return error
        self.excused |= {
            action.api_key.id
            for action, error in outcome.failures
            if action.api_key and f"org_api_key with id={action.api_key.id}" in error.message
        }
        return outcome


TestLife = Life.TestCase
TestLife.settings = settings(stateful_step_count=25)
