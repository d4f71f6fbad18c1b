# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Take the pictures of the page of an access review that guides show.

    .venv/bin/python -m tests.tools.screenshots

Needs Chromium. The page is that of the sample which the site publishes. The pictures are kept in docs/pictures, since
not everybody who builds the site has a browser. Fonts differ between machines, so that no two make the same bytes.
"""

from __future__ import annotations

import sys
import tempfile
import typing as t
from pathlib import Path

from ..page.browser import Browser, found
from .site import PICTURES, write_sample


class Shot(t.NamedTuple):
    """A picture: the size of the window in pixels, and what it is scrolled to, an id in the page without its prefix."""

    width: int
    height: int
    section: str = ""


SHOTS = {
    "access-review.png": Shot(1200, 668),
    "access-review-findings.png": Shot(1200, 720, "findings"),
    "access-review-people.png": Shot(1200, 560, "people"),
    "access-review-narrow.png": Shot(390, 780),
}


def take(page: Path, shot: Shot, browser: Browser) -> bytes:
    """Return a picture of a page as PNG."""
    browser.open(page, width=shot.width, height=shot.height)
    if shot.section:
        browser.tell(f"document.querySelector('[id$=-{shot.section}]').scrollIntoView()")
    return browser.picture()


def main() -> int:
    """Take all pictures in place of those that were there; return the exit code."""
    program = found()
    if not program:
        print("There is no Chromium here: the pictures of the page stay as they are.", file=sys.stderr)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        page, browser = write_sample(Path(folder, "sample")), Browser(program, Path(folder, "profile"))
        for name, shot in SHOTS.items():
            (PICTURES / name).write_bytes(take(page, shot, browser))
            print(PICTURES / name)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
