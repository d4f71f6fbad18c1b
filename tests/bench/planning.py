# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning alone, without Ansible and without a service, in a process that does nothing else.

    python planning.py read|plan REPLIES DEFINITION

`read` makes people of the service's replies, `plan` makes a plan of these and of the definition as well. Prints the
seconds that each step took.
"""

from __future__ import annotations

import datetime as dt
import json
import sys
import typing as t

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import People
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._service.organization import Organization
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import parse_team
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Rules, make_plan
from ansible_collections.orgops.elastic_cloud.tests.bench.steps import Steps


class Replies:
    """Stands for the client: has the bodies of the service's replies."""

    def __init__(self, path: str) -> None:
        with open(path, "rb") as file:
            self._bodies = dict(zip(("members", "invitations"), file.read().splitlines(), strict=True))

    def request(self, _method: str, *segments: str) -> t.Any:
        """Return a reply, which can be had once, as from the network."""
        return json.loads(self._bodies.pop(segments[-1]))

    def keep_secret(self, _secrets: t.Iterable[str]) -> None:
        """What the client is told of tokens."""


def main() -> None:
    """Take the time of each step."""
    what, replies, definition, organization_id = sys.argv[1:]
    organization = Organization(Replies(replies), organization_id)  # type: ignore[arg-type]
    steps = Steps()
    members, invitations = organization.members(), organization.invitations()
    steps.done("read")
    if what == "plan":
        with open(definition, encoding="utf-8") as file:
            wanted = json.load(file)
        findings, rules, guards = Findings(), Rules(), Guards(max_removals="25%")
        steps.begin()
        desired = parse_team(
            wanted["members"], wanted["groups"], organization_id, dt.datetime.now(dt.timezone.utc), findings
        )
        steps.done("parse_team")
        people = People(members, invitations)
        steps.done("People")
        plan = make_plan(desired, people, rules, findings)
        steps.done("make_plan")
        findings.check()
        check_guards(plan, people, rules, guards)
        steps.done("check_guards")
        steps.took["actions"] = len(plan.actions)
    print(json.dumps(steps.took))


if __name__ == "__main__":
    main()
