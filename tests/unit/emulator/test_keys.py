# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""API keys: the operations on them, and every reading of what is open about them."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, FakeClock
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import KEY_READINGS, KEY_READINGS_WITH_RESERVE

KEYS = "/users/auth/keys"
NOT_FOUND = (404, "api_keys.key_not_found")
INVALID = (400, "api_keys.invalid_input")
REFUSED = (403, "root.invalid_authentication")
DAY = 86400


@pytest.fixture
def viewer(acme):
    """Role assignments: viewer of all deployments."""
    return {"deployment": [{"role_id": "deployment-viewer", "organization_id": acme.id, "all": True}]}


def made(api, **more):
    """Make a key; returns the reply."""
    status, reply = api("POST", KEYS, {"description": "ci", **more})
    assert status == 201, reply
    return reply


def ids(api, **more):
    """The ids of the keys that are listed."""
    return [key["id"] for key in api("GET", KEYS, **more)[1]["keys"]]


def everything(api, emulator):
    """All keys, from all pages, once the list has caught up, by id."""
    found = {}
    for _turn in range(emulator.switches.list_lag + 1):
        page, found = "", {}
        while page is not None and len(found) < 50:
            reply = api.raw("GET", KEYS, params={"next_page": page}).json()
            found |= {key["id"]: key for key in reply["keys"]}
            page = reply.get("next_page")
    return found


def own(emulator, acme):
    """The key that the requests are made with."""
    return next(key for key in emulator.keys if key.secret == acme.key)


def test_a_key_is_made_and_works(api, emulator, acme, viewer):
    reply = made(api, role_assignments=viewer, expiration="3h")
    secret = reply.pop("key")
    assert reply == {
        "id": reply["id"],
        "user_id": acme.owner.user_id,
        "organization_id": acme.id,
        "description": "ci",
        "creation_date": "2026-01-01T00:00:00.000Z",
        "expiration_date": "2026-01-01T03:00:00.000Z",
        "role_assignments": viewer,
    }
    assert api("GET", f"{KEYS}/{reply['id']}") == (200, reply)  # the secret is not shown again
    assert api("GET", KEYS)[1]["keys"][1:] == [reply]
    assert [event["event"] for event in emulator.log[0]["effect"]] == ["key_created"]
    assert secret not in repr(emulator.log)
    assert api("GET", acme.path, key=secret)[0] == 200
    assert api("POST", acme.invitations, {"emails": ["new@example.com"]}, key=secret) == REFUSED
    emulator.clock.advance(3 * 3600)
    assert api("GET", acme.path, key=secret)[0] == 401
    assert api("GET", f"{KEYS}/{reply['id']}") == NOT_FOUND
    assert ids(api) == [own(emulator, acme).id]


def test_what_is_left_out(api, emulator, acme):
    for body in ({}, {"role_assignments": None}, {"role_assignments": {"deployment": None}}):
        reply = made(api, **body)
        assert reply["expiration_date"] == "2026-04-01T00:00:00.000Z"
        owner = [{"role_id": "organization-admin", "organization_id": acme.id}]
        assert reply["role_assignments"] == {"organization": owner}
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}", key=reply["key"]) == (200, {})


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"description": ""},
        {"description": " "},
        {"description": 1},
        {"description": "ci", "expiration": "0d"},
        {"description": "ci", "expiration": "-1d"},
        {"description": "ci", "expiration": "soon"},
        {"description": "ci", "expires_in": "1d"},
        {"description": "ci", "role_assignments": {"deployment": [{"role_id": "deployment-viewer"}]}},
    ],
    ids=str,
)
def test_invalid_input(api, emulator, body):
    assert api("POST", KEYS, body) == INVALID
    assert emulator.log[-1]["effect"] == []


def test_roles_that_cannot_be_given(api, emulator, acme):
    other = emulator.add_organization("Other")

    def answer(organization_id, **block):
        block = {"role_id": "deployment-viewer", "organization_id": organization_id, "deployment_ids": ["h"], **block}
        return api("POST", KEYS, {"description": "ci", "role_assignments": {"deployment": [block]}})

    assert answer(acme.id, role_id="deployment-emperor") == INVALID
    assert answer(acme.id, all=True) == INVALID
    assert answer(other.id) == (403, "role_assignments.unauthorized_role_assignments")
    emulator.add_resource(acme.id, "deployment", "h", "hidden")
    assert answer(acme.id) == (403, "role_assignments.unauthorized_role_assignments")
    platform = {"description": "ci", "role_assignments": {"platform": [{"role_id": "platform-admin"}]}}
    assert api("POST", KEYS, platform)[0] == 403
    assert len(emulator.keys) == 1


