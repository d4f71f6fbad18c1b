# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""org_sso: single sign-on becomes what is defined, in an order that shuts nobody out."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.certificates import from_reply
from ansible_collections.orgops.elastic_cloud.tests.unit.certificates import KEYS, make, private_text, text_of
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    OWNER,
    Result,
    Site,
    under,
    viewer,
)

OLD, NEW = (text_of(make(name=name)) for name in ("old", "new"))
EXPIRED = text_of(make(ends=dt.datetime(2021, 1, 1)))
IDP = {
    "login_identifier_prefix": "acme",
    "issuer": "https://idp.example.com/metadata",
    "sso_url": "https://idp.example.com/sso",
    "public_certificates": [OLD],
}
OWNERS = {"name": "owners", "any": [{"group": "platform"}], "role_assignments": OWNER}
VIEWERS = {"name": "viewers", "any": [{"email": "*@example.com"}], "role_assignments": viewer(all=True)}
NULL_SHOWN = {"enforcement_shown": "with_null"}
# The readings of the questions that concern single sign-on: what is shown of enforcement and cleared by a change of the
# organization, whether the service refuses what locks out, and the form of certificates.
readings = pytest.mark.parametrize(
    "site",
    [
        {},
        NULL_SHOWN,
        {"enforcement_shown": "when_changed"},
        {"enforcement_shown": "never"},
        {"organization_update": "clear"},
        {"locking_out": "refuse"},
        {"certificate_form": "pem"},
        {"certificate_form": "base64_pem"},
        {"certificate_form": "base64_der", "other_certificate_forms": "refuse"},
        {"certificate_form": "base64_pem", "other_certificate_forms": "refuse"},
        {"existing_mapping": "replace", "unknown_mapping_in_delete": "refuse_all"},
        {"list_lag": 1},
        {"list_lag": 2, **NULL_SHOWN},
        {"grouping": "shuffled", "empty_parts": "null", "role_id_style": "short"},
    ],
    indirect=True,
    ids=str,
)


def steps(result: Result) -> list[tuple[str, str]]:
    """The plan in short."""
    return [(action["action"], action["name"]) for action in result["plan"]]


def sso_of(site: Site) -> Any:
    """What the organization has."""
    return site.organization.sso


def enforced(site: Site) -> bool:
    return site.organization.settings.get("enforce_authentication_method") == "sso"


def names(site: Site) -> list[str]:
    return list(sso_of(site).mappings)


def written(site: Site) -> list[tuple[str, str]]:
    """Method and last part of the path of the run that `converge` is about."""
    return [(entry["method"], entry["path"].rpartition("/")[2]) for entry in site.done_by]


@pytest.fixture
def acme(site: Site) -> Site:
    """An organization with owners, a claimed domain, and no single sign-on."""
    site.member("ana@example.com", OWNER)
    site.member("outside@example.org", OWNER)
    site.member("vi@example.com", viewer("a"))
    site.emulator.add_domain(site.organization, "example.com")
    return site


@pytest.fixture
def running(acme: Site) -> Site:
    """The same, with a provider and mappings, which is not enforced."""
    acme.emulator.put_provider(acme.organization, public_certificate=[OLD])
    acme.emulator.add_mapping(acme.organization, "owners", {"any": [{"group": "platform"}]}, OWNER)
    acme.emulator.add_mapping(acme.organization, "viewers", {"any": [{"email": "*@example.com"}]}, viewer(all=True))
    return acme


@pytest.fixture
def in_force(running: Site) -> Site:
    """The same, enforced."""
    running.emulator.enforce(running.organization)
    return running


# --- From nothing to enforcement and back


@readings
def test_a_provider_with_mappings_is_set_up(acme: Site) -> None:
    done = acme.converge("org_sso", identity_provider=IDP, role_mappings=[OWNERS, VIEWERS])
    assert steps(done) == [
        ("set_identity_provider", "identity_provider"),
        ("add_role_mapping", "owners"),
        ("add_role_mapping", "viewers"),
    ]
    assert [one for one in written(acme) if one[0] != "PUT"] == [("POST", "role_mappings")]
    assert names(acme) == ["owners", "viewers"]
    provider = sso_of(acme).provider
    assert provider.enabled
    assert [from_reply(one.text) for one in provider.certificates] == [from_reply(OLD)]
    shown = done["sso"]["identity_provider"]
    assert shown["public_certificates"] == [OLD]
    assert {"acs", "sp_entity_id", "metadata_url", "sso_login_url", "signing_certificates"} <= shown.keys()
    assert done["sso"]["domains"] == ["example.com"]


