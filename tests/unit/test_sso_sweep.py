# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every request of every change of single sign-on, broken in every way: after each one some owner still gets in.

Whether that is so is asked by logins at the emulator. Where nobody gets in at the start, it is asked from the moment on
at which the service has ended enforcement.
"""

from __future__ import annotations

import dataclasses
import itertools
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ElasticCloudError, Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.survey import SINGLE_SIGN_ON, take_survey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.converge import Outcome, converge_sso
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.definition import parse_sso
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.plan import SignOn
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.report import describe_sso
from ansible_collections.orgops.elastic_cloud.tests.emulator.faults import everything
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import (
    Emulator,
    FakeClock,
    Fault,
    InProcessAdapter,
    Switches,
)
from ansible_collections.orgops.elastic_cloud.tests.identity_provider import IdentityProvider
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import BILLING, OWNER

FAULTS = [
    *everything(),
    Fault(kind="status", status=400, code="root.invalid_data"),
    Fault(kind="status", status=403, code="root.invalid_authentication"),
    Fault(kind="status", status=404, code="organization.not_found"),
    Fault(kind="status", status=401, code="root.unauthorized"),
]
FOR_GOOD = [
    Fault(kind="cut_before"),
    Fault(kind="cut_after"),
    Fault(kind="status", status=503),
    Fault(kind="status_after", status=502),
    Fault(kind="status", status=401, code="root.unauthorized"),
]
READINGS: list[dict[str, Any]] = [
    {"enforcement_shown": "with_null"},
    {},
    {"enforcement_shown": "when_changed"},
    {"enforcement_shown": "never"},
    {"organization_update": "clear"},
    {"locking_out": "refuse"},
    {"certificate_form": "base64_der", "other_certificate_forms": "refuse"},
    {"certificate_form": "base64_pem"},
    {"existing_mapping": "replace"},
    {"unknown_mapping_in_delete": "refuse_all"},
    {"list_lag": 1, "enforcement_shown": "with_null"},
    {"grouping": "shuffled", "role_id_style": "short"},
]
VIEWERS = {"name": "viewers", "any": [{"email": "*@example.com"}], "role_assignments": BILLING}
OWNERS = {"name": "owners", "any": [{"group": "platform"}], "role_assignments": OWNER}


class Killed(BaseException):
    """The machine on which the run was is off."""


class Watched(Emulator):
    """An emulator that asks after each request whether some owner gets in."""

    ask: Callable[[], None] | None = None

    def took_effect(self, entry: dict[str, Any]) -> None:
        super().took_effect(entry)
        if self.ask is not None:
            self.ask()


@dataclass
class World:
    """An organization whose identity provider knows an owner, Ana."""

    switches: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.emulator = Watched(switches=Switches(**self.switches), clock=FakeClock())
        self.organization = self.emulator.add_organization("Example")
        self.key = self.emulator.add_key(self.organization)
        self.emulator.add_member(self.organization, "ana@example.com", OWNER)
        self.emulator.add_member(self.organization, "vi@example.com", BILLING)
        self.emulator.add_domain(self.organization, "example.com")
        self.idp = IdentityProvider(self.emulator.clock, {"ana@example.com": ["platform", "bosses"]})
        self.definition: dict[str, Any] = {}
        self.locked_out = False  # whether nobody gets in at the start
        self.client: Client

    @property
    def sso(self) -> Any:
        return self.organization.sso

    @property
    def enforced(self) -> bool:
        return self.organization.settings.get("enforce_authentication_method") == "sso"

    def provider(self, *certificates: str, **more: Any) -> dict[str, Any]:
        """The provider as a definition has it."""
        mine = {"login_identifier_prefix": "acme", "issuer": self.idp.issuer, "sso_url": self.idp.sso_url}
        return {**mine, "public_certificates": list(certificates or [self.idp.certificate]), **more}

    def set_up(self, *certificates: str, enforced: bool = False, **more: Any) -> None:
        """Single sign-on works."""
        self.emulator.put_provider(self.organization, **self.idp.configuration(*certificates, **more))
        self.emulator.add_mapping(self.organization, "owners", {"any": [{"group": "platform"}]}, OWNER)
        self.emulator.add_mapping(self.organization, "viewers", {"any": [{"email": "*@example.com"}]}, BILLING)
        if enforced:
            self.emulator.enforce(self.organization)

    def check_somebody_gets_in(self) -> None:
        if self.locked_out and self.enforced:
            return
        assert self.emulator.some_owner_gets_in(self.organization, self.idp.assertions()), "no owner gets in"

    def catch_up(self) -> None:
        """What is read is what is there."""
        self.emulator.heal()
        for _turn in range(self.switches.get("list_lag", 0) + 1):
            take_survey(self.connect(), ("members", *SINGLE_SIGN_ON), concurrency=1)
        self.emulator.log.clear()

    def connect(self) -> Organization:
        self.client = client = Client(InProcessAdapter.url, self.key, retries=2, clock=self.emulator.clock)
        client.session.mount(InProcessAdapter.url, InProcessAdapter(self.emulator))
        return Organization(client, self.organization.id)

    def run(self) -> Outcome | ElasticCloudError:
        """Apply the definition, in a process of its own, as it were."""
        findings = Findings()
        definition = parse_sso(self.definition, findings)
        try:
            return converge_sso(
                self.connect(), definition, findings, "fail", check_mode=False, now=self.emulator.clock.now()
            )
        except ElasticCloudError as error:
            return error


def set_up(world: World) -> None:
    world.definition = {"identity_provider": world.provider(), "role_mappings": [OWNERS, VIEWERS]}


def enforce(world: World) -> None:
    world.set_up()
    world.definition = {"enforced": True}


def change_mappings_and_enforce(world: World) -> None:
    world.set_up()
    world.definition = {
        "identity_provider": world.provider(world.idp.certificate, world.idp.new_certificate()),
        "role_mappings": [
            {"name": "bosses", "any": [{"group": "bosses"}], "role_assignments": OWNER},
            VIEWERS | {"enabled": False},
            {"name": "owners", "state": "absent"},
        ],
        "enforced": True,
    }


def move_ownership(world: World) -> None:
    """From one mapping to another, while it is enforced."""
    world.set_up(enforced=True)
    world.emulator.add_mapping(world.organization, "bosses", {"any": [{"group": "bosses"}]}, BILLING)
    world.emulator.add_mapping(world.organization, "old", {"any": [{"group": "old"}]}, OWNER)
    world.definition = {
        "role_mappings": [
            {"name": "new", "all": [{"group": "new"}], "role_assignments": BILLING},
            OWNERS | {"role_assignments": BILLING},
            {"name": "bosses", "any": [{"group": "bosses"}], "role_assignments": OWNER},
            VIEWERS,
        ],
        "purge_role_mappings": True,
    }


def add_a_certificate(world: World) -> None:
    world.set_up(enforced=True)
    world.definition = {"identity_provider": world.provider(world.idp.certificate, world.idp.new_certificate())}


def drop_a_certificate(world: World) -> None:
    """A stolen one, after the provider signs with another."""
    stolen = world.idp.certificate
    world.idp.certificate = world.idp.new_certificate()
    world.set_up(stolen, world.idp.certificate, enforced=True)
    world.definition = {"identity_provider": world.provider()}


def give_up(world: World) -> None:
    world.set_up(enforced=True)
    world.definition = {
        "identity_provider": {"state": "absent"},
        "role_mappings": [],
        "purge_role_mappings": True,
        "enforced": False,
    }


def change_the_issuer(world: World) -> None:
    world.set_up(enforced=True)
    world.definition = {"identity_provider": world.provider(issuer="urn:new"), "enforced": False}


def out_without_a_provider(world: World) -> None:
    world.set_up(enforced=True)
    world.emulator.drop_provider(world.organization)
    world.locked_out = True
    world.definition = {"enforced": False}


def out_with_an_expired_certificate(world: World) -> None:
    world.set_up(enforced=True)
    world.emulator.clock.advance(400 * 24 * 3600)
    world.idp.certificate = world.idp.new_certificate()
    world.locked_out = True
    world.definition = {"identity_provider": world.provider(), "role_mappings": [OWNERS, VIEWERS], "enforced": False}


def out_with_a_broken_definition(world: World) -> None:
    world.set_up(enforced=True, issuer="urn:other")
    world.locked_out = True
    world.definition = {"identity_provider": {"issuer": 7}, "role_mappings": [{}], "enforced": False}


def out_where_a_guard_refuses(world: World) -> None:
    world.set_up(enforced=True)
    world.definition = {"role_mappings": [VIEWERS], "purge_role_mappings": True, "enforced": False}


SCENARIOS = [
    set_up,
    enforce,
    change_mappings_and_enforce,
    move_ownership,
    add_a_certificate,
    drop_a_certificate,
    give_up,
    change_the_issuer,
    out_without_a_provider,
    out_with_an_expired_certificate,
    out_with_a_broken_definition,
    out_where_a_guard_refuses,
]
FAULTY = (out_with_a_broken_definition, out_where_a_guard_refuses)  # fail in the end, after enforcement has ended


def name(value: object) -> str:
    if isinstance(value, Fault):
        return "-".join(str(part) for part in (value.kind, value.status, value.retry_after, value.page or None) if part)
    if isinstance(value, dict):
        return ",".join(f"{key}={reading}" for key, reading in value.items()) or "as is likely"
    return getattr(value, "__name__", str(value))


def begin(scenario: Callable[[World], None], switches: dict[str, Any]) -> World:
    world = World(switches)
    scenario(world)
    world.catch_up()
    world.emulator.ask = world.check_somebody_gets_in
    world.check_somebody_gets_in()
    return world


def state_of(world: World) -> SignOn:
    """What there is, read when nothing is late."""
    world.catch_up()
    survey = take_survey(world.connect(), SINGLE_SIGN_ON, concurrency=1)
    return SignOn(survey.identity_provider, tuple(survey.role_mappings or ()), (), world.enforced)


def as_meant(mappings: list[dict[str, Any]]) -> list[Any]:
    """Mappings in an order, and without the service's."""
    return sorted(
        (one["name"], one["enabled"], str(one.get("any")), str(one.get("all")), one["role_assignments"])
        for one in mappings
    )


