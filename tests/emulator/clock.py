# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Time, as the emulator and the code under test see it."""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta, timezone


class Clock:
    """The real time, which can be moved ahead: `offset` is in seconds."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> datetime:
        """The time of day, in UTC."""
        return datetime.now(timezone.utc) + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> None:
        """Move the time of day ahead (or back, where it is negative)."""
        self.offset += seconds

    def monotonic(self) -> float:
        """Seconds that only grow, from an arbitrary start."""
        return time.monotonic() + self.offset

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        time.sleep(seconds)


class FakeClock(Clock):
    """A time that stands still until somebody moves it; to sleep is to move it.

    An emulator and its client can share one, from several threads.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=timezone.utc)) -> None:
        super().__init__()
        self._start = start
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self.offset)

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.offset += seconds

    def monotonic(self) -> float:
        return self.offset

    def sleep(self, seconds: float, /, *, until: threading.Event | None = None) -> None:
        if until is None or not until.is_set():
            self.advance(seconds)