@readings
def test_enforcement_is_switched_on(running: Site) -> None:
    checked = running.succeed("org_sso", enforced=True, check_mode=True)
    done = running.succeed("org_sso", enforced=True)
    assert enforced(running)
    assert steps(done) == steps(checked) == [("enforce_sso", "enforced")]
    assert done["changed"] is checked["changed"] is True
    assert [one["email"] for one in done["locked_out"]] == ["outside@example.org"]
    again = running.succeed("org_sso", enforced=True)
    if running.emulator.switches.enforcement_shown in ("when_changed", "never"):
        assert again["changed"] is True
        assert any("does not show whether" in warning for warning in again["warnings"])
        shown = running.emulator.switches.enforcement_shown == "when_changed"
        assert again["sso"]["enforced"] is (True if shown else None)
    else:
        assert (again["changed"], again["plan"], again["sso"]["enforced"]) == (False, [], True)
        assert not running.writes


@readings
def test_enforcement_is_ended(in_force: Site) -> None:
    checked = in_force.succeed("org_sso", enforced=False, check_mode=True)
    done = in_force.succeed("org_sso", enforced=False)
    assert not enforced(in_force)
    assert steps(done) == steps(checked) == [("stop_enforcing_sso", "enforced")]
    assert any("has to set a new one" in warning for warning in done["warnings"])
    again = in_force.succeed("org_sso", enforced=False)
    if in_force.emulator.switches.enforcement_shown == "with_null":
        assert (again["changed"], again["sso"]["enforced"]) == (False, False)
    else:  # what is left out may be off, or not shown
        assert (again["changed"], again["sso"]["enforced"]) == (True, None)


@readings
def test_single_sign_on_is_given_up(in_force: Site) -> None:
    definition = {
        "identity_provider": {"state": "absent"},
        "role_mappings": [],
        "purge_role_mappings": True,
        "enforced": False,
    }
    done = in_force.succeed("org_sso", **definition)
    assert steps(done) == [
        ("stop_enforcing_sso", "enforced"),
        ("remove_role_mapping", "viewers"),
        ("remove_role_mapping", "owners"),
        ("remove_identity_provider", "identity_provider"),
    ]
    assert done["changed"]
    assert len(done["diff"]) == 4
    assert (sso_of(in_force).provider, names(in_force), enforced(in_force)) == (None, [], False)
    again = in_force.succeed("org_sso", **definition)
    assert (again["changed"], again["plan"]) == (False, [])


@readings
def test_what_is_shown_changes_nothing_when_it_is_fed_back(in_force: Site) -> None:
    shown = in_force.succeed("org_sso")["sso"]
    fed_back = {name: shown[name] for name in ("identity_provider", "role_mappings", "enforced")}
    again = in_force.succeed("org_sso", **fed_back, purge_role_mappings=True)
    if shown["enforced"] is None:
        assert not again["changed"]
    assert (again["plan"], again["diff"]) == ([], [])
    assert not in_force.writes


@under(NULL_SHOWN)
def test_other_settings_are_sent_back_as_they_were_read(in_force: Site) -> None:
    settings = in_force.organization.settings
    settings.update(billing_contacts=["pay@example.com"], default_disk_usage_alerts_enabled=False)
    in_force.succeed("org_sso", enforced=False)
    [entry] = in_force.writes
    assert entry["body"] == {
        "name": "Example",
        "billing_contacts": ["pay@example.com"],
        "default_disk_usage_alerts_enabled": False,
        "enforce_authentication_method": None,
    }


def test_a_name_that_the_service_refuses_is_left_out_the_second_time(in_force: Site) -> None:
    in_force.emulator.fail("status", status=400, code="organization.invalid_name", method="PUT", times=1)
    done = in_force.succeed("org_sso", enforced=False)
    assert done["changed"]
    assert not enforced(in_force)
    assert ["name" in entry["body"] for entry in in_force.writes] == [True, False]


