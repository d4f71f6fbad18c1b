# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Requests and their answers are held to the facts: those of the vendor's document where that is there, else ours."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from fastapi import Response
from starlette.types import Scope

from ansible_collections.orgops.elastic_cloud.tests.emulator.answers import BASE_PATH
from ansible_collections.orgops.elastic_cloud.tests.emulator.emulator import Emulator
from ansible_collections.orgops.elastic_cloud.tests.emulator.middleware import Middleware
from ansible_collections.orgops.elastic_cloud.tests.emulator.models import without_nulls
from ansible_collections.orgops.elastic_cloud.tests.unit.emulator.facts import (
    ANYWHERE,
    HEADERS_BEYOND,
    Facts,
    Operation,
    in_the_document,
    published,
    with_what_is_beyond,
)

_FILE = os.environ.get("ELASTIC_CLOUD_SWAGGER")
SWAGGER: dict[str, Any] | None = json.loads(Path(_FILE).read_text(encoding="utf-8")) if _FILE else None
FACTS: Facts = with_what_is_beyond(in_the_document() if SWAGGER is None else published(SWAGGER))
TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")  # RFC 3339
HTTP_HEADERS = {"content-length", "content-type", "x-cloud-error-codes"}
PATHS = [
    (re.compile(re.sub(r"\\\{.*?\\\}", "[^/]+", re.escape(path))), method, operation)
    for (method, path), operation in sorted(FACTS.operations.items(), key=lambda item: item[0][1].count("{"))
]


def operation_of(method: str, path: str) -> Operation | None:
    """The operation of a request, if there is one; a path without variables counts before one with them."""
    found = (one for pattern, its_method, one in PATHS if its_method == method and pattern.fullmatch(path))
    return next(found, None)


def misfits(value: Any, type_: str, place: str = "") -> list[str]:
    """What of a value is not of a type."""
    if type_.startswith("["):
        if not isinstance(value, list):
            return [f"{place} is no list"]
        return [fault for one in value for fault in misfits(one, type_[1:-1], f"{place}[]")]
    if type_ not in FACTS.types:
        return [] if _is(value, type_) else [f"{place} is no {type_}: {value!r}"]
    if not isinstance(value, dict):
        return [f"{place} is no {type_}"]
    required, fields = FACTS.types[type_]
    faults = [f"{place}.{name} is missing" for name in required.split() if name not in value]
    for name, one in value.items():
        known = name in fields
        faults += misfits(one, fields[name], f"{place}.{name}") if known else [f"{place}.{name} is not in {type_}"]
    return faults


def _is(value: Any, type_: str) -> bool:
    if type_ == "string:date-time":
        return isinstance(value, str) and bool(TIME.fullmatch(value))
    return isinstance(value, {"string": str, "boolean": bool}[type_])


def faults_of_request(method: str, path: str, query: str, body: bytes) -> list[str]:
    """What of a request is in no contract; null counts as absent, but for what is ended by it."""
    operation = operation_of(method, path)
    if operation is None:
        return [f"{method} {path} is no operation"]
    faults = [f"the parameter {name}" for name in parse_qs(query).keys() - set(operation.query)]
    if operation.body is None:
        return [*faults, "a body"] if body else faults
    content = without_nulls(json.loads(body))
    return faults + misfits(content, operation.body, "body")


def faults_of_answer(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> list[str]:
    """What of an answer is in no contract."""
    operation = operation_of(method, path)
    faults = [f"the header {name}" for name in headers.keys() - HEADERS_BEYOND.keys() - HTTP_HEADERS]
    if operation is not None and status == operation.not_yet:
        return [*faults, "a body"] if body else faults
    if operation is not None and status == operation.status:
        return faults if operation.reply == "string" else faults + misfits(json.loads(body), operation.reply, "reply")
    content = json.loads(body)
    faults += misfits(content, "BasicFailedReply", "reply")
    documented = set((operation.errors.get(status, "") if operation is not None else "").split())
    anywhere = {code for code, (its_status, _source) in ANYWHERE.items() if its_status == status}
    codes = set() if faults else {error["code"] for error in content["errors"]}
    return faults + [f"the code {code}" for code in codes - documented - anywhere]


@contextmanager
def held_to_the_facts(ours: bool) -> Iterator[list[str]]:
    """While the context lasts, whatever is exchanged with an emulator is held to the facts; gives a list that is filled
    with what is not as it should be. Where requests are `ours`, they count all, else the bodies of those that were
    answered well. Answers do not count where a test asks for such as no contract allows."""
    found: list[str] = []
    respond = Middleware._respond

    async def watched(self: Middleware, scope: Scope, path: str, body: bytes) -> Response:
        response = await respond(self, scope, path, body)
        method, place = scope["method"], path.removeprefix(BASE_PATH)
        faults = []
        if ours or response.status_code < 300:
            faults += faults_of_request(method, place, scope["query_string"].decode() if ours else "", body)
        if not _is_beyond(self.emulator):
            faults += faults_of_answer(method, place, response.status_code, response.headers, bytes(response.body))
        found.extend(f"{method} {place} {response.status_code}: {fault}" for fault in faults)
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Middleware, "_respond", watched)
        yield found


def _is_beyond(emulator: Emulator) -> bool:
    """Whether replies hold what no contract allows, since a test wants it so; see `facts.SWITCHES_BEYOND`."""
    switches = emulator.switches
    if switches.empty_parts == "null" or switches.enforcement_shown == "with_null":
        return True
    if switches.extra_fields or switches.page_size is not None:
        return True
    return any(member.extra for one in emulator.organizations.values() for member in one.members.values())
