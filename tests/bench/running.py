# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is measured, and how: a process each, against an emulator that is a process of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import typing as t
import urllib.parse
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import requests

from ..demo import ROOT, environment
from .cases import KEY, ORGANIZATION, READS, Case, Json, Request, many, mapped, replies

HERE = Path(__file__).resolve().parent
BIN = Path(sys.executable).parent
LOOK_EACH = 0.1  # seconds
CONCURRENCY = 8  # as the module has it


class BenchError(Exception):
    """Something did not do what it is measured for."""


@dataclass(frozen=True)
class Rival:
    """One way to get a case done.

    command: from the folder of a case; requests: how many it makes; units: what its time grows with, where it is
    measured on fewer of them; playbook: whether Ansible's own time is in it; shows: a text that its output has to hold.
    """

    key: str
    command: Callable[[Path], list[str]]
    requests: Callable[[Case], int]
    units: Callable[[Case], int] = lambda _case: 1
    playbook: bool = True
    shows: Callable[[Case], str] = lambda _case: ""


def _playbook(name: str, *options: str) -> Callable[[Path], list[str]]:
    name = str(HERE / name) if name.endswith(".yml") else name
    return lambda folder: [
        str(BIN / "ansible-playbook"),
        name,
        "-i",
        str(folder / "inventory"),
        *(option.format(folder=folder) for option in options),
    ]


def _as_few_as_possible(case: Case) -> int:
    return len(READS) + sum(map(len, case.stages))


def _one_by_one(case: Case) -> int:
    return len(READS) + len(case.steps)


def _each_alone(case: Case) -> int:
    refused = [request for stage in case.stages for request in stage if request.status >= 400]
    invited_in_vain = sum(len(request.body["emails"]) for request in refused if request.body)
    return len(READS) * len(case.people) + len(case.steps) + invited_in_vain


RIVALS = {
    rival.key: rival
    for rival in (
        Rival("ping", _playbook("ping.yml"), lambda _case: 0),
        Rival("empty", _playbook("empty.yml"), lambda _case: 0),
        Rival(
            "floor",
            lambda folder: [sys.executable, str(HERE / "floor.py"), str(folder / "stages.json")],
            _as_few_as_possible,
            playbook=False,
        ),
        Rival("module", _playbook("module.yml"), _as_few_as_possible),
        Rival("role", _playbook("orgops.elastic_cloud.org_team"), _as_few_as_possible),
        Rival(
            "uri", _playbook("uri.yml", "-e", "@{folder}/loops.json"), _one_by_one, lambda case: len(case.steps) or 1
        ),
        Rival(
            "org_member",
            _playbook("org_member.yml", "-e", "@{folder}/loops.json"),
            _each_alone,
            lambda case: len(case.people),
        ),
        Rival(
            "curl", lambda folder: [str(HERE / "curl.sh"), str(folder / "steps.tsv")], _one_by_one, _one_by_one, False
        ),
    )
}


# Changes nothing, and so is nobody's rival.
DIFF = Rival(
    "diff",
    _playbook("module.yml", "--check", "--diff"),
    lambda _case: len(READS),
    shows=lambda case: str(case.people[-1]["email"]),
)


# What is measured of API keys: to look at one, to read all, and to revoke those of leavers.
KEYS = {
    "look": Rival("look", _playbook("api_keys.yml", "--tags", "look"), lambda _case: 1),
    "read": Rival("read", _playbook("api_keys.yml", "--tags", "read"), lambda _case: 2),
    "leave": Rival("leave", _playbook("api_keys.yml", "--tags", "leave"), lambda _case: len(READS) + 3),
}


# The whole run of an access review, after the first one also the comparison with the one before.
REVIEW = Rival(
    "review",
    _playbook(
        "orgops.elastic_cloud.org_access_review",
        "-e",
        "org_access_review_fail_on=never org_access_review_incomplete=warn org_access_review_dest={folder}/reviews",
    ),
    lambda _case: 8,
    shows=lambda case: f"{len(case.state['organizations'][0]['members'])} people, 0 invitations",
)
# What takes parts of an inventory, a line of the file each, all at once.
SLICES = 'exec xargs -n 1 -P "$1" "$2" "$3" --forks=1 -i < "$0"'


class Sliced(t.NamedTuple):
    """What organizations came to in one run and in slices.

    whole, sliced: seconds; requests: how many in one run; alike: whether the slices have made the same ones.
    """

    organizations: int
    slices: int
    whole: float
    sliced: float
    requests: int
    alike: bool


Watch = Callable[[int], None] | None


@dataclass
class Result:
    """What measuring came to. seconds: of each run; peak: bytes, of the largest process in any of them."""

    requests: int = 0
    seconds: list[float] = field(default_factory=list)
    peak: int = 0


