# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The places where people begin say the same: the README, the site's first page, the guide. The README looks alike on
GitHub and on Galaxy, and the site has its contents in the order in which readers need them.
"""

from __future__ import annotations

import re
import typing as t
from pathlib import Path

import pytest
import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, ROOT, blocks
from ansible_collections.orgops.elastic_cloud.tests.tools import site

README = ROOT / "README.md"
GUIDE = GUIDES / "guide_getting_started.rst"


def documents(path: Path) -> list[t.Any]:
    """Return what the blocks of YAML in a document hold."""
    return [yaml.safe_load(block.text) for block in blocks(path) if block.language == "yaml"]


def tokens(text: str) -> list[Token]:
    """Return what Markdown is made of, as GitHub reads it, that within paragraphs too."""
    found = MarkdownIt("commonmark").enable("table").parse(text)
    return [token for outer in found for token in (outer, *(outer.children or []))]


def test_everybody_begins_with_the_same_definition() -> None:
    guide = documents(GUIDE)
    (definition,) = (one for one in guide if "org_team_members" in one)
    (adoption,) = (one for one in guide if isinstance(one, list))
    assert definition in documents(README)
    assert definition in documents(site.START)
    assert adoption in documents(README)
    assert adoption in documents(GUIDES / "guide_recipes.rst")


def test_the_readme_needs_nothing_that_only_one_site_renders() -> None:
    found = tokens(README.read_text(encoding="utf-8"))
    assert [token.content for token in found if token.type in ("html_block", "html_inline")][1:] == []  # the licence
    pictures = [token for token in found if token.type == "image"]
    assert pictures
    assert all(token.content and str(token.attrs["src"]).startswith("https://") for token in pictures)
    assert len([token for token in found if token.type == "fence"]) == len(blocks(README))
    links = [str(token.attrs["href"]) for token in found if token.type == "link_open"]
    assert [link for link in links if not link.startswith(("https://", "#"))] == []


def test_the_readme_names_files_and_pages_that_are_there() -> None:
    text = README.read_text(encoding="utf-8")
    named = re.findall(r"ansible-elastic-cloud/(?:blob/|tree/|)main/([\w./-]+)", text)
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).exists()] == []
    pages = re.findall(r"ansible-elastic-cloud/docsite/(\w+)\.html", text)
    assert len(pages) > 5
    assert [page for page in pages if not (GUIDES / f"{page}.rst").exists()] == []


def test_the_readme_says_what_it_is_before_anything_else_and_installs_before_it_is_used() -> None:
    found = tokens(README.read_text(encoding="utf-8"))
    first = next(token.content for token in found if token.type == "inline" and "." in token.content[-1:])
    assert first.startswith("This collection gives")
    titles = re.findall(r"^## (.+)$", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert titles[:4] == [
        "Try it without an account",
        "Installation",
        "Prove it on your organization, without a write",
        "Use it",
    ]


def test_the_site_begins_with_the_first_steps_and_ends_with_releases(tmp_path: Path) -> None:
    for page in ("org_team_role", "org_team_module", "org_info_module", "org_team_report_filter", "index"):
        (tmp_path / f"{page}.rst").write_text("As antsibull-docs has written it", encoding="utf-8")
    site.write_start(tmp_path)
    text = (tmp_path / "index.rst").read_text(encoding="utf-8")
    assert "antsibull" not in text
    captions = re.findall(r":caption: ([\w ]+)$", text, re.MULTILINE)
    assert captions == [
        "First steps",
        "Everyday use",
        "Background",
        "Roles",
        "Modules",
        "Inside of the roles",
        "Releases",
    ]
    entries = re.findall(r"^   ([\w (]+\)?) <\w+>$", text, re.MULTILINE)
    assert entries == ["org_team", "org_info", "org_team", "org_team_report (filter)", "Release notes"]
    assert text.index("docsite/guide_getting_started\n") < text.index("docsite/guide_recipes\n")


@pytest.mark.parametrize("name", [path.name for path in sorted(site.PICTURES.glob("*.svg"))])
def test_pictures_of_the_first_page_can_be_had_in_full(name: str) -> None:
    assert f":target: pictures/{name}\n" in site.START.read_text(encoding="utf-8")
