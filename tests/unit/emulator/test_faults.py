# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults, hooks, the log, and setting up."""

from __future__ import annotations

import random
import threading
from datetime import timedelta

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.tests.emulator.faults import KINDS, NOT_DONE, everything
from ansible_collections.orgops.elastic_cloud.tests.emulator.grants import parse
from ansible_collections.orgops.elastic_cloud.tests.emulator.refusals import Refused
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import (
    FOREVER,
    Clock,
    Emulator,
    FakeClock,
    Fault,
    Mix,
    Switches,
    serve,
)


@pytest.fixture(params=["in process", "over HTTP"])
def get(request, api, emulator, acme):
    """Changes something and gives the answer; the same in the process and over HTTP."""

    def send(url):
        return lambda timeout=5: api.session.put(
            f"{url}/api/v1{acme.path}",
            json={"name": "Renamed"},
            headers={"Authorization": f"ApiKey {acme.key}"},
            timeout=timeout,
        )

    if request.param == "in process":
        yield send("https://emulator.example.com")
    else:
        api.session.trust_env = False
        with serve(emulator) as url:
            yield send(url)


@pytest.mark.parametrize("kind", KINDS)
def test_kind(get, emulator, acme, kind):
    emulator.fail(kind, seconds=0.01)
    expected = {
        "cut_before": requests.exceptions.ConnectionError,
        "cut_after": requests.exceptions.ConnectionError,
        "cut_within": requests.exceptions.ChunkedEncodingError,
        "status": (503, "application/json"),
        "status_after": (502, "application/json"),
        "html": (200, "text/html; charset=utf-8"),
        "html_after": (200, "text/html; charset=utf-8"),
        "truncated": (200, "application/json"),
        "delay": (200, "application/json"),
    }[kind]
    if isinstance(expected, tuple):
        answer = get()
        assert (answer.status_code, answer.headers["content-type"]) == expected
        assert "x-request-id" in answer.headers
        if kind in ("html", "html_after", "truncated"):
            with pytest.raises(requests.exceptions.JSONDecodeError):
                answer.json()
        status = answer.status_code
    else:
        with pytest.raises(expected):
            get()
        status = 200 if kind == "cut_within" else None
    assert acme.organization.name == ("Acme" if kind in NOT_DONE else "Renamed")
    entry = emulator.log[0]
    assert (entry["fault"], entry["status"], len(entry["effect"])) == (kind, status, 0 if kind in NOT_DONE else 1)
    assert get().json()["name"] == "Renamed"
    assert emulator.log[1]["fault"] is None


def test_answer_later_than_the_timeout(get, emulator, acme):
    emulator.fail("delay", seconds=0.2)
    with pytest.raises(requests.exceptions.ReadTimeout):
        get(timeout=0.05)
    assert acme.organization.name == "Renamed"


def test_delay_moves_a_clock_that_stands_still(api, emulator, acme):
    emulator.fail("delay", seconds=7)
    emulator.fail("delay", seconds=3600, nth=2)
    start = emulator.clock.now()
    api("GET", acme.path)
    assert (emulator.clock.now() - start).total_seconds() == 7
    with pytest.raises(requests.exceptions.ReadTimeout):
        api("GET", acme.path)
    assert (emulator.clock.now() - start).total_seconds() == 37


@pytest.mark.parametrize(
    ("details", "status", "content", "headers"),
    [
        ({"status": 500}, 500, "root.unavailable", {}),
        ({"status": 429, "code": "root.rate_limit_exceeded", "retry_after": 3}, 429, "root.rate", {"retry-after": "3"}),
        ({"status": 504, "page": True, "retry_after": 3}, 504, "<html>", {"retry-after": "3"}),
        ({"status": 200, "reply": {"members": [None]}}, 200, '{"members": [null]}', {}),
        (
            {"status": 307, "headers": {"location": "https://x.example.org"}},
            307,
            "",
            {"location": "https://x.example.org"},
        ),
    ],
)
def test_answer_of_a_fault(api, emulator, acme, details, status, content, headers):
    emulator.fail("status", **details)
    answer = api.raw("GET", acme.members, allow_redirects=False)
    assert answer.status_code == status
    assert content in answer.text
    assert headers.items() <= {name.lower(): value for name, value in answer.headers.items()}.items()


def test_unknown_kind(emulator):
    with pytest.raises(ValueError, match="earthquake"):
        emulator.fail("earthquake")


