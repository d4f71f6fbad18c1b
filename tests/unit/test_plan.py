# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Plans lead where they should and take nothing away too early; guards refuse what they should, and nothing else."""

from __future__ import annotations

import itertools
import typing as t
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING, Grants, is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import (
    Invitation,
    Member,
    People,
    Selection,
    email_key,
)
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, GuardError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.definition import Desired
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.guards import Guards, check_guards
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team.plan import Action, Plan, Rules, make_plan
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import (
    BILLING,
    OWNER,
    deployments,
    desired,
    grants,
    invitation,
    member,
    people,
    plan_for,
    planning,
    steps,
    unknown,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.strategies import (
    NAMES,
    Definition,
    definitions,
    organizations,
)

ANA, BO, CLEO, DEV = "ana@example.com", "bo@example.com", "cleo@example.com", "dev@example.com"
BOSS = member("boss@example.com", OWNER)
BOSS_STAYS: dict[str, t.Any] = {"email": "boss@example.com"}


# --- A stand-in for the service: nothing but people


def carried_out(plan: Plan, there: People) -> t.Iterator[People]:
    """Yield the organization after each action of a plan."""
    members, invitations = dict(there.members), list(there.invitations)
    for action in plan.actions:
        if action.action in ("reinvite", "uninvite"):
            invitations = [one for one in invitations if one not in action.invitations]
        if action.action in ("invite", "reinvite"):
            invitations.append(
                Invitation(action.email or "", "new", "2026-06-15", None, False, action.after or NOTHING)
            )
        if action.action == "update":
            held = members[action.user_id or ""]
            members[held.user_id] = replace(held, grants=(held.grants | action.added) - action.taken)
        if action.action == "remove":
            del members[action.user_id or ""]
        yield People(members.values(), invitations)


def outcome(plan: Plan, there: People) -> People:
    """The organization after a plan."""
    return [there, *carried_out(plan, there)][-1]


def planned(definition: Definition, there: People, **rules: t.Any) -> Plan:
    """The plan for a definition that hypothesis has drawn."""
    entries = desired(*definition.members, groups=definition.groups)
    findings = Findings()
    plan = make_plan(entries, there, Rules(**rules), findings)
    findings.check()
    return plan


def standing(there: People, name: str) -> tuple[list[Member], list[Invitation]]:
    """Whether somebody is a member, and their invitations."""
    email = f"{name}@example.com"
    return there.find(email).members, there.find(email).invitations


def known(some: Grants) -> Grants:
    """Grants without those that hold something unknown."""
    return frozenset(grant for grant in some if grant.understood)


WITH_RULES = {
    "definition": definitions(),
    "purge": st.booleans(),
    "resend": st.sampled_from(["when_expired", "when_changed"]),
    "ignored": st.frozensets(st.sampled_from(NAMES), max_size=2),
}


# --- What holds for any organization and any definition


@given(there=organizations(strange=True), **WITH_RULES)
def test_a_plan_carried_out_gives_what_was_defined(
    there: People, definition: Definition, purge: bool, resend: str, ignored: frozenset[str]
) -> None:
    ignore = Selection(f"{name}@example.com" for name in ignored)
    after = outcome(planned(definition, there, purge=purge, resend=resend, ignore=ignore), there)
    for name in NAMES:
        (members, invitations), (members_before, before) = standing(after, name), standing(there, name)
        named = name in definition.present or name in definition.absent  # which outweighs the ignored
        if not named and (name in ignored or not purge):
            assert (members, invitations) == (members_before, before)
        elif name not in definition.present:
            assert (members, invitations) == ([], [])
        else:
            wanted = definition.present[name]
            assert len(members) == len(members_before)
            if members:
                held = members_before[0].grants
                assert known(members[0].grants) - (wanted or NOTHING) == (
                    NOTHING if wanted is not None else known(held)
                )
                assert held - known(held) <= members[0].grants
                # A grant with an unknown field stands for the one without.
                lacking = (wanted or NOTHING) - members[0].grants
                assert {unknown(grant) for grant in lacking} <= members[0].grants
                assert invitations == before
            elif resend == "when_changed" and before and all(one.expired for one in before):
                assert invitations == before
            else:
                assert not invitations[0].expired
                lacking = (wanted or NOTHING) - invitations[0].grants
                assert {unknown(grant) for grant in lacking} <= invitations[0].grants
                if wanted is not None:
                    assert known(invitations[0].grants) <= wanted
                elif before:  # an invitation that is sent again loses the fields that are not known
                    held, now = ({grant.known_part for grant in one[0].grants} for one in (before, invitations))
                    assert now == held
    assert after.members.get("id-nobody") == there.members.get("id-nobody")


@given(there=organizations(strange=True), **WITH_RULES)
def test_a_plan_carried_out_leaves_nothing_to_plan(
    there: People, definition: Definition, purge: bool, resend: str, ignored: frozenset[str]
) -> None:
    rules = {"purge": purge, "resend": resend, "ignore": Selection(f"{name}@example.com" for name in ignored)}
    after = outcome(planned(definition, there, **rules), there)
    assert planned(definition, after, **rules).actions == []


@given(there=organizations(strange=True), **WITH_RULES)
def test_what_an_action_says_is_what_it_does(
    there: People, definition: Definition, purge: bool, resend: str, ignored: frozenset[str]
) -> None:
    ignore = Selection(f"{name}@example.com" for name in ignored)
    plan = planned(definition, there, purge=purge, resend=resend, ignore=ignore)
    for action, (before, after) in zip(
        plan.actions, itertools.pairwise([there, *carried_out(plan, there)]), strict=True
    ):
        if action.user_id:
            assert before.members[action.user_id].grants == action.before
            left = after.members.get(action.user_id)
            assert (left.grants if left else None) == action.after
        elif action.after is not None:
            assert [one.grants for one in after.find(action.email or "").invitations] == [action.after]
            assert (action.before is None) is (not before.find(action.email or "").invitations)
        else:
            assert after.find(action.email or "").invitations == []
        assert action.before != action.after or action.action == "reinvite"
        assert action.reason


@given(there=organizations(), **WITH_RULES)
def test_nothing_is_taken_away_before_what_is_given(
    there: People, definition: Definition, purge: bool, resend: str, ignored: frozenset[str]
) -> None:
    ignore = Selection(f"{name}@example.com" for name in ignored)
    plan = planned(definition, there, purge=purge, resend=resend, ignore=ignore)
    places = {name: place for place, name in enumerate(("invite", "reinvite", "update", "uninvite", "remove"))}
    ending = [action.ends_ownership for action in plan.actions]
    assert ending == sorted(ending)
    for owners_too in (False, True):
        order = [places[action.action] for action in plan.actions if action.ends_ownership is owners_too]
        assert order == sorted(order)
    # Nobody is dealt with twice, but for a member who goes and whose invitation goes first.
    for action, later in itertools.combinations(plan.actions, 2):
        assert action.person != later.person or (action.action, later.action) == ("uninvite", "remove")
    # On the way there are never fewer owners than before or after.
    owners = [len(one.owners) for one in [there, *carried_out(plan, there)]]
    assert min(owners) == min(owners[0], owners[-1])


@given(there=organizations(strange=True), definition=definitions(), purge=st.booleans())
def test_what_is_not_understood_is_never_taken_from_anybody_who_stays(
    there: People, definition: Definition, purge: bool
) -> None:
    for action in planned(definition, there, purge=purge).actions:
        assert all(grant.understood for grant in action.taken)
        if action.after is not None:
            kept = {grant for grant in action.before or NOTHING if not grant.understood}
            if action.action == "reinvite":  # where something else has to change, fields are lost
                kept = {grant for grant in kept if not grant.recognised}
            assert kept <= action.after


@given(there=organizations(), **WITH_RULES)
def test_everybody_is_managed_unmanaged_or_ignored(
    there: People, definition: Definition, purge: bool, resend: str, ignored: frozenset[str]
) -> None:
    ignore = Selection(f"{name}@example.com" for name in ignored)
    plan = planned(definition, there, purge=purge, resend=resend, ignore=ignore)
    everybody = {email_key(one.email or one.user_id or "") for one in (*there.members.values(), *there.invitations)}
    outside = everybody - {email_key(entry["email"]) for entry in definition.members}
    outside -= {f"{name}@example.com" for name in ignored}
    unmanaged = [email_key(one.email or one.user_id or "") for one in plan.unmanaged]
    assert sorted(unmanaged) == sorted({"id-nobody"} & outside if purge else outside)
    for one in plan.unmanaged:  # a member who has an invitation too is a member
        assert one.user_id or not there.find(one.email or "").members
    touched = {action.person for action in plan.actions}  # who has an entry is not ignored
    assert plan.unchanged == sum(email_key(entry["email"]) not in touched for entry in definition.members)


@given(there=organizations(), definition=definitions(), order=st.randoms(use_true_random=False))
def test_the_plan_depends_on_no_order(there: People, definition: Definition, order: t.Any) -> None:
    plan = planned(definition, there, purge=True)
    entries = list(definition.members)
    members, invitations = list(there.members.values()), list(there.invitations)
    for some in (entries, members, invitations):
        order.shuffle(some)
    again = planned(replace(definition, members=entries), People(members, invitations), purge=True)
    assert [action.result() for action in again.actions] == [action.result() for action in plan.actions]


# --- One person


def test_a_stranger_is_invited_with_the_roles_that_are_asked_for() -> None:
    plan, warnings = planning(people(BOSS), BOSS_STAYS, {"email": ANA, "role_assignments": BILLING})
    assert [action.result() for action in plan.actions] == [
        {
            "action": "invite",
            "email": ANA,
            "user_id": None,
            "before": None,
            "after": BILLING,
            "reason": "not in the organization",
        }
    ]
    assert warnings == []


@pytest.mark.parametrize("roles", [{}, {"role_assignments": {}}])
def test_a_stranger_without_roles_is_invited_with_a_warning(roles: dict[str, t.Any]) -> None:
    plan, warnings = planning(people(BOSS), {"email": ANA, **roles})
    assert [(action.action, action.after) for action in plan.actions] == [("invite", NOTHING)]
    (warning,) = warnings
    assert ANA in warning
    assert "without roles" in warning


def test_an_email_in_another_case_is_the_same_person() -> None:
    there = people(member("Ana@Example.com", BILLING), invitation("BO@example.com", BILLING), BOSS)
    wanted = [{"email": email, "role_assignments": BILLING} for email in ("aNA@example.com", BO.title())]
    plan = plan_for(there, BOSS_STAYS, *wanted, purge=True)
    assert (plan.actions, plan.unmanaged, plan.unchanged) == ([], [], 3)


def test_a_change_of_one_resource_names_that_resource_alone() -> None:
    there = people(BOSS, member(ANA, deployments("a", "b", "c", "d", "e")))
    plan = plan_for(there, {"email": ANA, "role_assignments": deployments("a", "b", "x", "d", "e")})
    (action,) = plan.actions
    assert (action.added, action.taken) == (grants(deployments("x")), grants(deployments("c")))
    assert (
        action.reason
        == "to be added: deployment-viewer on deployment x; to be taken away: deployment-viewer on deployment c"
    )


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations([None, [], ["kibana_user"]], 2)))
def test_application_roles_are_exchanged_in_every_direction(before: t.Any, after: t.Any) -> None:
    there = people(BOSS, member(ANA, deployments("a", roles=before)))
    (action,) = plan_for(there, {"email": ANA, "role_assignments": deployments("a", roles=after)}).actions
    assert (action.added, action.taken) == (
        grants(deployments("a", roles=after)),
        grants(deployments("a", roles=before)),
    )