# --- Mappings


@readings
def test_mappings_are_added_changed_and_removed_in_an_order_that_keeps_an_owner(in_force: Site) -> None:
    in_force.emulator.add_mapping(in_force.organization, "old", {"any": [{"group": "old"}]}, viewer("a"))
    done = in_force.converge(
        "org_sso",
        groups={"owners": OWNER},
        role_mappings=[
            OWNERS | {"role_assignments": BILLING},
            {"name": "viewers", "all": [{"group": "a"}, {"email": "*@example.com"}], "groups": ["owners"]},
            {"name": "new", "any": {"group": "b"}, "role_assignments": viewer("b")},
            {"name": "old", "state": "absent"},
        ],
    )
    assert steps(done) == [
        ("add_role_mapping", "new"),
        ("update_role_mapping", "viewers"),
        ("update_role_mapping", "owners"),
        ("remove_role_mapping", "old"),
    ]
    assert [one["after_header"] for one in done["diff"]] == ["new", "viewers", "owners", "old"]
    assert written(in_force) == [
        ("POST", "role_mappings"),
        ("PUT", "viewers"),
        ("PUT", "owners"),
        ("DELETE", "old"),
    ]
    assert names(in_force) == ["owners", "viewers", "new"]


def test_purge_removes_what_is_not_listed_in_one_request(running: Site) -> None:
    for name in ("a b", "c"):
        running.emulator.add_mapping(running.organization, name, {"any": [{"group": "x"}]}, viewer("a"))
    done = running.converge("org_sso", role_mappings=[OWNERS], purge_role_mappings=True)
    assert steps(done) == [("remove_role_mapping", name) for name in ("viewers", "a b", "c")]
    assert [entry["method"] for entry in running.done_by] == ["DELETE"]
    assert names(running) == ["owners"]


def test_a_mapping_whose_name_no_request_can_have_is_left_alone(running: Site) -> None:
    for name in ("owners,viewers", "a/b"):
        running.emulator.add_mapping(running.organization, name, {"any": [{"group": "x"}]}, viewer("a"))
    done = running.succeed("org_sso", role_mappings=[OWNERS, VIEWERS], purge_role_mappings=True)
    assert done["plan"] == []
    assert [name for name in ("owners,viewers", "a/b") if any(name in warning for warning in done["warnings"])] == [
        "owners,viewers",
        "a/b",
    ]
    assert names(running) == ["owners", "viewers", "owners,viewers", "a/b"]
    message = running.reject("org_sso", role_mappings=[{"name": "a/b", "state": "absent"}, OWNERS | {"name": "x,y"}])
    assert "role_mappings[0]" in message
    assert "role_mappings[1]" in message


def test_a_mapping_is_compared_by_its_meaning(running: Site) -> None:
    running.converge(
        "org_sso",
        role_mappings=[
            {"name": " owners ", "all": [{"group": "platform"}, {"group": "platform"}], "role_assignments": OWNER},
            VIEWERS | {"any": [{"email": "*@EXAMPLE.com"}]},
        ],
    )
    assert running.done_by == []


def test_roles_that_nobody_knows(running: Site) -> None:
    odd = VIEWERS | {"role_assignments": {"deployment": [{"role_id": "deployment-viewr", "all": True}]}}
    refused = running.refuse("org_sso", role_mappings=[odd])
    assert "role_mappings[0] (viewers).role_assignments.deployment[0]" in refused["msg"]
    assert "did you mean" in refused["msg"]
    assert running.run("org_sso", role_mappings=[odd], unknown_roles="warn")["warnings"]


def test_names_of_resources(running: Site) -> None:
    running.emulator.add_resource(running.organization, "deployment", "d-1", name="logs")
    named = VIEWERS | {"role_assignments": viewer(deployment_names=["logs"])}
    done = running.converge("org_sso", role_mappings=[named])
    assert done["plan"][0]["after"]["role_assignments"]["deployment"][0]["deployment_ids"] == ["d-1"]
    assert "logs" in done["plan"][0]["reason"]
    refused = running.refuse("org_sso", role_mappings=[VIEWERS | {"role_assignments": viewer(deployment_names=["x"])}])
    assert "no deployment with the name 'x'" in refused["msg"]
    assert "gives nobody" not in refused["msg"]


