# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""org_api_key: which key is the current one, when another is made, who gets it, and what is revoked."""

from __future__ import annotations

import os
import stat
from typing import Any

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import KEPT_SECRET
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, Site, under, viewer
from ansible_collections.orgops.elastic_cloud.tests.unit.readings import KEY_READINGS

DAY = 24 * 3600
VIEWER = viewer(all=True)
CI: dict[str, Any] = {"name": "ci", "role_assignments": VIEWER}
KEYS = "/users/auth/keys"
under_every_reading_of_keys = pytest.mark.parametrize("site", KEY_READINGS, indirect=True, ids=str)


@pytest.fixture
def site(site: Site) -> Site:
    """An organization with an owner, whose key is in use, and who is all alone."""
    site.member("owner@example.com", OWNER)
    return site


def works(site: Site, secret: str) -> bool:
    """Tell whether a key is one."""
    reply = requests.get(f"{site.url}/api/v1/organizations", headers={"Authorization": f"ApiKey {secret}"}, timeout=5)
    return reply.status_code == 200


def key(site: Site, name: str = "ci", roles: dict[str, Any] | None = None, **details: Any) -> str:
    """Somebody has made a key; returns its id."""
    details = {"email": "owner@example.com"} | details
    site.emulator.add_key(site.organization, name=name, role_assignments=VIEWER if roles is None else roles, **details)
    return site.emulator.keys[-1].id


def ids(site: Site, name: str = "ci") -> list[str]:
    """The keys of a name, in the order in which they were made."""
    return [one.id for one in site.emulator.keys if one.name == name]


def owner(site: Site) -> str:
    """The user id of the owner."""
    return site.user_id("owner@example.com")


# Making one


@under_every_reading_of_keys
def test_a_key_is_made_and_handed_over_once(site):
    result = site.converge("org_api_key", **CI)
    assert works(site, site.handed)
    (made,) = ids(site)
    expected = {"id": made, "name": "ci", "user_id": owner(site), "role_assignments": VIEWER}
    assert {name: result["api_key"][name] for name in expected} == expected
    assert result["api_key"]["expires_at"] > result["api_key"]["created_at"]
    assert result["plan"] == [
        {
            "action": "create_api_key",
            "name": "ci",
            "id": None,
            "before": None,
            "after": {"role_assignments": VIEWER, "expires_in": None},
            "reason": "no API key with this name and exactly these role assignments is shown to this API key",
        }
    ]
    assert [(one["after_header"], one["before"]) for one in result["diff"]] == [("ci", "")]
    assert "deployment-viewer" in result["diff"][0]["after"]
    assert result["superseded"] == result["failures"] == []
    again = site.succeed("org_api_key", **CI)
    assert site.handed is None
    assert again["api_key"] == result["api_key"]


def test_the_requests_are_as_few_as_can_be(site):
    site.run("org_api_key", **CI)
    assert site.requests == [
        ("GET", KEYS),
        ("GET", f"/organizations/{site.id}/members"),  # since all keys that are there are one person's
        ("POST", KEYS),
    ]
    assert site.writes[0]["body"]["description"] == "ci"
    assert "expiration" not in site.writes[0]["body"]
    site.member("ana@example.com", OWNER)
    key(site, "ana's", email="ana@example.com")
    site.run("org_api_key", **CI)
    assert site.requests == [("GET", KEYS)]


def test_a_key_lives_as_long_as_is_said(site):
    result = site.converge("org_api_key", expires_in="12h", **CI)
    assert result["plan"][0]["after"]["expires_in"] == "12h"
    assert site.done_by[0]["body"]["expiration"] == "12h"
    assert not site.succeed("org_api_key", expires_in="30d", **CI)["changed"]


@under_every_reading_of_keys
def test_a_key_goes_to_a_file_with_its_id_beside_it(site, tmp_path):
    dest = tmp_path / "key"
    result = site.converge("org_api_key", dest=str(dest), **CI)
    assert site.handed is None
    assert works(site, dest.read_text())
    assert (tmp_path / "key.id").read_text() == result["api_key"]["id"] == ids(site)[0]
    assert sorted(os.listdir(tmp_path)) == ["key", "key.id"]
    assert {stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()} == {0o600}


def test_spelling_and_application_roles_that_mean_the_same_make_no_other_key(site):
    key(site, roles=viewer(all=True))
    for roles in (
        {"deployment": [{"role_id": "viewer", "all": True, "application_roles": []}]},
        {"deployment": [{"role_id": "deployment_viewer", "all": True, "application_roles": None}], "project": {}},
    ):
        assert not site.succeed("org_api_key", name=" ci ", role_assignments=roles)["changed"]
    assert site.succeed("org_api_key", name="ci", role_assignments=viewer(all=True, application_roles=["x"]))["changed"]


