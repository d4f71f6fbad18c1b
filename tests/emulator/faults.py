# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes wrong on the way, and what other people do in the meantime."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

Kind = Literal[
    "status", "html", "cut_before", "status_after", "html_after", "cut_after", "cut_within", "truncated", "delay"
]
KINDS: tuple[Kind, ...] = get_args(Kind)
NOT_DONE = ("status", "html", "cut_before")  # the kinds with which the request has no effect
FOREVER = 0


@dataclass
class Trigger:
    """Which requests something happens to.

    `method` is exact and `path` a regular expression to be found in the path. Counted are the requests that fit both:
    the `nth` alone, or all `from_nth` on, or by default every one; and of these the first `times` (default: one, with
    `from_nth` all; `FOREVER`).
    """

    nth: int | None = None
    from_nth: int | None = None
    method: str | None = None
    path: str | None = None
    times: int | None = None
    seen: int = field(default=0, init=False)
    fired: int = field(default=0, init=False)

    def meets(self, method: str, path: str) -> bool:
        """Count a request, and tell whether this is one to fire at."""
        if self.method not in (None, method) or (self.path and not re.search(self.path, path)):
            return False
        self.seen += 1
        times = self.times if self.times is not None else (FOREVER if self.from_nth else 1)
        if times != FOREVER and self.fired >= times:
            return False
        return self.nth in (None, self.seen) and self.seen >= (self.from_nth or 1)


@dataclass
class Fault(Trigger):
    """One thing that goes wrong with a request.

    Nothing happened and: `status` (an error is answered), `html` (a page of HTML is), `cut_before` (no answer).
    It happened, but: `status_after`, `html_after`, `cut_after` likewise; `cut_within` (the connection breaks amid the
    answer), `truncated` (half of the JSON, as if it were all), `delay` (the answer comes after `seconds`).

    `status` is that of the answer (503; 502 after the effect; of a page: 200). `reply` is JSON to answer with in place
    of the vendor's form of an error, `page` answers an error with HTML, `code` is the vendor's error code,
    `retry_after` a header in seconds, `headers` any others.
    """

    kind: Kind = "status"
    status: int | None = None
    code: str = "root.unavailable"
    reply: Any = None
    page: bool = False
    retry_after: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"no kind of fault is called {self.kind}; there are {', '.join(KINDS)}")

    @property
    def happens(self) -> bool:
        """Whether the request has its effect."""
        return self.kind not in NOT_DONE


@dataclass
class Hook(Trigger):
    """Something that is done before a request takes effect: a function, or a call of a method of the emulator in the
    form `{"do": "accept", "email": ..}`."""

    action: Mapping[str, Any] | Callable[[], object] = field(default_factory=dict)


def everything() -> list[Fault]:
    """One fault of each sort that a network or a busy service can produce."""
    return [
        Fault(kind="cut_before"),
        Fault(kind="cut_after"),
        Fault(kind="cut_within"),
        Fault(kind="truncated"),
        Fault(kind="html"),
        Fault(kind="html_after"),
        Fault(kind="status", status=429, code="root.rate_limit_exceeded"),
        Fault(kind="status", status=429, code="root.rate_limit_exceeded", retry_after=7),
        *(Fault(kind="status", status=status) for status in (500, 502, 503, 504)),
        Fault(kind="status", status=502, page=True),
        *(Fault(kind="status_after", status=status) for status in (500, 502, 503, 504)),
        Fault(kind="delay", seconds=3600),
    ]


class Mix:
    """Faults by chance: each request meets one with the probability `rate`, drawn from `faults` (default: all)."""

    def __init__(self, seed: int, rate: float, faults: Iterable[Fault] | None = None) -> None:
        self._rng = random.Random(seed)
        self._rate = rate
        self._faults = everything() if faults is None else list(faults)

    def draw(self) -> Fault | None:
        """The fault of the next request."""
        return self._rng.choice(self._faults) if self._rng.random() < self._rate else None
