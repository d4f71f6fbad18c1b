# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes for access reviews, run as they stand, but for ids of reviews and for days, which no guide can know.

What they bring files to is a small server here, a store or git's own over HTTP.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import re
import subprocess
import tarfile
import typing as t
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT, GLOBEX, OWNER
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, blocks, shell
from ansible_collections.orgops.elastic_cloud.tests.docs.stores import PASSWORD, USER, Store, repository, store
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import Local, local_server

pytestmark = pytest.mark.playbook
__all__ = ["reader"]
GUIDE = GUIDES / "guide_access_review_recipes.rst"
RECIPES = GUIDES / "guide_recipes.rst"
SAMPLE, SAMPLE_DAY, SAMPLE_KEY = "20260615T120004Z-3f9a", "2026-12-31", "VkRZb2w4NEJxT2pHb1"
JONAS, HAL = "jonas.weber@example.com", "hal.newcomer@example.com"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada.lindt@example.com"))
}
COLUMNS = ("decision", "reviewer", "decided_on", "decision_reason")


class Reviewer:
    """Somebody who follows the recipes, and what is in the folder of theirs."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.emulator, self.folder = reader, reader.emulator, reader.folder
        self.now = reader.emulator.clock.now()
        # The organization as it is wanted: the key in use has an end, and no key is of somebody who has left.
        for organization, variable in ((ACME, "EC_API_KEY"), (GLOBEX, "GLOBEX_EC_API_KEY")):
            for id_ in list(self.emulator.api_keys(organization)):
                self.emulator.revoke_key(id_)
            secret = self.emulator.add_key(
                organization, id=SAMPLE_KEY if organization == ACME else None, expires_at=self.now + dt.timedelta(90)
            )
            reader.environment[variable] = secret
        self.lay_out("The inventory that the recipes begin from")

    def lay_out(self, section: str) -> None:
        """Write the files of a section of the other recipes, and let the organization be as they say."""
        for block in blocks(RECIPES):
            if block.section == section and block.file:
                content = self.reader.write(block)
                if "acme" in block.file and "org_team_members" in content:
                    self.reader.make_it_so(content)

    def several(self) -> None:
        """Have a second organization."""
        self.lay_out("Several organizations")
        self.emulator.add_member(GLOBEX, "owner@example.org", OWNER)

    def define(self, **variables: object) -> None:
        """Change variables of acme."""
        path = self.folder / "inventory/host_vars/acme.yml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | variables), encoding="utf-8")

    def follow(self, section: str, review: str = SAMPLE) -> list[Callable[[], None]]:
        """Return what a section says, block by block: to write a file, or to run commands.

        review: the id that stands for the one of the guide.
        """
        day = (self.now + dt.timedelta(200)).strftime("%Y-%m-%d")
        steps: list[Callable[[], None]] = []
        for block in blocks(GUIDE):
            if block.section == section:
                text = block.text.replace(SAMPLE, review).replace(SAMPLE_DAY, day)
                ours = block._replace(text=text)
                if block.language == "shell":
                    steps.append(lambda text=text: self.reader.run(text))  # type: ignore[misc]
                elif "inventory/" in block.file:
                    steps.append(lambda ours=ours: self.reader.write(ours) and None)  # type: ignore[misc]
                else:
                    steps.append(lambda ours=ours: self.write(ours.file, ours.text))  # type: ignore[misc]
        assert steps, section
        return steps

    def write(self, name: str, text: str) -> None:
        """Write a file as it stands in the guide."""
        (self.folder / name).write_text(text, encoding="utf-8")

    def red(self, step: Callable[[], None]) -> str:
        """Run commands of which one fails; return the output."""
        with pytest.raises(AssertionError):
            step()
        return self.reader.output

    def reviews(self, organization: str = ACME, dest: str = "access-review") -> list[Path]:
        """Return the folders of reviews, the oldest first."""
        return sorted(path.parent for path in (self.folder / dest / organization).glob("2*/access-review.json"))

    def document(self, folder: Path | None = None) -> dict[str, t.Any]:
        """Return the document in a folder, of the newest review of acme by default."""
        found: dict[str, t.Any] = json.loads(((folder or self.reviews()[-1]) / "access-review.json").read_bytes())
        return found

    def decide(self, table: bytes, *revoked: str) -> bytes:
        """Return the table with what reviewers say, in the way of a spreadsheet: these people go, all else is kept."""
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
        for row in rows:
            told = ("revoke" if row["person"] in revoked else "keep", "carla.moretti@example.com", "2026-06-17", "known")
            row |= dict(zip(COLUMNS, told, strict=True))
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    def decided(self, *revoked: str) -> None:
        """Have a decided table of the newest review."""
        (self.folder / "decided").mkdir()
        table = self.decide((self.reviews()[-1] / "grants.csv").read_bytes(), *revoked)
        (self.folder / "decided/acme.csv").write_bytes(table)

    def container(self) -> None:
        """Go on in a new container: what a job has left is gone, and so is what it has fetched."""
        for name in ("access-review", "before", "evidence", "sums"):
            subprocess.run(["rm", "-rf", name], cwd=self.folder, check=True)

    def is_nowhere(self, *secrets: str) -> None:
        """See that no file here holds a secret, and that the output has none."""
        for secret in secrets:
            assert secret not in self.reader.output
            assert [path for path in files(self.folder) if secret.encode() in path.read_bytes()] == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def reviewer(reader: Reader) -> Reviewer:
    return Reviewer(reader)


def rules(document: dict[str, t.Any], *states: str) -> set[str]:
    """Return the rules of which there are findings in these states."""
    return {one["rule"] for one in document["findings"] if one["state"] in states}


def sums_are_right(folder: Path) -> bool:
    return subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=False, capture_output=True).returncode == 0


def test_a_quarter_from_the_review_to_what_was_carried_out(reviewer: Reviewer) -> None:
    reviewer.reader.give(HAL, EVERY_DEPLOYMENT)
    commands = "git init -q . && git add inventory && git commit -qm definition && git rev-parse HEAD"
    commit = shell(commands, reviewer.folder, reviewer.reader.environment | IDENTITY).stdout.split()[-1]
    review, *_later = reviewer.follow("Quarterly review")
    review()
    (first,) = reviewer.reviews()
    document = reviewer.document()
    assert document["run"]["definition"]["commit"] == commit
    assert "unmanaged_member" in rules(document, "new")
    reviewer.decided(HAL)
    _review, write, attest, change, apply, again = reviewer.follow("Quarterly review", first.name)
    write()
    attest()
    (decisions,) = first.parent.glob("decisions-*")
    assert f"1 to revoke, 0 to change, see {decisions}/todo.md" in reviewer.reader.output.replace("\n", "")
    assert HAL in (decisions / "todo.md").read_text("utf-8")
    change()
    apply()
    assert HAL not in reviewer.reader.people
    again()
    document = reviewer.document()
    assert (document["decisions"]["revoke"], document["decisions"]["carried_out"]) == (1, 1)
    assert document["decisions"]["outstanding"] == []
    assert "unmanaged_member" in rules(document, "resolved")
    # An auditor gets both, and the chain holds.
    check, chain_file, chain = reviewer.follow("Evidence for an auditor", first.name)
    check()
    assert "grants.csv: OK" in reviewer.reader.output
    chain_file()
    chain()
    page = first / "access-review.json"
    page.write_bytes(page.read_bytes().replace(HAL.encode(), b"hal.newcomer@example.org"))
    assert "names a review that is missing or was changed" in reviewer.red(chain)
    assert "access-review.json: FAILED" in reviewer.red(check)
