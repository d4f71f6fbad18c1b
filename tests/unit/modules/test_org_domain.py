# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""org_domain over HTTP: a domain is challenged, claimed and given up, whatever happens on the way."""

from __future__ import annotations

import os
import signal
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._sso.domain import what_is_no_domain
from ansible_collections.orgops.elastic_cloud.tests.emulator.faults import everything
from ansible_collections.orgops.elastic_cloud.tests.unit.modules.running import OWNER, under

NAME = "example.com"
RECORD = "_elastic_domain_challenge.example.com"
VERIFY, CODE, DOMAINS = "_verify$", "_generate_verification_code$", "domains$"
CONFLICT = "org.domain_claim.concurrent_organization_modification"
under_readings = under(
    {"list_lag": 1}, {"list_lag": 2}, {"redundant_change": "error"}, {"verification_code": "changes"}
)
# Every fault that a write can meet, but for the late answer, which is met in time here.
FAULTS = {f"{fault.kind} {fault.status or ''}{' page' * fault.page}": fault for fault in everything()}
MADE_IT = [name for name in FAULTS if not name.startswith("delay")]


@pytest.fixture(autouse=True)
def owner(site):
    site.member("owner@example.com", OWNER)


def domains(site):
    return site.organization.sso.domains


def catch_up(site):
    """As after a while: what is read is what is there."""
    sso, lag = site.organization.sso, site.emulator.switches.list_lag
    for _turn in range(lag + 1):
        sso.domain_reads.read(sso.domains, lag)


def run(site, **options):
    catch_up(site)
    return site.run("org_domain", **{"name": NAME, **options})


def publish(site):
    """The DNS has the code."""
    code = run(site, verify=False)["challenge"]["value"]
    site.emulator.publish(NAME, code)
    return code


def converge(site, **options):
    """Check, do, do again and check again; returns the result of doing."""
    checked = run(site, check_mode=True, **options)
    assert not site.writes
    done = run(site, **options)
    assert not done.get("failed"), done["msg"]
    same = ("changed", "domain", "challenge", "diff", "warnings")
    assert {name: done[name] for name in same} == {name: checked[name] for name in same}
    for check_mode in (False, True):
        again = run(site, check_mode=check_mode, **options)
        assert not site.writes
        assert (again["changed"], again["diff"], again["domain"]) == (False, [], done["domain"])
    return done


# What it does


@under_readings
def test_a_domain_is_claimed(site):
    publish(site)
    done = converge(site, name=" Example.COM ")
    assert done["changed"] is True
    assert done["domain"] == {"name": NAME, "claimed": True}
    assert done["challenge"] is None
    assert done["diff"] == [
        {"before_header": NAME, "after_header": NAME, "before": "", "after": "claimed: true\n"},
    ]
    assert domains(site) == [NAME]


@under_readings
def test_a_domain_is_given_up(site):
    site.emulator.add_domain(site.id, NAME)
    site.emulator.add_domain(site.id, "example.org")
    done = converge(site, state="absent")
    assert done["domain"] == {"name": NAME, "claimed": False}
    assert (done["challenge"], done["changed"]) == (None, True)
    assert done["diff"] == [
        {"before_header": NAME, "after_header": NAME, "before": "claimed: true\n", "after": ""},
    ]
    assert domains(site) == ["example.org"]


def test_claiming_costs_two_requests(site):
    publish(site)
    run(site)
    path = f"/organizations/{site.id}/domains"
    assert site.requests == [("GET", path), ("POST", f"{path}/_verify")]


def test_the_code_is_asked_for_without_a_change(site):
    result = run(site, verify=False)
    code = site.organization.sso.codes[NAME]
    assert result["challenge"] == {"record": RECORD, "type": "TXT", "value": code}
    assert (result["changed"], result["diff"], result["domain"]) == (False, [], {"name": NAME, "claimed": False})


def test_the_code_is_not_asked_for_in_check_mode(site):
    result = run(site, verify=False, check_mode=True)
    assert not site.writes
    assert result["challenge"] == {"record": RECORD, "type": "TXT", "value": None}
    assert (result["changed"], result["domain"]["claimed"]) == (False, False)


def test_the_code_is_not_asked_for_where_the_domain_is_claimed(site):
    site.emulator.add_domain(site.id, NAME)
    for check_mode in (False, True):
        result = run(site, verify=False, check_mode=check_mode)
        assert not site.writes
        assert (result["challenge"], result["domain"]["claimed"], result["changed"]) == (None, True, False)


def test_a_task_for_the_dns_stands_between_two_tasks(site):
    challenge = run(site, verify=False)["challenge"]
    assert challenge["record"] == RECORD
    site.emulator.dns[challenge["record"]] = [challenge["value"]]
    assert run(site)["changed"] is True


# What the DNS does not show yet


