# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What was measured, as a document."""

from __future__ import annotations

import os
import platform
import statistics
import typing as t
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version

from .cases import READS, Case
from .running import RIVALS, Result, Sliced

MIB = 2**20
LICENCE = """\
<!--
Copyright (c) 2026, Orgops
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
"""
Target = tuple[str, str, str, bool]  # the key of its reason, what is to be reached, what was found, and whether it was
SLOW = ("uri", "curl", "org_member")
STEPS = {"parse_team": "read definition", "People": "find people", "make_plan": "plan", "check_guards": "guards"}
# Why a target may be out of reach; printed where it is.
WHY = {
    "floor": "Ansible packs the collection's code for each task, and Python, which finds no compiled code in the "
    "archive, compiles all of it each time. That does not grow with the requests. By a profile with ansible-core "
    "2.19, packing takes 0.11 s of processor time more than for `ping`, to import requests 0.07 s, which the floor "
    "needs too, and to compile and load the collection's code 0.05 s, of which a quarter is for writing and could be "
    "left out where there is nothing to write. With thousands of people, comparing them takes longer than asking for "
    "them. And runs of one small case differ by more than the floor takes.",
    "ten thousand": "the lists are read and compared person by person.",
    "onboarding": "a module task takes about a third of a second whatever it does, and so does an item of a loop; what "
    "remains for the module is mostly the start of ansible-playbook.",
    "role": "Ansible templates the definition once more, to check it and to hand it over.",
    "organizations": "something looks at all hosts for each host.",
    "diff": "something compares every line of a change with those of the others.",
    "review": "each grant is an object in the document, and a row of table and page.",
    "review growth": "something looks at all people for each of them.",
    "page": "each grant is a row of two parts of the page.",
    "slices": "the parts of the inventory are not the whole of it.",
    "planning": "each person's grants are compared as sets, and everybody is an object.",
}


@dataclass
class Row:
    """A case, and what each rival does in its place."""

    case: Case
    measured: dict[str, Case]


@dataclass(frozen=True)
class Machine:
    """What kind of machine it was."""

    cores: int
    system: str
    versions: dict[str, str]

    @classmethod
    def this(cls) -> Machine:
        """Return the kind of this machine."""
        programs = {name: version(name) for name in ("ansible-core", "requests")}
        return cls(os.cpu_count() or 1, platform.system(), {"Python": platform.python_version(), **programs})


