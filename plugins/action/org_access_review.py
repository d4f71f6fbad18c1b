# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module org_access_review like any other, and writes on the controller what the review leaves."""

from __future__ import annotations

import json
import tempfile
import typing as t
from pathlib import Path

from ansible import constants
from ansible.plugins.action.normal import ActionModule as ModuleRunner

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import InputError
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.handing import HANDED, Handed, decisions_to
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.decisions import decisions_of
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    DOCUMENT,
    SUMS,
    destination,
    make_dest,
    newest_attestation,
    newest_document,
    read_attestation,
    read_document,
    write_folder,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.reading import Review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import findings_table, grants_table

FILES = {"document": DOCUMENT, "page": "access-review.html", "grants": "grants.csv", "findings": "findings.csv"}
PLATFORM = {
    "job_id": "job_id",
    "job_template": "job_template_name",
    "launched_by": "user_name",
    "project_revision": "project_revision",
}
Result = dict[str, t.Any]


class ActionModule(ModuleRunner):  # type: ignore[misc]
    """The module, and the files beside it."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> Result:
        """Return the result of the module, with where the files are."""
        variables = task_vars or {}
        if self._task.async_val:
            return _failure("this module does not support async: its plugin writes the files when the module has ended")
        try:
            dest = destination(self._option("dest") or "access-review")
            previous, decisions = self._previous(dest), self._decisions(dest)
        except InputError as error:
            return _failure(str(error))
        local = self._connection.transport == "local"
        remote = None if local else self._make_tmp_path()
        with tempfile.TemporaryDirectory(dir=constants.DEFAULT_LOCAL_TMP) as folder:
            document = Path(folder, DOCUMENT)
            document.touch(mode=0o600)
            if not local:
                previous = {name: _inline(one) for name, one in previous.items()}
            handed = Handed(
                str(document) if local else None,
                bool(variables.get("ansible_check_mode")),
                _platform(variables),
                previous,
                decisions,
            )
            path = Path(folder, "handed.json")
            path.write_text(handed.text(), encoding="utf-8")
            there = str(path) if local else self._sent(str(path), f"{remote}/handed.json", str(remote))
            self._task.environment = [*(self._task.environment or []), {HANDED: there}]
            try:
                result: Result = super().run(tmp, task_vars)
            finally:
                if remote:
                    self._remove_tmp_path(remote)
            content = document.read_bytes()
        if "document" in result:
            content = encode(result.pop("document"))
        if content and "report" in result:
            self._leave(result, content, dest, variables)
        return result

    def _option(self, name: str) -> str | None:
        value = self._task.args.get(name)
        return str(value).strip() or None if value is not None else None

    def _sent(self, path: str, there: str, folder: str) -> str:
        """Bring a file to where the module runs, for it alone to read."""
        self._transfer_file(path, there)
        self._fixup_perms2((folder, there))
        return there

    def _leave(self, result: Result, content: bytes, dest: Path, variables: dict[str, t.Any]) -> None:
        """Write the files, unless this is check mode, and say where they are."""
        if self._task.check_mode:
            result.setdefault("warnings", []).append(
                "In check mode no files are written, so no evidence is left. The role org_access_review writes them."
            )
            return
        document = json.loads(content)
        files = {DOCUMENT: content}
        formats = self._task.args.get("formats") or ["html", "csv"]
        sha256 = result["report"]["sha256"]
        if "html" in formats:
            name = str(variables.get("inventory_hostname", ""))
            files[FILES["page"]] = page([Report(name, document, sha256)]).encode()
        if "csv" in formats and document["status"] != "error":
            review = Review(document)
            files |= {FILES["grants"]: grants_table(review), FILES["findings"]: findings_table(review)}
        try:
            make_dest(dest)
            parent = dest / _folder_of(document["source"]["organization"]["id"])
            written = write_folder(parent, document["report"]["id"], files)
        except (OSError, InputError) as error:
            what = f"The files of the review could not be written: {error}"
            result |= {"failed": True, "msg": f"{what}. {result.get('msg', '')}".strip()}
            return
        found = {name: str(written[file]) if file in written else None for name, file in FILES.items()}
        result["report"]["paths"] = {**found, "sums": str(written[SUMS])}

    def _previous(self, dest: Path) -> dict[str, Result]:
        """Return, by organization, the review to compare with; by the empty text the one that was asked for."""
        asked = self._option("previous")
        if asked == "none":
            return {}
        if asked:
            path = Path(asked)
            path = path / DOCUMENT if path.is_dir() else path
            try:
                found = read_document(path.resolve())
            except (OSError, ValueError) as error:
                raise InputError([f"previous: {path}: {error}"]) from None
            return {"": {"path": str(found.path), "sha256": found.sha256, "verified": found.verified}}
        kept = ((name, newest_document(folder)) for name, folder in self._organizations(dest))
        return {
            name: {"path": str(one.path), "sha256": one.sha256, "verified": one.verified} for name, one in kept if one
        }

    def _decisions(self, dest: Path) -> dict[str, Result]:
        """Return likewise what was decided."""
        asked = self._option("decisions")
        if asked == "none":
            return {}
        if asked:
            found = read_attestation(Path(asked) if Path(asked).is_dir() else Path(asked).parent)
            if not found:
                raise InputError([f"decisions: {asked} contains no attestation with correct checksums"])
            return {"": decisions_to(decisions_of(*found))}
        kept = ((name, newest_attestation(folder)) for name, folder in self._organizations(dest))
        return {name: decisions_to(decisions_of(*one)) for name, one in kept if one}

    def _organizations(self, dest: Path) -> list[tuple[str, Path]]:
        """Return the organizations that there are reviews of; the one alone that is reviewed, where that is known."""
        asked = self._option("organization_id")
        if asked:
            return [(asked, dest / _folder_of(asked))]
        return [(one.name, one) for one in sorted(dest.iterdir()) if one.is_dir()] if dest.is_dir() else []


def _folder_of(organization_id: str) -> str:
    """Return the name of an organization's folder. Raises InputError where the id would lead elsewhere."""
    if organization_id in ("", ".", "..") or "/" in organization_id or "\0" in organization_id:
        raise InputError([f"organization_id: {organization_id!r} cannot be the name of a folder"])
    return organization_id


def _inline(found: Result) -> Result:
    """Return a previous document itself in place of its path."""
    try:
        document = json.loads(Path(found["path"]).read_bytes())
    except (OSError, ValueError):
        document = {}
    return {"document": document, "sha256": found["sha256"], "verified": found["verified"]}


def _platform(variables: dict[str, t.Any]) -> dict[str, str | None] | None:
    """Return what an automation platform tells of the job by extra variables, None where none does."""
    told = {
        name: variables.get(f"awx_{variable}", variables.get(f"tower_{variable}"))
        for name, variable in PLATFORM.items()
    }
    if not any(told.values()):
        return None
    return {name: None if value is None else str(value) for name, value in told.items()}


def _failure(message: str) -> Result:
    return {"failed": True, "changed": False, "msg": message}
