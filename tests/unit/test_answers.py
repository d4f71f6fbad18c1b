# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of answers in the documentation, row by row: how many requests are made, and what the result says."""

from __future__ import annotations

import csv
import re
from collections import Counter
from typing import Any, NamedTuple

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.run import Settings
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

RETRIES = 2
NO_ANSWER = "no answer"


class Row(NamedTuple):
    """One row: a kind of request, for how many people, the answer to each try, what is done, and what came of it."""

    request: str
    people: int
    answer: str
    next: str
    requests: int
    result: str


def rows() -> list[Row]:
    page = (GUIDES / "guide_answers.rst").read_text(encoding="utf-8")
    (table,) = re.findall(r"^\.\. csv-table::.*\n(?:   :.*\n)+\n((?:   .*\n)+)", page, re.MULTILINE)
    cells = csv.reader(table.splitlines(), skipinitialspace=True)
    return [
        Row(request.strip(), int(people), answer.replace("``", ""), then, int(requests), result)
        for request, people, answer, then, requests, result in cells
    ]


class Request(NamedTuple):
    """How the plan asks for such a request: what people have before, what they are to have, and what the request is.

    keys: whether they have made an API key, which is to be revoked before they go.
    """

    method: str
    path: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None
    invited: bool = False
    keys: bool = False


REQUESTS = {
    "invite": Request("POST", "/invitations$", None, viewer("a")),
    "revoke invitations": Request("DELETE", "/invitations/", viewer("a"), None, invited=True),
    "revoke API keys": Request("DELETE", "/keys$", viewer("a"), None, keys=True),
    "remove": Request("DELETE", "/members/", viewer("a"), None),
    "give roles": Request("POST", "/role_assignments$", viewer("a"), viewer("a", "b")),
    "take roles": Request("DELETE", "/role_assignments$", viewer("a", "b"), viewer("a")),
}


def try_out(request: Request, people: int, answer: str) -> tuple[int, str]:
    """Return how many such requests a run makes, each of which gets this answer, and what the result says of people."""
    world = World()
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    emails = [f"p{number}@example.com" for number in range(people)]
    team: list[dict[str, Any]] = [{"email": "owner@example.com", "role_assignments": OWNER}]
    for email in emails:
        add = world.emulator.add_invitation if request.invited else world.emulator.add_member
        if request.before is not None:
            add(world.organization, email, request.before)
        if request.keys:
            world.emulator.add_key(world.organization, email=email, role_assignments=viewer("a"))
        if request.after is not None:
            team.append({"email": email, "role_assignments": request.after})
    status, _space, code = answer.partition(" ")
    fault: dict[str, Any] = {"kind": "cut_before"}
    if answer != NO_ANSWER:
        fault = {"kind": "status", "status": int(status), "code": code or "root.other"}
    world.emulator.faults.append(Fault(method=request.method, path=request.path, from_nth=1, **fault))
    rules = Rules(purge=True, leavers_api_keys="revoke" if request.keys else "warn")
    guards, settings = Guards(max_removals="100%"), Settings(concurrency=1)
    outcome = world.apply(team, rules=rules, guards=guards, settings=settings, retries=RETRIES)
    made = sum(
        one["method"] == request.method and re.search(request.path, one["path"]) is not None
        for one in world.emulator.log
    )
    codes = Counter(" ".join(f"``{one}``" for one in error.codes) for _action, error in outcome.failures)
    return made, "; ".join(f"{count} {code}" for code, count in codes.items()) or "nothing is left to do"


@pytest.mark.parametrize("row", rows(), ids=lambda row: f"{row.request}-{row.people}-{row.answer}")
def test_each_answer_has_the_consequences_that_the_documentation_tells(row):
    assert try_out(REQUESTS[row.request], row.people, row.answer) == (row.requests, row.result)


def test_every_kind_of_request_and_answer_has_a_row():
    told = {(row.request, row.people > 1, row.answer.split()[0]) for row in rows()}
    for request in REQUESTS:
        alone = request.endswith("roles")
        for answer in ("400", "401", "403", "404", "429", "500", "503", "no"):
            for several in (False,) if alone else (False, True):
                assert (request, several, answer) in told
