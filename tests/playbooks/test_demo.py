# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo` works on a terminal and without, leaves nothing behind, and shows the example inventory applied."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import signal
import subprocess
import sys
import tempfile
import termios
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.demo import worth_reading

pytestmark = pytest.mark.playbook
ROOT = Path(__file__).resolve().parents[2]
PYTHON = (sys.executable, "-m", "tests.demo")
MAKE = ("make", "-o", ".venv/.ready", "demo")  # with the Python of the tests; there may be no .venv
# Each step, and what it counts for each host: changed, failed.
STEPS = {
    "1. What would change?": {"acme": (1, 0), "globex": (1, 0)},
    "2. Do it": {"acme": (1, 0), "globex": (1, 0)},
    "3. Is that all?": {"acme": (0, 0), "globex": (0, 0)},
    "4. And a mistake?": {"globex": (0, 1)},
}
REASONS = (  # everybody who goes, and why
    "remove anton.klein@example.net, until 2026-03-31 has passed",
    "remove bea.fischer@example.com, state is absent",
    "remove quinn.stranger@example.org, not in the definition",
)
LONG = 200  # lines: more than somebody reads who has just come
COLOURS: dict[str, str] = {}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for temporary files, with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


def environment(folder: Path, more: t.Mapping[str, str] | None = None) -> dict[str, str]:
    """Return the environment of a terminal that shows colours, except for what is to be different, without those of a
    make that runs these tests, with the folder for temporary files.
    """
    settings = ("ANSIBLE_NOCOLOR", "NO_COLOR", "MAKEFLAGS", "MAKELEVEL", "MFLAGS")
    ours = {name: value for name, value in os.environ.items() if name not in settings}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return ours | {"TERM": "xterm-256color", "TMPDIR": str(folder), "PATH": path} | dict(more or {})


def on_a_terminal(
    command: t.Sequence[str], folder: Path, columns: int, more: t.Mapping[str, str] | None = None
) -> tuple[int, str]:
    """Run a command as a shell does on a terminal of that width; return its exit code and what the terminal shows."""
    ours, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, columns))
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(folder, more),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:
        os.close(terminal)
        shown = b""
        try:
            while part := os.read(ours, 65536):
                shown += part
        except OSError as error:  # nobody has the terminal open any more
            if error.errno != errno.EIO:
                raise
        finally:
            os.close(ours)
    return process.returncode, shown.decode().replace("\r\n", "\n")


def plain(output: str) -> str:
    """Return an output without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", output)


def lines(output: str) -> list[str]:
    """Return the lines of an output without colours, as far as they are the same in each run: organizations are worked
    on side by side, in any order.
    """
    output = re.sub(r"/[^ ]*ec-demo-\w+", "FOLDER", plain(output))
    return sorted(re.sub(r"It took \d+ seconds|\d{4}-\d\d-\d\dT[\d:.]+Z", "", output).splitlines())


def assert_all_went_well(code: int, output: str, folder: Path) -> None:
    """Every step is there, in order, with the counts that belong to it; the last line says so; nothing is left."""
    assert code == 0, output
    output = plain(output)
    steps = re.findall(r"^== (\d\..*?) =+\n(.*?)(?=^== )", output, re.MULTILINE | re.DOTALL)
    recap = re.compile(r"^(\w+) +: ok=\d+ +changed=(\d+) +unreachable=0 +failed=(\d+) ", re.MULTILINE)
    found = {title: {host: (int(a), int(b)) for host, a, b in recap.findall(text)} for title, text in steps}
    assert list(found.items()) == list(STEPS.items())
    assert "guard max_removals refuses the plan" in steps[-1][1]
    for line in REASONS:
        assert f"planned: {line}" in steps[0][1]
        assert f"done: {line}" in steps[1][1]
    assert len(output.splitlines()) < LONG
    assert output.splitlines()[-1].startswith("The demo is green")
    assert list(left_behind(folder)) == []


@pytest.fixture
def demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo, started; all its temporary files are in the folder, by which its processes can be told, too."""
    with subprocess.Popen(
        PYTHON,
        cwd=ROOT,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        yield process
        process.kill()


def left_behind(folder: Path) -> Iterator[str]:
    """Yield the command lines of processes whose environment names the folder, and the files in it."""
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if str(folder).encode() in (process / "environ").read_bytes():
                yield (process / "cmdline").read_text().replace("\0", " ")
        except OSError:  # it has just ended
            continue
    yield from (str(path) for path in folder.iterdir())


def test_without_a_terminal_it_ends_well_and_can_be_read(demo: subprocess.Popen[str], folder: Path) -> None:
    output = t.cast("t.IO[str]", demo.stdout).read()
    assert_all_went_well(demo.wait(), output, folder)
    assert "\x1b" not in output


def test_on_a_terminal_it_ends_well_with_colours_and_without(folder: Path) -> None:
    code, coloured = on_a_terminal(MAKE, folder, 80)
    assert_all_went_well(code, coloured, folder)
    assert re.search(r"\x1b\[[0-9;]+mchanged=1 ", coloured)
    code, colourless = on_a_terminal(MAKE, folder, 200, {"NO_COLOR": "1"})
    assert_all_went_well(code, colourless, folder)
    assert "\x1b" not in colourless
    assert lines(coloured) == lines(colourless)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "columns", "more"),
    [
        (MAKE, 200, COLOURS),
        (PYTHON, 80, COLOURS),
        (PYTHON, 200, {"NO_COLOR": "1"}),
        (MAKE, 80, {"ANSIBLE_NOCOLOR": "1"}),
        (MAKE, 200, {"TERM": "dumb"}),
    ],
)
def test_any_terminal_shows_what_goes_into_a_file(
    demo: subprocess.Popen[str], folder: Path, command: t.Sequence[str], columns: int, more: t.Mapping[str, str]
) -> None:
    expected = t.cast("t.IO[str]", demo.stdout).read()
    assert demo.wait() == 0, expected
    code, output = on_a_terminal(command, folder, columns, more)
    assert_all_went_well(code, output, folder)
    assert ("\x1b" in output) is (more == COLOURS)
    assert lines(output) == lines(expected)


def test_only_tasks_that_say_nothing_are_left_out() -> None:
    quiet = ["TASK [a] ***\n", "\x1b[0;32mok: [acme]\x1b[0m\n", "acme: reading who is there\n", "ok: [globex]\n", "\n"]
    telling = ["TASK [b] ***\n", "ok: [acme]\n", "[WARNING]: Look here.\n", "ok: [globex]\n", "\n"]
    changing = ["TASK [c] ***\n", "--- before: a\n", "+++ after: b\n", "\n", "changed: [acme]\n", "\n"]
    others = ["\n", "PLAY RECAP ***\n", "acme : ok=1\n"]
    assert "".join(worth_reading([*quiet, *telling, *quiet, *changing, *quiet, *others])) == "".join(
        [*telling, *changing, *others]
    )


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_between_it_leaves_nothing_behind(demo: subprocess.Popen[str], folder: Path, number: int) -> None:
    for line in t.cast("t.IO[str]", demo.stdout):
        if "Apply the team definition" in line:
            break
    demo.send_signal(number)
    assert demo.wait() == 128 + number
    assert list(left_behind(folder)) == []
