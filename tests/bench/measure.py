# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs a command, and tells how long it took and how much memory its largest process had at most.

    python -IS measure.py RESULT COMMAND...

A process of its own, because what a process has before it becomes another program counts as the other's: started from
the benchmark itself, nothing would seem to need less memory than that.
"""

from __future__ import annotations

import json
import os
import sys
import time

UNIT = 1 if sys.platform == "darwin" else 1024  # bytes


def main() -> int:
    """Append a line with seconds and bytes to the file, and return the command's exit code."""
    result, *command = sys.argv[1:]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ)
    _pid, status, usage = os.wait4(child, 0)  # with all the children that it has waited for itself
    seconds = time.perf_counter() - start
    with open(result, "a", encoding="utf-8") as file:
        file.write(json.dumps({"seconds": seconds, "peak": usage.ru_maxrss * UNIT}) + "\n")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
