# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: everybody side by side, and what came of it in docs/benchmark.md. `make bench QUICK=1`: a smaller one,
to be read on the screen, as is `make bench ONLY="reviews forks"`: some parts.

A part that fails is told at the end, after the others were measured, and then nothing is written. A round lets each
rival run once with each delay, so that whatever slows the machine down for a while slows all of them.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Collection
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True

from ..demo import ROOT
from .cases import READS, Case, changing, diff, keys, large, leaving, many, nothing, onboarding, reviewed, week
from .report import Findings, Machine, Row, render
from .running import DIFF, KEYS, REVIEW, RIVALS, Bench, BenchError, Result, emulator, missing_rivals

DOCUMENT = ROOT / "docs/benchmark.md"
OURS = ("floor", "empty", "module", "role")
DELAYS = (0.0, 0.05)  # seconds
# How a service answers that takes no writes.
OUTAGES = {"503": {"status": 503}, "503 with `Retry-After: 60`": {"status": 503, "retry_after": 60}}


def rows(quick: bool) -> list[Row]:
    """Return the cases. The rivals that would take minutes for one do a smaller one instead."""

    def row(case: Case, *keys: str, **instead: Case) -> Row:
        return Row(case, {**dict.fromkeys((*OURS, *keys, "uri", "curl", "org_member"), case), **instead})

    onboarded, quarter = onboarding(5), week(1)
    first = row(nothing(1), "ping")
    thousand = row(nothing(1000), org_member=nothing(5))
    fifty = row(onboarding(50), uri=onboarded, org_member=onboarded)
    if quick:
        return [first, thousand, fifty]
    return [
        first,
        row(nothing(100), org_member=nothing(5)),
        thousand,
        row(nothing(10_000), org_member=nothing(5)),
        fifty,
        row(onboarding(500), uri=onboarded, curl=onboarding(50), org_member=onboarded),
        row(changing(200), uri=changing(3), curl=changing(20), org_member=changing(3)),
        row(week(), uri=quarter, org_member=quarter),
    ]


def run(bench: Bench, quick: bool, parts: Collection[str]) -> Findings:
    """Measure these parts, each whatever became of the others."""
    cases = rows(quick) if "cases" in parts else []
    findings = Findings(cases, rounds=3 if quick else 5, machine=Machine.this(), missing=missing_rivals())
    for part in parts:
        try:
            PARTS[part](bench, findings, quick)
        except BenchError as error:
            findings.failed[part] = str(error)
            say(f"{part} has failed: {error}")
        bench.set_delay(0.0)
    return findings


def _cases(bench: Bench, findings: Findings, quick: bool) -> None:
    _ask_the_emulator(bench, findings)
    for row in findings.rows:
        _measure(bench, row, findings, DELAYS[:1] if quick else DELAYS)
    bench.set_delay(0.0)
    if not quick:
        say("uri, all of onboarding 500, once")
        bench.measure(RIVALS["uri"], onboarding(500), findings.once)
    for row in findings.rows:
        for key in ("empty", "module"):
            say(f"memory of {key}, {row.case.name}")
            findings.module_peaks[key, row.case.name] = bench.peak_of_module(RIVALS[key], row.case)


def _ask_the_emulator(bench: Bench, findings: Findings) -> None:
    """Find out what the emulator can do alone: with the longest lists and with many small writes."""
    longest = max((row.case for row in findings.rows), key=lambda case: len(case.members))
    bench.load(longest)
    lists = f"lists of {len(longest.members):,} people"
    findings.capacity.append((lists, bench.capacity(READS[0], 80), longest, len(READS)))
    case = changing(200)
    bench.load(case)
    requests = case.stages[0][0], case.stages[1][0]
    for request, what in zip(requests, ("roles added", "roles taken away"), strict=True):
        findings.capacity.append((what, bench.capacity(request, 2000), case, len(case.stages[0])))


def _measure(bench: Bench, row: Row, findings: Findings, delays: tuple[float, ...]) -> None:
    """Let everybody do one case, or the smaller one; what was measured for another row already is not again."""
    due = []
    for key, case in row.measured.items():
        rival = RIVALS[key]
        for delay in delays:
            place = (delay, key, case.name)
            if key in findings.missing or place in findings.results or (delay and not rival.requests(case)):
                continue
            findings.results[place] = Result()
            due.append((delay, rival, case, findings.results[place]))
    for number in range(findings.rounds):
        for delay, rival, case, result in due:
            bench.set_delay(delay)
            bench.measure(rival, case, result)
            what = f"round {number + 1}, {case.name}, {1000 * delay:.0f} ms, {rival.key}"
            say(f"{what}: {result.seconds[-1]:.2f} s")


def _plan(bench: Bench, findings: Findings, quick: bool) -> None:
    for people in (1000, 10_000) if quick else (1000, 10_000, 100_000):
        case = large(people)
        for what in ("read", "plan"):
            for _round in range(findings.rounds):
                findings.planning.setdefault((what, people), []).append(bench.plan(what, case))
            say(f"{what} {people:,} people")


