# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists as they are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any


class Listing:
    """One of an organization's lists as it is read: possibly late, and rendered once between two writes."""

    def __init__(self) -> None:
        self._reads = 0
        self._before: deque[tuple[int, list[Any]]] = deque()
        self._rendered: dict[object, tuple[datetime | None, str]] = {}

    def forget(self) -> None:
        """What was rendered does not hold any more."""
        self._rendered.clear()

    def writing(self, entries: Iterable[Any], lag: int) -> None:
        """Called before each write, with the entries as they still are."""
        self.forget()
        if lag:
            self._before.append((self._reads, list(entries)))

    def read(self, entries: Iterable[Any], lag: int) -> Iterable[Any]:
        """The entries as this read shows them."""
        self._reads += 1
        while self._before and self._before[0][0] < self._reads - lag:
            self._before.popleft()
            self.forget()
        return self._before[0][1] if self._before else entries

    def rendered(self, reader: object, now: datetime, render: Callable[[], tuple[datetime | None, str]]) -> str:
        """The text for a reader; `render` also tells until when it holds."""
        until, text = self._rendered.get(reader, (now, ""))
        if until is not None and until <= now:
            until, text = self._rendered[reader] = render()
        return text
