# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the role of the review leaves to other jobs, and what its report of several organizations is made of."""

from __future__ import annotations

import datetime as dt
import typing as t
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.combining import combine
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import DOCUMENT, write_folder
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.outcome import (
    CRASHED,
    LOST,
    artifacts,
    parts,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import sample

ARTIFACT, TEXT = "elastic_cloud_access_review", "elastic_cloud_access_review_text"
HOSTILE = ["{{ 6 * 7 }}", "{% if x %}", "a {# b", "#jinja2: variable_start_string:'['"]
NOW = dt.datetime(2026, 11, 24, 12, 0, tzinfo=dt.timezone.utc)


def result_of(document: t.Any, **more: t.Any) -> dict[str, t.Any]:
    """The result of the module for a document."""
    report = {"id": document["report"]["id"], "sha256": "0" * 64, "paths": {"document": f"/left/{DOCUMENT}"}}
    return {"status": document["status"], "summary": document["summary"], "report": report, **more}


def test_numbers_and_ids_are_left() -> None:
    document = sample()
    left = artifacts(result_of(document), "acme", 1234567890)
    assert left[ARTIFACT] == {
        "acme": {
            "organization_id": "1234567890",
            "status": document["status"],
            "report_id": document["report"]["id"],
            "sha256": "0" * 64,
            "summary": document["summary"],
        }
    }
    summary = document["summary"]
    assert left[TEXT].startswith(f"acme: {document['status']}; findings: ")
    assert left[TEXT].endswith("\n")
    assert f"{summary['people']} people" in left[TEXT]
    for severity, counts in summary["findings"].items():
        still = counts["new"] + counts["open"]
        assert (f"{still} {severity}" in left[TEXT]) == bool(still)


def test_what_was_not_seen_is_unknown_in_words_too() -> None:
    document = sample()
    result = result_of(document, summary={**document["summary"], "api_keys": None})
    assert ", unknown API keys, " in artifacts(result, "acme", "1")[TEXT]


@pytest.mark.parametrize("host", HOSTILE)
def test_a_host_whose_name_is_a_template_leaves_nothing(host: str) -> None:
    assert artifacts(result_of(sample()), host, "1234567890") == {}


@pytest.mark.parametrize("organization_id", [*HOSTILE, None, "", "  "])
def test_an_id_that_is_a_template_is_left_out(organization_id: str | None) -> None:
    left = artifacts(result_of(sample()), "acme", organization_id)
    assert left[ARTIFACT]["acme"]["organization_id"] == ""
    assert left[ARTIFACT]["acme"]["report_id"]


@pytest.mark.parametrize(
    "result",
    [{"msg": "ERROR: org_team_members is missing"}, {"failed": True}, {}, {"msg": "{{ 6 * 7 }}", "report": None}],
    ids=str,
)
def test_a_host_without_a_review_leaves_nulls_and_no_words_of_anybody(result: dict[str, t.Any]) -> None:
    left = artifacts(result, "acme", "1234567890")
    nothing = {"organization_id": "1234567890", "report_id": None, "sha256": None, "summary": None}
    assert left == {ARTIFACT: {"acme": {"status": "error", **nothing}}, TEXT: "acme: error, nothing was judged\n"}


def test_an_error_of_the_service_has_a_document_and_no_numbers() -> None:
    result = {"status": "error", "report": {"id": "20261124T120000Z-3f9a", "sha256": "1" * 64}, "msg": "ERROR: 401"}
    left = artifacts(result, "acme", "1234567890")[ARTIFACT]["acme"]
    assert (left["status"], left["report_id"], left["summary"]) == ("error", "20261124T120000Z-3f9a", None)


def test_every_host_is_in_the_report_in_its_place() -> None:
    results = {
        "odd": {"msg": "ERROR: min_owners\u202e: \x1b[31mred"},
        "good": result_of(sample()),
        "crashed": {"failed": True, "module_stdout": "Traceback"},
        "unwritten": {"msg": "The files of the review could not be written", "report": {"id": "x", "paths": None}},
        "{{ 6 * 7 }}": {"msg": "ERROR: a {{ template }}"},
    }
    made = parts(results, ["lost", *results])
    assert made["documents"] == [f"/left/{DOCUMENT}"]
    assert list(made["failed"]) == ["lost", "odd", "crashed", "unwritten", "{{ 6 * 7 }}"]
    assert made["failed"]["lost"] == LOST
    assert made["failed"]["crashed"] == CRASHED
    assert made["failed"]["unwritten"] == results["unwritten"]["msg"]
    assert "min_owners" in made["failed"]["odd"]
    assert "\x1b" not in made["failed"]["odd"]


def test_without_any_result_all_are_lost() -> None:
    assert parts({}, ["a", "b"]) == {"documents": [], "failed": {"a": LOST, "b": LOST}}


def test_the_page_lists_the_hosts_that_could_not_be_read(tmp_path: Path) -> None:
    document = sample()
    folder = tmp_path / "1234567890"
    written = write_folder(folder, document["report"]["id"], {DOCUMENT: encode(document)})
    good = result_of(document)
    good["report"]["paths"]["document"] = str(written[DOCUMENT])
    made = parts({"good": good, "<b>odd": {"msg": "ERROR: <script>alert(1)</script>"}}, ["good", "<b>odd", "lost"])
    documents = [Path(one) for one in made["documents"]]
    left = combine(documents, made["failed"], tmp_path, ["html", "csv"], NOW, write=True)
    page = Path(left["report"]["paths"]["page"]).read_text("utf-8")
    assert "&lt;b&gt;odd" in page
    assert "ERROR: &lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "<b>odd" not in page
    assert LOST in page
    assert document["source"]["organization"]["id"] in page
    assert [one["report_id"] for one in left["organizations"]] == [document["report"]["id"]]


def test_a_report_of_unreadable_hosts_alone_is_made_too(tmp_path: Path) -> None:
    made = parts({}, ["a", "b"])
    left = combine([], made["failed"], tmp_path, ["html", "csv"], NOW, write=True)
    assert Path(left["report"]["paths"]["page"]).read_text("utf-8").count(LOST) >= 2
    assert left["organizations"] == []