def test_keys_are_revoked(api, emulator, acme):
    one, two, three = (made(api)["id"] for _turn in range(3))
    assert api("DELETE", KEYS, {"keys": [one, three]}) == (200, {})
    assert [event["id"] for event in emulator.log[-1]["effect"]] == [one, three]
    assert ids(api)[1:] == [two]
    assert api("DELETE", f"{KEYS}/{two}") == (200, {})
    assert api("DELETE", f"{KEYS}/{two}") == NOT_FOUND
    assert api("DELETE", KEYS, {"keys": "all"}) == (400, "root.invalid_data")
    assert ids(api) == [own(emulator, acme).id]


def test_a_key_can_revoke_itself(api, emulator, acme):
    assert api("DELETE", f"{KEYS}/{own(emulator, acme).id}") == (200, {})
    assert api("GET", KEYS)[0] == 401


@pytest.mark.parametrize(("reading", "left"), [("refuse_all", 2), ("ignore", 1)])
def test_unknown_id_among_several(api, emulator, reading, left):
    emulator.switch(unknown_id_in_delete=reading)
    one, _other = (made(api)["id"] for _turn in range(2))
    assert api("DELETE", KEYS, {"keys": [one, "nothing"]})[0] == (404 if left == 2 else 200)
    assert len(ids(api)) == 1 + left
    assert api("DELETE", KEYS, {"keys": ["nothing"]}) == NOT_FOUND


def test_keys_outlive_their_creator(api, emulator, acme):
    secret = emulator.add_key("Acme", email="ana.lopez@example.com", name="nightly")
    assert api("DELETE", f"{acme.members}/{acme.member.user_id}") == (200, {})
    shown = api("GET", KEYS)[1]["keys"][1]
    assert (shown["description"], shown["user_id"]) == ("nightly", acme.member.user_id)
    assert api("GET", acme.path, key=secret)[0] == 200


def test_who_made_the_key_that_a_test_added(api, emulator):
    other = emulator.add_organization("Other")
    secret = emulator.add_key(other)
    assert "user_id" not in api("GET", KEYS, key=secret)[1]["keys"][0]
    emulator.add_member(other, "somebody@example.org")
    owner = emulator.add_member(other, "boss@example.org", {"organization": [{"role_id": "organization-admin"}]})
    assert api("GET", KEYS, key=secret)[1]["keys"][0]["user_id"] == owner.user_id
    emulator.remove(other, "boss@example.org")
    emulator.add_member(other, "next@example.org", {"organization": [{"role_id": "organization-admin"}]})
    assert api("GET", KEYS, key=secret)[1]["keys"][0]["user_id"] == owner.user_id


def test_key_text(api, emulator, acme):
    reply = made(api)
    assert base64.b64decode(reply["key"]).decode().partition(":")[0] == reply["id"]
    assert base64.b64decode(acme.key).decode().partition(":")[0] == own(emulator, acme).id
    emulator.switch(key_text="opaque")
    text = made(api)["key"]
    assert len(text) == 43  # no multiple of four, so no base64
    assert api("GET", acme.path, key=text)[0] == 200
    emulator.add_key("Acme", secret=base64.b64encode(b"known:x").decode())
    assert ids(api)[-1] == "known"


@pytest.mark.parametrize("form", ["iso", "http"])
def test_header_and_list_agree_on_the_end(api, emulator, form):
    emulator.switch(key_expiration=form)
    reply = made(api, expiration="1d")
    header = api.raw("GET", KEYS, key=reply["key"]).headers["x-elastic-api-key-expiration"]
    assert header == {"iso": reply["expiration_date"], "http": "Fri, 02 Jan 2026 00:00:00 GMT"}[form]


@pytest.mark.parametrize(("reading", "there"), [("vanish", False), ("listed", True)])
def test_expired_keys(api, emulator, reading, there):
    emulator.switch(expired_keys=reading)
    id_ = made(api, expiration="1h")["id"]
    emulator.clock.advance(3600)
    assert (id_ in ids(api)) is there
    assert api("GET", f"{KEYS}/{id_}")[0] == (200 if there else 404)
    assert api("DELETE", KEYS, {"keys": [id_]})[0] == (200 if there else 404)


def test_limit_of_active_keys(api, emulator, acme):
    for number in range(498):
        emulator.add_key("Acme", name=f"key {number}")
    made(api, expiration="1d")
    assert api("POST", KEYS, {"description": "one too many"}) == INVALID
    other = emulator.add_organization("Other")
    api("POST", KEYS, {"description": "theirs"}, key=emulator.add_key(other))
    emulator.clock.advance(DAY)
    made(api)
    emulator.switch(max_keys=3)
    assert api("POST", KEYS, {"description": "one too many"}) == INVALID


