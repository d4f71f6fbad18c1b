# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single sign-on: every operation and every error code, and every reading of the questions that are open."""

from __future__ import annotations

import base64
import json
from xml.etree import ElementTree

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from ansible_collections.orgops.elastic_cloud.tests.emulator.sso import SIGNING_CERTIFICATE as CERTIFICATE
from ansible_collections.orgops.elastic_cloud.tests.emulator.sso import Condition
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator

NOT_FOUND = (404, "organization.not_found")
NO_PROVIDER = (404, "org.idp.idp_not_configured")
NO_MAPPING = (404, "org.role_mapping_rule.role_mapping_not_found")
INVALID = (400, "root.invalid_data")
BUSY = (409, "org.domain_claim.concurrent_organization_modification")
CLAIMED = (400, "org.domain_claim.already_exists")
NOT_YET = (449, "")
DER = x509.load_pem_x509_certificate(CERTIFICATE.encode()).public_bytes(Encoding.DER)
FORMS = {
    "pem": CERTIFICATE,
    "base64_pem": base64.b64encode(CERTIFICATE.encode()).decode(),
    "base64_der": base64.b64encode(DER).decode(),
}


def provider(*certificates, **changes):
    """The body that sets a provider up."""
    saml = {
        "issuer": "https://idp.example.com/metadata",
        "sso_url": "https://idp.example.com/sso",
        "public_certificate": list(certificates or [CERTIFICATE]),
    }
    body = {"enabled": True, "login_identifier_prefix": "acme", "saml_idp": saml}
    for name, value in changes.items():
        (saml if name in saml else body)[name] = value
    return body


def mapping(acme, name="owners", role="organization-admin", **changes):
    """A mapping as it is sent and shown."""
    roles = {"organization": [{"role_id": role, "organization_id": acme.id}]}
    rule = {"any": [{"group": "platform"}]}
    return {"name": name, "enabled": True, "rule": rule, "role_assignments": roles, **changes}


def claim(domain):
    return {"domain_claim_request": domain}


@pytest.fixture
def sso(emulator, acme):
    """The organization has a provider."""
    emulator.put_provider(acme.id)
    return acme


def every_operation(acme, organization_id):
    """Method, path, body and the status of success of each."""
    path = f"/organizations/{organization_id}"
    return [
        ("GET", f"{path}/idp", None),
        ("GET", f"{path}/idp/metadata.xml", None),
        ("PUT", f"{path}/idp", provider()),
        ("DELETE", f"{path}/idp", None),
        ("GET", f"{path}/domains", None),
        ("DELETE", f"{path}/domains", claim("example.com")),
        ("POST", f"{path}/domains/_generate_verification_code", claim("example.com")),
        ("POST", f"{path}/domains/_verify", claim("example.com")),
        ("GET", f"{path}/role_mappings", None),
        ("POST", f"{path}/role_mappings", {"mappings": [mapping(acme)]}),
        ("PUT", f"{path}/role_mappings", {"mappings": [mapping(acme)]}),
        ("DELETE", f"{path}/role_mappings", None),
        ("PUT", f"{path}/role_mappings/owners", {"mapping": mapping(acme)}),
        ("DELETE", f"{path}/role_mappings/owners", None),
    ]


def test_only_owners_of_the_organization(api, emulator, sso):
    emulator.add_organization("Other", id="other")
    limited = emulator.add_key(sso.id, "limited", scope=[("deployment", "d1")])
    emulator.add_mapping(sso.id, "owners", {"any": [{"group": "platform"}]})
    before = emulator.dump()
    for id_ in ("other", "nowhere"):
        for method, path, body in every_operation(sso, id_):
            assert api(method, path, body) == NOT_FOUND, (method, path)
    for method, path, body in every_operation(sso, sso.id):
        assert api(method, path, body, key=limited) == (403, "root.invalid_authentication"), (method, path)
    assert emulator.dump() == before


