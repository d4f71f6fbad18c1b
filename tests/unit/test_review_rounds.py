# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole round: a review, its table, what is decided in it, and what the next review makes of that."""

from __future__ import annotations

import datetime as dt
import typing as t
from dataclasses import replace

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import NOTHING
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode, make_review
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Decisions
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import (
    attestation,
    decide,
    decisions_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    GRANTS,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.todo import todo
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import World, planted

LEFT = "decision_not_carried_out"


def document_of(world: World) -> dict[str, t.Any]:
    return make_review(world.facts(), world.context()).document


def decided(world: World) -> Decisions:
    """Return what the next review knows where everything of the planted organization is to be revoked."""
    document = document_of(world)
    review = Review(document)
    told = {"decision": "revoke", "reviewer": "rita@example.com", "decided_on": "2026-06-16", "decision_reason": "all"}
    table = to_csv(GRANTS, [one | told for one in from_csv(grants_table(review))])
    rows = decide(review, table)
    assert "Nothing" not in todo(rows, review)
    return decisions_of(attestation(rows, review, encode(document), table, world.now, None), table)


def next_review(world: World, decisions: Decisions, days: int) -> dict[str, t.Any]:
    """Return the document of a review that many days later."""
    shift = dt.timedelta(days=days)
    return document_of(replace(world, decisions=decisions, started=world.started + shift, now=world.now + shift))


@pytest.mark.parametrize(("days", "late"), [(1, False), (15, True)])
def test_what_is_not_carried_out_is_outstanding_and_later_a_finding(days: int, late: bool) -> None:
    world, _expected = planted()
    decisions = decided(world)
    before, document = document_of(world), next_review(world, decisions, days)
    made = document["decisions"]
    # Grants and people who are missing are not there, and keys end by themselves: that alone is carried out.
    absent = [one for one in before["grants"] if one["state"] == "missing"]
    absent += [one for one in before["people"] if one["status"] == "missing"]
    absent += [one for one in before["api_keys"] if one["expires_at"]]
    assert made["total"] == made["decided"] == made["revoke"] == len(decisions.revoked)
    assert made["carried_out"] == len(absent) > 0
    assert len(made["outstanding"]) == made["revoke"] - made["carried_out"]
    keys = {one["key"] for one in before["people"] if one["status"] != "missing"}
    mine = [one for one in document["findings"] if one["rule"] == LEFT]
    subjects = {one["subject"]["key"] for one in mine if one["subject"]["kind"] == "person"}
    assert subjects == (keys if late else set())
    rows = {one["row_id"] for one in from_csv(grants_table(Review(before)))}
    assert {one["row_id"] for one in made["outstanding"]} <= rows


def test_what_is_carried_out_is_counted() -> None:
    world, _expected = planted()
    decisions = decided(world)
    world.members = [one for one in world.members if one.email == "ada@example.com"]
    world.invitations, world.keys, world.mappings = [], [], []
    made = next_review(world, decisions, 20)["decisions"]
    assert [one["label"].partition(":")[0] for one in made["outstanding"]] == ["ada@example.com"]
    assert made["carried_out"] == made["revoke"] - 1 > 10


def test_what_cannot_be_seen_is_outstanding_and_no_finding() -> None:
    world, _expected = planted()
    decisions = decided(world)
    world.keys = world.mappings = None
    world.members = [replace(one, roles_shown=False, grants=NOTHING) for one in world.members]
    document = next_review(world, decisions, 20)
    kinds = {one["kind"] for one in document["decisions"]["outstanding"]}
    assert kinds == {"grant", "person", "api_key", "role_mapping"}
    mine = [one for one in document["findings"] if one["rule"] == LEFT]
    assert {one["subject"]["kind"] for one in mine} == {"person"}


def test_the_page_of_the_next_review_tells_it() -> None:
    world, _expected = planted()
    document = next_review(world, decided(world), 15)
    made = document["decisions"]
    told = page([Report("acme", document, "ab" * 32)])
    words = f"{made['revoke']} to be revoked, {made['carried_out']} of them carried out, {len(made['outstanding'])}"
    assert words in told
    assert told.count(f"<code>{LEFT}</code>") > len({one["subject"]["key"] for one in document["findings"]}) // 2
