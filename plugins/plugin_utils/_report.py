# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a result of the module org_team says in words, and what of it may be left to other jobs.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import KEY_ENDS, counted_people, plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import in_one_line, in_words
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

Result = Mapping[str, t.Any]

COUNTED = {
    "invited": "invited",
    "reinvited": "invited again",
    "updated": "updated",
    "uninvited": "uninvited",
    "removed": "removed",
    "api_keys_revoked": "revoked",
}
MOST_NAMES = 20
# Characters of a result, as ansible-runner counts them, above which an event of a platform has none of it. Both
# ansible-runner and AWX have this limit unless they are told another.
MOST_IN_EVENT = 700_000


def report(result: Result, host: str, guard: Result | None = None) -> list[str]:
    """Return how a run went: a line with numbers, and one for each of the steps that the result tells of.

    guard: as in a result, one that refuses the plan under the limits of its definition, and was opened for this run.
    """
    lines = [f"{host}: {headline(result, names=True)}"]
    if guard:
        lines.append(
            f"to be applied, it {_would_be_refused(guard)}, since {counted_people(guard['found'])} would be removed, "
            f"uninvited, demoted from owner or left without any grant, and the limit is {guard['limit']}"
        )
    lines += _steps(result)
    lines += [f"refused: {_who(one)}: {in_one_line(one['grants'])}" for one in result.get("refused", [])[:MOST_NAMES]]
    if keeping := result.get("not_understood"):
        lines.append(
            f"keep what this version does not understand: {names_of(keeping, length(result, 'not_understood'))}"
        )
    if len(str(result)) > MOST_IN_EVENT:
        lines.append(
            "The result of the task before this one is larger than an event of an automation platform can hold. It "
            "may be shown there as unchanged and without a result. This report is complete."
        )
    lines += [warning for warning in map(str, result.get("warnings", [])) if warning.startswith(KEY_ENDS)]
    return [plain(line) for line in lines]


def headline(result: Result, *, names: bool) -> str:
    """Return the numbers of a run in words. names: whether to tell who is unmanaged."""
    summary, would = result["summary"], "would be " if result.get("check_mode") else ""
    counts = [in_words(key, summary[key], word=word, would=would) for key, word in COUNTED.items() if summary.get(key)]
    if not counts:
        counts = ["nothing was changed" if "msg" in result else "nothing to do"]
    if "guard" in result:
        counts.insert(0, f"refused by the guard {result['guard']['name']}")
    if failed := length(result, "failures"):
        counts.append(f"{failed} failed")
    counts.append(f"{summary['unchanged']} unchanged")
    if unmanaged := summary["unmanaged"]:
        who = f" ({names_of(result['unmanaged'], unmanaged)})" if names else ""
        counts.append(f"{unmanaged} unmanaged{who}")
    return ", ".join(counts)


def artifacts(result: Result, host: str, guard: Result | None = None, audit: bool = False) -> dict[str, t.Any]:
    """Return what a job leaves for others: numbers, the organization's id and the host's name.

    Other jobs have it as variables, and a variable may be a template: so there is no text of the service in it, and a
    name or an id that would be a template is left out. guard: as for `report`; audit: whether the plan may be approved
    by its digest.
    """
    organization, digest = (str(result.get(key) or "") for key in ("organization_id", "plan_digest"))
    if _is_unsafe(host):
        return {}
    known = "summary" in result
    words = headline(result, names=False) if known else "failed before there was a plan"
    if guard:
        words += f", {_would_be_refused(guard)}"
    left: dict[str, t.Any] = {
        "elastic_cloud": {
            host: {
                "organization_id": "" if _is_unsafe(organization) else organization,
                "changed": bool(result.get("changed")),
                "summary": {key: int(number) for key, number in result["summary"].items()} if known else {},
                "plan_digest": digest,
            }
        },
        "elastic_cloud_text": f"{host}: {words}\n",
    }
    if audit and digest and organization and not _is_unsafe(organization):
        left["org_team_plan_digests"] = {organization: digest}
    return left


def drift(result: Result, kinds: Sequence[str]) -> list[str]:
    """Return in what an organization is not as defined, of the kinds `change`, `unmanaged` and `not_understood`."""
    planned, unmanaged, kept = result["plan_total"], result["summary"]["unmanaged"], length(result, "not_understood")
    found = {
        "change": (planned, f"{planned} {'change' if planned == 1 else 'changes'} to be made"),
        "unmanaged": (unmanaged, f"{unmanaged} unmanaged"),
        "not_understood": (kept, f"{kept} with access that this version does not understand"),
    }
    return [words for kind, (number, words) in found.items() if number and kind in kinds]


def _steps(result: Result) -> Iterator[str]:
    """Yield a line for each step; with the roles where no diff shows them, after a failure or a guard's refusal."""
    steps = result.get("steps", [])
    shared = _shared(steps)
    planned = {}
    if "msg" in result:
        planned = {_subject(one): one for one in result["plan"]}
    for step in steps:
        line = f"{step['outcome'].replace('_', ' ')}: {step['action']} {_who(step, shared)}, {step['reason']}"
        action = planned.get(_subject(step), {})
        if action and step["action"] != "update" and "before" in action:
            roles = [in_one_line(one) for one in (action["before"], action["after"]) if one is not None]
            line += f"; roles: {' -> '.join(roles)}"
            if names := step.get("names"):
                line += f" ({', '.join(f'{resource} is {name}' for resource, name in names.items())})"
        yield f"{line}. {step['error']}" if step["error"] else line
    if (left := result.get("steps_total", 0) - len(steps)) > 0:
        yield f"and {left} more"


def _subject(step: Result) -> tuple[str | None, ...]:
    """Return what a step and an action of the plan have in common if and only if they are one."""
    return step["action"], step["email"], step["user_id"], step.get("api_key", {}).get("id")


def _would_be_refused(guard: Result) -> str:
    return f"would be refused by the guard {guard['name']}, unless exactly this plan is approved"


def length(result: Result, name: str) -> int:
    """Return how long a list of a result is, which may have been cut."""
    return int(result.get(f"{name}_total", len(result.get(name, []))))


def names_of(people: Sequence[Result], total: int) -> str:
    """Return the emails of people, else their user ids, up to MOST_NAMES; total: how many there are."""
    shared = _shared(people)
    told = ", ".join(_who(one, shared) for one in people[:MOST_NAMES])
    return told if total <= MOST_NAMES else f"{told} and {total - MOST_NAMES} more"


def _shared(people: Sequence[Result]) -> set[str]:
    """Return the emails that several members have."""
    ids = {(one["email"], one["user_id"]) for one in people if one["email"] and one["user_id"]}
    return {email for email, count in Counter(email for email, _id in ids).items() if count > 1}


def _who(person: Result, shared: Collection[str] = ()) -> str:
    email, user_id = person["email"], person["user_id"]
    return f"{email} (user id {user_id})" if email in shared and user_id else str(email or user_id)


def _is_unsafe(text: str) -> bool:
    return what_is_unsafe(text) is not None
