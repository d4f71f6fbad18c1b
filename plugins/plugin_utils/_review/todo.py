# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What people have to do after a review: a list in Markdown, by entry of the definition, key and mapping.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import re
import typing as t
from collections.abc import Iterable, Sequence

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import Decided
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Entry, Review

MOST_NAMES = 10


def todo(decided: Iterable[Decided], review: Review) -> str:
    """Return `todo.md`: what was decided to be revoked or changed, and how that is done."""
    report, organization = review.document["report"], review.document["source"]["organization"]
    some = [one for one in decided if one.decision != "keep"]
    lines = [
        f"# To do after the review {code(report['id'])}",
        "",
        f"Organization {code(organization['name'] or '')} {code(organization['id'])}, read {report['created_at']}.",
        "",
    ]
    if not some:
        return "\n".join([*lines, "Nothing: everything stays as it is.", ""])
    lines += [
        "This list changes nothing by itself. Change the definition where it is reviewed, and apply it; the next",
        "review says what was carried out.",
    ]
    for heading, entries in _parts(some, review).items():
        lines += ["", f"## {heading}", ""]
        for one, how in entries:
            lines.append(f"- [ ] **{one.decision}** {_what(one, review)}")
            lines += [f"  - {line}" for line in how]
            reason = f": {code(one.reason)}" if one.reason else ""
            lines.append(f"  - decided by {code(one.reviewer)} on {code(one.decided_on)}{reason}")
    return "\n".join([*lines, ""])


def code(text: str) -> str:
    """Return a text as code, in which Markdown has no marks, whatever is in it. Control characters are spelt out."""
    text = plain(text)
    if not text:
        return ""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    pad = " " if "`" in (text[0], text[-1]) or (text[0] == text[-1] == " ") else ""
    return f"{fence}{pad}{text}{pad}{fence}"


Steps = list[tuple[Decided, list[str]]]


def _parts(some: Sequence[Decided], review: Review) -> dict[str, Steps]:
    """Return what is to be done by heading; of keys and mappings each once."""
    grants = {one["id"]: one for one in review.document["grants"]}
    parts: dict[str, Steps] = {}
    done: set[tuple[str, str]] = set()
    for one in some:
        kind, key = one.about
        if one.about in done:
            continue
        done.add(one.about)
        if kind == "api_key":
            parts.setdefault("API keys", []).append((one, _key(one, key)))
        elif kind == "role_mapping":
            parts.setdefault("Role mappings", []).append((one, _mapping(one, key)))
        else:
            person = review.people[grants[key]["person"] if kind == "grant" else key]
            where = person["definition"]["where"] if person["definition"]["state"] == "managed" else None
            heading = code(review.label(person["key"])) + (f" in {code(where)}" if where else "")
            how = _grant(one, grants[key], person, review) if kind == "grant" else _person(one, person)
            parts.setdefault(heading, []).append((one, how))
    last = ("API keys", "Role mappings")
    return {name: parts[name] for name in (*(one for one in parts if one not in last), *last) if name in parts}


def _what(one: Decided, review: Review) -> str:
    row, (kind, key) = one.row, one.about
    if kind == "person":
        return "the invitation" if row["status"] in ("pending", "expired") else "the membership"
    if kind in ("api_key", "role_mapping"):
        return f"{code(row['name'] or key)} {code(key) if kind == 'api_key' else ''}".rstrip()
    return f"{code(row['role'])} on {_on(row, review)}"


def _on(row: t.Mapping[str, str], review: Review) -> str:
    if row["resource"]:
        return f"{code(row['resource_name'])} {code(row['resource'])}".strip()
    return f"all of {code(row['scope'])}" if row["all"] == "true" else code(row["scope"])


def _person(one: Decided, person: Entry) -> list[str]:
    if one.decision == "change":
        return []
    if person["status"] == "missing":
        return ["Take the entry out of the definition, or set `state: absent`: the person is not in."]
    if person["definition"]["state"] == "managed":
        return ["Set `state: absent` in the entry."]
    if person["definition"]["state"] == "ignored":
        return ["Others decide about this person, see `ignore`: ask them, or add an entry with `state: absent`."]
    return ["Add an entry with `state: absent`, or remove the person with `org_member` or `org_invitation`."]


def _key(one: Decided, key: str) -> list[str]:
    if one.decision == "change":
        return ["The roles of a key cannot be changed: make another one, put it in place, then revoke this one."]
    return [f"Put another key in its place, then revoke it: `org_api_key` with the id {code(key)}, `state: absent`."]


def _mapping(one: Decided, key: str) -> list[str]:
    return [] if one.decision == "change" else ["Set `state: absent` for this mapping of `org_sso`."]


def _grant(one: Decided, grant: Entry, person: Entry, review: Review) -> list[str]:
    """Return what takes a grant away, and what else that takes away."""
    if one.decision == "change":
        return []
    state = person["definition"]["state"]
    if state == "ignored":
        return ["Others decide about this person, see `ignore`: ask them, or add an entry without this."]
    if state == "unmanaged":
        return ["The definition has no entry for this person: add one with what is to stay, or with `state: absent`."]
    if grant["state"] == "excess":
        return ["The definition does not give it: apply the definition with `org_team`."]
    if not grant["why"]:
        return ["The definition does not say where it comes from: state the roles of the entry without it."]
    sources = [source for why in grant["why"] for source in why.items()]
    return [line for kind, name in sources for line in _source(kind, name, grant, person, review)]


def _source(kind: str, name: str, grant: Entry, person: Entry, review: Review) -> list[str]:
    if kind != "group":
        return [f"Take it out of the `role_assignments` of the entry {code(name)}."]
    alone = [
        other
        for other in review.grants_of[person["key"]]
        if other["id"] != grant["id"] and other["why"] and all(why == {"group": name} for why in other["why"])
    ]
    groups = {one["name"]: one["people"] for one in review.document["groups"] or ()}
    others = [review.label(key) for key in groups.get(name, ()) if key != person["key"]]
    takes = _names([f"{one['role_id'] or '?'} on {one['resource_name'] or one['resource'] or 'all'}" for one in alone])
    return [
        f"The group {code(name)} gives it. Take the group out of the entry, which takes away {takes or 'nothing'} too;",
        f"or take it out of the group, which takes it from {_names(others) or 'nobody'} too.",
    ]


def _names(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
    return ", ".join(map(code, names[:MOST_NAMES])) + more
