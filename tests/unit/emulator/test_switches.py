# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reading of every open question."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from ansible_collections.orgops.elastic_cloud.tests.emulator.grants import normalised, parse
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Switches

EXISTS = (400, "organization.invitation_already_exists")
BELONGS = (400, "organization.user_organization_already_belongs")
UNAUTHORIZED = (403, "role_assignments.unauthorized_role_assignments")
NO_PROJECTS = {"elasticsearch": [], "observability": [], "security": [], "workplaceai": [], "vectordb": []}


def invite(api, acme, *emails, **more):
    return api("POST", acme.invitations, {"emails": list(emails), **more})


def shown(api, acme):
    """The role assignments of the member, as the list shows them."""
    return api.raw("GET", acme.members).json()["members"][1].get("role_assignments", "left out")


def test_no_other_values():
    for wrong in ({"grouping": "none"}, {"list_lag": "often"}, {"several_organizations": "perhaps"}, {"unheard_of": 1}):
        with pytest.raises(ValidationError):
            Switches(**wrong)


@pytest.mark.parametrize("reading", ["refuse", "refresh", "refresh_keep_roles"])
@pytest.mark.parametrize("expired", [False, True])
@pytest.mark.parametrize("counts", [False, True])
def test_existing_invitation(api, emulator, acme, deployments, reading, expired, counts):
    emulator.switch(existing_invitation=reading, expired_invitation_counts=counts)
    old = emulator.add_invitation(acme.id, "New@example.com", deployments("deployment-viewer", "a"), expired=expired)
    emulator.clock.advance(60)
    answer = invite(api, acme, "new@example.com", role_assignments=deployments("deployment-admin", "b"))
    listed = api("GET", acme.invitations)[1]["invitations"]
    assert len(listed) == 1
    entry = emulator.log[0]
    in_the_way = counts or not expired
    if in_the_way and reading == "refuse":
        assert answer == EXISTS
        assert (listed[0]["token"], entry["mails"], entry["effect"]) == (old.token, [], [])
        return
    assert answer == (201, {"invitations": listed})
    assert listed[0]["expires_at"] == "2026-01-04T00:01:00.000Z"
    kept = in_the_way and reading == "refresh_keep_roles"
    assert (listed[0]["token"] == old.token) is kept
    assert entry["mails"] == ["New@example.com" if kept else "new@example.com"]
    assert [event["event"] for event in entry["effect"]] == ["refreshed" if in_the_way else "invited"]
    role, resource = ("deployment-viewer", "a") if kept else ("deployment-admin", "b")
    block = {"role_id": role, "deployment_ids": [resource]}
    assert emulator.roles(acme.id, "new@example.com") == {"deployment": [block]}
    assert listed[0]["role_assignments"]["deployment"][0]["role_id"] == role


@pytest.mark.parametrize("existing", ["refuse", "refresh", "refresh_keep_roles"])
@pytest.mark.parametrize(("reading", "left"), [("go", 0), ("last_goes", 1), ("stay", 2)])
def test_older_invitations(api, emulator, acme, deployments, existing, reading, left):
    expired = existing == "refuse"  # so that they are not in the way of the new one
    emulator.switch(existing_invitation=existing, older_invitations=reading, expired_invitation_counts=not expired)
    old = [
        emulator.add_invitation(acme.id, email, deployments("deployment-viewer", "a"), expired=expired).token
        for email in ("new@example.com", "New@example.com")
    ]
    other = emulator.add_invitation(acme.id, "other@example.com").token
    status, answer = invite(api, acme, "new@example.com", role_assignments=deployments("deployment-admin", "b"))
    made = [one["token"] for one in answer["invitations"]]
    assert (status, len(made), made == old[1:]) == (201, 1, existing == "refresh_keep_roles")
    listed = [one["token"] for one in api("GET", acme.invitations)[1]["invitations"]]
    assert listed == [*(token for token in old[:left] if token not in made), other, *made]
    assert emulator.log[0]["mails"] == ["New@example.com" if made == old[1:] else "new@example.com"]
    if left and not expired:  # it is still good for joining
        person = emulator.add_key(kind="person", email="new@example.com")
        assert api("POST", f"/organizations/invitations/{old[0]}/_accept", key=person) == (200, {})
        assert emulator.roles(acme.id, "new@example.com") == {
            "deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["a"]}]
        }


