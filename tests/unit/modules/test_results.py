# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every result has, how large it becomes, and what all modules warn of."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._team import report
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    OWNER,
    counts,
    viewer,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Reply, local_server

ANA, BO, CY = "ana@example.com", "bo@example.com", "cy@example.com"
THE_OWNER = {"email": "owner@example.com", "role_assignments": OWNER}
CALLS = {
    "org_info": {},
    "org_invitation": {"emails": "new@example.com"},
    "org_member": {"email": "new@example.com", "role_assignments": BILLING},
    "org_sso": {},
    "org_team": {"members": [THE_OWNER, {"email": "new@example.com", "role_assignments": BILLING}]},
}
every_module = pytest.mark.parametrize("module", CALLS)
every_writer = pytest.mark.parametrize("module", [name for name in CALLS if name != "org_info"])
ENDS = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["x"], "ends": "2030-01-01"}]}
MOON = {"moon_base": [{"role_id": "astronaut"}]}


@pytest.fixture(autouse=True)
def owner(site):
    return site.member("owner@example.com", OWNER)


def has(email, *assignments):
    merged = {}
    for one in assignments:
        for scope, blocks in one.items():
            merged[scope] = merged.get(scope, []) + blocks
    return {"email": email, "role_assignments": merged}


# Where, how


@every_module
@pytest.mark.parametrize("given", [True, False], ids=["given", "discovered"])
def test_promise_11_every_result_says_which_organization(site, module, given):
    options = CALLS[module] | ({} if given else {"organization_id": None})
    assert site.succeed(module, check_mode=True, **options)["organization_id"] == site.id
    site.emulator.fail("status", status=403, code="root.unauthorized", method="GET", path=".*/members|.*/invitations")
    result = site.run(module, **options)
    assert result["failed"]
    assert result["organization_id"] == site.id


@every_writer
def test_promise_11_a_refusal_of_the_input_says_it_where_it_is_given(site, module):
    result = site.refuse(module, **CALLS[module], timeout=0)
    assert result["organization_id"] == site.id
    assert "organization_id" not in site.refuse(module, **CALLS[module], timeout=0, organization_id=None)


def test_promise_11_failures_and_refusals_have_user_ids(site):
    ids = [site.member(email, viewer("a")) for email in (ANA, BO)]
    site.emulator.add_resource(site.organization, "deployment", "a", "hidden")
    refusal = {"status": 400, "code": "organization.invitation_invalid_email"}
    site.emulator.fail("status", **refusal, method="POST", path=".*/invitations")
    result = site.run("org_team", members=[has(ANA, BILLING), has(BO, BILLING), has(CY, BILLING)])
    assert [(one["email"], one["user_id"]) for one in result["refused"]] == list(zip((ANA, BO), ids, strict=True))
    for listed in (result["failures"], result["plan"]):
        assert {one["email"]: one["user_id"] for one in listed} == {ANA: ids[0], BO: ids[1], CY: None}


@every_module
def test_a_result_says_whether_it_is_of_check_mode(site, module):
    for check_mode in (True, False):
        assert site.succeed(module, check_mode=check_mode, **CALLS[module])["check_mode"] is check_mode
        assert site.run(module, check_mode=check_mode, **CALLS[module], timeout=0)["check_mode"] is check_mode


# Digest


def digest(site, *members, **options):
    result = site.run("org_team", check_mode=True, members=[THE_OWNER, *members], **options)
    return result["plan_digest"]


def test_a_digest_is_that_of_what_is_done_however_it_is_written(site):
    site.member(ANA, viewer("a"))
    site.member(BO, viewer("b"))
    wanted = digest(site, has(ANA, viewer("b", "c")), {"email": BO, "state": "absent"})
    spelt = {"deployment": [{"role_id": "viewer", "deployment_ids": [one]} for one in "cb"]}
    groups = {"readers": spelt}
    gone = {"email": BO.upper(), "until": "2020-01-01"}
    assert digest(site, gone, {"email": ANA.upper(), "groups": ["readers"]}, groups=groups) == wanted
    refused = digest(site, has(ANA, viewer("b", "c")), {"email": BO, "state": "absent"}, max_removals=0)
    assert refused == wanted
    done = site.succeed("org_team", members=[has(ANA, viewer("b", "c")), {"email": BO, "state": "absent"}])
    assert done["plan_digest"] == wanted
    assert len(wanted) == 64