def test_a_leftover_invitation_of_a_member_is_left_alone_until_the_member_goes() -> None:
    there = people(BOSS, member(ANA, BILLING), invitation(ANA.upper(), OWNER), invitation(ANA, expired=True))
    assert plan_for(there, {"email": ANA, "role_assignments": BILLING}).actions == []
    assert steps(plan_for(there, {"email": ANA, "role_assignments": {}})) == [("update", ANA)]
    gone = plan_for(there, {"email": ANA, "state": "absent"})
    assert steps(gone) == [("uninvite", ANA.upper()), ("remove", ANA)]
    assert len(gone.actions[0].invitations) == 2


@pytest.mark.parametrize(
    ("there", "resend", "step"),
    [
        ([invitation(ANA, BILLING)], "when_expired", None),
        ([invitation(ANA, BILLING)], "always", "resend is always"),
        ([invitation(ANA, OWNER)], "when_expired", "the roles of the pending invitation differ"),
        ([invitation(ANA, OWNER)], "when_changed", "the roles of the pending invitation differ"),
        ([invitation(ANA, OWNER)], "never", None),
        ([invitation(ANA, BILLING, expired=True)], "when_expired", "the invitation expired on 2026-05-31T00:00:00Z"),
        ([invitation(ANA, BILLING, expired=True)], "always", "the invitation expired on 2026-05-31T00:00:00Z"),
        ([invitation(ANA, OWNER, expired=True)], "when_changed", None),
        ([invitation(ANA, BILLING, expired=True)], "never", None),
        ([invitation(ANA, BILLING), invitation(ANA, OWNER, expired=True, created=9)], "when_expired", None),
        (
            [invitation(ANA, BILLING, created=9), invitation(ANA, OWNER)],
            "when_expired",
            "the roles of the pending invitation differ",
        ),
    ],
)
def test_an_invitation_is_sent_again_where_it_is_asked_for(
    there: list[Invitation], resend: str, step: str | None
) -> None:
    plan, warnings = planning(people(BOSS, *there), {"email": ANA, "role_assignments": BILLING}, resend=resend)
    assert [(action.action, action.reason) for action in plan.actions] == ([("reinvite", step)] if step else [])
    assert all(set(action.invitations) == set(there) for action in plan.actions)
    needed = any(one.expired or one.grants != grants(BILLING) for one in there[:1])
    assert len(warnings) == (needed and not step)


