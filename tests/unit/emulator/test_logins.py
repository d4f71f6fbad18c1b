# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets in, and what that does: for each condition a case in which it lets in, and one in which it does not."""

from __future__ import annotations

import json
from dataclasses import asdict, replace

import pytest
import requests

from ansible_collections.orgops.elastic_cloud.tests.emulator.logins import NotLetIn
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve
from ansible_collections.orgops.elastic_cloud.tests.identity_provider import IdentityProvider

OWNER = {"organization": [{"role_id": "organization-admin"}]}
BILLING = {"organization": [{"role_id": "billing-admin"}]}
PLATFORM = {"any": [{"group": "platform"}]}
NEW, KNOWN = "new@example.com", "ana.lopez@example.com"
DAY = 24 * 3600


@pytest.fixture
def idp(emulator):
    """The double; it knows somebody new, and somebody who is a member without any role."""
    return IdentityProvider(emulator.clock, {NEW: ["staff", "platform"], KNOWN: ["staff"]})


@pytest.fixture
def sso(emulator, acme, idp):
    """An organization in which single sign-on works, and is all that works."""
    emulator.add_domain(acme.id, "example.com")
    emulator.put_provider(acme.id, **idp.configuration())
    emulator.add_mapping(acme.id, "owners", PLATFORM, OWNER)
    emulator.enforce(acme.id)
    return acme


# By password


def test_an_owner_by_password(emulator, acme):
    assert emulator.some_owner_gets_in(acme.id)
    assert emulator.log_in_by_password(acme.id, "OWNER@example.com") == acme.owner


def test_no_owner(emulator, acme):
    emulator.ungrant(acme.id, acme.owner.user_id, OWNER)
    assert not emulator.some_owner_gets_in(acme.id)
    emulator.grant(acme.id, acme.member.user_id, OWNER)
    assert emulator.some_owner_gets_in(acme.id)


def test_passwords_do_not_count_while_it_is_enforced(emulator, acme):
    emulator.enforce(acme.id)
    assert not emulator.some_owner_gets_in(acme.id)
    with pytest.raises(NotLetIn, match="enforced"):
        emulator.log_in_by_password(acme.id, acme.owner.user_id)
    emulator.enforce(acme.id, on=False)
    assert emulator.some_owner_gets_in(acme.id)


def test_a_login_ends_the_password_until_a_new_one_is_asked_for(emulator, sso, idp):
    user_id = emulator.log_in(sso.id, idp.assertion(NEW)).user_id
    emulator.remove(sso.id, sso.owner.user_id)
    emulator.enforce(sso.id, on=False)
    with pytest.raises(NotLetIn, match="ended the password"):
        emulator.log_in_by_password(sso.id, user_id)
    assert emulator.some_owner_gets_in(sso.id)  # a new one can be asked for
    emulator.ask_for_new_password(sso.id, user_id)
    assert emulator.log_in_by_password(sso.id, user_id).email == NEW


@pytest.mark.parametrize("ended", [False, True])
def test_nobody_is_sent_a_new_password_without_an_address(emulator, acme, ended):
    emulator.remove(acme.id, acme.owner.user_id)
    nameless = emulator.add_member(acme.id, None, OWNER)
    if ended:
        acme.organization.sso.without_password.add(nameless.user_id)
    assert emulator.some_owner_gets_in(acme.id) is not ended
    with pytest.raises(NotLetIn, match="no address"):
        emulator.ask_for_new_password(acme.id, nameless.user_id)


# By single sign-on


def test_an_owner_by_single_sign_on(emulator, sso, idp):
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())
    assert not emulator.some_owner_gets_in(sso.id)
    assert not emulator.some_owner_gets_in(sso.id, [idp.assertion(KNOWN)])


def test_asking_logs_nobody_in(emulator, sso, idp):
    before = emulator.dump()
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())
    assert emulator.dump() == before


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda emulator, idp: emulator.drop_provider("Acme"), "no single sign-on"),
        (lambda emulator, idp: emulator.put_provider("Acme", **idp.configuration(enabled=False)), "no single sign-on"),
        (lambda emulator, idp: emulator.put_provider("Acme", **idp.configuration(issuer="urn:other")), "issued"),
        (lambda emulator, idp: emulator.put_provider("Acme", **idp.configuration(sso_url="http://other")), "answers"),
        (lambda emulator, idp: emulator.put_provider("Acme", **idp.configuration(idp.new_certificate())), "signature"),
        (lambda emulator, idp: emulator.put_provider("Acme"), "signature"),
        (lambda emulator, idp: emulator.clock.advance(365 * DAY + 1), "signature"),
        (lambda emulator, idp: emulator.clock.advance(-1), "signature"),
        (lambda emulator, idp: emulator._drop_domain(emulator.find("Acme"), "example.com"), "not claimed"),
    ],
)
def test_nobody_gets_in(emulator, sso, idp, change, reason):
    change(emulator, idp)
    assert not emulator.some_owner_gets_in(sso.id, idp.assertions())
    before = emulator.dump()
    with pytest.raises(NotLetIn, match=reason):
        emulator.log_in(sso.id, idp.assertion(NEW))
    assert emulator.dump() == before


