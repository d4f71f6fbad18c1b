# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide's execution environment can be made of the collection, and brings what the modules need.

Building an image takes a container engine. What comes before it is tried here: the build context with its instructions,
and the look into the collection that the build takes.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

import yaml

from ansible_collections.orgops.elastic_cloud.tests.conftest import ROOT
from ansible_collections.orgops.elastic_cloud.tests.platforms.running import GUIDE


def test_the_build_context_has_the_collection(tmp_path: Path, programs: Path) -> None:
    (tmp_path / "execution-environment.yml").write_text(GUIDE["execution-environment.yml"], encoding="utf-8")
    create = [str(programs / "ansible-builder"), "create", "--output-filename", "Containerfile"]
    subprocess.run(create, cwd=tmp_path, check=True, capture_output=True)
    wanted = yaml.safe_load((tmp_path / "context/_build/requirements.yml").read_text(encoding="utf-8"))
    assert wanted == {"collections": [{"name": "orgops.elastic_cloud"}]}
    instructions = (tmp_path / "context/Containerfile").read_text(encoding="utf-8")
    assert "ansible-core>=2.16" in instructions
    assert "introspect.py introspect" in instructions


def test_the_collection_asks_for_what_the_modules_need(tmp_path: Path, programs: Path) -> None:
    collections = tmp_path / "ansible_collections/orgops"
    collections.mkdir(parents=True)
    (collections / "elastic_cloud").symlink_to(ROOT)
    run = subprocess.run(
        [programs / "ansible-builder", "introspect", tmp_path], check=True, stdout=subprocess.PIPE, text=True
    )
    assert [wanted.partition("#")[0].strip() for wanted in yaml.safe_load(run.stdout)["python"]] == ["requests>=2.28"]