def test_an_entry_without_roles_leaves_those_of_members_and_invitations() -> None:
    there = people(BOSS, member(ANA, BILLING), invitation(BO, OWNER), invitation(CLEO, BILLING, expired=True))
    plan = plan_for(there, *({"email": email} for email in (ANA, BO, CLEO)))
    assert [(action.action, action.email, action.after) for action in plan.actions] == [
        ("reinvite", CLEO, grants(BILLING))
    ]


def test_two_members_with_one_email_are_an_error_in_an_entry() -> None:
    there = people(BOSS, member(ANA, user_id="1"), member(ANA.upper(), user_id="2"))
    for entry in ({"email": ANA}, {"email": ANA, "state": "absent"}):
        findings = Findings()
        assert make_plan(desired(entry), there, Rules(), findings).actions == []
        (problem,) = findings.problems
        assert problem == f"members[0] ({ANA}): 2 members have this email; only user ids tell them apart: 1, 2"


def test_every_member_with_an_email_goes_where_that_is_asked_for() -> None:
    there = people(BOSS, member(ANA, user_id="1"), member(ANA.upper(), user_id="2"), invitation(ANA))
    purged = plan_for(there, BOSS_STAYS, purge=True)
    findings = Findings()
    entry = Desired("email", ANA, present=False, because="state is absent", every_member=True)
    asked = make_plan([entry], there, Rules(), findings)
    for plan in (purged, asked):
        assert [(action.action, action.user_id) for action in plan.actions] == [
            ("uninvite", None),
            ("remove", "1"),
            ("remove", "2"),
        ]


