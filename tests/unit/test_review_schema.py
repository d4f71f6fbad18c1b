# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The schema of the document of an access review, and the documents of these tests."""

from __future__ import annotations

import json
import typing as t
from collections.abc import Callable, Iterator

import jsonschema
import pytest

from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import SCHEMAS, bare, failed, quiet, sample

REVIEW = json.loads((SCHEMAS / "access-review-1.schema.json").read_text(encoding="utf-8"))
ATTESTATION = json.loads((SCHEMAS / "access-attestation-1.schema.json").read_text(encoding="utf-8"))


CHECKER = jsonschema.Draft202012Validator(REVIEW, format_checker=jsonschema.FormatChecker())


def faults(document: t.Any) -> list[str]:
    """Return where a document is not valid."""
    return [f"{error.json_path}: {error.message}" for error in CHECKER.iter_errors(document)]


@pytest.mark.parametrize("schema", [REVIEW, ATTESTATION], ids=lambda one: str(one["title"]))
def test_it_is_a_schema(schema: t.Any) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize("made", [sample, quiet, bare, failed], ids=lambda made: str(made.__name__))
def test_documents_are_valid(made: Callable[[], t.Any]) -> None:
    assert faults(made()) == []


def places(value: t.Any) -> Iterator[dict[str, t.Any]]:
    """Yield every object of a document, except those whose keys are the service's."""
    if isinstance(value, dict):
        yield value
        for key, inner in value.items():
            if key not in ("role_assignments", "rule"):
                yield from places(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from places(inner)


@pytest.mark.parametrize("made", [sample, failed], ids=lambda made: str(made.__name__))
def test_nothing_may_be_left_out_or_added(made: Callable[[], t.Any]) -> None:
    document = made()
    kinds = {frozenset(place): place for place in places(document)}
    assert len(kinds) > 10
    for place in kinds.values():
        for key in list(place):
            value = place.pop(key)
            assert not CHECKER.is_valid(document), f"without {key}"
            place[key] = value
        place["token"] = "secret"
        assert not CHECKER.is_valid(document), place
        del place["token"]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda one: one.update(schema="access-review/2"), "$.schema"),
        (lambda one: one.update(status="fine"), "$.status"),
        (lambda one: one["people"][0].update(key="4711"), "$.people[0].key"),
        (lambda one: one["findings"][0].update(severity="none"), "$.findings[0].severity"),
        (lambda one: one["grants"][0].update(why=[{"group": "a", "entry": "b"}]), "$.grants[0].why[0]"),
        (lambda one: one["source"]["read"]["requests"][0].update(method="POST"), "$.source.read.requests[0].method"),
        (lambda one: one["report"].update(created_at="yesterday"), "$.report.created_at"),
    ],
)
def test_what_is_wrong_is_found(change: Callable[[t.Any], None], where: str) -> None:
    document = sample()
    change(document)
    assert any(fault.startswith(where) for fault in faults(document)), faults(document)