@under({"verification_code": "changes"})
def test_a_record_that_is_not_there_yet(site):
    code = run(site, verify=False)["challenge"]["value"]
    result = run(site)
    assert (result["failed"], result["changed"], result["diff"]) == (True, False, [])
    assert result["challenge"] == {"record": RECORD, "type": "TXT", "value": None}
    assert result["error"]["status"] == 449
    assert RECORD in result["msg"]
    assert "verify=false" in result["msg"]
    assert [path.rpartition("/")[2] for _method, path in site.requests] == ["domains", "_verify"]
    site.emulator.publish(NAME, code)
    assert run(site)["changed"] is True  # the code was not asked for again


@pytest.mark.parametrize(("wait", "looks"), [(0, 1), (5, 2), (10, 2), (25, 4)])
def test_waiting_has_an_end(site, wait, looks):
    run(site, verify=False)
    begun = site.emulator.clock.monotonic()
    result = run(site, wait=wait)
    assert result["error"]["status"] == 449
    assert len(site.writes) == looks
    assert site.emulator.clock.monotonic() - begun == wait


def test_waiting_ends_when_the_record_is_there(site):
    code = run(site, verify=False)["challenge"]["value"]
    site.emulator.before(lambda: site.emulator.publish(NAME, code), path=VERIFY, nth=3)
    result = run(site, wait=3600)
    assert (result["changed"], result["domain"]["claimed"]) == (True, True)
    assert len(site.writes) == 3


def test_waiting_ends_with_a_signal(site, monkeypatch):
    run(site, verify=False)
    site.emulator.before(lambda: os.kill(os.getpid(), signal.SIGTERM), path=VERIFY, nth=2)
    result = run(site, wait=3600)
    assert "SIGTERM ended the run" in result["msg"]
    assert RECORD in result["msg"]
    assert (result["failed"], result["changed"], result["challenge"]["record"]) == (True, False, RECORD)
    assert len(site.writes) == 2


# What the service refuses


def test_a_domain_of_another_organization(site):
    site.emulator.add_domain(site.emulator.add_organization("Other"), NAME)
    result = run(site)
    assert (result["failed"], result["changed"], result["domain"]["claimed"]) == (True, False, False)
    assert result["error"]["codes"] == ["org.domain_claim.already_exists"]
    assert "another organization has claimed" in result["msg"]


@under_readings
def test_a_domain_that_somebody_claims_meanwhile(site):
    publish(site)
    site.emulator.before(lambda: site.emulator.add_domain(site.id, NAME), path=VERIFY)
    result = run(site)
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["domain"]["claimed"]) == (False, True)


@under_readings
def test_a_domain_that_somebody_gives_up_meanwhile(site):
    site.emulator.add_domain(site.id, NAME)
    site.emulator.before(lambda: site.emulator._drop_domain(site.organization, NAME), method="DELETE")
    result = run(site, state="absent")
    assert not result.get("failed"), result["msg"]
    assert result["domain"]["claimed"] is False


def test_a_domain_that_is_needed(site):
    site.emulator.add_domain(site.id, NAME)
    site.emulator.put_provider(site.id)
    result = run(site, state="absent")
    assert (result["failed"], result["changed"], result["domain"]["claimed"]) == (True, False, True)
    assert result["error"]["codes"] == ["org.idp.idp_configured"]
    assert "org_sso" in result["msg"]
    assert domains(site) == [NAME]


@pytest.mark.parametrize("options", [{}, {"verify": False}, {"check_mode": True}], ids=str)
def test_an_eleventh_domain_is_refused_before_asking(site, options):
    for number in range(10):
        site.emulator.add_domain(site.id, f"d{number}.example.com")
    result = run(site, **options)
    assert (result["failed"], result["changed"], result["diff"]) == (True, False, [])
    assert "10 domains" in result["msg"]
    assert not site.writes
    assert run(site, name="d1.example.com")["domain"]["claimed"] is True


def test_a_tenth_domain_is_not(site):
    for number in range(9):
        site.emulator.add_domain(site.id, f"d{number}.example.com")
    publish(site)
    assert run(site)["changed"] is True


@pytest.mark.parametrize("state", ["claimed", "absent"])
@pytest.mark.parametrize(("times", "good"), [(1, True), (3, True), (4, False)])
def test_other_changes_of_the_organization_are_waited_for_three_times(site, state, times, good):
    publish(site) if state == "claimed" else site.emulator.add_domain(site.id, NAME)
    site.emulator.occupy(site.id, times)
    result = run(site, state=state)
    assert len(site.writes) == min(times, 3) + 1
    assert bool(result.get("failed")) is not good
    assert result["changed"] is good
    if not good:
        assert (result["error"]["status"], result["error"]["codes"]) == (409, [CONFLICT])


