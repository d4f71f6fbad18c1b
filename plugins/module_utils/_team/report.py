# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What a run did, or would do, as results: the plan and its digest, the summary and the diff.

Pure: knows neither Ansible nor HTTP, and no YAML library either, because a managed node need not have one.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import json
import re
import typing as t
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NO_NAMES,
    Grants,
    in_order,
    to_assignments,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, email_key
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action

MOST_WHOLE = 300  # actions; of a larger plan the result tells each person's access in `diff` alone
MOST_LISTED = 3000  # entries of one list in a result
LARGEST_EVENT = 700_000  # characters; automation platforms show a larger result as an empty one, unchanged
GONE = {"remove": "removed", "revoke_api_key": "api_keys_revoked"}  # what an action counts as; others: uninvited
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
            return GONE.get(self.action.action, "uninvited") if self.before else None
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
    headings = ("invited", "reinvited", "updated", "uninvited", "removed", "api_keys_revoked")
    return {**{heading: counts[heading] for heading in headings}, "unchanged": unchanged, "unmanaged": unmanaged}


def in_words(heading: str, count: int, *, word: str = "", would: str = "") -> str:
    """Return a number of the summary in words. word: another one for the heading; would: what stands before that."""
    if heading == "api_keys_revoked":
        return f"{count} API {'key' if count == 1 else 'keys'} {would}revoked"
    return f"{count} {would}{word or heading}"


def make_diff(effects: Iterable[Effect], shared: Collection[str] = (), names: Names = NO_NAMES) -> list[dict[str, str]]:
    """Return `diff`: for each person who changes, in the order of the plan, how they were and how they are; then the
    API keys that are gone.

    shared: the keys of those emails that several members have; user ids tell those apart; names: what resources are
    called, which stands behind their ids. One element for each person:
    in one long text, Ansible's display would match equal lines of neighbours. Each grant has a line of its own, so that
    one deployment taken from five is one line. Of more than MOST_LISTED elements the first are returned.
    """
    people: dict[tuple[str, str | None], list[Effect]] = {}
    keys: list[Effect] = []
    for effect in sorted((one for one in effects if one.counts_as), key=lambda one: one.action.place):
        action = effect.action
        if action.api_key:
            keys.append(effect)
            continue
        key = action.person, action.user_id if action.person in shared else None
        people.setdefault(key, []).append(effect)
    elements = itertools.chain(
        (_element(key[0] in shared, of_one, names) for key, of_one in people.items()),
        (_key_element(effect, names) for effect in keys),
    )
    return list(itertools.islice(elements, MOST_LISTED))


def _element(shared: bool, effects: list[Effect], names: Names) -> dict[str, str]:
    """Return the element of a diff for one person: a member, an invitation, or both."""
    first = effects[0].action
    header = plain(first.email) if first.email else f"user id {plain(first.user_id)}"
    if first.email and first.user_id and shared:
        header += f" (user id {plain(first.user_id)})"
    before: dict[bool, list[str]] = {}
    after: dict[bool, list[str]] = {}
    for effect in effects:  # what was there at first, and what is there at last
        invited = effect.action.user_id is None
        before.setdefault(invited, _lines(effect.before, names))
        after[invited] = _lines(effect.after, names, again=effect.counts_as == "reinvited")
    return {"before_header": header, "after_header": header, "before": _text(before), "after": _text(after)}


def _key_element(effect: Effect, names: Names) -> dict[str, str]:
    """Return the element of a diff for an API key that is gone."""
    key = effect.action.api_key
    header = plain(f"{key.name} (id {key.id})") if key else ""
    before = "".join(f"{line}\n" for line in _lines(effect.before, names))
    return {"before_header": header, "after_header": header, "before": before, "after": ""}


def _text(lines: dict[bool, list[str]]) -> str:
    """Return one side: the member; the invitation alone, or within, for the rare member who has one too."""
    member, invitation = lines.get(False, []), lines.get(True, [])
    if member and invitation:
        invitation = ["invitation:", *(f"  {line}" for line in invitation)]
    return "".join(f"{line}\n" for line in (*member, *invitation))


def _lines(state: State | None, names: Names, again: bool = False) -> list[str]:
    if state is None:
        return []
    lines = [f"status: {state.status}"]
    if again:
        lines.append("sent: again")
    return [*lines, *access_lines(state.grants, names)]


def access_lines(grants: Grants, names: Names = NO_NAMES) -> list[str]:
    """Return grants as the lines of a diff, each grant in one of its own, and what its resource is called."""
    if not grants:
        return ["role_assignments: {}"]
    lines = ["role_assignments:"]
    shown: tuple[str, ...] = ()
    for grant in in_order(grants):
        for depth, part in enumerate(grant.scope):
            if shown[: depth + 1] != grant.scope[: depth + 1]:
                lines.append(f"{'  ' * (depth + 1)}{quoted(part)}:")
        shown = grant.scope
        block = _innermost(to_assignments(frozenset({grant})), grant.scope)
        name = names.name(grant.scope, grant.resource)
        lines.append(f"{'  ' * (len(shown) + 1)}- {in_one_line(block)}{f'  # {plain(name)}' if name else ''}")
    return lines


def shown_plan(actions: Sequence[Action]) -> dict[str, t.Any]:
    """Return `plan`, `plan_total` and `plan_shortened`: a large one in short, so that platforms can show it."""
    shortened = len(actions) > MOST_WHOLE
    return {
        "plan": [action.result(whole=not shortened) for action in actions[:MOST_LISTED]],
        "plan_total": len(actions),
        "plan_shortened": shortened,
    }


def shown_list(name: str, entries: Sequence[t.Any]) -> dict[str, t.Any]:
    """Return a list of a result under its name; where it is cut, its length under NAME_total."""
    if len(entries) <= MOST_LISTED:
        return {name: list(entries)}
    return {name: list(entries[:MOST_LISTED]), f"{name}_total": len(entries)}


def is_shown_empty(result: Mapping[str, t.Any]) -> bool:
    """Return whether a module's result is too large for the event in which automation platforms show it."""
    return len(json.dumps(result)) > LARGEST_EVENT


def make_digest(organization_id: str, actions: Iterable[Action]) -> str:
    """Return `plan_digest`: a SHA-256, in hexadecimal, that two plans share if and only if they do the same.

    Covers the organization's id and of each action, in order, what it is, the user id, the email as it compares, the
    grants before and after, and the id of an API key. Not the reason, and no spelling, grouping or time.
    """
    steps = [
        [
            one.action,
            one.user_id,
            email_key(one.email) if one.email else None,
            _canonical(one.before),
            _canonical(one.after),
            *([one.api_key.id] if one.api_key else []),
        ]
        for one in actions
    ]
    return hashlib.sha256(json.dumps([organization_id, steps]).encode()).hexdigest()


@functools.lru_cache(maxsize=4096)
def _canonical(grants: Grants | None) -> list[t.Any] | None:
    """Return grants for the digest. Cached, because many people have the same."""
    if grants is None:
        return None
    return [[one.scope, one.role, one.resource, one.application_roles, one.extra] for one in in_order(grants)]


def _innermost(value: t.Any, path: tuple[str, ...]) -> t.Any:
    for name in path:
        value = value[name]
    return value[0]


def in_one_line(value: t.Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{quoted(key)}: {in_one_line(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(in_one_line, value)) + "]"
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
