# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Organizations, what they should be like, and the requests that it takes: the same for all that is measured.

Everything is made up from numbers, so that two runs of the benchmark work on the same people.
"""

from __future__ import annotations

import typing as t
from collections.abc import Iterable
from dataclasses import dataclass, replace

ORGANIZATION = "1402593716"
KEY = "0123456789abcdef0123456789abcdef"  # of the emulator, which alone knows it

# Of an identity provider that nobody asks; for a private key that nobody has.
CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBHjCBxKADAgECAhRscyeHJu6RYx4b7t1f/CYoD+MsLzAKBggqhkjOPQQDAjAO
MQwwCgYDVQQDDANpZHAwIBcNMjAwMTAxMDAwMDAwWhgPMjEwMDAxMDEwMDAwMDBa
MA4xDDAKBgNVBAMMA2lkcDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABDw9LxnW
7Ok2mQ1ah7wt5I/ERaZvU+HDmgN05FzO+Q9IMftGSSA8u0t4cdDsc26V75mcioRL
7flFRSK6zNGUgGAwCgYIKoZIzj0EAwIDSQAwRgIhAJ04/Bch1b2xkJv7xywWuCom
Vs7cy7mHpQLMl3icWHylAiEAiN+t8SaaTjujXGN/gm96YdZyjsdEjRUcO2xc8Og7
oy4=
-----END CERTIFICATE-----
"""

Json = dict[str, t.Any]


class Request(t.NamedTuple):
    """A request that has to be made; status: what the service answers."""

    method: str
    path: str
    body: Json | None = None
    status: int = 200


READS = [
    Request("GET", f"/api/v1/organizations/{ORGANIZATION}/members"),
    Request("GET", f"/api/v1/organizations/{ORGANIZATION}/invitations"),
]


@dataclass(frozen=True)
class Case:
    """An organization, and what is to be done in it.

    state: what the emulator begins with; members, groups: the definition; people: whom a loop over `org_member` goes
    through, only those who change where anybody does; steps: the requests that change something, one person at a time;
    stages: the same in as few as possible, the requests of a stage side by side.
    """

    name: str
    state: Json
    members: list[Json]
    groups: Json
    people: list[Json]
    steps: list[Request]
    stages: list[list[Request]]


def _id(number: int) -> str:
    return f"{number:032x}"


OWNERS = {"organization": [{"role_id": "organization-admin"}]}
# Seven sets of roles without a grant in common, so that to change somebody's group is one request to add and one to
# take away.
GROUPS: Json = {
    "billing": {"organization": [{"role_id": "billing-admin"}]},
    "support": {"deployment": [{"role_id": "deployment-viewer", "all": True}]},
    "developers": {
        "deployment": [{"role_id": "deployment-editor", "deployment_ids": [_id(1), _id(2), _id(3)]}],
        "project": {"observability": [{"role_id": "observability-viewer", "all": True}]},
    },
    "search": {"project": {"elasticsearch": [{"role_id": "elasticsearch-developer", "project_ids": [_id(4), _id(5)]}]}},
    "security": {"project": {"security": [{"role_id": "security-t1-analyst", "all": True}]}},
    "watch": {"project": {"observability": [{"role_id": "observability-editor", "project_ids": [_id(6)]}]}},
    "clusters": {"cloud_connected_resource": [{"role_id": "cloud-connected-viewer", "all": True}]},
}
NAMES = list(GROUPS)


def nothing(people: int) -> Case:
    """All is as it should be: two in a hundred are invited, one in ten has a role of their own beside the group's."""
    return case_of(f"nothing to do, {people:,} people", settled=people)


def onboarding(people: int) -> Case:
    """People with seven sets of roles are invited to an organization of 100."""
    return case_of(f"onboarding {people}", settled=100, new=people)


def changing(people: int) -> Case:
    """Members change groups, in an organization of 300."""
    return case_of(f"changing the roles of {people}", settled=300 - people, moved=people)


def week(quarters: int = 4) -> Case:
    """A bit of everything, in an organization of about 300; the number is how much of a week it is."""
    name = "a mixed week" if quarters == 4 else f"{quarters}/4 of a mixed week"
    counts = {"new": 3, "expired": 1, "moved": 3, "leaving": 1, "revoked": 1}
    return case_of(name, settled=300 - 9 * quarters, **{kind: number * quarters for kind, number in counts.items()})