def check_truth(world: World, outcome: Outcome) -> None:
    """The result tells what has happened, and nothing is enforced or taken away after a failure."""
    there = state_of(world)
    if any(step.error and "outcome_unknown" in step.error.codes for step in outcome.steps):
        return
    told = outcome.result()["sso"]
    if "identity_provider" in told:
        assert told["identity_provider"] == describe_sso(there)["identity_provider"]
    if "role_mappings" in told:
        assert as_meant(told["role_mappings"]) == as_meant(describe_sso(there)["role_mappings"])
    if outcome.now.enforced is not None:
        assert outcome.now.enforced is world.enforced
    ended = next((n for n, step in enumerate(outcome.steps) if step.error), len(outcome.steps))
    assert not any(step.done for step in outcome.steps[ended + 1 :] if step.action.action == "enforce_sso")


def finish(scenario: Callable[[World], None], world: World) -> None:
    """The next run finishes the job, and the one after that finds nothing to do."""
    world.catch_up()
    outcome = world.run()
    if scenario in FAULTY:
        assert not world.enforced
        return
    assert isinstance(outcome, Outcome), outcome
    assert outcome.message is None
    world.catch_up()
    again = world.run()
    assert isinstance(again, Outcome), again
    written = [step.action.action for step in again.steps if step.action.before is not None]
    assert not [one for one in written if one not in ("enforce_sso", "stop_enforcing_sso")]
    if world.switches.get("enforcement_shown") == "with_null":
        assert not again.changed
    else:  # what is not shown is written each time
        assert all(step.action.name == "enforced" for step in again.steps)
    world.check_somebody_gets_in()


