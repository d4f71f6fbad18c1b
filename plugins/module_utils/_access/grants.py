# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""Role assignments, as people and the API write them, and the grants that they are made of.

The API groups grants into blocks as it likes, so blocks cannot be compared. A grant is the smallest thing that can be
given and taken away, and access is a set of grants. Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import functools
import itertools
import json
import typing as t
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import LISTED, Names, Path
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import (
    Findings,
    did_you_mean,
    plain,
    some_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import unsafe_within, what_is_unsafe

Slot = tuple[Path, str, "str | None"]


@dataclass(frozen=True)
class Scope:
    """What the API knows in one scope.

    ids: the name of the list of resource ids (None: the scope is the organization itself); prefix: what its role ids
    begin with; roles: those that are known, without the prefix; none where the vendor publishes none, and then any
    counts as known.
    """

    ids: str | None
    prefix: str
    roles: frozenset[str]
    application_roles: bool = True

    @property
    def names(self) -> str:
        """The name of the list of names that people may write instead of ids."""
        return (self.ids or "").replace("_ids", "_names")

    @functools.cached_property
    def keys(self) -> frozenset[str]:
        """The keys that a block of the service may have."""
        keys = {"role_id", "organization_id"}
        if self.ids:
            keys |= {"all", self.ids}
        if self.application_roles:
            keys.add("application_roles")
        return frozenset(keys)


# Role ids: from the vendor's user roles documentation, its Terraform provider's and Kibana's Cloud Connect client.
SCOPES: dict[Path, Scope] = {
    ("organization",): Scope(None, "organization-", frozenset({"admin", "billing-admin"})),
    ("deployment",): Scope("deployment_ids", "deployment-", frozenset({"admin", "editor", "viewer"})),
    ("project", "elasticsearch"): Scope("project_ids", "elasticsearch-", frozenset({"admin", "developer", "viewer"})),
    ("project", "observability"): Scope("project_ids", "observability-", frozenset({"admin", "editor", "viewer"})),
    ("project", "security"): Scope(
        "project_ids",
        "security-",
        frozenset(
            {
                "admin",
                "detections-admin",
                "editor",
                "endpoint-operations-analyst",
                "endpoint-policy-manager",
                "platform-engineer",
                "rule-author",
                "soc-manager",
                "t1-analyst",
                "t2-analyst",
                "t3-analyst",
                "threat-intel-analyst",
                "viewer",
            }
        ),
    ),
    ("project", "vectordb"): Scope("project_ids", "vectordb-", frozenset()),
    ("project", "workplaceai"): Scope("project_ids", "workplaceai-", frozenset()),
    ("cloud_connected_resource",): Scope(
        "resource_ids", "cloud-connected-", frozenset({"admin", "viewer"}), application_roles=False
    ),
}
TOP_LEVEL = frozenset(path[0] for path in SCOPES)
POSITION = {scope: position for position, scope in enumerate(dict.fromkeys(path[0] for path in SCOPES))}
OTHER_NAMES: dict[tuple[Path, str], str] = {
    (("organization",), "owner"): "admin"
}  # the console calls it Organization owner
WITHOUT_PREFIX = frozenset({"billing-admin"})


@dataclass(frozen=True, slots=True)
class Grant:
    """One role on one resource, or on all of its scope.

    scope: where it stands in role assignments; role: in the one spelling that compares; resource: an id, None for all
    of the scope; application_roles: sorted, None where not given, which is not the same as none of them; extra: what
    this version does not know about it, as JSON (a grant that has some is shown and never taken away); spelling: the
    role id as it was written, which makes no difference to what it is.
    """

    scope: Path
    role: str
    resource: str | None
    application_roles: tuple[str, ...] | None = None
    extra: str = ""
    spelling: str = field(default="", compare=False)

    @property
    def understood(self) -> bool:
        """Whether this version knows everything about it."""
        return not self.extra

    @property
    def recognised(self) -> bool:
        """Whether this version knows which role it is, and on what; there may be fields that it does not know."""
        return self.scope in SCOPES and self.role != ""

    @property
    def unknown_fields(self) -> list[str]:
        """The names of the fields that this version does not know, of a grant that is recognised."""
        return sorted(json.loads(self.extra)) if self.extra and self.recognised else []

    @property
    def slot(self) -> Slot:
        """What two grants share that differ in application roles alone."""
        return self.scope, self.role, self.resource

    @property
    def known_part(self) -> Grant:
        """The same grant without what is unknown about it; a grant in an unknown scope as it is."""
        return replace(self, extra="") if self.extra and self.recognised else self

    @property
    def role_id(self) -> str:
        """The full role id for a known role, what was written for any other."""
        return self.role if _is_known(self.role, self.scope) else self.spelling or self.role

    @property
    def is_known(self) -> bool:
        """Whether this version knows the role, or cannot know which ones there are in its scope."""
        return not self.recognised or not SCOPES[self.scope].roles or _is_known(self.role, self.scope)

    @property
    def for_everything(self) -> bool:
        """Whether it is for the organization or for all resources of a scope, and not for a single one."""
        return self.resource is None

    def __str__(self) -> str:
        """Return it in words: `deployment-viewer on deployment abc, application roles: kibana_user`."""
        return self.in_words(NO_NAMES)

    def in_words(self, names: Names) -> str:
        """Return it in words, with what its resource is called, where that is known, behind the id."""
        return plain(self._in_words(names))

    def _in_words(self, names: Names) -> str:
        if not self.recognised:
            return f"{'.'.join(self.scope)} {self.extra}"
        where = f"all of {'.'.join(self.scope)}" if self.resource is None else f"{'.'.join(self.scope)} {self.resource}"
        if name := names.name(self.scope, self.resource):
            where += f" ({name})"
        text = self.role_id if SCOPES[self.scope].ids is None else f"{self.role_id} on {where}"
        if self.application_roles is not None:
            text += f" (application roles: {', '.join(self.application_roles) or 'none'})"
        return text


Grants = frozenset[Grant]
NOTHING: Grants = frozenset()
NO_NAMES = Names()
OWNER = Grant(("organization",), "organization-admin", None)
GIVE_IDS = "give ids instead"
Block = tuple[str, Grants]  # how messages name it, and what it gives


@dataclass(frozen=True, slots=True)
class Given:
    """Role assignments as somebody has written them in one place, such as a group.

    grants: what they give; blocks: where each part of that comes from; unknown: the blocks whose role this version does
    not know; group: the name of the group that they are, None for a person's own.
    """

    grants: Grants = NOTHING
    blocks: tuple[Block, ...] = ()
    unknown: tuple[Block, ...] = ()
    group: str | None = None


def is_owner(grants: Grants) -> bool:
    """Return whether these grants make an organization owner, with whatever application roles."""
    return any(grant.scope == OWNER.scope and grant.role == OWNER.role for grant in grants)


def missing(wanted: Grants, held: Grants) -> Grants:
    """Return what has to be added to what is held; an unknown field on a held grant does not make it another one."""
    absent = wanted - held
    return absent - {grant.known_part for grant in held} if absent else absent


def surplus(wanted: Grants, held: Grants) -> Grants:
    """Return what has to be taken from what is held, in the spelling in which it is held: that the service recognises.

    Never anything that this version does not fully understand.
    """
    return frozenset(grant for grant in held - wanted if grant.understood)


def from_reply(reply: t.Any, organization_id: str) -> Grants | None:
    """Return the grants that a reply's `role_assignments` lists, None where it is null, absent or no object.

    Nothing in a reply is an error: nulls are passed over, what is unknown is kept. Blocks of another organization (a
    person may belong to several) say nothing about this one and are left out.
    """
    if not isinstance(reply, dict):
        return None
    grants: set[Grant] = set()
    for path, value in _leaves((), reply):
        scope = SCOPES.get(path)
        for block in value if isinstance(value, list) else [value]:
            if block is None:
                continue
            if isinstance(block, dict) and (block.get("organization_id") or organization_id) != organization_id:
                continue
            if scope is None or not isinstance(block, dict) or not isinstance(block.get("role_id"), str):
                grants.add(Grant(path, "", None, extra=_canonical_json(block)))
                continue
            role_id, ids, application_roles, extra = _parts(block, scope)
            if extra and not ids:  # whatever says what it is for is not known to this version
                grants.add(Grant(path, "", None, extra=_canonical_json(block)))
            grants |= _split(path, role_id, ids, application_roles, extra)
    return frozenset(grants)


def from_input(
    value: t.Any,
    where: str,
    findings: Findings,
    organization_id: str | None = None,
    *,
    unknown_scopes: str = "fail",
    to_be_taken: bool = False,
    names: Names = NO_NAMES,
) -> Given:
    """Return what a person's `role_assignments` ask for.

    where: how messages name the entry; organization_id: what a block's organization_id must be, where that is known
    already, else it goes to the findings, for later; unknown_scopes: `fail` or `warn`, the latter because the service
    may know more than this version; to_be_taken: whether these grants are to be taken away, and so may contradict each
    other; names: what resources are called, in the scopes that `names_used` tells. Faults go to the findings, and what
    is faulty gives no grant. Null counts as absent. Whether a role is known is left to be judged when it is known who
    holds what.
    """
    if not isinstance(value, dict):
        findings.problem(where, f"must be a dictionary of scopes such as deployment, not {kind_of(value)}")
        return Given()
    given: list[Block] = []
    for path, blocks in _leaves((), value):
        place = f"{where}.{'.'.join(path)}"
        if path not in SCOPES:
            given += _unknown_from_input(blocks, path, place, findings, unknown_scopes)
        elif not isinstance(blocks, list):
            findings.problem(place, f"must be a list of blocks with a role_id each, not {kind_of(blocks)}")
        else:
            for index, block in enumerate(blocks):
                here = f"{place}[{index}]"
                given.append((here, _block_from_input(block, path, here, findings, organization_id, names)))
    asked = Given(
        given[0][1] if len(given) == 1 else NOTHING.union(*(grants for _place, grants in given)),
        tuple(given),
        tuple(block for block in given if any(not grant.is_known for grant in itertools.islice(block[1], 1))),
    )
    if not to_be_taken and len(given) > 1:
        check_slots([[block] for block in given], asked.grants, where, findings)
    return asked


def names_used(assignments: Iterable[t.Any]) -> set[Path]:
    """Return the scopes whose resources have to be listed, since role assignments, faultless or not, name some."""
    used: set[Path] = set()
    for value in assignments:
        for path, blocks in _leaves((), value) if isinstance(value, dict) else ():
            if path in LISTED and isinstance(blocks, list):
                key = SCOPES[path].names
                used |= {path for block in blocks if isinstance(block, dict) and block.get(key)}
    return used


def check_slots(parts: Iterable[Sequence[Block]], grants: Grants, where: str, findings: Findings) -> None:
    """Tell where two parts give one role on one resource with different application roles: the service may hold only
    one of them.

    parts: the blocks of each, none of which contradicts itself; grants: those of all together.
    """
    if len({grant.slot for grant in grants}) == len(grants):
        return
    first: dict[t.Any, tuple[Grant, str, int]] = {}
    told: dict[tuple[str, str], list[tuple[Grant, Grant]]] = {}
    for number, blocks in enumerate(parts):
        for place, block in blocks:
            for grant in in_order(block):
                other, elsewhere, part = first.setdefault(grant.slot, (grant, place, number))
                if other.application_roles != grant.application_roles and part != number:
                    told.setdefault((elsewhere, place), []).append((other, grant))
    for (elsewhere, place), pairs in told.items():
        other, grant = pairs[0]
        what = some_of([str(replace(one, application_roles=None)) for _other, one in pairs], most=3)
        findings.problem(
            where,
            f"{what} is given twice, with application_roles {_application_roles(other)} in {elsewhere} and "
            f"{_application_roles(grant)} in {place}; the service may hold only one of them, so leave one out",
        )


def _application_roles(grant: Grant) -> str:
    return "left out" if grant.application_roles is None else f"[{', '.join(grant.application_roles)}]"


def to_assignments(grants: Grants) -> dict[str, t.Any]:
    """Return role assignments in their normal form.

    Full role ids, no organization_id, one block per role and application roles, ids sorted, empty parts left out. The
    same shape is accepted as input, without fields that are not known.
    """
    return _assemble(grants, lambda grant: grant.role_id, None)


def to_body(grants: Grants, organization_id: str) -> dict[str, t.Any]:
    """Return role assignments as a request has them.

    Known roles by their full id where they come from a person, in the service's own spelling where they come from it.
    `all` is always said, ids only where it is false: the vendor's published contract asks for that.
    """
    return _assemble(grants, lambda grant: grant.spelling or grant.role_id, organization_id)


def in_order(grants: Iterable[Grant]) -> list[Grant]:
    """Return grants in the order in which they are shown and sent."""
    return sorted(grants, key=_order)


def _order(grant: Grant) -> tuple[t.Any, ...]:
    roles = grant.application_roles
    return (
        POSITION.get(grant.scope[0], len(POSITION)),
        grant.scope,
        grant.role,
        roles is not None,
        roles or (),
        grant.extra,
        grant.resource or "",
    )


def _assemble(grants: Grants, role_id: t.Callable[[Grant], str], organization_id: str | None) -> dict[str, t.Any]:
    blocks: dict[tuple[t.Any, ...], dict[str, t.Any]] = {}
    result: dict[str, t.Any] = {}
    for grant in in_order(grants):
        key = (grant.scope, role_id(grant), grant.application_roles, grant.extra, grant.for_everything)
        block = blocks.get(key)
        if block is None:
            block = blocks[key] = _new_block(grant, role_id(grant), organization_id)
            place = result
            for name in grant.scope[:-1]:
                place = place.setdefault(name, {})
            place.setdefault(grant.scope[-1], []).append(block)
        scope = SCOPES.get(grant.scope)
        if scope and scope.ids and grant.resource is not None:
            block.setdefault(scope.ids, []).append(grant.resource)
    return result


def _new_block(grant: Grant, role_id: str, organization_id: str | None) -> t.Any:
    extra = json.loads(grant.extra) if grant.extra else {}
    if grant.scope not in SCOPES or not grant.role:
        return {**extra, "organization_id": organization_id} if organization_id and isinstance(extra, dict) else extra
    block: dict[str, t.Any] = {"role_id": role_id}
    if organization_id:
        block["organization_id"] = organization_id
    if SCOPES[grant.scope].ids and (grant.for_everything or organization_id):
        block["all"] = grant.for_everything
    if grant.application_roles is not None:
        block["application_roles"] = list(grant.application_roles)
    block.update(extra)
    return block


def _leaves(path: Path, value: Mapping[str, t.Any]) -> t.Iterator[tuple[Path, t.Any]]:
    """Yield each scope's path and what stands there; a dictionary that is no scope holds further scopes."""
    for name, inner in value.items():
        here = (*path, str(name))
        if inner is None:
            continue
        if isinstance(inner, dict) and here not in SCOPES:
            yield from _leaves(here, inner)
        else:
            yield here, inner


def _parts(block: Mapping[str, t.Any], scope: Scope) -> tuple[t.Any, ...]:
    """Return what `_split` needs of a block that is well-formed or comes from the service."""
    roles = block.get("application_roles") if scope.application_roles else None
    ids: tuple[str | None, ...] = (None,)
    if scope.ids and block.get("all") is not True:
        listed = block.get(scope.ids)
        ids = tuple(str(value) for value in listed if value is not None) if isinstance(listed, list) else ()
    unknown = {}
    if not block.keys() <= scope.keys:
        unknown = {key: value for key, value in block.items() if key not in scope.keys and value is not None}
    return (
        block["role_id"],
        ids,
        tuple(sorted({str(role) for role in roles if role is not None})) if isinstance(roles, list) else None,
        _canonical_json(unknown) if unknown else "",
    )


@functools.lru_cache(maxsize=65536)
def _split(
    path: Path,
    role_id: str,
    ids: tuple[str | None, ...],
    application_roles: tuple[str, ...] | None,
    extra: str,
    typed: bool = False,
) -> Grants:
    """Return the grants of one block. Cached, because in a large organization many people hold the same.

    typed: whether a person wrote it. Then a known role goes out by its full id, and only what nobody here knows as it
    is.
    """
    role = full_role(role_id, path)
    spelling = "" if typed and _is_known(role, path) else role_id
    return frozenset(Grant(path, role, resource, application_roles, extra, spelling) for resource in ids)


def _bare(role: str, scope: Scope) -> str:
    return role.removeprefix(scope.prefix)


def _is_known(role: str, path: Path) -> bool:
    """Return whether a role, in the spelling that compares, is one that this version knows."""
    return path in SCOPES and _bare(role, SCOPES[path]) in SCOPES[path].roles


@functools.lru_cache(maxsize=4096)
def full_role(role_id: str, path: Path) -> str:
    """Return the one spelling of a role id that compares: the prefix of its scope and hyphens."""
    scope = SCOPES[path]
    bare = _bare(role_id.strip().replace("_", "-"), scope)
    bare = OTHER_NAMES.get((path, bare), bare)
    return bare if bare in WITHOUT_PREFIX else scope.prefix + bare


def _unknown_from_input(blocks: t.Any, path: Path, where: str, findings: Findings, unknown_scopes: str) -> list[Block]:
    """Return what stands under a scope that this version does not know, to be passed on as it is."""
    if unsafe := list(unsafe_within([*path, blocks])):
        for wrong in unsafe:
            findings.problem(where, wrong)
        return []
    known = [".".join(known) for known in SCOPES if known[0] == path[0]] or sorted(TOP_LEVEL)
    near = did_you_mean(".".join(path), known)
    if path[0] in TOP_LEVEL and len(path) == 1:  # what holds scopes is none
        if blocks != []:  # an empty part is an absent one
            findings.problem(where, f"must be a dictionary with {', '.join(known)}")
        return []
    if unknown_scopes == "fail":
        findings.problem(
            where,
            f"unknown; allowed here: {', '.join(known)}{near}; unknown_roles=warn sends others to the service as they "
            "are",
        )
        return []
    findings.warn(where, f"this scope is not known to this version and is sent to the service as it is{near}")
    grants = frozenset(
        Grant(path, "", None, extra=_canonical_json(block))
        for block in (blocks if isinstance(blocks, list) else [blocks])
        if block is not None
    )
    return [(where, grants)]


def _block_from_input(
    block: t.Any, path: Path, where: str, findings: Findings, organization_id: str | None, names: Names
) -> Grants:
    scope = SCOPES[path]
    keys = scope.keys | {scope.names} if scope.ids else scope.keys
    if not isinstance(block, dict):
        findings.problem(where, f"must be a dictionary with a role_id, not {kind_of(block)}")
        return NOTHING
    block = {str(key): value for key, value in block.items() if value is not None}
    before = len(findings.problems) + len(findings.unresolved)
    for key in sorted(block.keys() - keys):
        findings.problem(where, f"unknown key {key!r}{did_you_mean(key, keys)}")
    role_id = block.get("role_id")
    if not isinstance(role_id, str) or not role_id.strip():
        findings.problem(where, "role_id is missing" if role_id is None else "role_id must be a non-empty string")
    elif wrong := what_is_unsafe(role_id):
        findings.problem(where, f"role_id: {wrong}")
    else:
        block["role_id"] = role_id.strip()
    if "organization_id" in block:
        _check_organization(block["organization_id"], where, findings, organization_id)
    if "application_roles" in block:
        block["application_roles"] = _texts(block["application_roles"], "application_roles", where, findings)
    if scope.ids:
        if scope.ids in block:
            block[scope.ids] = _texts(block[scope.ids], scope.ids, where, findings, numbers=True)
        named = _texts(block.pop(scope.names, []), scope.names, where, findings)
        ids, everything = block.get(scope.ids), block.get("all", False)
        if not isinstance(everything, bool):
            findings.problem(where, f"all must be true or false, not {kind_of(everything)}")
        elif everything and (ids or named):
            findings.problem(where, f"has both all and {scope.ids if ids else scope.names}; leave one of them out")
        elif not everything and not (ids or named):
            findings.problem(where, f"needs either 'all: true' or {scope.ids} with at least one id{_or_names(path)}")
        elif named and path not in LISTED:
            findings.problem(
                where, f"{scope.names} cannot be looked up, since no list of these is published; {GIVE_IDS}"
            )
        elif named and len(findings.problems) + len(findings.unresolved) == before:
            block[scope.ids] = [*(ids or []), *_resolved(named, path, where, findings, names)]
    if len(findings.problems) + len(findings.unresolved) > before:
        return NOTHING
    return _split(path, *_parts(block, scope), typed=True)


def _or_names(path: Path) -> str:
    return f", or {SCOPES[path].names}" if path in LISTED else ""


def _resolved(named: list[str], path: Path, where: str, findings: Findings, names: Names) -> list[str]:
    """Return the ids of the resources with these names; what is not the name of exactly one goes to the findings."""
    what, ids = f"{path[-1]} {path[0]}" if len(path) > 1 else path[0], SCOPES[path].ids
    if path in names.unread:
        if why := names.unread[path]:
            findings.unresolved_name(where, f"{SCOPES[path].names} cannot be looked up: {why}; {GIVE_IDS} ({ids})")
        return []
    found: list[str] = []
    for name in named:
        fitting = names.ids(path, name)
        found += fitting
        if not fitting:
            near = did_you_mean(name, names.known(path))
            findings.unresolved_name(where, f"the API key sees no {what} with the name {name!r}{near}")
        elif len(fitting) > 1:
            listed = some_of(fitting, most=20)
            text = f"{len(fitting)} {what}s have the name {name!r}; write the id of the one that is meant: {listed}"
            findings.unresolved_name(where, text)
    return found


def _check_organization(value: t.Any, where: str, findings: Findings, organization_id: str | None) -> None:
    """Check the organization that a block names, or note it, to be compared when the right one is known."""
    named = as_id(value)
    if named is None:
        findings.problem(where, f"organization_id must be a string, not {kind_of(value)}")
    elif wrong := what_is_unsafe(named):
        findings.problem(where, f"organization_id: {wrong}")
    elif organization_id is None:
        findings.organizations.setdefault(named, []).append(where)
    elif named != organization_id.strip():
        findings.other_organization(where, named, organization_id)


def as_id(value: t.Any) -> str | None:
    """Return an id without white space around it, a whole number as its digits; None for anything else."""
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None


def _texts(value: t.Any, key: str, where: str, findings: Findings, *, numbers: bool = False) -> list[str]:
    """Return a list of strings, each without white space around it; a single one is a list of one.

    numbers: whether a whole number counts as its digits. What is no such list goes to the findings, and comes back as
    one that is not empty, so that its being empty is not told beside.
    """
    listed = value if isinstance(value, list) else [value]
    texts = [as_id(item) if numbers or isinstance(item, str) else None for item in listed]
    if not all(texts):
        findings.problem(where, f"{key} must be a list of strings, each in quotes where YAML would read a number")
        return [key]
    found = t.cast("list[str]", texts)
    for wrong in filter(None, map(what_is_unsafe, found)):
        findings.problem(where, f"{key}: {wrong}")
    return found


def _canonical_json(value: t.Any) -> str:
    """Return unknown data so that order, null and the organization's own id make no difference."""
    return json.dumps(_without_noise(value), sort_keys=True, ensure_ascii=False)


def _without_noise(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {
            str(key): _without_noise(inner)
            for key, inner in value.items()
            if inner is not None and key != "organization_id" and (inner != [] or key == "application_roles")
        }
    if isinstance(value, list):
        return sorted((_without_noise(inner) for inner in value), key=lambda inner: json.dumps(inner, sort_keys=True))
    return value


def kind_of(value: t.Any) -> str:
    """Return the name of a value's type as a person who writes YAML knows it."""
    names = {
        str: "a text",
        bool: "true or false",
        int: "a number",
        float: "a number",
        list: "a list",
        type(None): "null",
    }
    return names.get(type(value), "a dictionary" if isinstance(value, dict) else type(value).__name__)
