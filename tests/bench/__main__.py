# Copyright: (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make bench`: everybody side by side, and what came of it in docs/benchmark.md. `make bench QUICK=1`: a smaller one,
to be read on the screen.

A round lets each rival run once, so that whatever slows the machine down for a while slows all of them.
"""

from __future__ import annotations

import gc
import signal
import sys
import tempfile
import time
from pathlib import Path

if __name__ == "__main__":
    sys.dont_write_bytecode = True

from ..demo import ROOT
from .cases import READS, Case, changing, large, nothing, onboarding, week
from .report import Findings, Machine, Row, render
from .running import RIVALS, Bench, BenchError, Result, emulator, missing_programs

DOCUMENT = ROOT / "docs/benchmark.md"
OURS = ("floor", "empty", "module", "role")


def _row(case: Case, **instead: Case) -> Row:
    """Return a row of the tables: all rivals do the case, but those that would take minutes a smaller one instead."""
    return Row(case, {**dict.fromkeys((*OURS, "uri", "curl", "org_member"), case), **instead})


def rows(quick: bool) -> list[Row]:
    """Return the cases, and which smaller ones the slow rivals do."""
    five, ten, fifty = onboarding(5), onboarding(10), onboarding(50)
    ten_people, quarter = nothing(10), week(1)
    first = _row(nothing(1))
    first.measured["ping"] = first.case
    found = [
        first,
        *(_row(nothing(people), org_member=ten_people) for people in (100, 1000, 10_000)),
        _row(fifty, uri=ten, org_member=five),
        _row(onboarding(500), uri=ten, curl=fifty, org_member=five),
        _row(changing(200), uri=changing(5), curl=changing(20), org_member=changing(5)),
        _row(week(), uri=quarter, org_member=quarter),
    ]
    return (
        [row for row in found if row.case.name in (nothing(1).name, nothing(1000).name, fifty.name)] if quick else found
    )


def run(bench: Bench, quick: bool) -> Findings:
    """Measure everything."""
    findings = Findings(rounds=3 if quick else 5, machine=Machine.this(), missing=missing_programs())
    table = rows(quick)
    findings.rows = table
    _ask_the_emulator(bench, table, findings)
    for delay in (0.0,) if quick else (0.0, 0.05):
        bench.set_delay(delay)
        for row in table:
            _measure(bench, row, findings)
            gc.collect()
    if not quick:
        bench.set_delay(0.0)
        say("uri, all of onboarding 500, once")
        bench.measure(RIVALS["uri"], onboarding(500), findings.once)
    bench.set_delay(0.0)
    for row in table:
        for key in ("empty", "module"):
            say(f"memory of {key}, {row.case.name}")
            findings.module_peaks[key, row.case.name] = bench.peak_of_module(RIVALS[key], row.case)
    _plan(bench, findings, (1000, 10_000) if quick else (1000, 10_000, 100_000))
    return findings


def _ask_the_emulator(bench: Bench, table: list[Row], findings: Findings) -> None:
    """Find out what the emulator can do alone: with the longest lists and with many small writes."""
    longest = max((row.case for row in table), key=lambda case: len(case.members))
    bench.load(longest)
    lists = f"lists of {len(longest.members):,} people"
    findings.capacity.append((lists, bench.capacity(READS[0], 80), longest, len(READS)))
    case = changing(200)
    bench.load(case)
    requests = case.stages[0][0], case.stages[1][0]
    for request, what in zip(requests, ("roles added", "roles taken away"), strict=True):
        findings.capacity.append((what, bench.capacity(request, 2000), case, len(case.stages[0])))


def _measure(bench: Bench, row: Row, findings: Findings) -> None:
    """Let everybody do one case, or the smaller one; what was measured for another row already is not again."""
    due = []
    for key, case in row.measured.items():
        place = (bench.delay, key, case.name)
        # What makes no requests takes no longer when they do.
        if key not in findings.missing and place not in findings.results and not (bench.delay and key == "ping"):
            findings.results[place] = Result()
            due.append((RIVALS[key], case, findings.results[place]))
    for number in range(findings.rounds):
        for rival, case, result in due:
            bench.measure(rival, case, result)
            say(
                f"{1000 * bench.delay:.0f} ms, round {number + 1}, {case.name}, {rival.key}: {result.seconds[-1]:.2f} s"
            )


def _plan(bench: Bench, findings: Findings, sizes: tuple[int, ...]) -> None:
    for people in sizes:
        case = large(people)
        for what in ("read", "plan"):
            for _round in range(findings.rounds):
                findings.planning.setdefault((what, people), []).append(bench.plan(what, case))
            say(f"{what} {people:,} people")


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
