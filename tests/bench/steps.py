# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How long each step of a process takes."""

from __future__ import annotations

import time


class Steps:
    """A stopwatch. took: the seconds of each step."""

    def __init__(self) -> None:
        self.took: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        """Let the next step begin now."""
        self._begun = time.perf_counter()

    def done(self, step: str) -> None:
        """Note that a step has ended, and that the next one begins."""
        self.took[step] = time.perf_counter() - self._begun
        self.begin()