@pytest.mark.parametrize("reading", ["refuse_all", "skip"])
def test_bad_email_in_batch(api, emulator, acme, reading):
    emulator.switch(bad_email_in_batch=reading)
    emulator.add_outsider("else@example.com")
    emulator.add_invitation(acme.id, "open@example.com")
    bad = ["owner@example.com", "else@example.com", "open@example.com", "bad"]
    status, answer = invite(api, acme, *bad, "good@example.com")
    listed = [one["email"] for one in api("GET", acme.invitations)[1]["invitations"]]
    if reading == "refuse_all":
        assert status == 400
        assert listed == ["open@example.com"]
    else:
        assert [one["email"] for one in answer["invitations"]] == ["good@example.com"]
        assert listed == ["open@example.com", "good@example.com"]
    for email in bad:
        assert invite(api, acme, email)[0] == 400


@pytest.mark.parametrize("several", [False, True])
def test_several_organizations(api, emulator, acme, several):
    emulator.switch(several_organizations=several)
    other = emulator.add_organization("Other")
    there = emulator.add_member(other, "there@example.com")
    emulator.add_outsider("else@example.com")
    for email in ("there@example.com", "else@example.com"):
        answer = invite(api, acme, email)
        assert answer == BELONGS if not several else answer[0] == 201
    assert invite(api, acme, "owner@example.com") == BELONGS
    person = emulator.add_key(kind="person", email="there@example.com")
    token = emulator.add_invitation(acme.id, "any@example.com").token
    answer = api("POST", f"/organizations/invitations/{token}/_accept", key=person)
    assert answer == ((200, {}) if several else BELONGS)
    assert (there.user_id in acme.organization.members) is several


@pytest.mark.parametrize("reading", ["exact", "ignore_application_roles"])
def test_removal_matching(api, emulator, acme, deployments, reading):
    emulator.switch(removal_matching=reading)
    emulator.grant(acme.id, acme.member.user_id, deployments("deployment-viewer", "a", "b", roles=["editor"]))
    assert api("DELETE", acme.roles, deployments("deployment-viewer", "a")) == (200, {})
    left = emulator.roles(acme.id, acme.member.user_id)["deployment"][0]["deployment_ids"]
    assert left == (["a", "b"] if reading == "exact" else ["b"])


@pytest.mark.parametrize(
    ("reading", "without", "console_only", "happened"),
    [
        ("side_by_side", ["a", "b"], ["a", "c"], ["granted", "granted"]),
        ("replace", ["b"], ["a", "c"], ["granted", "granted", "revoked"]),
        ("keep", ["a", "b"], ["c"], ["granted"]),
    ],
)
def test_same_role_other_application_roles(api, emulator, acme, deployments, reading, without, console_only, happened):
    emulator.switch(same_role_other_application_roles=reading)
    api("POST", acme.roles, deployments("deployment-viewer", "a", "b"))
    assert api("POST", acme.roles, deployments("deployment-viewer", "a", "c", roles=[])) == (200, {})
    assert [event["event"] for event in emulator.log[-1]["effect"]] == happened
    blocks = [
        {"role_id": "deployment-viewer", "deployment_ids": without},
        {"role_id": "deployment-viewer", "deployment_ids": console_only, "application_roles": []},
    ]
    assert emulator.roles(acme.id, acme.member.user_id) == {"deployment": blocks}
    removed = api("DELETE", acme.roles, deployments("deployment-viewer", "a"))
    added = api("POST", acme.roles, deployments("deployment-viewer", "a", roles=[]))
    assert (removed, added) == ((200, {}), (200, {}))
    assert emulator.roles(acme.id, acme.member.user_id)["deployment"][1]["deployment_ids"] == ["a", "c"]


@pytest.mark.parametrize("reading", ["nothing", "error"])
def test_redundant_change(api, emulator, acme, deployments, reading):
    emulator.switch(redundant_change=reading)
    api("POST", acme.roles, deployments("deployment-viewer", "a"))
    for method, ids, code in (
        ("POST", ("b", "a"), "role_assignments.already_assigned"),
        ("DELETE", ("a", "c"), "role_assignments.not_assigned"),
    ):
        before = emulator.roles(acme.id, acme.member.user_id)
        answer = api(method, acme.roles, deployments("deployment-viewer", *ids))
        assert answer == ((200, {}) if reading == "nothing" else (400, code))
        assert (emulator.roles(acme.id, acme.member.user_id) == before) is (reading == "error")