@pytest.mark.parametrize(
    ("trigger", "hit"),
    [
        ({}, [1]),
        ({"times": 2}, [1, 2]),
        ({"times": FOREVER}, [1, 2, 3, 4, 5, 6]),
        ({"nth": 3}, [3]),
        ({"from_nth": 4}, [4, 5, 6]),
        ({"from_nth": 4, "times": 1}, [4]),
        ({"method": "POST"}, [2]),
        ({"method": "POST", "from_nth": 2}, [4, 6]),
        ({"path": "/members$", "nth": 2}, [3]),
        ({"path": "/members$", "method": "POST"}, []),
    ],
)
def test_trigger(api, emulator, acme, trigger, hit):
    fault = emulator.fail("status", **trigger)
    for _turn in range(3):
        api.raw("GET", acme.members)
        api.raw("POST", acme.invitations)
    assert [entry["n"] for entry in emulator.log if entry["fault"]] == hit
    assert fault.fired == len(hit)


def test_faults_add_up(api, emulator, acme):
    emulator.fail("delay", seconds=5, times=FOREVER)
    emulator.fail("status", status=500)
    emulator.fail("status", status=502)
    start = emulator.clock.now()
    statuses = [api.raw("GET", acme.path).status_code for _turn in range(3)]
    assert statuses == [500, 502, 200]
    assert (emulator.clock.now() - start).total_seconds() == 15
    emulator.heal()
    assert api.raw("GET", acme.path).status_code == 200
    assert (emulator.clock.now() - start).total_seconds() == 15


def test_mix(emulator):
    def drawn(seed, rate):
        mix = Mix(seed, rate)
        return [fault and (fault.kind, fault.status) for fault in (mix.draw() for _turn in range(2000))]

    assert drawn(1, 0.2) == drawn(1, 0.2)
    assert drawn(1, 0.2) != drawn(2, 0.2)
    assert 300 < sum(fault is not None for fault in drawn(1, 0.2)) < 500
    assert {fault[0] for fault in drawn(1, 1.0)} == set(KINDS)
    assert drawn(1, 0.0) == [None] * 2000
    assert {fault.kind for fault in everything()} == set(KINDS)


def test_mix_of_few(api, emulator, acme):
    emulator.mix = Mix(1, 1.0, [Fault(kind="status", status=418)])
    assert [api.raw("GET", acme.path).status_code for _turn in range(3)] == [418] * 3


# Hooks


def test_hooks_act_between_reading_and_writing(api, emulator, acme, deployments):
    token = emulator.add_invitation(acme.id, "new@example.com").token
    api("GET", acme.invitations)
    emulator.before({"do": "accept", "email": "new@example.com"}, method="DELETE")
    assert api("DELETE", f"{acme.invitations}/{token}") == (404, "organization.invitation_not_found")
    assert [event["event"] for event in emulator.log[-1]["before"]] == ["accepted"]
    emulator.before(lambda: emulator.remove(acme.id, "new@example.com"), method="POST", path="role_assignments")
    user_id = emulator.member(acme.id, "new@example.com").user_id
    answer = api("POST", f"/users/{user_id}/role_assignments", deployments("deployment-admin", "a"))
    assert answer == (400, "role_assignments.invalid_target_user_id")


def test_every_action(api, emulator, acme, deployments):
    who = {"organization": "Acme", "who": "ana.lopez@example.com"}
    roles = {"role_assignments": deployments("deployment-admin", "a")}
    new = {"organization": acme.id, "email": "new@example.com"}
    expected = {
        "add_organization": ({"name": "Other"}, []),
        "add_key": ({"organizations": ["Acme"], "id": "k"}, []),
        "revoke_key": ({"id": "k"}, ["key_revoked"]),
        "add_outsider": ({"email": "x@example.com"}, []),
        "add_resource": ({"organization": "Acme", "scope": "deployment", "id": "h", "state": "hidden"}, []),
        "grant": ({**who, **roles}, ["granted"]),
        "ungrant": ({**who, **roles}, ["revoked"]),
        "remove": (who, ["removed"]),
        "add_invitation": ({**new, **roles}, ["invited"]),
        "revoke_invitation": (new, ["uninvited"]),
        "add_member": (new, ["joined"]),
    }
    for name, (arguments, events) in expected.items():
        emulator.before({"do": name, **arguments})
        api("GET", acme.path)
        assert [event["event"] for event in emulator.log[-1]["before"]][-len(events) :] == events or not events
    with pytest.raises(ValueError, match="load"):
        emulator.do({"do": "load"})


