# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of an access review in a browser. `make page` runs this file, where there is a Chromium."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import typing as t
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page
from ansible_collections.orgops.elastic_cloud.tests.page.browser import Browser
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import DEPLOYMENT, OTHER, bare, failed, quiet, sample

KEPT = Path(os.environ["PAGE_FOLDER"])  # where pages, pictures and prints stay, to be looked at
AXE = KEPT / "node_modules/axe-core/axe.min.js"
NAMES = ("sample", "quiet", "bare", "failed", "several")
SHOWN = "[...document.querySelectorAll('%s')].filter((one) => one.getClientRects().length).length"
FINDINGS, PEOPLE = "tr[data-kind=finding]", "tr[data-kind=person]"


@pytest.fixture(scope="session")
def pages() -> dict[str, Path]:
    """The pages by their names."""
    made = {"sample": [sample()], "quiet": [quiet()], "bare": [bare()], "failed": [failed()]}
    made |= {"several": [sample(), failed(), quiet()], "big": [quiet(5000, 3)]}
    paths = {}
    for name, documents in made.items():
        text = page([Report(f"host{number}", one, "ab" * 32) for number, one in enumerate(documents)])
        paths[name] = KEPT / f"{name}.html"
        paths[name].write_text(text, encoding="utf-8")
    return paths


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """The browser."""
    there = Browser(os.environ["PAGE_BROWSER"], tmp_path_factory.mktemp("profile"))
    yield there
    there.close()


def keep(name: str, data: bytes) -> None:
    """Keep something to look at."""
    (KEPT / name).write_bytes(data)


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_asked_for_and_nothing_goes_wrong(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name])
    keep(f"{name}.png", browser.picture(whole=True))
    asked = [one["request"]["url"] for one in browser.reported("Network.requestWillBeSent")]
    assert asked == [pages[name].as_uri()]
    for kind in (
        "Log.entryAdded",
        "Runtime.exceptionThrown",
        "Runtime.consoleAPICalled",
        "Page.javascriptDialogOpening",
    ):
        assert browser.reported(kind) == [], kind


def test_the_policy_lets_nothing_else_run(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    browser.tell("document.body.insertAdjacentHTML('beforeend', '<img src=x:y onerror=\"window.caught = 1\">')")
    browser.tell("document.body.append(Object.assign(document.createElement('script'), {text: 'window.caught = 2'}))")
    browser.tell("new Promise((done) => setTimeout(done))")
    assert browser.tell("window.caught === undefined")
    assert browser.reported("Log.entryAdded")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1200, 390])
@pytest.mark.parametrize("name", NAMES)
def test_axe_finds_nothing(browser: Browser, pages: dict[str, Path], name: str, width: int, dark: bool) -> None:
    browser.open(pages[name], width=width, height=900, dark=dark)
    browser.tell(AXE.read_text(encoding="utf-8"))
    found = browser.tell(
        "axe.run(document).then((all) => ({passes: all.passes.length, violations: all.violations.map("
        "(one) => [one.id, one.help, one.nodes.slice(0, 3).map((node) => node.html)])}))"
    )
    assert found["violations"] == []
    assert found["passes"] > 20
    colours = browser.tell("getComputedStyle(document.body).backgroundColor")
    assert colours == ("rgb(20, 23, 26)" if dark else "rgb(255, 255, 255)")
    if name in ("sample", "several"):
        keep(f"{name}-{width}{'-dark' if dark else ''}.png", browser.picture(whole=True))


