# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Decisions about an access review: what a table may say, what is refused, and what is left for people to do."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import random
import re
import typing as t
from collections.abc import Callable

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import (
    Decided,
    attestation,
    decide,
    decisions_of,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    GRANTS,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.todo import code, todo
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import (
    DEPLOYMENT,
    HOSTILE,
    OTHER,
    SCHEMAS,
    bare,
    quiet,
    sample,
)

Rows = list[dict[str, str]]

NOW = dt.datetime(2026, 11, 30, 10, 0, tzinfo=dt.timezone.utc)
ATTESTATION = json.loads((SCHEMAS / "access-attestation-1.schema.json").read_text(encoding="utf-8"))
REVIEW = Review(sample())


def filled(review: Review = REVIEW) -> Rows:
    """Return a table in which every proposal is followed, and everything has a reason."""
    decided = {"reviewer": "rita@example.com", "decided_on": "2026-11-25", "decision_reason": "as discussed"}
    rows = from_csv(grants_table(review))
    return [one | decided | {"decision": {"decide": "keep"}.get(one["proposal"], one["proposal"])} for one in rows]


def one_row(rows: Rows, **columns: str) -> dict[str, str]:
    """Return the one row that has these."""
    (found,) = [one for one in rows if columns.items() <= one.items()]
    return found


def faults(rows: Rows, review: Review = REVIEW) -> str:
    """Return what a table is refused with."""
    with pytest.raises(InputError) as error:
        decide(review, to_csv(GRANTS, rows))
    return str(error.value)


@pytest.mark.parametrize("document", [sample(), quiet(), bare()], ids=["sample", "quiet", "bare"])
def test_a_table_that_is_whole_is_taken(document: t.Any) -> None:
    review = Review(document)
    rows = filled(review)
    decided = decide(review, to_csv(GRANTS, rows))
    assert [one.row["row_id"] for one in decided] == [one["row_id"] for one in rows]
    assert [one.decision for one in decided] == [one["decision"] for one in rows]
    assert {one.reviewer for one in decided} == {"rita@example.com"}


def spoilt(rows: Rows, separator: str, quoted: bool, encoding: str, chance: random.Random) -> bytes:
    """Return a table as a spreadsheet might leave it."""
    columns = [*GRANTS, "notes"]
    chance.shuffle(columns)
    chance.shuffle(rows)

    def field(text: str) -> str:
        text = re.sub(r"[\r\n\t\0\u2028]", " ", text)
        risky = any(mark in text for mark in (separator, '"'))
        return '"' + text.replace('"', '""') + '"' if quoted or risky else text

    lines = [columns, *([one.get(column, "") for column in columns] for one in rows), [""] * len(columns)]
    return "\n".join(separator.join(map(field, line)) for line in lines).encode(encoding, errors="replace")


@given(
    st.sampled_from([",", ";", "\t"]),
    st.booleans(),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "cp1252"]),
    st.randoms(use_true_random=False),
)
def test_what_a_spreadsheet_does_makes_no_difference(
    separator: str, quoted: bool, encoding: str, chance: random.Random
) -> None:
    rows = filled()
    for one in rows:
        one["decision"] = chance.choice([str.upper, str.title, str])(one["decision"]) + chance.choice(["", " "])
    expected = decide(REVIEW, to_csv(GRANTS, filled()))
    assert decide(REVIEW, spoilt(rows, separator, quoted, encoding, chance)) == expected


def change(**columns: str) -> Callable[[Rows], None]:
    """Return what changes the first row, which is about somebody's grant."""

    def do(rows: Rows) -> None:
        rows[0].update(columns)

    return do


def first() -> str:
    return filled()[0]["row_id"]


@pytest.mark.parametrize(
    ("spoil", "expected"),
    [
        (lambda rows: rows.pop(0), "{first}: is missing: every row"),
        (lambda rows: rows.append(rows[0]), "{first}: stands there twice"),
        (lambda rows: rows.append(rows[0] | {"row_id": "grant:1"}), "grant:1: is no row of this review"),
        (change(report_id="20260101T000000Z-0000"), "report_id: these rows are of 20260101T000000Z-0000"),
        (change(decision=""), "{first}: has no decision (user:30051e7: deployment-viewer on deployment:"),
        (change(decision="maybe"), "{first}: the decision 'maybe' is none of keep, revoke, change"),
        (change(reviewer=" "), "{first}: has no reviewer"),
        (change(reviewer="Rita"), "{first}: reviewer: 'Rita' is not an email address"),
        (change(decided_on=""), "{first}: has no date in decided_on"),
        (change(decided_on="11/25/26"), "{first}: decided_on: '11/25/26' is no day like"),
        (change(decided_on="2026-02-30"), "{first}: decided_on: '2026-02-30' is no day like"),
        (change(user_id="user:1"), "{first}: user_id is not what the review has, 'user:30051e7': was the table sorted"),
        (change(decision="change", decision_reason=""), "{first}: needs a decision_reason: it says what to change"),
        (
            change(decision="keep", decision_reason=""),
            "{first}: needs a decision_reason: an open finding is kept, unmanaged_member no_email",
        ),
    ],
)
def test_what_is_wrong_is_refused_by_its_row(spoil: Callable[[Rows], None], expected: str) -> None:
    rows = sorted(filled(), key=lambda one: one["user_id"] != "user:30051e7")
    name = rows[0]["row_id"]
    spoil(rows)
    assert expected.format(first=name) in faults(rows)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    rows = filled()
    for one in rows[:3]:
        one["decision"] = "perhaps"
    rows[3]["reviewer"] = ""
    told = faults(rows)
    assert told.startswith("4 problems in the input")
    assert all(one["row_id"] in told for one in rows[:4])


