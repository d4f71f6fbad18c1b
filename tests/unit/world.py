# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An emulated organization, definitions applied to it in one process, and what has to hold of every run."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, from_reply, is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell, to_nobody
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.client import Client
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.keys import ApiKeys
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.converge import Outcome, converge
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import parse_team
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import (
    Emulator,
    FakeClock,
    InProcessAdapter,
    Switches,
)

WRITES = ("POST", "DELETE", "PUT")
OWNER = {"organization": [{"role_id": "organization-admin"}]}
BILLING = {"organization": [{"role_id": "billing-admin"}]}
SECURITY = {"project": {"security": [{"role_id": "t1-analyst", "all": True}]}}


def viewer(*ids: str, **more: Any) -> dict[str, Any]:
    """Role assignments: viewer of some deployments."""
    return {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": list(ids), **more}]}


class Snapshot(NamedTuple):
    """Who has which access at one moment: by user id, and by email for open invitations that have not expired.

    invitations: of several of one person the last; each_invitation: all of them; keys: who has made the API keys that
    work, by their ids, without the one in use.
    """

    members: dict[str, tuple[str, Grants]]
    invitations: dict[str, Grants]
    each_invitation: tuple[tuple[str, Grants], ...]
    keys: dict[str, str | None]

    @property
    def owners(self) -> int:
        """How many members are organization owners."""
        return sum(is_owner(grants) for _email, grants in self.members.values())

    @property
    def doubled(self) -> set[str]:
        """The emails of those who have several open invitations."""
        count = Counter(email for email, _grants in self.each_invitation)
        return {email for email, several in count.items() if several > 1}

    def of(self, email: str) -> Grants | None:
        """The grants of the member with an email."""
        return next((grants for known, grants in self.members.values() if known.lower() == email.lower()), None)


class Watched(Emulator):
    """An emulator that remembers who had which access after each request."""

    history: list[Snapshot]
    watched: Any = None

    def took_effect(self, entry: dict[str, Any]) -> None:
        """Remember, too."""
        super().took_effect(entry)
        if self.watched is not None and entry["method"] in WRITES:
            self.history.append(self.watched())


class Interrupted(InProcessAdapter):
    """Lets something happen before a request is sent: another run, say, which makes requests of its own."""

    def __init__(self, emulator: Emulator) -> None:
        super().__init__(emulator)
        self._wait = 0
        self._deed: Callable[[], object] | None = None

    @contextmanager
    def interrupted(self, nth: int, deed: Callable[[], object]) -> Iterator[None]:
        """Do something before the n-th request that is made in the meantime, if there are as many."""
        self._wait, self._deed = nth, deed
        yield
        self._deed = None

    def send(self, request: Any, **options: Any) -> Any:  # type: ignore[override]
        """Make a request."""
        self._wait -= 1
        if self._wait == 0 and self._deed is not None:
            deed, self._deed = self._deed, None
            deed()
        return super().send(request, **options)


@dataclass
class World:
    """One organization with an owner's key, and time that passes only when somebody waits."""

    switches: Switches = field(default_factory=Switches)

    def __post_init__(self) -> None:
        self.clock = FakeClock()
        self.emulator = Watched(switches=self.switches, clock=self.clock)
        self.organization = self.emulator.add_organization("Example")
        self.key = self.emulator.add_key(self.organization)
        self.adapter = Interrupted(self.emulator)
        self.emulator.history = []
        self.emulator.watched = self.snapshot

    def snapshot(self) -> Snapshot:
        """Who has which access now."""
        there = self.emulator.organizations[self.organization.id]
        pending = tuple(
            (one.email.lower(), self._grants(one.grants))
            for one in there.open_invitations()
            if one.expires_at > self.clock.now()
        )
        return Snapshot(
            {one.user_id: (one.email or "", self._grants(one.grants)) for one in there.members.values()},
            dict(pending),
            pending,
            {
                key.id: key.user_id
                for key in self.emulator.keys
                if key.organizations[:1] == (self.organization.id,)
                and key.secret != self.key
                and (key.expires_at is None or key.expires_at > self.clock.now())
            },
        )

    def _grants(self, grants: Mapping[Any, Any]) -> Grants:
        result: Grants = frozenset()
        for grant in grants.values():
            event = grant.event()
            block = {"role_id": event["role_id"]}
            if event["application_roles"] is not None:
                block["application_roles"] = event["application_roles"]
            path = event["scope"].split(".")
            ids = {"deployment": "deployment_ids", "project": "project_ids"}.get(path[0], "resource_ids")
            if path[0] != "organization":
                block |= {"all": True} if event["resource"] == "*" else {ids: [event["resource"]]}
            value: Any = [block]
            for name in reversed(path):
                value = {name: value}
            result |= from_reply(value, self.organization.id) or frozenset()
        return result

    def connect(self, **options: Any) -> Organization:
        """The organization as a module sees it."""
        self.client = Client(self.adapter.url, options.pop("key", self.key), clock=self.clock, **options)
        self.client.session.mount(self.adapter.url, self.adapter)
        self.client.session.trust_env = False  # looking for proxies takes longer than the emulator does
        return Organization(self.client, self.organization.id)

    def apply(
        self,
        members: list[dict[str, Any]],
        groups: dict[str, Any] | None = None,
        *,
        rules: Rules | None = None,
        guards: Guards | None = None,
        settings: Settings | None = None,
        check_mode: bool = False,
        tell: Tell = to_nobody,
        **options: Any,
    ) -> Outcome:
        """Apply a definition; by default with purge and without a limit for removals, one request at a time."""
        findings = Findings()
        now = self.clock.now()
        desired = parse_team(members, groups or {}, self.organization.id, now, findings)
        findings.check()
        return converge(
            self.connect(**options),
            desired,
            rules or Rules(purge=True),
            guards or Guards(),
            settings or Settings(concurrency=1),
            now=now,
            check_mode=check_mode,
            tell=tell,
        )

    def requests(self, since: int = 0) -> list[tuple[str, str]]:
        """Method and path of the requests after the first `since`."""
        return [(entry["method"], entry["path"].removeprefix("/api/v1")) for entry in self.emulator.log[since:]]

    def writes(self, since: int = 0) -> list[tuple[str, str]]:
        """The same, without those that only read."""
        return [request for request in self.requests(since) if request[0] in WRITES]

    def mails(self, since: int = 0) -> Counter[str]:
        """How many emails each person was sent."""
        return Counter(email.lower() for entry in self.emulator.log[since:] for email in entry["mails"])

    def let_lists_catch_up(self) -> None:
        """As after a while: reads show what is there."""
        organization = self.connect()
        for _turn in range(self.switches.list_lag + 1):
            organization.members()
            organization.invitations()
            ApiKeys(organization).all()


def as_if_done(result: dict[str, Any]) -> dict[str, Any]:
    """A result of check mode, or of a real run, with what was planned as if it had been done."""
    steps = [{**step, "outcome": step["outcome"].replace("planned", "done")} for step in result["steps"]]
    return {**result, "steps": steps}


def desired_grants(world: World, members: Iterable[dict[str, Any]]) -> dict[str, Grants | None]:
    """What a definition asks for, by email; None for nobody there."""
    findings = Findings()
    team = parse_team(
        list(members), {}, world.organization.id, dt.datetime(2026, 1, 1, tzinfo=dt.timezone.utc), findings
    )
    findings.check()
    return {(one.email or "").lower(): one.grants if one.present else None for one in team}