def test_a_member_is_found_by_user_id() -> None:
    there = people(BOSS, member(ANA, user_id="1"), member(ANA, user_id="2"))
    findings = Findings()
    plan = make_plan([Desired("user_id", user_id="2", grants=grants(BILLING))], there, Rules(), findings)
    assert [(action.action, action.user_id, action.email) for action in plan.actions] == [("update", "2", ANA)]
    assert findings.problems == []


@pytest.mark.parametrize(("present", "problems"), [(True, 1), (False, 0)])
def test_a_user_id_that_nobody_has_cannot_be_invited_and_need_not_be_removed(present: bool, problems: int) -> None:
    findings = Findings()
    plan = make_plan([Desired("user_id", user_id="9", present=present)], people(BOSS), Rules(), findings)
    assert plan.actions == []
    assert len(findings.problems) == problems


def test_a_stranger_is_an_error_where_inviting_is_not_wanted() -> None:
    findings = Findings()
    assert make_plan([Desired("email", ANA)], people(BOSS), Rules(invite=False), findings).actions == []
    assert findings.problems == ["email: not a member of the organization, and invite is false"]


def test_invitations_alone_leave_members_alone() -> None:
    there = people(BOSS, member(ANA, BILLING), invitation(BO, BILLING))
    plan = plan_for(there, *({"email": email, "role_assignments": OWNER} for email in (ANA, BO, CLEO)), members=False)
    assert steps(plan) == [("invite", CLEO), ("reinvite", BO)]
    assert plan.already_members == [ANA]
    gone = plan_for(there, *({"email": email, "state": "absent"} for email in (ANA, BO)), members=False)
    assert steps(gone) == [("uninvite", BO)]


def test_nothing_is_taken_from_a_stranger() -> None:
    entry = Desired("email", ANA, grants=grants(BILLING), mode="absent")
    assert make_plan([entry], people(BOSS), Rules(), Findings()).actions == []


# --- Who is left out


@pytest.mark.parametrize("name", [ANA.upper(), "*@example.com", "id-ana"])
def test_the_ignored_are_never_planned_for_and_do_not_count(name: str) -> None:
    there = people(member("boss@example.org", OWNER), member(ANA, OWNER), invitation(ANA))
    ignore = Selection([name])
    assert plan_for(there, {"email": "boss@example.org"}, purge=True, ignore=ignore).actions == []
    assert plan_for(there, {"email": "boss@example.org"}, ignore=ignore).unmanaged == []