@pytest.mark.parametrize("reading", ["refuse_all", "ignore"])
def test_unknown_id_in_delete(api, emulator, acme, reading):
    emulator.switch(unknown_id_in_delete=reading)
    token = emulator.add_invitation(acme.id, "new@example.com").token
    for path, id_, code in (
        (acme.members, acme.member.user_id, "user.not_found"),
        (acme.invitations, token, "organization.invitation_not_found"),
    ):
        answer = api("DELETE", f"{path}/{'0' * 64},{id_}")
        assert answer == ((404, code) if reading == "refuse_all" else (200, {}))
        assert api("DELETE", f"{path}/{'0' * 64}") == (404, code)
    gone = reading == "ignore"
    assert (acme.member.user_id not in acme.organization.members) is gone
    assert (not acme.organization.invitations) is gone


@pytest.mark.parametrize("refused", [False, True])
def test_all_where_something_is_hidden(api, emulator, acme, deployments, refused):
    emulator.switch(invitation_all_refused_when_hidden=refused)
    everything = deployments("deployment-viewer", everything=True)
    other_scope = {
        "cloud_connected_resource": [{"role_id": "cloud-connected-admin", "organization_id": acme.id, "all": True}]
    }
    assert invite(api, acme, "a@example.com", role_assignments=everything)[0] == 201
    emulator.add_resource(acme.id, "deployment", "h", "hidden")
    for answer in (
        invite(api, acme, "b@example.com", role_assignments=everything),
        api("POST", acme.roles, everything),
    ):
        assert answer == UNAUTHORIZED if refused else answer[0] in (200, 201)
    assert api("POST", acme.roles, other_scope) == (200, {})
    assert api("DELETE", acme.roles, everything) == (200, {})


@pytest.mark.parametrize("reading", ["accept", "refuse"])
def test_unknown_resources(api, emulator, acme, deployments, reading):
    emulator.switch(unknown_resources=reading)
    emulator.add_resource(acme.id, "deployment", "a")
    assert api("POST", acme.roles, deployments("deployment-viewer", "a")) == (200, {})
    answer = api("POST", acme.roles, deployments("deployment-viewer", "b"))
    assert answer == ((200, {}) if reading == "accept" else UNAUTHORIZED)


@pytest.mark.parametrize("style", ["as_given", "full", "short"])
def test_unknown_roles(api, emulator, acme, deployments, style):
    emulator.switch(role_id_style=style)
    wanted = deployments("deployment_chef", everything=True)
    assert api("POST", acme.roles, wanted) == (400, "root.invalid_data")
    emulator.switch(unknown_roles="accept")
    assert api("POST", acme.roles, wanted) == (200, {})
    assert shown(api, acme) == {"deployment": [{**wanted["deployment"][0], "all": True}]}
    assert invite(api, acme, "new@example.com", role_assignments=wanted)[0] == 201
    assert emulator.roles(acme.id, "new@example.com") == emulator.roles(acme.id, acme.member.user_id)
    assert api("DELETE", acme.roles, wanted) == (200, {})
    assert emulator.roles(acme.id, acme.member.user_id) == {}
    assert api("POST", acme.roles, {"kitchen": wanted["deployment"]}) == (400, "root.invalid_data")


@pytest.mark.parametrize(
    ("style", "analyst", "owner"),
    [
        ("as_given", "t1-analyst", "organization_admin"),
        ("full", "security-t1-analyst", "organization-admin"),
        ("short", "t1_analyst", "admin"),
    ],
)
@pytest.mark.parametrize("in_removal", ["any", "as_shown"])
def test_role_ids(api, emulator, acme, style, analyst, owner, in_removal):
    emulator.switch(role_id_style=style, role_id_in_removal=in_removal)

    def roles(analyst, owner):
        return {
            "organization": [{"role_id": owner, "organization_id": acme.id}],
            "project": {"security": [{"role_id": analyst, "organization_id": acme.id, "all": True}]},
        }

    api("POST", acme.roles, roles("t1-analyst", "organization_admin"))
    assert shown(api, acme) == roles(analyst, owner)
    api("DELETE", acme.roles, roles("security_t1_analyst", "organization-admin"))
    left = emulator.roles(acme.id, acme.member.user_id)
    as_shown = style == "full"  # the organization's role was spelt as it is shown, the other one never
    expected = {"project"} if as_shown else {"organization", "project"}
    assert set(left) == (set() if in_removal == "any" else expected)
    api("DELETE", acme.roles, roles(analyst, owner))
    assert emulator.roles(acme.id, acme.member.user_id) == {}


def blocks_of(role_assignments):
    return [(block["role_id"], tuple(block["deployment_ids"])) for block in role_assignments["deployment"]]


