# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The emulator's OpenAPI document is held to the facts, and those to what the vendor publishes, where that is there.

`ELASTIC_CLOUD_SWAGGER` names the vendor's Swagger document of August 2026, which is no part of this project. Then also
each exchange in the other tests of the emulator and of the modules is held to it, see `exchanges.py`.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from ansible_collections.orgops.elastic_cloud.tests.emulator.answers import BASE_PATH, GENERAL
from ansible_collections.orgops.elastic_cloud.tests.emulator.app import api
from ansible_collections.orgops.elastic_cloud.tests.emulator.switches import Switches
from ansible_collections.orgops.elastic_cloud.tests.unit.emulator.exchanges import (
    FACTS,
    SWAGGER,
    faults_of_answer,
    faults_of_request,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.emulator.facts import (
    ANYWHERE,
    CODES_BEYOND,
    FIELDS_BEYOND,
    LEFT_OUT,
    OPERATIONS,
    OPERATIONS_BEYOND,
    SWITCHES_BEYOND,
    TYPES,
    TYPES_BEYOND,
    codes_of,
    in_the_document,
    published,
    type_of,
    with_what_is_beyond,
)

DOCUMENT = api.openapi()
EVERYTHING = with_what_is_beyond(in_the_document())

with_the_vendors_document = pytest.mark.skipif(SWAGGER is None, reason="ELASTIC_CLOUD_SWAGGER names no document")


def json_type(content: dict[str, Any]) -> str:
    """The type of a body."""
    return type_of(content["content"]["application/json"]["schema"])


# The facts and the vendor's document


@with_the_vendors_document
def test_the_operations_are_published():
    found = published(SWAGGER).operations
    assert {key: sorted_codes(one) for key, one in found.items()} == {
        key: sorted_codes(one) for key, one in in_the_document().operations.items()
    }
    assert SWAGGER["basePath"] == BASE_PATH


def sorted_codes(operation):
    """An operation with its codes in an order of their own."""
    errors = {status: sorted(codes.split()) for status, codes in operation.errors.items()}
    return operation._replace(errors=errors)


@with_the_vendors_document
def test_the_types_are_published():
    assert published(SWAGGER).types == in_the_document().types


@with_the_vendors_document
def test_what_is_beyond_the_document_is_not_in_it():
    there = {(method.upper(), path) for path, methods in SWAGGER["paths"].items() for method in methods}
    assert there & OPERATIONS_BEYOND.keys() == set()
    assert LEFT_OUT.keys() <= there
    assert SWAGGER["definitions"].keys() & TYPES_BEYOND.keys() == set()
    found = published(SWAGGER)
    assert not any(field in found.types[name][1] for name, field in FIELDS_BEYOND)
    by_id = {one.id: one for one in found.operations.values()}
    for (id_, status), (codes, _source) in CODES_BEYOND.items():
        assert not set(codes.split()) <= set(by_id[id_].errors.get(status, "").split())


@with_the_vendors_document
def test_exchanges_are_held_to_the_document():
    assert with_what_is_beyond(published(SWAGGER)) == FACTS


# The facts and the emulator


def test_the_operations_are_those_of_the_emulator():
    documented = {(method.upper(), path) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert documented == EVERYTHING.operations.keys() == OPERATIONS.keys()
    assert DOCUMENT["servers"] == [{"url": "/api/v1"}]
    assert BASE_PATH == "/api/v1"


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_operation(method, path):
    expected = EVERYTHING.operations[method, path]
    found = DOCUMENT["paths"][path][method.lower()]
    assert found["operationId"] == expected.id
    assert found["security"] == [{"apiKey": []}]
    body = found.get("requestBody")
    assert (json_type(body) if body else None) == expected.body
    assert body is None or body["required"]
    parameters = (
        {(parameter["in"], parameter["name"]): parameter["required"] for parameter in found["parameters"]}
        if ("parameters" in found)
        else {}
    )
    in_path = {("path", part[1:-1]): True for part in path.split("/") if part.startswith("{")}
    assert parameters == in_path | {("query", name): False for name in expected.query}
    responses = dict(found["responses"])
    assert json_type(responses.pop(str(expected.status))) == expected.reply
    assert codes_of(responses.pop("default"))
    if expected.not_yet is not None:
        assert json_type(responses.pop(str(expected.not_yet))) == "EmptyResponse"
    assert set(responses) == {str(status) for status in expected.errors}
    for status, codes in expected.errors.items():
        assert json_type(responses[str(status)]) == "BasicFailedReply"
        assert set(codes_of(responses[str(status)])) == set(codes.split())


@pytest.mark.parametrize("name", EVERYTHING.types)
def test_type(name):
    required, fields = EVERYTHING.types[name]
    schema = DOCUMENT["components"]["schemas"][name]
    assert sorted(schema.get("required", [])) == required.split()
    assert {field: type_of(value) for field, value in schema.get("properties", {}).items()} == fields


def test_there_is_nothing_else():
    assert DOCUMENT["components"]["schemas"].keys() == EVERYTHING.types.keys() == TYPES.keys()
    assert {(status, code) for status, codes in GENERAL.items() for code in codes} == {
        (status, code) for code, (status, _source) in ANYWHERE.items()
    }
    assert SWITCHES_BEYOND.keys() <= Switches.__dataclass_fields__.keys()


def test_nothing_can_be_null_but_the_end_of_an_enforcement():
    nullable = [
        (name, field)
        for name, schema in DOCUMENT["components"]["schemas"].items()
        for field, value in schema.get("properties", {}).items()
        if "null" in str(value)
    ]
    assert nullable == [("OrganizationRequest", "enforce_authentication_method")]


def test_credentials_are_taken_from_the_header():
    scheme = DOCUMENT["components"]["securitySchemes"]["apiKey"]
    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Authorization")


# What is exchanged, and the facts

KEYS = "/users/auth/keys"
ROLES = "/users/1/role_assignments"


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "fault"),
    [
        ("GET", KEYS, "next_page=a", None, None),
        ("GET", KEYS, "page=a", None, "the parameter page"),
        ("GET", KEYS, "", {}, "a body"),
        ("GET", "/users/auth", "", None, "GET /users/auth is no operation"),
        ("DELETE", KEYS, "", {"keys": ["a"]}, None),
        ("DELETE", KEYS, "", {"keys": [1]}, "body.keys[] is no string: 1"),
        ("POST", KEYS, "", {"description": "a", "expiration": None}, None),
        ("POST", KEYS, "", {"expiration": "1d"}, "body.description is missing"),
        ("POST", KEYS, "", {"description": "a", "secret": "b"}, "body.secret is not in CreateApiKeyRequest"),
        ("POST", ROLES, "", {"cloud_connected_resource": []}, None),
        ("POST", ROLES, "", {"project": {"security": [{}]}}, "body.project.security[].organization_id is missing"),
        ("PUT", "/organizations/1", "", {"enforce_authentication_method": "sso"}, None),
        ("PUT", "/organizations/1", "", {"default_disk_usage_alerts_enabled": 1}, "is no boolean"),
    ],
)
def test_requests_are_held_to_the_facts(method, path, query, body, fault):
    found = faults_of_request(method, path, query, b"" if body is None else json.dumps(body).encode())
    assert len(found) <= 2
    assert found == [] if fault is None else any(fault in one for one in found)


