# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Show the artifact to Galaxy's importer, and let it pass only without a warning.

    .venv/bin/python -m tests.tools.importer

Galaxy runs the same program on what is published, and shows its log to everybody. Settings and versions are in
tests/importer, everything that is made is under .cache/importer.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SETTINGS = ROOT / "tests/importer/galaxy-importer.cfg"
REQUIREMENTS = ROOT / "tests/importer/requirements.txt"
FOLDER = ROOT / ".cache/importer"
VENV = FOLDER / "venv"


def main() -> int:
    """Build the artifact, run the importer on it, and return 0 if it has nothing to complain of."""
    _set_up()
    artifact = build(FOLDER / "artifact")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("ANSIBLE_")}
    environment |= {"GALAXY_IMPORTER_CONFIG": str(SETTINGS), "PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(
        [VENV / "bin/python", "-m", "galaxy_importer.main", artifact],
        cwd=FOLDER,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    print(run.stdout, end="")
    found = complaints(run.stdout)
    print(f"galaxy-importer {artifact.name}: exit code {run.returncode}, {len(found)} errors and warnings")
    return 1 if run.returncode or found else 0


def build(folder: Path) -> Path:
    """Build the artifact from this checkout into an empty folder, and return its path."""
    shutil.rmtree(folder, ignore_errors=True)
    galaxy = Path(sys.executable).with_name("ansible-galaxy")
    build = ["collection", "build", str(ROOT), "--output-path", str(folder)]
    subprocess.run([galaxy, *build], check=True, stdout=subprocess.DEVNULL)
    (artifact,) = folder.glob("*.tar.gz")
    return artifact


def complaints(log: str) -> list[str]:
    """Return the lines of the importer's log that are errors or warnings; it exits with 0 after most of them."""
    return re.findall(r"^(?:WARNING|ERROR|CRITICAL)\b.*", log, re.MULTILINE)


def _set_up() -> None:
    """Make the virtual environment anew where the requirements have changed since it was made."""
    ready = VENV / "requirements.txt"
    if ready.exists() and ready.read_text() == REQUIREMENTS.read_text():
        return
    venv.create(VENV, clear=True, with_pip=True)
    subprocess.run([VENV / "bin/python", "-m", "pip", "install", "--quiet", "-r", REQUIREMENTS], check=True)
    shutil.copy(REQUIREMENTS, ready)


if __name__ == "__main__":
    sys.exit(main())