def test_an_entry_of_the_definition_beats_a_pattern_of_the_ignored() -> None:
    there, ignore = people(BOSS, member(ANA, BILLING), member(BO, BILLING)), Selection(["*@example.com"])
    assert steps(plan_for(there, {"email": ANA, "state": "absent"}, purge=True, ignore=ignore)) == [("remove", ANA)]
    assert steps(plan_for(there, {"email": CLEO}, ignore=ignore)) == [("invite", CLEO)]


def test_a_user_id_that_is_ignored_and_defined_is_a_fault() -> None:
    findings = Findings()
    rules = Rules(ignore=Selection.from_input(["id-ana"], "ignore", Findings()))
    make_plan(desired({"email": ANA}), people(BOSS, member(ANA)), rules, findings)
    assert findings.problems == [
        f"members[0] ({ANA}): ignore[0] (id-ana) names this person too; take the person out of one of them"
    ]


def test_the_unmanaged_are_listed_once_each_with_their_best_standing() -> None:
    nobody = member(None, user_id="id-nobody")
    there = people(BOSS, member(ANA), invitation(ANA), nobody, invitation(BO, expired=True), invitation(BO, created=9))
    plan = plan_for(there, BOSS_STAYS)
    assert [(one.email, one.user_id, one.status) for one in plan.unmanaged] == [
        (ANA, "id-ana", "active"),
        (BO, None, "pending"),
        (None, "id-nobody", "active"),
    ]
    assert plan.actions == []


def test_purge_removes_the_unlisted_alone_and_nobody_without_an_email() -> None:
    there = people(BOSS, member(ANA), invitation(BO), invitation(CLEO, expired=True), member(None, user_id="id-nobody"))
    plan = plan_for(there, BOSS_STAYS, {"email": DEV, "role_assignments": BILLING}, purge=True)
    assert steps(plan) == [("invite", DEV), ("uninvite", BO), ("uninvite", CLEO), ("remove", ANA)]
    assert {action.reason for action in plan.actions[1:]} == {"not in the definition"}
    assert [one.user_id for one in plan.unmanaged] == ["id-nobody"]


def test_actions_are_ordered_by_kind_and_email_and_owners_come_last() -> None:
    there = people(
        BOSS,
        member("b1@example.com", OWNER),
        member("a2@example.com", OWNER),
        member("c3@example.com", BILLING),
        member("z4@example.com"),
        invitation("d5@example.com", BILLING),
        invitation("e6@example.com"),
    )
    plan = plan_for(
        there,
        {"email": "e6@example.com", "state": "absent"},
        {"email": "c3@example.com", "state": "absent"},
        {"email": "b1@example.com", "role_assignments": BILLING},
        {"email": "a2@example.com", "state": "absent"},
        {"email": "z4@example.com", "role_assignments": OWNER},
        {"email": "d5@example.com", "role_assignments": OWNER},
        {"email": "y7@example.com", "role_assignments": BILLING},
        {"email": "X8@example.com", "role_assignments": BILLING},
    )
    assert steps(plan) == [
        ("invite", "X8@example.com"),
        ("invite", "y7@example.com"),
        ("reinvite", "d5@example.com"),
        ("update", "z4@example.com"),
        ("uninvite", "e6@example.com"),
        ("remove", "c3@example.com"),
        ("update", "b1@example.com"),
        ("remove", "a2@example.com"),
    ]


# --- Guards


def guarded(there: People, *entries: dict[str, t.Any], guards: Guards = Guards(), **rules: t.Any) -> list[str]:  # noqa: B008
    """The warnings of the guards about a plan that they let pass."""
    return check_guards(plan_for(there, *entries, **rules), there, Rules(**rules), guards)


def refused(there: People, *entries: dict[str, t.Any], guards: Guards = Guards(), **rules: t.Any) -> dict[str, t.Any]:  # noqa: B008
    """What `guard` holds about a plan that they refuse."""
    with pytest.raises(GuardError) as caught:
        guarded(there, *entries, guards=guards, **rules)
    assert str(caught.value).startswith("Nothing was changed. ")
    guard = caught.value.result()["guard"]
    assert all(email in str(caught.value) for email in guard["emails"])
    return guard


def gone(*emails: str) -> list[dict[str, t.Any]]:
    """Entries of people who are to be absent."""
    return [{"email": email, "state": "absent"} for email in emails]