@pytest.mark.parametrize(
    ("status", "headers", "body", "fault"),
    [
        (200, {"x-request-id": "1", "content-type": "application/json"}, {"keys": [], "next_page": "2"}, None),
        (200, {"x-secret": "1"}, {"keys": []}, "the header x-secret"),
        (200, {}, {"keys": None}, "reply.keys is no list"),
        (200, {}, {"keys": [{"id": "1", "description": "", "creation_date": "today"}]}, "is no string:date-time"),
        (403, {}, {"errors": [{"code": "root.invalid_authentication", "message": ""}]}, None),
        (404, {}, {"errors": [{"code": "api_keys.key_not_found", "message": ""}]}, "the code api_keys.key_not_found"),
        (201, {}, {}, "reply.errors is missing"),
    ],
)
def test_answers_are_held_to_the_facts(status, headers, body, fault):
    found = faults_of_answer("GET", KEYS, status, headers, json.dumps(body).encode())
    assert found == [] if fault is None else any(fault in one for one in found)


def test_an_exchange_that_is_in_no_contract_is_seen(api, emulator, facts, monkeypatch):
    api.raw("GET", KEYS)
    assert facts == []
    show = emulator._show_key
    monkeypatch.setattr(emulator, "_show_key", lambda key: {**show(key), "secret": "x"})
    api.raw("GET", KEYS)
    assert facts == [f"GET {KEYS} 200: reply.keys[].secret is not in ApiKeyResponse"]
    facts.clear()
    emulator.switch(extra_fields={"inherited": False})
    api.raw("GET", KEYS)
