# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What org_access_report makes of the documents of several organizations."""

from __future__ import annotations

import datetime as dt
import hashlib
import stat
import typing as t
from collections import Counter
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.plugins.action.org_access_report import OPTIONS
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.modules import org_access_report
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.combining import combine
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    COLLECTION,
    DOCUMENT,
    destination,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import from_csv
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import SCRIPT, failed, quiet, sample

NOW = dt.datetime(2026, 11, 30, 10, 0, tzinfo=dt.timezone.utc)


@pytest.fixture
def documents(tmp_path: Path) -> list[Path]:
    """The folders of three reviews: one with everything, one of an organization that could not be read, a quiet one."""
    folders = []
    for number, document in enumerate([sample(), failed(), quiet()]):
        document["source"]["organization"]["id"] = f"org-{number}"
        write_folder(tmp_path / f"access-review/org-{number}", "one", {DOCUMENT: encode(document)})
        folders.append(tmp_path / f"access-review/org-{number}/one")
    return folders


def combined(documents: list[Path], tmp_path: Path, **more: t.Any) -> dict[str, t.Any]:
    options = {"failed": {}, "dest": tmp_path / "access-review", "formats": ["html", "csv"], "write": True} | more
    return combine(documents, now=NOW, **options)


def test_options_are_those_of_the_documentation() -> None:
    documented = yaml.safe_load(org_access_report.DOCUMENTATION)["options"]
    facts = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in documented.items()
    }
    assert facts == OPTIONS


def test_one_page_and_one_pair_of_tables_hold_all(documents: list[Path], tmp_path: Path) -> None:
    result = combined(documents, tmp_path, failed={"hooli": f"org_team_organization_id is blank {SCRIPT}."})
    assert [(one["organization_id"], one["status"]) for one in result["organizations"]] == [
        ("org-0", "incomplete"),
        ("org-1", "error"),
        ("org-2", "passed"),
    ]
    digests = [hashlib.sha256((one / DOCUMENT).read_bytes()).hexdigest() for one in documents]
    assert [one["sha256"] for one in result["organizations"]] == digests
    paths = {name: Path(path) for name, path in result["report"]["paths"].items()}
    folder = paths["page"].parent
    assert folder == tmp_path / "access-review/combined" / result["report"]["id"]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    text = paths["page"].read_text("utf-8")
    assert "<title>Access review of 4 organizations</title>" in text
    assert "org_team_organization_id is blank &lt;script&gt;" in text
    assert all(digest in text for digest in digests)
    rows = from_csv(paths["grants"].read_bytes())
    grants = Counter(one["organization_id"] for one in rows if one["kind"] == "grant")
    assert grants == {"organization:org-0": len(sample()["grants"]), "organization:org-2": len(quiet()["grants"])}
    assert len(from_csv(paths["findings"].read_bytes())) == len(sample()["findings"])
    assert f"{hashlib.sha256(paths['page'].read_bytes()).hexdigest()}  access-review.html" in paths["sums"].read_text()


def test_only_what_is_asked_for_is_written(documents: list[Path], tmp_path: Path) -> None:
    paths = combined(documents, tmp_path, formats=["html"])["report"]["paths"]
    assert paths["grants"] is paths["findings"] is None
    assert {one.name for one in Path(paths["page"]).parent.iterdir()} == {"access-review.html", "SHA256SUMS"}


def test_in_check_mode_nothing_is_written(documents: list[Path], tmp_path: Path) -> None:
    result = combined(documents, tmp_path, write=False)
    assert len(result["organizations"]) == 3
    assert set(result["report"]["paths"].values()) == {None}
    assert not (tmp_path / "access-review/combined").exists()


def test_documents_that_do_not_verify_are_refused_all_at_once(documents: list[Path], tmp_path: Path) -> None:
    with (documents[0] / DOCUMENT).open("ab") as file:
        file.write(b" ")
    (documents[1] / "SHA256SUMS").unlink()
    with pytest.raises(InputError) as error:
        combined([*documents, tmp_path / "nowhere"], tmp_path)
    told = str(error.value)
    assert told.startswith("3 problems in the input")
    assert all(f"org-{number}/one" in told for number in (0, 1))
    assert "nowhere" in told
    assert not (tmp_path / "access-review/combined").exists()


def test_nothing_at_all_is_no_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing to report on"):
        combined([], tmp_path)


def test_who_failed_before_the_review_makes_a_page_too(tmp_path: Path) -> None:
    result = combined([], tmp_path, failed={"hooli": "no key"})
    assert "no key" in Path(result["report"]["paths"]["page"]).read_text("utf-8")


def test_nothing_goes_into_the_collection(tmp_path: Path) -> None:
    assert destination(str(tmp_path)) == tmp_path
    with pytest.raises(InputError, match="is within the collection"):
        destination(str(COLLECTION / "docs/access-review"))