@pytest.mark.parametrize("domain", ["example.com.example.org", "sub.example.com", "com"])
def test_a_domain_covers_exactly_itself(emulator, sso, idp, domain):
    emulator._drop_domain(sso.organization, "example.com")
    emulator.add_domain(sso.id, domain)
    assert not emulator.some_owner_gets_in(sso.id, idp.assertions())
    emulator.add_domain(sso.id, "Example.COM")
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_a_login_until_the_last_moment_of_the_certificate(emulator, sso, idp):
    emulator.clock.advance(365 * DAY)
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_the_prefix_does_not_matter(emulator, sso, idp):
    emulator.put_provider(sso.id, **idp.configuration(login_identifier_prefix="other"))
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_rotation_of_certificates(emulator, sso, idp):
    old, new = idp.certificate, idp.new_certificate()
    for held, signing, good in (
        ([old, new], old, True),
        ([old, new], new, True),
        ([new], new, True),
        ([new], old, False),
        ([old], new, False),
    ):
        emulator.put_provider(sso.id, **idp.configuration(*held))
        idp.certificate = signing
        assert emulator.some_owner_gets_in(sso.id, idp.assertions()) is good


def test_certificate_that_is_not_valid_yet(emulator, sso, idp):
    idp.certificate = idp.new_certificate(starts_in=1)
    emulator.put_provider(sso.id, **idp.configuration())
    assert not emulator.some_owner_gets_in(sso.id, idp.assertions())
    emulator.clock.advance(DAY)
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_assertion_that_somebody_has_changed(emulator, sso, idp):
    good = idp.assertion(KNOWN)
    said = json.loads(good.payload)
    for payload in (json.dumps(said | {"groups": ["platform"]}), json.dumps(said | {"email": NEW})):
        with pytest.raises(NotLetIn, match="signature"):
            emulator.log_in(sso.id, replace(good, payload=payload))
    with pytest.raises(NotLetIn, match="signature"):
        emulator.log_in(sso.id, replace(good, signature="nothing"))


def test_assertion_of_somebody_else(emulator, sso, idp):
    other = IdentityProvider(emulator.clock, idp.people)
    assert not emulator.some_owner_gets_in(sso.id, other.assertions())


@pytest.mark.parametrize(
    ("rule", "good"),
    [
        (PLATFORM, True),
        ({"any": [{"group": "others"}, {"group": "plat*"}]}, True),
        ({"any": [{"group": "others"}]}, False),
        ({"all": [{"group": "staff"}, {"group": "platform"}]}, True),
        ({"all": [{"group": "others"}, {"group": "platform"}]}, False),
        ({"all": [{"group": "platform"}, {"email": "*@example.com"}]}, True),
        ({"all": [{"group": "platform"}, {"email": "ana@example.com"}]}, False),
        ({"any": [{"email": "NEW@example.com"}]}, True),
        ({"any": [{"group": "*"}]}, True),
    ],
)
def test_rules(emulator, sso, idp, rule, good):
    emulator.add_mapping(sso.id, "owners", rule, OWNER)
    assert emulator.some_owner_gets_in(sso.id, [idp.assertion(NEW)]) is good


def test_mapping_that_is_not_there_or_disabled_or_gives_less(emulator, sso, idp):
    for change in (
        lambda: emulator.drop_mapping(sso.id, "owners"),
        lambda: emulator.add_mapping(sso.id, "owners", PLATFORM, OWNER, enabled=False),
        lambda: emulator.add_mapping(sso.id, "owners", PLATFORM, BILLING),
    ):
        emulator.add_mapping(sso.id, "owners", PLATFORM, OWNER)
        assert emulator.some_owner_gets_in(sso.id, idp.assertions())
        change()
        assert not emulator.some_owner_gets_in(sso.id, idp.assertions())
        assert emulator.log_in(sso.id, idp.assertion(NEW)).email == NEW  # as somebody else, though


