# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What operations under their paths have in common: what they take, and the forms of their answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import unquote

from fastapi import Path, Request, Response
from pydantic import AfterValidator, BeforeValidator

from . import models
from .organizations import Organizations
from .refusals import Refused
from .state import Key

BASE_PATH = "/api/v1"

# Paths arrive as they were sent, so that an encoded slash does not become another segment.
OrganizationId = Annotated[str, Path(description="Id of the organization"), AfterValidator(unquote)]

# In requests, null means absent, except for one field, where it ends what is enforced.
NULLS_ARE_ABSENT = BeforeValidator(lambda body: models.without_nulls(body, "enforce_authentication_method"))

# What no single operation documents, but any may answer; the codes are the vendor's as far as `refusals` says so.
GENERAL = {
    400: ["root.invalid_data", "role_assignments.already_assigned", "role_assignments.not_assigned"],
    401: ["root.unauthorized"],
    403: ["root.invalid_authentication"],
    404: ["root.resource_not_found"],
    405: ["root.method_not_allowed"],
    414: ["root.uri_too_long"],
    429: ["root.rate_limit_exceeded"],
    500: ["root.internal"],
}


def refusals(**codes_by_status: str) -> dict[int | str, dict[str, Any]]:
    """The documentation of the error codes of an operation: `s404="organization.not_found"`, separated by blanks."""

    def documented(codes: list[str], description: str) -> dict[str, Any]:
        header = {"description": "The codes of the errors", "schema": {"type": "string", "enum": codes}}
        headers = {"x-cloud-error-codes": header} if codes else {}
        return {"model": models.BasicFailedReply, "description": description, "headers": headers}

    general = [code for codes in GENERAL.values() for code in codes]
    by_status: dict[int | str, dict[str, Any]] = {"default": documented(general, "What any operation may answer")}
    for status, text in codes_by_status.items():
        by_status[int(status[1:])] = documented(text.split(), text or "Not allowed")
    return by_status


def refusal(refused: Refused) -> Response:
    """The answer to a request that is refused."""
    response = answer(refused.body(), refused.status)
    response.headers["x-cloud-error-codes"] = ",".join(refused.codes)
    if refused.retry_after is not None:
        response.headers["retry-after"] = str(refused.retry_after)
    return response


def answer(reply: Mapping[str, Any] | str, status: int = 200) -> Response:
    """The answer to a request; replies need no second validation, which would take most of the time."""
    text = reply if isinstance(reply, str) else json.dumps(reply)
    return Response(text, status, media_type="application/json")


def caller(request: Request) -> tuple[Organizations, Key]:
    """The service that is called, and the key that it is called with."""
    return request.scope["service"], request.scope["key"]
