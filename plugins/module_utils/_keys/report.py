# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a run about an API key did, or would do, as results.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    Grants,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    ApiError,
    ElasticCloudError,
    GuardError,
    plain,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import Wanted
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import Action, Plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.report import (
    access_lines,
    in_one_line,
    shown_list,
)


@dataclass(slots=True, eq=False)
class Step:
    """What became of one action. done: whether it took effect; key: the one that was made; left: one that was made, and
    neither handed over nor revoked; error: why it failed, or was not attempted.
    """

    action: Action
    done: bool = False
    key: ApiKey | None = None
    left: ApiKey | None = None
    error: ApiError | None = None


@dataclass(slots=True)
class Outcome:
    """What a run meant to do and what came of it, or what would come of it in check mode.

    secret: of the key that was made; refused_by: the guard that refused the plan; names: what resources are called.
    """

    wanted: Wanted
    plan: Plan
    steps: list[Step] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    secret: str | None = None
    refused_by: GuardError | None = None
    names: Names = NO_NAMES

    @property
    def changed(self) -> bool:
        """Whether anything took effect."""
        return any(step.done or step.left for step in self.steps)

    @property
    def failed(self) -> list[tuple[Step, ApiError]]:
        """The steps that failed or were not attempted, with the reason."""
        return [(step, step.error) for step in self.steps if step.error]

    def result(self) -> dict[str, t.Any]:
        """Return the module's result, but for the secret."""
        error: ElasticCloudError | None = self.refused_by
        if self.failed and not any(step.done for step in self.steps):  # the run as a whole has failed
            error = error or self.failed[0][1]
        failures = [
            {"action": step.action.action, "name": step.action.name, "id": step.action.id, "error": error.details()}
            for step, error in self.failed
        ]
        return {
            "changed": self.changed,
            "api_key": self._api_key(),
            **shown_list("superseded", list(map(_in_short, self._superseded()))),
            **shown_list("plan", [action.result() for action in self.plan.actions]),
            "diff": [_element(step, self.names) for step in self.steps if step.done or step.left],
            **shown_list("failures", failures),
            **(error.result() if error else {}),
        }

    @property
    def message(self) -> str | None:
        """What went wrong in words; None where nothing did."""
        if self.refused_by:
            return str(self.refused_by)
        if not self.failed:
            return None
        told = [plain(f"{step.action.words}: {error}") for step, error in self.failed]
        done = ", ".join(step.action.words for step in self.steps if step.done)
        return (
            f"{len(self.failed)} of {len(self.steps)} actions failed. "
            + " | ".join(told)
            + f" | Done and kept: {done or 'nothing'}."
        )

    def _api_key(self) -> dict[str, t.Any] | None:
        """Return the key that is the current one afterwards. Of one that is to be made, not much is known before."""
        if not self.wanted.present:
            return None
        for step in self.steps:
            if step.key:
                return describe_key(step.key, self.wanted.grants)
            if step.done:
                return {
                    **dict.fromkeys(("id", "name", "user_id", "created_at", "expires_at")),
                    "name": self.wanted.name,
                    "role_assignments": to_assignments(self.wanted.grants),
                }
        return describe_key(self.plan.current) if self.plan.current else None

    def _superseded(self) -> list[ApiKey]:
        if not self.plan.creates or any(step.done for step in self.steps):
            failed = [step.action.key for step, _error in self.failed if step.action.key]
            return [*self.plan.superseded, *failed]
        current = self.plan.current.id if self.plan.current else None
        return [key for key in self.plan.superseded if key.id != current]


def describe_key(key: ApiKey, grants: Grants | None = None) -> dict[str, t.Any]:
    """Return a key as results have it. grants: what it has where the service does not show that."""
    held = key.grants if key.roles_shown or grants is None else grants
    return {
        "id": key.id,
        "name": key.name,
        "user_id": key.user_id,
        "created_at": key.created_at,
        "expires_at": key.expires_at,
        "role_assignments": to_assignments(held),
    }


def as_planned(actions: Iterable[Action]) -> list[Step]:
    """Return what becomes of actions when nothing goes wrong."""
    return [Step(action, done=True) for action in actions]


def _in_short(key: ApiKey) -> dict[str, t.Any]:
    described = describe_key(key)
    return {name: described[name] for name in ("id", "created_at", "expires_at", "role_assignments")}


def _element(step: Step, names: Names) -> dict[str, str]:
    """Return the element of a diff for one key: one that is made, whose id and end are not known before, or is gone."""
    action = step.action
    gone, there = action.key, step.left
    shown = gone or there
    header = plain(f"{shown.name} (id {shown.id})" if shown else action.name)
    lines = access_lines(action.grants, names)
    if shown:
        lines.append(f"expires_at: {in_one_line(shown.expires_at)}")
    elif action.expires_in:
        lines.append(f"expires_in: {in_one_line(action.expires_in)}")
    text = "".join(f"{line}\n" for line in lines)
    return {
        "before_header": header,
        "after_header": header,
        "before": text if gone else "",
        "after": "" if gone else text,
    }
