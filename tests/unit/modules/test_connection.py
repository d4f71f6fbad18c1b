# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for every module: options of the connection, the way to the organization, answers that end a run."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils import _module
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import MODULES, OWNER, said, viewer

# A call of each module that finds nothing to do, and what it reads.
CALLS: dict[str, dict[str, Any]] = {
    "org_access_review": {"members": [{"email": "owner@example.com"}], "fail_on": "never"},
    "org_api_key": {"name": "ci", "state": "absent"},
    "org_domain": {"name": "example.com", "state": "absent"},
    "org_info": {"gather": ["members", "invitations"]},
    "org_invitation": {"emails": "ana@example.com"},
    "org_member": {"email": "ana@example.com"},
    "org_sso": {},
    "org_team": {"members": [{"email": "ana@example.com"}]},
}
PEOPLE = ["invitations", "members"]
READ = dict.fromkeys(CALLS, PEOPLE) | {
    "org_access_review": ["", "deployments", "domains", "idp", "invitations", "keys", "members", "role_mappings"],
    "org_api_key": ["keys", "members"],
    "org_domain": ["domains"],
    "org_sso": ["", "domains", "idp", "members", "role_mappings"],
}
LISTS = [(module, part) for module, parts in READ.items() for part in parts if part not in ("", "idp")]
every_module = pytest.mark.parametrize("module", CALLS)
every_reading = pytest.mark.parametrize(("module", "part"), LISTS)
UNSAID = {"api_key": None, "organization_id": None, "endpoint": None}


@pytest.fixture(autouse=True)
def people(site):
    site.member("owner@example.com", OWNER)
    site.member("ana@example.com", viewer("a"))


@pytest.fixture
def environment(site, monkeypatch):
    """The connection in environment variables."""
    monkeypatch.setenv("EC_API_KEY", site.key)
    monkeypatch.setenv("EC_ORGANIZATION_ID", site.id)
    monkeypatch.setenv("EC_ENDPOINT", site.url)


@every_module
def test_nothing_to_do_costs_one_request_for_each_thing_that_is_read(site, module):
    assert not site.succeed(module, **CALLS[module])["changed"]
    ends = {path.removeprefix(f"/organizations/{site.id}").rpartition("/")[2] for _method, path in site.requests}
    assert (sorted(ends), len(site.requests)) == (READ[module], len(READ[module]))


@every_module
def test_the_one_organization_that_the_key_sees_is_found_with_one_more_request(site, module):
    site.succeed(module, organization_id=None, **CALLS[module])
    assert site.requests[0] == ("GET", "/organizations")
    # The list has all that a review needs to know of the organization, so that it is not asked for by itself.
    assert len(site.requests) == len(READ[module]) + (module != "org_access_review")


@every_module
def test_several_organizations_are_listed_in_an_error(site, module):
    other = site.emulator.add_organization("Another")
    key = site.emulator.add_key([site.organization, other])
    result = site.refuse(module, organization_id=None, api_key=key, **CALLS[module])
    assert f"{site.id} (Example), {other.id} (Another)" in result["msg"]
    assert site.requests == [("GET", "/organizations")]


@every_module
def test_no_organization_is_an_error(site, module):
    key = site.emulator.add_key([])
    assert "sees no organization" in site.refuse(module, organization_id=None, api_key=key, **CALLS[module])["msg"]


@every_module
@pytest.mark.parametrize("value", [None, "", " \t"])
def test_the_environment_stands_in_for_what_is_left_out_or_blank(site, module, value, environment):
    site.succeed(module, **dict.fromkeys(UNSAID, value), **CALLS[module])
    assert len(site.requests) == len(READ[module])


@every_module
def test_options_count_more_than_the_environment(site, module, monkeypatch):
    for variable in ("EC_API_KEY", "EC_ORGANIZATION_ID", "EC_ENDPOINT"):
        monkeypatch.setenv(variable, "https://elsewhere.example.com")
    site.succeed(module, **CALLS[module])
    assert len(site.requests) == len(READ[module])


@every_module
def test_a_blank_organization_id_is_discovered(site, module, monkeypatch):
    monkeypatch.setenv("EC_ORGANIZATION_ID", " ")
    site.succeed(module, organization_id=" ", **CALLS[module])
    assert site.requests[0] == ("GET", "/organizations")


@every_module
def test_null_counts_as_absent_for_every_option(site, module):
    plain = site.succeed(module, **CALLS[module])
    for option in {**_module.CONNECTION, **MODULES[module].OPTIONS}.keys() - CALLS[module].keys() - UNSAID.keys():
        result = site.succeed(module, **CALLS[module], **{option: None})
        assert said(result) | {"invocation": None} == said(plain) | {"invocation": None}, option


@every_module
@pytest.mark.parametrize("value", [None, "", "  "])
def test_no_api_key_is_an_error_before_any_request(site, module, value, monkeypatch):
    monkeypatch.setenv("EC_API_KEY", " ")
    result = site.run(module, api_key=value, **CALLS[module])
    assert result["failed"]
    assert "api_key" in result["msg"]
    assert not site.requests


@every_module
def test_a_short_key_warns(site, module):
    key = site.emulator.add_key(site.organization, secret="fifteen-letters")
    warning = site.succeed(module, api_key=key, **CALLS[module])["warnings"][0]
    assert "fewer than 16 characters" in warning
    assert "fifteen" not in warning


@every_module
@pytest.mark.parametrize("key", ["with white space in it", "with-a-line\nbreak-in-it", "mit-ümlaut-darin-geht-nicht"])
def test_what_can_be_no_key_is_an_error(site, module, key):
    message = site.reject(module, api_key=key, **CALLS[module])
    assert "api_key" in message
    assert key not in message