def test_grouping(api, emulator, acme, deployments):
    ids = ("a", "b", "c", "d")
    api("POST", acme.roles, deployments("deployment-viewer", *ids))
    api("POST", acme.roles, deployments("deployment-admin", *ids))
    meant = emulator.roles(acme.id, acme.member.user_id)
    assert blocks_of(shown(api, acme)) == [("deployment-viewer", ids), ("deployment-admin", ids)]
    emulator.switch(grouping="per_grant")
    assert len(blocks_of(shown(api, acme))) == 8
    forms = set()
    for lag in range(20):  # to exchange switches makes the emulator render anew
        emulator.switch(grouping="shuffled", rate_limit=1000 + lag)
        document = shown(api, acme)
        assert normalised(grant for _key, grant in parse(document, emulator.switches)) == meant
        forms.add(tuple(blocks_of(document)))
    assert len(forms) > 15


@pytest.mark.parametrize(
    ("reading", "nothing", "all_deployments", "rest"),
    [
        ("absent", "left out", {"all": True}, {}),
        (
            "null",
            None,
            {"all": True, "deployment_ids": None, "application_roles": None},
            {"platform": None, "organization": None, "cloud_connected_resource": None, "project": None},
        ),
        (
            "empty",
            {
                "platform": [],
                "organization": [],
                "deployment": [],
                "cloud_connected_resource": [],
                "project": NO_PROJECTS,
            },
            {"all": True, "deployment_ids": []},
            {
                "platform": [],
                "organization": [],
                "cloud_connected_resource": [],
                "project": NO_PROJECTS,
            },
        ),
    ],
)
def test_empty_parts(api, emulator, acme, deployments, reading, nothing, all_deployments, rest):
    emulator.switch(empty_parts=reading)
    assert shown(api, acme) == nothing
    api("POST", acme.roles, deployments("deployment-viewer", everything=True))
    block = {"role_id": "deployment-viewer", "organization_id": acme.id, **all_deployments}
    assert shown(api, acme) == {"deployment": [block], **rest}
    api("DELETE", acme.roles, deployments("deployment-viewer", everything=True))
    security = {"security": [{"role_id": "security-admin", "organization_id": acme.id, "project_ids": ["p"]}]}
    api("POST", acme.roles, {"project": security})
    projects = shown(api, acme)["project"]
    assert projects["security"][0].get("all", "left out") == ("left out" if reading == "absent" else False)
    assert projects.get("elasticsearch", "left out") == {"absent": "left out", "null": None, "empty": []}[reading]


def test_extra_fields(api, emulator, acme, deployments):
    emulator.switch(extra_fields={"inherited": False})
    wanted = deployments("deployment-viewer", "a")
    assert api("POST", acme.roles, wanted) == (200, {})
    block = wanted["deployment"][0]
    more = {"deployment": [{"role_id": "deployment-viewer", "organization_id": acme.id, "deployment_ids": ["a"]}]}
    more["deployment"][0]["inherited"] = False
    answer = api.raw("POST", acme.invitations, {"emails": ["new@example.com"], "role_assignments": wanted}).json()
    assert answer["invitations"][0]["role_assignments"] == shown(api, acme) == more
    for method in ("POST", "DELETE"):
        assert api(method, acme.roles, {"deployment": [{**block, "inherited": False}]}) == (400, "root.invalid_data")
    assert "inherited" not in str((emulator.dump(), emulator.roles(acme.id, acme.member.user_id)))
    assert api("DELETE", acme.roles, wanted) == (200, {})
    assert shown(api, acme) == "left out"


@pytest.mark.parametrize(
    ("view", "fields"), [("filtered", [True, True]), ("left_out", [False, True]), ("nothing", [False, False])]
)
def test_limited_view(api, emulator, acme, deployments, view, fields):
    emulator.switch(limited_view=view, empty_parts="empty")
    emulator.grant(acme.id, acme.member.user_id, deployments("deployment-viewer", "mine"))
    key = emulator.add_key(acme.id, kind="limited", scope=[("deployment", "mine")])
    members = api("GET", acme.members, key=key)[1]["members"]
    assert ["role_assignments" in member for member in members] == fields
    assert ["role_assignments" in member for member in api("GET", acme.members)[1]["members"]] == [True, True]


@pytest.mark.parametrize(("case", "email"), [("as_typed", "Ana.Lopez@example.com"), ("lower", "ana.lopez@example.com")])
def test_email_case(api, emulator, acme, case, email):
    emulator.switch(email_case=case)
    assert api("GET", acme.members)[1]["members"][1]["email"] == email
    sent = invite(api, acme, "New@example.com")[1]["invitations"][0]["email"]
    assert sent == ("New@example.com" if case == "as_typed" else "new@example.com")


