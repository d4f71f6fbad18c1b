# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An access review as CSV: nothing in it is a formula, nothing is lost, and its numbers are those of the document."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import typing as t
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import make_review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review, about_whom, row_id
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    FINDINGS,
    GRANTS,
    findings_table,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import planted
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import (
    BROKEN,
    DEPLOYMENT,
    FORMULA,
    HOSTILE,
    OTHER,
    SCRIPT,
    bare,
    quiet,
    sample,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import ORGANIZATION

PLANTED = make_review((WORLD := planted()[0]).facts(), WORLD.context()).document
OFFICE = shutil.which("soffice") or shutil.which("libreoffice")
FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def rows(of: dict[str, t.Any] | None = None) -> list[dict[str, str]]:
    """Return the rows of grants.csv, of the sample if of nothing else."""
    return from_csv(grants_table(Review(of or sample())))


def row(**columns: str) -> dict[str, str]:
    """Return the one row of the sample that has these."""
    (found,) = [one for one in rows() if columns.items() <= one.items()]
    return found


def test_columns_stay_in_their_order() -> None:
    heads = [table.decode("utf-8-sig").split("\r\n", maxsplit=1)[0] for table in tables(sample())]
    assert heads[0] == (
        '"report_id","created_at","organization_id","organization","row_id","kind","person","user_id","name","status",'
        '"member_since","domain","external","scope","role","privileged","resource","resource_name","all",'
        '"application_roles","state","why","until","held_not_before","held_not_after","change","findings","severity",'
        '"exemption","proposal","decision","reviewer","decided_on","decision_reason"'
    )
    assert heads[1] == (
        '"report_id","created_at","organization_id","organization","id","rule","severity","state","kind","key","label",'
        '"text","remedy","where","first_seen","reviews_open","exemption"'
    )


def tables(document: dict[str, t.Any]) -> list[bytes]:
    review = Review(document)
    return [grants_table(review), findings_table(review)]


def test_it_is_utf8_with_bom_and_crlf_and_all_is_quoted() -> None:
    for table in tables(sample()):
        assert table.startswith(b"\xef\xbb\xbf")
        assert table.endswith(b"\r\n")
        text = table.decode("utf-8-sig")
        for line in csv.reader(io.StringIO(text.replace("\0", ""), newline="")):
            assert len(line) in (len(GRANTS), len(FINDINGS))
            assert not [field for field in line if field.lstrip("\t\r\n \u00a0").startswith(FORMULAS[:4])]
        bare_of_quoted = "".join(part for number, part in enumerate(text.split('"')) if number % 2 == 0)
        assert set(bare_of_quoted) <= set(",\r\n")


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_every_text_comes_back(text: str, separator: str) -> None:
    check_round_trip([text, "x", text], separator)


# \1 stands for NUL where the result is read, since csv of Python 3.10 refuses NUL.
ANY = st.characters(exclude_categories=["Cs"], exclude_characters="\1") | st.sampled_from("=+-@'\"\t\r\n\0,; ")


@given(st.lists(st.text(ANY), max_size=4))
def test_any_text_comes_back(texts: list[str]) -> None:
    check_round_trip([*texts, "end"], ",")


def check_round_trip(texts: list[str], separator: str) -> None:
    columns = [f"column{number}" for number in range(len(texts))]
    made = dict(zip(columns, texts, strict=True))
    table = to_csv(columns, [made])
    if separator != ",":
        lines = [columns, [f"'{text}" if needs_one(text) else text for text in texts]]
        quoted = [separator.join('"' + text.replace('"', '""') + '"' for text in line) for line in lines]
        table = "\n".join(quoted).encode()
    assert from_csv(table) == [made]
    text = table.decode("utf-8-sig").replace("\0", "\1")
    for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
        assert not [field for field in line if field.lstrip().startswith((*FORMULAS[:4], "\1"))]


def needs_one(text: str) -> bool:
    return text.lstrip().startswith(("'", *FORMULAS[:4], "\0")) or text.startswith(FORMULAS)


def test_a_field_gets_an_apostrophe_where_a_spreadsheet_would_calculate() -> None:
    texts = {
        "=1": "'=1",
        " =1": "' =1",
        "\t1": "'\t1",
        "'x": "''x",
        " 'x": "' 'x",
        "a=1": "a=1",
        "\u00a0-1": "'\u00a0-1",
    }
    for text, field in texts.items():
        assert to_csv(["a"], [{"a": text}]).decode("utf-8-sig") == f'"a"\r\n"{field}"\r\n'


def test_half_a_surrogate_pair_is_spelt_out() -> None:
    assert from_csv(to_csv(["a"], [{"a": "x\ud800"}])) == [{"a": "x\\ud800"}]


def test_what_a_spreadsheet_leaves_is_read() -> None:
    table = 'sep=;\r\nROW_ID ;decision\r\n"grant:1";keep\r\n;\r\n"\'grant:2";"a;b"\r\n'
    expected = [{"row_id": "grant:1", "decision": "keep"}, {"row_id": "grant:2", "decision": "a;b"}]
    assert from_csv(table.encode()) == expected
    assert from_csv(table.replace("sep=;\r\n", "").encode("utf-16")) == expected
    assert from_csv("row_id,decision_reason\ngrant:1,für \xdcbung".encode("cp1252")) == [
        {"row_id": "grant:1", "decision_reason": "für Übung"}
    ]
    assert from_csv(b"") == []


@pytest.mark.parametrize("document", [sample(), quiet(), bare(), PLANTED], ids=["sample", "quiet", "bare", "planted"])
def test_numbers_are_those_of_the_document(document: dict[str, t.Any]) -> None:
    table, summary = rows(document), document["summary"]
    kinds = Counter(one["kind"] for one in table)
    assert kinds["grant"] == len(document["grants"])
    assert len([one for one in table if one["kind"] == "grant" and one["state"] != "missing"]) == summary["grants"]
    # An email is not enough: several members have one, and a member may have an invitation left over.
    people = {(one["person"], one["user_id"], one["status"]) for one in table if one["kind"] in ("grant", "person")}
    counts = Counter(status for _person, _user_id, status in people)
    assert counts["active"] == summary["people"]
    assert counts["pending"] + counts["expired"] == summary["invitations"]
    assert len(people) == len(document["people"])
    keys = {one["why"] for one in table if one["kind"] == "api_key"}
    assert len(keys) == (summary["api_keys"] or 0)
    assert len({one["name"] for one in table if one["kind"] == "role_mapping"}) == (summary["role_mappings"] or 0)
    found = Counter((one["severity"], one["state"]) for one in from_csv(findings_table(Review(document))))
    assert found == Counter((one["severity"], one["state"]) for one in document["findings"])


def test_each_row_has_an_id_of_its_own_that_stays() -> None:
    first, again = rows(), rows()
    assert len({one["row_id"] for one in first}) == len(first)
    assert [one["row_id"] for one in first] == [one["row_id"] for one in again]
    assert all(one["row_id"].startswith(f"{one['kind']}:") for one in first)


def test_an_id_says_what_its_row_is_about() -> None:
    assert {about_whom(one["row_id"]) for one in rows() if one["kind"] != "grant"} == {
        ("person", "user:4718"),
        ("person", "user:4719"),
        ("person", "invite:xi@example.com"),
        ("person", "missing:mia@example.com"),
        ("api_key", "k1"),
        ("api_key", "2e10"),
        ("api_key", "k3"),
        ("role_mapping", '=owners"<b>'),
        ("role_mapping", "viewers"),
    }


@given(st.text(st.characters(exclude_categories=["Cs"])), st.lists(st.text(), max_size=2))
def test_an_id_is_made_of_letters_that_no_spreadsheet_changes(key: str, parts: list[str]) -> None:
    made = row_id("role_mapping", key, *parts)
    assert re.fullmatch(r"[\w:@%.~-]+", made, re.ASCII)
    assert about_whom(made) == ("role_mapping", key)


def test_no_id_can_become_a_number() -> None:
    for one in rows():
        assert one["organization_id"] == f"organization:{ORGANIZATION}"
        assert one["user_id"] == "" or one["user_id"].startswith("user:")
        assert one["resource"] == "" or ":" in one["resource"]
        assert one["person"] == "" or "@" in one["person"] or one["person"].startswith("user:")
    for one in from_csv(findings_table(Review(sample()))):
        assert one["id"].startswith("finding:")
        assert one["key"].partition(":")[0] in ("user", "invite", "missing", "api_key", "role_mapping", "organization")


def test_whoever_has_nothing_has_a_row_too() -> None:
    assert row(person="nora@example.com") | {"kind": "person", "role": "", "state": "no_roles"} == row(
        person="nora@example.com"
    )
    assert row(person="hidden@example.com")["state"] == "not_shown"
    assert row(person="mia@example.com")["state"] == "missing"
    assert row(name="hidden", kind="api_key")["state"] == "not_shown"


def test_a_grant_says_all_about_itself() -> None:
    found = row(person="bo@example.com", role="deployment-viewer", state="as_defined")
    assert found["resource"] == f"deployment:{DEPLOYMENT}"
    assert found["resource_name"] == "production logs"
    assert found["why"] == "entry org_team_members[1]; group developers"
    assert found["application_roles"] == "kibana_user, monitor"
    assert (found["all"], found["privileged"], found["external"]) == ("false", "false", "false")
    assert (found["until"], found["change"], found["proposal"]) == ("2026-12-31", "same", "keep")
    assert row(person="bo@example.com", scope="project.security")["application_roles"] == "none"
    assert row(person="mallory@example.com", scope="moon_base")["role"] == "?"
    owner = row(person="ada@example.com", kind="grant")
    assert (owner["resource"], owner["resource_name"]) == (f"organization:{ORGANIZATION}", "Acme & Söhne")
    assert row(name="ci", resource=f"deployment:{DEPLOYMENT}")["resource_name"] == "production logs"
    assert row(name="ci", resource=f"deployment:{OTHER}", kind="api_key")["person"] == "ada@example.com"
    mapping = row(kind="role_mapping", status="enabled")
    assert mapping["why"] == "any of: group cn=owners; email *@sso.example.com"


def test_a_key_has_a_status() -> None:
    statuses = {one["why"]: one["status"] for one in rows(PLANTED) if one["kind"] == "api_key"}
    assert statuses["api_key:ended"] == "expired"
    assert statuses["api_key:soon"] == "active"
    assert statuses["api_key:orphan"] == "creator_gone"


def test_names_come_through_as_they_are() -> None:
    names = {one["name"] for one in rows()}
    assert {SCRIPT, FORMULA, BROKEN} <= names


@pytest.mark.parametrize(
    ("which", "findings", "severity", "proposal"),
    [
        ({"person": "eve+'<b>'@example.net"}, "owner_external owner_unmanaged", "critical", "revoke"),
        ({"person": "bo@example.com", "state": "excess"}, "excess_grant", "high", "revoke"),
        ({"person": "bo@example.com", "state": "missing"}, "missing_grant", "low", "keep"),
        ({"person": "bo@example.com", "state": "as_defined", "scope": "deployment"}, "", "", "keep"),
        ({"person": "sam@sso.example.com"}, "", "", "keep"),
        ({"person": "nora@example.com"}, "no_roles", "low", "keep"),
        ({"kind": "api_key", "status": "creator_gone"}, "leavers_key", "high", "revoke"),
        ({"kind": "role_mapping", "status": "enabled"}, "", "", "keep"),
        ({"person": "mallory@example.com", "scope": "moon_base"}, "unmanaged_member not_understood", "high", "revoke"),
        ({"person": "mallory@example.com", "scope": "deployment"}, "unmanaged_member", "high", "revoke"),
    ],
)
def test_findings_lead_to_a_proposal(which: dict[str, str], findings: str, severity: str, proposal: str) -> None:
    found = row(**which)
    assert (found["findings"], found["severity"], found["proposal"]) == (findings, severity, proposal)


def test_what_matters_without_a_rule_to_revoke_is_to_be_decided() -> None:
    document = sample()
    document["findings"] = [one for one in document["findings"] if one["rule"] == "no_email"]
    assert {one["proposal"] for one in rows(document) if one["user_id"] == "user:30051e7"} == {"decide"}


def test_an_exemption_stands_beside_what_it_is_for() -> None:
    expected = f"ignored_owner: Contract 4711 {SCRIPT} (approved by ada@example.com, until 2026-12-31)"
    assert row(person="sam@sso.example.com")["exemption"] == expected


@pytest.mark.slow
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not here")
def test_a_spreadsheet_gives_decisions_back_as_they_were(tmp_path: Path) -> None:
    decided = [one | decision(one) for one in rows()]
    came = through_a_spreadsheet(to_csv(GRANTS, decided), tmp_path)
    for column in ("row_id", "report_id", "decision", "reviewer", "decided_on", "decision_reason"):
        assert [one[column] for one in came] == [one[column] for one in decided], column


def decision(one: dict[str, str]) -> dict[str, str]:
    """Return a decision about a row, by its proposal, with a reason that is hard on a spreadsheet."""
    word = {"decide": "keep"}.get(one["proposal"], one["proposal"])
    why = "=needed; \"really\", says 'he' äöü"
    return {"decision": word, "reviewer": "rita@example.com", "decided_on": "2026-11-25", "decision_reason": why}


def through_a_spreadsheet(table: bytes, folder: Path) -> list[dict[str, str]]:
    """Return the rows of a table that LibreOffice has opened, saved in its own format, and exported."""
    (folder / "grants.csv").write_bytes(table)
    text = "CSV:44,34,76,1,,0,true,true,false"
    export = "csv:Text - txt - csv (StarCalc):59,34,76,1,,0,false,true,false"
    for source, options in (
        ("grants.csv", [f"--infilter={text}", "--convert-to", "ods"]),
        ("grants.ods", ["--convert-to", export]),
    ):
        command = [str(OFFICE), f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *options]
        subprocess.run([*command, "--outdir", str(folder), str(folder / source)], check=True, capture_output=True)
    exported = (folder / "grants.csv").read_bytes()
    assert exported.startswith(b"report_id;created_at;")
    return from_csv(exported)