def test_people_can_be_two_things_at_once(emulator, acme):
    emulator.add_invitation(acme.id, "ana.lopez@example.com")
    twin = emulator.add_member(acme.id, "ana.lopez@example.com", user_id="twin")
    assert emulator.people(acme.id)["ana.lopez@example.com"]["status"] == "active"
    assert len(acme.organization.members) == 3
    assert twin.user_id == "twin"
    assert emulator.owners(acme.id) == [acme.owner.user_id]


def test_who_comes_back_has_the_same_id(emulator, acme):
    emulator.remove(acme.id, acme.member.user_id)
    emulator.add_invitation(acme.id, "ana.lopez@example.com")
    assert emulator.accept("Ana.Lopez@example.com").user_id == acme.member.user_id


# The log


def test_log_entry(api, emulator, acme, deployments):
    body = {"emails": ["new@example.com"], "role_assignments": deployments("deployment-admin", "a/b")}
    api("POST", f"{acme.invitations}?x=1", body)
    grant = {"scope": "deployment", "role_id": "deployment-admin", "resource": "a/b", "application_roles": None}
    entry = emulator.log[0]
    assert [event["event"] for event in entry.pop("before")] == ["joined", "joined"]
    assert entry == {
        "n": 1,
        "method": "POST",
        "path": f"/api/v1{acme.invitations}",
        "query": "x=1",
        "body": body,
        "effect": [
            {"seq": 3, "event": "invited", "organization_id": acme.id, "email": "new@example.com", "grants": [grant]}
        ],
        "mails": ["new@example.com"],
        "status": 201,
        "codes": [],
        "fault": None,
        "in_flight": 1,
    }
    api("GET", "/organizations/nowhere")
    assert (emulator.log[1]["status"], emulator.log[1]["codes"]) == (404, ["organization.not_found"])


def test_log_holds_no_key(api, emulator, acme):
    api("GET", acme.members)
    api.raw("GET", acme.members, key="not-a-key-but-secret")
    assert acme.key not in repr(emulator.log)
    assert "not-a-key" not in repr(emulator.log)
    assert acme.key not in repr(emulator.keys)


def test_access_can_be_followed_through_the_log(api, emulator, acme):
    """Whatever happens, and however the connection fails: the log tells who holds what after each request."""
    rng = random.Random(7)
    emulator.switch(existing_invitation="refresh", same_role_other_application_roles="replace")
    emulator.mix = Mix(7, 0.3)
    emails = [f"p{number}@example.com" for number in range(6)]
    access: dict[str, set[str]] = {}
    followed = 0

    def follow(events):
        for event in events:
            who = event.get("user_id") or event["email"]
            if event["event"] in ("joined", "accepted", "invited", "refreshed"):
                access[who] = {repr(grant) for grant in event["grants"]}
            elif event["event"] in ("removed", "uninvited"):
                access.pop(who)
            elif event["event"] == "granted":
                access[who].add(repr(event["grant"]))
            else:
                access[who].remove(repr(event["grant"]))
            if event["event"] == "accepted":
                access.pop(event["email"])

    def roles():
        block = {"role_id": rng.choice(["deployment-admin", "viewer"]), "organization_id": acme.id}
        block["deployment_ids"] = rng.sample("abc", 2)
        return {"deployment": [block | rng.choice([{}, {"application_roles": []}])]}

    for _turn in range(300):
        member = rng.choice([*acme.organization.members])
        pending = [one.token for one in acme.organization.open_invitations()]
        choice = rng.randrange(6)
        try:
            if choice == 0:
                api.raw("POST", acme.invitations, {"emails": [rng.choice(emails)], "role_assignments": roles()})
            elif choice == 1 and pending:
                api.raw("DELETE", f"{acme.invitations}/{rng.choice(pending)}")
            elif choice == 2 and member != acme.owner.user_id:
                api.raw("DELETE", f"{acme.members}/{member}")
            elif choice == 3 and pending:
                emulator.accept(acme.organization.invitations[rng.choice(pending)].email)
            else:
                api.raw(rng.choice(["POST", "DELETE"]), f"/users/{member}/role_assignments", roles())
        except requests.exceptions.RequestException:
            pass
        for entry in emulator.log[followed:]:
            follow(entry["before"])
            follow(entry["effect"])
        followed = len(emulator.log)
    emulator.heal()
    api("GET", acme.members)
    follow(emulator.log[-1]["before"])
    held = {one.email: one for one in acme.organization.open_invitations()} | acme.organization.members
    assert access == {who: {repr(grant.event()) for grant in one.grants.values()} for who, one in held.items()}
    assert len({entry["fault"] for entry in emulator.log}) == len(KINDS) + 1