@pytest.mark.parametrize("entry", [{"state": "absent"}, {"role_assignments": BILLING}, {"role_assignments": {}}])
def test_the_last_owner_can_neither_be_removed_nor_demoted(entry: dict[str, t.Any]) -> None:
    there = people(member(ANA, OWNER), member(BO, BILLING))
    assert refused(there, {"email": ANA, **entry}) == {"name": "min_owners", "limit": 1, "found": 0, "emails": [ANA]}


def test_people_who_are_only_invited_do_not_count_as_owners() -> None:
    there = people(member(ANA, OWNER), invitation(BO, OWNER))
    guard = refused(there, *gone(ANA), {"email": BO}, {"email": CLEO, "role_assignments": OWNER})
    assert (guard["name"], guard["found"]) == ("min_owners", 0)


def test_an_owner_may_go_when_another_member_becomes_one() -> None:
    there = people(member(ANA, OWNER), member(BO))
    assert guarded(there, *gone(ANA), {"email": BO, "role_assignments": OWNER}) == []


@pytest.mark.parametrize(("least", "fine"), [(0, True), (1, True), (2, True), (3, False), (4, False)])
def test_owners_are_counted_after_the_plan(least: int, fine: bool) -> None:
    there = people(*(member(email, OWNER) for email in (ANA, BO, CLEO)))
    guards = Guards(min_owners=least)
    if fine:
        assert guarded(there, *gone(ANA), guards=guards) == []
    else:
        assert refused(there, *gone(ANA), guards=guards) == {
            "name": "min_owners",
            "limit": least,
            "found": 2,
            "emails": [ANA],
        }


def test_no_owner_at_all_is_fine_where_none_is_asked_for() -> None:
    assert guarded(people(member(ANA, OWNER)), *gone(ANA), guards=Guards(min_owners=0)) == []


def test_owners_whom_nobody_touches_are_no_reason_to_refuse() -> None:
    there = people(member(ANA, OWNER), member(BO, BILLING))
    (warning,) = guarded(there, *gone(BO), guards=Guards(min_owners=2))
    assert "1 organization owner(s), fewer than min_owners=2" in warning


def test_a_shortfall_that_the_plan_makes_good_is_not_warned_of() -> None:
    there = people(member(ANA, OWNER), member(BO))
    assert guarded(there, {"email": BO, "role_assignments": OWNER}, guards=Guards(min_owners=2)) == []


def test_a_change_of_the_application_roles_of_an_owner_is_no_demotion() -> None:
    assert (
        guarded(
            people(member(ANA, OWNER)),
            {"email": ANA, "role_assignments": {"organization": [{"role_id": "owner", "application_roles": []}]}},
        )
        == []
    )


@pytest.mark.parametrize(
    ("entry", "there"),
    [
        ({"state": "absent"}, member(ANA, BILLING)),
        ({"state": "absent"}, invitation(ANA, BILLING)),
        ({"state": "absent"}, invitation(ANA, expired=True)),
        ({"role_assignments": {}}, member(ANA, BILLING)),
        ({"role_assignments": deployments("a")}, member(ANA, deployments("a", "b"))),
        ({"role_assignments": deployments("a", roles=[])}, member(ANA, deployments("a"))),
        ({"role_assignments": deployments("a")}, invitation(ANA, deployments("a", "b"))),
    ],
)
@pytest.mark.parametrize("name", [ANA, "*@EXAMPLE.com"])
def test_the_protected_are_not_removed_nor_uninvited_nor_lose_a_grant(
    entry: dict[str, t.Any], there: Member | Invitation, name: str
) -> None:
    everybody = people(member("boss@example.org", OWNER), there)
    guard = refused(everybody, {"email": ANA, **entry}, guards=Guards(protected=Selection([name])))
    assert guard == {"name": "protected", "limit": 0, "found": 1, "emails": [ANA]}


def test_the_protected_may_gain_grants_and_be_invited_again() -> None:
    there = people(BOSS, member(ANA, BILLING), invitation(BO, BILLING, expired=True), invitation(CLEO))
    wanted = {"role_assignments": {**BILLING, **deployments("a")}}
    guards = Guards(protected=Selection(["*@example.com"]))
    assert guarded(there, *({"email": email, **wanted} for email in (ANA, BO, CLEO, DEV)), guards=guards) == []


def test_the_protected_are_known_by_user_id_and_kept_from_purge() -> None:
    there = people(BOSS, member(ANA, BILLING))
    assert refused(there, BOSS_STAYS, purge=True, guards=Guards(protected=Selection(["id-ana"])))["emails"] == [ANA]