def test_faults_are_met(api, emulator, acme):
    emulator.fail("status", path="/idp", status=503)
    emulator.fail("cut_after", path="/role_mappings")
    assert api.raw("GET", acme.idp).status_code == 503
    emulator.put_provider(acme.id)
    with pytest.raises(requests.exceptions.ConnectionError):
        api("POST", acme.mappings, {"mappings": [mapping(acme)]})
    assert list(acme.organization.sso.mappings) == ["owners"]


# The identity provider


def test_provider(api, emulator, acme):
    assert api("GET", acme.idp) == NO_PROVIDER
    assert api("DELETE", acme.idp) == NO_PROVIDER
    assert api("GET", f"{acme.idp}/metadata.xml") == NO_PROVIDER
    status, made = api("PUT", acme.idp, provider())
    assert (status, made["configuration"]) == (200, provider())
    assert made["login_identifier"] == f"acme-{acme.id}"
    assert made["sso_login_url"].endswith(made["login_identifier"])
    assert api("GET", acme.idp) == (200, made)
    assert api("GET", acme.path)[1]["sso_login_identifier"] == made["login_identifier"]
    entry = emulator.log[3]
    assert [event["event"] for event in entry["effect"]] == ["provider_set"]
    other = provider(enabled=False, login_identifier_prefix="acme-2", issuer="urn:acme", sso_url="http://localhost:1")
    assert api("PUT", acme.idp, other)[1]["configuration"] == other
    assert api("DELETE", acme.idp) == (200, {})
    assert api("GET", acme.idp) == NO_PROVIDER
    assert "sso_login_identifier" not in api("GET", acme.path)[1]


def test_metadata(api, sso):
    shown = api("GET", sso.idp)[1]
    response = api.raw("GET", f"{sso.idp}/metadata.xml")
    assert (response.status_code, response.headers["content-type"]) == (200, "application/xml")
    root = ElementTree.fromstring(response.content)
    assert root.get("entityID") == shown["sp_entity_id"]
    assert (
        next(one.get("Location") for one in root.iter() if one.tag.endswith("AssertionConsumerService")) == shown["acs"]
    )
    found = next(one.text for one in root.iter() if one.tag.endswith("X509Certificate"))
    assert base64.b64decode(found) == DER
    assert shown["signing_certificate"] == [CERTIFICATE]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("login_identifier_prefix", ""),
        ("login_identifier_prefix", "Acme"),
        ("login_identifier_prefix", "ac me"),
        ("issuer", " "),
        ("sso_url", "idp.example.com"),
        ("sso_url", "ftp://idp.example.com"),
        ("public_certificate", []),
        ("public_certificate", ["nothing"]),
        ("public_certificate", [CERTIFICATE * 2]),
        ("public_certificate", [base64.b64encode(b"nothing").decode()]),
        ("public_certificate", CERTIFICATE),
        ("public_certificate", [None]),
        ("public_certificate", None),
        ("enabled", "yes"),
        ("enabled", None),
        ("unheard_of", 1),
        ("saml_idp", {}),
        ("saml_idp", None),
    ],
)
def test_provider_that_is_not_valid(api, emulator, acme, field, value):
    assert api("PUT", acme.idp, provider(**{field: value})) == INVALID
    [error] = api.raw("PUT", acme.idp, provider(**{field: value})).json()["errors"]
    assert any(field in place for place in error["fields"])
    assert acme.organization.sso.provider is None


@pytest.mark.parametrize("form", [*FORMS, "as_given"])
@pytest.mark.parametrize("others", ["accept", "refuse"])
def test_forms_of_certificates(api, emulator, acme, form, others):
    emulator.switch(certificate_form=form, other_certificate_forms=others)
    for given, text in FORMS.items():
        answer = api("PUT", acme.idp, provider(text))
        if others == "refuse" and form not in (given, "as_given"):
            assert answer == INVALID
            continue
        shown = [text] if form == "as_given" else [FORMS[form]]
        assert answer[1]["configuration"]["saml_idp"]["public_certificate"] == shown
        assert api("GET", acme.idp)[1] == answer[1]
        assert answer[1]["signing_certificate"] == [FORMS["pem" if form == "as_given" else form]]


# Domains