def test_an_api_key_that_may_not(site):
    result = site.refuse("org_domain", name=NAME, api_key=site.limited_key())
    assert result["error"]["codes"] == ["root.invalid_authentication"]


@pytest.mark.parametrize("reply", [{}, {"verification": None}, {"verification": ""}, {"verification": 1}], ids=str)
def test_an_answer_without_a_code(site, reply):
    site.emulator.fail("status", status=200, reply=reply, path=CODE)
    result = run(site, verify=False)
    assert "holds no code" in result["msg"]
    assert (result["challenge"]["value"], result["changed"]) == (None, False)


def test_a_code_is_data_whatever_it_holds(site):
    site.emulator.fail("status", status=200, reply={"verification": "\x1b[31m{{ 1 }}"}, path=CODE)
    assert run(site, verify=False)["challenge"]["value"] == "\x1b[31m{{ 1 }}"


# Faults on the way


@pytest.mark.parametrize("name", MADE_IT)
@pytest.mark.parametrize("state", ["claimed", "absent"])
def test_one_fault_is_got_over(site, name, state):
    publish(site) if state == "claimed" else site.emulator.add_domain(site.id, NAME)
    site.emulator.faults.append(FAULTS[name])
    fault = FAULTS[name]
    fault.path, fault.seen, fault.fired = VERIFY if state == "claimed" else None, 0, 0
    fault.method = "POST" if state == "claimed" else "DELETE"
    result = run(site, state=state)
    assert fault.fired == 1
    assert not result.get("failed"), result["msg"]
    assert (result["changed"], result["domain"]["claimed"]) == (True, state == "claimed")
    assert domains(site) == ([NAME] if state == "claimed" else [])


@pytest.mark.parametrize("reading", ["stays", "changes"])
@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "status_after", "html_after"])
def test_a_code_whose_reply_is_lost_is_asked_for_again(site, kind, reading):
    site.emulator.switch(verification_code=reading)
    site.emulator.fail(kind, path=CODE)
    code = run(site, verify=False)["challenge"]["value"]
    assert len(site.writes) == 2
    assert code == site.organization.sso.codes[NAME]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
@pytest.mark.parametrize("state", ["claimed", "absent"])
def test_nothing_is_known_after_the_last_try(site, kind, state):
    publish(site) if state == "claimed" else site.emulator.add_domain(site.id, NAME)
    before = list(domains(site))
    site.emulator.fail(kind, method="POST" if state == "claimed" else "DELETE", path="domains", from_nth=1)
    site.emulator.fail("status", status=403, path=DOMAINS, method="GET", nth=2, from_nth=2)
    result = run(site, state=state, retries=1)
    assert result["failed"]
    assert "outcome_unknown" in result["error"]["codes"]
    assert (domains(site) == before) is (kind == "cut_before")
    site.emulator.heal()
    assert run(site, state=state)["domain"]["claimed"] is (state == "claimed")
    assert domains(site) == ([NAME] if state == "claimed" else [])


@pytest.mark.parametrize("kind", ["cut_before", "status"])
@pytest.mark.parametrize("verify", [False, True])
def test_a_service_in_trouble(site, kind, verify):
    site.emulator.fail(kind, path="domains/", from_nth=1)
    result = run(site, verify=verify, retries=2)
    assert (result["failed"], result["changed"], result["domain"]["claimed"]) == (True, False, False)
    assert result["challenge"] == {"record": RECORD, "type": "TXT", "value": None}
    assert len(site.writes) == 3


# Input


@pytest.mark.parametrize(
    "name",
    ["", " ", "example", "*.example.com", "@example.com", "a@example.com", "https://example.com", "example.com."],
)
def test_what_is_no_domain(site, name):
    assert "name: " in site.reject("org_domain", name=name)


@pytest.mark.parametrize(
    "name", ["{{ 1 }}.com", "exa\nmple.com", "bücher.example.com", f"{'a' * 64}.com", "a." * 127 + "com"]
)
def test_what_is_no_domain_either(site, name):
    assert "name: " in site.reject("org_domain", name=name)


def test_all_faults_are_told_at_once(site):
    message = site.reject("org_domain", name="example", wait=-1, timeout=0)
    assert all(name in message for name in ("name: ", "wait: ", "timeout: "))


LABEL = st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=63)


@given(st.lists(LABEL, min_size=1, max_size=3), st.sampled_from(["com", "org", "xn--p1ai", "museum"]))
def test_domains_are_domains(labels, top):
    assert what_is_no_domain(".".join([*labels, top])) is None


@given(st.text(max_size=20), st.sampled_from(list("@*/ :{\n\u00fc\u202e")), st.text(max_size=20))
def test_no_domain_holds_anything_else(before, wrong, after):
    assert what_is_no_domain(f"{before}{wrong}{after}.example.com")