def test_fields_that_this_version_does_not_know_make_no_other_key(site):
    site.emulator.switches = site.emulator.switches.__class__(extra_fields={"inherited": False})
    result = site.succeed("org_api_key", **CI)
    assert result["api_key"]["role_assignments"]["deployment"][0]["inherited"] is False
    assert not site.succeed("org_api_key", **CI)["changed"]


@under({"key_text": "opaque", "key_expiration": "iso"})
def test_other_roles_are_another_key_and_the_wide_one_is_told_of_until_it_is_gone(site):
    wide = key(site, roles=viewer(all=True))
    narrow = {"name": "ci", "role_assignments": viewer("a")}
    result = site.converge("org_api_key", **narrow)
    assert [one["id"] for one in result["superseded"]] == [wide]
    (warning,) = result["warnings"]
    assert wide in warning
    assert "roles that are not defined" in warning
    assert site.succeed("org_api_key", **narrow)["warnings"] == [warning]
    site.converge("org_api_key", id=wide, state="absent")
    assert site.succeed("org_api_key", **narrow)["warnings"] == []


def test_a_narrower_one_beside_the_current_one_is_superseded_without_a_warning(site):
    narrow = key(site, roles=viewer("a"))
    result = site.converge("org_api_key", name="ci", role_assignments=viewer("a", "b"))
    assert [one["id"] for one in result["superseded"]] == [narrow]
    assert result["warnings"] == []


def test_a_key_is_renewed_before_it_ends_and_the_old_one_goes_on(site):
    options = {**CI, "expires_in": "30d", "renew_before": "10d"}
    first = site.converge("org_api_key", **options)["api_key"]["id"]
    site.emulator.clock.advance(19 * DAY)
    assert not site.succeed("org_api_key", **options)["changed"]
    site.emulator.clock.advance(1 * DAY)
    result = site.converge("org_api_key", **options)
    assert ids(site) == [first, result["api_key"]["id"]]
    assert f"the API key {first} ends on" in result["plan"][0]["reason"]
    assert [one["id"] for one in result["superseded"]] == [first]
    assert result["warnings"] == []


@under({"expired_keys": "listed"})
def test_a_key_that_has_ended_is_as_good_as_gone(site):
    old = key(site, expired=True)
    result = site.converge("org_api_key", **CI)
    assert result["api_key"]["id"] != old
    assert result["superseded"] == []


def test_of_several_the_newest_is_the_current_one(site):
    older, newer = key(site), None
    site.emulator.clock.advance(60)
    newer = key(site)
    result = site.succeed("org_api_key", **CI)
    assert not result["changed"]
    assert result["api_key"]["id"] == newer
    assert [one["id"] for one in result["superseded"]] == [older]


def test_one_is_made_whatever_there_is_where_that_is_asked_for(site, tmp_path):
    old = key(site)
    options = {**CI, "force": True, "dest": str(tmp_path / "key")}
    assert site.succeed("org_api_key", check_mode=True, **options)["changed"]
    result = site.succeed("org_api_key", **options)
    assert result["plan"][0]["reason"] == "force is true"
    assert ids(site) == [old, result["api_key"]["id"]]
    assert site.succeed("org_api_key", **options)["changed"]


# Whose secret is where


@pytest.mark.parametrize("renew_before", [None, "80d"])
def test_a_key_whose_secret_is_on_another_machine_is_not_made_again(site, tmp_path, renew_before):
    there = key(site)
    options = {**CI, "dest": str(tmp_path / "key"), "renew_before": renew_before, "expires_in": "90d"}
    result = site.refuse("org_api_key", **options)
    assert result["guard"] == {"name": "secret_elsewhere", "limit": 0, "found": 1, "emails": []}
    assert there in result["msg"]
    assert "force=true" in result["msg"]
    assert os.listdir(tmp_path) == []
    assert site.succeed("org_api_key", force=True, **options)["changed"]


def test_an_empty_file_is_no_secret(site, tmp_path):
    key(site)
    (tmp_path / "key").touch()
    assert site.refuse("org_api_key", dest=str(tmp_path / "key"), **CI)["guard"]["name"] == "secret_elsewhere"


