# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Pictures show what runs print today, whoever sees them and whoever does not, and load nothing from anywhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from ansible_collections.orgops.elastic_cloud.tests.demo import COLOUR
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, ROOT
from ansible_collections.orgops.elastic_cloud.tests.tools.pictures import (
    FOLDER,
    PICTURES,
    WIDTH,
    Picture,
    draw,
    run,
    telling,
)

SVG = "{http://www.w3.org/2000/svg}"
FROM_SOMEWHERE = re.compile(
    r"//(?!www\.w3\.org/2000/svg\")|@import|@font-face|\bhref=|<script|<image|<foreign|\bon\w+="
)
README = (ROOT / "README.md").read_text(encoding="utf-8")
START = (GUIDES.parent / "index.rst").read_text(encoding="utf-8")
HOSTILE = "<script>alert(1)</script> &amp; ]]> {0} {unique_id} \x07\x00 \x1b[31m\"red\"\x1b[0m 'é 漢'"


def text(drawing: str) -> str:
    """Return what a drawing of a terminal shows, below its title and without empty lines."""
    lines: dict[float, list[tuple[float, str]]] = {}
    for element in ET.fromstring(drawing).findall(f"{SVG}g/{SVG}g/{SVG}text"):
        lines.setdefault(float(element.attrib["y"]), []).append((float(element.attrib["x"]), element.text or ""))
    parts = ("".join(part for _x, part in sorted(line)) for _y, line in sorted(lines.items()))
    shown = (part.replace("\N{NO-BREAK SPACE}", " ").rstrip() for part in parts)
    return "\n".join(part for part in shown if part)


def lines(command: str, output: str) -> str:
    """Return what a terminal shows of a command and its output, without empty lines."""
    shown = [f"$ {command}", *COLOUR.sub("", output).splitlines()]
    broken = [line[start : start + WIDTH].rstrip() for line in shown for start in range(0, len(line), WIDTH)]
    return "\n".join(line for line in broken if line)


@pytest.mark.playbook
@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_shows_what_a_run_prints_today(name: str, tmp_path: Path) -> None:
    """Where this fails, `make pictures` makes them anew: look at them before they are committed."""
    output = telling(run(PICTURES[name], tmp_path))
    assert lines(PICTURES[name].command, output) == text((FOLDER / f"{name}.svg").read_text(encoding="utf-8"))
    assert "example.com" in output


def test_every_picture_is_drawn_and_told_in_words_wherever_it_stands() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == PICTURES.keys()
    for name, picture in PICTURES.items():
        drawing = (FOLDER / f"{name}.svg").read_text(encoding="utf-8")
        assert ET.fromstring(drawing).findtext(f"{SVG}title") == picture.text
        assert re.search(rf"image:: /pictures/{name}\.svg\n +:alt: {re.escape(picture.text)}\n", START), name
    shown = re.findall(
        r"!\[(.+)\]\(https://raw\.githubusercontent\.com/orgops/.+/main/docs/pictures/(.+)\.svg\)", README
    )
    assert shown
    assert README.count("![") == len(shown)
    assert [name for words, name in shown if words != PICTURES[name].text] == []


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.svg")), ids=lambda path: path.name)
def test_a_picture_loads_nothing_and_names_no_place_on_a_machine(path: Path) -> None:
    drawing = path.read_text(encoding="utf-8").partition("-->")[2]
    assert FROM_SOMEWHERE.findall(drawing) == []
    assert "/tmp" not in drawing
    assert "0:00" not in drawing


def test_a_run_is_drawn_the_same_each_time_and_text_stays_text() -> None:
    picture = Picture(
        HOSTILE.replace("\x07\x00", "").replace("\x1b[31m", "").replace("\x1b[0m", ""), "<b>{x}</b>", "echo"
    )
    drawing = draw(picture, HOSTILE)
    assert draw(picture, HOSTILE) == drawing
    shown = "<script>alert(1)</script> &amp; ]]> {0} {unique_id} \ufffd\ufffd \"red\" 'é 漢'"
    assert text(drawing) == f"$ echo\n{shown}"
    assert FROM_SOMEWHERE.findall(drawing.partition("-->")[2]) == []
    assert ET.fromstring(drawing).findtext(f"{SVG}title") == "<b>{x}</b>"


def test_long_lines_are_broken_as_a_terminal_does() -> None:
    assert text(draw(Picture("", "", "x"), "a" * WIDTH + "b b")) == f"$ x\n{'a' * WIDTH}\nb b"


def test_a_picture_has_the_tasks_that_say_something_alone() -> None:
    output = (
        "\nPLAY [All] ***\n\nTASK [a] ***\nok: [acme]\n\n"
        "TASK [b] ***\n[ERROR]: Task failed: No.\nOrigin: /x.yml:1\n\n1 - b\n\n"
        'fatal: [acme]: FAILED! => {"msg": "No."}\n\nPLAY RECAP ***\nacme : ok=1\n'
    )
    assert telling(output) == 'TASK [b] ***\nfatal: [acme]: FAILED! => {"msg": "No."}'
