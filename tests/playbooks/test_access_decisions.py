# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module org_access_decisions in a play: it runs on the controller, wherever the host is."""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import DOCUMENT, write_folder
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    GRANTS,
    from_csv,
    grants_table,
    to_csv,
)
from ansible_collections.orgops.elastic_cloud.tests.demo import environment
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import sample

pytestmark = pytest.mark.playbook


def play(
    folder: Path, *arguments: str, decision: str = "keep", host: str = "localhost"
) -> tuple[int, dict[str, t.Any]]:
    """Attest a table in which this was decided about everything, named by relative paths; return how it went."""
    document = sample()
    review = folder / "access-review/1234567890" / document["report"]["id"]
    if not review.exists():
        write_folder(review.parent, review.name, {DOCUMENT: encode(document)})
    told = {"decision": decision, "reviewer": "rita@example.com", "decided_on": "2026-11-25", "decision_reason": "fine"}
    table = to_csv(GRANTS, [one | told for one in from_csv(grants_table(Review(document)))])
    (folder / "grants.csv").write_bytes(table)
    options = {"csv": "grants.csv", "document": str(review.relative_to(folder))}
    task = {"orgops.elastic_cloud.org_access_decisions": options, "register": "it", "ignore_errors": True}
    show = {"ansible.builtin.debug": {"msg": "RESULT {{ it | to_json }}"}}
    book = [{"hosts": host, "gather_facts": False, "tasks": [task, show]}]
    (folder / "play.yml").write_text(json.dumps(book), encoding="utf-8")
    program = Path(sys.executable).with_name("ansible-playbook")
    run = subprocess.run(
        [program, "-i", f"{host},", *arguments, "play.yml"],
        cwd=folder,
        env=environment("http://127.0.0.1:9", folder) | {"ANSIBLE_STDOUT_CALLBACK": "ansible.builtin.minimal"},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    lines = [json.loads(f'"{line.split("RESULT ", 1)[1]}') for line in run.stdout.splitlines() if "RESULT " in line]
    assert lines, run.stdout
    return run.returncode, json.loads(lines[0])


def test_it_attests_without_a_host_and_without_a_key(tmp_path: Path) -> None:
    status, result = play(tmp_path, host="unreachable.example.com")
    assert status == 0
    assert result["attestation"]["result"] == "approved"
    assert not result["changed"]
    attestation = Path(result["paths"]["attestation"])
    assert attestation.parent.parent == tmp_path / "access-review/1234567890"
    assert json.loads(attestation.read_text("utf-8")) == result["attestation"]


def test_in_check_mode_it_warns_and_writes_nothing(tmp_path: Path) -> None:
    _status, result = play(tmp_path, "--check")
    assert result["attestation"]["keep"] == result["attestation"]["total"]
    assert result["paths"]["attestation"] is None
    assert result["warnings"] == [
        "In check mode no files are written: the decisions can be attested, and have not been."
    ]
    assert not list(tmp_path.glob("access-review/*/decisions-*"))


def test_what_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    _status, result = play(tmp_path, decision="perhaps")
    assert result["failed"]
    assert not result["changed"]
    assert "problems in the input, nothing was changed:" in result["msg"]
    assert "is none of keep, revoke, change" in result["msg"]
