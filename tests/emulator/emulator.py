# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The service together with its log, its faults and its state file: what tests hold in their hands."""

from __future__ import annotations

import json
import math
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timezone
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from .clock import Clock
from .faults import Fault, Hook, Mix
from .logins import Logins
from .organizations import with_times
from .refusals import Refused
from .state import Key, timestamp
from .switches import Switches

# What hooks and the control surface may call, by name.
ACTIONS = (
    "accept",
    "add_domain",
    "add_invitation",
    "add_key",
    "add_mapping",
    "add_member",
    "add_organization",
    "add_outsider",
    "add_resource",
    "ask_for_new_password",
    "drop_mapping",
    "drop_provider",
    "enforce",
    "grant",
    "log_in",
    "log_in_by_password",
    "occupy",
    "publish",
    "put_provider",
    "remove",
    "revoke_invitation",
    "revoke_key",
    "ungrant",
)
BOUNDLESS = 100_000  # the rate limit that the headers show where there is none


class Emulator(Logins):
    """A service to make requests to.

    The methods for setting up and for other people's doings are those of `Organizations`, `Console` and `Logins`. While
    requests are under way in other threads, use them in `with emulator.acting():`.

    `log` has one entry for each request:

    - `n` (from 1), `method`, `path` (as sent, still encoded), `query`, `body`;
    - `before`: the events since the last request that were nobody's request (set-up, hooks, tests);
    - `effect`: the events of this request; `mails`: who was sent one by it;
    - `status` and `codes` as answered, status None if nothing was; `fault`: the kind of the fault that it met;
    - `in_flight`: how many requests were under way when it began, itself included.

    Events carry `seq`, the order in which they happened, also among requests side by side. Those of one request are
    one step. No entry holds an API key.
    """

    def __init__(
        self,
        switches: Switches | None = None,
        clock: Clock | None = None,
        seed: int | None = 0,
        state_file: Path | None = None,
    ) -> None:
        super().__init__(switches, clock, seed)
        self.lock = threading.RLock()
        self.log: list[dict[str, Any]] = []
        self.faults: list[Fault] = []
        self.hooks: list[Hook] = []
        self.mix: Mix | None = None
        self._state_file = state_file
        self._in_flight = 0
        self._window = 0  # the interval of the rate limit that requests are counted for
        self._in_window = 0
        if state_file is not None and state_file.exists():
            self.load(json.loads(state_file.read_text(encoding="utf-8")))

    @contextmanager
    def acting(self) -> Iterator[None]:
        """Nobody else acts in the meantime, and what was done is in the state file afterwards."""
        with self.lock:
            yield
            self._save()

    def do(self, action: Mapping[str, Any]) -> object:
        """Call a method by name: `{"do": "accept", "email": ..}`; times are RFC 3339. ValueError if it is none of
        `ACTIONS`."""
        arguments = with_times(action)
        name = arguments.pop("do", None)
        if name not in ACTIONS:
            raise ValueError(f"nothing is called {name}; there are {', '.join(ACTIONS)}")
        with self.acting():
            return getattr(self, name)(**arguments)

    def before(self, action: Mapping[str, Any] | Callable[[], object], **trigger: Any) -> Hook:
        """Do something before the requests that `trigger` describes, see `Trigger`, take effect."""
        hook = Hook(action=action, **trigger)
        self.hooks.append(hook)
        return hook

    def fail(self, kind: str, **details: Any) -> Fault:
        """Let something go wrong; see `Fault`."""
        fault = Fault(kind=kind, **details)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def heal(self) -> None:
        """Nothing goes wrong any more, and nobody interferes."""
        with self.lock:
            self.faults.clear()
            self.hooks.clear()
            self.mix = None

    def dump(self) -> dict[str, Any]:
        """Everything as JSON, the clock's offset too."""
        return {"clock_offset": self.clock.offset, **super().dump()}

    def load(self, document: Mapping[str, Any]) -> None:
        """Replace everything by what a document holds: a dump, or less."""
        with self.acting():
            self.clock.offset = document.get("clock_offset", self.clock.offset)
            super().load(document)

    def _save(self) -> None:
        """Write the state file: all of it or nothing, and for nobody else's eyes."""
        if self._state_file is None:
            return
        handle, name = tempfile.mkstemp(dir=self._state_file.parent, prefix=self._state_file.name)  # has mode 0600
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(self.dump(), file, indent=1)
        os.replace(name, self._state_file)

    # A request, from its arrival to its answer; called by the middleware

    def begin(self, method: str, path: str, query: str, body: bytes) -> tuple[dict[str, Any], Fault | None, float]:
        """Hooks run and an entry is made. Returns it, the fault that the request meets, and its delay in seconds."""
        for hook in self.hooks:
            if hook.meets(method, path):
                hook.fired += 1
                hook.action() if callable(hook.action) else self.do(hook.action)
        due = [fault for fault in self.faults if fault.meets(method, path)]
        delays = [fault for fault in due if fault.kind == "delay"]
        others = [fault for fault in due if fault.kind != "delay"][:1]
        for fault in delays + others:
            fault.fired += 1
        drawn = self.mix.draw() if self.mix is not None else None
        if drawn is not None and drawn.kind == "delay":
            delays.append(drawn)
        elif drawn is not None and not others:
            others.append(drawn)
        self._in_flight += 1
        entry = {
            "n": len(self.log) + 1,
            "method": method,
            "path": path,
            "query": query,
            "body": _readable(body),
            "before": self._taken(),
            "effect": [],
            "mails": [],
            "status": None,
            "codes": [],
            "fault": next((fault.kind for fault in others + delays), None),
            "in_flight": self._in_flight,
        }
        self.log.append(entry)
        return entry, others[0] if others else None, sum(fault.seconds for fault in delays)

    def took_effect(self, entry: dict[str, Any]) -> None:
        """The request was carried out, or refused."""
        entry["effect"] = self._taken()
        entry["mails"] = [event["email"] for event in entry["effect"] if event["event"] in ("invited", "refreshed")]
        if entry["effect"]:
            self._save()

    def end(self) -> None:
        """The answer is on its way, or there will be none."""
        with self.lock:
            self._in_flight -= 1

    def count(self) -> dict[str, str]:
        """Count a request against the limit; returns the headers that tell how much is left."""
        switches = self.switches
        elapsed = self.clock.now().timestamp() / switches.rate_limit_seconds
        if int(elapsed) != self._window:
            self._window, self._in_window = int(elapsed), 0
        self._in_window += 1
        limit = switches.rate_limit or BOUNDLESS
        headers = {
            "x-ratelimit-interval": switches.rate_limit_interval,
            "x-ratelimit-limit": str(limit),
            "x-ratelimit-remaining": str(max(0, limit - self._in_window)),
        }
        return headers if switches.rate_limit_headers else {}

    def key_headers(self, key: Key) -> dict[str, str]:
        """The headers that tell until when the caller's key holds."""
        form = self.switches.key_expiration
        if key.expires_at is None or form == "absent":
            return {}
        end = key.expires_at.astimezone(timezone.utc)
        return {"x-elastic-api-key-expiration": timestamp(end) if form == "iso" else format_datetime(end, usegmt=True)}

    def keep_limits(self, path_bytes: int) -> None:
        """Refuse a request that is over a limit."""
        switches = self.switches
        if switches.max_path_bytes is not None and path_bytes > switches.max_path_bytes:
            raise Refused(414, "root.uri_too_long")
        if switches.rate_limit is not None and self._in_window > switches.rate_limit:
            wait = switches.rate_limit_seconds - self.clock.now().timestamp() % switches.rate_limit_seconds
            retry_after = math.ceil(wait) if switches.retry_after else None
            raise Refused(429, "root.rate_limit_exceeded", retry_after=retry_after)

    def _taken(self) -> list[dict[str, Any]]:
        events, self.events = self.events, []
        return events


def _readable(body: bytes) -> Any:
    """The body for the log: as JSON where it is, else as text, or None."""
    if not body:
        return None
    try:
        return json.loads(body)
    except ValueError:
        return body.decode("utf-8", "replace")
