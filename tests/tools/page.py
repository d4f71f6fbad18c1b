# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Try the page of an access review in a browser, where there is one.

    .venv/bin/python -m tests.tools.page

Needs Chromium, and npm for axe-core, whose version tests/page/package-lock.json pins. Pages, pictures and prints stay
in .cache/page, to be looked at.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from ..page.browser import found

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".cache/page"
TESTS = ROOT / "tests/page"


def main() -> int:
    """Return how it went, as the status of a process."""
    browser, npm = found(), shutil.which("npm")
    if not browser or not npm:
        print(f"page: not run: there is no {'npm' if browser else 'Chromium'} here")
        return 0
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(TESTS / name, FOLDER / name)
    axe = json.loads((TESTS / "package-lock.json").read_text("utf-8"))["packages"]["node_modules/axe-core"]["version"]
    subprocess.run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=FOLDER, check=True)
    told = subprocess.run([browser, "--version"], check=True, capture_output=True, text=True).stdout
    version = re.search(r"\S+ [\d.]+", told)
    # Its name keeps the file away from those who look for tests without a browser.
    tests = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", TESTS / "check_page.py"],
        cwd=ROOT,
        env=os.environ | {"PAGE_FOLDER": str(FOLDER), "PAGE_BROWSER": browser},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
    )
    print(tests.stdout, end="")
    passed = re.search(r"(?m)^(\d+) passed", tests.stdout)
    if tests.returncode or not passed:
        return tests.returncode or 1
    print(f"page: {passed[1]} passed, {version[0] if version else 'a browser'}, axe-core {axe}; look at {FOLDER}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
