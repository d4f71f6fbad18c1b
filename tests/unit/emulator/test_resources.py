# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Deployments, projects and their custom roles, and what an organization is set to."""

from __future__ import annotations

import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.readings import SETTINGS_READINGS

PROJECTS = "/serverless/projects"


def deployments(api, **more):
    """The ids and names of deployments."""
    return [(one["id"], one["name"]) for one in api("GET", "/deployments", **more)[1]["deployments"]]


def projects(api, type_, **more):
    """The ids of projects."""
    return [one["id"] for one in api("GET", f"{PROJECTS}/{type_}", **more)[1]["items"]]


def test_deployments(api, emulator, acme):
    assert api("GET", "/deployments") == (200, {"deployments": []})
    for id_, name in (("a", "prod"), ("b", "prod"), ("c", "test"), ("d", "old")):
        emulator.add_resource(acme.id, "deployment", id_, name=name)
    emulator.add_resource(acme.id, "deployment", "c", "hidden")
    emulator.add_resource(acme.id, "deployment", "d", "deleted")
    emulator.add_resource(acme.id, "deployment", "nameless")
    emulator.add_resource(emulator.add_organization("Other"), "deployment", "theirs")
    assert deployments(api) == [("a", "prod"), ("b", "prod"), ("nameless", "nameless")]
    emulator.add_resource(acme.id, "deployment", "c", "known")
    assert deployments(api)[2] == ("c", "test")  # under its name again


@pytest.mark.parametrize("type_", ["elasticsearch", "observability", "security"])
def test_projects(api, emulator, acme, type_):
    emulator.add_resource(acme.id, f"project.{type_}", "p", name="shop", alias="shop-1a2b3c", region="gcp-eu-west3")
    emulator.add_resource(acme.id, "project.vectordb", "q", name="shop")
    project = {"id": "p", "name": "shop", "alias": "shop-1a2b3c", "region_id": "gcp-eu-west3", "type": type_}
    assert api("GET", f"{PROJECTS}/{type_}") == (200, {"items": [project]})
    assert api.raw("GET", f"{PROJECTS}/vectordb").status_code == 404


def test_pages_of_projects(api, emulator, acme):
    for number in range(5):
        emulator.add_resource(acme.id, "project.security", f"p{number}")
    emulator.switch(entries_per_page=2)
    found, page = [], ""
    while page is not None:
        reply = api("GET", f"{PROJECTS}/security", params={"next_page": page})[1]
        found += [one["id"] for one in reply["items"]]
        page = reply.get("next_page")
    assert found == ["p0", "p1", "p2", "p3", "p4"]


def test_custom_roles_of_a_project(api, emulator, acme):
    emulator.add_resource(acme.id, "project.security", "p", roles=["hunter", "auditor"])
    path = f"{PROJECTS}/security/p/roles"
    assert api("GET", path) == (200, {"roles": [{"name": "hunter"}, {"name": "auditor"}]})
    emulator.add_resource(acme.id, "project.security", "p", "deleted")
    assert api("GET", path) == (404, "root.resource_not_found")
    assert api("GET", f"{PROJECTS}/observability/p/roles") == (404, "root.resource_not_found")


def test_a_key_sees_what_it_holds_roles_on(api, emulator, acme):
    for id_ in ("a", "b"):
        emulator.add_resource(acme.id, "deployment", id_)
        emulator.add_resource(acme.id, "project.security", id_)
    viewer = {"deployment": [{"role_id": "deployment-viewer", "deployment_ids": ["b"]}]}
    admin = [("project.security", "*")]
    for key, there, and_there in (
        (emulator.add_key("Acme", role_assignments=viewer), ["b"], []),
        (emulator.add_key("Acme", "limited", scope=admin), [], ["a", "b"]),
        (emulator.add_key(kind="person"), [], []),
        (acme.key, ["a", "b"], ["a", "b"]),
    ):
        assert [id_ for id_, _name in deployments(api, key=key)] == there
        assert projects(api, "security", key=key) == and_there
    assert api("GET", "/deployments", key=emulator.add_key(kind="gone")) == (401, "root.unauthorized")


# What an organization is set to


@pytest.mark.parametrize(
    ("reading", "in_the_answer", "later"),
    [("always", True, True), ("when_changed", True, False), ("never", False, False)],
)
def test_enforcement_shown(api, emulator, acme, reading, in_the_answer, later):
    emulator.switch(enforcement_shown=reading)
    field = "enforce_authentication_method"
    answer = api("PUT", acme.path, {field: "sso"})[1]
    emulator.add_invitation(acme.id, "new@example.com")
    listed = api("GET", "/organizations")[1]["organizations"][0]
    invited = api("GET", acme.invitations)[1]["invitations"][0]["organization"]
    assert acme.organization.settings[field] == "sso"
    assert answer.get(field) == ("sso" if in_the_answer else None)
    for shown in (api("GET", acme.path)[1], listed, invited):
        assert shown.get(field) == ("sso" if later else None)
    assert field not in api("PUT", acme.path, {field: None})[1]
    assert acme.organization.settings[field] is None


@pytest.mark.parametrize("reading", ["keep", "clear"])
def test_what_a_change_of_an_organization_leaves_out(api, emulator, acme, reading):
    emulator.switch(organization_update=reading)
    everything = {
        "name": "Acme",
        "default_disk_usage_alerts_enabled": True,
        "notifications_allowed_email_domains": ["example.com"],
        "billing_contacts": ["bill@example.com"],
        "operational_contacts": ["op@example.com"],
        "enforce_authentication_method": "sso",
    }
    acme.organization.settings["sso_login_identifier"] = "acme-1"
    before = {"id": acme.id, "sso_login_identifier": "acme-1", **everything}
    assert api("PUT", acme.path, everything) == (200, before)
    kept = before if reading == "keep" else {"id": acme.id, "name": "Acme", "sso_login_identifier": "acme-1"}
    more = {"name": "Acme", "billing_contacts": [], "operational_contacts": None}
    assert api("PUT", acme.path, more) == (200, {**kept, "billing_contacts": []})
    nameless = (200, {**kept, "billing_contacts": []}) if reading == "keep" else (400, "organization.invalid_name")
    assert api("PUT", acme.path, {"billing_contacts": []}) == nameless


@pytest.mark.parametrize("reading", SETTINGS_READINGS, ids=str)
def test_who_sends_what_was_read_loses_nothing(api, emulator, acme, reading):
    emulator.switch(**reading)
    acme.organization.settings |= {"billing_contacts": ["bill@example.com"], "default_disk_usage_alerts_enabled": False}
    before = dict(acme.organization.settings)
    read = api("GET", acme.path)[1]
    for value in ("sso", None):
        body = {name: setting for name, setting in read.items() if name != "id"}
        assert api("PUT", acme.path, {**body, "enforce_authentication_method": value})[0] == 200
        settings = {name: setting for name, setting in acme.organization.settings.items() if setting is not None}
        assert settings == before | ({"enforce_authentication_method": value} if value else {})