# --- The provider


def test_a_new_provider_needs_all_four(acme: Site) -> None:
    refused = acme.refuse("org_sso", identity_provider={"issuer": "urn:idp"})
    assert "needs login_identifier_prefix, sso_url, public_certificates too" in refused["msg"]


def test_mappings_need_a_provider_that_is_enabled(acme: Site) -> None:
    refused = acme.refuse("org_sso", role_mappings=[OWNERS])
    assert "role_mappings[0] (owners): the identity provider is missing then" in refused["msg"]
    refused = acme.refuse("org_sso", identity_provider=IDP | {"enabled": False}, role_mappings=[OWNERS])
    assert "is disabled then" in refused["msg"]


@under(NULL_SHOWN)
def test_what_a_provider_leaves_out_keeps_its_value(running: Site) -> None:
    site = running
    site.emulator.put_provider(site.organization, enabled=False, public_certificate=[OLD])
    done = site.succeed("org_sso", identity_provider={"issuer": "urn:new"}, enforced=False)
    assert ("set_identity_provider", "identity_provider") in steps(done)
    provider = sso_of(site).provider
    assert (provider.enabled, provider.issuer, provider.sso_url) == (False, "urn:new", IDP["sso_url"])
    assert [one.text for one in provider.certificates] == [OLD]


@readings
def test_a_rotation_while_it_is_enforced(in_force: Site) -> None:
    both = in_force.converge("org_sso", identity_provider={"public_certificates": [NEW, OLD]})
    assert "to be added" in both["plan"][0]["reason"]
    one = in_force.converge("org_sso", identity_provider={"public_certificates": NEW})
    assert "to be dropped" in one["plan"][0]["reason"]
    assert any("log in once" in warning for warning in one["warnings"])
    assert [from_reply(held.text) for held in sso_of(in_force).provider.certificates] == [from_reply(NEW)]


def test_a_new_certificate_that_has_expired_is_refused(running: Site) -> None:
    refused = running.refuse("org_sso", identity_provider={"public_certificates": [OLD, EXPIRED]})
    assert "has expired" in refused["msg"]
    running.emulator.put_provider(running.organization, public_certificate=[OLD, EXPIRED])
    kept = running.succeed("org_sso", identity_provider={"public_certificates": [OLD, EXPIRED]})
    assert kept["plan"] == []
    assert any("has expired; drop it" in warning for warning in kept["warnings"])
    running.emulator.enforce(running.organization)
    assert running.converge("org_sso", identity_provider={"public_certificates": [OLD]})["changed"]


# --- Input


@pytest.mark.parametrize("key", KEYS, ids=lambda key: type(key).__name__)
@pytest.mark.parametrize("form", ["alone", "beside", "base64"])
def test_a_private_key_is_refused_and_not_shown(acme: Site, key: Any, form: str) -> None:
    private = private_text(key)
    text = {"alone": private, "beside": OLD + private, "base64": base64.b64encode(private.encode()).decode()}[form]
    body = private.splitlines()[1]
    for options in (
        {"identity_provider": IDP | {"public_certificates": [text]}},
        {"identity_provider": IDP | {"issuer": text}},
        {"identity_provider": IDP | {"public_certificate": text}},
        {"identity_provider": text},
        {"role_mappings": [{"name": text}]},
        {"role_mappings": text},
        {"groups": {text: {}}},
    ):
        message = acme.reject("org_sso", **options)
        assert "private key" in message
        for check_mode in (True, False):
            result = str(acme.run("org_sso", check_mode=check_mode, **options))
            assert body not in result
            assert base64.b64encode(private.encode()).decode()[:40] not in result


def test_the_invocation_shows_how_many_certificates_there_are(running: Site) -> None:
    result = running.succeed("org_sso", identity_provider={"public_certificates": [OLD, NEW]})
    shown = result["invocation"]["module_args"]["identity_provider"]
    assert shown == {"public_certificates": "2 certificates"}


