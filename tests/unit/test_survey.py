# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The definition that describes an organization: it changes nothing, runs nothing, and nobody can switch it off."""

from __future__ import annotations

import json
import typing as t
from collections import Counter

import pytest
from hypothesis import assume, given

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import from_reply
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Selection,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import parse_team
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.describe import describe_team, with_groups
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Plan, Rules, make_plan
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    NOW,
    ORGANIZATION,
    OWNER,
    TEMPLATES,
    UNSAFE,
    deployments,
    invitation,
    member,
    people,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import hostile_organizations

BOSS = member("boss@example.com", OWNER)
BOSS_STAYS = {"email": "boss@example.com", "role_assignments": OWNER}
each_unsafe_text = pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)


def holding(assignments: dict[str, t.Any], email: str | None = "eve@example.com", user_id: str = "id-eve") -> Member:
    """A member, with role assignments as the service has them."""
    return Member(user_id, email, None, None, from_reply(assignments, ORGANIZATION) or frozenset())


def invited(email: str, assignments: dict[str, t.Any], *, expired: bool = False, created: int = 1) -> Invitation:
    """An invitation, with role assignments as the service has them."""
    grants = from_reply(assignments, ORGANIZATION) or frozenset()
    return Invitation(email, f"token{created}", f"2026-05-{created:02}", None, expired, grants)


def described(*everybody: Member | Invitation) -> tuple[dict[str, t.Any], str]:
    """The definition of an organization, the boss aside, and its one warning, or none."""
    team, warnings = describe_team(people(BOSS, *everybody))
    assert team
    assert BOSS_STAYS in team["members"]
    assert all(warning.isprintable() for warning in warnings)
    return team | {"members": [one for one in team["members"] if one != BOSS_STAYS]}, "".join(warnings)


def withheld(*everybody: Member | Invitation) -> str:
    """The one warning that there is instead of a definition."""
    team, (warning,) = describe_team(people(*everybody))
    assert team is None
    assert "No team is returned" in warning
    assert warning.isprintable()
    return warning


def applied(team: dict[str, t.Any], there: People) -> tuple[Plan, list[str]]:
    """The plan that a definition leads to, with purge, and warnings."""
    findings = Findings()
    desired = parse_team(team["members"], {}, ORGANIZATION, NOW, findings)
    rules = Rules(purge=True, ignore=Selection.from_input(team["ignore"], "ignore", findings))
    findings.check()
    plan = make_plan(desired, there, rules, findings)
    findings.check()
    return plan, findings.warnings


@given(there=hostile_organizations())
def test_applied_with_purge_it_changes_nothing_but_expired_invitations(there: People) -> None:
    team, _warnings = describe_team(there)
    assume(team)
    assert team
    plan, _warnings = applied(team, there)
    for action in plan.actions:
        assert action.action == "uninvite"
        assert all(one.expired for one in action.invitations)
    assert not plan.unmanaged or all(not one.email for one in plan.unmanaged)
    assert [mark for mark in ("{{", "{%", "{#", "#jinja2:") if mark in json.dumps(team)] == []


@given(there=hostile_organizations())
def test_everybody_is_in_it_once(there: People) -> None:
    team, _warnings = describe_team(there)
    assume(team)
    assert team
    emails = [entry["email"].strip().lower() for entry in team["members"]]
    assert len(set(emails)) == len(emails)
    for one in there.members.values():
        assert (one.user_id in team["ignore"]) != ((one.email or "").strip().lower() in emails)


@each_unsafe_text
@pytest.mark.parametrize(
    "block",
    [
        lambda text: {"role_id": text, "all": True},
        lambda text: {"role_id": "deployment-viewer", "deployment_ids": ["a", text]},
        lambda text: {"role_id": "deployment-viewer", "all": True, "application_roles": ["x", text]},
    ],
    ids=["role id", "id", "application role"],
)
def test_whoever_has_an_unsafe_text_in_their_roles_is_ignored_and_named(
    text: str, block: t.Callable[[str], dict[str, t.Any]]
) -> None:
    team, warning = described(holding({"deployment": [block(text)]}))
    assert team == {"members": [], "ignore": ["id-eve"]}
    assert warning.startswith("eve@example.com (user id id-eve): in team.ignore")
    assert what_is_unsafe(text) in warning


