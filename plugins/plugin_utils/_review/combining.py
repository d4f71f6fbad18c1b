# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""One page and one pair of tables for the reviews of several organizations."""

from __future__ import annotations

import datetime as dt
import secrets
import typing as t
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    DOCUMENT,
    SUMS,
    Kept,
    make_dest,
    read_document,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import (
    FINDINGS,
    GRANTS,
    Row,
    finding_rows,
    grant_rows,
    to_csv,
)

FILES = {"page": "access-review.html", "grants": "grants.csv", "findings": "findings.csv", "sums": SUMS}


def combine(
    documents: Sequence[Path],
    failed: Mapping[str, str],
    dest: Path,
    formats: Collection[str],
    now: dt.datetime,
    *,
    write: bool,
) -> dict[str, t.Any]:
    """Write what several organizations come to, and return which they are and where it stands.

    documents: files, or folders that hold them, in the order of the page; failed: by name, why there is no review of
    what else was to be reviewed; write: False to write nothing, as in check mode. Raises InputError with all that is
    wrong, OSError where nothing can be written.
    """
    kept, problems = [], []
    for path in documents:
        try:
            kept.append(_verified(path / DOCUMENT if path.is_dir() else path))
        except InputError as error:
            problems.append(str(error))
    if not (documents or failed):
        problems.append("documents: there is nothing to report on")
    if problems:
        raise InputError(problems)
    report_id = f"{now.astimezone(dt.timezone.utc):%Y%m%dT%H%M%SZ}-{secrets.token_hex(2)}"
    paths: dict[str, str | None] = dict.fromkeys(FILES)
    if write:
        make_dest(dest)
        written = write_folder(dest / "combined", report_id, _files(kept, failed, formats))
        paths = {name: str(written[file]) if file in written else None for name, file in FILES.items()}
    organizations = [
        {
            "organization_id": one.document["source"]["organization"]["id"],
            "status": one.document["status"],
            "report_id": one.document["report"]["id"],
            "sha256": one.sha256,
        }
        for one in kept
    ]
    return {"organizations": organizations, "report": {"id": report_id, "paths": paths}}


def _files(kept: Sequence[Kept], failed: Mapping[str, str], formats: Collection[str]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    if "html" in formats:
        reports = [Report(one.document["source"]["organization"]["id"], one.document, one.sha256) for one in kept]
        reports += [Report(name, None, None, message) for name, message in failed.items()]
        files[FILES["page"]] = page(reports).encode()
    if "csv" in formats:
        files[FILES["grants"]] = to_csv(GRANTS, _rows(kept, grant_rows))
        files[FILES["findings"]] = to_csv(FINDINGS, _rows(kept, finding_rows))
    return files


def _rows(kept: Iterable[Kept], rows: Callable[[Review], Iterable[Row]]) -> Iterable[Row]:
    for one in kept:
        if one.document["status"] != "error":
            yield from rows(Review(one.document))


def _verified(path: Path) -> Kept:
    try:
        kept = read_document(path.absolute())
    except (OSError, ValueError) as error:
        raise InputError([f"documents: {path}: {error}"]) from None
    if not kept.verified:
        raise InputError([f"documents: {path} is not as its review has left it, or no {SUMS} beside it says so"])
    return kept