@pytest.mark.parametrize("missing", ["key", "key.id"])
def test_one_of_the_two_files_alone_is_worth_nothing(site, tmp_path, missing):
    options = {**CI, "dest": str(tmp_path / "key")}
    old = site.succeed("org_api_key", **options)["api_key"]["id"]
    (tmp_path / missing).unlink()
    result = site.converge("org_api_key", **options)
    assert "only one of dest and DEST.id is there" in result["plan"][0]["reason"]
    assert [one["id"] for one in result["superseded"]] == [old]
    assert works(site, (tmp_path / "key").read_text())


def test_the_key_in_the_file_is_the_current_one_even_if_a_newer_one_is_there(site, tmp_path):
    options = {**CI, "dest": str(tmp_path / "key")}
    mine = site.succeed("org_api_key", **options)["api_key"]["id"]
    site.emulator.clock.advance(60)
    lost = key(site)
    result = site.converge("org_api_key", **options)
    assert not result["changed"]
    assert result["api_key"]["id"] == mine
    assert [one["id"] for one in result["superseded"]] == [lost]
    site.emulator.revoke_key(mine)
    renewed = site.converge("org_api_key", **options)["api_key"]["id"]
    assert renewed not in (mine, lost)
    assert (tmp_path / "key.id").read_text() == renewed


def test_without_its_plugin_the_module_makes_no_key_that_would_be_logged(site, monkeypatch, tmp_path):
    monkeypatch.delenv(KEPT_SECRET)
    assert "async" in site.refuse("org_api_key", **CI)["msg"]
    assert site.succeed("org_api_key", dest=str(tmp_path / "key"), **CI)["changed"]
    assert not site.succeed("org_api_key", **CI)["changed"]
    assert site.succeed("org_api_key", name="ci", state="absent")["changed"]


# The other guards


def test_more_than_five_keys_of_one_name_are_never_made(site):
    for number in range(5):
        key(site, roles=viewer(str(number)))
    result = site.refuse("org_api_key", force=True, **CI)
    assert result["guard"] == {"name": "too_many_keys", "limit": 5, "found": 6, "emails": []}
    site.emulator.revoke_key(ids(site)[0])
    assert site.converge("org_api_key", **CI)["changed"]


OWN = {"id": {}, "iso": {"key_text": "opaque", "key_expiration": "iso"}}
OWN["http"] = {"key_text": "opaque", "key_expiration": "http"}


@pytest.mark.parametrize("site", OWN.values(), indirect=True, ids=OWN)
@pytest.mark.parametrize("by", ["name", "id"])
def test_the_key_in_use_is_not_revoked(site, by):
    site.key = site.emulator.add_key(
        site.organization, name="ours", expires_at=site.emulator.clock.now().replace(year=2027)
    )
    other = key(site, "ours")
    named = {"name": "ours"} if by == "name" else {"id": site.emulator.keys[-2].id}
    result = site.refuse("org_api_key", state="absent", **named)
    assert result["guard"] == {"name": "own_key", "limit": 0, "found": 1, "emails": []}
    assert site.converge("org_api_key", id=other, state="absent")["changed"]


@pytest.mark.parametrize("site", [{"key_text": "opaque"}], indirect=True)
def test_where_nothing_tells_which_key_is_in_use_owners_keys_go_by_id_alone(site):
    maybe, viewers = key(site, "old", OWNER), key(site, "old")
    result = site.converge("org_api_key", name="old", state="absent")
    assert ids(site, "old") == [maybe]
    assert [one["id"] for one in result["plan"]] == [viewers]
    assert [one["id"] for one in result["superseded"]] == [maybe]
    assert any(maybe in warning and "run again with it" in warning for warning in result["warnings"])
    by_id = site.converge("org_api_key", id=maybe, state="absent")
    assert any("which is revoked, is the one in use" in warning for warning in by_id["warnings"])
    assert ids(site, "old") == []


# Revoking


@under_every_reading_of_keys
def test_keys_are_revoked_by_name_in_one_request(site):
    there = [key(site), key(site, roles=viewer("a")), key(site, "other")]
    result = site.converge("org_api_key", name="ci", state="absent")
    assert result["api_key"] is None
    assert result["superseded"] == []
    assert {one["id"] for one in result["plan"]} == set(there[:2])
    assert [(one["method"], set(one["body"]["keys"])) for one in site.done_by] == [("DELETE", set(there[:2]))]
    assert ids(site, "other") == there[2:]
    assert {one["after_header"] for one in result["diff"]} == {f"ci (id {one})" for one in there[:2]}
    assert all(one["before"] and not one["after"] for one in result["diff"])
    before = result["plan"][0]["before"]
    assert before.keys() == {"role_assignments", "expires_at"}
    assert result["plan"][0]["after"] is None