@each_unsafe_text
def test_whoever_has_an_unsafe_email_is_ignored_and_named(text: str) -> None:
    team, warning = described(holding(BILLING, f"{text}@example.com"))
    assert team == {"members": [], "ignore": ["id-eve"]}
    assert "(user id id-eve): in team.ignore" in warning
    assert what_is_unsafe(f"{text}@example.com") in warning


@pytest.mark.parametrize(
    ("roles", "why"),
    [
        ({"moon_base": [{"role_id": "astronaut"}]}, "does not know moon_base"),
        ({"project": {"search": [{"role_id": "viewer", "all": True}]}}, "does not know project.search"),
        ({"deployment": [{"role_id": "viewer", "deployment_tags": ["a"]}]}, "does not know deployment"),
        ({"deployment": ["viewer"]}, "does not know deployment"),
        ({"deployment": [*deployments("a")["deployment"], *deployments("a", roles=[])["deployment"]]},
         "different application roles: deployment-viewer on deployment a, deployment-viewer on deployment a ("),
        ({"deployment": [{"role_id": " ", "all": True}]}, "role_id must be a non-empty string"),
        ({"deployment": [{"role_id": "viewer", "deployment_ids": [""]}]}, "deployment_ids must be a list of strings"),
    ],
    ids=["scope", "project type", "resource", "no block", "application roles", "blank role", "blank id"],
)  # fmt: skip
def test_whoever_has_roles_that_no_entry_describes_is_ignored_and_named(roles: dict[str, t.Any], why: str) -> None:
    team, warning = described(holding(roles))
    assert team == {"members": [], "ignore": ["id-eve"]}
    assert "eve@example.com (user id id-eve)" in warning
    assert why in warning


@pytest.mark.parametrize("email", [None, "", " ", "nobody", "a,b@example.com", "\u202eeve@example.com"])
def test_whoever_has_no_email_that_can_be_written_is_ignored_and_named(email: str | None) -> None:
    team, warning = described(holding(BILLING, email))
    assert team == {"members": [], "ignore": ["id-eve"]}
    assert "user id id-eve" in warning


def test_all_who_share_an_email_are_ignored_and_named() -> None:
    team, warning = described(holding(BILLING, "a@b", "1"), holding(BILLING, "A@b", "2"), member("dev@example.com"))
    assert [one["email"] for one in team["members"]] == ["dev@example.com"]
    assert team["ignore"] == ["1", "2"]
    assert "a@b (user id 1), A@b (user id 2): " in warning


def test_a_field_that_is_not_known_is_left_out_and_told_once() -> None:
    roles = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["a", "b"], "ends{{x": TEMPLATES}]}
    team, warning = described(holding(roles, "eve@example.com", "1"), holding(roles, "dev@example.com", "2"))
    assert [one["role_assignments"] for one in team["members"]] == [deployments("a", "b")] * 2
    assert team["ignore"] == []
    assert warning.startswith("dev@example.com, eve@example.com: the field 'ends{{x'")


def test_white_space_around_an_email_is_left_out() -> None:
    assert described(holding({}, " eve@example.com\n"))[0]["members"][0]["email"] == "eve@example.com"


@each_unsafe_text
def test_an_invitation_that_cannot_be_described_is_told_to_be_revoked(text: str) -> None:
    said = withheld(BOSS, invited(f"{text}@example.com", {}))
    assert what_is_unsafe(f"{text}@example.com") in said
    assert "Revoke it in the console" in said
    roles = {"deployment": [{"role_id": "viewer", "all": True, "application_roles": [text]}]}
    assert withheld(BOSS, invited("eve@example.com", roles)).startswith("eve@example.com: ")
    assert described(invited(f"{text}@example.com", roles, expired=True))[0] == {"members": [], "ignore": []}


