# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ctrl-C on a terminal, while the service takes no writes: the module ends too, and writes nothing more."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import select
import shutil
import signal
import subprocess
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.playbooks.running import PLAYBOOK, VIEWER, Ansible

LIMIT = 60  # seconds; whatever takes longer goes on without an end in sight
PEOPLE = [f"p{number}@example.com" for number in range(200)]
BEFORE = 20  # writes until somebody presses the keys

pytestmark = [
    pytest.mark.playbook,
    pytest.mark.skipif(not (hasattr(os, "pidfd_open") and shutil.which("setsid")), reason="only on Linux"),
]


def started_with(mark: str) -> Iterator[int]:
    """Yield the processes that have a mark in their environment: Ansible's workers leave the terminal's session."""
    for environment in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if mark.encode() in environment.read_bytes():
                yield int(environment.parent.name)


def wait_for_end(mark: str) -> bool:
    """Return whether all processes with a mark end within the limit; those that do not are ended."""
    everything_ended = True
    for process in started_with(mark):
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(process)
            if not select.select([handle], [], [], LIMIT)[0]:
                everything_ended = False
                os.kill(process, signal.SIGKILL)
            os.close(handle)
    return everything_ended


def show(terminal: int, output: bytearray) -> None:
    """Take what is written on a terminal, until nobody holds it any more."""
    with contextlib.suppress(OSError):
        while data := os.read(terminal, 4096):
            output += data


def test_promise_21_ctrl_c_ends_writing(ansible: Ansible) -> None:
    host = ansible.organization("interrupted", {email: {} for email in PEOPLE})
    host["org_team_members"] = [{"email": email, "role_assignments": VIEWER} for email in PEOPLE]
    inventory = ansible.folder / "interrupted.json"
    inventory.write_text(json.dumps({"elastic_cloud_organizations": {"hosts": {"interrupted": host}}}))
    reached = threading.Event()
    ansible.emulator.fail("status", status=503, method="POST", from_nth=1)
    ansible.emulator.before(reached.set, method="POST", nth=BEFORE)
    log, begin = ansible.emulator.log, len(ansible.emulator.log)
    mark = f"STARTED_BY={uuid.uuid4()}"
    terminal, inside = pty.openpty()
    process = subprocess.Popen(
        ["setsid", "--ctty", "env", mark, ansible.bin / "ansible-playbook", PLAYBOOK, "-i", inventory],
        env=ansible.environment,
        stdin=inside,
        stdout=inside,
        stderr=inside,
    )
    os.close(inside)
    output = bytearray()
    reader = threading.Thread(target=show, args=(terminal, output))
    reader.start()
    try:
        assert reached.wait(LIMIT), output.decode()
        os.write(terminal, b"\x03")
    finally:
        ended = wait_for_end(mark)
        process.wait()
        reader.join()
        os.close(terminal)
        ansible.emulator.heal()
    assert ended, "the module went on"
    written = sum(entry["method"] == "POST" for entry in log[begin:])
    assert BEFORE <= written < len(PEOPLE), output.decode()