def test_pages(api, emulator):
    for _turn in range(4):
        made(api)
    everything = api("GET", KEYS)[1]
    assert "next_page" not in everything
    emulator.switch(entries_per_page=2)
    found, page = [], api("GET", KEYS)[1]
    while "next_page" in page:
        assert len(page["keys"]) == 2
        found += page["keys"]
        page = api("GET", KEYS, params={"next_page": page["next_page"]})[1]
    assert (found + page["keys"], len(page["keys"])) == (everything["keys"], 1)
    assert api("GET", f"{KEYS}/_all") == (200, everything)
    assert api("GET", f"{KEYS}?next_page=nonsense") == (400, "root.invalid_data")
    emulator.switch(next_page_repeats=True)
    first = api("GET", KEYS)[1]
    assert api("GET", KEYS, params={"next_page": first["next_page"]}) == (200, first)


@pytest.mark.parametrize("reading", KEY_READINGS + KEY_READINGS_WITH_RESERVE[:1], ids=str)
def test_whatever_the_reading(api, emulator, acme, viewer, reading):
    """What is made is listed with what was asked for, works until it is revoked or ends, and nothing else changes."""
    emulator.switch(**reading)
    other = emulator.add_organization("Other")
    emulator.add_member(other, "owner@example.com", user_id=acme.owner.user_id)
    emulator.add_key(other, email="owner@example.com", id="elsewhere")
    one, two = (api.raw("POST", KEYS, {"description": "ci", "role_assignments": viewer}).json() for _turn in range(2))
    brief = api.raw("POST", KEYS, {"description": "brief", "expiration": "1h"}).json()
    assert one["id"] != two["id"]
    listed = everything(api, emulator)
    there = {one["id"], two["id"], brief["id"], own(emulator, acme).id}
    assert listed.keys() - {"elsewhere"} == there
    assert ("elsewhere" in listed) is emulator.switches.keys_elsewhere
    made_now = [listed[key["id"]] for key in (one, two)]
    assert {key["description"] for key in made_now} == {"ci"}
    assert {key["user_id"] for key in made_now} == {acme.owner.user_id}
    assert all("key" not in key for key in listed.values())
    assert [emulator.keys[index].grants for index in (2, 3)] == [parsed(emulator, acme, viewer)] * 2
    emulator.clock.advance(2 * 3600)
    assert api("GET", acme.path, key=brief["key"])[0] == 401
    assert (brief["id"] in everything(api, emulator)) is (emulator.switches.expired_keys == "listed")
    assert api("DELETE", KEYS, {"keys": [one["id"]]}) == (200, {})
    assert api("GET", acme.path, key=one["key"])[0] == 401
    assert api("GET", acme.path, key=two["key"])[0] == 200
    left = everything(api, emulator).keys() - {brief["id"], "elsewhere"}
    assert left == {two["id"], own(emulator, acme).id}


def parsed(emulator, acme, assignments):
    """Grants of role assignments, by what makes them the same."""
    return emulator._grants_in(acme.organization, assignments)


def test_nothing_may_be_done_about_keys(api, emulator):
    emulator.switch(keys_listed="refuse")
    for request in (("GET", KEYS), ("POST", KEYS, {"description": "ci"}), ("DELETE", KEYS, {"keys": ["x"]})):
        assert api(*request) == REFUSED
    assert api("GET", "/organizations")[0] == 200


def test_keys_survive_a_restart(tmp_path, emulator, acme, viewer):
    emulator.add_key("Acme", name="nightly", role_assignments=viewer, user_id="1", shows_organization=False)
    emulator.create_key(emulator.keys[0], "ci", "1d")
    again = Emulator(clock=FakeClock(), state_file=tmp_path / "state")
    again.load(emulator.dump())
    assert [key.user_id for key in again.keys] == [acme.owner.user_id, "1", acme.owner.user_id]
    after = Emulator(clock=FakeClock(), state_file=tmp_path / "state")
    assert (after.keys, after.dump()) == (again.keys, again.dump())
    assert after.create_key(after.keys[0], "another")["id"] not in {key.id for key in again.keys}


def test_somebody_makes_and_revokes_a_key_in_the_meantime(api, emulator):
    emulator.before({"do": "add_key", "organizations": ["Acme"], "id": "theirs", "email": "ana.lopez@example.com"})
    assert "theirs" in ids(api)
    emulator.before({"do": "revoke_key", "id": "theirs"}, method="DELETE")
    assert api("DELETE", KEYS, {"keys": ["theirs"]}) == NOT_FOUND
    assert [event["event"] for event in emulator.log[-1]["before"]] == ["key_revoked"]
    with pytest.raises(KeyError):
        emulator.revoke_key("theirs")