def large(people: int) -> Case:
    """For planning alone: one in ten has to be changed somehow, the others are as they should be."""
    hundredth = people // 100
    counts = {"new": 4 * hundredth, "moved": 4 * hundredth, "leaving": hundredth, "revoked": hundredth}
    return case_of(f"planning for {people:,} people", settled=people - 10 * hundredth, **counts)


def diff(people: int) -> Case:
    """So many members change groups, and are shown with what they had and what they get."""
    return case_of(f"a diff of {people:,} changes", settled=1, moved=people)


def reviewed(people: int, each: int = 5) -> Case:
    """People with so many grants each, on single deployments: two of them owners, and one in a hundred not defined."""
    teams = {
        f"team-{one:02}": _viewer(_id(2000 + one * each + position) for position in range(each)) for one in range(40)
    }
    owners = {**OWNERS, **_viewer(_id(2000 + position) for position in range(each - 1))}
    everybody = [_Person(number, "settled") for number in range(people)]
    group = {one.email: "owners" if one.number < 2 else f"team-{one.number % 40:02}" for one in everybody}
    groups = {"owners": owners, **teams}
    members = [
        {"email": one.email, "user_id": one.user_id, "role_assignments": groups[group[one.email]]} for one in everybody
    ]
    deployments = [
        {"scope": "deployment", "id": _id(2000 + one), "name": f"deployment {one}"} for one in range(40 * each)
    ]
    organization = {"id": ORGANIZATION, "name": "acme", "members": members, "resources": deployments}
    return Case(
        name=f"{people:,} people with {people * each:,} grants",
        state={"organizations": [organization], "keys": [{"organizations": [ORGANIZATION], "secret": KEY}]},
        members=[{"email": one.email, "groups": [group[one.email]]} for one in everybody if one.number % 100 != 99],
        groups=groups,
        people=[],
        steps=[],
        stages=[],
    )


