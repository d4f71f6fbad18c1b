# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`python -m tests.emulator`: the emulator as a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .emulator import Emulator
from .grants import OWNER_ROLE
from .server import create_server, listen, url_of
from .switches import Switches

EXAMPLE = {
    "organizations": [
        {
            "name": "Example",
            "members": [
                {"email": "owner@example.com", "role_assignments": {"organization": [{"role_id": OWNER_ROLE}]}}
            ],
        }
    ],
    "keys": [{"organizations": ["Example"]}],
}


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.emulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1", help="a loopback address or name; nothing else is accepted")
    parser.add_argument("--port", type=int, default=0, help="0, the default, takes any that is free")
    parser.add_argument("--state", type=Path, metavar="FILE", help="keep the state there, and go on from it")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="what to begin with, as JSON or YAML")
    parser.add_argument("--switch", action="append", default=[], metavar="NAME=VALUE", help="see switches.py")
    parser.add_argument("--ready-file", type=Path, metavar="FILE", help="where to write URL, keys and pid as JSON")
    return parser


def read_switches(settings: list[str]) -> Switches:
    """Switches from settings like `list_lag=2`, lists and objects as JSON; ValueError if one is not known."""
    values: dict[str, Any] = dict(setting.split("=", 1) for setting in settings)
    structured = {name: json.loads(value) for name, value in values.items() if value[:1] in ("[", "{")}
    return Switches(**values | structured)  # it turns text into what it takes


def read_scenario(path: Path | None) -> dict[str, Any]:
    """What to begin with: a document for `Organizations.load`."""
    if path is None:
        return EXAMPLE
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json":
        document = json.loads(text)
    else:
        import yaml  # only here: the emulator itself does without it

        document = yaml.safe_load(text)
    if not isinstance(document, dict):
        raise ValueError(f"{path} holds no scenario")
    return document


def write_ready_file(path: Path, emulator: Emulator, url: str) -> None:
    """Tell how to reach the emulator, to its owner alone; a reader finds all of it or nothing."""
    ready = {
        "url": url,
        "pid": os.getpid(),
        "keys": {key.name: key.secret for key in reversed(emulator.keys)},  # of several of one name the first
        "organizations": {one.name: one.id for one in emulator.organizations.values()},
    }
    partial = path.with_name(path.name + ".partial")
    partial.unlink(missing_ok=True)
    with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(ready, file, indent=1)
    os.replace(partial, path)


def main() -> int:
    """Serve until a signal asks to stop."""
    parser = _arguments()
    options = parser.parse_args()
    try:
        emulator = Emulator(read_switches(options.switch), seed=None, state_file=options.state)
        if not emulator.organizations:
            emulator.load(read_scenario(options.scenario))
        listening = listen(options.host, options.port)
    except (ValidationError, ValueError, LookupError, TypeError, OSError, ImportError) as error:
        parser.error(str(error))
    server = create_server(emulator)

    def stop(*_: object) -> None:
        server.should_exit = True

    # uvicorn passes a signal on to the handler that was there before it, which would end the process with an error
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    with listening:
        if options.ready_file is not None:
            write_ready_file(options.ready_file, emulator, url_of(listening))
        print(url_of(listening), flush=True)
        server.run(sockets=[listening])
    if options.ready_file is not None:
        options.ready_file.unlink(missing_ok=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
