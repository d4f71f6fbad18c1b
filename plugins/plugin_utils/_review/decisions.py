# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What reviewers have decided in the table of an access review: whether it is whole, and what it comes to.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import typing as t
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.people import email_key, what_is_wrong
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings, InputError, some_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.facts import Decisions, Revoked
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import MOMENT, moment
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import MATTERS, Review, about_whom
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    DECIDED,
    GRANTS,
    Row,
    from_csv,
    grant_rows,
    to_csv,
)

SCHEMA = "access-attestation/1"
WORDS = ("keep", "revoke", "change")
WHOLE = frozenset({"api_key", "role_mapping"})  # what is revoked as a whole, whatever it gives
WHO = ("kind", "person", "user_id")  # no spreadsheet changes these: they tell whether rows were torn apart
MOST_TOLD = 50


@dataclass(frozen=True)
class Decided:
    """One row, and what was decided about it. row: as the review made it."""

    row: Row
    decision: str
    reviewer: str
    decided_on: str
    reason: str

    @property
    def about(self) -> tuple[str, str]:
        """What one decision is about: of a key or a mapping, all rows are about the same."""
        kind, key = about_whom(self.row["row_id"])
        return kind, key

    @property
    def is_self_review(self) -> bool:
        """Whether somebody has decided about their own access."""
        return email_key(self.reviewer) == email_key(self.row.get("person") or "")


def decide(review: Review, table: bytes) -> list[Decided]:
    """Return what a table has decided about each row of a review, in the review's order.

    The document is what counts: of the table, nothing is taken but the decisions. Raises InputError with all that is
    wrong, each by its row.
    """
    findings = Findings()
    rows = _by_id(review, from_csv(table), findings)
    expected = {row["row_id"]: row for row in _as_told(review)}
    unknown = [one for one in rows if one not in expected]
    for one in unknown:
        findings.problem(one, "is no row of this review")
    for one in expected:
        if one not in rows:
            findings.problem(one, "is missing: every row of the review has to be decided")
    found = [_decided(expected[one], rows[one], findings) for one in expected if one in rows]
    decided = [one for one in found if one]
    _check_wholes(decided, findings)
    if len(findings.problems) > MOST_TOLD:
        more = len(findings.problems) - MOST_TOLD
        raise InputError([*findings.problems[:MOST_TOLD], f"and {more} more"])
    findings.check()
    return decided