def test_domain_is_claimed_and_given_up(api, emulator, acme):
    code = api("POST", f"{acme.domains}/_generate_verification_code", claim("Example.com"))[1]["verification"]
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == NOT_YET
    emulator.publish("other.example.com", code)
    emulator.publish("example.com", "something else")
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == NOT_YET
    assert api("GET", acme.domains) == (200, {"domains": []})
    emulator.publish("example.com", ["something else", code])
    assert api("POST", f"{acme.domains}/_verify", claim("EXAMPLE.com")) == (200, {})
    assert api("GET", acme.domains) == (200, {"domains": ["example.com"]})
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == CLAIMED
    assert api("DELETE", acme.domains, claim("example.com")) == (200, {})
    assert api("GET", acme.domains) == (200, {"domains": []})
    events = [event["event"] for entry in emulator.log for event in entry["effect"]]
    assert events == ["challenged", "domain_claimed", "domain_removed"]


def test_nobody_claims_without_asking_for_the_code(api, emulator, acme):
    emulator.publish("example.com", ["a code of mine", ""])
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == NOT_YET


def test_domain_of_somebody_else(api, emulator, acme):
    other = emulator.add_organization("Other")
    emulator.add_domain(other, "example.com")
    code = api("POST", f"{acme.domains}/_generate_verification_code", claim("example.com"))[1]["verification"]
    emulator.publish("example.com", code)
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == CLAIMED
    assert api("GET", acme.domains) == (200, {"domains": []})


def test_domain_that_is_needed(api, emulator, sso):
    emulator.add_domain(sso.id, "example.com")
    assert api("DELETE", sso.domains, claim("example.com")) == (400, "org.idp.idp_configured")
    emulator.drop_provider(sso.id)
    assert api("DELETE", sso.domains, claim("example.com")) == (200, {})


def test_other_changes_of_the_organization(api, emulator, acme):
    code = api("POST", f"{acme.domains}/_generate_verification_code", claim("example.com"))[1]["verification"]
    emulator.publish("example.com", code)
    emulator.occupy(acme.id, 2)
    assert [api("POST", f"{acme.domains}/_verify", claim("example.com")) for _turn in range(3)] == [
        BUSY,
        BUSY,
        (200, {}),
    ]
    emulator.occupy(acme.id)
    assert [api("DELETE", acme.domains, claim("example.com")) for _turn in range(2)] == [BUSY, (200, {})]


@pytest.mark.parametrize("reading", ["nothing", "error"])
def test_domain_that_is_not_claimed(api, emulator, acme, reading):
    emulator.switch(redundant_change=reading)
    assert api("DELETE", acme.domains, claim("example.com")) == ((200, {}) if reading == "nothing" else INVALID)


def test_an_eleventh_domain(api, emulator, acme):
    for number in range(10):
        emulator.add_domain(acme.id, f"d{number}.example.com")
    for action in ("_generate_verification_code", "_verify"):
        assert api("POST", f"{acme.domains}/{action}", claim("example.com")) == INVALID
    assert api("POST", f"{acme.domains}/_generate_verification_code", claim("d1.example.com"))[0] == 200


@pytest.mark.parametrize("reading", ["stays", "changes"])
def test_asking_for_the_code_again(api, emulator, acme, reading):
    emulator.switch(verification_code=reading)
    path = f"{acme.domains}/_generate_verification_code"
    first, second = (api("POST", path, claim("example.com"))[1]["verification"] for _turn in range(2))
    assert (first == second) is (reading == "stays")
    emulator.publish("example.com", first)
    assert api("POST", f"{acme.domains}/_verify", claim("example.com"))[0] == (200 if reading == "stays" else 449)
    emulator.publish("example.com", second)
    assert api("POST", f"{acme.domains}/_verify", claim("example.com")) == (
        (200, {}) if reading == "changes" else CLAIMED
    )


@pytest.mark.parametrize("domain", ["", "example", "a b.com", None, 1, f"{'a' * 64}.com"])
def test_domain_that_is_none(api, acme, domain):
    for method, path in (
        ("DELETE", acme.domains),
        ("POST", f"{acme.domains}/_generate_verification_code"),
        ("POST", f"{acme.domains}/_verify"),
    ):
        for body in (claim(domain), {}, None, {**claim("example.com"), "unheard_of": 1}):
            assert api(method, path, body) == INVALID
    assert not acme.organization.sso.codes