@pytest.mark.parametrize("end", ["", "/", "/api/v1", "/api/v1/"])
def test_the_endpoint_may_come_with_the_path_of_the_api(site, end):
    assert site.succeed("org_info", endpoint=site.url + end)["organization"]["id"] == site.id


@every_module
@pytest.mark.parametrize(
    "options",
    [
        {"endpoint": "http://api.example.com"},
        {"endpoint": "http://127.0.0.1.example.com"},
        {"endpoint": "api.example.com"},
        {"endpoint": "ftp://127.0.0.1"},
        {"endpoint": "https://user@api.example.com"},
        {"endpoint": "https://api.example.com?x=1"},
        {"endpoint": "https://[broken"},
        {"organization_id": ".."},
        {"timeout": 0},
        {"retries": -1},
        {"ca_path": "/nowhere/to/be/found.pem"},
    ],
    ids=str,
)
def test_a_connection_that_cannot_be_is_an_error(site, module, options):
    assert next(iter(options)) in site.reject(module, **options, **CALLS[module])


def test_all_that_is_wrong_with_a_connection_is_told_at_once(site):
    faulty = {"api_key": "no key", "endpoint": "nowhere", "timeout": 0, "retries": -1, "concurrency": 0}
    message = site.reject("org_team", **faulty, members=[{"email": "ana"}])
    assert all(name in message for name in [*faulty, "members[0]"])
    assert message.startswith("6 problems")


@every_module
def test_an_unchecked_certificate_is_warned_of_once(site, module):
    warnings = site.succeed(module, validate_certs=False, **CALLS[module])["warnings"]
    assert ["validate_certs" in warning for warning in warnings].count(True) == 1


@every_module
def test_a_netrc_file_does_not_replace_the_key(site, module, tmp_path, monkeypatch):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    site.succeed(module, **CALLS[module])


@every_module
def test_redirects_are_not_followed(site, module):
    site.emulator.fail("status", status=302, headers={"Location": f"{site.url}/api/v1/organizations"}, from_nth=1)
    result = site.refuse(module, **CALLS[module])
    assert result["error"]["status"] == 302
    assert "redirect" in result["msg"]
    assert ("GET", "/organizations") not in site.requests


@every_module
def test_an_unknown_key_ends_the_run_with_an_error_for_playbooks(site, module):
    result = site.refuse(module, api_key="k" * 40, **CALLS[module])
    error = result["error"]
    assert error.keys() == {"status", "codes", "message", "method", "path", "request_id"}
    assert (error["status"], error["codes"], error["method"]) == (401, ["root.unauthorized"], "GET")
    assert error["path"] in {path for _method, path in site.requests}
    assert "create a new one" in result["msg"]
    assert "k" * 40 not in str(result)


@every_module
def test_an_unknown_organization_is_told_with_what_to_check(site, module):
    result = site.refuse(module, organization_id="12345", **CALLS[module])
    assert result["error"]["status"] == 404
    assert "check organization_id" in result["msg"]


@every_reading
@pytest.mark.parametrize("kind", ["status", "cut_before", "html", "truncated"])
def test_a_reading_that_fails_is_repeated(site, module, part, kind):
    site.emulator.fail(kind, path=f"/{part}$", times=5)
    assert not site.succeed(module, **CALLS[module])["changed"]
    assert len(site.requests) == len(READ[module]) + 5


@every_module
def test_retries_have_an_end(site, module):
    site.emulator.fail("status", status=503, path=f"/{READ[module][-1]}$", from_nth=1)
    result = site.refuse(module, retries=2, **CALLS[module])
    assert result["error"]["status"] == 503
    ends = [path.rpartition("/")[2] for _method, path in site.requests]
    assert ends.count(READ[module][-1]) == 3
    assert len(ends) == len(set(ends)) + 2, "something else was asked for twice"
    assert set(ends) <= {*READ[module], site.id}


@every_module
@pytest.mark.parametrize(("asked", "waited"), [(7, 7), (3600, 60)])
def test_the_service_is_left_alone_as_long_as_it_asks_for_but_not_for_ever(site, module, asked, waited):
    path = f"/{READ[module][-1]}$"
    site.emulator.fail("status", status=429, code="root.rate_limit_exceeded", retry_after=asked, path=path)
    begun = site.emulator.clock.monotonic()
    site.succeed(module, **CALLS[module])
    assert site.emulator.clock.monotonic() - begun == waited


@every_reading
@pytest.mark.parametrize("reply", [{}, {"members": None, "domains": None}, {"errors": []}], ids=str)
def test_a_reply_without_the_list_is_never_taken_for_an_empty_one(site, module, part, reply):
    site.emulator.fail("status", status=200, reply=reply, path=f"/{part}$", from_nth=1)
    assert f"no list of {part.removeprefix('role_')}" in site.refuse(module, **CALLS[module])["msg"]


@every_module
def test_what_the_service_says_of_the_key_is_not_passed_on(site, module):
    site.emulator.fail(
        "status", status=400, reply={"errors": [{"code": site.key, "message": f"what is {site.key}?"}]}, from_nth=1
    )
    assert "what is ***?" in site.refuse(module, **CALLS[module])["msg"]


@every_module
def test_requests_is_asked_for_in_the_usual_words_where_it_is_missing(site, module, monkeypatch):
    monkeypatch.setattr(_module, "REQUESTS_ERROR", ImportError("No module named 'requests'"))
    result = site.run(module, **CALLS[module])
    assert result["failed"]
    assert "Failed to import the required Python library (requests)" in result["msg"]