def test_all_faults_are_told_at_once(acme: Site) -> None:
    message = acme.reject(
        "org_sso",
        identity_provider={
            "state": "here",
            "login_identifier_prefix": "Acme!",
            "sso_url": "idp",
            "issuer": "{{ 1 }}",
            "public_certificates": ["x"],
            "sso_ur": "y",
            "enabled": "yes",
        },
        role_mappings=[
            {"name": "a"},
            {"name": "a", "any": [], "role_assignments": OWNER},
            {"name": "b", "any": [{"group": "x"}], "all": [{"group": "x"}], "groups": ["nobody"]},
            {"name": "c", "any": [{"group": "x", "email": "y@example.com"}, {"email": "no"}, {}], "groups": 1},
            {"any": [{"group": "g\nh"}], "role_assignments": {}},
            {"name": "d", "any": [{"grup": "x"}], "role_assignments": viewer("a"), "stat": "absent"},
            7,
        ],
        groups={"g{{x}}": {}},
        enforced=True,
    )
    for fault in (
        "identity_provider: unknown key 'sso_ur' (did you mean 'sso_url'?)",
        "identity_provider: state must be present or absent, not 'here'",
        "identity_provider: login_identifier_prefix may have",
        "identity_provider: sso_url must be a URL",
        "identity_provider: issuer: '{{ 1 }}' would be a template",
        "identity_provider.public_certificates[0]: is no certificate",
        "identity_provider: enabled must be true or false, not a text",
        "role_mappings[0] (a): needs any or all",
        "role_mappings[0] (a): gives nobody anything",
        "role_mappings[1] (a): the same name as role_mappings[0]",
        "role_mappings[1] (a).any: must hold at least one condition",
        "role_mappings[2] (b): has both any and all",
        "role_mappings[2] (b): unknown group 'nobody'",
        "role_mappings[3] (c).any[0]: has both group and email",
        "role_mappings[3] (c).any[1]: 'no' is not an email address",
        "role_mappings[3] (c).any[2]: needs group or email",
        "role_mappings[3] (c): groups must be a list of names",
        "role_mappings[4]: name is missing",
        "role_mappings[4].any[0]: group: 'g\\nh' contains a control character",
        "role_mappings[5] (d).any[0]: unknown key 'grup' (did you mean 'group'?)",
        "role_mappings[5] (d): unknown key 'stat' (did you mean 'state'?)",
        "role_mappings[6]: must be a dictionary with a name, not a number",
        "groups.g{{x}}: 'g{{x}}' would be a template",
    ):
        assert fault in message, message
    assert "needs role_mappings" in acme.reject("org_sso", purge_role_mappings=True)


def test_one_role_with_two_sets_of_application_roles(acme: Site) -> None:
    both = {"deployment": [*viewer("a")["deployment"], *viewer("a", application_roles=["x"])["deployment"]]}
    assert "is given twice" in acme.reject("org_sso", role_mappings=[VIEWERS | {"role_assignments": both}])


def test_json_text_and_blank_text(acme: Site) -> None:
    done = acme.succeed("org_sso", identity_provider=json.dumps(IDP), role_mappings=json.dumps([OWNERS]), groups=" ")
    assert len(done["plan"]) == 2


# --- The way out


@pytest.mark.parametrize(
    "definition",
    [
        {"identity_provider": {"issuer": ""}, "role_mappings": 7, "groups": []},
        {"identity_provider": private_text()},
        {"role_mappings": [OWNERS | {"groups": ["nobody"]}]},
        {"role_mappings": [VIEWERS | {"role_assignments": {"deployment": [{"role_id": "odd", "all": True}]}}]},
        {"role_mappings": [VIEWERS | {"role_assignments": viewer(deployment_names=["x"])}]},
        {"purge_role_mappings": True},
        {"identity_provider": {"public_certificates": [EXPIRED]}},
    ],
    ids=lambda one: next(iter(one)),
)
@under({"enforcement_shown": "never"})
def test_enforcement_ends_whatever_is_wrong_with_the_definition(in_force: Site, definition: dict[str, Any]) -> None:
    checked = in_force.run("org_sso", enforced=False, check_mode=True, **definition)
    assert enforced(in_force)
    done = in_force.run("org_sso", enforced=False, **definition)
    assert not enforced(in_force)
    assert [entry["method"] for entry in in_force.writes] == ["PUT"]
    for result in (checked, done):
        assert result["failed"]
        assert result["changed"]
        assert steps(result) == [("stop_enforcing_sso", "enforced")]
        assert result["diff"][0]["after"] == "enforced: false\n"
    assert "was ended, and nothing else is done" in done["msg"]
    assert names(in_force) == ["owners", "viewers"]