def test_list_lag(api, emulator, acme):
    emulator.switch(list_lag=2)

    def members():
        return len(api("GET", acme.members)[1]["members"])

    def invitations():
        return len(api("GET", acme.invitations)[1]["invitations"])

    assert (members(), invitations()) == (2, 0)
    api("DELETE", f"{acme.members}/{acme.member.user_id}")
    assert [members() for _turn in range(3)] == [2, 2, 1]
    invite(api, acme, "a@example.com")
    assert invitations() == 0
    invite(api, acme, "b@example.com")
    assert [invitations() for _turn in range(4)] == [0, 1, 2, 2]
    assert members() == 1


def test_always_fails(api, emulator, acme, deployments):
    wanted = deployments("deployment-viewer", "a")
    token = emulator.add_invitation(acme.id, "ana.lopez@example.com").token
    other = emulator.add_invitation(acme.id, "other@example.com").token
    person = emulator.add_key(kind="person", email="new@example.com")
    emulator.switch(always_fails=["Ana.Lopez@Example.com"])
    failed = (500, "root.internal")
    before = emulator.dump()
    assert invite(api, acme, "new@example.com", "ANA.lopez@example.com") == failed
    assert api("DELETE", f"{acme.members}/{acme.owner.user_id},{acme.member.user_id}") == failed
    assert api("DELETE", f"{acme.invitations}/{other},{token}") == failed
    assert api("POST", acme.roles, wanted) == failed
    assert api("DELETE", acme.roles, wanted) == failed
    assert api("GET", f"/organizations/invitations/{token}") == failed
    assert api("POST", f"/organizations/invitations/{token}/_accept", key=person) == failed
    assert emulator.dump() == before
    assert not any(entry["effect"] or entry["mails"] for entry in emulator.log)
    assert [len(api("GET", acme.path + "/" + kind)[1][kind]) for kind in ("members", "invitations")] == [2, 2]
    assert invite(api, acme, "new@example.com")[0] == 201
    assert api("DELETE", f"{acme.invitations}/{other}") == (200, {})
    assert api("POST", f"/users/{acme.owner.user_id}/role_assignments", wanted) == (200, {})
    emulator.switch(always_fails=[])
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}") == (200, {})


@pytest.mark.parametrize(
    ("form", "end"),
    [("absent", None), ("iso", "2026-03-31T22:00:00.000Z"), ("http", "Tue, 31 Mar 2026 22:00:00 GMT")],
)
def test_key_expiration(api, emulator, acme, form, end):
    emulator.switch(key_expiration=form)
    east = timezone(timedelta(hours=2))
    key = emulator.add_key(acme.id, expires_at=datetime(2026, 4, 1, tzinfo=east))

    def header(path, key=None):
        answer = api.raw("GET", path, key=key)
        return answer.status_code, answer.headers.get("X-Elastic-Api-Key-Expiration")

    assert header(acme.members, key) == (200, end)
    assert header("/organizations/1", key) == (404, end)
    assert header(acme.members) == (200, None), "a key without an end"
    assert header(acme.members, "unknown") == (401, None)
    emulator.load(emulator.dump())
    assert header(acme.members, key) == (200, end)
    emulator.clock.advance((datetime(2026, 4, 1, tzinfo=east) - emulator.clock.now()).total_seconds() - 1)
    assert header(acme.members, key) == (200, end)
    emulator.clock.advance(1)
    assert header(acme.members, key) == (401, None)


def test_page_size(api, emulator, acme):
    for name in "abc":
        emulator.add_invitation(acme.id, f"{name}@example.com")
    for path, name, key, size, more in (
        (acme.members, "members", "user_id", 1, True),
        (acme.members, "members", "user_id", 2, False),
        (acme.invitations, "invitations", "email", 2, True),
        (acme.invitations, "invitations", "email", 3, False),
    ):
        emulator.switch(page_size=None)
        everybody = [one[key] for one in api("GET", path)[1][name]]
        emulator.switch(page_size=size)
        reply = api("GET", path)[1]
        assert [one[key] for one in reply[name]] == everybody[:size]
        assert ("next_page" in reply) is more
    assert "next_page" not in api("GET", "/organizations")[1]