@pytest.mark.parametrize("name", NAMES)
def test_it_fits_a_narrow_window(browser: Browser, pages: dict[str, Path], name: str) -> None:
    browser.open(pages[name], width=390, height=844)
    assert browser.tell("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize(("width", "height"), [(1200, 600), (600, 1200)])
def test_what_matters_stands_on_the_first_screen(
    browser: Browser, pages: dict[str, Path], width: int, height: int
) -> None:
    browser.open(pages["sample"], width=width, height=height)
    keep(f"first-{width}x{height}.png", browser.picture())
    shown = browser.tell(
        "[...document.querySelectorAll('.verdict, h1, .sub, .tiles li')].map((one) => "
        "[one.textContent, one.getBoundingClientRect().top, one.getBoundingClientRect().bottom])"
    )
    assert all(0 <= top < bottom <= height for _text, top, bottom in shown)
    words = [text for text, _top, _bottom in shown]
    assert words[0].startswith("INCOMPLETE ")
    assert min(top for _text, top, _bottom in shown) == shown[0][1]
    for part in ("Acme & Söhne", "2026-11-24 09:00 UTC", "2 critical, open", "4 high, open"):
        assert any(part in text for text in words), part


def test_filters_work_without_the_script(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"], script=False)
    assert browser.tell("document.querySelectorAll('input[type=search]').length") == 0
    everything, everybody = browser.tell(SHOWN % FINDINGS), browser.tell(SHOWN % PEOPLE)
    assert (everything, everybody) == (16, 12)
    browser.tell("document.querySelector('.f-low').click()")
    assert browser.tell(SHOWN % FINDINGS) == everything - 4
    browser.tell("document.querySelector('.f-known').click()")
    assert browser.tell(SHOWN % FINDINGS) == everything - 6
    browser.tell("document.querySelector('.o-x').click()")
    assert browser.tell(SHOWN % PEOPLE) == 1
    browser.tell("document.querySelector('.o-x').click()")
    assert browser.tell(SHOWN % PEOPLE) == everybody
    keep("without-script.png", browser.picture(whole=True))


def test_the_script_searches_and_counts(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    tools = "document.querySelector('.people .tools')"
    assert browser.tell(f"{tools}.textContent").endswith("12 of 12 shown")
    search = f"(() => {{ const field = {tools}.querySelector('input[type=search]'); field.value = '%s'; "
    search += "field.dispatchEvent(new Event('input')); })()"
    browser.tell(search % "KIBANA_user logs")
    assert browser.tell(SHOWN % PEOPLE) == 1
    assert browser.tell(f"{tools}.textContent").endswith("1 of 12 shown")
    browser.tell(search % "")
    browser.tell("document.querySelector('.o-p').click()")
    assert browser.tell(f"{tools}.textContent").endswith(f"{browser.tell(SHOWN % PEOPLE)} of 12 shown")


def test_the_script_sorts(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    column = "[...document.querySelectorAll('.findings table')][0].tBodies[0].rows"
    words = f"[...{column}].map((row) => row.cells[%s].textContent)"
    before = browser.tell(words % 1)
    button = "document.querySelectorAll('.findings table')[0].tHead.rows[0].cells[%s]"
    assert browser.tell(f"{button % 1}.querySelector('button').getAttribute('aria-label')") == "Sort by State"
    browser.tell(f"{button % 1}.querySelector('button').click()")
    after = browser.tell(words % 1)
    assert after == sorted(before)
    assert after != before
    assert browser.tell(f"{button % 1}.getAttribute('aria-sort')") == "ascending"
    browser.tell(f"{button % 1}.querySelector('button').click()")
    assert browser.tell(words % 1)[0] == after[-1]
    browser.tell(f"{button % 0}.querySelector('button').click()")
    assert browser.tell(words % 0)[0] == "critical"
    assert browser.tell(words % 0)[-1] == "low"
    assert browser.tell(f"{button % 1}.getAttribute('aria-sort')") is None


def test_the_keyboard_gets_there(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    browser.press("Tab")
    assert browser.tell("document.activeElement.className") == "skip"
    assert browser.tell("document.activeElement.getBoundingClientRect().left") >= 0
    browser.press("Tab")
    assert browser.tell("document.activeElement.textContent") == "Evidence"


def test_names_are_shown_as_they_are_spelt(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["sample"])
    text = browser.tell("document.body.innerText")
    assert "<U+202E>gro.elpmaxe@ave<U+202C>" in text
    assert "<script>alert('1')</script>" in text
    assert browser.tell("document.querySelectorAll('img, main script').length") == 0


def test_fifteen_thousand_grants_open(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["big"])
    assert browser.tell("document.querySelectorAll('.people tr[data-kind=grant]').length") == 15_000
    assert browser.tell("document.querySelector('.people .tools').textContent").endswith("5000 of 5000 shown")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_it_prints(browser: Browser, pages: dict[str, Path], script: bool) -> None:
    browser.open(pages["sample"], script=script, dark=True)
    browser.tell("document.querySelector('.o-x').click()")  # what is hidden on the screen is printed
    printed = browser.pdf()
    keep("sample.pdf", printed)
    sizes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", printed)
    assert len(sizes) > 5
    assert all(float(width) > float(height) for width, height in sizes)
    if shutil.which("pdftotext"):
        check_print(len(sizes))


def check_print(sheets: int) -> None:
    command = ["pdftotext", "-layout", str(KEPT / "sample.pdf"), "-"]
    text = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    each = text.rstrip("\f").split("\f")
    assert len(each) == sheets
    for number, sheet in enumerate(each, 1):
        assert f"Page {number} of {sheets}" in sheet
    assert "Search" not in text
    assert "Sort" not in text
    assert {DEPLOYMENT, OTHER} <= set(re.findall(r"\b[0-9a-f]{32}\b", text))
    for email in ("ada@example.com", "nora@example.com", "pia@example.com"):
        assert email in text
    heads = [sheet for sheet in each if re.search(r"Role +On +State +Why +Since \(UTC\) +Until", sheet)]
    people = [sheet for sheet in each if re.search(r"(ada|mallory|sam)@\S+ .*active since", sheet)]
    assert len(people) > 1
    assert {*map(id, people)} <= {*map(id, heads)}


def test_a_page_of_several_begins_each_on_a_new_sheet(browser: Browser, pages: dict[str, Path]) -> None:
    browser.open(pages["several"])
    keep("several.pdf", browser.pdf())
    breaks: t.Any = browser.tell(
        "[...document.styleSheets[0].cssRules].filter((rule) => rule.conditionText === 'print').length"
    )
    assert breaks == 1