class Gate(FakeClock):
    """Who sleeps is held until the gate is opened."""

    def __init__(self):
        super().__init__()
        self.reached, self.opened = threading.Semaphore(0), threading.Event()

    def sleep(self, seconds):
        self.reached.release()
        self.opened.wait()


def test_requests_in_flight_are_counted(api, emulator, acme):
    emulator.clock = gate = Gate()
    emulator.fail("delay", seconds=1, times=3)
    threads = [threading.Thread(target=api.raw, args=("GET", acme.path)) for _turn in range(3)]
    for thread in threads:
        thread.start()
        gate.reached.acquire()
    api("GET", acme.path)
    gate.opened.set()
    for thread in threads:
        thread.join()
    api("GET", acme.path)
    assert [entry["in_flight"] for entry in emulator.log] == [1, 2, 3, 4, 1]


def test_a_request_that_is_interrupted_is_not_in_flight(api, emulator, acme):
    """As by Ctrl-C: before it arrives, or when it has had its effect and the answer is on its way."""

    def interrupt(*_):
        raise KeyboardInterrupt

    emulator.before(interrupt)
    with pytest.raises(KeyboardInterrupt):
        api("PUT", acme.path, {"name": "Never"})
    emulator.fail("delay", seconds=1)
    emulator.clock.sleep = interrupt
    with pytest.raises(KeyboardInterrupt):
        api("PUT", acme.path, {"name": "Renamed"})
    api("GET", acme.path)
    assert [(entry["in_flight"], len(entry["effect"])) for entry in emulator.log] == [(1, 1), (1, 0)]


def test_several_threads_in_one_process(api, emulator, acme, deployments):
    def work(number):
        for count in range(25):
            body = deployments("deployment-admin", f"d{number}-{count}")
            assert api.raw("POST", acme.roles, body).status_code == 200

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    granted = emulator.roles(acme.id, acme.member.user_id)["deployment"][0]["deployment_ids"]
    assert len(granted) == len(emulator.log) == 200
    assert [entry["n"] for entry in emulator.log] == list(range(1, 201))
    seen = sorted(event["seq"] for entry in emulator.log for event in entry["effect"])
    assert len(set(seen)) == 200


def test_fake_clock_is_shared():
    clock = FakeClock()
    emulator = Emulator(clock=clock)
    start = clock.now(), clock.monotonic()
    clock.sleep(90)
    assert ((clock.now() - start[0]).total_seconds(), clock.monotonic() - start[1]) == (90, 90)
    assert emulator.clock.now() == clock.now()


def test_real_clock_can_be_moved():
    clock = Clock()
    before = clock.now(), clock.monotonic()
    clock.advance(3600)
    assert clock.now() - before[0] >= timedelta(hours=1)
    assert clock.monotonic() - before[1] >= 3600


# Setting up


@pytest.mark.parametrize(
    ("role_assignments", "field"),
    [
        ({"galaxy": [{"role_id": "admin"}]}, "galaxy.0"),
        ({"deployment": [{"role_id": "admin"}]}, "deployment.0.deployment_ids"),
        ({"deployment": [{"role_id": "king", "all": True}]}, "deployment.0.role_id"),
    ],
)
def test_nobody_is_set_up_with_roles_that_are_none(emulator, acme, role_assignments, field):
    with pytest.raises(Refused) as caught:
        emulator.add_member(acme.id, "new@example.com", role_assignments)
    assert caught.value.fields == [f"role_assignments.{field}"]


def test_what_is_shown_is_accepted_again(emulator, acme, deployments):
    for number, roles in enumerate((None, [], ["a"])):
        emulator.grant(acme.id, acme.member.user_id, deployments("deployment-viewer", "a", str(number), roles=roles))
    emulator.grant(acme.id, acme.member.user_id, {"project": {"security": [{"role_id": "admin", "all": True}]}})
    shown = emulator.roles(acme.id, acme.member.user_id)
    emulator.add_member(acme.id, "copy@example.com", shown)
    assert emulator.roles(acme.id, "copy@example.com") == shown
    assert emulator.roles(acme.id, "nobody@example.com") is None


def test_spelling_and_order_do_not_make_another_grant(acme, deployments):
    [(organization_id, grant)] = parse(deployments("admin", "a", roles=["b", "a"]), Switches())
    assert organization_id == acme.id
    assert grant.key == ("deployment", "deployment-admin", "a", ("a", "b"))


def test_organizations_are_found_by_object_id_and_name(emulator, acme):
    assert emulator.find("Acme") is emulator.find(acme.id) is emulator.find(acme.organization) is acme.organization
    with pytest.raises(KeyError):
        emulator.find("Nowhere")
