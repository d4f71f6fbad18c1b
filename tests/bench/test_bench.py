# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The benchmark measures what it says: everybody makes the requests that a case takes, and comes to the same."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.bench import __main__ as benchmark
from ansible_collections.orgops.elastic_cloud.tests.bench import running
from ansible_collections.orgops.elastic_cloud.tests.bench.__main__ import rows
from ansible_collections.orgops.elastic_cloud.tests.bench.cases import (
    KEY,
    ORGANIZATION,
    READS,
    Case,
    case_of,
    changing,
    diff,
    keys,
    large,
    leaving,
    many,
    mapped,
    nothing,
    onboarding,
    reviewed,
    week,
)
from ansible_collections.orgops.elastic_cloud.tests.bench.report import Findings, Machine, Row, render
from ansible_collections.orgops.elastic_cloud.tests.bench.running import (
    DIFF,
    KEYS,
    REVIEW,
    RIVALS,
    Bench,
    BenchError,
    Result,
    Sliced,
    emulator,
    missing_rivals,
)

TINY = case_of("tiny", settled=6, new=1, expired=1, moved=1, leaving=1, revoked=1)
# Of the floor: reading both lists; inviting the new one, trying to invite the expired one, giving the new group's
# roles; deleting the expired invitation; inviting again; taking the old group's roles, revoking an invitation; removing
# a member. One by one nobody tries in vain, and with org_member everybody reads the lists.
REQUESTS = {"ping": 0, "empty": 0, "floor": 10, "module": 10, "role": 10, "uri": 9, "org_member": 18, "curl": 9}


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """A benchmark with an emulator of its own."""
    with emulator() as url:
        yield Bench(tmp_path_factory.mktemp("bench"), url)


@pytest.mark.playbook
@pytest.mark.parametrize("key", RIVALS)
def test_all_come_to_what_the_definition_says(bench: Bench, key: str) -> None:
    if key in missing_rivals():
        pytest.skip(f"{key} is not installed")
    result = Result()
    bench.measure(RIVALS[key], TINY, result)
    assert result.requests == REQUESTS[key]
    assert len(result.seconds) == 1
    assert result.peak > 2**20
    if result.requests:
        people = bench.people()
        wanted = {one["email"]: one for one in TINY.people if one["state"] == "present"}
        assert people.keys() == {one["email"] for one in TINY.members if one.get("state") != "absent"}
        assert {people[email]["status"] for email in wanted} == {"active", "pending"}
        assert {email: people[email]["role_assignments"] for email in wanted} == {
            email: one["role_assignments"] for email, one in wanted.items()
        }


def test_who_makes_another_number_of_requests_is_not_measured(bench: Bench) -> None:
    idle = dataclasses.replace(RIVALS["floor"], command=lambda _folder: ["true"])
    with pytest.raises(BenchError, match="has made 0 requests for tiny, not 10"):
        bench.measure(idle, TINY, Result())


def test_who_comes_to_something_else_is_not_measured(bench: Bench) -> None:
    result = Result()
    bench.measure(RIVALS["floor"], TINY, result)
    only_reads = dataclasses.replace(TINY, stages=[])
    folder = bench.files(dataclasses.replace(only_reads, name="reads"))
    reader = dataclasses.replace(
        RIVALS["floor"], command=lambda _folder: RIVALS["floor"].command(folder), requests=lambda _case: len(READS)
    )
    with pytest.raises(BenchError, match="something else than the others"):
        bench.measure(reader, TINY, result)


def test_who_fails_is_not_measured(bench: Bench) -> None:
    failing = dataclasses.replace(RIVALS["floor"], command=lambda _folder: ["sh", "-c", "echo so it goes; exit 3"])
    with pytest.raises(BenchError, match=r"failed with 3: so it goes"):
        bench.measure(failing, TINY, Result())


def test_delay_is_for_each_answer(bench: Bench) -> None:
    bench.set_delay(0.001)
    bench.measure(RIVALS["floor"], TINY, Result())
    assert [entry["fault"] for entry in bench.log()] == ["delay"] * 10
    bench.set_delay(0.0)
    bench.measure(RIVALS["floor"], TINY, Result())
    assert [entry["fault"] for entry in bench.log()] == [None] * 10