def test_another_plan_has_another_digest(site):
    site.member(ANA, viewer("a"))
    site.invitation(CY, viewer("a"))
    digests = [
        digest(site),
        digest(site, has(ANA, BILLING)),
        digest(site, has(ANA, viewer("b"))),
        digest(site, has(ANA, {"deployment": [{**viewer("a")["deployment"][0], "application_roles": []}]})),
        digest(site, {"email": ANA, "state": "absent"}),
        digest(site, {"email": CY, "state": "absent"}),
        digest(site, has(CY, BILLING)),
        digest(site, has("new@example.com", BILLING)),
        digest(site, has("new2@example.com", BILLING)),
    ]
    site.emulator.remove(site.organization, ANA)
    site.member(ANA, viewer("a"), user_id="another")
    digests.append(digest(site, has(ANA, BILLING)))
    other = site.emulator.add_organization("Other")
    site.emulator.add_member(other, "owner@example.com", OWNER)
    digests.append(digest(site, api_key=site.emulator.add_key(other), organization_id=other.id))
    assert len(set(digests)) == len(digests)


# Sizes


@pytest.mark.parametrize("module", ["org_invitation", "org_member", "org_team"])
def test_a_result_is_whole_up_to_300_actions(site, module, monkeypatch):
    monkeypatch.setattr(report, "MOST_WHOLE", 1)
    monkeypatch.setattr(report, "MOST_LISTED", 3)
    result = site.succeed(module, check_mode=True, **CALLS[module])
    assert (result["plan_total"], result["plan_shortened"]) == (1, False)
    assert {"before", "after"} < result["plan"][0].keys()
    assert not [name for name in result if name.endswith("_total") and name not in ("plan_total", "steps_total")]


@pytest.mark.parametrize("module", ["org_invitation", "org_team"])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_large_result_is_shortened_and_cut_and_says_so(site, module, check_mode, monkeypatch):
    monkeypatch.setattr(report, "MOST_WHOLE", 2)
    monkeypatch.setattr(report, "MOST_LISTED", 3)
    emails = [f"new-{number}@example.com" for number in range(5)]
    options = {"emails": emails} if module == "org_invitation" else {"members": [THE_OWNER, *map(has, emails)]}
    result = site.succeed(module, check_mode=check_mode, **options)
    assert (result["plan_total"], result["plan_shortened"]) == (5, True)
    assert [list(one) for one in result["plan"]] == [["action", "email", "user_id", "reason"]] * 3
    assert [one["after_header"] for one in result["diff"]] == emails[:3]
    if module == "org_invitation":
        assert len(result["invitations"]) == 3
        assert result["invitations_total"] == 5
    else:
        assert counts(result) == {"invited": 5, "unchanged": 1}


def test_every_list_of_a_team_is_cut_but_for_what_a_guard_names(site, monkeypatch):
    monkeypatch.setattr(report, "MOST_LISTED", 1)
    for email in (ANA, BO, CY):
        site.member(email, viewer("a"), extra={"role_assignments": MOON})
    site.emulator.add_resource(site.organization, "deployment", "a", "hidden")
    for number in range(2):
        site.member(f"unlisted-{number}@example.com")
    members = [THE_OWNER, *(has(email, BILLING) for email in (ANA, BO, CY))]
    result = site.run("org_team", members=members)
    assert {name: result[f"{name}_total"] for name in ("unmanaged", "refused", "failures", "not_understood")} == {
        **{"unmanaged": 2, "refused": 3, "failures": 3, "not_understood": 3}
    }
    assert [len(result[name]) for name in ("unmanaged", "refused", "failures", "not_understood", "plan")] == [1] * 5
    assert result["msg"].startswith("3 of 3 actions failed")
    refused = site.refuse("org_team", members=members, purge=True, max_removals=0)
    assert len(refused["guard"]["emails"]) == refused["guard"]["found"] == 2
    assert len(site.succeed("org_info")["members"]) == 6


# What is not understood


@pytest.mark.parametrize("unknown", [ENDS, MOON], ids=["field", "scope"])
@pytest.mark.parametrize("module", ["org_member", "org_team"])
def test_promise_23_who_keeps_more_than_is_defined_is_named(site, module, unknown):
    ana = site.member(ANA, viewer("a"), extra={"role_assignments": unknown})
    options = {"members": [THE_OWNER, has(ANA, BILLING)]} if module == "org_team" else has(ANA, BILLING)
    for check_mode in (True, False):
        result = site.succeed(module, check_mode=check_mode, **options)
        assert result["not_understood"] == [{"email": ANA, "user_id": ana, "role_assignments": unknown}]
        (warning,) = result["warnings"]
        assert ANA in warning
        assert "does not understand" in warning
    again = site.succeed(module, **options)  # nothing is left to do, and it is told all the same
    assert (again["plan"], again["not_understood"], len(again["warnings"])) == ([], result["not_understood"], 1)