# Role mappings


def test_mappings(api, emulator, sso):
    owners, viewers = mapping(sso), mapping(sso, "viewers", "billing-admin", enabled=False)
    viewers["rule"] = {"all": [{"email": "*@example.com"}, {"group": "finance"}]}
    assert api("GET", sso.mappings) == (200, {"mappings": []})
    assert api("POST", sso.mappings, {"mappings": [owners]}) == (201, {})
    assert api("POST", sso.mappings, {"mappings": [viewers]}) == (201, {})
    assert api("GET", sso.mappings) == (200, {"mappings": [owners, viewers]})
    changed = viewers | {"enabled": True, "role_assignments": {}}
    assert api("PUT", f"{sso.mappings}/viewers", {"mapping": changed}) == (200, {})
    assert api("GET", sso.mappings) == (200, {"mappings": [owners, changed]})
    assert api("PUT", sso.mappings, {"mappings": [viewers]}) == (200, {})
    assert api("GET", sso.mappings) == (200, {"mappings": [viewers]})
    assert api("DELETE", f"{sso.mappings}/viewers") == (200, {"mappings": ["viewers"]})
    api("POST", sso.mappings, {"mappings": [owners, viewers]})
    assert api("DELETE", sso.mappings) == (200, {})
    assert api("GET", sso.mappings) == (200, {"mappings": []})
    events = [(event["event"], event["name"]) for entry in emulator.log for event in entry["effect"]]
    assert events == [
        ("mapping_added", "owners"),
        ("mapping_added", "viewers"),
        ("mapping_changed", "viewers"),
        ("mapping_removed", "owners"),
        ("mapping_changed", "viewers"),
        ("mapping_removed", "viewers"),
        ("mapping_added", "owners"),
        ("mapping_added", "viewers"),
        ("mapping_removed", "owners"),
        ("mapping_removed", "viewers"),
    ]


@pytest.mark.parametrize("provider_there", [False, True])
def test_mappings_need_single_sign_on(api, emulator, acme, provider_there):
    emulator.add_mapping(acme.id, "old", {"any": [{"group": "g"}]})
    if provider_there:
        emulator.put_provider(acme.id, enabled=False)
    assert api("POST", acme.mappings, {"mappings": [mapping(acme)]}) == INVALID
    assert api("PUT", acme.mappings, {"mappings": [mapping(acme)]}) == INVALID
    assert api("PUT", f"{acme.mappings}/old", {"mapping": mapping(acme, "old")}) == INVALID
    assert api("DELETE", f"{acme.mappings}/old") == (200, {"mappings": ["old"]})


def test_mapping_that_is_not_there(api, sso):
    assert api("PUT", f"{sso.mappings}/owners", {"mapping": mapping(sso)}) == NO_MAPPING


def test_mapping_keeps_its_name(api, emulator, sso):
    emulator.add_mapping(sso.id, "owners", {"any": [{"group": "g"}]})
    assert api("PUT", f"{sso.mappings}/owners", {"mapping": mapping(sso, "others")}) == INVALID
    assert api("PUT", sso.mappings, {"mappings": [mapping(sso), mapping(sso)]}) == INVALID


def test_names_in_paths(api, emulator, sso):
    for name in ("a/b", "ä b", "x,y", "x"):
        emulator.add_mapping(sso.id, name, {"any": [{"group": "g"}]})
    assert api("PUT", f"{sso.mappings}/a%2Fb", {"mapping": mapping(sso, "a/b")}) == (200, {})
    assert api("DELETE", f"{sso.mappings}/a%2Fb,%C3%A4%20b") == (200, {"mappings": ["a/b", "ä b"]})
    assert api("DELETE", f"{sso.mappings}/x%2Cy") == (200, {"mappings": ["x"]})
    assert list(sso.organization.sso.mappings) == ["x,y"]


