# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Between reading and writing, replies are lost, people accept and leave, and others are at work in the console."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    OWNER,
    READINGS,
    Result,
    Site,
    actions,
    codes,
    counts,
    gained,
    under,
    viewer,
)

ANA, BO, CY = "ana@example.com", "bo@example.com", "cy@example.com"
# Each a lost reply; only after those of the second kind the request has had its effect.
NOT_DONE = ["status", "html", "cut_before"]
DONE = ["status_after", "html_after", "cut_after", "cut_within", "truncated"]

grants_path, members_path, invitations_path = "/role_assignments$", "/members/", "/invitations"
under_every_treatment_of_invitations = under(*READINGS[1:4], {"list_lag": 2})


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def has(email: str, *assignments: dict[str, Any]) -> dict[str, Any]:
    """An entry of a definition."""
    return {"email": email, **({"role_assignments": assignments[0]} if assignments else {})}


def gone(email: str) -> dict[str, Any]:
    """An entry for somebody who is to be absent."""
    return {"email": email, "state": "absent"}


def interrupted(site: Site, *members: dict[str, Any], **options: Any) -> Result:
    """Apply a definition to which something happens; what is not reported as failed is as defined then, and the next
    run, to which nothing happens, does the rest. Nobody gets two emails."""
    options = {"max_removals": "100%", "concurrency": 1, "members": list(members), **options}
    result = site.run("org_team", **options)
    emails = Counter(site.emails)
    assert bool(result.get("failed")) == bool(result["failures"])
    assert all(one.fired for one in [*site.emulator.hooks, *site.emulator.faults])
    failed = codes(result)
    for entry in members:
        email = entry["email"]
        if email not in failed and entry.get("state") == "absent":
            assert email not in site.people
        elif email not in failed and email in site.people:
            assert site.roles(email) == entry["role_assignments"]
    site.emulator.heal()
    again = site.succeed("org_team", **options)
    emails += site.emails
    assert {entry["email"] for entry in members if entry.get("state") != "absent"} <= site.people.keys()
    assert site.succeed("org_team", **options)["plan"] == []
    if site.emulator.switches.existing_invitation != "refresh_keep_roles":
        # The service itself sends one for each invitation that a person gets anew.
        assert max(emails.values(), default=1) == 1
    assert again["failures"] == []
    return result


# Lost replies


@under({"list_lag": 2})
@pytest.mark.parametrize("kind", DONE)
def test_an_invitation_whose_reply_was_lost_is_seen_by_reading_and_not_sent_again(site, kind):
    site.emulator.fail(kind, method="POST", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("a")), has(BO, viewer("a")))
    assert result["failures"] == []
    assert counts(result)["invited"] == 2


@pytest.mark.parametrize("kind", NOT_DONE)
def test_an_invitation_that_is_not_seen_is_left_to_the_next_run(site, kind):
    site.emulator.fail(kind, method="POST", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("a")), has(BO, viewer("b")))
    (email,) = codes(result)
    assert codes(result)[email][0] == "outcome_unknown"
    assert counts(result)["invited"] == 1


@pytest.mark.parametrize("site", [{"list_lag": 9}], indirect=True, ids=str)
def test_an_invitation_that_a_list_does_not_show_for_long_is_not_sent_again_either(site):
    site.emulator.fail("cut_after", method="POST", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("a")))
    assert codes(result)[ANA][0] == "outcome_unknown"


@under({"list_lag": 2}, {"unknown_id_in_delete": "ignore"}, {"redundant_change": "error"})
@pytest.mark.parametrize("kind", NOT_DONE + DONE)
@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", grants_path), ("DELETE", grants_path), ("DELETE", members_path), ("DELETE", invitations_path)],
)
def test_every_other_write_is_settled_by_reading_and_done(site, method, path, kind):
    site.member(ANA, viewer("a", "b"))
    site.member(BO, viewer("a"))
    site.invitation(CY, viewer("a"))
    site.emulator.fail(kind, method=method, path=path)
    result = interrupted(site, has(ANA, viewer("b", "c")), gone(BO), gone(CY))
    assert result["failures"] == []
    assert counts(result) == {"updated": 1, "removed": 1, "uninvited": 1, "unmanaged": 1}


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_what_is_not_settled_is_told_as_unknown(site, kind):
    site.member(ANA, viewer("a"))
    site.emulator.fail(kind, method="POST", path=grants_path, from_nth=1)
    site.emulator.fail("status", method="GET", path="/members$", from_nth=2)
    result = interrupted(site, has(ANA, viewer("b")), retries=1)
    assert codes(result)[ANA][0] == "outcome_unknown"


