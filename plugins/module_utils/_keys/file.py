# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The file that a new key is written to, and the one beside it with the key's id."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.plan import AtHand

RESERVED = 4096  # bytes that are written before a key is asked for, so that a full disk shows before there is one
LONGEST_ID = 1000  # characters that are read of an id


class IdNotWritten(OSError):
    """The new key is in its file, and its id could not be written beside it."""


class KeyFile:
    """`dest` and `DEST.id`, on the host that runs the module."""

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self.id_path = Path(f"{path}.id")

    def problem(self) -> str | None:
        """Return what forbids to write there, None where nothing does."""
        folder = self.path.parent
        for path in (self.path, self.id_path):
            try:
                mode = path.lstat().st_mode
            except FileNotFoundError:
                continue
            except OSError as error:
                return f"{path} cannot be inspected: {error.strerror}"
            if not stat.S_ISREG(mode):
                kind = "a link" if stat.S_ISLNK(mode) else "a folder" if stat.S_ISDIR(mode) else "no file"
                return f"{path} is {kind}; give the path of a file, which need not exist yet"
        if not folder.is_dir():
            return f"the folder {folder} does not exist on the host that runs the module"
        if not os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids):
            return f"the folder {folder} cannot be written by the user who runs the module"
        return None

    def at_hand(self) -> AtHand:
        """Return what there is. Raises OSError where that cannot be told."""
        secret = self.path.exists() and self.path.stat().st_size > 0
        with contextlib.suppress(FileNotFoundError), self.id_path.open(encoding="utf-8", errors="replace") as file:
            return AtHand(secret, file.read(LONGEST_ID).strip())
        return AtHand(secret, None)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Draft]:
        """Return the new files while they have temporary names in the same folder; what is not put in its place is
        gone afterwards. Raises OSError.
        """
        with contextlib.ExitStack() as undo:
            yield Draft(self, _Temporary(self.path.parent, undo), _Temporary(self.path.parent, undo))


class Draft:
    """A new key's file and that of its id, which have temporary names yet."""

    def __init__(self, file: KeyFile, secret: _Temporary, id_: _Temporary) -> None:
        self._file, self._secret, self._id = file, secret, id_

    def put(self, secret: str, id_: str) -> None:
        """Write both and put them in their places, so that the id there never is that of another key than the one in
        `dest`. Raises OSError, and then the old files are there; IdNotWritten, and then the new key is there alone.
        """
        self._secret.fill(secret)
        self._id.fill(id_)
        path, id_path = self._file.path, self._file.id_path
        with _alone_in(path.parent):
            aside = f"{self._id.name}.old"
            with contextlib.suppress(FileNotFoundError):
                os.rename(id_path, aside)
            try:
                os.rename(self._secret.name, path)
            except OSError:
                with contextlib.suppress(FileNotFoundError):
                    os.rename(aside, id_path)
                raise
            try:
                os.rename(self._id.name, id_path)
            except OSError as error:
                raise IdNotWritten(*error.args) from None
            finally:
                with contextlib.suppress(OSError):
                    os.unlink(aside)


class _Temporary:
    """A file of mode 0600 with a name of its own, and room on the disk."""

    def __init__(self, folder: Path, undo: contextlib.ExitStack) -> None:
        self._descriptor, self.name = tempfile.mkstemp(prefix=".new-api-key-", dir=folder)
        undo.callback(self._drop)
        os.write(self._descriptor, b"\0" * RESERVED)
        os.fsync(self._descriptor)

    def fill(self, text: str) -> None:
        """Have this text in it and nothing else, on the disk."""
        content = text.encode()
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        if os.write(self._descriptor, content) != len(content):
            raise OSError("only a part of the file could be written")
        os.ftruncate(self._descriptor, len(content))
        os.fsync(self._descriptor)

    def _drop(self) -> None:
        os.close(self._descriptor)
        with contextlib.suppress(OSError):
            os.unlink(self.name)


@contextlib.contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let no other run put files in their places in a folder meanwhile, where its file system knows how to."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
        with contextlib.suppress(OSError):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
