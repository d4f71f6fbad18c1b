# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""One domain of an organization: asking for its code, claiming it, giving it up.

The record, and that there may be ten domains, are facts of the vendor's documentation of single sign-on.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Callable
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError, InputError, LostReply, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service import single_sign_on as service
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.writes import Ended, Refused, Writes
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.work import failure
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

MOST_DOMAINS = 10  # of one organization, subdomains among them
RECORD = "_elastic_domain_challenge"
LOOK_EVERY = 10.0  # seconds between two looks at the DNS
RETRIES = 3  # of a change that meets another one of the organization
CONFLICT = 409
PATIENCE = 2  # there is one action alone
TAKEN = "org.domain_claim.already_exists"
IN_USE = "org.idp.idp_configured"
DOMAIN = re.compile(r"([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])")


def what_is_no_domain(name: str) -> str | None:
    """Return why a text in lower case is no domain that can be claimed, None where it is one."""
    if wrong := what_is_unsafe(name):
        return wrong
    if not name.isascii():
        return f"must be in its ASCII form, such as xn--bcher-kva.example.com, not {name!r}"
    if len(name) > 253 or not DOMAIN.fullmatch(name):
        return f"must be a domain such as example.com, without wildcard, @, path or final dot, not {name!r}"
    return None


@dataclass(slots=True)
class Outcome:
    """What came of a run, or would come of it in check mode.

    before, claimed: whether the domain was claimed, and is; wanted, verify: whether it is to be, and by this run; code:
    what the DNS has to have, where it was asked for; error: why it did not work; ours: whether this run has changed it.
    """

    name: str
    before: bool
    claimed: bool
    wanted: bool
    verify: bool
    code: str | None = None
    error: ApiError | None = None
    ours: bool = True
    warnings: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        """Whether the domain was claimed, or given up, by this run."""
        return self.ours and self.claimed != self.before

    @property
    def record(self) -> str:
        """The name of the TXT record."""
        return f"{RECORD}.{self.name}"

    def result(self) -> dict[str, t.Any]:
        """Return the module's result."""
        challenge = {"record": self.record, "type": "TXT", "value": self.code}
        return {
            "changed": self.changed,
            "domain": {"name": self.name, "claimed": self.claimed},
            "challenge": challenge if self.wanted and not self.claimed else None,
            "diff": [self._diff()] if self.changed else [],
            **(self.error.result() if self.error else {}),
        }

    @property
    def message(self) -> str | None:
        """What went wrong in words; None where nothing did."""
        if self.error is None:
            return None
        attempt = f"claim {self.name}" if self.verify else f"ask for the code of {self.name}"
        what = f"Could not {attempt if self.wanted else f'give {self.name} up'}: {self.error}"
        if self.wanted and self.verify and self.error.status in (service.NOT_YET, None):
            what += (
                f" | The DNS has to have a TXT record {self.record} with the code that a run with verify=false returns "
                "in challenge.value. Do not repeat that run, since the code may change then. Changes of the DNS take a "
                "while; wait is how many seconds to wait for them."
            )
        return plain(what)

    def _diff(self) -> dict[str, str]:
        sides = {True: "claimed: true\n", False: ""}
        headers = {"before_header": self.name, "after_header": self.name}
        return {**headers, "before": sides[self.before], "after": sides[self.claimed]}


class Domain:
    """A domain of an organization, by its name in lower case, as one run changes it."""

    def __init__(self, organization: Organization, name: str) -> None:
        self._writes = Writes(organization, PATIENCE)
        self._client, self._id, self._name = organization.client, organization.id, name

    def converge(self, claimed: bool, *, verify: bool, wait: float, check_mode: bool) -> Outcome:
        """Have the domain claimed or not, and return what came of it.

        verify: whether it is claimed; else its code is asked for, which is no change. wait: for how many seconds to
        wait for the DNS. Raises InputError where there would be too many domains, and ApiError where the domains cannot
        be read. In check mode nothing is written, and nothing asked for.
        """
        domains = self._domains()
        before = self._name in domains
        outcome = Outcome(self._name, before, before, wanted=claimed, verify=verify)
        if claimed == before:
            return outcome
        if claimed and len(domains) >= MOST_DOMAINS:
            raise InputError(
                [
                    f"name: the organization has claimed {len(domains)} domains, and there may be {MOST_DOMAINS}, "
                    f"subdomains among them; give one up before {self._name} is claimed"
                ]
            )
        if check_mode:
            outcome.claimed = claimed and verify
            return outcome
        try:
            if claimed and not verify:
                outcome.code = self._ask()
            else:
                self._change(outcome, wait)
        except Refused as refusal:
            outcome.error = refusal.error
        except Ended:
            outcome.error = self._writes.ended_by
        except ApiError as error:
            outcome.error = failure(error)
        return outcome

    def _change(self, outcome: Outcome, wait: float) -> None:
        """Claim the domain, or give it up; a refusal because it is so already counts as done."""
        wanted = outcome.wanted
        try:
            seen = self._claim(wait) if wanted else self._write(self._give_up, False)
        except Refused as refusal:
            gone = refusal.status in (400, 404) and IN_USE not in refusal.codes
            already = TAKEN in refusal.codes if wanted else gone
            if not already or not self._writes.settled(lambda: self._is_claimed() is wanted):
                raise
            outcome.claimed, outcome.ours = wanted, refusal.after_loss
            return
        if seen:
            outcome.claimed = wanted
            return
        record = f"the DNS does not show the TXT record {outcome.record} to the service yet"
        path = f"/organizations/{self._id}/domains/_verify"
        outcome.error = ApiError(record, status=service.NOT_YET, method="POST", path=path)

    def _claim(self, wait: float) -> bool:
        """Claim the domain, for as long as the DNS may take; return whether it worked."""
        until = self._client.now() + wait
        while not self._write(self._verify, True):
            if self._client.now() >= until:
                return False
            self._client.wait_until(min(until, self._client.now() + LOOK_EVERY))
            self._writes.go_on()
        return True

    def _write(self, write: Callable[[], bool], wanted: bool) -> bool:
        """Make a write, several times where it meets another change of the organization; return what it returns."""
        seen: list[bool] = []
        attempt = 0
        while True:
            try:
                self._writes.surely(lambda: seen.append(write()), lambda: self._is_claimed() is wanted)
            except Refused as refusal:
                if refusal.status != CONFLICT or attempt == RETRIES or self._client.hurried:
                    raise
                self._client.pause(attempt)
                attempt += 1
            else:
                return not seen or seen[-1]  # nothing was seen where reading has shown that it is so

    def _verify(self) -> bool:
        return service.claim_domain(self._client, self._id, self._name)

    def _give_up(self) -> bool:
        service.give_up_domain(self._client, self._id, self._name)
        return True

    def _ask(self) -> str:
        """Ask for the code, again where the reply was lost: nobody has the code that was in it."""
        attempt = 0
        while True:
            try:
                return self._writes.once(lambda: service.ask_for_code(self._client, self._id, self._name))
            except LostReply as lost:
                if attempt >= self._client.retries or self._client.hurried:
                    raise
                self._client.pause(attempt, lost.retry_after)
            attempt += 1

    def _domains(self) -> set[str]:
        return {domain.lower() for domain in service.read_domains(self._client, self._id)}

    def _is_claimed(self) -> bool:
        return self._name in self._writes.fresh(self._domains)