RULES = {
    "ambiguous_rule": [
        {"any": [{"group": "a"}], "all": [{"group": "a"}]},
        {"any": [], "all": [{"group": "a"}]},
        {"any": [{"group": "a", "email": "a@example.com"}]},
    ],
    "empty_rule": [{}, {"any": []}, {"all": [{}]}, {"any": None}, {"any": [{"group": None}]}],
    "syntax_error": [{"any": [{"group": ""}]}, {"any": [{"group": "a\nb"}]}],
    "email_syntax_error": [
        {"any": [{"email": ""}]},
        {"any": [{"email": "ana"}]},
        {"any": [{"email": "@example.com"}]},
        {"any": [{"email": "*@example.com@example.org"}]},
        {"all": [{"email": "a b*"}]},
    ],
}


@pytest.mark.parametrize(("code", "rule"), [(code, rule) for code, rules in RULES.items() for rule in rules])
def test_rule_that_is_not_valid(api, emulator, sso, code, rule):
    emulator.add_mapping(sso.id, "owners", {"any": [{"group": "g"}]})
    wrong = mapping(sso, "new", rule=rule)
    refused = (400, f"org.role_mapping_rule.{code}")
    assert api("POST", sso.mappings, {"mappings": [mapping(sso, "good"), wrong]}) == refused
    assert api("PUT", sso.mappings, {"mappings": [wrong]}) == refused
    assert api("PUT", f"{sso.mappings}/owners", {"mapping": {**wrong, "name": "owners"}}) == refused
    assert list(sso.organization.sso.mappings) == ["owners"]


@pytest.mark.parametrize(
    "rule",
    [
        {"any": [{"email": "ana@example.com"}, {"email": "*"}, {"email": "*@example.com"}, {"email": "a*@*"}]},
        {"all": [{"group": "*"}, {"group": "a,b/c"}]},
        {"any": [{"group": "a", "email": None}], "all": None},
    ],
)
def test_rule_that_is_valid(api, sso, rule):
    assert api("POST", sso.mappings, {"mappings": [mapping(sso, rule=rule)]}) == (201, {})


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", None),
        ("name", 1),
        ("enabled", None),
        ("enabled", "yes"),
        ("rule", None),
        ("rule", []),
        ("rule", {"any": [{"user": "a"}]}),
        ("rule", {"any": [None]}),
        ("rule", {"none": [{"group": "a"}]}),
        ("role_assignments", None),
        ("role_assignments", {"organization": [{"role_id": "unheard-of", "organization_id": "ORG"}]}),
        ("role_assignments", {"organization": [{"role_id": "billing-admin", "organization_id": "other"}]}),
        ("unheard_of", 1),
    ],
)
def test_mapping_that_is_not_valid(api, sso, field, value):
    wrong = json.loads(json.dumps(mapping(sso, **{field: value})).replace("ORG", sso.id))
    assert api("POST", sso.mappings, {"mappings": [wrong]}) == INVALID
    assert api("PUT", sso.mappings, {"mappings": [wrong]}) == INVALID
    assert api("PUT", f"{sso.mappings}/owners", {"mapping": wrong}) in (INVALID, NO_MAPPING)
    for body in (None, {}, {"mappings": None}, {"mappings": [], "unheard_of": 1}, {"mapping": mapping(sso)}):
        assert api("POST", sso.mappings, body) == INVALID
        assert api("PUT", sso.mappings, body) == INVALID
    assert not sso.organization.sso.mappings


def test_name_that_is_not_valid(api, sso):
    for name in ("", " ", "a\nb"):
        assert api("POST", sso.mappings, {"mappings": [mapping(sso, name)]}) == (
            400,
            "org.role_mapping_rule.syntax_error",
        )


def test_nulls_in_role_assignments_are_absent(api, sso):
    sent = mapping(sso)
    sent["role_assignments"] = {**sent["role_assignments"], "deployment": None, "platform": None, "project": None}
    assert api("POST", sso.mappings, {"mappings": [sent]}) == (201, {})
    assert api("GET", sso.mappings) == (200, {"mappings": [mapping(sso)]})