@pytest.mark.parametrize(
    ("there", "options"),
    [
        (ENDS, {"members": [THE_OWNER, has(ANA, viewer("a", "x"))]}),
        (ENDS, {"members": [THE_OWNER, {"email": ANA}]}),
        (ENDS, {"members": [THE_OWNER]}),
        (ENDS, {"members": [THE_OWNER, {"email": ANA, "state": "absent"}]}),
        (MOON, {"members": [THE_OWNER], "purge": True}),
        (MOON, {"members": [THE_OWNER], "ignore": [ANA]}),
    ],
    ids=["as defined", "no roles defined", "unmanaged", "absent", "purged", "ignored"],
)
def test_promise_23_nobody_else_is_named(site, there, options):
    site.member(ANA, viewer("a"), extra={"role_assignments": there})
    site.member(BO)
    result = site.succeed("org_team", check_mode=True, max_removals="100%", **options)
    assert (result["not_understood"], [one for one in result["warnings"] if "understand" in one]) == ([], [])


@pytest.mark.parametrize(("state", "named"), [("exact", True), ("present", False), ("absent", True)])
def test_promise_23_a_role_that_is_to_go_and_stays_is_named(site, state, named):
    site.member(ANA, BILLING, extra={"role_assignments": ENDS})
    asked = {"exact": BILLING, "present": BILLING, "absent": viewer("x")}[state]
    result = site.succeed("org_member", email=ANA, role_assignments=asked, role_assignments_state=state)
    assert bool(result["not_understood"]) is named
    assert bool(result["warnings"]) is named


# The end of the API key


@every_module
@pytest.mark.parametrize(
    ("days", "form", "warned"),
    [(13, "iso", True), (13, "http", True), (15, "iso", False), (1, "nonsense", False), (1, "absent", False)],
)
def test_the_end_of_the_key_is_warned_of_in_time_and_once(site, module, days, form, warned):
    ends = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=days)
    header = {
        "iso": ends.isoformat().replace("+00:00", "123Z"),
        "http": f"{ends:%a, %d %b %Y %H:%M:%S} GMT",
        "nonsense": "in a while",
    }.get(form)
    people = [{"user_id": "1", "email": "owner@example.com", "role_assignments": OWNER}]
    lists = {name: [] for name in ("invitations", "domains", "mappings")}
    reply = Reply(body=json.dumps({"id": "1", "name": "x", "members": people, **lists}).encode())
    if header:
        reply.headers["X-Elastic-Api-Key-Expiration"] = header
    with local_server(reply) as server:
        result = site.run(module, check_mode=True, endpoint=server.url, **CALLS[module])
    assert not result.get("failed")
    told = [warning for warning in result["warnings"] if "API key in use ends" in warning]
    assert len(told) == warned
    assert all(f"ends on {ends:%Y-%m-%d} (UTC)" in warning for warning in told)


def test_a_failed_run_warns_of_the_end_of_the_key_too(site):
    ends = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=3)
    headers = {"X-Elastic-Api-Key-Expiration": f"{ends.isoformat()}"}
    with local_server(Reply(403, b'{"errors": []}', headers)) as server:
        result = site.run("org_info", endpoint=server.url)
    assert result["failed"]
    assert len([warning for warning in result["warnings"] if f"{ends:%Y-%m-%d}" in warning]) == 1


def test_promise_13_the_first_50_steps_are_told_and_what_failed_before_all_others(site):
    site.member("owner@example.com", OWNER)
    site.emulator.add_outsider("zz@example.com")
    entries = [{"email": f"p{number}@example.com", "role_assignments": {}} for number in range(60)]
    result = site.run("org_team", members=[*entries, {"email": "zz@example.com", "role_assignments": {}}])
    assert (len(result["steps"]), result["steps_total"]) == (50, 61)
    assert [one["outcome"] for one in result["steps"]] == ["failed", *["done"] * 49]
    assert result["steps"][0]["email"] == "zz@example.com"
    assert "another organization" in result["steps"][0]["error"]