def test_enforcement_ends_where_a_guard_refuses_the_rest(in_force: Site) -> None:
    result = in_force.run("org_sso", enforced=False, role_mappings=[], purge_role_mappings=True)
    assert not enforced(in_force)
    assert result["guard"]["name"] == "owner_mapping"
    assert result["changed"]
    assert names(in_force) == ["owners", "viewers"]


@pytest.mark.parametrize("path", ["idp$", "role_mappings$", "domains$", "members$"])
@pytest.mark.parametrize("alone", [True, False])
def test_enforcement_ends_although_other_things_cannot_be_read(in_force: Site, path: str, alone: bool) -> None:
    in_force.emulator.fail("status", status=403, method="GET", path=path, times=0)
    definition = {} if alone else {"role_mappings": [OWNERS]}
    result = in_force.run("org_sso", enforced=False, **definition)
    assert bool(result.get("failed")) is not alone
    assert not enforced(in_force)
    assert result["changed"]
    told = result["warnings"] if alone else [result["msg"]]
    assert any("failed: GET" in text for text in told), told


@under({"enforcement_shown": "never"}, NULL_SHOWN)
def test_enforcement_ends_where_the_provider_is_gone(in_force: Site) -> None:
    in_force.emulator.drop_provider(in_force.organization)
    assert in_force.succeed("org_sso", enforced=False)["changed"]
    assert not enforced(in_force)


def test_without_a_provider_nothing_is_enforced(acme: Site) -> None:
    done = acme.converge("org_sso", identity_provider={"state": "absent"}, enforced=False)
    assert (done["changed"], done["sso"]["enforced"], done["sso"]["identity_provider"]) == (False, False, None)


def test_what_is_wrong_with_the_connection_is_told_with_the_rest(acme: Site) -> None:
    message = acme.reject("org_sso", enforced=False, role_mappings=7, timeout=0)
    assert "timeout" in message
    assert "role_mappings" in message


# --- Who is affected


def test_who_is_locked_out_and_who_is_overwritten(running: Site) -> None:
    running.member(None, BILLING, user_id="no-email")
    result = running.succeed("org_sso")
    assert [(one["email"], one["user_id"]) for one in result["locked_out"]] == [
        (None, "no-email"),
        ("outside@example.org", running.user_id("outside@example.org")),
    ]
    assert [one["email"] for one in result["overwritten"]] == ["ana@example.com", "vi@example.com"]
    assert any("*@example.com" in warning and "org_team" in warning for warning in result["warnings"])
    assert running.requests == [
        ("GET", f"/organizations/{running.id}"),
        ("GET", f"/organizations/{running.id}/members"),
        ("GET", f"/organizations/{running.id}/role_mappings"),
        ("GET", f"/organizations/{running.id}/idp"),
        ("GET", f"/organizations/{running.id}/domains"),
    ]


# --- What goes wrong on the way


def codes(result: Result) -> list[tuple[str, list[str]]]:
    """What failed, with the codes."""
    return [(failure["name"], failure["error"]["codes"]) for failure in result["failures"]]


@under(NULL_SHOWN)
def test_after_a_failure_nothing_is_removed_and_nothing_enforced(running: Site) -> None:
    running.emulator.fail("status", status=400, code="org.role_mapping_rule.too_many_role_mappings", method="POST")
    more = {"name": "more", "any": [{"group": "b"}], "role_assignments": viewer("b")}
    definition = {"role_mappings": [OWNERS, more], "purge_role_mappings": True, "enforced": True}
    result = running.run("org_sso", **definition)
    assert codes(result) == [
        ("more", ["org.role_mapping_rule.too_many_role_mappings"]),
        ("viewers", ["not_attempted"]),
        ("enforced", ["not_attempted"]),
    ]
    assert "more role mappings than the service allows" in result["msg"]
    assert (result["changed"], result["diff"]) == (False, [])
    assert result["error"]["codes"] == ["org.role_mapping_rule.too_many_role_mappings"]
    assert (names(running), enforced(running)) == (["owners", "viewers"], False)
    running.emulator.heal()
    running.converge("org_sso", **definition)
    assert (names(running), enforced(running)) == (["owners", "more"], True)