def test_invitations_that_differ_cannot_be_described() -> None:
    assert "several invitations with different roles" in withheld(
        BOSS, invitation("eve@example.com", OWNER), invitation("eve@example.com", created=2)
    )


@each_unsafe_text
def test_a_user_id_that_cannot_stand_in_ignore_is_told(text: str) -> None:
    assert "neither an entry nor ignore" in withheld(BOSS, holding(BILLING, None, text))


@pytest.mark.parametrize("user_id", ["", " ", " a", "*", "*@example.com", "eve@example.com"])
def test_a_user_id_that_means_somebody_else_in_ignore_is_told(user_id: str) -> None:
    assert "neither an entry nor ignore" in withheld(BOSS, holding(BILLING, "{{x}}@example.com", user_id))


def test_without_anybody_to_name_there_is_no_definition() -> None:
    assert "nobody is left" in withheld(holding(OWNER, "{{x}}@example.com"))


def test_a_key_that_sees_no_owner_gets_none() -> None:
    assert "sees no organization owner" in withheld(member("ana@example.com"))


# --- Groups


@given(there=hostile_organizations())
def test_proposed_groups_give_everybody_what_they_have(there: People) -> None:
    team, _warnings = describe_team(there)
    assume(team)
    assert team
    grouped = with_groups(team)
    findings = Findings()
    plain, found = (
        parse_team(one["members"], one.get("groups", {}), ORGANIZATION, NOW, findings) for one in (team, grouped)
    )
    findings.check()
    assert [(one.email, one.grants) for one in found] == [(one.email, one.grants) for one in plain]
    assert grouped["ignore"] == team["ignore"]
    used = Counter(name for entry in grouped["members"] for name in entry.get("groups", []))
    assert used.keys() == grouped["groups"].keys()
    assert all(holders > 1 for holders in used.values())
    alike = Counter(json.dumps(entry["role_assignments"]) for entry in grouped["members"] if "groups" not in entry)
    assert all(holders == 1 or access == "{}" for access, holders in alike.items())


def test_a_group_is_named_after_what_it_gives() -> None:
    one = deployments("8d2b0e4f6a1c3e5b7d9f0a2c4e6b8d1f", roles=["my role", "x"])
    both = {**OWNER, **deployments("a", "b")}
    wide = {"project": {kind: [{"role_id": f"{kind}-viewer", "all": True}] for kind in ("observability", "security")}}
    several = {**wide, **both, "cloud_connected_resource": [{"role_id": "cloud-connected-admin", "all": True}]}
    everybody = [
        holding(assignments, f"{name}{number}@example.com", f"{name}{number}")
        for name, assignments in (("one", one), ("both", both), ("wide", wide), ("several", several))
        for number in range(2)
    ]
    team, _warnings = described(*everybody)
    assert list(with_groups(team)["groups"]) == [
        "deployment-viewer-of-8d2b0e4f-as-my-role-x",
        "observability-viewer-and-security-viewer",
        "organization-admin-and-deployment-viewer-of-2",
        "organization-admin-and-deployment-viewer-of-2-and-cloud-connected-admin-and-2-more",
    ]


def test_groups_of_one_name_are_told_apart() -> None:
    twins = [
        holding(deployments(id_), f"{id_}{number}@example.com", f"{id_}{number}")
        for id_ in ("8d2b0e4f1", "8d2b0e4f2")
        for number in range(2)
    ]
    team, _warnings = described(*twins)
    assert list(with_groups(team)["groups"]) == ["deployment-viewer-of-8d2b0e4f", "deployment-viewer-of-8d2b0e4f-2"]
