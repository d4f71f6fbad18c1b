# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The folders of reviews and attestations on the controller: how they are written, found and verified."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import typing as t
from collections.abc import Iterator, Mapping
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError

COLLECTION = Path(__file__).resolve().parents[3]
SUMS = "SHA256SUMS"
DOCUMENT = "access-review.json"
ATTESTATION, DECIDED = "attestation.json", "decided.csv"


class Kept(t.NamedTuple):
    """A document as it lies in its folder. sha256: of its bytes; verified: whether SHA256SUMS has the same."""

    path: Path
    document: dict[str, t.Any]
    sha256: str
    verified: bool


def write_folder(parent: Path, name: str, files: Mapping[str, bytes]) -> dict[str, Path]:
    """Write files into a new folder, with their sums, and return where each stands; SHA256SUMS too.

    Whoever owns the folder may read it, and nobody else. Each file gets a name of its own until it is whole. Nothing is
    overwritten: FileExistsError where the folder is there.
    """
    parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = parent / name
    folder.mkdir(mode=0o700)
    sums = "".join(f"{hashlib.sha256(content).hexdigest()}  {file}\n" for file, content in sorted(files.items()))
    return {file: _write(folder / file, content) for file, content in [*files.items(), (SUMS, sums.encode())]}


def destination(value: str) -> Path:
    """Return the folder that everything goes to. Raises InputError for one that an update of the collection removes."""
    dest = Path(os.path.abspath(os.path.expanduser(value)))
    if dest.resolve().is_relative_to(COLLECTION):
        raise InputError([f"dest: {dest} is within the collection, which an update replaces"])
    return dest


def make_dest(dest: Path) -> None:
    """Make the folder that all reviews go to, if it is not there, such that git leaves it alone."""
    if not dest.exists():
        dest.mkdir(mode=0o700, parents=True)
        _write(dest / ".gitignore", b"*\n")


def _write(path: Path, content: bytes) -> Path:
    unfinished = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    return path


def read_document(path: Path) -> Kept:
    """Return a document. Raises OSError where it cannot be read, ValueError where it is none of ours."""
    content = path.read_bytes()
    document = json.loads(content)
    if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("access-review/1"):
        raise ValueError("is no document of an access review that this version knows")
    sha256 = hashlib.sha256(content).hexdigest()
    return Kept(path, document, sha256, sums_in(path.parent).get(path.name) == sha256)


def sums_in(folder: Path) -> dict[str, str]:
    """Return the sums that a folder's SHA256SUMS has, by file; none where there is no such file."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    parts = [line.split(maxsplit=1) for line in lines]
    return {one[1].lstrip("*"): one[0].lower() for one in parts if len(one) == 2}


def newest_document(folder: Path) -> Kept | None:
    """Return the newest document of an organization whose review did not fail, None where there is none.

    folder: of the organization. What cannot be read counts as not verified, so that nobody loses the chain unnoticed.
    """
    for one in _newest_first(folder, DOCUMENT):
        try:
            found = read_document(one)
        except (OSError, ValueError):
            return Kept(one, {}, "0" * 64, False)
        if found.document.get("status") != "error":
            return found
    return None


def newest_attestation(folder: Path) -> tuple[dict[str, t.Any], bytes] | None:
    """Return the newest attestation of an organization whose sums are right, and the table that was decided."""
    path = newest_attestation_file(folder)
    return read_attestation(path.parent) if path else None


def newest_attestation_file(folder: Path) -> Path | None:
    """Return where that attestation stands, None where there is none."""
    return next((one for one in _newest_first(folder, ATTESTATION) if read_attestation(one.parent)), None)


def read_attestation(folder: Path) -> tuple[dict[str, t.Any], bytes] | None:
    """Return the attestation in a folder and the table that was decided, None where the sums are not right."""
    sums = sums_in(folder)
    try:
        attested, table = ((folder / name).read_bytes() for name in (ATTESTATION, DECIDED))
        told = json.loads(attested)
    except (OSError, ValueError):
        return None
    right = sums.get(ATTESTATION) == hashlib.sha256(attested).hexdigest()
    right = right and sums.get(DECIDED) == hashlib.sha256(table).hexdigest()
    return (told, table) if right and isinstance(told, dict) else None


def _newest_first(folder: Path, name: str) -> Iterator[Path]:
    """Yield the files of this name in the folders below, whose names begin with a time."""
    if folder.is_dir():
        yield from sorted(
            (one / name for one in folder.iterdir() if (one / name).is_file()),
            key=lambda path: path.parent.name.removeprefix("decisions-"),
            reverse=True,
        )
