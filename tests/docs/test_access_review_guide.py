# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The guide about access reviews, followed to the next review; its tables, its sample and its pictures."""

from __future__ import annotations

import csv
import json
import re
import struct
import typing as t
from pathlib import Path

import jsonschema
import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import NOT_EXEMPTED, RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import NOT_VERIFIED
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.gaps import PARTS
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.folders import (
    DOCUMENT,
    read_attestation,
    read_document,
)
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.rules import MEANINGS
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.tables import DECIDED
from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import DOCUMENTS, GUIDES, ROOT, Block, blocks
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.tools import sample, screenshots, site
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import planted
from ansible_collections.orgops.elastic_cloud.tests.unit.samples import ORGANIZATION

__all__ = ["reader"]
GUIDE = GUIDES / "guide_access_reviews.rst"
TEXT = GUIDE.read_text(encoding="utf-8")
HAL = "hal.newcomer@example.com"
REVIEW = "20261124T090003Z-3f9a"  # as the guide calls it
CONTROL = re.compile(r"CC6\.[123]|A\.5\.1[568]|A\.8\.2|PCI 7\.2|AC-[26]|CIS")
FRAMEWORKS = (r"CC6", r"A\.\d", r"AC-")


def section(name: str, guide: Path = GUIDE) -> list[Block]:
    """Return the blocks of a section."""
    return [block for block in blocks(guide) if block.section == name]


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table in a section, without its head."""
    table = re.split(r"\n(?=\S.*\n[-~]{3,}\n)", TEXT.split(f"\n{title}\n--")[1])[0]
    found = [re.split(r"\n     - ", row) for row in re.split(r"\n   \* - ", table)[2:]]
    return [[" ".join(cell.split()) for cell in row] for row in found]


def reviews(folder: Path) -> list[Path]:
    """Return the folders of reviews, the oldest first."""
    return sorted(path.parent for path in folder.glob(f"access-review/{ACME}/*/{DOCUMENT}"))


def read(folder: Path) -> dict[str, t.Any]:
    """Return the document of a review that is as it was left."""
    kept = read_document(folder / DOCUMENT)
    assert kept.verified
    return kept.document


def decide(table: Path, decided: Path) -> int:
    """Fill in the table as the guide says: what was proposed, and a reason where something is kept all the same."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        filled = list(csv.DictReader(file))
    for row in filled:
        decision = "revoke" if row["proposal"] == "revoke" else "keep"
        told = (decision, "rita@example.com", "2026-11-26", "" if row["proposal"] == "keep" else "as agreed")
        row |= dict(zip(DECIDED, told, strict=True))
    with decided.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, filled[0], delimiter=";")
        writer.writeheader()
        writer.writerows(filled)
    return sum(row["decision"] == "revoke" for row in filled)


@pytest.mark.playbook
def test_from_a_review_to_what_the_next_one_says_of_its_decisions(reader: Reader) -> None:
    for block in section("The inventory that the recipes begin from", GUIDES / "guide_recipes.rst"):
        if "org_team_members" in (content := reader.write(block)):
            reader.make_it_so(content)
    reader.give(HAL, EVERY_DEPLOYMENT)
    reader.emulator.keys[:] = [key for key in reader.emulator.keys if key.user_id != "4711"]  # nobody of this guide
    variables, run, shown = section("Run it")
    reader.write(variables)
    reader.run(run.text)
    assert reader.sees(shown), reader.output
    (made,) = reviews(reader.folder)
    document = read(made)
    assert {(one["rule"], one["subject"]["label"]) for one in document["findings"]} >= {("unmanaged_member", HAL)}

    revoked = decide(made / "grants.csv", reader.folder / "decided.csv")
    (attest,) = [block for block in section("Decide") if block.language == "shell"]
    reader.run(attest.text.replace(REVIEW, made.name))
    (attested,) = (path for path in made.parent.iterdir() if path.name.startswith("decisions-"))
    told, _table = read_attestation(attested) or ({}, b"")
    assert (told["result"], told["report_id"]) == ("approved_with_exceptions", made.name)
    assert HAL in (attested / "todo.md").read_text(encoding="utf-8")

    verify, verified = section("Verify it")
    reader.run(verify.text.replace(REVIEW, made.name))
    assert reader.output == verified.text

    reader.emulator.remove(ACME, HAL)
    reader.run(run.text)
    after = read(reviews(reader.folder)[-1])["decisions"]
    assert after["from"]["report_id"] == made.name
    assert after["revoke"] == after["carried_out"] == revoked > 0


def test_every_block_of_the_guide_is_followed_or_looked_at() -> None:
    followed = ("Run it", "Decide", "Verify it")
    others = [block for block in blocks(GUIDE) if block.section not in followed]
    assert [(block.section, block.language) for block in others] == [
        ("What matters", "yaml"),
        ("What is left", "text"),
    ]


def test_the_files_that_the_guide_lists_are_those_that_are_left() -> None:
    (listed,) = section("What is left")
    named = {name for name in re.findall(r"^ +([\w.-]+)", listed.text, re.MULTILINE) if not re.match(r"\d", name)}
    left = {name for contents in sample.files().values() for name in contents} | {"SHA256SUMS"}
    assert {name for name in named if "." in name or name.isupper()} == left


def test_the_table_of_rules_is_that_of_the_code() -> None:
    table = rows("The rules")
    assert [row[:4] for row in table] == [
        [rule.severity, f"``{rule.id}``{' (D)' if rule.drift else ''}", MEANINGS[rule.id], rule.remedy]
        for rule in RULES.values()
    ]