def test_a_table_that_is_wrong_everywhere_does_not_fill_the_screen() -> None:
    review = Review(quiet(60, 2))
    told = faults([one | {"decision": ""} for one in filled(review)], review)
    assert "and 70 more" in told


def test_a_proposal_may_be_overruled_with_a_reason() -> None:
    rows = filled()
    kept = one_row(rows, person="ada@example.com", kind="grant")
    assert (kept["proposal"], kept["severity"]) == ("keep", "")
    kept |= {"decision": "revoke", "decision_reason": ""}
    assert f"{kept['row_id']}: needs a decision_reason: the proposal was keep" in faults(rows)
    kept["decision_reason"] = "has left the team"
    (decided,) = [one for one in decide(REVIEW, to_csv(GRANTS, rows)) if one.row["row_id"] == kept["row_id"]]
    assert (decided.decision, decided.reason) == ("revoke", "has left the team")


def test_what_follows_the_proposal_needs_no_reason() -> None:
    rows = [one if one["proposal"] == "decide" else one | {"decision_reason": ""} for one in filled()]
    assert decide(REVIEW, to_csv(GRANTS, rows))


def test_rows_of_one_key_are_decided_together() -> None:
    rows = filled()
    some = [one for one in rows if one["name"] == "ci" and one["kind"] == "api_key"]
    assert len(some) == 2
    some[0]["decision"] = "revoke"
    told = faults(rows)
    assert f"{some[0]['row_id']}, {some[1]['row_id']}: API key ci (2e10) goes or stays as a whole" in told
    some[1]["decision"] = "revoke"
    assert decide(REVIEW, to_csv(GRANTS, rows))


def test_a_table_without_its_columns_is_refused() -> None:
    columns = [one for one in GRANTS if one not in ("row_id", "reviewer")]
    with pytest.raises(InputError, match="The table has no column row_id, reviewer"):
        decide(REVIEW, to_csv(columns, filled()))
    for table in (b"", b"\xef\xbb\xbf", b"\x89PNG\r\n\x1a\n\0\0"):
        with pytest.raises(InputError, match="The table has no column row_id"):
            decide(REVIEW, table)


@given(st.binary(max_size=400))
def test_no_file_at_all_breaks_it(table: bytes) -> None:
    with pytest.raises(InputError):
        decide(REVIEW, table)


def attested(rows: Rows, previous: bytes | None = None) -> dict[str, t.Any]:
    table = to_csv(GRANTS, rows)
    made = attestation(decide(REVIEW, table), REVIEW, b"document", table, NOW, previous)
    assert list(jsonschema.Draft202012Validator(ATTESTATION).iter_errors(made)) == []
    return made


def test_an_attestation_counts_and_has_the_sums() -> None:
    rows = filled()
    made = attested(rows)
    assert made["document_sha256"] == hashlib.sha256(b"document").hexdigest()
    assert made["csv_sha256"] == hashlib.sha256(to_csv(GRANTS, rows)).hexdigest()
    assert made["previous_sha256"] is None
    assert made["created_at"] == "2026-11-30T10:00:00Z"
    assert made["report_id"] == REVIEW.document["report"]["id"]
    assert made["result"] == "approved_with_exceptions"
    people = [one for one in rows if one["kind"] in ("grant", "person")]
    keys = {one["why"] for one in rows if one["kind"] == "api_key"}
    mappings = {one["name"] for one in rows if one["kind"] == "role_mapping"}
    assert made["total"] == len(people) + len(keys) + len(mappings)
    assert made["total"] == made["keep"] + made["revoke"] + made["change"]
    assert made["revoke"] == len([one for one in people if one["decision"] == "revoke"]) + 1  # the leaver's key
    assert made["flags"] == []
    assert attested(rows, b"before")["previous_sha256"] == hashlib.sha256(b"before").hexdigest()


def test_where_everything_stays_it_is_approved() -> None:
    made = attested([one | {"decision": "keep"} for one in filled()])
    assert (made["result"], made["revoke"], made["change"]) == ("approved", 0, 0)


def test_who_decides_about_themselves_is_flagged() -> None:
    rows = [one | {"reviewer": "ADA@example.com"} for one in filled()]
    expected = sorted(one["row_id"] for one in rows if one["person"] == "ada@example.com")
    assert len(expected) == 4  # her grant, and her keys
    assert attested(rows)["flags"] == [{"flag": "self_review", "rows": expected}]


