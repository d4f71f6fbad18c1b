# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Parts of Python packages that tests read and do not install."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.tests.conftest import ROOT

CACHE = ROOT / ".cache/packages"


def unpacked(package: str, part: str) -> Path:
    """Return the folder `part` of a package in this version, such as `ansible==12.3.0`; it is fetched once."""
    folder = CACHE / package
    if not folder.exists():
        wheels = CACHE / f"{package}.wheels"
        download = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), package]
        subprocess.run(download, check=True)
        (wheel,) = wheels.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(folder, [name for name in archive.namelist() if name.startswith(part)])
        wheel.unlink()
    return folder / part