@dataclass
class Findings:
    """All that was measured.

    results: by delay in seconds, rival and case; once: the uri loop at its full size; capacity: of what, requests a
    second, a case with such requests, and how many; module_peaks: by rival and case, bytes; planning: by what was done
    and number of people, one pair for each round; growth: by what there is more of and how much, seconds; outages: by
    what was to be done and the answer to each write, how the run ended; keys: by what was done and case; reviews: by
    case, one pair for each round, as of `Bench.review`; reviewed: whole runs of a review, by case; forks: by their
    number and `run` or `check`, seconds for as many organizations as `forked` says; fork_memory: by their number, as of
    `Bench.memory_of_forks`; small_lists: requests a second that the emulator answers with the lists of such an
    organization; sliced: what slices came to; failed: what could not be measured, and why.
    """

    rows: list[Row]
    rounds: int
    machine: Machine
    missing: list[str]
    results: dict[tuple[float, str, str], Result] = field(default_factory=dict)
    once: Result = field(default_factory=Result)
    capacity: list[tuple[str, float, Case, int]] = field(default_factory=list)
    module_peaks: dict[tuple[str, str], int] = field(default_factory=dict)
    planning: dict[tuple[str, int], list[tuple[dict[str, float], int]]] = field(default_factory=dict)
    growth: dict[tuple[str, int], list[float]] = field(default_factory=dict)
    outages: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    keys: dict[tuple[str, str], Result] = field(default_factory=dict)
    reviews: dict[str, list[tuple[dict[str, float], int]]] = field(default_factory=dict)
    reviewed: dict[str, Result] = field(default_factory=dict)
    forks: dict[tuple[int, str], list[float]] = field(default_factory=dict)
    forked: int = 0
    fork_memory: dict[int, tuple[int, int] | None] = field(default_factory=dict)
    small_lists: float = 0.0
    sliced: Sliced | None = None
    failed: dict[str, str] = field(default_factory=dict)

    @property
    def delays(self) -> list[float]:
        """The delays that were measured, in seconds."""
        return sorted({delay for delay, _key, _name in self.results})

    def median(self, delay: float, key: str, case: Case) -> float | None:
        """Return the median of what a rival took for a case, in seconds; None where it was not measured."""
        delay = delay if RIVALS[key].requests(case) else 0.0  # what makes no requests is not held up
        result = self.results.get((delay, key, case.name))
        return statistics.median(result.seconds) if result else None

    def seconds(self, delay: float, key: str, row: Row) -> float | None:
        """Return what a rival takes for a case, scaled up where it was measured on a smaller one."""
        case = row.measured.get(key)
        median = self.median(delay, key, case) if case else None
        if case is None or median is None or case is row.case:
            return median
        rival = RIVALS[key]
        start = self.median(0.0, "ping", self.rows[0].case) or 0.0 if rival.playbook else 0.0
        return start + max(median - start, 0.0) * rival.units(row.case) / rival.units(case)

    def to_floor(self, delay: float, row: Row) -> tuple[float, float] | None:
        """Return what the module takes, as a multiple of what the floor and an empty module take together; and what it
        takes more than an empty module, as a multiple of the floor.
        """
        module, empty, floor = (self.seconds(delay, key, row) for key in ("module", "empty", "floor"))
        if module is None or empty is None or floor is None:
            return None
        return module / (floor + empty), (module - empty) / floor

    def grown(self, what: str, more: int, less: int) -> float | None:
        """Return how many times as long the larger number takes; None where one of them was not measured."""
        longer, shorter = self.growth.get((what, more)), self.growth.get((what, less))
        return statistics.median(longer) / statistics.median(shorter) if longer and shorter else None

    def row(self, name: str) -> Row | None:
        """Return the row of a case."""
        return next((row for row in self.rows if row.case.name == name), None)