@under_every_reading_of_keys
def test_one_key_is_revoked_by_its_id(site):
    there = [key(site), key(site)]
    site.converge("org_api_key", id=f" {there[0]} ", state="absent")
    assert ids(site) == there[1:]


def test_what_is_not_there_is_absent_and_files_stay(site, tmp_path):
    (tmp_path / "key").write_text("a secret")
    for options in ({"id": "unknown"}, {"name": "unknown"}):
        assert not site.converge("org_api_key", state="absent", dest=str(tmp_path / "key"), **options)["changed"]
    assert (tmp_path / "key").read_text() == "a secret"


def test_keys_of_one_name_by_several_people_are_revoked_by_id_alone(site):
    site.member("ana@example.com", OWNER)
    there = [key(site, email="ana@example.com"), key(site, email="owner@example.com")]
    message = site.refuse("org_api_key", name="ci", state="absent")["msg"]
    for id_, email in zip(there, ("ana@example.com", "owner@example.com"), strict=True):
        assert f"id {id_} made by {site.user_id(email)}, " in message
    assert site.converge("org_api_key", id=there[0], state="absent")["changed"]


def test_keys_of_one_name_by_several_people_are_a_warning_where_nothing_is_revoked(site):
    site.member("ana@example.com", OWNER)
    old = key(site, email="ana@example.com")
    assert site.succeed("org_api_key", **CI)["warnings"] == []
    result = site.converge("org_api_key", name="ci", role_assignments=viewer("a", "b"))
    assert any(f"id {old} made by" in warning for warning in result["warnings"])


@pytest.mark.parametrize("unknown", ["refuse_all", "ignore"])
@pytest.mark.parametrize("how_many", [1, 2])
def test_a_key_that_somebody_else_revokes_meanwhile_is_gone(site, unknown, how_many):
    site.emulator.switches = site.emulator.switches.__class__(unknown_id_in_delete=unknown)
    there = [key(site), key(site)]
    for id_ in there[:how_many]:
        site.emulator.before({"do": "revoke_key", "id": id_}, method="DELETE", nth=1)
    site.succeed("org_api_key", name="ci", state="absent")
    assert ids(site) == []


def test_one_that_the_service_cannot_revoke_keeps_no_other(site):
    site.member("odd@example.com", OWNER)
    bad = key(site, email="odd@example.com")
    site.emulator.switches = site.emulator.switches.__class__(always_fails=["odd@example.com"])
    result = site.run("org_api_key", id=bad, state="absent", retries=1)
    assert result["failed"]
    assert result["failures"][0]["id"] == bad
    assert result["failures"][0]["error"]["codes"][0] == "outcome_unknown"
    assert [one["id"] for one in result["superseded"]] == [bad]
    assert ids(site) == [bad]


# What is not seen


@pytest.mark.parametrize("site", [{"keys_elsewhere": True}], indirect=True)
def test_keys_of_another_organization_do_not_count_and_are_not_revoked(site):
    other = site.emulator.add_organization("Other")
    site.emulator.add_key(other, name="ci", role_assignments=VIEWER, user_id=owner(site))
    theirs = site.emulator.keys[-1].id
    result = site.converge("org_api_key", **CI)
    assert result["superseded"] == result["warnings"] == []
    assert "another organization" in site.refuse("org_api_key", id=theirs, state="absent")["msg"]
    site.converge("org_api_key", name="ci", state="absent")
    assert ids(site) == [theirs]


def test_keys_that_name_no_organization_are_told_of_and_never_revoked(site):
    nobodys = key(site, roles=viewer("a"), shows_organization=False)
    for result in (
        site.converge("org_api_key", **CI),
        site.converge("org_api_key", name="ci", state="absent"),
    ):
        assert any(nobodys in warning and "name no organization" in warning for warning in result["warnings"])
    assert ids(site) == [nobodys]
    assert "names no organization" in site.refuse("org_api_key", id=nobodys, state="absent")["msg"]


@pytest.mark.parametrize("site", [{"key_organization": False}], indirect=True)
def test_where_no_key_names_an_organization_none_is_made_in_every_run(site, tmp_path):
    first = site.succeed("org_api_key", **CI)
    result = site.refuse("org_api_key", **CI)
    assert result["guard"]["name"] == "secret_elsewhere"
    assert first["api_key"]["id"] in result["msg"]
    in_a_file = {"name": "file", "role_assignments": VIEWER, "dest": str(tmp_path / "key")}
    assert site.succeed("org_api_key", **in_a_file)["changed"]
    assert not site.succeed("org_api_key", **in_a_file)["changed"]  # whose id is in the file