def test_max_path_bytes(api, emulator, acme):
    path = f"/api/v1{acme.members}"
    emulator.switch(max_path_bytes=len(path))
    assert api("GET", acme.members)[0] == 200
    assert api("GET", acme.members + "?force=true")[0] == 200
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}") == (414, "root.uri_too_long")
    assert len(acme.organization.members) == 2


def test_max_emails(api, emulator, acme):
    emulator.switch(max_emails=2)
    emails = [f"{name}@example.com" for name in "abc"]
    assert invite(api, acme, *emails) == (400, "root.invalid_data")
    assert invite(api, acme, *emails[:2])[0] == 201


@pytest.mark.parametrize("existing", ["refuse", "refresh"])
def test_max_pending_invitations(api, emulator, acme, existing):
    emulator.switch(max_pending_invitations=2, existing_invitation=existing)
    exceeded = (400, "organization.invitations_pending_limit_exceeded")
    emulator.add_invitation(acme.id, "old@example.com", expired=True)
    assert invite(api, acme, "a@example.com", "b@example.com", "c@example.com") == exceeded
    assert (emulator.log[-1]["effect"], emulator.log[-1]["mails"]) == ([], [])
    assert [one["email"] for one in api("GET", acme.invitations)[1]["invitations"]] == ["old@example.com"]
    assert invite(api, acme, "a@example.com", "b@example.com")[0] == 201
    assert invite(api, acme, "c@example.com") == exceeded
    assert not emulator.log[-1]["effect"]
    again = invite(api, acme, "A@example.com")
    assert again == EXISTS if existing == "refuse" else again[0] == 201
    emulator.accept("b@example.com")
    assert invite(api, acme, "c@example.com")[0] == 201
    assert invite(api, acme, "d@example.com") == exceeded
    emulator.clock.advance(72 * 3600)
    assert invite(api, acme, "d@example.com")[0] == 201


@pytest.mark.parametrize("counted", [False, True])
def test_expired_invitations_and_the_pending_limit(api, emulator, acme, counted):
    emulator.switch(max_pending_invitations=2, pending_limit_counts_expired=counted, existing_invitation="refresh")
    emulator.add_invitation(acme.id, "old@example.com", expired=True)
    emulator.add_invitation(acme.id, "open@example.com")
    answer = invite(api, acme, "new@example.com")
    assert answer == (400, "organization.invitations_pending_limit_exceeded") if counted else answer[0] == 201
    assert [one["email"] for one in api("GET", acme.invitations)[1]["invitations"]] == [
        "old@example.com",
        "open@example.com",
        *([] if counted else ["new@example.com"]),
    ]
    again = invite(api, acme, "old@example.com")
    assert again[0] == (201 if counted else 400), "who is counted already needs no more room"


@pytest.mark.parametrize("retry_after", [False, True])
def test_rate_limit(api, emulator, acme, retry_after):
    emulator.switch(rate_limit=3, rate_limit_seconds=10, rate_limit_interval="10s", retry_after=retry_after)
    emulator.clock.advance(4)
    answers = [api.raw("GET", acme.path) for _turn in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["x-ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert (answers[0].headers["x-ratelimit-limit"], answers[0].headers["x-ratelimit-interval"]) == ("3", "10s")
    wait = answers[3].headers.get("retry-after")
    assert wait == ("6" if retry_after else None)
    emulator.clock.advance(5.9)
    assert api("GET", acme.path) == (429, "root.rate_limit_exceeded")
    emulator.clock.advance(0.1)
    assert api("GET", acme.path)[0] == 200


def test_without_rate_limit_headers(api, emulator, acme):
    emulator.switch(rate_limit_headers=False)
    assert not any("ratelimit" in name for name in api.raw("GET", acme.path).headers)


@pytest.mark.parametrize("retry_after", [False, True])
def test_invitation_limit(api, emulator, acme, retry_after):
    emulator.switch(invitation_limit=3, invitation_limit_seconds=60, retry_after=retry_after)
    limited = (429, "organization.invitations_rate_limit_exceeded")
    assert invite(api, acme, "a@example.com", "b@example.com")[0] == 201
    emulator.clock.advance(20)
    assert invite(api, acme, "c@example.com", "d@example.com") == limited
    assert invite(api, acme, "c@example.com")[0] == 201
    answer = api.raw("POST", acme.invitations, {"emails": ["d@example.com"]})
    assert answer.headers.get("retry-after") == ("40" if retry_after else None)
    emulator.clock.advance(40)
    assert invite(api, acme, "d@example.com", "e@example.com")[0] == 201
    assert invite(api, acme, "f@example.com") == limited