@pytest.mark.parametrize("reading", ["refuse", "replace"])
def test_existing_mapping(api, emulator, sso, reading):
    emulator.switch(existing_mapping=reading)
    emulator.add_mapping(sso.id, "owners", {"any": [{"group": "g"}]})
    answer = api("POST", sso.mappings, {"mappings": [mapping(sso, "new"), mapping(sso)]})
    if reading == "refuse":
        assert answer == INVALID
        assert list(sso.organization.sso.mappings) == ["owners"]
    else:
        assert answer == (201, {})
        assert api("GET", sso.mappings)[1]["mappings"] == [mapping(sso), mapping(sso, "new")]


@pytest.mark.parametrize("reading", ["skip", "refuse_all"])
def test_unknown_mapping_in_delete(api, emulator, sso, reading):
    emulator.switch(unknown_mapping_in_delete=reading)
    emulator.add_mapping(sso.id, "owners", {"any": [{"group": "g"}]})
    there = {"skip": (200, {"mappings": ["owners"]}), "refuse_all": NO_MAPPING}
    nothing = {"skip": (200, {"mappings": []}), "refuse_all": NO_MAPPING}
    assert api("DELETE", f"{sso.mappings}/others") == nothing[reading]
    assert api("DELETE", f"{sso.mappings}/owners,others") == there[reading]


def test_too_many_mappings(api, emulator, sso):
    emulator.switch(max_role_mappings=2)
    too_many = (400, "org.role_mapping_rule.too_many_role_mappings")
    several = [mapping(sso, name) for name in "abc"]
    assert api("POST", sso.mappings, {"mappings": several}) == too_many
    assert api("PUT", sso.mappings, {"mappings": several}) == too_many
    assert api("POST", sso.mappings, {"mappings": several[:2]}) == (201, {})
    assert api("POST", sso.mappings, {"mappings": several[2:]}) == too_many
    assert api("PUT", f"{sso.mappings}/a", {"mapping": mapping(sso, "a", enabled=False)}) == (200, {})


# What may lock everybody out


@pytest.mark.parametrize("reading", ["accept", "refuse"])
def test_the_last_mapping_for_owners(api, emulator, sso, reading):
    emulator.switch(locking_out=reading)
    lost = INVALID if reading == "refuse" else None
    other = mapping(sso, "billing", "billing-admin")
    assert api("POST", sso.mappings, {"mappings": [other]}) == (lost or (201, {}))
    assert api("PUT", sso.mappings, {"mappings": [mapping(sso), other]}) == (200, {})
    assert api("DELETE", f"{sso.mappings}/billing") == (200, {"mappings": ["billing"]})
    for method, path, body in (
        ("PUT", f"{sso.mappings}/owners", {"mapping": mapping(sso, enabled=False)}),
        ("PUT", sso.mappings, {"mappings": [other]}),
        ("DELETE", f"{sso.mappings}/owners", None),
        ("DELETE", sso.mappings, None),
    ):
        emulator.add_mapping(sso.id, "owners", mapping(sso)["rule"], mapping(sso)["role_assignments"])
        answer = api(method, path, body)
        assert answer == INVALID if reading == "refuse" else answer[0] == 200
    emulator.drop_provider(sso.id)
    assert api("DELETE", sso.mappings) == (200, {})


@pytest.mark.parametrize("reading", ["accept", "refuse"])
def test_enforcement_that_locks_out(api, emulator, sso, reading):
    emulator.switch(locking_out=reading)
    enforced = {"enforce_authentication_method": "sso"}

    def enforce():
        """Whether it can be enforced."""
        status, answer = api("PUT", sso.path, enforced)
        emulator.enforce(sso.id, on=False)
        assert (status, answer) == INVALID or status == 200
        return status == 200

    good = reading == "accept"
    assert enforce() is good
    emulator.add_mapping(sso.id, "owners", mapping(sso)["rule"], mapping(sso)["role_assignments"])
    assert enforce() is good
    emulator.add_domain(sso.id, "example.org")
    assert enforce() is good
    emulator.add_domain(sso.id, "example.com")
    assert enforce() is True
    emulator.put_provider(sso.id, enabled=False)
    assert enforce() is good
    emulator.drop_provider(sso.id)
    assert enforce() is good
    assert api("PUT", sso.path, {"enforce_authentication_method": None})[0] == 200


