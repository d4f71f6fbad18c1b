# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo` works without a terminal, leaves nothing behind, and shows the example inventory applied."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.playbook
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder for temporary files, with a path that is short enough for sockets."""
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Path(folder)


@pytest.fixture
def demo(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """The demo, started; all its temporary files are in the folder, by which its processes can be told, too."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.demo"],
        cwd=ROOT,
        env=os.environ | {"TMPDIR": str(folder)},
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


def test_the_demo_ends_well_and_can_be_read(demo: subprocess.Popen[str], folder: Path) -> None:
    output = t.cast("t.IO[str]", demo.stdout).read()
    assert demo.wait() == 0, output
    assert "\x1b" not in output
    *_earlier, last = output.split("PLAY RECAP")
    assert len(re.findall(r"^(?:acme|globex) +: ok=\d+ +changed=0 ", last, re.MULTILINE)) == 2
    assert list(left_behind(folder)) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_between_it_leaves_nothing_behind(demo: subprocess.Popen[str], folder: Path, number: int) -> None:
    for line in t.cast("t.IO[str]", demo.stdout):
        if "Apply the team definition" in line:
            break
    demo.send_signal(number)
    assert demo.wait() == 128 + number
    assert list(left_behind(folder)) == []