@pytest.mark.playbook
def test_memory_is_that_of_the_module_process(bench: Bench) -> None:
    assert 2**20 < bench.peak_of_module(RIVALS["empty"], TINY) < bench.peak_of_module(RIVALS["module"], TINY)


def test_emulator_alone_answers(bench: Bench) -> None:
    bench.load(TINY)
    assert bench.capacity(READS[0], 16) > 0
    log = bench.log()
    assert len(log) == 16
    assert {entry["status"] for entry in log} == {200}


def test_emulator_that_refuses_is_noticed(bench: Bench) -> None:
    with pytest.raises(BenchError, match="refuses"):
        bench.capacity(READS[0]._replace(path="/api/v1/organizations/0/members"), 8)


@pytest.mark.parametrize("what", ["read", "plan"])
def test_planning_finds_what_is_to_be_done(bench: Bench, what: str) -> None:
    took, peak = bench.plan(what, large(200))
    assert peak > 2**20
    assert took["read"] > 0
    assert took.get("actions") == (20 if what == "plan" else None)


@pytest.mark.playbook
def test_playbook_reads_each_of_many_organizations(bench: Bench) -> None:
    assert bench.organizations(3) > 0
    assert {entry["path"].split("/")[4] for entry in bench.log()} == {"1000000000", "1000000001", "1000000002"}
    assert {entry["method"] for entry in bench.log()} == {"GET"}


