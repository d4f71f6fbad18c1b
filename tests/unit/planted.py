# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizations for access reviews in which something is planted, with the complete list of what has to be found.

`PLANTED` is one organization with one case of each rule and, beside it, the cases that are nearest to it and must not
be found. `CASES` are small ones: a quiet organization in which a single thing is changed.
"""

from __future__ import annotations

import datetime as dt
import typing as t
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grant
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.keys import ApiKey
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Selection,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.resources import Names, Resource
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.single_sign_on import (
    IdentityProvider,
    RoleMapping,
    conditions_in,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.definition import read_definition
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import Context
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import (
    Decisions,
    Evidence,
    Facts,
    Revoked,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.options import Options
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.rules import Hit
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    NOW,
    ORGANIZATION,
    OWNER,
    deployments,
    grants,
    invitation,
    member,
    unknown,
)

VIEWER = deployments("d1")
ALL_VIEWER = {"deployment": [{"role_id": "deployment-viewer", "all": True}]}
ALL_ADMIN = {"deployment": [{"role_id": "deployment-admin", "all": True}]}
TODAY, LATER = f"{NOW:%Y-%m-%d}", "2027-06-01"
PROVIDER = IdentityProvider(True, "acme", "https://idp.example.com", "https://idp.example.com/login", ())
TOOL = {"collection": "orgops.elastic_cloud", "version": "2.0.0", "ansible_core": "2.21.0", "python": "3.12.1"}
ADA = {"email": "ada@example.com", "role_assignments": OWNER}
BO = {"email": "bo@example.com", "role_assignments": OWNER}

Found = set[tuple[str, str]]  # rules, and the keys of those whom they are about


@dataclass
class World:
    """An organization, what is defined for it, and how it is reviewed. Quiet as it is made: nothing is to be found."""

    members: list[Member] = field(
        default_factory=lambda: [member("ada@example.com", OWNER), member("bo@example.com", OWNER)]
    )
    invitations: list[Invitation] = field(default_factory=list)
    keys: list[ApiKey] | None = field(default_factory=list)
    mappings: list[RoleMapping] | None = field(default_factory=list)
    provider: IdentityProvider | None = None
    domains: list[str] | None = field(default_factory=list)
    names: Names = field(default_factory=Names)
    description: dict[str, t.Any] = field(default_factory=lambda: {"id": ORGANIZATION, "name": "Acme"})
    unread: dict[str, str] = field(default_factory=dict)
    further_pages: frozenset[str] = frozenset()
    entries: list[dict[str, t.Any]] | None = field(default_factory=lambda: [ADA, BO])
    groups: dict[str, t.Any] = field(default_factory=dict)
    ignore: list[str] = field(default_factory=lambda: ["*@ignored.example.com"])
    options: dict[str, t.Any] = field(default_factory=lambda: {"internal_domains": ["example.com", "*.example.com"]})
    decisions: Decisions | None = None
    started: dt.datetime = NOW - dt.timedelta(seconds=3)
    now: dt.datetime = NOW

    def defined(self, *entries: dict[str, t.Any]) -> None:
        """Add entries to the definition."""
        self.entries = [*(self.entries or []), *entries]

    def joined(self, email: str | None, *roles: dict[str, t.Any], entry: t.Any = None, **more: t.Any) -> Member:
        """Add a member. entry: what else stands in the entry for them; None: there is none."""
        made = member(email, *roles, **more)
        self.members.append(made)
        if entry is not None:
            self.defined({"email": email, **entry})
        return made

    def invited(self, email: str, *roles: dict[str, t.Any], entry: t.Any = None, **more: t.Any) -> None:
        """Add an invitation, likewise."""
        self.invitations.append(invitation(email, *roles, **more))
        if entry is not None:
            self.defined({"email": email, **entry})

    def key(self, number: str, *roles: dict[str, t.Any], ends: dt.timedelta | None = None, **more: t.Any) -> None:
        """Add an API key. ends: how long from now."""
        until = None if ends is None else f"{self.now + ends:%Y-%m-%dT%H:%M:%SZ}"
        made = ApiKey(
            number, f"name of {number}", "id-ada", ORGANIZATION, "2026-01-01T00:00:00Z", until, grants(*roles)
        )
        self.keys = [*(self.keys or []), replace(made, **more)]

    def mapping(self, name: str, rule: t.Any, *roles: dict[str, t.Any], **more: t.Any) -> None:
        """Add a role mapping that is enabled, unless `more` says otherwise."""
        match, conditions, understood = conditions_in(rule)
        made = RoleMapping(name, True, match, conditions, grants(*roles), rule, understood)
        self.mappings = [*(self.mappings or []), replace(made, **more)]

    def facts(self) -> Facts:
        """Return what a review knows of it."""
        findings = Findings()
        options = Options.from_input(self.options, ORGANIZATION, self.now, findings)
        ignore = Selection.from_input(self.ignore, "ignore", findings)
        findings.check()
        people = People(self.members, self.invitations, whole=not self.further_pages)
        definition = (
            None
            if self.entries is None
            else read_definition(
                self.entries, self.groups, self.ignore, ORGANIZATION, people, self.now, names=self.names
            )
        )
        evidence = Evidence(
            ORGANIZATION,
            self.description,
            self.members,
            self.invitations,
            self.started,
            self.now,
            self.keys,
            self.mappings,
            self.provider,
            self.domains,
            self.names,
            self.unread,
            self.further_pages,
            [{"method": "GET", "path": f"/api/v1/organizations/{ORGANIZATION}", "status": 200, "count": 1}],
        )
        return Facts(evidence, options, definition, ignore, self.decisions)

    def context(self, number: int = 0) -> Context:
        """Return what its document says of the run."""
        return Context(f"20260615T120000Z-{number:04}", self.now, "https://api.elastic-cloud.com", TOOL)


def found(hits: Sequence[Hit]) -> Found:
    """Return what was found, as the tables have it."""
    return {(hit.rule, hit.subject.key) for hit in hits}


def listed(*ids: str) -> Names:
    """Return the list of deployments."""
    return Names({("deployment",): [Resource(("deployment",), one, f"name of {one}") for one in ids]})


def attested(*revoked: Revoked, days: int = 20) -> Decisions:
    """Return an attestation that is so old."""
    return Decisions("20260501T000000Z-0000", "ab" * 32, NOW - dt.timedelta(days=days), 9, 9, revoked)


def revoked_grant(who: str, grant: Grant) -> Revoked:
    """Return the decision to revoke a grant of somebody."""
    number = World().facts().id_of(who, grant)
    return Revoked(number, "grant", who, who, number)


(VIEW_D1,) = grants(VIEWER)


def planted() -> tuple[World, Found]:
    """Return the organization in which everything but `too_few_owners` is wrong once, and what has to be found."""
    world = World()
    world.options |= {"until_soon": "6h", "key_ends_soon": "6h", "max_owners": 7}
    world.names = listed("d1", "d2", "d3")
    hour = dt.timedelta(hours=1)
    # Twins first: none of these is to be found
    world.defined(
        {"email": "left@example.com", "state": "absent"}, {"email": "over@example.com", "until": "2026-01-01"}
    )
    world.joined("today@example.com", VIEWER, entry={"role_assignments": VIEWER, "until": TODAY})
    world.joined("cleo@example.com", OWNER, entry=None)
    world.defined({"email": "Cleo@Example.com", "role_assignments": {"organization": [{"role_id": "owner"}]}})
    world.joined("Dora@EXAMPLE.com", OWNER, entry={"role_assignments": OWNER})
    world.joined(
        "blocks@example.com",
        deployments("d2", "d1"),
        BILLING,
        entry={"groups": ["viewers"], "role_assignments": {**BILLING, **deployments("d2", role="viewer")}},
    )
    world.groups = {"viewers": VIEWER, "unused": BILLING}
    world.joined("vendor@ignored.example.com", VIEWER)
    world.joined("below@b.example.com", VIEWER, entry={"role_assignments": VIEWER})
    detections = {"project": {"security": [{"role_id": "detections-admin", "all": True}]}}
    single = deployments("d1", role="deployment-admin")
    wide: list[dict[str, t.Any]] = [single, ALL_VIEWER, BILLING, detections]
    world.joined(
        "narrow@example.com",
        *wide,
        entry={
            "role_assignments": {
                **BILLING,
                **detections,
                "deployment": [*single["deployment"], *ALL_VIEWER["deployment"]],
            }
        },
    )
    world.invited("guest@example.com", BILLING, entry={"role_assignments": BILLING})
    world.invited("guest@ignored.example.com", VIEWER)
    strange = {"project": {"workplaceai": [{"role_id": "workplaceai-anything", "project_ids": ["w1"]}]}}
    world.joined("strange@example.com", strange, entry={"role_assignments": strange})
    world.joined("leftover@example.com", VIEWER, entry={"role_assignments": VIEWER})
    world.invited("leftover@example.com", OWNER)
    world.invited("nothing@example.com", entry={"role_assignments": {}})
    connected = {"cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "resource_ids": ["gone"]}]}
    world.joined("connected@example.com", connected, entry={"role_assignments": connected})
    world.key("fine", BILLING, ends=10 * hour, user_id="id-vendor")
    world.key("ended", OWNER, ends=-hour, user_id="id-nobody")
    world.key("elsewhere", OWNER, organization_id="another")
    world.mapping("named", {"any": [{"group": "owners"}]}, OWNER)
    world.mapping("off", {"any": [{"group": "*"}]}, OWNER, enabled=False)
    world.mapping("views", {"any": [{"group": "*"}]}, VIEWER)
    world.mapping("both", {"all": [{"group": "*"}, {"email": "*@example.com"}]}, OWNER)
    # One case of each rule
    world.joined("gone@example.com", VIEWER, entry={"state": "absent"})
    world.joined("rogue@example.com", OWNER)
    world.joined("eve@example.org", OWNER, entry={"role_assignments": OWNER, "until": LATER})
    world.mapping("open", {"any": [{"group": "admins"}, {"email": "*@*.*"}]}, OWNER)
    world.joined("more@example.com", deployments("d1", "d2"), entry={"role_assignments": VIEWER})
    world.joined("stray@example.com", VIEWER)
    world.joined("boss@ignored.example.com", OWNER)
    world.key("orphan", BILLING, ends=10 * hour, user_id="id-nobody")
    world.key("forever", OWNER)
    world.decisions = attested(revoked_grant("user:id-below", VIEW_D1), revoked_grant("user:id-bo", VIEW_D1))
    world.joined("ext@example.org", VIEWER, entry={"role_assignments": VIEWER, "until": LATER})
    world.invited("endless@example.org", VIEWER, entry={"role_assignments": VIEWER})
    world.joined("sixth@example.com", OWNER, entry={"role_assignments": OWNER})  # and one more than there may be
    world.joined("wide@example.com", ALL_ADMIN, entry={"role_assignments": ALL_ADMIN})
    world.invited("heir@example.com", OWNER, entry={"role_assignments": OWNER})
    world.invited("unknown@example.com", VIEWER)
    new = deployments("d1", role="deployment-conductor")
    world.joined("new@example.com", new, entry={"role_assignments": new})
    world.joined(None, VIEWER, user_id="nameless")
    world.ignore.append("nameless")
    world.joined("twice@example.com", VIEWER, user_id="one", entry={"role_assignments": VIEWER})
    world.joined("Twice@example.com", VIEWER, user_id="two")
    world.key("owners", OWNER, ends=10 * hour)
    world.key("endless", BILLING)
    world.provider, world.domains = PROVIDER, ["SSO.example.com"]
    world.joined("sam@sso.example.com", VIEWER, entry={"role_assignments": VIEWER})
    exemption = {"rule": "no_roles", "reason": "on leave", "approved_by": "ada@example.com"}
    world.options["exemptions"] = [
        {**exemption, "who": ["a@example.com"], "until": "2026-06-14"},
        {**exemption, "who": ["b@example.com"], "until": TODAY},
    ]
    world.defined({"email": "nobody@example.com", "role_assignments": VIEWER})
    world.joined("less@example.com", VIEWER, entry={"role_assignments": deployments("d1", "d2")})
    world.joined("mute@example.com", VIEWER, entry={})
    world.joined("empty@example.com", entry={"role_assignments": {}})
    world.invited("late@example.com", VIEWER, expired=True, entry={"role_assignments": VIEWER})
    world.joined("soon@example.com", VIEWER, entry={"role_assignments": VIEWER, "until": "2026-06-15T15:00"})
    world.key("soon", BILLING, ends=3 * hour)
    world.joined("lost@example.com", deployments("lost"), entry={"role_assignments": deployments("lost")})
    world.description["enforce_authentication_method"] = None
    exemptions = world.facts().options.exemptions
    return world, {
        ("absent_still_there", "user:id-gone"),
        ("owner_unmanaged", "user:id-rogue"),
        ("owner_external", "user:id-eve"),
        ("owner_mapping_for_anybody", "open"),
        ("excess_grant", "user:id-more"),
        ("unmanaged_member", "user:id-stray"),
        ("ignored_owner", "user:id-boss"),
        ("leavers_key", "orphan"),
        ("owner_key_without_end", "forever"),
        ("decision_not_carried_out", "user:id-below"),
        ("external_member", "user:id-ext"),
        ("external_without_end", "invite:endless@example.org"),
        ("too_many_owners", ORGANIZATION),
        ("admin_of_all", "user:id-wide"),
        ("owner_invited", "invite:heir@example.com"),
        ("unmanaged_invitation", "invite:unknown@example.com"),
        ("not_understood", "user:id-new"),
        ("no_email", "user:nameless"),
        ("shared_email", "user:one"),
        ("shared_email", "user:two"),
        ("owner_key", "owners"),
        ("key_without_end", "endless"),
        ("mapping_overwrites_definition", ORGANIZATION),
        ("exemption_expired", exemptions[0].key),
        ("missing_member", "missing:nobody@example.com"),
        ("missing_grant", "user:id-less"),
        ("roles_unstated", "user:id-mute"),
        ("no_roles", "user:id-empty"),
        ("invitation_expired", "invite:late@example.com"),
        ("until_soon", "user:id-soon"),
        ("key_ends_soon", "soon"),
        ("dangling_resource", "user:id-lost"),
        ("sso_not_enforced", ORGANIZATION),
    }


@dataclass(frozen=True)
class Case:
    """A quiet organization with one thing changed, and all that is to be found in it."""

    name: str
    change: Callable[[World], t.Any]
    expected: Found = field(default_factory=set)

    def world(self) -> World:
        """Return the organization."""
        world = World()
        self.change(world)
        return world


def _set(**values: t.Any) -> Callable[[World], None]:
    def change(world: World) -> None:
        for name, value in values.items():
            setattr(world, name, value)

    return change


def _both(*changes: Callable[[World], t.Any]) -> Callable[[World], None]:
    def change(world: World) -> None:
        for one in changes:
            one(world)

    return change


def _with(**options: t.Any) -> Callable[[World], None]:
    return lambda world: world.options.update(options)


def _join(email: str | None, *roles: dict[str, t.Any], entry: t.Any = None, **more: t.Any) -> Callable[[World], t.Any]:
    return lambda world: world.joined(email, *roles, entry=entry, **more)


def _invite(email: str, *roles: dict[str, t.Any], entry: t.Any = None, **more: t.Any) -> Callable[[World], t.Any]:
    return lambda world: world.invited(email, *roles, entry=entry, **more)


def _key(number: str, *roles: dict[str, t.Any], **more: t.Any) -> Callable[[World], t.Any]:
    return lambda world: world.key(number, *roles, **more)


def _mapping(rule: t.Any, *roles: dict[str, t.Any], **more: t.Any) -> Callable[[World], t.Any]:
    return lambda world: world.mapping("m", rule, *roles, **more)


def _owners(count: int) -> Callable[[World], None]:
    def change(world: World) -> None:
        world.members, world.entries = [], []
        for number in range(count):
            world.joined(f"o{number}@example.com", OWNER, entry={"role_assignments": OWNER})

    return change


def _unknown_field(world: World) -> None:
    made = world.joined("x@example.com", VIEWER, entry={"role_assignments": VIEWER})
    world.members[-1] = replace(made, grants=frozenset(unknown(grant) for grant in made.grants))


def _unknown_scope(world: World) -> None:
    made = world.joined("x@example.com", entry={"role_assignments": {}})
    world.members[-1] = replace(made, grants=frozenset({Grant(("galaxy",), "", None, extra='{"role_id": "boss"}')}))


def _sso(world: World) -> None:
    world.provider, world.domains = PROVIDER, ["example.com"]
    world.mapping("m", {"any": [{"group": "dev"}]}, VIEWER)


def _overwritten(world: World) -> None:
    _sso(world)
    world.description["enforce_authentication_method"] = "sso"


X, X_ENTRY = "user:id-x", {"role_assignments": VIEWER}
DAY = dt.timedelta(days=1)
EXCESS: Found = {("excess_grant", X)}
OVERWRITES: Found = {("mapping_overwrites_definition", ORGANIZATION)}
UNKNOWN: Found = {("not_understood", X)}

CASES = (
    Case("quiet", lambda world: None),
    # absent_still_there
    Case("absent and a member", _join("x@example.com", OWNER, entry={"state": "absent"}), {("absent_still_there", X)}),
    Case(
        "until yesterday and invited as an owner",
        _invite("x@example.com", OWNER, entry={"until": "2026-06-14", "role_assignments": VIEWER}),
        {("absent_still_there", "invite:x@example.com"), ("owner_invited", "invite:x@example.com")},
    ),
    Case(
        "absent, and the invitation has expired",
        _invite("x@example.com", VIEWER, entry={"state": "absent"}, expired=True),
        {("invitation_expired", "invite:x@example.com")},
    ),
    Case("absent and gone", lambda world: world.defined({"email": "x@example.com", "state": "absent"})),
    Case(
        "absent, ignored by a pattern",
        _join("x@ignored.example.com", VIEWER, entry={"state": "absent"}),
        {("absent_still_there", X)},
    ),
    Case(
        "until today",
        _join("x@example.com", VIEWER, entry={**X_ENTRY, "until": TODAY}),
        {("until_soon", X)},
    ),
    # Ownership
    Case(
        "an owner whose entry states other roles",
        _join("x@example.com", OWNER, VIEWER, entry=X_ENTRY),
        {("owner_unmanaged", X)},
    ),
    Case(
        "an owner whose entry states other roles, and who holds more",
        _join("x@example.com", OWNER, deployments("d1", "d2"), entry=X_ENTRY),
        {("owner_unmanaged", X), *EXCESS},
    ),
    Case("an owner whose entry states no roles", _join("x@example.com", OWNER, entry={}), {("roles_unstated", X)}),
    Case(
        "an owner with other application roles than defined",
        _join(
            "x@example.com",
            {"organization": [{"role_id": "organization-admin", "application_roles": ["a"]}]},
            entry={"role_assignments": OWNER},
        ),
        {*EXCESS, ("missing_grant", X)},
    ),
    Case(
        "invited as an owner, unmanaged",
        _invite("x@example.com", OWNER),
        {("owner_unmanaged", "invite:x@example.com")},
    ),
    Case(
        "invited as an owner, and defined so",
        _invite("x@example.com", OWNER, entry={"role_assignments": OWNER}),
        {("owner_invited", "invite:x@example.com")},
    ),
    Case(
        "invited as an owner, and ignored",
        _invite("x@ignored.example.com", OWNER),
        {("owner_invited", "invite:x@ignored.example.com")},
    ),
    Case("invited with another role", _invite("x@example.com", VIEWER, entry=X_ENTRY)),
    Case("an owner who is ignored", _join("x@ignored.example.com", OWNER), {("ignored_owner", X)}),
    Case(
        "an owner who is ignored, without a definition",
        _both(_join("x@ignored.example.com", OWNER), _set(entries=None)),
        {("ignored_owner", X)},
    ),
    Case(
        "an owner from outside, by invitation",
        _invite("x@example.org", OWNER, entry={"role_assignments": OWNER, "until": LATER}),
        {("owner_external", "invite:x@example.org"), ("owner_invited", "invite:x@example.org")},
    ),
    Case(
        "an owner from outside, unmanaged",
        _join("x@example.org", OWNER),
        {("owner_unmanaged", X), ("owner_external", X)},
    ),
    Case(
        "an owner from outside, and nobody says what is inside",
        _both(_join("x@example.org", OWNER, entry={"role_assignments": OWNER}), _set(options={})),
    ),
    Case("one owner", _owners(1), {("too_few_owners", ORGANIZATION)}),
    Case("one owner, and one is enough", _both(_owners(1), _with(min_owners=1))),
    Case("two owners", _owners(2)),
    Case(
        "one owner and one invited",
        _both(_owners(1), _invite("x@example.com", OWNER, entry={"role_assignments": OWNER})),
        {("too_few_owners", ORGANIZATION), ("owner_invited", "invite:x@example.com")},
    ),
    Case(
        "one owner and one who is ignored",
        _both(_owners(1), _join("x@ignored.example.com", OWNER)),
        {("ignored_owner", X)},
    ),
    Case(
        "one owner and one who is unmanaged",
        _both(_owners(1), _join("x@example.com", OWNER)),
        {("owner_unmanaged", X)},
    ),
    Case(
        "one owner, and somebody's roles are hidden",
        _both(_owners(1), _join("x@example.com", entry={}, shown=False)),
        {("roles_unstated", X)},
    ),
    Case("one owner, and members on further pages", _both(_owners(1), _set(further_pages=frozenset({"members"})))),
    Case("no owner is seen", _set(members=[member("bo@example.com", VIEWER)], entries=[{**BO, **X_ENTRY}])),
    Case("five owners", _owners(5)),
    Case("six owners", _owners(6), {("too_many_owners", ORGANIZATION)}),
    # Grants against the definition
    Case("more than defined", _join("x@example.com", deployments("d1", "d2"), entry=X_ENTRY), EXCESS),
    Case("anything where nothing is defined", _join("x@example.com", VIEWER, entry={"role_assignments": {}}), EXCESS),
    Case(
        "more than defined, by invitation",
        _invite("x@example.com", deployments("d1", "d2"), entry=X_ENTRY),
        {("excess_grant", "invite:x@example.com")},
    ),
    Case(
        "less than defined",
        _join("x@example.com", VIEWER, entry={"role_assignments": deployments("d1", "d2")}),
        {("missing_grant", X)},
    ),
    Case(
        "less than defined, by invitation",
        _invite("x@example.com", VIEWER, entry={"role_assignments": deployments("d1", "d2")}),
        {("missing_grant", "invite:x@example.com")},
    ),
    Case("hidden roles", _join("x@example.com", entry=X_ENTRY, shown=False)),
    Case("roles are not stated", _join("x@example.com", VIEWER, entry={}), {("roles_unstated", X)}),
    Case(
        "roles are not stated, by invitation",
        _invite("x@example.com", VIEWER, entry={}),
        {("roles_unstated", "invite:x@example.com")},
    ),
    Case(
        "nothing is stated of who is not in",
        lambda world: world.defined({"email": "x@example.com"}),
        {("missing_member", "missing:x@example.com")},
    ),
    Case("an empty statement", _invite("x@example.com", entry={"role_assignments": {}})),
    Case(
        "a member with an invitation left over",
        _both(_join("x@example.com", VIEWER, entry=X_ENTRY), _invite("x@example.com", OWNER)),
    ),
    # People against the definition
    Case("unmanaged", _join("x@example.com", VIEWER), {("unmanaged_member", X)}),
    Case(
        "unmanaged, without an email", _join(None, VIEWER, user_id="id-x"), {("unmanaged_member", X), ("no_email", X)}
    ),
    Case("ignored", _join("x@ignored.example.com", VIEWER)),
    Case(
        "defined in other letters",
        _both(_join("x@example.com", VIEWER), lambda world: world.defined({"email": " X@EXAMPLE.COM", **X_ENTRY})),
    ),
    Case("without a definition", _both(_join("x@example.com", OWNER, VIEWER), _set(entries=None, ignore=[]))),
    Case("invited and unmanaged", _invite("x@example.com", VIEWER), {("unmanaged_invitation", "invite:x@example.com")}),
    Case("invited and ignored", _invite("x@ignored.example.com", VIEWER)),
    Case(
        "an invitation of nobody defined has expired",
        _invite("x@example.com", VIEWER, expired=True),
        {("invitation_expired", "invite:x@example.com")},
    ),
    Case(
        "defined and nowhere",
        lambda world: world.defined({"email": "x@example.com", **X_ENTRY}),
        {("missing_member", "missing:x@example.com")},
    ),
    Case(
        "defined and nowhere, with further pages",
        _both(
            lambda world: world.defined({"email": "x@example.com", **X_ENTRY}),
            _set(further_pages=frozenset({"members"})),
        ),
    ),
    Case(
        "defined and nowhere, with further invitations",
        _both(
            lambda world: world.defined({"email": "x@example.com", **X_ENTRY}),
            _set(further_pages=frozenset({"invitations"})),
        ),
    ),
    Case(
        "defined, and the invitation has expired",
        _invite("x@example.com", VIEWER, entry=X_ENTRY, expired=True),
        {("invitation_expired", "invite:x@example.com")},
    ),
    Case(
        "an invitation has expired, and another is pending",
        _both(
            _invite("x@example.com", VIEWER, entry=X_ENTRY), _invite("x@example.com", VIEWER, expired=True, created=2)
        ),
    ),
    Case(
        "an invitation has expired, with further pages",
        _both(
            _invite("x@example.com", VIEWER, entry=X_ENTRY, expired=True), _set(further_pages=frozenset({"members"}))
        ),
    ),
    Case(
        "ends within 30 days",
        _join("x@example.com", VIEWER, entry={**X_ENTRY, "until": "2026-07-15T12:00"}),
        {("until_soon", X)},
    ),
    Case("ends after 30 days", _join("x@example.com", VIEWER, entry={**X_ENTRY, "until": "2026-07-15T12:01"})),
    Case(
        "an invited person's entry ends",
        _invite("x@example.com", VIEWER, entry={**X_ENTRY, "until": "2026-06-20"}),
        {("until_soon", "invite:x@example.com")},
    ),
    Case(
        "the entry of somebody who is nowhere ends",
        lambda world: world.defined({"email": "x@example.com", "until": "2026-06-20", **X_ENTRY}),
        {("missing_member", "missing:x@example.com")},
    ),
    # From outside
    Case(
        "from outside, without an end",
        _join("x@example.org", VIEWER, entry=X_ENTRY),
        {("external_member", X), ("external_without_end", X)},
    ),
    Case(
        "from outside, with an end",
        _join("x@example.org", VIEWER, entry={**X_ENTRY, "until": LATER}),
        {("external_member", X)},
    ),
    Case("from outside, invited, with an end", _invite("x@example.org", VIEWER, entry={**X_ENTRY, "until": LATER})),
    Case(
        "from outside, and unmanaged", _join("x@example.org", VIEWER), {("external_member", X), ("unmanaged_member", X)}
    ),
    Case(
        "from outside, and ignored",
        _both(_join("x@example.org", VIEWER), _set(ignore=["*@example.org"])),
        {("external_member", X)},
    ),
    Case("from below an internal domain", _join("x@a.b.example.com", VIEWER, entry=X_ENTRY)),
    Case(
        "from what only ends like an internal domain",
        _join("x@badexample.com", VIEWER, entry={**X_ENTRY, "until": LATER}),
        {("external_member", X)},
    ),
    Case(
        "from below, where only the domain is internal",
        _both(
            _join("x@b.example.com", VIEWER, entry={**X_ENTRY, "until": LATER}), _with(internal_domains=["EXAMPLE.com"])
        ),
        {("external_member", X)},
    ),
    # What people hold
    Case(
        "admin of all", _join("x@example.com", ALL_ADMIN, entry={"role_assignments": ALL_ADMIN}), {("admin_of_all", X)}
    ),
    Case(
        "invited as admin of all",
        _invite("x@example.com", ALL_ADMIN, entry={"role_assignments": ALL_ADMIN}),
        {("admin_of_all", "invite:x@example.com")},
    ),
    *(
        Case(
            f"{role} of all {scope}",
            _join(
                "x@example.com",
                {"project": {scope: [{"role_id": role, "all": True}]}},
                entry={"role_assignments": {"project": {scope: [{"role_id": role, "all": True}]}}},
            ),
            {("admin_of_all", X)} if wide else set(),
        )
        for scope, role, wide in (
            ("elasticsearch", "developer", True),
            ("observability", "editor", True),
            ("security", "editor", True),
            ("security", "viewer", False),
            ("security", "detections-admin", False),
            ("security", "soc-manager", False),
        )
    ),
    Case(
        "admin of one",
        _join(
            "x@example.com",
            deployments("d1", role="admin"),
            entry={"role_assignments": deployments("d1", role="admin")},
        ),
    ),
    Case("an unknown field", _unknown_field, UNKNOWN),
    Case("an unknown scope", _unknown_scope, UNKNOWN),
    Case("an unknown role", _join("x@ignored.example.com", deployments("d1", role="boss")), UNKNOWN),
    Case(
        "an unknown role that is not defined",
        _join("x@example.com", deployments("d1", role="boss"), entry={"role_assignments": {}}),
        {*UNKNOWN, *EXCESS},
    ),
    Case(
        "a role whose ids nobody publishes",
        _join("x@ignored.example.com", {"project": {"vectordb": [{"role_id": "any", "project_ids": ["p"]}]}}),
    ),
    Case("no roles", _join("x@example.com", entry={"role_assignments": {}}), {("no_roles", X)}),
    Case("no roles, ignored", _join("x@ignored.example.com"), {("no_roles", X)}),
    Case(
        "an email that two share, one of them ignored by it",
        _both(_join("x@ignored.example.com", VIEWER), _join("x@ignored.example.com", VIEWER, user_id="y")),
        {("shared_email", X), ("shared_email", "user:y")},
    ),
    Case(
        "an email that two share, unmanaged and owners",
        _both(_join("x@example.com", OWNER), _join("X@example.com", OWNER, user_id="y")),
        {("shared_email", X), ("shared_email", "user:y")},
    ),
    Case(
        "gone from the list",
        _both(_join("x@example.com", VIEWER, entry=X_ENTRY), _set(names=listed("d2"))),
        {("dangling_resource", X)},
    ),
    Case("in the list", _both(_join("x@example.com", VIEWER, entry=X_ENTRY), _set(names=listed("d1")))),
    Case(
        "for all, whatever is listed",
        _both(_join("x@example.com", ALL_VIEWER, entry={"role_assignments": ALL_VIEWER}), _set(names=listed("d2"))),
    ),
    Case(
        "a list that was not read to its end",
        _both(
            _join("x@example.com", VIEWER, entry=X_ENTRY),
            _set(names=replace(listed("d2"), unread={("deployment",): "HTTP 403"})),
        ),
    ),
    Case(
        "a kind that has no list",
        _both(
            _join(
                "x@example.com",
                {"project": {"workplaceai": [{"role_id": "a", "project_ids": ["p"]}]}},
                entry={"role_assignments": {"project": {"workplaceai": [{"role_id": "a", "project_ids": ["p"]}]}}},
            ),
            _set(names=listed("d1")),
        ),
    ),
    Case(
        "invited to what is gone",
        _both(_invite("x@example.com", VIEWER, entry=X_ENTRY), _set(names=listed("d2"))),
        {("dangling_resource", "invite:x@example.com")},
    ),
    # API keys
    Case("a key of nobody", _key("k", VIEWER, ends=99 * DAY, user_id="nobody"), {("leavers_key", "k")}),
    Case("a key without a creator", _key("k", VIEWER, ends=99 * DAY, user_id=None)),
    Case(
        "a key of nobody who was seen",
        _both(_key("k", VIEWER, ends=99 * DAY, user_id="nobody"), _set(further_pages=frozenset({"members"}))),
    ),
    Case(
        "a key of somebody invited",
        _both(_key("k", VIEWER, ends=99 * DAY, user_id="id-x"), _invite("x@example.com", VIEWER, entry=X_ENTRY)),
        {("leavers_key", "k")},
    ),
    Case(
        "a key of somebody unwanted",
        _both(
            _key("k", VIEWER, ends=99 * DAY, user_id="id-x"), _join("x@example.com", VIEWER, entry={"state": "absent"})
        ),
        {("absent_still_there", X)},
    ),
    Case("an owner's key without an end", _key("k", OWNER), {("owner_key_without_end", "k")}),
    Case("an owner's key with an end", _key("k", OWNER, ends=99 * DAY), {("owner_key", "k")}),
    Case("a key without an end", _key("k", BILLING), {("key_without_end", "k")}),
    Case("a key with hidden roles and without an end", _key("k", roles_shown=False), {("key_without_end", "k")}),
    Case("a key that ends in 30 days", _key("k", VIEWER, ends=30 * DAY), {("key_ends_soon", "k")}),
    Case("a key that ends later", _key("k", VIEWER, ends=30 * DAY + dt.timedelta(minutes=1))),
    Case("a key that has ended", _key("k", OWNER, ends=-DAY, user_id="nobody")),
    Case("a key of another organization", _key("k", OWNER, organization_id="another", user_id="nobody")),
    Case("a key of no organization", _key("k", OWNER, organization_id=None), {("owner_key_without_end", "k")}),
    # Role mappings and single sign-on
    *(
        Case(f"ownership for {name}", _mapping(rule, OWNER), {("owner_mapping_for_anybody", "m")} if open_ else set())
        for name, rule, open_ in (
            ("any group", {"any": [{"group": "*"}]}, True),
            ("any email", {"any": [{"group": "admins"}, {"email": "*@*"}]}, True),
            ("any of both", {"all": [{"group": "**"}, {"email": "*@*.*"}]}, True),
            ("a group", {"any": [{"group": "admins"}]}, False),
            ("a domain", {"any": [{"email": "*@example.com"}]}, False),
            ("all of which one is somebody", {"all": [{"group": "*"}, {"group": "admins"}]}, False),
            ("all of which one is not known", {"all": [{"group": "*"}, {"planet": "mars"}]}, False),
            ("any of which one is not known", {"any": [{"group": "*"}, {"planet": "mars"}]}, True),
            ("nothing", {"all": []}, False),
        )
    ),
    Case("ownership for anybody, switched off", _mapping({"any": [{"group": "*"}]}, OWNER, enabled=False)),
    Case("less than ownership for anybody", _mapping({"any": [{"group": "*"}]}, BILLING)),
    Case("a mapping overwrites", _overwritten, OVERWRITES),
    Case(
        "a mapping overwrites, by a provider nobody could read",
        _both(_overwritten, _set(provider=None, unread={"identity_provider": "HTTP 403"})),
        OVERWRITES,
    ),
    Case(
        "a mapping overwrites, by a provider that does not say",
        _both(_overwritten, _set(provider=replace(PROVIDER, enabled=None))),
        OVERWRITES,
    ),
    Case(
        "a mapping overwrites those whose roles are hidden",
        _both(_overwritten, _set(domains=["sso.example.com"]), _join("x@sso.example.com", entry=X_ENTRY, shown=False)),
        OVERWRITES,
    ),
    Case(
        "a mapping overwrites those who share an email",
        _both(
            _overwritten,
            _set(domains=["sso.example.com"]),
            _join("x@sso.example.com", VIEWER, entry=X_ENTRY),
            _join("x@sso.example.com", VIEWER, user_id="y"),
        ),
        {*OVERWRITES, ("shared_email", X), ("shared_email", "user:y")},
    ),
    Case(
        "a mapping, and the provider is disabled", _both(_overwritten, _set(provider=replace(PROVIDER, enabled=False)))
    ),
    Case("a mapping, and no provider", _both(_overwritten, _set(provider=None))),
    Case(
        "a mapping that is disabled",
        _both(_overwritten, lambda world: _set(mappings=[replace((world.mappings or [])[0], enabled=False)])(world)),
    ),
    Case("a mapping, and nobody of the domain", _both(_overwritten, _set(domains=["example.net"]))),
    Case("a mapping, and no domain", _both(_overwritten, _set(domains=[]))),
    Case(
        "a mapping, and domains nobody could read",
        _both(_overwritten, _set(domains=None, unread={"domains": "HTTP 403"})),
    ),
    Case(
        "a mapping for ignored people",
        _both(_overwritten, _set(domains=["ignored.example.com"]), _join("x@ignored.example.com", VIEWER)),
    ),
    Case(
        "a mapping for people of whom nothing is stated",
        _both(_overwritten, _set(domains=["sso.example.com"]), _join("x@sso.example.com", VIEWER, entry={})),
        {("roles_unstated", X)},
    ),
    Case("a mapping for somebody below a claimed domain", _both(_overwritten, _set(domains=["ample.com"]))),
    Case(
        "nobody is made to use single sign-on",
        _set(provider=PROVIDER, description={"id": ORGANIZATION, "enforce_authentication_method": None}),
        {("sso_not_enforced", ORGANIZATION)},
    ),
    Case(
        "everybody is made to use single sign-on",
        _set(provider=PROVIDER, description={"id": ORGANIZATION, "enforce_authentication_method": "sso"}),
    ),
    Case("it is not told whether single sign-on is enforced", _set(provider=PROVIDER)),
    Case(
        "no provider, nothing enforced", _set(description={"id": ORGANIZATION, "enforce_authentication_method": None})
    ),
    Case(
        "a disabled provider, nothing enforced",
        _set(
            provider=replace(PROVIDER, enabled=False),
            description={"id": ORGANIZATION, "enforce_authentication_method": None},
        ),
    ),
    # Decisions
    *(
        Case(
            f"{what}, {days} days ago",
            _both(
                _join("x@example.com", VIEWER, entry=X_ENTRY),
                _key("k", VIEWER, ends=99 * DAY),
                _mapping({"any": [{"group": "g"}]}, VIEWER),
                _set(decisions=attested(one, days=days)),
            ),
            {("decision_not_carried_out", one.key)} if days > 14 and "there" in what else set(),
        )
        for what, one in (
            ("a grant is there", revoked_grant(X, VIEW_D1)),
            ("a grant is gone", revoked_grant("user:id-bo", VIEW_D1)),
            ("a key is there", Revoked("r", "api_key", "k", "k")),
            ("a key is gone", Revoked("r", "api_key", "gone", "gone")),
            ("a mapping is there", Revoked("r", "role_mapping", "m", "m")),
            ("a mapping is gone", Revoked("r", "role_mapping", "gone", "gone")),
            ("a member is there", Revoked("r", "person", X, "x")),
            ("a member is gone", Revoked("r", "person", "user:gone", "gone")),
        )
        for days in (14, 15)
    ),
    Case(
        "an invitation was to be revoked and was accepted",
        _both(
            _join("x@example.com", VIEWER, entry=X_ENTRY),
            _set(decisions=attested(revoked_grant("invite:x@example.com", VIEW_D1))),
        ),
        {("decision_not_carried_out", X)},
    ),
    Case(
        "a grant was to be revoked, and roles are hidden",
        _both(_join("x@example.com", entry=X_ENTRY, shown=False), _set(decisions=attested(revoked_grant(X, VIEW_D1)))),
    ),
    Case(
        "a key was to be revoked, and keys could not be read",
        _set(keys=None, unread={"api_keys": "HTTP 403"}, decisions=attested(Revoked("r", "api_key", "k", "k"))),
    ),
    # A definition with faults
    Case(
        "a definition with faults",
        _both(
            _join("x@example.com", OWNER, VIEWER),
            _join("y@ignored.example.com", OWNER),
            lambda world: world.defined({"email": "no address"}),
        ),
    ),
)
