# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hypothesis draws: grants, the many ways to write them down, organizations, definitions."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import (
    NOTHING,
    Grant,
    Grants,
    from_reply,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import Invitation, Member, People
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import ORGANIZATION, UNSAFE, unknown

ASSIGNABLE = {
    ("organization",): (None, ["organization-admin", "billing-admin"]),
    ("deployment",): ("deployment_ids", ["deployment-admin", "deployment-editor", "deployment-viewer"]),
    ("project", "elasticsearch"): ("project_ids", ["elasticsearch-admin", "elasticsearch-developer"]),
    ("project", "observability"): ("project_ids", ["observability-editor", "observability-viewer"]),
    ("project", "security"): ("project_ids", ["security-t1-analyst", "security-endpoint-policy-manager"]),
    ("cloud_connected_resource",): ("resource_ids", ["cloud-connected-admin", "cloud-connected-viewer"]),
}
PREFIXES = ("organization-", "deployment-", "elasticsearch-", "observability-", "security-", "cloud-connected-")
NAMES = ("ana", "bo", "cleo", "dev", "eli")


@st.composite
def a_grant(draw: st.DrawFn) -> Grant:
    """A grant that this version knows."""
    scope = draw(st.sampled_from(list(ASSIGNABLE)))
    ids, roles = ASSIGNABLE[scope]
    resource = draw(st.sampled_from([None, "a", "b", "c"])) if ids else None
    choices = [None] if scope == ("cloud_connected_resource",) else [None, (), ("kibana_user",), ("kibana_user", "x")]
    return Grant(scope, draw(st.sampled_from(roles)), resource, draw(st.sampled_from(choices)))


def some_grants(most: int = 8) -> st.SearchStrategy[Grants]:
    """A set of known grants."""
    return st.frozensets(a_grant(), max_size=most)


def wanted_grants(most: int = 8) -> st.SearchStrategy[Grants]:
    """Known grants that one person can be given together: none of them differ in application roles alone."""
    return st.lists(a_grant(), max_size=most, unique_by=lambda one: one.slot).map(frozenset)


@st.composite
def spelling(draw: st.DrawFn, grant: Grant) -> str:
    """One of the ways to write the id of a known role."""
    short = next((grant.role.removeprefix(prefix) for prefix in PREFIXES if grant.role.startswith(prefix)), grant.role)
    names = [grant.role, short]
    if grant.role == "organization-admin":
        names += ["owner", "organization-owner"]
    return draw(st.sampled_from([*names, *(name.replace("-", "_") for name in names)]))


@st.composite
def written(draw: st.DrawFn, grants: Grants, *, reply: bool = False) -> dict[str, t.Any]:
    """Role assignments that amount to these grants, grouped, ordered, spelled and padded in any way.

    reply: as the service might send them, with more kinds of noise than people may write.
    """
    result: dict[str, t.Any] = {}
    nothing = st.sampled_from([None, []])
    for scope, (ids, _roles) in draw(st.permutations(list(ASSIGNABLE.items()))):
        blocks = []
        rest = draw(st.permutations(sorted((one for one in grants if one.scope == scope), key=repr)))
        while rest:
            first = rest[0]
            alike = [
                one for one in rest if one.slot[1] == first.role and one.application_roles == first.application_roles
            ]
            alike = [one for one in alike if one.for_everything == first.for_everything]
            chosen = alike[: draw(st.integers(1, len(alike)))]
            # Saying something twice makes no difference either.
            rest = [one for one in rest if one not in chosen or draw(st.integers(0, 9)) == 9]
            blocks.append(draw(_block(first, [one.resource for one in chosen], ids, reply)))
        if reply and draw(st.booleans()):
            blocks.append(None)
        place = result
        for name in scope[:-1]:
            place = place.setdefault(name, {})
        if blocks or draw(st.booleans()):
            place[scope[-1]] = blocks or draw(nothing)
    if result.get("project") == {} and draw(st.booleans()):
        result["project"] = None
    return result


@st.composite
def _block(
    draw: st.DrawFn, grant: Grant, resources: list[str | None], ids: str | None, reply: bool
) -> dict[str, t.Any]:
    block: dict[str, t.Any] = {"role_id": draw(spelling(grant))}
    noise: dict[str, t.Any] = {}
    if grant.application_roles is not None:
        block["application_roles"] = draw(st.permutations(grant.application_roles))
    else:
        noise["application_roles"] = None
    if ids and grant.for_everything:
        block["all"] = True
        noise[ids] = draw(st.sampled_from([None, []]))
    elif ids:
        block[ids] = [*draw(st.permutations(resources)), *([None] if reply and draw(st.booleans()) else [])]
        noise["all"] = draw(st.sampled_from([None, False]))
    noise["organization_id"] = draw(st.sampled_from([None, ORGANIZATION]))
    if reply:
        noise["something_new"] = None
    block |= {key: value for key, value in noise.items() if draw(st.booleans())}
    return dict(draw(st.permutations(list(block.items()))))


def json_values() -> st.SearchStrategy[t.Any]:
    """Any JSON at all."""
    leaves = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=4)
    keys = st.sampled_from(["role_id", "organization_id", "all", "deployment_ids", "application_roles", "x"])
    return st.recursive(
        leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
    )