@pytest.mark.parametrize("site", [{"keys_listed": "own"}], indirect=True)
def test_where_all_keys_are_one_persons_others_may_not_be_seen(site):
    result = site.converge("org_api_key", **CI)
    assert result["warnings"] == []
    site.member("ana@example.com", OWNER)
    key(site, "ana's", email="ana@example.com")
    (warning,) = site.succeed("org_api_key", **CI)["warnings"]
    assert "one person of several members" in warning


@pytest.mark.parametrize("site", [{"keys_listed": "refuse"}], indirect=True)
def test_a_key_that_may_not_list_keys_makes_none(site):
    result = site.refuse("org_api_key", **CI)
    assert "Reading the API keys" in result["msg"]
    assert result["error"]["status"] == 403


@pytest.mark.parametrize("site", [{"entries_per_page": 1, "next_page_repeats": True}], indirect=True)
def test_half_a_picture_makes_no_key(site):
    key(site)
    assert "half a picture" in site.refuse("org_api_key", **CI)["msg"]


# Input


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({}, "name: is missing"),
        ({"name": " "}, "name: is missing"),
        ({"name": "ci", "role_assignments": None}, "role_assignments: is missing or empty"),
        ({"name": "ci", "role_assignments": {}}, "role_assignments: is missing or empty"),
        ({"name": "ci", "role_assignments": {"deployment": []}}, "role_assignments: is missing or empty"),
        ({**CI, "id": "x"}, "id: can be given with state=absent alone"),
        ({**CI, "expires_in": "0d"}, "expires_in: must be a duration such as 90d"),
        ({**CI, "expires_in": "soon"}, "expires_in: must be a duration such as 90d"),
        ({**CI, "expires_in": "-1d"}, "expires_in: must be a duration such as 90d"),
        ({**CI, "renew_before": "0h"}, "renew_before: must be a duration such as 90d"),
        ({**CI, "expires_in": "48h", "renew_before": "2d"}, "renew_before: 2d is not below expires_in=48h"),
        ({**CI, "renew_before": "90d"}, "renew_before: 90d is not below the three months"),
        ({**CI, "name": "{{ evil }}"}, "name: '{{ evil }}' would be a template"),
        ({**CI, "name": "two\nlines"}, "name: 'two\\nlines' contains a control character"),
        ({**CI, "dest": "/tmp/{{ evil }}"}, "dest: '/tmp/{{ evil }}' would be a template"),
        ({"state": "absent"}, "give either name or id"),
        ({"state": "absent", "name": "a", "id": "b"}, "give either name or id"),
        (
            {"state": "absent", "name": "a", "role_assignments": {}},
            "role_assignments: cannot be given with state=absent",
        ),
        ({"state": "absent", "id": "{# evil"}, "id: '{# evil' would be a template"),
    ],
)
def test_bad_input_is_told_before_any_request(site, options, says):
    assert says in site.reject("org_api_key", **options)


def test_all_that_is_wrong_is_told_at_once(site):
    roles = {"deployment": [{"role_id": "viewer"}], "planets": []}
    message = site.reject("org_api_key", id="x", role_assignments=roles, expires_in="x", renew_before="x", dest="/")
    for one in ("name:", "id:", "role_assignments.deployment[0]:", "role_assignments.planets:", "expires_in:", "dest:"):
        assert f"- {one}" in message


def test_a_role_id_that_no_key_has_is_told_after_reading(site):
    roles = {"deployment": [{"role_id": "deployment-emperor", "all": True}]}
    result = site.refuse("org_api_key", name="ci", role_assignments=roles)
    assert "'deployment-emperor' is not known" in result["msg"]
    site.emulator.switches = site.emulator.switches.__class__(unknown_roles="accept")
    assert site.succeed("org_api_key", name="ci", role_assignments=roles, unknown_roles="warn")["changed"]
    assert not site.succeed("org_api_key", name="ci", role_assignments=roles)["changed"]


# Files


def test_a_link_a_folder_and_a_place_that_is_not_there_are_refused(site, tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("elsewhere")
    (tmp_path / "key.id").mkdir()
    for name, says in (
        ("folder", "is a folder"),
        ("link", "is a link"),
        ("key", "key.id is a folder"),
        ("nowhere/key", "does not exist"),
    ):
        assert says in site.reject("org_api_key", dest=str(tmp_path / name), **CI)