def test_without_retries_a_write_is_tried_once(site):
    site.member(ANA, viewer("a"))
    site.emulator.fail("cut_before", method="POST", path=grants_path, from_nth=1)
    result = site.run("org_team", members=[has(ANA, viewer("b"))], retries=0)
    assert codes(result)[ANA][0] == "outcome_unknown"
    assert len(site.writes) == 1
    assert site.roles(ANA) == viewer("a")


def test_a_key_that_is_revoked_amid_the_run_ends_it(site):
    for email in (ANA, BO, CY):
        site.member(email, viewer("a"))
    site.emulator.fail("status", status=401, code="root.unauthorized", method="POST", from_nth=2)
    result = interrupted(site, *(has(email, viewer("a", "b")) for email in (ANA, BO, CY)))
    assert codes(result) == {BO: ["root.unauthorized"], CY: ["not_attempted"]}
    assert result["error"]["status"] == 401
    assert counts(result) == {"updated": 1, "unchanged": 2, "unmanaged": 1}
    assert list(gained(result)) == [ANA]


def test_a_write_that_was_too_early_is_repeated_when_the_service_says(site):
    site.member(ANA, viewer("a"))
    site.emulator.fail("status", status=429, code="root.rate_limit_exceeded", retry_after=9, method="POST")
    begun = site.emulator.clock.monotonic()
    result = interrupted(site, has(ANA, viewer("a", "b")))
    assert result["failures"] == []
    assert site.emulator.clock.monotonic() - begun == 9


# People who come and go


@under_every_treatment_of_invitations
def test_who_accepts_before_the_invitation_is_replaced_is_a_member_and_gets_the_roles(site):
    site.invitation(ANA, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="POST", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("b")), has(BO, viewer("b")))
    assert result["failures"] == []
    assert site.people == {"owner@example.com": "active", ANA: "active", BO: "pending"}
    assert counts(result) == {"invited": 1, "updated": 1, "unmanaged": 1}


def test_who_accepts_before_the_old_invitation_is_deleted_is_a_member_and_gets_the_roles(site):
    site.invitation(ANA, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="DELETE", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("b")))
    assert result["failures"] == []
    assert site.people[ANA] == "active"
    assert site.roles(ANA) == viewer("b")


@under({"list_lag": 2})
def test_who_accepts_before_the_invitation_is_revoked_is_removed(site):
    site.invitation(ANA, viewer("a"))
    site.invitation(BO, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="DELETE", path=invitations_path)
    result = interrupted(site, gone(ANA), gone(BO))
    assert result["failures"] == []
    assert site.people == {"owner@example.com": "active"}


def test_guards_hold_for_who_accepts_meanwhile_and_for_nobody_else(site):
    site.invitation(ANA, OWNER)
    site.member(BO, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="DELETE", path=invitations_path)
    options = {"members": [gone(ANA), gone(BO)], "min_owners": 2, "max_removals": "100%"}
    result = site.run("org_team", **options)
    assert result["failed"]
    assert codes(result) == {ANA: ["not_attempted", "min_owners"]}
    assert site.people == {"owner@example.com": "active", ANA: "active"}


@pytest.mark.parametrize("module", ["org_invitation", "org_member"])
def test_who_accepts_before_one_of_the_small_modules_revokes(site, module):
    site.invitation(ANA, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="DELETE", path=invitations_path)
    result = site.succeed(module, state="absent", **({"emails": ANA} if module == "org_invitation" else {"email": ANA}))
    if module == "org_invitation":
        assert site.people[ANA] == "active"
        assert result["invitations"] == []
    else:
        assert ANA not in site.people
        assert result["member"]["status"] == "absent"


def test_who_accepts_before_org_member_replaces_the_invitation(site):
    site.invitation(ANA, viewer("a"))
    site.emulator.before({"do": "accept", "email": ANA}, method="POST", path=invitations_path)
    result = site.succeed("org_member", email=ANA, role_assignments=viewer("b"))
    ana = site.user_id(ANA)
    assert result["member"] == {"email": ANA, "user_id": ana, "status": "active", "role_assignments": viewer("b")}
    assert site.roles(ana) == viewer("b")