def test_every_rule_relates_to_controls_and_none_is_said_to_be_met() -> None:
    for _severity, rule, _meaning, _remedy, controls in rows("The rules"):
        named = re.split(r"[,;] ", controls)
        assert all(CONTROL.fullmatch(one) for one in named), rule
        assert len(set(named)) == len(named) > 0, rule
        assert ("CIS" in named) == ("many_owners" in rule or "few_owners" in rule), rule
    assert not re.search(r"(?i)\bcompl(y|ies|iant|iance)\b", TEXT)


def test_the_table_of_gaps_is_that_of_the_code() -> None:
    begun = re.compile(r"\bGap\(\s*([^,]+),")
    code = [path.read_text(encoding="utf-8") for path in (ROOT / "plugins/module_utils/_review").glob("*.py")]
    made = {found for text in code for found in begun.findall(text)}
    several = {
        'f"{part}_on_further_pages"': {"members_on_further_pages", "invitations_on_further_pages"},
        'f"{part}_not_read"': {f"{part}_not_read" for part in PARTS},
        "NOT_VERIFIED": {NOT_VERIFIED},
    }
    assert several.keys() <= made
    codes = set().union(*several.values(), *({json.loads(one)} for one in made - several.keys()))
    assert [row[0] for row in rows("The gaps")] == [f"``{code}``" for code in sorted(codes)]


def test_what_is_not_seen_is_what_the_page_says() -> None:
    page = (ROOT / "plugins/plugin_utils/_review/page.html.j2").read_text(encoding="utf-8")
    said = re.findall(
        r"^<li>([^{<\n]+)$", page.split("What this report does not see")[1].split("</ul>")[0], re.MULTILINE
    )
    told = TEXT.split("What it does not see\n")[1].split("Nor does")[0]
    assert re.findall(r"^- (.+)$", told, re.MULTILINE) == said
    assert len(said) > 3


def test_what_nothing_exempts_is_told() -> None:
    assert len(NOT_EXEMPTED) == 3
    told = "A decision that was not carried out, somebody who should be gone, an exemption that has run out, and gaps"
    assert f"{told} cannot be exempted" in " ".join(TEXT.split())


def test_variables_that_matter_are_listed_with_their_defaults() -> None:
    defaults = yaml.safe_load((ROOT / "roles/org_access_review/defaults/main.yml").read_text(encoding="utf-8"))
    table = TEXT.split("\nWhat matters\n")[1].split("\nWhat is red")[0]
    named = re.findall(r"^   \* - ``(org_access_review_\w+)``(?:, ``(\w+)``)?$", table, re.MULTILINE)
    assert {name for pair in named for name in pair if name} < defaults.keys()
    owners = [defaults[f"org_access_review_{name}_owners"] for name in ("min", "max")]
    assert "{} and {}.".format(*owners) in table
    assert f"``{defaults['org_access_review_fail_on']}``" in table
    assert f"{defaults['org_access_review_carry_out_within'].removesuffix('d')} days" in TEXT


def test_the_sample_finds_what_is_planted_and_has_a_chain() -> None:
    _world, expected = planted()
    contents = sample.files()
    assert contents == sample.files()
    documents = {name: json.loads(contents[name][DOCUMENT]) for name in (sample.FIRST, sample.SECOND)}
    schema = json.loads((ROOT / "docs/access-review-1.schema.json").read_text(encoding="utf-8"))
    for document in documents.values():
        jsonschema.validate(document, schema)
        assert document["completeness"]["gaps"] == []
    last = documents[sample.SECOND]
    found = {(one["rule"], one["subject"]["key"]) for one in last["findings"] if one["state"] != "resolved"}
    assert found == expected
    assert {one["state"] for one in last["findings"]} == {"new", "open", "exempted", "resolved"}
    assert (last["decisions"]["revoke"], last["decisions"]["carried_out"]) == (2, 1)
    told = json.loads(contents[sample.DECISIONS]["attestation.json"])
    assert last["previous"] == {"report_id": sample.FIRST, "sha256": told["document_sha256"], "verified": True}


def test_the_sample_can_be_read_by_everybody_and_verified(tmp_path: Path) -> None:
    page = sample.write(tmp_path / "sample")
    folders = sorted((tmp_path / "sample" / ORGANIZATION).iterdir())
    assert page.parent in folders
    assert [read_document(one / DOCUMENT).verified for one in folders if (one / DOCUMENT).exists()] == [True, True]
    assert [path for path in page.parents[2].rglob("*") if path.stat().st_mode & 0o004 == 0] == []


def test_pictures_are_small_have_their_size_and_are_described() -> None:
    for name, shot in screenshots.SHOTS.items():
        data = (site.PICTURES / name).read_bytes()
        assert data.startswith(b"\x89PNG")
        assert struct.unpack(">II", data[16:24]) == (shot.width, shot.height)
        assert len(data) < 200_000
        assert (site.PICTURES / f"{name}.license").exists()
        assert re.search(rf"^\.\. figure:: {site.PAGES}/pictures/{name}\n   :alt: \S", TEXT, re.MULTILINE), name


def test_every_picture_of_a_guide_is_there() -> None:
    shown = [
        uri
        for path in DOCUMENTS
        for uri in re.findall(r"^ *\.\. (?:figure|image):: (\S+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    # The first page is on our own site alone; what is published elsewhere too needs the whole address.
    assert [one for one in shown if not one.startswith((f"{site.PAGES}/pictures/", "/pictures/"))] == []
    assert [one for one in shown if not (site.PICTURES / one.rpartition("/")[2]).exists()] == []
