# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What org_access_decisions leaves in folders; its playbook is in tests/playbooks."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import stat
import typing as t
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.plugins.action.org_access_decisions import OPTIONS
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.modules import org_access_decisions
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.attesting import attest
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import decisions_of
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    DOCUMENT,
    newest_attestation,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    GRANTS,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import failed, sample

NOW = dt.datetime(2026, 11, 30, 10, 0, tzinfo=dt.timezone.utc)
FILES = {"attestation.json", "todo.md", "decided.csv", "SHA256SUMS"}


@pytest.fixture
def organization(tmp_path: Path) -> Path:
    """The folder of an organization that was reviewed once, and a table beside it in which nobody has decided yet."""
    folder = tmp_path / "access-review" / "1234567890"
    document = sample()
    write_folder(folder, document["report"]["id"], {DOCUMENT: encode(document)})
    return folder


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table in which everything is kept."""
    told = {"decision": "keep", "reviewer": "rita@example.com", "decided_on": "2026-11-25", "decision_reason": "fine"}
    path = tmp_path / "grants.csv"
    path.write_bytes(to_csv(GRANTS, [one | told for one in from_csv(grants_table(Review(sample())))]))
    return path


def folder_of(organization: Path) -> Path:
    return organization / sample()["report"]["id"]


def attested(table: Path, organization: Path, now: dt.datetime = NOW, **more: t.Any) -> dict[str, t.Any]:
    return attest(table, folder_of(organization), more.pop("dest", None), now, **{"write": True, **more})


def test_options_are_those_of_the_documentation() -> None:
    documented = yaml.safe_load(org_access_decisions.DOCUMENTATION)["options"]
    facts = {
        name: {key: value for key, value in option.items() if key != "description"}
        for name, option in documented.items()
    }
    assert facts == OPTIONS


def test_it_leaves_a_folder_that_proves_itself(organization: Path, table: Path) -> None:
    result = attested(table, organization)
    folder = Path(result["paths"]["attestation"]).parent
    assert folder.parent == organization
    assert folder.name.startswith("decisions-20261130T100000Z-")
    assert {one.name for one in folder.iterdir()} == FILES
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(one.stat().st_mode) for one in folder.iterdir()} == {0o600}
    assert (folder / "decided.csv").read_bytes() == table.read_bytes()
    assert json.loads((folder / "attestation.json").read_text("utf-8")) == result["attestation"]
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text("utf-8").splitlines())
    assert sums.keys() == FILES - {"SHA256SUMS"}
    for name, told in sums.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == told
    document = (folder_of(organization) / DOCUMENT).read_bytes()
    assert result["attestation"]["document_sha256"] == hashlib.sha256(document).hexdigest()


def test_the_next_review_finds_it(organization: Path, table: Path) -> None:
    result = attested(table, organization)
    found = newest_attestation(organization)
    assert found
    assert decisions_of(*found).total == result["attestation"]["total"]
    Path(result["paths"]["decided"]).write_bytes(b"changed")
    assert newest_attestation(organization) is None


def test_each_attestation_names_the_one_before(organization: Path, table: Path) -> None:
    first = attested(table, organization)
    second = attested(table, organization, NOW + dt.timedelta(days=1))
    assert first["attestation"]["previous_sha256"] is None
    before = Path(first["paths"]["attestation"]).read_bytes()
    assert second["attestation"]["previous_sha256"] == hashlib.sha256(before).hexdigest()
    assert len(list(organization.glob("decisions-*"))) == 2


def test_in_check_mode_nothing_is_written(organization: Path, table: Path) -> None:
    result = attested(table, organization, write=False)
    assert result["attestation"]["total"] > 0
    assert set(result["paths"].values()) == {None}
    assert list(organization.glob("decisions-*")) == []


def test_another_folder_may_be_named(organization: Path, table: Path, tmp_path: Path) -> None:
    result = attested(table, organization, dest=tmp_path / "elsewhere")
    assert Path(result["paths"]["todo"]).parent.parent == tmp_path / "elsewhere"


def test_the_document_itself_may_be_named(organization: Path, table: Path) -> None:
    assert attest(table, folder_of(organization) / DOCUMENT, None, NOW, write=False)["attestation"]


def test_a_document_that_was_changed_is_refused(organization: Path, table: Path) -> None:
    path = folder_of(organization) / DOCUMENT
    path.write_bytes(path.read_bytes().replace(b"PENDING", b"pending") + b" ")
    with pytest.raises(InputError, match="is not as the review has left it"):
        attested(table, organization)
    assert list(organization.glob("decisions-*")) == []


def test_a_document_without_sums_is_refused(organization: Path, table: Path) -> None:
    (folder_of(organization) / "SHA256SUMS").unlink()
    with pytest.raises(InputError, match="no SHA256SUMS beside it says so"):
        attested(table, organization)


def test_a_review_that_failed_is_refused(tmp_path: Path, table: Path) -> None:
    write_folder(tmp_path / "org", "one", {DOCUMENT: encode(failed())})
    with pytest.raises(InputError, match="nothing to decide about"):
        attest(table, tmp_path / "org/one", None, NOW, write=True)


def test_what_is_not_there_or_no_document_is_told(organization: Path, table: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="document: "):
        attest(table, tmp_path / "nowhere", None, NOW, write=True)
    with pytest.raises(InputError, match="document: "):
        attest(table, table, None, NOW, write=True)
    with pytest.raises(InputError, match=r"csv: .*No such file"):
        attest(tmp_path / "nothing.csv", folder_of(organization), None, NOW, write=True)


def test_a_table_with_faults_leaves_nothing(organization: Path, table: Path) -> None:
    table.write_bytes(table.read_bytes().replace(b'"keep","rita@', b'"maybe","rita@'))
    with pytest.raises(InputError, match="is none of keep, revoke, change"):
        attested(table, organization)
    assert list(organization.glob("decisions-*")) == []
