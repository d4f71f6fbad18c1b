# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that takes long says how far it is."""

from __future__ import annotations

import pathlib
import threading

import pytest
from ansible.executor.task_queue_manager import FinalQueue
from ansible.utils.display import Display

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import to_file
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._progress import OFTEN, SOON, to_people, watch
from ansible_collections.orgops.elastic_cloud.tests.unit.world import OWNER, World, viewer

READING = "reading who is in the organization"


class Scripted(threading.Event):
    """An end that comes when the script is through: what the file holds each time that somebody looks at it."""

    def __init__(self, file: pathlib.Path, *texts: str) -> None:
        super().__init__()
        self.file, self.texts, self.pauses = file, list(texts), list[float]()

    def wait(self, timeout: float | None = None) -> bool:
        self.pauses.append(timeout or 0.0)
        if self.texts:
            to_file(str(self.file))(self.texts.pop(0))
            return False
        return True


def watched(file: pathlib.Path, *texts: str) -> tuple[list[str], list[float]]:
    file.touch()
    told, ended = list[str](), Scripted(file, *texts)
    watch(str(file), told.append, ended)
    return told, ended.pauses


def test_a_short_run_is_silent(tmp_path):
    assert watched(tmp_path / "progress") == ([], [SOON])


def test_a_long_run_tells_what_is_new(tmp_path):
    told, pauses = watched(
        tmp_path / "progress", "reading", "", "removing, 1 of 9", "removing, 1 of 9", "removing, 2 of 9"
    )
    assert told == ["reading", "removing, 1 of 9", "removing, 2 of 9"]
    assert pauses == [SOON, *[OFTEN] * 5]


def test_a_file_that_cannot_be_written_keeps_no_run_from_going_on(tmp_path):
    to_file(str(tmp_path / "missing" / "progress"))("reading")
    assert not list(tmp_path.iterdir())


def test_a_file_that_cannot_be_read_ends_nothing(tmp_path):
    class Gone(Scripted):
        def wait(self, timeout: float | None = None) -> bool:
            ended = super().wait(timeout)
            if not self.texts:
                self.file.unlink(missing_ok=True)
            return ended

    told, ended = list[str](), Gone(tmp_path / "progress", "reading", "removing, 1 of 9")
    watch(str(ended.file), told.append, ended)
    assert told == ["reading"]
    assert ended.pauses == [SOON, OFTEN, OFTEN]


@pytest.fixture
def queue(monkeypatch: pytest.MonkeyPatch) -> FinalQueue:
    """The queue from a worker to Ansible's main process, as if this process were a worker."""
    queue = FinalQueue()
    monkeypatch.setattr(Display(), "_final_q", queue)
    return queue


def test_a_line_goes_to_the_main_process_and_is_not_printed_here(queue, capfd):
    tell = to_people("acme")
    thread = threading.Thread(target=tell, args=("removing, 1 of 9",))
    thread.start()
    thread.join()
    sent = queue.get()
    assert (sent.method, sent.args, sent.kwargs) == ("display", ("acme: removing, 1 of 9",), {"stderr": True})
    assert queue.empty()
    assert capfd.readouterr() == ("", "")


def test_a_line_cannot_confuse_a_terminal(queue):
    to_people("ac\x1b[2Jme\u202e\ud83d")("read\ring\nfatal: [acme]")
    assert queue.get().args == (r"ac\u001b[2Jme\u202e\ud83d: read\u000ding\u000afatal: [acme]",)


@pytest.mark.parametrize("queue", [None, object()], ids=["no queue", "a queue of another kind"])
def test_without_a_way_to_the_main_process_nothing_is_printed(queue, capfd, monkeypatch):
    monkeypatch.setattr(Display(), "_final_q", queue)
    to_people("acme")("removing, 1 of 9")
    monkeypatch.delattr(Display(), "_final_q")
    to_people("acme")("removing, 1 of 9")
    assert capfd.readouterr() == ("", "")


def test_each_stage_counts_the_people_it_is_about():
    world = World()
    for name in ("owner", "former", "second"):
        world.emulator.add_member(world.organization, f"{name}@example.com", OWNER)
    for number in range(3):
        world.emulator.add_member(world.organization, f"member{number}@example.com", viewer("a"))
    world.emulator.add_member(world.organization, "leaver@example.com", viewer("a"))
    told: list[str] = []
    outcome = world.apply(
        [
            {"email": "owner@example.com", "role_assignments": OWNER},
            {"email": "second@example.com", "role_assignments": viewer("b")},
            *({"email": f"member{number}@example.com", "role_assignments": viewer("b")} for number in range(3)),
            {"email": "new@example.com", "role_assignments": viewer("a")},
            {"email": "former@example.com", "state": "absent"},
            {"email": "leaver@example.com", "state": "absent"},
        ],
        tell=told.append,
    )
    assert not outcome.failures
    assert told == [
        READING,
        "reading API keys",
        *(f"inviting people and giving roles, {done} of 5" for done in range(6)),
        *(f"taking roles away and revoking invitations, {done} of 3" for done in range(4)),
        *(f"removing members, {done} of 1" for done in range(2)),
        *(f"demoting and removing owners, {done} of 1" for done in (0, 1, 0, 1)),
    ]


def test_a_failure_counts_as_an_end_too():
    world = World()
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    world.emulator.add_outsider("elsewhere@example.com")
    told: list[str] = []
    outcome = world.apply(
        [
            {"email": "owner@example.com", "role_assignments": OWNER},
            {"email": "elsewhere@example.com", "role_assignments": viewer("a")},
        ],
        tell=told.append,
    )
    assert outcome.failures
    assert told[-1] == "inviting people and giving roles, 1 of 1"


def test_a_check_tells_of_reading_alone():
    world = World()
    world.emulator.add_member(world.organization, "owner@example.com", OWNER)
    told: list[str] = []
    entries = [{"email": f"{name}@example.com", "role_assignments": OWNER} for name in ("owner", "new")]
    world.apply(entries, tell=told.append, check_mode=True)
    assert told == [READING]
