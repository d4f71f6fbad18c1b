# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The driver of Galaxy's importer passes only where the importer has passed and complains of nothing."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.orgops.elastic_cloud.tests.tools import importer


@pytest.mark.parametrize(
    ("line", "code", "outcome"),
    [
        ("Importer processing completed successfully", 0, 0),
        ("Importer processing completed successfully", 1, 1),
        ("WARNING: No changelog found", 0, 1),
        ("ERROR: invalid role", 0, 1),
    ],
)
def test_passes_only_without_complaints(
    line: str, code: int, outcome: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = tmp_path / "venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho Importing\necho '{line}'\nexit {code}\n")
    python.chmod(0o755)
    (tmp_path / "venv/requirements.txt").write_text(importer.REQUIREMENTS.read_text())
    monkeypatch.setattr(importer, "FOLDER", tmp_path)
    monkeypatch.setattr(importer, "VENV", tmp_path / "venv")
    assert importer.main() == outcome
