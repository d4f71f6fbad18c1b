# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""From a decided table and its document to an attestation in a folder of its own."""

from __future__ import annotations

import datetime as dt
import json
import secrets
import typing as t
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import attestation, decide
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    ATTESTATION,
    DECIDED,
    DOCUMENT,
    SUMS,
    Kept,
    newest_attestation_file,
    read_document,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.todo import todo

TODO = "todo.md"
FILES = {"attestation": ATTESTATION, "todo": TODO, "decided": DECIDED, "sums": SUMS}


def attest(csv: Path, document: Path, dest: Path | None, now: dt.datetime, *, write: bool) -> dict[str, t.Any]:
    """Check a decided table against the document of its review, and return the attestation and where it was written.

    document: the file, or the folder that holds it; dest: None for the folder of its organization; write: False to
    write nothing, as in check mode. Raises InputError with all that is wrong, OSError where nothing can be written.
    """
    kept, table = _read(document / DOCUMENT if document.is_dir() else document), _bytes(csv, "csv")
    review = Review(kept.document)
    decided = decide(review, table)
    dest = dest or kept.path.parent.parent
    previous = newest_attestation_file(dest)
    told = attestation(decided, review, kept.path.read_bytes(), table, now, previous.read_bytes() if previous else None)
    paths: dict[str, str | None] = dict.fromkeys(FILES)
    if write:
        files = {
            ATTESTATION: (json.dumps(told, indent=2, sort_keys=True) + "\n").encode(),
            TODO: todo(decided, review).encode(),
            DECIDED: table,
        }
        stamp = now.astimezone(dt.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        written = write_folder(dest, f"decisions-{stamp}-{secrets.token_hex(2)}", files)
        paths = {name: str(written[file]) for name, file in FILES.items()}
    return {"attestation": told, "paths": paths}


def _read(path: Path) -> Kept:
    """Return a document that is as its review has left it."""
    try:
        kept = read_document(path.absolute())
    except (OSError, ValueError) as error:
        raise InputError([f"document: {path}: {error}"]) from None
    if not kept.verified:
        raise InputError(
            [
                f"document: {path} is not as the review has left it, or no {SUMS} beside it says so: what was decided "
                "may be about something else. Fetch the folder of the review anew, or review again"
            ]
        )
    if kept.document["status"] == "error":
        raise InputError([f"document: {path} is of a review that failed: there is nothing to decide about"])
    return kept


def _bytes(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError([f"{option}: {path}: {error.strerror or error}"]) from None