# What a login does


def test_the_first_login_makes_a_member(emulator, sso, idp):
    emulator.add_mapping(sso.id, "staff", {"any": [{"group": "staff"}]}, BILLING)
    made = emulator.log_in(sso.id, idp.assertion(NEW))
    assert emulator.member(sso.id, NEW) == made
    assert emulator.roles(sso.id, NEW) == {
        "organization": [{"role_id": "billing-admin"}, {"role_id": "organization-admin"}]
    }
    assert emulator.log_in(sso.id, idp.assertion(NEW)) == made


def test_who_comes_back_has_the_same_account(emulator, sso, idp):
    before = emulator.log_in(sso.id, idp.assertion(NEW)).user_id
    emulator.remove(sso.id, NEW)
    assert emulator.log_in(sso.id, idp.assertion(NEW)).user_id == before


def test_roles_are_overwritten(emulator, sso, idp):
    emulator.grant(sso.id, KNOWN, OWNER)
    emulator.add_mapping(sso.id, "staff", {"any": [{"group": "staff"}]}, BILLING)
    assert emulator.log_in(sso.id, idp.assertion(KNOWN)).user_id == sso.member.user_id
    assert emulator.roles(sso.id, KNOWN) == BILLING
    emulator.drop_mapping(sso.id, "staff")
    assert emulator.roles(sso.id, KNOWN) == BILLING  # mappings act at a login alone
    emulator.log_in(sso.id, idp.assertion(KNOWN))
    assert emulator.roles(sso.id, KNOWN) == {}


def test_other_logins_do_not_evaluate_mappings(emulator, sso):
    emulator.enforce(sso.id, on=False)
    emulator.log_in_by_password(sso.id, sso.owner.user_id)
    assert emulator.roles(sso.id, sso.owner.user_id) == OWNER


def test_the_last_groups_count_where_none_are_sent(emulator, sso, idp):
    emulator.log_in(sso.id, idp.assertion(NEW))
    idp.people[NEW] = None
    assert emulator.some_owner_gets_in(sso.id, idp.assertions())
    emulator.log_in(sso.id, idp.assertion(NEW))
    assert emulator.roles(sso.id, NEW) == OWNER
    idp.people[NEW] = []
    emulator.log_in(sso.id, idp.assertion(NEW))
    assert emulator.roles(sso.id, NEW) == {}
    idp.people[NEW] = None
    assert not emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_who_has_never_logged_in_has_no_last_groups(emulator, sso, idp):
    idp.people[NEW] = None
    assert not emulator.some_owner_gets_in(sso.id, idp.assertions())


def test_logins_are_told(emulator, sso, idp):
    emulator.events.clear()
    emulator.log_in(sso.id, idp.assertion(NEW))
    assert [event["event"] for event in emulator.events] == ["joined", "logged_in"]


def test_logins_are_kept(emulator, sso, idp):
    emulator.log_in(sso.id, idp.assertion(NEW))
    other = Emulator(clock=emulator.clock)
    other.load(json.loads(json.dumps(emulator.dump())))
    assert other.dump() == emulator.dump()
    idp.people = {NEW: None}
    assert other.some_owner_gets_in(sso.id, idp.assertions())


def test_logins_from_outside(emulator, sso, idp):
    assertion = asdict(idp.assertion(NEW))
    with serve(emulator) as url, requests.Session() as session:
        session.trust_env = False

        def call(path, body):
            response = session.post(f"{url}/_emulator/{path}", json={"organization": "Acme", **body}, timeout=30)
            return response.status_code, response.json()

        assert call("some_owner_gets_in", {"assertions": [assertion]}) == (200, {"gets_in": True})
        assert call("some_owner_gets_in", {}) == (200, {"gets_in": False})
        assert call("do", {"do": "log_in", "assertion": assertion}) == (200, {})
        assert call("do", {"do": "log_in", "assertion": assertion | {"payload": "{}"}})[0] == 400
        assert call("do", {"do": "log_in_by_password", "who": NEW})[0] == 400
        assert call("do", {"do": "enforce", "on": False}) == (200, {})
        assert call("do", {"do": "ask_for_new_password", "who": NEW}) == (200, {})
        assert call("do", {"do": "log_in_by_password", "who": NEW}) == (200, {})
    assert emulator.roles(sso.id, NEW) == OWNER