def _viewer(deployments: Iterable[str]) -> Json:
    return {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": list(deployments)}]}


def keys(number: int) -> Case:
    """Two people have made so many API keys; nothing is to do for the one that is looked at."""
    case = case_of(f"{number:,} API keys", settled=100)
    makers = [person["email"] for person in case.state["organizations"][0]["members"][:2]]
    return _with_keys(case, [makers[one % 2] for one in range(number - 1)])


def leaving(people: int, leavers: int, each: int = 3) -> Case:
    """Of so many people some leave, who have made some API keys each."""
    case = case_of(
        f"{leavers} of {people:,} people leave with {each} API keys each", settled=people - leavers, leaving=leavers
    )
    makers = [one["email"] for one in case.members if one.get("state") == "absent"]
    return _with_keys(case, makers * each)


def _with_keys(case: Case, makers: list[str]) -> Case:
    """Return a case in which these people have made an API key each, beside the one in use."""
    made = [
        {"organizations": [ORGANIZATION], "name": f"key {one}", "email": email, "role_assignments": GROUPS["support"]}
        for one, email in enumerate(makers)
    ]
    return replace(case, state={**case.state, "keys": [*case.state["keys"], *made]})


def many(number: int) -> tuple[Json, dict[str, Json]]:
    """Return a state with so many organizations of five people, and for each the variables of its host: all is as it
    should be.
    """
    organizations, hosts = [], {}
    groups = {"owners": OWNERS, **GROUPS}
    for one in range(number):
        people = {f"person.{one:04}.{position}@example.com": name for position, name in enumerate([*groups][:5])}
        members = [
            {"email": email, "user_id": str(3_000_000_000 + 10 * one + position), "role_assignments": groups[name]}
            for position, (email, name) in enumerate(people.items())
        ]
        organizations.append({"id": str(1_000_000_000 + one), "name": f"acme-{one:04}", "members": members})
        hosts[f"acme-{one:04}"] = {
            "org_team_organization_id": organizations[-1]["id"],
            "org_team_members": [{"email": email, "groups": [name]} for email, name in people.items()],
            "org_team_groups": groups,
        }
    keys = [{"organizations": [one["id"] for one in organizations], "secret": KEY}]
    return {"organizations": organizations, "keys": keys}, hosts


def mapped(number: int) -> tuple[Json, Json]:
    """Return a state with an identity provider and the mapping for owners, and the variables of its host, with so many
    mappings more.
    """
    provider = {
        "enabled": True,
        "login_identifier_prefix": "acme",
        "saml_idp": {
            "issuer": "https://idp.example.com/metadata",
            "sso_url": "https://idp.example.com/sso",
            "public_certificate": [CERTIFICATE],
        },
    }
    owners = {"any": [{"group": "owners"}]}
    sso = {
        "domains": ["example.com"],
        "provider": provider,
        "role_mappings": [{"name": "owners", "rule": owners, "role_assignments": OWNERS}],
    }
    owner = {"email": "person.000000@example.com", "user_id": "3000000000", "role_assignments": OWNERS}
    organization = {"id": ORGANIZATION, "name": "acme", "members": [owner], "single_sign_on": sso}
    mappings = [
        {"name": f"mapping {one:03}", "any": [{"group": f"group-{one:03}"}], "groups": [NAMES[one % len(NAMES)]]}
        for one in range(number)
    ]
    variables = {
        "org_team_organization_id": ORGANIZATION,
        "org_team_groups": {"owners": OWNERS, **GROUPS},
        "org_sso_role_mappings": [{"name": "owners", **owners, "groups": ["owners"]}, *mappings],
    }
    return {"organizations": [organization], "keys": [{"organizations": [ORGANIZATION], "secret": KEY}]}, variables


def replies(case: Case) -> list[Json]:
    """Return how the service would answer the reads at the beginning."""
    organization = case.state["organizations"][0]
    member = {"member_since": "2026-01-02T03:04:05Z", "name": "Somebody", "organization_id": ORGANIZATION}
    invitation = {"created_at": "2026-01-02T03:04:05Z", "expires_at": "2026-01-05T03:04:05Z"}
    return [
        {kind: [{**more, **one, "role_assignments": _body(one["role_assignments"])} for one in organization[kind]]}
        for kind, more in (("members", member), ("invitations", invitation))
    ]


def case_of(name: str, **counts: int) -> Case:
    """Return a case with so many people of each kind: settled, new, expired, moved, leaving, revoked."""
    kinds = [kind for kind, count in counts.items() for _number in range(count)]
    everybody = [_Person(number, kind) for number, kind in enumerate(kinds)]
    changing = [person for person in everybody if person.kind != "settled"]
    return Case(
        name=name,
        state={
            "organizations": [
                {
                    "id": ORGANIZATION,
                    "name": "acme",
                    "members": [person.as_member() for person in everybody if person.is_member],
                    "invitations": [person.as_invitation() for person in everybody if person.is_invited],
                }
            ],
            "keys": [{"organizations": [ORGANIZATION], "secret": KEY}],
        },
        members=[person.entry() for person in everybody],
        groups={"owners": OWNERS, **GROUPS},
        people=[person.alone() for person in changing or everybody],
        steps=[step for person in changing for step in person.steps()],
        stages=_stages(changing),
    )


@dataclass(frozen=True)
class _Person:
    number: int
    kind: str

    @property
    def email(self) -> str:
        return f"person.{self.number:06}@example.com"

    @property
    def user_id(self) -> str:
        return str(3_000_000_000 + self.number)

    @property
    def token(self) -> str:
        return f"{self.number:064x}"

    @property
    def is_invited(self) -> bool:
        return self.kind in ("expired", "revoked") or (self.kind == "settled" and self.number % 50 == 49)

    @property
    def is_member(self) -> bool:
        return self.kind != "new" and not self.is_invited

    @property
    def group(self) -> str:
        """Where the person should be."""
        return NAMES[self.number % len(NAMES)] if self.number else "owners"

    @property
    def former_group(self) -> str:
        return NAMES[(self.number + 1) % len(NAMES)] if self.kind == "moved" else self.group

    @property
    def own(self) -> Json | None:
        if self.kind != "settled" or self.number % 10 != 3:
            return None
        return {"deployment": [{"role_id": "deployment-admin", "deployment_ids": [_id(1000 + self.number % 200)]}]}

    def roles(self, group: str) -> Json:
        roles = (GROUPS | {"owners": OWNERS})[group]
        if not self.own:
            return dict(roles)
        return {**roles, "deployment": [*roles.get("deployment", []), *self.own["deployment"]]}

    def as_member(self) -> Json:
        return {"email": self.email, "user_id": self.user_id, "role_assignments": self.roles(self.former_group)}

    def as_invitation(self) -> Json:
        return {
            "email": self.email,
            "token": self.token,
            "role_assignments": self.roles(self.group),
            "expired": self.kind == "expired",
        }

    @property
    def stays(self) -> bool:
        return self.kind not in ("leaving", "revoked")

    def entry(self) -> Json:
        """Return the entry of the definition."""
        if not self.stays:
            return {"email": self.email, "state": "absent"}
        return {"email": self.email, "groups": [self.group], **({"role_assignments": self.own} if self.own else {})}

    def alone(self) -> Json:
        """Return the options of `org_member`."""
        if not self.stays:
            return {"email": self.email, "state": "absent"}
        return {"email": self.email, "state": "present", "role_assignments": self.roles(self.group)}

    def steps(self) -> list[Request]:
        """Return the requests for this person alone, as somebody would make them who knows what is to be done."""
        invite = _invite([self])
        return {
            "new": [invite],
            "expired": [_uninvite([self]), invite],
            "moved": [self.change("POST", self.group), self.change("DELETE", self.former_group)],
            "leaving": [_remove([self])],
            "revoked": [_uninvite([self])],
        }[self.kind]

    def change(self, method: str, group: str) -> Request:
        return Request(method, f"/api/v1/users/{self.user_id}/role_assignments", _body(self.roles(group)))


def _stages(people: Iterable[_Person]) -> list[list[Request]]:
    """Return the requests that it takes with everybody at once.

    That the service refuses to invite somebody with an expired invitation is not known before it was tried.
    """
    of = {
        kind: [one for one in people if one.kind == kind] for kind in ("new", "expired", "moved", "leaving", "revoked")
    }
    again = [_invite(some) for some in _alike(of["expired"])]
    stages = [
        [
            *(_invite(some) for some in _alike(of["new"])),
            *(request._replace(status=400) for request in again),
            *(one.change("POST", one.group) for one in of["moved"]),
        ],
        [_uninvite(of["expired"])] if again else [],
        again,
        [
            *(one.change("DELETE", one.former_group) for one in of["moved"]),
            *([_uninvite(of["revoked"])] if of["revoked"] else []),
        ],
        [_remove(of["leaving"])] if of["leaving"] else [],
    ]
    return [stage for stage in stages if stage]


def _alike(people: list[_Person]) -> list[list[_Person]]:
    """Return people by group, a hundred at a time."""
    groups = [[one for one in people if one.group == name] for name in NAMES]
    return [group[start : start + 100] for group in groups for start in range(0, len(group), 100)]


def _invite(people: list[_Person]) -> Request:
    body = {"emails": [one.email for one in people], "role_assignments": _body(people[0].roles(people[0].group))}
    return Request("POST", f"/api/v1/organizations/{ORGANIZATION}/invitations", body, 201)


def _uninvite(people: list[_Person]) -> Request:
    tokens = ",".join(one.token for one in people)
    return Request("DELETE", f"/api/v1/organizations/{ORGANIZATION}/invitations/{tokens}")


def _remove(people: list[_Person]) -> Request:
    user_ids = ",".join(one.user_id for one in people)
    return Request("DELETE", f"/api/v1/organizations/{ORGANIZATION}/members/{user_ids}")


def _body(roles: Json) -> Json:
    """Return role assignments as the API wants them: with the organization's id, and `all` where ids may stand."""

    def block(scope: str, one: Json) -> Json:
        everything = {} if scope == "organization" else {"all": one.get("all", False)}
        return {**one, "organization_id": ORGANIZATION, **everything}

    return {
        scope: _body(inner) if isinstance(inner, dict) else [block(scope, one) for one in inner]
        for scope, inner in roles.items()
    }