def _grow(bench: Bench, findings: Findings, quick: bool) -> None:
    """Find out what more organizations take, longer diffs and more role mappings; the sizes take turns, three times."""
    organizations, changes, mappings = (
        ((1, 20), (500, 1000), (1, 20)) if quick else ((1, 60, 240), (1000, 2000, 4000), (1, 50, 100))
    )

    for _round in range(min(findings.rounds, 3)):
        for size in organizations:
            _add(findings, "organizations", size, bench.organizations(size))
        for size in changes:
            result = Result()
            bench.measure(DIFF, diff(size), result)
            _add(findings, "changes", size, result.seconds[0])
        for size in mappings:
            _add(findings, "role mappings", size, bench.mappings(size))


def _add(findings: Findings, what: str, size: int, seconds: float) -> None:
    findings.growth.setdefault((what, size), []).append(seconds)
    say(f"{size:,} {what}: {seconds:.2f} s")


def _keys(bench: Bench, findings: Findings, quick: bool) -> None:
    """Find out what API keys take; the three ways take turns."""
    many_keys, leavers = keys(50 if quick else 500), leaving(200, 2) if quick else leaving(10_000, 50)
    for number in range(findings.rounds):
        for key, case in (("look", many_keys), ("read", many_keys), ("leave", leavers)):
            result = findings.keys.setdefault((key, case.name), Result())
            bench.measure(KEYS[key], case, result)
            say(f"round {number + 1}, {key}, {case.name}: {result.seconds[-1]:.2f} s")


def _review(bench: Bench, findings: Findings, quick: bool) -> None:
    """Find out what access reviews take: alone, as a whole run, and of more organizations; the sizes take turns."""
    cases = [reviewed(250), reviewed(1000)] if quick else [reviewed(5000, 3), *map(reviewed, (2500, 10_000, 40_000))]
    whole = cases[-1] if quick else cases[-2]
    for number in range(min(findings.rounds, 3)):
        for case in cases:
            found = bench.review(case)
            findings.reviews.setdefault(case.name, []).append(found)
            say(f"round {number + 1}, review of {case.name}: {found[0]}")
        bench.measure(REVIEW, whole, findings.reviewed.setdefault(whole.name, Result()))
        say(f"round {number + 1}, whole run for {whole.name}: {findings.reviewed[whole.name].seconds[-1]:.2f} s")
        for size in (2, 8) if quick else (25, 100):
            _add(findings, "organizations reviewed", size, bench.organizations(size, rival=REVIEW))


def _forks(bench: Bench, findings: Findings, quick: bool) -> None:
    """Find out what more forks are good for, and what memory they take; their numbers take turns."""
    number, forks = (8, (2, 4)) if quick else (60, (5, 20, 50))
    findings.forked = number
    for turn in range(min(findings.rounds, 3)):
        for each in forks:
            for mode in ("run", "check"):
                options = [f"--forks={each}", *(["--check"] if mode == "check" else [])]
                seconds = bench.organizations(number, *options)
                findings.forks.setdefault((each, mode), []).append(seconds)
                say(f"round {turn + 1}, {number} organizations, {each} forks, {mode}: {seconds:.2f} s")
    for each in forks:
        findings.fork_memory[each] = bench.memory_of_forks(number, each)
    path = f"/api/v1/organizations/{many(number)[0]['organizations'][0]['id']}/members"
    findings.small_lists = bench.capacity(READS[0]._replace(path=path), 800)


def _slice(bench: Bench, findings: Findings, quick: bool) -> None:
    say("organizations in slices, and in one run; once")
    findings.sliced = bench.slices(12, 3) if quick else bench.slices(1000, 20)


def _outages(bench: Bench, findings: Findings, _quick: bool) -> None:
    for answer, fault in OUTAGES.items():
        for what in ("roles", "invitations"):
            findings.outages[what, answer] = bench.outage(what, **fault)


# What can be measured by itself, in this order.
PARTS: dict[str, Callable[[Bench, Findings, bool], None]] = {
    "cases": _cases,
    "planning": _plan,
    "growth": _grow,
    "keys": _keys,
    "outages": _outages,
    "reviews": _review,
    "forks": _forks,
    "slices": _slice,
}


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Run the benchmark; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--quick", action="store_true", help="less of everything, to the screen")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts, to the screen")
    arguments = parser.parse_args()
    parts = arguments.only or list(PARTS)
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ec-bench-", ignore_cleanup_errors=True) as folder,
            emulator() as url,
        ):
            findings = run(Bench(Path(folder), url), arguments.quick, parts)
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BenchError as error:
        print(f"\nThe benchmark has failed. {error}", file=sys.stderr)
        return 1
    text = render(findings)
    if not (arguments.quick or arguments.only or findings.failed):
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    for part, message in findings.failed.items():
        print(f"\n{part} has failed. {message}", file=sys.stderr)
    return 1 if findings.failed else 0


if __name__ == "__main__":
    sys.exit(main())