def any_reply() -> st.SearchStrategy[dict[str, t.Any]]:
    """Role assignments as a service might send them that has changed out of all recognition."""
    scopes = st.sampled_from(["organization", "deployment", "project", "platform", "cloud_connected_resource"])
    types = st.dictionaries(st.sampled_from(["security", "search"]), json_values(), max_size=2)
    return st.dictionaries(scopes, json_values() | types, max_size=5)


@st.composite
def email(draw: st.DrawFn, name: str) -> str:
    """A person's email in one case or another."""
    text = f"{name}@example.com"
    return draw(st.sampled_from([text, text.upper(), text.title()]))


@st.composite
def held(draw: st.DrawFn, strange: bool) -> Grants:
    """What somebody holds, with something among it that this version does not understand where `strange`."""
    some = draw(some_grants(4))
    if not strange:
        return some
    more = {unknown(one) for one in some if draw(st.booleans())}
    if draw(st.booleans()):
        more.add(Grant(("platform",), "", None, extra='{"role_id": "root"}'))
    return some | more


@st.composite
def organizations(draw: st.DrawFn, *, strange: bool = False) -> People:
    """An organization: members with and without an email, invitations of strangers and of members, some several."""
    members, invitations = [], []
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        members.append(Member(f"id-{name}", draw(email(name)), None, None, draw(held(strange))))
    if draw(st.booleans()):
        members.append(Member("id-nobody", None, None, None, draw(held(strange))))
    for number, name in enumerate(draw(st.lists(st.sampled_from(NAMES), max_size=4))):
        begun = f"2026-05-{number + 1:02}T00:00:00Z"
        expired = draw(st.booleans())
        invitations.append(
            Invitation(draw(email(name)), f"token{number}", begun, "2026-05-31T00:00:00Z", expired, draw(held(strange)))
        )
    return People(members, invitations)


HOSTILE = (*UNSAFE.values(), "\u202e", "*@example.com", ",", "", " a ", " A@EXAMPLE.COM")


def hostile_texts() -> st.SearchStrategy[str]:
    """What strangers might call themselves, and things of theirs."""
    return st.sampled_from(HOSTILE) | st.text(max_size=4) | st.sampled_from(["a", "b", "viewer", "deployment-viewer"])


@st.composite
def hostile_replies(draw: st.DrawFn) -> dict[str, t.Any]:
    """Role assignments whose texts are chosen by strangers, with scopes and fields that are not known."""
    texts = st.lists(hostile_texts(), max_size=2)
    block = st.fixed_dictionaries(
        {"role_id": hostile_texts()},
        optional={"all": st.booleans(), "deployment_ids": texts, "application_roles": texts, "new": hostile_texts()},
    )
    scopes = st.sampled_from(["organization", "deployment", "moon_base"]) | hostile_texts()
    return draw(st.dictionaries(scopes, st.lists(block, max_size=2), max_size=2))


@st.composite
def hostile_organizations(draw: st.DrawFn) -> People:
    """An organization with an owner, in which everybody else may be called anything and have anything."""

    def address() -> str | None:
        text = draw(hostile_texts())
        return draw(st.sampled_from([None, text, f"{text}@example.com", "ana@example.com", "bo@example.com"]))

    def roles() -> Grants:
        return draw(held(True)) if draw(st.booleans()) else from_reply(draw(hostile_replies()), ORGANIZATION) or NOTHING

    owner = Grant(("organization",), "organization-admin", None)
    members = [Member("id-boss", "boss@example.com", None, None, frozenset({owner}))]
    for number in range(draw(st.integers(0, 2))):
        user_id = draw(st.just(f"id-{number}") | hostile_texts()) if draw(st.integers(0, 9)) == 9 else f"id-{number}"
        members.append(Member(user_id, address(), None, None, roles()))
    invitations = [
        Invitation(
            address() or "ana@example.com",
            f"token{number}",
            f"2026-05-{number + 1:02}",
            None,
            draw(st.booleans()),
            roles(),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    return People(members, invitations)


@dataclass(frozen=True)
class Definition:
    """A definition as people write it, and what it means: by name, None for absent, else grants or None for no word."""

    members: list[dict[str, t.Any]]
    groups: dict[str, t.Any]
    present: dict[str, Grants | None]
    absent: set[str]


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """A faultless definition with groups, own assignments, people who are to be absent and dates."""
    pool = sorted(draw(wanted_grants()), key=repr)
    some = st.frozensets(st.sampled_from(pool), max_size=3) if pool else st.just(NOTHING)
    known = draw(st.dictionaries(st.sampled_from(["red", "blue"]), some))
    result = Definition([], {name: draw(written(grants)) for name, grants in known.items()}, {}, set())
    for name in draw(st.lists(st.sampled_from(NAMES), unique=True)):
        entry: dict[str, t.Any] = {"email": draw(email(name))}
        chosen = draw(st.lists(st.sampled_from(sorted(known)))) if known else []
        own = draw(st.none() | some)
        if chosen or draw(st.booleans()):
            entry["groups"] = chosen
        if own is not None:
            entry["role_assignments"] = draw(written(own))
        gone = draw(st.sampled_from(["", "", "", "absent", "2026-06-14"]))
        if gone:
            entry |= {"state": gone} if gone == "absent" else {"until": gone}
            result.absent.add(name)
        else:
            entry |= draw(st.sampled_from([{}, {"state": "present"}, {"until": "2026-06-15"}, {"until": None}]))
            said = chosen or own is not None
            result.present[name] = NOTHING.union(own or NOTHING, *(known[one] for one in chosen)) if said else None
        result.members.append(entry)
    return result