@pytest.mark.parametrize(("reading", "shown"), [("all", ["owner's", "ana's"]), ("own", ["owner's"])])
def test_whose_keys_are_listed(api, emulator, acme, reading, shown):
    emulator.switch(keys_listed=reading)
    emulator.add_key("Acme", name="owner's", email="owner@example.com")
    emulator.add_key("Acme", name="ana's", email="ana.lopez@example.com", id="hers")
    assert [key["description"] for key in api("GET", KEYS)[1]["keys"]][1:] == shown
    assert api("GET", f"{KEYS}/hers")[0] == (200 if reading == "all" else 404)
    assert api("DELETE", f"{KEYS}/hers")[0] == (200 if reading == "all" else 404)


@pytest.mark.parametrize("shown", [False, True])
def test_keys_of_another_organization_of_the_same_person(api, emulator, acme, shown):
    other = emulator.add_organization("Other")
    emulator.add_member(other, "owner@example.com", user_id=acme.owner.user_id)
    emulator.add_member(other, "else@example.com")
    emulator.add_key(other, name="elsewhere", email="owner@example.com")
    emulator.add_key(other, name="not theirs", email="else@example.com")
    emulator.switch(keys_elsewhere=shown)
    listed = [(key["description"], key["organization_id"]) for key in api("GET", KEYS)[1]["keys"]]
    assert listed == [("Acme", acme.id), *([("elsewhere", other.id)] if shown else [])]


def test_keys_that_do_not_say_where_they_belong(api, emulator):
    emulator.add_key("Acme", name="homeless", shows_organization=False)
    assert ["organization_id" in key for key in api("GET", KEYS)[1]["keys"]] == [True, False]
    emulator.switch(key_organization=False)
    assert ["organization_id" in key for key in api("GET", KEYS)[1]["keys"]] == [False, False]


def test_limited_keys(api, emulator, acme, viewer):
    key = emulator.add_key("Acme", "limited", scope=[("deployment", "*")], email="ana.lopez@example.com", id="mine")
    body = {"description": "x", "role_assignments": viewer}
    for request in (("GET", KEYS), ("POST", KEYS, body), ("DELETE", KEYS, {"keys": ["mine"]})):
        assert api(*request, key=key) == REFUSED
    assert api("GET", f"{KEYS}/mine", key=key) == REFUSED
    emulator.switch(keys_of_limited="own")
    assert ids(api, key=key) == ["mine"]
    assert api("POST", KEYS, body, key=key)[0] == 201
    assert len(ids(api, key=key)) == 2
    more = {"organization": [{"role_id": "organization-admin", "organization_id": acme.id}]}
    assert api("POST", KEYS, {"description": "x", "role_assignments": more}, key=key)[0] == 403
    assert api("DELETE", f"{KEYS}/{own(emulator, acme).id}", key=key) == NOT_FOUND


def test_other_callers(api, emulator):
    assert api("GET", KEYS, key=emulator.add_key(kind="gone"))[0] == 401
    assert len(ids(api, key=emulator.add_key(kind="person", email="new@example.com"))) == 1
    assert api("POST", KEYS, {"description": "ci"}, key=emulator.add_key([])) == INVALID


def test_keys_of_somebody_for_whom_the_service_always_fails(api, emulator, acme):
    emulator.switch(always_fails=frozenset({"ana.lopez@example.com"}))
    emulator.add_key("Acme", email="ana.lopez@example.com", id="hers")
    assert len(ids(api)) == 2
    for request in (("GET", f"{KEYS}/hers"), ("DELETE", f"{KEYS}/hers"), ("DELETE", KEYS, {"keys": ["hers"]})):
        assert api(*request) == (500, "root.internal")


def test_the_list_may_lag(api, emulator):
    emulator.switch(list_lag=1)
    id_ = made(api)["id"]
    assert id_ not in ids(api)
    assert id_ in ids(api)
    assert api("DELETE", f"{KEYS}/{id_}") == (200, {})
    assert [id_ in ids(api) for _turn in range(2)] == [True, False]


def test_a_lost_reply_leaves_a_key_that_nobody_has(api, emulator):
    emulator.fail("cut_after", method="POST")
    with pytest.raises(OSError, match="cut"):
        api("POST", KEYS, {"description": "ci"})
    assert [key["description"] for key in api("GET", KEYS)[1]["keys"]] == ["Acme", "ci"]
