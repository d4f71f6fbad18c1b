# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""How far a run is: the module writes it into a file, and the action plugin shows what it finds there (plugin_utils).

Ansible has no way for a module to say something before it ends: whatever it prints is taken for its result.
"""

from __future__ import annotations

import contextlib
import pathlib
from collections.abc import Callable

FILE = "ORGOPS_ELASTIC_CLOUD_PROGRESS"  # the environment variable that names the file

Tell = Callable[[str], None]


def to_nobody(_text: str) -> None:
    """Tell nobody how far a run is."""


def to_file(path: str) -> Tell:
    """Return what writes into a file how far a run is. That it cannot be written does not keep a run from going on."""

    def tell(text: str) -> None:
        with contextlib.suppress(OSError):
            pathlib.Path(path).write_text(text, encoding="utf-8")

    return tell