def render(findings: Findings) -> str:
    """Return the document; what was not measured has no section."""
    sections: list[tuple[str, t.Any, Callable[[Findings], list[str]]]] = [
        ("What was to be reached", True, _targets),
        ("How many times as long", findings.results, _ratios),
        ("Seconds", findings.results, _times),
        ("Requests and memory", findings.results, _requests),
        ("Planning alone", findings.planning, _planning),
        ("More organizations, longer diffs", findings.growth, _growth),
        ("Organizations a minute", findings.forks, _forks),
        ("Slices", findings.sliced, _slices),
        ("Access reviews", findings.reviews, _reviews),
        ("API keys", findings.keys, _keys),
        ("A service that takes no writes", findings.outages, _outages),
        ("The emulator alone", findings.capacity, _capacity),
    ]
    lines = [LICENCE, "# Benchmark", "", *_introduction(findings)]
    for title, measured, section in sections:
        if measured:
            lines += [f"## {title}", "", *section(findings), ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n")


def _introduction(findings: Findings) -> list[str]:
    machine = findings.machine
    versions = ", ".join(f"{name} {number}" for name, number in machine.versions.items())
    lines = [
        f"Made by `make bench` on {machine.system} with {machine.cores} cores, {versions}. All numbers are medians of "
        f"{findings.rounds} runs, of what takes long of three. The rivals took turns, each run in processes of its "
        "own, against the emulator of `tests/emulator` in another process on the same machine, which answers at once "
        "or after a delay. Definitions are host variables in an inventory, written as JSON.",
        "",
        "- **module**: `ansible-playbook` with one task, `orgops.elastic_cloud.org_team`; **role**: the playbook "
        "`orgops.elastic_cloud.org_team` with the same inventory.",
        "- **floor**: a bare Python script with `requests` that knows what is to be done and makes only the requests "
        "that this takes, as many as the module and up to eight at once. It compares nothing and checks nothing.",
        "- **empty**: a playbook with one task, a module that is given the same definition and ends.",
        "- **uri loop**: a task with `ansible.builtin.uri` in a loop over requests, one for each person. It reads the "
        "lists as well, but is told what is to be done. **curl**: the same as a shell loop.",
        "- **org_member loop**: a task with `orgops.elastic_cloud.org_member` in a loop over the people who change, or "
        "over everybody where nobody does.",
        "",
        "A number with `~` is scaled: the rival was measured with fewer people (the tables of requests say how many), "
        "and what it took beyond the start of Ansible was multiplied.",
        "",
    ]
    lines += [f"What could not be measured here: {part}.\n" for part in findings.failed]
    return lines + [f"{key} is missing on this machine and was left out.\n" for key in findings.missing]


def _targets(findings: Findings) -> list[str]:
    lines = ["| to reach | found | reached |", "| --- | --- | --- |"]
    missed: dict[str, str] = {}  # the first of the targets that share a reason

    def target(key: str, what: str, found: str, reached: bool) -> None:
        lines.append(f"| {what} | {found} | {'yes' if reached else 'no'} |")
        if not reached:
            missed.setdefault(key, what)

    wordings = (
        "the module takes at most 1.2 times what floor and empty module take together",
        "by the stricter reading, it takes at most 1.2 times the floor more than an empty module",
    )
    for position, what in enumerate(wordings):
        for delay in findings.delays:
            both = {row.case.name: findings.to_floor(delay, row) for row in findings.rows}
            ratios = {name: ratio[position] for name, ratio in both.items() if ratio}
            worst = max(ratios, key=lambda name: ratios[name])
            good = sum(ratio <= 1.2 for ratio in ratios.values())
            text = f"in {good} of {len(ratios)} cases; at most {ratios[worst]:.2f} times ({worst})"
            target("floor", f"{what}, {_at(delay)}", text, good == len(ratios))
    for delay in findings.delays:
        row = findings.row("nothing to do, 10,000 people")
        if (
            row
            and (module := findings.seconds(delay, "module", row))
            and (empty := findings.seconds(delay, "empty", row))
        ):
            what = f"10,000 people with nothing to do: at most 1.5 s more than an empty module, {_at(delay)}"
            target("ten thousand", what, f"{module - empty:.2f} s", module - empty <= 1.5)
    row = findings.row("onboarding 500")
    if row and findings.once.seconds and (module := findings.seconds(0.0, "module", row)):
        ratio = findings.once.seconds[0] / module
        what = f"onboarding 500: at least 50 times faster than the uri loop, {_at(0.0)}"
        found = f"{ratio:.0f} times; the loop took {findings.once.seconds[0]:.0f} s, measured once, all 500"
        target("onboarding", what, found, ratio >= 50)
    if rounds := findings.planning.get(("plan", 100_000)):
        seconds, peak = statistics.median(map(_planned, rounds)), max(peak for _steps, peak in rounds)
        what = "100,000 people planned within 3 s and 1 GiB"
        target("planning", what, f"{seconds:.2f} s, {_mib(peak)}", seconds <= 3 and peak <= 2**30)
    for delay in findings.delays:
        row = findings.row("nothing to do, 10,000 people")
        if (
            row
            and (role := findings.seconds(delay, "role", row))
            and (module := findings.seconds(delay, "module", row))
        ):
            what = f"the role takes at most 1.25 times as long as the module, 10,000 people, {_at(delay)}"
            target("role", what, f"{role / module:.2f} times", role / module <= 1.25)
    if times := findings.grown("organizations", 240, 60):
        what = "240 organizations take at most 5 times as long as 60"
        target("organizations", what, f"{times:.2f} times", times <= 5)
    if times := findings.grown("changes", 4000, 2000):
        what = "`--diff` of 4,000 changes takes at most 2.5 times as long as of 2,000"
        target("diff", what, f"{times:.2f} times", times <= 2.5)
    for one in (*_review_targets(findings), *_slice_targets(findings)):
        target(*one)
    reasons = [f'- Why not "{what}": {WHY[key]}' for key, what in missed.items()]
    return [*lines, *([""] if reasons else []), *reasons]


def _review_targets(findings: Findings) -> Iterator[Target]:
    for name, result in findings.reviewed.items():
        rounds = findings.reviews.get(name, [])
        if not rounds or _of(rounds, "grants") < 50_000:
            continue
        seconds = _of(rounds, "document", "tables", "page")
        what = f"access review of {name}: document, tables and page within 10 s and 512 MiB, beside reading"
        found = f"{seconds:.1f} s; {_mib(result.peak)}, the largest process of the whole run"
        yield "review", what, found, seconds <= 10 and result.peak <= 512 * MIB
    sizes = {_of(rounds, "grants"): rounds for rounds in findings.reviews.values()}
    if 15_000 in sizes:
        seconds, size = _of(sizes[15_000], "page"), _of(sizes[15_000], "page_bytes")
        what = "a page with 15,000 grants within 2 s and 6 MB"
        yield "page", what, f"{seconds:.2f} s, {size / 1e6:.1f} MB", seconds < 2 and size < 6e6
    for less, more in ((12_500, 50_000), (50_000, 200_000)):
        if less in sizes and more in sizes:
            ratio = _of(sizes[more], "document", "tables") / _of(sizes[less], "document", "tables")
            what = f"document and tables of {more:,} grants take at most 5 times as long as of {less:,}"
            yield "review growth", what, f"{ratio:.2f} times", ratio <= 5
    if times := findings.grown("organizations reviewed", 100, 25):
        what = "100 organizations, reviewed in one run, take at most 5 times as long as 25"
        yield "organizations", what, f"{times:.2f} times", times <= 5


def _slice_targets(findings: Findings) -> Iterator[Target]:
    if one := findings.sliced:
        what = f"{one.organizations:,} organizations in {one.slices} slices: the same requests as in one run"
        yield "slices", what, f"{one.requests:,} requests, {'the same' if one.alike else 'others'}", one.alike


def _ratios(findings: Findings) -> list[str]:
    lines = ["In the first two columns, the module; in the others, the rivals for each second of the module.", ""]
    for delay in findings.delays:
        rows = []
        for row in findings.rows:
            module = findings.seconds(delay, "module", row)
            cells = [f"{ratio:.2f}" for ratio in findings.to_floor(delay, row) or ()]
            for key in ("role", *SLOW):
                seconds = findings.seconds(delay, key, row)
                cells.append(_scaled(row, key) + _short(seconds / module) if seconds and module else "")
            rows.append([row.case.name, *cells])
        head = ["module / (floor + empty)", "(module - empty) / floor", "role", "uri loop", "curl", "org_member loop"]
        lines += [*_table([_at(delay), *head], rows), ""]
    return lines


def _times(findings: Findings) -> list[str]:
    lines = []
    if ping := findings.median(0.0, "ping", findings.rows[0].case):
        lines = [f"An empty playbook with one `ansible.builtin.ping` takes {_short(ping)} s.", ""]
    for delay in findings.delays:
        rows = []
        for row in findings.rows:
            cells = []
            for key in ("module", "floor", "empty", "role", *SLOW):
                seconds = findings.seconds(delay, key, row)
                cells.append("" if seconds is None else _scaled(row, key) + _short(seconds))
            rows.append([row.case.name, *cells])
        head = ["module", "floor", "empty", "role", "uri loop", "curl", "org_member loop"]
        lines += [*_table([_at(delay), *head], rows), ""]
    return lines


def _requests(findings: Findings) -> list[str]:
    lines = [
        "From the emulator's log. In brackets: the number in the smaller case that was measured. Memory is the most "
        "that one process had in any run, as the system tells of ended processes (`ru_maxrss`); of modules it was "
        "taken in a run of its own, by a Python for modules that looks on. Ansible itself is the largest process of a "
        "playbook.",
        "",
    ]
    rows = []
    for row in findings.rows:
        cells = []
        for key in ("module", "floor", *SLOW):
            case = row.measured[key]
            number = RIVALS[key].requests(row.case)
            smaller = "" if case is row.case else f" ({RIVALS[key].requests(case):,})"
            cells.append(f"{number:,}{smaller}")
        peaks = [findings.module_peaks.get((key, row.case.name)) for key in ("module", "empty")]
        peaks += [_peak(findings, key, row) for key in ("floor", "role")]
        rows.append([row.case.name, *cells, *("" if peak is None else _mib(peak) for peak in peaks)])
    head = ["module, role", "floor", "uri loop", "curl", "org_member loop"]
    memory = ["memory: module", "empty", "floor", "ansible-playbook, role"]
    return [*lines, *_table(["requests", *head, *memory], rows)]


def _planning(findings: Findings) -> list[str]:
    lines = [
        "In a process of its own, without Ansible and HTTP. To read is to make people of the replies; one in ten has "
        "to be changed somehow. The last columns say how much longer it takes for ten times as many people.",
        "",
    ]
    rows = []
    before: tuple[float, float] | None = None
    for what, people in findings.planning:
        if what != "plan":
            continue
        rounds = findings.planning["plan", people]
        steps = {step: statistics.median(took[step] for took, _peak in rounds) for step in STEPS}
        read = statistics.median(took["read"] for took, _peak in findings.planning["read", people])
        now = (read, statistics.median(map(_planned, rounds)))
        growth = ["" if before is None else f"{new / old:.1f}" for new, old in zip(now, before or now, strict=True)]
        peaks = [_mib(max(peak for _took, peak in findings.planning[what, people])) for what in ("read", "plan")]
        seconds = [f"{value:.3f}" for value in (read, *steps.values(), now[1])]
        rows.append([f"{people:,}", *seconds, *peaks, *growth])
        before = now
    head = ["people", "read, s", *(f"{name}, s" for name in STEPS.values()), "planned in all, s"]
    return [*lines, *_table([*head, "memory: read", "memory: read and plan", "read, growth", "plan, growth"], rows)]


def _growth(findings: Findings) -> list[str]:
    lines = [
        "The whole run. Organizations: the playbook `orgops.elastic_cloud.org_team` on so many hosts, with Ansible's "
        "five forks, each an organization of five people in which nothing is to do; reviewed: the playbook "
        "`orgops.elastic_cloud.org_access_review`, with a page for all of them. Changes: the module with `--check "
        "--diff`, where so many members change groups. Role mappings: the playbook `orgops.elastic_cloud.org_sso`, "
        "which adds so many in one request.",
        "",
    ]
    rows = []
    for what in dict.fromkeys(what for what, _size in findings.growth):
        before: int | None = None
        for size in sorted(size for one, size in findings.growth if one == what):
            seconds = statistics.median(findings.growth[what, size])
            ratio = findings.grown(what, size, before) if before else None
            more = f"{ratio:.2f} for {size / before:.1f} times as many" if ratio and before else ""
            rows.append([f"{size:,} {what}", _short(seconds), f"{seconds / size:.4f}", more])
            before = size
    return [*lines, *_table(["", "s", "s for each", "times as long"], rows)]


def _forks(findings: Findings) -> list[str]:
    number, cores = findings.forked, findings.machine.cores
    longest = max(statistics.median(seconds) for seconds in findings.forks.values())
    lines = [
        f"The playbook `orgops.elastic_cloud.org_team` on {number} organizations of five people in which nothing is to "
        f"do, with so many forks on {cores} cores, the emulator among what shares them. It answers at once, "
        f"{findings.small_lists:,.0f} such requests a second when it is asked for nothing else, so of a run of "
        f"{longest:.0f} s at most {len(READS) * number / findings.small_lists:.1f} s are its own. The cores are the "
        "limit, and more forks only help while others wait for the service. Memory was taken in a run of its own: all "
        "processes of the run together, what several share counted once (PSS).",
        "",
    ]
    rows = []
    for forks in dict.fromkeys(forks for forks, _mode in findings.forks):
        took = [statistics.median(findings.forks[forks, mode]) for mode in ("run", "check")]
        memory = [_mib(size) for size in findings.fork_memory.get(forks) or ()] or ["", ""]
        rows.append([forks, *(f"{60 * number / seconds:.0f}" for seconds in took), *map(_short, took), *memory])
    head = ["forks", "organizations a minute", "with `--check`", "s", "s with `--check`"]
    return [*lines, *_table([*head, "memory at most", "for each fork"], rows)]


def _slices(findings: Findings) -> list[str]:
    one = t.cast(Sliced, findings.sliced)
    lines = [
        f"{one.organizations:,} such organizations in one run with {one.slices} forks, and in {one.slices} slices: "
        "runs with parts of the inventory and one fork each, all at once on this one machine. Measured once. The "
        "requests are compared one by one.",
        "",
    ]
    rows = [
        ["one run", f"{one.requests:,}", _short(one.whole)],
        [f"{one.slices} slices", "the same" if one.alike else "others", _short(one.sliced)],
    ]
    return [*lines, *_table(["", "requests", "s"], rows)]


def _reviews(findings: Findings) -> list[str]:
    lines = [
        "In a process of its own, without Ansible: the people of one organization are read, a document is made and "
        "compared with another one, and tables and page are made of it. One person in a hundred has no entry in the "
        "definition. Beyond 50,000 grants the page has people without their grants.",
        "",
    ]
    rows = []
    for name, rounds in findings.reviews.items():
        steps = [f"{_of(rounds, step):.2f}" for step in ("read", "document", "tables", "page")]
        sizes = [f"{_of(rounds, f'{what}_bytes') / 1e6:.1f} MB" for what in ("document", "page")]
        rows.append([name, *steps, *sizes, _mib(max(peak for _took, peak in rounds))])
    head = ["", "read, s", "document, s", "tables, s", "page, s", "document", "page", "memory"]
    lines += [*_table(head, rows), "", "The whole run of the playbook `orgops.elastic_cloud.org_access_review`:", ""]
    whole = [
        [name, result.requests, _short(statistics.median(result.seconds)), _mib(result.peak)]
        for name, result in findings.reviewed.items()
    ]
    return [*lines, *_table(["", "requests", "s", "memory: largest process"], whole)]


def _keys(findings: Findings) -> list[str]:
    what = {
        "look": "`org_api_key`, nothing to do",
        "read": "`org_info`, `gather: [api_keys]`",
        "leave": "`org_team`, `leavers_api_keys: revoke`",
    }
    rows = [
        [case, what[key], result.requests, _short(statistics.median(result.seconds)), _mib(result.peak)]
        for (key, case), result in findings.keys.items()
    ]
    lines = ["The whole run of a playbook with one task. Keys are revoked before their makers are removed.", ""]
    return [*lines, *_table(["", "task", "requests", "s", "memory: ansible-playbook"], rows)]


def _outages(findings: Findings) -> list[str]:
    lines = [
        "How long a run of 1,000 actions goes on where the service reads but answers each write so: on a clock that "
        "only waiting moves, with five retries, one action at a time. With more side by side, as many times more are "
        "tried, and it takes as long.",
        "",
    ]
    rows = [
        [
            f"1,000 {what}",
            answer,
            f"{ended['seconds'] / 60:.1f}",
            *(f"{ended.get(count, 0):,.0f}" for count in ("requests", "tried", "not attempted")),
        ]
        for (what, answer), ended in findings.outages.items()
    ]
    return [
        *lines,
        *_table(["actions", "each write is answered with", "minutes", "requests", "tried", "not tried"], rows),
    ]


def _capacity(findings: Findings) -> list[str]:
    lines = [
        "Asked over eight connections by a client that does next to nothing. That the floor and the module share the "
        "time that the emulator takes makes their ratio look better; it is little.",
        "",
    ]
    rows = []
    for what, rate, case, number in findings.capacity:
        module = findings.median(0.0, "module", case)
        share = f"{number / rate:.2f} s of {_short(module)} s" if module else "not measured"
        rows.append([what, f"{rate:,.0f}", f"{number} in {case.name}", share])
    return [*lines, *_table(["requests", "a second", "of these", "at most, of the module's time"], rows)]


def _planned(measured: tuple[dict[str, float], int]) -> float:
    took, _peak = measured
    return sum(took[step] for step in STEPS)


def _of(rounds: Sequence[tuple[dict[str, float], int]], *steps: str) -> float:
    """Return the median of what the steps of a review come to together."""
    return statistics.median(sum(took[step] for step in steps) for took, _peak in rounds)


def _peak(findings: Findings, key: str, row: Row) -> int | None:
    peaks = [found.peak for (_d, one, name), found in findings.results.items() if (one, name) == (key, row.case.name)]
    return max(peaks, default=None)


def _table(head: list[str], rows: list[list[t.Any]]) -> list[str]:
    return [f"| {' | '.join(map(str, cells))} |" for cells in (head, ["---"] * len(head), *rows)]


def _scaled(row: Row, key: str) -> str:
    return "~" if row.measured.get(key) is not row.case else ""


def _at(delay: float) -> str:
    return f"with {1000 * delay:.0f} ms of delay"


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.2f}"


def _mib(size: int) -> str:
    return f"{size / MIB:,.0f} MiB"