def attestation(
    decided: Sequence[Decided], review: Review, document: bytes, table: bytes, now: dt.datetime, previous: bytes | None
) -> dict[str, t.Any]:
    """Return what stands in `attestation.json`. document, table, previous: the files, of which it has the sums."""
    each = {one.about: one for one in decided}
    counts = Counter(one.decision for one in each.values())
    flagged = [one.row["row_id"] for one in decided if one.is_self_review]
    return {
        "schema": SCHEMA,
        "created_at": now.astimezone(dt.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "result": "approved" if counts["keep"] == len(each) else "approved_with_exceptions",
        "report_id": review.document["report"]["id"],
        "document_sha256": _sha256(document),
        "csv_sha256": _sha256(table),
        "previous_sha256": None if previous is None else _sha256(previous),
        "total": len(each),
        **{word: counts[word] for word in WORDS},
        "flags": [{"flag": "self_review", "rows": sorted(flagged)}] if flagged else [],
    }


def decisions_of(attested: Mapping[str, t.Any], table: bytes) -> Decisions:
    """Return what the next review has to know of an attestation and the table that lies beside it.

    Both are as `decide` has accepted them. Raises InputError where they are not, which their sums would have told.
    """
    revoked: dict[tuple[str, str], Revoked] = {}
    rows = from_csv(table)
    if lacking := [name for name in ("row_id", *WHO, "decision") if any(name not in row for row in rows)]:
        raise InputError([f"decided.csv has no column {some_of(lacking)}"])
    for row in rows:
        if row["decision"].strip().lower() != "revoke":
            continue
        name = row["row_id"].strip()
        kind, key = about_whom(name)
        if kind == "grant":
            invited = f"invite:{email_key(row['person'])}"
            revoked[kind, key] = Revoked(name, kind, row["user_id"].strip() or invited, label(row), key)
        else:
            revoked.setdefault((kind, key), Revoked(name, kind, key, label(row)))
    at = moment(attested["created_at"])
    if at is None:
        raise InputError([f"created_at: {attested['created_at']!r} is no point in time"])
    return Decisions(
        report_id=attested["report_id"],
        sha256=attested["document_sha256"],
        attested_at=at,
        total=attested["total"],
        decided=sum(attested[word] for word in WORDS),
        revoked=tuple(sorted(revoked.values(), key=lambda one: one.row_id)),
    )


def label(row: Row) -> str:
    """Return what a row is about in words: `ana@example.com: deployment-viewer on deployment:8d2b..`."""
    kind = row.get("kind")
    if kind == "api_key":
        return f"API key {row.get('name') or ''} ({about_whom(row['row_id'])[1]})"
    if kind == "role_mapping":
        return f"role mapping {row.get('name') or ''}"
    if kind == "person":
        return f"{row.get('person') or ''}"
    on = row.get("resource") or (f"all of {row.get('scope')}" if row.get("all") == "true" else row.get("scope"))
    return f"{row.get('person') or ''}: {row.get('role') or '?'} on {on}"


def _as_told(review: Review) -> list[dict[str, str]]:
    """Return the rows of a review as a table has them: texts."""
    return from_csv(to_csv(GRANTS, grant_rows(review)))


def _by_id(review: Review, table: Sequence[Mapping[str, str]], findings: Findings) -> dict[str, Mapping[str, str]]:
    """Return the rows of a table by their ids, and tell what is wrong with the table as a whole."""
    needed = ("row_id", "report_id", *WHO, *DECIDED)
    there = set().union(*table) if table else set()
    if lacking := [name for name in needed if name not in there]:
        raise InputError([f"The table has no column {some_of(lacking, most=20)}: it has to be grants.csv, filled in"])
    report_id = review.document["report"]["id"]
    others = {one.get("report_id", "").strip() for one in table} - {report_id}
    if others:
        findings.problem("report_id", f"these rows are of {some_of(sorted(others))}, and the document is {report_id}")
    rows: dict[str, Mapping[str, str]] = {}
    for row in table:
        name = row["row_id"].strip()
        if name in rows:
            findings.problem(name or "a row without row_id", "stands there twice")
        rows.setdefault(name, row)
    return rows


def _decided(row: Row, told: Mapping[str, str], findings: Findings) -> Decided | None:
    """Return what was decided about a row, None where something about it is wrong."""
    where, before = row["row_id"], len(findings.problems)
    texts = {name: told.get(name, "").strip() for name in DECIDED}
    decision = texts["decision"].lower()
    torn = [name for name in WHO if _core(told.get(name, "")) != _core(row.get(name, ""))]
    if torn:
        findings.problem(
            where,
            f"{some_of(torn)} is not what the review has, {row.get(torn[0], '')!r}: was the table sorted without all "
            "of its columns? Then decisions stand beside the wrong rows",
        )
    if not decision:
        findings.problem(where, f"has no decision ({label(row)})")
    elif decision not in WORDS:
        findings.problem(where, f"the decision {texts['decision']!r} is none of {', '.join(WORDS)}")
    if not texts["reviewer"]:
        findings.problem(where, "has no reviewer")
    elif wrong := what_is_wrong(texts["reviewer"]):
        findings.problem(where, f"reviewer: {wrong}")
    if not texts["decided_on"]:
        findings.problem(where, "has no date in decided_on")
    elif not MOMENT.fullmatch(texts["decided_on"]) or not moment(texts["decided_on"]):
        findings.problem(where, f"decided_on: {texts['decided_on']!r} is no day like 2026-12-31, and no ISO timestamp")
    if decision in WORDS and not texts["decision_reason"] and (why := _needs_reason(row, decision)):
        findings.problem(where, f"needs a decision_reason: {why} ({label(row)})")
    if len(findings.problems) > before:
        return None
    return Decided(row, decision, texts["reviewer"], texts["decided_on"], texts["decision_reason"])


def _needs_reason(row: Row, decision: str) -> str | None:
    """Return why a decision has to be explained, None where it need not be."""
    if decision == "change":
        return "it says what to change"
    if decision == "keep" and row["severity"] in MATTERS:
        return f"an open finding is kept, {row['findings']}"
    if row["proposal"] in ("keep", "revoke") and decision != row["proposal"]:
        return f"the proposal was {row['proposal']}"
    return None


def _check_wholes(decided: Iterable[Decided], findings: Findings) -> None:
    """Tell of keys and mappings about whose rows different things were decided."""
    wholes: dict[tuple[str, str], list[Decided]] = {}
    for one in decided:
        if one.about[0] in WHOLE:
            wholes.setdefault(one.about, []).append(one)
    for rows in wholes.values():
        words = sorted({one.decision for one in rows})
        if len(words) > 1:
            findings.problem(
                ", ".join(one.row["row_id"] for one in rows),
                f"{label(rows[0].row)} goes or stays as a whole, and its rows say {' and '.join(words)}",
            )


def _core(text: str) -> str:
    """Return what of a text no spreadsheet changes."""
    return "".join(filter(str.isalnum, text)).lower()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