@pytest.mark.parametrize(
    ("meanwhile", "guard"),
    [
        (lambda site: site.emulator.drop_mapping(site.organization, "owners"), "owner_mapping"),
        (lambda site: site.emulator.put_provider(site.organization, issuer="urn:other"), "untested"),
        (lambda site: site.emulator.drop_provider(site.organization), "locked_out"),
    ],
)
@pytest.mark.parametrize("site", [NULL_SHOWN], indirect=True, ids=str)
def test_the_guards_are_asked_again_before_enforcement(running: Site, meanwhile: Any, guard: str) -> None:
    running.emulator.before(lambda: meanwhile(running), method="GET", path="/idp$", nth=2)
    definition = {"role_mappings": [VIEWERS | {"enabled": False}], "enforced": True}
    result = running.run("org_sso", **definition)
    assert result["guard"]["name"] == guard
    assert codes(result) == [("enforced", ["not_attempted", guard])]
    assert [one["after_header"] for one in result["diff"]] == ["viewers"]
    assert result["changed"]
    assert not enforced(running)


@pytest.mark.parametrize("site", [NULL_SHOWN], indirect=True, ids=str)
def test_nothing_is_enforced_where_it_cannot_be_read_again(running: Site) -> None:
    running.emulator.fail("status", status=403, code="root.odd", method="GET", path="/idp$", nth=2)
    result = running.run("org_sso", role_mappings=[VIEWERS | {"enabled": False}], enforced=True)
    assert codes(result) == [("enforced", ["not_attempted"])]
    assert "could not be read again" in result["msg"]
    assert [one["after_header"] for one in result["diff"]] == ["viewers"]
    assert not enforced(running)


def test_what_somebody_else_has_removed_is_gone(running: Site) -> None:
    running.emulator.before(lambda: running.emulator.drop_mapping(running.organization, "viewers"), method="DELETE")
    running.emulator.switches = dataclasses.replace(running.emulator.switches, unknown_mapping_in_delete="refuse_all")
    done = running.succeed("org_sso", role_mappings=[{"name": "viewers", "state": "absent"}])
    assert done["changed"]
    assert names(running) == ["owners"]


@pytest.mark.parametrize("existing", ["refuse", "replace"])
def test_a_lost_reply_is_settled_by_reading(running: Site, existing: Any) -> None:
    running.emulator.switches = dataclasses.replace(running.emulator.switches, existing_mapping=existing)
    more = {"name": "more", "any": [{"group": "b"}], "role_assignments": viewer("b")}
    running.emulator.fail("cut_after", method="POST")
    done = running.succeed("org_sso", role_mappings=[more])
    assert done["changed"]
    assert [entry["method"] for entry in running.writes] == ["POST"]
    running.emulator.fail("cut_before", method="PUT")
    running.converge("org_sso", role_mappings=[more | {"enabled": False}])
    assert [entry["method"] for entry in running.done_by] == ["PUT", "PUT"]


def test_an_answer_that_is_lost_for_good_is_told_as_unknown(running: Site) -> None:
    running.emulator.fail("status", status=503, method="PUT", from_nth=1)
    result = running.run("org_sso", role_mappings=[VIEWERS | {"enabled": False}], retries=1)
    assert codes(result) == [("viewers", ["outcome_unknown", "root.unavailable"])]
    assert not result["changed"]


# --- The guards, over HTTP: each refuses in check mode and not, and writes nothing