@pytest.mark.parametrize("reading", ["accept", "refuse"])
def test_provider_while_it_is_enforced(api, emulator, sso, reading):
    emulator.switch(locking_out=reading)
    emulator.enforce(sso.id)
    assert api("PUT", sso.idp, provider(issuer="urn:other"))[0] == 200
    assert api("PUT", sso.idp, provider(enabled=False))[0] == (400 if reading == "refuse" else 200)
    assert api("DELETE", sso.idp) == (INVALID if reading == "refuse" else (200, {}))
    emulator.enforce(sso.id, on=False)
    assert api("DELETE", sso.idp)[0] == (200 if reading == "refuse" else 404)


# What is read late, and what is kept


def test_lists_may_lag(api, emulator, acme):
    emulator.switch(list_lag=1)
    emulator.put_provider(acme.id)
    emulator.add_domain(acme.id, "example.com")
    emulator.add_mapping(acme.id, "owners", {"any": [{"group": "g"}]})
    assert api("GET", acme.idp) == NO_PROVIDER
    assert api("GET", acme.idp)[0] == 200
    assert [api("GET", acme.domains)[1]["domains"] for _turn in range(2)] == [[], ["example.com"]]
    assert [len(api("GET", acme.mappings)[1]["mappings"]) for _turn in range(2)] == [0, 1]


def test_state_is_kept(api, emulator, sso):
    emulator.add_domain(sso.id, "example.com")
    api("POST", f"{sso.domains}/_generate_verification_code", claim("example.org"))
    emulator.publish("example.org", "code")
    api("POST", sso.mappings, {"mappings": [mapping(sso)]})
    emulator.add_mapping(sso.id, "a,\x1bb", {"all": [{"email": "a\nb"}]}, enabled=False)
    emulator.enforce(sso.id)
    document = emulator.dump()
    other = Emulator(clock=emulator.clock)
    other.load(json.loads(json.dumps(document)))
    assert other.dump() == document
    assert other.find(sso.id).sso == sso.organization.sso


def test_the_console_is_reached_from_outside(emulator, acme):
    for action in (
        {"do": "add_domain", "domain": "example.com"},
        {"do": "put_provider", "login_identifier_prefix": "other"},
        {"do": "add_mapping", "name": "owners", "rule": {"any": [{"group": "g"}]}, "role_assignments": {}},
        {"do": "add_mapping", "name": "others", "rule": {"any": [{"group": "g"}]}},
        {"do": "drop_mapping", "name": "others"},
        {"do": "enforce"},
        {"do": "occupy", "times": 2},
    ):
        emulator.do({**action, "organization": acme.id})
    emulator.do({"do": "publish", "domain": "Example.org", "values": "code"})
    assert emulator.dns == {"_elastic_domain_challenge.example.org": ["code"]}
    sso = acme.organization.sso
    assert (sso.domains, sso.provider.login_identifier_prefix, list(sso.mappings)) == (
        ["example.com"],
        "other",
        ["owners"],
    )
    assert (sso.busy, acme.organization.settings) == (2, {"enforce_authentication_method": "sso"})
    emulator.do({"do": "drop_provider", "organization": acme.id})
    assert sso.provider is None


@pytest.mark.parametrize(
    ("condition", "met"),
    [
        (Condition("group", "platform"), True),
        (Condition("group", "Platform"), False),
        (Condition("group", "plat*"), True),
        (Condition("group", "*"), True),
        (Condition("group", "*x*"), False),
        (Condition("group", "p.*"), False),
        (Condition("email", "ANA@example.com"), True),
        (Condition("email", "*@example.com"), True),
        (Condition("email", "*@example"), False),
        (Condition("email", "ana@exampleacom"), False),
    ],
)
def test_conditions(condition, met):
    assert condition.met_by("Ana@Example.com", ["other", "platform"]) is met
    assert condition.of == "email" or not condition.met_by("ana@example.com", [])
