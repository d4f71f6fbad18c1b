# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run of a thousand actions while the service takes no writes: how long it goes on.

By a clock that only waiting moves.

    python outage.py roles|invitations FAULT

FAULT: how each write is answered, as JSON, see the emulator. One action at a time; with `concurrency` side by side, as
many times more are tried before the run ends, and it takes as long. Prints the seconds, the requests, and what became
of the actions.
"""

from __future__ import annotations

import json
import random
import sys
import typing as t
from collections import Counter

from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Fault
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

ACTIONS = 1000


def prepare(what: str) -> tuple[World, list[dict[str, t.Any]]]:
    """Return an organization, and a definition in which so many people get another role, or are new."""
    world = World()
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    emails = [f"person.{number:04}@example.com" for number in range(ACTIONS)]
    if what == "roles":
        for email in emails:
            world.emulator.add_member(world.organization, email, viewer("a"))
    # A new person's roles are those of nine others, so that a request invites ten.
    roles = [viewer("b" if what == "roles" else f"b{number // 10}") for number in range(ACTIONS)]
    entries = [{"email": one, "role_assignments": given} for one, given in zip(emails, roles, strict=True)]
    return world, [{"email": "owner@example.com", "role_assignments": OWNER}, *entries]


def main() -> None:
    """Run until the end."""
    what, fault = sys.argv[1], json.loads(sys.argv[2])
    random.seed(0)  # of the pauses
    world, members = prepare(what)
    for method in ("POST", "DELETE"):
        world.emulator.faults.append(Fault(method=method, from_nth=1, **fault))
    outcome = world.apply(members)
    codes = Counter("not attempted" if "not_attempted" in error.codes else "tried" for _one, error in outcome.failures)
    print(json.dumps({"seconds": world.clock.offset, "requests": len(world.emulator.log), **codes}))


if __name__ == "__main__":
    main()