def test_organizations_of_which_one_is_not_read_are_not_measured(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    idle = dataclasses.replace(RIVALS["role"], command=lambda _folder: ["true"])
    monkeypatch.setitem(RIVALS, "role", idle)
    with pytest.raises(BenchError, match="has not read 3 organizations"):
        bench.organizations(3)


@pytest.mark.playbook
def test_memory_of_forks_is_that_of_all_their_processes(bench: Bench) -> None:
    found = bench.memory_of_forks(3, 2)
    if not Path("/proc/self/smaps_rollup").exists():
        assert found is None
    else:
        most, each = found or (0, 0)
        assert 2**20 < each < most
    assert len(bench.log()) == 6


@pytest.mark.playbook
def test_slices_are_compared_with_one_run(bench: Bench) -> None:
    found = bench.slices(3, 2)
    assert (found.requests, found.alike) == (6, True)
    assert found.whole > 0 < found.sliced


def test_review_alone_tells_steps_and_sizes(bench: Bench) -> None:
    took, peak = bench.review(reviewed(100, 3))
    assert took["grants"] == 300
    assert min(took[step] for step in ("read", "document", "tables", "page")) > 0
    assert min(took["document_bytes"], took["page_bytes"]) > 50_000
    assert peak > 2**20


@pytest.mark.playbook
def test_review_as_a_whole_run_reads_one_or_several_organizations(bench: Bench) -> None:
    result = Result()
    bench.measure(REVIEW, reviewed(100), result)
    assert result.requests == 8
    assert bench.organizations(2, rival=REVIEW) > 0
    pages = bench.folder.glob("organizations-2/reviews/combined/*/access-review.html")
    assert all("1000000001" in page.read_text("utf-8") for page in pages)


@pytest.mark.playbook
def test_playbook_adds_role_mappings(bench: Bench) -> None:
    assert bench.mappings(3) > 0
    assert sum("/role_mappings" in entry["path"] for entry in bench.log() if entry["method"] != "GET") == 1


@pytest.mark.playbook
def test_role_mappings_that_are_not_added_are_not_measured(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "mapped", lambda _number: mapped(2))
    with pytest.raises(BenchError, match="has not added 3 role mappings"):
        bench.mappings(3)


def test_nobody_is_in_two_of_many_organizations() -> None:
    state, hosts = many(20)
    members = [member for organization in state["organizations"] for member in organization["members"]]
    assert len({one["user_id"] for one in members}) == len({one["email"] for one in members}) == 100
    assert len({variables["org_team_organization_id"] for variables in hosts.values()}) == 20


@pytest.mark.playbook
def test_diff_shows_who_changes_and_changes_nothing(bench: Bench) -> None:
    result = Result()
    bench.measure(DIFF, diff(5), result)
    assert result.requests == 2
    silent = dataclasses.replace(DIFF, key="silence", shows=lambda _case: "nobody@example.com")
    with pytest.raises(BenchError, match=r"silence does not show nobody@example\.com"):
        bench.measure(silent, diff(5), result)


@pytest.mark.playbook
@pytest.mark.parametrize(
    ("key", "case", "asked"),
    [
        ("look", keys(20), ["GET keys"]),
        ("read", keys(20), ["GET keys", "GET members"]),
        ("leave", leaving(40, 2), ["DELETE keys", "DELETE members", "GET invitations", "GET keys", "GET members"]),
    ],
)
def test_api_keys_are_looked_at_read_and_revoked(bench: Bench, key: str, case: Case, asked: list[str]) -> None:
    bench.measure(KEYS[key], case, Result())
    log = [(entry["method"], entry["path"].split("/")) for entry in bench.log()]
    parts = ("keys", "members", "invitations")
    assert sorted(f"{method} {next(part for part in parts if part in path)}" for method, path in log) == asked
    left = 1 if key == "leave" else 20
    assert len(bench.api_keys()) == left


@pytest.mark.parametrize("what", ["roles", "invitations"])
def test_outage_ends_before_all_was_tried(bench: Bench, what: str) -> None:
    soon, late = bench.outage(what, status=503), bench.outage(what, status=503, retry_after=60)
    assert soon["tried"] + soon["not attempted"] == 1000
    assert 0 < soon["tried"] < 100
    assert soon["tried"] == late["tried"]
    assert 0 < soon["seconds"] < late["seconds"]


@pytest.mark.parametrize(
    ("case", "number"),
    [(nothing(1), 2), (nothing(10_000), 2), (onboarding(50), 9), (onboarding(500), 9), (changing(200), 402)],
    ids=lambda value: value.name if isinstance(value, Case) else str(value),
)
def test_floor_makes_as_few_requests_as_the_contract_allows(case: Case, number: int) -> None:
    assert RIVALS["floor"].requests(case) == number


@pytest.mark.parametrize("case", [TINY, week(), week(1), nothing(100), changing(3)], ids=lambda case: case.name)
def test_a_case_begins_with_other_people_than_it_ends_with(case: Case) -> None:
    organization = case.state["organizations"][0]
    there = {one["email"] for one in [*organization["members"], *organization["invitations"]]}
    named = {one["email"] for one in case.members}
    new = {one["email"] for one in case.people} - there
    assert there | new == named
    assert len(new) == {"tiny": 1, "a mixed week": 12, "1/4 of a mixed week": 3}.get(case.name, 0)
    assert bool(case.steps) is not case.name.startswith("nothing")


def test_what_was_measured_with_fewer_people_is_scaled_and_marked() -> None:
    row = Row(onboarding(500), {"ping": nothing(1), "uri": onboarding(5), "module": onboarding(500)})
    findings = made_up(row)
    findings.results[0.0, "ping", nothing(1).name] = Result(seconds=[1.0, 9.0, 1.0])
    findings.results[0.0, "uri", onboarding(5).name] = Result(seconds=[3.0])
    findings.results[0.0, "module", onboarding(500).name] = Result(seconds=[2.0])
    findings.rows.insert(0, Row(nothing(1), {"ping": nothing(1)}))
    assert findings.seconds(0.0, "module", row) == 2.0
    assert findings.seconds(0.0, "uri", row) == 1.0 + 2.0 * 500 / 5
    assert findings.seconds(0.0, "curl", row) is None


@pytest.mark.parametrize(("module", "role", "reached"), [(2.0, 2.5, True), (60.0, 90.0, False)])
def test_document_says_what_was_reached(module: float, role: float, reached: bool) -> None:
    findings = made_up(*rows(quick=False))
    seconds = {"ping": 1.0, "empty": 1.0, "floor": 10.0, "module": module, "role": role}
    for row in findings.rows:
        for key, case in row.measured.items():
            for delay in (0.0, 0.05):
                findings.results[delay, key, case.name] = Result(seconds=[seconds.get(key, 3.0)], peak=2**25)
    findings.once = Result(seconds=[200.0])
    findings.planning = {
        (what, people): [({"read": 1.0, "parse_team": module, "People": 0.1, "make_plan": 0.1, "check_guards": 0.1}, 1)]
        for people in (1000, 100_000)
        for what in ("read", "plan")
    }
    findings.capacity = [("lists of 10,000 people", 100.0, nothing(10_000), 2)]
    findings.growth = {("organizations", 60): [10.0], ("organizations", 240): [25 * module]}
    findings.growth |= {("changes", 2000): [4.0, 400.0, 4.0], ("changes", 4000): [5 * module]}
    findings.outages = {("roles", "503"): {"seconds": 90.0, "requests": 50, "tried": 2, "not attempted": 998}}
    took = {"read": 9.0, "tables": 0.1, "page": module / 2, "document_bytes": 1e6, "page_bytes": 3e6 * module - 1e6}
    findings.reviews = {
        f"{grants} grants": [({**took, "grants": grants, "document": 2 * module if grants == 50_000 else 1.0}, 2**28)]
        for grants in (12_500, 15_000, 50_000)
    }
    findings.reviewed = {"50000 grants": Result(8, [12.0], int(module * 2**27))}
    findings.growth |= {("organizations reviewed", 25): [10.0], ("organizations reviewed", 100): [25 * module]}
    findings.sliced = Sliced(1000, 20, 600.0, 500.0, 2000, alike=module < 4)
    findings.forked, findings.small_lists = 60, 1200.0
    findings.forks = {(5, "run"): [30.0, 99.0, 30.0], (5, "check"): [20.0]}
    findings.fork_memory = {5: (2**28, 2**25)}
    findings.keys = {("read", keys(500).name): Result(2, [1.5, 9.0, 1.0], 2**25)}
    text = render(findings)
    assert "| 500 API keys | `org_info`, `gather: [api_keys]` | 2 | 1.50 | 32 MiB |" in text
    targets = [line for line in text.splitlines() if line.endswith(("| yes |", "| no |"))]
    assert len(targets) == 17
    assert {line.endswith("| yes |") for line in targets} == {reached}
    assert ("- Why not " in text) is not reached
    assert "| nothing to do, 10,000 people | 2 | 2 | 2 | 2 | 20,000 (10) |" in text
    assert f"| 240 organizations | {25 * module:,.{0 if module > 4 else 1}f} |" in text
    assert "| 5 | 120 | 180 | 30.0 | 20.0 | 256 MiB | 32 MiB |" in text
    assert "at most 0.1 s are its own" in text
    assert f"| 20 slices | {'the same' if reached else 'others'} | 500 |" in text
    assert "| 50000 grants | 8 | 12.0 | " in text
    assert "| 1,000 roles | 503 | 1.5 | 50 | 2 | 998 |" in text
    assert KEY not in text
    assert ORGANIZATION not in text


def test_a_part_that_fails_costs_no_other_and_is_told(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_bench: Bench, _findings: Findings, _quick: bool) -> None:
        raise BenchError("it was not to be")

    def measures(_bench: Bench, findings: Findings, _quick: bool) -> None:
        findings.keys["read", "three keys"] = Result(2, [1.5])

    monkeypatch.setattr(benchmark, "PARTS", {"outages": fails, "keys": measures})
    findings = benchmark.run(bench, True, ["outages", "keys"])
    assert findings.failed == {"outages": "it was not to be"}
    text = render(findings)
    assert "What could not be measured here: outages." in text
    assert "| three keys |" in text
    assert "## Seconds" not in text


def test_document_does_without_a_missing_rival() -> None:
    findings = made_up(*rows(quick=True))
    findings.missing.append("curl")
    for row in findings.rows:
        for key, case in row.measured.items():
            if key != "curl":
                findings.results[0.0, key, case.name] = Result(seconds=[1.5], peak=2**25)
    findings.capacity = [("lists of 1,000 people", 100.0, nothing(1000), 2)]
    assert "curl is missing on this machine" in render(findings)


def made_up(*rows: Row) -> Findings:
    """Return findings of a machine that does not exist, with nothing measured yet."""
    return Findings(list(rows), rounds=5, machine=Machine(2, "Linux", {"Python": "3.11"}), missing=[])
