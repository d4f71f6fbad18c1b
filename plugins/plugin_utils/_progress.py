# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""How far a run is, on the controller: what the module writes into a file is shown while the module goes on."""

from __future__ import annotations

import contextlib
import pathlib
import threading

from ansible.utils.display import Display

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import plain
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import Tell, to_nobody

SOON = 5.0  # seconds until a run counts as one that takes long
OFTEN = 10.0  # seconds from one line to the next


def to_people(host: str) -> Tell:
    """Return what shows, in a line about this host, how far a run is; any thread may call it.

    An action plugin runs in a worker, a copy of Ansible's process. The thread that made the copy held a lock of
    Display, and in the copy it holds it for good: any other thread that prints there may wait for ever, with a lock
    of ansible-runner in its hands, without which nothing is printed at all. So the line goes where the worker's
    results go, and Ansible's main process prints it, to the standard error output, since programs may read the
    other one. The queue is private to ansible-core: where it is missing, nobody is told.
    """
    send = getattr(getattr(Display(), "_final_q", None), "send_display", None)
    if send is None:
        return to_nobody

    def tell(text: str) -> None:
        send("display", plain(f"{host}: {text}"), stderr=True)

    return tell


def watch(path: str, tell: Tell, ended: threading.Event) -> None:
    """Tell what is written into a file, as long as nothing has ended, and nothing twice.

    That it cannot be read or told does not keep a run from going on.
    """
    told, pause = "", SOON
    while not ended.wait(pause):
        with contextlib.suppress(OSError):
            text = pathlib.Path(path).read_text(encoding="utf-8", errors="replace")
            if text and text != told:
                tell(text)
            told = text
        pause = OFTEN