def break_and_judge(scenario: Callable[[World], None], switches: dict[str, Any], fault: Fault, **when: int) -> bool:
    """Break a run at the n-th request (`nth`) or from it on (`from_nth`); return whether it has got that far at all."""
    world = begin(scenario, switches)
    broken = dataclasses.replace(fault, **when)
    world.emulator.faults.append(broken)
    outcome = world.run()
    world.check_somebody_gets_in()
    if isinstance(outcome, Outcome):
        check_truth(world, outcome)
    finish(scenario, world)
    return bool(broken.fired)


def stop_and_judge(scenario: Callable[[World], None], switches: dict[str, Any], nth: int, deed: str) -> bool:
    """A signal comes, or the machine is switched off, right before the n-th request has its effect."""
    world = begin(scenario, switches)

    def happen() -> None:
        if deed == "killed":
            raise Killed
        world.client.stop("The signal SIGTERM")

    hook = world.emulator.before(happen, nth=nth)
    try:
        outcome = world.run()
    except Killed:
        outcome = None
    world.emulator.heal()
    world.check_somebody_gets_in()
    if isinstance(outcome, Outcome):
        check_truth(world, outcome)
    finish(scenario, world)
    return bool(hook.fired)


@pytest.mark.parametrize("switches", READINGS, ids=name)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_without_faults_all_is_done(scenario: Callable[[World], None], switches: dict[str, Any]) -> None:
    world = begin(scenario, switches)
    outcome = world.run()
    assert isinstance(outcome, Outcome), outcome
    assert bool(outcome.message) == (scenario in FAULTY), outcome.message
    assert outcome.changed
    check_truth(world, outcome)
    finish(scenario, world)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_a_change_that_is_broken_somewhere_shuts_nobody_out(scenario: Callable[[World], None]) -> None:
    break_somewhere(scenario, READINGS, random.Random(name(scenario)))