@under_every_treatment_of_invitations
def test_an_invitation_that_is_revoked_before_it_is_replaced_is_a_new_one(site):
    site.invitation(ANA, viewer("a"))
    site.emulator.before(
        lambda: site.emulator.revoke_invitation(site.organization, ANA), method="POST", path=invitations_path
    )
    assert interrupted(site, has(ANA, viewer("b")))["failures"] == []
    assert site.people[ANA] == "pending"


@under({"unknown_id_in_delete": "ignore"}, {"list_lag": 2})
def test_an_invitation_that_somebody_else_revokes_is_revoked(site):
    site.invitation(ANA, viewer("a"))
    site.invitation(BO, viewer("a"))
    site.emulator.before(
        lambda: site.emulator.revoke_invitation(site.organization, ANA), method="DELETE", path=invitations_path
    )
    assert interrupted(site, gone(ANA), gone(BO))["failures"] == []


@under({"bad_email_in_batch": "skip"}, {"list_lag": 2})
@pytest.mark.parametrize("joined", ["member", "invitation"])
def test_who_is_there_all_of_a_sudden_is_read_again_and_gets_the_roles(site, joined):
    join = site.member if joined == "member" else site.invitation
    site.emulator.before(lambda: join(ANA, viewer("z")), method="POST", path=invitations_path)
    result = interrupted(site, has(ANA, viewer("a")), has(BO, viewer("a")))
    assert result["failures"] == []
    assert site.people[ANA] == ("active" if joined == "member" else "pending")
    assert site.roles(ANA) == viewer("a")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_a_member_who_leaves_before_getting_roles_has_left(site, method):
    site.member(ANA, viewer("a"))
    site.member(BO, viewer("a"))
    site.emulator.before(lambda: site.emulator.remove(site.organization, ANA), method=method, path=grants_path)
    options = {"members": [has(ANA, viewer("b")), has(BO, viewer("b"))], "concurrency": 1}
    result = site.succeed("org_team", **options)
    assert result["failures"] == []
    assert ANA not in site.people
    assert site.roles(BO) == viewer("b")
    assert actions(site.succeed("org_team", **options)) == [("invite", ANA)]


@under({"unknown_id_in_delete": "ignore"}, {"list_lag": 2})
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_member_who_leaves_before_being_removed_is_gone_and_the_others_go_too(site, count):
    emails = [f"person{number}@example.com" for number in range(count)]
    for email in emails:
        site.member(email, viewer("a"))
    site.emulator.before(lambda: site.emulator.remove(site.organization, emails[0]), method="DELETE")
    assert interrupted(site, *map(gone, emails))["failures"] == []
    assert site.people == {"owner@example.com": "active"}


@under({"redundant_change": "error"}, {"list_lag": 2})
@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_somebody_else_gives_or_takes_meanwhile_is_given_or_taken(site, method):
    site.member(ANA, viewer("a", "b"))
    change = site.emulator.grant if method == "POST" else site.emulator.ungrant
    site.emulator.before(
        lambda: change(site.organization, ANA, viewer("c" if method == "POST" else "a")), method=method
    )
    assert interrupted(site, has(ANA, viewer("b", "c", "d")))["failures"] == []
    assert site.roles(ANA) == viewer("b", "c", "d")


@pytest.mark.parametrize("after", [{"role_assignments": {}}, {"state": "absent"}], ids=str)
def test_an_owner_stays_when_the_new_one_turns_out_not_to_be_one(site, after):
    site.member(ANA)
    site.emulator.before(lambda: site.emulator.remove(site.organization, ANA), method="GET", path="/members$", nth=2)
    members = [has(ANA, OWNER), {"email": "owner@example.com", **after}]
    result = site.run("org_team", members=members, max_removals="100%")
    assert codes(result) == {"owner@example.com": ["not_attempted", "min_owners"]}
    assert site.roles("owner@example.com") == OWNER


def test_what_the_service_says_of_a_token_is_not_passed_on(site):
    site.invitation(ANA, viewer("a"))
    (token,) = site.organization.invitations
    site.emulator.fail(
        "status", status=400, reply={"errors": [{"code": "odd", "message": f"what is {token}?"}]}, method="DELETE"
    )
    result = site.run("org_invitation", emails=ANA, state="absent")
    assert "what is ***?" in result["msg"]
    assert result["failures"][0]["error"]["path"] == f"/organizations/{site.id}/invitations/***"