@pytest.mark.parametrize(
    ("guard", "options"),
    [
        ("owner_mapping", {"role_mappings": [VIEWERS], "purge_role_mappings": True}),
        ("owner_for_anybody", {"role_mappings": [OWNERS | {"any": [{"email": "*@*"}]}]}),
        ("provider_in_force", {"identity_provider": {"public_certificates": [NEW]}}),
        ("provider_in_force", {"identity_provider": {"state": "absent"}}),
    ],
)
@readings
def test_guards_while_it_is_enforced(in_force: Site, guard: str, options: dict[str, Any]) -> None:
    result = in_force.refuse("org_sso", **options)
    assert result["guard"]["name"] == guard
    assert result["msg"].startswith(f"Nothing was changed. The guard {guard} refuses the plan: ")


@readings
def test_guards_of_enforcement(running: Site) -> None:
    site = running
    options = {"identity_provider": {"public_certificates": [OLD, NEW]}, "enforced": True}
    assert site.succeed("org_sso", check_mode=True, **options)["changed"]
    changed = {"identity_provider": {"login_identifier_prefix": "other"}, "enforced": True}
    expected = "untested" if site.emulator.switches.enforcement_shown == "with_null" else "provider_in_force"
    assert site.refuse("org_sso", **changed)["guard"]["name"] == expected
    limited = site.emulator.add_key(site.organization, "limited", scope=[("deployment", "*")])
    assert site.run("org_sso", api_key=limited, enforced=True)["failed"]
    site.emulator.remove(site.organization, site.user_id("ana@example.com"))
    site.let_lists_catch_up()
    refused = site.refuse("org_sso", enforced=True)
    assert refused["guard"] == {"name": "locked_out", "limit": 1, "found": 0, "emails": ["outside@example.org"]}
    assert not enforced(site)


@pytest.mark.parametrize("form", ["iso", "http"])
def test_a_key_that_ends_is_no_way_back(running: Site, form: Any) -> None:
    running.emulator.switches = dataclasses.replace(running.emulator.switches, key_expiration=form)
    ends = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=20)
    key = running.emulator.add_key(running.organization, expires_at=ends)
    refused = running.refuse("org_sso", api_key=key, enforced=True)
    assert refused["guard"]["name"] == "recovery"
    assert refused["guard"]["limit"] == 30
    later = dt.datetime.now(dt.timezone.utc) + dt.timedelta(days=40)
    key = running.emulator.add_key(running.organization, expires_at=later)
    assert running.succeed("org_sso", api_key=key, enforced=True)["changed"]


# --- Texts of the service


def test_no_text_of_the_service_confuses_a_terminal(running: Site) -> None:
    odd = "a\u202e\u200b{{ x }}"
    running.emulator.add_mapping(running.organization, odd, {"any": [{"group": odd}]}, OWNER)
    running.emulator.add_mapping(running.organization, "plain", {"all": [{"group": odd}, {"group": "b"}]}, viewer("a"))
    running.emulator.put_provider(running.organization, issuer=odd, public_certificate=[odd])
    running.member(f"x{odd}@example.com", OWNER)
    wanted = {"name": "plain", "any": [{"group": "c"}], "role_assignments": viewer("b")}
    provider = {"issuer": "urn:idp", "public_certificates": [OLD]}
    for options in (
        {"role_mappings": [OWNERS, wanted], "purge_role_mappings": True},
        {"identity_provider": provider},
        {"identity_provider": provider, "enforced": True},
        {"role_mappings": [], "purge_role_mappings": True},
    ):
        for check_mode in (True, False):
            result = running.run("org_sso", check_mode=check_mode, **options)
            words = [result.get("msg", ""), *result["warnings"], *(one["reason"] for one in result["plan"])]
            words += [line for one in result["diff"] for text in one.values() for line in text.split("\n")]
            assert all(text.isprintable() for text in words), words
    assert odd in names(running)
    assert odd in json.dumps(running.succeed("org_sso")["sso"], ensure_ascii=False)


def test_a_private_key_that_the_service_shows_as_a_certificate_is_not_passed_on(running: Site) -> None:
    running.emulator.put_provider(running.organization, public_certificate=[private_text(), OLD])
    result = running.succeed("org_sso", identity_provider={"public_certificates": [OLD]}, enforced=False)
    assert private_text().splitlines()[1] not in json.dumps(result)
    assert result["changed"]
    assert result["sso"]["identity_provider"]["public_certificates"] == [OLD]