def test_the_next_review_learns_what_was_revoked() -> None:
    rows = filled()
    for one in rows:
        if one["person"] in ("pia@example.com", "nora@example.com") or one["name"] == "ci":
            one["decision"] = "revoke"
    table = to_csv(GRANTS, rows)
    made = attested(rows)
    found = decisions_of(made, table)
    assert (found.report_id, found.sha256, found.attested_at) == (made["report_id"], made["document_sha256"], NOW)
    assert (found.total, found.decided) == (made["total"], made["total"])
    assert len(found.revoked) == made["revoke"]
    by_key = {(one.kind, one.key): one for one in found.revoked}
    assert by_key["grant", "invite:pia@example.com"].grant == REVIEW.people["invite:pia@example.com"]["grants"][0]
    assert by_key["grant", "invite:pia@example.com"].label == (
        f"pia@example.com: deployment-viewer on deployment:{DEPLOYMENT}"
    )
    assert by_key["person", "user:4719"].label == "nora@example.com"
    assert by_key["api_key", "2e10"].grant is None
    assert by_key["api_key", "k1"].kind == "api_key"
    assert ("grant", "user:4713") in by_key


def test_a_table_beside_an_attestation_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match=r"decided\.csv has no column"):
        decisions_of(attested(filled()), b"a,b\r\n1,2\r\n")


def to_do(**decisions: str) -> str:
    """Return what is to be done where these rows, by person or name and state, are decided otherwise than keep."""
    rows = [one | {"decision": "keep"} for one in filled()]
    for name, decision in decisions.items():
        for one in rows:
            if name in (f"{one['person'].partition('@')[0]}_{one['state']}", one["name"]):
                one["decision"] = decision
    return todo(decide(REVIEW, to_csv(GRANTS, rows)), REVIEW)


def test_nothing_to_do_is_said() -> None:
    assert "Nothing: everything stays as it is." in to_do()


def test_what_comes_from_a_group_says_what_else_goes() -> None:
    told = to_do(bo_as_defined="revoke")
    assert "## `bo@example.com` in `org_team_members[1]`" in told
    assert f"- [ ] **revoke** `deployment-viewer` on `production logs` `deployment:{DEPLOYMENT}`" in told
    assert "Take it out of the `role_assignments` of the entry `org_team_members[1]`." in told
    assert "The group `developers` gives it. Take the group out of the entry, which takes away nothing too;" in told
    assert "or take it out of the group, which takes it from `mia@example.com` too." in told
    assert "decided by `rita@example.com` on `2026-11-25`: `as discussed`" in told


def test_what_a_group_alone_gives_goes_with_it() -> None:
    document = sample()
    for one in document["grants"]:
        if one["scope"] == "project.security":
            one["why"] = [{"group": "developers"}]
    review = Review(document)
    rows = [one | {"decision": "keep"} for one in filled(review)]
    one_row(rows, person="bo@example.com", state="as_defined", scope="deployment")["decision"] = "revoke"
    told = todo(decide(review, to_csv(GRANTS, rows)), review)
    assert "which takes away `security-t1-analyst on all` too;" in told


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        ("bo_excess", "The definition does not give it: apply the definition"),
        ("mallory_unmanaged", "The definition has no entry for this person"),
        ("sam_ignored", "Others decide about this person, see `ignore`"),
        ("nora_no_roles", "**revoke** the membership\n  - Set `state: absent` in the entry."),
        ("xi_no_roles", "**revoke** the invitation"),
        ("mia_missing", "the person is not in"),
        ("ci", "`org_api_key` with the id `2e10`, `state: absent`"),
        ("viewers", "## Role mappings\n\n- [ ] **revoke** `viewers`\n  - Set `state: absent` for this mapping"),
    ],
)
def test_each_kind_of_thing_is_taken_away_in_its_way(which: str, expected: str) -> None:
    assert expected in to_do(**{which: "revoke"})


def test_what_is_to_change_says_why() -> None:
    told = to_do(pia_as_defined="change")
    assert "**change** `deployment-viewer`" in told
    assert "`as discussed`" in told


def test_a_key_stands_there_once() -> None:
    assert to_do(ci="revoke").count("**revoke**") == 1
    assert OTHER not in to_do(ci="revoke")


@pytest.mark.parametrize("text", [one for one in HOSTILE if one])
def test_no_name_is_markdown(text: str) -> None:
    check_code(text)


@given(st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("`` \n<")))
def test_no_text_is_markdown(text: str) -> None:
    check_code(text)


def check_code(text: str) -> None:
    made = code(text)
    if not made:
        assert text == ""
        return
    assert made.isprintable()
    (fence,) = re.findall(r"^`+", made)
    inside = made[len(fence) : -len(fence)]
    assert made.endswith(fence)
    assert fence not in re.findall("`+", inside)
    assert not inside.startswith("`")
    assert not inside.endswith("`")


def test_what_was_decided_is_about_the_document_and_not_about_the_table() -> None:
    rows = filled()
    rows[0]["role"] = "something-else"
    decided = decide(REVIEW, to_csv(GRANTS, rows))
    assert isinstance(decided[0], Decided)
    assert decided[0].row["role"] != "something-else"
