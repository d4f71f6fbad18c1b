# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a run did, or would do, as results: the summary and the diff.

Pure: knows neither Ansible nor HTTP, and no YAML library either, because a managed node need not have one.
"""

from __future__ import annotations

import json
import re
import typing as t
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    Grants,
    in_order,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action

# What is plain text in YAML whatever stands around it; anything else is put in quotes.
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.@+-]*")
NOT_PLAIN = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


class State(t.NamedTuple):
    """How a person stands in the organization: `active`, `pending` or `expired`, with these grants."""

    status: str
    grants: Grants


@dataclass(frozen=True, slots=True)
class Effect:
    """What became of a person by an action. None: not there. sent: whether an invitation was sent; made: that
    invitation.
    """

    action: Action
    before: State | None
    after: State | None
    sent: bool = False
    made: Invitation | None = None

    @property
    def counts_as(self) -> str | None:
        """Under which heading of the summary it counts, None where nothing came of it."""
        if self.after is None:
            gone = "removed" if self.action.action == "remove" else "uninvited"
            return gone if self.before else None
        if self.sent:
            return "reinvited" if self.action.action == "reinvite" else "invited"
        return "updated" if self.before != self.after else None


def planned_effect(action: Action) -> Effect:
    """Return what an action has for effect when nothing goes wrong."""
    sent = action.action in ("invite", "reinvite")
    after = None if action.after is None else State("pending" if sent else "active", action.after)
    return Effect(action, state_before(action), after, sent)


def state_before(action: Action) -> State | None:
    """Return how the person stood when the action was planned."""
    if action.before is None:
        return None
    return State(action.invitations[0].status if action.invitations else "active", action.before)


def summarise(effects: Iterable[Effect], unchanged: int, unmanaged: int) -> dict[str, int]:
    """Return `summary` as the contract has it."""
    counts = Counter(effect.counts_as for effect in effects)
    headings = ("invited", "reinvited", "updated", "uninvited", "removed")
    return {**{heading: counts[heading] for heading in headings}, "unchanged": unchanged, "unmanaged": unmanaged}


def make_diff(effects: Sequence[Effect]) -> dict[str, str]:
    """Return `diff`: the people who change, in order of their emails, before and after.

    Each grant has a line of its own with the person's email behind it, so that the few lines that a terminal shows
    around a change always tell whose it is, and one deployment taken from five is one line.
    """
    effects = sorted(
        (one for one in effects if one.counts_as), key=lambda effect: (effect.action.person, effect.action.place)
    )
    before = [_entry(effect, effect.before) for effect in effects if effect.before]
    after = [_entry(effect, effect.after, again=effect.counts_as == "reinvited") for effect in effects if effect.after]
    return {"before": "".join(before), "after": "".join(after)}


def _entry(effect: Effect, state: State, again: bool = False) -> str:
    action = effect.action
    name = quoted(action.name)
    lines = [f"- email: {name}" if action.email else f"- user_id: {name}", f"  status: {state.status}"]
    if again:
        lines.append("  invitation: sent again")
    if not state.grants:
        lines.append("  role_assignments: {}")
    else:
        lines.append("  role_assignments:")
        shown: tuple[str, ...] = ()
        for grant in in_order(state.grants):
            for depth, part in enumerate(grant.scope):
                if shown[: depth + 1] != grant.scope[: depth + 1]:
                    lines.append(f"{'  ' * (depth + 2)}{quoted(part)}:")
            shown = grant.scope
            block = _innermost(to_assignments(frozenset({grant})), grant.scope)
            lines.append(f"{'  ' * (len(shown) + 2)}- {_flow(block)}  # {name}")
    return "\n".join(lines) + "\n"


def _innermost(value: t.Any, path: tuple[str, ...]) -> t.Any:
    for name in path:
        value = value[name]
    return value[0]


def _flow(value: t.Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    if isinstance(value, str):
        return quoted(value)
    return json.dumps(value)


def quoted(text: str) -> str:
    """Return a text as a YAML scalar; control and format characters (a mark that turns the writing direction) are spelt
    out.
    """
    if PLAIN.fullmatch(text) and text.lower() not in NOT_PLAIN:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{plain(escaped)}"'
