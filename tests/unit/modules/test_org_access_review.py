# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module `org_access_review`: what it asks the service for, and what it makes of refusals, gaps and faults."""

from __future__ import annotations

import dataclasses
import hashlib
import json

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import ApiError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.handing import HANDED, Handed
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.reading import ReadOnly
from ansible_collections.orgops.elastic_cloud.tests.emulator.faults import FOREVER, Fault
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import (
    BILLING,
    OWNER,
    under,
    under_every_reading,
    viewer,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.test_review_document import add_up, faults

REVIEW = "org_access_review"
PEOPLE = [{"email": f"{name}@example.com", "role_assignments": OWNER} for name in ("owner", "second")]
CALM = {"min_owners": 1, "fail_on": "critical"}  # the key that the tests work with is an owner's, and lasts


@pytest.fixture(autouse=True)
def owners(site):
    for one in PEOPLE:
        site.member(one["email"], OWNER)


def reviewed(site, **options):
    """The result and the document of a review that does not fail."""
    result = site.succeed(REVIEW, **{"members": PEOPLE, **CALM, **options})
    return result, valid(result)


def valid(result):
    """The document of a result, which is a good one."""
    document = result["document"]
    assert faults(document) == []
    assert result["report"]["sha256"] == hashlib.sha256(encode(document)).hexdigest()
    assert result["status"] == document["status"]
    if document["status"] != "error":
        add_up(document)
        assert result["summary"] == document["summary"]
    return document


def rules(document):
    """What was found about people, in short."""
    return {
        (one["rule"], one["subject"]["label"]) for one in document["findings"] if one["subject"]["kind"] == "person"
    }


@under_every_reading
def test_it_reviews_what_is_there_and_writes_nothing(site):
    site.member("stray@example.com", viewer("a"))
    site.invitation("guest@example.com", viewer("a"))
    for check_mode in (False, True):
        result, document = reviewed(site, check_mode=check_mode)
        assert not site.writes
        assert result["changed"] is False
        assert rules(document) >= {
            ("unmanaged_member", "stray@example.com"),
            ("unmanaged_invitation", "guest@example.com"),
        }
        assert result["findings_total"] == len(document["findings"])


def test_it_asks_in_the_order_of_the_contract(site):
    _result, document = reviewed(site)
    at = f"/organizations/{site.id}"
    asked = [at, f"{at}/invitations", f"{at}/members", "/users/auth/keys"]
    asked += [f"{at}/role_mappings", f"{at}/idp", f"{at}/domains"]
    assert site.requests == [("GET", path) for path in asked]
    told = document["source"]["read"]["requests"]
    assert [one["path"] for one in told] == [f"/api/v1{path}" for path in asked]
    assert [one["status"] for one in told] == [200, 200, 200, 200, 200, 404, 200]
    assert [one["count"] for one in told] == [None, 0, 2, 1, 0, None, 0]
    assert document["completeness"]["complete"] is True
    assert document["sso"]["identity_provider"] == "none"


def test_it_asks_for_names_only_where_a_grant_needs_one(site):
    site.member("x@example.com", viewer("a"))
    site.member("y@example.com", {"project": {"security": [{"role_id": "security-viewer", "project_ids": ["p"]}]}})
    site.member("z@example.com", {"project": {"observability": [{"role_id": "observability-viewer", "all": True}]}})
    reviewed(site)
    assert [path for _method, path in site.requests[7:]] == ["/deployments", "/serverless/projects/security"]


@pytest.mark.parametrize(
    ("path", "code", "empty"),
    [
        ("auth/keys", "api_keys_not_read", "api_keys"),
        ("role_mappings", "role_mappings_not_read", "role_mappings"),
        ("/idp", "identity_provider_not_read", None),
        ("/domains", "domains_not_read", None),
        ("/deployments", "resources_not_read", None),
    ],
)
@pytest.mark.parametrize("status", [403, 404, 400])
def test_what_is_refused_beside_people_is_a_gap(site, path, code, empty, status):
    site.member("x@example.com", viewer("a"))
    site.emulator.faults.append(Fault(path=path, status=status, code="root.unauthorized.rbac", times=FOREVER))
    result, document = reviewed(site, incomplete="warn")
    assert result["status"] == "incomplete"
    assert [gap["code"] for gap in document["completeness"]["gaps"]] == [code]
    assert empty is None or document[empty] is None
    failed = site.run(REVIEW, members=PEOPLE, **CALM)
    assert failed["failed"]
    assert failed["msg"].startswith("INCOMPLETE: ")


@pytest.mark.parametrize("path", ["members", "invitations", "organizations/[0-9]+$"])
@pytest.mark.parametrize("status", [403, 404, 401, 500])
def test_without_people_there_is_no_review(site, path, status):
    site.emulator.faults.append(Fault(path=path, status=status, code="root.whatever", times=FOREVER))
    result = site.run(REVIEW, members=PEOPLE, retries=0)
    assert result["failed"]
    assert result["msg"].startswith("ERROR: ")
    assert result["error"]["status"] == status
    document = valid(result)
    assert document["status"] == "error"
    assert document["source"]["read"]["requests"][-1]["status"] == status
    assert "summary" not in result


def test_after_an_answer_that_does_not_come_nothing_more_is_asked_for(site):
    site.emulator.faults.append(Fault(path="auth/keys", status=503, times=FOREVER))
    result = site.run(REVIEW, members=PEOPLE, retries=0)
    assert (result["status"], len(site.requests)) == ("error", 4)


NO_ANSWER = {
    "broken": Fault(kind="cut_before", times=FOREVER),
    "half": Fault(kind="truncated", times=FOREVER),
    "page": Fault(kind="html", times=FOREVER),
    "busy": Fault(status=429, code="root.rate_limit_exceeded", times=FOREVER),
    "down": Fault(status=500, times=FOREVER),
}
ASKED = ["organizations/[0-9]+$", "invitations", "members", "auth/keys", "role_mappings", "/idp", "/domains"]


@pytest.mark.parametrize("name", NO_ANSWER)
@pytest.mark.parametrize(("number", "path"), [*enumerate([*ASKED, "/deployments"], 1)])
def test_no_answer_after_the_retries_is_an_error_wherever_it_is_missing(site, number, path, name):
    site.member("x@example.com", viewer("a"))
    site.emulator.faults.append(dataclasses.replace(NO_ANSWER[name], path=path))
    result = site.run(REVIEW, members=PEOPLE, retries=2, incomplete="warn")
    document = valid(result)
    if (name, path) == ("half", "/idp"):  # half of the refusal that says that there is no provider is a refusal still
        assert document["completeness"]["gaps"][0]["code"] == "identity_provider_not_read"
        return
    assert (result["failed"], result["status"], result["changed"]) == (True, "error", False)
    assert result["msg"] == f"ERROR: {document['error']['message']}"
    assert f"Reading the organization {site.id} failed" in result["msg"]
    assert document.keys() == {"schema", "report", "tool", "run", "source", "status", "error"}
    told = document["source"]["read"]["requests"]
    assert len(told) == number
    assert [one["status"] for one in told[:-1]].count(200) >= number - 2  # of these, the provider is not there
    assert told[-1]["count"] is None
    assert told[-1]["path"] == result["error"]["path"] or told[-1]["path"].endswith(result["error"]["path"])
    assert not site.writes
    assert len(site.requests) <= number - 1 + 3
    assert site.key not in json.dumps(result)


def test_an_answer_that_comes_late_is_waited_for(site):
    for path in ASKED:
        site.emulator.faults.append(Fault(path=path, kind="cut_before", times=1))
    result, document = reviewed(site, retries=1)
    assert result["status"] == "passed"
    assert len(document["source"]["read"]["requests"]) == len(ASKED)


def test_what_cannot_be_reached_is_told_by_its_name(site):
    result = site.run(REVIEW, members=PEOPLE, retries=0, endpoint="http://127.0.0.1:9")
    assert valid(result)["status"] == "error"
    assert result["msg"].startswith(f"ERROR: Reading the organization {site.id} failed")
    assert "127.0.0.1" in result["msg"]
    assert valid(result)["source"]["read"]["requests"][-1]["status"] is None


def test_half_a_view_is_a_gap_and_makes_no_finding_of_what_is_missing(site):
    site.member("x@example.com", viewer("a"))
    entries = [*PEOPLE, {"email": "x@example.com", "role_assignments": viewer("a", "b")}]
    result = site.run(REVIEW, members=entries, api_key=site.limited_key(("deployment", "a")), **CALM)
    document = valid(result)
    assert "no_owner_seen" in {gap["code"] for gap in document["completeness"]["gaps"]}
    assert document["api_keys"] is None
    assert {rule for rule, _who in rules(document)} & {"missing_grant", "no_roles", "too_few_owners"} == set()


def test_a_definition_with_faults_is_a_gap(site):
    site.member("stray@example.com", BILLING)
    entries = [*PEOPLE, {"email": "no address"}, {"email": "a@example.com", "groups": ["nobody"]}]
    result, document = reviewed(site, members=entries, incomplete="warn")
    (gap,) = document["completeness"]["gaps"]
    assert gap["code"] == "definition_unusable"
    assert "not an email address" in gap["text"]
    assert "unknown group 'nobody'" in gap["text"]
    assert rules(document) == set()
    assert result["summary"]["drift"] is None
    assert document["run"]["definition"]["entries"] == 4


def test_without_a_definition_nothing_is_compared(site):
    site.member("stray@example.com", BILLING)
    _result, document = reviewed(site, members=None)
    assert rules(document) == set()
    assert document["run"]["definition"] is None
    assert {one["rule"] for one in document["completeness"]["skipped_rules"]} >= {"unmanaged_member", "excess_grant"}


def test_names_in_the_definition_are_looked_up(site):
    site.member("x@example.com", viewer("a"))
    named = {"deployment": [{"role_id": "deployment-viewer", "deployment_names": ["nothing has this name"]}]}
    _result, document = reviewed(
        site, members=[*PEOPLE, {"email": "x@example.com", "role_assignments": named}], incomplete="warn"
    )
    (gap,) = document["completeness"]["gaps"]
    assert (gap["code"], "nothing has this name" in gap["text"]) == ("definition_unusable", True)


def test_everything_wrong_with_the_options_is_told_before_any_request(site):
    result = site.run(
        REVIEW,
        ignore=["*"],
        until_soon="soon",
        severities={"leavers_key": "none"},
        exemptions=[{"rule": "no_email"}],
        internal_domains=["@"],
    )
    assert result["failed"]
    assert result["msg"].startswith("5 problems in the input")
    assert "document" not in result
    assert not site.requests


def test_what_counts_fails_the_task(site):
    site.member("stray@example.com", viewer("a"))
    result = site.run(REVIEW, members=PEOPLE)
    assert result["failed"]
    assert result["msg"].startswith("FINDINGS: ")
    assert "stray@example.com is a member, and no entry of the definition is for them" in result["msg"]
    assert valid(result)["status"] == "findings"
    calm = site.succeed(REVIEW, members=PEOPLE, fail_on="never")
    assert calm["status"] == "passed"


@under({"entries_per_page": 1})
def test_api_keys_are_read_to_the_last_page(site):
    for number in range(3):
        site.emulator.add_key(site.organization, f"key {number}")
    _result, document = reviewed(site, incomplete="warn")
    assert len(document["api_keys"]) == 4
    pages = 4 if site.emulator.switches.entries_per_page else 1
    assert site.requests.count(("GET", "/users/auth/keys")) == pages


def test_a_result_holds_a_hundred_findings(site):
    for number in range(105):
        site.member(f"p{number:03}@example.com", viewer("a"))
    result, document = reviewed(site)
    assert (len(result["findings"]), result["findings_total"]) == (100, len(document["findings"]))
    assert result["findings"] == document["findings"][:100]


def test_a_finding_in_a_result_holds_twenty_grants(site):
    for email, count in (("few@example.com", 20), ("many@example.com", 21)):
        site.member(email, viewer(*(f"d{number}" for number in range(count))))
    result, document = reviewed(site)
    found = {one["subject"]["label"]: one for one in result["findings"] if one["rule"] == "unmanaged_member"}
    whole = {one["subject"]["label"]: one for one in document["findings"] if one["rule"] == "unmanaged_member"}
    assert found["few@example.com"] == whole["few@example.com"]
    many = whole["many@example.com"]["grants"]
    assert len(many) == 21
    assert found["many@example.com"] == whole["many@example.com"] | {"grants": many[:20], "grants_total": 21}


def test_the_document_goes_by_a_file_where_the_plugin_has_made_one(site, tmp_path, monkeypatch):
    handed, there = tmp_path / "handed.json", tmp_path / "document.json"
    told = {"job_id": "7", "job_template": None, "launched_by": "ada", "project_revision": "4f2d9c1"}
    handed.write_text(Handed(str(there), True, told).text())
    monkeypatch.setenv(HANDED, str(handed))
    first = site.succeed(REVIEW, members=PEOPLE, **CALM)
    assert "document" not in first
    document = json.loads(there.read_bytes())
    assert faults(document) == []
    assert document["run"]["platform"] == told
    assert (document["run"]["definition"]["commit"], document["run"]["check_mode"]) == ("4f2d9c1", True)
    before = {"path": str(there), "sha256": first["report"]["sha256"], "verified": True}
    handed.write_text(Handed(None, previous={site.id: before}).text())
    second = site.succeed(REVIEW, members=PEOPLE, **CALM)
    assert second["report"]["previous"] == {
        "report_id": first["report"]["id"],
        "sha256": first["report"]["sha256"],
        "verified": True,
    }
    assert valid(second)["changes"]["people_added"] == []
    inline = {"document": document, "sha256": first["report"]["sha256"], "verified": True}
    handed.write_text(
        Handed(
            None,
            previous={
                "": inline
                | {
                    "document": {
                        **document,
                        "source": {**document["source"], "organization": {"id": "another", "name": None}},
                    }
                }
            },
        ).text()
    )
    assert "is of the organization 'another'" in site.run(REVIEW, members=PEOPLE)["msg"]


def test_its_client_can_only_read(site):
    client = ReadOnly(site.url, site.key)
    site.emulator.log.clear()
    for attempt in (
        lambda: client.request("POST", "organizations", site.id, "invitations", body={"emails": ["a@example.com"]}),
        lambda: client.request("DELETE", "organizations", site.id, "members", ["x"]),
        lambda: client.request("GET", "organizations", body={}),
        lambda: client._attempt("PUT", "/api/v1/organizations", "/organizations", {}),
    ):
        with pytest.raises(ApiError, match="a review only reads"):
            attempt()
    assert not site.emulator.log
