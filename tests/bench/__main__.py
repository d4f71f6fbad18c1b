# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: everybody side by side, and what came of it in docs/benchmark.md. `make bench QUICK=1`: a smaller one,
to be read on the screen.

A round lets each rival run once with each delay, so that whatever slows the machine down for a while slows all of them.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True

from ..demo import ROOT
from .cases import READS, Case, changing, diff, keys, large, leaving, nothing, onboarding, week
from .report import Findings, Machine, Row, render
from .running import DIFF, KEYS, RIVALS, Bench, BenchError, Result, emulator, missing_rivals

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


def run(bench: Bench, quick: bool) -> Findings:
    """Measure everything."""
    findings = Findings(rows(quick), rounds=3 if quick else 5, machine=Machine.this(), missing=missing_rivals())
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
    _plan(bench, findings, (1000, 10_000) if quick else (1000, 10_000, 100_000))
    _grow(bench, findings, (1, 20) if quick else (1, 60, 240), (500, 1000) if quick else (1000, 2000, 4000))
    _keys(bench, findings, keys(50 if quick else 500), leaving(200, 2) if quick else leaving(10_000, 50))
    _map(bench, findings, (1, 20) if quick else (1, 50, 100))
    for answer, fault in OUTAGES.items():
        for what in ("roles", "invitations"):
            findings.outages[what, answer] = bench.outage(what, **fault)
    return findings


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


def _plan(bench: Bench, findings: Findings, sizes: tuple[int, ...]) -> None:
    for people in sizes:
        case = large(people)
        for what in ("read", "plan"):
            for _round in range(findings.rounds):
                findings.planning.setdefault((what, people), []).append(bench.plan(what, case))
            say(f"{what} {people:,} people")


def _grow(bench: Bench, findings: Findings, organizations: tuple[int, ...], changes: tuple[int, ...]) -> None:
    """Find out what more organizations take, and longer diffs; the sizes take turns, three times."""
    for number in range(min(findings.rounds, 3)):
        for size in organizations:
            seconds = bench.organizations(size)
            findings.growth.setdefault(("organizations", size), []).append(seconds)
            say(f"round {number + 1}, {size} organizations: {seconds:.2f} s")
        for size in changes:
            result = Result()
            bench.measure(DIFF, diff(size), result)
            findings.growth.setdefault(("changes", size), []).extend(result.seconds)
            say(f"round {number + 1}, a diff of {size:,} changes: {result.seconds[0]:.2f} s")


def _keys(bench: Bench, findings: Findings, many_keys: Case, leavers: Case) -> None:
    """Find out what API keys take; the three ways take turns."""
    for number in range(findings.rounds):
        for key, case in (("look", many_keys), ("read", many_keys), ("leave", leavers)):
            result = findings.keys.setdefault((key, case.name), Result())
            bench.measure(KEYS[key], case, result)
            say(f"round {number + 1}, {key}, {case.name}: {result.seconds[-1]:.2f} s")


def _map(bench: Bench, findings: Findings, sizes: tuple[int, ...]) -> None:
    """Find out what more role mappings of single sign-on take."""
    for number in range(min(findings.rounds, 3)):
        for size in sizes:
            seconds = bench.mappings(size)
            findings.growth.setdefault(("role mappings", size), []).append(seconds)
            say(f"round {number + 1}, {size} role mappings: {seconds:.2f} s")


def say(text: str) -> None:
    """Tell how far it is."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


def main() -> int:
    """Run the benchmark; return the exit code."""
    quick = sys.argv[1:] == ["--quick"]
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ec-bench-", ignore_cleanup_errors=True) as folder,
            emulator() as url,
        ):
            text = render(run(Bench(Path(folder), url), quick))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except BenchError as error:
        print(f"\nThe benchmark has failed. {error}", file=sys.stderr)
        return 1
    if not quick:
        DOCUMENT.write_text(text, encoding="utf-8")
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