def company(size: int) -> People:
    """An owner and people with a role, and as many invitations; `size` of them in all."""
    half = (size - 1) // 2
    return people(
        BOSS,
        *(member(f"m{n:02}@example.com", BILLING) for n in range(size - 1 - half)),
        *(invitation(f"i{n:02}@example.com", BILLING, expired=n % 2 == 0) for n in range(half)),
    )


@pytest.mark.parametrize(
    ("size", "limit", "most"),
    [
        (10, "0", 0),
        (10, "3", 3),
        (10, "25%", 3),
        (12, "25%", 3),
        (13, "25%", 4),
        (2, "25%", 1),
        (10, "0%", 0),
        (10, "1%", 1),
        (10, "100%", 10),
        (7, "50%", 4),
    ],
)
def test_removals_are_limited_by_a_number_or_a_share_that_is_rounded_up(size: int, limit: str, most: int) -> None:
    there = company(size)
    others = [one.email or "" for one in (*there.members.values(), *there.invitations) if one is not BOSS]
    guards = Guards(max_removals=limit)
    assert guarded(there, *gone(*others[:most]), guards=guards) == []
    if most < len(others):
        guard = refused(there, *gone(*others[: most + 1]), guards=guards)
        assert guard == {"name": "max_removals", "limit": most, "found": most + 1, "emails": sorted(others[: most + 1])}


def test_there_is_no_limit_for_removals_where_none_is_asked_for() -> None:
    assert guarded(company(9), BOSS_STAYS, purge=True, guards=Guards(max_removals=None)) == []


@pytest.mark.parametrize(
    ("there", "entry", "counts"),
    [
        (member(ANA, BILLING), {"state": "absent"}, True),
        (member(ANA), {"state": "absent"}, True),
        (invitation(ANA, expired=True), {"state": "absent"}, True),
        (member(ANA, OWNER), {"role_assignments": BILLING}, True),
        (member(ANA, BILLING), {"role_assignments": {}}, True),
        (invitation(ANA, BILLING), {"role_assignments": {}}, True),
        (member(ANA, deployments("a", "b")), {"role_assignments": deployments("a")}, False),
        (member(ANA, deployments("a")), {"role_assignments": deployments("b")}, False),
        (member(ANA), {"role_assignments": BILLING}, False),
        (member(ANA), {"role_assignments": {}}, False),
        (invitation(ANA, expired=True), {"role_assignments": {}}, False),
    ],
)
def test_removals_are_people_who_go_are_demoted_from_owner_or_left_without_any_grant(
    there: Member | Invitation, entry: dict[str, t.Any], counts: bool
) -> None:
    everybody, guards = people(BOSS, there), Guards(max_removals="0")
    if counts:
        assert refused(everybody, {"email": ANA, **entry}, guards=guards)["emails"] == [ANA]
    else:
        assert guarded(everybody, {"email": ANA, **entry}, guards=guards) == []


def test_a_person_who_goes_as_member_and_as_invited_counts_once() -> None:
    there = people(BOSS, member(ANA), invitation(ANA), member(BO), member(BO, user_id="2"))
    assert guarded(there, BOSS_STAYS, purge=True, guards=Guards(max_removals="2")) == []
    assert refused(there, BOSS_STAYS, purge=True, guards=Guards(max_removals="1"))["found"] == 2
    # Three people are there, of whom two thirds go.
    assert guarded(there, BOSS_STAYS, purge=True, guards=Guards(max_removals="66%")) == []
    assert refused(there, BOSS_STAYS, purge=True, guards=Guards(max_removals="33%"))["limit"] == 1


def test_the_ignored_do_not_count_among_the_people() -> None:
    vendor = [member(f"v{n}@example.org") for n in range(20)]
    there = people(BOSS, member(ANA), member(BO), member(CLEO), *vendor)
    ignore = Selection(["*@example.org"])
    guards = Guards(max_removals="25%")
    assert guarded(there, BOSS_STAYS, *gone(ANA), ignore=ignore, guards=guards) == []
    assert refused(there, *gone(ANA, BO), ignore=ignore, guards=guards)["limit"] == 1


def test_a_removal_in_the_course_of_a_run_counts_with_those_before_it() -> None:
    there = people(BOSS, member(ANA), member(BO), member(CLEO))
    earlier = plan_for(there, *gone(ANA)).actions
    late = plan_for(there, *gone(BO))
    check_guards(late, there, Rules(), Guards(max_removals="25%"))
    with pytest.raises(GuardError) as caught:
        check_guards(late, there, Rules(), Guards(max_removals="25%"), earlier=earlier)
    assert caught.value.emails == [ANA, BO]
    # The share is of the people with whom the run began.
    fewer = people(BOSS, member(BO))
    check_guards(late, fewer, Rules(), Guards(max_removals="50%"), earlier=earlier, people_before=there)


