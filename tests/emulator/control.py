# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tests in another process, playbooks for example, can do with the emulator: `/_emulator/...`."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Depends, FastAPI, Request, Response
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter

from .app import api
from .emulator import Emulator
from .faults import Fault, Hook, Mix
from .refusals import Refused
from .switches import Switches

_fault = TypeAdapter(Fault)
_hook = TypeAdapter(Hook)
control = FastAPI(openapi_url=None)


async def _emulator(request: Request) -> Emulator:
    emulator: Emulator = request.scope["emulator"]
    return emulator


Current = Annotated[Emulator, Depends(_emulator)]


@control.exception_handler(ValueError)
@control.exception_handler(TypeError)
@control.exception_handler(LookupError)
@control.exception_handler(Refused)
async def wrong(_request: Request, error: Exception) -> Response:
    return JSONResponse({"error": f"{type(error).__name__}: {error}"}, 400)


@control.get("/openapi.json")
async def openapi() -> dict[str, Any]:
    return api.openapi()


@control.get("/state")
async def state(emulator: Current) -> dict[str, Any]:
    return emulator.dump()


@control.put("/state")
async def set_state(emulator: Current, document: dict[str, Any]) -> dict[str, Any]:
    emulator.load(document)
    return emulator.dump()


@control.get("/people/{organization}")
async def people(emulator: Current, organization: str) -> dict[str, Any]:
    return emulator.people(organization)


@control.get("/switches")
async def switches(emulator: Current) -> Switches:
    return emulator.switches


@control.put("/switches")
async def set_switches(emulator: Current, changes: dict[str, Any]) -> Switches:
    emulator.switch(**changes)
    return emulator.switches


@control.post("/clock")
async def clock(emulator: Current, advance: dict[str, float]) -> dict[str, str]:
    with emulator.acting():
        emulator.clock.advance(advance["advance"])
    return {"now": emulator.clock.now().isoformat()}


@control.post("/do")
async def do(emulator: Current, action: dict[str, Any]) -> dict[str, Any]:
    made = emulator.do(action)
    return {"secret": made} if isinstance(made, str) else {}


@control.post("/accept")
async def accept(emulator: Current, invitation: dict[str, Any]) -> dict[str, str]:
    with emulator.acting():
        return {"user_id": emulator.accept(**invitation).user_id}


@control.post("/some_owner_gets_in")
async def some_owner_gets_in(emulator: Current, question: dict[str, Any]) -> dict[str, bool]:
    with emulator.lock:
        return {"gets_in": emulator.some_owner_gets_in(**question)}


@control.put("/faults")
async def set_faults(emulator: Current, wanted: dict[str, Any]) -> dict[str, int]:
    mix = wanted.get("mix")
    with emulator.lock:
        emulator.heal()
        emulator.faults.extend(_fault.validate_python(fault) for fault in wanted.get("faults", []))
        emulator.hooks.extend(_hook.validate_python(hook) for hook in wanted.get("hooks", []))
        emulator.mix = None if mix is None else Mix(mix["seed"], mix["rate"])
    return {"faults": len(emulator.faults), "hooks": len(emulator.hooks)}


@control.delete("/faults")
async def heal(emulator: Current) -> dict[str, int]:
    emulator.heal()
    return {}


@control.get("/log")
async def log(emulator: Current) -> list[dict[str, Any]]:
    return emulator.log


@control.delete("/log")
async def clear_log(emulator: Current) -> dict[str, int]:
    emulator.log.clear()
    return {}