@pytest.mark.parametrize("deed", ["killed", "told to stop"])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_a_change_that_is_stopped_anywhere_shuts_nobody_out(scenario: Callable[[World], None], deed: str) -> None:
    nth = next(nth for nth in itertools.count(1) if not stop_and_judge(scenario, READINGS[0], nth, deed))
    assert nth > 6


@pytest.mark.slow
@pytest.mark.parametrize("switches", READINGS[:1], ids=name)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_a_change_that_is_broken_anywhere_shuts_nobody_out(
    scenario: Callable[[World], None], switches: dict[str, Any]
) -> None:
    for fault, when in [*((fault, "nth") for fault in FAULTS), *((fault, "from_nth") for fault in FOR_GOOD)]:
        nth = next(nth for nth in itertools.count(1) if not break_and_judge(scenario, switches, fault, **{when: nth}))
        assert nth > 6


@pytest.mark.slow
@pytest.mark.parametrize("switches", READINGS[1:], ids=name)
@pytest.mark.parametrize("scenario", SCENARIOS, ids=name)
def test_under_no_reading_is_anybody_shut_out(scenario: Callable[[World], None], switches: dict[str, Any]) -> None:
    break_somewhere(scenario, [switches], random.Random(name(scenario) + name(switches)))
    for deed in ("killed", "told to stop"):
        nth = next(nth for nth in itertools.count(1) if not stop_and_judge(scenario, switches, nth, deed))
        assert nth > 6


def break_somewhere(scenario: Callable[[World], None], readings: list[dict[str, Any]], chance: random.Random) -> None:
    """Let each fault happen at some request, or from it on."""
    for fault in FAULTS:
        when = chance.choice(["nth", "from_nth"])
        break_and_judge(scenario, chance.choice(readings), fault, **{when: chance.randint(1, 12)})