@dataclass
class Bench:
    """The emulator at a URL, a folder for files, and what has been done so far."""

    folder: Path
    url: str
    delay: float = 0.0
    _dirty: bool = True
    _loaded: str = ""
    _outcomes: dict[str, Json] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._environment = environment(self.url, self.folder) | {"EC_API_KEY": KEY}
        self._session = requests.Session()

    def set_delay(self, seconds: float) -> None:
        """Have every answer come so much later."""
        if seconds == self.delay:
            return
        faults = [{"kind": "delay", "from_nth": 1, "seconds": seconds}] if seconds else []
        self._control("PUT", "faults", {"faults": faults})
        self.delay = seconds

    def measure(self, rival: Rival, case: Case, result: Result) -> None:
        """Run once, see that it did what it should, and add to the result what it took."""
        self._load(case)
        files = self.files(case)
        self._dirty = True
        output, seconds, peak = self._run(rival.command(files))
        log = self.log()
        self._dirty = any(entry["method"] != "GET" for entry in log)
        result.requests = len(log)
        if result.requests != rival.requests(case):
            raise BenchError(
                f"{rival.key} has made {result.requests} requests for {case.name}, not {rival.requests(case)}"
            )
        if rival.shows(case) not in output:
            raise BenchError(f"{rival.key} does not show {rival.shows(case)} for {case.name}")
        if rival.requests(case):
            outcome = self.people()
            if outcome != self._outcomes.setdefault(case.name, outcome):
                raise BenchError(f"{rival.key} has come to something else than the others for {case.name}")
        result.seconds.append(seconds)
        result.peak = max(result.peak, peak)

    def organizations(self, number: int, *options: str, rival: Rival | None = None, watch: Watch = None) -> float:
        """Return how many seconds a playbook takes for so many organizations, in which nothing is to do."""
        folder = self._many(number)
        _output, seconds, _peak = self._run([*(rival or RIVALS["role"]).command(folder), *options], watch)
        self._check_organizations(number)
        return seconds

    def memory_of_forks(self, number: int, forks: int) -> tuple[int, int] | None:
        """Return the most memory that the processes of such a run have together, and what a fork has of it: bytes, what
        several share counted once. None where the system does not tell. Takes a run of its own, with many looks.
        """
        if not Path("/proc/self/smaps_rollup").exists():
            return None
        looks: list[tuple[int, bool]] = []
        self.organizations(number, f"--forks={forks}", watch=lambda pid: looks.append(memory_below(pid)))
        alone = max((size for size, has_forks in looks if not has_forks), default=0)
        most, _has_forks = max(looks)
        return most, (most - alone) // min(forks, number)

    def slices(self, number: int, parts: int) -> Sliced:
        """Return what so many organizations take in one run with a fork for each slice, and in slices of one fork each,
        all at once.
        """
        whole = self.organizations(number, f"--forks={parts}")
        in_one = self._requests()
        folder = self._many(number)
        inventories = []
        for part in range(parts):
            inventory = folder / f"slice-{part}/inventory"
            inventory.mkdir(parents=True, exist_ok=True)
            names = sorted(path.stem for path in (folder / "inventory/host_vars").iterdir())[part::parts]
            _write(inventory / "hosts.json", {"elastic_cloud_organizations": {"hosts": {name: {} for name in names}}})
            (inventory / "host_vars").mkdir(exist_ok=True)
            for name in names:
                shutil.copy(folder / f"inventory/host_vars/{name}.json", inventory / "host_vars")
            inventories.append(f"{inventory}\n")
        (folder / "slices").write_text("".join(inventories), encoding="utf-8")
        program, playbook, *_rest = RIVALS["role"].command(folder)
        command = ["sh", "-c", SLICES, str(folder / "slices"), str(parts), program, playbook]
        _output, sliced, _peak = self._run(command)
        self._check_organizations(number)
        return Sliced(number, parts, whole, sliced, sum(in_one.values()), in_one == self._requests())

    def _many(self, number: int) -> Path:
        """Load so many organizations, and return a folder with their inventory."""
        state, hosts = many(number)
        folder = self.folder / f"organizations-{number}"
        if not folder.exists():
            (folder / "inventory/host_vars").mkdir(parents=True)
            everybody: Json = {"elastic_cloud_organizations": {"hosts": {name: {} for name in hosts}}}
            _write(folder / "inventory/hosts.json", everybody)
            for name, variables in hosts.items():
                _write(folder / f"inventory/host_vars/{name}.json", variables)
        self._control("PUT", "state", state)
        self._control("DELETE", "log")
        self._dirty = True
        return folder

    def _requests(self) -> Counter[tuple[str, str]]:
        return Counter((entry["method"], entry["path"]) for entry in self.log())

    def _check_organizations(self, number: int) -> None:
        """Raise BenchError unless each of so many organizations was read once, and nothing was written."""
        asked = self._requests()
        members = [count for (_method, path), count in asked.items() if path.endswith("/members")]
        if members != [1] * number or any(method != "GET" for method, _path in asked):
            raise BenchError(f"the playbook has not read {number} organizations, each once")

    def mappings(self, number: int) -> float:
        """Return how many seconds the playbook for single sign-on takes to add so many role mappings."""
        state, variables = mapped(number)
        folder = self.folder / f"mappings-{number}"
        (folder / "inventory/host_vars").mkdir(parents=True, exist_ok=True)
        _write(folder / "inventory/hosts.json", {"elastic_cloud_organizations": {"hosts": {"acme": {}}}})
        _write(folder / "inventory/host_vars/acme.json", variables)
        self._control("PUT", "state", state)
        self._control("DELETE", "log")
        self._dirty = True
        _output, seconds, _peak = self._run(_playbook("orgops.elastic_cloud.org_sso")(folder))
        writes = [entry["body"] for entry in self.log() if entry["method"] != "GET"]
        if [len(body.get("mappings", [])) for body in writes] != [number]:
            raise BenchError(f"the playbook has not added {number} role mappings in one request")
        return seconds

    def review(self, case: Case) -> tuple[dict[str, float], int]:
        """Return the seconds of each step of an access review and its sizes, see reviewing.py, and the bytes that the
        process had.
        """
        self._load(case)
        definition = self.folder / "reviewed.json"
        _write(definition, {"members": case.members, "groups": case.groups})
        script = [sys.executable, str(HERE / "reviewing.py"), str(definition), ORGANIZATION]
        output, _seconds, peak = self._run(script, PYTHONPATH=str(self.folder / "collections"))
        return json.loads(output), peak

    def outage(self, what: str, **fault: t.Any) -> Json:
        """Return how a run ends while no write is taken, see outage.py."""
        script = [sys.executable, str(HERE / "outage.py"), what, json.dumps(fault)]
        output, _seconds, _peak = self._run(script, PYTHONPATH=str(self.folder / "collections"))
        ended: Json = json.loads(output)
        return ended

    def peak_of_module(self, rival: Rival, case: Case) -> int:
        """Return the most memory, in bytes, that the process had in which the module of a playbook ran.

        That takes a run of its own, with a Python for modules that looks on.
        """
        peaks, python = self.folder / "module-peaks", self.folder / "measuring-python"
        peaks.unlink(missing_ok=True)
        watching = [sys.executable, "-IS", str(HERE / "measure.py"), str(peaks), sys.executable]
        python.write_text(f'#!/bin/sh\nexec {" ".join(watching)} "$@"\n')
        python.chmod(0o700)
        self._load(case)
        self._run([*rival.command(self.files(case)), "-e", f"ansible_python_interpreter={python}"])
        self._dirty = True
        return max(int(json.loads(line)["peak"]) for line in peaks.read_text().splitlines())

    def _run(self, command: list[str], watch: Watch = None, **environment: str) -> tuple[str, float, int]:
        """Return a command's output, the seconds that it took, and the bytes that the largest of its processes had.

        watch: called again and again with the id of a process that has all others below it.
        """
        result = self.folder / "result"
        result.unlink(missing_ok=True)
        watched = [sys.executable, "-IS", str(HERE / "measure.py"), str(result), *command]
        with subprocess.Popen(
            watched,
            cwd=self.folder,
            env=self._environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,  # so that what it starts can be ended with it
        ) as process:
            try:
                while True:
                    try:
                        output, _nothing = process.communicate(timeout=LOOK_EACH if watch else None)
                        break
                    except subprocess.TimeoutExpired:
                        if watch:
                            watch(process.pid)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                raise
        if process.returncode != 0:
            raise BenchError(f"{' '.join(command)} has failed with {process.returncode}: {output[-4000:]}")
        found = json.loads(result.read_text())
        return output, found["seconds"], found["peak"]

    def plan(self, what: str, case: Case) -> tuple[dict[str, float], int]:
        """Return the seconds of each step of `read` or `plan`, see planning.py, and the bytes that the process had."""
        replies_file, definition = self.folder / "replies.json", self.folder / "definition.json"
        if self._loaded != case.name:
            replies_file.write_text("".join(json.dumps(reply) + "\n" for reply in replies(case)), encoding="utf-8")
            _write(definition, {"members": case.members, "groups": case.groups})
            self._loaded = case.name
        script = [sys.executable, str(HERE / "planning.py"), what, str(replies_file), str(definition), ORGANIZATION]
        output, _seconds, peak = self._run(script, PYTHONPATH=str(self.folder / "collections"))
        return json.loads(output), peak

    def capacity(self, request: Request, number: int) -> float:
        """Return how many requests a second the emulator answers, asked by a client that does next to nothing."""
        target = urllib.parse.urlsplit(self.url)
        body = json.dumps(request.body).encode() if request.body else b""
        sent = (
            f"{request.method} {request.path} HTTP/1.1\r\nHost: {target.netloc}\r\nAuthorization: ApiKey {KEY}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        ).encode() + body

        def ask(_connection: int) -> None:
            with socket.create_connection((str(target.hostname), target.port or 80)) as connection:
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                reader = connection.makefile("rb")
                for _request in range(number // CONCURRENCY):
                    connection.sendall(sent)
                    if int(reader.readline().split()[1]) != request.status:
                        raise BenchError(f"the emulator refuses {request.method} {request.path}")
                    length = 0
                    while (line := reader.readline()) != b"\r\n":
                        name, _colon, value = line.partition(b":")
                        length = int(value) if name.lower() == b"content-length" else length
                    reader.read(length)

        start = time.perf_counter()
        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(ask, range(CONCURRENCY)))
        self._dirty = True
        return number // CONCURRENCY * CONCURRENCY / (time.perf_counter() - start)

    def log(self) -> list[Json]:
        """Return the requests since somebody was measured last, or since a case was loaded."""
        log: list[Json] = self._control("GET", "log")
        return log

    def people(self) -> Json:
        """Return everybody as they are now."""
        people: Json = self._control("GET", f"people/{ORGANIZATION}")
        return people

    def api_keys(self) -> Json:
        """Return the API keys of the organization, by id."""
        there: Json = self._control("GET", f"api_keys/{ORGANIZATION}")
        return there

    def load(self, case: Case) -> None:
        """Let the organization be as the case begins."""
        self._dirty = True
        self._load(case)

    def _load(self, case: Case) -> None:
        if self._dirty or self._loaded != case.name:
            self._control("PUT", "state", case.state)
            self._dirty, self._loaded = False, case.name
            for read in READS:  # a service has its lists at hand, and need not make them up for the first who asks
                self._session.get(self.url + read.path, headers={"Authorization": f"ApiKey {KEY}"}).raise_for_status()
        self._control("DELETE", "log")

    def files(self, case: Case) -> Path:
        """Write what the rivals are told, unless that was done before, and return the folder."""
        folder = self.folder / "cases" / "".join(letter if letter.isalnum() else "-" for letter in case.name)
        if folder.exists():
            return folder
        variables = folder / "inventory/host_vars"
        variables.mkdir(parents=True)
        _write(folder / "inventory/hosts.json", {"elastic_cloud_organizations": {"hosts": {"acme": {}}}})
        definition = {
            "org_team_organization_id": ORGANIZATION,
            "org_team_members": case.members,
            "org_team_groups": case.groups,
            "org_team_leavers_api_keys": "ignore",  # nobody else that is measured looks for API keys
        }
        _write(variables / "acme.json", definition)
        steps = [step._asdict() for step in case.steps]
        _write(folder / "loops.json", {"bench_people": case.people, "bench_steps": steps})
        _write(folder / "stages.json", [READS, *case.stages])
        lines = [
            f"{one.method}\t{one.path}\t{json.dumps(one.body) if one.body else ''}\n" for one in [*READS, *case.steps]
        ]
        (folder / "steps.tsv").write_text("".join(lines), encoding="utf-8")
        return folder

    def _control(self, method: str, what: str, body: t.Any = None) -> t.Any:
        response = self._session.request(method, f"{self.url}/_emulator/{what}", json=body)
        if response.status_code != 200:
            raise BenchError(f"{method} {what}: {response.text}")
        return response.json()


def memory_below(pid: int) -> tuple[int, bool]:
    """Return the bytes that the processes below this one have together, what several share counted once, and whether
    there are more than one.
    """
    below: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name of the program, in parentheses, may hold anything.
            parent = int(path.read_text(errors="replace").rpartition(")")[2].split()[1])
            below.setdefault(parent, []).append(int(path.parent.name))
    size, found, due = 0, 0, list(below.get(pid, []))
    while due:
        one = due.pop()
        due += below.get(one, [])
        with contextlib.suppress(OSError):
            lines = Path(f"/proc/{one}/smaps_rollup").read_text().splitlines()
            size += sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Pss:"))
            found += 1
    return size, found > 1


def _write(path: Path, content: t.Any) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


@contextlib.contextmanager
def emulator() -> Iterator[str]:
    """An emulator as a process of its own; gives its URL."""
    command = [sys.executable, "-m", "tests.emulator"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        try:
            if not process.stdout or not (url := process.stdout.readline().strip()):
                raise BenchError("the emulator does not start")
            yield url
        finally:
            process.terminate()


def missing_rivals() -> list[str]:
    """Return those who cannot be measured on this machine."""
    return [] if shutil.which("curl") else ["curl"]