# --- Blind spots


NO_OWNER_SEEN = [
    member(ANA, BILLING),
    member(BO, shown=False),
    invitation(CLEO, BILLING),
    invitation(DEV, expired=True),
]


@pytest.mark.parametrize(
    ("entry", "emails"),
    [
        ({"email": ANA, "state": "absent"}, [ANA]),
        ({"email": CLEO, "state": "absent"}, [CLEO]),
        ({"email": CLEO, "role_assignments": deployments("a")}, [CLEO]),
        ({"email": DEV}, [DEV]),
        ({"email": BO, "role_assignments": BILLING}, [BO]),
        ({"email": BO, "role_assignments": {}}, [BO]),
    ],
    ids=["remove", "uninvite", "reinvite", "reinvite expired", "roles not shown", "no roles, not shown"],
)
def test_what_could_hit_what_a_key_does_not_see_is_refused(entry: dict[str, t.Any], emails: list[str]) -> None:
    guard = refused(people(*NO_OWNER_SEEN), entry)
    assert guard == {"name": "visibility", "limit": 0, "found": len(emails), "emails": emails}


def test_the_roles_of_an_invitation_that_are_not_shown_are_refused_too() -> None:
    there = people(invitation(ANA, shown=False))
    assert refused(there, {"email": ANA, "role_assignments": {}})["name"] == "visibility"


def test_purge_is_refused_even_where_it_would_remove_nobody() -> None:
    guard = refused(people(member(ANA, BILLING)), {"email": ANA}, purge=True)
    assert (guard["name"], guard["found"], guard["emails"]) == ("visibility", 0, [])


@pytest.mark.parametrize(
    "entry",
    [
        {"email": ANA, "role_assignments": deployments("a")},
        {"email": ANA, "role_assignments": BILLING},
        {"email": BO},
        {"email": CLEO, "role_assignments": BILLING},
        {"email": "new@example.com", "role_assignments": OWNER},
    ],
    ids=["update", "nothing to do", "no word about roles", "the same invitation", "somebody new"],
)
def test_what_a_key_sees_may_be_changed_with_a_warning(entry: dict[str, t.Any]) -> None:
    (warning,) = guarded(people(*NO_OWNER_SEEN), entry)
    assert "only the roles that it can see" in warning


def test_roles_that_are_not_shown_are_none_where_the_key_sees_an_owner() -> None:
    there = people(BOSS, member(ANA, shown=False))
    plan = plan_for(there, {"email": ANA, "role_assignments": BILLING})
    assert steps(plan) == [("update", ANA)]
    assert check_guards(plan, there, Rules(), Guards()) == []


def test_all_refusals_are_told_and_the_first_is_the_result() -> None:
    there = people(member(ANA, OWNER), member(BO), member(CLEO))
    plan = plan_for(there, *gone(ANA, BO))
    with pytest.raises(GuardError) as caught:
        check_guards(plan, there, Rules(), Guards(1, Selection([BO]), "1"))
    assert caught.value.name == "protected"
    assert all(f"guard {name}" in str(caught.value) for name in ("protected", "min_owners", "max_removals"))


@given(there=organizations(), definition=definitions(), purge=st.booleans(), least=st.integers(0, 3))
def test_guards_refuse_plans_that_cost_too_many_owners_or_are_made_blindly_and_no_others(
    there: People, definition: Definition, purge: bool, least: int
) -> None:
    plan = planned(definition, there, purge=purge)
    after = outcome(plan, there)
    lost = any(is_owner(one.grants) and one.user_id not in after.owners for one in there.members.values())
    blind = not there.owners and (
        purge or any(one.action in ("reinvite", "uninvite", "remove") for one in plan.actions)
    )
    expected = "visibility" if blind else "min_owners" if lost and len(after.owners) < least else None
    if expected is None:
        check_guards(plan, there, Rules(purge=purge), Guards(min_owners=least))
        return
    with pytest.raises(GuardError) as caught:
        check_guards(plan, there, Rules(purge=purge), Guards(min_owners=least))
    assert caught.value.name == expected


def test_an_action_is_for_one_person() -> None:
    one = Desired("entry", ANA)
    by_email = Action("update", "Ana@Example.com", "1", NOTHING, NOTHING, "", one)
    by_id = Action("update", None, "1", NOTHING, NOTHING, "", one)
    assert (by_email.person, by_id.person) == (ANA, "1")
